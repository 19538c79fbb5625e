"""Word lists held to their own examples: what must fire, what must not, and no idle pattern."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from debrief.i18n import _
from debrief.signs.lexicon import Lexicon, Rule
from debrief.signs.listfile import Group
from debrief.signs.model import Sign
from debrief.signs.own import Lists, WordList
from debrief.signs.pattern import Matcher
from debrief.signs.scanning import RULES, scan_with
from debrief.signs.words import Words


class Failure(NamedTuple):
    """An example that went wrong, or a pattern without one.

    `group` is the number of the group in its file, from 1. `patterns` are those of the group that
    match `text`, or the idle one. `said` tells in a sentence what happened.
    """

    file: str
    group: int
    sign: str
    kind: Literal["missed", "loud", "idle"]
    patterns: tuple[str, ...]
    text: str
    said: str


def failures(lists: Lists) -> Iterator[Failure]:
    """Yield what fails in each list, in the order of its groups."""
    for one in lists.lists:
        for number, group in enumerate(one.groups, 1):
            yield from _Trial(one, lists.lexica[one.language], number, group).failures()


class _Trial:
    """One group on trial."""

    def __init__(self, one: WordList, words_of: Lexicon, number: int, group: Group) -> None:
        self.one = one
        self.words_of = words_of
        self.number = number
        self.group = group
        self.bands = ("firm", "possible", group.band)

    def failures(self) -> Iterator[Failure]:
        used: set[str] = set()
        for text in self.group.fires:
            matched = self._matched(text)
            used.update(matched)
            signs = self._signs(text)
            if not any(s.sign == self.group.sign and s.band in self.bands for s in signs):
                yield self._failure("missed", matched, text, self._missed(signs, matched))
        for text in self.group.quiet:
            loud = [
                s for s in self._signs(text)
                if s.sign == self.group.sign and s.band in self.bands
            ]  # fmt: skip
            if loud:
                yield self._failure("loud", self._matched(text), text, loud[0].why)
        for line in self.group.patterns:
            if line not in used:
                said = _("No must-fire example uses this pattern.")
                yield self._failure("idle", (line,), "", said)

    def _failure(
        self,
        kind: Literal["missed", "loud", "idle"],
        patterns: tuple[str, ...],
        text: str,
        said: str,
    ) -> Failure:
        return Failure(self.one.file, self.number, self.group.sign, kind, patterns, text, said)

    def _signs(self, text: str) -> tuple[Sign, ...]:
        return scan_with(self.words_of, text, self.one.counsellor, RULES)

    def _matched(self, text: str) -> tuple[str, ...]:
        """Return the group's patterns that match, whatever becomes of the sign."""
        matcher = Matcher(Words(text, self.words_of.short), self.words_of.fillers)
        lines = [
            kept.line
            for kept, _start, _end in self.words_of.patterns.matches(matcher)
            if isinstance(kept, Rule) and kept.group == self.group
        ]
        return tuple(dict.fromkeys(lines))

    def _missed(self, signs: tuple[Sign, ...], matched: tuple[str, ...]) -> str:
        """Return why a must-fire example did not fire."""
        if not matched:
            return _("No pattern of the group matches.")
        own = [s for s in signs if s.sign == self.group.sign] or list(signs)
        return own[0].why if own else _("Another sign took its place.")
