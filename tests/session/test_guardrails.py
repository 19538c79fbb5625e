"""What keeps a round open, what may be overridden, and what is only told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from debrief.session import ROUND
from debrief.session import events as ev
from debrief.session.guardrails import Guardrail, may_close, to_look_at, to_settle, to_tell
from debrief.session.model import Circumstances
from tests.builders import OPENED, Round, people, person, seen

AISHA, JONAS = "c-aisha", "c-jonas"
TOMORROW = OPENED + dt.timedelta(days=1)


def settled(*names: str, outcome: str = "not-needed", **changes: Any) -> Round:
    """Return a round in which everybody's next contact has this outcome."""
    held = Round(*names, **changes)
    for one in held.state.people:
        agree(held, one.id, outcome)
    return held


def agree(held: Round, who: str, outcome: str | None) -> None:
    held.do(ev.FollowUpAgreed, who, outcome, TOMORROW if outcome == "dated" else None)


def codes(found: tuple[Guardrail, ...]) -> list[tuple[str, str, str]]:
    return [(one.weight, one.code, one.about) for one in found]


class TestFollowUps:
    def test_everyone_needs_a_settled_next_contact(self) -> None:
        held = Round("Aisha", "Jonas")
        assert codes(to_settle(held.state)) == [
            ("blocks", "follow-up-missing", AISHA),
            ("blocks", "follow-up-missing", JONAS),
        ]
        assert not may_close(held.state)
        for who, outcome in ((AISHA, "dated"), (JONAS, "declined")):
            agree(held, who, outcome)
        assert may_close(held.state)

    def test_who_left_early_or_came_late_needs_one_too(self) -> None:
        held = settled("Aisha")
        held.do(ev.PersonLeft, AISHA)
        held.do(ev.PersonJoined, person("Tor"))
        assert codes(to_settle(held.state)) == [("blocks", "follow-up-missing", "c-tor")]
        agree(held, AISHA, None)
        assert len(to_settle(held.state)) == 2

    def test_what_blocks_cannot_be_overridden(self) -> None:
        held = Round("Aisha")
        held.do(ev.Overridden, Guardrail("follow-up-missing", "blocks", AISHA).key)
        assert not may_close(held.state)


class TestSilence:
    def test_who_passes_each_time_and_goes_home_alone_is_told_of(self) -> None:
        held = settled("Aisha", "Jonas")
        held.do(ev.TurnEnded, "check-in", AISHA, "passed")
        assert codes(to_tell(held.state)) == []
        held.do(ev.AloneSaid, AISHA, True)
        held.do(ev.AloneSaid, JONAS, True)
        assert codes(to_tell(held.state)) == [("tells", "passed-and-alone", AISHA)]
        held.do(ev.TurnEnded, "shift", AISHA, "spoke")
        assert codes(to_tell(held.state)) == []

    def test_it_keeps_nothing_from_being_closed_and_may_be_gone_on_from(self) -> None:
        held = settled("Aisha", outcome="declined")
        held.do(ev.TurnEnded, "check-in", AISHA, "passed")
        held.do(ev.AloneSaid, AISHA, True)
        assert may_close(held.state)
        held.do(ev.Overridden, to_tell(held.state)[0].key)
        assert codes(to_tell(held.state)) == []


