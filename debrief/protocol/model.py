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
Kind = Literal["defusing", "check-in", "learning", "reference"]
EVIDENCE: Final[tuple[str, ...]] = get_args(Evidence)
KINDS: Final[tuple[str, ...]] = get_args(Kind)

Minutes = Annotated[float, msgspec.Meta(gt=0, le=180)]
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
    max_people: Annotated[int, msgspec.Meta(ge=1, le=40)] = 10
    """More people than this and a split is suggested."""
    earliest_hours: Annotated[float, msgspec.Meta(ge=0, le=2400)] = 0
    """Held sooner after the shift than this, a warning is shown."""

    def phase(self, key: str) -> Phase | None:
        """Return the phase with this key, if there is one."""
        return next((phase for phase in self.phases if phase.key == key), None)

    def planned_seconds(self, people: int) -> int:
        """Return the planned time in seconds of every phase together, for a round of `people`."""
        return sum(phase.planned_seconds(people) for phase in self.phases)
