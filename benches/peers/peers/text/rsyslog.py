"""rsyslog: its own syslog parser, and mmnormalize with liblognorm's parser of the kind."""
import os

from harness.lines import LAST
from harness.peer import Command
from ..rsyslog import Rsyslog
from .text_peer import NAMES, TextPeer

CONFIG = """
global(workDirectory="{folder}" maxMessageSize="64k")
module(load="imfile")
module(load="mmnormalize")
template(name="event" type="list") {{ property(name="$!all-json") constant(value="\\n") }}
template(name="done" type="list") {{ constant(value="done\\n") }}
input(type="imfile" file="{events}" tag="event" addMetadata="off" needParse="on")
action(type="mmnormalize" ruleBase="{folder}/rules" useRawMsg="off")
set $!host = $syslogtag;
set $!timestamp = $timereported;
set $!message = $msg;
action(type="omfile" file="{output}" template="event" flushOnTXEnd="off" ioBufferSize="256k")
if $syslogtag == "{last}" then {{
  action(type="ompipe" pipe="{folder}/done" template="done")
}}
"""

# The parsers want to begin where the format does.
RULES = {
    "iptables": "rule=: kernel: [%uptime:char-to:]%] [%rule:char-to:]%] %.:v2-iptables%\n",
    "cef": "rule=:%-:whitespace%%.:cef%\n",
    "kv": "rule=:%-:whitespace%%.:name-value-list%\n",
}


class RsyslogText(TextPeer, Rsyslog):
    """A file's lines have no sender's name to look for, so its syslog parser takes the host for the tag."""

    def limit(self, events, part):
        return part

    def places(self, kind):
        return [["Extensions", name] if kind == "cef" else [name] for name in NAMES[kind]]

    def command(self, job):
        folder = job.scratch()
        (folder / "rules").write_text("version=2\n" + RULES[job.kind])
        os.mkfifo(folder / "done")
        path = folder / "rsyslog.conf"
        path.write_text(CONFIG.format(folder=folder, events=job.events, output=job.output, last=LAST))
        return Command(self.service(folder, path, "mmnormalize"), until=folder / "done")
