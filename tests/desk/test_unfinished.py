"""Rounds that were not closed: forgotten, damaged, on another computer, closed there half-way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from debrief import i18n
from debrief.desk import Desk
from debrief.desk.left_open import damaged, question, told
from debrief.desk.overview import FORGOTTEN_HOURS, Unfinished
from debrief.errors import EXIT_INPUT, Problem
from debrief.live import Live
from debrief.record import owner as owners
from debrief.record import reserve, verify
from debrief.record.disk import Disk
from debrief.record.journal import Elsewhere, Journal
from debrief.record.owner import Owner
from debrief.session import events as ev
from debrief.workspace.places import Places
from tests.builders import Clock, people
from tests.record.faults import names
from tests.record.test_reserve import SmallSystem

Computer = Callable[[str], None]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = i18n.language()
    i18n.use("en")
    yield
    i18n.use(before)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "workspace", tmp_path / "config", tmp_path / "state")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(places: Places, clock: Clock) -> Desk:
    return Desk(places, clock, plugins=False)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Computer:
    """Let the program believe that it runs on another computer from now on."""

    def move(host: str) -> None:
        known = Owner("", host, f"boot of {host}", f"machine of {host}")
        monkeypatch.setattr(
            owners, "this_owner", lambda session: msgspec.structs.replace(known, session=session)
        )

    move("first")
    return move


def begun(desk: Desk) -> Live:
    live = desk.start(desk.setup(desk.protocol("stop5"), people("Aisha"), "da", team="Nord"))
    wrote(live, "Sov ikke.")
    return live


def wrote(live: Live, text: str) -> None:
    live.write(live.state.plan.key, "c-aisha", text)
    assert live.settle()


def note(live: Live) -> str:
    return live.state.note(live.state.plan.key, "c-aisha")


def close(desk: Desk, live: Live) -> Path:
    if "c-aisha" not in live.state.follow_ups:
        live.do(ev.FollowUpAgreed(desk.clock(), "c-aisha", "not-needed"))
    return desk.close(live, desk.draft(live)).path


def only(desk: Desk) -> Unfinished:
    (one,) = desk.unfinished()
    return one


# The room set aside


def test_the_reserve_lies_there_while_the_round_runs(desk: Desk) -> None:
    live = begun(desk)
    wrote(live, "Sov ikke i nat.")
    assert reserve.NAME in names(desk.places.live)
    desk.pause(live)
    assert names(desk.places.live) == [f"{live.state.id}.journal"]
    again = desk.resume(live.state.id)
    wrote(again, "Sov ikke i går.")
    assert reserve.NAME in names(desk.places.live)
    close(desk, again)
    assert names(desk.places.live) == []


def test_a_round_is_sealed_on_a_full_disk_with_the_room_of_the_reserve(
    places: Places, clock: Clock
) -> None:
    system = SmallSystem()
    desk = Desk(places, clock, Disk(system), plugins=False)
    live = begun(desk)
    wrote(live, "Sov ikke i nat.")
    live.do(ev.FollowUpAgreed(desk.clock(), "c-aisha", "not-needed"))
    assert live.settle()
    draft = desk.draft(live)
    system.full_after = 0
    sealed = desk.close(live, draft)
    assert all(one.ok for one in verify.verify_folder(Disk(), places.sessions))
    assert sealed.path.exists()
    assert desk.unfinished() == ()


# Forgotten


@pytest.mark.parametrize(("hours", "forgotten"), [(47, False), (49, True), (24 * 90, True)])
def test_a_round_that_nobody_resumed_is_called_to_mind(
    desk: Desk, clock: Clock, hours: int, forgotten: bool
) -> None:
    desk.pause(begun(desk))
    clock.now += dt.timedelta(hours=hours)
    one = only(desk)
    assert one.forgotten is forgotten
    said = list(told(one))
    assert len(said) == forgotten
    assert all("resume it and close it" in each and "21 Nov" in each for each in said)


def test_it_counts_from_what_was_written_last(desk: Desk, clock: Clock) -> None:
    live = begun(desk)
    clock.now += dt.timedelta(hours=FORGOTTEN_HOURS)
    wrote(live, "Sov ikke, heller ikke i dag.")
    desk.pause(live)
    clock.now += dt.timedelta(hours=FORGOTTEN_HOURS - 1)
    assert not only(desk).forgotten


# What a crash left


def test_a_torn_end_is_told_until_it_is_cut(desk: Desk) -> None:
    live = begun(desk)
    desk.pause(live)
    path = desk.places.live / f"{live.state.id}.journal"
    path.write_bytes(path.read_bytes() + b"torn")
    assert "everything shown as saved before that is there" in "".join(damaged(only(desk)))
    desk.pause(desk.resume(live.state.id))
    assert list(damaged(only(desk))) == list(told(only(desk))) == []


def test_a_damaged_copy_is_told_while_it_lies_there(desk: Desk) -> None:
    live = begun(desk)
    wrote(live, "Sov ikke i nat.")
    desk.pause(live)
    path = desk.places.live / f"{live.state.id}.journal"
    data = bytearray(path.read_bytes())
    data[-200] ^= 1
    path.write_bytes(data)
    assert "damaged in the middle" in "".join(damaged(only(desk)))
    again = desk.resume(live.state.id)
    desk.pause(again)
    copy = path.with_name(path.name + ".corrupt")
    assert only(desk).copies == (copy,)
    assert str(copy) in "".join(told(only(desk)))
    close(desk, desk.resume(live.state.id))
    one = only(desk)
    assert one.state is None
    assert one.id == live.state.id
    assert str(copy) in one.problem
    assert "no longer open" in one.problem
    with pytest.raises(Problem):
        desk.resume(one.id)
    copy.unlink()
    assert desk.unfinished() == ()


# Another computer


def test_another_computers_round_is_refused_until_it_is_taken_over(
    desk: Desk, at: Computer
) -> None:
    live = begun(desk)
    desk.pause(live)
    at("second")
    one = only(desk)
    assert one.elsewhere == "first"
    assert "first" in "".join(told(one))
    assert "first" in question(one)
    with pytest.raises(Elsewhere, match="first") as caught:
        desk.resume(one.id)
    assert (caught.value.host, caught.value.status) == ("first", EXIT_INPUT)
    again = desk.resume(one.id, take_over=True)  # the lock was given back
    assert note(again) == "Sov ikke."
    wrote(again, "Sov ikke i nat.")
    desk.pause(again)
    assert only(desk).elsewhere == ""
    desk.pause(desk.resume(one.id))


def test_both_wrote_on_and_each_is_told(desk: Desk, at: Computer) -> None:
    first = begun(desk)
    heard: list[str] = []
    first.on_disk = heard.append
    at("second")
    desk._release(first.state.id)  # a lock does not travel
    second = desk.resume(first.state.id, take_over=True)
    wrote(second, "Sov ikke. Ringer i morgen.")
    desk.pause(second)
    at("first")
    wrote(first, "Sov ikke. Er alene.")
    wrote(first, "Sov ikke. Er alene i aften.")
    assert any("taken over" in one and "second" in one for one in heard)
    first.journal.close()
    at("second")
    one = only(desk)
    assert one.elsewhere == ""
    left = desk.places.live / f"{first.state.id}.journal"
    assert one.apart == (left,)
    assert str(left) in "".join(told(one))
    assert note(desk.resume(one.id)) == "Sov ikke. Ringer i morgen."
    found = Journal.recover(Disk(), left, desk.keys)
    assert found.session_id == first.state.id


def test_a_close_that_another_computer_broke_off_waits_for_a_yes(desk: Desk, at: Computer) -> None:
    live = begun(desk)
    live.do(ev.FollowUpAgreed(desk.clock(), "c-aisha", "not-needed"))
    live.do(ev.Closed(desk.clock()))
    assert live.settle()
    desk.pause(live)
    at("second")
    assert only(desk).elsewhere == "first"
    assert not desk.places.sessions.exists()
    with pytest.raises(Problem, match="sealed here now"):
        desk.resume(live.state.id, take_over=True)
    assert all(one.ok for one in verify.verify_folder(Disk(), desk.places.sessions))
    assert len(list(desk.places.sessions.glob("2026/*.toml"))) == 1
    at("first")
    desk.unfinished()


def test_a_close_broken_off_here_is_carried_on_as_ever(desk: Desk, at: Computer) -> None:
    live = begun(desk)
    live.do(ev.FollowUpAgreed(desk.clock(), "c-aisha", "not-needed"))
    live.do(ev.Closed(desk.clock()))
    desk.pause(live)
    assert desk.unfinished() == ()
    assert len(list(desk.places.sessions.glob("2026/*.toml"))) == 1


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_no_sentence_has_a_gap(language: str) -> None:
    i18n.use(language)
    when = dt.datetime(2026, 11, 21, 21, 0, tzinfo=dt.UTC)
    whole = Unfinished(
        "2026-11-21-x",
        None,
        "middle",
        elsewhere="laptop",
        written=when,
        forgotten=True,
        apart=(Path("/a"),),
        copies=(Path("/b"),),
    )
    for sentence in (*damaged(whole), *told(whole), question(whole)):
        assert "{" not in sentence
        assert sentence.endswith((".", "?"))
