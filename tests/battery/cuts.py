"""Files cut short at every byte, and journals whose records were moved, repeated or left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from debrief.errors import Problem
from debrief.record import ledger, sessionfile, verify
from debrief.record.closing import seal
from debrief.record.disk import Disk
from debrief.record.journal import Journal
from tests.record.rounds import a_round

from . import bugs
from .machine import Machine
from .pace import Battery, Pace, States

EVENTS = tuple(f"event {number} æøå".encode() * number for number in range(1, 9))
FIRST = "2026-11-21-k7q2m9"


def a_journal(pace: Pace) -> bytes:
    """Return the bytes of a journal of EVENTS, one record each."""
    with pace.place() as folder:
        journal = Journal.create(Disk(), folder / "s-1.journal", "s-1", pace.keys)
        for event in EVENTS:
            journal.wait(journal.append(event), 30)
        journal.close()
        return (folder / "s-1.journal").read_bytes()


def records(data: bytes) -> tuple[bytes, list[bytes]]:
    """Return the header and the records of a whole journal."""
    at = 8
    for _part in range(2):
        at += 4 + int.from_bytes(data[at : at + 4], "big")
    head, found = data[: at + 16], []
    at += 16
    while at < len(data):
        end = at + 16 + int.from_bytes(data[at : at + 4], "big")
        found.append(data[at:end])
        at = end
    return head, found


def recovered(data: bytes, pace: Pace) -> tuple[bytes, ...] | None:
    """Return what a journal of these bytes gives, None where it is refused with a sentence."""
    base = Path("/journals")
    disk = Disk(Machine(base, {("s-1.journal", data)}))
    try:
        return Journal.recover(disk, base / "s-1.journal", pace.keys).payloads
    except Problem:
        return None


def journals(pace: Pace) -> States:
    """Cut at every byte: exactly a prefix of the records, and every whole record of it."""
    data = a_journal(pace)
    head, rows = records(data)
    ends = [len(head) + sum(map(len, rows[:count])) for count in range(len(rows) + 1)]
    for length in pace.some(range(len(data) + 1), 150):
        whole = sum(end <= length for end in ends) - 1
        wanted = EVENTS[:whole] if whole >= 0 else None
        found = recovered(data[:length], pace)
        yield "" if found == wanted else f"journal cut at {length}: other records than were there"


def moved(pace: Pace) -> States:
    """Records moved, repeated and left out: only those before the first such one count."""
    head, rows = records(a_journal(pace))
    orders: list[list[int]] = []
    for at in range(len(rows)):
        orders.append([n for n in range(len(rows)) if n != at])
        orders.append([*range(at + 1), *range(at, len(rows))])
        orders += [[*range(at), to, *range(at, len(rows))] for to in range(at + 1, len(rows))]
    for order in pace.some(orders, 30):
        good = next((at for at, number in enumerate(order) if number != at), len(order))
        found = recovered(head + b"".join(rows[number] for number in order), pace)
        yield "" if found == EVENTS[:good] else f"journal, records {order}: accepted"


def session_files(pace: Pace) -> States:
    """A session file cut at every byte is never whole, and reading it is a Problem."""
    name = f"2026/{FIRST}.toml"
    for privacy in ("sealed", "open"):
        data = sessionfile.build(a_round(1), pace.keys, privacy=privacy)
        for length in pace.some(range(len(data)), 60):
            short = data[:length]
            if verify.verify_file(short, name, (pace.keys.public_key,), None).ok:
                yield f"{privacy} session file cut at {length}: verify says it is whole"
                continue
            try:
                sessionfile.read(short, name)
                yield f"{privacy} session file cut at {length}: it was read"
            except Problem:
                yield ""


def a_ledger(pace: Pace) -> bytes:
    """Return the bytes of a ledger of five lines."""
    with pace.place() as folder:
        seal(Disk(), folder, a_round(1), pace.keys)
        for key in "1234":
            event = {"event": "export", "session": FIRST, "key": key, "sent": "0" * 64}
            ledger.append(Disk(), folder, event)
        return (folder / ledger.NAME).read_bytes()


def ledgers(pace: Pace) -> States:
    """Cut in a line it is told; cut between lines a checkpoint tells; the next line mends it."""
    data = a_ledger(pace)
    since = ledger.checkpoint(data)
    for length in pace.some(range(len(data)), 150):
        short = data[:length]
        found = {one.code for one in verify.verify_ledger(short).findings}
        in_line = bool(short) and not short.endswith(b"\n")
        if found != ({"torn"} if in_line else set()):
            yield f"ledger cut at {length}: verify says {found}"
        elif verify.verify_since(short, since).ok:
            yield f"ledger cut at {length}: the checkpoint still fits"
        else:
            yield (
                "" if _mended(short) else f"ledger cut at {length}: the next line does not mend it"
            )


def _mended(short: bytes) -> bool:
    base = Path("/ledgers")
    machine = Machine(base, {(ledger.NAME, short)})
    event = {"event": "export", "session": FIRST, "key": "next", "sent": "0" * 64}
    ledger.append_locked(Disk(machine), base, event)
    after = Disk(machine).read(base / ledger.NAME)
    kept = short[: short.rfind(b"\n") + 1]
    return verify.verify_ledger(after).ok and after.startswith(kept) and b"key:next" in after


def states(pace: Pace) -> Iterator[str]:
    for part in (journals, moved, session_files, ledgers):
        yield from part(pace)


BATTERY = Battery(
    "cut short at every byte; records moved", states, (bugs.OUT_OF_PLACE, bugs.NO_TORN)
)
