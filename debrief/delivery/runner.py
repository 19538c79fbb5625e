"""Running one worker process: started, fed, bounded, and killed when its time is over."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from typing import IO, Final

import msgspec

from debrief.delivery.job import LOADED, RESULT_LIMIT, TOUCHED, Job, Result

_GRACE_S: Final = 3.0
"""Seconds beyond the attempt's own deadline before the process is killed: start and clean-up."""
_LOOK_S: Final = 0.1
"""How often a process is looked for that may have left its pipe to another one."""
_NOISE_LIMIT: Final = 16_384
_PASSED_ON: Final = (
    "PATH",
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "PYTHONPATH",
    "PYTHONHOME",
    "VIRTUAL_ENV",
)


class Noise(bytes):
    """What an exporter printed; it may hold anything, so it never shows itself by accident."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes of noise>"


class Ran(msgspec.Struct, frozen=True):
    """What became of a job. `noise` is what the exporter printed; it is never written anywhere."""

    result: Result
    noise: Noise = Noise()


def run(job: Job) -> Ran:
    """Do the job in a new process and return how it went; raises nothing.

    A process that dies, hangs or answers nonsense counts by what it said on the way: before it had
    the exporter, or before anything was touched, nothing left; after that it is unknown.
    """
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-X", "utf8", "-m", "debrief.delivery.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(os.environ),
            start_new_session=True,
        )
    except OSError:
        return Ran(Result("broken", why="no-process"))
    answer = _Drain(process.stdout, RESULT_LIMIT)
    noise = _Drain(process.stderr, _NOISE_LIMIT)
    _feed(process.stdin, msgspec.msgpack.encode(job))
    try:
        timed_out = not _ended(process, answer, job.way.deadline_s + _GRACE_S)
    finally:
        _kill(process)
    return Ran(_read(answer.take(), timed_out), Noise(noise.take()))


def _ended(process: subprocess.Popen[bytes], answer: _Drain, seconds: float) -> bool:
    """Wait until the process has ended, at most `seconds`; tell whether it has.

    The end of its answer wakes this at once, where `wait` alone looks only every now and then.
    """
    until = time.monotonic() + seconds
    while process.poll() is None:
        left = until - time.monotonic()
        if left <= 0:
            return False
        if answer.over.is_set():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(left)
        else:
            answer.over.wait(min(left, _LOOK_S))
    return True


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what an exporter may know of the environment: not the other destinations' secrets."""
    return {name: environment[name] for name in _PASSED_ON if name in environment}


class _Drain:
    """Reads a pipe to its end so that nobody blocks on it, and keeps only the beginning."""

    def __init__(self, pipe: IO[bytes] | None, limit: int) -> None:
        if pipe is None:
            raise ValueError(pipe)
        self._pipe = pipe
        self._limit = limit
        self._kept = bytearray()
        self.over = threading.Event()
        """Set when the other side has closed the pipe, as a process does when it ends."""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(self._pipe.fileno(), 65_536):
                self._kept += data[: self._limit - len(self._kept)]
        self.over.set()

    def take(self) -> bytes:
        """Return what was kept, once the other side is gone."""
        self._thread.join(1.0)
        if not self._thread.is_alive():
            self._pipe.close()
        return bytes(self._kept)


def _feed(pipe: IO[bytes] | None, data: bytes) -> None:
    """Write the job from a thread, since a process that hangs does not read it."""
    if pipe is None:
        raise ValueError(pipe)

    def write() -> None:
        with contextlib.suppress(OSError):
            pipe.write(data)
        with contextlib.suppress(OSError):
            pipe.close()

    threading.Thread(target=write, daemon=True).start()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and whatever it started, if it has not ended by itself."""
    if process.returncode is None and hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        process.kill()
    process.wait()


def _read(answer: bytes, timed_out: bool) -> Result:
    """Return the result in `answer`, or what its silence means."""
    loaded = answer.startswith(LOADED)
    rest = answer.removeprefix(LOADED)
    touched = rest.startswith(TOUCHED)
    try:
        return msgspec.msgpack.decode(rest.removeprefix(TOUCHED), type=Result)
    except (msgspec.DecodeError, UnicodeDecodeError):
        why = "timeout" if timed_out else "crashed"
        if loaded and touched:
            return Result("unknown", why=why)
        return Result("broken", why=why)
