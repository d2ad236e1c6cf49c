"""The vrl crate, Vector's language without Vector."""
import json

from harness.peer import FIELD, TARGET, Command, Peer

SLOW = 64


def program(networks):
    """A VRL program that tags the event in `.`."""
    tests = []
    for label, prefixes in networks.longest_first():
        test = f"ip_cidr_contains({json.dumps(prefixes)}, address) ?? false"
        tests.append(f"if {test} {{\n  .{TARGET} = {json.dumps(label)}\n}}")
    chain = " else ".join(tests)
    return f'address = string(.{FIELD}) ?? ""\nif address != "" {{ {chain} }}\n'


class Vrl(Peer):
    name = "vrl crate"

    def find(self, setup, networks):
        self.binary = setup.crate("vrl", "enrich-vrl")
        self.version = "0.38"
        if len(networks) > SLOW:
            self.note = "no prefix table: a chain of conditions, longest prefixes first, one for each length and label"

    def limit(self, networks, part):
        return 1 << 62 if len(networks) <= SLOW else part

    def command(self, job):
        path = job.scratch() / "tag.vrl"
        path.write_text(program(job.networks))
        return Command([self.binary, path, job.events], stdout=job.output)
