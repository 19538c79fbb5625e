"""kill -9 of the real program: at every call that writes, and whenever it has said something.

The page cache outlives a killed program, so nothing here can see a missing sync: `powercut` does.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from debrief.clock import utc_now
from debrief.desk import Desk
from debrief.record import sessionfile, verify
from debrief.record.disk import Disk
from debrief.record.journal import Journal, list_journals

from .evening import places, said
from .pace import Battery, Bug, Pace, States
from .sitting import HASTY

ROOT = Path(__file__).parents[2]
_bug: list[str] = []


class Promises:
    """What a folder's programs have said so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.saved: dict[str, int] = {}
        self.closed: dict[str, int] = {}

    def hear(self, line: str) -> None:
        words = line.split()
        if words[:1] == ["saved"]:
            self.saved[words[1]] = max(int(words[2]), self.saved.get(words[1], 0))
        elif words[:1] == ["closed"]:
            self.closed[words[1]] = int(words[2])

    def wrong(self) -> str:
        """Return which promise is broken, looking at it and then going on as at a next start."""
        desk = Desk(places(self.folder), utc_now, plugins=False)
        recovered = [
            Journal.recover(Disk(), path, desk.keys)
            for path in list_journals(Disk(), desk.places.live)
        ]
        kept = {one.session_id: len(one.payloads) for one in recovered}
        desk.unfinished()  # a close that was broken off is carried on
        sealed = {path.stem: path for path in desk.places.sessions.glob("2*/*.toml")}
        for session, number in self.saved.items():
            if session not in sealed and kept.get(session, 0) < number:
                return f"{number} records were saved, {kept.get(session, 0)} are there"
        for session, notes in self.closed.items():
            if session not in sealed or not _holds(sealed[session], desk, notes):
                return "a closed session is not there, or not all of it"
        if sealed and not all(v.ok for v in verify.verify_folder(Disk(), desk.places.sessions)):
            return "verify finds something after the next start"
        return ""


def _holds(path: Path, desk: Desk, notes: int) -> bool:
    private = sessionfile.open_private(path.read_bytes(), desk.keys)
    wanted = "".join(map(said, range(1, notes + 1)))
    return any(wanted in block.get("notes", {}).values() for block in private.values())


def killed(promises: Promises, at: int, lines: int) -> bool:
    """Run the program until it is killed, at its call `at` or after `lines` lines; tell if it was.

    With neither, it holds one round and ends by itself.
    """
    command = [sys.executable, "-m", "tests.battery.sitting", str(promises.folder), str(at)]
    command += ["9" if lines else "1", *_bug]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        for count, line in enumerate(child.stdout, 1):
            promises.hear(line)
            if count == lines:
                child.kill()
        child.wait(120)
    return child.returncode != 0


def _judged(promises: Promises, about: str) -> str:
    try:
        wrong = promises.wrong()
    except Exception as error:  # noqa: BLE001 - whatever it is, that state is wrong
        wrong = type(error).__name__
    return f"killed {about}: {wrong}" if wrong else ""


def at_calls(pace: Pace) -> States:
    """Kill a first round at its n-th call, look, and hold another: for every n."""
    for at in pace.some(range(1, 80), 2):
        with pace.place() as folder:
            promises = Promises(folder)
            there = killed(promises, at, 0)
            yield _judged(promises, f"at call {at}")
            killed(promises, 0, 0)
            yield _judged(promises, f"at call {at}, and gone on")
        if not there:
            break


def at_lines(pace: Pace) -> States:
    """Kill again and again in one folder, each time after a few lines said."""
    with pace.place() as folder:
        promises = Promises(folder)
        for number in range(40 if pace.full else 2):
            lines = pace.choose.randrange(1, 30)
            killed(promises, 0, lines)
            yield _judged(promises, f"for the {number + 1}. time, after {lines} lines")


def states(pace: Pace) -> Iterator[str]:
    yield from at_calls(pace)
    yield from at_lines(pace)


@contextmanager
def _hasty() -> Iterator[None]:
    _bug.append(HASTY)
    try:
        yield
    finally:
        _bug.clear()


BATTERY = Battery(
    "kill -9 of the program", states, (Bug("told as saved when only in memory", _hasty),)
)
