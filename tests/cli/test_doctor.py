"""`debrief doctor`: a fault of each kind is told in one sentence, and nothing is left behind."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from debrief.desk import Desk, doctor, keyring
from debrief.errors import EXIT_FOUND
from debrief.record.recovery import Making
from debrief.workspace.places import Places
from tests.cli.conftest import Run


def told(desk: Desk, about: str) -> list[tuple[str, str]]:
    return [(one.weight, one.told) for one in doctor.look(desk) if one.about == about]


def everything(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def with_a_spare(desk: Desk) -> None:
    """Make a recovery key, as somebody does for whom all is well."""
    making = Making()
    assert making.matches("".join(making.lines()).replace(" ", ""))
    keyring.keep_spare(desk, making)


def test_where_all_is_well_every_check_says_so(run: Run, held: Desk) -> None:
    with_a_spare(held)
    before = everything(held.places.state) | everything(held.places.config)
    said = run("doctor")
    assert said.status == 0, said.out
    assert "■" not in said.out
    assert "▲" not in said.out
    assert "ledger is whole" in said.out
    after = everything(held.places.state) | everything(held.places.config)
    assert {path.name for path in after - before} <= {"index.age"}


def test_a_first_start_is_well_and_makes_no_key(run: Run, places: Places) -> None:
    found = json.loads(run("doctor", "--format", "json").out)
    assert {one["weight"] for one in found} == {"well"}
    assert not (places.config / "identity.txt").exists()


def _open_to_all(desk: Desk) -> None:
    (desk.places.config / "signing_key").chmod(0o644)


def _no_key(desk: Desk) -> None:
    (desk.places.config / "identity.txt").write_text("not a key\n", "utf-8")


def _torn(desk: Desk) -> None:
    path = desk.places.sessions / "ledger.txt"
    path.write_bytes(path.read_bytes()[:-20])


def _spoiled(desk: Desk) -> None:
    desk.held()[0].path.write_bytes(b"spoiled")


def _early(desk: Desk) -> None:
    desk.clock = lambda: dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("fault", "about", "word"),
    [
        (_open_to_all, "keys", "chmod 600"),
        (_no_key, "keys", "not a whole key"),
        (_torn, "sessions", "cut short"),
        (_spoiled, "sessions", "does not start like"),
        (_early, "clock", "in the past"),
    ],
)
def test_a_fault_is_told(held: Desk, fault: Callable[[Desk], None], about: str, word: str) -> None:
    desk = Desk(held.places)
    fault(desk)
    desk.__dict__.pop("keys", None)
    wrong = [text for weight, text in told(desk, about) if weight == "wrong"]
    assert any(word in text for text in wrong), told(desk, about)


def test_a_copy_of_a_synced_folder_is_told(held: Desk) -> None:
    year = held.held()[0].path.parent
    (year / "2026-11-21-x (conflicted copy 2026-11-22 093612).toml").write_text("x", "utf-8")
    assert any(weight == "mind" for weight, _text in told(held, "synced folders"))


def test_rounds_in_a_synced_folder_are_told(tmp_path: Path) -> None:
    state = tmp_path / "Nextcloud" / "state"
    desk = Desk(Places(tmp_path / "workspace", tmp_path / "config", state))
    assert [weight for weight, _text in told(desk, "synced folders")] == ["wrong"]


def test_a_changed_plugin_and_a_broken_destination_are_told(run: Run, held: Desk) -> None:
    held.places.plugins.mkdir()
    (held.places.plugins / "mine.py").write_text("def broken(:\n", "utf-8")
    held.places.settings.write_text(
        'version = 1\n[destinations.a]\nexporter = "folder"\nlevel = "none"\nfields = []\n', "utf-8"
    )
    desk = Desk(held.places)
    assert [weight for weight, _text in told(desk, "what leaves")].count("mind") == 2


def test_something_wrong_gives_the_status(run: Run, held: Desk) -> None:
    (held.places.config / "identity.txt").chmod(0o644)
    said = run("doctor")
    assert said.status == EXIT_FOUND
    assert "■ keys" in said.out
