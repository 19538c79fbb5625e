"""What the journal of a running round costs, beside the bare calls and beside no saving at all.

    python -m tests.bench.record_journal [--records 2000] [--seconds 4]

It reports; it does not judge, since a shared machine's clock is no test.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import msgspec  # noqa: E402

from debrief.record.disk import Disk  # noqa: E402
from debrief.record.journal import Journal  # noqa: E402
from debrief.record.journalfile import JournalFile  # noqa: E402
from debrief.record.keys import Keys  # noqa: E402
from debrief.record.parts import parts  # noqa: E402
from debrief.record.reserve import Reserve  # noqa: E402
from debrief.record.system import System  # noqa: E402
from tests.bench.scoring import table  # noqa: E402

PAYLOAD = (
    b'{"event":"wrote","at":"2026-11-21T21:02:04Z","phase":"shift","person":"c-7k2m","start":204}'
)
TICK = 0.005
KEYS_A_SECOND = 40
Row = tuple[str, str, str, str]


class Slow(System):
    """A disk whose data takes so many seconds to be on the medium."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def sync_data(self, handle: int) -> None:
        time.sleep(self.seconds)
        super().sync_data(handle)


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def appends(folder: Path, keys: Keys, records: int) -> Iterator[Row]:
    """Yield what a record costs to make durable: the same bytes by bare calls, in turn."""
    file = JournalFile.create(Disk(), folder / "file.journal", "file", keys)
    journal = Journal.create(
        Disk(), folder / "whole.journal", "whole", keys, reserve=Reserve(Disk(), folder)
    )
    journal.wait(journal.append(PAYLOAD), 10)
    bare = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    data = os.urandom(len(PAYLOAD) + 32)  # as many bytes as a record has

    def raw() -> None:
        os.write(bare, data)
        os.fdatasync(bare)

    def record() -> None:
        file.write([PAYLOAD])
        file.sync()

    def acknowledged() -> None:
        journal.wait(journal.append(PAYLOAD), 10)

    def listed() -> None:
        parts(Disk(), "whole", folder)

    took: dict[str, list[float]] = {"raw": [], "record": [], "whole": [], "listed": []}
    for _number in range(records):
        took["raw"].append(timed(raw))
        took["record"].append(timed(record))
        took["whole"].append(timed(acknowledged))
        took["listed"].append(timed(listed))
    journal.close()
    os.close(bare)
    middle = {name: statistics.median(found) for name, found in took.items()}
    for name, what in (
        ("record", "record, append and sync"),
        ("whole", "the same by the writer's thread, until told"),
        ("listed", "looking for other computers"),
    ):
        yield _row(what, middle[name], "write, fdatasync", middle["raw"])


def _row(what: str, took: float, beside: str, raw: float) -> Row:
    return what, f"{took * 1e6:.0f} us", f"{beside}: {raw * 1e6:.0f} us", f"{took / raw:.2f} x"


class Lateness(msgspec.Struct, frozen=True):
    """How late a loop was that wakes every 5 ms, and how long keys waited to be saved; seconds."""

    p99: float
    worst: float
    acknowledged: float = 0.0
    longest: float = 0.0


async def _ticks(seconds: float, key: Callable[[], object]) -> list[float]:
    """Return how late each tick came, keys being typed by another task of the same loop.

    Only so does whatever a key holds up show: it holds up the ticks.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    late: list[float] = []

    async def type_on() -> None:
        while loop.time() < end:
            key()
            await asyncio.sleep(1 / KEYS_A_SECOND)

    async def tick() -> None:
        while (wanted := loop.time() + TICK) < end:
            await asyncio.sleep(TICK)
            late.append(loop.time() - wanted)

    await asyncio.gather(tick(), type_on())
    return late


def _lateness(late: list[float], waited: list[float]) -> Lateness:
    late.sort()
    p99 = late[int(len(late) * 0.99)]
    middle, longest = (statistics.median(waited), max(waited)) if waited else (0.0, 0.0)
    return Lateness(p99, late[-1], middle, longest)


def without_saving(seconds: float) -> Lateness:
    return _lateness(asyncio.run(_ticks(seconds, lambda: None)), [])


@contextmanager
def _writing(folder: Path, keys: Keys, sync: float) -> Iterator[Journal]:
    disk = Disk(Slow(sync))
    journal = Journal.create(
        disk, folder / "slow.journal", "slow", keys, reserve=Reserve(disk, folder)
    )
    yield journal
    journal.close()


def with_journal(folder: Path, keys: Keys, seconds: float, sync: float) -> Lateness:
    """Type while each sync takes `sync` seconds."""
    typed: dict[int, float] = {}
    waited: list[float] = []
    order = threading.Lock()
    with _writing(folder, keys, sync) as journal:

        def saved(number: int, at: float) -> None:
            now = time.perf_counter()
            with order:
                waited.extend(now - typed.pop(one) for one in [*typed] if one <= number)

        def key() -> None:
            with order:
                typed[journal.append(PAYLOAD)] = time.perf_counter()

        journal.on_saved = saved
        late = asyncio.run(_ticks(seconds, key))
    return _lateness(late, waited)


def inline(folder: Path, keys: Keys, seconds: float, sync: float) -> Lateness:
    """Type with the sync on the loop itself: what a stall looks like, so that it would be seen."""
    file = JournalFile.create(Disk(Slow(sync)), folder / "inline.journal", "inline", keys)

    def key() -> None:
        file.write([PAYLOAD])
        file.sync()

    return _lateness(asyncio.run(_ticks(seconds, key)), [])


def stalls(folder: Path, keys: Keys, seconds: float) -> Iterator[Row]:
    """Yield how late the loop is beside one that saves nothing."""
    runs = [("no saving", without_saving(seconds))]
    for sync in (0.0, 0.02, 0.2):
        (place := folder / f"sync-{sync}").mkdir()
        what = f"journal, sync +{sync * 1000:.0f} ms"
        runs.append((what, with_journal(place, keys, seconds, sync)))
    runs.append(("SEEDED: sync on the loop, +200 ms", inline(folder, keys, seconds, 0.2)))
    for what, one in runs:
        waits = f"{one.acknowledged * 1000:.0f} / {one.longest * 1000:.0f} ms"
        late = f"{one.p99 * 1000:.1f} / {one.worst * 1000:.1f} ms"
        yield what, late, waits, f"{one.p99 / runs[0][1].p99:.1f} x"


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=4.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        keys = Keys.load_or_create(Disk(), folder / "keys")
        rows = [*appends(folder, keys, asked.records)]
        for line in table(("medians", "took", "beside it", "ratio"), rows):
            print(line)
        print()
        head = ("40 keys a second", "loop late, p99 / max", "acknowledged, median / max", "p99")
        for line in table(head, [*stalls(folder, keys, asked.seconds)]):
            print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
