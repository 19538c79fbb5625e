"""Room that is set aside on the disk while a round runs, and given up when the disk is full."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from debrief.errors import Problem
from debrief.record.disk import Disk

NAME: Final = "reserve"
SIZE: Final = 1024 * 1024
"""Bytes set aside: the notes of a long round, typed again several times over."""
ROOM: Final = 4 * SIZE
"""Bytes that must be free for it to be made, so that it is not what fills the disk."""
LOOK_S: Final = 15.0
"""Seconds between two looks at whether it is there and there is room for it."""


class Reserve:
    """The file `reserve` in the folder of the live journals, at most one for all of them.

    For the thread of one journal; journals of other windows may have theirs on the same folder.
    `clock` counts seconds.
    """

    def __init__(
        self, disk: Disk, folder: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._disk, self._clock = disk, clock
        self._path = folder / NAME
        self._look_at = 0.0
        self._there = False

    def keep(self) -> bool:
        """Make the reserve if it is missing and there is room; tell whether it was there last.

        The disk is looked at once in a while only. What goes wrong is passed over: a round without
        a reserve is as safe, and is told as soon as the disk is full.
        """
        now = self._clock()
        if now >= self._look_at:
            self._look_at = now + LOOK_S
            self._there = False
            with suppress(Problem):
                self._there = self._disk.exists(self._path) or self._make()
        return self._there

    def _make(self) -> bool:
        free = self._disk.free(self._path.parent)
        if free is None or free < ROOM:
            return False
        # Random, so that a disk which compresses, or leaves zeros out, has to set the room aside.
        self._disk.publish(self._path, os.urandom(SIZE))
        return True

    def give(self) -> bool:
        """Give the room back to the disk, durably; tell whether there was any to give."""
        self._there, self._look_at = False, self._clock() + LOOK_S
        try:
            found = self._disk.exists(self._path)
            self._disk.unlink(self._path)
        except Problem:
            return False
        return found
