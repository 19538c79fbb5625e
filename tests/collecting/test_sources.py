"""Collecting from a WebDAV server and from a database, real ones where there are any."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import tempfile
import threading
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from debrief.collecting import webdav
from debrief.collecting.inbox import InboxSource
from debrief.collecting.sources import FolderSource, Login, source
from debrief.collecting.webdav import WebdavSource
from debrief.errors import Problem
from debrief.exporters.sealed import canonical
from debrief.summary import reduce, render
from debrief.summary.levels import allowed
from tests.collecting.drops import content, drop, fields, gathered, sealed, table
from tests.exporters.peers import PASSWORD, USER, Dav, Papers, running
from tests.summary.rounds import a_round

LOGIN = Login(PASSWORD)


@pytest.fixture
def dav(tmp_path: Path) -> Iterator[Dav]:
    with running(Dav(tmp_path / "served")) as found:
        yield found


def remote(dav: Dav, folder: str = "", login: Login = LOGIN) -> WebdavSource:
    found = source(dav.url.replace("://", f"://{USER}@") + f"/{folder}", login)
    assert isinstance(found, WebdavSource)
    return found


def test_drops_on_a_server_are_read_once(dav: Dav, tmp_path: Path) -> None:
    made = [content("aarhus", number) for number in range(6)]
    for what in made:
        drop(dav.folder, what)
    (dav.folder / "notes.txt").write_text("not ours")
    (dav.folder / "below").mkdir()
    report = gathered(tmp_path / "to", remote(dav))
    assert (report.new, report.others, report.unread) == (6, 1, [])
    assert table(tmp_path / "to")["rounds", "*", "*"] == (6, "exact")
    dav.requests.clear()
    report = gathered(tmp_path / "to", remote(dav))
    assert (report.new, report.known) == (0, 6)
    assert [method for method, _path, _headers in dav.requests] == ["PROPFIND"]
    drop(dav.folder, made[0] | {"fields": fields(people=10)})
    assert gathered(tmp_path / "to", remote(dav)).different == [made[0]["document"]]
    assert {method for method, _path, _headers in dav.requests} == {"PROPFIND", "GET"}


def test_a_certificate_of_ones_own_is_asked_for(tmp_path: Path) -> None:
    papers = Papers(tmp_path / "papers")
    with running(Dav(tmp_path / "served", papers.issue())) as dav:
        drop(dav.folder, content())
        report = gathered(tmp_path / "to", remote(dav, login=Login(PASSWORD, papers.ca_file)))
        assert (report.new, report.unread) == (1, [])
        report = gathered(tmp_path / "to", remote(dav, login=Login(PASSWORD, papers.other_ca_file)))
        [told] = report.unread
        assert "certificate" in told


def test_a_server_that_lets_nobody_in_stops_nothing_else(dav: Dav, tmp_path: Path) -> None:
    drop(dav.folder, content("aarhus"))
    drop(tmp_path / "in", content("odense"))
    wrong = remote(dav, login=Login("canarypassword"))
    report = gathered(tmp_path / "to", wrong, tmp_path / "in")
    assert report.new == 1
    [told] = report.unread
    assert "401" in told
    assert "canarypassword" not in told
    report = gathered(tmp_path / "to", remote(dav, "missing"))
    assert "404" in report.unread[0]


def test_a_server_that_is_away_loses_nothing(dav: Dav, tmp_path: Path) -> None:
    for number in range(6):
        drop(dav.folder, content("aarhus", number))
    gathered(tmp_path / "to", remote(dav))
    dav.stop()
    report = gathered(tmp_path / "to", WebdavSource(dav.url, LOGIN))
    assert len(report.unread) == 1
    assert table(tmp_path / "to")["rounds", "*", "*"] == (6, "exact")
    dav.stop = lambda: None  # type: ignore[method-assign] - it is done


def listing(*names: str, size: int = 300, more: str = "") -> bytes:
    one = (
        "<d:response><d:href>{name}</d:href><d:propstat><d:prop>"
        "<d:getcontentlength>{size}</d:getcontentlength><d:getlastmodified>{when}"
        "</d:getlastmodified></d:prop></d:propstat></d:response>"
    )
    found = "".join(one.format(name=n, size=size, when=formatdate(0)) for n in names)
    text = f'<?xml version="1.0"?>{more}<d:multistatus xmlns:d="DAV:">{found}</d:multistatus>'
    return text.encode()


HOSTILE = {
    "elsewhere": (listing("http://example.org/d-1.age"), "gone"),
    "above": (listing("/drops/../../d-1.age"), "gone"),
    "huge": (listing("/drops/d-1.age", size=10**12), "large"),
    "absurd size": (listing("/drops/d-1.age", size=10**40), "gone"),
    "odd": (listing("/drops/%2e%2e%2fd-1.age", "/drops/d-%00.age", "/drops/%ff%fe.age"), "others"),
    "entities": (listing(more='<!DOCTYPE a [<!ENTITY b "bbbb">]>'), "not a list"),
    "no list": (b"<html>log in</html", "not a list"),
    "nothing": (b"", "not a list"),
    "too long": (listing(*(f"/drops/d-{n:06}.age" for n in range(9000))), "longer than 1 MB"),
    "other text": (b"\x00\xff", "not a list"),
}


@pytest.fixture
def said() -> Iterator[tuple[str, list[bytes], list[str]]]:
    """Serve whatever is put in the list for a listing, and nothing else; note what is asked."""
    answer: list[bytes] = []
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_PROPFIND(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["content-length"]))
            self._say(207, answer[0])

        def do_GET(self) -> None:
            asked.append(self.path)
            self._say(404, b"")

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(OSError):  # who has read enough hangs up
                self.wfile.write(body)

        def log_message(self, *arguments: object) -> None: ...

    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.daemon_threads = True
    threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{found.server_address[1]}/drops", answer, asked
    found.shutdown()
    found.server_close()


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_server_gives_nothing(
    what: str, said: tuple[str, list[bytes], list[str]], tmp_path: Path
) -> None:
    url, answer, asked = said
    body, expected = HOSTILE[what]
    answer.append(body)
    report = gathered(tmp_path / "to", WebdavSource(url, Login()))
    assert (report.new, report.sites) == (0, 0)
    told = [*report.unread, *(one.why for one in report.refused), *["others"] * report.others]
    assert told
    assert all(expected in one for one in told)
    assert set(asked) <= {"/drops/", "/drops/d-1.age"}


def test_a_listing_says_only_names(tmp_path: Path) -> None:
    made = WebdavSource("https://cloud.example.org/drops/", Login())
    names = [one.name for one in made._listed(HOSTILE["elsewhere"][0])]
    assert names == ["d-1.age"]
    assert made.name == "https://cloud.example.org/drops"
    assert webdav._day("yesterday") is None


@pytest.mark.parametrize(
    "address",
    ["https://anna:canary@cloud.example.org/", "postgresql://anna:canary@db.example.org/debrief"],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(Problem) as error:
        source(address, Login())
    assert "canary" not in str(error.value)


@pytest.mark.parametrize("address", ["https://[::1/x", "postgresql://host:port/debrief"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(Problem, match="understood"):
        source(address, Login())


@pytest.mark.parametrize("address", ["ftp://host", "gs://bucket/drops"])
def test_other_places_are_told_what_to_do(address: str) -> None:
    with pytest.raises(Problem, match="give a folder"):
        source(address, Login())


def test_plain_http_goes_nowhere(tmp_path: Path) -> None:
    report = gathered(tmp_path / "to", WebdavSource("http://cloud.example.org/drops", Login()))
    assert "https" in report.unread[0]


def test_a_path_is_a_folder(tmp_path: Path) -> None:
    assert isinstance(source(str(tmp_path), Login()), FolderSource)


def test_secrets_do_not_show() -> None:
    assert "canary" not in repr(Login("canary"))


# The database: the inbox of plugins/inbox.sql, on a server that runs here.


@pytest.fixture(scope="module")
def database() -> Iterator[Any]:
    pytest.importorskip("pg8000.native", reason="pg8000 is not installed")
    from tests.plugins.database import Inbox, fill, serving
    from tests.plugins.peers import free_port

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # the server has a user of its own
        inbox = Inbox(free_port(), Path(folder) / "data")
        with serving(inbox):
            fill(inbox)
            yield inbox


def reader(database: Any, user: str = "anna", word: str = "anna's word") -> InboxSource:
    address = f"postgresql://{user}@127.0.0.1:{database.port}/debrief"
    found = source(address, Login(word))
    assert isinstance(found, InboxSource)
    return found


def add(database: Any, user: str, document: str, body: bytes) -> None:
    database.ask(
        user,
        "INSERT INTO inbox.delivery (id, sha256, filename, media_type, body)"
        " VALUES (:id, :sha256, 'x', 'x', :body)",
        id=document,
        sha256=hashlib.sha256(body).hexdigest(),
        body=body,
    )


def page(number: int, people: int = 9) -> bytes:
    import msgspec

    state = msgspec.structs.replace(a_round(people), id=f"2026-11-21-{number:06}")
    return render(reduce(state, "record", [*allowed("record")], "da"), "json")


@pytest.mark.peer
def test_rows_of_the_inbox_are_read_and_vouched_for(database: Any, tmp_path: Path) -> None:
    database.ask("owner", "TRUNCATE inbox.delivery")
    for number in range(6):
        add(database, "site_nord", f"d-{number}", page(number))
        add(database, "site_syd", f"e-{number}", page(number))
    forged = content("site_nord", 9)
    add(database, "site_syd", forged["document"], canonical(forged))
    add(database, "site_syd", "d-sealed", sealed(content("site_syd", 1, document="d-sealed")))
    add(database, "site_syd", "d-large", b"x" * 1_000_000)
    add(database, "site_syd", "d-odd", b"{}")
    with_close = reader(database)
    report = gathered(tmp_path / "to", with_close)
    with_close.close()
    assert report.unread == []
    assert {one.name: one.why for one in report.refused} == {
        f"site_syd/{forged['document']}": "site",
        "site_syd/d-large": "large",
        "site_syd/d-odd": "text",
    }
    found = table(tmp_path / "to")
    assert found["rounds", "site_nord", "2026-11"] == (6, "exact")
    assert found["people", "site_syd", "2026-11"] == (54, "exact")
    assert found["rounds", "*", "*"] == (13, "exact")
    again = reader(database)
    report = gathered(tmp_path / "to", again)
    again.close()
    assert (report.new, report.known) == (0, 13)


@pytest.mark.peer
@pytest.mark.parametrize("user", ["site_nord", "anna", "nobody"])
def test_who_may_not_read_is_told_so(user: str, database: Any, tmp_path: Path) -> None:
    words = {"site_nord": "nord's word", "anna": "canarypassword", "nobody": ""}
    asked = reader(database, user, words[user])
    report = gathered(tmp_path / "to", asked)
    asked.close()
    [told] = report.unread
    assert "did not let us" in told
    assert "canary" not in told


@pytest.mark.peer
def test_the_reader_changes_nothing(database: Any) -> None:
    found = reader(database)
    list(found.entries())
    with pytest.raises(Problem):
        found._ask("CREATE TEMPORARY TABLE x (y text)")
    found.close()


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    pytest.importorskip("pg8000.native", reason="pg8000 is not installed")
    from tests.plugins.peers import free_port

    away = InboxSource(f"postgresql://anna@127.0.0.1:{free_port()}/debrief", Login())
    [told] = gathered(tmp_path / "to", away).unread
    assert "no answer" in told


def test_without_the_library_the_inbox_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pg8000.native", None)
    [told] = gathered(tmp_path / "to", InboxSource("postgresql://a@db/debrief", Login())).unread
    assert "pg8000" in told
