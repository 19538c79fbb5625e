"""`debrief cards`: listed, shown, the chain, and what must be checked."""

from __future__ import annotations

import json

import pytest

from debrief.cli import cards
from debrief.errors import EXIT_FOUND, EXIT_INPUT
from debrief.guidance import COUNTRIES
from debrief.workspace.places import Places
from tests.cli.conftest import Run


def test_the_countries_offered_are_those_there_are() -> None:
    assert cards._COUNTRIES == COUNTRIES


def test_list_names_every_card_by_id_in_the_language_asked_for(run: Run) -> None:
    said = run("cards", "list", "--language", "nb")
    assert said.status == 0
    assert "duty-child-at-risk  Barn i fare" in said.out.splitlines()
    found = json.loads(run("cards", "list", "--format", "json").out)
    assert {"id": "sign-sleep", "name": "Sleep"} in found


def test_show_follows_the_country_then_the_language(run: Run, places: Places) -> None:
    assert "114" in run("cards", "show", "duty-child-at-risk", "--country", "DK").out
    assert (
        "barnevernsloven § 13-2"
        in run("cards", "show", "duty-child-at-risk", "--language", "nb").out
    )
    places.settings.write_text('country = "DK"\n', "utf-8")
    assert "114" in run("cards", "show", "duty-child-at-risk", "--language", "nb").out


def test_show_names_the_nearest_card(run: Run) -> None:
    said = run("cards", "show", "duty-child")
    assert said.status == EXIT_INPUT
    assert "did you mean duty-child-at-risk" in said.err


def test_a_card_as_json_keeps_what_each_line_is(run: Run) -> None:
    found = json.loads(run("cards", "show", "sign-sleep", "--format", "json").out)
    assert found["country"] == "other"
    assert {"kind": "head", "text": "Tonight"} in found["lines"]


def test_chain_shows_the_houses_own_number_in_its_place(run: Run, places: Places) -> None:
    places.guidance.mkdir()
    (places.guidance / "house.toml").write_text(
        'format = "debrief-guidance/1"\n[[chain]]\nid = "leader"\nname = "Kirsten"\n'
        'number = "12 34 56 78"\nverified_on = 2020-01-01\n',
        "utf-8",
    )
    rows = run("cards", "chain", "--country", "DK").out.splitlines()
    assert rows.index("2  Kirsten") < rows.index("  12 34 56 78") < rows.index("7  Next of kin,"
        " only when the person agrees")  # fmt: skip
    said = run("cards", "check", "--country", "DK")
    assert said.status == EXIT_FOUND
    assert "Kirsten: 12 34 56 78 - last checked 2020-01-01: check it again" in said.out


def test_check_is_silent_about_what_holds(run: Run) -> None:
    found = json.loads(run("cards", "check", "--country", "NO", "--format", "json").out)
    assert all("113" not in one["what"] for one in found)
    assert any(one["what"] == "On-call leader" for one in found)


@pytest.mark.parametrize("command", ["list", "check", "chain"])
def test_a_bad_file_is_told_and_the_rest_is_shown(run: Run, places: Places, command: str) -> None:
    places.guidance.mkdir()
    (places.guidance / "house.toml").write_text("x", "utf-8")
    said = run("cards", command)
    assert "house.toml is not valid TOML" in said.err
    assert said.out


def test_a_country_that_is_none_is_refused_in_debrief_toml(run: Run, places: Places) -> None:
    places.settings.write_text('country = "SE"\n', "utf-8")
    said = run("cards", "list")
    assert said.status == EXIT_INPUT
    assert "country" in said.err
