"""The two ways out of the cluster bench: a topic of Kafka, and an index of OpenSearch."""
import json

from .peer import TARGET
from .server import PARTITIONS


class ToKafka:
    """A topic for each run."""
    name = "kafka"
    title = "Kafka → label → Kafka"
    server = "kafka"

    def __init__(self, servers):
        self.servers = servers

    def make(self, out):
        self.servers.broker.create(out, PARTITIONS)

    def reached(self, out):
        """How many events it has."""
        return sum(self.servers.broker.ends(out, PARTITIONS))

    def events(self, out):
        """(number, label or None) of every event."""
        for line in self.servers.records(out, self.reached(out)):
            yield told(json.loads(line))

    def remove(self, out):
        self.servers.broker.delete(out)


class ToSearch:
    """An index for each run."""
    name = "opensearch"
    title = "Kafka → label → OpenSearch"
    server = "search"

    def __init__(self, servers):
        self.servers = servers

    def make(self, out):
        self.servers.search.create(out)

    def reached(self, out):
        """How many events it has taken."""
        return self.servers.search.indexed(out)

    def events(self, out):
        """(number, label or None) of every event that is found."""
        self.servers.search.count(out)
        for document in self.servers.search.documents(out, [TARGET, "winlog.record_id"]):
            yield told(document)

    def remove(self, out):
        self.servers.search.delete(out)


WAYS = {way.name: way for way in (ToKafka, ToSearch)}


def told(event):
    """An event's number and label."""
    return int(event["winlog"]["record_id"]), event.get(TARGET)


def verdict(found, labels):
    """What is wrong with a run's events, or nothing: each must be there once and have its label.

    Where nothing is labelled, `labels` holds nothing but None.
    """
    seen, doubled, wrong, first = bytearray(len(labels)), 0, 0, ""
    for number, label in found:
        doubled += seen[number]
        seen[number] = 1
        if label != labels[number]:
            wrong += 1
            first = first or f"event {number} has {label!r}, not {labels[number]!r}"
    missing = len(labels) - sum(seen)
    words = [f"{missing} missing"] * bool(missing) + [f"{doubled} doubled"] * bool(doubled)
    return ", ".join(words + [f"{wrong} wrong labels, first: {first}"] * bool(wrong))
