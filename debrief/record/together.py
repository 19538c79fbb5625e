"""Several key files changed as one: told whole in a file of its own first, and then done.

Once that file is on the disk, the change rolls forward after any stop; before that, nothing has
happened. It holds what the files will hold, so it is as secret as they are, and it goes at the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from debrief.errors import EXIT_KEY, Problem
from debrief.i18n import _
from debrief.record.disk import Disk

CHANGE: Final = "key_change"
_LOCK: Final = ".key_change.lock"


@contextmanager
def locked(disk: Disk, folder: Path) -> Iterator[None]:
    """Be the only one to change keys in the folder for a while; raises Problem."""
    from debrief.record.lock import folder_lock

    disk.make_folder(folder)
    with folder_lock(folder / _LOCK):
        yield


def change_locked(disk: Disk, folder: Path, files: Mapping[str, bytes | None]) -> None:
    """Make each named file hold what is given, None removing it; durable on return.

    The caller holds the folder's lock. Raises Problem: then nothing has happened, or the rest
    happens at the next `finish`.
    """
    body = msgspec.json.encode(dict(files))
    digest = hashlib.sha256(body).hexdigest().encode("ascii")
    disk.publish(folder / CHANGE, digest + b"\n" + body)
    _carry_out(disk, folder, files)


def finish(disk: Disk, folder: Path) -> bool:
    """Carry out what a stop left undone, and tell whether there was anything; raises Problem."""
    if not disk.exists(folder / CHANGE):
        return False
    with locked(disk, folder):
        return finish_locked(disk, folder)


def finish_locked(disk: Disk, folder: Path) -> bool:
    """Do as `finish` does; the caller holds the folder's lock."""
    path = folder / CHANGE
    if not disk.exists(path):
        return False
    digest, _line, body = disk.read(path).partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode("ascii") != digest:
        raise Problem(
            _(
                "{path} says how the keys were about to change, and is damaged. Nothing was "
                "touched; put back a copy of this folder."
            ).format(path=path),
            EXIT_KEY,
        )
    # A stop may have left its name unsynced, so it is made durable before anything is replaced.
    disk.confirm(folder)
    _carry_out(disk, folder, msgspec.json.decode(body, type=dict[str, bytes | None]))
    return True


def _carry_out(disk: Disk, folder: Path, files: Mapping[str, bytes | None]) -> None:
    for name, data in files.items():
        if data is not None:
            disk.publish(folder / name, data)
    for name, data in files.items():
        if data is None:
            disk.unlink(folder / name)
    disk.unlink(folder / CHANGE)
