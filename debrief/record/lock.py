"""One owner at a time: an operating system lock on a file of its own, never replaced or removed."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from debrief.errors import EXIT_INPUT, Problem
from debrief.i18n import _

if TYPE_CHECKING:
    from filelock import FileLock


class Lock:
    """A lock that is held; released by `release`, by leaving a `with`, or when the process ends."""

    def __init__(self, held: FileLock) -> None:
        self._held = held

    def release(self) -> None:
        """Let others in; safe to call twice."""
        self._held.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _take(path: Path, seconds: float, refused: str) -> Lock:
    from filelock import FileLock, Timeout

    from debrief.record.disk import disk_problem

    lock = FileLock(path, timeout=seconds, mode=0o600, thread_local=False)
    try:
        lock.acquire(poll_interval=0.02)
    except Timeout as error:
        raise Problem(refused, EXIT_INPUT) from error
    except NotImplementedError as error:
        sentence = _(
            "The disk that holds {path} cannot lock files, so two windows could write over each "
            "other. Nothing was changed. Choose a folder on a disk of this computer."
        )
        raise Problem(sentence.format(path=path), EXIT_INPUT) from error
    except OSError as error:
        raise disk_problem(error, path) from error
    return Lock(lock)


def session_lock(path: Path) -> Lock:
    """Take the lock of one session, at once or not at all; raises Problem when it is taken."""
    return _take(
        path,
        0,
        _(
            "This session is open in another window on this computer. Nothing was changed; go on "
            "there, or close it there first."
        ),
    )


def folder_lock(path: Path, seconds: float = 10) -> Lock:
    """Take the lock around a short change, waiting up to `seconds`; raises Problem."""
    return _take(
        path,
        seconds,
        _(
            "Another debrief is writing in this folder and does not finish. Nothing was changed; "
            "wait until it is done and try again."
        ),
    )
