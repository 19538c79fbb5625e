"""The guide in plugins/README.md is true: its code runs, and its tables are complete."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from debrief.delivery.config import Destination, Network, parse_destinations
from debrief.delivery.secretrefs import SecretRef
from debrief.delivery.trust import Pins, Registry, list_plugins
from debrief.exporters import BUILT_IN
from debrief.plugin import DEDUPES, RENDERS, Hooks
from debrief.summary import FIELDS, LEVELS

PLUGINS = Path(__file__).parents[2] / "plugins"
GUIDE = PLUGINS.joinpath("README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


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
