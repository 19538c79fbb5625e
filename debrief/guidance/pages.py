"""From a card to the lines a person reads: what to do first, then why, then how sure it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from debrief.errors import Problem
from debrief.guidance.model import Card, Law, Number, is_stale
from debrief.guidance.shelf import CHAIN, WORDS, Library
from debrief.i18n import _
from debrief.protocol.model import Lines
from debrief.protocol.refusal import nearest, shown

Kind = Literal["title", "head", "text", "say", "item", "step", "number", "warn", "never", "small"]
_JOIN: Final = "│"
_WITHOUT_NUMBER: Final = frozenset({"next-of-kin"})
"""Steps that are another person each time, so that no number can be filled in."""


class Line(NamedTuple):
    """One line to read; `kind` says how it is meant, never how it looks."""

    kind: Kind
    text: str = ""


def title(made: Library, ident: str, language: str) -> str:
    """Return the name of what stands under an id; raises KeyError."""
    if ident == CHAIN:
        return _("Hand-over chain")
    if ident == WORDS:
        return _("The words used")
    return made.cards[ident].name.to(language)


def lines(made: Library, ident: str, language: str, today: dt.date) -> tuple[Line, ...]:
    """Return what is read under an id; raises Problem that names the nearest when there is none."""
    if ident == CHAIN:
        return (Line("title", title(made, ident, language)), *_chain(made, language, today))
    if ident == WORDS:
        return (Line("title", title(made, ident, language)), *_words(made, language))
    card = made.cards.get(ident)
    if card is None:
        near = nearest(ident, made.ids) or "duty-child-at-risk"
        raise Problem(
            _("There is no card called {id}; did you mean {near}?").format(
                id=shown(ident), near=near
            )
        )
    return (Line("title", card.name.to(language)), *_card(made, card, language, today))


def chain_line(made: Library, language: str) -> str:
    """Return the chain as one line, the first three steps that can be dialled, shortly named."""
    steps = []
    for step in made.chain.values():
        number, _used = made.number_of(step)
        if number:
            steps.append(f"{step.name.to(language).partition(',')[0]} {number}")
    return " → ".join(steps[:3])


def unsure(made: Library, language: str, today: dt.date) -> Iterator[tuple[str, str]]:
    """Yield (what, why) for every number, law and step that must be checked."""
    for number in made.numbers.values():
        if why := _doubt(number.verified_on, today):
            yield f"{number.name.to(language)}: {number.number or '-'}", why
    for law in made.laws.values():
        if why := _doubt(law.verified_on, today):
            yield law.name.to(language), why
    for card in made.cards.values():
        if card.verified_on is not None and (why := _doubt(card.verified_on, today)):
            yield card.name.to(language), why
    for step in made.chain.values():
        number_here, used = made.number_of(step)
        if not number_here and step.id not in _WITHOUT_NUMBER:
            yield step.name.to(language), _empty_step()
        elif number_here and used is None and (why := _doubt(step.verified_on, today)):
            yield f"{step.name.to(language)}: {number_here}", why


def _doubt(verified_on: dt.date | None, today: dt.date) -> str:
    """Return why a fact must be checked; empty while it holds."""
    if verified_on is None:
        return _("never confirmed: check with your house")
    if is_stale(verified_on, today):
        return _("last checked {day}: check it again").format(day=verified_on.isoformat())
    return ""


def _empty_step() -> str:
    return _("not filled in: write it into the guidance folder")


def _card(made: Library, card: Card, language: str, today: dt.date) -> Iterator[Line]:
    law = made.law_of(card)
    if law is not None:
        yield Line("text", _("Who: {holder}").format(holder=law.holder.to(language)))
        yield Line("text", _("When: {when}").format(when=law.deadline.to(language)))
    yield from (Line("text", one) for one in card.text.to(language))
    yield from _drawn(card.steps.to(language))
    yield from _part(_("What to say"), "say", card.say, language)
    duty = made.duties.get(card.id)
    more = duty.tonight.to(language) if duty else ()
    yield from _under(_("Tonight"), "item", (*card.tonight.to(language), *more))
    yield from _numbers(made.numbers_of(card), language, today)
    yield from _part(_("Afterwards"), "item", card.next, language)
    yield from _part(_("Hand over to"), "item", card.hand_over, language)
    yield from _part(_("Never"), "never", card.never, language)
    if law is not None:
        yield from _under(law.name.to(language), "text", law.text.to(language))
    check = (*card.check.to(language), *(law.check.to(language) if law else ()))
    yield from _under(_("Check with your house"), "warn", check)
    yield from _sources(made, card, law, today)


def _sources(made: Library, card: Card, law: Law | None, today: dt.date) -> Iterator[Line]:
    """Yield where it comes from and when that was last read, the numbers apart."""
    yield Line("small")
    if sources := "; ".join((*card.sources, *(law.sources if law else ()))):
        yield Line("small", _("Sources: {sources}").format(sources=sources))
    verified_on = law.verified_on if law is not None else card.verified_on
    if law is not None or verified_on is not None:
        yield _checked(verified_on, today)
    for one in made.numbers_of(card):
        if one.number and one.verified_on is not None:
            day = one.verified_on.isoformat()
            read = _("{number}: read {day} in {source}")
            yield Line("small", read.format(number=one.number, day=day, source=one.source))


def _checked(verified_on: dt.date | None, today: dt.date) -> Line:
    if verified_on is None or is_stale(verified_on, today):
        return Line("warn", _doubt(verified_on, today))
    return Line("small", _("Checked {day}").format(day=verified_on.isoformat()))


def _drawn(steps: tuple[str, ...]) -> Iterator[Line]:
    for number, step in enumerate(steps, 1):
        if number > 1:
            yield Line("step", _JOIN)
        yield Line("step", f"{number}  {step}")


def _part(heading: str, kind: Kind, part: Lines, language: str) -> Iterator[Line]:
    return _under(heading, kind, part.to(language))


def _under(heading: str, kind: Kind, rows: Iterable[str]) -> Iterator[Line]:
    found = list(rows)
    if found:
        yield Line("head", heading)
        yield from (Line(kind, row) for row in found)


def _numbers(numbers: tuple[Number, ...], language: str, today: dt.date) -> Iterator[Line]:
    if numbers:
        yield Line("head", _("Numbers to call"))
    for one in numbers:
        yield Line("number", f"{one.number or '-'}  {one.name.to(language)}")
        if why := _doubt(one.verified_on, today):
            yield Line("warn", why)


def _chain(made: Library, language: str, today: dt.date) -> Iterator[Line]:
    yield Line("text", _("From the top, until somebody has taken over."))
    for number, step in enumerate(made.chain.values(), 1):
        dialled, used = made.number_of(step)
        yield Line("head", f"{number}  {step.name.to(language)}")
        if dialled:
            yield Line("number", dialled)
            if used is not None:
                yield Line("small", used.name.to(language))
            if why := _doubt(used.verified_on if used else step.verified_on, today):
                yield Line("warn", why)
        elif step.id not in _WITHOUT_NUMBER:
            yield Line("small", _empty_step())
        if step.note is not None:
            yield Line("text", step.note.to(language))


def _words(made: Library, language: str) -> Iterator[Line]:
    for word in made.words.values():
        yield Line("head", word.term.to(language))
        yield Line("text", word.meaning.to(language))
