"""Slot patterns over words: how they are written, and how they are matched.

One pattern a line. Words stand as they are folded (lower case); between two slots up to two of the
language's *fillers* (small adverbs, subject pronouns) may stand unmentioned, so that one line
covers `orker ikke mere`, `orker jeg bare ikke mere` and `orker hun altså ikke mere`.

    word            that word, also written without its æ ø å (`graed`, `grad` for `græd`)
    word*  *word    words that begin, or end, so
    a|b|c           one of them
    (a b|c)         one of them, where some are several words
    word?  (a b)?   may be missing
    {a b}           both, in either order (`{vil ikke} leve`: main and subordinate clause)
    a_b             b straight after a, no filler between; binds closest, so `a_b|c` is a choice
    ~3              up to three words of any kind
    #  #10          a number, in digits or one of the number words; digits that are at least 10
    <class>         a word of the class of that name in context.toml
    !word           the next word is not this one; as the first slot, the word before is not
    ^  $            begin, or end, of a clause

Inside round brackets every bar parts two rows: `(tage|tog livet)` is `tage`, or `tog livet`.
A word is one run of letters and digits, so `self-harm` is written `self harm`.

A match never crosses a sentence end. Matching keeps a set of positions (no backtracking), so its
cost per starting place is bounded by the pattern's own length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from debrief.signs.words import Words, fold, pieces

FILLERS: Final = 2
"""How many fillers may stand between two slots."""
_LEXEME: Final = re.compile(r"~\d|[(){}|?!^$_]|#\d{0,4}|<[a-z_]+>|\*?[^\s(){}|?!^$_~#<>*]+\*?|\S")


class PatternError(ValueError):
    """A pattern that cannot be read; the text says what is wrong."""


class Matcher:
    """A text being matched: its words, the language's fillers, and a count of words looked at."""

    def __init__(self, words: Words, fillers: frozenset[str]) -> None:
        self.words = words
        self.keys = words.keys
        self.filler = [key in fillers for key in words.keys]
        self.mended: frozenset[int] = frozenset()
        self.visits = 0

    def mend(self, meant: Callable[[str], str | None]) -> None:
        """Read mistyped words as those that are meant; `mended` holds their places.

        A capitalised word inside a sentence is taken for a name.
        """
        words, keys = self.words, self.words.keys
        slips = {
            i: word
            for i, key in enumerate(keys)
            if (word := meant(key)) is not None
            and (i == words.first[i] or not words.text[words.starts[i]].isupper())
        }
        if slips:
            self.keys = [slips.get(i, key) for i, key in enumerate(keys)]
            self.mended = frozenset(slips)


class Slot:
    """One word, or one of several."""

    __slots__ = ("exact", "heads", "least", "strict", "tails", "wild")

    def __init__(self) -> None:
        self.exact: set[str] = set()
        self.heads: tuple[str, ...] = ()
        self.tails: tuple[str, ...] = ()
        self.least = -1
        self.strict = False
        self.wild = False
        """Whether there is more than whole words to fit."""

    def join(self, other: Slot) -> None:
        """Take up the words of another slot."""
        self.exact |= other.exact
        self.heads += other.heads
        self.tails += other.tails
        self.least = max(self.least, other.least)
        self.wild = self.wild or other.wild

    def fits(self, key: str) -> bool:
        """Tell whether the folded word `key` is one of this slot's."""
        return (
            key in self.exact
            or key.startswith(self.heads)
            or key.endswith(self.tails)
            or (self.least >= 0 and key.isdecimal() and _number(key) >= self.least)
        )

    def after(self, on: Matcher, places: set[int], limit: int) -> set[int]:
        """Return the places after this slot, when it may begin at any of `places`."""
        found: set[int] = set()
        keys, exact = on.keys, self.exact
        on.visits += len(places)
        for at in places:
            left = 0 if self.strict else FILLERS
            while at < limit:
                key = keys[at]
                if key in exact or (self.wild and self.fits(key)):
                    found.add(at + 1)
                if not left or not on.filler[at]:
                    break
                at, left = at + 1, left - 1
        return found

    def width(self) -> tuple[int, int]:
        """Return the fewest and the most words this can take."""
        return 1, 1 if self.strict else 1 + FILLERS


