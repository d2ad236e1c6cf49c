"""What a peer is: something that can be found and that makes a command of a job."""
import dataclasses
import itertools
import pathlib

FIELD = "winlog.event_data.DestinationIp"
TARGET = "IPDestination"

_numbers = itertools.count()


class Missing(Exception):
    """Why a peer cannot take part, in words for the user."""


@dataclasses.dataclass
class Command:
    """A command line; `until` is a FIFO on which a service says that it is done."""
    argv: list
    stdin: object = None
    stdout: object = None
    until: object = None


class Job:
    """Tag the events of one file and write them to another."""

    def __init__(self, material, count, output):
        self.networks = material.networks
        self.count = count
        self.events = material.events(count)
        self.last_record = material.first_record + count - 1
        self.output = pathlib.Path(output)
        self._folder = material.folder

    def scratch(self):
        """A new folder for configuration and state."""
        folder = self._folder / f"job-{next(_numbers)}"
        folder.mkdir()
        return folder


class Peer:
    """Base of every peer; `name` is the table's, `note` follows the table if there is one."""
    name = ""
    note = ""
    version = ""

    def find(self, setup, networks):
        """Makes ready to run; raises Missing if that is impossible."""

    def limit(self, networks, part):
        """How many events a timed run takes at most; `part` is what a slow peer should take."""
        return 1 << 62

    def command(self, job):
        """The command that does `job`."""
        raise NotImplementedError
