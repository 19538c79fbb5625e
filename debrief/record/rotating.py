"""New keys in place of the old: what was sealed stays open, what was signed still verifies.

The old identities stay, since what was sealed for them must be opened. The old signing key is
removed: its public half verifies all that it signed, nothing here is ever signed with it again, and
whoever found it later could only write a past that never was. That public half stays in a list,
with the day it was last used, from which `allowed_signers` of each workspace learns it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from debrief.record import identities, together
from debrief.record.disk import Disk
from debrief.record.keys import FORMER, PUBLIC_KEY, SIGNING_KEY, Keys, new_signing_key, public_file

_ABOUT: Final = (
    "# debrief: keys that signed until the day before them; their secret half is gone.\n"
)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def rotate(
    disk: Disk,
    folder: Path,
    keys: Keys,
    day: dt.date,
    seal: Callable[[bytes], bytes] | None = None,
) -> None:
    """Make a new identity and a new signing key; durable on return, then load the keys again.

    `seal` makes the protected file of the identities where a passphrase protects them. `day` is the
    last one on which the old signing key was used. Raises Problem: nothing was changed, or the rest
    is done when the keys are loaded next.
    """
    secrets = (identities.new(), *keys.opener().identities)
    opened = identities.render(secrets)
    name, data = identities.NAME, opened
    if seal is not None:
        name, data = identities.LOCKED, seal(opened)
    signing, public = new_signing_key()
    with together.locked(disk, folder):
        together.finish_locked(disk, folder)
        keys.still_there(disk, folder)
        path = folder / FORMER
        told = disk.read(path) if disk.exists(path) else _ABOUT.encode("ascii")
        line = f"{day.isoformat()} {keys.public_key}\n".encode("ascii")
        files = {
            FORMER: told + line,
            name: data,
            SIGNING_KEY: signing,
            PUBLIC_KEY: public_file(public),
        }
        together.change_locked(disk, folder, files)
