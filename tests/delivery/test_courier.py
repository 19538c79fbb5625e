from __future__ import annotations

import datetime as dt
import hashlib
import socket
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from debrief.delivery import words
from debrief.delivery.config import parse_destinations
from debrief.delivery.courier import send_due
from debrief.delivery.job import Job, Result
from debrief.delivery.outbox import Outbox
from debrief.delivery.rows import DeliveryReceipt
from debrief.delivery.runner import Noise, Ran
from debrief.errors import EXIT_DISK, Problem
from tests.delivery.conftest import NOW, SECRET, Server, config, planned, webhook

LATER = NOW + dt.timedelta(days=1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_webhook_gets_the_very_bytes_that_were_approved(outbox: Outbox, server: Server) -> None:
    destinations = config("board", webhook(f"{server.url}/hook"))
    document = planned(outbox, destinations, "board")
    preview = outbox.body(document.id)
    told: list[DeliveryReceipt] = []

    [attempt] = send_due(outbox, destinations, NOW, on_receipt=told.append)

    [seen] = server.seen
    assert attempt.state == "delivered"
    assert seen.body == preview == document.body
    assert Webhook(SECRET).verify(seen.body, seen.headers)["session"] == "2026-11-21-k7q2m9"
    assert seen.headers["webhook-id"] == seen.headers["idempotency-key"] == document.id
    assert seen.headers["accept-encoding"] == "identity"
    [receipt] = outbox.receipts()
    assert told == [receipt]
    assert receipt.sha256 == hashlib.sha256(seen.body).hexdigest() == document.sha256
    assert (receipt.destination, receipt.level, receipt.attempts) == ("board", "record", 1)
    assert send_due(outbox, destinations, LATER, on_receipt=told.append) == []
    assert len(told) == 1


def test_a_dead_network_leaves_it_waiting_and_the_next_round_delivers(
    outbox: Outbox, server: Server
) -> None:
    dead = config("board", webhook(f"http://127.0.0.1:{free_port()}/hook"))
    document = planned(outbox, dead, "board")
    planned(outbox, dead, "board", session="2026-11-21-second")

    [attempt] = send_due(outbox, dead, NOW)  # the second is not even tried

    row = outbox.row(document.id)
    assert (attempt.ending, attempt.why, row.state) == ("not-sent", "connect", "ready")
    assert row.attempts == 0
    assert row.next_at is not None
    assert dt.timedelta(0) < row.next_at - NOW < dt.timedelta(minutes=1)
    assert words.why(attempt.why).startswith("There was no connection")

    alive = config("board", webhook(f"{server.url}/hook"))
    done = send_due(outbox, alive, NOW, all_ready=True)
    assert [one.state for one in done] == ["delivered", "delivered"]
    assert server.seen[0].headers["webhook-id"] == document.id


def test_a_reset_after_the_body_is_unknown_and_goes_again_with_the_same_id(
    outbox: Outbox, server: Server
) -> None:
    destinations = config("board", webhook(f"{server.url}/hook"))
    document = planned(outbox, destinations, "board")
    server.answer = "reset"
    [attempt] = send_due(outbox, destinations, NOW)
    assert (attempt.ending, attempt.state) == ("unknown", "ready")
    assert outbox.row(document.id).attempts == 1
    assert send_due(outbox, destinations, NOW) == []  # its time has not come

    server.answer = 202
    [attempt] = send_due(outbox, destinations, LATER)
    assert attempt.state == "delivered"
    assert [seen.headers["webhook-id"] for seen in server.seen] == [document.id] * 2
    assert [tried.ending for tried in outbox.attempts(document.id)] == ["unknown", "receipt"]


def test_a_server_that_drips_is_left_at_the_deadline(outbox: Outbox, server: Server) -> None:
    table = webhook(f"{server.url}/hook", network={"deadline": "1s"})
    destinations = config("board", table)
    planned(outbox, destinations, "board")
    server.answer = "drip"
    [attempt] = send_due(outbox, destinations, NOW)
    assert (attempt.ending, attempt.why) == ("unknown", "timeout")


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (Result("rejected", why="refused"), "rejected"),
        (Result("rejected", why="door"), "ready"),
        (Result("retry-later", why="busy", after=3600.0), "ready"),
        (Result("broken", why="broken"), "ready"),
    ],
)
def test_each_ending_takes_the_row_where_it_belongs(
    outbox: Outbox, result: Result, state: str
) -> None:
    destinations = config("board", webhook("https://board.example/hook"))
    document = planned(outbox, destinations, "board")
    [attempt] = send_due(outbox, destinations, NOW, start=lambda _job: Ran(result))
    row = outbox.row(document.id)
    assert attempt.state == row.state == state
    if result.after:
        assert row.next_at == NOW + dt.timedelta(seconds=3600)
    assert outbox.body(document.id) == document.body


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_receiver_that_lets_nothing_in_gets_nothing_more_until_somebody_looked(
    outbox: Outbox, server: Server, status: int
) -> None:
    destinations = config("board", webhook(f"{server.url}/hook"))
    first = planned(outbox, destinations, "board")
    planned(outbox, destinations, "board", session="2026-11-22-abcdef")
    server.answer = status
    [attempt] = send_due(outbox, destinations, NOW)
    assert (attempt.state, attempt.ending) == ("ready", "rejected")
    assert len(server.seen) == 1, "the other one is not tried"
    assert outbox.pauses()["board"].said == str(status)
    server.answer = 200
    assert send_due(outbox, destinations, LATER, all_ready=True) == []
    assert len(server.seen) == 1
    [by_name] = send_due(outbox, destinations, LATER, rows=frozenset({first.id}))
    assert by_name.state == "delivered"
    assert outbox.pauses() == {}
    assert [one.state for one in send_due(outbox, destinations, LATER)] == ["delivered"]


