"""What one run of a peer costs."""
import dataclasses
import json
import os
import subprocess

LIMIT = 300
# Below this part of the start-up, the rest of a run drowns in the start-up's own variation.
CERTAIN = 0.1


class Failed(Exception):
    """A peer that ended badly, in words for the user."""


@dataclasses.dataclass
class Cost:
    """Seconds and KiB of one run; the start-up is that of a run with a single event."""
    events: int
    size: int
    wall: float
    cpu: float
    peak: int
    start_cpu: float = 0.0
    certain: bool = True


def once(setup, peer, job):
    """Runs the job and returns its whole cost; raises Failed."""
    command = peer.command(job)
    options = ["--limit", str(LIMIT)]
    for name in ("stdin", "stdout", "until"):
        if getattr(command, name):
            options += [f"--{name}", str(getattr(command, name))]
    folder = job.scratch()
    report, errors = folder / "report.json", folder / "stderr"
    with open(errors, "wb") as stderr:
        argv = [setup.tool("measure"), *options, report, *command.argv]
        code = tied([str(word) for word in argv], stderr)
    said = " ".join(errors.read_text(errors="replace").split())[:300]
    if code != 0:
        raise Failed(f"could not be run: {said}")
    found = json.loads(report.read_text())
    if found["timed_out"]:
        raise Failed(f"was stopped after {LIMIT} s: {said}")
    if found["code"] != 0:
        raise Failed(f"exit code {found['code']}: {said}")
    return Cost(job.count, os.path.getsize(job.events), found["wall"], found["cpu"], found["peak_kib"])


def tied(argv, stderr):
    """The exit code of a command whose standard input ends when this process does, however it does."""
    running = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=stderr)
    try:
        return running.wait()
    finally:
        running.stdin.close()
        running.wait()


def net(setup, peer, material, count):
    """The cost of `count` events without that of starting; None, after saying why, if it failed."""
    try:
        start = once(setup, peer, material.job(material, 1, "/dev/null"))
        cost = once(setup, peer, material.job(material, count, "/dev/null"))
    except Failed as error:
        print(f"{peer.name}: {error}", flush=True)
        return None
    cost.wall -= start.wall
    cost.cpu -= start.cpu
    cost.start_cpu = start.cpu
    cost.certain = cost.wall > start.wall * CERTAIN and cost.cpu > start.cpu * CERTAIN
    return cost
