"""The guidance at hand: what comes along for a country, and a house's own that stands before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from debrief.errors import Problem
from debrief.guidance.loading import MAX_BYTES, load
from debrief.guidance.model import KINDS, Book, Card, Country, Duty, Law, Number, Step, Word
from debrief.i18n import LANGUAGES, _
from debrief.protocol import ground_rules
from debrief.protocol.housefile import files, read
from debrief.protocol.model import Lines, Text
from debrief.protocol.refusal import nearest, shown

CHAIN: Final = "chain"
"""Stands where a card's id stands, for the hand-over chain."""
WORDS: Final = "words"
"""Stands where a card's id stands, for the words used."""
GROUND_RULES: Final = "page-ground-rules"

_FOLDER: Final = Path(__file__).with_name("library")
_FILES: Final = ("duties", "signs", "pages", "words", "dk", "no", "other")
_COUNTRY_OF: Final[Mapping[str, Country]] = {"da": "DK", "nb": "NO"}
_Item = TypeVar("_Item", Card, Number, Law, Step, Word)


class Library(msgspec.Struct, frozen=True):
    """All that can be looked up in one country. Every id that is referred to is there."""

    country: Country
    cards: Mapping[str, Card]
    numbers: Mapping[str, Number]
    laws: Mapping[str, Law]
    duties: Mapping[str, Duty]
    chain: Mapping[str, Step]
    words: Mapping[str, Word]

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id that can be looked up, in the order it is shown."""
        by_kind = {kind: [c.id for c in self.cards.values() if c.kind == kind] for kind in KINDS}
        first = ["page-acute"] if "page-acute" in by_kind["page"] else []
        pages = [one for one in by_kind["page"] if one not in first]
        return (*by_kind["duty"], CHAIN, *first, *by_kind["sign"], *pages, WORDS)

    def law_of(self, card: Card) -> Law | None:
        """Return the law that stands on a card, the country's before the card's own."""
        duty = self.duties.get(card.id)
        ident = card.law or (duty.law if duty else None)
        return self.laws[ident] if ident else None

    def numbers_of(self, card: Card) -> tuple[Number, ...]:
        """Return the numbers to call, the card's own or else the country's."""
        duty = self.duties.get(card.id)
        return tuple(self.numbers[one] for one in card.numbers or (duty.numbers if duty else ()))

    def number_of(self, step: Step) -> tuple[str, Number | None]:
        """Return what to dial at a step of the chain, and the number it comes from."""
        used = self.numbers[step.uses] if step.uses and not step.number else None
        return (used.number if used else step.number), used


def country_for(chosen: Country | None, language: str) -> Country:
    """Return the country that is set, else the one where the language is spoken."""
    return chosen or _COUNTRY_OF.get(language, "other")


def duty_card(kind: str) -> str:
    """Return the id of the card for a duty's kind: `child-at-risk` -> `duty-child-at-risk`."""
    return f"duty-{kind}"


def sign_card(code: str) -> str:
    """Return the id of the card for a sign's code: `own_history` -> `sign-own-history`."""
    return "sign-" + code.replace("_", "-")


@cache
def bundled() -> tuple[Book, ...]:
    """Return the files that come along; read once."""
    names = [f"{one}.toml" for one in _FILES]
    return tuple(load((_FOLDER / name).read_bytes(), name) for name in names)


def library(country: Country, folder: Path | None = None) -> tuple[Library, tuple[Problem, ...]]:
    """Return what can be looked up, and why each file of the house that can't be used is left out.

    A house's items stand in place of those with the same id; a file of its own costs that file only
    when it is broken. A folder that is not there is empty.
    """
    made = _base(country)
    problems = list[Problem]()
    try:
        paths = files(folder) if folder is not None else []
    except Problem as problem:
        return made, (problem,)
    for path in paths:
        try:
            book = load(read(path, MAX_BYTES), path.name)
            if book.country in (None, country):
                added = _with(made, book)
                _check(added, shown(path.name))
                made = added
        except Problem as problem:
            problems.append(problem)
    return made, tuple(problems)


@cache
def _base(country: Country) -> Library:
    """Return what comes along for a country; made once."""
    made = Library(country, {}, {}, {}, {}, {}, {})
    for book in bundled():
        if book.country in (None, country):
            made = _with(made, book)
    rules = Lines(**{language: ground_rules(language) for language in LANGUAGES})
    name = Text("Spilleregler", "Spilleregler", "Ground rules")
    page = Card(GROUND_RULES, "page", name, text=rules)
    return msgspec.structs.replace(made, cards={**made.cards, GROUND_RULES: page})


def _with(made: Library, book: Book) -> Library:
    """Return the library with what stands in a book, which takes the place of what it replaces."""
    return Library(
        made.country,
        _over(made.cards, book.cards),
        _over(made.numbers, book.numbers),
        _over(made.laws, book.laws),
        {**made.duties, **{duty.card: duty for duty in book.duties}},
        _over(made.chain, book.chain),
        _over(made.words, book.words),
    )


def _over(items: Mapping[str, _Item], added: Iterable[_Item]) -> Mapping[str, _Item]:
    return {**items, **{item.id: item for item in added}}


def _check(made: Library, file: str) -> None:
    """Refuse a file that refers to a number, a law or a card that is not there."""
    wanted = [
        *((one, made.numbers) for card in made.cards.values() for one in card.numbers),
        *((one, made.numbers) for duty in made.duties.values() for one in duty.numbers),
        *((step.uses, made.numbers) for step in made.chain.values() if step.uses),
        *((card.law, made.laws) for card in made.cards.values() if card.law),
        *((duty.law, made.laws) for duty in made.duties.values()),
        *((duty.card, made.cards) for duty in made.duties.values()),
    ]
    for ident, known in wanted:
        if ident not in known:
            raise Problem(
                _(
                    "The guidance file {file} refers to {id}, which is nowhere;"
                    " did you mean {near}?"
                ).format(file=file, id=ident, near=nearest(ident, known) or ", ".join(known))
            )
