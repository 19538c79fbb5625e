"""The recovery key: a second age identity that is written down by hand and kept elsewhere.

Its secret is shown once and stands on no disk. `recovery.txt` beside the identity holds its public
half and the day it was made; all that is sealed from then on is sealed for it too.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from debrief.errors import EXIT_KEY, EXIT_USAGE, Problem
from debrief.i18n import _
from debrief.record import identities, together

if TYPE_CHECKING:
    from debrief.record.disk import Disk

NAME: Final = "recovery.txt"
ASKED: Final = 6
"""How many of the last characters are asked back."""
TRIES: Final = 3
_GROUP, _IN_A_ROW = 4, 5
_LENGTH: Final = 58
"""Characters of a secret after its prefix (bech32: 32 bytes and a checksum)."""
_FILE: Final = re.compile(
    rb"(?:#[^\n]*\n)*# created: ([0-9]{4}-[0-9]{2}-[0-9]{2})\n(age1[a-z0-9]+)\n?"
)
_ABOUT: Final = (
    "# debrief: the public half of your recovery key. All is sealed for it too. The other half is\n"
    "# on no disk: you wrote it down. `debrief keys restore` puts it to use on another computer.\n"
)
_LOOK_ALIKE: Final = str.maketrans({"O": "0", "B": "8", "I": "L", "1": "L"})
"""Letters and digits that are in no secret, and what was written where they are read."""


class Recovery(msgspec.Struct, frozen=True):
    """The recovery key there is: its age recipient, and the day it was made."""

    recipient: str
    since: dt.date


def read(disk: Disk, folder: Path) -> Recovery | None:
    """Return the recovery key of the identity in `folder`; raises Problem if it can't be read."""
    path = folder / NAME
    if not disk.exists(path):
        return None
    found = _FILE.fullmatch(disk.read(path, 4096))
    try:
        if found is not None:
            return Recovery(found[2].decode("ascii"), dt.date.fromisoformat(found[1].decode()))
    except ValueError:
        pass
    sentence = _(
        "{path} is not as debrief wrote it, so nothing can be sealed for your recovery key. It was "
        "left as it is; put back a copy of it, or move it away and make a new recovery key."
    )
    raise Problem(sentence.format(path=path), EXIT_KEY)


def recipient(disk: Disk, folder: Path) -> str:
    """Return the recipient of the recovery key, empty where there is none; raises Problem."""
    found = read(disk, folder)
    return found.recipient if found is not None else ""


def _bare(typed: str) -> str:
    """Return what was typed without spaces, hyphens and case, and without the prefix."""
    text = re.sub(r"[\s\-\u2010-\u2015]+", "", typed).upper()
    text = text.removeprefix(identities.PREFIX.replace("-", ""))
    return text.translate(_LOOK_ALIKE)


def secret_of(typed: str) -> str:
    """Return the secret that was typed, in whatever groups and case; raises Problem if none was.

    Its checksum finds any four wrong characters (BIP 173).
    """
    secret = identities.PREFIX + _bare(typed)
    try:
        identities.public(secret)
    except ValueError:
        sentence = _(
            "That is not a whole recovery key: it has {n} characters after {prefix}, and one of "
            "them may be misread. Nothing was changed; look at what you wrote down, and try again."
        )
        raise Problem(sentence.format(n=_LENGTH, prefix=identities.PREFIX), EXIT_KEY) from None
    return secret


class Making:
    """A recovery key that is being made: shown once, asked back, and only then kept."""

    def __init__(self) -> None:
        self._secret = identities.new()
        self.recipient = identities.public(self._secret)
        self.left = TRIES
        """How often it may still be asked back."""
        self._right = False

    def __repr__(self) -> str:
        return f"Making({self.recipient})"

    def lines(self) -> tuple[str, ...]:
        """Return the secret for writing by hand: the prefix, then rows of groups of four."""
        bare = self._secret.removeprefix(identities.PREFIX)
        groups = [bare[at : at + _GROUP] for at in range(0, len(bare), _GROUP)]
        rows = (groups[at : at + _IN_A_ROW] for at in range(0, len(groups), _IN_A_ROW))
        return (identities.PREFIX, *(" ".join(row) for row in rows))

    def matches(self, typed: str) -> bool:
        """Tell whether the last characters (or all) were typed back; counts as one of the tries."""
        if self.left <= 0:
            return False
        self.left -= 1
        bare = _bare(typed)
        whole = self._secret.removeprefix(identities.PREFIX)
        self._right = bare in (whole, whole[-ASKED:])
        if self._right:
            self.left = 0
        return self._right

    def keep(self, disk: Disk, folder: Path, day: dt.date) -> None:
        """Keep the public half, in place of an earlier one; durable on return.

        Raises Problem: nothing was kept, also when the secret was not typed back.
        """
        if not self._right:
            raise not_typed_back()
        text = f"{_ABOUT}# created: {day.isoformat()}\n{self.recipient}\n"
        with together.locked(disk, folder):
            together.finish_locked(disk, folder)
            disk.publish(folder / NAME, text.encode("ascii"))


def not_typed_back() -> Problem:
    """Return what is told when the secret was not typed back."""
    return Problem(
        _(
            "That is not how the key ends, so no recovery key was kept and what you wrote down "
            "opens nothing: throw it away, and make a new one when you have the time."
        ),
        EXIT_USAGE,
    )


def restore(disk: Disk, folder: Path, typed: str) -> str:
    """Make the recovery key that was typed the identity here; return its recipient.

    Raises Problem: when there is an identity, which is never written over, or when it is no key.
    """
    secret = secret_of(typed)
    with together.locked(disk, folder):
        together.finish_locked(disk, folder)
        for name in (identities.NAME, identities.LOCKED):
            if disk.exists(folder / name):
                sentence = _(
                    "There is a key in {path} already, and it was left as it is. Restoring is for "
                    "a computer that has none; move that file away if it is the wrong one."
                )
                raise Problem(sentence.format(path=folder / name), EXIT_KEY)
        known = identities.public(secret)
        files: dict[str, bytes | None] = {identities.NAME: identities.render([secret])}
        note = folder / NAME
        if disk.exists(note) and f"\n{known}\n".encode() in disk.read(note):
            files[NAME] = None  # it is the identity itself now, and no spare of it
        together.change_locked(disk, folder, files)
    return known
