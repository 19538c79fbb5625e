"""The disk in memory, which can also refuse calls, run full, and forget what it refused to keep."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import ClassVar, Final

from tests.record.crash import CrashSystem, File, Tree

CHANGING: Final = frozenset(
    {"open_new", "open_append", "write", "truncate", "sync", "sync_data", "rename", "link"}
    | {"unlink", "make_folder", "sync_folder"}
)
"""The calls that change something, so that what a power cut leaves is another thing after them."""


MOST_NAMES: Final = 6
"""Of so many unsynced names every combination is tried."""


class Pages(File):
    """A file whose pages count as clean once syncing them has failed, wherever they are.

    That is how Linux does it: syncing again then succeeds, and has written nothing.
    """

    any_order: ClassVar[bool] = False
    """Whether the later half of what was added may reach the medium without the earlier one."""

    def __init__(self, content: bytes = b"") -> None:
        super().__init__()
        self.now = self.synced = content
        self.doubtful: list[tuple[int, int]] = []

    def refused(self) -> None:
        """Note that a sync failed: what was not on the medium by then may never get there."""
        pairs = zip(self.now, self.synced, strict=False)
        same = next((at for at, (new, old) in enumerate(pairs) if new != old), None)
        start = min(len(self.now), len(self.synced)) if same is None else same
        if start < len(self.now):
            self.doubtful.append((start, len(self.now)))

    def cut(self, length: int) -> None:
        """Cut to `length`; what is written there from now on is in fresh pages."""
        self.now = self.now[:length]
        self.doubtful = [(a, min(z, length)) for a, z in self.doubtful if a < length]

    def leftovers(self) -> set[bytes]:
        found = super().leftovers()
        new, old = self.now, len(self.synced)
        if self.any_order and len(new) > old + 1:
            middle = (old + len(new)) // 2
            found.add(new[:old] + b"\0" * (middle - old) + new[middle:])
        for start, end in self.doubtful:
            holed = {data[:start] + b"\0" * (end - start) + data[end:] for data in found}
            found |= {data for data in holed if len(data) >= end}
        return found


class Machine(CrashSystem):
    """One computer's disk. `given` is on it from the start.

    `before(name)` and `after(name)` are called around each call and may raise OSError. With `room`,
    so many bytes more are taken.
    """

    fault: ClassVar[str] = ""
    """A call that says it is done and does nothing, where none is named: see `bugs`."""

    def __init__(self, base: Path, given: Iterable[tuple[str, bytes | None]] = ()) -> None:
        super().__init__(base, self.fault)
        self.after: Callable[[str], None] = lambda name: None
        self.room: int | None = None
        self.on_full: Callable[[], None] = lambda: None
        """Called before a write is refused for want of room."""
        self.written = 0
        self.writes: list[tuple[int, int]] = []
        """Where each write began, counted over all of them, and how long it was."""
        for name, content in sorted(given):
            file = None if content is None else Pages(content)
            self.now[base / name] = self.synced[base / name] = file

    def _pages(self, handle: int) -> Pages:
        file = self.open[handle]
        assert isinstance(file, Pages)
        return file

    def open_new(self, path: Path, mode: int) -> int:
        self.before("open_new")
        if path in self.now:
            raise FileExistsError(errno.EEXIST, "there")
        self._change(path.parent, {path: Pages()})
        return self._handle(self._file(path))

    def open_append(self, path: Path, mode: int) -> int:
        self.before("open_append")
        if path not in self.now:
            self._change(path.parent, {path: Pages()})
        return self._handle(self._file(path))

    def write(self, handle: int, data: bytes | memoryview) -> int:
        if self.room is not None:
            data = data[: self.room]
            if not data:
                self.on_full()
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self.room -= len(data)
        self.writes.append((self.written, len(data)))
        self.written += len(data)
        return super().write(handle, data)

    def truncate(self, handle: int, length: int) -> None:
        self.before("truncate")
        self._pages(handle).cut(length)

    def sync(self, handle: int) -> None:
        try:
            super().sync(handle)
        except OSError:
            self._pages(handle).refused()
            raise

    def sync_data(self, handle: int) -> None:
        try:
            super().sync_data(handle)
        except OSError:
            self._pages(handle).refused()
            raise

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self.after("rename")

    def link(self, source: Path, target: Path) -> None:
        super().link(source, target)
        self.after("link")

    def unlink(self, path: Path) -> None:
        super().unlink(path)
        self.after("unlink")

    def make_folder(self, path: Path, mode: int) -> None:
        if path in self.now:
            raise FileExistsError(errno.EEXIST, "there")
        super().make_folder(path, mode)
        self.after("make_folder")

    def read(self, path: Path, limit: int | None) -> bytes:
        self.before("read")
        return super().read(path, limit)

    def exists(self, path: Path) -> bool:
        self.before("exists")
        return super().exists(path)

    def names(self, path: Path) -> list[str]:
        self.before("names")
        if self.now.get(path, File()) is not None and path != self.base:
            raise FileNotFoundError(errno.ENOENT, "not there")
        return super().names(path)

    def leftovers(self) -> Iterator[Tree]:
        """Yield every tree a power cut may leave; of many names unsynced, the older all or none."""
        pending, synced = self.pending, self.synced
        older, recent = pending[:-MOST_NAMES], pending[-MOST_NAMES:]
        for keep in (True, False) if older else (False,):
            self.pending, self.synced = recent, dict(synced)
            for _folder, adds, drops in older if keep else ():
                self._apply(self.synced, adds, drops)
            found = list(super().leftovers())
            self.pending, self.synced = pending, synced
            yield from found

    def as_seen(self) -> Tree:
        """Return what programs see now: what is left when only the program is killed."""
        return frozenset(
            (str(path.relative_to(self.base)), None if file is None else file.now)
            for path, file in self.now.items()
            if path != self.base
        )


def tree_of(folder: Path) -> Tree:
    """Return what is in a real folder, lock files aside."""
    return frozenset(
        (str(path.relative_to(folder)), None if path.is_dir() else path.read_bytes())
        for path in folder.rglob("*")
        if not path.name.endswith(".lock")
    )
