"""Adding up: from what is kept of each document to the rows of the set.

A round counts once for its site: as its latest revision tells it, and where that came at several
levels, as the highest does. Nothing here depends on the order in which documents came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from debrief.collecting.hiding import Cell, Measure, hidden, with_totals
from debrief.collecting.kept import Kept, State, erased_rounds
from debrief.collecting.numbers import MEASURES, PARTS, Counted
from debrief.summary import LEVELS

COLUMNS: Final = ("measure", "site", "month", "value", "state")
How = Literal["exact", "at-least", "hidden"]


class Row(msgspec.Struct, frozen=True):
    """One number of the set; site or month `*` is a total."""

    measure: str
    site: str
    month: str
    value: int | None
    """None where it is hidden."""
    state: How
    """`at-least` where a site hid its number, or did not tell it, for some of the rounds."""


class _Sums(msgspec.Struct):
    """What one measure comes to, by cell."""

    least: dict[Cell, int] = {}
    whole: dict[Cell, int] = {}
    rest: dict[Cell, int] = {}
    unsure: dict[Cell, int] = {}

    def add(self, cell: Cell, one: Counted, measure: str) -> None:
        """Add one round."""
        value, people = one.least.get(measure), one.least.get("people")
        _add(self.least, cell, value or 0)
        _add(self.unsure, cell, measure not in one.exact)
        if measure in PARTS:
            _add(self.whole, cell, people or 0)
            told = value is not None and people is not None
            _add(self.rest, cell, max(0, (people or 0) - (value or 0)) if told else 0)


def _add(sums: dict[Cell, int], cell: Cell, value: int) -> None:
    sums[cell] = sums.get(cell, 0) + value


def rows(state: State, minimum: int, since: str = "") -> tuple[Row, ...]:
    """Return the set: every measure by site and month with totals, sorted, small cells hidden.

    Only months from `since` (`2026-01`) on are in it, totals too.
    """
    sums = {measure: _Sums() for measure in MEASURES}
    for one in rounds(state):
        if one.counted is not None and one.counted.month >= since:
            cell = Cell(one.site, one.counted.month)
            for measure, of in sums.items():
                of.add(cell, one.counted, measure)
    few = frozenset(
        cell for cell, value in with_totals(sums["rounds"].least).items() if value < minimum
    )
    found: list[Row] = []
    for measure, of in sums.items():
        found += _rows(measure, of, minimum, few if measure == "minutes" else frozenset())
    return tuple(sorted(found, key=lambda row: (row.measure, row.site, row.month)))


def _rows(measure: str, of: _Sums, minimum: int, apart: frozenset[Cell]) -> Iterable[Row]:
    """Yield the rows of one measure. A cell with minutes says no more of few rounds than that."""
    table = Measure(of.least, of.whole, of.rest, apart, floor=1 if measure == "rounds" else 0)
    unseen = hidden(table, minimum)
    unsure = with_totals(of.unsure)
    for cell, value in with_totals(of.least).items():
        if cell in unseen:
            yield Row(measure, cell.site, cell.month, None, "hidden")
        else:
            yield Row(
                measure, cell.site, cell.month, value, "at-least" if unsure[cell] else "exact"
            )


def rounds(state: State) -> Iterable[Kept]:
    """Return what counts for each round that was not taken back."""
    gone = erased_rounds(state)
    best: dict[tuple[str, str], tuple[tuple[int, int, str], Kept]] = {}
    for document, one in state.documents.items():
        key = (one.site, one.round)
        if one.counted is None or document in state.different or key in gone:
            continue
        rank = (one.revision, LEVELS.index(one.level) if one.level in LEVELS else 0, document)
        if key not in best or rank > best[key][0]:
            best[key] = rank, one
    return [one for _rank, one in best.values()]


def sites(found: Iterable[Row]) -> Mapping[str, int]:
    """Return the sites in the set, and in how many months each has rounds."""
    months: dict[str, int] = {}
    for row in found:
        if row.measure == "rounds" and "*" not in (row.site, row.month):
            months[row.site] = months.get(row.site, 0) + 1
    return months
