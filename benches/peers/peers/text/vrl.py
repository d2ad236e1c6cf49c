"""The vrl crate: parse_syslog, and the parser of the kind."""
from harness.peer import Command
from ..vrl import Vrl
from .text_peer import TextPeer

# parse_syslog takes the word CEF for the name of a program and off the message; parse_cef looks for
# its beginning by itself.
PARSERS = {
    "iptables": "parse_key_value!(.message)",
    "cef": "parse_cef!(line)",
    "kv": "parse_key_value!(.message)",
}


class VrlText(TextPeer, Vrl):
    def command(self, job):
        path = job.scratch() / "parse.vrl"
        path.write_text(f"line = string!(.message)\n. = parse_syslog!(line)\n. = merge(., {PARSERS[job.kind]})\n")
        return Command([self.binary, "--text", path, job.events], stdout=job.output)
