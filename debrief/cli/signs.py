"""Word lists for signs: what there is, and whether a house's own hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from debrief.cli.context import options, out, out_json, warn
from debrief.cli.shape import Group, argument, choice, option
from debrief.errors import EXIT_FOUND, EXIT_USAGE, Problem
from debrief.i18n import _, ngettext

if TYPE_CHECKING:
    from debrief.signs.own import Lists, WordList
    from debrief.signs.trial import Failure


def add_to(root: Group) -> None:
    """Add `signs list` and `check`."""
    group = Group("signs", help=_("Word lists that signs are found by."))
    group.add(
        "list",
        _("List the signs, and how many patterns each language has for them."),
        option("--lang", help=_("Only this language."), metavar="LANG"),
        choice("--format", of=("text", "json"), help=_("How it is written."), default="text"),
    )(_list)
    group.add(
        "check",
        _("Try word lists of your own on their examples; status 1 if one fails."),
        argument("files", _("FILE..."), many=True),
        option("--lang", help=_("Language of a file that names none."), metavar="LANG"),
    )(_check)
    root.add_command(group)


def _own(paths: list[Path], lang: str = "") -> Lists:
    from debrief.record.disk import Disk
    from debrief.signs import own

    files, problems = [], []
    for path in paths:
        try:
            files.append((str(path), Disk().read(path)))
        except Problem as problem:
            problems.append(problem)
    made = own.read(files, lang)
    return own.Lists(made.lists, made.lexica, (*problems, *made.problems))


def _here() -> list[Path]:
    from debrief.desk.lists import workspace_lists

    return workspace_lists(options().places.signs)


# list


def _list(lang: str | None, format: str) -> int:
    found = _own(_here())
    counts = _counts(found)
    if lang is not None:
        if lang not in counts:
            known = ", ".join(counts)
            raise Problem(_("--lang takes one of: {known}.").format(known=known), EXIT_USAGE)
        counts = {lang: counts[lang]}
    if format == "json":
        out_json(list(_rows(counts)))
    else:
        out(*map(_line, _rows(counts)))
    for problem in found.problems:
        warn(str(problem))
    return EXIT_FOUND if found.problems else 0


def _counts(found: Lists) -> dict[str, Counter[str]]:
    """Return how many patterns each language has for each sign, the workspace's among them."""
    from debrief.signs.lexicon import LANGUAGES, lexicon

    lexica = {language: lexicon(language) for language in LANGUAGES}
    lexica.update(found.lexica)
    counts = {}
    for language, words_of in lexica.items():
        counts[language] = Counter[str]()
        for group in words_of.groups:
            counts[language][group.sign] += len(group.patterns)
    return counts


class _Row(msgspec.Struct, frozen=True):
    """One sign, and how many patterns each language has for it."""

    code: str
    name: str
    patterns: dict[str, int]


def _rows(counts: Mapping[str, Counter[str]]) -> Iterator[_Row]:
    from debrief.signs import CODES, name

    for code, what in CODES.items():
        if what.kind != "pattern":
            yield _Row(code, name(code), {lang: count[code] for lang, count in counts.items()})


def _line(row: _Row) -> str:
    counted = " · ".join(f"{lang} {count}" for lang, count in row.patterns.items())
    return f"{row.code}  {row.name}  {counted}"


# check


def _check(files: tuple[str, ...], lang: str | None) -> int:
    from debrief.signs.trial import failures

    paths = [Path(one) for one in files] or _here()
    if not paths:
        out(_("There is no word list in {folder}.").format(folder=options().places.signs))
        return 0
    found = _own(paths, lang or "")
    for problem in found.problems:
        warn(str(problem))
    failed = list(failures(found))
    for failure in failed:
        out(*_failure_lines(failure))
    wrong = {failure.file for failure in failed}
    out(*(_sound(one) for one in found.lists if one.file not in wrong))
    return EXIT_FOUND if failed or found.problems else 0


def _failure_lines(failure: Failure) -> Iterator[str]:
    told = {
        "missed": _("{file}, group {number} ({sign}): this should fire, and does not: “{text}”"),
        "loud": _("{file}, group {number} ({sign}): this should not fire, and does: “{text}”"),
        "idle": _("{file}, group {number} ({sign}): a pattern without an example."),
    }[failure.kind]
    yield told.format(file=failure.file, number=failure.group, sign=failure.sign, text=failure.text)
    yield from (f"    {pattern}" for pattern in failure.patterns)
    yield f"    {failure.said}"


def _sound(one: WordList) -> str:
    count = sum(len(group.patterns) for group in one.groups)
    return ngettext(
        "{file} can be used: {n} pattern, and every example holds.",
        "{file} can be used: {n} patterns, and every example holds.",
        count,
    ).format(file=one.file, n=count)
