"""What holds for every example: a coordinator can read it, configure it and trust what it says."""

from __future__ import annotations

import ast
import re
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from debrief.delivery.config import Destination, check_exporter, parse_destinations
from debrief.delivery.trust import Registry
from debrief.plugin import Secret
from tests.plugins.peers import PLUGINS, trusted

EXAMPLES = (
    "caldav",
    "matrix",
    "mattermost_notice",
    "postgres",
    "s3",
    "sftp",
    "teams_notice",
)
PACKAGES = {"postgres": {"pg8000"}, "sftp": {"asyncssh"}}
"""What an example may import beside the standard library and `debrief.plugin`."""
STANDARD = {
    "asyncio",
    "base64",
    "contextlib",
    "datetime",
    "hashlib",
    "hmac",
    "ipaddress",
    "json",
    "socket",
    "ssl",
    "unicodedata",
    "urllib",
}
GUIDE = PLUGINS.joinpath("README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def registry() -> Registry:
    return trusted()


def tree(name: str) -> ast.Module:
    return ast.parse(PLUGINS.joinpath(f"{name}.py").read_text("utf-8"))


def table(name: str) -> dict[str, object]:
    """Return the configuration that the text at the top of an example shows."""
    text = ast.get_docstring(tree(name), clean=False) or ""
    shown = "\n".join(line for line in text.splitlines() if line.startswith("    ") or not line)
    found = tomllib.loads(textwrap.dedent(shown))
    assert list(found) == ["destinations"]
    return dict(found["destinations"])


def imported(name: str) -> Iterator[str]:
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_destination_it_shows_is_complete_and_allowed(name: str, registry: Registry) -> None:
    [(place, destination)] = parse_destinations(table(name), f"{name}.py").items()
    about = registry.about(name)
    assert destination.exporter == about.name == name
    check_exporter(place, destination, about, f"{name}.py")
    assert isinstance(destination, Destination)
    required = {setting.name for setting in about.settings if setting.required}
    assert required <= set(destination.settings)
    secret = [one.name for one in about.settings if isinstance(one, Secret)]
    assert destination.hosts or secret == ["url"], "it knows which hosts it may speak to"


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_says_what_fits_and_what_a_repeat_does(name: str) -> None:
    text = ast.get_docstring(tree(name)) or ""
    for part in ("In debrief.toml:\n", "\nLevel: ", "\nA repeat: "):
        assert part in text, part


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_is_short_and_needs_no_more_than_it_says(name: str) -> None:
    assert len(PLUGINS.joinpath(f"{name}.py").read_text("utf-8").splitlines()) <= 160
    beside = {one.partition(".")[0] for one in imported(name) if one != "debrief.plugin"}
    assert beside <= STANDARD | PACKAGES.get(name, set())
    text = ast.get_docstring(tree(name)) or ""
    for package in PACKAGES.get(name, ()):
        assert f"Needs the package {package}" in text


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_guide_tells_of_it_and_of_each_setting(name: str, registry: Registry) -> None:
    [line] = re.findall(rf"^\| \[`{name}`\]\({name}\.py\) .*$", GUIDE, re.MULTILINE)
    for setting in registry.about(name).settings:
        assert f"`{setting.name}`" in line


def test_every_file_in_the_folder_is_an_example_that_is_tested_here() -> None:
    names = {path.stem for path in PLUGINS.glob("*.py")} - {"wiki"}
    assert names == set(EXAMPLES)
    tests = {path.name for path in Path(__file__).parent.glob("test_*.py")}
    assert {f"test_{name}.py" for name in EXAMPLES if "_" not in name} <= tests