def _number(key: str) -> int:
    """Return what decimal digits of any script say; more than six digits are just many."""
    return int(key) if len(key) <= 6 else 10**6


def _least(lexeme: str) -> int:
    """Return the least number that `#10` or `#` stands for; raises PatternError."""
    digits = lexeme[1:]
    if not ((digits.isascii() and digits.isdecimal()) or not digits):
        raise PatternError(f"{lexeme} is not a number")
    return int(digits or 0)


class Gap:
    """Up to `most` words of any kind."""

    __slots__ = ("most",)

    def __init__(self, most: int) -> None:
        self.most = most

    def after(self, on: Matcher, places: set[int], limit: int) -> set[int]:
        """Return `places` and those up to `most` words later."""
        on.visits += len(places)
        return {at for p in places for at in range(p, min(p + self.most, limit) + 1)}

    def width(self) -> tuple[int, int]:
        """Return the fewest and the most words this can take."""
        return 0, self.most


class Edge:
    """The beginning or the end of a clause."""

    __slots__ = ("closing",)

    def __init__(self, closing: bool) -> None:
        self.closing = closing

    def after(self, on: Matcher, places: set[int], limit: int) -> set[int]:
        """Return those of `places` that are such an edge."""
        breaks = on.words.breaks
        if self.closing:
            return {p for p in places if p >= limit or breaks[p]}
        return {p for p in places if p < len(breaks) and (p == 0 or breaks[p])}

    def width(self) -> tuple[int, int]:
        """Return the fewest and the most words this can take."""
        return 0, 0


class Not:
    """The word here (or, as the first slot, the one before) is not the unwanted one."""

    __slots__ = ("before", "unwanted")

    def __init__(self, unwanted: Slot | Either | Row) -> None:
        self.unwanted = unwanted
        self.before = False
        lead_strictly(unwanted)

    def after(self, on: Matcher, places: set[int], limit: int) -> set[int]:
        """Return those of `places` where the unwanted word does not stand."""
        if self.before:
            first = on.words.first
            return {p for p in places if p == first[p] or not self.unwanted.after(on, {p - 1}, p)}
        return {p for p in places if not self.unwanted.after(on, {p}, limit)}

    def width(self) -> tuple[int, int]:
        """Return the fewest and the most words this can take."""
        return 0, 0


class Row:
    """Slots after one another; with `maybe`, the whole may be missing."""

    __slots__ = ("maybe", "parts")

    def __init__(self, parts: list[Node], maybe: bool = False) -> None:
        self.parts = parts
        self.maybe = maybe

    def after(self, on: Matcher, places: set[int], limit: int) -> set[int]:
        """Return the places after all the parts."""
        found = places
        for part in self.parts:
            found = part.after(on, found, limit)
            if not found:
                break
        return found | places if self.maybe else found

    def width(self) -> tuple[int, int]:
        """Return the fewest and the most words this can take."""
        widths = [part.width() for part in self.parts]
        return 0 if self.maybe else sum(w[0] for w in widths), sum(w[1] for w in widths)


class Either:
    """One of several words or rows."""

    __slots__ = ("maybe", "rows")

    def __init__(self, rows: Sequence[Slot | Either | Row]) -> None:
        self.rows = rows
        self.maybe = False

    def after(self, on: Matcher, places: set[int], limit: int) -> set[int]:
        """Return the places after any of the rows."""
        found: set[int] = set(places) if self.maybe else set()
        for row in self.rows:
            found |= row.after(on, places, limit)
        return found

    def width(self) -> tuple[int, int]:
        """Return the fewest and the most words this can take."""
        widths = [row.width() for row in self.rows]
        return 0 if self.maybe else min(w[0] for w in widths), max(w[1] for w in widths)


