"""`sessions/allowed_signers`: the public keys that closed a session here, as ssh-keygen reads them.

A line is `debrief namespaces="debrief-seal" ssh-ed25519 AAAA...`; lines of any other form are left
alone and count for nothing here.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from debrief.record.sshsig import NAMESPACE

if TYPE_CHECKING:
    from debrief.record.disk import Disk

NAME: Final = "allowed_signers"
PRINCIPAL: Final = "debrief"
_LINE: Final = re.compile(
    rf'{PRINCIPAL} namespaces="{NAMESPACE}" (ssh-ed25519 [A-Za-z0-9+/=]+)(?: .*)?'
)


def read(data: bytes) -> tuple[str, ...]:
    """Return the public keys, each `ssh-ed25519 AAAA...`, in file order."""
    found = (_LINE.fullmatch(line) for line in data.decode("utf-8", "replace").split("\n"))
    return tuple(line[1] for line in found if line)


def remember(disk: Disk, folder: Path, public_key: str) -> None:
    """Add the key if it is not there; hold the folder's lock. Raises Problem."""
    path = folder / NAME
    data = disk.read(path) if disk.exists(path) else b""
    if public_key in read(data):
        return
    if data and not data.endswith(b"\n"):
        data += b"\n"
    line = f'{PRINCIPAL} namespaces="{NAMESPACE}" {public_key}\n'
    disk.publish(path, data + line.encode("ascii"))
