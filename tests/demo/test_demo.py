"""The fictional evening and the fictional sessions, at a real desk."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from debrief.demo import ShiftClock, evening, held_sessions, prepare
from debrief.desk import Desk
from debrief.record import sessionfile, verify
from debrief.record.disk import Disk
from debrief.session import State
from debrief.workspace.places import Places

NOW = dt.datetime(2026, 11, 20, 20, 4, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, str]:
    return prepare(tmp_path_factory.mktemp("demo"), lambda: NOW)


@pytest.fixture(scope="module")
def tonight(prepared: tuple[Desk, str]) -> State:
    desk, session_id = prepared
    (unfinished,) = desk.unfinished()
    assert unfinished.id == session_id
    assert unfinished.state is not None
    return unfinished.state


def test_the_evening_stands_in_its_third_phase_with_mette_speaking(tonight: State) -> None:
    assert [one.name for one in tonight.people] == ["Aisha", "Jonas", "Mette", "Per", "Sofie"]
    assert {one.place for one in tonight.people} == {"home", "on-site"}
    assert tonight.plan.key == "shift"
    assert tonight.speaker is not None
    mette = tonight.person(tonight.speaker)
    assert mette is not None
    assert mette.name == "Mette"
    assert tonight.alone == {mette.id}
    assert tonight.loads[mette.id] == 8
    assert "passed" in tonight.turns.values()


def test_the_evening_has_signs_of_the_citizen_and_of_the_counsellors(tonight: State) -> None:
    codes = {key.code for key in tonight.signs}
    assert {"case_suicide_risk", "case_violence", "sleep"} <= codes
    assert {sign.decision for sign in tonight.signs.values()} == {"open"}


def test_the_time_of_the_evening_is_the_clocks(tonight: State) -> None:
    assert NOW - dt.timedelta(minutes=15) < tonight.opened < tonight.phase_since < NOW
    assert tonight.used_at("shift", NOW) < 15 * 60


def test_home_is_alive(prepared: tuple[Desk, str]) -> None:
    desk, _session = prepared
    seen = desk.overview()
    assert seen.held == 2
    assert seen.waiting == 0
    assert [one.name for one in seen.due] == ["Jonas", "Sofie"]
    assert all(one.when > NOW for one in seen.due)
    assert {one.name for one in desk.roster.people} >= {"Aisha", "Jonas", "Mette", "Per", "Sofie"}


def test_closing_the_evening_shows_what_leaves(prepared: tuple[Desk, str]) -> None:
    desk, session_id = prepared
    live = desk.resume(session_id)
    try:
        (preview,) = desk.draft(live).previews
    finally:
        desk.pause(live)
    assert preview.destination == "tavle"
    assert preview.document is not None, preview.problem
    assert "Mette" not in preview.document.body.decode()


def test_who_looks_around_in_english_is_in_an_english_round(tmp_path: Path) -> None:
    desk, _session = prepare(tmp_path, lambda: NOW, "en")
    (one,) = desk.unfinished()
    assert one.state is not None
    assert one.state.setup.language == "en"
    notes = " ".join(map(str, one.state.notes.values()))
    assert "I can still hear her voice" in notes
    codes = {key.code for key in one.state.signs}
    assert {"case_suicide_risk", "case_violence", "sleep"} <= codes


def test_nothing_is_left_of_the_evening() -> None:
    with evening() as (desk, session_id):
        folder = desk.places.workspace.parent
        assert desk.places.config.is_relative_to(folder)
        assert desk.places.state.is_relative_to(folder)
        assert session_id
    assert not folder.exists()


def test_three_sessions_are_held_whole(tmp_path: Path) -> None:
    clock = ShiftClock(lambda: NOW)
    desk = Desk(Places(tmp_path / "w", tmp_path / "c", tmp_path / "s"), clock)
    sealed = held_sessions(desk, clock)
    assert [one.ledger_line for one in sealed] == [1, 2, 3]
    verdicts = verify.verify_folder(Disk(), desk.places.sessions)
    assert [one.ok for one in verdicts] == [True] * 4
    files = [sessionfile.read(one.path.read_bytes(), one.path.name) for one in sealed]
    assert [file.session.language for file in files] == ["da", "nb", "da"]
    assert [file.session.protocol for file in files] == ["home-checkin", "shift-defuse", "stop5"]
    assert [file.session.opened.date().day for file in files] == [11, 16, 19]
    roles = [next(iter(file.people.values())).role for file in files]
    assert roles == ["volunteer", "peer-worker", "job-counsellor"]
    assert all(file.counts.signs_confirmed > 0 for file in files[:2])
    assert [duty.outcome for duty in files[0].duties] == ["acted"]
    assert all(phase.used_s > 0 for file in files for phase in file.phases)
    assert desk.unfinished() == ()
