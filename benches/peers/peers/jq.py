"""jq, with the networks as disjoint ranges."""
import json

from harness.peer import FIELD, TARGET, Command, Peer
from harness.setup import version

PROGRAM = """
def number: split(".") | map(tonumber) | ((.[0] * 256 + .[1]) * 256 + .[2]) * 256 + .[3];
def place: . as $number | $starts[0] | bsearch($number) | if . < 0 then -2 - . else . end;
.%(field)s as $address
| if $address == null or ($address | contains(":")) then . else
    $labels[0][$address | number | place] as $owner
    | if $owner == null then . else .%(target)s = $owner end
  end
"""


class Jq(Peer):
    name = "jq"

    def find(self, setup, networks):
        self.start, _ = setup.debian("jq", "jq")
        self.version = version([*self.start, "--version"], word=0).removeprefix("jq-")

    def limit(self, networks, part):
        return part

    def command(self, job):
        folder = job.scratch()
        (folder / "starts.json").write_text(json.dumps([first for first, _, _ in job.networks.ranges]))
        (folder / "labels.json").write_text(json.dumps([label for _, _, label in job.networks.ranges]))
        (folder / "tag.jq").write_text(PROGRAM % {"field": FIELD, "target": TARGET})
        argv = [*self.start, "--compact-output", "--slurpfile", "starts", folder / "starts.json"]
        argv += ["--slurpfile", "labels", folder / "labels.json", "--from-file", folder / "tag.jq", job.events]
        return Command(argv, stdout=job.output)
