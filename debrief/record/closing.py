"""Closing a round on disk: every step may be repeated, so a crash anywhere rolls forward."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from debrief.errors import EXIT_INPUT, Problem
from debrief.i18n import _
from debrief.record import ledger, sessionfile, signers, verify
from debrief.record.disk import AlreadyThere, Disk
from debrief.record.keys import Keys
from debrief.session.model import State


class Sealed(msgspec.Struct, frozen=True):
    """Where a closed round is, and what the ledger says of it."""

    path: Path
    root: str
    ledger_line: int
    receipt: str
    """What the ledger was with that line, in one line to keep elsewhere."""


def seal(
    disk: Disk,
    folder: Path,
    state: State,
    keys: Keys,
    *,
    recipients: Iterable[str] = (),
    privacy: sessionfile.Privacy = "sealed",
    retention: sessionfile.Retention = sessionfile.Retention(),
) -> Sealed:
    """Publish the session file of a closed round and enter it in the ledger; durable on return.

    A file that an interrupted close left behind is kept if it is whole and ours, and the rest is
    done. The journal may be removed afterwards. Raises Problem.
    """
    try:
        path = sessionfile.path_for(folder, state)
        data = sessionfile.build(
            state, keys, recipients=recipients, privacy=privacy, retention=retention
        )
    except (ValueError, OverflowError) as error:
        raise _unlike_a_round() from error
    disk.make_folder(path.parent)
    with ledger.folder_lock(folder):
        data = _publish(disk, folder, path, data, keys, state)
        return _enter(disk, folder, path, data, state.id, keys)


def _publish(disk: Disk, folder: Path, path: Path, data: bytes, keys: Keys, state: State) -> bytes:
    """Return the bytes that now stand at `path` durably: these, or those of an earlier attempt."""
    disk.sweep(folder)
    disk.sweep(path.parent)
    try:
        disk.publish(path, data, exclusive=True)
    except AlreadyThere:
        data = disk.read(path)
        if not verify.verify_file(data, path.name, (keys.public_key,), None).ok:
            raise _taken(path) from None
        if not _of_the_same_close(data, path.name, state):
            raise _closed_elsewhere(path) from None
    for place in (path.parent, folder, folder.parent):
        disk.confirm(place)
    return data


def _enter(disk: Disk, folder: Path, path: Path, data: bytes, session: str, keys: Keys) -> Sealed:
    """Enter the file's digests in the ledger, and the key among those that may sign."""
    signers.remember(disk, folder, keys.public_key, keys.former)
    root = sessionfile.read(data, path.name, whole=False).root
    event = {
        "event": "close",
        "session": session,
        "file": hashlib.sha256(data).hexdigest(),
        "root": root,
        "signer": keys.fingerprint,
    }
    line = ledger.append_locked(disk, folder, event)
    disk.confirm(folder)
    kept = ledger.checkpoint(disk.read(folder / ledger.NAME), line)
    return Sealed(path, root, line, kept.receipt)


def _of_the_same_close(data: bytes, name: str, state: State) -> bool:
    """Tell whether a file is what this very close would have made: the round may have gone on."""
    closed = sessionfile.read(data, name, whole=False).session.closed
    return state.closed is not None and closed == state.closed.replace(microsecond=0)


def _closed_elsewhere(path: Path) -> Problem:
    sentence = _(
        "{path} is there already from another close of this round, perhaps on another computer, "
        "so it was left as it is. What was written here is safe in its journal; compare the two, "
        "and add what is missing with `debrief correct`."
    )
    return Problem(sentence.format(path=path), EXIT_INPUT)


def _unlike_a_round() -> Problem:
    sentence = _(
        "The journal of this round holds something that no session file can hold, so the round was "
        "not sealed. All of it is kept in its journal; please report this fault."
    )
    return Problem(sentence, EXIT_INPUT)


def _taken(path: Path) -> Problem:
    sentence = _(
        "{path} is there already and is not whole, or was not sealed with the key on this "
        "computer, so it was left as it is. The round is safe in its journal; move that file away "
        "and close again."
    )
    return Problem(sentence.format(path=path), EXIT_INPUT)
