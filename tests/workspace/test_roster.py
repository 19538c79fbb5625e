"""The roster: who has been in a round here, with sealed names and lasting pseudonyms."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debrief.errors import EXIT_INPUT, EXIT_KEY, Problem
from debrief.record.disk import Disk
from debrief.record.keys import Keys
from debrief.text import clean_line, is_id
from debrief.workspace.roster import Roster, dump, load, new_id
from tests.builders import people, person

NAMES = ("Åse Lindqvist-Holm", 'Bodil "B." O\'Hara', "Søren\\Ærø", "李小龍")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.load_or_create(Disk(), tmp_path_factory.mktemp("keys"))


def known() -> Roster:
    roster = Roster()
    tonight = []
    for name in NAMES:
        one = roster.person(name)
        tonight.append(one)
        roster = roster.with_round((one,), "2026-11-20")
    return roster.with_round(tonight, "2026-11-21", "Nat")


def test_the_file_comes_back_as_it_was(keys: Keys) -> None:
    roster = known().with_round(
        (person("Tor", role="peer-worker", place="on-site", channel="phone"),), "2026-11-22"
    )
    assert load(dump(roster, keys), keys) == roster


def test_an_empty_roster_comes_back(keys: Keys) -> None:
    assert load(dump(Roster(), keys), keys) == Roster()


def test_no_name_stands_in_the_bytes(keys: Keys) -> None:
    data = dump(known(), keys)
    for name in NAMES:
        for part in (name, *name.split()):
            assert part.encode() not in data
            assert part.encode("unicode_escape") not in data
    for one in known().people:
        assert is_id(one.id)


def test_what_is_clear_is_only_what_a_record_may_hold(keys: Keys) -> None:
    table = tomllib.loads(dump(known(), keys).decode())
    assert set(table) == {"format", "supervisor", "team", "names", "people"}
    for entry in table["people"].values():
        assert set(entry) == {"role", "place", "channel", "last"}
    assert table["names"].startswith("-----BEGIN AGE ENCRYPTED FILE-----")


def test_the_names_open_with_any_age_program_that_has_the_key(keys: Keys, tmp_path: Path) -> None:
    other = pyrage.x25519.Identity.generate()
    data = dump(known(), keys, [str(other.to_public())])
    sealed = tomllib.loads(data.decode())["names"]
    names = tomllib.loads(pyrage.decrypt(sealed.encode(), [other]).decode())
    assert set(names.values()) == set(NAMES)


def test_another_key_opens_nothing_and_says_so(keys: Keys, tmp_path: Path) -> None:
    stranger = Keys.load_or_create(Disk(), tmp_path)
    with pytest.raises(Problem, match=r"^The names in roster\.toml are sealed") as caught:
        load(dump(known(), keys), stranger)
    assert caught.value.status == EXIT_KEY


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"format = 'debrief-roster/2'",
        b"format = 'debrief-roster/1'\nmore = 1",
        b"format = 'debrief-roster/1'\n[people.c-a]\nrole = 'king'",
        b"x = " + b"[" * 50_000,
    ],
    ids=["empty", "not UTF-8", "later format", "unknown key", "unknown role", "deep"],
)
def test_what_is_no_roster_is_left_alone(keys: Keys, data: bytes) -> None:
    with pytest.raises(Problem, match=r"^house\.toml can't be read as a roster") as caught:
        load(data, keys, "house.toml")
    assert caught.value.status == EXIT_INPUT


def test_a_name_that_was_lost_gives_the_pseudonym(keys: Keys) -> None:
    data = b"format = 'debrief-roster/1'\n[people.c-7k2m]\nlast = '2026-11-21'\n"
    (one,) = load(data, keys).people
    assert (one.id, one.name) == ("c-7k2m", "c-7k2m")


class TestPseudonyms:
    def test_a_person_keeps_theirs(self) -> None:
        roster = known()
        before = {one.name: one.id for one in roster.people}
        for name in NAMES:
            assert roster.person(f"  {name.upper()} ").id == before[name]
        later = roster.with_round((roster.person(NAMES[2]),), "2026-12-01")
        assert {one.name: one.id for one in later.people} == before

    def test_a_new_person_gets_a_new_one(self) -> None:
        roster = known()
        made = roster.person("Ny\nPerson")
        assert made.name == "Ny Person"
        assert made.id.startswith("c-")
        assert is_id(made.id)
        assert made.id not in {one.id for one in roster.people}

    def test_one_that_is_taken_is_not_given_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = iter(["aaaa", "aaaa", "bbbb"])
        monkeypatch.setattr("debrief.workspace.roster.token", lambda length: next(made))
        assert new_id("c", {"c-aaaa"}) == "c-bbbb"

    def test_the_supervisor_has_one_that_lasts(self) -> None:
        first = Roster().with_round(people("Aisha"), "2026-11-21")
        assert first.supervisor.startswith("s-")
        assert first.with_round(people("Jonas"), "2026-11-22").supervisor == first.supervisor


class TestRounds:
    def test_the_people_of_the_newest_round_come_first(self) -> None:
        roster = Roster().with_round(people("Aisha", "Jonas", "Maja"), "2026-11-21", "Nat")
        roster = roster.with_round(people("Maja", "Tor"), "2026-11-22")
        assert [one.name for one in roster.people] == ["Maja", "Tor", "Aisha", "Jonas"]
        assert roster.last == {
            "c-aisha": "2026-11-21",
            "c-jonas": "2026-11-21",
            "c-maja": "2026-11-22",
            "c-tor": "2026-11-22",
        }
        assert roster.team == "Nat"

    def test_the_usual_place_is_the_last_one(self) -> None:
        roster = Roster().with_round(people("Aisha"), "2026-11-21")
        roster = roster.with_round((person("Aisha", place="on-site"),), "2026-11-22")
        assert [one.place for one in roster.people] == ["on-site"]

    def test_nobody_of_that_name(self) -> None:
        assert known().find("Nobody") is None


@settings(max_examples=40)
@given(st.lists(st.text(max_size=30).filter(lambda t: clean_line(t)), max_size=5))
def test_any_names_come_back(keys: Keys, names: list[str]) -> None:
    roster = Roster()
    for name in names:
        roster = roster.with_round((roster.person(name),), "2026-11-21")
    assert load(dump(roster, keys), keys) == roster
    for name in names:
        assert roster.find(name) is not None
