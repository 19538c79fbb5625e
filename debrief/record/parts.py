"""The files of one journal: its parts by name, which of them is the newest, and which may go.

Part 1 is `SESSION.journal`, part 2 and on `SESSION.N.journal`. A part holds everything that the
part it was made from held by then, so the newest is gone on from; but on another computer the older
one may have been written on.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from debrief.errors import EXIT_INPUT, Problem
from debrief.i18n import _
from debrief.record import owner as owners
from debrief.record.disk import Disk
from debrief.record.journalfile import HEAD, holds_nothing, read_owner, scan
from debrief.record.owner import Owner
from debrief.record.reserve import NAME as RESERVE
from debrief.text import is_id

if TYPE_CHECKING:
    from debrief.record.keys import Keys

_NAME: Final = re.compile(r"(?P<session>[a-z0-9-]+)(?:\.(?P<part>[2-9]|[1-9][0-9]+))?\.journal")
_COPY: Final = re.compile(r"(?P<session>[a-z0-9-]+)(?:\.[0-9]+)?\.journal\.corrupt[0-9]*")
_COMPUTER: Final = 100
"""Part numbers that a computer counts on through before it would meet those of another one."""


class Elsewhere(Problem):
    """A journal was written by another computer, the one called `host`."""

    def __init__(self, host: str) -> None:
        self.host = host
        sentence = _(
            "This round was last written on another computer, {host}, so nothing was changed here. "
            "Go on with it there, or take it over here."
        )
        super().__init__(sentence.format(host=host), EXIT_INPUT)


def journal_path(folder: Path, session_id: str, part: int = 1) -> Path:
    """Return the path of a session's journal; part 2 and on replace an earlier one."""
    if not is_id(session_id):
        raise ValueError(session_id)
    return folder / (f"{session_id}.journal" if part == 1 else f"{session_id}.{part}.journal")


def part_of(path: Path) -> tuple[str, int] | None:
    """Return the session and the number of the part with this path; None for other files."""
    found = _NAME.fullmatch(path.name)
    return (found["session"], int(found["part"] or 1)) if found else None


def number_of(path: Path) -> int:
    """Return the number of the part with this path; 1 for a file of another name."""
    named = part_of(path)
    return named[1] if named else 1


