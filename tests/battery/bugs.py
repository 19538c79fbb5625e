"""Faults to be put into the program: a battery that does not see the one meant for it is blind."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from unittest import mock

from debrief.errors import Problem
from debrief.record import blocks, erasing, journalfile, ledger, sessionfile, verify
from debrief.record.disk import Appender, Disk

from .machine import Machine
from .pace import Bug


def _lying(call: str) -> AbstractContextManager[object]:
    return mock.patch.object(Machine, "fault", call)


def _sync_again(self: Appender) -> None:
    """Sync once more when it failed: the pages count as clean by then."""
    for last in (False, True):
        try:
            self._system.sync_data(self._open())
        except OSError as error:
            if last:
                raise Problem("x") from error
        else:
            return


def _raw(self: Disk, folder: Path) -> None:
    self._system.sync_folder(folder)


def _hasty_erase(
    disk: Disk, folder: Path, session: str, owners: Collection[str], reason: str
) -> tuple[str, ...]:
    """Erase first and say so afterwards."""
    with ledger.folder_lock(folder):
        path = sessionfile.path_for(folder, session)
        at = "2026-11-25T10:00:00Z"
        for owner in owners:
            name, data = f"private.{owner}", disk.read(path)
            parts = {block.name: block.data for block in blocks.split(data)}
            new = data.replace(parts[name], blocks.stub(name, at, reason))
            disk.publish(path, new)
            event = {"session": session, "key": name, "at": at, "reason": reason}
            ledger.append_locked(disk, folder, event | {"event": "erase"})
            seal = blocks.read_seal(blocks.split(new)[-1])
            closed = ledger.latest(ledger.lines(disk.read(folder / ledger.NAME)), session)
            done = {"event": "erased", "session": session, "key": name, "root": seal.root}
            done |= {"file": hashlib.sha256(new).hexdigest()}
            done |= {"signer": closed.fields["signer"] if closed else ""}
            ledger.append_locked(disk, folder, done)
    return tuple(owners)


def _any_place(real: Any) -> Any:
    def opened(self: Any, data: bytes, at: int, _first: int, _last: int) -> Any:
        return real(self, data, at, 1, 2**60)

    return opened


def _passes_over(real: Any, block: str) -> Any:
    """Return a verification that does not look at one block."""

    def verify_file(*given: Any, **named: Any) -> verify.Verdict:
        found = real(*given, **named)
        rest = tuple(one for one in found.findings if (one.code, one.block) != ("changed", block))
        return verify.Verdict(found.name, not rest, rest, found.erased)

    return verify_file


def _without(code: str) -> AbstractContextManager[object]:
    real = ledger.check

    def check(data: bytes) -> tuple[ledger.LedgerProblem, ...]:
        return tuple(one for one in real(data) if one.code != code)

    return mock.patch.object(ledger, "check", check)


NO_SYNC = Bug("told as saved without fdatasync", lambda: _lying("sync_data"))
NO_SYNC_BEFORE_NAME = Bug("renamed without fsync", lambda: _lying("sync"))
NO_FOLDER_SYNC = Bug("no sync of the folder", lambda: _lying("sync_folder"))
SYNC_AGAIN = Bug(
    "fsync tried again on the same file", lambda: mock.patch.object(Appender, "sync", _sync_again)
)
HALF_STAYS = Bug(
    "a half-written record is not cut before the next try",
    lambda: mock.patch.object(Appender, "truncate", return_value=None),
)
RAW_ERROR = Bug(
    "a disk error is not made a Problem", lambda: mock.patch.object(Disk, "confirm", _raw)
)
HASTY_ERASE = Bug(
    "erased without a promise line", lambda: mock.patch.object(erasing, "erase", _hasty_erase)
)
OUT_OF_PLACE = Bug(
    "a journal record is taken out of its place",
    lambda: mock.patch.object(journalfile.Cipher, "open", _any_place(journalfile.Cipher.open)),
)
BLOCK_PASSED_OVER = Bug(
    "verify passes over one block",
    lambda: mock.patch.object(verify, "verify_file", _passes_over(verify.verify_file, "counts")),
)
NO_CHAIN = Bug("the chain of the ledger is not checked", lambda: _without("chain"))
NO_TORN = Bug("a torn last line is not told", lambda: _without("torn"))
