"""The outbox file and what can be read in it. `debrief.delivery.outbox` is the half that writes."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Protocol, Self

import msgspec

from debrief.delivery import series
from debrief.delivery.rows import DeliveryReceipt, Pause, Place, Row
from debrief.errors import EXIT_DELIVERY, EXIT_DISK, Problem
from debrief.i18n import _
from debrief.plugin import Document

_SCHEMA: Final = 1
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS delivery (
  id TEXT PRIMARY KEY, session TEXT NOT NULL, destination TEXT NOT NULL,
  revision INTEGER NOT NULL, state TEXT NOT NULL, row TEXT NOT NULL, body BLOB,
  UNIQUE (session, destination, revision)
) STRICT;
CREATE INDEX IF NOT EXISTS delivery_state ON delivery (state);
CREATE TABLE IF NOT EXISTS attempt (
  row TEXT NOT NULL, number INTEGER NOT NULL, started TEXT NOT NULL, ended TEXT,
  ending TEXT, why TEXT, PRIMARY KEY (row, number)
) STRICT;
CREATE TABLE IF NOT EXISTS receipt (
  row TEXT PRIMARY KEY, receipt TEXT NOT NULL, told INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS pause (destination TEXT PRIMARY KEY, pause TEXT NOT NULL) STRICT;
"""


class Cipher(Protocol):
    """What the bodies are encrypted with."""

    def encrypt(self, data: bytes) -> bytes:
        """Return `data` so that only the user can read it."""
        ...

    def decrypt(self, data: bytes) -> bytes:
        """Return what was encrypted; raises Problem when the key does not fit."""
        ...


class Tried(msgspec.Struct, frozen=True):
    """One attempt, as it is kept: `ending` empty while it runs or if it was cut off."""

    row: str
    number: int
    started: str
    ended: str
    ending: str
    why: str


