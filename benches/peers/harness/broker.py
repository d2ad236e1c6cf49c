"""One Kafka broker, asked in its own protocol: topics made and removed, and where they end.

Only what a bench asks for all the time; Kafka's own tools, which take a second to start, do the rest.
"""
import socket
import struct
import time

LIST_OFFSETS, CREATE, DELETE = 2, 19, 20
LATEST = -1
UNKNOWN, NO_LEADER, NOT_LEADER = 3, 5, 6
TRIES = 200


class Refused(Exception):
    """What the broker did not do, and its number for why."""

    def __init__(self, words, error):
        super().__init__(f"{words}: error {error}")
        self.error = error


class Broker:
    """A connection to `HOST:PORT`, which leads every partition: it is the only broker."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self._socket = socket.create_connection((host, int(port)), timeout=60)

    def create(self, topic, partitions):
        """Makes a topic, and waits until its partitions are led."""
        body = struct.pack(">i", 1) + text(topic) + struct.pack(">ihii", partitions, 1, 0, 0)
        answer = self._ask(CREATE, 2, body + struct.pack(">ib", 30_000, 0))
        # The throttle time, one topic, its name.
        self._good(answer, 4 + 4 + 2 + len(topic), f"topic {topic} is not made")
        for _ in range(TRIES):
            try:
                return self.ends(topic, partitions)
            except Refused as refused:
                if refused.error not in (UNKNOWN, NO_LEADER, NOT_LEADER):
                    raise
                time.sleep(0.05)
        raise Refused(f"topic {topic} has no leaders", NO_LEADER)

    def delete(self, topic):
        """Removes a topic; one that is not there does no harm."""
        answer = self._ask(DELETE, 1, struct.pack(">i", 1) + text(topic) + struct.pack(">i", 30_000))
        self._good(answer, 4 + 4 + 2 + len(topic), f"topic {topic} is not removed", UNKNOWN)

    def ends(self, topic, partitions):
        """How many records each partition has been given so far."""
        wanted = b"".join(struct.pack(">iq", number, LATEST) for number in range(partitions))
        body = struct.pack(">ii", -1, 1) + text(topic) + struct.pack(">i", partitions) + wanted
        answer = self._ask(LIST_OFFSETS, 1, body)
        at, found = 4 + 2 + len(topic) + 4, []
        for _ in range(partitions):
            _, error, _, offset = struct.unpack_from(">ihqq", answer, at)
            if error:
                raise Refused(f"topic {topic} is not known", error)
            found.append(offset)
            at += 22
        return found

    def close(self):
        self._socket.close()

    def _good(self, answer, at, words, harmless=0):
        (error,) = struct.unpack_from(">h", answer, at)
        if error not in (0, harmless):
            raise Refused(words, error)

    def _ask(self, key, version, body):
        request = struct.pack(">hhi", key, version, 1) + text("bench") + body
        self._socket.sendall(struct.pack(">i", len(request)) + request)
        (size,) = struct.unpack(">i", self._read(4))
        return self._read(size)[4:]

    def _read(self, size):
        got = b""
        while len(got) < size:
            part = self._socket.recv(size - len(got))
            if not part:
                raise OSError("the broker has closed the connection")
            got += part
        return got


def text(words):
    """A string as the protocol writes it."""
    return struct.pack(">h", len(words)) + words.encode()
