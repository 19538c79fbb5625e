"""What the classifier looks at in a sentence: words, pairs, pieces of words, and meanings.

Training and reading use this very module, so that both see the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

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


class Sentence(NamedTuple):
    """One sentence: its words from `start` to before `end`, and what is seen in it.

    `features` maps each feature to the word (index) where it was first seen, -1 when it is about
    the sentence as a whole or comes from its neighbours.
    """

    start: int
    end: int
    features: dict[str, int]


def sentences(
    words: Words, names: Collection[str], meanings: Meanings, roles: Mapping[str, str]
) -> list[Sentence]:
    """Return the sentences of a text with their features.

    `names` are the counsellor's, folded; `roles` is the lexicon's word -> who it speaks of.
    """
    tokens = [_token(words, i, names) for i in range(len(words))]
    stretches = list(_stretches(words))
    bags = [_plain(tokens, start, end) for start, end in stretches]
    found = []
    for at, (start, end) in enumerate(stretches):
        features = _features(tokens, start, end, meanings)
        _people(features, words, tokens, start, end, roles)
        for mark, other in (("p:", at - 1), ("q:", at + 1)):
            if 0 <= other < len(bags):
                for word in bags[other]:
                    features.setdefault(mark + word, -1)
        found.append(Sentence(start, end, features))
    return found


def _stretches(words: Words) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(words):
        end = min(words.limit[at], at + _LONGEST)
        yield at, end
        at = end


def _token(words: Words, i: int, names: Collection[str]) -> str:
    """Return word i as the classifier sees it: names and numbers are only that they are there."""
    key = words.keys[i]
    if key in names or (key[-1] == "s" and key[:-1] in names):
        return COUNSELLOR
    if key.isdecimal():
        return NUMBER
    if i > words.first[i] and not words.breaks[i]:
        piece = words.text[words.starts[i] : words.ends[i]]
        if len(piece) > 1 and piece.istitle():
            return SOMEBODY
    return key[:_LONGEST_WORD].translate(_SPELLED)


def _plain(tokens: list[str], start: int, end: int) -> set[str]:
    return set(tokens[start:end])


def _features(tokens: list[str], start: int, end: int, meanings: Meanings) -> dict[str, int]:
    seen: dict[str, int] = {}
    for i in range(end - 1, start - 1, -1):  # what is seen first stays
        seen.update(dict.fromkeys(_of_word(tokens[i]), i))
        if i + 1 < end:
            seen["b:" + tokens[i] + " " + tokens[i + 1]] = i
    add = seen.setdefault
    if COUNSELLOR not in tokens[start:end]:
        add("no@c", -1)
    length = end - start
    add("n:" + ("0" if length < 5 else "1" if length < 10 else "2" if length < 20 else "3"), -1)
    _mean(seen, tokens, start, end, meanings)
    return seen


@lru_cache(maxsize=4096)
def _of_word(word: str) -> tuple[str, ...]:
    """Return the features of a word and of its pieces; the common words come again and again."""
    if len(word) < _SHORTEST_PIECE:
        return ("w:" + word,)
    whole = "<" + word + ">"
    pieces = (whole[at : at + size] for size in _SIZES for at in range(len(whole) - size + 1))
    return ("w:" + word, *map("c:".__add__, pieces))


def _people(
    seen: dict[str, int],
    words: Words,
    tokens: list[str],
    start: int,
    end: int,
    roles: Mapping[str, str],
) -> None:
    """Add who is spoken of, who is named first, and whether words are quoted."""
    first = ""
    for i in range(start, end):
        token = tokens[i]
        role = "named" if token == COUNSELLOR else roles.get(words.keys[i], "")
        kind = role.partition("_")[0]
        if kind in _PEOPLE or token == SOMEBODY:
            kind = kind or "somebody"
            first = first or kind
            quoted = "quoted" if words.quoted[i] else ""
            seen.setdefault("r:" + kind + quoted, -1)
    seen.setdefault("r1:" + first, -1)
    if words.quoted[start]:
        seen.setdefault("r:opensquoted", -1)


def _mean(
    seen: dict[str, int], tokens: list[str], start: int, end: int, meanings: Meanings
) -> None:
    """Add the classes of meaning in the sentence, and which of them stand together."""
    classes: dict[str, int] = {}
    for i in range(start, end):
        for name in meanings.of(tokens, i, end):
            classes.setdefault(name, i)
    names = sorted(classes)
    for at, one in enumerate(names):
        seen.setdefault("m:" + one, classes[one])
        for other in names[at + 1 :]:
            seen.setdefault("mm:" + one + "+" + other, classes[other])


def spelled(text: str) -> str:
    """Return a word or phrase as `Meanings` keys are spelled: without the letters æ, ø, å."""
    return text.translate(_SPELLED)
