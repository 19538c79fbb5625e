"""What guidance is made of, as frozen values read from TOML; every text in da, nb and en."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final, Literal, get_args

import msgspec

from debrief.protocol.model import Identifier, Lines, Text, Words

FORMAT: Final = "debrief-guidance/1"
"""What the key `format` of every guidance file says."""

Country = Literal["DK", "NO", "other"]
COUNTRIES: Final[tuple[Country, ...]] = get_args(Country)
Kind = Literal["duty", "sign", "page"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

STALE_DAYS: Final = 180
"""What was checked longer ago than this many days must be checked again: numbers rot."""

Digits = Annotated[str, msgspec.Meta(pattern=r"\A(\+?[0-9]+( [0-9]+)*)?\Z", max_length=24)]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of a guidance file; a key that is not known is refused."""


class Number(_Strict, frozen=True):
    """A number to call. One without `verified_on` was never confirmed, and is shown so."""

    id: Identifier
    name: Text
    source: Words
    number: Digits = ""
    verified_on: dt.date | None = None


class Law(_Strict, frozen=True):
    """What the law asks, in short. `check` is what each house must find out for itself."""

    id: Identifier
    name: Text
    text: Lines
    holder: Text
    """Who has the duty: a person, or the organisation."""
    deadline: Text
    sources: tuple[Words, ...]
    check: Lines = Lines()
    verified_on: dt.date | None = None


class Card(_Strict, frozen=True):
    """One thing to look up: a duty, a sign, or a page. What is empty is not shown."""

    id: Identifier
    kind: Kind
    name: Text
    text: Lines = Lines()
    steps: Lines = Lines()
    """Shown as a picture: one below the other, joined by a line."""
    say: Lines = Lines()
    """What the supervisor may say, word for word."""
    tonight: Lines = Lines()
    next: Lines = Lines()
    hand_over: Lines = Lines()
    never: Lines = Lines()
    check: Lines = Lines()
    """What is not certain, or differs from house to house."""
    law: Identifier | None = None
    numbers: tuple[Identifier, ...] = ()
    sources: tuple[Words, ...] = ()
    verified_on: dt.date | None = None


class Duty(_Strict, frozen=True):
    """What a country adds to the card of a duty."""

    card: Identifier
    law: Identifier
    numbers: tuple[Identifier, ...]
    tonight: Lines = Lines()


class Step(_Strict, frozen=True):
    """One step of the hand-over chain, a number of its own or that of the number it `uses`."""

    id: Identifier
    name: Text
    number: Digits = ""
    uses: Identifier | None = None
    note: Text | None = None
    verified_on: dt.date | None = None


class Word(_Strict, frozen=True):
    """A word of the field and what it means here."""

    id: Identifier
    term: Text
    meaning: Text


class Book(_Strict, frozen=True):
    """One guidance file. With a `country` it holds there only."""

    format: Literal["debrief-guidance/1"]
    country: Country | None = None
    numbers: tuple[Number, ...] = ()
    laws: tuple[Law, ...] = ()
    cards: tuple[Card, ...] = ()
    duties: tuple[Duty, ...] = ()
    chain: tuple[Step, ...] = ()
    words: tuple[Word, ...] = ()


def is_stale(verified_on: dt.date, today: dt.date) -> bool:
    """Tell whether a fact must be checked again; a day that lies ahead was never a check."""
    return not 0 <= (today - verified_on).days <= STALE_DAYS
