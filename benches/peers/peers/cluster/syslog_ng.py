"""syslog-ng, behind kcat because it cannot read from Kafka: json-parser, regular expressions, kafka-c and http."""
import re
import shlex

from harness.setup import version
from ..syslog_ng import rules
from .cluster_peer import ClusterPeer

PACKAGES = ["syslog-ng-core", "syslog-ng-mod-rdkafka", "syslog-ng-mod-http", "kcat"]


class SyslogNg(ClusterPeer):
    name = "syslog-ng"
    stem = "syslog-ng"
    note = "behind kcat, which commits positions by itself and is counted; addresses by regular expressions"

    def find(self, setup):
        self.start, roots = setup.together(PACKAGES, "syslog-ng")
        self.kcat, _ = setup.together(PACKAGES, "kcat")
        folders = {module.parent for root in roots for module in root.glob("usr/lib/syslog-ng/*/*.so")}
        self.modules = ["--module-path", ":".join(map(str, sorted(folders)))]
        self.version = version([*self.start, *self.modules, "--version"], word=2).strip("()")

    def command(self, task):
        # Version 3 keeps numbers and arrays as they are only when told to read a version 4 file.
        grammar = re.match(r"\d+\.\d+", self.version)
        path = self.write(task, grammar="4.0" if self.version.startswith("3.") else grammar[0], rules=rules(task.networks))
        argv = [*self.start, "--foreground", "--no-caps", "--cfgfile", path, *self.modules]
        for option, name in (("--persist-file", "persist"), ("--pidfile", "pid"), ("--control", "control")):
            argv += [option, task.folder / name]
        read = [*self.kcat, "-q", "-u", "-b", task.servers.brokers, "-X", "auto.offset.reset=earliest", "-G", task.out, task.topic]
        return ["sh", "-c", f"{line(read)} | {line(argv)}"]


def line(argv):
    """Words as the shell wants them."""
    return " ".join(shlex.quote(str(word)) for word in argv)