class TestStops:
    @pytest.mark.parametrize(
        ("level", "outcome", "stop"),
        [
            ("acute", "dated", None),
            ("acute", "declined", "acute-without-date"),
            ("acute", "not-needed", "acute-without-date"),
            ("urgent", "dated", None),
            ("urgent", "declined", None),
            ("urgent", "not-needed", "urgent-without-date"),
            ("watch", "not-needed", None),
        ],
    )
    def test_a_grave_sign_wants_a_date(self, level: str, outcome: str, stop: str | None) -> None:
        held = settled("Aisha", outcome=outcome)
        held.confirms(AISHA, "acute_stress", level=level)
        assert codes(to_settle(held.state)) == ([("stops", stop, AISHA)] if stop else [])

    def test_signs_in_cases_want_no_date_for_the_counsellor(self) -> None:
        held = settled("Aisha")
        held.confirms(AISHA, "case_coercion", subject="case", level="acute")
        assert may_close(held.state)

    def test_who_passed_on_everything_is_offered_a_contact(self) -> None:
        held = settled("Aisha").in_phase("check-in")
        held.do(ev.TurnEnded, "check-in", AISHA, "passed")
        assert codes(to_settle(held.state)) == [("stops", "passed-on-everything", AISHA)]
        agree(held, AISHA, "declined")
        assert may_close(held.state)

    def test_a_stop_may_be_overridden_and_the_override_is_on_record(self) -> None:
        held = settled("Aisha", "Jonas")
        for who in (AISHA, JONAS):
            held.confirms(who, "acute_stress", level="urgent")
        stop, other = to_settle(held.state)
        held.do(ev.Overridden, stop.key)
        assert to_settle(held.state) == (other,)
        assert held.state.overridden == ("urgent-without-date:c-aisha",)
        held.do(ev.Overridden, stop.key)
        assert held.state.overridden == ("urgent-without-date:c-aisha",)
        held.do(ev.Undone)
        assert to_settle(held.state) == (stop, other)


class TestUnreadSigns:
    def test_an_unread_sign_of_danger_blocks_until_it_is_decided(self) -> None:
        held = settled("Aisha", "Jonas")
        (first,) = held.sees(ROUND, seen("vil dø", "suicidal_thoughts", level="acute"))
        (second,) = held.sees(JONAS, seen("vil dø", "suicidal_thoughts", level="acute"))
        assert codes(to_settle(held.state)) == [
            ("blocks", "acute-sign-unread", JONAS),
            ("blocks", "acute-sign-unread", ROUND),
        ]
        held.decides(first, "dismissed")
        held.decides(second, "dismissed")
        assert may_close(held.state)

    def test_what_is_shown_as_danger_blocks_however_sure_it_is(self) -> None:
        held = settled("Aisha")
        held.sees(AISHA, seen("vil dø", "suicidal_thoughts", level="acute", band="possible"))
        assert codes(to_settle(held.state)) == [("blocks", "acute-sign-unread", AISHA)]

    def test_what_is_less_pressing_is_told_of_and_does_not_block(self) -> None:
        held = settled("Aisha", "Jonas")
        (own,) = held.sees(AISHA, seen("vil dø", "suicidal_thoughts", level="urgent"))
        held.sees(JONAS, seen("slog barnet", "case_violence", subject="case", level="urgent"))
        assert may_close(held.state)
        assert codes(to_look_at(held.state)) == [("tells", "urgent-sign-unread", AISHA)]
        held.decides(own, "dismissed")
        assert to_look_at(held.state) == ()

    def test_words_that_went_do_not_block(self) -> None:
        held = settled("Aisha")
        held.sees(AISHA, seen("vil dø", "suicidal_thoughts", level="acute"))
        held.sees(AISHA)
        assert may_close(held.state)


def test_an_open_duty_blocks_until_it_ends() -> None:
    held = settled("Aisha")
    held.confirms(AISHA, "case_child_at_risk", subject="case", level="acute")
    assert codes(to_settle(held.state)) == [("blocks", "duty-open", "d1")]
    held.do(ev.Overridden, "duty-open:d1")
    assert not may_close(held.state)
    held.do(ev.DutyEnded, "d1", "agreed")
    assert may_close(held.state)


