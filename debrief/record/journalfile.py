"""The bytes of a journal: a header, then encrypted records that are only ever added.

Header: magic (8) | u32 length | JSON of the `Owner` | u32 length | age file that wraps the
32-byte record key | first 16 bytes of the SHA-256 of all that. Records follow, numbered from 1:
u32 length | nonce (12) | ChaCha20-Poly1305 ciphertext with its 16-byte tag. The nonce is 4 random
bytes, new each time the file is opened, and the record's number in 8; the SHA-256 of the header is
authenticated with every record. Numbers are big-endian. So a record is proof of its own place: one
that is changed, moved, repeated or left out never passes for the next one.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from debrief.errors import EXIT_INPUT, Problem
from debrief.i18n import _
from debrief.record import opening
from debrief.record import owner as owners
from debrief.record.disk import Appender, Disk, DiskFull
from debrief.record.owner import Owner
from debrief.text import is_id

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    from debrief.record.keys import Keys

Damage = Literal["torn-tail", "middle"]
_MAGIC: Final = b"DBJOURN1"
_CHECK: Final = 16
_TAG: Final = 16
_NONCE: Final = 12
_FRAME: Final = 4 + _NONCE
HEAD: Final = 64 * 1024
"""So many bytes from the start of a journal are enough to tell whose it is."""
MAX_RECORD: Final = 16 * 1024 * 1024
"""The longest payload of one record, in bytes."""
_PATIENCE: Final = 512 * 1024 * 1024
"""So many bytes are deciphered at most to see what stands after damage."""
_LIKE_A_RECORD: Final = re.compile(
    rb"(?=(?!\0{4})[\0\1].{7}\0{4}(?!\0{4}).{4})",  # a length, four random bytes, a number
    re.DOTALL,
)


class Scan(msgspec.Struct, frozen=True):
    """What a journal holds: every whole record from the start, and what is wrong after them."""

    owner: Owner
    payloads: tuple[bytes, ...]
    good: int
    """Length in bytes of the header and the whole records."""
    damage: Damage | None


class Cipher:
    """Turns payloads into records and back, for one journal."""

    def __init__(self, key: bytes, header: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        self._aead: ChaCha20Poly1305 = ChaCha20Poly1305(key)
        self._about = hashlib.sha256(header).digest()
        self._opened = os.urandom(4)

    def record(self, number: int, payload: bytes) -> bytes:
        """Return the record; the same number and payload give the same bytes."""
        nonce = self._opened + number.to_bytes(8, "big")
        sealed = self._aead.encrypt(nonce, payload, self._about)
        return len(sealed).to_bytes(4, "big") + nonce + sealed

    def open(self, data: bytes, at: int, first: int, last: int) -> tuple[bytes, int] | None:
        """Return the payload and the end of the record at `at`, None if there is no whole one.

        Its number must lie between `first` and `last`.
        """
        from cryptography.exceptions import InvalidTag

        start, length = at + _FRAME, int.from_bytes(data[at : at + 4], "big")
        if not _TAG <= length <= min(MAX_RECORD + _TAG, len(data) - start):
            return None
        nonce = data[at + 4 : start]
        if not first <= int.from_bytes(nonce[4:], "big") <= last:
            return None
        try:
            return self._aead.decrypt(nonce, data[start : start + length], self._about), (
                start + length
            )
        except InvalidTag:
            return None


def _new_header(owner: Owner, keys: Keys) -> tuple[bytes, Cipher]:
    key = os.urandom(32)
    parts = (msgspec.json.encode(owner), keys.seal_binary(key))
    body = _MAGIC + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    header = body + hashlib.sha256(body).digest()[:_CHECK]
    return header, Cipher(key, header)


def _part(data: bytes, at: int) -> tuple[bytes, int]:
    end = at + 4 + int.from_bytes(data[at : at + 4], "big")
    return data[at + 4 : end], end


def _checked(data: bytes) -> tuple[Owner, bytes, bytes] | None:
    """Return owner, wrapped key and whole header, None if that is not what stands there."""
    meta, at = _part(data, len(_MAGIC))
    wrapped, end = _part(data, at)
    header = data[: end + _CHECK]
    if not data.startswith(_MAGIC) or hashlib.sha256(data[:end]).digest()[:_CHECK] != header[end:]:
        return None
    try:
        owner = msgspec.json.decode(meta[:HEAD], type=Owner)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return (owner, wrapped, header) if is_id(owner.session) else None


def read_owner(data: bytes) -> Owner | None:
    """Return whose journal begins with `data`, for which no key is needed; None if none does."""
    found = _checked(data)
    return found[0] if found is not None else None


def holds_nothing(data: bytes) -> bool:
    """Tell whether these are all the bytes of a journal in which no record was ever begun."""
    found = _checked(data)
    return found is not None and len(found[2]) == len(data)


def _header(data: bytes, keys: Keys, path: Path) -> tuple[Owner, bytes, Cipher]:
    """Return owner, header and cipher; raises Problem if it is broken or the key does not fit."""
    found = _checked(data)
    if found is None:
        raise Problem(
            _(
                "The journal {path} is damaged at its very start and cannot be read. It was left "
                "as it is; restore it from a copy, or move it away to go on without it."
            ).format(path=path),
            EXIT_INPUT,
        )
    owner, wrapped, header = found
    return owner, header, Cipher(opening.unseal(keys, wrapped), header)


def _whole_record_after(data: bytes, at: int, number: int, cipher: Cipher) -> bool:
    """Tell whether any whole record stands after `at`, where record `number` should have been.

    Where more is looked at than what chance makes look like records, it is taken for so: then all
    is set aside.
    """
    last = number + (len(data) - at) // (_FRAME + _TAG)
    looked_at = 0
    for place in _LIKE_A_RECORD.finditer(data, at + 1):
        start = place.start()
        looked_at += _FRAME + int.from_bytes(data[start : start + 4], "big")
        if looked_at > _PATIENCE or cipher.open(data, start, number, last) is not None:
            return True
    return False


def scan(data: bytes, keys: Keys, path: Path) -> tuple[Scan, Cipher]:
    """Return what the journal holds; raises Problem when nothing of it can be read."""
    owner, header, cipher = _header(data, keys, path)
    payloads: list[bytes] = []
    at = len(header)
    while (found := cipher.open(data, at, len(payloads) + 1, len(payloads) + 1)) is not None:
        payloads.append(found[0])
        at = found[1]
    damage: Damage | None = None
    if at < len(data):
        followed = _whole_record_after(data, at, len(payloads) + 1, cipher)
        damage = "middle" if followed else "torn-tail"
    return Scan(owner, tuple(payloads), at, damage), cipher


class JournalFile:
    """One journal on disk, open for adding records. Every method raises Problem."""

    def __init__(self, path: Path, appender: Appender, cipher: Cipher, good: int, count: int):
        self.path = path
        self.count = count
        """How many records were written, synced or not."""
        self._appender = appender
        self._cipher = cipher
        self._good = good
        self._doubtful = False

    @classmethod
    def create(
        cls, disk: Disk, path: Path, session: str, keys: Keys, payloads: Sequence[bytes] = ()
    ) -> JournalFile:
        """Return a new journal that holds `payloads` durably; an existing file is replaced."""
        header, cipher = _new_header(owners.this_owner(session), keys)
        data = header + b"".join(_records(cipher, 1, payloads))
        disk.publish(path, data)
        return cls(path, disk.open_append(path), cipher, len(data), len(payloads))

    @classmethod
    def reopen(cls, disk: Disk, path: Path, found: Scan, keys: Keys) -> JournalFile:
        """Return the scanned journal, cut to its whole records; these and the cut are durable.

        What was read may be in memory only, because a sync failed before: so it is written anew.
        Where there is no room for that, the file is synced as it stands.
        """
        try:
            return cls.create(disk, path, found.owner.session, keys, found.payloads)
        except DiskFull:  # perhaps only once the new file had its name
            found, cipher = scan(disk.read(path), keys, path)
        appender = disk.open_append(path)
        if found.damage is not None:
            appender.truncate(found.good)
        appender.sync()
        disk.confirm(path.parent)
        return cls(path, appender, cipher, found.good, len(found.payloads))

    def write(self, payloads: Sequence[bytes]) -> None:
        """Add the records, all or none; after a Problem the same call may be made again."""
        if self._doubtful:
            self._appender.truncate(self._good)
            self._doubtful = False
        data = b"".join(_records(self._cipher, self.count + 1, payloads))
        try:
            self._appender.append(data)
        except Problem:
            self._doubtful = True
            raise
        self._good += len(data)
        self.count += len(payloads)

    def sync(self) -> None:
        """Return when all records are on the medium; after a Problem the file is not to be used."""
        self._appender.sync()

    def close(self) -> None:
        """Give the file back; safe to call twice."""
        self._appender.close()


def _records(cipher: Cipher, number: int, payloads: Iterable[bytes]) -> Iterator[bytes]:
    return (cipher.record(number + index, payload) for index, payload in enumerate(payloads))
