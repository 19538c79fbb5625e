"""Texts in, lines out."""

from __future__ import annotations

import io
import json
import sys

import pytest

from debrief.errors import EXIT_INPUT, EXIT_USAGE, Problem
from debrief.signs.stream import main, run, scan_lines, scan_text

LINE = {
    "id": "1",
    "lang": "da",
    "counsellor": "Mette",
    "text": "Mette sover ikke. Var ikke ked af.",
}


def test_a_line_gives_a_line_in_the_given_form() -> None:
    (answer,) = scan_lines([json.dumps(LINE)])
    (sign,) = json.loads(answer)["signs"]
    assert list(sign) == ["sign", "subject", "level", "band", "start", "end", "why"]
    assert LINE["text"][sign["start"] : sign["end"]] == "sover ikke"


def test_other_keys_and_empty_lines_are_passed_over() -> None:
    lines = ["\n", json.dumps({**LINE, "traps": []}), "", '{"id": "2", "text": ""}']
    answers = [json.loads(answer) for answer in scan_lines(lines, "da")]
    assert [(a["id"], len(a["signs"])) for a in answers] == [("1", 1), ("2", 0)]


@pytest.mark.parametrize(
    "bad", ["{", "[]", '{"id": 1, "text": ""}', '{"id": "1"}', '{"id":"1","text":"","lang":"sv"}']
)
def test_a_malformed_line_is_refused_with_its_number(bad: str) -> None:
    answers = scan_lines([json.dumps(LINE), bad])
    assert next(answers)
    with pytest.raises(Problem, match="Line 2"):
        next(answers)


def test_signs_that_are_set_aside_come_only_when_asked_for() -> None:
    line = json.dumps({**LINE, "text": "Mette er ikke udbrændt."})
    (few,) = scan_lines([line], every=False)
    (all_,) = scan_lines([line], every=True)
    assert json.loads(few)["signs"] == []
    assert [s["band"] for s in json.loads(all_)["signs"]] == ["topic"]


def test_a_text_gives_a_line_for_each_sign_the_most_pressing_first() -> None:
    lines = list(scan_text("Jeg sover ikke. Jeg vil ikke leve mere.", "da"))
    assert len(lines) == 2
    assert lines[0].startswith("acute · counsellor · suicidal thoughts: “vil ikke leve mere”")
    assert "sover ikke" in lines[1]


def test_a_text_without_signs_says_so_and_that_signs_may_be_missed() -> None:
    (line,) = scan_text("Vi bestilte nye headset.", "da")
    assert "your own ear" in line


def test_run_writes_whole_lines() -> None:
    written = io.StringIO()
    run([json.dumps(LINE)], written.write, form="jsonl")
    assert written.getvalue().count("\n") == 1
    assert written.getvalue().endswith("\n")


def test_the_program_reads_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(LINE) + "\n"))
    assert main(["--format", "jsonl", "--lang", "da"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "1"


@pytest.mark.parametrize(
    "words", [["--lang"], ["--lang", "sv"], ["--format", "xml"], ["--no", "x"]]
)
def test_the_program_refuses_what_it_does_not_know(words: list[str]) -> None:
    assert main(words) == EXIT_USAGE


def test_the_program_tells_of_a_bad_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("{\n"))
    assert main(["--format", "jsonl"]) == EXIT_INPUT
    assert "Line 1" in capsys.readouterr().err
