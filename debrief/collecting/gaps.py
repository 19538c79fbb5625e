"""What is missing: documents that others point at, and weeks in which a site fell silent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec

from debrief.collecting.kept import Kept, State, week_of

_MOST_WEEKS = 520
"""Weeks that are looked back at most."""


class Gap(msgspec.Struct, frozen=True):
    """A site whose documents are not all there."""

    site: str
    missing: int
    """How many at least."""
    documents: tuple[str, ...] = ()
    """Ids of those that another one names as the one before it."""
    numbers: tuple[int, ...] = ()
    """Numbers that are not there, where no document names the one before it."""


class Silence(msgspec.Struct, frozen=True):
    """A site from which nothing came in some weeks, after its first one."""

    site: str
    weeks: tuple[str, ...]


def missing(state: State) -> tuple[Gap, ...]:
    """Return the sites with missing documents.

    Each computer of a site counts for itself, so numbers alone tell little; what a document names
    as the one before it is looked for first. Where nothing is named, a site has one computer.
    """
    found = []
    for site, ones in _by_site(state).items():
        named = {one.previous for one in ones if one.previous}
        unseen = sorted(named - set(state.documents) - set(state.different))
        counted = {one.sequence for one in ones if one.sequence and not one.previous}
        chained = {one.sequence for one in ones if one.sequence and one.previous}
        numbers = _not_there(counted, counted | chained)
        if unseen or numbers:
            found.append(Gap(site, len(unseen) + len(numbers), tuple(unseen), numbers))
    return tuple(found)


def _not_there(counted: set[int], known: set[int]) -> tuple[int, ...]:
    """Return the numbers below the largest that nobody has; the largest may be any number."""
    largest = max(counted, default=0)
    if largest > 10 * len(known) + 1000:  # nobody lost so many: the number is not to be believed
        return (largest - 1,)
    return tuple(number for number in range(1, largest) if number not in known)


def silences(state: State, today: dt.date) -> tuple[Silence, ...]:
    """Return the weeks without a document, from a site's first to the one before this week."""
    found = []
    for site, ones in _by_site(state).items():
        seen = {one.week for one in ones}
        quiet = tuple(week for week in _weeks(min(seen), today) if week not in seen)
        if quiet:
            found.append(Silence(site, quiet))
    return tuple(found)


def _weeks(first: str, today: dt.date) -> Iterable[str]:
    """Yield the weeks from `first` to the last one that is over."""
    monday = today - dt.timedelta(days=today.weekday())
    weeks = [week_of(monday - dt.timedelta(weeks=n)) for n in range(_MOST_WEEKS, 0, -1)]
    return (week for week in weeks if week >= first)


def _by_site(state: State) -> dict[str, list[Kept]]:
    by_site: dict[str, list[Kept]] = {}
    for one in state.documents.values():
        by_site.setdefault(one.site, []).append(one)
    return dict(sorted(by_site.items()))
