"""The auditor's guide says all there is to the format, and its worked example is true."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from debrief.errors import Problem
from debrief.record import blocks, shape
from debrief.record.closing import seal
from debrief.record.disk import Disk
from debrief.record.keys import Keys
from debrief.record.ledger import EVENTS
from debrief.record.sessionfile import open_private, read
from debrief.session.model import Channel, Place, Role, Turn
from tests.record.rounds import a_round

SESSIONS = Path(__file__).resolve().parents[1] / "sessions"
GUIDE = (SESSIONS / "README.md").read_text("utf-8")
FORMAT = GUIDE.partition("## The format, to the byte")[2].partition("## The ledger")[0]
RECORDS = {
    "session": shape.SessionRecord,
    "phases.pN": shape.PhaseRecord,
    "people.ID": shape.PersonRecord,
    "duties.dN": shape.DutyRecord,
    "actions.aN": shape.ActionRecord,
    "counts": shape.Counts,
    "correction": shape.CorrectionRecord,
    "follow-up": shape.FollowUpRecord,
    "not-held": shape.NotHeldRecord,
}


def told() -> dict[str, set[str]]:
    """Return the keys that the guide tells of each block."""
    found: dict[str, set[str]] = {}
    block = ""
    for line in FORMAT.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 3 and line.startswith("|"):
            block = cells[0].strip("`") or block
            found.setdefault(block, set()).update(re.findall(r"`([a-z_]+)`", cells[1]))
    return found


@pytest.mark.parametrize("block", RECORDS)
def test_every_key_is_told(block: str) -> None:
    keys = set(RECORDS[block].__struct_fields__) - {"salt"}
    assert told()[block] - {"salt"} == keys


def test_every_value_is_told() -> None:
    for kind in (Role, Place, Channel, Turn):
        for value in get_args(kind):
            assert f"`{value}`" in FORMAT, value
    hints: dict[str, Any] = get_type_hints(shape.SessionRecord)
    for language in get_args(hints["language"]):
        assert f"`{language}`" in FORMAT
    for event in EVENTS:
        assert f"`{event}`" in GUIDE


def test_every_private_key_is_told(tmp_path: Path) -> None:
    disk = Disk()
    keys = Keys.load_or_create(disk, tmp_path / "keys")
    done = seal(disk, tmp_path / "sessions", a_round(3), keys)
    private = FORMAT.partition("**Inside a private block**")[2]
    for block in open_private(done.path.read_bytes(), keys).values():
        for key in block:
            assert f"`{key}" in private, key


def test_the_limits_are_those_of_the_program() -> None:
    assert f"At most {blocks.LIMIT // 1024 // 1024} MiB" in FORMAT
    assert f"At most {blocks.BLOCKS:,}." in FORMAT
    assert blocks.PREAMBLE.decode().strip() in FORMAT


def test_the_worked_example_is_true(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SESSIONS, tmp_path / "sessions"))
    pairs = re.findall(r"```sh worked\n(.*?)```\n```\n(.*?)```", GUIDE, re.DOTALL)
    assert len(pairs) == 4
    script = "".join(f"{command}printf '\\0'\n" for command, _said in pairs)
    done = subprocess.run(
        ["sh", "-eu"], input=script, cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\0")[:-1] == [said for _command, said in pairs]


LATER = {
    r"\e": (b'team = "Nord"', b'team = "\\eNord"'),
    r"\x41": (b'team = "Nord"', b'team = "\\x41"'),
    "an inline table over lines": (b'{ check-in = "spoke"', b'{\n check-in = "spoke"'),
    "a comma before the brace": (b'"spoke" }', b'"spoke", }'),
    "no seconds": (b"21:02:04Z", b"21:02Z"),
}


@pytest.mark.parametrize("form", LATER)
@pytest.mark.parametrize("whole", [True, False])
def test_forms_of_later_toml_are_refused_with_their_line(
    tmp_path: Path, form: str, whole: bool
) -> None:
    disk = Disk()
    keys = Keys.load_or_create(disk, tmp_path / "keys")
    data = seal(disk, tmp_path / "sessions", a_round(2), keys).path.read_bytes()
    old, new = LATER[form]
    assert old in data
    changed = data.replace(old, new, 1)
    line = changed[: changed.index(new)].count(b"\n") + 1
    with pytest.raises(Problem, match=r"x\.toml, line (\d+)") as caught:
        read(changed, "x.toml", whole=whole)
    found = re.search(r"line (\d+)", str(caught.value))
    assert found
    assert abs(int(found[1]) - line) <= 1


def test_a_record_is_strict_about_every_key() -> None:
    for kind in RECORDS.values():
        with pytest.raises(msgspec.ValidationError, match="unknown"):
            msgspec.convert({"salt": "0" * 32, "more": 1}, kind)
