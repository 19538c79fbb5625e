"""Following up: who is to be called, what came of it, and rounds that were not held.

What was agreed is sealed in the session; what came of it is sealed beside it. Only sessions with a
contact that is still open are opened, and in them only the people it was agreed with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from debrief.desk import past, times
from debrief.errors import EXIT_INPUT, Problem
from debrief.i18n import _

if TYPE_CHECKING:
    from debrief.desk.desk import Desk
    from debrief.record.beside import Kept
    from debrief.record.following import Said
    from debrief.record.keys import Keys
    from debrief.record.shape import ContactOutcome, NotHeldReason
    from debrief.workspace.index import Index

RECENT_DAYS: Final = 45
"""How far back open contacts are looked for: the last of a series comes after a month."""
MONTH_DAYS: Final = 21
"""A contact so long after the round is the one at a month."""
_ENDED: Final = ("done", "declined", "moved")


class Due(msgspec.Struct, frozen=True):
    """A dated contact with somebody: when, which one it is, and what came of it and those before.

    `number` counts the contacts with this person from 1, in the order they were agreed.
    """

    session: str
    person: str
    name: str
    when: dt.datetime
    by: str = ""
    number: int = 1
    team: str = ""
    agreed: dt.datetime | None = None
    """When the round was closed in which the first was agreed."""
    outcome: str = ""
    """What came of it; empty while it is open."""
    tries: int = 0
    """How often they were not reached."""
    direction: str = ""
    """How it went beside last time, once it was held."""
    before: str = ""
    """How it went at the contact before."""
    wants: str = ""
    """What they wanted at the contact before, or at this one once it was held."""
    referral: bool = False

    @property
    def open(self) -> bool:
        """Whether it is still to be made."""
        return not self.outcome


class _Came(msgspec.Struct, frozen=True):
    """One follow-up file of a contact: its record, and what is sealed in it where that opens."""

    number: int
    outcome: str
    said: Said | None


def series(now: dt.datetime) -> tuple[dt.datetime, ...]:
    """Return when to talk to somebody who is followed closely: next day, 72 hours, a month."""
    return times.tomorrow(now), times.three_days(now), times.month(now)


def offers_more(one: Due, direction: str) -> bool:
    """Tell whether to agree a next contact and offer a professional assessment.

    That is so when it is worse, or when it is the same a month on.
    """
    if direction == "worse":
        return True
    late = one.agreed is not None and one.when - one.agreed >= dt.timedelta(days=MONTH_DAYS)
    return direction == "same" and late


def due(desk: Desk, found: Index, *, everything: bool = False) -> tuple[Due, ...]:
    """Return the dated contacts that this key can read, soonest first.

    Those still open and agreed lately; with `everything` all there are, those that came to an end
    too.
    """
    keys = past.keys_here(desk)
    if keys is None:
        return ()
    files = _files(found)
    contacts: list[Due] = []
    for session, name, team, closed, agreed in _sessions(desk, found, everything):
        mine = files.get(session, [])
        if not everything and _all_ended(agreed, mine):
            continue
        try:
            contacts += _of_session(desk, found, keys, (session, name, team, closed), mine)
        except Problem:  # another key's, or no longer whole: `verify` tells
            continue
    return tuple(sorted((one for one in contacts if everything or one.open), key=_when))


_File = tuple[str, str, int, str, int, str]
"""Of one follow-up: its id, whom it is about, which contact, outcome, whether another, its name."""


def _files(found: Index) -> dict[str, list[_File]]:
    from debrief.record.beside import number

    files: dict[str, list[_File]] = {}
    rows = found.ask(
        "select session, id, about, contact, outcome, again, name from followed where contact > 0"
    )
    for session, *row in sorted(rows, key=lambda row: number(row[1])):
        files.setdefault(session, []).append((row[0], row[1], row[2], row[3], row[4], row[5]))
    return files


def _sessions(desk: Desk, found: Index, everything: bool) -> list[tuple[Any, ...]]:
    since = desk.clock() - dt.timedelta(days=36_500 if everything else RECENT_DAYS)
    text = since.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return found.ask(
        "select id, name, team, closed, contacts from sessions"
        " where id in (select session from people where follow_up = 'dated')"
        " and (closed >= ? or id in (select session from followed where at >= ?))",
        [text, text],
    )


def _all_ended(agreed: int, files: Sequence[_File]) -> bool:
    """Tell from the record alone that nothing is open; files of old do not say how many."""
    ended = {one[1:3] for one in files if one[3] in _ENDED}
    return agreed > 0 and len(ended) >= agreed + sum(one[4] for one in files)


def _of_session(
    desk: Desk, found: Index, keys: Keys, which: tuple[str, ...], files: Sequence[_File]
) -> list[Due]:
    """Return every contact of one session; raises Problem."""
    from debrief.record import sessionfile

    session, name, team, closed = which
    asked = "select person from people where session = ? and follow_up = 'dated'"
    dated = {person for (person,) in found.ask(asked, [session])}
    data = desk.disk.read(desk.places.sessions / name)
    private = sessionfile.open_private(data, keys, session, only=dated)
    contacts: list[Due] = []
    for person, block in private.items():
        came = [_came(desk, keys, one) for one in files if one[1] == person]
        first = Due(session, person, str(block.get("name", person)), dt.datetime.min, team=team)
        first = msgspec.structs.replace(first, agreed=dt.datetime.fromisoformat(closed))
        contacts += _of_person(first, block.get("follow_up", {}), came)
    return contacts


def _came(desk: Desk, keys: Keys, one: _File) -> _Came:
    from debrief.record import following

    ident, _about, contact, outcome, _again, name = one
    try:
        said = following.said(desk.disk.read(desk.places.sessions / name), keys, ident)
    except Problem:
        said = None
    return _Came(contact, outcome, said)


def _of_person(first: Due, agreed: Any, came: Sequence[_Came]) -> Iterator[Due]:
    """Yield a person's contacts by time; their numbers are in the order they were agreed."""
    if not isinstance(agreed, dict):
        return
    dates = [one for one in (agreed.get("when"), *agreed.get("further", ())) if one is not None]
    dates += [one.said.then for one in came if one.said is not None and one.said.then is not None]
    before = wanted = ""
    for when, number in sorted((when, number) for number, when in enumerate(dates, 1)):
        ours = [one for one in came if one.number == number]
        ended = next((one for one in reversed(ours) if one.outcome in _ENDED), None)
        said = ended.said if ended is not None else None
        wanted = (said.wants if said is not None else None) or wanted
        direction = (said.direction if said is not None else None) or ""
        yield msgspec.structs.replace(
            first,
            when=when,
            by=str(agreed.get("by", "")),
            number=number,
            outcome=ended.outcome if ended is not None else "",
            tries=sum(one.outcome == "not-reached" for one in ours),
            direction=direction,
            before=before,
            wants=wanted,
            referral=said is not None and said.referral,
        )
        before = direction or before


