"""The journal of a live session: every event is safe on disk before the screen says so."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

import msgspec

from debrief.errors import EXIT_DISK, Problem
from debrief.i18n import _
from debrief.record import owner as owners
from debrief.record.around import Around
from debrief.record.disk import AlreadyThere, Disk, DiskFull
from debrief.record.journalfile import MAX_RECORD, Damage, JournalFile, Scan, scan
from debrief.record.parts import (
    Elsewhere,
    discard,
    free_copy,
    journal_path,
    list_journals,
    newest,
    number_of,
    parts,
    taking_over,
)

if TYPE_CHECKING:
    from debrief.record.keys import Keys
    from debrief.record.reserve import Reserve

__all__ = ["Elsewhere", "Journal", "Recovered", "discard", "journal_path", "list_journals"]

_FIRST_WAIT: Final = 0.05
_LONGEST_WAIT: Final = 5.0


class Recovered(msgspec.Struct, frozen=True):
    """What a journal held when it was read: the events in order, and whether any were lost."""

    session_id: str
    payloads: tuple[bytes, ...]
    damage: Damage | None
    """torn-tail: the last write was cut short; middle: records after the damage are lost."""
    host: str
    boot: str
    elsewhere: str = ""
    """The name of the other computer that wrote it; empty where it was this one."""


class Journal:
    """Takes events from any thread at once, and makes them durable in a thread of its own.

    `on_saved(sequence, time)` is called there after the data is on the medium, `time` in seconds
    since the epoch; `on_trouble(problem)` once for each new trouble, and after each `on_saved` for
    what stands although saving works: that room must be made, that another computer has taken the
    round over. Neither may block.
    """

    def __init__(
        self,
        disk: Disk,
        file: JournalFile,
        session_id: str,
        keys: Keys,
        payloads: Iterable[bytes] = (),
        fallback: Path | None = None,
        reserve: Reserve | None = None,
        known: Iterable[Path] = (),
    ) -> None:
        self.session_id = session_id
        self.on_saved: Callable[[int, float], None] = _ignore
        self.on_trouble: Callable[[Problem], None] = _ignore_problem
        self._disk, self._file, self._keys = disk, file, keys
        self._fallback = fallback
        self._around = Around(disk, session_id, reserve, known)
        self._payloads = list(payloads)
        self._saved = self._sequence = len(self._payloads)
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._order = threading.Lock()
        self._news = threading.Condition()
        self._part = number_of(file.path)
        self._dead = False
        self._told: set[str] = set()
        self._wait = _FIRST_WAIT
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @classmethod
    def create(
        cls,
        disk: Disk,
        path: Path,
        session_id: str,
        keys: Keys,
        fallback: Path | None = None,
        reserve: Reserve | None = None,
    ) -> Journal:
        """Return a new, empty journal; raises AlreadyThere rather than replace one.

        `fallback` is a folder on another disk, where the journal goes on if this one fails;
        `reserve` what it gives up for room when the disk is full.
        """
        if disk.exists(path := newest(disk, path, fallback)):
            sentence = _("{path} exists already and was left as it is.")
            raise AlreadyThere(sentence.format(path=path), EXIT_DISK)
        disk.sweep(path.parent)
        file = JournalFile.create(disk, path, session_id, keys)
        return cls(disk, file, session_id, keys, fallback=fallback, reserve=reserve)

    @staticmethod
    def recover(disk: Disk, path: Path, keys: Keys) -> Recovered:
        """Return what the journal holds and change nothing; raises Problem if unreadable.

        If the folder has a newer part of the same journal, that is the one that is read.
        """
        path = newest(disk, path, None)
        return _recovered(scan(disk.read(path), keys, path)[0])

    @classmethod
    def reopen(
        cls,
        disk: Disk,
        path: Path,
        keys: Keys,
        fallback: Path | None = None,
        *,
        take_over: bool = False,
        reserve: Reserve | None = None,
    ) -> tuple[Recovered, Journal]:
        """Return what the journal holds, and the journal to go on with.

        A torn tail is cut. Before damage in the middle is cut, the whole file is copied aside as
        `NAME.corrupt`. If there is a newer part, in this folder or in `fallback`, that one is
        taken. One that another computer wrote is left as it is: Elsewhere, or with `take_over` a
        new part that holds all of it. Hold the session's lock. Raises Problem.
        """
        path = newest(disk, path, fallback)
        data = disk.read(path)
        found = scan(data, keys, path)[0]
        recovered, session = _recovered(found), found.owner.session
        known = parts(disk, session, path.parent)
        if recovered.elsewhere and not take_over:
            raise Elsewhere(recovered.elsewhere)
        if recovered.elsewhere:
            file = JournalFile.create(disk, taking_over(path), session, keys, found.payloads)
        else:
            if found.damage == "middle":
                disk.publish(free_copy(disk, path), data)
            file = JournalFile.reopen(disk, path, found, keys)
        return recovered, cls(disk, file, session, keys, found.payloads, fallback, reserve, known)

    @property
    def saved(self) -> int:
        """The highest sequence number that is on the medium; all before it are too."""
        return self._saved

    @property
    def path(self) -> Path:
        """The file in use; another one after the disk failed."""
        return self._file.path

    def append(self, payload: bytes) -> int:
        """Take an event and return its sequence number, from 1; never waits for the disk."""
        if len(payload) > MAX_RECORD:
            raise ValueError(len(payload))
        with self._order:
            if self._closed:
                raise ValueError("closed")
            self._sequence += 1
            self._queue.put(payload)
            return self._sequence

    def wait(self, sequence: int, timeout: float) -> bool:
        """Wait up to `timeout` seconds for the event to be durable; tell whether it is."""
        with self._news:
            return self._news.wait_for(lambda: self._saved >= sequence, timeout)

    def close(self, timeout: float = 10) -> bool:
        """Save what is left, once more if the disk refused, and stop; tell whether all is saved."""
        with self._order:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join(timeout)
        if not self._thread.is_alive():
            self._file.close()
        return self._saved == self._sequence

    def _run(self) -> None:
        retry_at = 0.0
        open_still = True
        if self._payloads:
            self._around.settle()
        while open_still:
            behind = self._saved < len(self._payloads)
            open_still = self._collect(max(0.0, retry_at - time.monotonic()) if behind else None)
            if self._saved == len(self._payloads):
                continue
            if open_still and time.monotonic() < retry_at:
                continue
            if self._save():
                self._wait, retry_at = _FIRST_WAIT, 0.0
                self._told.clear()
            else:
                retry_at = time.monotonic() + self._wait
                self._wait = min(_LONGEST_WAIT, self._wait * 2)
        self._around.give_room()

    def _collect(self, timeout: float | None) -> bool:
        """Take everything that waits, at least one unless time runs out; False once closed."""
        try:
            item = self._queue.get(timeout=timeout)
            while item is not None:
                self._payloads.append(item)
                item = self._queue.get_nowait()
        except Empty:
            return True
        return False

    def _save(self) -> bool:
        """Make everything taken durable; tell whether that worked."""
        count = len(self._payloads)
        troubles = self._attempt()
        full = any(isinstance(one, DiskFull) for one in troubles)
        if full and not self._written(count) and self._around.give_room():
            troubles = self._attempt()
            if self._written(count):
                self._around.was_full()
        for trouble in troubles:
            self._tell(trouble)
        if not self._written(count):
            return False
        with self._news:
            self._saved = count
            self._news.notify_all()
        with suppress(RuntimeError):  # the screen has gone; saving goes on
            self.on_saved(count, time.time())
        for standing in self._around.look(self._file.path):
            with suppress(RuntimeError):
                self.on_trouble(standing)
        return True

    def _written(self, count: int) -> bool:
        return not self._dead and self._file.count >= count

    def _attempt(self) -> list[Problem]:
        """Write and sync what is not durable yet, in a new file if need be; return the troubles."""
        troubles: list[Problem] = []
        try:
            if not self._dead:
                self._file.write(self._payloads[self._file.count :])
                self._dead = True  # until the sync has come back
                self._file.sync()
                self._dead = False
        except Problem as problem:
            troubles.append(problem)
        if self._dead:
            self._move(troubles)
        return troubles

    def _move(self, troubles: list[Problem]) -> None:
        """Go on in a new file that holds everything, here or in the fallback folder."""
        for folder in (self._file.path.parent, self._fallback):
            if folder is None:
                continue
            self._part += 1  # an attempt that failed may have left a file: it must not seem newest
            path = journal_path(folder, self.session_id, self._part)
            try:
                self._disk.make_folder(folder)
                file = JournalFile.create(
                    self._disk, path, self.session_id, self._keys, self._payloads
                )
            except Problem as problem:
                troubles.append(problem)
                continue
            self._file.close()
            self._file, self._dead = file, False
            sentence = _(
                "The disk did not confirm what was saved, so this round now goes on in {path}. "
                "Everything is in it; have the disk checked after the round."
            )
            troubles.append(Problem(sentence.format(path=path), EXIT_DISK))
            return

    def _tell(self, problem: Problem) -> None:
        """Report a trouble, each one only once until saving works again."""
        if str(problem) not in self._told:
            self._told.add(str(problem))
            with suppress(RuntimeError):  # the screen has gone; saving goes on
                self.on_trouble(problem)


def _recovered(found: Scan) -> Recovered:
    owner = found.owner
    other = owners.elsewhere(owner, owners.this_owner(owner.session))
    return Recovered(owner.session, found.payloads, found.damage, owner.host, owner.boot, other)


def _ignore(sequence: int, at: float) -> None:
    """Stand in until somebody listens."""


def _ignore_problem(problem: Problem) -> None:
    """Stand in until somebody listens."""
