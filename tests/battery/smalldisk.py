"""A real small disk: a tmpfs of 64 to 800 KB that runs full while a round is held on it."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import bugs
from .pace import Battery, Bug, Pace, States

ROOT = Path(__file__).parents[2]
OWN_MOUNTS = ("unshare", "-Urm")


_bug: list[str] = []


def missing() -> str:
    """Return why no disk can be mounted here; empty when one can."""
    try:
        done = subprocess.run(
            [*OWN_MOUNTS, "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        return f"unshare cannot be run ({error.strerror})"
    return "" if done.returncode == 0 else f"no mounts here ({done.stderr.strip()})"


def held(pace: Pace, size_kb: int, written_kb: int) -> tuple[bool, str]:
    """Hold a round of so many kilobytes on such a disk; tell if it refused, and what is wrong."""
    with pace.place() as folder:
        command = [*OWN_MOUNTS, sys.executable, "-m", "tests.battery.tight", str(folder)]
        done = subprocess.run(
            [*command, str(size_kb), str(written_kb), *_bug],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    if done.returncode != 0:
        return False, done.stderr.strip()[-300:] or "the program fell"
    refused, _space, wrong = done.stdout.strip().partition(" ")
    return refused == "refused", wrong


def states(pace: Pace) -> States:
    """A round too large for its journal, and one whose sealed file is."""
    full = 0
    sizes = [(size, share) for size in range(64, 801, 64) for share in (0.3, 0.45, 0.9)]
    for kilobytes, share in pace.some(sizes, math.ceil(2 / pace.share)):
        refused, wrong = held(pace, kilobytes, int(kilobytes * share))
        full += refused
        yield f"disk of {kilobytes} KB: {wrong}" if wrong else ""
    yield "" if full else "no disk ran full, so nothing was shown"


@contextmanager
def _half_stays() -> Iterator[None]:
    _bug.append("half")
    try:
        yield
    finally:
        _bug.clear()


BATTERY = Battery("a real small disk", states, (Bug(bugs.HALF_STAYS.name, _half_stays),), missing)
