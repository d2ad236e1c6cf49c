//! The commands and their options, with the help that teaches them.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use knownet_flow::Path;

/// Says whose network each event talked to.
///
/// knownet reads security events, looks up the addresses in them, and passes the events on with the
/// label of the network: Microsoft, Apple Relay, Private, a threat list, your own.
#[derive(Parser)]
#[command(version, arg_required_else_help = true, after_help = AFTER, max_term_width = 100)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const AFTER: &str = "\
Examples:
  knownet tag sysmon.ndjson | head             tag events in the shell
  knownet tag --drop Microsoft < events.ndjson drop what goes to Microsoft
  knownet lookup 13.107.4.50 10.0.0.1          whose addresses are these?
  knownet check knownet.toml                   is this configuration right?
  knownet run knownet.toml                     run it

`knownet help COMMAND` says more about each.";

/// One command.
#[derive(Subcommand)]
pub enum Command {
    /// Run a configuration until its sources end or a signal stops it
    ///
    /// Events go to the sinks, messages and a summary to standard error. SIGINT or SIGTERM stops
    /// reading and finishes what was read; a second one ends at once. SIGHUP reads the configuration
    /// and its feeds again without losing an event or a connection; a run that goes on until it is
    /// stopped does so by itself when one of these files changes. What cannot be taken while it runs
    /// is refused with the reason, and everything stays as it was.
    #[command(after_help = "\
Examples:
  knownet run config/quickstart.toml
  knownet run > events.ndjson            reads ./knownet.toml

Exit code: 0 if every event was passed on, dropped by a rule or left unrouted;
1 if one went to the dead letters, a source or sink failed, or the configuration is wrong.
A run that goes on and is stopped by a signal ends with 0 if everything is safe, also in the
dead letters.")]
    Run(Run),
    /// Run as a service of Windows
    #[cfg(windows)]
    #[command(subcommand)]
    Service(Service),
    /// Say every mistake in a configuration at once
    ///
    /// Reads the configuration and every feed it names, and says each mistake with file, line, key
    /// and what is allowed there. Nothing is started.
    #[command(after_help = "\
Examples:
  knownet check                          checks ./knownet.toml
  knownet check config/quickstart.toml

Exit code: 0 if it can run (warnings included), 1 if not.")]
    Check(Check),
    /// Tag events from files or standard input, like a filter
    ///
    /// JSON lines are passed on as they came, with the label of their address spliced in. Text (syslog,
    /// CEF, key=value, Windows XML and others: see `knownet formats`) becomes JSON in ECS. Without
    /// options it looks for the destination and source address, whatever the format calls them, and
    /// fills IPDestination and IPSource with the builtin labels Microsoft, Apple Relay and Private.
    /// Files may be gzip or zstd.
    #[command(after_help = "\
Examples:
  knownet tag sysmon.ndjson                                tag a file
  knownet tag firewall.log                                 any format: see `knownet explain`
  zcat old.gz | knownet tag --only unknown                 only events to unknown networks
  knownet tag --drop Microsoft --drop Private --stats *.ndjson
  knownet tag --label Office=203.0.113.0/24,2001:db8::/32 \\
              --label Microsoft=builtin:microsoft \\
              --label Microsoft=ServiceTags_Public.json events.ndjson
  knownet tag --from src_ip --into network.label events.ndjson

--drop and --only look at the first tag: the destination, or what --from names.
A line over 1 MiB passes unread; one over 16 MiB goes to knownet-dead-letters.ndjson in the current
folder, and so does an event that nothing will take.
Exit code: 0 if everything could be passed on, 1 if not.")]
    Tag(Tag),
    /// Say what is found in the first records, and why
    ///
    /// For each record the format it is taken for, the fields that are found in it, and the tags and
    /// labels it would get: look here when something is not tagged.
    #[command(after_help = "\
Examples:
  knownet explain firewall.log
  tail -n 5 /var/log/syslog | knownet explain -
  knownet explain --json -n 1000 firewall.log | jq -r .format | sort | uniq -c

Exit code: 0, or 1 if something could not be read.")]
    Explain(Explain),
    /// List the formats, with an example of each
    Formats,
    /// Say which labels cover an address
    ///
    /// For each address every label that covers it, the most specific first: a table on a terminal,
    /// one JSON object a line otherwise. Without addresses it reads them from standard input, one a
    /// line.
    #[command(after_help = "\
Examples:
  knownet lookup 13.107.4.50 fe80::1
  knownet lookup --config knownet.toml --json 203.0.113.7
  cut -d, -f3 firewall.csv | knownet lookup --label Tor=tor.txt

Exit code: 0, or 1 if something was no address.")]
    Lookup(Lookup),
    /// Send dead letters again
    ///
    /// What a sink refused goes to that sink alone, as it was. What went wrong before goes through the
    /// steps of its source again. What is refused again is a dead letter again. When all of them are safe
    /// somewhere, they leave the file; letters that came meanwhile stay, and so does what cannot be sent.
    /// A run may go on beside it: then be the user that it runs as, so that files that are made are its
    /// own. Keys and headers of Kafka's messages are not in the letters.
    #[command(after_help = "\
Examples:
  knownet replay knownet-dead-letters.ndjson
  knownet replay --keep -c /etc/knownet/knownet.toml letters.ndjson
  kcat -C -e -t dead-letters -b localhost > letters.ndjson && knownet replay letters.ndjson

Exit code: 0 if every letter was passed on, 1 if one was refused again, or is no letter.")]
    Replay(Replay),
    /// Look at what waits on disk between a source and its sinks
    ///
    /// What TCP, UDP and Unix sockets receive (and other sources with `spool = true`) is written to
    /// files in the state folder before it counts as received, and deleted when every sink has it.
    /// The files are zstd; `zstdcat` shows them, too. Nothing is changed, and a run may go on meanwhile.
    #[command(
        subcommand,
        after_help = "\
Examples:
  knownet spool ls                       what waits, by ./knownet.toml
  knownet spool cat /var/lib/knownet/fw/spool | knownet explain -
  knownet spool verify knownet.toml

Exit code: 0, or 1 if there is no spool, or a file is damaged or cannot be read."
    )]
    Spool(Spool),
    /// Prepare what events are sent to
    #[command(subcommand)]
    Setup(Setup),
}

