"""What the classifier looks at in a sentence: words, pairs, pieces of words, and meanings.

Training and reading use this very module, so that both see the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Final

from debrief.signs.words import Words

_SPELLED: Final = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe"})
_LONGEST: Final = 80
"""Words of a sentence that are looked at; a longer one is read in stretches of this many."""
_LONGEST_WORD: Final = 60
"""Letters of a word that are looked at."""
_SHORTEST_PIECE: Final = 4
"""Words shorter than this are taken whole, not in pieces."""
_SIZES: Final = (3, 4, 5)
_SHORTEST_STEM: Final = 4
COUNSELLOR: Final = "@c"
SOMEBODY: Final = "@n"
NUMBER: Final = "#"

_PEOPLE: Final = frozenset({"named", "first", "counsellor", "third", "citizen", "other", "says"})


class Meanings:
    """The classes of meaning that words, stems and phrases of up to three words belong to."""

    def __init__(self, entries: Mapping[str, tuple[str, ...]]) -> None:
        """Take up `entries`: word, `stem*` or phrase, of which the last may be a stem -> classes.

        A stem has four letters or more.
        """
        self._entries = entries
        self._longest = max(map(len, entries), default=0)
        self._next: dict[str, set[str]] = {}
        """What a phrase may go on with: its words so far -> the first letters of the next."""
        for words in (entry.split(" ") for entry in entries if " " in entry):
            for at in range(1, len(words)):
                letters = words[at].rstrip("*")[:_SHORTEST_STEM]
                self._next.setdefault(" ".join(words[:at]), set()).add(letters)
        self._alone = lru_cache(maxsize=4096)(self._classes_alone)

    def of(self, tokens: list[str], i: int, end: int) -> tuple[str, ...]:
        """Return the classes of the word at i, and of the phrases that begin there."""
        alone = self._alone(tokens[i])
        if tokens[i] not in self._next:
            return alone
        return (*alone, *self._phrases(tokens, i, end))

    def _phrases(self, tokens: list[str], i: int, end: int) -> Iterator[str]:
        phrase = tokens[i]
        for following in tokens[i + 1 : min(end, i + 3)]:
            if following[:_SHORTEST_STEM] not in self._next.get(phrase, ()):
                return
            phrase += " "
            yield from self._found(phrase, following)
            phrase += following

    def _classes_alone(self, word: str) -> tuple[str, ...]:
        return tuple(self._found("", word))

    def _found(self, phrase: str, word: str) -> Iterator[str]:
        """Yield the classes of what a phrase becomes by its last word, as it is or as a stem."""
        entries = self._entries
        yield from entries.get(phrase + word, ())
        for size in range(_SHORTEST_STEM, min(len(word), self._longest) + 1):
            stem = phrase + word[:size] + "*"
            if stem in entries:
                yield from entries[stem]


class Sentence:
    """One sentence: its words from `start` to before `end`, and what is seen in it.

    `features` is all that is seen: in its words, in the sentence as a whole, in its neighbours.
    """

    __slots__ = ("_classes", "_words", "end", "features", "start")

    def __init__(self, tokens: list[str], start: int, end: int, meanings: Meanings) -> None:
        self.start = start
        self.end = end
        self._words = tokens[start:end]
        self._classes = _classes(tokens, start, end, meanings)
        self.features = _seen(self._words)
        self.features.update(_meant(sorted(self._classes)))

    def places(self) -> dict[str, int]:
        """Return feature -> the word (index) where it is first seen, for those seen at a word."""
        places: dict[str, int] = {}
        for i, word in enumerate(self._words, self.start):
            for feature in _of_word(word):
                places.setdefault(feature, i)
        for i, pair in enumerate(_pairs(self._words), self.start):
            places.setdefault(pair, i)
        for feature in _meant(sorted(self._classes)):
            places[feature] = self._classes[feature.partition(":")[2].rpartition("+")[2]]
        return places


def sentences(
    words: Words, names: Collection[str], meanings: Meanings, roles: Mapping[str, str]
) -> list[Sentence]:
    """Return the sentences of a text with their features.

    `names` are the counsellor's, folded; `roles` is the lexicon's word -> who it speaks of.
    """
    tokens = [_token(words, i, key, names) for i, key in enumerate(words.keys)]
    found = [Sentence(tokens, start, end, meanings) for start, end in _stretches(words)]
    bags = [frozenset(tokens[one.start : one.end]) for one in found]
    for at, one in enumerate(found):
        one.features.update(_people(words, tokens, one.start, one.end, roles))
        if at:
            one.features.update(map("p:".__add__, bags[at - 1]))
        if at + 1 < len(bags):
            one.features.update(map("q:".__add__, bags[at + 1]))
    return found


def _stretches(words: Words) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(words):
        end = min(words.limit[at], at + _LONGEST)
        yield at, end
        at = end


def _token(words: Words, i: int, key: str, names: Collection[str]) -> str:
    """Return word i as the classifier sees it: names and numbers are only that they are there."""
    if key in names or (key[-1] == "s" and key[:-1] in names):
        return COUNSELLOR
    start = words.starts[i]
    if (
        not words.text[start].islower()
        and i > words.first[i]
        and not words.breaks[i]
        and not key.isdecimal()
    ):
        piece = words.text[start : words.ends[i]]
        if len(piece) > 1 and piece.istitle():
            return SOMEBODY
    return _plain(key)


@lru_cache(maxsize=4096)
def _plain(key: str) -> str:
    """Return a word that is no name as the classifier sees it."""
    return NUMBER if key.isdecimal() else key[:_LONGEST_WORD].translate(_SPELLED)


def _seen(tokens: list[str]) -> set[str]:
    """Return what is seen in the words of a sentence by themselves."""
    seen = set().union(*map(_of_word, tokens), _pairs(tokens))
    if COUNSELLOR not in tokens:
        seen.add("no@c")
    length = len(tokens)
    seen.add("n:" + ("0" if length < 5 else "1" if length < 10 else "2" if length < 20 else "3"))
    return seen


def _pairs(tokens: list[str]) -> list[str]:
    return ["b:" + one + " " + other for one, other in pairwise(tokens)]


@lru_cache(maxsize=4096)
def _of_word(word: str) -> tuple[str, ...]:
    """Return the features of a word and of its pieces; the common words come again and again."""
    if len(word) < _SHORTEST_PIECE:
        return ("w:" + word,)
    whole = "<" + word + ">"
    pieces = (whole[at : at + size] for size in _SIZES for at in range(len(whole) - size + 1))
    return ("w:" + word, *map("c:".__add__, pieces))


def _people(
    words: Words, tokens: list[str], start: int, end: int, roles: Mapping[str, str]
) -> Iterator[str]:
    """Yield who is spoken of, who is named first, and whether words are quoted."""
    first = ""
    for i in range(start, end):
        token = tokens[i]
        role = "named" if token == COUNSELLOR else roles.get(words.keys[i], "")
        if not role and token != SOMEBODY:
            continue
        kind = role.partition("_")[0]
        if kind in _PEOPLE or token == SOMEBODY:
            kind = kind or "somebody"
            first = first or kind
            yield "r:" + kind + ("quoted" if words.quoted[i] else "")
    yield "r1:" + first
    if words.quoted[start]:
        yield "r:opensquoted"


def _classes(tokens: list[str], start: int, end: int, meanings: Meanings) -> dict[str, int]:
    """Return the classes of meaning in a sentence, each with the word where it is first met."""
    classes: dict[str, int] = {}
    for i in range(start, end):
        for name in meanings.of(tokens, i, end):
            classes.setdefault(name, i)
    return classes


def _meant(names: list[str]) -> list[str]:
    """Return the features of classes that stand in one sentence, alone and two together.

    Two together are told by where the second is met.
    """
    alone = ["m:" + name for name in names]
    return alone + ["mm:" + one + "+" + other for one, other in combinations(names, 2)]


def spelled(text: str) -> str:
    """Return a word or phrase as `Meanings` keys are spelled: without the letters æ, ø, å."""
    return text.translate(_SPELLED)
