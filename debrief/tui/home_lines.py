"""What the first screen says, line by line: pure, so that it can be read and tested."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from textual.content import Content

from debrief import words
from debrief.desk import reminding
from debrief.desk.left_open import damaged, told
from debrief.i18n import _, ngettext
from debrief.tui import commands, looks

if TYPE_CHECKING:
    from debrief.desk.actions import Agreed
    from debrief.desk.following import Due
    from debrief.desk.overview import Overview, Unfinished

FEW_TEAMS: Final = 2


def newest(seen: Overview | None) -> Unfinished | None:
    """Return the newest round that was not closed and can be gone on with."""
    found = seen.unfinished if seen else ()
    return next((one for one in found if one.state is not None), None)


def idle(seen: Overview | None) -> list[str]:
    """Return the commands that have nothing to act on."""
    one = newest(seen)
    has = {
        "home.resume": bool(seen and seen.unfinished),
        "home.put-away": bool(one and one.only_set_up),
        "home.send": bool(seen and seen.waiting),
        "home.followups": bool(seen and (seen.due or seen.actions)),
    }
    return [name for name, any_ in has.items() if not any_]


def resumable(one: Unfinished, *, first: bool) -> Content:
    """Return a round that was not closed, with its key where it is the first."""
    if one.state is None:
        return Content.styled(f"▲ {one.id}  {one.problem}", "$warning")
    key = (f"{commands.shown_key('home.resume')}  " if first else "   ", "bold $accent")
    text = _("Round of {when}, {people}, phase {phase} of {phases}").format(
        when=words.moment(one.state.opened),
        people=words.count_people(len(one.state.people)),
        phase=one.state.phase + 1,
        phases=len(one.state.setup.phases),
    )
    notes = "".join(f"  {sentence}" for sentence in (*damaged(one), *told(one)))
    return Content.assemble(key, text, (notes, "$warning"), (_away(one, first), "$muted"))


def _away(one: Unfinished, first: bool) -> str:
    """Return that the round may be put away, where it may and a key does it."""
    if not (first and one.only_set_up):
        return ""
    told = _("Nothing was said in it: {key} puts it away.")
    return "  " + told.format(key=commands.shown_key("home.put-away"))


def heading(key: str, title: str) -> Content:
    """Return the heading of a section, with the key that leads there."""
    return Content.assemble((key, "bold $accent"), "  ", (title, "$muted"))


def more(count: int) -> list[Content]:
    """Return how many more there are, where there are any."""
    if count <= 0:
        return []
    text = _("and {n} more").format(n=count)
    return [Content.styled(f"  {text}", "$muted")]


def follow_up(one: Due, now: dt.datetime) -> Content:
    """Return a contact: when, how late, whom, and how it went before."""
    late = reminding.lateness(one.when, now)
    pressing = one.when < now
    style = "$warning" if pressing else "$foreground"
    told = [late, *([reminding.which(one, short=True)] if one.number > 1 else [])]
    return Content.assemble(
        (f"{'▲' if pressing else looks.AHEAD} ", style),
        (f"{words.moment(one.when):<20}", style),
        f" {one.name}",
        ("  " + " · ".join(part for part in told if part), "$muted"),
    )


def action(one: Agreed, today: dt.date) -> Content:
    """Return agreed work."""
    late = one.late(today)
    glyph, style = ("▲", "$warning") if late else (looks.AHEAD, "$foreground")
    return Content.assemble((f"{glyph} ", style), reminding.action_line(one, today))


def waits(waiting: int) -> Iterator[Content]:
    """Yield that summaries wait to leave."""
    if waiting:
        text = ngettext(
            "{n} summary has not left: {send} sends it, {show} shows it",
            "{n} summaries have not left: {send} sends them, {show} shows them",
            waiting,
        )
        send, show = commands.shown_key("home.send"), commands.shown_key("home.outbox")
        yield Content(f"{looks.AHEAD} " + text.format(n=waiting, send=send, show=show))


def missing(seen: Overview) -> Iterator[Content]:
    """Yield a line for each of a few teams whose round is missing in past weeks."""
    teams = tuple(dict.fromkeys(one.team for one in seen.gaps))
    for team in teams[:FEW_TEAMS]:
        key = commands.shown_key("home.coverage")
        yield Content.assemble((key, "bold $accent"), "  ", reminding.gap_line(seen.gaps, team))


def last(seen: Overview) -> Iterator[Content]:
    """Yield what the last round was, and whose turn it would be."""
    last = seen.last
    if last is not None and last.closed is not None:
        text = _("Last round {when}, {people}; {n} kept in all.").format(
            when=words.moment(last.closed),
            people=words.count_people(last.people),
            n=seen.held,
        )
        yield Content.styled(text, "$muted")
    if seen.leads is not None:
        yield Content.styled(reminding.leads_line(seen.leads, seen.you), "$muted")


def spare(seen: Overview) -> list[Content]:
    """Return the reminder of a spare key, while nobody else could open what was sealed."""
    if not seen.only_here:
        return []
    key = commands.shown_key("home.spare")
    told = _("Make a spare key: only this computer opens what you sealed.")
    return [Content.assemble((f"{key}  ", "bold $accent"), (told, "$muted"))]
