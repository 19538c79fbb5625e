"""A house's own files: what stands in them comes first, and a bad one costs itself alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief import guidance, i18n
from debrief.errors import Problem

TODAY = dt.date(2026, 11, 28)
HEAD = 'format = "debrief-guidance/1"\n'


@pytest.fixture(autouse=True)
def english():
    before = i18n.language()
    i18n.use("en")
    yield
    i18n.use(before)


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, "utf-8")


def test_a_house_fills_in_its_chain_in_its_own_language_alone(tmp_path) -> None:
    write(tmp_path, "house.toml", HEAD + """
[[chain]]
id = "leader"
name = "Bagvagten, Kirsten"
number = "12 34 56 78"
verified_on = 2026-11-20
""")  # fmt: skip
    made, problems = guidance.library("DK", tmp_path)
    assert problems == ()
    assert tuple(made.chain)[1] == "leader"
    assert (
        guidance.chain_line(made, "nb") == "Nødnummer 112 → Bagvagten 12 34 56 78 → Legevakt 1813"
    )


def test_a_card_of_its_own_stands_in_place_of_the_one_that_comes_along(tmp_path) -> None:
    write(tmp_path, "cards.toml", HEAD + """
[[cards]]
id = "sign-sleep"
kind = "sign"
name = "Søvn hos os"
tonight = ["Ring til Kirsten."]
[[cards]]
id = "our-model"
kind = "page"
name = "Femtrinsmodellen"
steps = ["Lyt", "Spørg"]
""")  # fmt: skip
    made, problems = guidance.library("DK", tmp_path)
    assert problems == ()
    read = guidance.lines(made, "sign-sleep", "en", TODAY)
    assert [line.text for line in read] == ["Søvn hos os", "Tonight", "Ring til Kirsten.", ""]
    assert "our-model" in made.ids
    assert guidance.library("DK")[0].cards["sign-sleep"].name.da == "Søvn"


def test_what_holds_in_another_country_is_left_out(tmp_path) -> None:
    number = '[[numbers]]\nid = "emergency"\nname = "x"\nnumber = "1"\nsource = "s"\n'
    write(tmp_path, "no.toml", HEAD + 'country = "NO"\n' + number)
    assert guidance.library("DK", tmp_path)[0].numbers["emergency"].number == "112"
    assert guidance.library("NO", tmp_path)[0].numbers["emergency"].number == "1"


CARD = '[[cards]]\nid = "a"\nkind = "page"\nname = "A"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("format =", ("house.toml", "not valid TOML")),
        ("", ("house.toml", "must begin with", "debrief-guidance/1")),
        (HEAD + "sounds = 1\n", ("house.toml", "sounds")),
        (HEAD + CARD + "tonigth = ['x']\n", ("cards[0].tonigth", "tonight")),
        (HEAD + '[[cards]]\nid = "a"\nkind = "page"\n', ("lacks", "cards[0].name")),
        (HEAD + CARD + CARD, ("more than once", "cards")),
        (HEAD + CARD + 'say = { da = ["a", "b"], nb = ["a"], en = ["a"] }\n', ("cards[0].say",)),
        (HEAD + CARD + 'numbers = ["emergancy"]\n', ("emergancy", "did you mean emergency")),
        (HEAD + CARD + 'law = "none"\n', ("none", "nowhere")),
        (HEAD + CARD + 'verified_on = "yesterday"\n', ("cards[0].verified_on",)),
        (HEAD + '[[chain]]\nid = "x"\nname = "X"\nnumber = "call me"\n', ("chain[0].number",)),
        (HEAD + '[[duties]]\ncard = "duty-x"\nlaw = "life"\nnumbers = []\n', ("duty-x",)),
        (HEAD + "a" * 5000, ("larger",)),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence_and_the_rest_stands(tmp_path, text, words) -> None:
    write(tmp_path, "house.toml", text)
    write(tmp_path, "whole.toml", HEAD + CARD.replace('"a"', '"whole"'))
    made, problems = guidance.library("DK", tmp_path)
    assert len(problems) == 1
    said = str(problems[0])
    assert "\n" not in said
    for word in words:
        assert word in said
    assert "whole" in made.cards
    assert "a" not in made.cards


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path) -> None:
    (tmp_path / "house.toml").write_bytes(HEAD.encode() + b"a = '\xff'\n")
    _made, problems = guidance.library("DK", tmp_path)
    assert "line 2" in str(problems[0])


def test_a_folder_that_is_not_there_is_empty(tmp_path) -> None:
    assert guidance.library("DK", tmp_path / "no")[1] == ()


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: (HEAD + t).encode()))
def test_no_bytes_give_anything_but_a_sentence(data: bytes) -> None:
    said = "house.toml"
    try:
        guidance.load(data, "house.toml")
    except Problem as problem:
        said = str(problem)
    assert "house.toml" in said


def test_a_card_that_is_not_there_names_the_nearest() -> None:
    made, _problems = guidance.library("DK")
    with pytest.raises(Problem, match="did you mean sign-sleep"):
        guidance.lines(made, "sign-slep", "en", TODAY)


def test_what_readme_tells_a_house_to_write_can_be_used(tmp_path) -> None:
    readme = Path(__file__).parents[2].joinpath("README.md").read_text("utf-8")
    blocks = [one.split("```")[0] for one in readme.split("```toml\n")[1:]]
    [block] = [one for one in blocks if "debrief-guidance/1" in one]
    write(tmp_path, "house.toml", block)
    made, problems = guidance.library("DK", tmp_path)
    assert problems == ()
    assert "Bagvagten 12 34 56 78" in guidance.chain_line(made, "da")
