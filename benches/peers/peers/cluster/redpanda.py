"""Redpanda Connect: kafka_franz, a Bloblang mapping, kafka_franz and opensearch."""
import json

from harness.peer import FIELD, TARGET, Missing
from harness.setup import version
from ..syslog_ng import pattern
from .cluster_peer import ClusterPeer


class Redpanda(ClusterPeer):
    name = "Redpanda Connect"
    stem = "redpanda"
    suffix = "yaml"
    note = "addresses by regular expressions: its documentation was not seen to have a test for networks"

    def find(self, setup):
        for name in ("redpanda-connect", "rpk-connect", "benthos"):
            try:
                self.binary = setup.on_path(name)
                self.version = version([self.binary, "--version"])
                return
            except Missing:
                continue
        raise Missing("neither redpanda-connect nor benthos is on the PATH")

    def command(self, task):
        path = self.write(task, mapping=mapping(task.networks))
        return [self.binary, "run", path]


def mapping(networks):
    """A chain of conditions, longest prefixes first, as lines of the mapping."""
    tests = []
    for network, label in sorted(networks.prefixes, key=lambda entry: -entry[0].prefixlen):
        tests.append(f"if $address.re_match({json.dumps(pattern(network))}) {{ {json.dumps(label)} }}")
    chain = " else ".join(tests)
    return f'let address = this.{FIELD}.or("")\n        root.{TARGET} = {chain} else {{ deleted() }}'
