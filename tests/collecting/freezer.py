"""A process that puts documents in an outbox, to be killed: `python -m tests.collecting.freezer
FOLDER RUN`. It makes a new one, gives every third up, and says a line for each."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from tests.collecting.test_series import Site, identity


def main() -> None:
    site = Site(Path(sys.argv[1]))
    for turn in itertools.count():
        session = f"s-{sys.argv[2]}-{turn}"
        site.close(session)
        if turn % 3 == 1:
            site.give_up(identity(site.name, session))
        print(turn, flush=True)


if __name__ == "__main__":
    main()
