"""`debrief collect`: its status, and what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from debrief import i18n
from debrief.collecting.drop import Why
from debrief.collecting.words import _WHY
from debrief.errors import EXIT_FOUND, EXIT_KEY, EXIT_USAGE
from tests.cli.conftest import Run, places, run  # noqa: F401 - fixtures
from tests.collecting.drops import KEY, content, drop, fields, table


@pytest.fixture
def key(tmp_path: Path) -> str:
    path = tmp_path / "key.txt"
    path.write_text(f"# public key: {KEY.to_public()}\n{KEY}\n", "utf-8")
    return str(path)


@pytest.fixture
def full(tmp_path: Path) -> str:
    from datetime import UTC, datetime

    month = datetime.now(UTC).strftime("%Y-%m")
    for number in range(6):
        drop(tmp_path / "in", content("aarhus", number, fields=fields(month=month)))
    return str(tmp_path / "in")


def test_all_is_well(run: Run, full: str, key: str, tmp_path: Path) -> None:  # noqa: F811
    to = tmp_path / "to"
    said = run("collect", full, "--to", str(to), "--key", key)
    assert (said.status, said.err) == (0, "")
    assert "6 new documents, 0 known before, 0 that came twice." in said.out
    assert "1 site" in said.out
    assert len([k for k in table(to) if k[0] == "rounds"]) == 4


def test_what_must_be_looked_at_is_a_status(run: Run, full: str, key: str, tmp_path: Path) -> None:  # noqa: F811
    (Path(full) / "d-plain.age").write_text("nothing")
    said = run("collect", full, "--to", str(tmp_path / "to"), "--key", key)
    assert said.status == EXIT_FOUND
    assert "d-plain.age was left out: it is no sealed drop" in said.out
    told = run("collect", full, "--to", str(tmp_path / "to"), "--key", key, "--format", "json")
    found = json.loads(told.out)
    assert (told.status, found["known"]) == (EXIT_FOUND, 6)
    assert found["refused"] == [{"name": "d-plain.age", "source": full, "why": "form"}]


def test_what_is_missing_is_told_by_id_or_number(
    run: Run,  # noqa: F811
    full: str,
    key: str,
    tmp_path: Path,
) -> None:
    made = content("odense", sequence=4, series="d-1", previous="d-3", given_up=[1])
    drop(Path(full), made)
    said = run("collect", full, "--to", str(tmp_path / "to"), "--key", key)
    assert said.status == EXIT_FOUND
    told = "odense: 2 documents at least have not arrived (d-3, number 2); ask there."
    assert told in said.out


def test_long_lists_are_cut_and_counted(run: Run, full: str, key: str, tmp_path: Path) -> None:  # noqa: F811
    for number in range(30):
        (Path(full) / f"e-{number}.age").write_text("nothing")
    said = run("collect", full, "--to", str(tmp_path / "to"), "--key", key)
    assert said.out.count("was left out") == 20
    assert "10 more" in said.out


def test_without_a_key_nothing_is_collected(run: Run, full: str, tmp_path: Path) -> None:  # noqa: F811
    said = run("collect", full, "--to", str(tmp_path / "to"))
    assert said.status == EXIT_KEY
    assert "--key" in said.err


def test_a_file_without_a_key_is_refused_and_not_shown(run: Run, full: str, tmp_path: Path) -> None:  # noqa: F811
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("canary")
    said = run("collect", full, "--to", str(tmp_path / "to"), "--key", str(wrong))
    assert said.status == EXIT_KEY
    assert "canary" not in said.err
    said = run("collect", full, "--to", str(tmp_path / "to"), "--key", str(tmp_path / "none"))
    assert said.status == 4


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("in",),
        ("in", "--to", "x", "--since", "2026"),
        ("in", "--to", "x", "--minimum", "1"),
        ("in", "--to", "x", "--minimum", "many"),
        ("in", "--to", "x", "--minimum", "9" * 5000),
        ("in", "--to", "x", "--password", "canary"),
        ("in", "--to", "x", "--password", "plain:canary"),
    ],
)
def test_a_command_line_that_can_not_be_used(arguments: tuple[str, ...], run: Run) -> None:  # noqa: F811
    said = run("collect", *arguments)
    assert (said.status, said.out) == (EXIT_USAGE, "")
    assert "canary" not in said.err


def test_a_password_that_is_not_there(run: Run, full: str, tmp_path: Path) -> None:  # noqa: F811
    said = run("collect", full, "--to", str(tmp_path / "to"), "--password", "env:DEBRIEF_NONE")
    assert said.status == EXIT_KEY
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_reason_has_a_sentence(language: str) -> None:
    from typing import get_args

    i18n.use(language)
    try:
        for why in get_args(Why):
            assert "{name}" in _WHY[why]()
    finally:
        i18n.use("en")
