"""The operating system calls behind `Disk`: one method each, so that tests can stand in for any."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from pathlib import Path
from typing import Final

_WINDOWS: Final = sys.platform == "win32"
_BINARY: Final = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINKS: Final = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS)


LARGEST: Final = 128 * 1024 * 1024
"""Bytes of the largest file that is read: more than the ledger of a hundred years."""


class NotAFile(OSError):
    """What should be read is a folder, a pipe or a device."""


class TooLarge(OSError):
    """What should be read is larger than LARGEST."""


class System:
    """Plain calls; every method raises OSError and none retries. File handles are descriptors."""

    def open_new(self, path: Path, mode: int) -> int:
        """Create `path`, which must not exist, and return a handle to write it."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)

    def open_append(self, path: Path, mode: int) -> int:
        """Return a handle that writes at the end of `path`, creating it if missing."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | _BINARY, mode)

    def write(self, handle: int, data: bytes | memoryview) -> int:
        """Write what can be written and return how many bytes that was."""
        return os.write(handle, data)

    def length(self, handle: int) -> int:
        """Return the length of the open file in bytes."""
        return os.fstat(handle).st_size

    def truncate(self, handle: int, length: int) -> None:
        """Cut the open file to `length` bytes."""
        os.ftruncate(handle, length)

    def sync(self, handle: int) -> None:
        """Return when the data is on the medium (F_FULLFSYNC on macOS, where fsync is not that)."""
        if sys.platform == "darwin":
            import fcntl

            with contextlib.suppress(OSError):  # not every file system there knows it
                fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
                return
        os.fsync(handle)

    def sync_data(self, handle: int) -> None:
        """Like `sync`, without waiting for times and other metadata where the system allows."""
        if hasattr(os, "fdatasync"):
            os.fdatasync(handle)
        else:
            self.sync(handle)

    def close(self, handle: int) -> None:
        """Give the handle back."""
        os.close(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Put `source` in the place of `target`, atomically."""
        source.replace(target)

    def link(self, source: Path, target: Path) -> None:
        """Give `source` its final name `target`; raises FileExistsError if that is taken.

        On file systems without hard links it is renamed after a look, which another program
        could slip past; the callers hold a lock of their own.
        """
        try:
            os.link(source, target)
        except FileExistsError:
            raise
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if target.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
            source.rename(target)

    def unlink(self, path: Path) -> None:
        """Remove the name `path`."""
        path.unlink()

    def make_folder(self, path: Path, mode: int) -> None:
        """Create one folder; its parent must exist."""
        path.mkdir(mode)

    def sync_folder(self, path: Path) -> None:
        """Return when the names in the folder are on the medium; Windows has no such call."""
        if _WINDOWS:
            return
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _BINARY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def read(self, path: Path, limit: int | None) -> bytes:
        """Return the bytes of the file `path`, at most `limit` of them.

        Raises NotAFile for what could keep the reader waiting, and TooLarge where there is no
        limit.
        """
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise NotAFile(errno.EINVAL, os.strerror(errno.EINVAL))
            if limit is None and found.st_size > LARGEST:
                raise TooLarge(errno.EFBIG, os.strerror(errno.EFBIG))
            return file.read(LARGEST if limit is None else limit)

    def exists(self, path: Path) -> bool:
        """Tell whether something has this name."""
        return path.exists()

    def modified(self, path: Path) -> float:
        """Return when the file was last written, in seconds since the epoch."""
        return path.stat().st_mtime

    def free(self, path: Path) -> int | None:
        """Return how many bytes this user may still write beside `path`; None if it does not say.

        What a quota leaves is not always in it.
        """
        if hasattr(os, "statvfs"):
            found = os.statvfs(path)
            return found.f_bavail * found.f_frsize if found.f_blocks else None
        import shutil

        return shutil.disk_usage(path).free

    def names(self, path: Path) -> list[str]:
        """Return the names in the folder, in no order."""
        return os.listdir(path)  # noqa: PTH208 - names are wanted, not paths
