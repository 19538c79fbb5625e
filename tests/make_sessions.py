"""Hold the three fictional sessions in sessions/ again: `python -m tests.make_sessions`.

They are made by the program itself, round by round, with keys that are thrown away at once: their
sealed parts can't be opened by anybody.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from debrief import demo
from debrief.clock import utc_now
from debrief.desk import Desk
from debrief.workspace.places import Places

SESSIONS = Path(__file__).resolve().parents[1] / "sessions"


def main() -> None:
    """Replace the fictional sessions, their ledger and their signer."""
    for year in SESSIONS.glob("20*"):
        shutil.rmtree(year)
    for name in ("ledger.txt", "allowed_signers"):
        (SESSIONS / name).unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        clock = demo.ShiftClock(utc_now)
        places = Places(root / "workspace", root / "config", root / "state")
        for sealed in demo.held_sessions(Desk(places, clock), clock):
            print(sealed.path.relative_to(root))
        for path in places.sessions.rglob("*"):
            if path.is_file() and path.suffix in {".toml", ".txt", ""} and path.name[0] != ".":
                target = SESSIONS / path.relative_to(places.sessions)
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(path, target)


if __name__ == "__main__":
    main()
