"""Nothing but the numbers of a document, of whatever level it is.

A number may be hidden before it leaves a site: `<5` is at least none, `5+` at least five. What
comes out of here is for each measure what it is at least, and whether it is exactly that. A text of
any other form never comes out; the document is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from debrief.collecting.drop import Drop, Refused

MEASURES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "rounds": (),
        "minutes": ("minutes",),
        "people": ("people",),
        "turns_spoke": ("turns", "spoke"),
        "turns_passed": ("turns", "passed"),
        "turns_left": ("turns", "left"),
        "follow_ups_dated": ("follow_ups", "dated"),
        "follow_ups_declined": ("follow_ups", "declined"),
        "duties_acted": ("duties", "acted"),
        "duties_agreed": ("duties", "agreed"),
        "duties_not_a_duty": ("duties", "not-a-duty"),
        "duties_open": ("duties", "open"),
        "actions": ("actions",),
        "signs_acute": ("signs", "acute"),
        "signs_urgent": ("signs", "urgent"),
        "signs_watch": ("signs", "watch"),
    }
)
"""Measure -> where it stands in the fields. People who needed no follow-up are left out: they are
all the others, so with them a hidden number of those who declined could be worked out."""

PARTS: Final = frozenset(
    name for name, at in MEASURES.items() if at[:1] in (("turns",), ("follow_ups",))
)
"""Measures that count some of the people."""

_MONTH: Final = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")
_DATE: Final = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_FEWER: Final = re.compile(r"<[0-9]{1,2}")
_MORE: Final = re.compile(r"([0-9]{1,2})\+")
_MOST: Final = 100_000


class Counted(msgspec.Struct, frozen=True, omit_defaults=True):
    """The numbers of one round."""

    month: str
    """`2026-11`."""
    least: dict[str, int]
    """Measure -> what it is at least; one that was not told is not there."""
    exact: tuple[str, ...] = ()
    """Those of them that are exactly that, sorted."""


def counted(drop: Drop) -> Counted:
    """Return the numbers of a drop; raises Refused when it tells no month, or no numbers."""
    fields = drop.fields
    month = _month(fields)
    least: dict[str, int] = {"rounds": 1}
    exact = {"rounds"}
    for measure, place in MEASURES.items():
        value = _value(drop, place) if place else None
        if value is None:
            continue
        least[measure], sure = _number(value)
        if sure:
            exact.add(measure)
    return Counted(month, least, tuple(sorted(exact)))


def day_of(drop: Drop) -> str:
    """Return the day of the round if the drop tells it, as `2026-11-21`, or nothing."""
    day = drop.fields.get("date", "")
    return day if isinstance(day, str) and _DATE.fullmatch(day) else ""


def _month(fields: Mapping[str, Any]) -> str:
    """Return the month, from the field of that name or the date; raises Refused."""
    date, month = fields.get("date"), fields.get("month")
    if date is not None and (not isinstance(date, str) or not _DATE.fullmatch(date)):
        raise Refused("field")
    found = month if month is not None else (date or "")[:7]
    if not isinstance(found, str) or not _MONTH.fullmatch(found):
        raise Refused("field")
    return found


def _value(drop: Drop, place: tuple[str, ...]) -> Any:
    """Return what a field tells of a measure, or None where it tells nothing of it.

    From level `record` on, duties and agreed work come one by one and are counted here, and turns
    are turns and no longer people, so they are not this measure.
    """
    name = place[0]
    field = drop.fields.get(name)
    if field is None or (name == "turns" and drop.level != "counts"):
        return None
    if name == "actions" and isinstance(field, list):
        return len(field)
    if name == "duties" and isinstance(field, list):
        field = Counter(one.get("outcome") for one in field if _is_entry(one))
        return field[place[1]]
    if len(place) == 1:
        return field
    if not isinstance(field, dict) or place[1] not in field:
        raise Refused("field")
    return field[place[1]]


def _is_entry(one: Any) -> bool:
    """Tell that this is a duty as the record has them; raises Refused if it isn't."""
    if not isinstance(one, dict) or not isinstance(one.get("outcome"), str):
        raise Refused("field")
    return True


def _number(value: Any) -> tuple[int, bool]:
    """Return what a number is at least and whether it is exactly that; raises Refused."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST:
        return value, True
    if isinstance(value, str):
        if _FEWER.fullmatch(value):
            return 0, False
        if more := _MORE.fullmatch(value):
            return int(more[1]), False
    raise Refused("field")
