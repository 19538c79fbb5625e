"""What a program does with the disk: steps that each end in a promise, and what must be left of it.

A step that raises a Problem is taken again, as a person would.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from debrief.errors import Problem
from debrief.record import closing
from debrief.record.disk import Disk
from debrief.record.journal import Journal, list_journals
from debrief.record.journalfile import JournalFile
from debrief.record.keys import Keys
from tests.record.crash import Tree
from tests.record.rounds import a_round
from tests.record.test_power_cut import close_is_good

from .pace import Pace

Step = Callable[[], int]
"""Does something durably and returns how much has been promised by now."""
WAIT: Final = 30.0
"""Seconds until a writer that does not come back is given up; no other outcome depends on it."""


class Scene:
    """A piece of work; one object is used for one playing. `given` is on the disk before."""

    name = ""
    given: Tree = frozenset()

    def __init__(self, pace: Pace) -> None:
        self.keys = pace.keys
        self.hopeless: Callable[[], bool] = bool
        """Whether the disk is gone for good, so that waiting for it is no use."""

    def await_saved(self, wait: Callable[[float], bool]) -> None:
        """Wait until something is saved; raises Problem once that is hopeless."""
        until = time.monotonic() + WAIT
        while not wait(0.02):
            if self.hopeless():
                raise Problem("The disk is gone.")
            if time.monotonic() > until:
                raise TimeoutError

    def steps(self, base: Path, disk: Disk) -> Iterator[Step]:
        """Yield the steps, in order; each may be taken again after a Problem."""
        raise NotImplementedError

    def good(self, folder: Path, promised: int) -> bool:
        """Tell whether all that was promised is left in a real folder, and it can be gone on from.

        What it raises counts as wrong too.
        """
        raise NotImplementedError

    def wrong(self, folder: Path, promised: int) -> str:
        """Return what is wrong in a real folder; empty when nothing is."""
        try:
            good = self.good(folder, promised)
        except Exception as error:  # noqa: BLE001 - whatever it is, that state is wrong
            return f"{type(error).__name__} {error}"
        return "" if good else "something promised is gone, or not whole"


def note(number: int) -> bytes:
    return b"event %d" % number


class Writing(Scene):
    """A journal: four events one by one, closed, opened again, one more."""

    name = "a live round"

    def steps(self, base: Path, disk: Disk) -> Iterator[Step]:
        self._tries = 0
        self._base, self._disk = base, disk
        yield self._open
        for number in range(1, 5):
            yield lambda n=number: self._add(n)  # type: ignore[misc]
        yield self._reopen
        yield lambda: self._add(5)
        self._journal.close()

    def _open(self) -> int:
        self._tries += 1
        name = f"s-{self._tries}"
        self._journal = Journal.create(self._disk, self._base / f"{name}.journal", name, self.keys)
        return 0

    def _add(self, number: int) -> int:
        sequence = self._journal.append(note(number))
        self.await_saved(partial(self._journal.wait, sequence))
        return number

    def _reopen(self) -> int:
        self._journal.close()
        path = self._base / f"s-{self._tries}.journal"
        _found, self._journal = Journal.reopen(self._disk, path, self.keys)
        return self._journal.saved

    def good(self, folder: Path, promised: int) -> bool:
        best = 0
        for path in list_journals(Disk(), folder):
            found, journal = Journal.reopen(Disk(), path, self.keys)
            journal.close()
            count = len(found.payloads)
            if found.payloads != tuple(map(note, range(1, count + 1))):
                return False
            best = max(best, count)
        return best >= promised


class Closing(Scene):
    """Two rounds closed one after the other: session file, signers, ledger."""

    name = "closing"

    def steps(self, base: Path, disk: Disk) -> Iterator[Step]:
        for number in (1, 2):
            yield lambda n=number: self._close(base, disk, n)  # type: ignore[misc]

    def _close(self, base: Path, disk: Disk, number: int) -> int:
        closing.seal(disk, base, a_round(1, session=f"2026-11-2{number}-x"), self.keys)
        return number

    def good(self, folder: Path, promised: int) -> bool:
        return close_is_good(self.keys)(folder, promised)


class FirstRun(Scene):
    """The keys of a computer, made the first time."""

    name = "first-run keys"

    def steps(self, base: Path, disk: Disk) -> Iterator[Step]:
        yield lambda: self._make(base, disk)

    def _make(self, base: Path, disk: Disk) -> int:
        self.made = Keys.load_or_create(disk, base)
        return 1

    def good(self, folder: Path, promised: int) -> bool:
        found = Keys.load_or_create(Disk(), folder)
        same = promised == 0 or (found.fingerprint, found.recipient) == (
            self.made.fingerprint,
            self.made.recipient,
        )
        return same and found.unseal(found.seal(b"x")) == b"x"


class GoingOn(Scene):
    """A journal opened again after a kill that came between writing and syncing."""

    name = "going on after a kill"

    def steps(self, base: Path, disk: Disk) -> Iterator[Step]:
        self._base, self._disk = base, disk
        yield self._killed
        yield self._reopen
        yield self._add

    def _killed(self) -> int:
        path = self._base / "s-1.journal"
        if not self._disk.exists(path):
            JournalFile.create(self._disk, path, "s-1", self.keys).write([note(1), note(2)])
        return 0

    def _reopen(self) -> int:
        path = self._base / "s-1.journal"
        _found, self._journal = Journal.reopen(self._disk, path, self.keys)
        return self._journal.saved

    def _add(self) -> int:
        number = self._journal.append(note(self._journal.saved + 1))
        self.await_saved(partial(self._journal.wait, number))
        self._journal.close()
        return number

    def good(self, folder: Path, promised: int) -> bool:
        return Writing.good(self, folder, promised)  # type: ignore[arg-type]
