"""Who else can open what is sealed: the array `recipients` in debrief.toml, read and edited.

An entry is a public key, and a name after it where one was given: `age1...`, `age1... Auditor`,
`ssh-ed25519 AAAA... Anne`. An edit touches that array and nothing else in the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec


class Recipient(msgspec.Struct, frozen=True):
    """A public key, and whose it is."""

    key: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.key} {self.name}".strip()


def one(entry: str) -> Recipient:
    """Return what an entry says; whether it is a key is not looked at."""
    words = entry.split()
    count = 2 if words and words[0].startswith("ssh-") else 1
    return Recipient(" ".join(words[:count]), " ".join(words[count:]))


def named(entries: Iterable[str]) -> tuple[Recipient, ...]:
    """Return what the entries say."""
    return tuple(one(entry) for entry in entries)


def line(entry: Recipient) -> str:
    """Return the entry as it stands in the array, quoted."""
    import tomli_w  # only what is written needs it

    return tomli_w.dumps({"x": str(entry)})[4:-1]


def added(data: bytes, entry: Recipient) -> bytes | None:
    """Return debrief.toml with one more recipient; None where that can't be done with care."""
    return _edited(data, lambda rows: rows.append(str(entry)), [*_entries(data), str(entry)])


def removed(data: bytes, at: int) -> bytes | None:
    """Return debrief.toml without the recipient at `at`; None where that can't be done."""
    entries = _entries(data)
    if at >= len(entries):
        return None
    return _edited(data, lambda rows: rows.pop(at), [*entries[:at], *entries[at + 1 :]])


def _entries(data: bytes) -> list[str]:
    return [*tomllib.loads(data.decode("utf-8")).get("recipients", [])]


def _edited(data: bytes, change: Callable[[Any], object], wanted: list[str]) -> bytes | None:
    """Return the file with its array changed if it else says what it said; None if not."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    before = tomllib.loads(data.decode("utf-8"))
    try:
        document = tomlkit.parse(data.decode("utf-8"))
        if "recipients" not in document:
            document["recipients"] = tomlkit.array().multiline(True)
        change(document["recipients"])
        made = _like(data, tomlkit.dumps(document))
        after = tomllib.loads(made)
    except (TOMLKitError, tomllib.TOMLDecodeError, TypeError, ValueError, IndexError):
        return None
    return made.encode("utf-8") if after == {**before, "recipients": wanted} else None


def _like(data: bytes, made: str) -> str:
    """Return the text with the line ends of the file it was made from."""
    return "\r\n".join(made.split("\n")).replace("\r\r\n", "\r\n") if b"\r\n" in data else made
