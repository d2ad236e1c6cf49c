"""syslog-ng: its own syslog parser, kv-parser, and csv-parser before it for CEF."""
from harness.peer import Command
from ..syslog_ng import SyslogNg
from .text_peer import TextPeer

CONFIG = """
@version: {version}
options {{ stats-freq(0); log-msg-size(65536); keep-hostname(yes); }};
log {{
  source {{ stdin(log-fetch-limit(1000) log-iw-size(10000)); }};
  {parsers}
  destination {{ file("{output}" template("$(format-json --scope rfc3164,nv-pairs)\\n")); }};
}};
"""

CSV = """
  parser { csv-parser(delimiters("|") flags(greedy) columns("version", "vendor", "product", "release", "class", "name",
    "severity", "extension")); };
  parser { kv-parser(template("${extension}")); };
"""

PARSERS = {"iptables": "parser { kv-parser(); };", "cef": CSV, "kv": "parser { kv-parser(); };"}


class SyslogNgText(TextPeer, SyslogNg):
    """Version 3.38 has no parser for CEF."""

    def limit(self, events, part):
        return part

    def command(self, job):
        folder = job.scratch()
        path = folder / "syslog-ng.conf"
        path.write_text(CONFIG.format(version=self.grammar(), parsers=PARSERS[job.kind], output=job.output))
        return Command(self.service(job, folder, path))
