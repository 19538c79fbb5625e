"""What is kept no longer: erased of one person, or its time is up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from debrief.cli.context import options, out
from debrief.cli.shape import Group, argument, choice, flag
from debrief.errors import EXIT_FOUND, EXIT_USAGE, Problem
from debrief.i18n import _, ngettext

if TYPE_CHECKING:
    from debrief.desk.keeping import Erased, Overdue
    from debrief.record.erasing import Reason

_REASONS = ("request", "mistake")


def add_to(root: Group) -> None:
    """Add `erase`, `forget` and `expire`."""
    yes = flag("--yes", help=_("Do not ask."))
    root.add(
        "erase",
        _("Erase what is sealed about one person in a session; it cannot be undone."),
        argument("session", _("SESSION")),
        argument("person", _("PERSON")),
        choice(
            "--reason",
            of=_REASONS,
            help=_("Why: the person asked for it, or it should not have been kept."),
            default="request",
        ),
        yes,
    )(_erase)
    root.add(
        "forget",
        _("Erase what is sealed about one person everywhere here, and their name; for good."),
        argument("person", _("PERSON")),
        yes,
    )(_forget)
    root.add(
        "expire",
        _("Erase the sealed parts, and remove the files, that have had their time."),
        flag("--dry-run", help=_("Only tell what would go.")),
        yes,
    )(_expire)


def _erase(session: str, person: str, reason: Reason, yes: bool) -> int:
    from debrief.desk import keeping

    desk = options().desk()
    if not yes:
        _agree(
            _("Erase what is sealed about {person} in {session} for good?").format(
                person=person, session=desk.session_path(session).stem
            )
        )
    out(*_told(keeping.erase(desk, session, person, reason)))
    return 0


def _forget(person: str, yes: bool) -> int:
    from debrief.desk import keeping

    desk = options().desk()
    who, sessions = keeping.everywhere(desk, person)
    if not yes:
        _agree(
            ngettext(
                "Erase what is sealed about {person} ({who}) in {n} session, and the name here, "
                "for good?",
                "Erase what is sealed about {person} ({who}) in {n} sessions, and the name here, "
                "for good?",
                len(sessions),
            ).format(person=person, who=who, n=len(sessions))
        )
    found = keeping.forget(desk, person, "request")
    for erased in found.erased:
        out(*[*_told(erased)][:-1])
    for session, why in found.refused:
        out(f"{session}  {why}")
    for session in found.unfinished:
        out(
            _(
                "{session} is not closed yet and may hold more of them; close it, then do this "
                "once more."
            ).format(session=session)
        )
    out(_("The name is gone from the roster here."))
    out(_("Copies of the file elsewhere, such as backups, are not reached from here."))
    return EXIT_FOUND if found.refused or found.unfinished else 0


def _told(erased: Erased) -> Iterator[str]:
    if erased.owners:
        who = ", ".join(erased.owners)
        yield _("Erased in {session}: {who}. The rest of the file still verifies.").format(
            session=erased.session, who=who
        )
    else:
        yield _("There is nothing sealed about them in {session} any more.").format(
            session=erased.session
        )
    if erased.stopped:
        yield ngettext(
            "{n} summary that had not arrived was given up.",
            "{n} summaries that had not arrived were given up.",
            erased.stopped,
        ).format(n=erased.stopped)
    for one in erased.left:
        yield _(
            "A summary that names people went to {destination} at {time}; ask there that it is "
            "erased too."
        ).format(destination=one.destination, time=f"{one.at:%Y-%m-%d %H:%M} UTC")
    yield _("Copies of the file elsewhere, such as backups, are not reached from here.")


def _expire(dry_run: bool, yes: bool) -> int:
    from debrief.desk import keeping

    desk = options().desk()
    if not dry_run:
        keeping.finish(desk)
    found = keeping.overdue(desk)
    if not found:
        out(_("Nothing has had its time."))
        return 0
    out(*map(_line, found))
    if dry_run:
        return 0
    if not yes:
        _agree(_("Let all this go for good?"))
    for one in found:
        keeping.expire(desk, one)
    out(_("Done. The ledger says what went and when."))
    return 0


def _line(one: Overdue) -> str:
    if not one.owners:
        return _("{session}  the whole file, kept until {day}").format(
            session=one.session, day=one.day
        )
    return _("{session}  the sealed part of {who}, kept until {day}").format(
        session=one.session, who=", ".join(one.owners), day=one.day
    )


def _agree(question: str) -> None:
    """Ask; raises Problem where the answer is not yes."""
    from debrief.plain.talk import InputEnded, terminal

    try:
        agreed = terminal().agrees(question)
    except InputEnded:
        raise Problem(
            _("Nobody answered, so nothing was erased; --yes erases without asking."), EXIT_USAGE
        ) from None
    if not agreed:
        raise Problem(_("Nothing was erased."), EXIT_USAGE)
