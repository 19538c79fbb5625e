"""A workspace's own word lists, and those of installed packages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from debrief.desk import Desk
from debrief.signs import forget, scan, shown
from debrief.workspace.places import Places
from tests.builders import people

LIST = """
language = "da"
[[group]]
sign = "dissociation"
patterns = "gik i {word}"
fires = "Jens gik i {word}."
"""


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    forget()


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = Places(tmp_path / "workspace", tmp_path / "config", tmp_path / "state")
    found.signs.mkdir(parents=True)
    return found


def put(path: Path, word: str) -> None:
    path.write_text(LIST.replace("{word}", word), encoding="utf-8")


def sees(word: str) -> bool:
    return bool(shown(scan(f"Mette gik i {word}.", "da", "Mette")))


def package(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Path:
    """Install a package of one module, as an entry point, in a folder of the path."""
    home = folder / "site"
    info = home / "house_signs-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: house-signs\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[debrief.exporters]\nhouse = house_signs\n")
    (home / "house_signs.py").write_text(
        "from pathlib import Path\nfrom debrief.plugin import hookimpl\n"
        f"@hookimpl\ndef debrief_signs():\n    {body}\n"
    )
    monkeypatch.syspath_prepend(str(home))
    monkeypatch.setenv("PYTHONPATH", str(home))
    return home


def start(desk: Desk) -> str:
    setup = desk.setup(desk.protocol("shift-defuse"), people("Mette"), "da")
    live = desk.start(setup)
    desk.pause(live)
    return live.state.id


def test_a_round_starts_with_the_lists_of_the_workspace(places: Places) -> None:
    put(places.signs / "hus.toml", "sort")
    (places.signs / "broken.toml").write_text("language = ", encoding="utf-8")
    (places.signs / ".#hus.toml").write_text("junk", encoding="utf-8")
    desk = Desk(places)
    assert desk.sign_problems == ()
    assert not sees("sort")
    start(desk)
    assert sees("sort")
    (problem,) = desk.sign_problems
    assert "signs/broken.toml" in str(problem)


def test_a_resumed_round_has_them_too_and_they_are_read_once(places: Places) -> None:
    session_id = start(Desk(places))
    put(places.signs / "hus.toml", "sort")
    desk = Desk(places)
    desk.pause(desk.resume(session_id))
    assert sees("sort")
    put(places.signs / "hus.toml", "hvidt")
    assert desk.own_signs() == ()
    assert sees("sort")


def test_another_workspace_does_not_inherit_them(places: Places, tmp_path: Path) -> None:
    put(places.signs / "hus.toml", "sort")
    Desk(places).own_signs()
    assert sees("sort")
    Desk(Places(tmp_path / "other", tmp_path / "c", tmp_path / "s")).own_signs()
    assert not sees("sort")


def test_a_package_gives_its_lists_from_a_process_of_its_own(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = package(
        tmp_path,
        monkeypatch,
        "print('noise'); return [Path(__file__).with_name('a.toml'), Path('/nowhere/b.toml')]",
    )
    put(home / "a.toml", "sort")
    desk = Desk(places)
    (problem,) = desk.own_signs()
    assert "b.toml" in str(problem)
    assert sees("sort")
    import sys

    assert "house_signs" not in sys.modules


def test_no_plugins_leaves_packages_out(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = package(tmp_path, monkeypatch, "return [Path(__file__).with_name('a.toml')]")
    put(home / "a.toml", "sort")
    put(places.signs / "hus.toml", "hvidt")
    assert Desk(places, plugins=False).own_signs() == ()
    assert not sees("sort")
    assert sees("hvidt")


@pytest.mark.parametrize("body", ["raise SystemExit(3)", "return 7", "import os; os._exit(1)"])
def test_a_broken_package_is_told_of_and_stops_nothing(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    package(tmp_path, monkeypatch, body)
    put(places.signs / "hus.toml", "sort")
    (problem,) = Desk(places).own_signs()
    assert "house" in str(problem)
    assert sees("sort")
