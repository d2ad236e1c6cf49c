"""knownet itself, as the filter for the shell."""
from harness.peer import FIELD, TARGET, Command, Peer
from harness.setup import version


class Knownet(Peer):
    name = "knownet"

    def find(self, setup, networks):
        self.binary = setup.knownet()
        self.version = version([self.binary, "--version"])

    def command(self, job):
        labels = [word for label, feed in job.networks.feeds for word in ("--label", f"{label}={feed}")]
        argv = [self.binary, "tag", *labels, "--from", FIELD, "--into", TARGET, job.events]
        return Command(argv, stdout=job.output)
