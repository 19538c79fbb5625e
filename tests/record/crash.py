"""A disk in memory that knows what a power cut may leave of it, at every single call.

What was synced stays. Of the rest, any part may be lost: names in any combination, data of a file
wholly, by half, or as zeros. Not even a synced file has a name before its folder was synced.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

from debrief.record.system import System

Tree = frozenset[tuple[str, bytes | None]]
"""What a power cut left: paths with content, None for a folder."""


class File:
    """Content as programs see it, and as it is on the medium."""

    def __init__(self) -> None:
        self.now = b""
        self.synced = b""

    def leftovers(self) -> set[bytes]:
        """Return everything that may be found after a power cut."""
        if self.now == self.synced:
            return {self.now}
        half = (len(self.now) + len(self.synced)) // 2
        zeros = self.now[: len(self.synced)] + b"\0" * (len(self.now) - len(self.synced))
        return {self.now, self.synced, self.now[:half], zeros}


class CrashSystem(System):
    """The calls, on memory. `before(name)` is called before each; `base` exists from the start."""

    def __init__(self, base: Path, broken: str = "") -> None:
        self.base = base
        self.broken = broken
        """A call that says it is done and does nothing: the fault a test must find."""
        self.before: Callable[[str], None] = lambda name: None
        self.open: dict[int, File] = {}
        self.now: dict[Path, File | None] = {base: None}
        self.synced: dict[Path, File | None] = {base: None}
        self.pending: list[tuple[Path, dict[Path, File | None], Path | None]] = []
        self.handles = itertools.count(3)

    def _change(
        self, folder: Path, adds: dict[Path, File | None], drops: Path | None = None
    ) -> None:
        self.pending.append((folder, adds, drops))
        self._apply(self.now, adds, drops)

    @staticmethod
    def _apply(
        names: dict[Path, File | None], adds: dict[Path, File | None], drops: Path | None
    ) -> None:
        names.update(adds)
        if drops is not None:
            names.pop(drops, None)

    def _handle(self, file: File) -> int:
        handle = next(self.handles)
        self.open[handle] = file
        return handle

    def _file(self, path: Path) -> File:
        file = self.now.get(path)
        if file is None:
            raise FileNotFoundError(2, "not there")
        return file

    def open_new(self, path: Path, mode: int) -> int:
        self.before("open_new")
        if path in self.now:
            raise FileExistsError(17, "there")
        file = File()
        self._change(path.parent, {path: file})
        return self._handle(file)

    def open_append(self, path: Path, mode: int) -> int:
        self.before("open_append")
        if path not in self.now:
            self._change(path.parent, {path: File()})
        return self._handle(self._file(path))

    def write(self, handle: int, data: bytes | memoryview) -> int:
        self.before("write")
        self.open[handle].now += bytes(data)
        return len(data)

    def length(self, handle: int) -> int:
        return len(self.open[handle].now)

    def truncate(self, handle: int, length: int) -> None:
        self.before("truncate")
        self.open[handle].now = self.open[handle].now[:length]

    def sync(self, handle: int) -> None:
        self.before("sync")
        if self.broken != "sync":
            self.open[handle].synced = self.open[handle].now

    def sync_data(self, handle: int) -> None:
        self.before("sync_data")
        if self.broken != "sync_data":
            self.open[handle].synced = self.open[handle].now

    def close(self, handle: int) -> None:
        del self.open[handle]

    def rename(self, source: Path, target: Path) -> None:
        self.before("rename")
        self._change(target.parent, {target: self._file(source)}, source)

    def link(self, source: Path, target: Path) -> None:
        self.before("link")
        if target in self.now:
            raise FileExistsError(17, "there")
        self._change(target.parent, {target: self._file(source)})

    def unlink(self, path: Path) -> None:
        self.before("unlink")
        self._file(path)
        self._change(path.parent, {}, path)

    def make_folder(self, path: Path, mode: int) -> None:
        self.before("make_folder")
        self._change(path.parent, {path: None})

    def sync_folder(self, path: Path) -> None:
        self.before("sync_folder")
        if self.broken == "sync_folder":
            return
        for change in [change for change in self.pending if change[0] == path]:
            self.pending.remove(change)
            self._apply(self.synced, change[1], change[2])

    def read(self, path: Path, limit: int | None) -> bytes:
        return self._file(path).now[:limit]

    def exists(self, path: Path) -> bool:
        return path in self.now or path in self.base.parents

    def modified(self, path: Path) -> float:
        return 0.0

    def names(self, path: Path) -> list[str]:
        return [name.name for name in self.now if name.parent == path and name != self.base]

    def leftovers(self) -> Iterator[Tree]:
        """Yield every tree that a power cut at this moment may leave."""
        for kept in itertools.product((True, False), repeat=len(self.pending)):
            names = dict(self.synced)
            for keep, (_folder, adds, drops) in zip(kept, self.pending, strict=True):
                if keep:
                    self._apply(names, adds, drops)
            there = [path for path in names if all(up in names for up in self._above(path))]
            files = {id(f): f for path in there if (f := names[path]) is not None}
            for contents in itertools.product(*(sorted(f.leftovers()) for f in files.values())):
                found = dict(zip(files, contents, strict=True))
                yield frozenset(
                    (
                        str(path.relative_to(self.base)),
                        None if (file := names[path]) is None else found[id(file)],
                    )
                    for path in there
                )

    def _above(self, path: Path) -> list[Path]:
        return [up for up in path.parents if up != self.base and self.base in up.parents]


def put(tree: Tree, folder: Path) -> None:
    """Write the tree into a real folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in sorted(tree, key=lambda entry: entry[0]):
        path = folder / name
        if content is None:
            path.mkdir(exist_ok=True)
        else:
            path.write_bytes(content)
