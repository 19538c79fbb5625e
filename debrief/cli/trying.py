"""Trying an exporter: on the bench, at its destination, and one that is not here yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from debrief.cli.context import options, out, out_json, progress
from debrief.cli.shape import Group, argument, choice, flag, option
from debrief.errors import EXIT_DELIVERY, EXIT_FOUND, EXIT_USAGE, Problem
from debrief.i18n import _, ngettext

if TYPE_CHECKING:
    import datetime as dt

    from debrief.delivery.config import Destination
    from debrief.delivery.faultserver import Answer
    from debrief.delivery.job import Source
    from debrief.delivery.trust import Offer, Registry
    from debrief.desk import Desk
    from debrief.kit.checking import Landed
    from debrief.kit.findings import Section, Verdict

_MARKS: Final = {"well": "✓", "mind": "▲", "wrong": "■"}


def add_to(group: Group) -> None:
    """Add `plugins test`, `check` and `install`."""
    form = choice("--format", of=("text", "json"), help=_("How it is written."), default="text")
    yes = flag("--yes", help=_("Do not ask."))
    group.add(
        "test",
        _("Try an exporter against every fault, without an account; status 1 if it fails."),
        argument("name", _("NAME")),
        option(
            "--set",
            "given",
            help=_("A value for one of its settings, where it needs a certain form."),
            metavar=_("NAME=VALUE"),
            multiple=True,
        ),
        option(
            "--answer",
            help=_("What its receiver says when all is well, such as 200 or '200 {\"ok\":true}'."),
            metavar=_("STATUS TEXT"),
        ),
        yes,
        form,
    )(_test)
    group.add(
        "check",
        _("Look whether destinations are ready, and send nothing of a round; status 1 if not."),
        argument("name", _("[NAME]"), required=False),
        flag("--live", help=_("Also send a test that says it is one, after asking.")),
        yes,
        form,
    )(_check)
    group.add(
        "install",
        _("Install a package with an exporter, and show that it is there."),
        argument("package", _("PACKAGE")),
    )(_install)


def _test(name: str, given: tuple[str, ...], answer: str | None, yes: bool, format: str) -> int:
    from debrief.kit.findings import lines
    from debrief.kit.suite import examine

    if not options().plugins:
        raise Problem(_("With --no-plugins none is run, so none can be tested."), EXIT_USAGE)
    sources = _sources(name, yes)
    values, said = _pairs(given), _answer(answer)
    verdicts: list[Verdict] = []
    for source in sources:
        with progress(source.name) as told:
            begins = partial(_begins, told)
            verdicts.append(examine(source, given=values, answer=said, told=begins))
    if format == "json":
        out_json(verdicts)
    else:
        for verdict in verdicts:
            out(f"{verdict.exporter} · {verdict.source}", "", *lines(verdict), "")
            out(*_end(verdict, name))
    return EXIT_FOUND if any(verdict.failed for verdict in verdicts) else 0


def _begins(told: Callable[[int, int], None], section: Section) -> None:
    from debrief.kit.findings import SECTIONS

    told(SECTIONS.index(section), len(SECTIONS))


def _end(verdict: Verdict, name: str) -> Iterator[str]:
    """Yield how it came out, and the next command."""
    passed = sum(one.status == "passed" for one in verdict.findings)
    failed = len(verdict.failed)
    if failed:
        yield ngettext(
            "{n} check of {all} failed; mend it, then test again.",
            "{n} checks of {all} failed; mend them, then test again.",
            failed,
        ).format(n=failed, all=passed + failed)
        return
    yield _("All {n} checks passed, in {s:.0f} s.").format(n=passed, s=verdict.seconds)
    if verdict.source.endswith(".py"):
        yield _("Next: debrief plugins trust {name}").format(name=name.removesuffix(".py"))


def _pairs(given: tuple[str, ...]) -> Mapping[str, str]:
    values = dict(one.partition("=")[::2] for one in given)
    if not all("=" in one for one in given):
        raise Problem(_("--set takes NAME=VALUE."), EXIT_USAGE)
    return values


def _answer(text: str | None) -> Answer | None:
    from debrief.delivery.faultserver import Answer

    if text is None:
        return None
    status, _space, body = text.partition(" ")
    if not (status.isascii() and status.isdigit() and 200 <= int(status) <= 299):
        raise Problem(_("--answer begins with a status from 200 to 299."), EXIT_USAGE)
    return Answer(int(status), body)


def _sources(name: str, yes: bool) -> list[Source]:
    """Return the exporters that a name stands for: a file's, or one of that name.

    A file that is not trusted is only run when a person agrees to it, for this once.
    """
    from debrief.desk.sending import registry

    offers = registry(options().desk()).offers()
    stem = name.removesuffix(".py")
    found = [one for one in offers if one.source.kind == "file" and _stem(one) == stem]
    found = found or [one for one in offers if one.source.name == name]
    if not found:
        raise _unknown(name, [*{_stem(one) for one in offers}, *(o.source.name for o in offers)])
    if found[0].state == "broken":
        raise Problem(_("{name} can't run: {problem}.").format(name=name, problem=found[0].problem))
    if found[0].state != "trusted" and not yes:
        _agree(found[0])
    return [one.source for one in found]


def _stem(offer: Offer) -> str:
    from pathlib import Path

    return Path(offer.source.where).stem if offer.source.kind == "file" else offer.source.name


def _unknown(name: str, known: list[str]) -> Problem:
    from debrief.summary import nearest

    near = nearest(name, known)
    if near:
        return Problem(
            _("There is no exporter {name}; did you mean {near}?").format(name=name, near=near)
        )
    return Problem(
        _("There is no exporter {name}; `debrief plugins list` shows what is there.").format(
            name=name
        )
    )


def _agree(offer: Offer) -> None:
    """Ask whether a file that is not trusted may run this once; raises Problem if not."""
    out(offer.where, f"sha256 {offer.source.sha256}")
    question = _("It is not trusted. Have you read it, and may it run for this test?")
    if not _agreed(question, _("Nobody answered, so it was not run; --yes runs it.")):
        raise Problem(_("It was not run."), EXIT_FOUND)


def _agreed(question: str, unanswered: str) -> bool:
    from debrief.plain.talk import InputEnded, terminal

    try:
        return terminal().agrees(question)
    except InputEnded:
        raise Problem(unanswered, EXIT_USAGE) from None


def _check(name: str | None, live: bool, yes: bool, format: str) -> int:
    from debrief.desk import sending
    from debrief.kit import checking

    desk = options().desk()
    exporters = sending.registry(desk)
    wanted, broken = _wanted(desk, exporters, name)
    found = [checking.Seen(one, "wrong", told) for one, told in broken.items()]
    late = checking.clock(desk.clock(), _newest(desk))
    found += [late] if late is not None else []
    for one, destination in wanted.items():
        found += checking.look(one, destination, exporters)
    if format == "text":
        wide = max((len(one.destination) for one in found), default=0)
        out(*(f"{_MARKS[one.weight]} {one.destination:<{wide}}  {one.told}" for one in found))
    wrong = {one.destination for one in found if one.weight == "wrong"}
    landed: dict[str, Landed] = {}
    if live:
        ready = {one: where for one, where in wanted.items() if one not in wrong}
        landed = _live(ready, exporters, desk, ask=not yes, shown=format == "text")
    if format == "json":
        out_json({"found": found, "landed": landed})
    if wrong:
        return EXIT_FOUND
    return 0 if all(one.arrived for one in landed.values()) else EXIT_DELIVERY


def _wanted(
    desk: Desk, exporters: Registry, name: str | None
) -> tuple[Mapping[str, Destination], Mapping[str, str]]:
    """Return the destinations that a name stands for, and why the others can't be used."""
    from debrief.desk import sending

    good, broken = sending.destinations(desk), sending.broken(desk)
    if name is None and not good and not broken:
        raise Problem(
            _("There is no destination in {file}; plugins/README.md shows how one is written.")
            .format(file=desk.places.settings)
        )  # fmt: skip
    if name is None:
        return good, broken
    if name in good or name in broken:
        return (
            {one: where for one, where in good.items() if one == name},
            {one: why for one, why in broken.items() if one == name},
        )
    stem = name.removesuffix(".py")
    names = {one.source.name for one in exporters.offers() if stem in (one.source.name, _stem(one))}
    using = {one: where for one, where in good.items() if where.exporter in names}
    if using:
        return using, {}
    if names:
        raise Problem(
            _("No destination in {file} uses {name} yet; write one, then check again.").format(
                file=desk.places.settings, name=name
            )
        )
    raise _nowhere(desk, name, [*good, *broken, *(one.source.name for one in exporters.offers())])


