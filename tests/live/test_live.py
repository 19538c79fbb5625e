"""The running round: events become state, records and scans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from debrief import live as live_room
from debrief import signs
from debrief.errors import EXIT_DISK, Problem
from debrief.live import WORDS_SHOWN, Live
from debrief.session import ROUND, Refused, SignKey, replay, start
from debrief.session import events as ev
from debrief.text import clean
from tests.builders import OPENED, Clock, Memory, opened

AISHA, JONAS = "c-aisha", "c-jonas"
ANY_TEXT = st.text(max_size=60) | st.text("ae\u0301\u030aA\n\r\u200d👩\ud800\u202e ", max_size=30)


def begin(memory: Memory | None = None) -> tuple[Live, Memory]:
    """Return a round of Aisha and Jonas whose opening is on record."""
    memory = memory or Memory()
    first = opened()
    return Live(start(first), memory, Clock(), memory.append(ev.encode(first))), memory


def kinds(memory: Memory) -> list[str]:
    return [type(event).__name__ for event in memory.events()[1:]]


def said(text: str, code: str, *needles: str, **changes: object) -> tuple[signs.Sign, ...]:
    """Return a firm sign of this code at each place where a needle stands in `text`."""
    found = []
    for needle in needles:
        at = text.find(needle)
        while at >= 0:
            fields = {"subject": "counsellor", "level": "watch", "band": "firm", **changes}
            found.append(signs.Sign(code, start=at, end=at + len(needle), why="hvorfor", **fields))
            at = text.find(needle, at + 1)
    return tuple(found)


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a way to say what the scanner finds in a text."""

    def finds(rule: Callable[[str], tuple[signs.Sign, ...]]) -> None:
        monkeypatch.setattr(live_room.signs, "scan", lambda text, language, name: rule(text))

    return finds


class TestRecord:
    def test_what_happened_is_what_is_recorded(self) -> None:
        live, memory = begin()
        live.go_to_phase(1)
        live.next_voice()
        live.write("check-in", JONAS, "træt")
        live.write("check-in", JONAS, "meget træt i dag")
        live.undo()
        live.redo()
        live.do(ev.Closed(live.clock()))
        assert replay(memory.events()) == live.session

    def test_what_is_refused_is_not_recorded(self) -> None:
        live, memory = begin()
        with pytest.raises(Refused):
            live.undo()
        with pytest.raises(Refused):
            live.do(ev.LoadGiven(live.clock(), "c-nobody", 3))
        assert kinds(memory) == []

    def test_what_cannot_be_recorded_has_not_happened(self) -> None:
        class Full(Memory):
            def append(self, payload: bytes) -> int:
                if len(payload) > 10_000:
                    raise ValueError(len(payload))
                return super().append(payload)

        live, _memory = begin(Full())
        with pytest.raises(ValueError):
            live.write("shift", AISHA, "a" * 20_000)
        assert live.state.notes == {}


class TestVoices:
    def test_next_voice_goes_round_and_then_stops(self) -> None:
        live, memory = begin()
        live.go_to_phase(1)
        speakers = [live.state.speaker, live.next_voice().speaker, live.next_voice().speaker]
        assert speakers == [AISHA, JONAS, None]
        before = len(memory.records)
        live.next_voice()
        assert len(memory.records) == before

    def test_next_voice_begins_with_the_first_where_nobody_speaks(self) -> None:
        live, _memory = begin()
        assert live.next_voice().speaker == AISHA

    def test_a_pass_is_a_turn(self) -> None:
        live, _memory = begin()
        live.go_to_phase(1)
        state = live.end_turn("passed")
        assert (state.turn("check-in", AISHA), state.speaker) == ("passed", JONAS)

    def test_where_nothing_changes_nothing_is_recorded(self) -> None:
        live, memory = begin()
        live.end_turn("spoke")
        live.go_to_phase(0)
        live.go_to_phase(-1)
        live.go_to_phase(4)
        live.choose(None)
        assert kinds(memory) == []

    def test_choosing_gives_the_word(self) -> None:
        live, memory = begin()
        assert live.choose(JONAS).speaker == JONAS
        assert live.choose(None).speaker is None
        assert kinds(memory) == ["SpeakerChosen", "SpeakerChosen"]


