"""Disk errors: every call refused once, twice, or for good; then on; then a power cut."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from unittest import mock

import msgspec

from debrief.errors import Problem
from debrief.record import journal
from debrief.record.disk import Disk
from tests.record.crash import Tree

from . import bugs
from .every import ALL_SCENES, SCENES
from .machine import Machine
from .pace import Battery, Pace, States
from .powercut import judged
from .scenes import GoingOn, Scene

ERRORS: Final = (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
LATE: Final = frozenset({"rename", "link", "unlink", "make_folder"})
"""Calls that may do their work although the answer is an error, as on a network disk."""
FOR_GOOD: Final = 10**9


class Refusal(msgspec.Struct, frozen=True):
    """The call that is refused (from 0), with which error, how many calls from there on."""

    at: int
    number: int
    times: int = 1
    late: bool = False


class Refusing:
    """Counts the calls of a machine and refuses as planned."""

    def __init__(self, machine: Machine, plan: Refusal) -> None:
        self.names: list[str] = []
        self.plan = plan
        self.told = 0
        machine.before = self.before
        machine.after = self.after

    @property
    def here(self) -> bool:
        since = len(self.names) - 1 - self.plan.at
        return 0 <= since < self.plan.times

    def before(self, name: str) -> None:
        self.names.append(name)
        if self.here and not self.plan.late:
            raise OSError(self.plan.number, os.strerror(self.plan.number))

    def after(self, name: str) -> None:
        if self.here and self.plan.late:
            raise OSError(self.plan.number, os.strerror(self.plan.number))

    def hopeless(self) -> bool:
        return self.here and self.plan.times == FOR_GOOD


def play(scene: Scene, base: Path, plan: Refusal) -> tuple[str, dict[Tree, int], list[str]]:
    """Return what went wrong while it was played, what a power cut then leaves, and the calls."""
    machine = Machine(base, scene.given)
    refusing = Refusing(machine, plan)
    scene.hopeless = refusing.hopeless
    promised, wrong = 0, ""
    trees: dict[Tree, int] = {}
    try:
        for step in scene.steps(base, Disk(machine)):
            for attempt in range(4):
                try:
                    promised = step()
                    break
                except Problem as problem:
                    wrong = "" if str(problem) else "a Problem without a sentence"
                    if plan.times == FOR_GOOD:
                        raise
                    if attempt == 3:
                        wrong = f"refused for good: {problem}"
            if plan.at < len(refusing.names) and not trees:  # before what comes can mend it
                trees = dict.fromkeys(machine.leftovers(), promised)
    except Problem:
        pass
    except Exception as error:  # noqa: BLE001 - nothing but a Problem may come out
        wrong = f"{type(error).__name__} came out"
    machine.before = machine.after = lambda name: None
    trees |= dict.fromkeys(machine.leftovers(), promised)
    return wrong, trees | {machine.as_seen(): promised}, refusing.names


def _plans(calls: list[str], times: int) -> Iterator[Refusal]:
    for at, name in enumerate(calls):
        for number in ERRORS if times == 1 else ERRORS[:2]:
            yield Refusal(at, number, times)
            if name in LATE and times == 1:
                yield Refusal(at, number, late=True)


def _chosen(pace: Pace, plans: Iterable[Refusal], calls: list[str], most: int) -> list[Refusal]:
    """Return a sample in which every kind of call is refused, or all in full."""
    kinds: dict[tuple[str, bool], list[Refusal]] = {}
    for plan in plans:
        kinds.setdefault((calls[plan.at], plan.late), []).append(plan)
    return [plan for some in kinds.values() for plan in pace.some(some, most)]


def states(pace: Pace, of: tuple[type[Scene], ...], times: int, most: int) -> States:
    with mock.patch.object(journal, "_FIRST_WAIT", 0.001):
        for kind in of:
            with pace.place() as base:
                _wrong, _trees, calls = play(kind(pace), base, Refusal(-1, 0))
            for plan in _chosen(pace, _plans(calls, times), calls, most):
                scene = kind(pace)
                with pace.place() as base:
                    wrong, trees, _calls = play(scene, base, plan)
                about = f", {calls[plan.at]} (call {plan.at}) {errno.errorcode[plan.number]}"
                about += " after the fact" if plan.late else ""
                about += " and the next" if plan.times == 2 else ""
                yield f"{scene.name}{about}: {wrong}" if wrong else ""
                yield from judged(scene, trees, pace, 4, about, 12)


ONCE = Battery(
    "a disk error at every call",
    lambda pace: states(pace, ALL_SCENES, 1, 1),
    (bugs.SYNC_AGAIN, bugs.RAW_ERROR),
)
TWICE = Battery(
    "two errors in a row",
    lambda pace: states(pace, SCENES, 2, 1),
    (bugs.NO_SYNC,),
)
FOREVER = Battery(
    "the disk goes for good",
    lambda pace: states(pace, SCENES, FOR_GOOD, 1),
    (bugs.NO_SYNC,),
)
AFTER_A_KILL = Battery(
    "killed before a sync, then an error",
    lambda pace: states(pace, (GoingOn,), 1, 3),
    (bugs.NO_SYNC,),
)
