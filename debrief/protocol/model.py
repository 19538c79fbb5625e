"""What a round is: its phases, prompts and timing, as frozen values read from TOML."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

import msgspec

from debrief.i18n import LANGUAGES

FORMAT: Final = "debrief-protocol/1"
"""What the key `format` of every protocol file says."""

Evidence = Literal["A", "B", "C", "X"]
"""A guideline or meta-analysis for the stated purpose, B observational or mixed, C practice
consensus, X advised against in its classic form."""
Kind = Literal["defusing", "check-in", "learning", "supervision", "reference"]
Keep = Literal["notes", "nothing"]
"""`nothing`: no notes, no load, no signs; only that it was held, agreements, next contacts."""
Shift = Literal["start", "end"]
"""The end of a shift that a phase belongs to."""
EVIDENCE: Final[tuple[str, ...]] = get_args(Evidence)
KINDS: Final[tuple[str, ...]] = get_args(Kind)
KEEPS: Final[tuple[str, ...]] = get_args(Keep)
SHIFTS: Final[tuple[Shift, ...]] = get_args(Shift)

Minutes = Annotated[float, msgspec.Meta(gt=0, le=180)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=600)]
People = Annotated[int, msgspec.Meta(ge=1, le=40)]
Identifier = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=40)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=600)]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of a protocol file; a key that is not known is refused."""


class Text(_Strict, frozen=True):
    """One text in every language a round can be held in."""

    da: Words
    nb: Words
    en: Words

    def to(self, language: str) -> str:
        """Return the text in `language`, one of da, nb, en; English for any other."""
        return str(getattr(self, language if language in LANGUAGES else "en"))


class Lines(_Strict, frozen=True):
    """Several lines of text in every language a round can be held in.

    A loaded protocol has the same number of lines in each language, so that line 2 in Danish is
    line 2 in Norwegian and a round can change language half-way.
    """

    da: tuple[Words, ...] = ()
    nb: tuple[Words, ...] = ()
    en: tuple[Words, ...] = ()

    def to(self, language: str) -> tuple[str, ...]:
        """Return the lines in `language`, one of da, nb, en; English for any other."""
        lines: tuple[str, ...] = getattr(self, language if language in LANGUAGES else "en")
        return lines


class Phase(_Strict, frozen=True):
    """One step of the round."""

    key: Identifier
    name: Text
    goal: Text
    minutes: Minutes
    """Planned time; for a phase `each`, the time for one person."""
    prompts: Lines
    each: bool = False
    """Everyone is asked in turn (a voice each), not the group as a whole."""
    asks_load: bool = False
    """The phase is where the load, 0 to 10, is asked for."""
    silent: Seconds = 0
    """The phase begins with so many seconds of silence; the rest of it is counted down in words."""
    groups: Literal[2, 3] | None = None
    """People talk in pairs or in threes here; the program makes them."""
    only_if: Shift | None = None
    """The phase is held only at this end of a shift; None: always."""
    avoid: Lines = Lines()
    """What the supervisor should not do here."""

    def planned_seconds(self, people: int) -> int:
        """Return the planned time in seconds for a round of `people`."""
        return round(self.minutes * 60 * (people if self.each else 1))


class Protocol(_Strict, frozen=True):
    """A whole protocol, in every language."""

    format: Literal["debrief-protocol/1"]
    id: Identifier
    version: Annotated[int, msgspec.Meta(ge=1, le=9999)]
    evidence: Evidence
    kind: Kind
    name: Text
    purpose: Text
    when: Text
    roles: Text
    evidence_note: Text
    """What research shows about this way of doing it, and what it does not show."""
    avoid: Lines
    sources: tuple[Words, ...]
    phases: Annotated[tuple[Phase, ...], msgspec.Meta(min_length=1, max_length=12)]
    max_people: People = 10
    """More people than this and a split is suggested."""
    min_people: People = 1
    """Fewer people than this and another protocol is suggested."""
    keep: Keep = "notes"
    """What the record may hold of what is said."""
    locked: bool = False
    """Held only once somebody has said that it is led by a trained team, voluntary, followed up."""
    guardrail: Text | None = None
    """Why it is locked, and what to hold instead; there where `locked` is true, and only there."""
    earliest_hours: Annotated[float, msgspec.Meta(ge=0, le=2400)] = 0
    """Held sooner after the shift than this, a warning is shown."""

    def phase(self, key: str) -> Phase | None:
        """Return the phase with this key, if there is one."""
        return next((phase for phase in self.phases if phase.key == key), None)

    @property
    def asks_shift(self) -> bool:
        """Whether it matters at which end of a shift it is held."""
        return any(phase.only_if is not None for phase in self.phases)

    def phases_at(self, shift: Shift | None) -> tuple[Phase, ...]:
        """Return the phases held at this end of a shift; all of them where it is not said."""
        return tuple(
            phase for phase in self.phases if shift is None or phase.only_if in (None, shift)
        )

    def planned_seconds(self, people: int, shift: Shift | None = None) -> int:
        """Return the planned time in seconds of the phases together, for a round of `people`."""
        return sum(phase.planned_seconds(people) for phase in self.phases_at(shift))
