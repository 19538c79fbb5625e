from __future__ import annotations

import hashlib
import sqlite3
import stat
from pathlib import Path

import pytest

from debrief.delivery.outbox import Outbox
from debrief.delivery.rows import Plan
from debrief.errors import EXIT_DISK, Problem
from debrief.plugin import Document
from tests.delivery.conftest import NOW, Locked

WORDS = b"# canary: what was said in the round\n" * 300


def document(name: str = "d-1", body: bytes = WORDS) -> Document:
    digest = hashlib.sha256(body).hexdigest()
    return Document(name, body, "text/markdown", digest, f"{name}.md")


def plan(name: str = "d-1", session: str = "s-1", **changes: object) -> Plan:
    fields = {
        "session": session,
        "destination": "board",
        "exporter": "webhook",
        "level": "record",
        "fields": ("team",),
        "document": document(name),
        **changes,
    }
    return Plan(**fields)


def files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("outbox*")))


def test_planning_twice_changes_nothing(outbox: Outbox) -> None:
    [first] = outbox.plan_all([plan()], now=NOW)
    again = outbox.plan("s-1", "board", "webhook", "record", ["team"], document("d-2"), True)
    assert again == first == "d-1"
    assert [row.state for row in outbox.rows()] == ["awaiting-approval"]


def test_plans_go_in_together_or_not_at_all(outbox: Outbox) -> None:
    with pytest.raises(Problem):
        outbox.plan_all([plan("d-1"), plan("d-1", session="s-2")])
    assert outbox.rows() == []


def test_nothing_is_due_before_it_is_approved(outbox: Outbox) -> None:
    outbox.plan_all([plan("d-1"), plan("d-2", session="s-2", approve=False)])
    assert [row.id for row in outbox.due(NOW)] == ["d-2"]
    with pytest.raises(Problem, match="awaiting-approval"):
        outbox.approve("d-1", "Supervisor", sha256="0" * 64)
    row = outbox.approve("d-1", "Supervisor", sha256=document().sha256, now=NOW)
    assert (row.state, row.approved_by, row.approved) == ("ready", "Supervisor", NOW)
    assert [row.id for row in outbox.due(NOW)] == ["d-1", "d-2"]
    with pytest.raises(Problem):
        outbox.approve("d-1", "Supervisor")


def test_the_body_can_be_read_by_its_owner_only(outbox: Outbox, tmp_path: Path) -> None:
    outbox.plan_all([plan()])
    assert outbox.body("d-1") == WORDS
    assert b"canary" not in files(tmp_path)
    for path in tmp_path.glob("outbox*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    outbox.close()
    stranger = Outbox.open(tmp_path / "outbox.sqlite3", Locked())
    with pytest.raises(Problem, match="key"):
        stranger.body("d-1")
    stranger.close()


@pytest.mark.parametrize("decision", ["arrived", "abandon"])
def test_the_body_is_gone_when_it_is_over(outbox: Outbox, tmp_path: Path, decision: str) -> None:
    class Plain:
        def encrypt(self, data: bytes) -> bytes:
            return data

        def decrypt(self, data: bytes) -> bytes:
            return data

    box = Outbox.open(tmp_path / "outbox-plain.sqlite3", Plain())
    box.plan_all([plan()])
    assert b"canary" in files(tmp_path)
    box.resolve("d-1", decision, "Supervisor", "seen", now=NOW)
    with pytest.raises(Problem, match="not kept"):
        box.body("d-1")
    assert b"canary" not in files(tmp_path)
    box.close()
    assert b"canary" not in files(tmp_path)


def test_a_body_that_was_changed_is_not_sent(outbox: Outbox, tmp_path: Path) -> None:
    outbox.plan_all([plan("d-1"), plan("d-2", session="s-2", document=document("d-2", b"other"))])
    with sqlite3.connect(tmp_path / "outbox.sqlite3") as db:
        db.execute(
            "UPDATE delivery SET body = (SELECT body FROM delivery WHERE id = 'd-2')"
            " WHERE id = 'd-1'"
        )
    with pytest.raises(Problem, match="not what was approved"):
        outbox.document("d-1")


def test_a_blocked_delivery_gets_its_document_later(outbox: Outbox) -> None:
    [blocked] = outbox.plan_all([plan(document=None, why="broken")])
    assert outbox.row(blocked).state == "blocked"
    with pytest.raises(Problem):
        outbox.resolve(blocked, "send", "Supervisor")
    [whole] = outbox.plan_all([plan()])
    assert [row.id for row in outbox.rows()] == [whole]


def test_a_person_resolves_what_is_held(outbox: Outbox) -> None:
    outbox.plan_all([plan(approve=False)])
    outbox.claim("d-1", NOW, 60)
    with pytest.raises(Problem, match="sending"):
        outbox.resolve("d-1", "send", "Supervisor")
    assert outbox.claim("d-1", NOW, 60) is None
    outbox.update("d-1", lambda row: __import__("msgspec").structs.replace(row, state="held"))
    assert outbox.due(NOW) == []
    outbox.resolve("d-1", "send", "Supervisor")
    assert [row.id for row in outbox.due(NOW)] == ["d-1"]
    outbox.resolve("d-1", "arrived", "Supervisor", "on the board")
    [receipt] = outbox.receipts()
    assert (receipt.by, receipt.said, receipt.sha256) == (
        "Supervisor", "on the board", document().sha256
    )  # fmt: skip
    with pytest.raises(Problem, match="delivered"):
        outbox.resolve("d-1", "send", "Supervisor")


def test_forgetting_a_session_empties_what_waits_and_leaves_the_rest(outbox: Outbox) -> None:
    outbox.plan_all([plan("d-1"), plan("d-2", session="s-2")])
    assert outbox.forget("s-1", "Supervisor") == 1
    assert [row.state for row in outbox.rows()] == ["abandoned", "awaiting-approval"]
    with pytest.raises(Problem):
        outbox.body("d-1")


def test_an_unknown_delivery_is_a_sentence(outbox: Outbox) -> None:
    for call in (outbox.row, outbox.body, lambda name: outbox.approve(name, "me")):
        with pytest.raises(Problem, match="no delivery d-404"):
            call("d-404")


def test_a_file_that_is_no_outbox_is_a_sentence_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite3"
    path.write_bytes(b"something else entirely, long enough to be read as a header" * 20)
    before = path.read_bytes()
    with pytest.raises(Problem, match="outbox") as caught:
        Outbox.open(path, Locked())
    assert caught.value.status == EXIT_DISK
    assert path.read_bytes() == before


def test_an_outbox_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite3"
    Outbox.open(path, Locked()).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 9")
    with pytest.raises(Problem, match="newer"):
        Outbox.open(path, Locked())


def test_it_is_written_so_that_power_loss_and_deletion_are_taken_seriously(outbox: Outbox) -> None:
    pragmas = {
        name: outbox._db.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("secure_delete", "synchronous", "journal_mode")
    }
    assert pragmas == {"secure_delete": 1, "synchronous": 2, "journal_mode": "wal"}


def test_what_was_given_up_can_be_planned_again_only_on_purpose(outbox: Outbox) -> None:
    outbox.plan_all([plan()])
    outbox.resolve("d-1", "abandon", "Supervisor")
    outbox.plan_all([plan()])
    assert outbox.row("d-1").state == "abandoned"
    outbox.plan_all([plan()], replace=True)
    assert outbox.row("d-1").state == "awaiting-approval"
    assert outbox.body("d-1") == WORDS
    outbox.plan_all([plan(document=document("d-2"))], replace=True)
    assert [row.id for row in outbox.rows()] == ["d-1"]
