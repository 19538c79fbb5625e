"""The PostgreSQL inbox: what a site may do in it and what not, and that each document is once."""

from __future__ import annotations

import hashlib
import runpy
import socket
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from debrief.plugin import NotSent
from tests.plugins.database import WORDS, Inbox, fill, serving
from tests.plugins.peers import LATER, PLUGINS, Desk, cut_line, free_port

pg = pytest.importorskip("pg8000.native", reason="pg8000 is not installed")
pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture(scope="module")
def server() -> Iterator[Inbox]:
    """Start a server as one who installs it would, and run inbox.sql with psql."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # the server has a user of its own
        inbox = Inbox(free_port(), Path(folder) / "data")
        with serving(inbox):
            fill(inbox)
            yield inbox


@pytest.fixture
def inbox(server: Inbox, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    server.ask("owner", "TRUNCATE inbox.delivery")
    monkeypatch.setenv("DEBRIEF_TEST_POSTGRES", WORDS["site_nord"])
    return server


def desk(folder: Path, inbox: Inbox, **changes: Any) -> Desk:
    made = Desk(folder, "postgres", inbox.settings)
    made.change(**changes)
    return made


@pytest.mark.peer
def test_a_row_is_there_once_however_often_it_is_sent(inbox: Inbox, tmp_path: Path) -> None:
    first = desk(tmp_path / "first", inbox)
    document = first.plan()
    attempt = first.go()
    assert attempt.receipt is not None, (attempt.why, attempt.said, bytes(attempt.noise))
    assert (attempt.receipt.duplicate, attempt.receipt.reference) == (False, document.id)
    again = desk(tmp_path / "again", inbox)
    assert again.plan() == document
    repeat = again.go()
    assert repeat.receipt is not None
    assert repeat.receipt.duplicate
    assert inbox.rows() == [["site_nord", document.id, document.body]]


@pytest.mark.peer
@pytest.mark.parametrize("marker", [b"INSERT 0 1", b"same"], ids=["the row", "the receipt"])
def test_what_arrived_without_an_answer_is_recognised(
    marker: bytes, inbox: Inbox, tmp_path: Path
) -> None:
    with cut_line(inbox.port, marker) as line:
        mine = desk(tmp_path, inbox, url=f"postgresql://127.0.0.1:{line.port}/debrief")
        document = mine.plan()
        attempt = mine.go()
        assert (attempt.ending, attempt.why, attempt.state) == ("unknown", "broke", "ready")
        assert line.cuts == 1
        attempt = mine.go(LATER)
        assert attempt.receipt is not None
        assert attempt.receipt.duplicate
    assert inbox.rows() == [["site_nord", document.id, document.body]]


@pytest.mark.peer
def test_a_database_that_is_away_loses_nothing(inbox: Inbox, tmp_path: Path) -> None:
    mine = desk(tmp_path, inbox, url=f"postgresql://127.0.0.1:{free_port()}/debrief")
    document = mine.plan()
    attempt = mine.go()
    assert (attempt.ending, attempt.why, attempt.state) == ("not-sent", "connect", "ready")
    assert mine.row(document).attempts == 0
    mine.change(url=inbox.settings["url"])
    assert mine.go(LATER).state == "delivered"
    assert inbox.rows() == [["site_nord", document.id, document.body]]


@pytest.mark.peer
@pytest.mark.parametrize("wrong", ["password", "database", "role"])
def test_a_database_that_lets_nothing_in_pauses_the_destination(
    wrong: str, inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = desk(tmp_path, inbox)
    if wrong == "database":
        mine.change(url=f"postgresql://127.0.0.1:{inbox.port}/other")
    if wrong == "role":  # a reader may not add anything
        mine.change(user="anna")
    if wrong != "database":
        monkeypatch.setenv("DEBRIEF_TEST_POSTGRES", WORDS["anna"])
    mine.plan()
    attempt = mine.go()
    assert (attempt.ending, attempt.why, attempt.state) == ("rejected", "door", "ready")
    assert WORDS["anna"] not in attempt.said
    assert "peer" in mine.outbox.pauses()
    assert inbox.rows() == []


@pytest.mark.peer
def test_something_else_under_the_same_id_is_left_alone(inbox: Inbox, tmp_path: Path) -> None:
    mine = desk(tmp_path, inbox)
    document = mine.plan()
    add(inbox, "site_nord", document.id, b"something else")
    attempt = mine.go()
    assert (attempt.ending, attempt.why, attempt.state) == ("rejected", "taken", "rejected")
    assert inbox.rows() == [["site_nord", document.id, b"something else"]]


@pytest.mark.peer
def test_another_site_can_not_take_the_id(inbox: Inbox, tmp_path: Path) -> None:
    mine = desk(tmp_path, inbox)
    document = mine.plan()
    add(inbox, "site_syd", document.id, b"syd's own")
    assert mine.go().state == "delivered"
    assert [row[0] for row in inbox.rows()] == ["site_syd", "site_nord"]


@pytest.mark.peer
def test_a_busy_database_is_tried_again(inbox: Inbox, tmp_path: Path) -> None:
    mine = desk(tmp_path, inbox)
    document = mine.plan()
    inbox.ask("owner", "ALTER ROLE site_nord CONNECTION LIMIT 0")
    attempt = mine.go()
    inbox.ask("owner", "ALTER ROLE site_nord CONNECTION LIMIT -1")
    assert (attempt.ending, attempt.why, attempt.state) == ("retry-later", "busy", "ready")
    assert mine.go(LATER).state == "delivered"
    assert inbox.rows() == [["site_nord", document.id, document.body]]


INSERT = """
    INSERT INTO inbox.delivery (id, sha256, filename, media_type, body)
    VALUES (:id, :sha256, 'x.json', 'application/json', :body) ON CONFLICT DO NOTHING
