"""The state of one round: frozen values, changed only by `debrief.session.apply`.

Nothing here reads a clock, a file or a screen. Times are timezone-aware UTC datetimes that come
in with each event; durations are whole seconds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, get_args

import msgspec

Turn = Literal["spoke", "passed", "left"]
"""How a person's turn in a phase ended: spoke, said pass, or had left the round early."""
Place = Literal["home", "on-site", "elsewhere"]
Channel = Literal["video", "phone", "chat", "in-person"]
Role = Literal[
    "volunteer", "employee", "peer-worker", "job-counsellor", "colleague-supporter", "student"
]
Subject = Literal["counsellor", "case", "unsure"]
Level = Literal["acute", "urgent", "watch"]
Decision = Literal["open", "confirmed", "dismissed"]
DutyOutcome = Literal["acted", "agreed", "not-a-duty"]
DUTY_OUTCOMES: Final[tuple[DutyOutcome, ...]] = get_args(DutyOutcome)
"""How a duty may end, in the order of the keys 1 to 3."""
FollowUpOutcome = Literal["dated", "declined", "not-needed"]
Stay = Literal["whole", "late", "early"]
"""Whether somebody is there for the whole round, comes late, or must leave early."""

PLACES: Final[tuple[Place, ...]] = ("home", "on-site", "elsewhere")
CHANNELS: Final[tuple[Channel, ...]] = ("video", "phone", "chat", "in-person")
ROLES: Final[tuple[Role, ...]] = (
    "volunteer",
    "employee",
    "peer-worker",
    "job-counsellor",
    "colleague-supporter",
    "student",
)

STAYS: Final[tuple[Stay, ...]] = get_args(Stay)

ROUND: Final = "round"
"""Stands where a person's id stands, for what belongs to the whole round."""

PATTERNS: Final = "*"
"""Stands where a phase's key stands, for signs that earlier sessions show rather than a note.

It is no identifier, so no phase of any protocol can be called so.
"""

DUTY_CODES: Final = frozenset(
    {
        "case_suicide_risk",
        "case_self_harm",
        "case_violence",
        "case_child_at_risk",
        "case_abuse",
        "case_psychosis",
        "case_overdose",
        "case_missing",
        "case_threat",
    }
)
"""Case signs which, once confirmed, ask who acts (duty gate)."""


class Person(msgspec.Struct, frozen=True):
    """A counsellor in the round. `id` is the pseudonym that goes into the record."""

    id: str
    name: str
    role: Role = "volunteer"
    place: Place = "home"
    channel: Channel = "video"
    stay: Stay = "whole"
    buddy: str = ""
    """Who they call first when it gets heavy: a person's id, or empty."""
    supporter: str = ""
    """The colleague they chose to be supported by: a name, never in the record."""
    needs: str = ""
    """What is considerate of them (skånehensyn), in their own words; never in the record."""


class PhasePlan(msgspec.Struct, frozen=True):
    """A phase as planned for this round, so that a later protocol version changes nothing."""

    key: str
    planned_s: int
    each: bool = False
    asks_load: bool = False
    silent_s: int = 0
    """The phase begins with so many seconds of silence."""
    groups: int = 0
    """2 or 3 where people talk in pairs or in threes; else 0."""


class Circumstances(msgspec.Struct, frozen=True):
    """What the supervisor said of the situation when setting up; guardrails read it."""

    supervisor_involved: bool = False
    mixed_exposure: bool = False
    line_manager_leads: bool = False
    hours_since: float = 0.0
    lock_confirmed: bool = False
    """That a locked protocol is led by a trained team, voluntary and followed up, was confirmed."""
    went_on: tuple[str, ...] = ()
    """Guardrails that stood when the round began and were consciously gone on from."""


class Setup(msgspec.Struct, frozen=True):
    """Everything a round starts from."""

    protocol: str
    protocol_version: int
    protocol_kind: str
    language: str
    phases: tuple[PhasePlan, ...]
    people: tuple[Person, ...]
    supervisor: str
    team: str = ""
    place: str = "online"
    ground_rules: str = ""
    max_people: int = 10
    earliest_hours: float = 0.0
    min_people: int = 1
    keep: Literal["notes", "nothing"] = "notes"
    """`nothing`: no notes and no load are taken, and no signs looked for."""
    locked: bool = False
    circumstances: Circumstances = Circumstances()


