"""Finding a protocol: bundled, or a house's own that stands before it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from unittest.mock import patch

import pytest

import debrief.protocol
from debrief.errors import EXIT_DISK, EXIT_INPUT, Problem
from debrief.protocol import BUNDLED, available, find, library, load, merge
from debrief.protocol.loading import MAX_BYTES

LIBRARY = Path(debrief.protocol.__file__).parent / "library"
STOP5 = (LIBRARY / "stop5.toml").read_text(encoding="utf-8")


def house(folder: Path, protocol_id: str, version: int = 7) -> Path:
    folder.mkdir(exist_ok=True)
    text = STOP5.replace('id = "stop5"', f'id = "{protocol_id}"')
    path = folder / f"{protocol_id}.toml"
    path.write_text(text.replace("version = 1", f"version = {version}"), encoding="utf-8")
    return path


def not_found(protocol_id: str, *folders: Path) -> str:
    with pytest.raises(Problem) as caught:
        find(protocol_id, folders)
    assert caught.value.status == EXIT_INPUT
    return str(caught.value)


def test_bundled_protocols_are_found_and_read_once() -> None:
    for protocol_id in BUNDLED:
        assert find(protocol_id).id == protocol_id
        assert find(protocol_id) is library()[protocol_id]


def test_a_houses_own_stands_before_the_bundled(tmp_path: Path) -> None:
    house(tmp_path, "stop5")
    assert find("stop5", [tmp_path]).version == 7
    assert find("stop5").version == 1
    assert find("home-checkin", [tmp_path]) is find("home-checkin")


def test_a_later_folder_stands_before_an_earlier(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    house(first, "stop5", 2)
    house(second, "stop5", 3)
    folders = iter([first, second])
    assert find("stop5", folders).version == 3
    assert available([first, second])[0]["stop5"].version == 3


def test_a_house_protocol_with_an_id_of_its_own(tmp_path: Path) -> None:
    house(tmp_path, "torsdag")
    assert find("torsdag", [tmp_path]).id == "torsdag"


def test_an_unknown_id_names_the_nearest_and_all_there_are(tmp_path: Path) -> None:
    house(tmp_path, "torsdag")
    assert not_found("shift-defuze", tmp_path) == (
        "There is no protocol called shift-defuze; did you mean shift-defuse?"
        f" There are: {', '.join(BUNDLED)}, torsdag."
    )
    assert "did you mean torsdag?" in not_found("torsdg", tmp_path)
    assert not_found("xyzzy") == (
        f"There is no protocol called xyzzy. There are: {', '.join(BUNDLED)}."
    )


@pytest.mark.parametrize("protocol_id", ["", "../outside", "..", "Stop5", "a/b", "x\x1b[2J\n", "é"])
def test_what_cannot_be_an_id_is_never_looked_for_on_disk(protocol_id: str, tmp_path: Path) -> None:
    house(tmp_path, "outside")
    inner = tmp_path / "inner"
    inner.mkdir()
    said = not_found(protocol_id, inner)
    assert said.startswith("There is no protocol called")
    assert said.isprintable()


def test_an_id_in_capitals_gets_the_right_suggestion() -> None:
    assert "did you mean stop5?" in not_found("STOP5")


def test_a_broken_house_file_is_refused_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "stop5.toml").write_text("format = 1\n", encoding="utf-8")
    assert "In the protocol file stop5.toml, format must be a text" in not_found("stop5", tmp_path)


def test_one_broken_file_costs_only_itself(tmp_path: Path) -> None:
    house(tmp_path, "torsdag")
    house(tmp_path, "zebra")
    (tmp_path / "broken.toml").write_bytes(b"\xff")
    (tmp_path / "notes.txt").write_bytes(b"\xff")
    protocols, problems = available([tmp_path])
    assert tuple(protocols) == (*BUNDLED, "torsdag", "zebra")
    assert [str(problem) for problem in problems] == [
        "The protocol file broken.toml is not UTF-8 text at line 1; save it again as UTF-8."
    ]


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert available([missing]) == (library(), ())
    assert find("stop5", [missing]).id == "stop5"
    assert "There are: shift-defuse" in not_found("nothing-like-it", missing)


def test_a_file_as_a_folder_is_empty(tmp_path: Path) -> None:
    path = house(tmp_path, "torsdag")
    assert available([path]) == (library(), ())


def test_a_folder_the_disk_refuses_is_a_problem_of_the_disk(tmp_path: Path) -> None:
    refused = tmp_path / ("x" * 300)
    with pytest.raises(Problem) as caught:
        find("stop5", [refused])
    assert caught.value.status == EXIT_DISK
    assert "could not be read (File name too long)" in str(caught.value)
    protocols, problems = available([refused])
    assert protocols == library()
    assert [problem.status for problem in problems] == [EXIT_DISK]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_or_folder_called_like_a_protocol_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "stop5.toml")
    (tmp_path / "torsdag.toml").mkdir()
    assert find("stop5", [tmp_path]) is library()["stop5"]
    assert available([tmp_path]) == (library(), ())


def test_a_large_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "stop5.toml"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES * 4000)
    assert "is larger than 256 KiB" in not_found("stop5", tmp_path)


def test_merge_is_pure_and_the_later_file_wins() -> None:
    older = STOP5.replace("version = 1", "version = 2").encode()
    newer = STOP5.replace("version = 1", "version = 3").encode()
    merged = merge(library(), [("stop5.toml", older), ("stop5.toml", newer)])
    assert merged["stop5"].version == 3
    assert library()["stop5"].version == 1
    assert tuple(merged) == BUNDLED
    with pytest.raises(Problem, match=r"bad\.toml"):
        merge(library(), [("bad.toml", b"=")])


def test_importing_reads_no_protocol_and_nothing_heavy() -> None:
    code = (
        "import sys, debrief.protocol as p;"
        "assert p.library.cache_info().currsize == 0;"
        "assert p.bundled.cache_info().currsize == 0;"
        "p.find('stop5');"
        "assert p.bundled.cache_info().currsize == 1;"
        "print(sorted({'asyncio', 'textual', 'httpx', 'rich', 'pluggy', 'difflib'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_protocol_is_parsed_once() -> None:
    data = (LIBRARY / "shift-defuse.toml").read_bytes()
    with patch.object(tomllib, "loads", wraps=tomllib.loads) as parsed:
        load(data, "shift-defuse.toml")
    assert parsed.call_count == 1
