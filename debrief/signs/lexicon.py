"""A language's lexicon: the TOML files of its folder, read strictly, once, when first needed.

A folder `data/<language>/` holds

- `context.toml`: fillers, number words, abbreviations, word classes, whether a subject may follow
  its verb (`inverts`), and what tells whose a sign is and what softens it;
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
from typing import Any, Final, Literal, get_args

import msgspec

from debrief.errors import Problem
from debrief.i18n import _
from debrief.signs.codes import CODES, LEVELS, Level
from debrief.signs.index import Index, anchor
from debrief.signs.pattern import PatternError, Spelling, read

LANGUAGES: Final = ("da", "nb", "en")
DATA: Final = Path(__file__).with_name("data")

Person = Literal["self", "any", "counsellor", "other"]
Negation = Literal["cancels", "built_in", "keeps"]

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "level": LEVELS,
    "person": get_args(Person),
    "neg": get_args(Negation),
    "past": ("moves", "keeps"),
    "band": ("firm", "possible", "topic"),
}
_GROUP_KEYS: Final = ("sign", *_CHOICES, "patterns", "fires", "quiet")
_WORD_KEYS: Final = ("fillers", "numbers", "short", "keep")
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


class Group(msgspec.Struct, frozen=True):
    """One sign and the patterns that point at it; the keys are explained in this module."""

    sign: str
    level: Level
    person: Person
    neg: Negation
    past: Literal["moves", "keeps"]
    band: Literal["firm", "possible", "topic"]
    patterns: tuple[str, ...]
    fires: tuple[str, ...]
    quiet: tuple[str, ...]
    file: str


class Rule(msgspec.Struct, frozen=True):
    """One pattern of a group; `negated` when a negation is among its own words."""

    group: Group
    line: str
    negated: bool


class Cue(msgspec.Struct, frozen=True):
    """A phrase that says something about the signs near it; `kind` is one of the context's keys."""

    kind: str


class Lexicon(msgspec.Struct, frozen=True):
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
    index: Index[Rule | Cue]