class NoteKey(NamedTuple):
    """Whose note in which phase; `person` may be ROUND."""

    phase: str
    person: str


class SeenSign(msgspec.Struct, frozen=True):
    """A sign as the scanner saw it in one note. `words` is the evidence, cut from the note."""

    code: str
    subject: Subject
    level: Level
    band: str
    words: str


class SignKey(NamedTuple):
    """A sign keeps its decision while the same words stand in the same note."""

    phase: str
    person: str
    code: str
    words: str


class SignState(msgspec.Struct, frozen=True):
    """A sign and what the supervisor made of it: subject and level are theirs to change.

    A confirmed sign is kept when its words have gone from the note; then `stands` is false.
    """

    seen: SeenSign
    subject: Subject
    level: Level
    decision: Decision = "open"
    stands: bool = True


class Duty(msgspec.Struct, frozen=True):
    """Something the law or the house asks, told of by `holder`; it must end before the close.

    One opened `by_hand` does not go when a sign is no longer confirmed.
    """

    id: str
    kind: str
    holder: str
    opened: dt.datetime
    outcome: DutyOutcome | None = None
    ended: dt.datetime | None = None
    by_hand: bool = False


class Action(msgspec.Struct, frozen=True):
    """Agreed work on the work: the organisational track. No person's state belongs in `text`."""

    id: str
    text: str
    owner: str = ""
    due: dt.date | None = None


class FollowUp(msgspec.Struct, frozen=True):
    """What was agreed about the next contact with one person, and about those after it."""

    outcome: FollowUpOutcome
    when: dt.datetime | None = None
    by: str = ""
    further: tuple[dt.datetime, ...] = ()
    """Dated contacts after `when`, soonest first."""

    @property
    def dates(self) -> tuple[dt.datetime, ...]:
        """Every dated contact, soonest first."""
        return (self.when, *self.further) if self.when is not None else ()


class State(msgspec.Struct, frozen=True):
    """One round, at one moment."""

    id: str
    setup: Setup
    opened: dt.datetime
    people: tuple[Person, ...]
    """In speaking order."""
    phase: int
    phase_since: dt.datetime
    speaker: str | None
    used_s: Mapping[str, int]
    turns: Mapping[NoteKey, Turn] = {}
    notes: Mapping[NoteKey, str] = {}
    loads: Mapping[str, int] = {}
    left: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    wants_call: frozenset[str] = frozenset()
    """Whom somebody is to call, however the round ends."""
    groups: Mapping[str, tuple[tuple[str, ...], ...]] = {}
    """Phase -> the pairs or threes that were made in it, as ids."""
    passed: frozenset[str] = frozenset()
    """Phases that the group as a whole passed."""
    signs: Mapping[SignKey, SignState] = {}
    duties: Mapping[str, Duty] = {}
    actions: Mapping[str, Action] = {}
    follow_ups: Mapping[str, FollowUp] = {}
    overridden: tuple[str, ...] = ()
    """Guardrail codes the supervisor saw and chose to go on from."""
    supervisor_load: int | None = None
    closed: dt.datetime | None = None

    @property
    def plan(self) -> PhasePlan:
        """The phase the round is in."""
        return self.setup.phases[self.phase]

    def person(self, person_id: str) -> Person | None:
        """Return the person with this id, if in the round."""
        return next((person for person in self.people if person.id == person_id), None)

    def note(self, phase: str, person: str) -> str:
        """Return the note for `person` (or ROUND) in `phase`; empty if there is none."""
        return self.notes.get(NoteKey(phase, person), "")

    def turn(self, phase: str, person: str) -> Turn | None:
        """Return how the person's turn in the phase ended, None while it has not."""
        return self.turns.get(NoteKey(phase, person))

    def used_at(self, phase: str, now: dt.datetime) -> int:
        """Return the seconds used in `phase` up to `now`, the running stretch included."""
        used = self.used_s.get(phase, 0)
        if self.closed is None and phase == self.plan.key:
            used += max(0, round((now - self.phase_since).total_seconds()))
        return used

    def signs_of(self, person: str) -> tuple[SignState, ...]:
        """Return the signs in this person's notes (of either subject), in the order seen."""
        return tuple(sign for key, sign in self.signs.items() if key.person == person)
