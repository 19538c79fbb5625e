"""The supervisor's own close-down: questions to oneself, and what goes on after tonight."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from debrief import words
from debrief.errors import Problem
from debrief.i18n import language

if TYPE_CHECKING:
    from debrief.desk.desk import Desk
    from debrief.session import State

OWN: Final = "leader-close"
"""The protocol whose questions a supervisor asks themself when the round is over."""


def questions(desk: Desk) -> tuple[str, ...]:
    """Return the questions, in the interface language; none where the protocol is not here."""
    try:
        protocol = desk.protocol(OWN)
    except Problem:
        return ()
    return tuple(line for phase in protocol.phases for line in phase.prompts.to(language()))


def handed_over(state: State) -> tuple[str, ...]:
    """Return a line for each contact, soonest first, each duty agreed, and agreed work."""
    return (*_contacts(state), *_duties(state), *_work(state))


def _contacts(state: State) -> Iterator[str]:
    dated = [
        (agreed.dates, person.name, agreed)
        for person in state.people
        if (agreed := state.follow_ups.get(person.id)) is not None and agreed.dates
    ]
    for _dates, name, agreed in sorted(dated, key=lambda row: row[:2]):
        by = f" ({agreed.by})" if agreed.by else ""
        yield f"{name}{by}: {words.agreed(agreed)}"


def _duties(state: State) -> Iterator[str]:
    for duty in state.duties.values():
        if duty.outcome in (None, "agreed"):
            outcome = words.duty_outcome(duty.outcome)
            holder = words.duty_person(state, duty.holder)
            yield f"{words.duty(duty.kind)} -> {holder}: {outcome}"


def _work(state: State) -> Iterator[str]:
    for action in state.actions.values():
        parts = (action.text, action.owner, action.due.isoformat() if action.due else "")
        yield " · ".join(part for part in parts if part)
