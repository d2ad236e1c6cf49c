"""What the processes of one session have cost so far."""
import dataclasses
import os
import pathlib

TICK = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Weight:
    """Seconds of processor time of all threads, ended children included; KiB at the most."""
    cpu: float = 0.0
    peak: int = 0


def weigh(leader):
    """The weight of a session, named by the process that began it."""
    whole = Weight()
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) != leader:
                continue
            status = (folder / "status").read_text()
        except (OSError, IndexError):
            continue  # It has ended.
        # User and system time, its own and that of children it has waited for.
        whole.cpu += sum(map(int, fields[11:15])) / TICK
        whole.peak += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    return whole
