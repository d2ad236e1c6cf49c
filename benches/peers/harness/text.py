"""The bench of text: what it costs to make JSON of log lines, and whether the addresses are right."""
import collections
import json
import pathlib
import statistics

from . import measure
from .lines import KINDS, lines
from .peer import Job

TITLES = {
    "iptables": "netfilter's LOG lines (UFW, UniFi)",
    "cef": "CEF",
    "kv": "key=value (Fortinet)",
}


class TextJob(Job):
    """Make JSON of the lines of one file."""

    def __init__(self, material, count, output):
        self.kind = material.kind
        self.count = count
        self.events = material.events(count)
        self.output = pathlib.Path(output)
        self._folder = material.folder


class Lines:
    """The lines of one kind, made on demand; all but the last line of a file begin longer ones."""

    job = TextJob

    def __init__(self, kind, seed, folder):
        self.kind = kind
        self.folder = folder
        self._seed = seed

    def events(self, count):
        """The path of a file with `count` lines."""
        path = self.folder / f"{self.kind}-{count}.log"
        if not path.exists():
            with open(path, "w") as out:
                out.writelines(line for line, _ in lines(self.kind, count, self._seed))
        return path

    def expected(self, count):
        """How often each two addresses with their ports are in the first `count` lines."""
        return collections.Counter(flow.key() for _, flow in lines(self.kind, count, self._seed))


def differences(setup, peer, job, expected):
    """Runs the job; what is wrong with its output in words, or nothing."""
    try:
        measure.once(setup, peer, job)
        with open(job.output, "rb") as output:
            found = collections.Counter(endpoints(json.loads(line), peer.places(job.kind)) for line in output)
    except (measure.Failed, OSError, ValueError) as error:
        return str(error)
    finally:
        job.output.unlink(missing_ok=True)
    missing, more = expected - found, found - expected
    if not missing and not more:
        return ""
    return f"{missing.total()} missing, first {next(iter(missing), None)}; {more.total()} more, first {next(iter(more), None)}"


def endpoints(event, places):
    """The source's and the destination's address and port in an event, as text."""
    found = []
    for place in places:
        value = event
        for name in place:
            value = value.get(name) if isinstance(value, dict) else None
        found.append(None if value is None else str(value))
    return tuple(found)


def bench(setup, peers, options, folder):
    """Compares, measures and prints; whether all agree."""
    right = True
    for kind in KINDS:
        material = Lines(kind, options.seed, folder)
        taking = [peer for peer in peers if peer.takes(kind)]
        slow = min(options.slice, options.events)
        wrong = {}
        for count in sorted({peer.limit(options.events, slow) for peer in taking}):
            expected = material.expected(count)
            for peer in taking:
                if peer.limit(options.events, slow) == count:
                    print(f"checking {peer.name} on {count} lines of {kind}", flush=True)
                    wrong[peer.name] = differences(setup, peer, TextJob(material, count, folder / "out.ndjson"), expected)
        costs = {peer.name: [] for peer in taking}
        for run in range(options.runs):
            # One after the other and then backwards, so that what the machine does besides hits all alike.
            for peer in taking if run % 2 == 0 else taking[::-1]:
                print(f"run {run + 1} of {options.runs}: {peer.name}, {kind}", flush=True)
                costs[peer.name].append(measure.net(setup, peer, material, peer.limit(options.events, slow)))
        size = material.events(options.events).stat().st_size / options.events
        print()
        print(f"### {TITLES[kind]}: {options.events} lines of {size:.0f} bytes")
        print()
        print(render(taking, costs, wrong))
        print()
        right = right and not any(wrong.values())
    return right


def render(peers, costs, wrong):
    """The table of one kind."""
    own = costs[peers[0].name]
    out = [
        "| | lines | CPU s/M lines: least | median | CPU vs knownet | lines/s | peak MiB | start-up CPU s | addresses |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for peer in peers:
        runs = costs[peer.name]
        told = "**differ**" if wrong[peer.name] else "agree"
        title = f"{peer.name} {peer.version}".strip()
        title = f"**{title}**" if peer is peers[0] else title
        if None in runs:
            out.append(f"| {title} | failed | | | | | | | {told} |")
            continue
        cpu = [run.cpu / run.events * 1e6 for run in runs]
        ratio = "-"
        if None not in own:
            ratio = f"{min(cpu) / min(run.cpu / run.events * 1e6 for run in own):.2f}x"
        wall = min(run.wall / run.events for run in runs)
        out.append(
            f"| {title} | {runs[0].events} | {min(cpu):.2f} | {statistics.median(cpu):.2f} | {ratio} | {1 / wall:,.0f} "
            f"| {max(run.peak for run in runs) / 1024:.0f} | {min(run.start_cpu for run in runs):.3f} | {told} |"
        )
    out += [f"- {peer.name}: {peer.note}" for peer in peers if peer.note]
    out += [f"DISAGREES: {name}: {problem}" for name, problem in wrong.items() if problem]
    return "\n".join(out)
