"""The servers of the cluster bench: started by tests/servers, loaded once, asked and weighed."""
import os
import pathlib
import subprocess

from . import session
from .broker import Broker
from .peer import Missing
from .search import Search

SCRIPT = pathlib.Path(__file__).resolve().parents[3] / "tests/servers"
PARTITIONS = 6
# A disk that is nearly full is none of this bench's business, as long as what it writes fits.
DISK = "cluster.routing.allocation.disk.threshold_enabled=false"
CONSOLE = "org.apache.kafka.tools"


class Servers:
    """One Kafka broker and one OpenSearch, until the end of a `with`; those of SERVERS_HOME live longer."""

    def __init__(self):
        self._own = "SERVERS_HOME" not in os.environ
        words = ["up", "kafka", "opensearch"] if self._own else ["env"]
        ran = subprocess.run([SCRIPT, *words], stdout=subprocess.PIPE, text=True, env={"SERVERS_OPENSEARCH_OPTS": DISK, **os.environ})
        given = dict(line.removeprefix("export ").split("=", 1) for line in ran.stdout.splitlines())
        self._environment = {**os.environ, **given}
        self.home = pathlib.Path(given.get("SERVERS_HOME", "/none"))
        self.brokers = given.get("KNOWNET_KAFKA")
        if not self.brokers:
            self.down()
            raise Missing("there is no Kafka")
        self.broker = Broker(self.brokers)
        address = given.get("KNOWNET_ELASTICSEARCH")
        self.search = Search(address) if address else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.broker.close()
        self.down()

    def down(self):
        """Stops them, if this has started them."""
        if self._own:
            subprocess.run([SCRIPT, "down"], env=self._environment, check=False)

    def cpu(self):
        """Seconds of processor time so far of (Kafka, OpenSearch)."""
        return tuple(session.weigh(self._id(name)).cpu if self._id(name) else 0.0 for name in ("kafka-1", "opensearch"))

    def load(self, topic, path):
        """Writes a file's lines to a new topic, over all partitions."""
        self.broker.delete(topic)
        self.broker.create(topic, PARTITIONS)
        with open(path, "rb") as lines:
            self._tool("ConsoleProducer", "--bootstrap-server", self.brokers, "--topic", topic,
                       "--compression-codec", "lz4", "--request-required-acks", "all", stdin=lines)

    def records(self, topic, most):
        """Every record of a topic that a reader may see; `most` are there, marks of transactions included."""
        argv = self._argv("consumer.ConsoleConsumer", "--bootstrap-server", self.brokers, "--topic", topic,
                          "--from-beginning", "--isolation-level", "read_committed", "--timeout-ms", "8000", "--max-messages", str(most))
        running = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self._environment)
        with running.stdout as lines:
            # It says among them that it waits for the marks in vain.
            yield from (line for line in lines if line.startswith(b"{"))
        running.wait()

    def _id(self, name):
        file = self.home / name / "pid"
        return int(file.read_text()) if file.exists() else None

    def _argv(self, tool, *arguments):
        return [str(SCRIPT), "tool", f"{CONSOLE}.{tool}", *arguments]

    def _tool(self, tool, *arguments, stdin=None):
        subprocess.run(self._argv(tool, *arguments), stdin=stdin, stdout=subprocess.DEVNULL, env=self._environment, check=True)