class _File:
    """One file of the lexicon while it is read."""

    def __init__(self, path: Path) -> None:
        self.name = f"{path.parent.name}/{path.name}"
        import tomllib  # not needed to know the codes

        try:
            self.table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise self.problem(_("the file cannot be opened")) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            detail = _("it is not valid TOML ({detail})").format(detail=error)
            raise self.problem(detail) from error

    def problem(self, detail: str) -> Problem:
        return Problem(
            _(
                "The sign list {file} cannot be used: {detail}. No text was read for signs; "
                "install the program again, or mend the file."
            ).format(file=self.name, detail=detail)
        )

    def known(self, table: Mapping[str, Any], keys: Iterable[str]) -> None:
        """Refuse a key that nothing knows, naming the nearest one."""
        wanted = tuple(keys)
        for key in table:
            if key not in wanted:
                raise self.problem(
                    _("nothing knows the key {key}, the nearest is {nearest}").format(
                        key=key, nearest=_nearest(key, wanted)
                    )
                )

    def text(self, table: Mapping[str, Any], key: str) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            raise self.problem(_("the key {key} must be a text").format(key=key))
        return value

    def part(self, key: str, keys: Iterable[str] | None = None) -> Mapping[str, Any]:
        value = self.table.get(key, {})
        if not isinstance(value, dict):
            raise self.problem(_("the key {key} must be a table").format(key=key))
        if keys is not None:
            self.known(value, keys)
        return value

    def words(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        return tuple(self.text(table, key).split())

    def check(self, lines: Iterable[str], spelling: Spelling) -> None:
        """Refuse a pattern that cannot be read."""
        for line in lines:
            try:
                read(line, spelling)
                anchor(line, spelling)
            except PatternError as error:
                raise self.problem(
                    _("the pattern “{line}” cannot be read: {detail}").format(
                        line=line, detail=error
                    )
                ) from error


def _nearest(key: str, wanted: tuple[str, ...]) -> str:
    from difflib import get_close_matches  # only a broken file needs it

    return (get_close_matches(key, wanted, 1, 0.0) or ["-"])[0]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _group(file: _File, table: Mapping[str, Any]) -> Group:
    file.known(table, _GROUP_KEYS)
    sign = file.text(table, "sign")
    if sign not in CODES or CODES[sign].kind == "pattern":
        raise file.problem(
            _("nothing knows the sign {sign}, the nearest is {nearest}").format(
                sign=sign or "-", nearest=_nearest(sign, tuple(CODES))
            )
        )
    case = CODES[sign].kind == "case"
    values = {
        "level": CODES[sign].level,
        "person": "other" if case else "any",
        "neg": "cancels",
        "past": "moves",
        "band": "firm",
    }
    for key, choices in _CHOICES.items():
        if key in table:
            values[key] = file.text(table, key)
            if values[key] not in choices:
                raise file.problem(
                    _("{key} is {value}, which is none of: {choices}").format(
                        key=key, value=values[key], choices=", ".join(choices)
                    )
                )
    listed = {key: _lines(file.text(table, key)) for key in ("patterns", "fires", "quiet")}
    if not listed["patterns"] or not listed["fires"]:
        raise file.problem(
            _("a group of the sign {sign} lacks patterns or fires").format(sign=sign)
        )
    return msgspec.convert({"sign": sign, **values, **listed, "file": file.name}, Group)


def _groups(file: _File) -> list[Group]:
    file.known(file.table, ("group",))
    tables = file.table.get("group", [])
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        raise file.problem(_("the key {key} must be a table").format(key="group"))
    return [_group(file, table) for table in tables]


def _spelling(context: _File) -> Spelling:
    table = context.table
    context.known(table, (*_WORD_KEYS, "inverts", "classes", "who", "clause", "negation", "soften"))
    classes = context.part("classes")
    return Spelling(
        {key: context.words(classes, key) for key in classes},
        frozenset(context.words(table, "numbers")),
        frozenset(context.words(table, "keep")),
    )


def _by_word(
    file: _File, table: Mapping[str, Any], keys: Iterable[str], spelling: Spelling
) -> dict[str, str]:
    return {
        form: key
        for key in keys
        for word in file.words(table, key)
        for form in spelling.forms(word)
    }


def _cues(file: _File) -> dict[str, tuple[str, ...]]:
    negation = file.part("negation", _NEGATION)
    soften = file.part("soften", _SOFTEN)
    who = file.part("who", (*_ROLES, "citizen"))
    found = {}
    for kind in _CUES:
        table = negation if kind in _NEGATION else who if kind == "citizen" else soften
        found[kind] = _lines(file.text(table, kind))
    return found


class _Reader:
    """Reads one language's folder."""

    def __init__(self, home: Path, check: bool) -> None:
        self.home = home
        self.context = _File(home / "context.toml")
        self.spelling = _spelling(self.context)
        self.check = check
        self.groups: list[Group] = []
        self.rows: list[tuple[str, Rule | Cue]] = []

    def take(self, file: _File, lines: tuple[str, ...], kept: Sequence[Rule | Cue]) -> None:
        if self.check:
            file.check(lines, self.spelling)
        self.rows += zip(lines, kept, strict=True)

    def words(self, table: Mapping[str, Any], keys: Iterable[str]) -> dict[str, str]:
        return _by_word(self.context, table, keys, self.spelling)

    def signs(self, negations: frozenset[str]) -> None:
        for path in sorted(self.home.glob("*.toml")):
            if path.name in ("context.toml", "idioms.toml"):
                continue
            file = _File(path)
            for group in _groups(file):
                self.groups.append(group)
                lines = group.patterns
                rules = [Rule(group, x, self.spelling.holds(x, negations)) for x in lines]
                self.take(file, lines, rules)

    def read(self) -> Lexicon:
        for kind, lines in _cues(self.context).items():
            self.take(self.context, lines, [Cue(kind)] * len(lines))
        idioms = _File(self.home / "idioms.toml")
        idioms.known(idioms.table, ("mask", "masked"))
        lines = _lines(idioms.text(idioms.table, "mask"))
        self.take(idioms, lines, [Cue("idiom")] * len(lines))
        negation = self.context.part("negation")
        ahead = frozenset(self.words(negation, ("ahead",)))
        negations = ahead | frozenset(self.words(negation, ("words",)))
        self.signs(negations)
        return Lexicon(
            self.home.name,
            frozenset(self.words(self.context.table, ("fillers",))),
            frozenset(self.context.words(self.context.table, "short")),
            self.words(self.context.part("who"), _ROLES),
            self.words(self.context.part("clause", _CLAUSE), _CLAUSE),
            negations,
            ahead,
            self.context.text(self.context.table, "inverts") == "yes",
            tuple(self.groups),
            Index(self.rows, self.spelling),
        )


def load(language: str, folder: Path = DATA, check: bool = True) -> Lexicon:
    """Read the lexicon of `language` from `folder`; raises Problem naming file and key.

    With `check` false a pattern is read when a text first calls it up, which is quicker; the
    lexica that come with the program are checked whole by their tests.
    """
    return _Reader(folder / language, check).read()


@cache
def lexicon(language: str) -> Lexicon:
    """Return the lexicon of `language` (da, nb or en), read once; raises Problem."""
    return load(language, check=False)