class TestWriting:
    @given(st.lists(ANY_TEXT, max_size=6))
    @example(["e", "e\u0301", "e\u0301\u0301", ""])
    @example(["aaa", "aa", "aaaa", "\ud800", "a\r\nb"])
    def test_splices_rebuild_the_note_exactly(self, texts: list[str]) -> None:
        live, memory = begin()
        for text in texts:
            before = live.state.note("shift", AISHA)
            assert live.write("shift", AISHA, text) == (clean(text) != before)
            assert live.state.note("shift", AISHA) == clean(text)
        assert replay(memory.events()).state.notes == live.state.notes

    def test_only_what_differs_is_recorded(self) -> None:
        live, memory = begin()
        live.write("shift", AISHA, "hun sover ikke om natten")
        live.write("shift", AISHA, "hun sover næsten ikke om natten")
        assert memory.events()[-1] == ev.Wrote(
            memory.events()[-1].at, "shift", AISHA, 10, 0, "næsten "
        )

    def test_the_same_text_is_no_change(self) -> None:
        live, memory = begin()
        live.write("shift", ROUND, "a\r\nb")
        assert not live.write("shift", ROUND, "a\nb")
        assert kinds(memory) == ["Wrote"]


class TestSaved:
    def test_saved_is_said_only_when_the_disk_has_said_so(self) -> None:
        memory = Memory(at_once=False)
        live, memory = begin(memory)
        assert not live.saved.everything
        assert not live.settle(0)
        memory.sync()
        assert live.saved.everything
        live.write("shift", AISHA, "x")
        assert not live.saved.everything
        memory.sync()
        assert live.saved.everything
        assert live.settle(0)
        assert live.saved.at == OPENED + dt.timedelta(seconds=2)

    def test_a_resumed_round_counts_on_from_its_journal(self) -> None:
        first = opened()
        memory = Memory(at_once=False, last=7)
        live = Live(start(first), memory, Clock(), last=7)
        assert live.saved.everything
        live.write("shift", AISHA, "x")
        assert not live.saved.everything
        memory.sync()
        assert live.saved.everything

    def test_the_disks_news_and_troubles_are_passed_on(self) -> None:
        live, memory = begin()
        news: list[str] = []
        live.on_disk = news.append
        live.write("shift", AISHA, "x")
        memory.on_trouble(Problem("Disken er fuld.", EXIT_DISK))
        assert news == ["", "Disken er fuld."]


