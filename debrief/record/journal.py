"""The journal of a live session: every event is safe on disk before the screen says so."""

from __future__ import annotations

import re
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
from debrief.record.disk import AlreadyThere, Disk
from debrief.record.journalfile import MAX_RECORD, Damage, JournalFile, scan
from debrief.text import is_id

if TYPE_CHECKING:
    from debrief.record.keys import Keys

_NAME: Final = re.compile(r"(?P<session>[a-z0-9-]+)(?:\.(?P<part>[2-9]|[1-9][0-9]+))?\.journal")
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


def journal_path(folder: Path, session_id: str, part: int = 1) -> Path:
    """Return the path of a session's journal; part 2 and on replace one whose disk failed."""
    if not is_id(session_id):
        raise ValueError(session_id)
    return folder / (f"{session_id}.journal" if part == 1 else f"{session_id}.{part}.journal")


def _named(path: Path) -> tuple[str, int] | None:
    found = _NAME.fullmatch(path.name)
    return (found["session"], int(found["part"] or 1)) if found else None


def list_journals(disk: Disk, *folders: Path) -> tuple[Path, ...]:
    """Return the newest part of each session's journal in the folders, in order of session id.

    A part holds everything the earlier ones hold. A folder that is not there has none.
    """
    newest: dict[str, tuple[int, Path]] = {}
    for folder in folders:
        for name in disk.list(folder) if disk.exists(folder) else ():
            named = _named(folder / name)
            if named and named[1] > newest.get(named[0], (0, folder))[0]:
                newest[named[0]] = (named[1], folder / name)
    return tuple(newest[session][1] for session in sorted(newest))


def _newest(disk: Disk, path: Path, fallback: Path | None) -> Path:
    """Return the newest part of the journal that `path` is a part of, `path` if it has no name."""
    named = _named(path)
    folders = (path.parent,) if fallback is None else (path.parent, fallback)
    same = [
        found
        for found in list_journals(disk, *folders)
        if named is not None and (part := _named(found)) is not None and part[0] == named[0]
    ]
    return same[0] if same else path


def discard(disk: Disk, session_id: str, folders: Iterable[Path]) -> None:
    """Remove every part of the session's journal; raises Problem.

    The newest goes last: should the program stop in between, no older state is left to go on from.
    """
    parts = [
        (named[1], folder / name)
        for folder in folders
        for name in (disk.list(folder) if disk.exists(folder) else ())
        if (named := _named(folder / name)) is not None and named[0] == session_id
    ]
    for _number, path in sorted(parts):
        disk.unlink(path)


class Journal:
    """Takes events from any thread at once, and makes them durable in a thread of its own.

    `on_saved(sequence, time)` is called there after the data is on the medium, `time` in seconds
    since the epoch; `on_trouble(problem)` once for each new trouble. Neither may block.
    """

    def __init__(
        self,
        disk: Disk,
        file: JournalFile,
        session_id: str,
        keys: Keys,
        payloads: Iterable[bytes] = (),
        fallback: Path | None = None,
    ) -> None:
        self.session_id = session_id
        self.on_saved: Callable[[int, float], None] = _ignore
        self.on_trouble: Callable[[Problem], None] = _ignore_problem
        self._disk, self._file, self._keys = disk, file, keys
        self._fallback = fallback
        self._payloads = list(payloads)
        self._saved = self._sequence = len(self._payloads)
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._order = threading.Lock()
        self._news = threading.Condition()
        named = _named(file.path)
        self._part = named[1] if named else 1
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
    ) -> Journal:
        """Return a new, empty journal; raises AlreadyThere rather than replace one.

        `fallback` is a folder on another disk, where the journal goes on if this one fails.
        """
        if disk.exists(path := _newest(disk, path, fallback)):
            sentence = _("{path} exists already and was left as it is.")
            raise AlreadyThere(sentence.format(path=path), EXIT_DISK)
        disk.sweep(path.parent)
        file = JournalFile.create(disk, path, session_id, keys)
        return cls(disk, file, session_id, keys, fallback=fallback)

    @staticmethod
    def recover(disk: Disk, path: Path, keys: Keys) -> Recovered:
        """Return what the journal holds and change nothing; raises Problem if unreadable.

        If the folder has a newer part of the same journal, that is the one that is read.
        """
        path = _newest(disk, path, None)
        found, _cipher = scan(disk.read(path), keys, path)
        owner = found.owner
        return Recovered(owner.session, found.payloads, found.damage, owner.host, owner.boot)

    @classmethod
    def reopen(
        cls, disk: Disk, path: Path, keys: Keys, fallback: Path | None = None
    ) -> tuple[Recovered, Journal]:
        """Return what the journal holds, and the journal to go on with.

        A torn tail is cut. Before damage in the middle is cut, the whole file is copied aside as
        `NAME.corrupt`. If there is a newer part, in this folder or in `fallback`, that one is
        taken. Hold the session's lock. Raises Problem.
        """
        path = _newest(disk, path, fallback)
        data = disk.read(path)
        found, cipher = scan(data, keys, path)
        if found.damage == "middle":
            disk.publish(_free(disk, path), data)
        file = JournalFile.reopen(disk, path, found, cipher)
        owner = found.owner
        recovered = Recovered(owner.session, found.payloads, found.damage, owner.host, owner.boot)
        return recovered, cls(disk, file, owner.session, keys, found.payloads, fallback)

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
        try:
            if not self._dead:
                self._file.write(self._payloads[self._file.count :])
                self._dead = True  # until the sync has come back
                self._file.sync()
                self._dead = False
        except Problem as problem:
            self._tell(problem)
        if self._dead:
            self._move()
        if self._dead or self._file.count < count:
            return False
        with self._news:
            self._saved = count
            self._news.notify_all()
        with suppress(RuntimeError):  # the screen has gone; saving goes on
            self.on_saved(count, time.time())
        return True

    def _move(self) -> None:
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
                self._tell(problem)
                continue
            self._file.close()
            self._file, self._dead = file, False
            sentence = _(
                "The disk did not confirm what was saved, so this round now goes on in {path}. "
                "Everything is in it; have the disk checked after the round."
            )
            self._tell(Problem(sentence.format(path=path), EXIT_DISK))
            return

    def _tell(self, problem: Problem) -> None:
        """Report a trouble, each one only once until saving works again."""
        if str(problem) not in self._told:
            self._told.add(str(problem))
            with suppress(RuntimeError):  # the screen has gone; saving goes on
                self.on_trouble(problem)


def _free(disk: Disk, path: Path) -> Path:
    """Return the first free name for a damaged copy of `path`."""
    number = 1
    while disk.exists(path.with_name(f"{path.name}.corrupt{'' if number == 1 else number}")):
        number += 1
    return path.with_name(f"{path.name}.corrupt{'' if number == 1 else number}")


def _ignore(sequence: int, at: float) -> None:
    """Stand in until somebody listens."""


def _ignore_problem(problem: Problem) -> None:
    """Stand in until somebody listens."""
