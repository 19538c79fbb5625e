"""A full disk: after every byte written, with a short write before it; then there is room again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from unittest import mock

from debrief.errors import Problem
from debrief.record import journal
from debrief.record.disk import Disk
from tests.record.crash import Tree

from . import bugs
from .every import ALL_SCENES
from .machine import Machine
from .pace import Battery, Pace, States
from .powercut import judged
from .scenes import Scene

MOST: Final = 1500
"""Of work that writes more bytes than this, a sample of them is tried also in full."""


class Filling:
    """A disk that takes `room` bytes, refuses two writes, and then has room again."""

    def __init__(self, machine: Machine, room: int) -> None:
        self.machine = machine
        self.promised = 0
        self.refused = 0
        self.trees: dict[Tree, int] = {}
        machine.room = room
        machine.on_full = self._full

    def _full(self) -> None:
        self.refused += 1
        self.look(self.machine.as_seen())
        if self.refused == 2:
            self.machine.room = None

    def look(self, tree: Tree) -> None:
        self.trees[tree] = max(self.promised, self.trees.get(tree, 0))


Writes = list[tuple[int, int]]


def play(scene: Scene, base: Path, room: int) -> tuple[str, dict[Tree, int], Writes]:
    """Return what went wrong, what was on the disk while it was full and at the end, and writes."""
    machine = Machine(base, scene.given)
    filling = Filling(machine, room)
    wrong = ""
    try:
        for step in scene.steps(base, Disk(machine)):
            for _attempt in range(4):
                try:
                    filling.promised = step()
                    break
                except Problem as problem:
                    wrong = "" if str(problem) else "a Problem without a sentence"
            else:
                wrong = "still refused although there was room again"
    except Exception as error:  # noqa: BLE001 - nothing but a Problem may come out
        wrong = f"{type(error).__name__} came out"
    machine.room = None
    for tree in machine.leftovers():
        filling.look(tree)
    return wrong, filling.trees, machine.writes


def _rooms(writes: Writes, full: bool) -> Sequence[int]:
    """Return how much room to leave: every byte, or around and in each write."""
    if full:
        return range(sum(length for _start, length in writes))
    some = {start + at for start, length in writes for at in (0, 1, length // 2, length - 1)}
    return sorted(some)


def states(pace: Pace, of: tuple[type[Scene], ...] = ALL_SCENES, most: int = 8) -> States:
    with mock.patch.object(journal, "_FIRST_WAIT", 0.001):
        for kind in of:
            with pace.place() as base:
                _wrong, _trees, writes = play(kind(pace), base, 10**9)
            for room in pace.some(_rooms(writes, pace.full), most, MOST):
                scene = kind(pace)
                with pace.place() as base:
                    wrong, trees, _writes = play(scene, base, room)
                about = f", full after {room} bytes"
                yield f"{scene.name}{about}: {wrong}" if wrong else ""
                yield from judged(scene, trees, pace, 3, about, 3)


BATTERY = Battery("disk full at every byte", states, (bugs.HALF_STAYS, bugs.NO_SYNC))
