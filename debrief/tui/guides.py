"""From the lines of a card to what a screen shows: pure; a long line hangs under its mark."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

from textual.content import Content

from debrief.guidance import Line
from debrief.tui import looks

_MARKS: Final = {"say": "» ", "item": "· ", "never": "× ", "warn": "▲ ", "step": "  "}
_STYLES: Final = {
    "head": "bold $foreground",
    "say": "$accent",
    "number": "bold $accent",
    "warn": "$warning",
    "small": "$muted",
}


def card(lines: Sequence[Line], width: int) -> Content:
    """Return a card as text `width` columns wide; its title stands in the border instead."""
    rows: list[Content] = []
    for line in lines:
        if line.kind == "title":
            continue
        if line.kind == "head" and rows:
            rows.append(Content(""))
        rows += _rows(line, max(20, width))
    return Content("\n").join(rows)


def _rows(line: Line, width: int) -> list[Content]:
    mark, style = _MARKS.get(line.kind, ""), _STYLES.get(line.kind, "$foreground")
    if line.kind == "number":
        return _number(line.text, width)
    hang = " " * len(mark)
    wrapped = textwrap.wrap(line.text, width, initial_indent=mark, subsequent_indent=hang)
    return [Content.styled(row, style) for row in wrapped or [""]]


def _number(text: str, width: int) -> list[Content]:
    """Return a number with what it is for beside it."""
    number, gap, name = text.partition("  ")
    hang = " " * (len(number) + len(gap))
    wrapped = textwrap.wrap(name, max(12, width - len(hang))) or [""]
    first = Content.assemble((number, _STYLES["number"]), gap, wrapped[0])
    return [first, *(Content(hang + row) for row in wrapped[1:])]


def listed(title: str, pressing: bool, room: int) -> Content:
    """Return a card's row in the list, `room` wide; one that belongs to the screen has a mark."""
    mark = (f"{looks.NOW} ", "$accent") if pressing else ("  ", "$muted")
    row = Content.assemble(mark, title)
    return row.truncate(room, ellipsis=True) if 0 < room < row.cell_length else row
