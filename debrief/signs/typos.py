"""Slips of the keyboard in the words that patterns name.

A word of the lexicon is found again when one letter is missing, doubled or put in, two have
changed places, or a neighbouring key was hit. It is looked up by what is left when one letter is
taken away, on both sides (symmetric deletion), so that a word costs a handful of look-ups however
large the lexicon is. Left alone are words that are known as they stand, words of fewer than six
letters, and differences in the first letter (seldom a slip) or the last (mostly an inflection).
Of a wildcard such as `selvmords*` the stem of eight letters or more is found again, with its first
two letters right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

SHORTEST: Final = 6
"""Letters that a word must have, as written and as meant."""
SURE: Final = 8
"""Letters from which a slip is as good as the word; shorter words have too many real neighbours."""
Forms = Callable[[str], frozenset[str]]

_WORD: Final = re.compile(r"\*?[^\W\d_]+\*?")
_CLASS: Final = re.compile(r"<[a-z_]*>")
_KEYS: Final = ("qwertyuiopå", "asdfghjkløæ", "zxcvbnm")
_ALIKE: Final = ("eæ", "oå", "øö", "æä", "kc")
"""Letters that are heard alike, and letters of the neighbouring languages."""


def _beside() -> frozenset[str]:
    """Return the pairs of letters that are taken for one another."""
    pairs = set(_ALIKE)
    for row, keys in enumerate(_KEYS):
        for place, key in enumerate(keys):
            near = keys[place + 1 : place + 2]
            below = _KEYS[row + 1][max(0, place - 1) : place + 1] if row + 1 < len(_KEYS) else ""
            pairs.update(key + other for other in near + below)
    return frozenset(pairs | {pair[::-1] for pair in pairs})


_BESIDE: Final = _beside()


class Typos:
    """The words of a lexicon, found again when they were mistyped."""

    def __init__(self, lines: Iterable[str], forms: Forms, known: frozenset[str]) -> None:
        """Read the words named in patterns.

        `forms` spells a word in every way that is right; `known` holds words of the language that
        no other is ever meant by, and that are no target themselves.
        """
        words: set[str] = set()
        wild: set[str] = set()
        for lexeme in {w for line in lines for w in _WORD.findall(_CLASS.sub(" ", line))}:
            (wild if "*" in lexeme else words).add(lexeme)
        self._known = known.union(*map(forms, words)) if words else known
        self._heads = tuple(f for w in wild if w[-1] == "*" for f in forms(w.strip("*")))
        self._tails = tuple(f for w in wild if w[0] == "*" for f in forms(w.strip("*")))
        self._words = frozenset(w for w in words if len(w) >= SHORTEST and w not in known)
        self._longest = max(map(len, self._words), default=0) + 1
        self._stems: dict[str, list[str]] = {}
        for head in sorted(head for head in self._heads if len(head) >= SURE):
            self._stems.setdefault(head[:2], []).append(head)
        self.meant = lru_cache(maxsize=4096)(self._meant)
        """`_meant`, remembered: the words of a note come again at every key."""
        self._left: dict[str, list[str]] = {}
        for word in sorted(self._words):
            for left in dict.fromkeys(_less(word)):
                self._left.setdefault(left, []).append(word)

    def knows(self, key: str) -> bool:
        """Tell whether the folded word `key` is one that the lexicon names."""
        return key in self._known or key.startswith(self._heads) or key.endswith(self._tails)

    def _meant(self, key: str) -> str | None:
        """Return the word that is meant by the folded word `key`; None when it is itself."""
        if len(key) < SHORTEST or key in self._known:
            return None
        found = self._near(key) if len(key) <= self._longest else []
        stems = self._stems.get(key[:2], ())
        if not (found or stems) or key.startswith(self._heads) or key.endswith(self._tails):
            return None
        best = min((word for word in found if slip(key, word)), default=None)
        return best or next((made for stem in stems if (made := self._stemmed(key, stem))), None)

    def _near(self, key: str) -> list[str]:
        """Return the words that are a letter or so away from `key`."""
        found = list(self._left.get(key, ()))
        for left in _less(key):
            if left in self._words:
                found.append(left)
            found += self._left.get(left, ())
        return found

    def _stemmed(self, key: str, stem: str) -> str | None:
        """Return `key` with its beginning put right, when that is `stem` mistyped.

        A beginning that is a word by itself is right as it stands.
        """
        sizes = [size for size in range(len(stem) - 1, len(stem) + 2) if size < len(key)]
        if any(key[:size] in self._known for size in sizes):
            return None
        return next((stem + key[size:] for size in sizes if slip(key[:size], stem)), None)


def _less(word: str) -> list[str]:
    """Return what is left of a word without one of its inner letters."""
    return [word[:at] + word[at + 1 :] for at in range(1, len(word) - 1)]


def slip(key: str, word: str) -> bool:
    """Tell whether `key` is `word` mistyped once, with the first and last letter right."""
    if key[0] != word[0] or key[-1] != word[-1] or key == word:
        return False
    at = 0
    while at < min(len(key), len(word)) and key[at] == word[at]:
        at += 1
    if len(key) == len(word) - 1:
        return key[at:] == word[at + 1 :]
    if len(key) == len(word) + 1:
        return key[at + 1 :] == word[at:] and _stray(key, at)
    if len(key) != len(word):
        return False
    if key[at + 1 :] == word[at + 1 :]:
        return key[at] + word[at] in _BESIDE
    return key[at : at + 2] == word[at : at + 2][::-1] and key[at + 2 :] == word[at + 2 :]


def _stray(key: str, at: int) -> bool:
    """Tell whether the letter too many is a double, or a key beside one of its neighbours."""
    letter, before, after = key[at], key[at - 1], key[at + 1 : at + 2]
    return letter in (before, after) or {letter + before, letter + after} & _BESIDE != set()
