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
    utf8 = coding(values).casefold().replace("-", "") == "utf8"
    return not utf8 or values.get("TERM", "").startswith(_POOR)


def coding(environment: Mapping[str, str]) -> str:
    """Return how the locale writes letters, such as UTF-8."""
    named = (environment.get(one, "") for one in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale_name = next(filter(None, named), "")
    told = locale_name.partition(".")[2].partition("@")[0]
    return told or ("utf-8" if sys.platform == "win32" else locale.getencoding())


def plain(text: str) -> str:
    """Return `text`, as wide as it was, with every sign in ASCII; letters stay."""
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
    if unicodedata.category(sign)[0] not in "SP":
        return sign
    from rich.cells import cell_len  # the command line lists keys without a screen

    return "?" * cell_len(sign)
