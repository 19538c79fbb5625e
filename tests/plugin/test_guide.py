"""The guide in plugins/README.md is true: its code runs, and its tables are complete."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from debrief.delivery.config import Destination, Network, parse_destinations
from debrief.delivery.faultserver import FaultServer
from debrief.delivery.secretrefs import SecretRef
from debrief.delivery.trust import Pins, Registry, list_plugins
from debrief.demo import Player, ShiftClock
from debrief.demo.scripts import HELD
from debrief.desk import Desk
from debrief.desk.closing import Draft
from debrief.exporters import BUILT_IN
from debrief.live import Live
from debrief.plugin import DEDUPES, RENDERS, Hooks
from debrief.summary import FIELDS, LEVELS
from debrief.workspace.places import Places
from tests.cli.conftest import Run, places, run

PLUGINS = Path(__file__).parents[2] / "plugins"
GUIDE = PLUGINS.joinpath("README.md").read_text("utf-8")
TEN_MINUTES = GUIDE.partition("## Ten minutes\n")[2].partition("\n## ")[0]
__all__ = ["places", "run"]


class Hesitant(Desk):
    """A desk at which nothing is let go at the close."""

    def draft(self, live: Live) -> Draft:
        return msgspec.structs.replace(super().draft(live), previews=())


def blocks(language: str, text: str = GUIDE) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def commands() -> list[list[str]]:
    """Return what a coordinator types in the ten minutes, word by word."""
    lines = "".join(blocks("sh", TEN_MINUTES)).splitlines()
    return [line.split() for line in lines]


def without_docstrings(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    return ast.unparse(tree)


def test_the_first_example_is_the_file_that_lies_here() -> None:
    wiki = PLUGINS.joinpath("wiki.py").read_text("utf-8")
    assert without_docstrings(blocks("python")[0]) == without_docstrings(wiki)


def test_every_example_loads(tmp_path: Path) -> None:
    for number, text in enumerate(blocks("python")):
        (tmp_path / f"example{number}.py").write_text(text, "utf-8")
    pins = Pins(tmp_path)
    for file in list_plugins(tmp_path, {}):
        pins.trust(file)
    registry = Registry(tmp_path, pins.read())
    assert registry.about("wiki").dedupe == "name"
    assert registry.about("archive").renders == "own"


@pytest.mark.parametrize("number", [0, 1])
def test_every_configuration_is_accepted(number: int) -> None:
    table = tomllib.loads(blocks("toml")[number].replace("NAME", "name"))
    [destination] = parse_destinations(table["destinations"], "README.md").values()
    assert destination.approve


def test_fields_and_levels_are_all_in_the_table() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \|", GUIDE, re.MULTILINE))
    assert rows == dict(FIELDS)
    for level in LEVELS:
        assert f"| `{level}` |" in GUIDE


def test_every_key_hook_exporter_and_word_is_told_of() -> None:
    whole = "\n".join(blocks("toml"))
    for key in (*Destination.__struct_fields__, *Network.__struct_fields__):
        assert re.search(rf"\b{key}\b", whole), key
    for way in SecretRef.__struct_fields__:
        assert f"{{ {way} = " in GUIDE
    for name in BUILT_IN:
        assert f"`{name}`" in GUIDE
    for word in (*DEDUPES, *RENDERS):
        assert f'"{word}"' in GUIDE
    for hook in vars(Hooks):
        if hook.startswith("debrief_"):
            assert f"`{hook}()`" in GUIDE


def test_ten_minutes_are_at_most_ten_commands() -> None:
    assert len(commands()) <= 10
    assert {words[0] for words in commands()} == {"debrief"}


@pytest.mark.slow
def test_a_coordinator_who_follows_the_guide_delivers(
    run: Run, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command as it stands there, up to a summary that arrived."""
    monkeypatch.setenv("DEBRIEF_BOARD_TOKEN", "a-token-for-the-board")
    [toml] = blocks("toml", TEN_MINUTES)
    told: dict[str, str] = {}
    with FaultServer() as board:
        for words in commands():
            if words[1:3] == ["plugins", "check"]:
                url = re.sub(r"https://[\w.]+", board.url, toml)
                places.settings.write_text(f"version = 1\n{url}", "utf-8")
            if words[1:3] == ["outbox", "list"]:
                clock = ShiftClock()
                Player(Hesitant(places, clock), clock).hold(HELD[0])
            typed = [told.get(word, word) for word in words[1:]]
            said = run(*typed, given="y\n")
            assert (said.status, said.err) == (0, ""), said
            if words[1:3] == ["outbox", "list"]:
                told["ID"] = said.out.split()[0]
        arrived = {one.path: one.body for one in board.taken}
    [delivery] = [path for path in arrived if told["ID"] in path]
    assert run("outbox", "receipts").out.count("our-board") == 1
    assert len(arrived) == 2, "the test and the summary that was approved"
    [test] = [body for path, body in arrived.items() if path != delivery]
    assert b"TEST" in test
    assert b"TEST" not in arrived[delivery]
    assert all(one.headers["authorization"].endswith("a-token-for-the-board")
               for one in board.taken)  # fmt: skip
