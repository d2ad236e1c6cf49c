"""Whether a peer's output is right, event by event, against an answer worked out here."""
import collections
import dataclasses
import ipaddress
import json

from . import measure
from .peer import TARGET

SAMPLE = 100


class Expected:
    """The label of every event, by record, and the bytes of every hundredth."""

    def __init__(self, material, count):
        self.labels = {}
        self.sample = {}
        with open(material.events(count), "rb") as lines:
            for number, line in enumerate(lines):
                event = json.loads(line)
                record = event["winlog"]["record_id"]
                text = event["winlog"]["event_data"].get("DestinationIp")
                address = text and ipaddress.ip_address(text)
                v4 = address and address.version == 4
                self.labels[record] = material.networks.label(int(address)) if v4 else None
                if number % SAMPLE == 0:
                    self.sample[record] = line


@dataclasses.dataclass
class Verdict:
    """What a peer's output holds; `right` if every event is there once with the right label."""
    right: bool
    problem: str
    events: int = 0
    counts: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    kept: str = "-"


def check(setup, peer, job, expected):
    """Runs the job and compares its output."""
    try:
        measure.once(setup, peer, job)
        with open(job.output, "rb") as lines:
            return compare(lines, expected, job)
    except (measure.Failed, OSError, ValueError) as error:
        print(f"{peer.name}: {error}", flush=True)
        return Verdict(False, str(error))
    finally:
        job.output.unlink(missing_ok=True)


def compare(lines, expected, job):
    """The verdict on an output's lines, which may come in any order."""
    verdict = Verdict(True, "")
    seen, wrong, kept = set(), [], "bytes"
    for line in lines:
        event = json.loads(line)
        verdict.events += 1
        label = event.pop(TARGET, None)
        record = int(event["winlog"]["record_id"])
        seen.add(record)
        if label is not None:
            verdict.counts[label] += 1
        if label != expected.labels.get(record):
            wrong.append(f"record {record} has {label!r}, not {expected.labels.get(record)!r}")
        original = expected.sample.get(record)
        if original and kept != "changed":
            splice = b"" if label is None else b',"%s":%s' % (TARGET.encode(), json.dumps(label).encode())
            if line.replace(splice, b"", 1).rstrip() != original.rstrip():
                kept = "values" if event == json.loads(original) else "changed"
    if verdict.events != job.count or len(seen) != job.count:
        wrong.insert(0, f"{verdict.events} events, {len(seen)} different ones, of {job.count}")
    verdict.kept = kept
    verdict.right = not wrong
    verdict.problem = f"{len(wrong)} differences, first: {wrong[0]}" if wrong else ""
    return verdict
