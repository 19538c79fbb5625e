"""Patterns by the words that call them up.

A pattern is only read in full when a text holds the rarest word that every match of it must hold,
its anchor. So a language is ready in a few milliseconds however many patterns it has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from operator import attrgetter
from typing import Final, Generic, NamedTuple, TypeVar

from debrief.signs.pattern import Matcher, PatternError, Row, Slot, Spelling, read
from debrief.signs.typos import Typos

Kept = TypeVar("Kept")
Find = Callable[[str, Spelling], Slot | None]

_BRACKETS: Final = {"(": 1, "{": 1, ")": -1, "}": -1}
_NO_ANCHOR: Final = frozenset("~^$!")
_WORD: Final = re.compile(r"[^\s(){}|?!^$_~#*<>]+")
_WEIGHTS: Final = (12, 12, 12, 12, 4, 1)
"""What a word of 0, 1, 2, 3, 4, and of more letters costs."""
_WIDE: Final = 40
"""What a class or a number costs."""


def split(text: str, mark: str) -> list[str]:
    """Part `text` at `mark` where no bracket is open."""
    if "(" not in text and "{" not in text:
        return [part for part in text.split(mark) if part]
    parts, depth, begin = [], 0, 0
    for at, character in enumerate(text):
        depth += _BRACKETS.get(character, 0)
        if character == mark and not depth:
            parts.append(text[begin:at])
            begin = at + 1
    parts.append(text[begin:])
    return [part for part in parts if part]


class Anchor(NamedTuple):
    """Words of which every match holds one, and the place of their slot in the pattern."""

    slot: Slot
    place: int


def _cost(item: str, common: frozenset[str]) -> int:
    """Return how often an item as it is written is likely to be met.

    Short words are common ones, and those that are called so.
    """
    most = len(_WEIGHTS) - 1
    words = _WORD.findall(item)
    known = sum(_WEIGHTS[0 if word in common else min(len(word), most)] for word in words)
    return known + _WIDE * (item.count("<") + item.count("#"))


def _rarest(items: list[str], find: Find, spelling: Spelling) -> Slot | None:
    """Return what `find` gives for the rarest of `items` for which it gives something."""
    if items[1:]:
        items = sorted(items, key=lambda item: _cost(item, spelling.common))
    return next((slot for item in items if (slot := find(item, spelling)) is not None), None)


def anchor(line: str, spelling: Spelling) -> Anchor:
    """Return the anchor of the pattern `line`; raises PatternError if it has none."""
    items = [pair for pair in enumerate(split(line, " ")) if pair[1][0] not in _NO_ANCHOR]
    for place, item in sorted(items, key=lambda pair: _cost(pair[1], spelling.common)):
        slot = _must(item, spelling)
        if slot is not None:
            return Anchor(slot, place)
    raise PatternError("every slot may be missing")


def _must(item: str, spelling: Spelling) -> Slot | None:
    """Return words of which every match of one slot, choice or bracket holds one, if there are."""
    if item[0] in _NO_ANCHOR or item[-1] == "?":
        return None
    slot = Slot()
    for choice in split(item, "|"):
        found = _rarest(split(choice, "_"), _word, spelling)
        if found is None:
            return None
        slot.join(found)
    return slot


def _word(atom: str, spelling: Spelling) -> Slot | None:
    slot = Slot()
    if atom[0] not in "({":
        spelling.fill(slot, atom)
        return slot
    for row in split(atom[1:-1], "|") if atom[0] == "(" else (atom[1:-1],):
        found = _rarest(split(row, " "), _must, spelling)
        if found is None:
            return None
        slot.join(found)
    return slot


class Need(NamedTuple):
    """A slot that must be filled, as it is looked for in a whole sentence at once.

    `parts` are the beginnings and ends of words, each with the space that stands there.
    """

    exact: set[str]
    parts: tuple[str, ...]
    least: int


def _need(slot: Slot) -> Need:
    parts = (*(" " + head for head in slot.heads), *(tail + " " for tail in slot.tails))
    return Need(slot.exact, parts, slot.least)


class Entry(Generic[Kept]):
    """A pattern in the index, with what belongs to it."""

    __slots__ = ("_place", "far", "kept", "lead", "line", "near", "needs", "read")

    def __init__(self, line: str, kept: Kept, place: int) -> None:
        self.line = line
        self.kept = kept
        self.near = self.far = 0
        self.needs: tuple[Need, ...] = ()
        self.lead: Slot | None = None
        self._place = place
        self.read: Row | None = None

    def row(self, spelling: Spelling) -> Row:
        """Return the pattern, read at the first call; `near` to `lead` are set from then on.

        A match begins at least `near` and at most `far` words before the anchor, with a word that
        fits `lead` where there is one, and holds a word for each of `needs`.
        """
        if self.read is None:
            row = read(self.line, spelling)
            widths = [part.width() for part in row.parts[: self._place + 1]]
            self.near = sum(low for low, _high in widths[:-1])
            self.far = sum(high for _low, high in widths) - 1
            self.needs = tuple(map(_need, sorted(self._needed(spelling), key=attrgetter("wild"))))
            lead = row.parts[0]
            self.lead = lead if isinstance(lead, Slot) else None
            self.read = row
        return self.read

    def lacks(self, there: frozenset[str], line: str) -> bool:
        """Tell whether some slot that must be filled fits no word of a sentence.

        `there` is its words; `line` is the same with a space before, between and after them. Any
        number will do where one of some size must be.
        """
        for need in self.needs:
            if not need.exact.isdisjoint(there):
                continue
            if any(map(line.__contains__, need.parts)):
                continue
            if need.least < 0 or not any(map(str.isdecimal, there)):
                return True
        return False

    def _needed(self, spelling: Spelling) -> Iterator[Slot]:
        """Yield the slots, beside the anchor's, that every match must fill."""
        for place, item in enumerate(split(self.line, " ")):
            slot = None if place == self._place else _must(item, spelling)
            if slot is not None:
                yield slot