def taking_over(path: Path) -> Path:
    """Return the path of a part that takes over from the part `path` of another computer.

    Its number lies in a later hundred and is partly random, so that what that computer makes in
    the meantime, or a third one, has another name.
    """
    named = part_of(path)
    session, part = named if named else (path.stem, 1)
    begin = (part // _COMPUTER + 1) * _COMPUTER
    return journal_path(path.parent, session, begin + secrets.randbelow(_COMPUTER // 2))


def _all(disk: Disk, folders: Iterable[Path]) -> list[tuple[str, int, Path]]:
    return sorted(
        (*named, folder / name)
        for folder in folders
        for name in (disk.list(folder) if disk.exists(folder) else ())
        if (named := part_of(folder / name)) is not None
    )


def parts(disk: Disk, session_id: str, *folders: Path) -> tuple[Path, ...]:
    """Return every part of the session's journal in the folders, the newest last."""
    return tuple(path for session, _part, path in _all(disk, folders) if session == session_id)


def list_journals(disk: Disk, *folders: Path) -> tuple[Path, ...]:
    """Return the newest part of each session's journal in the folders, in order of session id.

    A folder that is not there has none. One in which nothing was ever saved, because a stop came
    before, is left out: there was no round.
    """
    newest_of = {session: path for session, _part, path in _all(disk, folders)}
    return tuple(path for path in newest_of.values() if not _unused(disk, path))


def _unused(disk: Disk, path: Path) -> bool:
    with suppress(Problem):  # whoever reads it is told why that can't be done
        return holds_nothing(disk.read(path, HEAD))
    return False


def newest(disk: Disk, path: Path, fallback: Path | None) -> Path:
    """Return the newest part of the journal that `path` is a part of, `path` if it has no name."""
    named = part_of(path)
    if named is None:
        return path
    folders = (path.parent,) if fallback is None else (path.parent, fallback)
    return (path, *parts(disk, named[0], *folders))[-1]


def damaged_copies(disk: Disk, folder: Path) -> dict[str, tuple[Path, ...]]:
    """Return, by session, the copies of damaged journals that were set aside in the folder."""
    found: dict[str, tuple[Path, ...]] = {}
    for name in disk.list(folder) if disk.exists(folder) else ():
        if copy := _COPY.fullmatch(name):
            found[copy["session"]] = (*found.get(copy["session"], ()), folder / name)
    return found


def free_copy(disk: Disk, path: Path) -> Path:
    """Return the first free name for a damaged copy of `path`."""
    number = 1
    while disk.exists(path.with_name(f"{path.name}.corrupt{'' if number == 1 else number}")):
        number += 1
    return path.with_name(f"{path.name}.corrupt{'' if number == 1 else number}")


def _foreign(disk: Disk, path: Path, here: Owner) -> str:
    """Return on which other computer the part was written; "" where here, or nobody can tell."""
    with suppress(Problem):  # one that cannot be read is of no more use to the other computer
        if owner := read_owner(disk.read(path, HEAD)):
            return owners.elsewhere(owner, here)
    return ""


def begun_elsewhere(disk: Disk, here: Owner, folder: Path, known: set[Path]) -> str:
    """Return what other computer than `here` has begun a part that is not `known`; "" if none has.

    Parts that were looked at become known; one that is only half here yet is looked at again.
    """
    for path in parts(disk, here.session, folder):
        if path in known or read_owner(disk.read(path, HEAD)) is None:
            continue
        known.add(path)
        if host := _foreign(disk, path, here):
            return host
    return ""


def apart(disk: Disk, found: Sequence[Path], chosen: Path, keys: Keys) -> tuple[Path, ...]:
    """Return those parts that hold something which the part `chosen` does not, or can't be read.

    There are none as long as one computer alone wrote them, whose parts hold all of the earlier
    ones. Raises Problem.
    """
    here = owners.this_owner("")
    if len(found) < 2 or not any(_foreign(disk, path, here) for path in found):
        return ()
    whole = scan(disk.read(chosen), keys, chosen)[0].payloads
    left = []
    for path in found:
        try:
            payloads = scan(disk.read(path), keys, path)[0].payloads
        except Problem:
            left.append(path)
            continue
        if payloads != whole[: len(payloads)]:
            left.append(path)
    return tuple(left)


def discard(disk: Disk, session_id: str, folders: Iterable[Path], keys: Keys | None = None) -> None:
    """Remove every part of the session's journal, and the reserve with the last; raises Problem.

    What another computer wrote is removed only when this one's newest part, which is taken for the
    one that was closed, holds all of it; without `keys`, which that takes to see, it stays. The
    newest goes last: should the program stop in between, no older state is left to go on from.
    """
    folders = tuple(folders)
    found = parts(disk, session_id, *folders)
    kept = _kept(disk, found, keys)
    for path in found:
        if path not in kept:
            disk.unlink(path)
    with suppress(Problem):  # it is of no more use, and does no harm
        for folder in folders:
            if disk.exists(folder / RESERVE) and not _all(disk, (folder,)):
                disk.unlink(folder / RESERVE)


def _kept(disk: Disk, found: Sequence[Path], keys: Keys | None) -> Sequence[Path]:
    here = owners.this_owner("")
    foreign = [path for path in found if _foreign(disk, path, here)]
    own = [path for path in found if path not in foreign]
    if not foreign:
        return ()
    if keys is not None:
        with suppress(Problem):
            return apart(disk, found, (own or found)[-1], keys)
    return foreign if own else ()
