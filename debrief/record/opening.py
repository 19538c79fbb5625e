"""What opens sealed blocks, in a form that can be handed to another process."""

from __future__ import annotations

import base64
from typing import Final, Protocol

import msgspec

from debrief.errors import EXIT_KEY, Problem
from debrief.i18n import _

_HEAD: Final = 64 * 1024
"""Bytes that the head of an age file may have: each recipient in it takes time."""


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
            raise _not_opened() from error
        return opened


def _not_opened() -> Problem:
    sentence = _(
        "This cannot be opened with the key on this computer: it was sealed for another "
        "key, or it has been changed. It was left as it is; use the key it was made with."
    )
    return Problem(sentence, EXIT_KEY)


def unseal(keys: Opens, sealed: str | bytes) -> bytes:
    """Return what a stranger may have sealed; raises Problem, also for a head without end."""
    data = sealed.encode() if isinstance(sealed, str) else sealed
    if b"\n--- " not in _head(data.lstrip()):
        raise _not_opened()
    return keys.unseal(sealed)


def _head(data: bytes) -> bytes:
    """Return the beginning of an age file, out of its armor."""
    if not data.startswith(b"-----BEGIN"):
        return data[:_HEAD]
    _begin, *lines = data[: 2 * _HEAD].splitlines()
    body = b"".join(lines).partition(b"-")[0][: 4 * _HEAD // 3]
    try:
        return base64.b64decode(body[: len(body) // 4 * 4])
    except ValueError:
        return b""
