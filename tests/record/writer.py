"""A process that writes a journal until it is killed, and prints what was saved."""

from __future__ import annotations

import sys
from pathlib import Path

from debrief.record.disk import Disk
from debrief.record.journal import Journal
from debrief.record.keys import Keys


def main(folder: Path) -> None:
    keys = Keys.load_or_create(Disk(), folder / "keys")
    path = folder / "s-1.journal"
    if path.exists():
        _recovered, journal = Journal.reopen(Disk(), path, keys)
    else:
        journal = Journal.create(Disk(), path, "s-1", keys)
    journal.on_saved = lambda number, at: print(number, flush=True)
    number = journal.saved
    while True:
        number += 1
        journal.append(b"event %d " % number + b"x" * (number % 200))
        if number % 50 == 0:
            journal.wait(number, 5)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
