"""Python scripts as people write them: with the fastest libraries, and with the standard library."""
import json

from harness.peer import FIELD, TARGET, Command, Peer
from harness.setup import run


class OrjsonPytricia(Peer):
    name = "Python orjson+pytricia"

    def find(self, setup, networks):
        self.interpreter = setup.python("orjson", "pytricia")
        self.script = setup.programs / "enrich_orjson.py"
        ask = "import sys, orjson; print('%d.%d' % sys.version_info[:2], orjson.__version__)"
        self.version = "/".join(run([self.interpreter, "-c", ask]).split())

    def command(self, job):
        return Command([self.interpreter, self.script, job.networks.path, FIELD, TARGET, job.events], stdout=job.output)


class StandardLibrary(Peer):
    name = "Python json+ipaddress"

    def find(self, setup, networks):
        self.interpreter = setup.python("json", "ipaddress")
        self.script = setup.programs / "enrich_json.py"

    def limit(self, networks, part):
        return part

    def command(self, job):
        ranges = job.scratch() / "ranges.json"
        ranges.write_text(json.dumps(job.networks.ranges))
        return Command([self.interpreter, self.script, ranges, FIELD, TARGET, job.events], stdout=job.output)
