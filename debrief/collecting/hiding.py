"""Small cells, hidden so that they can't be worked out from what stands around them.

A table has a row for each site and a column for each month, a total for each, and one of all. First
every cell that is too small is hidden, totals too. Then, for each, other cells are hidden until it
could as well have been a good deal more (or less), with every number that still shows unchanged.

That is done with rectangles: raise one corner of four, lower its neighbours and raise the last, and
all sums stay as they were; in the rows and columns of totals the directions turn round. A corner
may be lowered to nothing at most, so neighbours that are too small themselves don't help. The
rectangle that hides the least is taken. There is always one: with the totals of its row and column
and the total of all, which may all rise together.

What this promises: of one measure, no hidden cell can be worked out from the cells that show, as
long as nothing is known but that they are whole numbers and not negative. What it doesn't: see
"Many sites" in plugins/README.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

ALL: Final = "*"
"""The site, or month, of a total; no site may be called so."""
_NEAR: Final = 12
"""How many cells of a row, and of a column, are tried for a rectangle: those that cost least."""
_NO_END: Final = math.inf


class Cell(NamedTuple):
    """Where a number stands; either may be `ALL`."""

    site: str
    month: str

    @property
    def turned(self) -> bool:
        """Tell whether it is a total of one row or one column, whose direction is turned round."""
        return (self.site == ALL) != (self.month == ALL)


class Measure(msgspec.Struct, frozen=True):
    """What is counted, by cell, without totals."""

    values: Mapping[Cell, int]
    whole: Mapping[Cell, int] = {}
    """Of how many people each counts some, where that is known."""
    rest: Mapping[Cell, int] = {}
    """How many of them it does not count."""
    apart: frozenset[Cell] = frozenset()
    """Cells, totals too, that are too small for a reason of their own."""
    floor: int = 0
    """What everybody knows that each cell is at least."""


def with_totals(values: Mapping[Cell, int]) -> dict[Cell, int]:
    """Return the cells and the totals of each site, each month, and everything."""
    sums = dict(values)
    for cell, value in values.items():
        for total in (Cell(cell.site, ALL), Cell(ALL, cell.month), Cell(ALL, ALL)):
            sums[total] = sums.get(total, 0) + value
    return sums


def hidden(measure: Measure, minimum: int) -> frozenset[Cell]:
    """Return the cells, totals too, that may not be shown with a minimum cell size of `minimum`."""
    return _Hiding(measure, minimum).cells()


class _Hiding:
    """One table on its way to being safe."""

    def __init__(self, measure: Measure, minimum: int) -> None:
        self._minimum = minimum
        self._floor = measure.floor
        self._values = with_totals(measure.values)
        self._whole = with_totals(measure.whole)
        self._rest = with_totals(measure.rest)
        self._apart = measure.apart
        self._hidden: set[Cell] = set()
        self._months: dict[str, list[str]] = {}
        self._sites: dict[str, list[str]] = {}
        for cell in sorted(self._values):
            self._months.setdefault(cell.site, []).append(cell.month)
            self._sites.setdefault(cell.month, []).append(cell.site)

    def cells(self) -> frozenset[Cell]:
        """Return all that must be hidden."""
        small = [cell for cell in sorted(self._values) if self._is_small(cell)]
        self._hidden.update(small)
        for cell in small:
            self._cover(cell)
        return frozenset(self._hidden)

    def _is_small(self, cell: Cell) -> bool:
        """Tell whether it, or what it leaves over of the people, is a small number."""
        few = self._values[cell] < self._minimum
        return few or cell in self._apart or self._leaves_few(cell)

    def _leaves_few(self, cell: Cell) -> bool:
        known = self._whole.get(cell, 0) >= self._minimum
        return known and self._rest.get(cell, 0) < self._minimum

    def _room(self, cell: Cell, up: bool, bounded: bool) -> float:
        """Return by how much the cell could be more (or less), as far as anybody can know."""
        if not up:
            return self._values[cell] - self._floor
        known = bounded and self._whole.get(cell, 0) >= self._minimum
        return self._rest.get(cell, 0) if known else _NO_END

    def _cover(self, cell: Cell) -> None:
        """Hide what it takes for the cell to be safe."""
        for up, need, bounded in self._ways(cell):
            corners = self._cheapest(cell, up, need, bounded)
            if corners is not None:
                self._hidden.update(corners)
                return
        raise AssertionError(cell)  # the last way is always there

    def _ways(self, cell: Cell) -> Iterator[tuple[bool, float, bool]]:
        """Yield how the cell could be another number: direction, by how much, within the people."""
        value = self._values[cell]
        wanted = max(self._minimum, value) if cell in self._apart else self._minimum
        rooms = {up: self._room(cell, up, bounded=True) for up in (True, False)}
        first = value < self._minimum or cell in self._apart
        for up in sorted(rooms, key=lambda up: (rooms[up] < wanted, up is not first)):
            if rooms[up] > 0:
                yield up, min(wanted, rooms[up]), True
        for up in (first, not first):
            if rooms[up] > 0:
                yield up, 1, True
        yield True, wanted, False

    def _cheapest(
        self, cell: Cell, up: bool, need: float, bounded: bool
    ) -> tuple[Cell, Cell, Cell] | None:
        """Return the three other corners of the rectangle that hides the least, if there is one."""
        rises = up != cell.turned  # the direction as if there were no totals
        beside = [
            Cell(cell.site, month) for month in self._months[cell.site] if month != cell.month
        ]
        below = [Cell(site, cell.month) for site in self._sites[cell.month] if site != cell.site]
        best: tuple[float, tuple[Cell, Cell, Cell]] | None = None
        for one in self._nearest(beside, not rises, need, bounded):
            for two in self._nearest(below, not rises, need, bounded):
                far = Cell(two.site, one.month)
                if far not in self._values or not self._moves(far, rises, need, bounded):
                    continue
                corners = (one, two, far)
                price = sum(map(self._cost, corners))
                if price == 0:
                    return corners
                if best is None or (price, corners) < best:
                    best = price, corners
        return best[1] if best else None

    def _nearest(self, cells: list[Cell], rises: bool, need: float, bounded: bool) -> list[Cell]:
        """Return those that can move by `need`, the cheapest first, and always the total."""
        fit = [cell for cell in cells if self._moves(cell, rises, need, bounded)]
        fit.sort(key=lambda cell: (self._cost(cell), cell))
        totals = [cell for cell in fit[_NEAR:] if ALL in cell]
        return fit[:_NEAR] + totals

    def _moves(self, cell: Cell, rises: bool, need: float, bounded: bool) -> bool:
        return self._room(cell, rises != cell.turned, bounded) >= need

    def _cost(self, cell: Cell) -> float:
        """Return what is lost when the cell is hidden: nothing, if it is hidden already."""
        return 0 if cell in self._hidden else self._values[cell] + 1
