"""`sessions/allowed_signers`: the public keys that closed a session here, as ssh-keygen reads them.

A line is `debrief namespaces="debrief-seal" ssh-ed25519 AAAA...`, with ` until YYYY-MM-DD` at its
end once another key has taken over; lines of any other form are left alone and count for nothing.
The day is a comment to ssh-keygen, and no `valid-before`: a signature here has no time that could
be trusted, and ssh-keygen would hold the day against today's and refuse all that the key signed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from debrief.record.sshsig import NAMESPACE

if TYPE_CHECKING:
    from debrief.record.disk import Disk

NAME: Final = "allowed_signers"
PRINCIPAL: Final = "debrief"
_LINE: Final = re.compile(
    rf'{PRINCIPAL} namespaces="{NAMESPACE}" (ssh-ed25519 [A-Za-z0-9+/=]+)( .*)?'
)


def read(data: bytes) -> tuple[str, ...]:
    """Return the public keys, each `ssh-ed25519 AAAA...`, in file order."""
    found = (_LINE.fullmatch(line) for line in data.decode("utf-8", "replace").split("\n"))
    return tuple(line[1] for line in found if line)


def remember(disk: Disk, folder: Path, public_key: str, former: Mapping[str, str] = {}) -> None:
    """Add the key if it is not there; hold the folder's lock. Raises Problem.

    `former` are public keys that sign no more, each with its last day (ISO date); where one of them
    stands here, its line says so from now on.
    """
    path = folder / NAME
    data = disk.read(path) if disk.exists(path) else b""
    new = b"\n".join(_until(line, former) for line in data.split(b"\n"))
    if public_key not in read(data):
        if new and not new.endswith(b"\n"):
            new += b"\n"
        new += f'{PRINCIPAL} namespaces="{NAMESPACE}" {public_key}\n'.encode("ascii")
    if new != data:
        disk.publish(path, new)


def _until(line: bytes, former: Mapping[str, str]) -> bytes:
    found = _LINE.fullmatch(line.decode("utf-8", "replace"))
    if found is None or found[2] or found[1] not in former:
        return line
    return line + f" until {former[found[1]]}".encode("ascii")
