"""`debrief plugins new`, `test`, `check`, `list`, `show`, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from debrief.delivery.faultserver import FaultServer
from debrief.errors import EXIT_DELIVERY, EXIT_FOUND, EXIT_INPUT, EXIT_USAGE
from debrief.exporters import BUILT_IN
from debrief.workspace.places import Places
from tests.cli.conftest import Run, places, run

__all__ = ["places", "run"]

SECRET = "hunter2-hunter2-hunter2"
QUIET = '''"""Sends nothing."""
from debrief.plugin import *

@exporter("quiet", api=1, settings=[Setting("url", "Address"), Secret("token", "Token")])
def send(doc, to):
    """Forget it."""
    return Receipt()
'''
LOOKS = '''"""Looks at its destination."""
from debrief.plugin import *

class Looks(Exporter):
    """It looks."""
    name = "looks"
    settings = (Setting("url", "Address"), Secret("token", "Token"))

    def send(self, doc, to):
        return to.accept(to.http.post(to["url"], content=doc.body))

    def check(self, to):
        reply = to.http.get(to["url"])
        if reply.status == 404:
            yield "The board is not there."
'''


def put(places: Places, text: str, name: str) -> None:
    places.plugins.mkdir(exist_ok=True)
    (places.plugins / f"{name}.py").write_text(text, "utf-8")


def configure(places: Places, exporter: str, url: str, **more: object) -> None:
    table = {
        "exporter": exporter,
        "level": "record",
        "fields": ["team", "actions"],
        "settings": {"url": url, "token": {"env": "KIT_TOKEN"}},
        **more,
    }
    import tomli_w

    whole = tomli_w.dumps({"version": 1, "destinations": {"board": table}})
    places.settings.write_text(whole, "utf-8")


def test_new_writes_a_file_once_and_says_what_comes_next(run: Run, places: Places) -> None:
    said = run("plugins", "new", "our-board")
    assert said.status == 0
    assert "debrief plugins test our-board" in said.out
    path = places.plugins / "our-board.py"
    text = path.read_text("utf-8")
    assert '"our-board"' in text
    assert "DEBRIEF_OUR_BOARD_TOKEN" in text
    assert "new, does not run" in run("plugins", "list").out

    path.write_text("mine", "utf-8")
    again = run("plugins", "new", "our-board.py", "--file")
    assert again.status != 0
    assert path.read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["Board", "a b", "../x", "webhook", "æble", ""])
def test_new_takes_no_name_that_could_not_be_used(name: str, run: Run, places: Places) -> None:
    assert run("plugins", "new", name).status == EXIT_INPUT
    assert not places.plugins.exists() or list(places.plugins.iterdir()) == []


def test_new_is_one_or_the_other(run: Run) -> None:
    assert run("plugins", "new", "x", "--http", "--file").status == EXIT_USAGE


def test_what_is_not_trusted_is_not_run_without_a_yes(
    run: Run, places: Places, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    put(places, QUIET + f"open({str(mark)!r}, 'w')\n", "quiet")
    assert run("plugins", "test", "quiet").status == EXIT_USAGE
    assert run("plugins", "test", "quiet", given="no\n").status == EXIT_FOUND
    assert not mark.exists()
    assert run("--no-plugins", "plugins", "test", "quiet", "--yes").status == EXIT_USAGE
    assert not mark.exists()
    assert run("plugins", "test", "quiet", given="yes\n").status == EXIT_FOUND
    assert mark.exists()
    assert "new, does not run" in run("plugins", "list").out


def test_a_failure_is_told_in_words_with_what_to_do(run: Run, places: Places) -> None:
    put(places, QUIET, "quiet")
    said = run("plugins", "test", "quiet", "--yes")
    assert said.status == EXIT_FOUND
    assert "FAILED" in said.out
    assert "it gave a receipt, and nothing had left" in said.out
    assert "→ " in said.out
    as_json = run("plugins", "test", "quiet", "--yes", "--format", "json")
    [verdict] = json.loads(as_json.out)
    assert as_json.status == EXIT_FOUND
    assert {one["status"] for one in verdict["findings"]} >= {"passed", "failed", "skipped"}


def test_a_wrong_word_is_answered_with_the_right_one(run: Run, places: Places) -> None:
    put(places, QUIET, "quiet")
    assert "quiet" in run("plugins", "test", "quet").err
    assert "webhook" in run("plugins", "test", "webhok").err
    said = run("plugins", "test", "quiet", "--yes", "--set", "urll=x")
    assert said.status == EXIT_INPUT
    assert "url" in said.err
    assert run("plugins", "test", "quiet", "--yes", "--set", "url").status == EXIT_USAGE
    assert run("plugins", "test", "quiet", "--yes", "--answer", "nej").status == EXIT_USAGE
    put(places, "def", "broken")
    assert "broken.py:1" in run("plugins", "test", "broken", "--yes").err


def test_everything_is_listed_and_shown_without_being_imported(run: Run, places: Places) -> None:
    put(places, "raise SystemExit('ran')\n", "bad")
    said = run("plugins", "list")
    for name in (*BUILT_IN, "bad"):
        assert name in said.out
    rows = {row["name"]: row for row in json.loads(run("plugins", "list", "--format", "json").out)}
    assert rows["bad"]["kind"] == "file"
    assert rows["webhook"]["kind"] == "built-in"
    shown = run("plugins", "show", "webhook")
    assert "Standard Webhooks" in shown.out
    assert shown.status == 0
    assert "did you mean webhook" in run("plugins", "show", "webhok").err
    assert "without being trusted" in run("plugins", "trust", "webhook").err


def test_check_tells_of_each_thing_that_is_missing(
    run: Run, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(places, LOOKS, "looks")
    assert run("plugins", "check").status == EXIT_INPUT
    assert run("plugins", "check", "looks").status == EXIT_INPUT
    with FaultServer() as board:
        configure(places, "looks", board.url)
        untrusted = run("plugins", "check", "board")
        assert untrusted.status == EXIT_FOUND
        assert "debrief plugins trust looks" in untrusted.out
        run("plugins", "trust", "looks")

        monkeypatch.delenv("KIT_TOKEN", raising=False)
        without = run("plugins", "check", "board", "--live", "--yes")
        assert without.status == EXIT_FOUND
        assert "KIT_TOKEN" in without.out
        assert board.connections == 0

        monkeypatch.setenv("KIT_TOKEN", SECRET)
        for name in (None, "board", "looks", "looks.py"):
            well = run("plugins", "check", *([name] if name else []))
            assert (well.status, well.err) == (0, "")
            assert "The board is not there." in well.out
            assert "127.0.0.1" in well.out
            assert SECRET not in well.out
        assert all(one.method == "GET" for one in board.taken)

        configure(places, "looks", board.url, network={"ca_file": str(places.workspace)})
        assert "certificate" in run("plugins", "check").out
    assert "did you mean" in run("plugins", "check", "bord").err


def test_live_sends_one_test_and_only_on_a_yes(
    run: Run, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIT_TOKEN", SECRET)
    put(places, LOOKS, "looks")
    run("plugins", "trust", "looks")
    with FaultServer() as board:
        configure(places, "looks", board.url)
        assert run("plugins", "check", "board", "--live").status == EXIT_USAGE
        assert run("plugins", "check", "board", "--live", given="no\n").status == 0
        assert [one for one in board.taken if one.changes] == []
        said = run("plugins", "check", "board", "--live", given="yes\n")
        assert said.status == 0
        [sent] = [one for one in board.taken if one.changes]
        assert b"TEST, nothing of this happened" in sent.body
        assert b"test-" in sent.body
        assert sent.body.decode().splitlines()[0] in said.out
        assert SECRET not in said.out + said.err
    with FaultServer("500") as board:
        configure(places, "looks", board.url)
        failed = run("plugins", "check", "board", "--live", "--yes")
        assert failed.status == EXIT_DELIVERY
        assert "Nobody knows" in failed.out
        as_json = run("plugins", "check", "board", "--live", "--yes", "--format", "json")
        assert json.loads(as_json.out)["landed"]["board"]["arrived"] is False
    assert not places.outbox.exists()


def test_a_clock_that_is_behind_is_told(places: Places) -> None:
    import datetime as dt

    from debrief.kit import checking

    now = dt.datetime(2026, 11, 28, tzinfo=dt.UTC)
    late = checking.clock(now, now + dt.timedelta(hours=1))
    assert late is not None
    assert late.weight == "wrong"
    assert checking.clock(now, now - dt.timedelta(hours=1)) is None
    assert checking.clock(now, None) is None
    answers = [*checking._clock("Sat, 28 Nov 2026 00:07:00 GMT", now)]
    assert [(weight, "7 min behind" in told) for weight, told in answers] == [("wrong", True)]
    assert [weight for weight, _told in checking._clock("Sat, 28 Nov 2026 00:00:09 GMT", now)] == [
        "well"
    ]
    assert [*checking._clock("soon", now)] == []
