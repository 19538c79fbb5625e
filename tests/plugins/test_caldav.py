"""CalDAV: the to-do as another implementation reads it, and Radicale as a calendar."""

from __future__ import annotations

import datetime as dt
import runpy
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.plugin import Document, Outcome, Receipt, Rejected, RenderContext, Reply, Unknown, View
from tests.plugins.peers import LATER, PLUGINS, Desk, Recorder, cut_line, free_port, module, served

pytestmark = pytest.mark.xdist_group("caldav")
MODULE = runpy.run_path(str(PLUGINS / "caldav.py"))
CALLS = [
    {"name": "Åse; Bø", "when": "2026-11-22T18:30+01:00", "by": "Per, vagtleder"},
    {"name": "Kim\\n", "when": "2026-11-23T09:00+01:00", "by": ""},
    {"name": "Lo", "when": "2026-11-22T17:30+00:00", "by": "Per, vagtleder"},
]


def render(calls: list[dict[str, str]] | None, team: str = "Nørd, øst", lang: str = "da") -> bytes:
    fields: dict[str, Any] = {"team": team} if team else {}
    if calls is not None:
        fields["named_follow_ups"] = calls
    view = View("named", MappingProxyType(fields), "2026-11-21-k7q2m9", lang)
    page = MODULE["CalDav"]().render(view, RenderContext("d-1"))
    assert (page.media_type, page.suffix) == ("text/calendar; charset=utf-8", ".ics")
    return bytes(page.body)


def read(body: bytes) -> Any:
    """Return the one to-do in the file, as the library icalendar reads it."""
    icalendar = pytest.importorskip("icalendar", reason="icalendar is not installed")
    calendar = icalendar.Calendar.from_ical(body)
    assert calendar.errors == []
    [todo] = calendar.subcomponents
    assert (todo.name, todo.errors) == ("VTODO", [])
    return todo


def test_everybody_is_in_one_todo_with_a_reminder_for_each_time() -> None:
    todo = read(render(CALLS))
    assert str(todo["summary"]) == "Opfølgning efter vagten (Nørd, øst): 3 skal kontaktes"
    assert str(todo["description"]).splitlines() == [
        "2026-11-22 18:30+01:00: Åse; Bø (Per, vagtleder ringer)",
        "2026-11-23 09:00+01:00: Kim\\n",
        "2026-11-22 17:30+00:00: Lo (Per, vagtleder ringer)",
    ]
    first = dt.datetime(2026, 11, 22, 17, 30, tzinfo=dt.UTC)
    assert todo["due"].dt == first
    assert str(todo["uid"]) == "d-1"
    assert str(todo["class"]) == "CONFIDENTIAL"
    assert todo["dtstamp"].dt == dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    reminders = todo.subcomponents
    later = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
    assert [one["trigger"].dt for one in reminders] == [first, later]
    assert {str(one["description"]) for one in reminders} == {"Opfølgning efter vagten"}


def test_nobody_to_contact_is_a_todo_that_is_done() -> None:
    todo = read(render([], team="", lang="nb"))
    assert str(todo["summary"]) == "Oppfølging etter vakta: ingen skal kontaktes"
    assert str(todo["status"]) == "COMPLETED"
    assert "due" not in todo
    assert todo.subcomponents == []


def test_a_destination_without_the_follow_ups_is_told_so() -> None:
    with pytest.raises(Rejected, match="named_follow_ups"):
        render(None)


LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))
TEXT = st.text(st.sampled_from("\\\\nN;,:") | LETTERS, max_size=90)


@given(name=TEXT, team=TEXT, by=TEXT)
def test_whatever_people_are_called_stays_text(name: str, team: str, by: str) -> None:
    body = render([{"name": name, "when": "2026-11-22T18:30+01:00", "by": by}], team, "en")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert b"\n" not in body.replace(b"\r\n", b"")
    calls = f" ({by} calls)" if by else ""
    todo = read(body)
    assert str(todo["description"]) == f"2026-11-22 18:30+01:00: {name}{calls}"
    where = f" ({team})" if team else ""
    assert str(todo["summary"]) == f"Follow-up after the shift{where}: 1 to contact"


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(200, {}, b"<html>Log in</html>"), Unknown),
        (Reply(409, {}, b""), Rejected),
        (Reply(507, {}, b""), Rejected),
    ],
)
def test_an_answer_means_what_the_calendar_means_by_it(
    reply: Reply, outcome: type[Outcome]
) -> None:
    to = Recorder(url="https://dav.example/x/", user="Åse", password="ø")
    to.reply = reply
    document = Document("d-1", b"x", "text/calendar", "", "x.ics")
    with pytest.raises(outcome):
        MODULE["CalDav"]().send(document, to)
    to.reply = Reply(201, {}, b"")
    assert MODULE["CalDav"]().send(document, to) == Receipt("d-1.ics", said="201")
    assert to.url == "https://dav.example/x/d-1.ics"
    assert to.headers["Authorization"] == "Basic w4VzZTrDuA=="


