"""knownet itself; once with what reaches Kafka and the positions in one transaction."""
import json

from harness.peer import FIELD, TARGET, Missing
from harness.setup import version
from .cluster_peer import ClusterPeer


class Knownet(ClusterPeer):
    name = "knownet"
    stem = "knownet"
    suffix = "toml"

    def find(self, setup):
        self.binary = setup.knownet()
        self.version = version([self.binary, "--version"])

    def command(self, task):
        labels = "".join(f"[labels.{json.dumps(label)}]\nfeeds = [{json.dumps(str(feed))}]\n" for label, feed in task.networks.feeds)
        return [self.binary, "run", self.write(task, labels=labels, field=FIELD, target=TARGET)]


class KnownetTransaction(Knownet):
    """Exactly once, which no peer here can be asked for."""
    name = "knownet in transactions"
    stem = "knownet-transaction"

    def command(self, task):
        if task.way != "kafka":
            raise Missing("transactions are Kafka's")
        return super().command(task)