class Index(Generic[Kept]):
    """Patterns by the words that call them up."""

    def __init__(self, lines: Iterable[tuple[str, Kept]], spelling: Spelling) -> None:
        """Take up patterns with what belongs to each; raises PatternError if one has no anchor."""
        self.spelling = spelling
        self.lines: list[str] = []
        self.typos: Typos | None = None
        self._exact: dict[str, list[Entry[Kept]]] = {}
        self._heads: dict[str, list[Entry[Kept]]] = {}
        self._tails: dict[str, list[Entry[Kept]]] = {}
        self._numbers: list[Entry[Kept]] = []
        self._take(lines)

    def _take(self, lines: Iterable[tuple[str, Kept]]) -> None:
        for line, kept in lines:
            self._add(line, kept)
            self.lines.append(line)
        self._head_lengths = sorted({len(key) for key in self._heads})
        self._tail_lengths = sorted({len(key) for key in self._tails})
        self.called = lru_cache(maxsize=4096)(self._called)
        """`_called`, remembered: the words of a note come again at every key."""

    def plus(self, lines: Iterable[tuple[str, Kept]]) -> Index[Kept]:
        """Return an index of these patterns and more; raises PatternError if one has no anchor."""
        made: Index[Kept] = Index((), self.spelling)
        made.lines = [*self.lines]
        for mine, its in (
            (self._exact, made._exact),
            (self._heads, made._heads),
            (self._tails, made._tails),
        ):
            its.update({key: [*entries] for key, entries in mine.items()})
        made._numbers = [*self._numbers]
        made._take(lines)
        return made

    def _add(self, line: str, kept: Kept) -> None:
        best = anchor(line, self.spelling)
        entry = Entry(line, kept, best.place)
        for keys, table in (
            (best.slot.exact, self._exact),
            (best.slot.heads, self._heads),
            (best.slot.tails, self._tails),
        ):
            for key in keys:
                table.setdefault(key, []).append(entry)
        if best.slot.least >= 0:
            self._numbers.append(entry)

    def _called(self, key: str) -> list[Entry[Kept]]:
        """Return the patterns that the word `key` calls up."""
        found = list(self._exact.get(key, ()))
        size = len(key)
        for length in self._head_lengths:
            if length > size:
                break
            found += self._heads.get(key[:length], ())
        for length in self._tail_lengths:
            if length > size:
                break
            found += self._tails.get(key[-length:], ())
        if self._numbers and key.isdecimal():
            found += self._numbers
        return found

    def matches(self, on: Matcher) -> Iterator[tuple[Kept, int, int]]:
        """Yield what belongs to each matching pattern, with its first word and the one after."""
        tried: set[tuple[int, int]] = set()
        first, limit = on.words.first, on.words.limit
        there, line = frozenset[str](), ""
        for i, key in enumerate(on.keys):
            on.visits += 1
            if i == first[i]:
                here = on.keys[i : limit[i]]
                there, line = frozenset(here), " ".join(("", *here, ""))
            for entry in self.called(key):
                row = entry.read or entry.row(self.spelling)
                if entry.lacks(there, line):
                    continue
                for start in range(i - entry.near, max(first[i], i - entry.far) - 1, -1):
                    mark = (id(entry), start)
                    if mark in tried or (entry.lead and not entry.lead.fits(on.keys[start])):
                        continue
                    tried.add(mark)
                    ends = row.after(on, {start}, limit[i])
                    if ends and max(ends) > start:
                        yield entry.kept, start, max(ends)
                        break
