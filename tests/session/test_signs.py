"""What happens to signs and duties when the scanner sees and the supervisor decides."""

from __future__ import annotations

import pytest

from debrief import signs
from debrief.session import ROUND, Refused, SignKey
from debrief.session import events as ev
from debrief.session.duties import CASE_TWINS, code_of, kind_of
from debrief.session.model import DUTY_CODES
from debrief.session.rounds import confirmed, gravest, sign_counts
from tests.builders import Round, seen

AISHA, JONAS = "c-aisha", "c-jonas"
SLEEP, CRYING = seen("sover ikke"), seen("græd hele natten", "crying")


class TestSeen:
    def test_a_sign_is_open_as_the_scanner_read_it(self) -> None:
        held = Round("Aisha")
        (key,) = held.sees(AISHA, SLEEP)
        sign = held.state.signs[key]
        assert (sign.decision, sign.subject, sign.level) == ("open", "counsellor", "watch")
        assert sign.stands

    def test_signs_in_other_notes_are_left_alone(self) -> None:
        held = Round("Aisha", "Jonas")
        held.sees(AISHA, SLEEP)
        held.sees(AISHA, SLEEP, phase="close")
        held.sees(JONAS, CRYING)
        held.sees(JONAS)
        assert [sign.seen for sign in held.state.signs_of(AISHA)] == [SLEEP, SLEEP]
        assert held.state.signs_of(JONAS) == ()

    def test_an_undecided_sign_goes_with_its_words(self) -> None:
        held = Round("Aisha")
        held.sees(AISHA, SLEEP, CRYING)
        held.sees(AISHA, CRYING)
        assert [sign.seen for sign in held.state.signs_of(AISHA)] == [CRYING]

    def test_a_dismissed_sign_stays_dismissed_while_its_words_stand(self) -> None:
        held = Round("Aisha")
        (key,) = held.sees(AISHA, SLEEP)
        held.decides(key, "dismissed")
        held.sees(AISHA, SLEEP, CRYING)
        assert held.state.signs[key].decision == "dismissed"
        held.sees(AISHA, CRYING)
        assert key not in held.state.signs
        held.sees(AISHA, SLEEP)
        assert held.state.signs[key].decision == "open"

    def test_a_confirmed_sign_stays_when_its_words_go(self) -> None:
        held = Round("Aisha")
        (key,) = held.sees(AISHA, SLEEP)
        held.decides(key, "confirmed", level="urgent")
        held.sees(AISHA)
        sign = held.state.signs[key]
        assert (sign.decision, sign.level, sign.stands) == ("confirmed", "urgent", False)
        held.sees(AISHA, SLEEP)
        assert held.state.signs[key].stands

    @pytest.mark.parametrize("decision", ["open", "dismissed"])
    def test_no_longer_confirmed_it_goes_if_its_words_have_gone(self, decision: str) -> None:
        held = Round("Aisha")
        (key,) = held.sees(AISHA, SLEEP)
        held.decides(key, "confirmed")
        held.sees(AISHA)
        held.decides(key, decision)
        assert held.state.signs == {}

    def test_an_untouched_sign_follows_a_new_reading_of_the_same_words(self) -> None:
        held = Round("Aisha")
        (key,) = held.sees(AISHA, seen("vil dø", "suicidal_thoughts", level="watch"))
        held.sees(AISHA, seen("vil dø", "suicidal_thoughts", level="acute", subject="unsure"))
        sign = held.state.signs[key]
        assert (sign.level, sign.subject) == ("acute", "unsure")

    def test_what_the_supervisor_said_stands_over_a_new_reading(self) -> None:
        held = Round("Aisha")
        (key,) = held.sees(AISHA, SLEEP)
        held.decides(key, "open", level="urgent")
        held.sees(AISHA, seen(SLEEP.words, subject="unsure"))
        sign = held.state.signs[key]
        assert (sign.level, sign.subject, sign.seen.subject) == ("urgent", "counsellor", "unsure")

    def test_the_first_of_two_signs_on_the_same_words_counts(self) -> None:
        held = Round("Aisha")
        held.sees(AISHA, seen("x", level="acute"), seen("x", band="possible"))
        assert [sign.level for sign in held.state.signs_of(AISHA)] == ["acute"]

    @pytest.mark.parametrize(("phase", "who"), [("nowhere", AISHA), ("shift", "c-nobody")])
    def test_signs_are_in_known_notes(self, phase: str, who: str) -> None:
        with pytest.raises(Refused):
            Round("Aisha").sees(who, SLEEP, phase=phase)

    def test_a_sign_that_is_not_there_cannot_be_decided(self) -> None:
        with pytest.raises(Refused, match="no longer there"):
            Round("Aisha").do(
                ev.SignDecided,
                *SignKey("shift", AISHA, "sleep", "hemmeligt"),
                decision="confirmed",
                subject="counsellor",
                level="watch",
            )


