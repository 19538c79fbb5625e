"""Finding a card by a few letters, on any keyboard: `boern`, `born` and `børn` are the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

_NEVER: Final = 9
_LETTERS: Final = str.maketrans({"æ": "a", "ø": "o", "å": "a", "ä": "a", "ö": "o"})
_SPELLED: Final = re.compile("(?<=a)[ae]+|(?<=o)e+")


def fold(text: str) -> str:
    """Return `text` as it is looked for: case and accents aside, and æ, ø, å however spelled.

    `ae` and `aa` become a, `oe` becomes o, as æ, å and ø do; so a few words that differ are found
    together, and none is missed.
    """
    plain = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    apart = unicodedata.normalize("NFD", plain)
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    return " ".join(_SPELLED.sub("", bare).split())


def find(query: str, texts: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the ids whose texts hold every word of `query`, best first: named in the first text,
    then at the beginning of a word, then within one. An empty query finds all in their order.
    """
    wanted = fold(query).split()
    digits = "".join(wanted) if all(word.isdigit() for word in wanted) else ""
    ranked = []
    for ident, lines in texts.items():
        rows = list(lines)
        rank = min(_rank(rows[:1], wanted), 2 + _rank(rows, wanted))
        if rank < _NEVER or (digits and _dials(rows, digits)):
            ranked.append((rank, ident))
    return [ident for _, ident in sorted(ranked, key=lambda one: one[0])]


def _rank(rows: Iterable[str], wanted: list[str]) -> int:
    """Return 0 where each word begins one of the text, 1 where it is inside one, else _NEVER."""
    text = " " + fold(" ".join(rows))
    if all(f" {word}" in text for word in wanted):
        return 0
    return 1 if all(word in text for word in wanted) else _NEVER


def _dials(rows: Iterable[str], digits: str) -> bool:
    return any(digits in "".join(row.split()) for row in rows)
