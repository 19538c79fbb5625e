"""Signs, frames and quotation marks in plain ASCII, for terminals and fonts without them.

It works on what is about to be drawn, so that no screen has to think of it. Letters are never
changed: what a person wrote stays as it was, but for its punctuation on the screen.
"""

from __future__ import annotations

import locale
import os
import sys
import unicodedata
from collections.abc import Mapping
from typing import Final

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

PLAIN: Final[Mapping[str, str]] = {
    "■": "#",
    "▲": "!",
    "·": ".",
    "✓": "+",
    "●": "*",
    "○": "o",
    "▶": ">",
    "–": "-",
    "—": "-",
    "×": "x",
    "…": "~",
    "«": '"',
    "»": '"',
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "′": "'",
    "•": "*",
    "→": ">",
    "←": "<",
    "↑": "^",
    "↓": "v",
    "‹": "<",
    "›": ">",
    "\u00a0": " ",
}
"""Each sign of ours, and what stands for it. Each is one cell wide, and so is its substitute."""
_POOR: Final = ("linux", "vt", "dumb", "cons25", "ansi")
"""Beginnings of TERM whose fonts lack most of our signs."""


def wants_ascii(setting: str, environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether to draw in ASCII: as `glyphs` says, and for auto as the terminal is."""
    if setting != "auto":
        return setting == "ascii"
    values = os.environ if environment is None else environment
    named = values.get("LC_ALL") or values.get("LC_CTYPE") or values.get("LANG") or ""
    coding = named.partition(".")[2] or _coding()
    utf8 = coding.partition("@")[0].casefold().replace("-", "") == "utf8"
    return not utf8 or values.get("TERM", "").startswith(_POOR)


def _coding() -> str:
    return "utf-8" if sys.platform == "win32" else locale.getencoding()


def plain(text: str) -> str:
    """Return `text` with every sign in ASCII; letters and what is two cells wide stay."""
    return text if text.isascii() else "".join(map(_one, text))


def _one(sign: str) -> str:
    if sign.isascii() or sign in PLAIN:
        return PLAIN.get(sign, sign)
    code = ord(sign)
    if 0x2500 <= code <= 0x257F:  # frames
        name = unicodedata.name(sign)
        return "-" if name.endswith("HORIZONTAL") else "|" if name.endswith("VERTICAL") else "+"
    if 0x2580 <= code <= 0x259F:  # blocks, as in scroll bars
        return "#"
    strange = unicodedata.category(sign)[0] in "SP"
    return "?" if strange and unicodedata.east_asian_width(sign) not in "WF" else sign


class Plainly(LineFilter):
    """Draws every row in ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the segments with every sign in ASCII."""
        return [Segment(plain(text), style, control) for text, style, control in segments]
