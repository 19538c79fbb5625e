"""What of a round goes into which block: the record in the clear, the person sealed."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Callable, Iterable, Iterator

from debrief.record.blocks import Value
from debrief.record.shape import Retention
from debrief.session.model import ROUND, Person, SignState, State
from debrief.text import clean, clean_line, is_id

Entries = list[tuple[str, Value]]
Named = tuple[str, Entries]


def salt() -> tuple[str, Value]:
    """Return a fresh salt line: without it a digest could be guessed back to the text."""
    return "salt", secrets.token_hex(16)


def _checked(identifier: str) -> str:
    if not is_id(identifier):
        raise ValueError("an identifier of the round is not an identifier")
    return identifier


def without_names(people: Iterable[Person]) -> Callable[[str], str]:
    """Return a function that puts pseudonyms where the names of `people` stand in a text.

    A whole name counts in any case; one capitalised part of it, or a name that is a single word, as
    typed or capitalised; each with or without a genitive s. Longer names are looked for first.
    """
    spellings: dict[str, str] = {}
    for person in people:
        name = clean_line(person.name)
        if " " in name:
            spellings.setdefault(f"(?i:{re.escape(name)})", person.id)
        parts = [*name.split(), *re.split(r"[\s-]+", name)]
        for part in parts:
            if len(part) > 1 and (part == name or part[0].isupper()):
                for spelling in (part, part[0].upper() + part[1:]):
                    spellings.setdefault(re.escape(spelling), person.id)
    if not spellings:
        return str
    longest_first = sorted(spellings, key=len, reverse=True)
    groups = "|".join(f"({spelling})" for spelling in longest_first)
    pattern = re.compile(rf"(?<!\w)(?:{groups})(?P<of>'?s)?(?!\w)")
    ids = [spellings[spelling] for spelling in longest_first]

    def replace(found: re.Match[str]) -> str:
        number = next(n for n in range(1, len(ids) + 1) if found[n] is not None)
        return ids[number - 1] + ("'s" if found["of"] else "")

    return lambda text: pattern.sub(replace, text)


def _overridden(state: State, owner: str) -> list[str]:
    """Return the overridden guardrails about `owner`; for "", those that are about no person.

    A guardrail that is about a person is spelled `code:id`, and tells of that person's state.
    """
    ids = {person.id for person in state.people}
    parts = [clean_line(text).partition(":") for text in state.overridden]
    return [code for code, _colon, about in parts if (about if about in ids else "") == owner]


def _session(state: State, closed: dt.datetime, keep: Retention) -> Named:
    setup = state.setup
    day = closed.astimezone(dt.UTC).date()
    entries: Entries = [
        ("id", _checked(state.id)),
        ("protocol", _checked(setup.protocol)),
        ("protocol_version", setup.protocol_version),
        ("language", setup.language),
        ("team", clean_line(setup.team)),
        ("place", clean_line(setup.place)),
        ("supervisor", setup.supervisor if is_id(setup.supervisor) else ""),
        ("opened", state.opened),
        ("closed", closed),
        ("ground_rules", clean_line(setup.ground_rules)),
    ]
    if setup.keep == "nothing":
        entries.append(("keep", setup.keep))
    if overridden := _overridden(state, ""):
        entries.append(("overridden", overridden))
    entries += [
        ("private_until", day + dt.timedelta(days=keep.private_days)),
        ("retain_until", day + dt.timedelta(days=keep.record_days)),
    ]
    return "session", entries


def _person(state: State, person: Person) -> Named:
    turns = {
        _checked(phase.key): turn
        for phase in state.setup.phases
        if (turn := state.turn(phase.key, person.id)) is not None
    }
    follow_up = state.follow_ups.get(person.id)
    return f"people.{_checked(person.id)}", [
        ("role", person.role),
        ("place", person.place),
        ("channel", person.channel),
        ("turns", turns),
        ("follow_up", follow_up.outcome if follow_up else "open"),
    ]


def _duties(state: State) -> Iterator[Named]:
    for number, duty in enumerate(state.duties.values(), 1):
        entries: Entries = [
            ("kind", clean_line(duty.kind)),
            ("holder", _checked(duty.holder)),
            ("outcome", duty.outcome or "open"),
        ]
        if duty.ended is not None:
            entries.append(("at", duty.ended))
        yield f"duties.d{number}", entries


def _actions(state: State) -> Iterator[Named]:
    hide = without_names(state.people)
    for number, action in enumerate(state.actions.values(), 1):
        entries: Entries = [
            ("text", hide(clean(action.text))),
            ("owner", hide(clean_line(action.owner))),
        ]
        if action.due is not None:
            entries.append(("due", action.due))
        yield f"actions.a{number}", entries


def _counts(state: State) -> Named:
    decisions = [sign.decision for sign in state.signs.values()]
    return "counts", [
        ("signs_shown", len(decisions)),
        ("signs_confirmed", decisions.count("confirmed")),
        ("signs_dismissed", decisions.count("dismissed")),
        ("guardrails_overridden", len(state.overridden)),
        ("contacts", sum(len(one.dates) for one in state.follow_ups.values())),
    ]


def _phases(state: State) -> Iterator[Named]:
    for number, phase in enumerate(state.setup.phases, 1):
        entries: Entries = [
            ("name", _checked(phase.key)),
            ("planned_s", phase.planned_s),
            ("used_s", state.used_s.get(phase.key, 0)),
        ]
        if phase.key in state.passed:
            entries.append(("passed", True))
        yield f"phases.p{number}", entries


def clear_blocks(state: State, closed: dt.datetime, keep: Retention) -> Iterator[Named]:
    """Yield the blocks of the record, in file order, each with its salt."""
    everything: tuple[Iterable[Named], ...] = (
        (_session(state, closed, keep),),
        _phases(state),
        (_person(state, person) for person in state.people),
        _duties(state),
        _actions(state),
        (_counts(state),),
    )
    for group in everything:
        for name, entries in group:
            yield name, [*entries, salt()]


def _notes(state: State, owner: str) -> Entries:
    return [
        (f"notes.{_checked(key.phase)}", clean(text))
        for key, text in state.notes.items()
        if key.person == owner and text
    ]


def _signs(signs: tuple[SignState, ...]) -> Entries:
    """Return the signs without the words they were seen in: those stand in the note already."""
    return [
        (
            f"signs.s{number}",
            {
                "code": sign.seen.code,
                "subject": sign.subject,
                "level": sign.level,
                "decision": sign.decision,
            },
        )
        for number, sign in enumerate(signs, 1)
    ]


def _about(person: Person) -> Entries:
    """Return what was agreed about being considerate of a person; what is empty is left out."""
    agreed = (("buddy", person.buddy), ("supporter", person.supporter), ("needs", person.needs))
    return [(key, clean_line(value)) for key, value in agreed if value]


def _private_person(state: State, owner: str) -> Entries:
    """Return what is sealed of a person; where nothing is kept, no more than the agreements."""
    entries: Entries = []
    nothing = state.setup.keep == "nothing"
    if (person := state.person(owner)) is not None:
        entries.append(("name", clean_line(person.name)))
        entries += [] if nothing else _about(person)
    if not nothing and owner in state.loads:
        entries.append(("load", state.loads[owner]))
    if not nothing:
        entries.append(("alone", owner in state.alone))
    if owner in state.wants_call:
        entries.append(("wants_call", True))
    follow_up = state.follow_ups.get(owner)
    if follow_up is not None and follow_up.when is not None:
        entries.append(("follow_up.when", follow_up.when))
    if follow_up is not None and follow_up.further:
        entries.append(("follow_up.further", [*follow_up.further]))
    if follow_up is not None and follow_up.by:
        entries.append(("follow_up.by", clean_line(follow_up.by)))
    if overridden := _overridden(state, owner):
        entries.append(("overridden", overridden))
    if nothing:
        return entries
    return entries + _notes(state, owner) + _signs(state.signs_of(owner))


def _private_round(state: State) -> Entries:
    entries: Entries = []
    if not is_id(state.setup.supervisor):
        entries.append(("supervisor", clean_line(state.setup.supervisor)))
    if state.supervisor_load is not None:
        entries.append(("supervisor_load", state.supervisor_load))
    if state.setup.keep == "nothing":
        return entries
    return entries + _notes(state, ROUND) + _signs(state.signs_of(ROUND))


def private_blocks(state: State) -> Iterator[Named]:
    """Yield one private block for each person, and one for the round, last.

    Somebody with notes who is no longer in the round still has a block: a note is never dropped.
    """
    owners = [person.id for person in state.people]
    owners += sorted({key.person for key in state.notes} - {*owners, ROUND})
    for owner in owners:
        yield f"private.{_checked(owner)}", _private_person(state, owner)
    yield f"private.{ROUND}", _private_round(state)
