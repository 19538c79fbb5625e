"""The interface: codes, order, languages, cost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from debrief.signs import CODES, Sign, name, prepare, shown
from debrief.signs import scan as whole_scan
from debrief.signs.lexicon import LANGUAGES, lexicon
from debrief.signs.pattern import Matcher
from debrief.signs.scanning import propose
from debrief.signs.words import Words
from tests.signs.ruled import scan

BACKGROUND = Path(__file__).parents[3] / "shared" / "signs" / "background"


def test_every_code_has_a_name_a_level_and_a_sound_twin() -> None:
    for code, what in CODES.items():
        assert name(code)
        assert what.twin is None or what.twin in CODES
        assert what.duty <= (what.kind == "case")
        assert code.startswith("case_") == (what.kind == "case")


def test_the_names_of_unknown_codes_are_refused() -> None:
    with pytest.raises(KeyError):
        name("sadness")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="sv"):
        scan("jag orkar inte mer", "sv")


def test_shown_orders_by_severity_then_place_and_leaves_out_the_rest() -> None:
    made = [
        Sign("sleep", "counsellor", "watch", "firm", 0, 1, ""),
        Sign("crying", "counsellor", "watch", "topic", 0, 1, ""),
        Sign("burnout", "counsellor", "urgent", "possible", 9, 10, ""),
        Sign("intrusion", "counsellor", "urgent", "firm", 12, 13, ""),
        Sign("self_harm", "counsellor", "acute", "firm", 20, 21, ""),
    ]
    order = ["self_harm", "intrusion", "burnout", "sleep"]
    assert [sign.sign for sign in shown(tuple(made))] == order


def test_a_note_with_both_gives_both_each_with_its_subject() -> None:
    text = "Kvinden vil ikke leve mere. Mette græd bagefter og kan ikke sove."
    signs = shown(scan(text, "da", "Mette"))
    assert [(s.sign, s.subject, s.level) for s in signs] == [
        ("case_suicide_risk", "case", "acute"),
        ("crying", "counsellor", "watch"),
        ("sleep", "counsellor", "watch"),
    ]


def test_the_counsellors_own_overdose_is_read_as_suicidal() -> None:
    (sign,) = shown(scan("Mette har taget 30 pinex.", "da", "Mette"))
    assert (sign.sign, sign.subject, sign.level) == ("suicidal_thoughts", "counsellor", "acute")


def test_a_lexicon_may_be_read_ahead() -> None:
    prepare("nb")
    assert lexicon.cache_info().currsize


def test_a_plain_note_gives_nothing() -> None:
    assert scan("Nye headset bestilt, kaffen er god.", "da", "Mette") == ()
    assert scan("", "da") == ()
    assert scan(" \n\t", "auto") == ()


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Mette har ikke sovet efter vagten, hun siger hun ligger vågen.", "sleep"),
        ("Hun har ikke fått sove etter vakta, hun sier noe om mareritt.", "intrusion"),
        ("She said that she has not been sleeping after the call.", "sleep"),
    ],
)
def test_the_language_is_recognised(text: str, sign: str) -> None:
    assert sign in [s.sign for s in scan(text, "auto", "Mette")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "piece",
    ["jeg vil ikke leve ", "ikke ", "not i cant ", '"jeg ', "Mette sover ikke, ", "kan ikke mer "],
)
def test_the_cost_grows_with_the_text_and_no_faster(language: str, piece: str) -> None:
    def visits(times: int) -> int:
        words_of = lexicon(language)
        matcher = Matcher(Words(piece * times, words_of.short), words_of.fillers)
        propose(matcher, words_of)
        return matcher.visits

    few, many = visits(200), visits(800)
    assert many <= 4.2 * few + 2000
    # Fewer visits a word than there are patterns: no pattern is tried where it can't begin.
    patterns = sum(len(group.patterns) for group in lexicon(language).groups)
    assert few / (200 * len(piece.split())) < patterns


@pytest.mark.parametrize("piece", ["\u0301", "\u200b", "\u05d0\u202e ", "\n", '"', "'", "a", "A-"])
def test_a_long_strange_text_is_read(piece: str) -> None:
    assert scan(piece * 50_000, "da", "Mette") == ()


def test_many_signs_in_one_endless_sentence_are_all_found() -> None:
    signs = scan("jeg vil ikke leve og " * 2000, "da", "Mette")
    assert len([s for s in signs if s.sign == "suicidal_thoughts"]) == 2000


def test_importing_is_light() -> None:
    code = (
        "import sys, debrief.signs; "
        "print([m for m in ('asyncio','rich','textual','httpx','pluggy','difflib','json') "
        "if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not BACKGROUND.is_dir(), reason="the background sentences are not here")
@pytest.mark.parametrize("language", ["da", "nb"])
def test_ordinary_text_raises_few_alarms(language: str) -> None:
    lines = (BACKGROUND / f"ud_{language}.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    alarms = sum(any(s.band == "firm" for s in whole_scan(text, language)) for text in texts)
    assert alarms * 1000 < 2 * len(texts)


def test_the_codes_are_known_without_loading_what_only_reading_needs() -> None:
    code = (
        "import sys, debrief.signs;"
        "print(sorted({'msgspec', 'inspect', 'dataclasses', 'statistics', 'tomllib', 'datetime'}"
        " & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert done.stdout.strip() == "[]"


def steps(text: str) -> int:
    """Return how many lines of the program are run to scan a text."""
    count = 0

    def line(frame: FrameType, event: str, arg: object) -> Callable[..., object]:
        nonlocal count
        count += 1
        return line

    before = sys.gettrace()
    sys.settrace(line)
    try:
        whole_scan(text, "da", "Mette")
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        "Mette sover ikke. Borgeren vil dø i nat, hun har piller. ",
        "ikke ",
        "a",
        "\n",
        '"',
        "“Jeg vil dø,” sagde hun, ",
        "a\u0301",
        "\u200b",
        "\u202eשלום ",
    ],
)
def test_a_text_twice_as_long_takes_no_more_than_twice_the_work(piece: str) -> None:
    prepare("da")
    text = piece * (2000 // len(piece))
    whole_scan(text, "da", "Mette")
    assert steps(text * 2) < 2.2 * steps(text) + 500
