"""Power cuts: every state that may be left, at every call of every piece of work."""

from __future__ import annotations

import itertools
from pathlib import Path
from unittest import mock

from debrief.record.disk import Disk
from tests.record.crash import Tree, put

from . import bugs
from .every import AGAIN, ALL_SCENES
from .machine import CHANGING, Machine, Pages
from .pace import Battery, Pace, States
from .scenes import Scene


class Watch:
    """Collects every tree that a power cut may leave, with the most that was promised by then."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.promised = 0
        self.trees: dict[Tree, int] = {}
        self.scene: Scene | None = None
        machine.before = self.before

    def before(self, name: str) -> None:
        """Look before each call that changes something."""
        if name in CHANGING:
            self.look()

    def look(self) -> None:
        for tree in self.machine.leftovers():
            self.trees[tree] = max(self.promised, self.trees.get(tree, 0))


def judged(
    scene: Scene,
    trees: dict[Tree, int],
    pace: Pace,
    most: int,
    about: str = "",
    full_most: int = 10**9,
) -> States:
    """Yield what is wrong with each of the trees, written into a real folder."""
    for tree, promised in pace.some(trees.items(), most, full_most):
        with pace.place() as folder:
            put(tree, folder)
            wrong = scene.wrong(folder, promised)
        yield f"{scene.name}{about}: {wrong}" if wrong else ""


def watched(scene: Scene, base: Path) -> Watch:
    """Play a scene that nothing disturbs and return all that power cuts may have left of it."""
    machine = Machine(base, scene.given)
    watch = Watch(machine)
    for step in scene.steps(base, Disk(machine)):
        watch.promised = step()
        watch.look()
    watch.look()
    return watch


def states(
    pace: Pace,
    of: tuple[type[Scene], ...] = ALL_SCENES,
    most: int = 30,
    about: str = "",
) -> States:
    for kind in of:
        scene = kind(pace)
        with pace.place() as base:
            watch = watched(scene, base)
        yield from judged(scene, watch.trees, pace, most, about)


BATTERY = Battery(
    "power cut at every call",
    states,
    (bugs.NO_SYNC, bugs.NO_SYNC_BEFORE_NAME, bugs.NO_FOLDER_SYNC, bugs.HASTY_ERASE),
)


class _Killed(BaseException):
    """The program ends here and now."""


def killed_and_again(kind: type[Scene], pace: Pace, base: Path, at: int) -> Watch | None:
    """Kill a scene before call `at`, play it again in full, and return what a power cut leaves.

    None when it has no so many calls.
    """
    scene = kind(pace)
    machine = Machine(base, scene.given)
    calls = itertools.count()

    def kill(name: str) -> None:
        if name in CHANGING and next(calls) == at:
            raise _Killed

    machine.before = kill
    try:
        for step in scene.steps(base, Disk(machine)):
            step()
    except _Killed:
        machine.before = lambda name: None
        watch = Watch(machine)
        machine.before = lambda name: None
        for step in scene.steps(base, Disk(machine)):
            watch.promised = step()
        watch.scene = scene
        watch.look()
        return watch
    return None


def _changes(scene: Scene, base: Path) -> int:
    """Return how many calls of a scene change something."""
    machine = Machine(base, scene.given)
    names: list[str] = []
    machine.before = names.append
    for step in scene.steps(base, Disk(machine)):
        step()
    return sum(name in CHANGING for name in names)


def again(pace: Pace) -> States:
    """Killed at every call, then done again, then a power cut."""
    for kind in AGAIN:
        with pace.place() as base:
            count = _changes(kind(pace), base)
        for at in pace.some(range(count), 8):
            with pace.place() as base:
                watch = killed_and_again(kind, pace, base, at)
            if watch is None or watch.scene is None:
                yield f"{kind.name}: not killed at call {at}"
                continue
            yield from judged(watch.scene, watch.trees, pace, 4, f", killed at call {at}")


def in_any_order(pace: Pace) -> States:
    """Also what is left where the later part of something added is on the medium alone."""
    with mock.patch.object(Pages, "any_order", True):
        yield from states(pace, most=45, about=", later bytes first")


OUT_OF_ORDER = Battery("power cut, later bytes first", in_any_order, (bugs.NO_SYNC,))
KILLED = Battery(
    "killed, done again, power cut", again, (bugs.NO_SYNC_BEFORE_NAME, bugs.NO_FOLDER_SYNC)
)
