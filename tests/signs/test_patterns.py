"""Signs that counting shows: runs of heavy loads, rising loads, and those who stayed away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief import i18n
from debrief.signs import CODES, Earlier, patterns_in

FIRST = dt.date(2026, 9, 1)
AWAY = "-"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = i18n.language()
    i18n.use("en")
    yield
    i18n.use(before)


def past(*evenings: int | str | None) -> tuple[Earlier, ...]:
    """Return sessions, oldest first: a load, None for no answer, AWAY for not there."""
    return tuple(
        Earlier(FIRST + dt.timedelta(days=at), one != AWAY, one if isinstance(one, int) else None)
        for at, one in enumerate(evenings)
    )


def found(*evenings: int | str | None, tonight: int | None = None) -> dict[str, str]:
    return {one.code: one.level for one in patterns_in(past(*evenings), tonight)}


class TestHeavyRun:
    @pytest.mark.parametrize(
        ("evenings", "tonight", "level"),
        [
            ((7, 8), 7, "watch"),
            ((7, 8), 9, "urgent"),
            ((10, 7), 7, "urgent"),
            ((9, 7, 7), 7, "watch"),
            ((8, 8, 8), None, "watch"),
            ((7, None, AWAY, 7), 7, "watch"),
            ((7, 8), None, None),
            ((7, 8), 6, None),
            ((8, 8, 8), 3, None),
            ((8, 6, 8), 8, None),
            ((), 10, None),
        ],
    )
    def test_three_heavy_loads_in_a_row(
        self, evenings: tuple[int | str | None, ...], tonight: int | None, level: str | None
    ) -> None:
        assert found(*evenings, tonight=tonight).get("heavy_run") == level

    def test_the_reason_tells_the_loads(self) -> None:
        (one,) = patterns_in(past(7, 7), 7)
        assert "7, 7, 7" in one.why


class TestLoadRising:
    @pytest.mark.parametrize(
        ("evenings", "tonight", "rises"),
        [
            ((2, 4), 5, True),
            ((4, 5), 6, True),
            ((3, 4, 5), None, True),
            ((4, None, 5), 6, True),
            ((4, 5), 5, False),
            ((1, 2), 4, False),
            ((6, 5), 7, False),
            ((5,), 9, False),
            ((2, 4, 6), 5, False),
        ],
    )
    def test_each_above_the_one_before(
        self, evenings: tuple[int | None, ...], tonight: int | None, rises: bool
    ) -> None:
        assert found(*evenings, tonight=tonight) == ({"load_rising": "watch"} if rises else {})


class TestAbsence:
    @pytest.mark.parametrize(
        ("evenings", "level"),
        [
            ((3, AWAY, AWAY), "watch"),
            ((None, AWAY, AWAY, AWAY), "watch"),
            ((7, AWAY, AWAY), "urgent"),
            ((8, None, AWAY, AWAY), "watch"),
            ((3, AWAY), None),
            ((3, AWAY, AWAY, 4), None),
            ((AWAY, AWAY, AWAY), None),
            ((), None),
        ],
    )
    def test_two_debriefs_missed_in_a_row(
        self, evenings: tuple[int | str | None, ...], level: str | None
    ) -> None:
        assert found(*evenings).get("absence") == level

    def test_one_shift_a_week_in_a_team_that_meets_every_night_is_no_absence(self) -> None:
        weekly = (3, *[AWAY] * 6) * 4
        assert found(*weekly) == {}
        assert found(*weekly, AWAY) == {"absence": "watch"}

    def test_who_is_nearly_always_there_is_missed_each_time(self) -> None:
        assert found(2, 2, AWAY, AWAY, 2, 2, AWAY, AWAY) == {"absence": "watch"}

    def test_tonights_load_changes_nothing_about_it(self) -> None:
        assert found(7, AWAY, AWAY, tonight=0) == {"absence": "urgent"}


LOAD = st.none() | st.integers(0, 10)
EVENINGS = st.lists(LOAD | st.just(AWAY), max_size=12)


@given(EVENINGS, LOAD)
def test_patterns_have_known_codes_one_each_urgent_ones_first(
    evenings: list[int | str | None], tonight: int | None
) -> None:
    signs = patterns_in(past(*evenings), tonight)
    codes = [one.code for one in signs]
    assert len(set(codes)) == len(codes)
    assert all(CODES[code].kind == "pattern" for code in codes)
    assert [one.level for one in signs] == sorted(one.level for one in signs)
    assert all(one.why and "{" not in one.why for one in signs)


@given(EVENINGS, LOAD, st.integers(0, 3))
def test_a_session_without_an_answer_changes_nothing_about_the_loads(
    evenings: list[int | str | None], tonight: int | None, silent: int
) -> None:
    loads = {"heavy_run", "load_rising"}
    before, after = (
        found(*evenings, tonight=tonight),
        found(*evenings, *[None] * silent, tonight=tonight),
    )
    assert {k: v for k, v in before.items() if k in loads} == {
        k: v for k, v in after.items() if k in loads
    }