class TestLooking:
    def test_real_signs_in_a_danish_note(self) -> None:
        live, memory = begin()
        text = "Hun sover ikke og græder hele tiden"
        live.write("shift", AISHA, text)
        views = live.look("shift", AISHA)
        assert {view.key.code for view in views} == {"sleep", "crying"}
        for view in views:
            assert text[view.start : view.end] == view.key.words
            assert view.why
            assert view.state.decision == "open"
        live.look("shift", AISHA)
        assert kinds(memory) == ["Wrote", "SignsSeen"]

    def test_the_scanner_is_told_the_language_and_who_it_is_about(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[tuple[str, str, str | None]] = []

        def scan(text: str, language: str, name: str | None) -> tuple[signs.Sign, ...]:
            asked.append((text, language, name))
            return ()

        monkeypatch.setattr(live_room.signs, "scan", scan)
        live, _memory = begin()
        live.write("shift", AISHA, "x")
        live.look("shift", AISHA)
        live.look("shift", ROUND)
        assert asked == [("x", "da", "Aisha"), ("", "da", None)]

    def test_nothing_seen_is_nothing_recorded(self, scanner: Callable[..., None]) -> None:
        scanner(lambda text: ())
        live, memory = begin()
        live.write("shift", AISHA, "god vagt")
        assert live.look("shift", AISHA) == ()
        assert kinds(memory) == ["Wrote"]

    @pytest.mark.parametrize("decision", ["open", "confirmed", "dismissed"])
    def test_looking_again_records_nothing_new(
        self, scanner: Callable[..., None], decision: str
    ) -> None:
        scanner(
            lambda text: (
                *said(text, "sleep", "sover"),
                *said(text, "sleep", "sover", band="possible"),
                *said(text, "suicidal_thoughts", "dø", level="acute"),
            )
        )
        live, memory = begin()
        live.write("shift", AISHA, "sover, sover")
        (view,) = live.look("shift", AISHA)
        live.decide(view.key, decision)  # type: ignore[arg-type]
        live.write("shift", AISHA, "sover, sover, dø")
        assert [one.key.words for one in live.look("shift", AISHA)] == ["dø", "sover"]
        before = len(memory.records)
        for _time in range(3):
            live.look("shift", AISHA)
        assert len(memory.records) == before

    def test_signs_go_with_their_words_and_confirmed_ones_are_told_as_gone(
        self, scanner: Callable[..., None]
    ) -> None:
        scanner(lambda text: (*said(text, "sleep", "sover"), *said(text, "crying", "græd")))
        live, memory = begin()
        live.write("shift", AISHA, "sover, græd")
        first, second = live.look("shift", AISHA)
        live.decide(first.key, "confirmed")
        live.write("shift", AISHA, "")
        (gone,) = live.look("shift", AISHA)
        assert (gone.key, gone.start, gone.end, gone.state.stands) == (first.key, 0, 0, False)
        assert gone.why
        before = len(memory.records)
        assert live.look("shift", AISHA) == (gone,) == live.signs_of(AISHA)
        assert len(memory.records) == before
        assert second.key not in live.state.signs

    def test_views_stay_while_the_note_is_being_typed(self, scanner: Callable[..., None]) -> None:
        scanner(lambda text: said(text, "sleep", "sover"))
        live, _memory = begin()
        live.write("shift", AISHA, "sover")
        views = live.look("shift", AISHA)
        live.write("shift", AISHA, "hun sover")
        assert live.views("shift", AISHA) == views
        (moved,) = live.look("shift", AISHA)
        assert (moved.start, moved.end) == (4, 9)

    def test_long_evidence_is_cut_and_on_one_line(self, scanner: Callable[..., None]) -> None:
        scanner(lambda text: said(text, "sleep", text))
        live, _memory = begin()
        live.write("shift", AISHA, "a\n" * 200)
        (view,) = live.look("shift", AISHA)
        assert len(view.key.words) == WORDS_SHOWN
        assert "\n" not in view.key.words

    def test_a_closed_round_can_be_looked_at(self, scanner: Callable[..., None]) -> None:
        scanner(lambda text: said(text, "sleep", "sover"))
        live, memory = begin()
        live.write("shift", AISHA, "sover")
        live.do(ev.Closed(live.clock()))
        assert live.look("shift", AISHA) == ()
        assert kinds(memory) == ["Wrote", "Closed"]

    def test_all_of_a_persons_signs_those_of_the_running_phase_first(
        self, scanner: Callable[..., None]
    ) -> None:
        scanner(lambda text: said(text, "sleep", "sover"))
        live, _memory = begin()
        for phase in ("check-in", "shift"):
            live.write(phase, AISHA, "sover")
        live.write("shift", JONAS, "sover")
        live.go_to_phase(2)
        assert [view.key.phase for view in live.signs_of(AISHA)] == ["shift", "check-in"]
        assert {view.key.person for view in live.signs_of(AISHA)} == {AISHA}


class TestDeciding:
    @pytest.fixture
    def found(self, scanner: Callable[..., None]) -> tuple[Live, SignKey]:
        scanner(lambda text: said(text, "suicidal_thoughts", "vil dø", level="acute"))
        live, _memory = begin()
        live.write("shift", AISHA, "vil dø")
        (view,) = live.look("shift", AISHA)
        return live, view.key

    def test_what_is_not_given_stays(self, found: tuple[Live, SignKey]) -> None:
        live, key = found
        live.decide(key, level="urgent")
        live.decide(key, "confirmed")
        sign = live.state.signs[key]
        assert (sign.decision, sign.subject, sign.level) == ("confirmed", "counsellor", "urgent")

    def test_a_yes_waits_until_it_is_said_whose_it_is(self, found: tuple[Live, SignKey]) -> None:
        live, key = found
        live.decide(key, subject="unsure")
        with pytest.raises(Refused, match="whose it is"):
            live.decide(key, "confirmed")
        assert live.state.signs[key].decision == "open"
        live.decide(key, subject="case")
        live.decide(key, "confirmed")
        assert live.state.signs[key].decision == "confirmed"

    def test_given_to_the_citizen_it_opens_a_duty(self, found: tuple[Live, SignKey]) -> None:
        live, key = found
        live.decide(key, "confirmed", subject="case")
        assert [duty.kind for duty in live.state.duties.values()] == ["suicide-risk"]
        live.undo()
        assert live.state.duties == {}

    def test_a_sign_whose_words_are_gone_is_refused(self, found: tuple[Live, SignKey]) -> None:
        live, key = found
        live.write("shift", AISHA, "")
        live.look("shift", AISHA)
        with pytest.raises(Refused, match="no longer there"):
            live.decide(key, "confirmed")


def test_without_a_word_list_the_round_goes_on_and_says_why() -> None:
    live, _memory = begin()
    live.prepare()
    assert live.blind == ""
    foreign = Live(start(opened("Aisha", language="sv")), Memory())
    foreign.prepare()
    assert "sv" in foreign.blind
    assert foreign.write("check-in", "c-aisha", "Sov inte i natt.")
    assert foreign.look("check-in", "c-aisha") == ()
    assert foreign.state.note("check-in", "c-aisha") == "Sov inte i natt."


def test_a_broken_word_list_stops_no_round(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> tuple[signs.Sign, ...]:
        raise Problem("da/case.toml line 3 can't be read.")

    monkeypatch.setattr(live_room.signs, "scan", broken)
    live, _memory = begin()
    live.write("check-in", "c-aisha", "Sov ikke i nat.")
    assert live.look("check-in", "c-aisha") == ()
    assert live.blind == "da/case.toml line 3 can't be read."
