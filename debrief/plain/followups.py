"""Following up, question by question: who is due, what came of it, and when next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from debrief.desk import actions, following, past, reminding, times
from debrief.errors import Problem
from debrief.i18n import _
from debrief.plain import vocabulary as v
from debrief.record.following import Said

if TYPE_CHECKING:
    from debrief.desk import Desk
    from debrief.desk.actions import Agreed
    from debrief.desk.following import Due
    from debrief.plain.talk import Talk

_Code = TypeVar("_Code", bound=str)


def ask(desk: Desk, talk: Talk) -> None:
    """Go through the contacts of today and before, soonest first; raises InputEnded, Problem."""
    found = following.due(desk, past.index(desk))
    today = desk.clock().astimezone().date()
    now_due = [one for one in found if one.when.astimezone().date() <= today]
    if not now_due:
        talk.tell(_("No follow-ups are waiting."))
    for one in now_due:
        _one(desk, talk, one)
    for one in found[len(now_due) :]:
        talk.tell(reminding.due_line(one, desk.clock()))


def _one(desk: Desk, talk: Talk, one: Due) -> None:
    """Ask what came of one contact until an answer is understood; an empty line passes it over."""
    talk.tell(reminding.due_line(one, desk.clock()))
    question = _(
        "{name}: {held}, {declined}, {missed}, or a new time? An empty line goes on."
    ).format(name=one.name, **v.offered())
    while answer := talk.ask(question):
        try:
            if v.is_one_of(answer, v.HELD):
                _held(desk, talk, one)
            elif v.is_one_of(answer, v.SETTLED_WORDS["declined"]):
                following.end(desk, one, "declined")
            elif v.is_one_of(answer, v.MISSED):
                following.end(desk, one, "not-reached")
            else:
                then = times.follow_up_time(answer, desk.clock())
                following.end(desk, one, "moved", Said(then=then))
        except Problem as problem:
            talk.tell(str(problem))
            continue
        talk.tell(_("Kept."))
        return


def _held(desk: Desk, talk: Talk, one: Due) -> None:
    """Ask how it goes, what they want, and when next; keep it. Raises Problem, InputEnded."""
    direction = _choice(
        talk,
        _("Better, same or worse than last time? {better}, {same} or {worse}.").format(
            **v.offered()
        ),
        v.DIRECTION_WORDS,
    )
    wants = _choice(
        talk,
        _("More from us, less, or somebody else? {more}, {less}, {other}; or empty.").format(
            **v.offered()
        ),
        v.WANTS_WORDS,
        empty=True,
    )
    referral = talk.agrees(_("Does somebody else take it from here?"))
    if direction is not None and following.offers_more(one, direction):
        talk.tell(reminding.offer())
    then = _then(desk, talk)
    said = Said(direction, wants, referral, then)
    following.end(desk, one, "done", said)


def _choice(
    talk: Talk, question: str, table: Mapping[_Code, str], *, empty: bool = False
) -> _Code | None:
    while True:
        answer = talk.ask(question)
        found = v.code_for(answer, table)
        if found is not None or (empty and not answer):
            return found


def _then(desk: Desk, talk: Talk) -> dt.datetime | None:
    question = _("When is the next contact? A time, or an empty line for none.")
    while answer := talk.ask(question):
        try:
            return times.follow_up_time(answer, desk.clock())
        except Problem as problem:
            talk.tell(str(problem))
    return None


def from_last_time(desk: Desk, talk: Talk, team: str) -> None:
    """Ask, as one line, after the work that a team's last rounds agreed; raises InputEnded."""
    if not desk.disk.exists(desk.places.sessions):
        return
    try:
        found = actions.actions(desk, past.index(desk), team)
    except Problem as problem:
        talk.tell(str(problem))
        return
    if not found:
        return
    talk.number(_("From last time, still open:"), (_named(desk, one) for one in found))
    question = _("Which of it is done, or dropped ({dropped} 2)? Numbers; empty: all still open.")
    while answer := talk.ask(question.format(**v.offered())):
        try:
            _end(desk, found, answer)
        except Problem as problem:
            talk.tell(str(problem))
            continue
        talk.tell(_("Kept."))
        return


def _named(desk: Desk, one: Agreed) -> str:
    return reminding.action_line(one, desk.clock().astimezone().date())


def _end(desk: Desk, found: tuple[Agreed, ...], answer: str) -> None:
    """Keep what became of each action named; raises Problem before anything is kept."""
    from debrief.plain import reading

    dropped: set[int] = set()
    done: set[int] = set()
    into = done
    for word in answer.replace(",", " ").replace(";", " ").split():
        if v.is_one_of(word, v.DROPPED):
            into = dropped
        elif v.is_one_of(word, v.DONE):
            into = done
        else:
            into.add(reading.number(word, len(found)))
    for number in sorted(done | dropped):
        one = found[number - 1]
        actions.end(desk, one.session, one.number, "dropped" if number in dropped else "done")
