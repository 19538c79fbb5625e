"""A process that sends what is due, to be killed: `python -m tests.delivery.sender FOLDER KEY URL
DAY`. `DAY` days after the rows were planned, so that leases and waits are over."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from cryptography.fernet import Fernet

from debrief.delivery.config import parse_destinations
from debrief.delivery.courier import send_due
from debrief.delivery.outbox import Outbox
from debrief.delivery.trust import Pins, Registry
from tests.delivery.conftest import NOW, webhook


def destinations(url: str):
    plain = {
        "exporter": "mine",
        "level": "record",
        "fields": ["team", "duties", "actions"],
        "settings": {"url": url},
    }
    return parse_destinations({"board": webhook(url), "chat": plain}, "debrief.toml")


def main() -> None:
    folder, key, url, day = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    outbox = Outbox.open(folder / "outbox.sqlite3", Fernet(key.encode()))
    registry = Registry(folder / "plugins", Pins(folder).read())
    send_due(outbox, destinations(url), NOW + dt.timedelta(days=day), registry=registry)


if __name__ == "__main__":
    main()
