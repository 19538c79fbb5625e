"""Matrix: what is asked of a server, and Synapse as one."""

from __future__ import annotations

import datetime as dt
import json
import os
import runpy
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from debrief.plugin import Document, Outcome, Receipt, Rejected, Reply, RetryLater, Unknown
from tests.delivery.conftest import NOW
from tests.plugins.peers import LATER, PLUGINS, Desk, Recorder, cut_line, free_port, served

pytestmark = pytest.mark.xdist_group("matrix")
MODULE = runpy.run_path(str(PLUGINS / "matrix.py"))
DOCUMENT = Document("d-1", "Nørd\n".encode(), "text/markdown", "", "x.md")


class Room(Recorder):
    """A room whose encryption is answered by `encryption`."""

    encryption = Reply(404, {}, b'{"errcode":"M_NOT_FOUND"}')

    def get(self, url: str, *, headers: dict[str, str]) -> Reply:
        assert url.endswith("/state/m.room.encryption")
        return self.encryption


def room() -> Room:
    return Room(url="https://m.example/", room="!abc:m.example", token="syt_secret")


def test_the_message_goes_to_the_room_under_the_documents_id() -> None:
    to = room()
    to.reply = Reply(200, {}, b'{"event_id":"$xyz"}')
    assert MODULE["send"]().send(DOCUMENT, to) == Receipt("$xyz", said="200")
    base = "https://m.example/_matrix/client/v3/rooms/%21abc%3Am.example"
    assert (to.method, to.url) == ("PUT", f"{base}/send/m.room.message/d-1")
    assert json.loads(to.content) == {"msgtype": "m.notice", "body": "Nørd\n"}
    assert to.headers["Authorization"] == "Bearer syt_secret"


@pytest.mark.parametrize(
    ("encryption", "reply", "outcome"),
    [
        (Reply(200, {}, b'{"algorithm":"m.megolm.v1"}'), None, Rejected),
        (Reply(403, {}, b'{"errcode":"M_FORBIDDEN"}'), None, Rejected),
        (Reply(401, {}, b'{"errcode":"M_UNKNOWN_TOKEN"}'), None, Rejected),
        (Reply(502, {}, b""), None, Unknown),
        (None, Reply(200, {}, b"<html>Log in</html>"), Unknown),
        (None, Reply(413, {}, b'{"errcode":"M_TOO_LARGE"}'), Rejected),
        (None, Reply(429, {"retry-after": "7"}, b"{}"), RetryLater),
    ],
)
def test_an_answer_means_what_the_server_means_by_it(
    encryption: Reply | None, reply: Reply | None, outcome: type[Outcome]
) -> None:
    to = room()
    to.encryption = encryption or to.encryption
    to.reply = reply or to.reply
    with pytest.raises(outcome):
        MODULE["send"]().send(DOCUMENT, to)
    assert bool(to.url) == (encryption is None), "nothing is sent where the room is not right"


class Synapse:
    """A server with one account and one room."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.token = ""

    def call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)

    def login(self) -> str:
        who = {"type": "m.id.user", "user": "debrief"}
        body = {"type": "m.login.password", "identifier": who, "password": "word"}
        return str(self.call("POST", "/_matrix/client/v3/login", body)["access_token"])

    def room(self, **how: Any) -> str:
        return str(self.call("POST", "/_matrix/client/v3/createRoom", how)["room_id"])

    def messages(self, room: str) -> dict[str, str]:
        """Return the text of every message in a room by its event id."""
        place = f"/_matrix/client/v3/rooms/{urllib.parse.quote(room)}/messages?dir=b&limit=100"
        return {
            one["event_id"]: one["content"]["body"]
            for one in self.call("GET", place)["chunk"]
            if one["type"] == "m.room.message"
        }


CONFIG = """
server_name: "localhost"
pid_file: {folder}/pid
listeners:
  - {{port: {port}, type: http, bind_addresses: ["127.0.0.1"], resources: [{{names: [client]}}]}}
