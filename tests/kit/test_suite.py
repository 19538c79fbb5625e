"""What comes with the program passes every check, and what the program writes for others too."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.config import About
from debrief.delivery.job import Source
from debrief.errors import Problem
from debrief.exporters import BUILT_IN
from debrief.kit import template
from debrief.kit.findings import Verdict, lines, titles
from debrief.kit.leaks import shows
from debrief.kit.rounds import CANARIES, canary_round
from debrief.kit.subject import subject
from debrief.kit.suite import examine
from debrief.plugin import Exporter, Secret, Setting
from debrief.summary import FIELDS, LEVELS, reduce, render
from debrief.summary.levels import allowed
from debrief.testing import exporter_suite
from tests.kit.conftest import Put
from tests.kit.mutants import GOOD, sends

PLUGINS = Path(__file__).parents[2] / "plugins"
AUTHORS = """import unittest
from debrief.testing import exporter_suite

TestMine = exporter_suite("mine.py", sections="AB")
TestBad = exporter_suite("bad.py", sections="AD")

class AlsoBad(exporter_suite("bad.py", sections="A"), unittest.TestCase):
    pass
"""
OFFLINE = {"postgres": "pg8000", "sftp": "asyncssh"}
"""Those whose receivers speak something that the kit does not, and the packages they need."""


def passes(source: Source) -> Verdict:
    verdict = examine(source)
    assert verdict.failed == (), [*lines(verdict)]
    return verdict


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILT_IN)
def test_every_built_in_exporter_passes(name: str) -> None:
    if name == "statistics-parquet":
        pytest.importorskip("duckdb", reason="the extra `reports` is not installed")
    verdict = passes(Source("built-in", name, BUILT_IN[name]))
    whole = {one.section for one in verdict.findings if one.status != "skipped"}
    assert whole >= set("ACDEFGH")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wiki", "matrix", "s3", "caldav", "teams_notice",
                                  "mattermost_notice"])  # fmt: skip
def test_every_example_that_speaks_http_passes(name: str) -> None:
    path = PLUGINS / f"{name}.py"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    verdict = passes(Source("file", name, str(path), digest))
    assert {one.section for one in verdict.findings if one.status == "passed"} >= set("ACDEFGH")


@pytest.mark.slow
@pytest.mark.parametrize("name", OFFLINE)
def test_what_can_not_be_tried_is_said(name: str) -> None:
    pytest.importorskip(OFFLINE[name])
    path = PLUGINS / f"{name}.py"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    verdict = passes(Source("file", name, str(path), digest))
    assert {one.section for one in verdict.findings if one.status == "passed"} == set("ADF")
    assert verdict.finding("refused").status == "passed"
    well = verdict.finding("well")
    assert (well.status, "a kind that is not here" in well.said) == ("skipped", True)


@pytest.mark.slow
@pytest.mark.parametrize("medium", ["http", "file"])
def test_what_new_writes_passes(medium: template.Medium, put: Put) -> None:
    passes(put(template.text("our_board", medium), "our_board"))


@given(st.text(max_size=80))
def test_new_writes_python_or_says_why_not(name: str) -> None:
    for medium in ("http", "file"):
        try:
            text = template.text(name, medium)  # type: ignore[arg-type]
        except Problem:
            continue
        compile(text, name, "exec")
        assert f'"{name}",\n' in text
        assert not {"NAME", "DASHED", "UPPER"} & set(text.split())


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=12, max_size=40),
       st.binary(max_size=9), st.binary(max_size=9))  # fmt: skip
def test_a_word_is_found_however_it_is_written(word: str, before: bytes, after: bytes) -> None:
    data = before + word.encode() + after
    spelled: tuple[Callable[[bytes], bytes], ...] = (
        lambda data: data,
        lambda data: data.hex().encode(),
        base64.b64encode,
        lambda data: quote(data).encode(),
    )
    for spell in spelled:
        assert shows(spell(data), [word]) == word
    assert shows(b"", [word]) == ""


def test_the_canaries_stand_at_their_level_and_in_every_field() -> None:
    for level in LEVELS:
        view = reduce(canary_round(), level, allowed(level), "da")
        text = render(view, "json").decode().lower()
        for word, lowest in CANARIES.items():
            if word == "zibberules":
                assert word not in text
                continue
            assert (word.lower() in text) == (LEVELS.index(lowest) <= LEVELS.index(level)), word
        assert set(view.fields) == set(allowed(level)) <= set(FIELDS)


def test_what_a_destination_would_say_is_made_up_or_taken_from_the_text(put: Put) -> None:
    source = put('''"""In debrief.toml:

    [destinations.one]
    exporter = "mine"
    level = "record"
    fields = []

    [destinations.one.settings]
    url = "https://x.example.org/in/box/"
    region = "north"
    room = { env = "ROOM" }
"""
''')
    asked = (
        Setting("url", "Where"),
        Setting("region", "Region"),
        Setting("size", "Size", False, "small"),
        Setting("host", "Host"),
        Secret("room", "Room"),
        Secret("hook_url", "Hook"),
    )
    about = About("mine", settings=asked)
    made = subject(source, about, {"size": "large"})
    settings, secrets = made.filled("http://127.0.0.1:81", Path("/x"))
    assert settings == {"url": "http://127.0.0.1:81/in/box", "region": "north", "size": "large",
                        "host": "127.0.0.1"}  # fmt: skip
    assert secrets["hook_url"].startswith("http://127.0.0.1:81/")
    assert len(set(secrets.values())) == 2
    assert all(word in " ".join(secrets.values()) for word in made.secrets)
    with pytest.raises(Problem, match="sizes"):
        subject(source, about, {"sizes": "1"})


def test_a_suite_is_a_class_of_tests(put: Put) -> None:
    source = put(sends("to.http.post(to['url'])"))
    made = exporter_suite(source.where, sections="AD")
    assert made.__name__ == "TestMine"
    tests = [name for name in vars(made) if name.startswith("test_")]
    assert tests == ["test_A", "test_D"]
    made().test_A()
    with pytest.raises(AssertionError, match="gave no receipt"):
        made().test_D()


def test_a_suite_runs_in_the_tests_of_an_author(put: Put, tmp_path: Path) -> None:
    put(GOOD)
    put(sends("to.http.post(to['url'])").replace('"mine"', '"bad"'), "bad")
    (tmp_path / "test_them.py").write_text(AUTHORS, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_them.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "1 failed, 3 passed, 1 skipped" in done.stdout, done.stdout
    assert "it gave no receipt; return to.accept(reply), or a Receipt" in done.stdout


def test_a_suite_takes_a_class_and_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [str(tmp_path), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    text = GOOD.replace('"mine"', '"kit-example"')
    (tmp_path / "kit_example.py").write_text(text, "utf-8")
    module = types.ModuleType("kit_example")
    monkeypatch.setitem(sys.modules, "kit_example", module)
    exec(compile(text, "kit_example.py", "exec"), module.__dict__)
    found = module.__dict__["send"]
    assert issubclass(found, Exporter)
    made = exporter_suite(found, settings={"url": "{server}/elsewhere"}, sections="A")
    made().test_A()


def test_every_section_has_a_title_and_the_guide_tells_of_it() -> None:
    guide = PLUGINS.joinpath("README.md").read_text("utf-8")
    for section in titles():
        assert f"| {section} | " in guide
