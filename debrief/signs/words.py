"""A note as words: folded for comparing, each with its place in the text as given.

Folding lowers the case, unites compatible characters (NFKC), straightens quotes and drops
zero-width characters. An offset map leads every folded character back to the text as given, so
that a span stays exact when folding changes lengths.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_PLAIN: Final = re.compile(r"[\x00-\x7e\xc0-\xff“”„«»‘’–—…]*")
_QUOTES: Final = str.maketrans("“”„«»‘’ʼ′", '"""""' + "''''")
_MARKS_KEPT: Final = 2
_DROPPED: Final = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufffd") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0xFE0F)
}
_TOKEN: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[^\w\s]|\n")
_CLITICS: Final = frozenset(("s", "ll", "d", "re", "ve", "m"))
_STOPS: Final = frozenset(".!?…\n")
_JOINTS: Final = frozenset(":;–—()[]/|•→")

SOFT, JOINT, STOP = 1, 2, 3
"""How strongly punctuation parts a word from the one before: comma, colon or dash, sentence."""


def fold(text: str) -> tuple[str, list[int] | None]:
    """Return the folded text, and the offset of each folded character (None: unchanged places)."""
    if _PLAIN.fullmatch(text):
        return text.translate(_QUOTES).lower(), None
    parts: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        kept = "".join(c for c in text[at : min(end, at + 1 + _MARKS_KEPT)] if c not in _DROPPED)
        folded = unicodedata.normalize("NFKC", kept).lower().translate(_QUOTES)
        parts.append(folded)
        places.extend([at] * len(folded))
        at = end
    places.append(len(text))
    return "".join(parts), places


class Words:
    """The words of one text.

    `keys[i]` is word i folded. `starts[i]` and `ends[i]` are its offsets in the text as given.
    `breaks[i]` says how punctuation parts it from the word before (0, SOFT, JOINT, STOP).
    `quoted[i]` is 0 outside quotation marks, else the number of the quotation. `limit[i]` is the
    index after the last word of its sentence and `first[i]` that of the sentence's first word.
    """

    def __init__(self, text: str, short: frozenset[str]) -> None:
        """Read `text`; `short` holds abbreviations whose full stop ends no sentence."""
        self.text = text
        self.keys: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.breaks: list[int] = []
        self.quoted: list[int] = []
        self.asked: set[int] = set()
        folded, places = fold(text)
        self._read(folded, places, short)
        self._sentences()

    def __len__(self) -> int:
        return len(self.keys)

    def _read(self, folded: str, places: list[int] | None, short: frozenset[str]) -> None:
        pending, quote, quotes = STOP, 0, 0
        for found in _TOKEN.finditer(folded):
            piece = found.group()
            if piece[0].isalnum():
                if "'" not in piece:
                    self._add(piece, found.start(), found.end(), places, pending, quote)
                else:
                    for key, start, end in _clitic(piece, found.start()):
                        self._add(key, start, end, places, pending, quote)
                        pending = 0
                pending = 0
            elif piece == '"':
                quotes += not quote
                quote = 0 if quote else quotes
                pending = max(pending, SOFT)
            else:
                pending = max(pending, self._break(piece, found.end(), folded, short))
                if piece == "?" and self.keys:
                    self.asked.add(len(self.keys) - 1)
                if piece == "\n":
                    quote = 0

    def _add(
        self, key: str, start: int, end: int, places: list[int] | None, pending: int, quote: int
    ) -> None:
        self.keys.append(key)
        if places is None:
            self.starts.append(start)
            self.ends.append(end)
        else:
            self.starts.append(places[start])
            self.ends.append(_after(places, end))
        self.breaks.append(pending)
        self.quoted.append(quote)

    def _break(self, piece: str, after: int, folded: str, short: frozenset[str]) -> int:
        if piece == ".":
            tight = after < len(folded) and not folded[after].isspace() and folded[after] != '"'
            last = self.keys[-1] if self.keys else ""
            return 0 if tight or last in short else STOP
        if piece in _STOPS:
            return STOP
        if piece in _JOINTS:
            return JOINT
        if piece == "-":
            spaced = after < len(folded) and folded[after].isspace()
            return JOINT if spaced else 0
        return SOFT if piece == "," else 0

    def _sentences(self) -> None:
        count = len(self.keys)
        self.first = [0] * count
        self.limit = [count] * count
        begin = 0
        for i in range(count):
            if self.breaks[i] == STOP:
                self.limit[begin:i] = [i] * (i - begin)
                begin = i
            self.first[i] = begin


def pieces(folded: str) -> list[str]:
    """Return the words of an already folded text, as they stand in `Words.keys`."""
    if folded.startswith("'") and folded[1:] in _CLITICS:
        return [folded]
    return [
        key for found in _TOKEN.finditer(folded) for key, _start, _end in _clitic(found.group(), 0)
    ]


def _clitic(piece: str, start: int) -> list[tuple[str, int, int]]:
    """Part "she's" into "she" and "'s"; "can't" becomes the one word "cant"."""
    head, mark, tail = piece.partition("'")
    if not mark:
        return [(piece, start, start + len(piece))]
    if tail in _CLITICS:
        middle = start + len(head)
        return [(head, start, middle), ("'" + tail, middle, start + len(piece))]
    return [(head + tail, start, start + len(piece))]


def _after(places: list[int], end: int) -> int:
    """Return the offset just after the given character that the folded one before `end` is of."""
    last = places[end - 1]
    while end < len(places) and places[end] == last:
        end += 1
    return places[end] if end < len(places) else last + 1