/// What to prepare.
#[derive(Subcommand)]
pub enum Setup {
    /// Install an index template and a lifecycle policy, and write dashboards
    ///
    /// Without --print or --output they are sent to the server that a sink of the configuration writes to:
    /// Elasticsearch from 8.13 or OpenSearch from 2.12 on. What is there already is replaced, but the data
    /// streams of an earlier setup stay in it: so run it for each sink, before the first event. No index is
    /// touched, and one that an event has made in place of a data stream stays an index.
    ///
    /// The template gives events in data streams the types of ECS. The policy begins a new index at 50 GB
    /// or after 30 days, and deletes one when it has not been the newest for so long as --keep says. The
    /// dashboards show who talks to unknown networks; they are imported into Kibana or OpenSearch
    /// Dashboards, under saved objects, after the first event is there.
    ///
    /// The template makes objects of client, destination, dns, ecs, event, file, host, http, log, network,
    /// observer, process, rule, server, source, url, user, user_agent and winlog. Logs that have a text there
    /// (log in what Docker and Kubernetes write, host in Zeek's http.log or where Suricata's sensor has a
    /// name) would be refused: send them by a sink of their own to a data stream that the template is not
    /// for.
    ///
    /// An Elasticsearch that has failure stores (8.19, 9.1 and later) is told by the template to keep none:
    /// what it refuses becomes a dead letter. Requests that are printed do not say so, as older ones refuse
    /// a template that does.
    ///
    /// A sink needs no more rights than these. In Elasticsearch, for its data stream: create_doc and
    /// auto_configure. In OpenSearch, for the cluster: indices:data/write/bulk; for its data stream:
    /// create_index, indices:data/write/bulk* and indices:data/write/index. This command itself needs more:
    /// run it as an administrator, with the user in a configuration of its own.
    #[command(after_help = "\
Examples:
  knownet setup elasticsearch                              by the sink of ./knownet.toml
  knownet setup elasticsearch -c cluster.toml --sink out   by one of several
  knownet setup elasticsearch --print                      requests for Kibana's console
  knownet setup elasticsearch --output setup --keep 30d    files, and how to send them
  knownet setup elasticsearch --opensearch --output setup
  knownet setup elasticsearch --print --sink out           for that sink's data stream

Exit code: 0, or 1 if the server refused something, or a file could not be written.")]
    Elasticsearch(SetupElasticsearch),
}

