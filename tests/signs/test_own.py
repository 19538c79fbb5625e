"""A house's own word lists: taken up, refused whole, and no other language without one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.signs import extend, forget, shown
from debrief.signs.lexicon import lexicon
from debrief.signs.own import LARGEST, current, read
from tests.signs.ruled import scan

OWN = b"""
language = "da"
mask = "hvid som et lagen"
[[group]]
sign = "dissociation"
patterns = '''
hvid som et lagen
gik i sort
'''
fires = '''
Jens gik i sort.
'''
"""
SWEDISH = """
language = "sv"
counsellor = "Åsa"
[context]
fillers = "jag hon han bara det"
inverts = "yes"
[context.classes]
inte = "inte aldrig"
[context.who]
first = "jag"
third_f = "hon"
citizen_n = "uppringaren"
says = "sa säger"
[context.negation]
words = "inte aldrig"
[[group]]
sign = "sleep"
patterns = "{kan <inte>} sova"
neg = "built_in"
fires = "Åsa kan inte sova."
quiet = "Uppringaren kan inte sova."
[[group]]
sign = "crying"
patterns = "grät"
fires = "Hon grät efteråt."
quiet = "Åsa grät inte."
""".encode()


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    forget()


def seen(text: str, language: str, name: str) -> list[tuple[str, str]]:
    return [(sign.sign, sign.band) for sign in shown(scan(text, language, name))]


def test_a_list_adds_its_signs_and_masks_until_it_is_let_go() -> None:
    base = lexicon("da")
    assert seen("Mette gik i sort.", "da", "Mette") == []
    assert extend([("hus.toml", OWN)]) == ()
    assert seen("Mette gik i sort.", "da", "Mette") == [("dissociation", "firm")]
    assert seen("Mette sover ikke.", "da", "Mette") == [("sleep", "firm")]
    assert scan("Mette var hvid som et lagen.", "da", "Mette")[0].band == "masked"
    assert seen("Borgeren gik i sort.", "da", "Mette") == []
    assert lexicon("da") is base
    forget()
    assert seen("Mette gik i sort.", "da", "Mette") == []


def test_lists_add_up_and_one_of_the_same_name_stands_in_for_the_one_before() -> None:
    extend([("a.toml", OWN)])
    extend([("b.toml", OWN.replace(b"gik i sort", b"gik kold"))])
    assert seen("Mette gik i sort.", "da", "Mette")
    assert seen("Mette gik kold.", "da", "Mette")
    extend([("a.toml", OWN.replace(b"gik i sort", b"gik ned med flaget"))])
    assert not seen("Mette gik i sort.", "da", "Mette")
    assert seen("Mette gik kold.", "da", "Mette")


def test_another_language_needs_a_list_of_its_own() -> None:
    with pytest.raises(ValueError, match="sv"):
        scan("Åsa kan inte sova.", "sv", "Åsa")
    assert extend([("sv.toml", SWEDISH)]) == ()
    assert seen("Åsa kan inte sova.", "sv", "Åsa") == [("sleep", "firm")]
    assert seen("Uppringaren kan inte sova.", "sv", "Åsa") == []
    assert seen("Åsa grät inte.", "sv", "Åsa") == []
    forget()
    with pytest.raises(ValueError, match="sv"):
        scan("Åsa kan inte sova.", "sv", "Åsa")


def test_a_context_may_stand_in_another_file_whatever_their_order() -> None:
    context, group = SWEDISH.split(b"[[group]]", 1)
    words = b'language = "sv"\n[[group]]' + group
    assert extend([("a.toml", words), ("b.toml", context)]) == ()
    assert seen("Uppringaren kan inte sova.", "sv", "Åsa") == []


def test_without_a_context_a_language_gives_nothing_firm() -> None:
    group = b'[[group]]\nsign = "crying"\npatterns = "gr\xc3\xa4t"\nfires = "x"\n'
    assert extend([("fi.toml", b'language = "sv"\n' + group)]) == ()
    assert seen("Åsa grät.", "sv", "Åsa") == [("crying", "possible")]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b'"da"', b'"Danish"', ("language",)),
        (b'language = "da"\n', b"", ("language",)),
        (b"patterns", b"pattern", ("line 4", "pattern", "patterns")),
        (b"dissociation", b"dizzy", ("line 4", "dizzy")),
        (b"gik i sort\n", b"gik (i sort\n", ("line 8", "gik (i sort")),
        (b"gik i sort\n", b"{" * 300 + b"\n", ("line 8",)),
        (b"mask", b"masks", ("masks", "mask")),
        (b"[[group]]", b"[context]\n[[group]]", ("context",)),
        (b"hvid", b"\xff", ("TOML",)),
        (b"mask =", b"mask ", ("line 3",)),
        (b"mask =", b"context =" + b"[" * 9000 + b"\nmask =", ("TOML",)),
        (b"gik i sort\n", b"a" * LARGEST, (str(LARGEST),)),
    ],
)
def test_a_broken_list_is_left_out_whole_and_says_where(
    old: bytes, new: bytes, told: tuple[str, ...]
) -> None:
    problems = extend([("hus.toml", OWN.replace(old, new, 1)), ("b.toml", OWN)])
    assert len(problems) == 1
    for words in ("hus.toml", *told):
        assert words in str(problems[0])
    assert seen("Mette gik i sort.", "da", "Mette") == [("dissociation", "firm")]
    assert seen("Mette sover ikke.", "da", "Mette") == [("sleep", "firm")]


def test_the_second_context_of_a_language_is_refused() -> None:
    problems = extend([("a.toml", SWEDISH), ("b.toml", SWEDISH)])
    assert ["b.toml" in str(problem) for problem in problems] == [True]
    assert seen("Åsa kan inte sova.", "sv", "Åsa") == [("sleep", "firm")]


@given(st.binary(max_size=80) | st.text("[]{}()=\"'\n#|~!?*<>abæ_ ", max_size=80).map(str.encode))
def test_whatever_a_list_holds_nothing_is_raised(data: bytes) -> None:
    pattern = b"\n[[group]]\nsign='sleep'\nfires='x'\npatterns='''\n" + data + b"\n'''\n"
    for each in (data, b'language = "da"\n' + data, b'language = "da"' + pattern):
        made = read([("x.toml", each)])
        assert len(made.problems) + len(made.lists) >= 1


def test_a_scan_that_began_keeps_its_lists() -> None:
    extend([("hus.toml", OWN)])
    held = current("da")
    forget()
    assert current("da") is not held
    assert held.groups[-1].sign == "dissociation"
