"""What was held: listed, of one person, by week and team, by month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from debrief.cli.context import options, out, out_json, progress, warn
from debrief.cli.shape import Group, argument, choice, option
from debrief.errors import EXIT_FOUND, EXIT_USAGE, Problem
from debrief.i18n import _

if TYPE_CHECKING:
    from debrief.desk import Desk
    from debrief.desk.past import Held, Turn
    from debrief.desk.searching import Hit
    from debrief.workspace.index import Index

_FORMATS: Final = ("text", "json")


def add_to(root: Group) -> None:
    """Add `list`, `history`, `coverage`, `search` and `trend`."""
    form = choice("--format", of=_FORMATS, help=_("How it is written."), default="text")
    root.add(
        "list",
        _("List the sessions that were held."),
        option("--team", help=_("Only this team's."), metavar=_("TEAM")),
        option("--protocol", help=_("Only by this protocol."), metavar=_("PROTOCOL")),
        option("--person", help=_("Only those this person was in."), metavar=_("PERSON")),
        option("--since", help=_("Only from this day on (YYYY-MM-DD)."), metavar=_("DAY")),
        option("--until", help=_("Only up to this day (YYYY-MM-DD)."), metavar=_("DAY")),
        option("--limit", help=_("At most so many, the newest."), type=click.IntRange(1)),
        form,
    )(_list)
    root.add(
        "history",
        _("List the sessions that one person was in."),
        argument("person", _("PERSON")),
        form,
    )(_history)
    root.add(
        "coverage",
        _("Show which weeks each team had a session in, and which not."),
        option("--weeks", help=_("How many weeks."), type=click.IntRange(1, 260), default=8),
        form,
    )(_coverage)
    root.add("trend", _("Show what was held month by month, in numbers."), form)(_trend)
    _add_search(root, form)


def _add_search(root: Group, form: click.Option) -> None:
    root.add(
        "search",
        _("Look for words in all that was written, what is sealed too."),
        argument("words", _("WORD..."), many=True),
        option("--person", help=_("Only what is about this person."), metavar=_("PERSON")),
        option("--since", help=_("Only from this day on (YYYY-MM-DD)."), metavar=_("DAY")),
        option("--until", help=_("Only up to this day (YYYY-MM-DD)."), metavar=_("DAY")),
        form,
    )(_search)


def _index(desk: Desk) -> Index:
    from debrief.desk import past

    with progress(_("Reading sessions")) as told:
        return past.index(desk, told)


def _person(desk: Desk, person: str) -> str:
    """Return the pseudonym of a person by name or pseudonym."""
    known = desk.roster.find(person)
    return known.id if known is not None else person


def day(text: str | None) -> dt.date | None:
    """Return the day that an option gives, None where it is not given; raises Problem."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Problem(
            _("{text} is not a day; write it as 2026-11-21.").format(text=text), EXIT_USAGE
        ) from None


# list


def _list(
    team: str | None,
    protocol: str | None,
    person: str | None,
    since: str | None,
    until: str | None,
    limit: int | None,
    format: str,
) -> int:
    from debrief.desk import keyring, past

    desk = options().desk()
    where = past.Where(
        team=team or "",
        protocol=protocol or "",
        person=_person(desk, person) if person else "",
        since=day(since),
        until=day(until),
    )
    held = past.held(_index(desk), where, limit)
    if format == "json":
        out_json([_row(one) for one in held])
    else:
        out(*_listed(desk, held, everything=where == past.Where()))
        if where == past.Where() and keyring.only_here(desk):
            warn(keyring.reminder())  # beside the list, for whoever counts its lines
    return EXIT_FOUND if any(one.problem for one in held) else 0


def _row(one: Held) -> dict[str, Any]:
    if one.problem:
        return {"id": one.id, "path": str(one.path), "problem": one.problem}
    return {
        "id": one.id,
        "path": str(one.path),
        "protocol": one.protocol,
        "team": one.team,
        "opened": one.opened,
        "closed": one.closed,
        "supervisor": one.supervisor,
        "people": one.people,
        "corrections": one.corrections,
    }


def _listed(desk: Desk, held: Sequence[Held], everything: bool) -> Iterator[str]:
    from debrief import words
    from debrief.record.journal import list_journals

    for path in list_journals(desk.disk, desk.places.live) if everything else ():
        yield _("{id}  not closed; go on with it: debrief run").format(id=path.name.split(".")[0])
    if not held and everything:
        yield _("No session has been closed in {folder}.").format(folder=desk.places.sessions)
    elif not held:
        yield _("No session is like that.")
    for one in held:
        if one.closed is None or one.opened is None:
            yield f"{one.id}  {one.problem}"
            continue
        when = f"{words.moment(one.opened)}-{words.clock(one.closed)}"
        corrected = _("corrected") if one.corrections else ""
        people = words.count_people(one.people)
        parts = (one.id, when, one.protocol, people, one.team, corrected)
        yield "  ".join(part for part in parts if part)


# history


def _history(person: str, format: str) -> int:
    from debrief.desk import past

    desk = options().desk()
    found = past.history(_index(desk), _person(desk, person))
    if format == "json":
        out_json(found)
    elif found:
        out(*map(_turn, found))
    else:
        out(_("{person} was in no session that is kept here.").format(person=person))
    return 0


def _turn(one: Turn) -> str:
    from debrief import words

    agreed = _("dated") if one.follow_up == "dated" else words.follow_up(one.follow_up)
    place = f"{words.place(one.place)}, {words.channel(one.channel)}"
    spoke = _("spoke {n}").format(n=one.spoke)
    passed = _("passed {n}").format(n=one.passed) if one.passed else ""
    parts = (words.moment(one.opened), one.session, words.role(one.role), place, spoke, passed)
    return "  ".join(part for part in (*parts, agreed) if part)


# coverage


def _coverage(weeks: int, format: str) -> int:
    from debrief.desk import past, telling

    desk = options().desk()
    today = desk.clock().astimezone().date()
    found = past.coverage(_index(desk), today, weeks)
    if format == "json":
        out_json(found)
    elif found:
        out(*telling.week_lines(found))
    else:
        out(_("No session was held in those weeks."))
    return 0


# search


def _search(
    words: tuple[str, ...], person: str | None, since: str | None, until: str | None, format: str
) -> int:
    from debrief.desk import past, searching, telling

    desk = options().desk()
    wanted = _person(desk, person) if person else ""
    where = past.Where(person=wanted, since=day(since), until=day(until))
    hits: list[Hit] = []
    closed = 0
    with progress(_("Looking")) as told:
        for looked in searching.search(desk, " ".join(words), where, told):
            closed += looked.closed
            hits += looked.hits
    if format == "json":
        out_json({"hits": hits, "closed": closed})
        return 0
    out(*map(telling.hit_line, hits))
    if not hits:
        out(_("Nothing was found."))
    if closed:
        out(telling.closed_line(closed))
    return 0


# trend


def _trend(format: str) -> int:
    from debrief.desk import past, telling

    found = past.trend(_index(options().desk()))
    if format == "json":
        out_json(found)
    elif found:
        out(*telling.month_lines(found))
    else:
        out(_("No session has been closed yet."))
    return 0
