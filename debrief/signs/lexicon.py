"""A language's lexicon: the TOML files of its folder, read strictly, once, when first needed.

A folder `data/<language>/` holds

- `context.toml`: fillers, number words, abbreviations, word classes, the commonest words, by which
  no pattern is looked for (`common`), whether a subject may follow its verb (`inverts`), words that
  are no slip of another (`real`), how sentences open, and what tells whose a sign is and what
  softens it;
- `idioms.toml`: phrases that only look like signs;
- any number of other files with `[[group]]` tables, the signs themselves.

A group is one sign with its patterns, one a line (syntax: `debrief.signs.pattern`):

    sign      a code of debrief.signs.CODES
    level     acute, urgent or watch; without it, the code's own
    person    any: whoever is the subject; self: the same, but people named among the words
              themselves are not it; counsellor, other: always the counsellor, the citizen
    neg       cancels: a negation softens it, beside one among the pattern's own words;
              built_in: so does only one outside the words matched; keeps: none does
    past      moves: said of earlier days it becomes history; keeps: it stays
    band      firm; possible for patterns that deserve a second look and no more; topic for what
              is worth noting but no cause for concern
    patterns  the patterns
    fires     texts, one a line, in which the sign must be found in its band or a surer one;
              together they use every pattern
    quiet     texts, one a line, in which it must not be shown

Nothing is shared between languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from debrief.signs.index import Index
from debrief.signs.listfile import Group, ListFile, rows
from debrief.signs.pattern import Spelling
from debrief.signs.typos import Typos

LANGUAGES: Final = ("da", "nb", "en")
DATA: Final = Path(__file__).with_name("data")

_WORD_KEYS: Final = ("fillers", "numbers", "short", "keep", "common", "real")
_PARTS: Final = ("classes", "who", "clause", "negation", "soften", "opening")
_OPENING: Final = ("common", "verbs", "names", "inverted", "ends")
_ROLES: Final = (
    *(
        "first",
        "first_object",
        "counsellor",
        "before_object",
        "article",
        "says",
        "contact",
        "plain",
    ),
    *(f"{kind}_{gender}" for kind in ("third", "object", "citizen", "other") for gender in "fmn"),
)
_CLAUSE: Final = ("share", "carry", "cut", "relative", "condition")
_CUES: Final = (
    *("citizen", "pseudo", "deny", "past", "better", "cause", "doubt", "ask", "yes", "training"),
)
_NEGATION: Final = ("words", "ahead", "pseudo", "deny")
_SOFTEN: Final = ("past", "better", "cause", "doubt", "ask", "yes", "training")


class Rule(NamedTuple):
    """One pattern of a group; `negated` when a negation is among its own words."""

    group: Group
    line: str
    negated: bool


class Cue(NamedTuple):
    """A phrase that says something about the signs near it; `kind` is one of the context's keys."""

    kind: str


class Opening(NamedTuple):
    """How sentences open.

    A capitalised word before one of `verbs` is somebody's name, unless it is one of the `common`
    openers, or ends as other words do (`ends`) and is not one of `names`. A sentence that opens
    with one of `inverted` and its subject is a condition.
    """

    common: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    inverted: frozenset[str] = frozenset()
    ends: tuple[str, ...] = ()


class Lexicon(NamedTuple):
    """All that is known of one language."""

    language: str
    fillers: frozenset[str]
    short: frozenset[str]
    roles: Mapping[str, str]
    clause: Mapping[str, str]
    negations: frozenset[str]
    ahead: frozenset[str]
    inverts: bool
    groups: tuple[Group, ...]
    patterns: Index[Rule | Cue]
    opening: Opening = Opening()
    real: frozenset[str] = frozenset()
    """Words that are right as they stand, though one slip away from a word of a pattern."""

    @property
    def typos(self) -> Typos:
        """The words of the patterns, found again when they were mistyped; made at first use."""
        index = self.patterns
        if index.typos is None:
            known = self.fillers.union(self.roles, self.clause, self.negations, self.real)
            lines = (*index.lines, *map(" ".join, index.spelling.classes.values()))
            index.typos = Typos(lines, index.spelling.forms, known)
        return index.typos

    @property
    def spelling(self) -> Spelling:
        """How the words of this language may be written."""
        return self.patterns.spelling

    def plus(self, groups: Sequence[Group], masks: Iterable[str] = ()) -> Lexicon:
        """Return this lexicon with more groups and masks; raises PatternError."""
        rows: list[tuple[str, Rule | Cue]] = [(line, Cue("idiom")) for line in masks]
        for group in groups:
            rows += _rules(group, self.spelling, self.negations)
        return self._replace(groups=(*self.groups, *groups), patterns=self.patterns.plus(rows))


