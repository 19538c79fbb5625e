"""What is to be done, in lines of text: contacts, agreed work, gaps, whose turn it is."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from debrief import words
from debrief.i18n import _, ngettext

if TYPE_CHECKING:
    from debrief.desk.actions import Agreed
    from debrief.desk.following import Due
    from debrief.desk.past import Leads, Week


def offer() -> str:
    """Return what to say where it is worse, or the same a month on."""
    return _("Offer a professional assessment, and agree when you talk next.")


def lateness(when: dt.datetime, now: dt.datetime) -> str:
    """Return how late something is, or that it is today; empty while it lies ahead."""
    days = (now.astimezone().date() - when.astimezone().date()).days
    if days > 0:
        return ngettext("{n} day late", "{n} days late", days).format(n=days)
    return _("today") if days == 0 else ""


def which(one: Due, *, short: bool = False) -> str:
    """Return which contact it is, how it went last time and, unless `short`, what they wanted."""
    parts = [_("contact {n}").format(n=one.number)]
    if one.before:
        parts.append(_("last time {direction}").format(direction=words.direction(one.before)))
    if one.open and one.wants and not short:
        parts.append(words.wants(one.wants))
    if one.tries:
        parts.append(
            ngettext("not reached {n} time", "not reached {n} times", one.tries).format(n=one.tries)
        )
    return ", ".join(parts)


def came(one: Due) -> str:
    """Return what came of a contact; empty while it is open."""
    if one.open:
        return ""
    parts = [words.contact_outcome(one.outcome), words.direction(one.direction)]
    parts += [words.wants(one.wants), _("referred") if one.referral else ""]
    return ", ".join(part for part in parts if part)


def due_line(one: Due, now: dt.datetime) -> str:
    """Return a contact as one line: when, how late, whom, by whom, which, and what came of it."""
    late = lateness(one.when, now) if one.open else ""
    by = _("by {name}").format(name=one.by) if one.by else ""
    parts = (words.moment(one.when), late, one.name, by, which(one), came(one), one.session)
    return "  ".join(part for part in parts if part)


def action_line(one: Agreed, today: dt.date) -> str:
    """Return agreed work as one line: what, who, until when."""
    due = _("until {day}").format(day=_day(one.due)) if one.due else ""
    late = _("late") if one.late(today) else ""
    became = words.action_outcome(one.outcome) if one.outcome else ""
    return " · ".join(part for part in (one.text, one.owner, due, late, became) if part)


def _day(day: dt.date) -> str:
    return words.day(dt.datetime.combine(day, dt.time(12)).astimezone())


def last_time(agreed: tuple[Agreed, ...]) -> str:
    """Return the one line that asks, at the start of a round, after what was agreed before."""
    texts = "; ".join(f"{one.text} ({one.owner})" if one.owner else one.text for one in agreed)
    return _("From last time, still open: {actions}").format(actions=texts)


def gap_line(gaps: tuple[Week, ...], team: str) -> str:
    """Return in which weeks a team's round is missing."""
    weeks = sorted((one for one in gaps if one.team == team), key=lambda one: one.monday)
    numbers = ", ".join(str(one.monday.isocalendar().week) for one in weeks)
    sentence = ngettext(
        "{team}: no round in week {weeks}", "{team}: no round in weeks {weeks}", len(weeks)
    )
    return sentence.format(team=team or _("no team"), weeks=numbers)


def leads_line(one: Leads, you: str) -> str:
    """Return who led last and whose turn it would be; a suggestion, no more."""
    last = _("you") if one.last == you else one.last
    following = _("you") if one.following == you else one.following
    return _("{last} led last; by turn it would be {following}, if that suits you both.").format(
        last=last[:1].upper() + last[1:] if one.last == you else last, following=following
    )
