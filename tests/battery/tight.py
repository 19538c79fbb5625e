"""A process that holds a round on a real small disk which it mounts, and gets more room for it.

Run by `smalldisk` with mounts of its own. Prints what is wrong, or nothing.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from debrief.clock import utc_now
from debrief.desk import Desk
from debrief.errors import Problem
from debrief.live import Live
from debrief.record import sessionfile, verify
from debrief.record.disk import Disk
from debrief.record.journal import Journal, list_journals
from debrief.session import events as ev
from tests.builders import people

from . import bugs
from .evening import AISHA, places

PIECE_KB = 4
PIECE = "Opkaldet blev ved med at køre i hovedet. " * 100


class Tight:
    """A round on a disk of so many kilobytes."""

    def __init__(self, folder: Path, kilobytes: int) -> None:
        self.folder = folder
        self.refused = 0
        self._mount(f"size={kilobytes}k")

    def _mount(self, options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder)]
        subprocess.run(command, check=True)

    def room(self) -> None:
        """Make the disk large enough for everything."""
        self.refused += 1
        self._mount("remount,size=64m")

    def insist(self, step: str) -> object:
        """Do a step; when it is refused, once more with room."""
        try:
            return getattr(self, step)()
        except Problem:
            self.room()
            return getattr(self, step)()

    def start(self) -> Live:
        self.desk = Desk(places(self.folder), utc_now, plugins=False)
        setup = self.desk.setup(self.desk.protocol("stop5"), people("Aisha"), "da")
        self.live = self.desk.start(setup)
        return self.live

    def write(self, until: int) -> None:
        """Write so many pieces; when the disk refuses, make room and wait for it."""
        news = threading.Event()
        troubles: list[str] = []

        def heard(trouble: str) -> None:
            if trouble:
                troubles.append(trouble)
            news.set()

        self.live.on_disk = heard
        phase = self.live.state.plan.key
        for _number in range(until):
            self.live.write(phase, AISHA, self.live.state.note(phase, AISHA) + PIECE)
            while not self.live.saved.everything:
                news.wait(1)
                news.clear()
                if troubles:
                    troubles.clear()
                    self.room()

    def recorded(self) -> bool:
        """Tell whether the journal on the disk holds all that was said to be saved."""
        (path,) = list_journals(Disk(), self.desk.places.live)
        found = Journal.recover(Disk(), path, self.desk.keys)
        return len(found.payloads) == self.live.journal.saved and found.damage is None

    def close(self) -> None:
        if AISHA not in self.live.state.follow_ups:
            self.live.do(ev.FollowUpAgreed(self.desk.clock(), AISHA, "not-needed"))
        self.desk.close(self.live, self.desk.draft(self.live))

    def wrong(self) -> str:
        desk = Desk(places(self.folder), utc_now, plugins=False)
        if desk.unfinished():
            return "the round is still open"
        found = verify.verify_folder(Disk(), desk.places.sessions)
        if len(found) != 2 or not all(verdict.ok for verdict in found):
            return "verify finds something"
        (path,) = desk.places.sessions.glob("2*/*.toml")
        private = sessionfile.open_private(path.read_bytes(), desk.keys)
        notes = "".join("".join(block.get("notes", {}).values()) for block in private.values())
        wanted = self.live.state.note(self.live.state.setup.phases[0].key, AISHA)
        return "" if notes == wanted else "not all of the note is there"


def main(folder: Path, size_kb: int, written_kb: int, bug: str = "") -> None:
    if bug:
        bugs.HALF_STAYS.plant().__enter__()
    tight = Tight(folder, size_kb)
    tight.insist("start")
    tight.write(max(1, written_kb // PIECE_KB))
    wrong = "" if tight.recorded() else "the journal does not hold what was saved"
    tight.insist("close")
    print("refused" if tight.refused else "fitted", wrong or tight.wrong())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
