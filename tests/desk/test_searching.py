"""Words are found in what is sealed and what is not, and nothing is left behind by looking."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from debrief.desk import Desk, past, searching
from debrief.desk.correcting import correct
from debrief.desk.searching import Looked, search
from debrief.errors import Problem
from debrief.record import atonce
from debrief.record.keys import Keys
from debrief.session import ROUND
from debrief.session import events as ev
from debrief.workspace.places import Places
from tests.builders import Clock, people

NOTES = {
    "Ada": "Opkaldet blev ved med at køre i hovedet.\nHun gik en tur bagefter.",
    "Bo": "Sov godt. Ville gerne tale om TELEFONEN.",
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    clock = Clock()
    made = Desk(Places(tmp_path / "workspace", tmp_path / "config", tmp_path / "state"), clock)
    for days in (20, 10):
        held(made, clock, days)
    return made


def held(desk: Desk, clock: Clock, days: int) -> str:
    now, clock.now = clock.now, clock.now - dt.timedelta(days=days)
    live = desk.start(desk.setup(desk.protocol("shift-defuse"), people(*NOTES), "da"))
    key = live.state.setup.phases[1].key
    for one in live.state.people:
        live.write(key, one.id, NOTES[one.name])
        live.do(ev.FollowUpAgreed(clock(), one.id, "not-needed"))
    live.write(key, ROUND, "Alle var trætte.")
    live.do(ev.ActionAgreed(clock(), "a1", "To på vagt fredag nat", "koordinator", None))
    sealed = desk.close(live, desk.draft(live))
    clock.now = now
    return sealed.path.stem


def hits(desk: Desk, text: str, **where: str) -> list[tuple[str, str]]:
    found = search(desk, text, past.Where(**where))  # type: ignore[arg-type]
    return [(one.name or one.person, one.words) for looked in found for one in looked.hits]


def test_words_are_found_wherever_they_stand(desk: Desk) -> None:
    found = hits(desk, "hovedet KØRE")
    assert [name for name, _words in found] == ["Ada", "Ada"]
    assert found[0][1] == "Opkaldet blev ved med at køre i hovedet. Hun gik en tur bagefter."
    assert [name for name, _words in hits(desk, "telefonen")] == ["Bo", "Bo"]
    assert [name for name, _words in hits(desk, "trætte")] == ["round", "round"]
    assert [name for name, _words in hits(desk, "fredag")] == ["record", "record"]
    assert hits(desk, "hovedet telefonen") == []
    assert hits(desk, "nowhere") == []


def test_one_person_and_a_time_may_be_asked_for(desk: Desk) -> None:
    newest = desk.held()[0]
    ada = desk.roster.find("Ada")
    assert ada
    assert len(hits(desk, "hovedet", person=ada.id)) == 2
    assert hits(desk, "telefonen", person=ada.id) == []
    assert hits(desk, "fredag", person=ada.id) == []
    assert newest.opened
    since = newest.opened.astimezone().date()
    found = [*search(desk, "hovedet", past.Where(since=since))]
    assert [one.session for looked in found for one in looked.hits] == [newest.id]


def test_corrections_are_looked_through(desk: Desk) -> None:
    newest = desk.held()[0].id
    correct(desk, newest, "Ada", "Jeg sov faktisk godt.")
    correct(desk, newest, "record", "Mødet var mandag.")
    ada = desk.roster.find("Ada")
    assert ada
    assert hits(desk, "faktisk") == [(ada.id, "Jeg sov faktisk godt.")]
    assert hits(desk, "mandag") == [("record", "Mødet var mandag.")]


def test_what_no_key_opens_is_counted(desk: Desk, tmp_path: Path) -> None:
    desk.keys = Keys.load_or_create(desk.disk, tmp_path / "other")
    found = [*search(desk, "hovedet")]
    assert sum(one.closed for one in found) == 6
    assert all(one.hits == () for one in found)
    assert len(hits(desk, "fredag")) == 2


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_nothing_to_look_for_is_told(desk: Desk, text: str) -> None:
    with pytest.raises(Problem, match="nothing to look for"):
        next(search(desk, text))


def test_several_processes_find_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [*search(desk, "hovedet")]
    monkeypatch.setattr(atonce, "FEW", 0)
    monkeypatch.setattr(atonce, "processors", lambda: 2)
    monkeypatch.setattr(searching, "_PART", 1)
    told: list[tuple[int, int]] = []
    found: list[Looked] = [
        *search(desk, "hovedet", progress=lambda done, whole: told.append((done, whole)))
    ]
    assert found == alone
    assert told[-2:] == [(1, 2), (2, 2)]


def test_the_opener_shows_no_secret(desk: Desk) -> None:
    assert "AGE-SECRET" not in repr(desk.keys.opener())


def test_nothing_of_it_is_written_down(desk: Desk) -> None:
    [*search(desk, "hovedet")]
    for path in desk.places.state.parent.rglob("*"):
        if path.is_file():
            assert b"hovedet" not in path.read_bytes()
