//! Text in memory on its whole path: read as a format, labelled, spliced.
//!
//! `cargo bench --bench text` prints records a second, and bytes a second as they come in, for each
//! format named and found out line by line (`auto`).

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use knownet_enrich::{Labels, Tag};
use knownet_flow::{Event, Format, Heading, Output, Path, ROLES, Stage, Steps, Work, splice};
use knownet_format::json::{self, Json};
use knownet_format::text::FORMATS;
use knownet_format::text::reader::{Choice, Options, TextReader};
use knownet_label::{Prefix, Table, TableBuilder};

const RECORDS: u32 = 40_000;
const CHUNK: usize = 256 << 10;

const TARGETS: [&str; 2] = ["IPDestination", "IPSource"];
/// The wanted field for each target.
const SIDES: [&str; 2] = ["destination.ip", "source.ip"];

/// The parts of a record that differ from one to the next.
struct Flow {
    number: u32,
    source: String,
    destination: String,
    client: u32,
    port: u32,
    clock: String,
}

impl Flow {
    fn new(number: u32) -> Flow {
        let mixed = number.wrapping_mul(2_654_435_761);
        let inside = format!("10.{}.{}.{}", mixed >> 24, number >> 8 & 255, number & 255);
        let net = ["192.0.2", "198.51.100", "203.0.113"][number as usize % 3];
        let outside = format!("{net}.{}", mixed >> 16 & 255);
        let (source, destination) = match mixed >> 10 & 3 {
            0 => (outside, inside),
            _ => (inside, outside),
        };
        let second = number / 50;
        Flow {
            number,
            source,
            destination,
            client: 1024 + (mixed >> 8) % 60_000,
            port: [443, 53, 80, 22, 123][number as usize % 5],
            clock: format!(
                "{:02}:{:02}:{:02}",
                second / 3600 % 24,
                second / 60 % 60,
                second % 60
            ),
        }
    }
}

/// What netfilter logs on a gateway.
fn iptables(flow: &Flow, out: &mut String) -> std::fmt::Result {
    let Flow {
        number,
        source,
        destination,
        client,
        port,
        clock,
    } = flow;
    write!(
        out,
        "<4>Mar  1 {clock} gw-north kernel: [{number}.000000] [WAN_IN-B-2001] IN=eth4 OUT=br0 \
         MAC=00:00:5e:00:53:01:00:00:5e:00:53:02:08:00 SRC={source} DST={destination} LEN=60 \
         TOS=0x00 PREC=0x00 TTL=51 ID={} DF PROTO=TCP SPT={client} DPT={port} SEQ={number} ACK=0 \
         WINDOW=64240 RES=0x00 SYN URGP=0 MARK=0x1a0000",
        number & 0xffff,
    )
}

/// With values that hold spaces and an escape.
fn cef(flow: &Flow, out: &mut String) -> std::fmt::Result {
    let Flow {
        number,
        source,
        destination,
        client,
        port,
        clock,
    } = flow;
    write!(
        out,
        "<134>Mar  1 {clock} gw-north CEF:0|Example|Secure Gateway|7.4.1|{}|Traffic allow|3|\
         rt=1772323200000 deviceExternalId=GW0001 src={source} spt={client} dst={destination} \
         dpt={port} proto=TCP act=allow app=HTTPS suser=ann in={number} out=4711 cs1Label=Rule \
         cs1=LAN to outside 15 cs2Label=Zone cs2=trusted cn1Label=Session cn1={number} \
         deviceInboundInterface=ethernet1/1 deviceOutboundInterface=ethernet1/2 \
         request=https://www.example.com/api/v2/items?page\\=7 requestMethod=GET cat=firewall \
         msg=Session ended after the time that is usual for its service",
        100 + number % 900,
    )
}

/// What a FortiGate says of traffic.
fn pairs(flow: &Flow, out: &mut String) -> std::fmt::Result {
    let Flow {
        number,
        source,
        destination,
        client,
        port,
        clock,
    } = flow;
    write!(
        out,
        "<189>Mar  1 {clock} gw-north date=2026-03-01 time={clock} devname=\"gw-north\" \
         devid=\"FG100E0000000000\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" \
         level=\"notice\" vd=\"root\" eventtime=1772323200 srcip={source} srcport={client} \
         srcintf=\"internal\" srcintfrole=\"lan\" dstip={destination} dstport={port} \
         dstintf=\"wan1\" dstintfrole=\"wan\" sessionid={number} proto=6 action=\"accept\" \
         policyid=7 policytype=\"policy\" service=\"Office 365\" dstcountry=\"Reserved\" \
         trandisp=\"snat\" duration=69 sentbyte=551524 rcvdbyte=941694 sentpkt=774 rcvdpkt=11202 \
         appcat=\"unscanned\"",
    )
}

/// Plain words behind a header of RFC 5424, which no reader before the last one wants.
fn message(flow: &Flow, out: &mut String) -> std::fmt::Result {
    let Flow {
        number,
        source,
        client,
        clock,
        ..
    } = flow;
    write!(
        out,
        "<86>1 2026-03-01T{clock}.003Z box named {number} - - client {source}#{client} \
         (www.example.com): query: www.example.com IN A + (192.0.2.53)",
    )
}

