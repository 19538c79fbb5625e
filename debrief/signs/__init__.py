"""Crisis signs in what supervisors write: pointed at, never decided."""

from __future__ import annotations

from debrief.signs.codes import CODES, Code, Level, name
from debrief.signs.model import Band, Sign, Subject, shown
from debrief.signs.own import extend, forget
from debrief.signs.patterns import Earlier, PatternSign, patterns_in
from debrief.signs.scanning import prepare, scan

__all__ = [
    "CODES",
    "Band",
    "Code",
    "Earlier",
    "Level",
    "PatternSign",
    "Sign",
    "Subject",
    "extend",
    "forget",
    "name",
    "patterns_in",
    "prepare",
    "scan",
    "shown",
]
