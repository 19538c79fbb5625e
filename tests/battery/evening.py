"""A whole evening at a desk on a disk in memory: opened, written, closed, with all that belongs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from debrief.desk import Desk
from debrief.record import sessionfile, verify
from debrief.record.disk import Disk
from debrief.session import events as ev
from debrief.session.model import State
from debrief.workspace.places import Places
from tests.builders import Clock, people

from .pace import Pace
from .scenes import Scene, Step

AISHA = "c-aisha"
NOTES = 4
ALL = 100
"""Promised once the round is closed."""


def places(folder: Path) -> Places:
    return Places(folder / "workspace", folder / "config", folder / "state")


def said(number: int) -> str:
    return f"[{number}] Hun sov ikke. "


class Evening(Scene):
    """One round with one person, four additions to a note, and the close."""

    name = "an evening at the desk"

    def __init__(self, pace: Pace) -> None:
        super().__init__(pace)
        folder = pace.folder / "keys"
        self.given = frozenset(
            {(f"config/{path.name}", path.read_bytes()) for path in folder.iterdir()}
            | {("config", None)}
        )

    def steps(self, base: Path, disk: Disk) -> Iterator[Step]:
        (base / "state" / "locks").mkdir(parents=True, exist_ok=True)  # locks are real files
        (base / "workspace" / "sessions").mkdir(parents=True, exist_ok=True)
        self._desk = Desk(places(base), Clock(), disk, plugins=False)
        yield self._start
        for number in range(1, NOTES + 1):
            yield lambda n=number: self._write(n)  # type: ignore[misc]
        yield self._close

    def _start(self) -> int:
        setup = self._desk.setup(self._desk.protocol("stop5"), people("Aisha"), "da")
        self._live = self._desk.start(setup)
        return 0

    def _write(self, number: int) -> int:
        text = "".join(map(said, range(1, number + 1)))
        self._live.write(self._live.state.plan.key, AISHA, text)
        self.await_saved(self._live.settle)
        return number

    def _close(self) -> int:
        live = self._live
        if live.state.closed is None and AISHA not in live.state.follow_ups:
            live.do(ev.FollowUpAgreed(self._desk.clock(), AISHA, "not-needed"))
        self._desk.close(live, self._desk.draft(live))
        return ALL

    def good(self, folder: Path, promised: int) -> bool:
        desk = Desk(places(folder), Clock(), plugins=False)
        rounds = [one for one in desk.unfinished() if one.state is not None]
        counts = [_count(one.state) for one in rounds if one.state is not None]
        if promised == ALL and any(counts):
            return False
        for one in rounds:
            self._end(desk, one.id)
        texts = [
            "".join(block.get("notes", {}).values())
            for path in desk.places.sessions.glob("2*/*.toml")
            for block in sessionfile.open_private(path.read_bytes(), self.keys).values()
        ]
        wanted = "".join(map(said, range(1, min(promised, NOTES) + 1)))
        found = verify.verify_folder(Disk(), desk.places.sessions) if texts else ()
        kept = any(text.startswith(wanted) for text in texts) or promised == 0
        return kept and all(verdict.ok for verdict in found)

    @staticmethod
    def _end(desk: Desk, session: str) -> None:
        live = desk.resume(session)
        if AISHA not in live.state.follow_ups:
            live.do(ev.FollowUpAgreed(desk.clock(), AISHA, "not-needed"))
        desk.close(live, desk.draft(live))


def _count(state: State) -> int:
    return "".join(state.notes.values()).count("Hun sov ikke.")
