"""The levels a destination can have, and the lowest level each field may leave at."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal

import msgspec

from debrief.errors import Problem
from debrief.i18n import _

Level = Literal["counts", "record", "named", "full"]
LEVELS: Final[tuple[Level, ...]] = ("counts", "record", "named", "full")
"""From least to most: numbers; the record track; who to call when; everything."""

FEW: Final = 5
"""In level `counts`, a cell that stands for fewer people than this is written `<5`."""

FIELDS: Final[Mapping[str, Level]] = MappingProxyType(
    {
        "date": "record",
        "month": "counts",
        "team": "record",
        "place": "record",
        "protocol": "record",
        "supervisor": "named",
        "people": "counts",
        "minutes": "counts",
        "phases": "counts",
        "turns": "counts",
        "follow_ups": "counts",
        "named_follow_ups": "named",
        "duties": "counts",
        "actions": "counts",
        "action_owners": "named",
        "signs": "counts",
        "notes": "full",
        "loads": "full",
        "alone": "full",
        "sign_words": "full",
    }
)
"""Field name -> lowest level that may carry it, in the order a page shows them."""

Value = str | int | list["Value"] | dict[str, "Value"]
"""What a field of a view is made of."""


class View(msgspec.Struct, frozen=True):
    """A round after the cut: all that a renderer or an exporter ever sees.

    `session_ref` names the round to the receiver; in level `counts` it is a digest, since the
    round's own id begins with its date.
    """

    level: Level
    fields: Mapping[str, Any]
    """Field name -> `Value`."""
    session_ref: str
    lang: str
    revision: int = 1
    schema: int = 1


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the one of `words` that `word` was probably meant to be."""
    close = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return close[0] if close else None


def allowed(level: Level) -> tuple[str, ...]:
    """Return the fields that may leave at `level`, in page order."""
    rank = LEVELS.index(level)
    return tuple(name for name, lowest in FIELDS.items() if LEVELS.index(lowest) <= rank)


def check_fields(level: str, fields: Sequence[str]) -> Level:
    """Return `level` if it exists and may carry every one of `fields`; raises Problem if not."""
    for known in LEVELS:
        if level == known:
            for name in fields:
                _check_field(known, name)
            return known
    raise Problem(
        _(
            "“{level}” is not a level, and nothing was sent; use counts, record, named or full."
        ).format(level=level)
    )


def _check_field(level: Level, name: str) -> None:
    """Raise Problem when `name` is no field, or one that `level` is too low for."""
    lowest = FIELDS.get(name)
    if lowest is None:
        guess = nearest(name, FIELDS)
        if guess is None:
            raise Problem(
                _(
                    "“{field}” is not a field, and nothing was sent; the fields are {fields}."
                ).format(field=name, fields=", ".join(FIELDS))
            )
        raise Problem(
            _("“{field}” is not a field, and nothing was sent; did you mean “{guess}”?").format(
                field=name, guess=guess
            )
        )
    if LEVELS.index(lowest) > LEVELS.index(level):
        permitted = allowed(level)
        raise Problem(
            _(
                "The field “{field}” needs level {lowest} and this destination has {level}, so"
                " nothing was sent; “{instead}” may go there, or give it level {lowest}."
            ).format(field=name, lowest=lowest, level=level, instead=_instead(name, permitted))
        )


_INSTEAD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "date": "month",
        "named_follow_ups": "follow_ups",
        "action_owners": "actions",
        "sign_words": "signs",
        "loads": "signs",
        "alone": "follow_ups",
        "notes": "actions",
        "supervisor": "team",
        "team": "people",
        "place": "people",
        "protocol": "phases",
    }
)


def _instead(name: str, permitted: Sequence[str]) -> str:
    """Return the permitted field that comes nearest to what `name` would have told."""
    while name not in permitted:
        name = _INSTEAD[name]
    return name
