"""The program is killed again and again while it sends: nothing is lost, nothing is sent twice
unnoticed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from debrief.delivery.outbox import Outbox
from debrief.delivery.trust import Registry
from tests.delivery.conftest import Server, planned
from tests.delivery.sender import destinations

PLUGIN = """
from debrief.plugin import *
@exporter("mine", api=1, settings=[Setting("url", "Where")])
def send(doc, to):
    return to.accept(to.http.post(to["url"], content=doc.body, headers={"webhook-id": doc.id}))
"""


@pytest.mark.slow
def test_killed_while_sending(
    tmp_path: Path, server: Server, plugin: Callable[..., Registry]
) -> None:
    registry = plugin(PLUGIN)
    key = Fernet.generate_key()
    outbox = Outbox.open(tmp_path / "outbox.sqlite3", Fernet(key))
    where = dict(destinations(server.url))
    ids = {
        name: {
            planned(outbox, where, name, registry, session=f"2026-11-21-s{number}").id
            for number in range(6)
        }
        for name in where
    }
    command = [sys.executable, "-m", "tests.delivery.sender", str(tmp_path), key.decode()]
    choose = random.Random(7)
    for day in range(1, 40):
        child = subprocess.Popen([*command, server.url, str(day)], start_new_session=True)
        if day <= 14:
            time.sleep(choose.uniform(0.25, 1.1))
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        if day > 14 and all(row.state in ("delivered", "held") for row in outbox.rows()):
            break
    got = Counter(seen.headers["webhook-id"] for seen in server.seen)
    delivered = {row.id for row in outbox.rows() if row.state == "delivered"}
    held = {row.id for row in outbox.rows() if row.state == "held"}
    assert delivered | held == ids["board"] | ids["chat"]
    assert delivered <= set(got)
    assert ids["board"] <= delivered
    assert {receipt.row for receipt in outbox.receipts()} == delivered
    for row, times in got.items():
        unknown = sum(tried.ending == "unknown" for tried in outbox.attempts(row))
        assert times <= 1 + unknown, "a repeat must follow an attempt recorded as unknown"
        assert times == 1 or row in ids["board"], "without dedupe there is no repeat"
    outbox.close()