"""


def add(inbox: Inbox, site: str, identity: str, body: bytes, sha256: str = "") -> None:
    digest = sha256 or hashlib.sha256(body).hexdigest()
    inbox.ask(site, INSERT, id=identity, sha256=digest, body=body)


FORBIDDEN = {
    "read": "SELECT id FROM inbox.delivery",
    "count": "SELECT count(*) FROM inbox.delivery",
    "change": "UPDATE inbox.delivery SET body = 'x'",
    "delete": "DELETE FROM inbox.delivery",
    "empty": "TRUNCATE inbox.delivery",
    "drop": "DROP TABLE inbox.delivery",
    "read by return": INSERT.replace("DO NOTHING", "DO NOTHING RETURNING body"),
    "overwrite": INSERT.replace("DO NOTHING", "(site, id) DO UPDATE SET body = 'x'"),
    "speak for another": (
        "INSERT INTO inbox.delivery (site, id, sha256, filename, media_type, body)"
        " VALUES ('site_syd', :id, :sha256, 'x', 'y', :body)"
    ),
    "set the time": (
        "INSERT INTO inbox.delivery (received, id, sha256, filename, media_type, body)"
        " VALUES (now() - interval '1 year', :id, :sha256, 'x', 'y', :body)"
    ),
    "make a table": "CREATE TABLE inbox.mine (x int)",
    "become another": "SET SESSION AUTHORIZATION site_syd",
}


@pytest.mark.peer
@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_site_may_add_and_nothing_else(what: str, inbox: Inbox) -> None:
    add(inbox, "site_nord", "d-1", b"kept")
    values = {"id": "d-2", "sha256": hashlib.sha256(b"x").hexdigest(), "body": b"x"}
    used = {name: value for name, value in values.items() if f":{name}" in FORBIDDEN[what]}
    with pytest.raises(pg.DatabaseError) as caught:
        inbox.ask("site_nord", FORBIDDEN[what], **used)
    assert caught.value.args[0]["C"] == "42501"
    assert inbox.rows() == [["site_nord", "d-1", b"kept"]]


@pytest.mark.peer
def test_a_site_hears_of_its_own_documents_only(inbox: Inbox) -> None:
    add(inbox, "site_nord", "d-1", b"kept")
    digest = hashlib.sha256(b"kept").hexdigest()
    ask = "SELECT inbox.receipt(:id, :sha256)"
    assert inbox.ask("site_nord", ask, id="d-1", sha256=digest) == [["same"]]
    assert inbox.ask("site_nord", ask, id="d-1", sha256="0" * 64) == [["DIFFERENT"]]
    assert inbox.ask("site_nord", ask, id="d-2", sha256=digest) == [[None]]
    assert inbox.ask("site_syd", ask, id="d-1", sha256=digest) == [[None]]
    with pytest.raises(pg.DatabaseError):
        inbox.ask("anna", ask, id="d-1", sha256=digest)


@pytest.mark.peer
@pytest.mark.parametrize(
    ("identity", "body", "sha256"),
    [("d-1", b"torn", "0" * 64), ("../x", b"x", ""), ("d-1", b"", "")],
    ids=["another digest", "a strange id", "nothing"],
)
def test_a_row_that_is_not_whole_is_refused(
    identity: str, body: bytes, sha256: str, inbox: Inbox
) -> None:
    with pytest.raises(pg.DatabaseError) as caught:
        add(inbox, "site_nord", identity, body, sha256)
    assert caught.value.args[0]["C"] == "23514"
    assert inbox.rows() == []


@pytest.fixture
def name() -> str:
    """Return a name of this machine that doesn't say that it is this machine."""
    name = socket.gethostname()
    try:
        socket.gethostbyname(name)
    except OSError:
        pytest.skip("this machine's name can't be looked up")
    return name if name != "localhost" else pytest.skip("this machine has no name")


