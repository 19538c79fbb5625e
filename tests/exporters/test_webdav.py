"""WebDAV against wsgidav: also over TLS, with a cut line, and with other files in the way."""

from __future__ import annotations

import base64
import datetime as dt
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from debrief.delivery.courier import send_due
from debrief.delivery.outbox import Outbox
from debrief.delivery.worker import load
from debrief.exporters.webdav import Verdict, Webdav
from debrief.plugin import Document, NotSent, Outcome, Receipt, Rejected, Reply, Unknown
from debrief.summary.levels import allowed
from tests.delivery.conftest import NOW, Locked, planned
from tests.delivery.test_redaction import SHOWS, seen_in
from tests.exporters.peers import (
    PASSWORD,
    USER,
    Dav,
    Papers,
    attempt,
    config,
    document,
    free_port,
    frozen,
    link,
    running,
    source,
    table,
)
from tests.plugins.peers import cut_line

LATER = NOW + dt.timedelta(days=1)
PAGE = document(b"# Opsamling\n" * 400, "text/markdown; charset=utf-8", "debrief-x.md")


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox.open(tmp_path / "outbox.sqlite3", Locked())
    yield box
    box.close()


@pytest.fixture
def dav(tmp_path: Path) -> Iterator[Dav]:
    with running(Dav(tmp_path / "dav")) as server:
        yield server


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBRIEF_TEST_DAV", PASSWORD)


def to(url: str, **changes: str) -> dict[str, Any]:
    return {"url": url, "user": USER, "password": PASSWORD, **changes}


def settings(url: str) -> dict[str, Any]:
    return to(url) | {"password": {"env": "DEBRIEF_TEST_DAV"}}


def put(dav: Dav, name: str, body: bytes) -> None:
    (dav.folder / name).write_bytes(body)


def states(dav: Dav) -> list[str]:
    """Return the requests that may have changed something."""
    return [method for method, *_rest in dav.requests if method not in ("GET", "PROPFIND")]


def test_a_page_is_put_there_once_and_known_again(outbox: Outbox, dav: Dav) -> None:
    destinations = config("cloud", table("webdav", "record", ["team"], **settings(dav.url)))
    doc = planned(outbox, destinations, "cloud")
    [done] = send_due(outbox, destinations, NOW)
    assert done.receipt is not None
    assert (done.receipt.reference, done.receipt.duplicate) == (doc.filename, False)
    assert dav.files() == {doc.filename: doc.body}
    assert Webdav().send(doc, link(to(dav.url))).duplicate
    assert dav.files() == {doc.filename: doc.body}


def test_after_a_lost_answer_it_goes_again_and_is_there_once(outbox: Outbox, dav: Dav) -> None:
    with cut_line(dav.port, b" 201 ") as line:
        url = f"http://127.0.0.1:{line.port}"
        destinations = config("cloud", table("webdav", "record", ["team"], **settings(url)))
        doc = planned(outbox, destinations, "cloud")
        [first] = send_due(outbox, destinations, NOW)
        assert (first.ending, first.state) == ("unknown", "ready")
        [second] = send_due(outbox, destinations, LATER)
    assert second.receipt is not None
    assert second.receipt.duplicate
    assert dav.files() == {doc.filename: doc.body}


def test_a_server_that_is_away_costs_nothing() -> None:
    result = attempt("webdav", PAGE, to(f"http://127.0.0.1:{free_port()}/in"))
    assert (result.ending, result.why) == ("not-sent", "connect")


@pytest.mark.peer
def test_missing_folders_are_made(dav: Dav) -> None:
    result = attempt("webdav", PAGE, to(f"{dav.url}/team/2026/"))
    assert (result.ending, result.duplicate) == ("receipt", False)
    assert dav.files() == {f"team/2026/{PAGE.filename}": PAGE.body}
    assert states(dav) == ["PUT", "MKCOL", "MKCOL", "PUT"]


def test_a_wrong_password_shuts_the_door_and_shows_nowhere(dav: Dav) -> None:
    result = attempt("webdav", PAGE, to(dav.url, password="wrong-word"))
    assert (result.ending, result.why, result.said) == ("rejected", "door", "401")
    assert dav.files() == {}


def test_another_file_of_the_name_is_left_as_it_is(dav: Dav) -> None:
    put(dav, PAGE.filename, b"mine")
    with pytest.raises(Rejected) as caught:
        Webdav().send(PAGE, link(to(dav.url)))
    assert caught.value.why == "taken"
    assert dav.files() == {PAGE.filename: b"mine"}


def test_what_a_broken_line_left_behind_is_made_whole(dav: Dav) -> None:
    login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    head = (
        f"PUT /{PAGE.filename} HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\n"
        f"Authorization: Basic {login}\r\nContent-Length: {len(PAGE.body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", dav.port)) as line:
        line.sendall(head.encode() + PAGE.body[:1000])
        line.shutdown(socket.SHUT_WR)
        line.recv(1)
    assert dav.files() == {PAGE.filename: PAGE.body[:1000]}, "this server keeps what it got"
    assert not Webdav().send(PAGE, link(to(dav.url))).duplicate
    assert dav.files() == {PAGE.filename: PAGE.body}


