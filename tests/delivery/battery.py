"""Deliveries against a server with every fault, while the sending program is killed at random.

    python -m tests.delivery.battery [--deliveries N] [--shards N] [--seed N]

Prints what was sent, what arrived, what was held, and ends with 1 when anything was lost without a
word, or arrived twice without an attempt recorded as unknown before the repeat. SIGKILL is not a
power cut: what the disk keeps then is for the batteries of the record.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import gzip
import hashlib
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from cryptography.fernet import Fernet

from debrief.delivery.config import Destination, parse_destinations
from debrief.delivery.courier import send_due
from debrief.delivery.job import Result
from debrief.delivery.outbox import Outbox
from debrief.delivery.rows import FINAL, Row
from debrief.delivery.settling import Settler
from debrief.delivery.trust import Pins, Registry, list_plugins
from debrief.record.disk import Disk
from tests.bench.scoring import table
from tests.delivery.conftest import NOW, SECRET, planned, webhook

PLUGIN = '''
from debrief.plugin import *

@exporter("chat", api=1, settings=[Setting("url", "Where")])
def chat(doc, to):
    """No dedupe."""
    reply = to.http.post(to["url"], content=doc.body, headers={"webhook-id": doc.id})
    return to.accept(reply, must_contain="taken")

class Ask(Exporter):
    """Can be asked."""
    name = "ask"
    dedupe = "verify"
    settings = (Setting("url", "Where"),)

    def send(self, doc, to):
        reply = to.http.post(to["url"], content=doc.body, headers={"webhook-id": doc.id})
        return to.accept(reply, must_contain="taken")

    def verify(self, doc, to):
        reply = to.http.get(to["url"] + "?id=" + doc.id)
        if "taken" in reply.text:
            return Found()
        return Absent() if "absent" in reply.text else CannotTell()

@exporter("name", api=1, dedupe="name", settings=[Setting("url", "Where")])
def name(doc, to):
    """Dedupe by name."""
    reply = to.http.put(to["url"] + "/" + doc.id, content=doc.body, headers={"webhook-id": doc.id})
    return to.accept(reply, already=412, must_contain="taken")
'''
FAULTS: Mapping[str, int] = {
    "well": 46,
    "reset before the body": 6,
    "reset after the body": 8,
    "closed without an answer": 6,
    "no answer": 2,
    "drip": 2,
    "429 with Retry-After": 4,
    "429": 3,
    "503": 4,
    "500": 3,
    "408": 2,
    "half an answer": 4,
    "garbage": 4,
    "a log-in page": 3,
    "a redirect": 1,
    "a gzip bomb": 1,
    "more than is promised": 1,
}
"""What the server does with a request, and how often of a hundred."""
_STATUS = {"429": 429, "503": 503, "500": 500, "408": 408, "429 with Retry-After": 429}
_BEFORE = {"reset before the body", "429", "429 with Retry-After", "a log-in page", "a redirect"}
"""In these the request was not taken, whatever was said."""
DEADLINE_S = 1
BUGS: Mapping[str, tuple[tuple[str, ...], Result]] = {
    "takes unknown for not sent": (("unknown",), Result("not-sent", why="connect")),
    "takes busy for arrived": (("retry-later",), Result("receipt")),
    "takes cut off for not sent": (("cut-off",), Result("not-sent")),
}
"""Faults that the figures must show: endings, and what a faulty courier makes of them."""


class Faulty:
    """A server on loopback. `took` is how often each id was taken in, `bodies` what it was."""

    def __init__(self, seed: int) -> None:
        self.took: Counter[str] = Counter()
        self.bodies: dict[str, set[str]] = {}
        self.did: Counter[str] = Counter()
        self.well = False
        self._choose = random.Random(seed)
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                one, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._quietly, args=(one,), daemon=True).start()

    def stop(self) -> None:
        self._socket.close()

    def _quietly(self, one: socket.socket) -> None:
        with contextlib.suppress(OSError), one:
            one.settimeout(10)
            self._answer(one)

    def _fault(self) -> str:
        with self._lock:
            names, weights = zip(*FAULTS.items(), strict=True)
            name: str = "well" if self.well else self._choose.choices(names, weights)[0]
            self.did[name] += 1
            return name

    def _answer(self, one: socket.socket) -> None:
        head, rest = _head(one)
        if not head:
            return
        first, headers = _parsed(head)
        if first.startswith("GET"):
            known = self.took[first.split("id=")[1].split(" ")[0]] > 0
            _reply(one, 200, b"taken" if known else b"absent")
            return
        fault = self._fault()
        if fault == "a log-in page" and "/key" in first:
            fault = "well"  # a webhook is told by its status; over https no portal can answer
        if fault == "reset before the body":
            _reset(one)
            return
        body = _body(one, rest, int(headers.get("content-length", "0")))
        if body is None:
            return
        tells = first.startswith("PUT") or "/key" in first  # these receivers know a repeat
        known = tells and self.took[headers["webhook-id"]] > 0
        if fault not in _BEFORE and not known:
            self._take(headers["webhook-id"], body)
        self._say(one, fault, known and first.startswith("PUT"))

    def _take(self, ident: str, body: bytes) -> None:
        with self._lock:
            self.took[ident] += 1
            self.bodies.setdefault(ident, set()).add(hashlib.sha256(body).hexdigest())

    def _say(self, one: socket.socket, fault: str, known: bool) -> None:
        if fault == "reset after the body":
            _reset(one)
        elif fault in ("no answer", "drip"):
            _linger(one, drip=fault == "drip")
        elif fault == "half an answer":
            one.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\ntak")
        elif fault == "garbage":
            one.sendall(b"\x00\xff" * 40)
        elif fault == "a log-in page":
            _reply(one, 200, b"<html>Log in to the hotel's network</html>")
        elif fault == "a redirect":
            _reply(one, 307, b"", b"location: http://127.0.0.1:1/\r\n")
        elif fault == "a gzip bomb":
            bomb = gzip.compress(b"taken" + b"\0" * 30_000_000)
            _reply(one, 200, bomb, b"content-encoding: gzip\r\n")
        elif fault == "more than is promised":
            _reply(one, 200, b"taken" + b"x" * 3_000_000)
        elif fault in _STATUS:
            after = b"retry-after: 5\r\n" if "After" in fault else b""
            _reply(one, _STATUS[fault], b"", after)
        elif fault != "closed without an answer":
            _reply(one, 412 if known else 201, b"taken")


def _head(one: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        more = one.recv(65_536)
        if not more:
            return b"", b""
        data += more
    head, _gap, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _parsed(head: bytes) -> tuple[str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return first, {name.strip().lower(): value.strip() for name, _colon, value in pairs}


def _body(one: socket.socket, rest: bytes, length: int) -> bytes | None:
    while len(rest) < length:
        more = one.recv(65_536)
        if not more:
            return None
        rest += more
    return rest


def _reply(one: socket.socket, status: int, body: bytes, more: bytes = b"") -> None:
    head = f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\nconnection: close\r\n".encode()
    one.sendall(head + more + b"\r\n" + body)


def _reset(one: socket.socket) -> None:
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    one.close()


def _linger(one: socket.socket, *, drip: bool) -> None:
    until = time.monotonic() + DEADLINE_S + 4
    if drip:
        one.sendall(b"HTTP/1.1 200 OK\r\nx-slow: ")
    while time.monotonic() < until:
        if drip:
            one.sendall(b"x")
        time.sleep(0.1)


def destinations(url: str) -> Mapping[str, Destination]:
    """Return one destination for each rule by which a repeat is told."""
    network = {"deadline": f"{DEADLINE_S}s"}
    common = {"level": "record", "fields": ["team", "actions"], "network": network}
    tables = {
        name: {**common, "exporter": name, "settings": {"url": f"{url}/{name}"}}
        for name in ("chat", "ask", "name")
    }
    return parse_destinations(
        {**tables, "key": {**webhook(f"{url}/key"), "network": network}}, "debrief.toml"
    )


class Shard:
    """One outbox, filled, and the program that empties it."""

    def __init__(self, folder: Path, url: str, sessions: range, bug: str = "") -> None:
        self.folder, self.url, self.bug = folder, url, bug
        self.key = Fernet.generate_key()
        self.kills = 0
        (folder / "plugins").mkdir(parents=True)
        (folder / "plugins" / "three.py").write_text(PLUGIN, "utf-8")
        pins = Pins(folder, Disk())
        [plugin] = list_plugins(folder / "plugins", pins.read())
        pins.trust(plugin)
        self.registry = Registry(folder / "plugins", Pins(folder).read())
        self.where = dict(destinations(url))
        self.outbox = Outbox.open(folder / "outbox.sqlite3", Fernet(self.key))
        for number in sessions:
            for name in self.where:
                planned(
                    self.outbox, self.where, name, self.registry, session=f"2026-11-21-n{number}"
                )

    def send(self, day: int, killed: Callable[[subprocess.Popen[bytes]], bool] | None) -> None:
        """Let a process send what is due on a later day; `killed` waits, and tells whether to."""
        command = [sys.executable, "-m", "tests.delivery.battery", "--send", str(self.folder)]
        child = subprocess.Popen(
            [*command, self.key.decode(), self.url, str(day), self.bug], start_new_session=True
        )
        if killed is not None and killed(child):
            os.killpg(child.pid, signal.SIGKILL)
            self.kills += 1
        child.wait()

    def open_rows(self) -> int:
        """Return how many deliveries a program could still end."""
        stuck = (*FINAL, "held", "rejected")
        return sum(row.state not in stuck for row in self.outbox.rows())

    def run(self, server: Faulty, kills: int, seed: int) -> None:
        """Send, killed again and again, then undisturbed; a person sends on what was refused."""
        choose = random.Random(seed)
        for day in range(1, 400):
            kill = self.kills < kills
            late = partial(_late, choose.uniform(0.15, 4.0))
            taken = partial(_taken, server, choose.randrange(1, 3))
            when = late if choose.random() < 0.25 else taken
            self.send(day, when if kill else None)
            for row in self.outbox.rows():
                if row.state == "rejected":
                    self.outbox.resolve(row.id, "send", "a person")
            if not kill and not self.open_rows():
                return
            if day > 60 + kills:
                server.well = True


def _late(seconds: float, child: subprocess.Popen[bytes]) -> bool:
    """Wait so long; tell whether the process still runs."""
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


def _taken(server: Faulty, more: int, child: subprocess.Popen[bytes]) -> bool:
    """Wait until the server has taken so many more; tell whether the process still runs.

    What has been taken and not been answered is the hardest moment to be killed in.
    """
    wanted = server.took.total() + more
    while child.poll() is None:
        if server.took.total() >= wanted:
            return True
        time.sleep(0.001)
    return False


def _send(folder: str, key: str, url: str, day: str, bug: str) -> None:
    place = Path(folder)
    if bug:
        _spoil(*BUGS[bug])
    outbox = Outbox.open(place / "outbox.sqlite3", Fernet(key.encode()))
    registry = Registry(place / "plugins", Pins(place).read())
    send_due(outbox, destinations(url), NOW + dt.timedelta(days=int(day)), registry=registry)


def _spoil(endings: tuple[str, ...], taken_for: Result) -> None:
    """Give this process a courier that takes some endings for another."""
    right, cut_off = Settler.settle, Settler.cut_off

    def settle(self: Settler, row: Row, result: Result, *rest: Any) -> Any:
        return right(self, row, taken_for if result.ending in endings else result, *rest)

    def spoiled_cut_off(self: Settler, row: Row, now: dt.datetime) -> Row:
        if "cut-off" not in endings:
            return cut_off(self, row, now)
        return self._again(row, taken_for, now, miss=True)

    def ended(self: Outbox, row_id: str, ending: str, why: str, now: dt.datetime) -> None:
        hidden = ending in endings or (why == "cut-off" and "cut-off" in endings)
        right_ended(self, row_id, taken_for.ending if hidden else ending, why, now)

    right_ended = Outbox.ended
    Settler.settle, Settler.cut_off, Outbox.ended = settle, spoiled_cut_off, ended  # type: ignore[method-assign]


class Count(msgspec.Struct):
    """What became of the deliveries of one rule."""

    rule: str
    deliveries: int = 0
    delivered: int = 0
    held: int = 0
    held_arrived: int = 0
    other: int = 0
    attempts: int = 0
    unknown: int = 0
    repeats: int = 0
    repeats_unasked: int = 0
    """Arrived twice where nobody can tell a repeat."""
    lost: int = 0
    """Said to have arrived, and did not."""
    unnoticed: int = 0
    """Arrived more often than attempts recorded as unknown explain."""
    changed: int = 0
    """Other bytes than were approved."""


def counted(shards: list[Shard], server: Faulty) -> Iterator[Count]:
    """Yield the figures for each rule."""
    for rule in ("key", "name", "ask", "chat"):
        count = Count(rule)
        for shard in shards:
            for row in shard.outbox.rows():
                if row.destination == rule:
                    _count(count, shard, server, row.id)
        yield count


def _count(count: Count, shard: Shard, server: Faulty, ident: str) -> None:
    row, tried = shard.outbox.row(ident), shard.outbox.attempts(ident)
    took = server.took[ident]
    unknown = sum(one.ending == "unknown" for one in tried)
    count.deliveries += 1
    count.delivered += row.state == "delivered"
    count.held += row.state == "held"
    count.held_arrived += row.state == "held" and took > 0
    count.other += row.state not in ("delivered", "held")
    count.attempts += len(tried)
    count.unknown += unknown
    count.repeats += max(0, took - 1)
    count.repeats_unasked += row.destination == "chat" and took > 1
    count.lost += row.state == "delivered" and took == 0
    count.unnoticed += took > 1 + unknown
    count.changed += not server.bodies.get(ident, set()) <= {row.sha256}


def battery(
    deliveries: int, shards: int, seed: int, kills: int, bug: str = ""
) -> tuple[list[Count], Faulty, int]:
    """Run it and return the figures by rule, the server, and how often a process was killed."""
    server = Faulty(seed)
    os.environ["DEBRIEF_TEST_SECRET"] = SECRET
    each = max(1, deliveries // (4 * shards))
    with tempfile.TemporaryDirectory() as place:
        url = f"http://127.0.0.1:{server.port}"
        parts = [range(n * each, (n + 1) * each) for n in range(shards)]
        made = [Shard(Path(place) / str(n), url, part, bug) for n, part in enumerate(parts)]
        with ThreadPoolExecutor(shards) as pool:
            running = [pool.submit(one.run, server, kills, seed + n) for n, one in enumerate(made)]
            for one in running:
                one.result()
        counts = [*counted(made, server)]
        for shard in made:
            shard.outbox.close()
    server.stop()
    return counts, server, sum(shard.kills for shard in made)


def main() -> int:
    """Print the figures; return 1 when a promise was broken."""
    if sys.argv[1:2] == ["--send"]:
        _send(*sys.argv[2:])
        return 0
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--deliveries", type=int, default=2000)
    parser.add_argument("--shards", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=100, help="of each shard's process")
    parser.add_argument("--bug", choices=BUGS, default="", help="a fault it must find")
    asked = parser.parse_args()
    counts, server, kills = battery(
        asked.deliveries, asked.shards, asked.seed, asked.kills, asked.bug
    )
    print(f"{sum(c.deliveries for c in counts)} deliveries, {kills} kills, seed {asked.seed}\n")
    names = Count.__struct_fields__
    rows = [tuple(str(getattr(count, name)) for name in names) for count in counts]
    print("\n".join(table(names, rows)))
    print("\nThe server did: " + ", ".join(f"{n} {name}" for name, n in server.did.most_common()))
    print(f"\n{broken(counts)} promises broken")
    return 1 if broken(counts) else 0


def broken(counts: list[Count]) -> int:
    """Return how many promises were broken."""
    return sum(c.lost + c.unnoticed + c.changed + c.other + c.repeats_unasked for c in counts)


if __name__ == "__main__":
    sys.exit(main())
