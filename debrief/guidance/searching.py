"""Finding a card by a few letters, on any keyboard: `boern`, `born` and `børn` are the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

_SPELLED: Final = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe"})
_BARE: Final = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ä": "a", "ö": "o"})


def fold(text: str) -> str:
    """Return `text` as it is looked for: case, accents and the spelling of æ, ø, å aside."""
    return _plain(text, _SPELLED)


def _plain(text: str, letters: Mapping[int, str]) -> str:
    composed = unicodedata.normalize("NFC", text).casefold().translate(letters)
    apart = unicodedata.normalize("NFD", composed)
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).split())


def find(query: str, texts: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the ids whose texts hold every word of `query`; those that name it in their first
    text stand first, and else the order is that of `texts`. An empty query finds all.
    """
    spelled, bare = fold(query).split(), _plain(query, _BARE).split()
    digits = "".join(query.split()) if query.replace(" ", "").isdigit() else ""
    ranked = []
    for ident, lines in texts.items():
        rows = list(lines)
        if not _holds(rows, spelled, bare) and not (digits and _dials(rows, digits)):
            continue
        named = _holds(rows[:1], spelled, bare)
        ranked.append((not named, ident))
    return [ident for _rank, ident in sorted(ranked, key=lambda one: one[0])]


def _holds(rows: Iterable[str], spelled: list[str], bare: list[str]) -> bool:
    text = " ".join(rows)
    whole, plain = fold(text), _plain(text, _BARE)
    return all(one in whole or two in plain for one, two in zip(spelled, bare, strict=True))


def _dials(rows: Iterable[str], digits: str) -> bool:
    return any(digits in "".join(row.split()) for row in rows)
