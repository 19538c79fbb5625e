"""What is missing: numbers that were never met, and weeks in which a site fell silent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec

from debrief.collecting.kept import Kept, State, week_of

_MOST_WEEKS = 520
"""Weeks that are looked back at most."""


class Gap(msgspec.Struct, frozen=True):
    """A site whose documents are not all there, by one of its computers."""

    site: str
    missing: int
    """How many at least; of those after the last one that came nobody can know."""
    documents: tuple[str, ...] = ()
    """Ids of those that the document after them names."""
    numbers: tuple[int, ...] = ()
    """Numbers of the others."""


class Silence(msgspec.Struct, frozen=True):
    """A site from which nothing came in some weeks, after its first one."""

    site: str
    weeks: tuple[str, ...]


def missing(state: State) -> tuple[Gap, ...]:
    """Return what is missing of each series: a number below the last that nobody met or gave up."""
    found = []
    for seen in state.series.values():
        largest, site = seen.last
        known = {*seen.numbers, *seen.given_up}
        absent = _not_there(largest, known)
        if absent:
            named = {number: seen.before.get(str(number), "") for number in absent}
            ids = tuple(filter(None, named.values()))
            unnamed = tuple(number for number, document in named.items() if not document)
            found.append(Gap(site, len(absent), ids, unnamed))
    return tuple(sorted(found, key=lambda gap: (gap.site, gap.documents, gap.numbers)))


def _not_there(largest: int, known: set[int]) -> tuple[int, ...]:
    """Return the numbers below the largest that are not known; the largest may be any number."""
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
