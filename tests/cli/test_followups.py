"""`followups`, `actions`, `not-held`: who is called, what came of it, and what stays open."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from debrief.desk import Desk, actions, following, past, times
from debrief.errors import EXIT_INPUT, EXIT_USAGE
from debrief.record.verify import verify_folder
from debrief.session import events as ev
from tests.builders import Clock, people
from tests.cli.conftest import Run

NOW = dt.datetime(2026, 11, 21, 21, 0, tzinfo=dt.UTC)


@pytest.fixture
def desk(places: object, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk whose clock, and the command line's, is one that the test moves on."""
    from debrief.desk import desk as room

    clock = Clock(NOW, 1)
    monkeypatch.setattr(room.Desk.__init__, "__defaults__", (clock, None))
    return Desk(places, clock)  # type: ignore[arg-type]


def hold(desk: Desk, *names: str, team: str = "Nord", work: tuple[str, ...] = ()) -> str:
    """Hold a round in which all these people get the series, and return its id."""
    live = desk.start(desk.setup(desk.protocol("shift-defuse"), people(*names), "da", team=team))
    for one in live.state.people:
        first, *further = following.series(desk.clock())
        agreed = ev.FollowUpAgreed(
            desk.clock(), one.id, "dated", first, "Ida", further=tuple(further)
        )
        live.do(agreed)
    for number, text in enumerate(work, 1):
        live.do(ev.ActionAgreed(desk.clock(), f"a{number}", text, "Ida", dt.date(2026, 11, 25)))
    return desk.close(live, desk.draft(live)).path.stem


def listed(run: Run, *arguments: str) -> list[dict[str, Any]]:
    said = run("followups", "--format", "json", *arguments)
    assert said.status == 0, said.err
    found: list[dict[str, Any]] = json.loads(said.out)
    return found


def skip(desk: Desk, days: float) -> None:
    assert isinstance(desk.clock, Clock)
    desk.clock.skip(days * 86_400)


def test_everyone_to_be_called_is_listed_soonest_first(run: Run, desk: Desk) -> None:
    assert "No follow-ups are waiting" in run("followups").out
    hold(desk, "Aisha", "Jonas")
    found = listed(run)
    assert [(one["name"], one["number"]) for one in found] == [
        ("Aisha", 1), ("Jonas", 1), ("Aisha", 2), ("Jonas", 2), ("Aisha", 3), ("Jonas", 3),
    ]  # fmt: skip
    assert [one["when"] for one in found] == sorted(one["when"] for one in found)
    skip(desk, 2)
    text = run("followups").out
    assert "Aisha" in text
    assert "1 day late" in text
    assert "by Ida" in text


def test_what_came_of_it_is_kept_and_the_next_one_knows(run: Run, desk: Desk) -> None:
    session = hold(desk, "Aisha")
    skip(desk, 1)
    said = run("followups", "done", session, "Aisha", "--direction", "better", "--wants", "more")
    assert said.status == 0, said.err
    assert f"{session}-f1" in said.out
    assert "professional" not in said.out
    following_one = listed(run)[0]
    assert (following_one["number"], following_one["before"]) == (2, "better")
    assert "wants more" in run("followups").out
    done = listed(run, "--all")[0]
    assert (done["outcome"], done["direction"], done["wants"]) == ("done", "better", "more")
    assert all(one.ok for one in verify_folder(desk.disk, desk.places.sessions))
    held = (desk.places.sessions / session[:4] / f"{session}-f1.toml").read_text("utf-8")
    assert "better" not in held
    assert "Aisha" not in held


def test_worse_offers_a_professional_and_takes_a_next_date(run: Run, desk: Desk) -> None:
    session = hold(desk, "Aisha")
    said = run("followups", "done", session, "aisha", "--direction", "worse")
    assert "Offer a professional assessment" in said.out
    said = run("followups", "done", session, "Aisha", "--direction", "worse", "--next", "2d")
    assert "professional" not in said.out
    assert [one["number"] for one in listed(run)] == [4, 3]


