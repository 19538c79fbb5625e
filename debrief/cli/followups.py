"""After the session: who is to be called, what came of it, agreed work, rounds not held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from debrief.cli.context import options, out, out_json
from debrief.cli.shape import Group, argument, choice, flag, option
from debrief.errors import EXIT_USAGE, Problem
from debrief.i18n import _

if TYPE_CHECKING:
    from debrief.desk.actions import Agreed
    from debrief.record.beside import Kept
    from debrief.record.shape import ActionOutcome, ContactOutcome, Direction, NotHeldReason, Wants

_FORMATS: Final = ("text", "json")
_DIRECTIONS: Final = ("better", "same", "worse")
_WANTS: Final = ("more", "less", "other")
_REASONS: Final = ("nobody-there", "no-need", "no-time", "other-support", "other")


def add_to(root: Group) -> None:
    """Add `followups`, `actions` and `not-held`."""
    form = choice("--format", of=_FORMATS, help=_("How it is written."), default="text")
    _add_contacts(root, form)
    _add_actions(root, form)
    root.add(
        "not-held",
        _("Keep that a team had no round, and why, so that coverage tells it from a gap."),
        option("--team", help=_("Whose round."), metavar=_("TEAM")),
        choice("--reason", of=_REASONS, help=_("Why it was not held.")),
        option("--day", help=_("On which day (YYYY-MM-DD); today by default."), metavar=_("DAY")),
    )(_not_held)


def _add_contacts(root: Group, form: click.Option) -> None:
    everything = flag("--all", help=_("Those that came to an end too."))
    group = Group(
        "followups",
        callback=_contacts,
        params=[everything, form],
        help=_("List who is to be called; with a command, keep what came of it."),
    )
    which = (argument("session", _("SESSION")), argument("person", _("PERSON")))
    then = option("--next", help=_("When the next contact is, as in `3d`."), metavar=_("WHEN"))
    group.add(
        "done",
        _("The contact was held: better, the same or worse, and nothing more is kept."),
        *which,
        choice("--direction", of=_DIRECTIONS, help=_("How it goes beside last time.")),
        choice("--wants", of=_WANTS, help=_("What they want: more, less, or somebody else.")),
        flag("--referral", help=_("Somebody else takes it from here.")),
        then,
    )(_done)
    group.add("declined", _("They did not want it."), *which)(_declined)
    group.add("not-reached", _("They were not reached; it stays open."), *which)(_not_reached)
    group.add("moved", _("It was moved."), *which, argument("when", _("WHEN")))(_moved)
    group.add("ask", _("Go through those that are due, one question at a time."))(_ask)
    root.add_command(group)


def _add_actions(root: Group, form: click.Option) -> None:
    group = Group(
        "actions",
        callback=_actions,
        params=[
            flag("--all", help=_("Those that came to an end too.")),
            option("--team", help=_("Only this team's."), metavar=_("TEAM")),
            form,
        ],
        help=_("List agreed work that is open; with a command, keep what became of it."),
    )
    which = (argument("session", _("SESSION")), argument("number", _("NUMBER")))
    group.add("done", _("It is done."), *which)(_ended("done"))
    group.add("open", _("It is still open."), *which)(_ended("open"))
    group.add("dropped", _("It was dropped."), *which)(_ended("dropped"))
    root.add_command(group)


# Contacts


def _contacts(all: bool, format: str) -> int | None:
    if click.get_current_context().invoked_subcommand is not None:
        return None
    from debrief.desk import following, past, reminding

    desk = options().desk()
    found = following.due(desk, past.index(desk), everything=all)
    if format == "json":
        out_json(found)
    elif found:
        now = desk.clock()
        out(*(reminding.due_line(one, now) for one in found))
    else:
        out(_("No follow-ups are waiting."))
    return 0


def _done(
    session: str,
    person: str,
    direction: Direction | None,
    wants: Wants | None,
    referral: bool,
    next: str | None,
) -> int:
    from debrief.desk import following, reminding, times
    from debrief.record.following import Said

    desk = options().desk()
    then = times.follow_up_time(next, desk.clock()) if next else None
    one = following.pick(desk, session, person)
    kept = following.end(desk, one, "done", Said(direction, wants, referral, then))
    _told(kept)
    if then is None and direction and following.offers_more(one, direction):
        out(reminding.offer())
    return 0


def _declined(session: str, person: str) -> int:
    return _without(session, person, "declined")


def _not_reached(session: str, person: str) -> int:
    return _without(session, person, "not-reached")


def _without(session: str, person: str, outcome: ContactOutcome) -> int:
    from debrief.desk import following

    desk = options().desk()
    _told(following.end(desk, following.pick(desk, session, person), outcome))
    return 0


def _moved(session: str, person: str, when: str) -> int:
    from debrief.desk import following, times
    from debrief.record.following import Said

    desk = options().desk()
    then = times.follow_up_time(when, desk.clock())
    one = following.pick(desk, session, person)
    _told(following.end(desk, one, "moved", Said(then=then)))
    return 0


def _ask() -> int:
    from debrief.plain.followups import ask
    from debrief.plain.talk import InputEnded, terminal

    talk = terminal()
    try:
        ask(options().desk(), talk)
    except InputEnded:
        talk.tell(_("The input ended; what was answered is kept."))
    return 0


def _told(kept: Kept) -> None:
    out(
        _("Kept beside the session as {id}.").format(id=kept.id),
        _("For the minutes: {receipt}").format(receipt=kept.receipt),
    )


# Agreed work


def _actions(all: bool, team: str | None, format: str) -> int | None:
    if click.get_current_context().invoked_subcommand is not None:
        return None
    from debrief.desk import actions, past

    desk = options().desk()
    found = actions.actions(desk, past.index(desk), team, everything=all)
    if format == "json":
        out_json(found)
    elif found:
        out(*(_line(desk, one) for one in found))
    else:
        out(_("No agreed work is open."))
    return 0


def _line(desk: Any, one: Agreed) -> str:
    from debrief.desk import reminding

    today = desk.clock().astimezone().date()
    team = f"{one.team}: " if one.team else ""
    return f"{one.session} {one.number}  {team}{reminding.action_line(one, today)}"


def _ended(outcome: ActionOutcome) -> Any:
    def end(session: str, number: str) -> int:
        from debrief.desk import actions, past
        from debrief.plain.reading import number as read

        desk = options().desk()
        one = actions.pick(desk, past.index(desk), session, read(number, 9999))
        _told(actions.end(desk, one.session, one.number, outcome))
        return 0

    return end


# Rounds not held


def _not_held(team: str | None, reason: NotHeldReason | None, day: str | None) -> int:
    from debrief.cli.past import day as read
    from debrief.desk import following

    if reason is None:
        raise Problem(
            _("Nothing was kept: say why with --reason, one of: {known}.").format(
                known=", ".join(_REASONS)
            ),
            EXIT_USAGE,
        )
    desk = options().desk()
    whose = team or desk.config.team or desk.roster.team
    kept = following.not_held(desk, whose, reason, read(day))
    out(
        _("Kept in the record as {id}; coverage shows it.").format(id=kept.id),
        _("For the minutes: {receipt}").format(receipt=kept.receipt),
    )
    return 0
