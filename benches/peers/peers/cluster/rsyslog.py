"""rsyslog: imkafka, mmjsonparse, lookup tables, omkafka and omelasticsearch."""
from harness.peer import FIELD, TARGET
from harness.setup import version
from ..rsyslog import HALF, write_tables
from .cluster_peer import ClusterPeer


class Rsyslog(ClusterPeer):
    name = "rsyslog"
    stem = "rsyslog"
    note = "commits positions by itself every five seconds, whatever the output has"

    def find(self, setup):
        packages = ["rsyslog", "rsyslog-kafka", "rsyslog-elasticsearch"]
        self.start, roots = setup.together(packages, "rsyslogd")
        folders = {module.parent for root in roots for module in root.glob("usr/lib/*/rsyslog/*.so")}
        self.modules = ":".join(map(str, sorted(folders)))
        self.version = version([*self.start, "-v"])

    def command(self, task):
        write_tables(task.folder, task.networks)
        path = self.write(task, field=FIELD.replace(".", "!"), target=TARGET, half=HALF)
        return [*self.start, "-n", "-f", path, "-i", task.folder / "pid", "-M", self.modules]
