"""What is held about one person, and putting something right about a closed session."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from debrief.cli.context import options, out, out_json
from debrief.cli.shape import Group, argument, choice, option
from debrief.errors import EXIT_FOUND
from debrief.i18n import _

if TYPE_CHECKING:
    from debrief.desk.mine import Mine, Part


def add_to(root: Group) -> None:
    """Add `mine` and `correct`."""
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
    from debrief.desk.telling import came_of_line, correction_lines

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
        yield from (f"  {came_of_line(one)}" for one in part.followed)
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
    from debrief.desk.telling import private_lines

    if part.private is None:
        yield _("  the sealed part is not there, or no key on this computer opens it")
    else:
        yield from [*private_lines({person: part.private}, {})][2:]


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
