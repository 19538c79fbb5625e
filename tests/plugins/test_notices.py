"""The notices: one sentence with the team in it and nothing else of the round, to chat services."""

from __future__ import annotations

import datetime as dt
import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.plugin import Document, Outcome, Receipt, Rejected, RenderContext, Reply, Unknown, View
from tests.delivery.conftest import Server
from tests.plugins.peers import LATER, PLUGINS, Desk, Recorder, free_port

CHAT = runpy.run_path(str(PLUGINS / "mattermost_notice.py"))
TEAMS = runpy.run_path(str(PLUGINS / "teams_notice.py"))
DOCUMENT = Document("d-1", b"{}", "application/json", "", "x.json")


def render(module: dict[str, Any], lang: str = "da", where: str = "", **fields: Any) -> Any:
    [kind] = [v for k, v in module.items() if k in ("MattermostNotice", "TeamsNotice")]
    view = View("record", MappingProxyType(fields), "2026-11-21-k7q2m9", lang)
    page = kind().render(view, RenderContext("d-1", {"where": where} if where else {}))
    assert page.media_type == "application/json"
    return json.loads(page.body)


def shown(message: Any) -> list[str]:
    """Return what Teams shows of a card."""
    [attachment] = message["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (message["type"], card["type"], card["version"]) == ("message", "AdaptiveCard", "1.4")
    assert all(block["type"] == "TextBlock" and block["wrap"] for block in card["body"])
    return [block["text"] for block in card["body"]]


def test_a_notice_names_the_team_and_where_to_look() -> None:
    where = "Den ligger i mappen Debrief."
    text = "Opsamlingen efter vagten er klar (hold Nord)."
    assert render(CHAT, where=where, team="Nord") == {"text": f"{text} {where}"}
    assert shown(render(TEAMS, where=where, team="Nord")) == [text, where]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("da", "Opsamlingen efter vagten er klar."),
        ("nb", "Oppsummeringen etter vakta er klar."),
        ("en", "The summary of the debrief is ready."),
    ],
)
def test_without_a_team_it_says_only_that_it_is_ready(lang: str, text: str) -> None:
    assert render(CHAT, lang) == {"text": text}
    assert shown(render(TEAMS, lang)) == [text]


@given(team=st.text(max_size=60))
def test_no_name_of_a_team_mentions_people_or_becomes_a_link(team: str) -> None:
    text = render(CHAT, "en", team=team)["text"]
    assert shown(render(TEAMS, "en", team=team)) == [text]
    name = text.removeprefix("The summary of the debrief is ready").strip(".")
    assert not set(name) & set('<>@#*_~`[]{}|\\/:!$\n\r\t"')
    assert "." not in name


@given(team=st.from_regex(r"\A[A-Za-zÆØÅæøå0-9]{1,20}( [A-Za-zÆØÅæøå0-9]{1,9})?\Z"))
def test_an_ordinary_name_is_shown_as_it_is(team: str) -> None:
    assert render(CHAT, "en", team=team)["text"].endswith(f"(team {team}).")


@pytest.mark.parametrize(
    ("module", "reply", "outcome"),
    [
        (CHAT, Reply(200, {}, b"ok"), Receipt(said="200")),
        (CHAT, Reply(200, {}, b'{"result":"success","msg":""}'), Receipt(said="200")),
        (CHAT, Reply(200, {}, b"<html>Log in</html>"), Unknown),
        (CHAT, Reply(400, {}, b"invalid_payload"), Rejected),
        (CHAT, Reply(403, {}, b"action_prohibited"), Rejected),
        (CHAT, Reply(503, {}, b""), Unknown),
        (TEAMS, Reply(202, {}, b""), Receipt(said="accepted by the workflow")),
        (TEAMS, Reply(200, {}, b"<html>Log in</html>"), Unknown),
        (TEAMS, Reply(401, {}, b"DirectApiAuthorizationRequired"), Rejected),
        (TEAMS, Reply(502, {}, b"NoResponse"), Unknown),
    ],
)
def test_an_answer_means_what_the_service_means_by_it(
    module: dict[str, Any], reply: Reply, outcome: Receipt | type[Outcome]
) -> None:
    [kind] = [v for k, v in module.items() if k in ("MattermostNotice", "TeamsNotice")]
    to = Recorder(url="https://chat.example/hooks/xyz")
    to.reply = reply
    if isinstance(outcome, Receipt):
        assert kind().send(DOCUMENT, to) == outcome
        assert (to.method, to.url, to.content) == ("POST", "https://chat.example/hooks/xyz", b"{}")
    else:
        with pytest.raises(outcome):
            kind().send(DOCUMENT, to)


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    monkeypatch.setenv("DEBRIEF_TEST_CHAT", f"{server.url}/hooks/xyzzy")
    yield server
    server.stop()


def desk(folder: Path, exporter: str) -> Desk:
    settings = {"url": {"env": "DEBRIEF_TEST_CHAT"}, "where": "Se mappen."}
    return Desk(folder, exporter, settings)


@pytest.mark.parametrize(
    ("exporter", "status", "said"),
    [("mattermost_notice", 200, "200"), ("teams_notice", 202, "accepted by the workflow")],
)
def test_the_channel_hears_of_it_once_and_gets_nothing_else(
    exporter: str, status: int, said: str, chat: Server, tmp_path: Path
) -> None:
    mine = desk(tmp_path, exporter)
    document = mine.plan()
    chat.answer = status
    attempt = mine.go()
    assert attempt.receipt is not None, (attempt.why, attempt.said)
    assert attempt.receipt.said == said
    [seen] = chat.seen
    assert (seen.path, seen.body) == ("/hooks/xyzzy", document.body)
    assert b"hold Nord" in seen.body
    for content in (b"fredag", b"check-in", b"canary", b"Canary", b"2026", b"actions"):
        assert content not in seen.body


@pytest.mark.slow
@pytest.mark.parametrize("exporter", ["mattermost_notice", "teams_notice"])
def test_an_attempt_whose_end_is_not_known_is_held(
    exporter: str, chat: Server, tmp_path: Path
) -> None:
    mine = desk(tmp_path, exporter)
    document = mine.plan()
    chat.answer = "reset"
    attempt = mine.go()
    assert (attempt.ending, attempt.state) == ("unknown", "held")
    assert mine.due(LATER + dt.timedelta(days=30)) == []
    assert len(chat.seen) == 1
    mine.outbox.resolve(document.id, "arrived", "Supervisor")
    assert mine.row(document).state == "delivered"


@pytest.mark.slow
@pytest.mark.parametrize("exporter", ["mattermost_notice", "teams_notice"])
def test_a_dead_network_costs_nothing_and_a_wrong_address_pauses(
    exporter: str, chat: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = desk(tmp_path, exporter)
    document = mine.plan()
    with monkeypatch.context() as away:
        away.setenv("DEBRIEF_TEST_CHAT", f"http://127.0.0.1:{free_port()}/hooks/xyzzy")
        attempt = mine.go()
    assert (attempt.ending, attempt.state) == ("not-sent", "ready")
    assert mine.row(document).attempts == 0
    chat.answer = 404
    attempt = mine.go(LATER)
    assert (attempt.ending, attempt.why) == ("rejected", "door")
    assert "xyzzy" not in attempt.said
    assert "peer" in mine.outbox.pauses()
