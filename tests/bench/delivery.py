"""What sending costs: one delivery from start to receipt, and a start with many waiting.

    python -m tests.bench.delivery [--rows N]

Prints each figure beside what the machine needs for the same in any case, measured in one run: a
Python process that does nothing, and the same request made in this process. It reports only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet

from debrief.delivery.courier import send_due
from debrief.delivery.outbox import Outbox
from debrief.desk import Desk
from debrief.desk.sending import outbox as desk_outbox
from debrief.workspace.places import Places
from tests.bench.scoring import table
from tests.delivery.conftest import NOW, SECRET, Server, config, planned, webhook


def middle(work: Callable[[], object], times: int) -> float:
    """Return the median of some runs, in milliseconds."""
    found = []
    for _again in range(times):
        begun = time.perf_counter()
        work()
        found.append((time.perf_counter() - begun) * 1000)
    return statistics.median(found)


def one_delivery(times: int = 30) -> list[tuple[str, str]]:
    """Return what a delivery to a web server on loopback takes, and what its parts need."""
    os.environ["DEBRIEF_TEST_SECRET"] = SECRET
    server = Server()
    where = config("board", webhook(f"{server.url}/hook"))
    with tempfile.TemporaryDirectory() as place:
        box = Outbox.open(Path(place) / "outbox.sqlite3", Fernet(Fernet.generate_key()))
        for number in range(times):
            planned(box, where, "board", session=f"2026-11-21-n{number}")
        rows = iter(box.waiting())
        whole = middle(lambda: send_due(box, where, NOW, rows=frozenset({next(rows).id})), times)
        box.close()
    nothing = middle(lambda: subprocess.run([sys.executable, "-c", ""], check=True), times)
    request = urllib.request.Request(f"{server.url}/x", data=b"x" * 500, method="POST")
    alone = middle(lambda: urllib.request.urlopen(request).read(), times)
    server.stop()
    return [
        ("a delivery, spawn to receipt", f"{whole:.0f} ms"),
        ("  a Python process that does nothing", f"{nothing:.0f} ms"),
        ("  the request by itself", f"{alone:.1f} ms"),
    ]


def many_waiting(count: int) -> list[tuple[str, str]]:
    """Return what Home's look takes with nothing in the outbox, and with many rows in it."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        desk = Desk(Places(root / "workspace", root / "config", root / "state"))
        with desk_outbox(desk):
            pass
        empty = middle(desk.overview, 15)
        where = config("board", webhook("https://board.example/hook"))
        with desk_outbox(desk) as box:
            for number in range(count):
                planned(box, where, "board", session=f"2026-11-21-n{number}")
        full = middle(desk.overview, 15)
    return [
        ("Home's look, an empty outbox", f"{empty:.1f} ms"),
        (f"Home's look, {count} waiting", f"{full:.1f} ms"),
    ]


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1000)
    asked = parser.parse_args()
    rows = [*one_delivery(), *many_waiting(asked.rows)]
    print("\n".join(table(("", "median"), rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
