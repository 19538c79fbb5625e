"""Rounds to summarise, as values, with a canary in every place that a person can write in."""

from __future__ import annotations

import datetime as dt

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

OPENED = dt.datetime(2026, 11, 21, 21, 2, 4, tzinfo=dt.UTC)
CLOSED = dt.datetime(2026, 11, 21, 21, 24, 40, tzinfo=dt.UTC)
CALL = dt.datetime(2026, 11, 22, 17, 30, tzinfo=dt.UTC)


def a_round(people: int = 4, action: str = "To på vagt fredag nat") -> State:
    """Return a closed round: everyone spoke in the check-in but the last, who passed."""
    ids = [f"c-{number:04d}" for number in range(people)]
    crowd = tuple(
        Person(who, f"Canaryname{n} Surname{n}", "volunteer" if n else "student")
        for n, who in enumerate(ids)
    )
    first, last = ids[0], ids[-1]
    turns = {NoteKey("check-in", who): "spoke" for who in ids}
    turns[NoteKey("check-in", last)] = "passed"
    sign = SeenSign("self_harm", "counsellor", "acute", "strong", "canarywords jeg kan ikke mere")
    follow_ups = {who: FollowUp("not-needed") for who in ids[1:]}
    follow_ups[first] = FollowUp("dated", CALL, "Canaryby Caller")
    return State(
        id="2026-11-21-k7q2m9",
        setup=Setup(
            protocol="shift-defuse",
            protocol_version=1,
            protocol_kind="defusing",
            language="da",
            phases=(PhasePlan("check-in", 300, each=True), PhasePlan("close", 120)),
            people=crowd,
            supervisor="Canarysuper Visor",
            team="Nord",
            place="online",
            ground_rules="canaryrules",
        ),
        opened=OPENED,
        people=crowd,
        phase=1,
        phase_since=CLOSED,
        speaker=None,
        used_s={"check-in": 341, "close": 100},
        turns=turns,
        notes={
            NoteKey("check-in", first): "canarynote svær samtale\nmed to linjer",
            NoteKey("close", ROUND): "canaryroundnote",
        },
        loads={first: 9},
        left=frozenset(),
        alone=frozenset({first}),
        signs={
            SignKey("check-in", first, sign.code, sign.words): SignState(
                sign, "counsellor", "acute", "confirmed"
            )
        },
        duties={"d1": Duty("d1", "child-at-risk", first, OPENED, "acted", CLOSED)},
        actions={"a1": Action("a1", action, "Canaryowner Person", dt.date(2026, 12, 1))},
        follow_ups=follow_ups,
        supervisor_load=7,
        closed=CLOSED,
    )
