"""The index: what the record parts of all closed sessions say, ready to be asked.

It is derived from the files and may be thrown away at any time; it holds nothing that is sealed in
them. In memory it is a SQLite database; on disk it lies sealed for this computer's key, in the
local state folder, since thousands of records together tell more than each of them. A file is read
again when its size, its time or its number in the file system is another; `verify` looks at every
byte, this does not.
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from debrief.errors import Problem
from debrief.i18n import _
from debrief.record import beside, sessionfile
from debrief.record.atonce import SOME, Progress, at_once, pays_off
from debrief.record.blocks import LIMIT
from debrief.record.disk import Disk
from debrief.workspace import tables

if TYPE_CHECKING:
    from debrief.record.keys import Keys
    from debrief.record.sessionfile import SessionFile

VERSION: Final = 3
"""Raised when the tables change; an index of another version is made anew."""
_RACY_NS: Final = 2_000_000_000
"""A file written so shortly before it was looked at may change again without a newer time."""
_NO_STAMP: Final = (-1, 0, 0)
_HEADER: Final = b"SQLite format 3\0"


Stamp = tuple[int, int, int]
"""What tells, without reading it, that a file is still the one that was read.

Its size in bytes, its time in ns, its number in the file system. A plain tuple: a look at ten
thousand files makes two of each.
"""


class Row(msgspec.Struct, frozen=True, array_like=True):
    """What one file gives to the index: rows for its tables, or why it could not be read."""

    name: str
    stamp: Stamp
    seen_ns: int
    problem: str = ""
    session: tuple[str | int, ...] = ()
    people: tuple[tuple[str | int, ...], ...] = ()
    actions: tuple[tuple[str | int, ...], ...] = ()
    table: str = ""
    """Which of `tables.INTO` it is a row of, if it is no session."""
    beside: tuple[str | int, ...] = ()


class Changes(msgspec.Struct, frozen=True):
    """What a refresh did: files read again, files that are gone, files there are."""

    read: int = 0
    gone: int = 0
    files: int = 0


def _time(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _session_row(name: str, file: SessionFile) -> tuple[str | int, ...]:
    about, counts = file.session, file.counts
    return (
        *(about.id, name, _time(about.opened), _time(about.closed)),
        *(about.opened.astimezone().date().isoformat(), about.protocol, about.language),
        *(about.team, about.place, about.supervisor, len(file.people)),
        *(counts.signs_shown, counts.signs_confirmed, counts.signs_dismissed),
        *(counts.guardrails_overridden, counts.contacts, len(file.duties)),
        *(about.private_until.isoformat(), about.retain_until.isoformat()),
    )


def _people_rows(file: SessionFile) -> Iterator[tuple[str | int, ...]]:
    for person, one in file.people.items():
        turns = [*one.turns.values()]
        counts = (turns.count(turn) for turn in ("spoke", "passed", "left"))
        yield file.session.id, person, one.role, one.place, one.channel, *counts, one.follow_up


def _action_rows(file: SessionFile) -> Iterator[tuple[str | int, ...]]:
    for number, one in enumerate(file.actions, 1):
        due = one.due.isoformat() if one.due else ""
        yield file.session.id, number, one.text, one.owner, due


def read_row(folder: Path, name: str) -> Row:
    """Return what the file `name` (`YYYY/ID.toml`) of the sessions folder gives to the index."""
    path, seen = folder / name, time.time_ns()
    try:
        stamp = _stamp(path.stat(follow_symlinks=False))
        if not path.is_file() or path.is_symlink():
            return Row(name, stamp, seen, _not_a_file(name))
        data = Disk().read(path, LIMIT + 1)
    except OSError:
        return Row(name, _NO_STAMP, seen, _not_a_file(name))
    except Problem as problem:
        return Row(name, _NO_STAMP, seen, str(problem))
    try:
        return _row(Row(name, stamp, seen), path, data)
    except Problem as problem:
        return Row(name, stamp, seen, str(problem))


def _not_a_file(name: str) -> str:
    return _("{name} is not a file that can be read; it was passed over.").format(name=name)


def _row(row: Row, path: Path, data: bytes) -> Row:
    """Return `row` filled in from the file; raises Problem."""
    if event := beside.event_of(path.stem):
        table, said = _beside(event, data, row.name, path.name)
        called, filled = str(said[0]), msgspec.structs.replace(row, table=table, beside=said)
    else:
        file = sessionfile.read(data, path.name, whole=False)
        called = file.session.id
        filled = msgspec.structs.replace(
            row,
            session=_session_row(row.name, file),
            people=tuple(_people_rows(file)),
            actions=tuple(_action_rows(file)),
        )
    if called != path.stem:
        raise Problem(
            _(
                "{name} is the session {id} under another name, perhaps a copy that a synced "
                "folder made; it was passed over. Look at both, and move one away."
            ).format(name=row.name, id=called)
        )
    return filled


def _beside(event: str, data: bytes, name: str, file: str) -> tuple[str, tuple[str | int, ...]]:
    """Return the table and the row of a file that is no session; raises Problem."""
    if event == beside.FOLLOW_UP:
        one = sessionfile.read_follow_up(data, file)
        numbers = (one.contact or 0, one.action or 0)
        said = (one.session, one.about, *numbers, one.outcome, int(one.again), _time(one.at))
        return "followed", (one.id, name, *said)
    if event == beside.NOT_HELD:
        not_held = sessionfile.read_not_held(data, file)
        days = (not_held.day.isoformat(), not_held.reason, not_held.retain_until.isoformat())
        return "not_held", (not_held.id, name, not_held.team, *days)
    put_right = sessionfile.read_correction(data, file)
    about = (put_right.session, put_right.about, _time(put_right.at))
    return "corrections", (put_right.id, name, *about)


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_size, found.st_mtime_ns, found.st_ino


def _rows(folder: Path, names: Sequence[str]) -> tuple[Row, ...]:
    """Read some of the files, in a process of its own."""
    return tuple(read_row(folder, name) for name in names)


def _text(name: str) -> str:
    """Return a name as text; what is no text in it gives way to `?`, and no file is called so."""
    return name if name.isascii() else name.encode("utf-8", "replace").decode("utf-8")


def _there(folder: Path) -> Iterator[tuple[str, Stamp]]:
    """Yield every session file of the folder, and every file beside one."""
    try:
        years = [one for one in os.scandir(folder) if one.name.isdecimal() and len(one.name) == 4]
    except OSError:
        return
    for year in years:
        try:
            entries = [*os.scandir(year.path)]
        except OSError:
            continue
        for entry in entries:
            if entry.name.endswith(".toml") and not entry.name.startswith("."):
                try:
                    stamp = _stamp(entry.stat(follow_symlinks=False))
                    yield f"{year.name}/{_text(entry.name)}", stamp
                except OSError:  # it went while we looked
                    continue


class Index:
    """The index of one sessions folder, in memory. Not safe for use by two threads at once."""

    def __init__(self, folder: Path, stored: bytes | None = None) -> None:
        """Take up what `save` gave, where it is an index of this version; else begin anew."""
        self.folder = folder
        self.changed = stored is None
        """Whether there is something to store."""
        self.database = sqlite3.connect(":memory:", check_same_thread=False)
        if stored is None or not self._load(stored):
            self.changed = True
            self.database.executescript(tables.SCHEMA)
            self.database.execute(f"pragma user_version = {VERSION}")

    def _load(self, stored: bytes) -> bool:
        if not stored.startswith(_HEADER):
            return False
        try:
            self.database.deserialize(stored)
            found = self.database.execute("pragma user_version").fetchone()[0]
            self.database.execute(tables.THERE)
        except sqlite3.Error:
            found = None
        if found == VERSION:
            return True
        self.database.close()
        self.database = sqlite3.connect(":memory:", check_same_thread=False)
        return False

    def stored(self) -> bytes:
        """Return the index as bytes to keep."""
        self.database.commit()
        return self.database.serialize()

    def refresh(self, progress: Progress | None = None) -> Changes:
        """Read again what changed in the folder, and forget what is gone.

        With `progress` many files are read by several processes.
        """
        there = dict(_there(self.folder))
        known = {
            name: (size, mtime_ns, inode) if mtime_ns < seen_ns - _RACY_NS else None
            for name, size, mtime_ns, inode, seen_ns in self.database.execute(
                "select name, size, mtime_ns, inode, seen_ns from files"
            )
        }
        gone = known.keys() - there.keys()
        dirty = [name for name, stamp in there.items() if known.get(name) != stamp]
        for row in self._read(dirty, progress):
            self._take(row)
        for name in sorted(gone):
            self._drop(name)
        if dirty or gone:
            self.changed = True
            self.database.commit()
        return Changes(len(dirty), len(gone), len(there))

    def _read(self, names: list[str], progress: Progress | None) -> Iterable[Row]:
        if progress is None or not pays_off(len(names)):
            return _rows(self.folder, names)
        return self._read_at_once(names, progress)

    def _read_at_once(self, names: list[str], progress: Progress) -> Iterator[Row]:
        parts = [names[at : at + SOME] for at in range(0, len(names), SOME)]
        for done, row in enumerate(at_once(partial(_rows, self.folder), parts), 1):
            if done % SOME == 0 or done == len(names):
                progress(done, len(names))
            yield row

    def _take(self, row: Row) -> None:
        self._drop(row.name)
        run = self.database.execute
        told = (row.name, *row.stamp, row.seen_ns, row.problem)
        run("insert into files values (?,?,?,?,?,?)", told)
        if row.session:
            run("delete from people where session = ?", row.session[:1])
            run("delete from actions where session = ?", row.session[:1])
            run(tables.INTO_SESSIONS, row.session)
        for one in row.people:
            run(tables.INTO_PEOPLE, one)
        for one in row.actions:
            run(tables.INTO_ACTIONS, one)
        if row.table:
            run(tables.INTO[row.table], row.beside)

    def _drop(self, name: str) -> None:
        run = self.database.execute
        if run("delete from files where name = ?", (name,)).rowcount:
            for statement in tables.OUT:
                run(statement, (name,))

    def ask(self, question: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        asked = (_text(one) if isinstance(one, str) else one for one in values)
        return self.database.execute(question, tuple(asked)).fetchall()


def load(disk: Disk, path: Path, folder: Path, keys: Keys | None) -> Index:
    """Return the index kept at `path`, an empty one where there is none that can be used."""
    stored: bytes | None = None
    if keys is not None:
        try:
            stored = keys.unseal(disk.read(path)) if disk.exists(path) else None
        except Problem:  # another key, or damaged: it is made anew from the files
            stored = None
    return Index(folder, stored)


def save(disk: Disk, path: Path, index: Index, keys: Keys | None) -> None:
    """Keep the index, sealed, where it changed; raises Problem."""
    if keys is None or not index.changed:
        return
    disk.make_folder(path.parent)
    disk.publish(path, keys.seal_binary(index.stored()))
    index.changed = False
