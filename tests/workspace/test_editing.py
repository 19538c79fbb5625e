"""One line of debrief.toml is changed; all the rest stays as a person wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.errors import Problem
from debrief.workspace import editing
from debrief.workspace.config import Config, parse
from debrief.workspace.editing import Setting, change, settings, typed, value, written

FILE = b"""\
# Ours since March. \xc3\xa6\xc3\xb8\xc3\xa5
team    =   "Nord"   # the night team

[destinations.board]   # the board
exporter = "folder"
level = "record"
fields = [
    "team",   # nothing else yet
]
[destinations.board.settings]
path = '/srv/x'
"""


def setting(name: str) -> Setting:
    return next(one for one in settings() if one.name == name)


def test_all_that_has_one_value_is_offered_from_the_types() -> None:
    names = [one.name for one in settings()]
    for name in ("language", "round_language", "team", "protocol", "theme", "glyphs", "privacy"):
        assert name in names
    assert "retention.private_days" in names
    assert not {"version", "recipients", "destinations", "keys"} & {*names}
    assert setting("theme").choices[0] == "dusk"
    assert setting("language").optional
    assert setting("editor_tmp").kind == "switch"
    days = setting("retention.private_days")
    assert (days.kind, days.least, days.most) == ("number", 1, 3660)
    assert all(value(Config(), one) == one.default for one in settings())


def test_a_change_leaves_every_other_byte() -> None:
    made = change(FILE, setting("team"), "Øst")
    assert made == FILE.replace(b'"Nord"', '"Øst"'.encode())
    assert written(made, setting("team"))


def test_a_new_line_comes_before_the_tables_and_goes_away_again() -> None:
    made = change(FILE, setting("theme"), "day")
    assert parse(made).theme == "day"
    assert parse(made).destinations == parse(FILE).destinations
    assert b"# the night team" in made
    assert b"# nothing else yet" in made
    gone = change(made, setting("theme"), None)
    assert parse(gone) == parse(FILE)
    assert not written(gone, setting("theme"))


def test_a_table_is_made_where_there_is_none() -> None:
    made = change(FILE, setting("retention.private_days"), 30)
    assert parse(made).retention.private_days == 30
    assert change(FILE, setting("retention.private_days"), None) == FILE
    assert parse(change(b"", setting("retention.record_days"), 9)).retention.record_days == 9


@pytest.mark.parametrize("text", ["", "0", "3661", "-1", "7.5", "seven", "9" * 30])
def test_a_number_that_does_not_fit_is_asked_for_again(text: str) -> None:
    with pytest.raises(Problem, match="1 to 3660"):
        typed(setting("retention.private_days"), text)


@pytest.mark.parametrize(("text", "number"), [("1", 1), (" 3660 ", 3660), ("٣", 3)])
def test_a_number_that_fits_is_taken(text: str, number: int) -> None:
    assert typed(setting("retention.private_days"), text) == number


def test_a_value_the_types_refuse_is_never_written() -> None:
    with pytest.raises(Problem):
        change(FILE, setting("theme"), "pink")
    with pytest.raises(Problem):
        change(b"team = ", setting("theme"), "day")


@pytest.mark.parametrize(
    "table",
    ["retention = { private_days = 3 }\n", "retention.private_days = 3 # why\n", '["retention"]\n'],
)
def test_a_table_in_any_spelling_is_changed(table: str) -> None:
    made = change(table.encode(), setting("retention.private_days"), 77)
    assert parse(made).retention.private_days == 77


_LINES = st.lists(
    st.sampled_from(
        (
            b"# a comment",
            b"",
            b"version = 1",
            b'team = "x" # y',
            b"theme = 'day'",
            b"recipients = [ 'a', 'b' ]",
            b"keys.round.back = 'f5'",
        )
    ),
    unique=True,
)


@given(_LINES, st.sampled_from(settings()), st.text(max_size=20), st.integers(1, 3660))
def test_whatever_is_written_is_read_back_and_nothing_else_moves(
    lines: list[bytes], one: Setting, text: str, number: int
) -> None:
    data = b"\n".join(lines) + b"\n"
    kinds = {"text": text, "number": number, "switch": True}
    wanted = one.choices[-1] if one.kind == "choice" else kinds[one.kind]
    made = change(data, one, wanted)
    before, after = parse(data), parse(made)
    assert value(after, one) == wanted
    for other in settings():
        if other != one:
            assert value(after, other) == value(before, other)
    assert (after.recipients, after.keys) == (before.recipients, before.keys)
    assert made.count(b"#") >= data.count(b"#")


def test_writing_loads_the_library_and_reading_does_not() -> None:
    assert "tomlkit" not in vars(editing)
