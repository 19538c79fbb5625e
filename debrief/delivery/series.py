"""The numbers of documents: each has the next one of its destination, from this computer.

A number is taken in the transaction that puts the document in the outbox, so that none is ever
without a document, whatever stops the program. A document that is made again has the place it had,
and so the same bytes. One that was given up keeps its number, and every later one tells of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from debrief.delivery.rows import Place

TABLE: Final = """
CREATE TABLE IF NOT EXISTS series (
  destination TEXT NOT NULL, number INTEGER NOT NULL, document TEXT NOT NULL UNIQUE,
  place TEXT NOT NULL, PRIMARY KEY (destination, number)
) STRICT;
"""

Ask = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
"""Asks the outbox file."""

_FIRST: Final = "SELECT document FROM series WHERE destination = ? ORDER BY number LIMIT 1"
_LAST: Final = """
SELECT number, document FROM series WHERE destination = ? ORDER BY number DESC LIMIT 1
"""
_GIVEN_UP: Final = """
SELECT number FROM series LEFT JOIN delivery ON delivery.id = series.document
WHERE series.destination = ? AND (delivery.state IS NULL OR delivery.state = 'abandoned')
ORDER BY number
"""


class Moved(Exception):
    """The place is another one by now: make the document anew."""


def place_of(ask: Ask, destination: str, document: str) -> Place:
    """Return the place that a document has, or would have if it were put in now."""
    if found := ask("SELECT place FROM series WHERE document = ?", (document,)):
        return msgspec.json.decode(found[0][0], type=Place)
    last = ask(_LAST, (destination,))
    if not last:
        return first(document)
    begun = ask(_FIRST, (destination,))
    given_up = tuple(number for (number,) in ask(_GIVEN_UP, (destination,)))
    return Place(last[0][0] + 1, last[0][1], begun[0][0], given_up)


def first(document: str) -> Place:
    """Return the place of a document before which there is none."""
    return Place(1, "", document)


def enter(ask: Ask, destination: str, document: str, place: Place) -> None:
    """Take the place, inside the transaction that puts the document in; raises Moved."""
    if place != place_of(ask, destination, document):
        raise Moved
    ask(
        "INSERT OR IGNORE INTO series VALUES (?, ?, ?, ?)",
        (destination, place.sequence, document, msgspec.json.encode(place).decode()),
    )
