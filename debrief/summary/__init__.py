"""What may leave a round: a closed round, cut to a level, and written as a page.

Three steps, all pure: `reduce` cuts the state of a round down to the fields of one destination,
`render` writes what is left as bytes, and nothing else ever sees the state. The table of fields
and levels is `FIELDS`; what is not in it can't leave.
"""

from __future__ import annotations

from debrief.summary.cut import reduce
from debrief.summary.levels import FEW, FIELDS, LEVELS, Level, View, check_fields, nearest
from debrief.summary.pages import FORMATS, MEDIA_TYPES, SUFFIXES, render

__all__ = [
    "FEW",
    "FIELDS",
    "FORMATS",
    "LEVELS",
    "MEDIA_TYPES",
    "SUFFIXES",
    "Level",
    "View",
    "check_fields",
    "nearest",
    "reduce",
    "render",
]
