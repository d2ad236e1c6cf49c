"""What reading and copying the same bytes costs, to hold the others against."""
from harness.peer import Command, Peer
from .knownet import Knownet


class WordCount(Peer):
    name = "wc -l"

    def find(self, setup, networks):
        self.binary = setup.on_path("wc")

    def command(self, job):
        return Command([self.binary, "-l", job.events])


class Cat(Peer):
    name = "cat"

    def find(self, setup, networks):
        self.binary = setup.on_path("cat")

    def command(self, job):
        return Command([self.binary, job.events], stdout=job.output)


class CatToCat(Cat):
    name = "cat piped to cat"

    def command(self, job):
        return Command(["sh", "-c", '"$0" "$1" | "$0"', self.binary, job.events], stdout=job.output)


class KnownetToCat(Knownet):
    name = "knownet piped to cat"
    version = ""

    def find(self, setup, networks):
        self.binary = setup.knownet()

    def command(self, job):
        return Command(["sh", "-c", '"$0" "$@" | cat', *super().command(job).argv], stdout=job.output)
