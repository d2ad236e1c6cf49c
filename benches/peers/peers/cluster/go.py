"""A program in Go, written by hand: franz-go, encoding/json, net/netip, net/http."""
from harness.peer import FIELD, TARGET
from .cluster_peer import ClusterPeer


class Go(ClusterPeer):
    name = "Go by hand"
    stem = "go"
    suffix = "json"
    note = "programs/enrich_go: with the client that Redpanda Connect has; ends at the first failure and tries nothing again"

    def find(self, setup):
        self.binary = setup.go(setup.programs / "enrich_go", "enrich-go")

    def command(self, task):
        return [self.binary, self.write(task, networks=task.networks.path, field=FIELD, target=TARGET)]
