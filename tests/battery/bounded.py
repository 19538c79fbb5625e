"""Run command lines in a process that may use only so much memory, and tell what each gave."""

from __future__ import annotations

import io
import os
import resource
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

ROOT: Final = Path(__file__).parents[2]
MORE_MEMORY: Final = 600 * 1024 * 1024
"""Bytes of address space beyond what an idle process of the program has."""
WORK_S: Final = 20
"""Processor seconds that no command line may take for what is given here."""
HANG_S: Final = 240
"""Only to end what waits for ever."""


OVERVIEW: Final = "(overview)"
"""Stands for the first screen's look at everything, which no command line gives."""


class Gave(msgspec.Struct, frozen=True):
    """What one command line gave; `status` is None where the process ended or hung in it."""

    command: tuple[str, ...]
    status: int | None
    out: str = ""
    err: str = ""

    @property
    def wrong(self) -> str:
        """What no command may do, whatever it is given; empty when it did nothing of it."""
        name = " ".join(self.command[:2])[:40]
        if self.status is None:
            return f"{name}: it hung, or took the process with it"
        if self.status not in range(7):
            return f"{name}: status {self.status}: {self.err.strip()[:160]}"
        if "Traceback" in self.err or (self.status > 1 and not self.err + self.out):
            return f"{name}: no sentence"
        steering = sorted({sign for sign in self.out + self.err if steers(sign)})
        return f"{name}: wrote {steering!a}" if steering else ""


def steers(sign: str) -> bool:
    """Tell whether a terminal may obey a character, or show others in another order for it."""
    return (unicodedata.category(sign) == "Cc" and sign not in "\n\t") or (
        unicodedata.bidirectional(sign) in ("LRE", "RLE", "LRO", "RLO", "PDF")
        or sign in "\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
    )


def run(commands: Sequence[Sequence[str]], environment: Mapping[str, str]) -> list[Gave]:
    """Run the command lines one after another in one process; stop at one that does not end."""
    given = msgspec.json.encode([[os.fsencode(word).hex() for word in one] for one in commands])
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.battery.bounded"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    shown, _err = child.communicate(given)  # the process ends itself where it hangs
    rows = [msgspec.json.decode(row, type=tuple[int, str, str]) for row in shown.splitlines()]
    gave = [Gave(tuple(one), *row) for one, row in zip(commands, rows, strict=False)]
    return gave + [Gave(tuple(one), None) for one in commands[len(rows) : len(rows) + 1]]


def _limit() -> None:
    size = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MORE_MEMORY, size + MORE_MEMORY))


def _patience() -> None:
    """Let the system end this process where the next command takes too much or waits for ever."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + WORK_S
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    signal.alarm(HANG_S)


def _one(command: list[str]) -> tuple[int, str, str]:
    from debrief.__main__ import main

    door = _overview if command == [OVERVIEW] else main
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _name in "oe"]
    sys.stdin = io.TextIOWrapper(io.BytesIO(), "utf-8")
    kept = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = streams
    try:
        status = door(command)
    finally:
        sys.stdout, sys.stderr = kept
    shown = [stream.detach() for stream in streams]
    out, err = (found.getvalue().decode("utf-8", "replace") for found in shown)
    return status, out[:2_000_000], err[:100_000]


def _overview(_command: list[str]) -> int:
    """Look at everything as the first screen does."""
    from debrief.desk import Desk
    from debrief.errors import Problem
    from debrief.workspace.places import find

    try:
        found = Desk(find()).overview()
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return problem.status
    except Exception as error:  # noqa: BLE001 - that nothing else comes is what is asked
        sys.stderr.write(f"{type(error).__name__}\n")
        return 70
    print(*(one.problem for one in found.unfinished if one.problem))
    return 0


def child() -> None:
    """Read command lines, run them, and write a row for each as it ends."""
    commands = msgspec.json.decode(sys.stdin.buffer.read(), type=list[list[str]])
    _limit()
    for one in commands:
        _patience()
        row = _one([os.fsdecode(bytes.fromhex(word)) for word in one])
        sys.__stdout__.buffer.write(msgspec.json.encode(row) + b"\n")  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]


if __name__ == "__main__":
    child()
