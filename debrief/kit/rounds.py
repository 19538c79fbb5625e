"""A round that never was, with a word of its own in every place that a person can write in.

The words tell whether something left that should not have. The round is made of values only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

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
from debrief.summary import LEVELS, Level

CANARIES: Final[Mapping[str, Level]] = MappingProxyType(
    {
        "Zibbeteam": "record",
        "Zibbeplace": "record",
        "Zibbeaction": "record",
        "Zibbename": "named",
        "Zibbecaller": "named",
        "Zibbeowner": "named",
        "Zibbevisor": "named",
        "zibbenote": "full",
        "zibberoundnote": "full",
        "zibbewords": "full",
        "zibberules": "full",
    }
)
"""Word in the round -> the lowest level at which it may be read."""
_OPENED: Final = dt.datetime(2026, 1, 9, 21, 2, 4, tzinfo=dt.UTC)
_CLOSED: Final = dt.datetime(2026, 1, 9, 21, 24, 40, tzinfo=dt.UTC)
_CALL: Final = dt.datetime(2026, 1, 10, 17, 30, tzinfo=dt.UTC)
_NOBODY: Final = "Nobody"
"""A name that stands in no text of the round, since names are taken out of texts."""
_IDS: Final = ("c-0001", "c-0002", "c-0003")


def above(level: Level) -> tuple[str, ...]:
    """Return the words that may not be read at `level`."""
    rank = LEVELS.index(level)
    return tuple(word for word, lowest in CANARIES.items() if LEVELS.index(lowest) > rank)


def canary_round(session: str = "2026-01-09-zibbe") -> State:
    """Return a closed round in which every canary stands where it belongs."""
    crowd = tuple(
        Person(who, f"Zibbename{n} Surname{n}", "volunteer") for n, who in enumerate(_IDS)
    )
    first, *others = _IDS
    sign = SeenSign("self_harm", "counsellor", "acute", "strong", "zibbewords")
    return _round(
        session,
        crowd,
        Setup(
            protocol="shift-defuse",
            protocol_version=1,
            protocol_kind="defusing",
            language="da",
            phases=(PhasePlan("check-in", 300, each=True), PhasePlan("close", 120)),
            people=crowd,
            supervisor="Zibbevisor Lead",
            team="Zibbeteam",
            place="Zibbeplace",
            ground_rules="zibberules",
        ),
        notes={
            NoteKey("check-in", first): "zibbenote",
            NoteKey("close", ROUND): "zibberoundnote",
        },
        signs={
            SignKey("check-in", first, sign.code, sign.words): SignState(
                sign, "counsellor", "acute", "confirmed"
            )
        },
        action=Action("a1", "Zibbeaction", "Zibbeowner", dt.date(2026, 2, 1)),
        follow_ups={
            first: FollowUp("dated", _CALL, "Zibbecaller"),
            **{who: FollowUp("not-needed") for who in others},
        },
    )


def example_round(session: str, language: str, team: str) -> State:
    """Return a closed round with nobody real in it; `team` says that it is a test."""
    crowd = tuple(Person(who, f"{_NOBODY} {n}", "volunteer") for n, who in enumerate(_IDS, 1))
    setup = Setup(
        protocol="shift-defuse",
        protocol_version=1,
        protocol_kind="defusing",
        language=language,
        phases=(PhasePlan("check-in", 300, each=True), PhasePlan("close", 120)),
        people=crowd,
        supervisor=_NOBODY,
        team=team,
        place=team,
    )
    first, *others = _IDS
    return _round(
        session,
        crowd,
        setup,
        notes={NoteKey("check-in", first): team},
        signs={},
        action=Action("a1", team, _NOBODY, dt.date(2026, 2, 1)),
        follow_ups={
            first: FollowUp("dated", _CALL, _NOBODY),
            **{who: FollowUp("not-needed") for who in others},
        },
    )


def _round(
    session: str,
    crowd: tuple[Person, ...],
    setup: Setup,
    *,
    notes: Mapping[NoteKey, str],
    signs: Mapping[SignKey, SignState],
    action: Action,
    follow_ups: Mapping[str, FollowUp],
) -> State:
    first = crowd[0].id
    return State(
        id=session,
        setup=setup,
        opened=_OPENED,
        people=crowd,
        phase=1,
        phase_since=_CLOSED,
        speaker=None,
        used_s={"check-in": 341, "close": 100},
        turns={NoteKey("check-in", one.id): "spoke" for one in crowd},
        notes=notes,
        loads={first: 9},
        left=frozenset(),
        alone=frozenset({first}),
        signs=signs,
        duties={"d1": Duty("d1", "child-at-risk", first, _OPENED, "acted", _CLOSED)},
        actions={action.id: action},
        follow_ups=follow_ups,
        supervisor_load=7,
        closed=_CLOSED,
    )
