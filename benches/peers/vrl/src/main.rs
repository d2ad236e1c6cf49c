//! Runs one VRL program over every line of a file: `enrich-vrl PROGRAM FILE > out`.
//!
//! The program gets the line as `.message` and resolves to the text to write. This is what Vector's
//! remap transform does, without Vector's topology around it, on one thread.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write, stdout};

use vrl::compiler::state::RuntimeState;
use vrl::compiler::{Context, TargetValue, TimeZone, compile};
use vrl::value::{ObjectMap, Secrets, Value};

const BUFFER: usize = 1 << 18;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(program), Some(events)) = (arguments.next(), arguments.next()) else {
        return Err("usage: enrich-vrl PROGRAM FILE".into());
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
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        let message = Value::from_utf8_or_bytes(line.as_slice().to_vec().into());
        line.clear();
        let mut target = TargetValue {
            value: Value::Object(ObjectMap::from([("message".into(), message)])),
            metadata: Value::Object(ObjectMap::new()),
            secrets: Secrets::default(),
        };
        state.clear();
        let text = program.resolve(&mut Context::new(&mut target, &mut state, &timezone))?;
        out.write_all(text.as_bytes().ok_or("the program must resolve to text")?)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}