class TestCounting:
    def test_counts_tell_how_many_without_whose(self) -> None:
        held = Round("Aisha", "Jonas")
        first, second = held.sees(AISHA, SLEEP, CRYING)
        held.sees(JONAS, SLEEP)
        held.decides(first, "confirmed")
        held.decides(second, "dismissed")
        assert sign_counts(held.state) == {"shown": 3, "confirmed": 1, "dismissed": 1}

    def test_the_gravest_of_the_counsellors_own_confirmed_signs(self) -> None:
        held = Round("Aisha")
        assert gravest(confirmed(held.state, AISHA)) is None
        held.confirms(AISHA, "sleep")
        held.confirms(AISHA, "acute_stress", level="urgent")
        held.confirms(AISHA, "case_violence", subject="case", level="acute")
        assert gravest(confirmed(held.state, AISHA)) == "urgent"


def case(code: str = "case_violence") -> dict[str, str]:
    return {"code": code, "subject": "case", "level": "urgent"}


class TestDuties:
    @pytest.mark.parametrize("code", sorted(DUTY_CODES))
    def test_a_confirmed_case_sign_opens_a_duty_for_who_told_of_it(self, code: str) -> None:
        held = Round("Aisha")
        held.confirms(AISHA, **case(code))
        (duty,) = held.state.duties.values()
        assert (duty.kind, duty.holder, duty.outcome) == (kind_of(code), AISHA, None)
        assert code_of(duty.kind) == code
        assert not duty.by_hand

    def test_told_of_in_the_round_as_a_whole_it_is_the_supervisors(self) -> None:
        held = Round("Aisha")
        held.confirms(ROUND, **case())
        assert [duty.holder for duty in held.state.duties.values()] == ["s-4h2k"]

    def test_a_sign_only_seen_or_dismissed_opens_nothing(self) -> None:
        held = Round("Aisha")
        (key,) = held.sees(AISHA, seen("slog", **case()))
        assert held.state.duties == {}
        assert held.decides(key, "dismissed").duties == {}

    @pytest.mark.parametrize("code", ["case_destitution", "case_coercion", "case_vulnerable_adult"])
    def test_other_case_signs_open_nothing(self, code: str) -> None:
        held = Round("Aisha")
        held.confirms(AISHA, **case(code))
        assert held.state.duties == {}

    def test_a_case_sign_given_to_the_counsellor_opens_nothing(self) -> None:
        held = Round("Aisha")
        (key,) = held.sees(AISHA, seen("vil dø", **case("case_suicide_risk")))
        assert held.decides(key, "confirmed", subject="counsellor").duties == {}

    @pytest.mark.parametrize(("code", "twin"), CASE_TWINS.items())
    def test_a_counsellors_sign_given_to_the_citizen_opens_the_twins_duty(
        self, code: str, twin: str
    ) -> None:
        held = Round("Aisha")
        (key,) = held.sees(AISHA, seen("vil dø", code, level="acute"))
        state = held.decides(key, "confirmed", subject="case")
        assert [duty.kind for duty in state.duties.values()] == [kind_of(twin)]
        assert held.decides(key, "confirmed", subject="counsellor").duties == {}

    @pytest.mark.parametrize("decision", ["open", "dismissed"])
    def test_a_duty_goes_when_its_sign_is_not_confirmed_any_more(self, decision: str) -> None:
        held = Round("Aisha")
        key = held.confirms(AISHA, **case())
        assert held.decides(key, decision).duties == {}

    def test_a_duty_that_has_ended_stays(self) -> None:
        held = Round("Aisha")
        key = held.confirms(AISHA, **case())
        held.do(ev.DutyEnded, "d1", "not-a-duty")
        state = held.decides(key, "dismissed")
        assert state.duties["d1"].outcome == "not-a-duty"
        assert state.duties["d1"].ended is not None

    def test_a_duty_stays_when_the_words_of_its_sign_go(self) -> None:
        held = Round("Aisha")
        held.confirms(AISHA, **case())
        held.sees(AISHA)
        assert set(held.state.duties) == {"d1"}

    def test_one_duty_per_kind_and_holder(self) -> None:
        held = Round("Aisha", "Jonas")
        first, second = held.sees(AISHA, seen("slog", **case()), seen("truede", **case()))
        held.decides(first, "confirmed")
        held.decides(second, "confirmed")
        assert set(held.state.duties) == {"d1"}
        held.decides(first, "dismissed")
        assert set(held.state.duties) == {"d1"}
        held.confirms(JONAS, **case())
        held.confirms(AISHA, **case("case_abuse"))
        assert set(held.state.duties) == {"d1", "d2", "d3"}

    def test_a_duty_ends_and_opens_again(self) -> None:
        held = Round("Aisha")
        held.confirms(AISHA, **case())
        held.do(ev.DutyEnded, "d1", "acted")
        duty = held.do(ev.DutyEnded, "d1", None).duties["d1"]
        assert (duty.outcome, duty.ended) == (None, None)
        with pytest.raises(Refused, match="no duty"):
            held.do(ev.DutyEnded, "d9", "acted")

    def test_a_duty_opened_by_hand_is_not_taken_away_by_a_sign(self) -> None:
        held = Round("Aisha")
        held.do(ev.DutyOpened, "d1", "violence", AISHA)
        (key,) = held.sees(AISHA, seen("slog", **case()))
        for decision in ("dismissed", "confirmed", "open"):
            assert set(held.decides(key, decision).duties) == {"d1"}
        assert held.state.duties["d1"].by_hand

    def test_a_duty_by_hand_has_a_new_id_and_a_holder_in_the_round(self) -> None:
        held = Round("Aisha")
        held.do(ev.DutyOpened, "d1", "violence", "s-4h2k")
        with pytest.raises(Refused, match="already"):
            held.do(ev.DutyOpened, "d1", "abuse", AISHA)
        with pytest.raises(Refused, match="nobody"):
            held.do(ev.DutyOpened, "d2", "abuse", "c-nobody")

    def test_undo_takes_the_duty_with_the_decision(self) -> None:
        held = Round("Aisha")
        held.confirms(AISHA, **case())
        assert held.do(ev.Undone).duties == {}
        assert set(held.do(ev.Redone).duties) == {"d1"}

    def test_redo_after_the_words_went_keeps_sign_and_duty_together(self) -> None:
        held = Round("Aisha")
        key = held.confirms(AISHA, **case())
        held.do(ev.Undone)
        held.sees(AISHA)
        state = held.do(ev.Redone)
        assert set(state.duties) == {"d1"}
        assert (state.signs[key].decision, state.signs[key].stands) == ("confirmed", False)


def test_the_duty_codes_are_those_of_the_signs_room() -> None:
    assert {code for code, about in signs.CODES.items() if about.duty} == DUTY_CODES


def test_twins_are_those_of_the_signs_room() -> None:
    own = {
        code: about.twin
        for code, about in signs.CODES.items()
        if about.kind == "counsellor" and about.twin is not None
    }
    assert own.items() <= CASE_TWINS.items()
    for code, twin in CASE_TWINS.items():
        assert signs.CODES[code].kind == "counsellor"
        assert signs.CODES[twin].kind == "case"
        assert signs.CODES[twin].twin == code
