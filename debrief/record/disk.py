"""The only place that writes what must last: whole files, appended files, folders.

Every method either finishes durably (the data and its name are on the medium) or raises a
Problem, and then either the old or the new stands there, whole.
"""

from __future__ import annotations

import contextlib
import errno
import time
from pathlib import Path
from typing import Final

from debrief.errors import EXIT_DISK, EXIT_INPUT, Problem
from debrief.i18n import _
from debrief.record.system import NotAFile, System, TooLarge
from debrief.text import token

_FULL: Final = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG})
_REFUSED: Final = frozenset({errno.EACCES, errno.EPERM})
_NOT_OURS: Final = _REFUSED | {errno.EROFS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What is answered for a folder in which this program can't have made anything."""
_GONE: Final = frozenset(
    {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOTDIR, errno.ENOTCONN}
    | {getattr(errno, "ESTALE", errno.ENODEV)}
)
TEMPORARY: Final = ".tmp"
"""How the name of a half-written file ends; such a file means nothing and may be removed."""


_OLD_S: Final = 3600


class AlreadyThere(Problem):
    """A file that must not be replaced exists."""


class DiskFull(Problem):
    """There is no room: the disk is full, a quota is used up, or the file may not grow."""


def is_file(path: Path) -> bool:
    """Tell whether there is a file at `path`; a name that no file can have is none's."""
    try:
        return path.is_file()
    except OSError:
        return False


def disk_problem(error: OSError, path: Path) -> Problem:
    """Return the sentence for what the disk answered about `path`; status EXIT_DISK.

    It is a DiskFull where there is no room.
    """
    if isinstance(error, NotAFile | TooLarge):
        return _unreadable(error, path)
    if error.errno in _FULL:
        sentence = _(
            "The disk is full, so {path} could not be saved. Nothing that was saved before is "
            "lost. Free some space, then try again."
        )
    elif error.errno == errno.EROFS:
        sentence = _(
            "The disk can only be read, so {path} could not be saved. Nothing that was saved "
            "before is lost. Choose another folder, or make the disk writable."
        )
    elif error.errno in _REFUSED:
        sentence = _(
            "You may not use {path}. Nothing was changed. Give yourself access to it, or choose "
            "another folder."
        )
    elif error.errno in _GONE:
        sentence = _(
            "{path} is not there, or its disk is gone. Nothing was changed. Check the folder and "
            "that the disk is connected."
        )
    else:
        sentence = _(
            "The disk reported an error for {path} (error {number}). Nothing that was saved before "
            "was touched. Check the disk, and use another one if it happens again."
        )
    kind = DiskFull if error.errno in _FULL else Problem
    return kind(sentence.format(path=path, number=error.errno), EXIT_DISK)


def _unreadable(error: OSError, path: Path) -> Problem:
    if isinstance(error, TooLarge):
        sentence = _(
            "{path} is larger than any file that debrief writes, so it was not read. Put the right "
            "file there, or move this one away."
        )
    else:
        sentence = _(
            "{path} is not a file but a folder, a pipe or a device, so it was not read. Move it "
            "away, and put the right file there."
        )
    return Problem(sentence.format(path=path), EXIT_INPUT)


class Appender:
    """A file that only grows, and can be cut back. Not safe for use by two threads at once."""

    def __init__(self, system: System, handle: int, path: Path) -> None:
        self._system = system
        self._handle: int | None = handle
        self.path = path

    def _open(self) -> int:
        if self._handle is None:
            raise Problem(_("{path} is already closed.").format(path=self.path), EXIT_DISK)
        return self._handle

    @property
    def length(self) -> int:
        """The length of the file in bytes, a failed write included."""
        try:
            return self._system.length(self._open())
        except OSError as error:
            raise disk_problem(error, self.path) from error

    def append(self, data: bytes) -> None:
        """Write all of `data` at the end; after a Problem some of it may stand there."""
        left = memoryview(data)
        try:
            while left:
                left = left[self._system.write(self._open(), left) :]
        except OSError as error:
            raise disk_problem(error, self.path) from error

    def sync(self) -> None:
        """Return when everything appended is on the medium.

        After a Problem here nobody knows what is on the medium, and syncing again may lie: use a
        new file.
        """
        try:
            self._system.sync_data(self._open())
        except OSError as error:
            raise disk_problem(error, self.path) from error

    def truncate(self, length: int) -> None:
        """Cut the file to `length` bytes."""
        try:
            self._system.truncate(self._open(), length)
        except OSError as error:
            raise disk_problem(error, self.path) from error

    def close(self) -> None:
        """Give the file back; safe to call twice."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            with contextlib.suppress(OSError):  # what mattered was synced before
                self._system.close(handle)


class Disk:
    """The real disk. Tests give it a `System` of their own to make calls fail or vanish."""

    def __init__(self, system: System | None = None) -> None:
        self._system = system or System()

    def read(self, path: Path, limit: int | None = None) -> bytes:
        """Return the bytes of `path`, at most `limit` of them; raises Problem."""
        try:
            return self._system.read(path, limit)
        except OSError as error:
            raise disk_problem(error, path) from error

    def publish(self, path: Path, data: bytes, mode: int = 0o600, exclusive: bool = False) -> None:
        """Make `path` hold exactly `data`, or leave it as it was; durable when it returns.

        With `exclusive` an existing file is never replaced: AlreadyThere. Raises Problem.
        """
        temporary = path.with_name(f".{path.name[:200]}.{token(8)}{TEMPORARY}")
        try:
            self._write_new(temporary, data, mode)
            if exclusive:
                self._system.link(temporary, path)
                with contextlib.suppress(FileNotFoundError):  # a rename took it along
                    self._system.unlink(temporary)
            else:
                self._system.rename(temporary, path)
            self._system.sync_folder(path.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                self._system.unlink(temporary)
            if exclusive and isinstance(error, FileExistsError):
                sentence = _("{path} exists already and was left as it is.")
                raise AlreadyThere(sentence.format(path=path), EXIT_DISK) from error
            raise disk_problem(error, path) from error

    def _write_new(self, path: Path, data: bytes, mode: int) -> None:
        handle = self._system.open_new(path, mode)
        try:
            left = memoryview(data)
            while left:
                left = left[self._system.write(handle, left) :]
            self._system.sync(handle)
        finally:
            self._system.close(handle)

    def open_append(self, path: Path, mode: int = 0o600) -> Appender:
        """Return an appender for `path`, creating it durably if missing; raises Problem."""
        try:
            new = not self._system.exists(path)
            handle = self._system.open_append(path, mode)
            appender = Appender(self._system, handle, path)
        except OSError as error:
            raise disk_problem(error, path) from error
        try:
            if new:
                self._system.sync_folder(path.parent)
        except OSError as error:
            appender.close()
            raise disk_problem(error, path) from error
        return appender

    def unlink(self, path: Path) -> None:
        """Remove `path` durably; fine if it is not there. Raises Problem."""
        try:
            with contextlib.suppress(FileNotFoundError):
                self._system.unlink(path)
            if self._system.exists(path.parent):
                self._system.sync_folder(path.parent)
        except OSError as error:
            raise disk_problem(error, path) from error

    def confirm(self, folder: Path) -> None:
        """Make the names in the folder durable that a stopped program may have left unsynced.

        Published data is on the medium before it has a name, so nothing else needs to be.
        """
        try:
            self._system.sync_folder(folder)
        except OSError as error:
            raise disk_problem(error, folder) from error

    def sweep(self, folder: Path) -> None:
        """Remove half-written files that a crash left in the folder more than an hour ago.

        Younger ones may be somebody's at work. What cannot be removed is left.
        """
        with contextlib.suppress(OSError):
            for name in self._system.names(folder):
                path = folder / name
                if name.startswith(".") and name.endswith(TEMPORARY) and self._is_old(path):
                    self._system.unlink(path)

    def _is_old(self, path: Path) -> bool:
        return time.time() - self._system.modified(path) > _OLD_S

    def make_folder(self, path: Path, mode: int = 0o700) -> None:
        """Create `path` and the folders above it durably; fine if it is there. Raises Problem.

        Folders that are there may be so without being durable, because a stop or an error came
        before their sync: so all above are synced, but for those that are not ours to sync.
        """
        try:
            above = [path, *path.parents][:-1]
            missing = [folder for folder in above if not self.exists(folder)]
            for folder in reversed(above):
                if folder in missing:
                    with contextlib.suppress(FileExistsError):
                        self._system.make_folder(folder, mode)
                    self._system.sync_folder(folder.parent)
                else:
                    self._sync_ours(folder.parent)
        except OSError as error:
            raise disk_problem(error, path) from error

    def _sync_ours(self, folder: Path) -> None:
        try:
            self._system.sync_folder(folder)
        except OSError as error:
            if error.errno not in _NOT_OURS:
                raise

    def exists(self, path: Path) -> bool:
        """Tell whether something has this name; raises Problem when that cannot be known."""
        try:
            return self._system.exists(path)
        except OSError as error:
            raise disk_problem(error, path) from error

    def free(self, folder: Path) -> int | None:
        """Return how many bytes can still be written in the folder; None if nobody can tell."""
        try:
            return self._system.free(folder)
        except OSError:
            return None

    def list(self, path: Path) -> tuple[str, ...]:
        """Return the names in the folder, sorted; raises Problem."""
        try:
            return tuple(sorted(self._system.names(path)))
        except OSError as error:
            raise disk_problem(error, path) from error
