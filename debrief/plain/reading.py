"""What a typed line means: pure functions from text to values, each raising Problem."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Sequence
from typing import Literal

import msgspec

from debrief.desk.times import due_date, follow_up_time
from debrief.errors import Problem
from debrief.i18n import _
from debrief.plain import vocabulary as v
from debrief.session.model import FollowUpOutcome, Level, Person
from debrief.text import clean_line
from debrief.workspace.roster import Roster

LONGEST_NAME = 60
"""The longest name of a person, in characters."""


class Line(msgspec.Struct, frozen=True):
    """A line from the supervisor: a command and what follows it, or a note."""

    command: str | None
    text: str


class Agreed(msgspec.Struct, frozen=True):
    """What was said about the next contact."""

    outcome: FollowUpOutcome
    when: dt.datetime | None = None
    by: str = ""


class Planned(msgspec.Struct, frozen=True):
    """An action as written: what, who, until when."""

    text: str
    owner: str = ""
    due: dt.date | None = None


def line(text: str) -> Line:
    """Return what a line is. One stroke begins a command, two begin a note with a stroke."""
    text = text.strip()
    if text.startswith("//"):
        return Line(None, text[1:])
    if not text.startswith("/"):
        return Line(None, text)
    name, _space, rest = text[1:].partition(" ")
    found = v.command(name)
    if found is None:
        raise _no_command(name)
    return Line(found, rest.strip())


def _no_command(name: str) -> Problem:
    near = v.nearest_command(name)
    shown = "/" + clean_line(name)[:40]
    if near is not None:
        return Problem(
            _(
                "There is no command {name}; did you mean {near}? "
                "A note that begins with / is written //."
            ).format(name=shown, near=near)
        )
    return Problem(
        _(
            "There is no command {name}; {help} shows those there are. "
            "A note that begins with / is written //."
        ).format(name=shown, help=v.command_name("help"))
    )


def number(text: str, many: int) -> int:
    """Return a number from 1 to `many`; raises Problem."""
    word = text.strip().rstrip(".")
    if not (word.isascii() and word.isdigit() and len(word) < 7):
        raise Problem(_("A number from the list is needed there."))
    value = int(word)
    if not 1 <= value <= many:
        raise Problem(_("There is no number {n} in the list.").format(n=value))
    return value


def load(text: str) -> int:
    """Return a load, 0 to 10; raises Problem."""
    word = text.strip()
    if word.isascii() and word.isdigit() and len(word) < 3 and int(word) <= 10:
        return int(word)
    raise Problem(_("The load is a whole number from 0 to 10."))


def level(text: str) -> Level:
    """Return how pressing a sign is; raises Problem."""
    found = v.code_for(text, v.LEVEL_WORDS)
    if found is None:
        raise Problem(_("Write how pressing it is: {now}, {soon} or {note}.").format(**v.offered()))
    return found


def person(text: str, roster: Roster, present: Sequence[Person] = ()) -> Person:
    """Return the person that `name, role, place, channel` tells of; all but the name may be left.

    A number takes somebody from the roster, with whatever is written after it changed. What is
    left out is as it was last time.
    """
    fields = [clean_line(field) for field in text.split(",")]
    first, details = fields[0], [field for field in fields[1:] if field]
    if first.isascii() and first.isdigit():
        found = roster.people[number(first, len(roster.people)) - 1]
    else:
        found = _named(first, roster, present)
    if any(one.id == found.id for one in present):
        raise Problem(_("{name} is in the round already.").format(name=found.name))
    return _detailed(found, details, known=roster.find(found.name) is not None)


def several(text: str, roster: Roster, present: Sequence[Person] = ()) -> list[Person]:
    """Return the people in a line: one with what is known of them, or nothing but names.

    It is names where all that stands after the first comma begins with a capital and is no role,
    place or channel, or nearly one. Raises Problem as `person` does.
    """
    names = [name for field in text.split(",") if (name := clean_line(field))]
    if len(names) < 2 or any(_is_detail(name) for name in names[1:]):
        return [person(text, roster, present)]
    found: list[Person] = []
    for name in names:
        found.append(person(name, roster, [*present, *found]))
    return found


_NEAR = 0.8
"""How like a role, place or channel a word is that is one misspelled, and no name."""


def _is_detail(field: str) -> bool:
    if not field[:1].isupper():
        return True
    tables = (v.ROLE_WORDS, v.PLACE_WORDS, v.CHANNEL_WORDS, v.STAY_WORDS)
    known = [word for table in tables for words in table.values() for word in words.split("|")]
    return bool(difflib.get_close_matches(field.casefold(), known, n=1, cutoff=_NEAR))


def _named(name: str, roster: Roster, present: Sequence[Person]) -> Person:
    if not name:
        raise Problem(_("A name is needed first: name, role, place, channel."))
    if name.startswith("/"):
        raise Problem(
            _("{word} is a command, and those work once the round is open. Write a name.").format(
                word=name[:40]
            )
        )
    if len(name) > LONGEST_NAME:
        raise Problem(_("That name is too long; write at most {n} letters.").format(n=LONGEST_NAME))
    same = next((one for one in present if one.name.casefold() == name.casefold()), None)
    if same is not None:
        return same
    taken = {one.id for one in present}
    while (made := roster.person(name)).id in taken:
        pass
    return made


def _detailed(found: Person, details: list[str], known: bool) -> Person:
    place, channel = found.place, None
    for field in details:
        if (role := v.code_for(field, v.ROLE_WORDS)) is not None:
            found = msgspec.structs.replace(found, role=role)
        elif (where := v.code_for(field, v.PLACE_WORDS)) is not None:
            place = where
        elif (how := v.code_for(field, v.CHANNEL_WORDS)) is not None:
            channel = how
        elif (stay := v.code_for(field, v.STAY_WORDS)) is not None:
            found = msgspec.structs.replace(found, stay=stay)
        else:
            raise _no_detail(field)
    if channel is None:
        moved = place != found.place or not known
        channel = ("in-person" if place == "on-site" else "video") if moved else found.channel
    return msgspec.structs.replace(found, place=place, channel=channel)


def _no_detail(field: str) -> Problem:
    near = v.nearest_word(
        field, (*v.ROLE_WORDS.values(), *v.PLACE_WORDS.values(), *v.CHANNEL_WORDS.values())
    )
    if near is not None:
        return Problem(
            _(
                "{word} is no role, place or channel; did you mean {near}? The line was not taken."
            ).format(word=field[:40], near=near)
        )
    return Problem(
        _(
            "{word} is no role, place or channel, so the line was not taken. "
            "Write for example: Mette, volunteer, home, video."
        ).format(word=field[:40])
    )


def whom(text: str, people: Sequence[Person]) -> tuple[Person, str]:
    """Return the person that `text` begins with, by name or number, and the rest of it.

    The beginning of a name is enough where only one name begins so.
    """
    words = clean_line(text)
    folded = words.casefold()
    for one in sorted(people, key=lambda one: -len(one.name)):
        name = one.name.casefold()
        if folded == name or folded.startswith((name + " ", name + ":")):
            return one, words[len(one.name) :].lstrip(": ")
    first, _space, rest = words.partition(" ")
    if first.isascii() and first.isdigit():
        return people[number(first, len(people)) - 1], rest
    close = [one for one in people if first and one.name.casefold().startswith(first.casefold())]
    if len(close) == 1:
        return close[0], rest
    names = ", ".join(one.name for one in people)
    raise Problem(_("Write whose it is first. In the round are: {names}.").format(names=names))


def agreed(text: str, now: dt.datetime) -> Agreed:
    """Return what was said of the next contact; `; NAME` after it says who makes it."""
    said, _mark, by = text.partition(";")
    outcome = v.code_for(said, v.SETTLED_WORDS)
    if outcome is not None:
        return Agreed(outcome)
    if not said.strip():
        raise Problem(
            _(
                "Write when: {tomorrow}, 3d, {month} or a date and time; or {declined}, or {none}."
            ).format(**v.offered())
        )
    return Agreed("dated", follow_up_time(said, now), clean_line(by))


def planned(text: str, now: dt.datetime) -> Planned:
    """Return the action in `text; owner; date`; the last two may be left out."""
    parts = [clean_line(part) for part in text.split(";")]
    if not parts[0] or len(parts) > 3:
        raise Problem(_("Write an action as: what; who; until when. The last two may be left out."))
    due = due_date(parts[2], now) if len(parts) > 2 and parts[2] else None
    return Planned(parts[0], parts[1] if len(parts) > 1 else "", due)


def sign_answer(text: str) -> Literal["confirm", "dismiss", "whose"]:
    """Return what the supervisor makes of a sign; raises Problem."""
    found = v.code_for(text, v.SIGN_ANSWERS)
    if found is None:
        raise Problem(_("Answer {confirm}, {dismiss} or {whose}.").format(**v.offered()))
    return found
