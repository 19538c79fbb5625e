"""Signs that come from counting a person's sessions, not from words. Pure.

A load that was not given is no load: it neither makes a run nor breaks one, and silence is never
read as well-being. The same holds for a session that the person was not at.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from debrief.i18n import _
from debrief.signs.codes import Level

if TYPE_CHECKING:
    import datetime as dt

RUN: Final = 3
"""So many loads are looked at, the latest of those that were given."""
HEAVY: Final = 7
"""From here on a load, 0 to 10, is heavy."""
VERY_HEAVY: Final = 9
RISE: Final = 2
"""So much a rising load must have risen in all."""
RISEN_TO: Final = 5
"""A load that rises but is still below this is left alone."""
MISSED: Final = 2
"""So many debriefs in a row without the person are an absence."""


class Earlier(NamedTuple):
    """One debrief that the person's team held: local day, whether they were there, load 0 to 10.

    `load` is None where none was given or where it cannot be read.
    """

    day: dt.date
    here: bool
    load: int | None = None


class PatternSign(NamedTuple):
    """A pattern: its code, how pressing it is, and why, as one sentence for the supervisor."""

    code: str
    level: Level
    why: str


def patterns_in(earlier: Sequence[Earlier], tonight: int | None) -> tuple[PatternSign, ...]:
    """Return what the earlier sessions, newest last, and tonight's load show, gravest first.

    `tonight` is None until a load is given; until then the latest earlier loads speak.

    The thresholds are the project's own rule, made from what practice says of drop-out and load:
    two missed debriefs are worth a human contact, and the more so after a heavy shift; a heavy
    shift is ordinary, three in a row without relief are not. No instrument stands behind them and
    no clinical validity is claimed.
    """
    found = (_absence(earlier), *_of_loads(_loads(earlier, tonight)))
    signs = [one for one in found if one is not None]
    return tuple(sorted(signs, key=lambda one: one.level != "urgent"))


def _loads(earlier: Sequence[Earlier], tonight: int | None) -> tuple[int, ...]:
    """Return the latest loads that were given, oldest first, RUN of them at most."""
    every = [*(one.load for one in earlier), tonight]
    return tuple(load for load in every if load is not None)[-RUN:]


def _of_loads(loads: tuple[int, ...]) -> tuple[PatternSign | None, ...]:
    if len(loads) < RUN:
        return ()
    return (_heavy_run(loads), _load_rising(loads))


def _heavy_run(loads: tuple[int, ...]) -> PatternSign | None:
    """Three heavy loads in a row; urgent when one of them is very heavy."""
    if min(loads) < HEAVY:
        return None
    why = _("Load {loads}: heavy three times in a row. Ask what would make the next shift lighter.")
    level: Level = "urgent" if max(loads) >= VERY_HEAVY else "watch"
    return PatternSign("heavy_run", level, why.format(loads=_listed(loads)))


def _load_rising(loads: tuple[int, ...]) -> PatternSign | None:
    """Each load above the one before, by RISE in all, up to RISEN_TO at least."""
    rises = all(one < after for one, after in itertools.pairwise(loads))
    if not rises or loads[-1] - loads[0] < RISE or loads[-1] < RISEN_TO:
        return None
    why = _("Load {loads}: it has risen each time. Ask what has changed.")
    return PatternSign("load_rising", "watch", why.format(loads=_listed(loads)))


def _listed(loads: tuple[int, ...]) -> str:
    return ", ".join(map(str, loads))


def _absence(earlier: Sequence[Earlier]) -> PatternSign | None:
    """The latest debriefs held without the person; urgent when a heavy load came before them.

    It must be longer than the gap that is usual for this person, so that someone who has one shift
    a week in a team that meets every night is not asked about it every week.
    """
    from statistics import median  # slow to load, and seldom needed

    gaps = _gaps([one.here for one in earlier])
    if not gaps or gaps[-1] < MISSED:
        return None
    usual = median(gaps[:-1]) if len(gaps) > 1 else 0
    if gaps[-1] <= usual:
        return None
    before = earlier[-gaps[-1] - 1].load
    if before is not None and before >= HEAVY:
        why = _(
            "Was not at the last {n} debriefs, after one with load {load}. "
            "Ask how they have been since; no excuse is needed."
        )
        return PatternSign("absence", "urgent", why.format(n=gaps[-1], load=before))
    why = _("Was not at the last {n} debriefs. Say that they were missed; no excuse is needed.")
    return PatternSign("absence", "watch", why.format(n=gaps[-1]))


def _gaps(here: Sequence[bool]) -> list[int]:
    """Return how many debriefs were missed after each one attended; what is before is unknown."""
    gaps: list[int] = []
    for was_here in here:
        if was_here:
            gaps.append(0)
        elif gaps:
            gaps[-1] += 1
    return gaps


__all__ = ["Earlier", "PatternSign", "patterns_in"]