@pytest.mark.peer
def test_over_tls_only_the_right_server_gets_anything(tmp_path: Path) -> None:
    papers = Papers(tmp_path / "papers")
    with running(Dav(tmp_path / "dav", papers.issue())) as dav:
        bad = attempt("webdav", PAGE, to(dav.url), ca_file=papers.other_ca_file)
        assert (bad.ending, bad.why) == ("not-sent", "tls")
        good = attempt("webdav", PAGE, to(dav.url), ca_file=papers.ca_file)
        assert good.ending == "receipt"
        assert dav.files() == {PAGE.filename: PAGE.body}


@pytest.mark.parametrize(
    ("exporter", "level"),
    [("webdav", "counts"), ("webdav-html", "record"), ("webdav-json", "named")],
)
def test_no_more_than_the_level_reaches_the_server(exporter: str, level: Any, dav: Dav) -> None:
    doc = frozen(exporter, level, [*allowed(level)], **settings(dav.url))
    load(source(exporter)).send(doc, link(to(dav.url)))
    assert dav.files() == {doc.filename: doc.body}
    words = set().union(*(SHOWS.get(field, set()) for field in allowed(level)))
    assert seen_in(doc.body.decode()) == words
    assert seen_in(repr(dav.requests)) == set()
    assert PASSWORD not in repr(dav.requests)


class Answers:
    """A server in a list: for each request the status, and the body, that it is answered with."""

    def __init__(self, *answers: tuple[int, bytes]) -> None:
        self._answers = list(answers)
        self.methods: list[str] = []

    def link(self) -> Any:
        real = link(to("https://cloud.example/in"))

        class Scripted:
            http: Any = None
            accept = staticmethod(real.accept)
            __getitem__ = staticmethod(real.__getitem__)

        def request(method: str, _url: str, **_how: Any) -> Reply:
            self.methods.append(method)
            status, body = self._answers.pop(0)
            return Reply(status, {"etag": '"1"'}, body)

        class Client:
            def put(self, url: str, **how: Any) -> Reply:
                return request("PUT", url)

            def get(self, url: str, **how: Any) -> Reply:
                return request("GET", url)

            def request(self, method: str, url: str, **how: Any) -> Reply:
                return request(method, url)

        scripted = Scripted()
        scripted.http = Client()
        return scripted


RARE = {
    "a log-in page in between": ([(200, b"<html>")], "Unknown"),
    "replaced without a word": ([(204, b"")], "Receipt"),
    "a drop that can't be read": ([(412, b""), (403, b"")], "Receipt duplicate"),
    "gone again": ([(412, b""), (404, b"")], "Unknown"),
    "changed meanwhile": ([(412, b""), (200, PAGE.body[:9]), (412, b"")], "Rejected"),
    "made by another machine": (
        [(409, b""), (404, b""), (405, b""), (201, b"")], "Receipt"),
    "a folder that may not be made": ([(409, b""), (404, b""), (403, b"")], "Rejected"),
    "an address that leads nowhere": ([(404, b""), (404, b""), (405, b""), (404, b"")], "Rejected"),
    "a folder that is a file": ([(409, b""), (207, b"")], "Rejected"),
    "full": ([(507, b"")], "Rejected"),
    "busy": ([(503, b"")], "RetryLater"),
}  # fmt: skip


def said(sender: Webdav, *answers: tuple[int, bytes]) -> str:
    try:
        receipt = sender.send(PAGE, Answers(*answers).link())
    except Outcome as outcome:
        return type(outcome).__name__
    return "Receipt duplicate" if receipt.duplicate else "Receipt"


@pytest.mark.parametrize("case", RARE)
def test_what_servers_say_seldom_is_told_truly(case: str) -> None:
    answers, outcome = RARE[case]
    assert said(Webdav(), *answers) == outcome


class _Blind(Webdav):
    """Takes whatever has the name for its own."""

    def compare(self, theirs: bytes, ours: bytes) -> Verdict:
        return "same"


class _Rough(Webdav):
    """Writes over what is there."""

    def compare(self, theirs: bytes, ours: bytes) -> Verdict:
        return "torn"


class _Deaf(Webdav):
    """Takes every refusal for an answer."""

    def send(self, doc: Document, to: Any) -> Receipt:
        try:
            return super().send(doc, to)
        except (Rejected, Unknown, NotSent):
            return Receipt()


def keeps_its_word(sender: Webdav, folder: Path) -> bool:
    """Tell whether what others put there survives, and whether a missing delivery is told."""
    with running(Dav(folder)) as dav:
        put(dav, PAGE.filename, b"mine")
        try:
            sender.send(PAGE, link(to(dav.url)))
        except Rejected:
            return dav.files() == {PAGE.filename: b"mine"}
        return False


@pytest.mark.peer
def test_senders_that_lie_or_overwrite_are_found(tmp_path: Path) -> None:
    assert keeps_its_word(Webdav(), tmp_path / "good")
    for number, bug in enumerate((_Blind, _Rough, _Deaf)):
        assert not keeps_its_word(bug(), tmp_path / str(number)), bug


def test_the_check_asks_and_writes_nothing(dav: Dav) -> None:
    (dav.folder / "in").mkdir()
    assert [*Webdav().check(link(to(f"{dav.url}/in")))] == []
    [missing] = Webdav().check(link(to(f"{dav.url}/away")))
    assert "made when" in missing
    [locked] = Webdav().check(link(to(f"{dav.url}/in", password="wrong-word")))
    assert "user and password" in locked
    [away] = Webdav().check(link(to(f"http://127.0.0.1:{free_port()}/in")))
    assert "reached" in away
    assert states(dav) == []
