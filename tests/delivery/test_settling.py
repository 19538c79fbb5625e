from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.config import About
from debrief.delivery.courier import send_due
from debrief.delivery.job import Job, Result
from debrief.delivery.outbox import Outbox
from debrief.delivery.runner import Ran
from debrief.delivery.settling import (
    FIRST_WAIT_S,
    LONGEST_MISS_S,
    LONGEST_WAIT_S,
    Settler,
    _wait,
)
from tests.delivery.conftest import NOW, Locked, config, planned, webhook

HOUR = dt.timedelta(hours=1)


@given(st.integers(0, 10_000), st.sampled_from([LONGEST_MISS_S, LONGEST_WAIT_S]))
def test_waits_grow_and_stay_inside_their_bounds(times: int, longest: float) -> None:
    seconds = _wait(times, longest).total_seconds()
    assert FIRST_WAIT_S <= seconds <= longest * 1.25


@pytest.mark.parametrize(
    ("about", "later", "state"),
    [
        (About("x", dedupe="none"), HOUR, "held"),
        (About("x", dedupe="name"), HOUR * 9000, "ready"),
        (About("x", dedupe="key"), HOUR * 9000, "ready"),
        (About("x", dedupe="key", window_hours=24), HOUR * 23, "ready"),
        (About("x", dedupe="key", window_hours=24), HOUR * 25, "held"),
        (About("x", dedupe="key", window_hours=0), HOUR * 0, "held"),
    ],
)
def test_an_unknown_one_goes_again_only_while_a_repeat_is_recognised(
    outbox: Outbox, about: About, later: dt.timedelta, state: str
) -> None:
    document = planned(outbox, config("board", webhook("https://board.example/")), "board")
    settler = Settler(outbox)
    for now in (NOW, NOW + later):
        outbox.update(document.id, lambda row: _ready(row))
        claimed = outbox.claim(document.id, now, 60)
        assert claimed is not None
        row, receipt = settler.settle(claimed, Result("unknown"), about, now)
        assert receipt is None
        assert row.first_try == NOW
    assert row.state == state


def _ready(row):
    import msgspec

    return msgspec.structs.replace(row, state="ready")


def test_being_offline_for_weeks_burns_no_attempt(outbox: Outbox) -> None:
    destinations = config("board", webhook("https://board.example/"))
    document = planned(outbox, destinations, "board")
    now = NOW
    for _day in range(50):
        now += dt.timedelta(hours=12)
        send_due(
            outbox,
            destinations,
            now,
            start=lambda _job: Ran(Result("not-sent", why="connect")),
        )
    row = outbox.row(document.id)
    assert (row.state, row.attempts, row.misses) == ("ready", 0, 50)
    assert row.next_at is not None
    assert row.next_at - now <= dt.timedelta(minutes=20)


def test_two_couriers_at_once_send_each_thing_once(tmp_path: Path) -> None:
    cipher = Locked()
    first = Outbox.open(tmp_path / "outbox.sqlite3", cipher)
    second = Outbox.open(tmp_path / "outbox.sqlite3", cipher)
    destinations = config("board", webhook("https://board.example/"))
    ids = {
        planned(first, destinations, "board", session=f"2026-11-21-s{number}").id
        for number in range(8)
    }
    sent: list[str] = []

    def start(job: Job) -> Ran:
        assert job.document is not None
        sent.append(job.document.id)
        return Ran(Result("receipt"))

    threads = [
        threading.Thread(target=send_due, args=(box, destinations, NOW), kwargs={"start": start})
        for box in (first, second)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == sorted(ids)
    assert {receipt.row for receipt in second.receipts()} == ids
    first.close()
    second.close()
