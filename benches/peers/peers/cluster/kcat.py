"""kcat | kcat: what it costs to read from Kafka and write to it with the same client, and to do nothing else."""
from harness.peer import Missing
from .cluster_peer import ClusterPeer
from .syslog_ng import PACKAGES, line


class Kcat(ClusterPeer):
    name = "kcat to kcat"
    note = "copies lines and labels nothing: what Kafka's client costs by itself; its peak is not known"
    labels = False

    def find(self, setup):
        self.start, _ = setup.together(PACKAGES, "kcat")

    def command(self, task):
        if task.way != "kafka":
            raise Missing("it knows Kafka alone")
        ask = [*self.start, "-q", "-b", task.servers.brokers]
        read = [*ask, "-e", "-u", "-X", "auto.offset.reset=earliest", "-G", task.out, task.topic]
        write = [*ask, "-z", "lz4", "-X", "acks=all", "-X", "enable.idempotence=true", "-P", "-t", task.out]
        # The writer keeps the last line back until its input ends; what both have cost is then the shell's.
        return ["sh", "-c", f"{line(read)} | {line(write)}; exec sleep 600"]
