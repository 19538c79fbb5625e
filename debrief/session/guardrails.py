"""Who can't be closed over, and what the supervisor must be warned of.

Each guardrail is a code with the person or duty it is about; the words for it are made where it is
shown. A guardrail that `blocks` must be settled. One that `stops` must be settled or consciously
overridden, and the override stands in the record. The others are only told. An override of one
that blocks changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from debrief.session.model import ROUND, Setup, SignState, State
from debrief.session.rounds import confirmed, gravest, passed_on_everything

Weight = Literal["blocks", "stops", "tells"]

FEELINGS_KINDS = frozenset({"defusing", "reference", "supervision"})
"""Protocol kinds that touch feelings, for which large groups should be split."""


DANGER = frozenset({"acute-now", "acute-and-alone", "acute-at-home", "acute-of-nobody"})
"""What holds while a sign of danger now in a counsellor is confirmed."""
STANDING = frozenset({"supervisor-involved", "line-manager-leads"}) | DANGER
"""What goes on being shown after it was gone on from: it holds as long as its cause does."""


class Guardrail(msgspec.Struct, frozen=True):
    """One thing to settle or to know. `about` is a person's or a duty's id, or empty."""

    code: str
    weight: Weight
    about: str = ""

    @property
    def key(self) -> str:
        """The text an override is recorded under."""
        return f"{self.code}:{self.about}" if self.about else self.code


def to_settle(state: State) -> tuple[Guardrail, ...]:
    """Return what keeps the round from being closed, overridden stops left out."""
    found = (*_people(state), *_signs(state), *_duties(state))
    return tuple(one for one in found if one.weight == "blocks" or one.key not in state.overridden)


def to_tell(state: State) -> tuple[Guardrail, ...]:
    """Return the warnings that hold now, without those gone on from that are not `STANDING`."""
    found = (*_danger(state), *_silent(state), *_circumstances(state.setup, len(state.people)))
    return tuple(one for one in found if one.key not in state.overridden or one.code in STANDING)


def at_the_start(setup: Setup) -> tuple[Guardrail, ...]:
    """Return what speaks against a round before it begins."""
    return tuple(_circumstances(setup, len(setup.people)))


def may_close(state: State) -> bool:
    """Tell whether nothing keeps the round from being closed."""
    return not to_settle(state)


def _people(state: State) -> Iterator[Guardrail]:
    for person in state.people:
        follow_up = state.follow_ups.get(person.id)
        if follow_up is None:
            yield Guardrail("follow-up-missing", "blocks", person.id)
            continue
        if state.setup.locked and follow_up.outcome == "not-needed":
            yield Guardrail("locked-without-date", "blocks", person.id)
            continue
        if person.id in state.wants_call and follow_up.outcome != "dated":
            yield Guardrail("call-without-date", "stops", person.id)
        gravity = gravest(confirmed(state, person.id))
        if gravity == "acute" and follow_up.outcome != "dated":
            yield Guardrail("acute-without-date", "stops", person.id)
        elif gravity == "urgent" and follow_up.outcome == "not-needed":
            yield Guardrail("urgent-without-date", "stops", person.id)
        elif passed_on_everything(state, person.id) and follow_up.outcome == "not-needed":
            yield Guardrail("passed-on-everything", "stops", person.id)


def _signs(state: State) -> Iterator[Guardrail]:
    people = {key.person for key, sign in state.signs.items() if unread_acute(sign)}
    order = [person.id for person in state.people] + [ROUND]
    for person_id in (one for one in order if one in people):
        yield Guardrail("acute-sign-unread", "blocks", person_id)


def unread_acute(sign: SignState) -> bool:
    """Tell whether a sign shown as danger now, however sure it is, is undecided."""
    return sign.decision == "open" and sign.level == "acute"


def to_look_at(state: State) -> tuple[Guardrail, ...]:
    """Return who has a pressing sign of their own that is undecided; told before the close."""
    return tuple(
        Guardrail("urgent-sign-unread", "tells", person.id)
        for person in state.people
        if any(
            sign.decision == "open" and sign.level == "urgent" and sign.subject == "counsellor"
            for sign in state.signs_of(person.id)
        )
    )


def _duties(state: State) -> Iterator[Guardrail]:
    for duty in state.duties.values():
        if duty.outcome is None:
            yield Guardrail("duty-open", "blocks", duty.id)


def _danger(state: State) -> Iterator[Guardrail]:
    for person in state.people:
        if gravest(confirmed(state, person.id)) != "acute":
            continue
        yield Guardrail("acute-now", "tells", person.id)
        if person.id in state.alone:
            yield Guardrail("acute-and-alone", "tells", person.id)
        elif person.place == "home":
            yield Guardrail("acute-at-home", "tells", person.id)
    if gravest(confirmed(state, ROUND)) == "acute":  # somebody's, and no duty or contact meets it
        yield Guardrail("acute-of-nobody", "tells", ROUND)


def _silent(state: State) -> Iterator[Guardrail]:
    """Someone who said pass each time and goes to an empty home: silence is no answer."""
    for person in state.people:
        if person.id in state.alone and passed_on_everything(state, person.id):
            yield Guardrail("passed-and-alone", "tells", person.id)


def _circumstances(setup: Setup, people: int) -> Iterator[Guardrail]:
    around = setup.circumstances
    if around.hours_since < setup.earliest_hours:
        yield Guardrail("too-early", "tells")
    if around.mixed_exposure:
        yield Guardrail("mixed-exposure", "tells")
    if around.supervisor_involved:
        yield Guardrail("supervisor-involved", "tells")
    if around.line_manager_leads:
        yield Guardrail("line-manager-leads", "tells")
    if setup.protocol_kind in FEELINGS_KINDS and people > setup.max_people:
        yield Guardrail("too-many", "tells")
    if people < setup.min_people:
        yield Guardrail("too-few", "tells")