def test_a_pause_ends_when_the_destination_is_put_right_or_a_person_says_so(
    outbox: Outbox, server: Server
) -> None:
    wrong = config("board", webhook(f"{server.url}/wrong"))
    right = config("board", webhook(f"{server.url}/right"))
    planned(outbox, wrong, "board")
    server.answer = 403
    send_due(outbox, wrong, NOW)
    assert send_due(outbox, wrong, LATER) == []
    assert outbox.unpause("board")
    assert not outbox.unpause("board")
    [again] = send_due(outbox, wrong, LATER)
    assert again.why == "door"
    server.answer = 200
    [sent] = send_due(outbox, right, LATER)
    assert sent.state == "delivered"
    assert outbox.pauses() == {}


def test_a_pause_holds_back_no_other_destination(outbox: Outbox, server: Server) -> None:
    both = {
        **config("board", webhook(f"{server.url}/hook")),
        **config("other", webhook(f"{server.url}/other")),
    }
    planned(outbox, both, "board")
    server.answer = 401
    send_due(outbox, both, NOW)
    planned(outbox, both, "other")
    server.answer = 200
    assert [one.destination for one in send_due(outbox, both, LATER)] == ["other"]


def test_an_attempt_that_was_cut_off_is_unknown_before_it_is_repeated(outbox: Outbox) -> None:
    destinations = config("board", webhook("https://board.example/hook"))
    document = planned(outbox, destinations, "board")

    def power_cut(_job: Job) -> Ran:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_due(outbox, destinations, NOW, start=power_cut)
    assert outbox.row(document.id).state == "sending"
    assert send_due(outbox, destinations, NOW) == []  # it may still be running

    sent: list[Job] = []

    def good(job: Job) -> Ran:
        sent.append(job)
        return Ran(Result("receipt"))

    assert send_due(outbox, destinations, NOW + dt.timedelta(minutes=5), start=good) == []
    assert outbox.row(document.id).why == "cut-off"
    [attempt] = send_due(outbox, destinations, LATER, start=good)
    assert attempt.state == "delivered"
    assert sent[0].document is not None
    assert sent[0].document.id == document.id
    assert [tried.ending for tried in outbox.attempts(document.id)] == ["unknown", "receipt"]


def test_revisions_go_in_order_and_a_stuck_one_blocks_only_its_own_session(outbox: Outbox) -> None:
    destinations = config("board", webhook("https://board.example/hook"))
    first = planned(outbox, destinations, "board")
    second = planned(outbox, destinations, "board", revision=2)
    other = planned(outbox, destinations, "board", session="2026-11-22-other1")
    sent: list[str] = []

    def run(job: Job) -> Ran:
        assert job.document is not None
        sent.append(job.document.id)
        return Ran(Result("rejected" if job.document.id == first.id else "receipt"))

    send_due(outbox, destinations, NOW, start=run)
    assert sent == [first.id, other.id]
    outbox.resolve(first.id, "arrived", "Supervisor", "seen on the board", now=NOW)
    send_due(outbox, destinations, NOW, start=run)
    assert sent == [first.id, other.id, second.id]


