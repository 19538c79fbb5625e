"""The file of age identities: what opens private blocks, the newest first.

A line is one secret, `AGE-SECRET-KEY-1...`, as `age -d -i identity.txt` reads it; a line that
starts with `#` says something to a person. All of them open, the first one seals.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

NAME: Final = "identity.txt"
LOCKED: Final = "identity.age"
"""Stands in place of the other where a passphrase protects it: what `age -p` writes of it."""
PREFIX: Final = "AGE-SECRET-KEY-1"
_ABOUT: Final = (
    "# debrief: this key opens the private blocks of your session files. Keep it secret, keep a\n"
    "# copy where only you can reach it. Without it the private blocks cannot be read by anyone.\n"
)
_OLDER: Final = "# older, for what was sealed before:\n"


def new() -> str:
    """Return a new secret."""
    import pyrage  # type: ignore[import-untyped]

    return str(pyrage.x25519.Identity.generate())


def public(secret: str) -> str:
    """Return the recipient, `age1...`, that a secret opens for; raises ValueError."""
    import pyrage

    try:
        return str(pyrage.x25519.Identity.from_str(secret).to_public())
    except pyrage.IdentityError:
        raise ValueError from None


def parse(data: bytes) -> tuple[str, ...]:
    """Return the secrets in file order; raises ValueError, without a word of it, unless whole."""
    lines = data.decode("ascii", "replace").splitlines()
    found = tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
    if not found:
        raise ValueError
    for secret in found:
        public(secret)
    return found


def render(secrets: Sequence[str]) -> bytes:
    """Return the file for the secrets, of which the first is the newest."""
    first, *older = secrets
    text = f"{_ABOUT}# public key: {public(first)}\n{first}\n"
    if older:
        text += _OLDER + "".join(f"# public key: {public(one)}\n{one}\n" for one in older)
    return text.encode("ascii")