class TestTells:
    def test_nothing_is_told_of_an_ordinary_round(self) -> None:
        assert to_tell(Round("Aisha", "Jonas").state) == ()

    def test_danger_now_pauses_the_round(self) -> None:
        held = Round(people=(person("Aisha", place="on-site"),))
        (key,) = held.sees(AISHA, seen("vil dø", "suicidal_thoughts", level="acute"))
        assert to_tell(held.state) == ()
        held.decides(key, "confirmed")
        assert codes(to_tell(held.state)) == [("tells", "acute-now", AISHA)]

    @pytest.mark.parametrize(
        ("place", "alone", "told"),
        [
            ("home", False, "acute-at-home"),
            ("home", True, "acute-and-alone"),
            ("on-site", True, "acute-and-alone"),
            ("elsewhere", True, "acute-and-alone"),
            ("elsewhere", False, None),
        ],
    )
    def test_danger_alone_keeps_the_call_open(
        self, place: Any, alone: bool, told: str | None
    ) -> None:
        held = Round(people=(person("Aisha", place=place),))
        held.confirms(AISHA, "suicidal_thoughts", level="acute")
        held.do(ev.AloneSaid, AISHA, alone)
        found = [code for _weight, code, _about in codes(to_tell(held.state))]
        assert found == (["acute-now", told] if told else ["acute-now"])

    def test_danger_in_the_notes_about_the_round_is_told_until_it_is_somebodys(self) -> None:
        held = Round(people=(person("Aisha", place="on-site"),))
        (key,) = held.sees(ROUND, seen("vil dø", "suicidal_thoughts", level="acute"))
        held.decides(key, "confirmed")
        assert codes(to_tell(held.state)) == [("tells", "acute-of-nobody", ROUND)]
        held.decides(key, "dismissed")
        assert to_tell(held.state) == ()

    def test_danger_stays_told_after_it_was_gone_on_from(self) -> None:
        held = Round(people=(person("Aisha"),))
        key = held.confirms(AISHA, "suicidal_thoughts", level="acute")
        before = to_tell(held.state)
        for one in before:
            held.do(ev.Overridden, one.key)
        assert to_tell(held.state) == before
        held.decides(key, "dismissed")
        assert to_tell(held.state) == ()

    @pytest.mark.parametrize(
        ("around", "code"),
        [
            ({"mixed_exposure": True}, "mixed-exposure"),
            ({"supervisor_involved": True}, "supervisor-involved"),
            ({"line_manager_leads": True}, "line-manager-leads"),
        ],
    )
    def test_circumstances_said_at_the_setup(self, around: Any, code: str) -> None:
        held = Round("Aisha", circumstances=Circumstances(**around))
        assert codes(to_tell(held.state)) == [("tells", code, "")]

    @pytest.mark.parametrize(("hours", "told"), [(0.0, True), (23.9, True), (24.0, False)])
    def test_too_early_for_a_protocol_that_wants_a_day(self, hours: float, told: bool) -> None:
        held = Round("Aisha", earliest_hours=24, circumstances=Circumstances(hours_since=hours))
        assert (codes(to_tell(held.state)) == [("tells", "too-early", "")]) is told

    @pytest.mark.parametrize(
        ("kind", "number", "told"),
        [
            ("defusing", 8, False),
            ("defusing", 9, True),
            ("reference", 9, True),
            ("learning", 9, False),
            ("check-in", 9, False),
        ],
    )
    def test_a_large_group_is_split_where_feelings_are_touched(
        self, kind: str, number: int, told: bool
    ) -> None:
        group = people(*(f"P{n}" for n in range(number)))
        held = Round(people=group, protocol_kind=kind, max_people=8)
        assert (codes(to_tell(held.state)) == [("tells", "too-many", "")]) is told

    def test_late_arrivals_count_in_a_large_group(self) -> None:
        held = Round("Aisha", max_people=1)
        held.do(ev.PersonJoined, person("Tor"))
        assert codes(to_tell(held.state)) == [("tells", "too-many", "")]

    def test_a_warning_seen_is_not_told_again(self) -> None:
        held = Round("Aisha", circumstances=Circumstances(mixed_exposure=True))
        held.do(ev.Overridden, "mixed-exposure")
        assert to_tell(held.state) == ()

    def test_warnings_never_keep_the_round_open(self) -> None:
        held = settled("Aisha", circumstances=Circumstances(True, True, True), earliest_hours=24)
        assert len(to_tell(held.state)) == 4
        assert may_close(held.state)


@pytest.mark.parametrize("outcome", ["declined", "not-needed"])
def test_who_was_to_be_called_gets_a_date_or_it_is_gone_on_from(outcome: str) -> None:
    held = settled("Aisha", outcome=outcome)
    held.do(ev.CallAsked, AISHA, True)
    assert codes(to_settle(held.state)) == [("stops", "call-without-date", AISHA)]
    held.do(ev.Overridden, f"call-without-date:{AISHA}")
    assert may_close(held.state)
