"""Finding a card by a few letters, on any keyboard: `boern`, `born` and `børn` are the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

_SPELLED: Final = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe"})
_NEVER: Final = 9
_BARE: Final = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ä": "a", "ö": "o"})


def fold(text: str) -> str:
    """Return `text` as it is looked for: case, accents and the spelling of æ, ø, å aside."""
    return _plain(text, _SPELLED)


def _plain(text: str, letters: Mapping[int, str]) -> str:
    composed = unicodedata.normalize("NFC", text).casefold().translate(letters)
    apart = unicodedata.normalize("NFD", composed)
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).split())


def find(query: str, texts: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the ids whose texts hold every word of `query`, best first: named in the first text,
    then at the beginning of a word, then within one. An empty query finds all in their order.
    """
    spelled, bare = fold(query).split(), _plain(query, _BARE).split()
    digits = "".join(query.split()) if query.replace(" ", "").isdigit() else ""
    ranked = []
    for ident, lines in texts.items():
        rows = list(lines)
        rank = min(_rank(rows[:1], spelled, bare), 2 + _rank(rows, spelled, bare))
        if rank < _NEVER or (digits and _dials(rows, digits)):
            ranked.append((rank, ident))
    return [ident for _rank, ident in sorted(ranked, key=lambda one: one[0])]


def _rank(rows: Iterable[str], spelled: list[str], bare: list[str]) -> int:
    """Return 0 where each word begins one of the text, 1 where it is inside one, else _NEVER."""
    text = " ".join(rows)
    whole, plain = " " + fold(text), " " + _plain(text, _BARE)
    pairs = list(zip(spelled, bare, strict=True))
    if all(f" {one}" in whole or f" {two}" in plain for one, two in pairs):
        return 0
    return 1 if all(one in whole or two in plain for one, two in pairs) else _NEVER


def _dials(rows: Iterable[str], digits: str) -> bool:
    return any(digits in "".join(row.split()) for row in rows)
