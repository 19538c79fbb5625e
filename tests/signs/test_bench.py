"""The bench: its own figures are right, and one command prints every table."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from debrief.signs import Sign
from debrief.signs.lexicon import lexicon
from debrief.signs.scanning import Switches, scan_with
from tests.bench.scoring import Entry, figures, table

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "signs"


def entry(name: str, text: str, *signs: tuple[str, str, str], traps: str = "") -> Entry:
    labels = [{"sign": s, "subject": who, "level": level} for s, who, level in signs]
    return {
        "id": name,
        "lang": "da",
        "counsellor": "Mette",
        "text": text,
        "signs": labels,
        "traps": traps.split(),
    }


def sign(code: str, subject: str, level: str, band: str = "firm") -> Sign:
    return Sign(code, subject, level, band, 0, 1, "")


GOLD = [
    entry("a", "x", ("sleep", "counsellor", "watch")),
    entry("b", "x", ("suicidal_thoughts", "counsellor", "acute"), traps="implicit quote"),
    entry("c", "x", ("case_violence", "case", "urgent")),
    entry("d", "x", traps="negation"),
    entry("e", "x", traps="idiom"),
    entry("f", "x", ("sleep", "counsellor", "watch"), traps="ambiguous"),
]
FOUND = {
    "a": (sign("sleep", "counsellor", "watch"), sign("crying", "counsellor", "watch")),
    "b": (sign("hopelessness", "counsellor", "urgent", "possible"),),
    "c": (sign("case_violence", "case", "urgent"), sign("case_child_at_risk", "case", "acute")),
    "d": (sign("sleep", "counsellor", "watch", "topic"),),
    "e": (sign("crying", "counsellor", "watch", "possible"),),
    "f": (),
}


def test_each_figure_is_what_its_definition_says() -> None:
    made = figures(GOLD, FOUND)
    assert made.entries == 5
    wanted = {
        "seen": 1.0,
        "acute": 1.0,
        "explicit": 1.0,
        "implicit": 1.0,
        "subject": 1.0,
        "alarm": 0.0,
        "alarm_shown": 0.5,
        "precision": 2 / 3,
        "recall": 2 / 3,
        "f1": 2 / 3,
        "precision_shown": 1 / 2,
        "recall_shown": 2 / 3,
        "f1_shown": 4 / 7,
    }
    assert made.shares == pytest.approx(wanted)
    assert made.signs["suicidal_thoughts"] == {"missed": 1}
    assert made.signs["crying"] == {"wrong": 2}
    assert made.traps == {"idiom": (0, 1), "implicit": (1, 1), "negation": (1, 1), "quote": (1, 1)}


def test_no_entries_give_no_figures() -> None:
    assert set(figures([], {}).shares.values()) == {0.0}
    assert list(table(("", "n"), [("a", 0.5), ("bb", 12)])) == ["       n", "a   0.50", "bb    12"]


@pytest.mark.skipif(not (SHARED / "score.py").is_file(), reason="there is no other scorer here")
@pytest.mark.parametrize("language", ["da", "nb", "en"])
def test_both_scorers_agree(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    spec = importlib.util.spec_from_file_location("shared_score", SHARED / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    lines = (SHARED / "dev" / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    gold = [json.loads(line) for line in lines]
    found = {e["id"]: scan_with(lexicon(language), e["text"], e["counsellor"]) for e in gold}
    rows = {key: [one._asdict() for one in each] for key, each in found.items()}
    other = module.score(gold, rows, False)
    assert figures(gold, found).shares == pytest.approx(figures(gold, found).shares | other)


def test_each_switch_leaves_its_part_out() -> None:
    words_of = lexicon("da")

    def bands(text: str, **off: bool) -> list[tuple[str, str]]:
        signs = scan_with(words_of, text, "Mette", Switches(reading=False, **off))
        return [(s.subject, s.band) for s in signs]

    assert bands("Mette er ikke udbrændt.") == [("counsellor", "topic")]
    assert bands("Mette er ikke udbrændt.", negation=False) == [("counsellor", "firm")]
    assert bands("Mette græd af grin.", idioms=False) == [("counsellor", "firm")]
    assert bands("Rollespil: Mette græd.", softening=False) == [("counsellor", "firm")]
    assert bands("Borgeren sover ikke.", people=False) == [("counsellor", "firm")]
    assert bands("Mette har selvmrodstanker.", typos=False) == []


def test_one_command_prints_every_table(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    rows = [
        entry("a", "Mette sover ikke.", ("sleep", "counsellor", "watch")),
        entry("b", "Kaffen er god.", traps="positive"),
    ]
    gold.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    words = tmp_path / "words.txt"
    words.write_text("selvmrodstanker 3\nkaffe 5\n\n", encoding="utf-8")
    command = [sys.executable, str(ROOT / "tests" / "bench" / "signs.py")]
    done = subprocess.run([*command, str(gold)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    for heading in ("Figures", "What each part", "By sign", "By trap", "ordinary", "Milliseconds"):
        assert heading in done.stdout
    assert "da + negation" in done.stdout
    told = subprocess.run(
        [*command, "--slips", f"da={words}"], capture_output=True, text=True, timeout=60
    )
    assert told.stdout.split()[:2] == ["selvmrodstanker", "->"]
