"""syslog-ng: stdin, json-parser, regular expressions, format-json."""
import re

from harness.peer import FIELD, TARGET, Command, Missing, Peer
from harness.setup import version

MANY = 64

CONFIG = """
@version: {version}
options {{ stats-freq(0); log-msg-size(65536); }};
log {{
  source {{ stdin(flags(no-parse) log-fetch-limit(1000) log-iw-size(10000)); }};
  parser {{ json-parser(prefix("event.")); }};
  {rules}
  destination {{ file("{output}" template("$(format-json event.* --shift-levels 1)\\n")); }};
}};
"""


def pattern(network):
    """A regular expression for the addresses of a network."""
    octets, length = network.network_address.packed, network.prefixlen
    whole, part = divmod(length, 8)
    text = "".join(f"{octet}\\." for octet in octets[:whole])
    if part:
        choice = range(octets[whole], octets[whole] + (1 << (8 - part)))
        text += f"({'|'.join(map(str, choice))})" + ("\\." if whole < 3 else "")
    return f"^{text}" + ("$" if length > 24 else "")


def rules(networks):
    """What sets the label: the longest prefix that matches, by regular expressions."""
    ordered = sorted(networks.prefixes, key=lambda entry: -entry[0].prefixlen)
    tests = [
        f"if (match('{pattern(network)}' value('event.{FIELD}'))) "
        f"{{ rewrite {{ set('{label}' value('event.{TARGET}')); }}; }}"
        for network, label in ordered
    ]
    return " el".join(tests) + ";"


class SyslogNg(Peer):
    name = "syslog-ng"
    note = "no CIDR match on a field: regular expressions made from the prefixes"

    def find(self, setup, networks):
        self.start, self.root = setup.debian("syslog-ng-core", "syslog-ng")
        folder = next(self.root.glob("usr/lib/**/syslog-ng/**/libjson-plugin.so"), None)
        self.modules = ["--module-path", folder.parent] if folder else []
        self.version = version([*self.start, *self.modules, "--version"], word=2).strip("()")
        if len(networks) > MANY:
            raise Missing(f"no prefix table, so only lists of up to {MANY} networks")

    def limit(self, networks, part):
        return part

    def command(self, job):
        folder = job.scratch()
        path = folder / "syslog-ng.conf"
        path.write_text(CONFIG.format(
            version=self.grammar(), rules=rules(job.networks), output=job.output))
        return Command(self.service(job, folder, path))

    def grammar(self):
        """Version 3 keeps numbers and arrays as they are only when told to read a version 4 file."""
        grammar = re.match(r"\d+\.\d+", self.version)
        return grammar[0] if grammar and not self.version.startswith("3.") else "4.0"

    def service(self, job, folder, path):
        """The command line that feeds a configuration with the job's events."""
        argv = [*self.start, "--foreground", "--no-caps", "--cfgfile", path, *self.modules]
        for option, name in (("--persist-file", "persist"), ("--pidfile", "pid"), ("--control", "control")):
            argv += [option, folder / name]
        # It cannot poll a regular file as stdin, and ends by itself at the end of a pipe.
        return ["sh", "-c", 'cat "$0" | "$@"', job.events, *argv]
