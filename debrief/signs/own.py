"""A house's own word lists, beside those that come with the program.

A list is a TOML file with `[[group]]` tables as `debrief.signs.lexicon` explains them, and a head:

    language    da, nb, en, or the code of another language (two or three letters); required
    counsellor  the name that stands for the counsellor in the examples; Jens, in English Jim
    mask        phrases that only look like signs, one a line, as in idioms.toml
    [context]   for another language only: what its context.toml would hold, in one of its files

Without a context nothing is known of who speaks and what is negated, so such a language's signs
are at best `possible`. A list lives as long as the process; nothing is kept of it on disk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from debrief.errors import Problem
from debrief.i18n import _
from debrief.signs.lexicon import LANGUAGES, Context, Lexicon, lexicon
from debrief.signs.listfile import Group, ListFile, rows
from debrief.signs.pattern import PatternError

LARGEST: Final = 500_000
"""Bytes in one list; the largest that comes with the program has a tenth of it."""
_KEYS: Final = ("language", "counsellor", "mask", "context", "group")
_CODE: Final = re.compile(r"[a-z]{2,3}")
_NAMES: Final[Mapping[str, str]] = {"en": "Jim"}
_NAME: Final = "Jens"


class WordList(NamedTuple):
    """One list that was read: its groups and masks fit the language's spelling."""

    file: str
    language: str
    counsellor: str
    groups: tuple[Group, ...]
    masks: tuple[str, ...]


class Lists(NamedTuple):
    """Several lists together, the lexicon of each language they name, and what was refused."""

    lists: tuple[WordList, ...] = ()
    lexica: Mapping[str, Lexicon] = {}
    problems: tuple[Problem, ...] = ()


class _Builder:
    """Takes lists up one by one; one that is refused changes nothing."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.files: list[tuple[ListFile, str]] = []
        self.lists: list[WordList] = []
        self.lexica: dict[str, Lexicon] = {}
        self.problems: list[Problem] = []
        self.blind: set[str] = set()

    def open(self, name: str, data: bytes) -> None:
        """Read the head of a list, and its context where it has one; raises Problem."""
        if len(data) > LARGEST:
            raise _too_large(name)
        file = ListFile(name, data, own=True)
        file.known(file.table, _KEYS)
        language = file.text(file.table, "language") or self.lang
        if not _CODE.fullmatch(language):
            raise file.problem(
                _("the key {key} must be a code such as da, nb, en or sv").format(key="language")
            )
        if "context" in file.table:
            self._context(file, language)
        self.files.append((file, language))

    def _context(self, file: ListFile, language: str) -> None:
        if language in LANGUAGES or language in self.lexica:
            raise file.problem(_("the language {code} already has a context").format(code=language))
        context = file.part("context")
        self.lexica[language] = _from(file, context, language)

    def base(self, language: str) -> Lexicon:
        """Return what is known of a language so far; raises Problem."""
        if language not in self.lexica:
            if language in LANGUAGES:
                self.lexica[language] = lexicon(language)
            else:
                empty = ListFile("", b"", own=True)
                self.lexica[language] = _from(empty, {}, language)
                self.blind.add(language)
        return self.lexica[language]

    def take(self, file: ListFile, language: str) -> None:
        """Add the signs of a list to its language; raises Problem."""
        base = self.base(language)
        groups = file.groups()
        masks = rows(file.text(file.table, "mask"))
        file.check((line for group in groups for line in group.patterns), base.spelling)
        file.check(masks, base.spelling)
        if language in self.blind:
            groups = [_second(group) for group in groups]
        name = file.text(file.table, "counsellor") or _NAMES.get(language, _NAME)
        self.lexica[language] = base.plus(groups, masks)
        self.lists.append(WordList(file.name, language, name, tuple(groups), masks))


def _from(file: ListFile, table: Mapping[str, Any], language: str) -> Lexicon:
    """Return the lexicon that a context begins; raises Problem."""
    try:
        return Context(file, table, check=True).lexicon(language)
    except PatternError as error:
        raise file.problem(str(error)) from None


def _second(group: Group) -> Group:
    """Return the group with its signs at best possible."""
    return group._replace(band="possible") if group.band == "firm" else group


def _too_large(name: str) -> Problem:
    return Problem(
        _(
            "The word list {file} was left out: it has more than {most} bytes. Signs are still "
            "found by the other lists; part it into smaller files."
        ).format(file=name, most=LARGEST)
    )


def read(files: Iterable[tuple[str, bytes]], lang: str = "") -> Lists:
    """Read lists given as (name, bytes); `lang` is the language of those that name none.

    Nothing is raised: a list that can't be used is left out whole, its Problem saying why.
    """
    builder = _Builder(lang)
    for name, data in files:
        try:
            builder.open(name, data)
        except Problem as problem:
            builder.problems.append(problem)
    for file, language in builder.files:
        try:
            builder.take(file, language)
        except Problem as problem:
            builder.problems.append(problem)
    return Lists(tuple(builder.lists), builder.lexica, tuple(builder.problems))


class _Kept:
    """The lists of this process."""

    def __init__(self) -> None:
        self.data: dict[str, bytes] = {}
        self.lexica: Mapping[str, Lexicon] = {}


_kept: Final = _Kept()


def extend(files: Iterable[tuple[str, bytes]]) -> tuple[Problem, ...]:
    """Add word lists, given as (name, bytes), to the lexica for as long as this process lives.

    A list of the same name stands in for the one before. Returns what is wrong with those that
    were left out; raises nothing. A scan that runs meanwhile goes on with the lists it began with.
    """
    data = {**_kept.data, **dict(files)}
    made = read(data.items())
    used = {one.file for one in made.lists}
    _kept.data = {name: each for name, each in data.items() if name in used}
    _kept.lexica = {one.language: made.lexica[one.language] for one in made.lists}
    return made.problems


def forget() -> None:
    """Let go of every list that `extend` took up."""
    _kept.data, _kept.lexica = {}, {}


def current(language: str) -> Lexicon:
    """Return the lexicon of a language with the house's own lists.

    Raises ValueError for a language nothing is known of, and Problem when its files can't be read.
    """
    found = _kept.lexica.get(language)
    if found is not None:
        return found
    if language not in LANGUAGES:
        raise ValueError(language)
    return lexicon(language)
