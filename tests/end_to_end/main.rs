//! The real binary, as its users run it: files and pipes in, bytes, messages and exit codes out.
//!
//! One module per topic; each test has a folder of its own in which the binary runs.

// Files to write and the binary to run.
mod rig;

// `tag`: where lines come from, and that they all arrive.
mod input;
// `tag`: lines that are no plain JSON object with plain keys.
mod line;
// `tag`: its options.
mod option;
// What cannot be read or written, and the exit codes that say so.
mod failure;
// Long lines, too long ones, and `validate`.
mod long;
// `replay`: dead letters, sent again.
mod replay;

// `lookup`: the answers, the order of the labels, the spellings of addresses.
mod lookup;

// `check`: mistakes and warnings; `run` says the same and starts nothing.
mod check;
// `setup`: what a search server is sent.
mod setup;
// Variables of the environment in a configuration.
mod variable;
// Labels and the feeds they are made of.
mod feed;
// Rules: what is dropped, kept and counted, and what never is.
mod rule;
// Sinks: who gets which events.
mod sink;
// The file sink: rotation, a full disk, a file that somebody moves away.
mod rotate;
// The file sink: batches that are to be on the disk.
#[cfg(target_os = "linux")]
mod sync;
// Text: its formats, and what `explain` says of them.
mod text;
// Beats: windows, acknowledgements, and clients that know nothing of them.
mod beats;
// From topic to topic, by brokers within the test's process.
#[cfg(all(unix, feature = "kafka"))]
mod kafka;
// The spool: damage, no room, and the commands that look into it.
#[cfg(unix)]
mod spool;
// Signals while a pipe is read.
#[cfg(unix)]
mod signal;

// Files that are followed: rotations, kills, restarts.
#[cfg(unix)]
mod tail;
// The sink that sends bulk requests.
mod elasticsearch;
// Events over HTTP, and clients of Elasticsearch.
mod http;
// What a run that goes on says to its service manager and in its log, and that it is alone.
#[cfg(unix)]
mod daemon;
// The configuration and its feeds, read again while events come in.
#[cfg(unix)]
mod reload;
// Health and metrics by HTTP.
#[cfg(unix)]
mod admin;
// Lines and frames over TCP.
mod tcp;
// Datagrams.
mod udp;
// Sockets in the file system.
#[cfg(unix)]
mod unix;

// The help of each command.
mod help;
// The configurations that come along.
mod sample;
// Real feeds and generated events by the ten thousand; needs KNOWNET_DATA.
mod real;
