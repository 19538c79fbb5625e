"""What is held about one person, and putting something right about a closed session."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from debrief.cli.context import options, out, out_json
from debrief.cli.shape import Group, argument, choice, option
from debrief.errors import EXIT_FOUND
from debrief.i18n import _, language

if TYPE_CHECKING:
    from debrief.desk import Desk
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

    desk = options().desk()
    found = mine(desk, person)
    if format == "json":
        out_json(found)
    else:
        out(*_all_of(desk, found))
    return EXIT_FOUND if found.unread else 0


def _all_of(desk: Desk, found: Mine) -> Iterator[str]:
    yield f"{found.name or '-'} ({found.id})"
    if found.in_roster:
        yield _("In the roster of this workspace: name, usual role, place and channel.")
    for session in found.not_closed:
        yield _("Also in a round that is not closed: {session}.").format(session=session)
    for part in found.parts:
        yield from _part(desk, part, found.id)
    if found.unread:
        yield _("Could not be read, so nobody knows: {sessions}").format(
            sessions=", ".join(found.unread)
        )


def _part(desk: Desk, part: Part, person: str) -> Iterator[str]:
    """Yield what one session holds of a person."""
    from debrief import words
    from debrief.desk.telling import came_of_line, correction_lines, phase_names
    from debrief.summary import words as leaving

    yield ""
    yield f"{part.session}  {words.moment(part.opened)}"
    one, names = part.record, phase_names(desk, part.protocol)
    yield f"  {words.role(one.role)} · {words.place(one.place)}, {words.channel(one.channel)}"
    turns = one.turns.items()
    yield "  " + ", ".join(f"{names.get(phase, phase)} {words.turn(turn)}" for phase, turn in turns)
    yield _("  next contact: {agreed}").format(agreed=_agreed(part))
    for duty in part.duties:
        yield f"  {words.duty(duty.kind)} · {words.duty_outcome(duty.outcome)}"
    yield from _private(part, person, names)
    yield from (f"  {line}" for each in part.corrections for line in correction_lines(each))
    yield from (f"  {came_of_line(each)}" for each in part.followed)
    for receipt in part.left:
        yield _("  in a summary to {destination}, level {level}").format(
            destination=receipt.destination, level=leaving.level(receipt.level, language())
        )


def _agreed(part: Part) -> str:
    from debrief import words

    outcome = part.record.follow_up
    return _("dated") if outcome == "dated" else words.follow_up(outcome)


def _private(part: Part, person: str, names: Mapping[str, str]) -> Iterator[str]:
    from debrief.desk.telling import private_lines

    if part.private is None:
        yield _("  the sealed part is not there, or no key on this computer opens it")
    else:
        yield from [*private_lines({person: part.private}, names)][2:]


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
