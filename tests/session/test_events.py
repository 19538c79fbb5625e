"""Events as journal records."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.session import events as ev
from tests.builders import OPENED, opened, seen
from tests.session.test_round import CLOSED_TO

RICH = [
    *CLOSED_TO,
    opened("Åse", "Søren", team="Nat Ø"),
    ev.SpeakerChosen(OPENED, None),
    ev.TurnEnded(OPENED, "shift", "c-aisha", None),
    ev.Wrote(OPENED, "shift", "c-aisha", 3, 2, "👩‍👩‍👧 æøå\n\ttab"),
    ev.LoadGiven(OPENED, "c-aisha", None),
    ev.PersonLeft(OPENED, "c-aisha", False),
    ev.SignsSeen(OPENED, "shift", "c-aisha", (seen("sover ikke"), seen("x", "crying"))),
    ev.PatternsSeen(OPENED, "c-aisha", (seen("", "heavy_run"),)),
    ev.ActionAgreed(OPENED, "a1", "x", "y", dt.date(2026, 12, 1)),
    ev.FollowUpAgreed(OPENED, "c-aisha", "dated", OPENED, "s-4h2k"),
    ev.FollowUpAgreed(OPENED, "c-aisha", None),
]


@pytest.mark.parametrize("event", RICH, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_from_its_record(event: ev.AnyEvent) -> None:
    record = ev.encode(event)
    assert ev.decode(record) == event
    assert b"\n" not in record


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"event":"dance","at":"2026-11-21T21:00:00Z"}',
        b'{"event":"undone"}',
        b'{"event":"undone","at":"2026-11-21T21:00:00"}',
        b'{"event":"undone","at":"2026-11-21T21:00:00Z","more":1}',
        b'{"event":"load","at":"2026-11-21T21:00:00Z","person":"c-a","load":11}',
        b'{"event":"load","at":"2026-11-21T21:00:00Z","person":"c-a","load":-1}',
        b'{"event":"supervisor-load","at":"2026-11-21T21:00:00Z","load":1.5}',
        b'{"event":"turn","at":"2026-11-21T21:00:00Z","phase":"p","person":"c","turn":"sang"}',
        b'{"event":"action-dropped","at":"2026-11-21T21:00:00Z","id":"\xff"}',
        b'{"event":"follow-up","at":"2026-11-21T21:00:00Z","person":"c","outcome":"dated",'
        b'"when":"2026-11-22T21:00:00"}',
    ],
    ids=lambda record: record[:40].decode("ascii", "replace"),
)
def test_what_is_no_event_is_refused(record: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        ev.decode(record)


@given(st.binary(max_size=200))
def test_any_bytes_give_an_event_or_one_kind_of_error(record: bytes) -> None:
    try:
        ev.decode(record)
    except msgspec.MsgspecError:
        return
