"""What is remembered of each document, and what another one of its name or round does to that.

Everything here is about a dictionary of small values that `keeping` reads and writes. It never
depends on the order in which documents came.
"""

from __future__ import annotations

import bisect
import datetime as dt
from typing import Final, Literal

import msgspec

from debrief.collecting.drop import Drop, Retraction, round_key
from debrief.collecting.numbers import Counted, counted, day_of

STATE: Final = "debrief-collected/1"


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document that was read. Its numbers are gone once its round is taken back."""

    sha256: str
    """Of what it says, see `debrief.collecting.drop.digest`."""
    site: str
    round: str
    """The digest of level `counts`, at every level."""
    week: str
    """The ISO week of the round, or of the file where the round's day is not told: `2026-W47`."""
    revision: int = 0
    level: str = ""
    counted: Counted | None = None
    retracts: bool = False
    place: tuple[str, str] = ("", "")
    """Source and name under which it was first met."""


class Seen(msgspec.Struct, omit_defaults=True):
    """The numbers of one series that were met: of one computer, for one destination."""

    numbers: list[int] = []
    """Sorted."""
    given_up: list[int] = []
    """Those that will not come, or came all the same; sorted."""
    before: dict[str, str] = {}
    """Number, as text -> id of the document that the one with the next number names."""
    last: tuple[int, str] = (0, "")
    """The largest number, and the site that it is from."""


class State(msgspec.Struct, forbid_unknown_fields=True):
    """Everything that is remembered between one collection and the next."""

    schema: str = STATE
    documents: dict[str, Kept] = {}
    """By document id."""
    different: dict[str, list[str]] = {}
    """Document id -> sha256 of all that was said under it, sorted; none of it counts."""
    series: dict[str, Seen] = {}
    """By the id of the first document, or `/SITE` where none is told."""
    marks: dict[str, dict[str, str]] = {}
    """Source -> name -> what tells that it is still the same file."""


def kept(found: Drop | Retraction, sha256: str, day: dt.date, place: tuple[str, str]) -> Kept:
    """Return what is remembered of a document that came on `day`; raises Refused."""
    if isinstance(found, Retraction):
        numbers, revision, level = None, 0, ""
    else:
        numbers, revision, level = counted(found), found.revision, found.level
        day = _day(day_of(found)) or day
    return Kept(
        sha256=sha256,
        site=found.site,
        round=round_key(found.session),
        week=week_of(day),
        revision=revision,
        level=level,
        counted=numbers,
        retracts=isinstance(found, Retraction),
        place=place,
    )


def week_of(day: dt.date) -> str:
    """Return the ISO week: `2026-W47`."""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02}"


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:  # such as 31 February
        return None


def note_place(state: State, found: Drop | Retraction) -> None:
    """Note the number that a document has among those of its computer, whatever it counts for."""
    if not found.sequence:
        return
    seen = state.series.setdefault(found.series or f"/{found.site}", Seen())
    _add(seen.numbers, found.sequence)
    for number in found.given_up:
        _add(seen.given_up, number)
    if found.previous:
        name = str(found.sequence - 1)
        seen.before[name] = max(found.previous, seen.before.get(name, ""))
    seen.last = max(seen.last, (found.sequence, found.site))


def _add(numbers: list[int], number: int) -> None:
    """Put a number into a sorted list, once."""
    at = bisect.bisect_left(numbers, number)
    if numbers[at : at + 1] != [number]:
        numbers.insert(at, number)


Taken = Literal["new", "repeat", "different"]


def take(state: State, document: str, new: Kept) -> Taken:
    """Enter a document, and tell whether it is new, known, or another one than the known."""
    old = state.documents.get(document)
    others = state.different.get(document, [])
    if old is None and not others:
        state.documents[document] = new
        return "new"
    known = {*others, *((old.sha256,) if old else ())}
    if known == {new.sha256}:
        if old is not None and new.week < old.week:
            state.documents[document] = msgspec.structs.replace(old, week=new.week)
        return "repeat"
    state.different[document] = sorted(known | {new.sha256})
    return "different"


def erased_rounds(state: State) -> frozenset[tuple[str, str]]:
    """Return site and round of everything that was taken back."""
    return frozenset(
        (one.site, one.round)
        for document, one in state.documents.items()
        if one.retracts and document not in state.different
    )


def gone(state: State) -> set[str]:
    """Return the documents of everything that was taken back."""
    rounds = erased_rounds(state)
    every = state.documents.items() if rounds else ()
    return {name for name, one in every if not one.retracts and (one.site, one.round) in rounds}


def wipe(state: State) -> None:
    """Take the numbers of rounds out that were taken back; that they were there stays known."""
    for document in gone(state):
        one = state.documents[document]
        state.documents[document] = msgspec.structs.replace(one, counted=None)


def forget(state: State, document: str) -> None:
    """Forget a document that was there in different versions, so that it is read anew."""
    state.different.pop(document, None)
    state.documents.pop(document, None)
    for names in state.marks.values():
        for name in [name for name in names if _is_of(name, document)]:
            del names[name]


def _is_of(name: str, document: str) -> bool:
    return name.rpartition("/")[2].removesuffix(".age") == document
