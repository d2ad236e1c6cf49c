"""The events and networks of one bench, made on demand in a temporary folder."""
import subprocess

from .networks import Networks
from .peer import Job


class Material:
    """Shorter event files are the beginning of longer ones."""
    job = Job
    first_record = 10_000_000  # FIRST_RECORD of the generator

    def __init__(self, setup, options, folder):
        self.folder = folder
        self._generate = setup.tool("generate")
        self._options = ["--seed", str(options.seed), "--mix", options.mix]
        path = folder / "networks.csv"
        self._write(path, "networks", str(options.networks))
        self.networks = Networks(path)

    def events(self, count):
        """The path of a file with `count` events."""
        path = self.folder / f"events-{count}.ndjson"
        if not path.exists():
            self._write(path, "events", "--count", str(count), *self._options)
        return path

    def _write(self, path, *arguments):
        with open(path, "wb") as out:
            subprocess.run([self._generate, *arguments], stdout=out, check=True)
