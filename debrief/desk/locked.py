"""Whether there are keys, and ask for a passphrase; every start asks, so it loads no key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief.record import identities, together

if TYPE_CHECKING:
    from debrief.desk.desk import Desk


def locked(desk: Desk) -> bool:
    """Tell whether a passphrase protects the identity, and has not been given yet."""
    return "keys" not in desk.__dict__ and protected(desk)


def protected(desk: Desk) -> bool:
    """Tell whether a passphrase protects the identity."""
    return desk.disk.exists(desk.places.config / identities.LOCKED)


def made(desk: Desk) -> bool:
    """Tell whether there are keys; the first round makes them."""
    folder = desk.places.config
    known = (identities.NAME, identities.LOCKED, together.CHANGE)
    return any(desk.disk.exists(folder / name) for name in known)