def _nowhere(desk: Desk, name: str, known: list[str]) -> Problem:
    """Return that `name` is neither a destination nor an exporter, with the nearest that is one."""
    from debrief.summary import nearest

    file, near = desk.places.settings, nearest(name, known)
    if near:
        return Problem(
            _("There is no destination {name} in {file}; did you mean {near}?").format(
                name=name, file=file, near=near
            )
        )
    return Problem(
        _("There is no destination {name} in {file}; write one there, then check again.").format(
            name=name, file=file
        )
    )


def _newest(desk: Desk) -> dt.datetime | None:
    from debrief.desk.sending import outbox

    if not desk.disk.exists(desk.places.outbox):
        return None
    with outbox(desk) as box:
        return max((one.at for one in box.receipts()), default=None)


def _live(
    ready: Mapping[str, Destination], exporters: Registry, desk: Desk, *, ask: bool, shown: bool
) -> dict[str, Landed]:
    """Show each test, ask, send it, and say what came of it; return what was sent."""
    from debrief.kit import checking
    from debrief.plain.leaving import body_lines

    landed = {}
    for name, destination in ready.items():
        test = checking.example(name, destination, exporters, desk.clock())
        if shown:
            out("", *body_lines(test.body, test.sha256))
        question = _("Send this test to {name}?").format(name=name)
        if ask and not _agreed(question, _("Nobody answered, so no test was sent.")):
            out(_("No test was sent."))
            continue
        landed[name] = checking.send(name, destination, exporters, test)
        if shown:
            out(landed[name].told)
    return landed


def _install(package: str) -> int:
    from debrief.kit.installing import install

    for one in sorted(install(package)):
        out(_("Installed: {name}, from the package {package}").format(
            name=one.name, package=one.package))  # fmt: skip
        out(_("Next: debrief plugins test {name}").format(name=one.name))
    return 0
