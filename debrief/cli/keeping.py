"""What is kept of one person, putting it right, erasing it, and letting go of what is past."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from debrief.cli.context import options, out, out_json
from debrief.cli.shape import Group, argument, choice, flag, option
from debrief.errors import EXIT_FOUND, EXIT_USAGE, Problem
from debrief.i18n import _, ngettext

if TYPE_CHECKING:
    from debrief.desk.correcting import Correction
    from debrief.desk.keeping import Erased, Overdue
    from debrief.desk.mine import Mine, Part
    from debrief.record.erasing import Reason

_REASONS = ("request", "mistake")


def add_to(root: Group) -> None:
    """Add `mine`, `correct`, `erase` and `expire`."""
    root.add(
        "mine",
        _("Show everything that is held here about one person."),
        argument("person", _("PERSON")),
        choice("--format", of=("text", "json"), help=_("How it is written."), default="text"),
    )(_mine)
    root.add(
        "correct",
        _("Put something right about a closed session, sealed beside it; the file stays."),
        argument("session", _("SESSION")),
        argument("about", _("PERSON|round|record")),
        option("--text", help=_("The words; without it they are asked for."), metavar=_("TEXT")),
    )(_correct)
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
        "expire",
        _("Erase the sealed parts, and remove the files, that have had their time."),
        flag("--dry-run", help=_("Only tell what would go.")),
        yes,
    )(_expire)


def _mine(person: str, format: str) -> int:
    from debrief.desk.mine import mine

    found = mine(options().desk(), person)
    if format == "json":
        out_json(found)
    else:
        out(*_all_of(found))
    return EXIT_FOUND if found.unread else 0


def _all_of(found: Mine) -> Iterator[str]:
    from debrief import words

    yield f"{found.name or '-'} ({found.id})"
    if found.in_roster:
        yield _("In the roster of this workspace: name, usual role, place and channel.")
    for part in found.parts:
        yield ""
        yield f"{part.session}  {words.moment(part.opened)}"
        one = part.record
        yield f"  {words.role(one.role)} · {words.place(one.place)}, {words.channel(one.channel)}"
        yield "  " + ", ".join(f"{phase} {words.turn(turn)}" for phase, turn in one.turns.items())
        yield _("  next contact: {agreed}").format(agreed=_agreed(part))
        for duty in part.duties:
            yield f"  {words.duty(duty.kind)} · {words.duty_outcome(duty.outcome)}"
        yield from _private(part, found.id)
        yield from (f"  {line}" for one in part.corrections for line in correction_lines(one))
        for receipt in part.left:
            yield _("  in a summary to {destination}, level {level}").format(
                destination=receipt.destination, level=receipt.level
            )
    if found.unread:
        yield _("Could not be read, so nobody knows: {sessions}").format(
            sessions=", ".join(found.unread)
        )


def _agreed(part: Part) -> str:
    from debrief import words

    outcome = part.record.follow_up
    return _("dated") if outcome == "dated" else words.follow_up(outcome)


def _private(part: Part, person: str) -> Iterator[str]:
    from debrief.cli.private import private_lines

    if part.private is None:
        yield _("  the sealed part is not there, or no key on this computer opens it")
    else:
        yield from [*private_lines({person: part.private}, {})][2:]


def correction_lines(one: Correction) -> Iterator[str]:
    """Yield what a correction says, and when and about whom it was made."""
    from debrief import words

    about = {"round": _("the whole round"), "record": _("the record")}.get(one.about, one.about)
    yield _("Corrected {time}, about {about} ({id}):").format(
        time=words.moment(one.at), about=about, id=one.id
    )
    text = _("(sealed, or erased)") if one.text is None else one.text
    yield from (f"  {line}" for line in text.splitlines())


def _correct(session: str, about: str, text: str | None) -> int:
    from debrief.desk import correcting

    desk = options().desk()
    desk.session_path(session)
    made = correcting.correct(desk, session, about, _words() if text is None else text)
    out(
        _("Kept beside the session as {id}.").format(id=made.id),
        _("For the minutes: {receipt}").format(receipt=made.receipt),
    )
    return 0


def _words() -> str:
    """Return what is typed or piped in; at a terminal an empty line ends it."""
    from debrief.plain.talk import InputEnded, terminal

    talk, lines = terminal(), []
    if sys.stdin.isatty():
        talk.tell(_("Write what is right. An empty line ends it; Ctrl-C keeps nothing."))
    try:
        while (line := talk.listen()) or not sys.stdin.isatty():
            lines.append(line)
    except InputEnded:
        pass
    return "\n".join(lines)


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
