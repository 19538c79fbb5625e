"""The protocols at hand: which there are, what they say, and whether a file is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from debrief.cli.context import options, out, out_json, warn
from debrief.cli.shape import Group, argument, choice
from debrief.errors import EXIT_FOUND, Problem
from debrief.i18n import LANGUAGES, _, language, ngettext

if TYPE_CHECKING:
    from debrief.protocol import Phase, Protocol

_GROUP_OF = 5
"""The times shown are for a round of this many."""


def add_to(root: Group) -> None:
    """Add `protocols list`, `show` and `check`."""
    group = Group("protocols", help=_("The protocols a round can be held by."))
    group.add(
        "list",
        _("List them."),
        choice("--format", of=("text", "json"), help=_("How it is written."), default="text"),
    )(_list)
    group.add(
        "show",
        _("Show one: what it is for, what speaks against it, and every question."),
        argument("protocol", "ID"),
        choice("--round-lang", of=LANGUAGES, help=_("Language of the prompts.")),
    )(_show)
    group.add(
        "check",
        _("Check protocol files of your own; status 1 if one can't be used."),
        argument("files", _("FILE..."), many=True),
    )(_check)
    root.add_command(group)


def _list(format: str) -> int:
    from debrief import protocol

    found, problems = protocol.available([options().places.protocols])
    if format == "json":
        out_json([{"id": one.id, "version": one.version, "kind": one.kind,
                   "evidence": one.evidence, "name": one.name.to(language())}
                  for one in found.values()])  # fmt: skip
    else:
        out(*map(_line, found.values()))
    for problem in problems:
        warn(str(problem))
    return EXIT_FOUND if problems else 0


def _line(one: Protocol) -> str:
    return f"{one.id}  {one.name.to(language())} · {_time(one)} · {one.purpose.to(language())}"


def _time(one: Protocol) -> str:
    people = min(_GROUP_OF, one.max_people)
    return _("{minutes} for {people}").format(
        minutes=_minutes(one.planned_seconds(people)),
        people=ngettext("{n} person", "{n} people", people).format(n=people),
    )


def _minutes(seconds: int) -> str:
    count = max(1, round(seconds / 60)) if seconds else 0
    return ngettext("{n} minute", "{n} minutes", count).format(n=count)


def _show(protocol: str, round_lang: str | None) -> int:
    from debrief.protocol import find

    one = find(protocol, [options().places.protocols])
    out(*_about(one, round_lang or language()))
    return 0


def _about(one: Protocol, lang: str) -> Iterator[str]:
    yield f"{one.name.to(lang)} ({one.id} {one.version}) · {_time(one)}"
    yield one.purpose.to(lang)
    yield _("When: {when}").format(when=one.when.to(lang))
    yield _("Roles: {roles}").format(roles=one.roles.to(lang))
    yield _("Evidence {grade}: {note}").format(grade=one.evidence, note=one.evidence_note.to(lang))
    yield from _not_to_do(one.avoid.to(lang))
    for number, phase in enumerate(one.phases, 1):
        yield ""
        yield f"{number}. {phase.name.to(lang)} · {_each(phase)}"
        yield phase.goal.to(lang)
        yield from (f"  - {prompt}" for prompt in phase.prompts.to(lang))
        yield from _not_to_do(phase.avoid.to(lang))
    yield ""
    yield _("Sources:")
    yield from (f"  - {source}" for source in one.sources)


def _each(phase: Phase) -> str:
    minutes = _minutes(phase.planned_seconds(1))
    return _("{minutes} each").format(minutes=minutes) if phase.each else minutes


def _not_to_do(lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield _("Not to do:")
        yield from (f"  - {line}" for line in lines)


def _check(files: tuple[str, ...]) -> int:
    from debrief.protocol import load
    from debrief.record.disk import Disk

    folder = options().places.protocols
    paths = [Path(one) for one in files]
    if not paths and folder.is_dir():
        paths = sorted(folder.glob("*.toml"))
    if not paths:
        out(_("There is no protocol file in {folder}.").format(folder=folder))
    broken = 0
    for path in paths:
        try:
            one = load(Disk().read(path), path.name)
        except Problem as problem:
            warn(str(problem))
            broken += 1
            continue
        out(_("{file} can be used: {name}, {minutes}.").format(
            file=path.name, name=one.name.to(language()), minutes=_time(one)))  # fmt: skip
    return EXIT_FOUND if broken else 0
