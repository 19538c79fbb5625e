"""Plugin files as coordinators write them, good and bad, in real worker processes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from debrief.delivery.config import parse_destinations
from debrief.delivery.courier import send_due
from debrief.delivery.documents import freeze
from debrief.delivery.job import Job, Way
from debrief.delivery.outbox import Outbox
from debrief.delivery.runner import run
from debrief.delivery.trust import Pins, Registry, list_plugins
from debrief.errors import Problem
from debrief.summary import reduce
from tests.delivery.conftest import NOW, Server, config, planned
from tests.summary.rounds import a_round

LATER = NOW + dt.timedelta(days=2)
WIKI = Path(__file__).parents[2] / "plugins" / "wiki.py"
HEAD = "from debrief.plugin import *\n"

Make = Callable[..., Registry]


def mine(url: str = "", **changes: object) -> dict[str, object]:
    settings = {"url": url} if url else {}
    return {
        "exporter": "mine",
        "level": "record",
        "fields": ["team", "actions"],
        "settings": settings,
        "network": {"deadline": "2s", "hosts": ["127.0.0.1"]},
        **changes,
    }


def plugin_text(body: str, dedupe: str = "none", before: str = "") -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return (
        f"{HEAD}{before}\n"
        f'@exporter("mine", api=1, dedupe="{dedupe}", settings=[Setting("url", "Where", False)])\n'
        f"def send(doc, to):\n{lines}\n"
    )


def test_the_wiki_example_delivers_once_and_knows_a_repeat(
    outbox: Outbox, server: Server, plugin: Make
) -> None:
    registry = plugin(WIKI.read_text("utf-8"), "wiki")
    table = {
        "exporter": "wiki",
        "level": "record",
        "fields": ["team", "phases", "actions"],
        "settings": {"url": server.url, "token": {"env": "DEBRIEF_TEST_SECRET"}},
    }
    destinations = config("wiki", table)
    document = planned(outbox, destinations, "wiki", registry)
    server.answer = "reset"
    [attempt] = send_due(outbox, destinations, NOW, registry=registry)
    assert attempt.ending == "unknown"
    server.stored[f"/{document.id}.md"] = document.body  # it had arrived before the reset
    server.answer = 201
    [attempt] = send_due(outbox, destinations, LATER, registry=registry)
    assert attempt.receipt is not None
    assert attempt.receipt.duplicate
    assert {seen.path for seen in server.seen} == {f"/{document.id}.md"}
    assert b"Nord" in server.seen[0].body


def test_an_unknown_ending_without_dedupe_is_held_for_a_person(
    outbox: Outbox, server: Server, plugin: Make
) -> None:
    registry = plugin(plugin_text("return to.accept(to.http.post(to['url'], content=doc.body))"))
    destinations = config("mine", mine(server.url))
    document = planned(outbox, destinations, "mine", registry)
    server.answer = "reset"
    [attempt] = send_due(outbox, destinations, NOW, registry=registry)
    assert (attempt.ending, attempt.state) == ("unknown", "held")
    assert send_due(outbox, destinations, LATER, registry=registry) == []
    assert len(server.seen) == 1
    outbox.resolve(document.id, "send", "Supervisor")
    server.answer = 200
    [attempt] = send_due(outbox, destinations, LATER, registry=registry)
    assert attempt.state == "delivered"


SEND = "to.http.post(to['url'], content=doc.body)"
FAULTS = {
    "exit": ("raise SystemExit(0)", "broken", "crashed"),
    "exit after sending": (f"{SEND}\nraise SystemExit(0)", "unknown", "crashed"),
    "hard exit": ("import os\nos._exit(3)", "broken", "crashed"),
    "hard exit after sending": (f"{SEND}\nimport os\nos._exit(0)", "unknown", "crashed"),
    "says nothing after sending": (SEND, "unknown", "no-receipt"),
    "claims not sent after sending": (f"{SEND}\nraise NotSent()", "unknown", ""),
    "own client": (
        "import urllib.request\nurllib.request.urlopen(to['url'], doc.body)\nraise NotSent()",
        "unknown",
        "",
    ),
    "own connection that is refused": (
        "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 1))\n"
        "except OSError:\n    raise NotSent()",
        "not-sent",
        "",
    ),
    "own connection that is refused, then a crash": (
        "import socket\nsocket.create_connection(('127.0.0.1', 1))",
        "unknown",
        "crashed",
    ),
    "own connection that is under way": (
        "import contextlib, socket\none = socket.socket()\none.setblocking(False)\n"
        "one.connect_ex(('127.0.0.1', 1))\nraise NotSent()",
        "unknown",
        "",
    ),
    "own connection that came about": (
        "import socket, urllib.parse\nport = urllib.parse.urlsplit(to['url']).port\n"
        "socket.create_connection(('127.0.0.1', port))\nraise NotSent()",
        "unknown",
        "",
    ),
    "bug before sending": ("return to['nothing']", "broken", "crashed"),
    "starts a program": (
        "import subprocess\nsubprocess.run(['true'])",
        "broken",
        "refused-program",
    ),
    "another host": (
        "import socket\nsocket.create_connection(('evil.example', 80))",
        "broken",
        "refused-host",
    ),
    "another host by the client": ("to.http.get('https://evil.example/')", "rejected", "host"),
    "plain http elsewhere": ("to.http.get('http://10.0.0.1/')", "rejected", "host"),
    "swallows everything": (
        f"try:\n    {SEND}\nexcept BaseException:\n    pass\nreturn Receipt()",
        "receipt",
        "",
    ),
    "compiled code, then a crash": (
        "import ctypes\nctypes.CDLL(None)\nraise SystemExit",
        "unknown",
        "crashed",
    ),
    "compiled code that opens no connections, then a crash": (
        "import cryptography.hazmat.bindings._rust\nraise SystemExit",
        "broken",
        "crashed",
    ),
    "writes a file, then a crash": (
        "import os\nopen(os.devnull, 'w')\nraise ValueError('secret words')",
        "unknown",
        "crashed",
    ),
    "waits for ever": (
        "raise RetryLater(float('inf'), 'later', why='see https://x.example')",
        "retry-later",
        "",
    ),
    "waits for nothing": ("raise RetryLater('soon')", "retry-later", ""),
    "receipt of numbers": ("return Receipt(7, 'yes', None)", "receipt", ""),
    "noise": (
        "import os, sys\nfor n in range(3000):\n    print('noise ' * 50)\n"
        "os.write(1, b'x' * 99999)\nprint('bye', file=sys.stderr)\nreturn Receipt('ok')",
        "receipt",
        "",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_plugin_is_contained_and_judged_by_the_evidence(
    fault: str, outbox: Outbox, server: Server, plugin: Make
) -> None:
    body, ending, why = FAULTS[fault]
    registry = plugin(plugin_text(body))
    source = registry.find("mine")
    destinations = config("mine", mine())
    view = reduce(a_round(), "record", ["team"], "da")
    about = registry.about("wiki") if fault == "none" else None
    assert about is None
    from debrief.delivery.config import About

    document = freeze(view, "mine", destinations["mine"], About("mine"))
    way = Way(("127.0.0.1",), deadline_s=5)
    ran = run(Job("send", source, document, settings={"url": server.url}, way=way))
    assert (ran.result.ending, ran.result.why) == (ending, why), (ran.result, ran.noise)
    assert len(ran.noise) <= 16_384


def test_compiled_code_that_came_with_the_plugin_is_no_proof_that_nothing_left(
    plugin: Make,
) -> None:
    """What it does can't be seen, so a claim that nothing was sent is not believed."""
    from debrief.delivery.config import About

    view = reduce(a_round(), "record", ["team"], "da")
    document = freeze(view, "mine", config("mine", mine())["mine"], About("mine"))
    for before, ending in (("import ctypes\nlib = ctypes.CDLL(None)", "unknown"), ("", "not-sent")):
        source = plugin(plugin_text("raise NotSent()", before=before)).find("mine")
        ran = run(Job("send", source, document, way=Way(deadline_s=5)))
        assert ran.result.ending == ending, before


