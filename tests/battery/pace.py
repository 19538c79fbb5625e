"""How thoroughly a battery runs, and where; and what it gives."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec

from debrief.record.disk import Disk
from debrief.record.keys import Keys

Thing = TypeVar("Thing")


class Pace:
    """`full` takes every state; otherwise a sample, always the same one for a seed.

    `share` makes the samples smaller.
    """

    def __init__(
        self, folder: Path, full: bool = False, seed: int = 20261121, share: float = 1
    ) -> None:
        self.folder = folder
        self.full = full
        self.share = share
        self.choose = random.Random(seed)

    @cached_property
    def keys(self) -> Keys:
        """Keys for what needs some."""
        return Keys.load_or_create(Disk(), self.folder / "keys")

    def some(self, of: Iterable[Thing], most: int, full_most: int = 10**9) -> Sequence[Thing]:
        """Return a sample of at most `most` in the same order; of at most `full_most` in full."""
        all_of = list(of)
        most = full_most if self.full else max(1, int(most * self.share))
        if len(all_of) <= most:
            return all_of
        places = sorted(self.choose.sample(range(len(all_of)), most))
        return [all_of[place] for place in places]

    @contextmanager
    def place(self) -> Iterator[Path]:
        """Give a fresh folder that goes again."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


States = Iterator[str]
"""One text for each state that was tried: empty, or what was wrong there."""


class Bug(msgspec.Struct, frozen=True):
    """A fault that is put into the program on purpose, for as long as the context lasts."""

    name: str
    plant: Callable[[], AbstractContextManager[object]]


class Battery(msgspec.Struct, frozen=True):
    """One kind of harm: every state of it, and the faults it must see."""

    name: str
    states: Callable[[Pace], States]
    bugs: tuple[Bug, ...] = ()
    missing: Callable[[], str] = str
    """Return why it cannot run here; empty when it can."""
