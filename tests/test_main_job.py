"""The main job on real input: a whole round in Danish, twice, from open to delivered.

Once through the app by keys, once through plain mode as a process of its own. Both close, both
files are checked by the program and by `sha256sum` and `ssh-keygen` alone, and both summaries
arrive at a real HTTP server.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from standardwebhooks import Webhook
from textual.pilot import Pilot

from debrief import i18n
from debrief.desk import Desk
from debrief.tui.app import DebriefApp
from debrief.tui.dialogs import MessageDialog
from debrief.tui.screens.home import HomeScreen
from debrief.tui.screens.round import RoundScreen
from debrief.workspace.places import Places

ROOT = Path(__file__).resolve().parents[1]
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
NAMES = ("Aisha", "Jonas", "Mette", "Per", "Sofie")
NOTE = "Borger på 16 sagde, at hun ville tage sit eget liv. "
OWN = "Mette sov ikke i nat og er alene i aften."


class Receiver(ThreadingHTTPServer):
    """A house's intranet: takes a POST, keeps what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.came: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        del args


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def places(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Places:
    found = Places(tmp_path / "workspace", tmp_path / "config", tmp_path / "state")
    found.workspace.mkdir()
    found.settings.write_text(
        f"""version = 1
team = "Nord"
[destinations.intranet]
exporter = "webhook"
level = "record"
fields = ["team", "minutes", "people", "phases", "turns", "duties", "actions", "follow_ups"]
[destinations.intranet.settings]
url = "{receiver.url}"
secret = {{ env = "INTRANET_SECRET" }}
""",
        "utf-8",
    )
    monkeypatch.setenv("INTRANET_SECRET", SECRET)
    return found


def check_file(places: Places) -> dict[str, object]:
    """Check the one closed session with plain tools, and return what stands in it."""
    (path,) = places.sessions.glob("20*/*.toml")
    clear = path.read_text("utf-8")
    # Sealed text and signatures spell any short name by chance.
    readable = re.sub(r"-----BEGIN (.+?)-----.*?-----END \1-----", "", clear, flags=re.DOTALL)
    assert "BEGIN AGE" not in readable
    for private in (*NAMES, "sov ikke", "eget liv", "alene"):
        assert private not in readable
    shell = subprocess.run(
        ["sh", str(ROOT / "sessions/VERIFY.sh"), str(places.sessions)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert shell.returncode == 0, shell.stdout + shell.stderr
    again = clear.replace('protocol = "shift-defuse"', 'protocol = "shift-defusa"', 1)
    assert again != clear
    path.write_text(again, "utf-8")
    for command in (
        ["sh", str(ROOT / "sessions/VERIFY.sh"), str(places.sessions)],
        [sys.executable, "-m", "debrief", "--workspace", str(places.workspace), "verify"],
    ):
        changed = subprocess.run(command, capture_output=True, check=False, cwd=ROOT)
        assert changed.returncode == 1
    path.write_text(clear, "utf-8")
    verified = subprocess.run(command, capture_output=True, check=False, cwd=ROOT)
    assert verified.returncode == 0
    return tomllib.loads(clear)


def check_arrival(receiver: Receiver) -> None:
    """Check that one summary came, is signed, and says no more than it may."""
    ((headers, body),) = receiver.came
    Webhook(SECRET).verify(body, headers)
    text = body.decode()
    assert "Nord" in text
    assert json.loads(text)
    for private in (*NAMES, "sov ikke", "eget liv", "alene"):
        assert private not in text


async def type_text(pilot: Pilot[int], text: str) -> None:
    names = {" ": "space", "\n": "enter", ",": "comma", ".": "full_stop"}
    await pilot.press(*(names.get(letter, letter) for letter in text))


async def test_through_the_app(places: Places, receiver: Receiver) -> None:
    before = i18n.language()
    i18n.use("da")
    desk = Desk(places)
    app = DebriefApp(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.3)
        await pilot.press("enter")
        await type_text(pilot, ",".join(NAMES))
        await pilot.press("f10")
        await pilot.pause(0.3)
        assert isinstance(app.screen, RoundScreen)
        await type_text(pilot, "Alle er klar")
        await pilot.press("ctrl+g", "ctrl+l", "2", "ctrl+n", "ctrl+t", "ctrl+l", "8")
        await type_text(pilot, OWN)
        await pilot.press("ctrl+n", "ctrl+n", "ctrl+n", "ctrl+g")
        await type_text(pilot, NOTE)
        await pilot.pause(0.4)
        await pilot.press("f2", "a", "escape", "ctrl+n")
        for _voice in range(4):
            await pilot.press("ctrl+t")
        await pilot.press("ctrl+g", "ctrl+g", "ctrl+g", "f10")
        await pilot.pause(0.3)
        await pilot.press("1", "5", "2", "6", "6", "1", "f2", "escape", "f10")
        await pilot.pause(0.5)
        assert isinstance(app.screen, MessageDialog)
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        assert isinstance(app.screen, HomeScreen)
    i18n.use(before)
    record = check_file(places)
    assert record["counts"]["signs_confirmed"] == 1
    turns = [person["turns"].get("check-in") for person in record["people"].values()]
    assert turns == ["spoke", "passed", "spoke", "spoke", "spoke"]
    assert [duty["kind"] for duty in record["duties"].values()] == ["suicide-risk"]
    check_arrival(receiver)


PLAIN = f"""

Nord
{chr(10).join(NAMES)}


Alle er klar.

/belastning 2
Rolig vagt.

/pas
/belastning 8
{OWN}

/fase
{NOTE}
/bekræft 2

/fase
/fase
/fase
/opfølgning Mette i morgen 10
/opfølgning Aisha 3d
/opfølgning Jonas nej tak
/opfølgning Per ingen
/opfølgning Sofie ingen
/pligt 1 handlet
/handling To på vagt fredag nat; koordinator; 2026-12-01
/luk
"""


def test_through_plain_mode(places: Places, receiver: Receiver) -> None:
    environment = {
        **os.environ,
        "DEBRIEF_WORKSPACE": str(places.workspace),
        "DEBRIEF_CONFIG": str(places.config),
        "DEBRIEF_STATE": str(places.state),
        "LANG": "da_DK.UTF-8",
        "LC_ALL": "",
    }

    def debrief(*words: str, told: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "debrief", *words],
            input=told,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            cwd=places.workspace,
        )

    done = debrief("run", "--plain", told=PLAIN + "\nja\n" * 3)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "Traceback" not in done.stderr
    record = check_file(places)
    assert [action["text"] for action in record["actions"].values()] == ["To på vagt fredag nat"]
    sent = debrief("outbox", "send")
    assert sent.returncode == 0, sent.stdout + sent.stderr
    check_arrival(receiver)
    listed = debrief("list", "--format", "json")
    assert json.loads(listed.stdout)
