"""Vector: kafka, remap, kafka and elasticsearch."""
from harness.setup import version
from ..vrl import program
from .cluster_peer import ClusterPeer


class Vector(ClusterPeer):
    name = "Vector"
    stem = "vector"
    suffix = "toml"

    def find(self, setup):
        self.binary = setup.on_path("vector")
        self.version = version([self.binary, "--version"])

    def command(self, task):
        return [self.binary, "--quiet", "--config", self.write(task, program=program(task.networks))]
