"""Files made to do harm: each gets a sentence or a finding, in bounded time and memory, by every
way in; and what lies beside it stays readable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.battery.bounded import OVERVIEW, Gave, run, steers
from tests.battery.crafted import FILES, SEALED, Make
from tests.battery.crafted_around import ARGUMENTS, AROUND, JOURNALS
from tests.battery.hostile import GOOD, ID, WHO, Workspace

Ways = tuple[list[str], ...]
WAYS: Final[Mapping[str, tuple[Mapping[str, Make], Ways]]] = {
    "file": (FILES, (
        ["verify", "--content", "{sessions}"], ["verify", "{file}"], ["list"],
        ["list", "--format", "json"], ["show", ID], ["show", "--private", "--format", "json", ID],
        ["mine", WHO], [OVERVIEW], ["show", "--private", GOOD],
    )),
    "sealed": (SEALED, (
        ["show", "--private", ID], ["show", "--private", "--format", "json", ID],
        ["mine", WHO], ["mine", WHO, "--format", "json"], [OVERVIEW], ["list"],
        ["show", "--private", GOOD],
    )),
    "around": (AROUND, (
        ["verify", "{sessions}"], ["list"], ["show", "--private", GOOD], ["mine", WHO], [OVERVIEW],
    )),
    "journal": (JOURNALS, (
        ["list"], [OVERVIEW], ["run", "--plain", "--resume", ID], ["show", "--private", GOOD],
    )),
}  # fmt: skip
HEAVY: Final = frozenset({
    "file: a line of 4 MB", "file: a million blocks", "around: ledger of a million lines",
    "around: ledger of a million empty lines", "around: ledger of fields",
    "around: a million signers", "around: roster is a bomb", "journal: tiny records",
    "journal: many parts", "sealed: zeros", "sealed: dotted keys", "sealed: many recipients",
})  # fmt: skip


QUICK: Final = 3
"""Of the cases that need a process each, every so-manieth is in the default suite."""


def _case(name: str, *values: Any, quick: bool = True) -> Any:
    marks = [] if quick and name not in HEAVY else [pytest.mark.slow]
    return pytest.param(*values, id=name, marks=marks)


def _cases() -> Iterator[Any]:
    for group, (makers, ways) in WAYS.items():
        for at, (name, make) in enumerate(makers.items()):
            yield _case(f"{group}: {name}", group, make, ways, quick=at % QUICK == 0)


def gave(workspace: Workspace, ways: Ways) -> list[Gave]:
    """Go in by these ways; `{sessions}` and `{file}` are those of the workspace."""
    places = {"sessions": workspace.sessions, "file": workspace.file}
    filled = [[word.format_map(places) if "{" in word else word for word in one] for one in ways]
    return run(filled, workspace.environment)


@pytest.mark.parametrize(("group", "make", "ways"), _cases())
def test_a_hostile_file_gets_a_sentence(tmp_path: Path, group: str, make: Make, ways: Ways) -> None:
    workspace = Workspace(tmp_path)
    make(workspace)
    found = gave(workspace, ways)
    assert [one.wrong for one in found if one.wrong] == []
    assert len(found) == len(ways)
    if group != "around":
        listed = next(one for one in found if one.command == ("list",))
        beside = next(one for one in found if one.command == ("show", "--private", GOOD))
        assert GOOD in listed.out
        assert beside.status == 0


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Gave]:
    """Give what each hostile command line gave."""
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    found = run(list(ARGUMENTS.values()), workspace.environment)
    return dict(zip(ARGUMENTS, found, strict=False))


@pytest.mark.parametrize("name", [_case(f"words: {name}", name) for name in ARGUMENTS])
def test_hostile_words_get_a_sentence(answers: Mapping[str, Gave], name: str) -> None:
    assert answers[name].wrong == ""
    assert answers[name].status != 0


def test_the_harness_sees_what_is_wrong() -> None:
    for status, err in (
        (None, ""),
        (70, "debrief: x"),
        (-9, ""),
        (3, ""),
        (0, "\x9b"),
        (1, "\u202e"),
    ):
        assert Gave(("list",), status, "", err).wrong
    for status, out in ((0, "Nord\n\tæøå"), (1, "CHANGED x"), (3, "Refused.")):
        assert not Gave(("list",), status, out).wrong
    assert not any(map(steers, "abc æøå 👩\u200d👧 -\n"))


def test_the_harness_ends_what_takes_too_much(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.places.settings.symlink_to("/dev/zero")
    (found,) = run([["list"]], workspace.environment)
    assert found.wrong or found.status not in (0, 1)


def test_no_field_passes_for_a_verdict(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.with_value("team", rb'"Nord\nwhole    2026/other.toml"')
    (found,) = run([["show", ID]], workspace.environment)
    assert not any(line.startswith("whole") for line in (found.out + found.err).splitlines())
    assert found.status != 0


def test_a_folder_in_the_place_of_a_file_is_not_found_to_be_well(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.file.mkdir()
    (found,) = run([["verify", str(workspace.file)]], workspace.environment)
    assert found.status != 0
