"""One run of one peer of the cluster bench."""
import dataclasses
import os
import signal
import subprocess
import time

from . import session
from .measure import Failed

# Nothing arrives for so long, in seconds: it will not come any more.
PATIENCE = 90
PAUSE = 0.05


@dataclasses.dataclass
class Poured:
    """Seconds and KiB of one run, until its last event had arrived."""
    wall: float
    cpu: float
    peak: int
    kafka: float
    search: float


def pour(argv, way, out, count, servers, folder):
    """Runs a command until `count` events have arrived in `out`, and stops it; raises Failed."""
    log = folder / "log"
    before, begun = servers.cpu(), time.monotonic()
    with open(log, "wb") as words:
        running = subprocess.Popen([str(word) for word in argv], cwd=folder, stdin=subprocess.DEVNULL, stdout=words,
                                   stderr=words, start_new_session=True)
    try:
        reached, since = 0, begun
        while reached < count:
            time.sleep(PAUSE)
            now, ended = way.reached(out), running.poll()
            if now > reached:
                reached, since = now, time.monotonic()
            if reached < count and (ended is not None or time.monotonic() - since > PATIENCE):
                why = "stands still" if ended is None else f"ended with {ended}"
                raise Failed(f"{why} at {reached} of {count}: {log.read_text(errors='replace')[-400:]}")
        wall, weight, after = time.monotonic() - begun, session.weigh(running.pid), servers.cpu()
        return Poured(wall, weight.cpu, weight.peak, after[0] - before[0], after[1] - before[1])
    finally:
        stop(running)


def stop(running):
    """Ends a session: gently, and after a while not."""
    for kind, wait in ((signal.SIGTERM, 20), (signal.SIGKILL, 10)):
        try:
            os.killpg(running.pid, kind)
        except ProcessLookupError:
            pass
        try:
            running.wait(wait)
            break
        except subprocess.TimeoutExpired:
            continue
    try:
        # Whatever the leader left behind.
        os.killpg(running.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
