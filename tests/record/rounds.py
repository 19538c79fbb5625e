"""Rounds and keys for the tests of the record."""

from __future__ import annotations

import datetime as dt

import msgspec

from debrief.session.model import (
    ROUND,
    Action,
    Duty,
    FollowUp,
    NoteKey,
    Person,
    PhasePlan,
    SeenSign,
    Setup,
    SignKey,
    SignState,
    State,
)

OPENED = dt.datetime(2026, 11, 21, 21, 2, 4, 123456, tzinfo=dt.UTC)
CLOSED = dt.datetime(2026, 11, 21, 21, 24, 40, 999, tzinfo=dt.UTC)
NAMES = (
    "Mette Holm", "Øyvind Aasen", "Bo", "Anne-Grethe Lund", "Søren", "Ingrid", "Lars Bak",
    "Kirsten", "Per", "Åse Vik",
)  # fmt: skip
PHASES = ("welcome", "check-in", "shift", "hard", "work", "close")


def people(count: int) -> tuple[Person, ...]:
    return tuple(
        Person(f"c-{index}k2m", NAMES[index % len(NAMES)], "volunteer", "home", "video")
        for index in range(count)
    )


def a_round(
    count: int = 3, *, text: str = "Opkaldet blev ved med at køre i hovedet.", session: str = ""
) -> State:
    """Return a closed round of `count` people in six phases, with a little of everything."""
    who = people(count)
    plans = tuple(PhasePlan(key, 300, each=True) for key in PHASES)
    first, last = who[0].id, who[-1].id
    setup = Setup(
        protocol="shift-defuse",
        protocol_version=1,
        protocol_kind="defusing",
        language="da",
        phases=plans,
        people=who,
        supervisor="s-4h2k",
        team="Nord",
        ground_rules="2026-1",
    )
    seen = SeenSign("sleep", "counsellor", "watch", "probable", "køre i hovedet")
    case = SeenSign("case_child_at_risk", "case", "urgent", "probable", "blev ved")
    return State(
        id=session or "2026-11-21-k7q2m9",
        setup=setup,
        opened=OPENED,
        people=who,
        phase=5,
        phase_since=CLOSED,
        speaker=None,
        used_s=dict.fromkeys(PHASES, 200),
        turns={NoteKey(p, w.id): "spoke" for p in PHASES[1:3] for w in who}
        | {NoteKey("hard", last): "passed"},
        notes={NoteKey(p, w.id): text for p in PHASES for w in who}
        | {NoteKey("close", ROUND): text},
        loads={first: 7},
        alone=frozenset({last}),
        signs={
            SignKey("shift", first, "sleep", seen.words): SignState(
                seen, "counsellor", "urgent", "confirmed"
            ),
            SignKey("shift", last, case.code, case.words): SignState(
                case, "case", "urgent", "dismissed"
            ),
        },
        duties={"d1": Duty("d1", "child-at-risk", first, OPENED, "acted", CLOSED)},
        actions={
            "a1": Action("a1", "To på vagt fredag nat", "coordinator", dt.date(2026, 12, 1)),
            "a2": Action("a2", "Mette Holms vagter byttes med Søren", "Mette"),
        },
        follow_ups={
            first: FollowUp("dated", dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), "Kirsten"),
            last: FollowUp("declined"),
        },
        overridden=("supervisor-involved", f"acute-without-date:{last}"),
        supervisor_load=4,
        closed=CLOSED,
    )


def noted(state: State, text: str) -> State:
    """Return the round with this text in every note and action."""
    return msgspec.structs.replace(
        state,
        notes=dict.fromkeys(state.notes, text),
        actions={"a1": Action("a1", text)},
    )
