"""What keeping sessions costs, beside what the machine itself needs for the same bytes.

    python -m tests.bench.record [--sessions N] [--folder FOLDER]

Makes N closed sessions of about 35 KB (10,000 unless told), keeps them in FOLDER for the next run
if one is named, and prints each figure with the raw limit, measured in the same run, side by side.
It reports; it does not judge.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import msgspec  # noqa: E402

from debrief.desk import past  # noqa: E402
from debrief.record import closing, ledger, sessionfile, signers, verify  # noqa: E402
from debrief.record.atonce import processors  # noqa: E402
from debrief.record.disk import Disk  # noqa: E402
from debrief.record.keys import Keys  # noqa: E402
from debrief.session.model import NoteKey, State  # noqa: E402
from debrief.workspace import index as indexes  # noqa: E402
from tests.bench.scoring import table  # noqa: E402
from tests.record.rounds import PHASES, a_round  # noqa: E402

LINE = "Opkaldet blev ved med at køre i hovedet, og hun gik en tur rundt om huset bagefter. "
Row = tuple[str, str, str, str]


def a_state(number: int) -> State:
    """Return a closed round of six to ten people, some months after the one before."""
    count = 6 + number % 5
    state = a_round(count, session=f"{_day(number).isoformat()}-{number:06}")
    texts = {
        NoteKey(phase, person.id): LINE * (1 + (number + at) % 6)
        for phase in PHASES
        for at, person in enumerate(state.people)
    }
    opened = dt.datetime.combine(_day(number), dt.time(20, 0), dt.UTC)
    closed = opened + dt.timedelta(minutes=25)
    return msgspec.structs.replace(state, notes=texts, opened=opened, closed=closed)


def _day(number: int) -> dt.date:
    return dt.date(2021, 1, 1) + dt.timedelta(days=number // 5)


def _some(folder: Path, keys_folder: Path, numbers: Sequence[int]) -> list[tuple[str, str, str]]:
    """Build and write some files; return id, digest of the file and root of each."""
    keys = Keys.load_or_create(Disk(), keys_folder)
    made = []
    for number in numbers:
        state = a_state(number)
        data = sessionfile.build(state, keys)
        path = sessionfile.path_for(folder, state)
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(data)
        root = sessionfile.read(data, path.name, whole=False).root
        made.append((state.id, sha256(data).hexdigest(), root))
    return made


def make(folder: Path, keys_folder: Path, count: int) -> None:
    """Fill `folder` with closed sessions and their ledger."""
    keys = Keys.load_or_create(Disk(), keys_folder)
    parts = [range(at, min(at + 200, count)) for at in range(0, count, 200)]
    with ProcessPoolExecutor(processors()) as pool:
        made = [
            one for some in pool.map(partial(_some, folder, keys_folder), parts) for one in some
        ]
    signers.remember(Disk(), folder, keys.public_key)
    data, before = bytearray(), sha256()
    for number, (session, file, root) in enumerate(made, 1):
        line = (
            f"n:{number}  at:2026-11-21T21:24:41Z  event:close  session:{session}  file:{file}"
            f"  root:{root}  signer:{keys.fingerprint}  prev:{before.hexdigest()}\n"
        ).encode()
        data += line
        before.update(line)
    (folder / ledger.NAME).write_bytes(data)
    stamp = time.time() - 3600
    for path in folder.glob("*/*.toml"):
        os.utime(path, (stamp, stamp))


def best(work: Callable[[], object], times: int = 3) -> float:
    """Return the shortest of some runs, in seconds."""
    found = []
    for _again in range(times):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return min(found)


def row(what: str, took: float, beside: str, raw: float) -> Row:
    """Return a line of the table: what, how long, and how often the raw limit that is."""
    return what, f"{took * 1000:.1f} ms", f"{beside}: {raw * 1000:.1f} ms", f"{took / raw:.1f} x"


def many(folder: Path, keys: Keys) -> Iterator[Row]:
    """Yield what is done with all the sessions of a folder."""
    paths = [str(path) for path in sorted(folder.glob("*/*.toml"))]
    cores = processors()

    def sums() -> None:
        subprocess.run(
            ["xargs", "-0", "-n", "500", "-P", str(cores), "sha256sum"],
            input="\0".join(paths).encode(),
            stdout=subprocess.DEVNULL,
            check=True,
        )

    def stats() -> None:
        for year in folder.glob("[0-9]*"):
            for entry in os.scandir(year):
                entry.stat()

    raw, looked = best(sums), best(stats)
    check = partial(verify.verify_folder, Disk(), folder, content=False, progress=_quiet)
    assert all(one.ok for one in check())
    yield row(f"verify, {cores} processes", best(check, 2), f"sha256sum -P {cores}", raw)
    first = indexes.Index(folder)
    begun = time.perf_counter()
    changes = first.refresh(_quiet)
    took = time.perf_counter() - begun
    assert changes.read == len(paths)
    yield row("first index", took, f"sha256sum -P {cores}", raw)
    with tempfile.TemporaryDirectory() as state:
        kept = Path(state) / "index.age"
        yield row("keep the index", best(lambda: _saved(kept, first, keys)), "stat of all", looked)
        yield row(
            "open the index", best(lambda: indexes.load(Disk(), kept, folder, keys)),
            "stat of all", looked,
        )  # fmt: skip
    yield row("scan for changes, none", best(first.refresh), "stat of all", looked)
    ask = best(lambda: past.held(first, most=50))
    yield row("list the newest 50", ask, "stat of all", looked)
    yield row("list all", best(lambda: past.held(first)), "stat of all", looked)
    one = past.Where(person="c-1k2m", team="Nord")
    yield row("list one person's", best(lambda: past.held(first, one)), "stat of all", looked)
    yield row("history", best(lambda: past.history(first, "c-1k2m")), "stat of all", looked)
    today = _day(len(paths))
    cover = best(lambda: past.coverage(first, today, 52))
    yield row("coverage of a year", cover, "stat of all", looked)
    yield row("trend over all", best(lambda: past.trend(first)), "stat of all", looked)


def _saved(path: Path, index: indexes.Index, keys: Keys) -> None:
    index.changed = True
    indexes.save(Disk(), path, index, keys)


def _quiet(done: int, whole: int) -> None:
    """Stand in for the bar."""


def closing_one(folder: Path, keys: Keys) -> Iterator[Row]:
    """Yield what closing a session of ten people in six phases takes, beside writing its bytes."""
    text = LINE * 6
    took, raw = [], []
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        here = Path(place) / "sessions"
        here.mkdir()
        for name in (ledger.NAME, signers.NAME):
            shutil.copy(folder / name, here / name)
        for number in range(12):
            state = a_round(10, text=text, session=f"2027-01-{number + 1:02}-abcdef")
            begun = time.perf_counter()
            done = closing.seal(Disk(), here, state, keys)
            took.append(time.perf_counter() - begun)
            data = done.path.read_bytes()
            begun = time.perf_counter()
            _raw(Path(place) / f"raw-{number}", data)
            raw.append(time.perf_counter() - begun)
    lines = (folder / ledger.NAME).read_bytes().count(b"\n")
    what = f"close 10 x 6, {len(data) // 1024} KB, ledger of {lines}"
    yield row(what, statistics.median(took), "write, fsync, rename", statistics.median(raw))


def _raw(path: Path, data: bytes) -> None:
    temporary = path.with_suffix(".tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT)
    os.write(handle, data)
    os.fsync(handle)
    os.close(handle)
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        place = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder, keys_folder = place / f"sessions-{asked.sessions}", place / "keys"
        if not (folder / ledger.NAME).exists():
            make(folder, keys_folder, asked.sessions)
        keys = Keys.load_or_create(Disk(), keys_folder)
        sizes = sorted(path.stat().st_size for path in folder.glob("*/*.toml"))
        whole = f"{sum(sizes) / 1e6:.0f} MB in all"
        middle = f"{sizes[len(sizes) // 2] / 1024:.0f} KB in the middle"
        print(f"{len(sizes)} sessions, {middle}, {whole}, {processors()} processors\n")
        rows = [*many(folder, keys), *closing_one(folder, keys)]
    for line in table(("", "took", "beside it", "ratio"), rows):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
