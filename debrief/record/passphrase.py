"""A passphrase around the identity file: what `age -p` writes, opened by `age -d`.

The stretching of a passphrase takes seconds and a gigabyte, and the library holds the interpreter
meanwhile. So it is done in a process of its own, which is told everything over its standard input,
and which can be asked, waited for, or ended.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from debrief.errors import EXIT_KEY, Problem
from debrief.i18n import _

if TYPE_CHECKING:
    import subprocess

SHORTEST: Final = 8
"""Fewer characters than this are refused: somebody with the file may try them all."""


class Order(msgspec.Struct, frozen=True):
    """What the process is to do. It shows no secret when printed."""

    do: Literal["open", "seal"]
    passphrase: str
    data: bytes

    def __repr__(self) -> str:
        return f"Order({self.do})"


class Answer(msgspec.Struct, frozen=True):
    """What came of it: the data, or that the passphrase did not fit."""

    data: bytes | None = None

    def __repr__(self) -> str:
        return f"Answer({self.data is not None})"


class WrongPassphrase(Problem):
    """The passphrase does not open it."""


class Work:
    """A passphrase at work in a process of its own, beginning now.

    `poll` and `wait` return the opened or sealed bytes, None while it is not done, and raise
    WrongPassphrase or another Problem where nothing came of it.
    """

    def __init__(self, order: Order) -> None:
        """Raises Problem where no process can be started."""
        import subprocess

        self._answer = b""
        try:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(
                [sys.executable, "-P", "-X", "utf8", "-m", "debrief.record.passphrase_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the process that a person looks at
            )
        except OSError:
            raise _nothing_came() from None
        data = msgspec.msgpack.encode(order)
        self._thread = threading.Thread(target=self._talk, args=(data,), daemon=True)
        self._thread.start()

    def _talk(self, data: bytes) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._answer = self._process.communicate(data)[0]

    def poll(self) -> bytes | None:
        """Return what came of it if it is done, at once; raises Problem."""
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> bytes | None:
        """Return what came of it, waiting up to `timeout` seconds; raises Problem.

        Whatever interrupts the wait ends the process.
        """
        try:
            self._thread.join(timeout)
        except BaseException:
            self.cancel()
            raise
        if self._thread.is_alive():
            return None
        try:
            answer = msgspec.msgpack.decode(self._answer, type=Answer)
        except msgspec.MsgspecError:
            raise _nothing_came() from None
        if answer.data is None:
            raise WrongPassphrase(_("That passphrase does not open the key; try again."), EXIT_KEY)
        return answer.data

    def cancel(self) -> None:
        """End the process and forget what it would have said; safe to call twice."""
        with contextlib.suppress(OSError):
            self._process.kill()
        self._thread.join(5)
        self._answer = b""


def opening(passphrase: str, data: bytes) -> Work:
    """Begin to open what a passphrase protects."""
    return Work(Order("open", passphrase, data))


def sealing(passphrase: str, data: bytes) -> Work:
    """Begin to protect `data` with a passphrase."""
    return Work(Order("seal", passphrase, data))


def _nothing_came() -> Problem:
    return Problem(
        _(
            "The passphrase could not be tried: that takes a process of its own and about a "
            "gigabyte of memory. Nothing was changed; close other programs and try again."
        ),
        EXIT_KEY,
    )