Node = Slot | Gap | Edge | Not | Row | Either


class Spelling:
    """How a language's words may be written: classes, number words, and lost æ ø å."""

    _FULL: Final = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
    _BARE: Final = str.maketrans({"æ": "a", "ø": "o", "å": "a"})
    _SWEDISH: Final = str.maketrans({"æ": "ä", "ø": "ö"})

    def __init__(
        self,
        classes: Mapping[str, tuple[str, ...]],
        numbers: frozenset[str],
        keep: frozenset[str],
        common: frozenset[str] = frozenset(),
    ) -> None:
        """`keep` holds words that mean something else without their æ ø å.

        `common` holds words that nearly every text has, so that none is worth looking for first.
        """
        self.common = common
        self.classes = classes
        self.numbers = numbers
        self.keep = keep
        self._known: dict[str, frozenset[str]] = {}
        self._slots: dict[str, Slot] = {}

    def forms(self, word: str) -> frozenset[str]:
        """Return `word` and the ways it is typed on a keyboard without æ ø å."""
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = self._spell(word)
        return known

    def _spell(self, word: str) -> frozenset[str]:
        parts = pieces(fold(word)[0])
        if len(parts) != 1:
            raise PatternError(f"{word} is not one word")
        folded = parts[0]
        if folded.isascii():
            return frozenset((folded,))
        forms = {folded, folded.translate(self._FULL), folded.translate(self._SWEDISH)}
        if folded not in self.keep:
            forms.add(folded.translate(self._BARE))
        return frozenset(forms)

    def holds(self, line: str, words: frozenset[str]) -> bool:
        """Tell whether the pattern `line` names one of `words`, itself or through a class."""
        for lexeme in _LEXEME.findall(line):
            named = self.classes.get(lexeme[1:-1], ()) if lexeme[0] == "<" else (lexeme,)
            if not words.isdisjoint(named):
                return True
        return False

    def _class(self, name: str) -> Slot:
        if name not in self._slots:
            if name not in self.classes:
                raise PatternError(f"there is no class <{name}>")
            self._slots[name] = slot = Slot()
            for word in self.classes[name]:
                self.fill(slot, word)
        return self._slots[name]

    def fill(self, slot: Slot, lexeme: str) -> None:
        """Add a written word, wildcard, number or class to `slot`."""
        slot.wild = slot.wild or "*" in lexeme or lexeme.startswith("#")
        if lexeme.startswith("#"):
            slot.least = _least(lexeme)
            slot.exact |= set() if slot.least else self.numbers
        elif lexeme.startswith("<"):
            slot.join(self._class(lexeme[1:-1]))
        elif lexeme.endswith("*"):
            slot.heads += tuple(sorted(self.forms(lexeme[:-1])))
        elif lexeme.startswith("*"):
            slot.tails += tuple(sorted(self.forms(lexeme[1:])))
        else:
            slot.exact |= self.forms(lexeme)


