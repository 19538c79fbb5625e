"""How large a window must be."""

from __future__ import annotations

from typing import Final

from debrief.i18n import _

LEAST: Final = (80, 24)
"""Columns and rows that the screens need."""

NARROW: Final = 100
"""Below this many columns the signs fold into one row."""
LOW: Final = 32
"""Below this many rows everything gives way to the notes."""


def too_small(width: int, height: int) -> str:
    """Return the sentence for a window that can't hold a screen; empty when it can."""
    if width >= LEAST[0] and height >= LEAST[1]:
        return ""
    return _(
        "This window is {width}x{height}; the screens need 80x24. "
        "Make it larger, or use: debrief run --plain"
    ).format(width=width, height=height)
