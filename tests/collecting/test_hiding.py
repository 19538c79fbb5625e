"""Hiding: nothing small shows, and nothing that is hidden can be worked out from what shows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.collecting import hiding
from debrief.collecting.hiding import ALL, Cell, Measure, hidden, with_totals

Shown = Mapping[Cell, int]
Hide = Callable[[Measure, int], frozenset[Cell]]


def solutions(cells: list[Cell], shown: Shown, most: int, floor: int) -> Iterator[dict[Cell, int]]:
    """Yield every table of whole numbers from `floor` to `most` that what shows leaves possible.

    Only sums and the numbers that show are used here: nothing of how cells are hidden.
    """
    lines: dict[Cell, list[Cell]] = {Cell(ALL, ALL): cells}
    for cell in cells:
        lines.setdefault(Cell(cell.site, ALL), []).append(cell)
        lines.setdefault(Cell(ALL, cell.month), []).append(cell)
    sums = {total: (of, shown[total]) for total, of in lines.items() if total in shown}
    free = [cell for cell in cells if cell not in shown]
    guess = {cell: shown[cell] for cell in cells if cell in shown}

    def fits() -> bool:
        for of, total in sums.values():
            known = [guess[cell] for cell in of if cell in guess]
            open_ = len(of) - len(known)
            if sum(known) + open_ * floor > total or sum(known) + open_ * most < total:
                return False
        return True

    def place(at: int) -> Iterator[dict[Cell, int]]:
        if at == len(free):
            yield with_totals(guess)
            return
        for value in range(floor, most + 1):
            guess[free[at]] = value
            if fits():
                yield from place(at + 1)
        guess.pop(free[at], None)

    if fits():
        yield from place(0)


def known_anyway(measure: Measure, unseen: frozenset[Cell], most: int) -> set[Cell]:
    """Return the hidden cells that have the same value in every table that is possible."""
    totals = with_totals(measure.values)
    shown = {cell: value for cell, value in totals.items() if cell not in unseen}
    open_ = set(unseen)
    for other in solutions(sorted(measure.values), shown, most, measure.floor):
        open_ = {cell for cell in open_ if other[cell] == totals[cell]}
        if not open_:
            break
    return open_


@st.composite
def tables(draw: st.DrawFn, rows: int = 3, columns: int = 3, most: int = 7) -> Measure:
    """Small tables, some with cells that are not there, some of parts of a number of people."""
    sites = [f"s{n}" for n in range(draw(st.integers(1, rows)))]
    months = [f"m{n}" for n in range(draw(st.integers(1, columns)))]
    floor = draw(st.sampled_from((0, 0, 1)))
    values, rest, whole = {}, {}, {}
    parts = draw(st.booleans()) and not floor
    for site, month in itertools.product(sites, months):
        if draw(st.integers(0, 5)) or not values:
            cell = Cell(site, month)
            values[cell] = draw(st.integers(floor, most))
            if parts:
                rest[cell] = draw(st.integers(0, most))
                whole[cell] = values[cell] + rest[cell]
    apart = draw(st.sets(st.sampled_from(sorted(with_totals(values))), max_size=1))
    return Measure(values, whole, rest, frozenset(apart), floor)


MINIMA = st.integers(2, 5)


@given(tables(), MINIMA)
def test_nothing_small_shows(measure: Measure, minimum: int) -> None:
    unseen = hidden(measure, minimum)
    for cell, value in with_totals(measure.values).items():
        assert cell in unseen or value >= minimum
    people, rest = with_totals(measure.whole), with_totals(measure.rest)
    for cell in people.keys() - unseen:
        assert people[cell] < minimum or rest[cell] >= minimum
    assert measure.apart <= unseen


@given(tables(), MINIMA)
def test_no_hidden_cell_can_be_worked_out(measure: Measure, minimum: int) -> None:
    largest = max(measure.values.values())
    assert known_anyway(measure, hidden(measure, minimum), largest + minimum + largest) == set()


@given(tables(3, 2, 3), st.integers(2, 3))
def test_a_small_one_could_be_one_that_is_not(measure: Measure, minimum: int) -> None:
    """With no people known, every cell below the minimum might as well be as large as that."""
    bare = Measure(measure.values, floor=measure.floor)
    totals = with_totals(bare.values)
    unseen = hidden(bare, minimum)
    shown = {cell: value for cell, value in totals.items() if cell not in unseen}
    small = {cell for cell in unseen if totals[cell] < minimum}
    most = max(bare.values.values()) + minimum
    for other in solutions(sorted(bare.values), shown, most, bare.floor):
        small = {cell for cell in small if other[cell] < minimum}
        if not small:
            break
    assert small == set()


@given(tables(), MINIMA)
def test_parts_stay_open_for_those_who_know_the_people(measure: Measure, minimum: int) -> None:
    """A hidden part is no certainty even where every number of people is known."""
    if not measure.whole or measure.apart or min(measure.whole.values()) < minimum:
        return
    unseen = hidden(measure, minimum)
    totals, people = with_totals(measure.values), with_totals(measure.whole)
    shown = {cell: value for cell, value in totals.items() if cell not in unseen}
    open_ = set(unseen)
    for other in solutions(sorted(measure.values), shown, max(people.values()), 0):
        if all(other[cell] <= people[cell] for cell in measure.values):
            open_ = {cell for cell in open_ if other[cell] == totals[cell]}
        if not open_:
            break
    assert open_ == set()


@given(tables(), MINIMA, st.randoms())
def test_the_order_of_cells_is_nothing(measure: Measure, minimum: int, random: object) -> None:
    turned = dict(reversed(measure.values.items()))
    other = Measure(turned, measure.whole, measure.rest, measure.apart, measure.floor)
    assert hidden(other, minimum) == hidden(measure, minimum)


def grid(*lines: tuple[int, ...]) -> Measure:
    return Measure(
        {Cell(f"s{r}", f"m{c}"): v for r, line in enumerate(lines) for c, v in enumerate(line)}
    )


def test_a_table_of_large_numbers_shows_whole() -> None:
    assert hidden(grid((9, 8), (7, 6)), 5) == frozenset()


def test_totals_are_spared_where_other_sites_can_hide_a_small_number() -> None:
    unseen = hidden(grid((3, 12, 30), (11, 13, 40), (50, 60, 70)), 5)
    assert unseen == {Cell("s0", "m0"), Cell("s0", "m1"), Cell("s1", "m0"), Cell("s1", "m1")}


def test_one_site_alone_hides_behind_its_totals() -> None:
    unseen = hidden(grid((3, 12)), 5)
    assert {Cell("s0", "m0"), Cell(ALL, "m0")} < unseen
    assert known_anyway(grid((3, 12)), unseen, 30) == set()


def test_neighbours_of_nothing_hide_nothing() -> None:
    """Two small cells side by side with a total that shows would give each other away."""
    measure = grid((0, 0, 9), (9, 9, 9))
    assert known_anyway(measure, hidden(measure, 5), 30) == set()


def test_a_large_table_is_done_in_good_time_and_hides_all_that_is_small() -> None:
    values = {
        Cell(f"s{s:03}", f"m{m:02}"): (s * 7919 + m * 104729) % 23
        for s in range(100)
        for m in range(36)
    }
    unseen = hidden(Measure(values), 5)
    assert all(cell in unseen for cell, value in values.items() if value < 5)
    assert len(unseen) < len(values)


# The brute-force check proves itself on hiding that is done wrong.


def only_small(measure: Measure, minimum: int) -> frozenset[Cell]:
    return frozenset(c for c, v in with_totals(measure.values).items() if v < minimum)


def one_more_in_each_row(measure: Measure, minimum: int) -> frozenset[Cell]:
    found = set(only_small(measure, minimum))
    for site in {cell.site for cell in measure.values}:
        row = sorted((v, c) for c, v in measure.values.items() if c.site == site)
        if any(c in found for _v, c in row):
            found |= {c for _v, c in row[:2]}
    return frozenset(found)


def rooms_forgotten(measure: Measure, minimum: int) -> frozenset[Cell]:
    patch = pytest.MonkeyPatch()
    patch.setattr(hiding._Hiding, "_room", lambda *_a, **_k: 100)
    try:
        return hidden(measure, minimum)
    finally:
        patch.undo()


def totals_always_shown(measure: Measure, minimum: int) -> frozenset[Cell]:
    return frozenset(cell for cell in hidden(measure, minimum) if ALL not in cell)


@pytest.mark.parametrize(
    "wrong",
    [only_small, one_more_in_each_row, rooms_forgotten, totals_always_shown],
    ids=lambda wrong: wrong.__name__,
)
def test_the_check_finds_hiding_that_hides_too_little(wrong: Hide) -> None:
    measures = [
        grid((3, 12), (11, 13)),
        grid((0, 0, 9), (9, 9, 9)),
        grid((1, 6, 6), (6, 7, 8), (9, 9, 9)),
        grid((0, 0), (0, 9), (9, 9)),
        grid((3, 12)),
        grid((3,), (12,), (15,)),
        grid((2, 30, 4), (6, 1, 5)),
    ]
    assert any(known_anyway(measure, wrong(measure, 5), 30) for measure in measures)
