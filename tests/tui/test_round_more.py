"""The round's further keys, each taken back by one; and what a whole round costs in keys."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from debrief import i18n
from debrief.session import events as ev
from debrief.session.together import groups_now
from debrief.tui.cards import GuardCard
from debrief.tui.screens.close import CloseScreen
from debrief.tui.screens.round import RoundScreen
from debrief.tui.widgets.notes import Notes
from tests.builders import people

NAMES = ("Aisha", "Jonas", "Mette", "Per")


@pytest.fixture
def live(start_round):
    return start_round(*NAMES)


async def test_a_number_gives_the_word_to_a_person(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("alt+3")
        assert live.state.speaker == "c-mette"
        await screen.press("ctrl+f", "2")
        assert live.state.speaker == "c-jonas"
        assert isinstance(screen.app.focused, Notes)
        await screen.press("alt+9", "alt+1")
        assert live.state.speaker == "c-aisha"
        await screen.press("ctrl+b", "ctrl+b")
        assert live.state.speaker == "c-mette"


async def test_a_phase_s_questions_are_stepped_through_and_begin_again(opened, live) -> None:
    async with opened(live) as screen:
        phase = live.state.plan.key
        lines = screen.app.screen._protocol.phase(phase).prompts.da
        assert len(lines) > 1
        for line in (*lines, lines[0]):
            assert line in " ".join(screen.text("#prompt").split())
            await screen.press("ctrl+s")


async def test_who_is_to_be_called_and_who_is_alone_stands_in_the_table(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("f6")
        assert live.state.alone == {"c-aisha"}
        assert "°" in screen.shown()
        await screen.press("alt+c")
        assert live.state.wants_call == {"c-aisha"}
        assert "›" in screen.shown()
        assert "Aisha is to be called" in screen.text("#agreed")
        await screen.press("ctrl+b")
        assert live.state.wants_call == set()
        await screen.press("alt+b")
        assert live.state.person("c-aisha").buddy == "c-jonas"
        assert "calls Jonas first" in screen.text("#agreed")


async def test_the_question_stands_in_two_languages(opened, live) -> None:
    phase = live.state.plan.key
    async with opened(live) as screen:
        lines = screen.app.screen._protocol.phase(phase).prompts
        assert lines.nb[0] not in screen.text("#prompt")
        await screen.press("alt+t")
        assert lines.da[0] in screen.text("#prompt")
        assert lines.nb[0] in screen.text("#prompt")
        await screen.press("alt+t")
        assert lines.en[0] in screen.text("#prompt")
        await screen.press("alt+t")
        assert lines.nb[0] not in screen.text("#prompt")
        assert lines.en[0] not in screen.text("#prompt")


async def test_a_phase_is_passed_by_the_group_and_taken_back(opened, live) -> None:
    async with opened(live) as screen:
        await screen.press("alt+g")
        assert live.state.plan.key == "shift"
        assert live.state.passed == {"check-in"}
        assert "– Tjek ind" in screen.shown()
        await screen.press("ctrl+b")
        assert live.state.plan.key == "check-in"
        assert live.state.passed == frozenset()


async def test_the_last_phase_passed_leads_to_the_close(opened, live) -> None:
    live.go_to_phase(5)
    async with opened(live) as screen:
        await screen.press("alt+g")
        assert isinstance(screen.app.screen, CloseScreen)
        assert live.state.passed == {"close"}


async def test_pairs_are_made_shown_and_made_anew(opened, start_round) -> None:
    live = start_round(*NAMES, "Bo", "Eva", protocol="large-round")
    live.lot = lambda ids: list(reversed(ids))
    async with opened(live) as screen:
        await screen.press("ctrl+g")
        assert live.state.plan.key == "pairs"
        assert "Eva + Bo   Per + Mette   Jonas + Aisha" in screen.text("#prompt")
        live.lot = list
        await screen.press("alt+p")
        assert "Aisha + Jonas   Mette + Per   Bo + Eva" in screen.text("#prompt")
        await screen.press("ctrl+b")
        assert groups_now(live.state)[0] == ("c-eva", "c-bo")
        live.lot = lambda ids: list(reversed(ids))
        await screen.press("alt+s")
        assert live.state.people[0].name == "Eva"


async def test_a_protocol_that_keeps_nothing_says_so_and_takes_no_word(opened, start_round) -> None:
    live = start_round(*NAMES, "Bo", protocol="balint")
    async with opened(live) as screen:
        assert "Nothing is written" in screen.shown()
        assert "keeps nothing of what is said" in screen.shown()
        await screen.write("hemmeligt")
        await screen.rest()
        await screen.press("ctrl+n", "ctrl+l", "5")
        assert live.state.notes == {}
        assert live.state.loads == {}
        assert "hemmeligt" not in screen.shown()


async def test_silence_is_counted_down_in_words(opened, desk, clock) -> None:
    setup = desk.setup(desk.protocol("shift-defuse"), people("Aisha"), "da", silence=True)
    live = desk.start(setup)
    async with opened(live) as screen:
        assert "quiet, 60 s left" in screen.shown()
        clock.skip(38)
        screen.app.screen.show_time()
        await screen.settle()
        assert "quiet, 25 s left" in screen.shown()
        clock.skip(30)
        screen.app.screen.show_time()
        await screen.settle()
        assert "quiet" not in screen.shown()


async def test_who_was_to_come_late_comes_by_name(opened, desk) -> None:
    aisha, jonas = people("Aisha", "Jonas")
    late = msgspec.structs.replace(jonas, stay="late")
    live = desk.start(desk.setup(desk.protocol("shift-defuse"), (aisha, late), "da"))
    async with opened(live) as screen:
        assert "… Jonas" in screen.shown()
        await screen.press("ctrl+r")
        await screen.write("jonas")
        await screen.press("enter")
        assert live.state.left == frozenset()
        assert len(live.state.people) == 2
        assert "… Jonas" not in screen.shown()


async def danger(screen) -> None:
    await screen.write("Aisha siger: jeg vil ikke leve mere.")
    await screen.rest()
    await screen.press("f2")


async def test_danger_to_a_counsellor_is_a_card_with_a_way_on(opened, live) -> None:
    async with opened(live) as screen:
        await danger(screen)
        (key,) = [key for key, one in live.state.signs.items() if one.level == "acute"]
        live.decide(key, subject="counsellor")
        await screen.press("a")
        assert isinstance(screen.app.screen, GuardCard)
        assert "danger now" in screen.shown()
        assert "call 112" in screen.shown()
        await screen.press("a")
        assert live.state.wants_call == {"c-aisha"}
        assert live.state.speaker == "c-aisha"
        assert "acute-now:c-aisha" not in live.state.overridden


async def test_going_on_from_danger_is_on_record_and_a_sign_is_undecided_again(
    opened, live
) -> None:
    async with opened(live) as screen:
        await danger(screen)
        (key,) = [key for key, one in live.state.signs.items() if one.level == "acute"]
        live.decide(key, subject="counsellor")
        await screen.press("a", "o")
        assert set(live.state.overridden) == {"acute-now:c-aisha", "acute-at-home:c-aisha"}
        await screen.press("a")
        assert live.state.signs[key].decision == "open"
        await screen.press("d")
        assert live.state.signs[key].decision == "dismissed"
        await screen.press("d")
        assert live.state.signs[key].decision == "open"


async def test_a_warning_is_gone_on_from_by_one_key(opened, live) -> None:
    live.do(ev.AloneSaid(live.clock(), "c-aisha", True))
    live.end_turn("passed")
    async with opened(live) as screen:
        await screen.press("alt+o")
        assert live.state.overridden == ("passed-and-alone:c-aisha",)
        await screen.press("alt+o", "ctrl+b")
        assert live.state.overridden == ()


class Hands:
    """Counts the keys that are pressed for each thing that is done."""

    def __init__(self, screen) -> None:
        self.screen = screen
        self.keys: dict[str, list[int]] = {}

    async def do(self, what: str, *keys: str) -> None:
        self.keys.setdefault(what, []).append(len(keys))
        await self.screen.press(*keys)


async def test_a_whole_danish_round_costs_few_keys(opened, desk, clock, start_round) -> None:
    before = start_round("Aisha", "Jonas", "Mette")
    for one in before.state.people:
        before.do(ev.FollowUpAgreed(clock(), one.id, "not-needed"))
    desk.close(before, desk.draft(before))
    clock.skip(dt.timedelta(days=1).total_seconds())
    i18n.use("da")
    async with opened(size=(80, 24)) as screen:
        hands = Hands(screen)
        await screen.press("enter", "tab")
        for _one in range(3):
            await hands.do("tick", "space", "down")
        await hands.do("start", "f10")
        live = screen.app.live
        assert isinstance(screen.app.screen, RoundScreen)
        await hands.do("phase", "ctrl+g")
        for load in ("4", "7"):
            await hands.do("load", "ctrl+l", load)
            await hands.do("voice", "ctrl+n")
        await hands.do("pass", "ctrl+t")
        await hands.do("phase", "ctrl+g")
        for _one in range(3):
            await hands.do("voice", "ctrl+n")
        for _phase in range(3):
            await hands.do("phase", "ctrl+g")
        assert live.state.plan.key == "close"
        for number in ("1", "2", "3"):
            await screen.press(f"alt+{number}")
            await hands.do("next contact", "f3", "1")
        await hands.do("close", "f10")
        await hands.do("close", "enter")
        assert live.state.closed is not None
    assert sorted(live.state.loads.values()) == [4, 7]
    assert list(live.state.turns.values()).count("passed") == 1
    assert list(live.state.turns.values()).count("spoke") == 5
    assert {what: max(counts) for what, counts in hands.keys.items()} == {
        "tick": 2,
        "start": 1,
        "phase": 1,
        "load": 2,
        "voice": 1,
        "pass": 1,
        "next contact": 2,
        "close": 1,
    }
    assert len(hands.keys["close"]) == 2
    assert all(one.follow_up == "dated" for one in desk_people(desk))


def desk_people(desk):
    """Return the people of the newest session here, as its record tells of them."""
    from debrief.record import sessionfile

    path = desk.held()[0].path
    return sessionfile.read(path.read_bytes(), path.name).people.values()
