"""A workspace, and what a stranger may put into it."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec
import tomli_w

from debrief.desk import Desk
from debrief.record import blocks, ledger, sessionfile
from debrief.record.closing import seal
from debrief.record.disk import Disk
from debrief.record.journalfile import JournalFile
from debrief.session.model import State
from debrief.workspace.places import find
from tests.record.rounds import a_round

from .bounded import Gave, run

GOOD: Final = "2026-11-20-gggggg"
"""A session that is as it should be, and has to stay readable whatever lies beside it."""
ID: Final = "2026-11-21-k7q2m9"
NAME: Final = f"{ID}.toml"
WHO: Final = "c-0k2m"
Change = Callable[[bytes], bytes]


class Workspace:
    """A workspace with keys, a roster and one good session."""

    def __init__(self, folder: Path) -> None:
        self.environment: Mapping[str, str] = {
            "DEBRIEF_WORKSPACE": str(folder / "workspace"),
            "DEBRIEF_CONFIG": str(folder / "config"),
            "DEBRIEF_STATE": str(folder / "state"),
            "LC_ALL": "C.UTF-8",
        }
        self.places = find(None, self.environment)
        self.desk = Desk(self.places)
        self.keys = self.desk.keys
        self.sessions = self.places.sessions
        self.file = self.sessions / "2026" / NAME
        self.book = self.sessions / ledger.NAME
        self.signers = self.sessions / "allowed_signers"
        good = a_round(1, session=GOOD)
        seal(Disk(), self.sessions, good, self.keys)
        self.desk.remember(good.people, "Nord")
        self.places.live.mkdir(parents=True)
        self.live = self.places.live / f"{ID}.journal"

    def looked_at(self, *commands: list[str]) -> list[Gave]:
        """Run these command lines on it."""
        return run(commands, self.environment)

    # Session files

    def parts(self, state: State | None = None) -> list[tuple[str, bytes]]:
        """Return the blocks of a sealed round, to be changed and sealed again."""
        data = sessionfile.build(state or a_round(1, session=ID), self.keys, privacy="open")
        return [(block.name, block.data) for block in blocks.split(data)[:-1]]

    def plant(self, parts: Iterable[tuple[str, bytes]]) -> None:
        """Put a file of these blocks there, rightly signed and entered in the ledger."""
        parts = list(parts)
        data = sessionfile.sealed(parts, self.keys)
        self.raw(data)
        root = hashlib.sha256(blocks.listing(parts)).hexdigest()
        event = {"event": "close", "session": ID, "root": root, "signer": self.keys.fingerprint}
        ledger.append(Disk(), self.sessions, event | {"file": hashlib.sha256(data).hexdigest()})

    def raw(self, data: bytes) -> None:
        self.file.write_bytes(data)

    def changed(self, block: str, change: Change) -> None:
        """Plant a session of which one block is another."""
        parts = [(name, change(data) if name == block else data) for name, data in self.parts()]
        assert parts != self.parts()
        self.plant(parts)

    def with_line(self, block: str, line: bytes) -> None:
        """Plant a session with one line more in a block."""
        self.changed(block, lambda data: data.replace(b"]\n", b"]\n" + line + b"\n", 1))

    def with_value(self, key: str, value: bytes, block: str = "session") -> None:
        """Plant a session with another value of a key."""
        head = key.encode() + b" = "

        def change(data: bytes) -> bytes:
            start = data.index(b"\n" + head) + 1
            end = data.index(b"\n", start)
            return data[:start] + head + value + data[end:]

        self.changed(block, change)

    def with_private(self, inner: bytes) -> None:
        """Plant a session whose sealed block holds these very bytes."""
        self.with_age(self.keys.seal(inner))

    def with_age(self, armored: str) -> None:
        """Plant a session whose private block is this age file."""
        block = f'[private.{WHO}]\nage = """\n{armored}"""\n\n'.encode()
        self.changed(f"private.{WHO}", lambda data: block)

    # What lies around them

    @property
    def good(self) -> bytes:
        """Return the bytes of a session that is as it should be."""
        return (self.sessions / "2026" / f"{GOOD}.toml").read_bytes()

    @property
    def file_start(self) -> bytes:
        return blocks.PREAMBLE

    def sessions_as_file(self) -> None:
        """Put a file in the place of the sessions folder."""
        shutil.rmtree(self.sessions)
        self.sessions.write_bytes(b"x")

    def roster(self, **fields: object) -> None:
        """Put a roster of these fields there."""
        table = {"format": "debrief-roster/1", "people": {WHO: {}}} | fields
        names = table.pop("names", "")
        with self.places.roster.open("w", encoding="utf-8") as file:
            file.write(f"names = '''\n{names}'''\n{tomli_w.dumps(table)}")

    # Journals

    def journal(self, payloads: Iterable[bytes]) -> None:
        """Put a journal of these records there."""
        JournalFile.create(Disk(), self.live, ID, self.keys, tuple(payloads))

    def raw_journal(self, meta: bytes, rest: bytes, magic: bytes = b"DBJOURN1") -> None:
        """Put a journal there whose header fits its check, whatever is in it."""
        wrapped = self.keys.seal_binary(os.urandom(32))
        body = magic + b"".join(len(p).to_bytes(4, "big") + p for p in (meta, wrapped))
        data = body + hashlib.sha256(body).digest()[:16] + rest
        self.live.write_bytes(data)


def sparse(path: Path, size: int) -> None:
    """Make a file of so many zeros that takes no room."""
    with path.open("wb") as file:
        file.truncate(size)


def encoded(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def armored(data: bytes) -> str:
    text = base64.b64encode(data).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(
        ["-----BEGIN AGE ENCRYPTED FILE-----", *lines, "-----END AGE ENCRYPTED FILE-----", ""]
    )


def age_file(stanzas: Iterable[bytes]) -> bytes:
    """Return an age file with these recipient stanzas, that no key opens."""
    head = b"age-encryption.org/v1\n" + b"".join(stanzas)
    return head + b"--- " + encoded(b"m" * 32) + b"\n" + b"n" * 16 + b"x" * 40


STRANGER: Final = b"-> X25519 " + encoded(b"b" * 32) + b"\n" + encoded(b"b" * 32) + b"\n"
SCRYPT: Final = b"-> scrypt " + encoded(b"s" * 16) + b" 40\n" + encoded(b"b" * 32) + b"\n"
"""A passphrase that would take 2^40 rounds, and more memory than there is."""


def json(value: object) -> bytes:
    return msgspec.json.encode(value)
