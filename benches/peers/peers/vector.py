"""Vector: stdin, a remap transform, console."""
from harness.peer import Command, Missing, Peer
from harness.setup import version
from .vrl import SLOW, program

CONFIG = """
data_dir = "{folder}"
[sources.events]
type = "stdin"
max_length = 1048576
decoding.codec = "bytes"
[transforms.tag]
type = "remap"
inputs = ["events"]
source = '''
. = parse_json!(.message)
{program}'''
[sinks.out]
type = "console"
inputs = ["tag"]
encoding.codec = "json"
"""


class Vector(Peer):
    name = "Vector"

    def find(self, setup, networks):
        self.binary = setup.on_path("vector")
        self.version = version([self.binary, "--version"])
        if len(networks) > SLOW:
            raise Missing(f"no prefix table, so only lists of up to {SLOW} networks")

    def limit(self, networks, part):
        return part

    def command(self, job):
        folder = job.scratch()
        path = folder / "vector.toml"
        path.write_text(CONFIG.format(folder=folder, program=program(job.networks)))
        return Command([self.binary, "--quiet", "--config", path], stdin=job.events, stdout=job.output)
