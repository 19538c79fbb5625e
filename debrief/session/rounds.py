"""Questions about a round that its state answers: who waits, who is next, what is done."""

from __future__ import annotations

from typing import Final

from debrief.session.model import Level, Person, SignState, State

LEVELS: Final[tuple[Level, ...]] = ("acute", "urgent", "watch")
"""From danger now to something to name and follow up."""


def waiting(state: State, phase: str | None = None) -> tuple[Person, ...]:
    """Return who has had no turn in the phase (the running one by default), in speaking order."""
    key = phase or state.plan.key
    return tuple(
        person
        for person in state.people
        if person.id not in state.left and state.turn(key, person.id) is None
    )


def after(state: State, person_id: str | None) -> str | None:
    """Return whose voice follows `person_id`: the next who waits, round the table; None if nobody.

    From None it is the first who waits.
    """
    order = [person.id for person in state.people]
    at = order.index(person_id) + 1 if person_id in order else 0
    free = {person.id for person in waiting(state)} - {person_id}
    return next((one for one in order[at:] + order[:at] if one in free), None)


def phase_done(state: State, index: int) -> bool:
    """Tell whether the round has been through this phase."""
    return state.closed is not None or index < state.phase


def passed_on_everything(state: State, person_id: str) -> bool:
    """Tell whether the person said pass in every phase where they had a turn, at least once."""
    turns = [
        turn for key, turn in state.turns.items() if key.person == person_id and turn != "left"
    ]
    return bool(turns) and all(turn == "passed" for turn in turns)


def confirmed(state: State, person_id: str) -> tuple[SignState, ...]:
    """Return the confirmed signs in the counsellor themself (not in their cases)."""
    return tuple(
        sign
        for sign in state.signs_of(person_id)
        if sign.decision == "confirmed" and sign.subject == "counsellor"
    )


HEAVY: Final = 7
"""A load, 0 to 10, from which somebody is followed up closely."""


def flagged(state: State, person_id: str) -> bool:
    """Tell whether to offer a series of contacts: a grave sign, a heavy load, or they asked."""
    return (
        gravest(confirmed(state, person_id)) in ("acute", "urgent")
        or state.loads.get(person_id, 0) >= HEAVY
        or person_id in state.wants_call
    )


def gravest(signs: tuple[SignState, ...]) -> str | None:
    """Return the gravest level among `signs`, None if there are none."""
    levels = {sign.level for sign in signs}
    return next((level for level in LEVELS if level in levels), None)


def sign_counts(state: State) -> dict[str, int]:
    """Return how many signs were shown, confirmed and dismissed, without whose."""
    decisions = [sign.decision for sign in state.signs.values()]
    return {
        "shown": len(decisions),
        "confirmed": decisions.count("confirmed"),
        "dismissed": decisions.count("dismissed"),
    }


def nothing_said(state: State) -> bool:
    """Tell whether a round was only set up: nobody spoke or passed, and nothing was kept in it."""
    kept = (
        state.turns, state.notes, state.loads, state.left, state.alone, state.wants_call,
        state.groups, state.passed, state.signs, state.duties, state.actions, state.follow_ups,
    )  # fmt: skip
    return not any(kept) and state.supervisor_load is None and state.closed is None
