"""Opens as many connections as it may to a port of this machine and keeps them busy with no good.

Says `ready` once all of it is under way, and goes on until it is ended.
"""
import os
import random
import resource
import selectors
import socket
import sys
import time

WANTED = 10_000
port = int(sys.argv[1])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
count = min(WANTED, hard - 100 if hard != resource.RLIM_INFINITY else WANTED)
noise = random.Random(1)


def connect(n):
    connection = socket.socket()
    # Ports are scarce: some of the machine's own addresses more.
    connection.bind((f"127.0.0.{1 + n % 4}", 0))
    connection.connect(("127.0.0.1", port))
    return connection


connections = []
try:
    for n in range(count):
        connection = connect(n)
        connections.append(connection)
        kind = n % 10
        if kind < 7:
            # Half a line, for ever.
            connection.sendall(b"half a line " * noise.randrange(1, 200))
        elif kind == 7:
            # A frame that never comes.
            connection.sendall(b"999999 <13>never")
        elif kind == 8:
            connection.sendall(b"1")
        # The last kind says nothing at all.
except OSError as error:
    print(f"{len(connections)} connections: {error}", flush=True)
print(f"{len(connections)} connections: half lines, counts without their frames, silence", flush=True)

# Garbage, and lines without end, as fast as they are taken.
noisy = []
for n in range(10):
    connection = connect(n)
    connection.setblocking(False)
    noisy.append(connection)
garbage = noise.randbytes(1 << 16).replace(b"number=", b"")
endless = b"x" * (1 << 16)
selector = selectors.DefaultSelector()
for n, connection in enumerate(noisy):
    selector.register(connection, selectors.EVENT_WRITE, garbage if n % 2 else endless)
slow = time.monotonic()
sent = 0
said = False
while True:
    for key, _ in selector.select(1):
        try:
            sent += key.fileobj.send(key.data)
        except OSError:
            selector.unregister(key.fileobj)
    # Slow-loris: a byte now and then.
    if time.monotonic() - slow > 0.5:
        slow = time.monotonic()
        for connection in connections[: len(connections) : 50]:
            try:
                connection.send(b".")
            except OSError:
                pass
    if not said and sent > 64 << 20:
        said = True
        print(f"10 connections of garbage and endless lines, {sent >> 20} MiB so far", flush=True)
        print("ready", flush=True)
    if sent > 128 << 20:
        # Enough for the disk.
        time.sleep(1)
