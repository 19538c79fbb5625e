"""`list`, `history`, `coverage`, `trend`, `correct`: what was held, and what is put right."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from debrief.desk import Desk, past
from debrief.desk.past import Where
from debrief.errors import EXIT_FOUND, EXIT_INPUT, EXIT_USAGE
from debrief.record import correcting
from debrief.record.sessionfile import open_private
from debrief.record.verify import verify_folder
from tests.builders import Clock
from tests.cli.conftest import Run
from tests.desk.evenings import hold


@pytest.fixture
def season(places: object, desk: Desk) -> Desk:
    """Eight weeks of two teams; Nord has six people and a gap, Syd two people."""
    clock = Clock()
    desk.clock = clock
    for days in (49, 42, 28, 14, 7, 0):
        hold(desk, clock, days, dict.fromkeys(("Ada", "Bo", "Cy", "Di", "Eli", "Fay"), 3))
    for days in (42, 21, 1):
        hold(desk, clock, days, {"Gry": 4, "Ib": 5}, team="Syd")
    return desk


def rows(run: Run, *arguments: str) -> list[dict[str, object]]:
    said = run("list", "--format", "json", *arguments)
    assert said.status == 0, said.err
    found: list[dict[str, object]] = json.loads(said.out)
    return found


def test_sessions_are_found_by_what_is_asked_for(run: Run, season: Desk) -> None:
    assert len(rows(run)) == 9
    assert len(rows(run, "--team", "syd")) == 3
    assert len(rows(run, "--person", "Gry")) == 3
    assert len(rows(run, "--person", "Ada", "--team", "Syd")) == 0
    assert len(rows(run, "--protocol", "shift-defuse")) == 9
    assert len(rows(run, "--limit", "2")) == 2
    today = season.clock().astimezone().date()
    since = (today - dt.timedelta(days=14)).isoformat()
    until = (today - dt.timedelta(days=1)).isoformat()
    assert len(rows(run, "--since", since)) == 4
    assert len(rows(run, "--since", since, "--until", until)) == 3
    opened = [str(row["opened"]) for row in rows(run)]
    assert opened == sorted(opened, reverse=True)
    assert "No session is like that." in run("list", "--team", "Nowhere").out


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "21.11.2026"])
def test_a_day_that_is_none_is_refused(run: Run, season: Desk, day: str) -> None:
    said = run("list", "--since", day)
    assert said.status == EXIT_USAGE
    assert "2026-11-21" in said.err


def test_one_persons_history(run: Run, season: Desk) -> None:
    said = run("history", "Gry")
    assert said.status == 0
    assert len(said.out.splitlines()) == 3
    known = season.roster.find("Gry")
    assert known
    found = json.loads(run("history", known.id, "--format", "json").out)
    assert [one["team"] for one in found] == ["Syd"] * 3
    assert "was in no session" in run("history", "Nobody").out


def test_weeks_without_a_session_show(run: Run, season: Desk) -> None:
    today = season.clock().astimezone().date()
    found = past.coverage(past.index(season), today, 8)
    weeks = {team: [one for one in found if one.team == team] for team in ("Nord", "Syd")}
    assert len(found) == 16
    assert [one.sessions for one in weeks["Nord"]] == [1, 1, 0, 1, 0, 1, 1, 1]
    assert {one.people for one in weeks["Nord"] if one.sessions} == {6}
    assert sum(one.sessions for one in weeks["Syd"]) == 3
    assert {one.people for one in weeks["Syd"]} == {None}
    assert weeks["Nord"][-1].monday <= today
    said = run("coverage", "--weeks", "260")
    head, nord, syd = said.out.splitlines()
    assert head.startswith("week")
    assert (nord.split()[0], nord.count(" 1"), syd.count(" 1")) == ("Nord", 6, 3)
    assert nord.count("·") < 250, "the weeks before its first session are no gaps"
    assert "without" in nord


def test_few_people_are_not_counted(run: Run, desk: Desk) -> None:
    clock = Clock()
    desk.clock = clock
    hold(desk, clock, 0, {"Gry": 4, "Ib": 5, "Ada": 2, "Bo": 1})
    said = run("trend")
    assert "fewer than 5" in said.out
    (month,) = json.loads(run("trend", "--format", "json").out)
    assert {month[key] for key in month if key not in ("month", "sessions")} == {None}
    hold(desk, clock, 0, {"Fay": 4})
    (month,) = json.loads(run("trend", "--format", "json").out)
    assert (month["sessions"], month["people"]) == (2, 5)


def test_a_session_that_cannot_be_read_is_told_and_the_rest_is_there(
    run: Run, season: Desk
) -> None:
    path = season.held()[0].path
    path.write_bytes(b"spoiled")
    said = run("list")
    assert said.status == EXIT_FOUND
    assert len(said.out.splitlines()) == 9
    assert path.stem in said.out.splitlines()[-1]


def test_the_index_may_go_and_comes_again(run: Run, season: Desk) -> None:
    before = run("list").out
    assert season.places.index.exists()
    season.places.index.unlink()
    assert run("list").out == before
    season.places.index.write_bytes(b"no index")
    assert run("list").out == before


def test_without_a_key_the_list_is_there_and_no_key_is_made(run: Run, season: Desk) -> None:
    before = run("list").out
    for path in season.places.config.iterdir():
        path.unlink()
    season.places.index.unlink()
    assert run("list").out == before
    assert [*season.places.config.iterdir()] == []
    assert not season.places.index.exists()


# What is put right


def test_a_person_has_something_put_right(run: Run, season: Desk) -> None:
    path = season.held()[0].path
    before = path.read_bytes()
    said = run("correct", path.stem, "Ada", "--text", "Jeg sagde ikke, at jeg ville stoppe.")
    assert said.status == 0, said.err
    assert f"{path.stem}-k1" in said.out
    assert path.read_bytes() == before
    assert all(one.ok for one in verify_folder(season.disk, season.places.sessions))
    assert "stoppe" not in run("show", path.stem).out
    assert "stoppe" in run("show", path.stem, "--private").out
    assert "stoppe" in run("mine", "Ada").out
    assert "stoppe" not in run("mine", "Bo").out
    assert "corrected" in run("list").out
    assert run("verify").status == 0


def test_what_is_about_the_record_names_nobody(run: Run, season: Desk) -> None:
    path = season.held()[0].path
    said = run("correct", path.stem, "record", given="Ada kom\nførst 21.15.\n")
    assert said.status == 0, said.err
    kept = path.with_name(f"{path.stem}-k1.toml").read_text("utf-8")
    assert "Ada" not in kept
    assert "kom\nførst 21.15." in kept
    assert "21.15" in run("show", path.stem).out


def test_erasing_and_expiring_reach_corrections(run: Run, season: Desk) -> None:
    path = season.held()[-1].path
    run("correct", path.stem, "Gry", "--text", "Noget om Gry.")
    run("correct", path.stem, "record", "--text", "Noget om aftenen.")
    assert run("erase", path.stem, "Gry", "--yes").status in (0, EXIT_INPUT)
    clock = season.clock
    assert isinstance(clock, Clock)
    clock.now += dt.timedelta(days=200)
    assert past.held(past.index(season), Where())
    from debrief.desk import keeping

    for one in keeping.overdue(season):
        keeping.expire(season, one)
    assert keeping.overdue(season) == ()
    for name in correcting.of(season.disk, season.places.sessions, path.stem):
        data = path.with_name(f"{name}.toml").read_bytes()
        for block in open_private(data, season.keys, name).values():
            assert set(block) == {"erased", "reason"}
    assert all(one.ok for one in verify_folder(season.disk, season.places.sessions))


def test_who_was_not_there_cannot_be_corrected(run: Run, season: Desk) -> None:
    path = season.held()[0].path
    said = run("correct", path.stem, "Nobody", "--text", "x")
    assert said.status == EXIT_INPUT
    assert "nothing was changed" in said.err
    assert run("correct", path.stem, "Ada", given="").status == EXIT_INPUT
    assert correcting.of(season.disk, season.places.sessions, path.stem) == ()
