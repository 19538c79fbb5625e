"""People, rounds and clocks for the tests of every room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from debrief.errors import Problem
from debrief.session import Setup, SignKey, State, apply, start
from debrief.session import events as ev
from debrief.session.model import Person, PhasePlan, SeenSign

OPENED = dt.datetime(2026, 11, 21, 21, 0, tzinfo=dt.UTC)
"""When every built round begins."""

PHASES = (
    PhasePlan("ground-rules", 120),
    PhasePlan("check-in", 300, each=True, asks_load=True),
    PhasePlan("shift", 600, each=True),
    PhasePlan("close", 180),
)
"""Both kinds of phase: two for the round as a whole, two where each person has a turn."""


class Clock:
    """A clock that goes on `step_s` seconds each time it is read."""

    def __init__(self, now: dt.datetime = OPENED, step_s: float = 1) -> None:
        self.now = now
        self.step = dt.timedelta(seconds=step_s)

    def __call__(self) -> dt.datetime:
        self.now += self.step
        return self.now

    def skip(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self.now += dt.timedelta(seconds=seconds)


def person(name: str, **changes: Any) -> Person:
    """Return a counsellor whose pseudonym is made from the name: Aisha is c-aisha."""
    return Person(**{"id": f"c-{name.lower()}", "name": name, **changes})


def people(*names: str) -> tuple[Person, ...]:
    """Return counsellors of these names, in this order."""
    return tuple(person(name) for name in names)


def setup(*names: str, **changes: Any) -> Setup:
    """Return the setup of a round with these people; `changes` are fields of Setup."""
    fields: dict[str, Any] = {
        "protocol": "shift-defuse",
        "protocol_version": 1,
        "protocol_kind": "defusing",
        "language": "da",
        "phases": PHASES,
        "people": people(*names),
        "supervisor": "s-4h2k",
    }
    return Setup(**{**fields, **changes})


def opened(*names: str, at: dt.datetime = OPENED, **changes: Any) -> ev.Opened:
    """Return the opening of a round with these people (Aisha and Jonas unless named)."""
    return ev.Opened(at, "2026-11-21-test22", setup(*(names or ("Aisha", "Jonas")), **changes))


def seen(words: str, code: str = "sleep", **changes: Any) -> SeenSign:
    """Return a firm sign in the counsellor, to watch, as the scanner sees it."""
    fields = {"subject": "counsellor", "level": "watch", "band": "firm", **changes}
    return SeenSign(code=code, words=words, **fields)


class Round:
    """A round under test: the events so far, and where they led."""

    def __init__(self, *names: str, clock: Clock | None = None, **changes: Any) -> None:
        self.clock = clock or Clock()
        first = opened(*names, **changes)
        self.history: list[Any] = [first]
        self.session = start(first)

    @property
    def state(self) -> State:
        return self.session.state

    def do(self, kind: Callable[..., Any], *fields: Any, **named: Any) -> State:
        """Let an event of this kind happen now."""
        event = kind(self.clock(), *fields, **named)
        self.session = apply(self.session, event)
        self.history.append(event)
        return self.state

    def in_phase(self, key: str) -> Round:
        """Go to the phase with this key."""
        keys = [plan.key for plan in self.state.setup.phases]
        self.do(ev.PhaseEntered, keys.index(key))
        return self

    def sees(self, who: str, *signs: SeenSign, phase: str = "shift") -> tuple[SignKey, ...]:
        """Let the scanner see exactly these signs in one note; return their keys."""
        self.do(ev.SignsSeen, phase, who, signs)
        return tuple(SignKey(phase, who, one.code, one.words) for one in signs)

    def decides(self, key: SignKey, decision: str, **changes: str) -> State:
        """Let the supervisor decide about a sign; subject and level stay unless changed."""
        sign = self.state.signs[key]
        fields = {"subject": sign.subject, "level": sign.level, **changes}
        return self.do(ev.SignDecided, *key, decision=decision, **fields)

    def confirms(self, who: str, code: str, **changes: str) -> SignKey:
        """Let a sign be seen and confirmed."""
        others = tuple(
            sign.seen
            for key, sign in self.state.signs.items()
            if (key.phase, key.person) == ("shift", who) and sign.stands
        )
        key = self.sees(who, *others, seen(f"words for {code}", code, **changes))[-1]
        self.decides(key, "confirmed")
        return key


class Memory:
    """A journal in memory: what is appended is durable once `sync` is called, or at once."""

    def __init__(self, *, at_once: bool = True, last: int = 0) -> None:
        self.records: list[bytes] = []
        self.at_once = at_once
        self.first = last
        self.saved = last
        self.on_saved: Callable[[int, float], None] = lambda sequence, at: None
        self.on_trouble: Callable[[Problem], None] = lambda problem: None

    def append(self, payload: bytes) -> int:
        self.records.append(payload)
        if self.at_once:
            self.sync()
        return self.first + len(self.records)

    def sync(self) -> None:
        """Make everything durable."""
        self.saved = self.first + len(self.records)
        self.on_saved(self.saved, OPENED.timestamp() + self.saved)

    def wait(self, sequence: int, timeout: float) -> bool:
        return self.saved >= sequence

    def close(self) -> bool:
        self.sync()
        return True

    def events(self) -> list[ev.AnyEvent]:
        """Return what was recorded, decoded."""
        return [ev.decode(record) for record in self.records]
