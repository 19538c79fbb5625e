"""What a scan gives: a sign, whose it is, how sure the reading is, and where it stands."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from debrief.signs.codes import LEVELS, Level

Subject = Literal["counsellor", "case", "unsure"]
Band = Literal["firm", "possible", "history", "topic", "masked"]

BANDS: Final[tuple[Band, ...]] = ("firm", "possible", "history", "topic", "masked")
"""Surest first. Only `firm` and `possible` are shown; the rest explains what was set aside."""


class Sign(NamedTuple):
    """One sign found in a text.

    `start` and `end` are character offsets in the text as it was given, so that
    `text[start:end]` is the evidence. `why` is one sentence in the interface language.
    """

    sign: str
    subject: Subject
    level: Level
    band: Band
    start: int
    end: int
    why: str


_SEVERITY: Final = {level: place for place, level in enumerate(LEVELS)}


def severity(sign: Sign) -> tuple[int, int, int]:
    """Order signs: most pressing first, then the surer band, then where they stand."""
    return (_SEVERITY[sign.level], BANDS.index(sign.band), sign.start)


def shown(signs: tuple[Sign, ...]) -> tuple[Sign, ...]:
    """Return the signs a supervisor sees: firm and possible ones, the most pressing first."""
    return tuple(sorted((s for s in signs if s.band in ("firm", "possible")), key=severity))