/// Options of `setup elasticsearch`.
#[derive(clap::Args)]
pub struct SetupElasticsearch {
    /// The configuration whose sink says how the server is reached, and its data stream; with --print and
    /// --output only if it is named [default: knownet.toml]
    #[arg(short, long)]
    pub config: Option<PathBuf>,
    /// The sink, if there are several for search servers
    #[arg(long, value_name = "NAME")]
    pub sink: Option<String>,
    /// For OpenSearch, which has other types and policies; a server that is asked says so itself
    #[arg(long)]
    pub opensearch: bool,
    /// Print the requests
    #[arg(long)]
    pub print: bool,
    /// Write the requests' bodies and the dashboards to this folder, and say how to send them
    #[arg(long, value_name = "FOLDER", conflicts_with = "print")]
    pub output: Option<PathBuf>,
    /// How many days an index stays after the next one has begun [default: as an earlier setup said, or 90d]
    #[arg(long, value_name = "DAYS", value_parser = SetupElasticsearch::days)]
    pub keep: Option<u32>,
    /// The data streams, besides those of an earlier setup; give it again for more [default: the sink's
    /// own, or logs-knownet.*-*]
    #[arg(long, value_name = "PATTERN", value_parser = SetupElasticsearch::pattern)]
    pub data_stream: Vec<String>,
}

/// What to do with a spool.
#[derive(Subcommand)]
pub enum Spool {
    /// List the files: size, events, when they were received
    #[command(after_help = "\
Examples:
  knownet spool ls
  knownet spool ls /var/lib/knownet

Exit code: 0, or 1 if there is no spool or it cannot be read.")]
    Ls(SpoolPlace),
    /// Print the lines that wait, as they were received
    #[command(after_help = "\
Examples:
  knownet spool cat | knownet tag        tag what waits
  knownet spool cat --frames fw/spool    also who sent it and when

Exit code: 0, or 1 if there is no spool or a file is damaged; what is whole in it is printed.")]
    Cat(SpoolCat),
    /// Check every file
    ///
    /// Reads every file to its end and says what is not as it was written. Files that were set aside as
    /// .damaged are checked, too: delete them when nothing in them is needed. One that is whole is read
    /// at the next start if it is renamed to end in .zst.
    #[command(after_help = "\
Examples:
  knownet spool verify
  knownet spool verify /var/lib/knownet/fw/spool

Exit code: 0, or 1 if there is no spool, or a file is damaged or was set aside.")]
    Verify(SpoolPlace),
}

/// Where a spool is.
#[derive(clap::Args)]
pub struct SpoolPlace {
    /// A configuration, a state folder, or the folder of one spool
    #[arg(default_value = "knownet.toml", value_name = "CONFIG|FOLDER")]
    pub place: PathBuf,
}

/// Options of `spool cat`.
#[derive(clap::Args)]
pub struct SpoolCat {
    /// Where it is
    #[command(flatten)]
    pub place: SpoolPlace,
    /// Print the line before each run, too: when it was received, from whom, how much it is
    #[arg(long)]
    pub frames: bool,
}

/// Options of `run`.
#[derive(clap::Args)]
pub struct Run {
    /// The configuration
    #[arg(default_value = "knownet.toml")]
    pub config: PathBuf,
    /// How messages are written to standard error: for people, or one JSON object a line. Without it,
    /// JSON where a run goes on until it is stopped and standard error is no terminal
    #[arg(long, value_name = "FORM", default_value = "auto")]
    pub log: Log,
}