@pytest.mark.parametrize(
    ("before", "body", "ending"),
    [
        ("while True: pass", "return Receipt()", "broken"),
        (
            "",
            "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0)\nwhile True: pass",
            "broken",
        ),
        ("", "import time\ntime.sleep(60)", "not-sent"),
    ],
)
def test_an_endless_plugin_is_ended(
    before: str, body: str, ending: str, plugin: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("debrief.delivery.runner._GRACE_S", 2.0)
    source = plugin(plugin_text(body, before=before)).find("mine")
    view = reduce(a_round(), "record", ["team"], "da")
    from debrief.delivery.config import About

    document = freeze(view, "mine", config("mine", mine())["mine"], About("mine"))
    ran = run(Job("send", source, document, way=Way(deadline_s=0.4)))
    assert (ran.result.ending, ran.result.why) == (ending, "timeout")


def test_a_worker_knows_nothing_of_other_destinations(plugin: Make) -> None:
    body = "import os\nreturn Receipt(' '.join(v for k, v in os.environ.items() if 'DEBRIEF' in k))"
    source = plugin(plugin_text(body)).find("mine")
    view = reduce(a_round(), "record", ["team"], "da")
    from debrief.delivery.config import About

    document = freeze(view, "mine", config("mine", mine())["mine"], About("mine"))
    assert run(Job("send", source, document)).result.reference == ""


def test_secrets_and_addresses_are_taken_out_of_what_a_plugin_says(plugin: Make) -> None:
    body = "return Receipt(f'at https://x.example/{to[\"token\"]}', said='key ' + to['token'])"
    source = plugin(plugin_text(body)).find("mine")
    view = reduce(a_round(), "record", ["team"], "da")
    from debrief.delivery.config import About

    document = freeze(view, "mine", config("mine", mine())["mine"], About("mine"))
    result = run(Job("send", source, document, secrets={"token": "hunter2hunter2"})).result
    assert (result.reference, result.said) == ("at …", "key …")


def test_files_do_nothing_until_they_are_trusted(tmp_path: Path, plugin: Make) -> None:
    mark = tmp_path / "ran"
    text = plugin_text("return Receipt()", before=f"open({str(mark)!r}, 'w').write('x')\n")
    registry = plugin(text, trust=False)
    with pytest.raises(Problem, match="debrief plugins trust mine"):
        registry.about("mine")
    [file] = registry.files()
    assert (file.state, file.exporters) == ("new", ("mine",))
    assert not mark.exists()

    pins = Pins(tmp_path)
    pins.trust(file)
    assert Registry(tmp_path / "plugins", pins.read()).about("mine").dedupe == "none"
    assert mark.exists()
    mark.unlink()

    file.path.write_text(text + "\n# one more line\n", "utf-8")
    changed = Registry(tmp_path / "plugins", pins.read())
    assert [one.state for one in changed.files()] == ["changed"]
    with pytest.raises(Problem, match="changed since"):
        changed.about("mine")
    assert not mark.exists()

    pins.forget(file)
    assert pins.read() == {}


def test_bytes_that_change_between_listing_and_running_are_not_run(
    tmp_path: Path, plugin: Make
) -> None:
    registry = plugin(plugin_text("return Receipt()"))
    source = registry.find("mine")
    mark = tmp_path / "ran"
    Path(source.where).write_text(f"open({str(mark)!r}, 'w')\n", "utf-8")
    result = run(Job("describe", source)).result
    assert result.ending == "broken"
    assert "changed" in result.said
    assert not mark.exists()


def test_an_untrusted_plugin_leaves_its_rows_waiting_and_others_go(
    outbox: Outbox, tmp_path: Path, plugin: Make
) -> None:
    trusted = plugin(plugin_text("return Receipt()"))
    target = tmp_path / "out"
    target.mkdir()
    folder = {
        "exporter": "folder",
        "level": "record",
        "fields": ["team"],
        "settings": {"path": str(target)},
    }
    destinations = dict(parse_destinations({"mine": mine(), "shared": folder}, "debrief.toml"))
    waiting = planned(outbox, destinations, "mine", trusted)
    planned(outbox, destinations, "shared", trusted)
    without = Registry(tmp_path / "plugins", {}, plugins=True)
    attempts = send_due(outbox, destinations, NOW, registry=without)
    assert [attempt.ending for attempt in attempts] == ["waiting", "receipt"]
    assert "debrief plugins trust mine" in attempts[0].problem
    assert outbox.row(waiting.id).state == "ready"
    assert outbox.attempts(waiting.id) == []


def test_broken_files_are_listed_with_their_line_and_never_run(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("x = 1\ndef send(:\n", "utf-8")
    (tmp_path / "nul.py").write_bytes(b"x = '\0'\n")
    (tmp_path / "deep.py").write_text("x = " + "(" * 5000 + ")" * 5000, "utf-8")
    (tmp_path / "_helper.py").write_text("raise SystemExit", "utf-8")
    files = {file.name: file for file in list_plugins(tmp_path, {})}
    assert set(files) == {"bad", "nul", "deep"}
    assert {file.state for file in files.values()} == {"broken"}
    assert (files["bad"].problem, files["bad"].line) == ("bad.py:2", 2)
    with pytest.raises(Problem, match=r"bad\.py"):
        Registry(tmp_path).about("bad")
    with pytest.raises(Problem, match=r"bad\.py"):
        Pins(tmp_path).trust(files["bad"])


def test_two_exporters_of_one_name_are_an_error_that_shows_both(plugin: Make) -> None:
    text = plugin_text("return Receipt()").replace('"mine"', '"folder"')
    registry = plugin(text, "copy")
    with pytest.raises(Problem, match=r"exporters\.folder.*copy\.py"):
        registry.about("folder")


def test_an_exporter_nobody_has_is_answered_with_the_nearest(plugin: Make) -> None:
    with pytest.raises(Problem, match="webhook"):
        Registry().find("webhok")
    with pytest.raises(Problem, match="plugins folder"):
        Registry().find("zzz")
    assert Registry(plugins=False).about("folder").dedupe == "name"


def test_pins_that_can_not_be_read_trust_nothing(tmp_path: Path) -> None:
    (tmp_path / "plugins-trusted.toml").write_text("[trusted\n", "utf-8")
    with pytest.raises(Problem, match=r"plugins-trusted\.toml"):
        Pins(tmp_path).read()


def test_a_plugin_for_another_api_or_name_is_broken_and_says_so(plugin: Make) -> None:
    with pytest.raises(Problem, match="api 7"):
        plugin(plugin_text("return Receipt()").replace("api=1", "api=7")).about("mine")
    with pytest.raises(Problem, match=r"mine\.py line 2: ZeroDivisionError"):
        plugin(plugin_text("return Receipt()", before="1 / 0")).about("mine")


OWN = (
    HEAD
    + """
class Mine(Exporter):
    name = "mine"
    renders = "own"
    def render(self, view, context):
        return Page(f"{view.fields['team']} {context.document_id}".encode(), "text/plain", ".txt")
    def send(self, doc, to):
        return Receipt(doc.filename)
"""
)


def test_an_exporter_that_renders_for_itself_does_so_in_a_worker(
    outbox: Outbox, plugin: Make
) -> None:
    registry = plugin(OWN)
    destinations = config("mine", mine(fields=["team"]))
    document = planned(outbox, destinations, "mine", registry)
    assert document.body == f"Nord {document.id}".encode()
    [attempt] = send_due(outbox, destinations, NOW, registry=registry)
    assert attempt.receipt is not None
    assert attempt.receipt.reference == document.filename
    assert document.filename.endswith(".txt")


ASKED = (
    HEAD
    + """
class Mine(Exporter):
    name = "mine"
    dedupe = "verify"
    settings = (Setting("url", "Where"),)
    def send(self, doc, to):
        to.http.post(to["url"], content=doc.body)
        return Receipt()
    def verify(self, doc, to):
        status = to.http.get(to["url"]).status
        return Found("seen") if status == 200 else Absent() if status == 404 else CannotTell()
"""
)


@pytest.mark.parametrize(("status", "state"), [(200, "delivered"), (404, "ready"), (500, "held")])
def test_a_receiver_that_can_be_asked_is_asked(
    status: int, state: str, outbox: Outbox, server: Server, plugin: Make
) -> None:
    registry = plugin(ASKED)
    destinations = config("mine", mine(server.url))
    document = planned(outbox, destinations, "mine", registry)
    server.answer = "reset"
    [attempt] = send_due(outbox, destinations, NOW, registry=registry)
    assert attempt.state == "unknown"
    server.answer = status
    send_due(outbox, destinations, LATER, registry=registry, rows=frozenset())
    assert outbox.row(document.id).state == state