def test_the_same_is_ordinary_next_day_and_an_offer_at_a_month(run: Run, desk: Desk) -> None:
    session = hold(desk, "Aisha")
    for days in (1, 2):
        skip(desk, days)
        said = run("followups", "done", session, "Aisha", "--direction", "same")
        assert "professional" not in said.out
    skip(desk, 28)
    assert "professional" in run("followups", "done", session, "Aisha", "--direction", "same").out
    assert listed(run) == []
    again = run("followups", "done", session, "Aisha", "--direction", "same")
    assert again.status == EXIT_INPUT
    assert "No contact with Aisha is open" in again.err


def test_not_reached_stays_open_and_moved_goes_on_later(run: Run, desk: Desk) -> None:
    session = hold(desk, "Aisha")
    run("followups", "not-reached", session, "Aisha")
    assert listed(run)[0]["tries"] == 1
    assert "not reached 1 time" in run("followups").out
    assert run("followups", "moved", session, "Aisha", "3d").status == 0
    assert [one["number"] for one in listed(run)] == [2, 4, 3]
    assert run("followups", "declined", session, "Aisha").status == 0
    assert [one["number"] for one in listed(run)] == [4, 3]


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("done", "2026", "Nobody"), EXIT_INPUT, "nothing was kept"),
        (("moved", "2026", "Aisha", "yesterday"), None, "not understood"),
        (("done", "2026", "Aisha", "--next", "1999-01-01"), None, "passed"),
        (("done", "2026", "Aisha", "--direction", "fine"), EXIT_USAGE, "better, same, worse"),
    ],
)
def test_a_wrong_answer_keeps_nothing(
    run: Run, desk: Desk, arguments: tuple[str, ...], status: int | None, told: str
) -> None:
    hold(desk, "Aisha")
    said = run("followups", *arguments)
    assert said.status != 0
    assert status in (None, said.status)
    assert told in said.err
    assert [*desk.places.sessions.glob("*/*-*-*-*-f*.toml")] == []