def _rules(
    group: Group, spelling: Spelling, negations: frozenset[str]
) -> list[tuple[str, Rule | Cue]]:
    """Return the patterns of a group, each with its rule."""
    return [(x, Rule(group, x, spelling.holds(x, negations))) for x in group.patterns]


class Context:
    """What a language's context says, as it stands in `table` of `file`."""

    def __init__(self, file: ListFile, table: Mapping[str, Any], check: bool) -> None:
        """Read what spelling needs; raises Problem."""
        file.known(table, (*_WORD_KEYS, "inverts", *_PARTS))
        self.file = file
        self.table = table
        self.check = check
        classes = self.part("classes")
        self.spelling = Spelling(
            {key: file.words(classes, key) for key in classes},
            frozenset(file.words(table, "numbers")),
            frozenset(file.words(table, "keep")),
            frozenset(file.words(table, "common")),
        )

    def part(self, key: str, keys: Iterable[str] | None = None) -> Mapping[str, Any]:
        """Return one table of the context; raises Problem."""
        return self.file.part(key, keys, self.table)

    def words(self, table: Mapping[str, Any], keys: Iterable[str]) -> dict[str, str]:
        """Return the words under `keys` in every spelling, each with its key."""
        return {
            form: key
            for key in keys
            for word in self.file.words(table, key)
            for form in self.spelling.forms(word)
        }

    def cues(self) -> list[tuple[str, Rule | Cue]]:
        """Return the phrases that say something about the signs near them; raises Problem."""
        negation = self.part("negation", _NEGATION)
        soften = self.part("soften", _SOFTEN)
        who = self.part("who", (*_ROLES, "citizen"))
        found: list[tuple[str, Rule | Cue]] = []
        for kind in _CUES:
            table = negation if kind in _NEGATION else who if kind == "citizen" else soften
            lines = rows(self.file.text(table, kind))
            if self.check:
                self.file.check(lines, self.spelling)
            found += [(line, Cue(kind)) for line in lines]
        return found

    def lexicon(self, language: str) -> Lexicon:
        """Return a lexicon that knows the context and no sign yet; raises Problem."""
        cues = self.cues()
        negation = self.part("negation")
        ahead = frozenset(self.words(negation, ("ahead",)))
        opening = self.part("opening", _OPENING)
        return Lexicon(
            language=language,
            fillers=frozenset(self.words(self.table, ("fillers",))),
            short=frozenset(self.file.words(self.table, "short")),
            roles=self.words(self.part("who"), _ROLES),
            clause=self.words(self.part("clause", _CLAUSE), _CLAUSE),
            negations=ahead | frozenset(self.words(negation, ("words",))),
            ahead=ahead,
            inverts=self.file.text(self.table, "inverts") == "yes",
            groups=(),
            patterns=Index(cues, self.spelling),
            opening=Opening(
                common=frozenset(self.words(opening, ("common",))),
                verbs=frozenset(self.words(opening, ("verbs",))),
                names=frozenset(self.words(opening, ("names",))),
                inverted=frozenset(self.words(opening, ("inverted",))),
                ends=self.file.words(opening, "ends"),
            ),
            real=frozenset(self.words(self.table, ("real",))),
        )


def load(language: str, folder: Path = DATA, check: bool = True) -> Lexicon:
    """Read the lexicon of `language` from `folder`; raises Problem naming file, line and key.

    With `check` false a pattern is read when a text first calls it up, which is quicker; the
    lexica that come with the program are checked whole by their tests.
    """
    home = folder / language
    file = ListFile.open(home / "context.toml")
    context = Context(file, file.table, check)
    idioms = ListFile.open(home / "idioms.toml")
    idioms.known(idioms.table, ("mask", "masked"))
    masks = rows(idioms.text(idioms.table, "mask"))
    if check:
        idioms.check(masks, context.spelling)
    return context.lexicon(language).plus(_signs(home, context), masks)


def _signs(home: Path, context: Context) -> list[Group]:
    """Return the groups of every file of signs; raises Problem."""
    found = []
    for path in sorted(home.glob("*.toml")):
        if path.name in ("context.toml", "idioms.toml"):
            continue
        file = ListFile.open(path)
        file.known(file.table, ("group",))
        for group in file.groups():
            if context.check:
                file.check(group.patterns, context.spelling)
            found.append(group)
    return found


@cache
def lexicon(language: str) -> Lexicon:
    """Return the lexicon of `language` (da, nb or en), read once; raises Problem."""
    return load(language, check=False)