class _Reader:
    """Reads one pattern."""

    def __init__(self, line: str, spelling: Spelling) -> None:
        self.lexemes = _LEXEME.findall(line)
        self.at = 0
        self.depth = 0
        self.spelling = spelling

    def peek(self) -> str:
        return self.lexemes[self.at] if self.at < len(self.lexemes) else ""

    def take(self) -> str:
        lexeme = self.peek()
        self.at += 1
        return lexeme

    def row(self, closers: str) -> Row:
        parts: list[Node] = []
        while self.peek() and self.peek() not in closers:
            parts.append(self.part())
        if not parts:
            raise PatternError("a pattern or a bracket is empty")
        return Row(parts)

    def part(self) -> Node:
        lexeme = self.peek()
        if lexeme in ("^", "$"):
            self.take()
            return Edge(lexeme == "$")
        if lexeme[:1] == "~" and len(lexeme) == 2:
            self.take()
            return Gap(int(lexeme[1]))
        if lexeme == "!":
            self.take()
            return Not(self.choice())
        made = self.choice()
        if self.peek() == "?":
            self.take()
            if isinstance(made, Either):
                made.maybe = True
            else:
                made = Row([made], maybe=True)
        return made

    def choice(self) -> Slot | Either | Row:
        """Read what bars part; inside a bracket they belong to the bracket."""
        chains = [self.chain()]
        while self.peek() == "|" and not self.depth:
            self.take()
            chains.append(self.chain())
        made = _joined(chains)
        if len(made) == 1:
            return made[0]
        return Either(made)

    def chain(self) -> Slot | Either | Row:
        """Read what stands straight after one another."""
        atoms = [self.atom()]
        while self.peek() == "_":
            self.take()
            atoms.append(self.atom())
        for atom in atoms[1:]:
            lead_strictly(atom)
        return atoms[0] if len(atoms) == 1 else Row(list(atoms))

    def atom(self) -> Slot | Either:
        lexeme = self.take()
        if lexeme == "(":
            return self.bracket()
        if lexeme == "{":
            return self.swapped()
        if not lexeme or lexeme in "){}|?!^$_" or lexeme[0] == "~":
            raise PatternError(f"a word is missing before {lexeme or 'the end'}")
        slot = Slot()
        self.spelling.fill(slot, lexeme)
        return slot

    def bracket(self) -> Either:
        self.depth += 1
        rows = [self.row("|)")]
        while self.peek() == "|":
            self.take()
            rows.append(self.row("|)"))
        self.depth -= 1
        if self.take() != ")":
            raise PatternError("a bracket is not closed")
        plain = [row.parts[0] for row in rows if _plain(row)]
        longer = [row for row in rows if not _plain(row)]
        words = _joined([one for one in plain if isinstance(one, Slot)])
        return Either([*words, *longer])

    def swapped(self) -> Either:
        outer, self.depth = self.depth, 0
        begin = self.at
        straight = [self.part(), self.part()]
        self.at = begin
        turned = [self.part(), self.part()][::-1]
        self.depth = outer
        if self.take() != "}":
            raise PatternError("{ } holds exactly two slots")
        return Either([Row(straight), Row(turned)])


def _plain(row: Row) -> bool:
    """Tell whether a row is one word and no more."""
    return len(row.parts) == 1 and isinstance(row.parts[0], Slot) and not row.maybe


def _joined(chains: Sequence[Slot | Either | Row]) -> list[Slot | Either | Row]:
    """Return the choices with all single words in one slot, which is looked up at once."""
    slots = [chain for chain in chains if isinstance(chain, Slot)]
    for slot in slots[1:]:
        slots[0].join(slot)
    return [*slots[:1], *(chain for chain in chains if not isinstance(chain, Slot))]


def read(line: str, spelling: Spelling) -> Row:
    """Return the pattern that `line` writes; raises PatternError."""
    reader = _Reader(line, spelling)
    row = reader.row("")
    if reader.at < len(reader.lexemes):
        raise PatternError(f"{reader.peek()} is not expected here")
    lead = row.parts[0]
    if isinstance(lead, Not):
        lead.before = True
    for part in row.parts:
        if lead_strictly(part):
            break
    return row


def lead_strictly(node: Node) -> bool:
    """Let no filler stand before the first word; tell whether there must be one."""
    if isinstance(node, Slot):
        node.strict = True
        return True
    if isinstance(node, Row):
        found = any(lead_strictly(part) for part in node.parts)
        return found and not node.maybe
    if isinstance(node, Either):
        each = [lead_strictly(row) for row in node.rows]
        return all(each) and not node.maybe
    return False


class Anchor:
    """The slot that calls a pattern up: its words, and how far from the pattern's start it is."""

    __slots__ = ("cost", "far", "near", "slots")

    def __init__(self, slots: list[Slot], near: int, far: int, cost: int) -> None:
        self.slots = slots
        self.near = near
        self.far = far
        self.cost = cost