def _when(one: Due) -> dt.datetime:
    return one.when


def pick(desk: Desk, wanted: str, person: str) -> Due:
    """Return the first open contact with a person of a session; raises Problem.

    `wanted` is the session by id or its start, `person` a name or a pseudonym.
    """
    session = desk.session_path(wanted).stem
    contacts = due(desk, past.index(desk), everything=True)
    ours = [one for one in contacts if one.session == session]
    theirs = [one for one in ours if person in (one.person, one.name)] or [
        one for one in ours if one.name.casefold() == person.casefold()
    ]
    one = next((one for one in theirs if one.open), None)
    if one is not None:
        return one
    if theirs:
        sentence = _("No contact with {person} is open from {session}, so nothing was kept.")
    else:
        sentence = _(
            "No dated contact with {person} can be read in {session}, so nothing was kept. "
            "`debrief followups --all` lists those there are."
        )
    raise Problem(sentence.format(person=person, session=session), EXIT_INPUT)


def end(desk: Desk, one: Due, outcome: ContactOutcome, said: Said | None = None) -> Kept:
    """Keep what came of a contact, sealed beside its session; raises Problem."""
    from debrief.record import following

    said = said or following.Said()
    _check(outcome, said)
    what = following.Contact(
        session=one.session,
        person=one.person,
        number=one.number,
        outcome=outcome,
        said=said,
        supervisor=desk.roster.supervisor,
        at=desk.clock(),
    )
    return following.follow(
        desk.disk,
        desk.places.sessions,
        what,
        desk.keys,
        recipients=desk.config.recipients,
        privacy=desk.config.privacy,
    )


def _check(outcome: str, said: Said) -> None:
    """Raise Problem for an answer that does not fit what came of the contact."""
    if outcome == "moved" and said.then is None:
        raise Problem(_("Say when it was moved to; nothing was kept."), EXIT_INPUT)
    if outcome in ("declined", "not-reached") and (said.direction or said.wants or said.then):
        sentence = _("How it goes can be kept only of a contact that was held; nothing was kept.")
        raise Problem(sentence, EXIT_INPUT)


class CameOf(msgspec.Struct, frozen=True):
    """What came of something agreed in a session, as its file says.

    `about` is a pseudonym, or `record` and then it is about agreed work.
    """

    id: str
    about: str
    number: int
    at: dt.datetime
    outcome: str
    said: Said | None = None
    """None where nothing is sealed, it was not opened, or was erased."""


def came_of(desk: Desk, session: str, opened: bool = True) -> tuple[CameOf, ...]:
    """Return what came of things agreed in a session, in the order it was noted; raises Problem.

    Without `opened` no key is asked for, and what is sealed stays so.
    """
    from debrief.record import beside, following, sessionfile

    found = []
    for name in beside.of(desk.disk, desk.places.sessions, session, beside.FOLLOW_UP):
        data = desk.disk.read(sessionfile.path_for(desk.places.sessions, name))
        one = sessionfile.read_follow_up(data, name)
        said = None
        if opened and one.contact is not None:
            try:
                said = following.said(data, desk.keys, name)
            except Problem:
                said = None
        number = one.contact or one.action or 0
        found.append(CameOf(name, one.about, number, one.at, one.outcome, said))
    return tuple(found)


def not_held(desk: Desk, team: str, reason: NotHeldReason, day: dt.date | None = None) -> Kept:
    """Keep that a team had no round on a local day (today), and why; raises Problem."""
    from debrief.record import following, sessionfile

    today = desk.clock().astimezone().date()
    if day is not None and day > today:
        raise Problem(_("That day lies ahead; nothing was kept."), EXIT_INPUT)
    what = following.NotHeld(
        team=team,
        day=day or today,
        reason=reason,
        supervisor=desk.roster.supervisor,
        at=desk.clock(),
    )
    keep = sessionfile.Retention(record_days=desk.config.retention.record_days)
    return following.not_held(desk.disk, desk.places.sessions, what, desk.keys, keep)


__all__ = [
    "CameOf", "Due", "came_of", "due", "end", "not_held", "offers_more", "pick", "series",
]  # fmt: skip
