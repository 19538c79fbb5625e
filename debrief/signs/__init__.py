"""Crisis signs in what supervisors write: pointed at, never decided."""

from __future__ import annotations

from debrief.signs.codes import CODES, Code, Level, name
from debrief.signs.model import Band, Sign, Subject, shown
from debrief.signs.scanning import prepare, scan

__all__ = ["CODES", "Band", "Code", "Level", "Sign", "Subject", "name", "prepare", "scan", "shown"]
