"""Who else can open what is sealed: the array `recipients` in debrief.toml, read and edited.

An entry is a public key, and a name after it where one was given: `age1...`, `age1... Auditor`,
`ssh-ed25519 AAAA... Anne`. An edit touches that array and nothing else in the file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

_TABLE: Final = re.compile(r"^[ \t]*\[", re.MULTILINE)
_ARRAY: Final = re.compile(r"^[ \t]*recipients[ \t]*=[ \t]*(?=\[)", re.MULTILINE)
_PIECE: Final = re.compile(
    r"""(?P<space>[ \t\r\n]+)|(?P<note>\#[^\n]*)|(?P<comma>,)|(?P<end>\])"""
    r"""|(?P<text>"(?!"")(?:[^"\\\n]|\\[^\n])*"|'(?!'')[^'\n]*')"""
)


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
    text = data.decode("utf-8")
    array, quoted = _Array.find(text), line(entry)
    new = array.with_one_more(quoted) if array else _with_new_array(text, quoted)
    return _checked(data, new, [*_entries(data), str(entry)])


def removed(data: bytes, at: int) -> bytes | None:
    """Return debrief.toml without the recipient at `at`; None where that can't be done."""
    array = _Array.find(data.decode("utf-8"))
    entries = _entries(data)
    if array is None or len(array.texts) != len(entries):
        return None
    return _checked(data, array.without(at), [*entries[:at], *entries[at + 1 :]])


def _entries(data: bytes) -> list[str]:
    return [*tomllib.loads(data.decode("utf-8")).get("recipients", [])]


def _checked(old: bytes, new: str, wanted: list[str]) -> bytes | None:
    """Return the new file if it says what it said, but for the recipients; else None."""
    data = new.encode("utf-8")
    before = tomllib.loads(old.decode("utf-8"))
    try:
        after = tomllib.loads(new)
    except tomllib.TOMLDecodeError:
        return None
    return data if after == {**before, "recipients": wanted} else None


def _with_new_array(text: str, quoted: str) -> str:
    """Return the text with the array before its first table, comments staying with that."""
    end = "\r\n" if "\r\n" in text else "\n"
    table = _TABLE.search(text)
    head = text[: table.start()] if table else text
    lines = head.splitlines(keepends=True)
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    kept = "".join(lines)
    if kept and not kept.endswith("\n"):
        kept += end
    rest = text[len("".join(lines)) :]
    return f"{kept}recipients = [{end}    {quoted},{end}]{end}{rest}"


class _Array:
    """Where the array stands in a text, and its strings: the (start, end) of each."""

    def __init__(self, text: str, start: int, end: int, texts: Sequence[tuple[int, int]]) -> None:
        """`start` is where its `[` stands, `end` its `]`."""
        self.text = text
        self.start = start
        self.end = end
        self.texts = texts

    @classmethod
    def find(cls, text: str) -> _Array | None:
        """Return the one array of plain strings called recipients before any table, if any."""
        table = _TABLE.search(text)
        found = [*_ARRAY.finditer(text, 0, table.start() if table else len(text))]
        if len(found) != 1:
            return None
        start = at = found[0].end()
        at += 1
        texts = []
        while piece := _PIECE.match(text, at):
            if piece["text"]:
                texts.append(piece.span())
            if piece["end"]:
                return cls(text, start, piece.start(), texts)
            at = piece.end()
        return None

    def with_one_more(self, quoted: str) -> str:
        """Return the text with another string at the end of the array."""
        text, end = self.text, self.end
        if "\n" not in text[self.start : end]:
            if not self.texts:
                return f"{text[: self.start + 1]}{quoted}{text[end:]}"
            last = self.texts[-1][1]
            return f"{text[:last]}, {quoted}{text[last:]}"
        if not self.texts:
            last = self.start + 1
            return f"{text[:last]}{self._end()}    {quoted},{text[last:]}"
        first, last = self.texts[-1]
        comma = "" if "," in re.sub(r"#[^\n]*", "", text[last:end]) else ","
        row = text.rfind("\n", 0, first) + 1
        indent = text[row:first] if not text[row:first].strip() else "    "
        at = text.find("\n", last, end)
        at = end if at < 0 else at - (text[at - 1] == "\r")
        more = f"{self._end()}{indent}{quoted},"
        return f"{text[:last]}{comma}{text[last:at]}{more}{text[at:]}"

    def _end(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def without(self, at: int) -> str:
        """Return the text without one string, its comma, and its line where it had one alone."""
        text, (start, end) = self.text, self.texts[at]
        comma = re.compile(r"[ \t]*,[ \t]*").match(text, end)
        if comma:
            end = comma.end()
        elif at and (before := re.compile(r"[ \t]*,[ \t]*$").search(text[:start])):
            start = before.start()
        row = text.rfind("\n", 0, start) + 1
        rest = re.compile(r"[ \t]*(?:#[^\n]*)?\r?\n").match(text, end)
        if not text[row:start].strip() and rest and "\n" in text[self.start : row]:
            start, end = row, rest.end()
        return text[:start] + text[end:]
