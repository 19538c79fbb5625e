"""When the next contact is: `debrief.desk.times`."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.desk import times
from debrief.errors import Problem

EVENING = dt.datetime(2026, 11, 20, 20, 24, tzinfo=dt.UTC)
"""A Friday, 21.24 in Copenhagen."""


@pytest.fixture(autouse=True, scope="module")
def copenhagen() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Europe/Copenhagen"
    time.tzset()
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


def local(*numbers: int) -> dt.datetime:
    return dt.datetime(*numbers).astimezone(dt.UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomorrow", (2026, 11, 21, 10)),
        ("i morgen 9.30", (2026, 11, 21, 9, 30)),
        ("I morgen kl. 14", (2026, 11, 21, 14)),
        ("imorgen", (2026, 11, 21, 10)),
        ("i overmorgen kl 12:15", (2026, 11, 22, 12, 15)),
        ("tonight 23:30", (2026, 11, 20, 23, 30)),
        ("i kveld 22", (2026, 11, 20, 22)),
        ("3d", (2026, 11, 23, 10)),
        ("om 3 dage kl. 11", (2026, 11, 23, 11)),
        ("in 2 weeks", (2026, 12, 4, 10)),
        ("om 2 uker 9", (2026, 12, 4, 9)),
        ("month", (2026, 12, 21, 10)),
        ("om en måned", (2026, 12, 21, 10)),
        ("2 months", (2027, 1, 20, 10)),
        ("72 timer", (2026, 11, 23, 21, 24)),
        ("+72 h", (2026, 11, 23, 21, 24)),
        ("fredag 10", (2026, 11, 27, 10)),
        ("fredag 23", (2026, 11, 20, 23)),
        ("på mandag", (2026, 11, 23, 10)),
        ("next tuesday at 4 pm", (2026, 11, 24, 16)),
        ("søn. 12.30", (2026, 11, 22, 12, 30)),
        ("22/11 10", (2026, 11, 22, 10)),
        ("22.11. kl. 10", (2026, 11, 22, 10)),
        ("22.11.2026 10:45", (2026, 11, 22, 10, 45)),
        ("22. november kl. 10", (2026, 11, 22, 10)),
        ("22 nov 2026, 08:00", (2026, 11, 22, 8)),
        ("November 22nd 8 am", (2026, 11, 22, 8)),
        ("4. mai", (2027, 5, 4, 10)),
        ("2026-11-22 10:00", (2026, 11, 22, 10)),
        ("2026-11-22T10:00", (2026, 11, 22, 10)),
        ("2026-11-22", (2026, 11, 22, 10)),
        ("23:30", (2026, 11, 20, 23, 30)),
        ("kl. 9:15", (2026, 11, 21, 9, 15)),
    ],
)
def test_a_time_is_understood_as_it_is_said(text: str, expected: tuple[int, ...]) -> None:
    assert times.follow_up_time(text, EVENING) == local(*expected)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "banan", "10", "31/2 10", "i morgen 25", "yesterday", "2026-11-20 10:00"),
        *("2024-01-01", "500 d", "2029-01-01", "99999 h", "tomorrow 10 or 11", "i dag 8"),
    ],
)
def test_what_is_no_time_ahead_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(Problem) as refused:
        times.follow_up_time(text, EVENING)
    assert str(refused.value).endswith(".")


def test_the_three_offers_come_after_this_shift() -> None:
    assert times.tomorrow(EVENING) == local(2026, 11, 21, 10)
    assert times.three_days(EVENING) == local(2026, 11, 23, 10)
    assert times.month(EVENING) == local(2026, 12, 21, 10)


def test_after_midnight_tomorrow_is_still_after_the_night() -> None:
    night = local(2026, 11, 21, 1, 10)
    assert times.tomorrow(night) == local(2026, 11, 21, 10)
    assert times.follow_up_time("i morgen 12", night) == local(2026, 11, 21, 12)
    assert times.three_days(night) == local(2026, 11, 23, 10)


def test_ten_in_the_morning_is_ten_on_both_sides_of_the_change_of_clocks() -> None:
    before = local(2026, 10, 24, 21, 0)
    assert times.tomorrow(before).astimezone().hour == 10
    assert times.month(local(2027, 2, 28, 21)).astimezone().hour == 10


def test_an_action_is_due_on_a_day() -> None:
    assert times.due_date("1/12", EVENING) == dt.date(2026, 12, 1)
    assert times.due_date("today", EVENING) == dt.date(2026, 11, 20)
    assert times.due_date("om en måned", EVENING) == dt.date(2026, 12, 21)
    for text in ("1/12 10", "2026-11-19", "2028-01-01"):
        with pytest.raises(Problem):
            times.due_date(text, EVENING)


moments = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2090, 1, 1)).map(
    lambda naive: naive.replace(tzinfo=dt.UTC)
)
WORDS = "i morgen tomorrow om in 3 d dage uger mai fredag kl 10 9.30 22/11 2026-11-22 : . / am"
words = st.sampled_from(WORDS.split())


@given(st.one_of(st.text(max_size=40), st.lists(words, max_size=5).map(" ".join)), moments)
def test_any_text_is_a_time_ahead_or_one_sentence(text: str, now: dt.datetime) -> None:
    try:
        found = times.follow_up_time(text, now)
    except Problem:
        return
    else:
        assert found.tzinfo is dt.UTC
        assert now < found <= now + dt.timedelta(days=times.LONGEST_DAYS)


@given(moments, st.integers(2, 360), st.integers(0, 23), st.integers(0, 59))
def test_every_way_to_write_a_moment_gives_that_moment(
    now: dt.datetime, days: int, hour: int, minute: int
) -> None:
    day = (now.astimezone() + dt.timedelta(days=days)).date()
    expected = dt.datetime.combine(day, dt.time(hour, minute)).astimezone(dt.UTC)
    for text in (
        f"{day.isoformat()} {hour}:{minute:02d}",
        f"{day.day}/{day.month}/{day.year} kl. {hour}.{minute:02d}",
        f"{day.day}.{day.month}. {hour}:{minute:02d}",
    ):
        assert times.follow_up_time(text, now) == expected


def test_a_leap_day_is_found_in_the_year_that_has_it() -> None:
    now = dt.datetime(2003, 8, 2, tzinfo=dt.UTC)
    found = times.follow_up_time("29.2. 10:00", now).astimezone()
    assert (found.year, found.month, found.day) == (2004, 2, 29)


@given(moments)
def test_the_offers_always_lie_ahead_at_ten(now: dt.datetime) -> None:
    offers = (times.tomorrow(now), times.three_days(now), times.month(now))
    assert now < offers[0] < offers[1] < offers[2]
    assert all(one.astimezone().hour == 10 for one in offers)
    assert offers[2].astimezone().weekday() < 5
