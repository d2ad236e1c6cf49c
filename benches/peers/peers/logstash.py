"""Logstash: stdin, the cidr filter, the file output."""
import json

from harness.peer import FIELD, TARGET, Command, Missing, Peer

MANY = 64

CONFIG = """
input {{ stdin {{ codec => json_lines }} }}
filter {{
  if {field} {{
    {tests}
  }}
}}
output {{ file {{ path => "{output}" codec => json_lines }} }}
"""


class Logstash(Peer):
    name = "Logstash"

    def find(self, setup, networks):
        self.binary = setup.on_path("logstash")
        if len(networks) > MANY:
            raise Missing(f"no longest prefix, so only lists of up to {MANY} networks")

    def limit(self, networks, part):
        return max(1, part // 5)

    def command(self, job):
        folder = job.scratch()
        field = "".join(f"[{name}]" for name in FIELD.split("."))
        tests = [
            f'if ![{TARGET}] {{ cidr {{ address => ["%{{{field}}}"] network => {json.dumps(prefixes)} '
            f'add_field => {{ "{TARGET}" => "{label}" }} }} }}'
            for label, prefixes in job.networks.longest_first()
        ]
        path = folder / "logstash.conf"
        path.write_text(CONFIG.format(field=field, tests="\n    ".join(tests), output=job.output))
        argv = [self.binary, "--log.level", "error", "--path.data", folder / "data", "-f", path]
        return Command(argv, stdin=job.events)