class Calendar:
    """A Radicale with one calendar, which keeps each to-do as a file."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self.folder = folder / "collection-root" / "coordinator" / "follow-up"
        self.settings: dict[str, Any] = {
            "url": f"http://127.0.0.1:{port}/coordinator/follow-up",
            "user": "coordinator",
            "password": {"env": "DEBRIEF_TEST_CALDAV"},
        }

    def todos(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.glob("*.ics")}


CONFIG = """
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}
[logging]
level = error
"""


@pytest.fixture
def calendar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Calendar]:
    folder, port = tmp_path / "radicale", free_port()
    calendar = Calendar(folder, port)
    calendar.folder.mkdir(parents=True)
    (calendar.folder / ".Radicale.props").write_text(
        '{"tag": "VCALENDAR", "C:supported-calendar-component-set": "VTODO"}', "utf-8"
    )
    (folder / "users").write_text("coordinator:right\n", "utf-8")
    (folder / "config").write_text(CONFIG.format(port=port, folder=folder), "utf-8")
    monkeypatch.setenv("DEBRIEF_TEST_CALDAV", "right")
    with served([*module("radicale"), "--config", str(folder / "config")], port):
        yield calendar


def desk(folder: Path, calendar: Calendar) -> Desk:
    desk = Desk(folder, "caldav", calendar.settings)
    desk.table |= {"level": "named", "fields": ["team", "named_follow_ups", "action_owners"]}
    return desk


@pytest.mark.peer
def test_a_todo_is_there_once_however_often_it_is_sent(calendar: Calendar, tmp_path: Path) -> None:
    first = desk(tmp_path / "first", calendar)
    document = first.plan()
    attempt = first.go()
    assert attempt.receipt is not None, (attempt.why, attempt.said)
    assert not attempt.receipt.duplicate
    again = desk(tmp_path / "again", calendar)
    assert again.plan() == document
    repeat = again.go()
    assert repeat.receipt is not None
    assert repeat.receipt.duplicate
    [(name, kept)] = calendar.todos().items()
    assert name == attempt.receipt.reference == f"{document.id}.ics"
    todo = read(kept)
    assert "Canaryname0 Surname0 (Canaryby Caller ringer)" in str(todo["description"])
    for other in ("Canaryowner", "Canaryname1", "canarynote", "fredag"):
        assert other.encode() not in kept


@pytest.mark.peer
def test_what_arrived_without_an_answer_is_recognised(calendar: Calendar, tmp_path: Path) -> None:
    with cut_line(calendar.port, b" 201 ") as line:
        mine = desk(tmp_path / "mine", calendar)
        mine.change(url=f"http://127.0.0.1:{line.port}/coordinator/follow-up")
        document = mine.plan()
        attempt = mine.go()
        assert (attempt.ending, attempt.state, line.cuts) == ("unknown", "ready", 1)
        attempt = mine.go(LATER)
        assert attempt.receipt is not None
        assert attempt.receipt.duplicate
    assert list(calendar.todos()) == [f"{document.id}.ics"]


@pytest.mark.peer
def test_a_wrong_password_pauses_and_a_wrong_calendar_is_refused(
    calendar: Calendar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = desk(tmp_path / "wrong", calendar)
    wrong.change(url=calendar.settings["url"] + "-other")
    wrong.plan()
    attempt = wrong.go()
    assert (attempt.ending, attempt.state) == ("rejected", "rejected")
    monkeypatch.setenv("DEBRIEF_TEST_CALDAV", "wrong")
    mine = desk(tmp_path / "mine", calendar)
    mine.plan()
    attempt = mine.go()
    assert (attempt.ending, attempt.why, attempt.said) == ("rejected", "door", "401")
    assert "peer" in mine.outbox.pauses()
    assert calendar.todos() == {}


@pytest.mark.peer
def test_a_calendar_that_is_away_costs_nothing(calendar: Calendar, tmp_path: Path) -> None:
    mine = desk(tmp_path / "mine", calendar)
    mine.change(url=f"http://127.0.0.1:{free_port()}/coordinator/follow-up")
    document = mine.plan()
    attempt = mine.go()
    assert (attempt.ending, attempt.why, attempt.state) == ("not-sent", "connect", "ready")
    assert mine.row(document).attempts == 0


@pytest.mark.peer
def test_a_calendar_takes_only_one_todo_at_a_time(calendar: Calendar, tmp_path: Path) -> None:
    """Why there is one for the round and not one for each person: the server refuses a bundle."""
    document = desk(tmp_path / "mine", calendar).plan()
    todo = document.body.split(b"BEGIN:VTODO")[1].split(b"END:VTODO")[0]
    second = todo.replace(document.id.encode(), b"another")
    bundle = document.body.replace(
        b"END:VCALENDAR", b"BEGIN:VTODO" + second + b"END:VTODO\r\nEND:VCALENDAR"
    )
    assert send_raw(calendar, "bundle.ics", bundle) == 400
    assert calendar.todos() == {}


def send_raw(calendar: Calendar, name: str, body: bytes) -> int:
    import httpx

    reply = httpx.put(
        f"{calendar.settings['url']}/{name}",
        content=body,
        headers={"Content-Type": "text/calendar"},
        auth=("coordinator", "right"),
    )
    return reply.status_code
