//! Runs one VRL program over every line of a file: `enrich-vrl [--text] PROGRAM FILE > out`.
//!
//! The program gets the event as `.` and changes it; with `--text` that is an object whose `message`
//! is the line, as Vector's sources make it. This is what Vector's remap transform does,
//! without Vector's topology around it, on one thread. Parsing and printing are left to serde_json,
//! which parse_json and encode_json use too, because those functions copy the event once more each;
//! the allocator is a fast one, as Vector has one.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write, stdout};

use vrl::compiler::state::RuntimeState;
use vrl::compiler::{Context, TargetValue, TimeZone, compile};
use vrl::value::{ObjectMap, Secrets, Value};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BUFFER: usize = 1 << 18;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).peekable();
    let text = arguments.next_if_eq("--text").is_some();
    let (Some(program), Some(events)) = (arguments.next(), arguments.next()) else {
        return Err("usage: enrich-vrl [--text] PROGRAM FILE".into());
    };
    let source = std::fs::read_to_string(&program)?;
    let program = compile(&source, &vrl::stdlib::all())
        .map_err(|errors| format!("{program}: {errors:?}"))?
        .program;
    let timezone = TimeZone::default();
    let mut state = RuntimeState::default();
    let mut events = BufReader::with_capacity(BUFFER, File::open(events)?);
    let mut out = BufWriter::with_capacity(BUFFER, stdout().lock());
    let mut line = Vec::new();
    while events.read_until(b'\n', &mut line)? != 0 {
        let mut target = TargetValue {
            value: match text {
                true => Value::Object(ObjectMap::from([(
                    "message".into(),
                    Value::from(line.strip_suffix(b"\n").unwrap_or(&line)),
                )])),
                false => serde_json::from_slice(&line)?,
            },
            metadata: Value::Object(ObjectMap::new()),
            secrets: Secrets::default(),
        };
        line.clear();
        state.clear();
        program.resolve(&mut Context::new(&mut target, &mut state, &timezone))?;
        serde_json::to_writer(&mut out, &target.value)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}