/// How dead letters are sent again.
#[derive(clap::Args)]
pub struct Replay {
    /// The file of dead letters
    pub file: PathBuf,
    /// The configuration that says where they go
    #[arg(short, long, default_value = "knownet.toml")]
    pub config: PathBuf,
    /// Leave the file as it is
    #[arg(long)]
    pub keep: bool,
}

/// What to do with the service.
#[cfg(windows)]
#[derive(Subcommand)]
pub enum Service {
    /// Have a configuration run from the start of the machine on
    Install(Check),
    /// Stop it, and have it run no more
    Uninstall,
    /// What the service manager calls
    #[command(hide = true)]
    Run(Check),
}

/// How messages are written.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Log {
    /// As it suits the run
    Auto,
    /// Lines for people
    Human,
    /// One JSON object a line
    Json,
}

/// Options of `check`.
#[derive(clap::Args)]
pub struct Check {
    /// The configuration
    #[arg(default_value = "knownet.toml")]
    pub config: PathBuf,
}

/// Options of `tag`.
#[derive(clap::Args)]
pub struct Tag {
    /// The files to read; standard input for -, or without any
    pub files: Vec<PathBuf>,
    /// A label and its networks; replaces the builtin labels. FEED is builtin:NAME, prefixes with
    /// commas between them, or a file. Give a NAME again to add a feed to it
    #[arg(long, value_name = "NAME=FEED")]
    pub label: Vec<String>,
    /// A field to look in; replaces the usual ones. The first that is there and holds an address
    /// counts
    #[arg(long, value_name = "PATH", value_parser = path)]
    pub from: Vec<Path>,
    /// The field that takes the label [default: IPDestination]
    #[arg(long, value_name = "FIELD", value_parser = path)]
    pub into: Option<Path>,
    /// Drop events whose every address has this label
    #[arg(long, value_name = "LABEL")]
    pub drop: Vec<String>,
    /// Pass only events with an address that has this label, or that has none: unknown
    #[arg(long, value_name = "LABEL|unknown")]
    pub only: Option<String>,
    /// How records are read
    #[command(flatten)]
    pub reading: Reading,
    /// Say on standard error what was done
    #[arg(long)]
    pub stats: bool,
}

/// How records are read.
#[derive(clap::Args)]
pub struct Reading {
    /// The format of the records; see `knownet formats` [default: auto]
    #[arg(long, value_name = "NAME")]
    pub format: Option<String>,
    /// The zone of times that come without one: UTC, +02:00, Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Write the addresses and ports that were found under their ECS names, too, where a JSON event
    /// lacks them
    #[arg(long)]
    pub ecs: bool,
}

/// Options of `explain`.
#[derive(clap::Args)]
pub struct Explain {
    /// The files to read; standard input for -, or without any
    pub files: Vec<PathBuf>,
    /// How many records to explain [default: 20; with --json all]
    #[arg(short, long, value_name = "N")]
    pub number: Option<u64>,
    /// Print one JSON object a record
    #[arg(long)]
    pub json: bool,
    /// Take formats, names, labels and tags of this configuration
    #[arg(long, value_name = "FILE", conflicts_with_all = ["label", "format", "timezone", "ecs"])]
    pub config: Option<PathBuf>,
    /// The source in the configuration whose format counts; the first without
    #[arg(long, value_name = "NAME", requires = "config")]
    pub source: Option<String>,
    /// A label and its networks, as with `tag`
    #[arg(long, value_name = "NAME=FEED")]
    pub label: Vec<String>,
    /// How records are read
    #[command(flatten)]
    pub reading: Reading,
}

/// Options of `lookup`.
#[derive(clap::Args)]
pub struct Lookup {
    /// The addresses; from standard input without any
    #[arg(value_name = "IP")]
    pub addresses: Vec<String>,
    /// Take the labels of this configuration
    #[arg(long, value_name = "FILE", conflicts_with = "label")]
    pub config: Option<PathBuf>,
    /// A label and its networks, as with `tag`
    #[arg(long, value_name = "NAME=FEED")]
    pub label: Vec<String>,
    /// Print JSON on a terminal, too
    #[arg(long)]
    pub json: bool,
}

fn path(text: &str) -> Result<Path, String> {
    Path::parse(text).map_err(|error| error.to_string())
}
