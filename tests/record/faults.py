"""A system whose calls fail when told to, and which notes every call."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

from debrief.record.system import System


class FaultySystem(System):
    """The real calls; `fail[name]` is the error number for the next calls, `times` how many.

    `full_after` bytes no more is written: a full disk, with the short write before it.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.fail: dict[str, int] = {}
        self.times = 10**9
        self.full_after: int | None = None
        self.hold = threading.Event()
        self.hold.set()

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name in self.fail and self.times > 0:
            self.times -= 1
            raise OSError(self.fail[name], os.strerror(self.fail[name]))

    def open_new(self, path: Path, mode: int) -> int:
        self._call("open_new")
        return super().open_new(path, mode)

    def open_append(self, path: Path, mode: int) -> int:
        self._call("open_append")
        return super().open_append(path, mode)

    def write(self, handle: int, data: bytes | memoryview) -> int:
        self._call("write")
        if self.full_after is not None:
            data = data[: self.full_after]
            self.full_after -= len(data)
            if not data:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(handle, data)

    def truncate(self, handle: int, length: int) -> None:
        self._call("truncate")
        super().truncate(handle, length)

    def sync(self, handle: int) -> None:
        self._call("sync")
        super().sync(handle)

    def sync_data(self, handle: int) -> None:
        self.hold.wait(10)
        self._call("sync_data")
        super().sync_data(handle)

    def rename(self, source: Path, target: Path) -> None:
        self._call("rename")
        super().rename(source, target)

    def link(self, source: Path, target: Path) -> None:
        self._call("link")
        super().link(source, target)

    def unlink(self, path: Path) -> None:
        self._call("unlink")
        super().unlink(path)

    def make_folder(self, path: Path, mode: int) -> None:
        self._call("make_folder")
        super().make_folder(path, mode)

    def sync_folder(self, path: Path) -> None:
        self._call("sync_folder")
        super().sync_folder(path)

    def read(self, path: Path, limit: int | None) -> bytes:
        self._call("read")
        return super().read(path, limit)


def names(folder: Path) -> list[str]:
    """Return the names in the folder, sorted, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())