def test_a_session_that_is_done_with_is_not_opened(
    run: Run, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from debrief.record import sessionfile

    done, left = hold(desk, "Aisha"), hold(desk, "Jonas")
    for _contact in range(3):
        run("followups", "declined", done, "Aisha")
    opened = []
    real = sessionfile.open_private

    def counting(data: bytes, keys: Any, name: str = "", **more: Any) -> Any:
        opened.append(name)
        return real(data, keys, name, **more)

    monkeypatch.setattr(sessionfile, "open_private", counting)
    assert {one["session"] for one in listed(run)} == {left}
    assert set(opened) == {left}


def test_erased_people_are_not_to_be_called(run: Run, desk: Desk) -> None:
    session = hold(desk, "Aisha", "Jonas")
    run("followups", "done", session, "Aisha", "--direction", "worse", "--next", "5d")
    assert run("erase", session, "Aisha", "--yes").status == 0
    assert {one["name"] for one in listed(run, "--all")} == {"Jonas"}
    assert all(one.ok for one in verify_folder(desk.disk, desk.places.sessions))


def test_a_person_sees_what_was_kept_of_their_contacts(run: Run, desk: Desk) -> None:
    session = hold(desk, "Aisha")
    run("followups", "done", session, "Aisha", "--direction", "same", "--referral")
    told = run("mine", "Aisha").out
    assert "the same" in told
    assert "referred" in told
    assert f"{session}-f1" in run("show", session).out


def test_agreed_work_is_open_until_its_end(run: Run, desk: Desk) -> None:
    session = hold(desk, "Aisha", work=("To på vagt", "Nyt headset"))
    other = hold(desk, "Jonas", team="Syd", work=("Kaffe",))
    assert "To på vagt" in run("actions").out
    assert run("actions", "done", session, "1").status == 0
    assert run("actions", "open", session, "2").status == 0
    assert run("actions", "dropped", other, "1").status == 0
    left = json.loads(run("actions", "--format", "json").out)
    assert [(one["text"], one["outcome"]) for one in left] == [("Nyt headset", "open")]
    assert len(json.loads(run("actions", "--all", "--format", "json").out)) == 3
    assert "No agreed work" in run("actions", "--team", "Syd").out
    assert run("actions", "done", session, "3").status == EXIT_INPUT
    skip(desk, 10)
    assert "late" in run("actions").out
    assert all(one.ok for one in verify_folder(desk.disk, desk.places.sessions))


def test_a_round_that_was_not_held_is_no_gap(run: Run, desk: Desk) -> None:
    hold(desk, "Aisha")
    skip(desk, 21)
    index = past.index(desk)
    today = desk.clock().astimezone().date()
    assert len(past.gaps(index, today)) == 2
    day = (today - dt.timedelta(days=7)).isoformat()
    unsaid = run("not-held", "--team", "Nord", "--day", day)
    assert unsaid.status == EXIT_USAGE
    assert "nobody-there, no-need, no-time, other-support, other" in unsaid.err
    assert len(past.gaps(past.index(desk), today)) == 2
    said = run("not-held", "--team", "Nord", "--reason", "no-time", "--day", day)
    assert said.status == 0, said.err
    assert len(past.gaps(past.index(desk), today)) == 1
    shown = run("coverage").out
    assert "there was no time" in shown
    assert "2 without" in shown  # last week's, and this one
    ahead = (today + dt.timedelta(days=2)).isoformat()
    assert (
        run("not-held", "--team", "Nord", "--reason", "other", "--day", ahead).status == EXIT_INPUT
    )
    assert all(one.ok for one in verify_folder(desk.disk, desk.places.sessions))
    skip(desk, 800)
    assert run("expire", "--yes").status == 0
    assert [*desk.places.sessions.glob("*/*.toml")] == []


def test_the_questions_keep_what_is_answered(run: Run, desk: Desk) -> None:
    session = hold(desk, "Aisha", "Jonas")
    skip(desk, 1)
    given = "held\nworse\nmore\nyes\n3d\nmissed\n"
    said = run("followups", "ask", given=given)
    assert said.status == 0, said.err
    assert "Offer a professional assessment" in said.out
    found = {(one["name"], one["number"]): one for one in listed(run, "--all")}
    assert found["Aisha", 1]["direction"] == "worse"
    assert found["Aisha", 1]["referral"] is True
    assert ("Aisha", 4) in found
    assert found["Jonas", 1]["tries"] == 1
    assert session in run("followups").out


def test_the_series_is_next_day_three_days_and_a_month() -> None:
    made = following.series(NOW)
    assert made == (times.tomorrow(NOW), times.three_days(NOW), times.month(NOW))
    assert [(one - NOW).days for one in made][:2] == [0, 2]
    assert 27 <= (made[2] - NOW).days <= 33


def test_whose_turn_it_is_is_a_suggestion_from_two_on(desk: Desk) -> None:
    hold(desk, "Aisha")
    today = desk.clock().astimezone().date()
    since = today - dt.timedelta(days=100)
    assert past.leads(past.index(desk), "Nord", since) is None
    first = desk.roster.supervisor
    import msgspec

    skip(desk, 1)
    desk.keep(msgspec.structs.replace(desk.roster, supervisor="s-other"))
    hold(desk, "Aisha")
    found = past.leads(past.index(desk), "nord", since)
    assert found is not None
    assert (found.last, found.following) == ("s-other", first)


def test_open_actions_know_their_team(desk: Desk) -> None:
    hold(desk, "Aisha", work=("To på vagt",))
    index = past.index(desk)
    assert [one.text for one in actions.actions(desk, index, "nord")] == ["To på vagt"]
    assert actions.actions(desk, index, "Syd") == ()
    skip(desk, 130)
    assert actions.actions(desk, index) == ()


def test_rounds_of_no_team_are_told_so(run: Run, desk: Desk) -> None:
    session = hold(desk, "Aisha", team="")
    assert "no team " in run("coverage").out
    assert "Team: no team" in run("show", session).out