/// Sysmon's event 3 in one line.
fn xml(flow: &Flow, out: &mut String) -> std::fmt::Result {
    let Flow {
        number,
        source,
        destination,
        client,
        port,
        clock,
    } = flow;
    write!(
        out,
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
         <Provider Name='Microsoft-Windows-Sysmon' Guid='{{5770385f-c22a-43e0-bf4c-06f5698ffbd9}}'/>\
         <EventID>3</EventID><Version>5</Version><Level>4</Level><Task>3</Task><Opcode>0</Opcode>\
         <Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime='2026-03-01T{clock}.1234567Z'/>\
         <EventRecordID>{number}</EventRecordID><Correlation/><Execution ProcessID='3100' ThreadID='4120'/>\
         <Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>pc7.example.com</Computer>\
         <Security UserID='S-1-5-18'/></System><EventData><Data Name='RuleName'>-</Data>\
         <Data Name='UtcTime'>2026-03-01 {clock}.123</Data>\
         <Data Name='ProcessGuid'>{{00000000-0000-0000-0000-000000000001}}</Data>\
         <Data Name='ProcessId'>4711</Data><Data Name='Image'>C:\\Program Files\\Example\\app.exe</Data>\
         <Data Name='User'>EXAMPLE\\ann</Data><Data Name='Protocol'>tcp</Data>\
         <Data Name='Initiated'>true</Data><Data Name='SourceIsIpv6'>false</Data>\
         <Data Name='SourceIp'>{source}</Data><Data Name='SourceHostname'>-</Data>\
         <Data Name='SourcePort'>{client}</Data><Data Name='SourcePortName'>-</Data>\
         <Data Name='DestinationIsIpv6'>false</Data><Data Name='DestinationIp'>{destination}</Data>\
         <Data Name='DestinationHostname'>www.example.com</Data>\
         <Data Name='DestinationPort'>{port}</Data><Data Name='DestinationPortName'>https</Data>\
         </EventData></Event>",
    )
}

type Writer = fn(&Flow, &mut String) -> std::fmt::Result;

const MATERIAL: [(&str, Writer); 5] = [
    ("iptables", iptables),
    ("cef", cef),
    ("kv", pairs),
    ("message", message),
    ("xml", xml),
];

/// Whole records, in chunks as a source hands them over.
fn chunks(write: Writer) -> Vec<String> {
    let mut chunks = vec![String::new()];
    for number in 0..RECORDS {
        if chunks[chunks.len() - 1].len() > CHUNK {
            chunks.push(String::new());
        }
        let last = chunks.len() - 1;
        write(&Flow::new(number), &mut chunks[last]).unwrap();
        chunks[last].push('\n');
    }
    chunks
}

/// Sends everything to one sink.
struct All;

impl Stage for All {
    fn apply(&mut self, _: &[u8], work: &mut Work, _: &mut dyn Format) {
        work.events
            .iter_mut()
            .for_each(|event: &mut Event| event.sinks = 1);
    }
}

fn table() -> Arc<Table> {
    let mut table = TableBuilder::new();
    let feed = table.feed("bench");
    for (name, prefix) in [("Private", "10.0.0.0/8"), ("Outside", "198.51.100.0/24")] {
        let label = table.label(name, false);
        let prefix = Prefix::parse(prefix.as_bytes()).unwrap().prefix;
        table.insert(label, feed, prefix, &[]);
    }
    Arc::new(table.build())
}

/// The steps of `knownet tag`: both sides labelled, the other roles found along.
fn steps(choice: Choice) -> Steps {
    let mut wanted: Vec<&str> = SIDES.to_vec();
    wanted.extend(
        ROLES
            .iter()
            .map(|(path, _)| *path)
            .filter(|path| !SIDES.contains(path)),
    );
    let paths = |names: &[&str]| -> Vec<Path> {
        names
            .iter()
            .map(|name| Path::parse(name).unwrap())
            .collect()
    };
    let format = Json::new(&paths(&wanted), &paths(&TARGETS), json::Options::default());
    let tag = |side: u16| Tag {
        from: vec![side],
        into: side,
        all: None,
    };
    let labels = Labels::new(table(), vec![tag(0), tag(1)]);
    let reader = TextReader::new(choice, &Options::default());
    Steps::new(
        Some(Box::new(reader)),
        Box::new(format),
        vec![Box::new(labels), Box::new(All)],
    )
}

/// One pass over everything; how many bytes came out.
fn pass(steps: &mut Steps, chunks: &[String], work: &mut Work, output: &mut Output) -> usize {
    let mut written = 0;
    for chunk in chunks {
        work.clear();
        output.clear(1 << 20);
        let bytes = steps.run(black_box(chunk.as_bytes()), &Heading::None, work);
        splice(bytes, work, output);
        written += output.events(0).len();
    }
    written
}

fn measure(
    group: &mut BenchmarkGroup<'_, criterion::measurement::WallTime>,
    name: &str,
    choice: Choice,
    chunks: &[String],
) {
    let mut steps = steps(choice);
    let (mut work, mut output) = (Work::default(), Output::default());
    let total: usize = chunks.iter().map(String::len).sum();
    // A record that is not read or not labelled would be a cheap one.
    assert!(pass(&mut steps, chunks, &mut work, &mut output) > total);
    let last: Vec<u8> = output.events(0).slices().flatten().copied().collect();
    let last = String::from_utf8_lossy(&last);
    assert!(last.contains("\":\"Private\""), "{last}");
    for (unit, throughput) in [
        ("records", Throughput::Elements(u64::from(RECORDS))),
        ("bytes", Throughput::Bytes(total as u64)),
    ] {
        group.throughput(throughput);
        group.bench_function(format!("{name}, {unit}"), |b| {
            b.iter(|| pass(&mut steps, chunks, &mut work, &mut output))
        });
    }
}

fn bench(c: &mut Criterion) {
    for (name, write) in MATERIAL {
        let chunks = chunks(write);
        let mut group = c.benchmark_group(name);
        group.sample_size(20);
        let spec = FORMATS.iter().find(|spec| spec.name == name).unwrap();
        measure(&mut group, "auto", Choice::Auto, &chunks);
        measure(&mut group, "named", Choice::Named(spec), &chunks);
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
