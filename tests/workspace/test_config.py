"""debrief.toml: what it may say, and what it is told when it says something else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.errors import EXIT_INPUT, Problem
from debrief.workspace.config import Config, Retention, parse


def refusal(text: str | bytes) -> str:
    with pytest.raises(Problem) as caught:
        parse(text if isinstance(text, bytes) else text.encode())
    assert caught.value.status == EXIT_INPUT
    return str(caught.value)


def test_an_empty_file_is_a_whole_configuration() -> None:
    assert parse(b"") == Config()
    assert parse(b"# nothing yet\n").privacy == "sealed"


def test_everything_can_be_set() -> None:
    text = """
    version = 1
    language = "nb"
    round_language = "da"
    team = "Natvagten Ø"
    protocol = "home-checkin"
    privacy = "open"
    recipients = ["age1abc"]
    theme = "high-contrast"
    [retention]
    private_days = 30
    record_days = 3660
    [destinations.board]
    url = "https://example.org"
    anything = { at = "all" }
    """
    assert parse(text.encode()) == Config(
        language="nb",
        round_language="da",
        team="Natvagten Ø",
        protocol="home-checkin",
        privacy="open",
        recipients=("age1abc",),
        theme="high-contrast",
        retention=Retention(30, 3660),
        destinations={"board": {"url": "https://example.org", "anything": {"at": "all"}}},
    )


@pytest.mark.parametrize(
    ("text", "key", "near"),
    [
        ('langauge = "da"', "langauge", "language"),
        ('roundlanguage = "da"', "roundlanguage", "round_language"),
        ('themes = "dusk"', "themes", "theme"),
        ("[retention]\nprivate_day = 3", "retention.private_day", "private_days"),
        ("[destination.x]", "destination", "destinations"),
    ],
)
def test_an_unknown_key_is_told_the_nearest(text: str, key: str, near: str) -> None:
    assert refusal(text) == (
        f"debrief.toml has a key that is not known: {key}. Did you mean {near}?"
    )


def test_a_key_like_no_other_is_told_all_there_are() -> None:
    assert refusal("zzz = 1").startswith("debrief.toml has a key that is not known: zzz. ")
    assert "round_language" in refusal("zzz = 1")
    assert refusal("[retention]\nzzz = 1").endswith("The keys are: private_days, record_days.")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('language = "sv"', "language takes one of: da, nb, en"),
        ("language = 3", "language takes one of: da, nb, en"),
        ("version = 2", "version takes one of: 1"),
        ('theme = "pink"', "theme takes one of: dusk, day, high-contrast, ansi"),
        ('privacy = "none"', "privacy takes one of: sealed, open"),
        ("team = 7", "team must be a text in quotation marks"),
        ("editor_tmp = 7", "editor_tmp must be true or false"),
        ("recipients = [1]", "recipients[0] must be a text in quotation marks"),
        ("recipients = 1", "recipients must be a list in square brackets"),
        ("[retention]\nprivate_days = 0", "retention.private_days must be at least 1"),
        ("[retention]\nrecord_days = 3661", "retention.record_days must be at most 3660"),
        ('[retention]\nrecord_days = "7"', "retention.record_days must be a whole number"),
        ("destinations = 1", "destinations must be a table with keys of its own"),
        ("[destinations]\nx = 1", "destinations must be a table with keys of its own"),
    ],
)
def test_a_value_that_does_not_fit_is_told_where_and_what_may_stand_there(
    text: str, told: str
) -> None:
    assert refusal(text) == f"debrief.toml is refused: {told}. Nothing was changed; mend that line."


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"version = 1\nteam = \n", "line 2"),
        (b"team = 'x'\nteam = 'y'\n", "line 2"),
        (b"team = '", "it ends in the middle"),
        (b"team = [", "it ends in the middle"),
        (b"team = '\xff'", "UTF-8"),
        (b"x = " + b"[" * 100_000, "TOML"),
    ],
    ids=["cut off", "twice", "open quote", "open list", "not UTF-8", "deep"],
)
def test_what_is_not_toml_is_told_where(data: bytes, where: str) -> None:
    sentence = refusal(data)
    assert sentence.startswith("debrief.toml can't be read: ")
    assert where in sentence
    assert sentence.endswith("Nothing was changed; mend the file.")


def test_the_file_is_called_by_its_name() -> None:
    with pytest.raises(Problem, match=r"^house\.toml "):
        parse(b"x", "house.toml")


@given(st.binary(max_size=80) | st.text(max_size=80).map(lambda t: t.encode("utf-8", "ignore")))
def test_any_bytes_give_a_configuration_or_a_problem(data: bytes) -> None:
    try:
        said = repr(parse(data))
    except Problem as problem:
        said = str(problem)
    assert said.startswith(("Config(", "debrief.toml "))
