"""Run every battery: `python -m tests.battery [--full] [--seed N] [PART OF A NAME]...`.

Prints one table, and ends with 1 when anything is wrong or a planted fault was not seen.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

from . import cuts, flips, fullness, killing, powercut, refusals, smalldisk
from .pace import Battery, Pace

ALL = (
    powercut.BATTERY, powercut.OUT_OF_ORDER, powercut.KILLED, refusals.ONCE, refusals.TWICE,
    refusals.FOREVER, refusals.AFTER_A_KILL, fullness.BATTERY, cuts.BATTERY, flips.PYTHON,
    flips.SCRIPT, killing.BATTERY, smalldisk.BATTERY,
)  # fmt: skip
SHOWN = 12
"""So many different wrong states of a battery are told."""
FOOT = """
kill -9 does not touch what the system has taken and not yet written: a missing sync is seen by the
batteries on the disk in memory only. Power loss of a real machine is out of reach here: nothing in
this table pulled a plug, so a drive that lies about its cache is not covered.
Times are those of the processor; they are not part of the result.
"""


def tried(battery: Battery, pace: Pace) -> tuple[int, list[str]]:
    """Run a battery; return how many states were tried, and what was wrong in which."""
    states = list(battery.states(pace))
    return len(states), [wrong for wrong in states if wrong]


def _kind(wrong: str) -> str:
    """Return what is wrong without the number of the call and of the error."""
    return re.sub(r" \(call [0-9]+\) [A-Z]+", "", wrong)


def sees(battery: Battery, folder: Path, seed: int) -> dict[str, bool]:
    """Plant each of the battery's faults and tell whether a sample sees it."""
    seen = {}
    for bug in battery.bugs:
        with bug.plant():
            seen[bug.name] = any(battery.states(Pace(folder, seed=seed)))
    return seen


def _used() -> float:
    """Return the processor seconds that this process and those it started have used."""
    return sum(os.times()[:4])


def run(battery: Battery, folder: Path, full: bool, seed: int) -> bool:
    """Run one battery and print its rows; tell whether all is well."""
    if why := battery.missing():
        print(f"{battery.name:<46} skipped: {why}")
        return True
    began = _used()
    count, wrong = tried(battery, Pace(folder, full, seed))
    seen = sees(battery, folder, seed)
    print(f"{battery.name:<46} {count:>8} {len(wrong):>6}   {_used() - began:6.1f} s")
    for name, caught in seen.items():
        print(f"    {'seen    ' if caught else 'NOT SEEN'}  {name}")
    for text, times in Counter(map(_kind, wrong)).most_common(SHOWN):
        print(f"    WRONG x{times}  {text}")
    sys.stdout.flush()
    return not wrong and all(seen.values())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.battery", description=__doc__)
    parser.add_argument("--full", action="store_true", help="every state, not a sample")
    parser.add_argument("--seed", type=int, default=20261121, help="which sample")
    parser.add_argument("names", nargs="*", help="only batteries whose name has one of these")
    given = parser.parse_args()
    chosen = [one for one in ALL if not given.names or any(n in one.name for n in given.names)]
    print(f"{'battery':<46} {'states':>8} {'wrong':>6}")
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        results = [run(battery, Path(folder), given.full, given.seed) for battery in chosen]
    print(FOOT)
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
