"""Which folders are used."""

from __future__ import annotations

from pathlib import Path

import pytest

from debrief.errors import Problem
from debrief.workspace import places


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home, with the current folder somewhere else."""
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    return home


def workspace(folder: Path) -> Path:
    (folder / "plugins").mkdir(parents=True)
    (folder / "sessions").mkdir()
    return folder


def test_nothing_has_to_be_set_up(home: Path) -> None:
    found = places.find(environment={})
    assert found.workspace.is_relative_to(home)
    assert found.workspace.name == "workspace"
    assert not found.workspace.exists()


def test_the_one_named_comes_first(home: Path, tmp_path: Path) -> None:
    workspace(Path.cwd() / "x")
    found = places.find(tmp_path / "named", {"DEBRIEF_WORKSPACE": str(tmp_path / "asked")})
    assert found.workspace == tmp_path / "named"


def test_then_the_one_in_the_environment(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace(tmp_path / "current"))
    found = places.find(environment={"DEBRIEF_WORKSPACE": str(tmp_path / "asked")})
    assert found.workspace == tmp_path / "asked"
    assert places.find(environment={"DEBRIEF_WORKSPACE": ""}).workspace == tmp_path / "current"


def test_then_the_current_folder_where_it_is_one(home: Path) -> None:
    here = Path.cwd()
    (here / "plugins").mkdir()
    assert places.find(environment={}).workspace != here
    (here / "sessions").mkdir()
    assert places.find(environment={}).workspace == here


def test_a_settings_file_makes_a_workspace(home: Path) -> None:
    here = Path.cwd()
    (here / "debrief.toml").mkdir()
    assert places.find(environment={}).workspace != here
    (here / "debrief.toml").rmdir()
    (here / "debrief.toml").touch()
    assert places.find(environment={}).workspace == here


def test_a_current_folder_that_was_deleted_is_no_workspace(home: Path) -> None:
    Path.cwd().rmdir()
    assert places.find(environment={}).workspace.is_relative_to(home)


def test_the_process_environment_counts_where_none_is_given(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBRIEF_WORKSPACE", str(tmp_path / "asked"))
    assert places.find().workspace == tmp_path / "asked"


def test_relative_and_home_paths_become_whole(home: Path) -> None:
    assert places.find(Path("x"), {}).workspace == Path.cwd() / "x"
    assert places.find(environment={"DEBRIEF_WORKSPACE": "~/x"}).workspace == home / "x"


def test_a_file_is_no_workspace(home: Path) -> None:
    file = Path.cwd() / "notes.txt"
    file.touch()
    with pytest.raises(Problem, match=r"notes\.txt is not a folder"):
        places.find(file, {})


def test_keys_and_state_can_be_moved(home: Path, tmp_path: Path) -> None:
    environment = {"DEBRIEF_CONFIG": str(tmp_path / "keys"), "DEBRIEF_STATE": "~/state"}
    found = places.find(tmp_path / "ws", environment)
    assert found.config == tmp_path / "keys"
    assert found.state.parent == home / "state"


def test_each_workspace_has_a_state_of_its_own_outside_it(home: Path, tmp_path: Path) -> None:
    one, other = (places.find(tmp_path / name, {}) for name in ("one", "other"))
    assert one.state != other.state
    assert one.state == places.find(tmp_path / "one", {}).state
    assert one.config == other.config
    for folder in (one.live, one.locks, one.outbox):
        assert folder.is_relative_to(one.state)
        assert not folder.is_relative_to(one.workspace)


def test_a_linked_workspace_is_the_same_workspace(home: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert places.find(tmp_path / "link", {}).state == places.find(tmp_path / "real", {}).state


def test_what_may_be_shared_is_in_the_workspace(home: Path, tmp_path: Path) -> None:
    found = places.find(tmp_path, {})
    names = [
        path.relative_to(tmp_path).as_posix()
        for path in (found.sessions, found.plugins, found.protocols, found.settings, found.roster)
    ]
    assert names == ["sessions", "plugins", "protocols", "debrief.toml", "roster.toml"]
