"""Every bit of a closed file and of the ledger, changed one at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from debrief.record import ledger, sessionfile, verify
from debrief.record.closing import seal
from debrief.record.disk import Disk
from debrief.record.sessionfile import Privacy
from tests.record.rounds import a_round

from . import bugs
from .cuts import FIRST, a_ledger
from .pace import Battery, Bug, Pace, States

NAME: Final = f"2026/{FIRST}.toml"
PRIVACIES: Final[tuple[Privacy, ...]] = ("sealed", "open")
SHELL: Final = Path(__file__).parents[2] / "sessions" / "VERIFY.sh"
_script = SHELL


def flipped(data: bytes, at: int, bit: int) -> bytes:
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


def _bits(data: bytes) -> Iterator[tuple[int, int]]:
    return ((at, bit) for at in range(len(data)) for bit in range(8))


def session_files(pace: Pace) -> States:
    """No ledger stands beside it: the file must tell by itself."""
    allowed = (pace.keys.public_key,)
    for privacy in PRIVACIES:
        data = sessionfile.build(a_round(1), pace.keys, privacy=privacy)
        for at, bit in pace.some(_bits(data), 1500):
            found = verify.verify_file(flipped(data, at, bit), NAME, allowed, None)
            yield (
                f"{privacy} file, byte {at} bit {bit}: verify says it is whole" if found.ok else ""
            )


def ledgers(pace: Pace) -> States:
    """Before the last line the chain tells; a checkpoint tells of every byte."""
    data = a_ledger(pace)
    since = ledger.checkpoint(data)
    last = data.rindex(b"\n", 0, -1) + 1
    for at, bit in pace.some(_bits(data), 1500):
        changed = flipped(data, at, bit)
        told = not verify.verify_ledger(changed).ok
        if (at < last and not told) or verify.verify_since(changed, since).ok:
            yield f"ledger, byte {at} bit {bit}: not found"
        else:
            yield ""


def by_python(pace: Pace) -> States:
    yield from session_files(pace)
    yield from ledgers(pace)


class Shell:
    """VERIFY.sh over copies of one folder, several at a time."""

    def __init__(self, pace: Pace, privacy: Privacy, folder: Path) -> None:
        self.sessions = folder / "sessions"
        seal(Disk(), self.sessions, a_round(1), pace.keys, privacy=privacy)
        event = {"event": "export", "session": FIRST, "key": "1", "sent": "0" * 64}
        ledger.append(Disk(), self.sessions, event)
        self.data = (self.sessions / NAME).read_bytes()
        self.book = (self.sessions / ledger.NAME).read_bytes()

    def finds(self, place: Path, name: str, change: Callable[[bytes], bytes]) -> bool:
        """Tell whether a change is found; of the session file, without the ledger beside it."""
        copy = Path(shutil.copytree(self.sessions, place))
        changed = copy / name
        changed.write_bytes(change(changed.read_bytes()))
        if name != ledger.NAME:
            (copy / ledger.NAME).unlink()
        target = copy if name == ledger.NAME else changed
        done = subprocess.run([_script, target], capture_output=True, check=False, timeout=600)
        shutil.rmtree(copy)
        return done.returncode == 1 and b"BAD " in done.stdout


def by_shell(pace: Pace) -> States:
    """One bit of each byte; in the ledger of each byte before its last line."""
    for privacy in PRIVACIES:
        with pace.place() as folder:
            shell = Shell(pace, privacy, folder)
            last = shell.book.rindex(b"\n", 0, -1) + 1
            wanted = [(NAME, at) for at in range(len(shell.data))]
            wanted += [(ledger.NAME, at) for at in range(last if privacy == "sealed" else 0)]
            flips = [(name, at, pace.choose.randrange(8)) for name, at in pace.some(wanted, 16)]
            yield from _in_parallel(shell, folder, flips)


def _in_parallel(shell: Shell, folder: Path, flips: list[tuple[str, int, int]]) -> States:
    def one(flip: tuple[str, int, int]) -> str:
        name, at, bit = flip
        found = shell.finds(
            folder / f"{name[:4]}-{at}-{bit}", name, lambda data: flipped(data, at, bit)
        )
        return "" if found else f"VERIFY.sh: {name}, byte {at} bit {bit}: not found"

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        yield from pool.map(one, flips)


@contextmanager
def _blind_script() -> Iterator[None]:
    """Use a VERIFY.sh that does not compare the digests of blocks."""
    global _script
    text = SHELL.read_text("utf-8")
    compared = "sealed[block] != digest[i]"
    assert compared in text
    with tempfile.TemporaryDirectory() as folder:
        blind = Path(folder) / "VERIFY.sh"
        blind.write_text(text.replace(compared, "0"), "utf-8")
        blind.chmod(0o700)
        _script = blind
        try:
            yield
        finally:
            _script = SHELL


PYTHON = Battery(
    "every bit changed, debrief verify", by_python, (bugs.BLOCK_PASSED_OVER, bugs.NO_CHAIN)
)
SCRIPT = Battery(
    "every byte changed, VERIFY.sh",
    by_shell,
    (Bug("VERIFY.sh does not compare blocks", _blind_script),),
)
