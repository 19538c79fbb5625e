"""What opens sealed blocks, in a form that can be handed to another process."""

from __future__ import annotations

from typing import Protocol

import msgspec

from debrief.errors import EXIT_KEY, Problem
from debrief.i18n import _


class Opens(Protocol):
    """Something that opens what was sealed for it."""

    def unseal(self, sealed: str | bytes) -> bytes:
        """Return what was sealed, armored or not; raises Problem with EXIT_KEY if it cannot be."""


class Opener(msgspec.Struct, frozen=True):
    """Secret age identities. It travels through a pipe, and shows no secret when printed."""

    identities: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Opener({len(self.identities)})"

    def unseal(self, sealed: str | bytes) -> bytes:
        """Return what was sealed, armored or not; raises Problem with EXIT_KEY if it cannot be."""
        import pyrage  # type: ignore[import-untyped]

        data = sealed.encode() if isinstance(sealed, str) else sealed
        try:
            own = [pyrage.x25519.Identity.from_str(one) for one in self.identities]
            opened: bytes = pyrage.decrypt(data, own)
        except (pyrage.DecryptError, pyrage.IdentityError) as error:
            sentence = _(
                "This cannot be opened with the key on this computer: it was sealed for another "
                "key, or it has been changed. It was left as it is; use the key it was made with."
            )
            raise Problem(sentence, EXIT_KEY) from error
        return opened
