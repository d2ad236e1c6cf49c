"""knownet itself, which also labels the addresses; once with the format named, once without."""
from harness.peer import Command
from ..knownet import Knownet
from .text_peer import TextPeer


class KnownetAuto(TextPeer, Knownet):
    """The format found out line by line."""
    note = "also labels both addresses and keeps the line as message"

    def places(self, kind):
        return [["source", "ip"], ["source", "port"], ["destination", "ip"], ["destination", "port"]]

    def command(self, job):
        return Command([self.binary, "tag", job.events], stdout=job.output)


class KnownetNamed(KnownetAuto):
    name = "knownet --format"
    note = ""
    version = ""

    def find(self, setup, networks):
        self.binary = setup.knownet()

    def command(self, job):
        return Command([self.binary, "tag", "--format", job.kind, job.events], stdout=job.output)