class Shelf:
    """One SQLite file with deliveries, receipts and attempts, and everything that only looks."""

    def __init__(self, connection: sqlite3.Connection, cipher: Cipher) -> None:
        """Use `open`."""
        self._db = connection
        self.cipher = cipher
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path, cipher: Cipher) -> Self:
        """Open the outbox file, made with mode 0600 if it is not there; raises Problem."""
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            connection = sqlite3.connect(
                path, timeout=30, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > _SCHEMA:
                connection.close()
                raise Problem(
                    _(
                        "The outbox {path} was written by a newer version of the program and was"
                        " left as it is; use that version."
                    ).format(path=path),
                    EXIT_DISK,
                )
            connection.executescript(_TABLES + series.TABLE)
            connection.execute(f"PRAGMA user_version = {_SCHEMA}")
        except (OSError, sqlite3.Error) as error:
            raise unusable() from error
        return cls(connection, cipher)

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._db.close()

    @contextlib.contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Give a transaction that is on the disk when the block ends, or undone if it fails."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                raise unusable() from error
            try:
                yield self._db
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise unusable() from error
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise

    def read(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return what a query finds; raises Problem when the file can't be read."""
        with self._lock:
            try:
                return self._db.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise unusable() from error

    def rows(self, session: str | None = None) -> list[Row]:
        """Return all deliveries (of one session), in the order they were planned."""
        if session is None:
            return [
                row_of(text) for (text,) in self.read("SELECT row FROM delivery ORDER BY rowid")
            ]
        query = "SELECT row FROM delivery WHERE session = ? ORDER BY rowid"
        return [row_of(text) for (text,) in self.read(query, (session,))]

    def row(self, row_id: str) -> Row:
        """Return one delivery; raises Problem if there is none with this id."""
        found = self.read("SELECT row FROM delivery WHERE id = ?", (row_id,))
        if not found:
            raise Problem(
                _("There is no delivery {id}, and nothing was changed.").format(id=row_id),
                EXIT_DELIVERY,
            )
        return row_of(found[0][0])

    def body(self, row_id: str) -> bytes:
        """Return the very bytes that will be sent; raises Problem if they are gone or damaged."""
        row = self.row(row_id)
        sealed = self.read("SELECT body FROM delivery WHERE id = ?", (row_id,))[0][0]
        if sealed is None:
            raise Problem(
                _("The content of delivery {id} is not kept any more.").format(id=row_id),
                EXIT_DELIVERY,
            )
        body = self.cipher.decrypt(sealed)
        if hashlib.sha256(body).hexdigest() != row.sha256:
            raise Problem(
                _(
                    "The content of delivery {id} is not what was approved, so it is not sent; give"
                    " it up."
                ).format(id=row_id),
                EXIT_DELIVERY,
            )
        return body

    def document(self, row_id: str) -> Document:
        """Return what will be sent, as an exporter gets it; raises Problem like `body`."""
        row = self.row(row_id)
        return Document(row.id, self.body(row_id), row.media_type, row.sha256, row.filename)

    def place(self, destination: str, document: str) -> Place:
        """Return the place of a document, or what it would be if it were put in now."""
        return series.place_of(self.read, destination, document)

    def due(self, now: dt.datetime, *, all_ready: bool = False) -> list[Row]:
        """Return what may be sent now, in order: ready, its time come (or `all_ready`), and no
        earlier revision for the same session and destination still under way.
        """
        open_before: set[tuple[str, str]] = set()
        due: list[Row] = []
        for row in sorted(self.waiting(), key=lambda row: row.revision):
            line = (row.session, row.destination)
            waited = all_ready or row.next_at is None or row.next_at <= now
            if row.state == "ready" and waited and line not in open_before:
                due.append(row)
            open_before.add(line)
        return sorted(due, key=lambda row: (row.planned, row.revision))

    def waiting(self) -> list[Row]:
        """Return every delivery that has not ended, in the order they were planned."""
        query = (
            "SELECT row FROM delivery WHERE state NOT IN ('delivered', 'abandoned') ORDER BY rowid"
        )
        return [row_of(text) for (text,) in self.read(query)]

    def unended(self) -> int:
        """Return how many deliveries have not ended."""
        query = "SELECT count(*) FROM delivery WHERE state NOT IN ('delivered', 'abandoned')"
        return int(self.read(query)[0][0])

    def attempts(self, row_id: str) -> list[Tried]:
        """Return every attempt of a delivery, first to last."""
        query = (
            "SELECT row, number, started, coalesce(ended, ''), coalesce(ending, ''),"
            " coalesce(why, '') FROM attempt WHERE row = ? ORDER BY number"
        )
        return [Tried(*found) for found in self.read(query, (row_id,))]

    def receipts(self) -> list[DeliveryReceipt]:
        """Return the receipts, oldest first."""
        found = self.read("SELECT receipt FROM receipt ORDER BY rowid")
        return [msgspec.json.decode(text, type=DeliveryReceipt) for (text,) in found]

    def pauses(self) -> dict[str, Pause]:
        """Return the destinations that nothing goes to for now, by name."""
        found = self.read("SELECT pause FROM pause ORDER BY destination")
        pauses = (msgspec.json.decode(text, type=Pause) for (text,) in found)
        return {one.destination: one for one in pauses}

    def untold(self) -> list[DeliveryReceipt]:
        """Return the receipts that have not been passed on yet, oldest first."""
        found = self.read("SELECT receipt FROM receipt WHERE told = 0 ORDER BY rowid")
        return [msgspec.json.decode(text, type=DeliveryReceipt) for (text,) in found]

    def lapsed(self, now: dt.datetime) -> list[Row]:
        """Return the rows whose attempt was cut off: sending, and the lease is over."""
        found = self.read("SELECT row FROM delivery WHERE state = 'sending'")
        rows = (row_of(text) for (text,) in found)
        return [row for row in rows if row.lease_until is None or row.lease_until <= now]


def row_of(text: str) -> Row:
    """Return the row that is kept as JSON."""
    return msgspec.json.decode(text, type=Row)


def unusable() -> Problem:
    """Return the sentence for a file that SQLite or the disk refuses."""
    return Problem(
        _(
            "The outbox could not be read or written, so nothing was sent; the session file is"
            " unharmed. Check the disk, then try again."
        ),
        EXIT_DISK,
    )
