"""Who is in a note: the people named in it, its clauses, and who speaks in each quotation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from debrief.signs.lexicon import Lexicon
from debrief.signs.typos import slip
from debrief.signs.words import JOINT, SOFT, STOP, Words, fold, pieces

Kind = Literal["counsellor", "case", "other", "first", "third"]
_REACH: Final = 60
"""How many people back a pronoun may point; keeps long texts linear."""
_FRAME: Final = 7
"""How many words before or after a quotation may name its speaker."""
_STRANGER: Final = "x"
"""The gender of a name nothing is known of; no pronoun is taken to point to it."""
_PARTICLES: Final = frozenset(
    (
        "van",
        "von",
        "der",
        "den",
        "de",
        "del",
        "du",
        "da",
        "dos",
        "di",
        "ten",
        "la",
        "le",
        "el",
        "al",
    )
)
_SMALL: Final = 3
_SPLIT: Final = re.compile(r"[\s\-]+")


_CONTACT: Final = frozenset(("contact", "citizen_n"))
"""Roles of words that show that a text tells of a conversation with a citizen."""


class Actor(NamedTuple):
    """Someone mentioned at word `at`; `subject` when nothing makes it an object or a genitive."""

    kind: Kind
    gender: str
    at: int
    subject: bool


class Names:
    """The counsellor's name as it may stand in a note: whole, first name, initials.

    The first name may be written small, as in hurried notes; other parts, and names of one or two
    letters, only count with a capital, since many of them are common words too.
    """

    def __init__(self, counsellor: str | None) -> None:
        parts = [p for p in _SPLIT.split(counsellor or "") if p and fold(p)[0] not in _PARTICLES]
        keys = [key for part in parts for key in pieces(fold(part)[0]) if key]
        self.small = frozenset(key for key in keys[:1] if len(key) >= _SMALL)
        self.words = frozenset(keys)
        self.initials = frozenset(
            form
            for form in ("".join(k[0] for k in keys), keys[0][0] if keys else "")
            if form and form not in ("i", "a")
        )

    def found(self, words: Words, at: int) -> str:
        """Return `name`, `genitive` or nothing for word `at`."""
        key = words.keys[at]
        own = key in self.words
        base = key if own else key[:-1] if key[-1] == "s" else ""
        if base in self.words:
            capital = words.text[words.starts[at]].isupper()
            return ("name" if own else "genitive") if capital or base in self.small else ""
        if key in self.initials and words.text[words.starts[at] : words.ends[at]].isupper():
            return "name"
        return ""


class Scene:
    """The people and clauses of one text.

    `clause[i]` numbers the clause of word i. `opens[c]` is the first word of clause c and
    `joiner[c]` the kind of word that joins it (share, carry, cut, relative, condition, or empty).
    """

    def __init__(
        self, words: Words, lexicon: Lexicon, names: Names, citizens: Iterable[tuple[int, int]]
    ) -> None:
        self.words = words
        self.lexicon = lexicon
        self.actors: list[Actor] = []
        self.at: dict[int, Actor] = {}
        self.before: list[int] = []
        self.contact = any(lexicon.roles.get(key) in _CONTACT for key in words.keys)
        self.names = names
        self.strangers = bool(names.words and lexicon.opening.verbs)
        self._clauses()
        self._people({i for start, end in citizens for i in range(start, end)})
        called = (actor.at for actor in self.actors if actor.kind == "counsellor")
        self._counsellor = next(called, -1)
        """Where the counsellor is named first, -1 where nowhere."""
        self._quotes: dict[int, list[int]] = {}
        for i, number in enumerate(words.quoted):
            if number:
                self._quotes.setdefault(number, [i, i])[1] = i

    def _clauses(self) -> None:
        self.clause: list[int] = []
        self.opens: list[int] = []
        self.joiner: list[str] = []
        for i, key in enumerate(self.words.keys):
            joiner = self.lexicon.clause.get(key, "")
            changed = i and self.words.quoted[i] != self.words.quoted[i - 1]
            if not i or joiner or changed or self.words.breaks[i] >= SOFT:
                self.opens.append(i)
                self.joiner.append(joiner)
            self.clause.append(len(self.opens) - 1)

    def _people(self, citizens: set[int]) -> None:
        counsellor_in = -1
        for i in range(len(self.words)):
            self.before.append(len(self.actors))
            actor = self._actor(i, i in citizens, counsellor_in == self.clause[i])
            if actor is None:
                continue
            if actor.kind == "counsellor" and actor.subject:
                counsellor_in = self.clause[i]
            self.actors.append(actor)
            self.at[i] = actor

    def _actor(self, i: int, citizen: bool, beside: bool) -> Actor | None:
        """Return who word i is; `beside` when the counsellor is the subject of its clause."""
        named = self.names.found(self.words, i)
        governed = i > 0 and self._role(i - 1) == "before_object" and not self.words.breaks[i]
        if named:
            owner = named == "genitive" or self._owns(i)
            return Actor("counsellor", "", i, not owner and not governed)
        role = "citizen_n" if citizen else self._role(i)
        kind, _mark, gender = role.partition("_")
        if kind == "first":
            return Actor("first", "", i, gender != "object")
        if kind == "counsellor":
            return Actor("counsellor", "", i, not governed)
        if kind == "third":
            return Actor("third", gender, i, not governed)
        if kind == "object":
            return Actor("case", gender, i, False) if beside else None
        if kind in ("citizen", "other") and self._possessor(i):
            return None
        if kind in ("citizen", "other"):
            behind = i > 1 and self._role(i - 2) == "before_object" and not self.words.breaks[i]
            behind = behind and self._role(i - 1) == "article"
            mine = kind == "other" and self._kin(i)
            made: Kind = "other" if mine else "case"
            return Actor(made, gender, i, not governed and not behind)
        if not role and self._stranger(i):
            return Actor("other", _STRANGER, i, not governed)
        return None

    def _stranger(self, i: int) -> bool:
        """Tell whether word i looks like the name of somebody who is not the counsellor."""
        words = self.words
        piece = words.text[words.starts[i] : words.ends[i]]
        if not (len(piece) > 1 and piece.istitle() and piece.isalpha()):
            return False
        if words.keys[i] in self.lexicon.fillers or words.keys[i][0] == "'":
            return False
        inside = i > words.first[i] and not words.breaks[i]
        return inside or (self.strangers and self._opens(i))

    def _opens(self, i: int) -> bool:
        """Tell whether the capitalised word i, which opens a clause, is a name with its verb.

        "Lone brød sammen" opens so; "Bagefter brød hun sammen" has its subject behind the verb,
        and "Sov ikke" no verb there. A word near the counsellor's own name is not a stranger's.
        """
        words, opening, key = self.words, self.lexicon.opening, self.words.keys[i]
        if i + 1 >= words.limit[i] or words.breaks[i + 1]:
            return False
        if words.keys[i + 1] not in opening.verbs or self._common(key):
            return False
        if i + 2 < words.limit[i] and not words.breaks[i + 2]:
            behind = self._role(i + 2).partition("_")
            subject = behind[0] in ("third", "counsellor") or behind == ("first", "", "")
            if self.lexicon.inverts and (subject or self.names.found(words, i + 2)):
                return False
        return not any(_kindred(key, part) for part in self.names.words)

    def _common(self, key: str) -> bool:
        """Tell whether a word that opens a sentence is known, or looks like no name."""
        lexicon, opening = self.lexicon, self.lexicon.opening
        if key in opening.common or key in lexicon.clause or key in lexicon.negations:
            return True
        if key in opening.names:
            return False
        return key.endswith(opening.ends) or lexicon.typos.knows(key)

    def _role(self, i: int) -> str:
        return self.lexicon.roles.get(self.words.keys[i], "")

    def _owns(self, i: int) -> bool:
        """Tell whether the name at i is an owner: "Pat's caller", but not "Pat's not well"."""
        if i + 2 >= len(self.words) or self.words.keys[i + 1] != "'s":
            return False
        return self._role(i + 2).startswith(("citizen", "other"))

    def _possessor(self, i: int) -> bool:
        """Tell whether the noun at i owns what follows: "the caller's voice"."""
        keys = self.words.keys
        if i + 2 >= len(keys) or keys[i + 1] != "'s":
            return False
        follow = keys[i + 2]
        return follow not in self.lexicon.negations and not follow.endswith(("ing", "ed", "ly"))

    def _kin(self, i: int) -> bool:
        """Tell whether the relative at word i is the counsellor's: "Lars' mor", "min mor"."""
        last = self.actors[-1] if self.actors else None
        if last is not None and last.at >= i - 2:
            return last.kind == "counsellor" or (last.kind == "first" and not last.subject)
        if i + 2 >= self.words.limit[i] or self._role(i + 1) != "before_object":
            return False
        return bool(self.names.found(self.words, i + 2))

    def subject_in(self, start: int, end: int, backward: bool = True) -> Actor | None:
        """Return the subject among the words from start to before end, nearest the chosen end."""
        if start >= end:
            return None
        low = self.before[start]
        high = self.before[end] if end < len(self.before) else len(self.actors)
        found = [a for a in self.actors[max(low, high - _REACH) : high] if a.subject]
        if not found:
            return None
        return found[-1] if backward else found[0]

    def pointed(self, pronoun: Actor) -> tuple[Actor | None, bool]:
        """Return whom a pronoun of the third person points to, and whether it might be another."""
        high = self.before[pronoun.at]
        fallback: Actor | None = None
        best: Actor | None = None
        rival = False
        for actor in reversed(self.actors[max(0, high - _REACH) : high]):
            if actor.kind in ("first", "third") or actor.gender == _STRANGER:
                continue
            if not fits(actor.gender, pronoun.gender):
                continue
            if best is not None:
                near = self.words.first[best.at] == self.words.first[actor.at]
                rival = rival or (near and actor.kind != best.kind)
            elif actor.subject:
                best = actor
                rival = fallback is not None and fallback.kind != actor.kind
            else:
                fallback = fallback or actor
            if best is not None and self.words.first[actor.at] < self.words.first[best.at]:
                break
        return best or fallback, rival

    def named_later(self, i: int) -> bool:
        """Tell whether the counsellor is named after word i, and not before it."""
        return self._counsellor > i

    def only_counsellor(self, i: int) -> bool:
        """Tell whether the counsellor, and nobody else, is named before word i."""
        kinds = {a.kind for a in self.actors[max(0, self.before[i] - _REACH) : self.before[i]]}
        return "counsellor" in kinds and not kinds & {"case", "other"}

    def quotation(self, i: int) -> tuple[int, int]:
        """Return the first and the last word of the quotation that word i is in."""
        first, last = self._quotes[self.words.quoted[i]]
        return first, last

    def speaker(self, i: int) -> Actor | None:
        """Return who says word i when it is quoted, as far as the note tells."""
        first, last = self.quotation(i)
        begin = max(self.words.first[first], first - _FRAME) if first else 0
        if first and self.words.breaks[first] == STOP:
            begin = first
        after = self._named_after(last + 1)
        found = after or self.subject_in(begin, first)
        if found is not None and found.kind == "third":
            return self.pointed(found)[0] or found
        return found

    def teller(self, i: int) -> Actor | None:
        """Return who is quoted without marks at word i: `Caller: I ...`, `caller says I ...`."""
        actor = self.subject_in(self.words.first[i], i)
        if actor is None:
            return None
        after = range(actor.at + 1, i + 1)
        told = any(self._role(j) == "says" for j in after[:_FRAME])
        return actor if told or self.words.breaks[actor.at + 1] == JOINT else None

    def _named_after(self, start: int) -> Actor | None:
        """Return the speaker named straight after a quotation: `" says Eve`, `" - Eve`."""
        said = False
        for i in range(start, min(start + 4, len(self.words))):
            if self.words.quoted[i]:
                break
            actor = self.at.get(i)
            if self._role(i) in ("says", "article"):
                said = said or self._role(i) == "says"
            elif actor is None or actor.kind == "first":
                break
            else:
                alone = i + 1 >= len(self.words) or self.words.breaks[i + 1] > 0
                says = not alone and self._role(i + 1) == "says"
                return actor if said or alone or says else None
        return None

    def opening(self, i: int) -> int:
        """Return the first word of the clause that word i is in."""
        return self.opens[self.clause[i]]

    def closing(self, i: int) -> int:
        """Return the index after the last word of the clause that word i is in."""
        after = self.clause[i] + 1
        return self.opens[after] if after < len(self.opens) else len(self.words)


def _kindred(key: str, name: str) -> bool:
    """Tell whether a word may be a short, long or mistyped form of a name."""
    return key[:_SMALL] == name[:_SMALL] or key in name or name in key or slip(key, name)


def fits(noun: str, pronoun: str) -> bool:
    """Tell whether a person of one gender may be meant by a pronoun of another (f, m, n, open)."""
    return noun in ("", "n") or pronoun in ("", "n") or noun == pronoun
