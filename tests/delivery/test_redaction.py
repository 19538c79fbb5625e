"""Nothing but the field asked for ever leaves, is logged, is kept in the open, or shows in a crash.

Every place of the round that a person can write in holds a word of its own; each field, at each
level that may have it, is sent alone, through the real outbox and worker, to a real server.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from debrief.delivery.config import Destination, parse_destinations
from debrief.delivery.courier import send_due
from debrief.delivery.outbox import Outbox
from debrief.delivery.trust import Registry
from debrief.summary import FIELDS, LEVELS
from debrief.summary.levels import allowed
from tests.delivery.conftest import NOW, Server, planned, webhook

SHOWS = {
    "named_follow_ups": {"canaryname", "canaryby"},
    "action_owners": {"canaryowner"},
    "supervisor": {"canarysuper"},
    "notes": {"canaryname", "canarynote", "canaryroundnote"},
    "loads": {"canaryname"},
    "alone": {"canaryname"},
    "sign_words": {"canaryname", "canarywords"},
}
"""Field -> the words that may be read in it; in the others none."""
CANARIES = set().union(*SHOWS.values()) | {"canaryrules"}
PAIRS = [(level, field) for level in LEVELS for field in allowed(level)]
ECHO = """
from debrief.plugin import *

class Echo(Exporter):
    name = "echo"
    seals = True
    settings = (Setting("url", "Where"),)

    def send(self, doc, to):
        return to.accept(to.http.post(to["url"], content=doc.body, headers={"x-id": doc.id}))
"""
LOUD = """
import logging
from debrief.plugin import *

@exporter("loud", api=1, settings=[Setting("url", "Where")])
def send(doc, to):
    print(doc.body)
    logging.getLogger("httpx").error(doc.body)
    raise RuntimeError(doc.body.decode())
"""


def seen_in(text: str) -> set[str]:
    return {word for word in CANARIES if word in text.lower()}


def alone(url: str, exporter: str, level: str, field: str) -> dict[str, Destination]:
    table = {
        "exporter": exporter,
        "level": level,
        "fields": [field],
        "settings": {"url": url},
        "network": {"deadline": "5s"},
    }
    return dict(parse_destinations({"one": table}, "debrief.toml"))


@pytest.mark.parametrize("level", LEVELS)
def test_each_field_leaves_alone(
    level: str, outbox: Outbox, server: Server, plugin: Callable[..., Registry]
) -> None:
    registry = plugin(ECHO, "echo")
    fields = allowed(level)  # type: ignore[arg-type]
    for number, field in enumerate(fields):
        where = alone(f"{server.url}/{number}", "echo", level, field)
        planned(outbox, where, "one", registry, session=f"2026-11-21-n{number}")
        [attempt] = send_due(outbox, where, NOW, registry=registry, all_ready=True)
        assert attempt.state == "delivered", (field, attempt)
        seen = server.seen[-1]
        left = f"{seen.path} {seen.headers} {seen.body.decode()}"
        assert seen_in(left) == SHOWS.get(field, set()), (level, field)
    assert len(server.seen) == len(fields)


def test_every_field_is_tried() -> None:
    assert {field for _level, field in PAIRS} == set(FIELDS)


@pytest.mark.parametrize("exporter", ["webhook", "loud"])
def test_nothing_shows_on_the_way(
    exporter: str,
    outbox: Outbox,
    server: Server,
    plugin: Callable[..., Registry],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    registry = plugin(LOUD, "loud")
    caplog.set_level(logging.DEBUG)
    if exporter == "webhook":
        table = webhook(f"{server.url}/hook", level="named", fields=[*allowed("named")])
        where = dict(parse_destinations({"one": table}, "debrief.toml"))
        server.answer = 500
        server.reply = b"what came was canaryname"
    else:
        where = alone(server.url, "loud", "named", "named_follow_ups")
    document = planned(outbox, where, "one", registry)
    [attempt] = send_due(outbox, where, NOW, registry=registry)
    assert attempt.state != "delivered"
    printed = capfd.readouterr()
    shown = [repr(attempt), repr(outbox.row(document.id)), repr(outbox.attempts(document.id))]
    for text in (*shown, caplog.text, printed.out, printed.err):
        assert seen_in(text) == set()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("outbox*"))
    assert seen_in(kept.decode("latin-1")) == set()
    for word in CANARIES:
        assert base64.b64encode(word.encode())[:-4] not in kept
