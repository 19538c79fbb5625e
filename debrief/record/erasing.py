"""Erasing sealed blocks, and removing files whose time is up: what is promised is carried out.

The ledger says first what is going, and then that it is gone. Whatever stops between the two is
found by `finish` and rolls forward; nothing is ever put back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final, Literal

from debrief.errors import EXIT_FOUND, Problem
from debrief.i18n import _
from debrief.record import beside, ledger, sessionfile, signers, verify
from debrief.record import blocks as layout
from debrief.record.disk import Disk

Reason = Literal["request", "mistake", "expired"]
REASONS: Final[tuple[Reason, ...]] = ("request", "mistake", "expired")
"""Why a block goes: the person asked, it should not have been kept, its time was up."""


def erase(
    disk: Disk, folder: Path, session: str, owners: Collection[str], reason: Reason
) -> tuple[str, ...]:
    """Erase the private blocks of `owners` (pseudonyms, or `round`) durably.

    What the files beside the session say of them goes too. Returns those of whom something was
    there and is gone now; one that was erased before is passed over. Raises Problem: when a file or
    the ledger is not whole, nothing is erased.
    """
    with ledger.folder_lock(folder):
        _carry_out(disk, folder)
        going = []
        for one in (session, *beside.of(disk, folder, session)):
            blocks = _whole(disk, folder, sessionfile.path_for(folder, one))
            going += [(one, owner) for owner in owners if f"private.{owner}" in blocks]
        for one, owner in going:
            event = {"event": "erase", "session": one, "key": f"private.{owner}"}
            ledger.append_locked(disk, folder, event | {"reason": reason})
        _carry_out(disk, folder)
    gone = {owner for _one, owner in going}
    return tuple(owner for owner in owners if owner in gone)


def remove(disk: Disk, folder: Path, session: str) -> None:
    """Remove a session file whose time is up, and those beside it; the ledger keeps their roots.

    Raises Problem.
    """
    with ledger.folder_lock(folder):
        for one in (*beside.of(disk, folder, session), session):
            ledger.append_locked(disk, folder, {"event": "expire", "session": one})
        _carry_out(disk, folder)
        disk.unlink(sessionfile.path_for(folder, session))  # durably, if it had gone before


def finish(disk: Disk, folder: Path) -> int:
    """Carry out what the ledger promised and a stop left undone; return how much that was.

    Raises Problem when the disk refuses; the promise stands and is tried again.
    """
    path = folder / ledger.NAME
    open_ends = disk.exists(path) and (
        [*_promised(_lines(disk, folder), folder, disk)] or beside.unlisted(disk, folder)
    )
    if not open_ends:
        return 0
    with ledger.folder_lock(folder):
        return _carry_out(disk, folder)


def _lines(disk: Disk, folder: Path) -> tuple[ledger.Line, ...]:
    path = folder / ledger.NAME
    return ledger.lines(disk.read(path)) if disk.exists(path) else ()


def _promised(
    lines: Iterable[ledger.Line], folder: Path, disk: Disk
) -> Iterator[tuple[ledger.Line, Path]]:
    """Yield each line that promises what is not done yet, with the file it is about."""
    lines = tuple(lines)
    done = {(line.session, line.fields.get("key")) for line in lines if line.event == "erased"}
    expired = {line.session for line in lines if line.event == "expire"}
    for line in lines:
        try:
            path = sessionfile.path_for(folder, line.session)
        except ValueError:  # no session of ours is named so
            continue
        if (line.event == "expire" and disk.exists(path)) or (
            line.event == "erase"
            and not (line.session in expired or (line.session, line.fields.get("key")) in done)
        ):
            yield line, path


def _carry_out(disk: Disk, folder: Path) -> int:
    """Do what is promised; the caller holds the folder's lock."""
    ledger.mend_locked(disk, folder)
    count = beside.finish_locked(disk, folder)
    for line, path in [*_promised(_lines(disk, folder), folder, disk)]:
        disk.confirm(folder)  # a stop may have left the promise without being durable
        if line.event == "expire":
            disk.unlink(path)
        else:
            _stub(disk, folder, path, line)
        count += 1
    return count


def _stub(disk: Disk, folder: Path, path: Path, line: ledger.Line) -> None:
    """Put the stub in the file, and say in the ledger what the file is from now on."""
    data = disk.read(path)
    wanted = verify.stubs((line,), line.session)
    blocks = sessionfile.parts(data, path.name)
    bodies = b"".join(wanted.get(block.name, block.data) for block in blocks)
    new = data[: len(data) - sum(len(block.data) for block in blocks)] + bodies
    if new != data:
        disk.publish(path, new)
    else:
        disk.confirm(path.parent)
    closed = ledger.latest(_lines(disk, folder), line.session)
    event = {
        "event": "erased",
        "session": line.session,
        "key": line.fields["key"],
        "file": hashlib.sha256(new).hexdigest(),
        "root": layout.read_seal(blocks[-1]).root,
        "signer": closed.fields.get("signer", "") if closed is not None else "",
    }
    ledger.append_locked(disk, folder, event)


def _whole(disk: Disk, folder: Path, path: Path) -> frozenset[str]:
    """Return the names of the blocks that are not erased yet; raises Problem unless all is whole.

    Erasing from a changed file would cover the change up.
    """
    data = disk.read(path)
    name = f"{path.parent.name}/{path.name}"
    book = disk.read(folder / ledger.NAME) if disk.exists(folder / ledger.NAME) else b""
    allowed = signers.read(disk.read(folder / signers.NAME))
    verdict = verify.verify_file(data, name, allowed, ledger.lines(book))
    if not verdict.ok or not verify.verify_ledger(book).ok:
        raise Problem(
            _(
                "{name} or the ledger is not as it was sealed, so nothing was erased: that would "
                "hide the change. `debrief verify` says what is wrong."
            ).format(name=name),
            EXIT_FOUND,
        )
    return frozenset(block.name for block in layout.split(data)) - {*verdict.erased}
