"""Several dated contacts, who asked for a call, and who is to be followed closely."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.session import Refused
from debrief.session import events as ev
from debrief.session.model import FollowUp
from debrief.session.rounds import HEAVY, flagged
from tests.builders import OPENED, Round

AISHA, JONAS = "c-aisha", "c-jonas"
DAYS = st.lists(st.integers(1, 300), min_size=1, max_size=6)


def after(days: float) -> dt.datetime:
    return OPENED + dt.timedelta(days=days)


@given(DAYS)
def test_contacts_are_kept_soonest_first_each_once(days: list[int]) -> None:
    held = Round()
    first, *further = map(after, days)
    held.do(ev.FollowUpAgreed, AISHA, "dated", first, further=tuple(further))
    agreed = held.state.follow_ups[AISHA]
    assert agreed.dates == tuple(after(day) for day in sorted({*days}))
    assert agreed.when == min(first, *further) if further else first


def test_only_a_dated_one_has_further_dates() -> None:
    held = Round()
    for outcome in ("declined", "not-needed", None):
        with pytest.raises(Refused, match="further dates"):
            held.do(ev.FollowUpAgreed, AISHA, outcome, None, further=(after(3),))
    assert held.state.follow_ups == {}


def test_a_journal_of_before_reads_as_it_did() -> None:
    old = (
        b'{"event":"follow-up","at":"2026-11-21T21:00:00Z","person":"c-aisha","outcome":"dated",'
        b'"when":"2026-11-22T09:00:00Z","by":"Ida"}'
    )
    event = ev.decode(old)
    assert isinstance(event, ev.FollowUpAgreed)
    assert event.further == ()
    held = Round()
    held.do(lambda _at: event)
    when = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
    assert held.state.follow_ups[AISHA] == FollowUp("dated", when, "Ida")
    assert FollowUp("declined").dates == ()


def test_a_load_from_seven_on_flags() -> None:
    held = Round()
    for load in range(11):
        held.do(ev.LoadGiven, AISHA, load)
        assert flagged(held.state, AISHA) == (load >= HEAVY)
    assert not flagged(held.state, JONAS)


@pytest.mark.parametrize(("level", "flags"), [("acute", True), ("urgent", True), ("watch", False)])
def test_a_grave_sign_flags_once_it_is_confirmed(level: str, flags: bool) -> None:
    held = Round()
    key = held.confirms(AISHA, "intrusion", level=level)
    assert flagged(held.state, AISHA) == flags
    held.decides(key, "dismissed")
    assert not flagged(held.state, AISHA)


def test_the_citizens_sign_flags_nobody() -> None:
    held = Round()
    held.confirms(AISHA, "case_suicide_risk", level="acute", subject="case")
    assert not flagged(held.state, AISHA)


def test_who_asks_for_a_call_is_flagged_until_they_take_it_back() -> None:
    held = Round()
    held.do(ev.CallAsked, AISHA)
    assert flagged(held.state, AISHA)
    held.do(ev.CallAsked, AISHA, asked=False)
    assert not flagged(held.state, AISHA)
    with pytest.raises(Refused):
        held.do(ev.CallAsked, "c-nobody")
