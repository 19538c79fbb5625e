"""The step of drawing in which signs become ASCII."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from debrief.tui.glyphs import plain


class Plainly(LineFilter):
    """Draws every row in ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the segments with every sign in ASCII."""
        return [Segment(plain(text), style, control) for text, style, control in segments]
