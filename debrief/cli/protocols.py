"""The protocols at hand: which there are, what they say, and whether a file is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from debrief import words
from debrief.cli.context import options, out, out_json, warn
from debrief.cli.shape import Group, argument, choice
from debrief.errors import EXIT_FOUND, Problem
from debrief.i18n import LANGUAGES, _, language, ngettext

if TYPE_CHECKING:
    from debrief.protocol import Phase, Protocol

_LONGEST_ID = 40
"""Characters in a protocol's id, at most."""
_GROUP_OF = 5
"""The times shown are for a round of this many."""


def add_to(root: Group) -> None:
    """Add `protocols list`, `show`, `check` and `new`."""
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
    group.add(
        "new",
        _("Begin a protocol of your own: a whole, valid file with every key explained."),
        argument("protocol", "ID"),
    )(_new)
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
    yield from _terms(one, lang)
    yield from _not_to_do(one.avoid.to(lang))
    for number, phase in enumerate(one.phases, 1):
        yield ""
        yield f"{number}. {phase.name.to(lang)} · {_each(phase)}"
        yield phase.goal.to(lang)
        yield from _manner(phase)
        yield from (f"  - {prompt}" for prompt in phase.prompts.to(lang))
        yield from _not_to_do(phase.avoid.to(lang))
    yield ""
    yield _("Sources:")
    yield from (f"  - {source}" for source in one.sources)


def _terms(one: Protocol, lang: str) -> Iterator[str]:
    """Yield what is asked before it is held, and what it keeps, where that is out of the usual."""
    if one.guardrail is not None:
        yield _("Locked: {why}").format(why=one.guardrail.to(lang))
    if one.keep == "nothing":
        yield _("Nothing of what is said is kept: no notes, no load, no signs.")
    if one.min_people > 1:
        yield _("People: {least} to {most}").format(least=one.min_people, most=one.max_people)
    if one.earliest_hours:
        yield _("At the earliest {n:g} hours after.").format(n=one.earliest_hours)


def _manner(phase: Phase) -> Iterator[str]:
    """Yield how a phase is held, where that is out of the usual."""
    if phase.only_if is not None:
        yield words.only_at(phase.only_if)
    if phase.silent:
        yield _("Begins with {n} seconds of silence.").format(n=phase.silent)
    if phase.groups:
        yield words.in_groups(phase.groups)


def _new(protocol: str) -> int:
    from debrief.protocol import BUNDLED
    from debrief.protocol.refusal import shown
    from debrief.protocol.template import template
    from debrief.record.disk import AlreadyThere, Disk
    from debrief.text import is_id

    if not is_id(protocol) or len(protocol) > _LONGEST_ID:
        raise Problem(
            _(
                "{id} can't be the id of a protocol. Use at most {n} of the small letters a to z"
                " and digits, with single hyphens between them, such as our-round."
            ).format(id=shown(protocol), n=_LONGEST_ID)
        )
    folder = options().places.protocols
    path = folder / f"{protocol}.toml"
    disk = Disk()
    disk.make_folder(folder)
    try:
        disk.publish(path, template(protocol, language()), 0o644, exclusive=True)
    except AlreadyThere:
        raise Problem(
            _("{file} is there already and was left as it is. Choose another id.").format(file=path)
        ) from None
    out(_("Written: {file}. Change its texts, then try it with: debrief protocols check").format(
        file=path))  # fmt: skip
    if protocol in BUNDLED:
        out(_("It stands in for the one of that name that comes with the program."))
    return 0


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
