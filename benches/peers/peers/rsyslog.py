"""rsyslog: imfile, mmjsonparse, lookup tables, omfile."""
import json
import os

from harness.peer import FIELD, TARGET, Command, Peer
from harness.setup import version

HALF = 1 << 31

CONFIG = """
global(workDirectory="{folder}" maxMessageSize="64k")
module(load="imfile")
module(load="mmjsonparse")
template(name="event" type="list") {{ property(name="$!all-json") constant(value="\\n") }}
template(name="done" type="list") {{ constant(value="done\\n") }}
lookup_table(name="low" file="{folder}/low.json")
lookup_table(name="high" file="{folder}/high.json")
input(type="imfile" file="{events}" tag="event" addMetadata="off")
action(type="mmjsonparse" cookie="")
set $.number = ip42num($!{field});
if $.number >= {half} then {{
  set $.label = lookup("high", $.number - {half});
}} else if $.number >= 0 then {{
  set $.label = lookup("low", $.number);
}}
if $.label != "" then {{
  set $!{target} = $.label;
}}
action(type="omfile" file="{output}" template="event" flushOnTXEnd="off" ioBufferSize="256k")
if $!winlog!record_id == {last} then {{
  action(type="ompipe" pipe="{folder}/done" template="done")
}}
"""


def table(ranges):
    """A sparseArray: an entry where each range starts."""
    rows = [{"index": start, "value": label or ""} for start, label in ranges]
    return json.dumps({"version": 1, "nomatch": "", "type": "sparseArray", "table": rows})


def write_tables(folder, networks):
    """The tables low.json and high.json."""
    low = [(first, label) for first, _, label in networks.ranges if first < HALF]
    high = [(max(first - HALF, 0), label) for first, last, label in networks.ranges if last >= HALF]
    (folder / "low.json").write_text(table(low))
    (folder / "high.json").write_text(table(high))


class Rsyslog(Peer):
    """Two tables, because a sparseArray compares the difference of two keys as a signed 32-bit number.

    Keys that lie 2^31 or more apart are therefore taken for each other's opposite, and keys of a
    table file above 2^31 - 1 are read as 2^31 - 1. Half the addresses in each table avoids both.
    """
    name = "rsyslog"

    def find(self, setup, networks):
        self.start, self.root = setup.debian("rsyslog", "rsyslogd")
        self.version = version([*self.start, "-v"])

    def limit(self, networks, part):
        return part

    def command(self, job):
        folder = job.scratch()
        write_tables(folder, job.networks)
        os.mkfifo(folder / "done")
        path = folder / "rsyslog.conf"
        path.write_text(CONFIG.format(
            folder=folder, events=job.events, output=job.output, field=FIELD.replace(".", "!"), target=TARGET,
            half=HALF, last=job.last_record))
        return Command(self.service(folder, path, "mmjsonparse"), until=folder / "done")

    def service(self, folder, path, module):
        """The command line for a configuration that loads `module`."""
        modules = [found.parent for found in self.root.glob(f"usr/lib/**/rsyslog/{module}.so")]
        return [*self.start, "-n", "-f", path, "-i", folder / "pid", *(["-M", modules[0]] if modules else [])]
