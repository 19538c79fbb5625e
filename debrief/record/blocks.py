"""The lines of a session file: blocks, their digests, and the seal at the end.

A block is the bytes from its `[name]` line to before the next line that starts with `[`. Bytes are
what is hashed: nothing here parses TOML, and nothing is ever written again after closing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

FORMAT: Final = "debrief-session/1"
LIMIT: Final = 4 * 1024 * 1024
"""The longest session file that is read, in bytes."""
PREAMBLE: Final = (
    b"# debrief session. Read: less FILE   Check: debrief verify FILE, or ./VERIFY.sh FILE\n"
    b'format = "debrief-session/1"\n\n'
)
BLOCKS: Final = 2000
"""The most blocks a session file may have."""
_HEADER: Final = re.compile(rb"\[([a-z][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)?)\]\n")
_STRANGE: Final = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_USUAL: Final = bytes({*range(256)} - {*range(0x09), *range(0x0B, 0x20), 0x7F})
_SEAL: Final = re.compile(
    rb"\[seal\]\n"
    rb"blocks = '''\n((?:[0-9a-f]{64}  [a-z][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)?\n)+)'''\n"
    rb'root = "([0-9a-f]{64})"\n'
    rb"signature = '''\n(-----BEGIN SSH SIGNATURE-----\n"
    rb"(?:[A-Za-z0-9+/]{70}\n)*[A-Za-z0-9+/]{1,69}[=]{0,2}\n"
    rb"-----END SSH SIGNATURE-----\n)'''\n"
)
Value = (
    str
    | int
    | float
    | bool
    | dt.date
    | dt.datetime
    | list[str]
    | list[dt.datetime]
    | Mapping[str, object]
)


class Block(msgspec.Struct, frozen=True):
    """One block: its name, the number of its first line (from 1), and its bytes."""

    name: str
    line: int
    data: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()


class Seal(msgspec.Struct, frozen=True):
    """The last block: what was signed, its digest, and the signature."""

    listing: bytes
    """A `sha256sum -c` list: one `digest  name` line for each block."""
    root: str
    signature: str

    @property
    def entries(self) -> tuple[tuple[str, str], ...]:
        """The (name, digest) of every block that was sealed, in file order."""
        lines = self.listing.decode("ascii").splitlines()
        return tuple((line[66:], line[:64]) for line in lines)


class LayoutError(Exception):
    """The bytes are not laid out as debrief writes them; `line` says where (from 1)."""

    def __init__(self, code: str, line: int) -> None:
        super().__init__(code)
        self.code = code
        self.line = line


def line_of(data: bytes, at: int) -> int:
    """Return the number, from 1, of the line that holds byte `at`."""
    return data.count(b"\n", 0, at) + 1


def split(data: bytes) -> tuple[Block, ...]:
    """Return every block, the seal last; raises LayoutError.

    Codes: size, line-ends, characters, start, header, end.
    """
    if len(data) > LIMIT:
        raise LayoutError("size", 1)
    if b"\r" in data:
        raise LayoutError("line-ends", line_of(data, data.index(b"\r")))
    if data.translate(None, _USUAL) and (found := _STRANGE.search(data)):
        raise LayoutError("characters", line_of(data, found.start()))
    if not data.startswith(PREAMBLE):
        raise LayoutError("start", 1)
    if not data.endswith(b"\n"):
        raise LayoutError("end", line_of(data, len(data)))
    starts = _starts(data)
    if not starts or starts[0] != len(PREAMBLE):
        raise LayoutError("start", 1)
    blocks: list[Block] = []
    line = line_of(data, starts[0])
    for at, end in zip(starts, [*starts[1:], len(data)], strict=True):
        header = _HEADER.match(data, at)
        if header is None:
            raise LayoutError("header", line)
        if len(blocks) == BLOCKS:
            raise LayoutError("size", line)
        blocks.append(Block(header[1].decode("ascii"), line, data[at:end]))
        line += data.count(b"\n", at, end)
    return tuple(blocks)


def _starts(data: bytes) -> list[int]:
    """Return where a line starts with `[`, at most one more than a file may have blocks."""
    starts = [0] if data.startswith(b"[") else []
    at = data.find(b"\n[")
    while at >= 0 and len(starts) <= BLOCKS:
        starts.append(at + 1)
        at = data.find(b"\n[", at + 1)
    return starts


def read_seal(block: Block) -> Seal:
    """Return the seal; raises LayoutError (code seal) unless it is spelled as debrief writes it."""
    found = _SEAL.fullmatch(block.data)
    if found is None:
        raise LayoutError("seal", block.line)
    seal = Seal(found[1], found[2].decode("ascii"), found[3].decode("ascii"))
    names = [name for name, _digest in seal.entries]
    if len(names) != len(set(names)) or "seal" in names:
        raise LayoutError("seal", block.line)
    return seal


def _value(value: Value) -> str:
    import tomli_w

    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, list) and value and isinstance(value[0], dt.datetime):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        rows = tomli_w.dumps(dict(value)).strip("\n").split("\n")
        return "{ " + ", ".join(rows) + " }"
    return tomli_w.dumps({"x": value}, multiline_strings=True)[4:-1]


def render(name: str, entries: Iterable[tuple[str, Value]]) -> bytes:
    """Return a block of `key = value` lines and the empty line after it.

    Keys are bare or dotted and written as they are; a mapping becomes an inline table of short
    strings. A text line that starts with `[` is written with an escape, so that no block seems to
    start there.
    """
    body = "".join(f"{key} = {_value(value)}\n" for key, value in entries)
    body = re.sub(r"^\[", r"\\u005B", body, flags=re.MULTILINE)
    return f"[{name}]\n{body}\n".encode()


def stub(name: str, at: str, reason: str) -> bytes:
    """Return what stands in place of an erased block.

    `at` (UTC, as the ledger writes it) and `reason` are those of the ledger's line, so that the
    stub follows from that line, byte for byte.
    """
    return f'[{name}]\nerased = {at}\nreason = "{reason}"\n\n'.encode("ascii")


def listing(blocks: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the `sha256sum -c` list of named blocks."""
    lines = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in blocks)
    return "".join(lines).encode("ascii")


def render_seal(listed: bytes, signature: str) -> bytes:
    """Return the seal block for a list and the signature over it."""
    root = hashlib.sha256(listed).hexdigest()
    text = (
        f"[seal]\nblocks = '''\n{listed.decode('ascii')}'''\n"
        f"root = \"{root}\"\nsignature = '''\n{signature}'''\n"
    )
    return text.encode("ascii")