def test_a_missing_secret_leaves_it_waiting_and_says_where_it_should_be(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    destinations = config("board", webhook("https://board.example/hook"))
    document = planned(outbox, destinations, "board")
    monkeypatch.delenv("DEBRIEF_TEST_SECRET")
    [attempt] = send_due(outbox, destinations, NOW)
    assert attempt.ending == "waiting"
    assert "DEBRIEF_TEST_SECRET" in attempt.problem
    assert outbox.row(document.id).state == "ready"
    assert outbox.attempts(document.id) == []


def test_a_destination_that_may_have_less_by_now_gets_nothing(outbox: Outbox) -> None:
    destinations = config("board", webhook("https://board.example/hook"))
    document = planned(outbox, destinations, "board")
    less = config("board", webhook("https://board.example/hook", fields=["team"]))
    [attempt] = send_due(outbox, less, NOW)
    assert attempt.ending == "waiting"
    assert outbox.row(document.id).state == "blocked"


def test_a_destination_that_is_gone_leaves_it_waiting(outbox: Outbox) -> None:
    destinations = config("board", webhook("https://board.example/hook"))
    document = planned(outbox, destinations, "board")
    [attempt] = send_due(outbox, {}, NOW)
    assert "board" in attempt.problem
    assert outbox.row(document.id).state == "ready"


def test_a_receipt_that_the_ledger_could_not_take_is_told_again(outbox: Outbox) -> None:
    destinations = config("board", webhook("https://board.example/hook"))
    planned(outbox, destinations, "board")
    told: list[DeliveryReceipt] = []

    def full(_receipt: DeliveryReceipt) -> None:
        raise Problem("The disk is full.", EXIT_DISK)

    [attempt] = send_due(
        outbox, destinations, NOW, on_receipt=full, start=lambda _job: Ran(Result("receipt"))
    )
    assert (attempt.state, attempt.problem) == ("delivered", "The disk is full.")
    send_due(outbox, destinations, NOW, on_receipt=told.append)
    send_due(outbox, destinations, NOW, on_receipt=told.append)
    assert told == outbox.receipts()


def test_one_given_up_while_it_was_sent_stays_so_but_its_receipt_is_kept(outbox: Outbox) -> None:
    destinations = config("board", webhook("https://board.example/hook"))
    document = planned(outbox, destinations, "board")

    def meanwhile(_job: Job) -> Ran:
        outbox.forget("2026-11-21-k7q2m9", "Supervisor")
        return Ran(Result("receipt"))

    send_due(outbox, destinations, NOW, start=meanwhile)
    assert outbox.row(document.id).state == "abandoned"
    assert [receipt.row for receipt in outbox.receipts()] == [document.id]


def test_no_secret_and_no_address_is_left_anywhere(
    outbox: Outbox, server: Server, tmp_path: Path
) -> None:
    server.answer = 403
    server.headers = {"x-echo": SECRET}
    destinations = config("board", webhook(f"{server.url}/hook/very-secret-path"))
    planned(outbox, destinations, "board")
    [attempt] = send_due(outbox, destinations, NOW)
    assert (attempt.state, attempt.why) == ("ready", "door")
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("outbox*"))
    for text in (SECRET, SECRET[6:], "very-secret-path", str(server.port)):
        assert text.encode() not in kept
        assert text not in repr(attempt)
    assert b"Nord" not in server.seen[0].headers.get("user-agent", "").encode()


def test_nothing_shows_its_content_by_accident(outbox: Outbox) -> None:
    destinations = config("board", webhook("https://board.example/hook"))
    document = planned(outbox, destinations, "board")
    jobs: list[Job] = []

    def start(job: Job) -> Ran:
        jobs.append(job)
        return Ran(Result("receipt"), Noise(b"printed words"))

    [attempt] = send_due(outbox, destinations, NOW, start=start)
    assert attempt.noise == b"printed words"
    for shown in (repr(attempt), repr(document), repr(jobs)):
        assert "printed words" not in shown
        assert "Nord" not in shown
        assert SECRET not in shown


def test_a_counts_destination_without_approval_goes_by_itself(
    outbox: Outbox, tmp_path: Path
) -> None:
    target = tmp_path / "statistics"
    target.mkdir()
    table = {
        "exporter": "folder-json",
        "level": "counts",
        "fields": ["month", "people", "turns"],
        "approve": False,
        "settings": {"path": str(target)},
    }
    destinations = dict(parse_destinations({"stats": table}, "debrief.toml"))
    document = planned(outbox, destinations, "stats")
    [attempt] = send_due(outbox, destinations, NOW)
    assert attempt.state == "delivered"
    [file] = target.iterdir()
    assert file.read_bytes() == document.body
    assert "2026-11-21" not in file.name