database: {{name: sqlite3, args: {{database: {folder}/synapse.db}}}}
log_config: {folder}/log.yaml
media_store_path: {folder}/media
signing_key_path: {folder}/signing.key
registration_shared_secret: secret
report_stats: false
trusted_key_servers: []
"""
LOG = """
version: 1
handlers: {file: {class: logging.FileHandler, filename: FILE}}
root: {level: WARNING, handlers: [file]}
"""


def python_with_synapse() -> str:
    """Return a Python that has Synapse: this one, or the one that DEBRIEF_TEST_SYNAPSE names."""
    for python in (os.environ.get("DEBRIEF_TEST_SYNAPSE", ""), sys.executable):
        done = python and subprocess.run([python, "-c", "import synapse"], capture_output=True)
        if done and done.returncode == 0:
            return python
    return pytest.skip("matrix-synapse is not installed: pip install it, or into a place of its own"
                       " whose python DEBRIEF_TEST_SYNAPSE names")  # fmt: skip


@pytest.fixture(scope="module")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    python, folder, port = python_with_synapse(), tmp_path_factory.mktemp("synapse"), free_port()
    config = folder / "homeserver.yaml"
    config.write_text(CONFIG.format(folder=folder, port=port), "utf-8")
    (folder / "log.yaml").write_text(LOG.replace("FILE", str(folder / "log")), "utf-8")
    start = [python, "-m", "synapse.app.homeserver", "-c", str(config)]
    subprocess.run([*start, "--generate-keys"], check=True, capture_output=True)
    with served(start, port, cwd=folder):
        server = Synapse(port)
        account = ["-u", "debrief", "-p", "word", "--no-admin", "-k", "secret", server.url]
        register = [python, "-m", "synapse._scripts.register_new_matrix_user", *account]
        subprocess.run(register, check=True, capture_output=True)
        server.token = server.login()
        yield server


def desk(folder: Path, synapse: Synapse, room: str, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("DEBRIEF_TEST_MATRIX", synapse.token)
    settings = {"url": synapse.url, "room": room, "token": {"env": "DEBRIEF_TEST_MATRIX"}}
    return Desk(folder, "matrix", settings)


@pytest.mark.peer
def test_a_message_is_there_once_however_often_it_is_sent(
    synapse: Synapse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = synapse.room()
    first = desk(tmp_path / "first", synapse, room, monkeypatch)
    document = first.plan()
    attempt = first.go()
    assert attempt.receipt is not None, (attempt.why, attempt.said)
    again = desk(tmp_path / "again", synapse, room, monkeypatch)
    assert again.plan() == document
    repeat = again.go()
    assert repeat.receipt is not None
    assert repeat.receipt.reference == attempt.receipt.reference
    assert synapse.messages(room) == {attempt.receipt.reference: document.body.decode()}


@pytest.mark.peer
def test_what_arrived_without_an_answer_is_recognised_within_half_an_hour(
    synapse: Synapse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = synapse.room()
    mine = desk(tmp_path, synapse, room, monkeypatch)
    with cut_line(synapse.port, b'"event_id"') as line:
        mine.change(url=f"http://127.0.0.1:{line.port}")
        document = mine.plan()
        attempt = mine.go()
        assert (attempt.ending, attempt.state, line.cuts) == ("unknown", "ready", 1)
        attempt = mine.go(LATER)
        assert attempt.receipt is not None
    assert list(synapse.messages(room)) == [attempt.receipt.reference]
    assert mine.row(document).state == "delivered"


@pytest.mark.peer
def test_after_half_an_hour_a_person_decides(
    synapse: Synapse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = synapse.room()
    mine = desk(tmp_path, synapse, room, monkeypatch)
    document = mine.plan()
    for when, state in ((NOW, "ready"), (NOW + dt.timedelta(minutes=31), "held")):
        with cut_line(synapse.port, b'"event_id"') as line:
            mine.change(url=f"http://127.0.0.1:{line.port}")
            assert mine.go(when).state == state
    assert mine.due(NOW + dt.timedelta(days=9)) == []
    assert mine.row(document).state == "held"
    assert len(synapse.messages(room)) == 1


@pytest.mark.peer
def test_a_room_with_encryption_gets_nothing(
    synapse: Synapse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = {"algorithm": "m.megolm.v1.aes-sha2"}
    room = synapse.room(initial_state=[{"type": "m.room.encryption", "content": content}])
    mine = desk(tmp_path, synapse, room, monkeypatch)
    mine.plan()
    attempt = mine.go()
    assert (attempt.ending, attempt.state) == ("rejected", "rejected")
    assert "encrypted" in attempt.said
    assert synapse.messages(room) == {}


@pytest.mark.peer
@pytest.mark.parametrize("wrong", ["token", "room"])
def test_a_server_that_lets_nothing_in_pauses_the_destination(
    wrong: str, synapse: Synapse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = synapse.room() if wrong == "token" else "!another:localhost"
    mine = desk(tmp_path, synapse, room, monkeypatch)
    if wrong == "token":
        monkeypatch.setenv("DEBRIEF_TEST_MATRIX", "syt_wrong")
    mine.plan()
    attempt = mine.go()
    assert (attempt.ending, attempt.why, attempt.state) == ("rejected", "door", "ready")
    assert "peer" in mine.outbox.pauses()


@pytest.mark.peer
def test_a_server_that_is_away_costs_nothing(
    synapse: Synapse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = desk(tmp_path, synapse, synapse.room(), monkeypatch)
    mine.change(url=f"http://127.0.0.1:{free_port()}")
    document = mine.plan()
    attempt = mine.go()
    assert (attempt.ending, attempt.why, attempt.state) == ("not-sent", "connect", "ready")
    assert mine.row(document).attempts == 0
