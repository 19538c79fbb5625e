"""What stands around a journal that is being written: room on the disk, and other computers."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from debrief.errors import EXIT_DISK, Problem
from debrief.i18n import _
from debrief.record import owner as owners
from debrief.record.disk import Disk
from debrief.record.parts import begun_elsewhere
from debrief.record.reserve import Reserve


class Around:
    """For the thread of one journal. Nothing here raises.

    `known` are the parts of the journal that were there when it was opened.
    """

    def __init__(
        self, disk: Disk, session_id: str, reserve: Reserve | None, known: Iterable[Path]
    ) -> None:
        self._disk, self._here = disk, owners.this_owner(session_id)
        self._reserve, self._known = reserve, set(known)
        self._low = False
        self._host = ""

    def settle(self) -> None:
        """Set room aside before the first record is written."""
        if self._reserve is not None:
            self._reserve.keep()

    def give_room(self) -> bool:
        """Give up what was set aside; tell whether that made room."""
        return self._reserve is not None and self._reserve.give()

    def was_full(self) -> None:
        """Note that the room which was given up has been used."""
        self._low = True

    def look(self, path: Path) -> Iterable[Problem]:
        """See to everything after a save to `path`; return what a person must know as it stands."""
        if self._reserve is not None and self._reserve.keep():
            self._low = False
        with suppress(Problem):  # it is looked for again after the next save
            found = begun_elsewhere(self._disk, self._here, path.parent, self._known)
            self._host = found or self._host
        if self._low:
            yield _full()
        if self._host:
            yield _taken(self._host, path)


def _full() -> Problem:
    return Problem(
        _(
            "The disk is full. What you wrote is kept, from room that was set aside for this; "
            "free some space now, before that room is used up too."
        ),
        EXIT_DISK,
    )


def _taken(host: str, path: Path) -> Problem:
    sentence = _(
        "This round was taken over on another computer, {host}. What you write here is kept in "
        "{path} but does not come there: go on at one of the two, and carry over what is missing."
    )
    return Problem(sentence.format(host=host, path=path))