@pytest.mark.peer
def test_over_a_network_it_is_encrypted_and_the_certificate_must_be_right(
    name: str, inbox: Inbox, tmp_path: Path
) -> None:
    mine = desk(tmp_path, inbox, url=f"postgresql://{name}:{inbox.port}/debrief")
    document = mine.plan()
    attempt = mine.go()
    assert (attempt.ending, attempt.why, attempt.state) == ("rejected", "door", "ready")
    assert "certificate" in attempt.said
    assert inbox.rows() == []

    mine.change(ca_file=str(inbox.data / "server.crt"))
    attempt = mine.go(LATER)
    assert attempt.state == "delivered", (attempt.why, attempt.said, bytes(attempt.noise))
    assert inbox.rows() == [["site_nord", document.id, document.body]]


@pytest.mark.peer
def test_a_server_without_encryption_gets_nothing(name: str, inbox: Inbox, tmp_path: Path) -> None:
    inbox.encrypts(False)
    try:
        mine = desk(tmp_path, inbox, url=f"postgresql://{name}:{inbox.port}/debrief")
        mine.plan()
        attempt = mine.go()
    finally:
        inbox.encrypts(True)
    assert (attempt.ending, attempt.why) == ("rejected", "door")
    assert "no encryption" in attempt.said
    assert inbox.rows() == []


def test_only_this_machine_is_spoken_to_without_encryption(tmp_path: Path) -> None:
    encryption = runpy.run_path(str(PLUGINS / "postgres.py"))["encryption"]
    for here in ("localhost", "127.0.0.1", "::1"):
        assert encryption(here, "") is False
    for away in ("db.example.org", "10.0.0.1", "localhost.example.org", "0.0.0.0"):
        how = encryption(away, "")
        assert (how.verify_mode, how.check_hostname) == (ssl.CERT_REQUIRED, True)
    with pytest.raises(NotSent):
        encryption("db.example.org", str(tmp_path / "nowhere.pem"))


def test_without_the_package_it_says_which_and_sends_nothing() -> None:
    source = (PLUGINS / "postgres.py").read_text("utf-8")
    without = source.replace("import pg8000.native as pg", "raise ImportError")
    names: dict[str, Any] = {"__name__": "postgres"}
    exec(compile(without, "postgres.py", "exec"), names)
    with pytest.raises(NotSent, match="pg8000 is missing"):
        names["send"]().send(None, None)
