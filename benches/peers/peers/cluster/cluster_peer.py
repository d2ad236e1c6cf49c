"""What a peer of the cluster bench is: a configuration for each way, and the command that runs it."""
import dataclasses
import pathlib

CONFIG = pathlib.Path(__file__).parent / "config"


@dataclasses.dataclass
class Task:
    """Read the topic of events from its start, label, write to a topic or an index, called `out`."""
    way: str  # "kafka" or "opensearch"
    out: str
    servers: object
    topic: str
    networks: object
    folder: pathlib.Path


class ClusterPeer:
    """Base of every peer; its configurations are `config/STEM-WAY.SUFFIX`."""
    name = ""
    note = ""
    version = ""
    stem = ""
    labels = True  # Whether it labels at all, or is there to hold the others against.
    suffix = "conf"

    def find(self, setup):
        """Makes ready to run; raises Missing if that is impossible."""

    def command(self, task):
        """The command line that does the task until it is stopped."""
        raise NotImplementedError

    def write(self, task, **more):
        """The path of the task's configuration: @NAME@ stands for what the task, or `more`, says."""
        text = (CONFIG / f"{self.stem}-{task.way}.{self.suffix}").read_text()
        search = task.servers.search.address if task.servers.search else ""
        words = {"brokers": task.servers.brokers, "search": search, "port": search.rpartition(":")[2], "topic": task.topic,
                 "out": task.out, "folder": task.folder, **more}
        for name, value in words.items():
            text = text.replace(f"@{name.upper()}@", str(value))
        path = task.folder / f"{self.stem}.{self.suffix}"
        path.write_text(text)
        return path
