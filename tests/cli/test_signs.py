"""`debrief signs`: what there is, and lists tried on their examples."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from debrief.errors import EXIT_FOUND, EXIT_USAGE
from debrief.signs import CODES, forget
from debrief.signs.lexicon import DATA
from debrief.workspace.places import Places
from tests.cli.conftest import Run

GOOD = """
language = "sv"
counsellor = "Åsa"
[[group]]
sign = "crying"
patterns = "grät hela natten"
fires = "Åsa grät hela natten."
"""


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    forget()


def test_the_list_has_every_sign_that_words_can_give(run: Run) -> None:
    said = run("signs", "list", "--format", "json")
    assert said.status == 0
    rows = json.loads(said.out)
    assert [row["code"] for row in rows] == [c for c, w in CODES.items() if w.kind != "pattern"]
    assert all(row["patterns"].keys() == {"da", "nb", "en"} for row in rows)
    assert all(rows[0]["patterns"].values())
    lines = run("signs", "list", "--lang", "da").out.splitlines()
    assert len(lines) == len(rows)
    assert lines[0].startswith("suicidal_thoughts  suicidal thoughts  da ")


def test_the_list_counts_the_workspaces_own(run: Run, places: Places) -> None:
    assert run("signs", "list", "--lang", "sv").status == EXIT_USAGE
    places.signs.mkdir()
    (places.signs / "sv.toml").write_text(GOOD, encoding="utf-8")
    rows = json.loads(run("signs", "list", "--lang", "sv", "--format", "json").out)
    assert {row["code"] for row in rows if row["patterns"]["sv"]} == {"crying"}


def test_a_sound_list_passes(run: Run, places: Places) -> None:
    places.signs.mkdir()
    assert run("signs", "check").status == 0
    path = places.signs / "sv.toml"
    path.write_text(GOOD, encoding="utf-8")
    for said in (run("signs", "check", str(path)), run("signs", "check")):
        assert (said.status, said.err) == (0, "")
        assert "sv.toml can be used: 1 pattern, and every example holds." in said.out


def test_a_failing_example_is_told_with_group_pattern_and_text(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sv.toml"
    path.write_text(GOOD + 'quiet = "Åsa grät hela natten, tror hon."\n', encoding="utf-8")
    said = run("signs", "check", str(path))
    assert said.status == EXIT_FOUND
    for words in ("sv.toml, group 1 (crying)", "grät hela natten, tror hon", "Could be crying"):
        assert words in said.out
    assert "can be used" not in said.out


def test_a_broken_list_and_a_missing_one_are_told_of(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sv.toml"
    path.write_text(GOOD.replace("grät hela", "(grät hela"), encoding="utf-8")
    said = run("signs", "check", str(path), str(tmp_path / "none.toml"))
    assert said.status == EXIT_FOUND
    assert "line 6" in said.err
    assert "none.toml" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("path", sorted(DATA.glob("*/co*r.toml")), ids=lambda p: p.parent.name)
def test_the_programs_own_lists_pass_where_their_language_is_named(run: Run, path: Path) -> None:
    said = run("signs", "check", "--lang", path.parent.name, str(path))
    assert (said.status, said.err) == (0, ""), said.out


def test_the_commands_load_nothing_heavy(places: Places) -> None:
    code = (
        "import sys; from debrief.__main__ import main; main(['signs', 'check']);"
        "main(['signs', 'list']); heavy = {'asyncio', 'rich', 'textual', 'httpx', 'pluggy'};"
        "sys.stderr.write(repr(sorted(heavy & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == "[]"


def test_plain_mode_says_that_a_list_was_left_out_and_goes_on(run: Run, places: Places) -> None:
    places.signs.mkdir()
    (places.signs / "hus.toml").write_text("language = ", encoding="utf-8")
    said = run("run", "--plain", given="Mette\n\n\n/luk\nnone\n\n\nja\nnej\n")
    assert "signs/hus.toml was left out" in said.out
    assert "Traceback" not in said.err
    assert list(places.sessions.glob("2*/*.toml")) or list(places.live.glob("*.journal"))


def test_a_folder_is_no_file_to_scan(run: Run, tmp_path: Path) -> None:
    said = run("scan", str(tmp_path))
    assert said.status == EXIT_USAGE
    assert said.err == f"debrief: {tmp_path} is a folder. Name a file in it, or pipe the text in.\n"
