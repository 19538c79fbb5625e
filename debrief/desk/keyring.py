"""The keys of the person at the desk: what there is, who else can open, and whether all fits."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from debrief.desk.locked import locked as locked
from debrief.desk.locked import made as made
from debrief.desk.locked import protected as protected
from debrief.errors import EXIT_KEY, Problem
from debrief.i18n import _
from debrief.record import identities, recovery, together
from debrief.record.keys import SIGNING_KEY, Keys, Locked
from debrief.record.recovery import Making, Recovery
from debrief.workspace.recipients import Recipient

if TYPE_CHECKING:
    from debrief.desk.desk import Desk

Told = tuple[Literal["well", "mind", "wrong"], str]


class Shown(msgspec.Struct, frozen=True):
    """The keys there are, and nothing secret of them."""

    folder: str
    recipient: str
    """The age recipient of the identity that seals."""
    older: int
    """How many identities from before it still open."""
    fingerprint: str
    """Of the signing key, as `ssh-keygen -l` shows it."""
    passphrase: bool
    recovery: Recovery | None
    recipients: tuple[Recipient, ...]
    open_to_others: tuple[str, ...]
    """Key files that others on this computer may read."""


class Restored(msgspec.Struct, frozen=True):
    """What a restored key opens: of how many closed sessions; and whether of the roster's names."""

    sessions: int
    opened: int
    names: bool | None
    """None where there is no roster."""


def load(desk: Desk) -> Keys:
    """Return the keys, made on first use; a passphrase is asked for where the desk has a way to.

    Raises Problem, which is Locked where there is none.
    """
    try:
        return Keys.load_or_create(desk.disk, desk.places.config)
    except Locked as problem:
        if desk.unlock is None:
            raise
        opened = desk.unlock(problem.path)
    return Keys.load_or_create(desk.disk, desk.places.config, opened)


def unlock(desk: Desk, opened: bytes) -> None:
    """Use what the passphrase opened; raises Problem."""
    desk.keys = Keys.load_or_create(desk.disk, desk.places.config, opened)


def only_here(desk: Desk) -> bool:
    """Tell whether sessions were closed that nobody could open if this computer were lost."""
    return (
        desk.config.privacy == "sealed"
        and not desk.config.recipients
        and not desk.disk.exists(desk.places.config / recovery.NAME)
        and desk.disk.exists(desk.places.sessions / "ledger.txt")
    )


def reminder() -> str:
    """Return what is told where `only_here` holds."""
    return _(
        "If this computer is lost, what you sealed can't be opened: `debrief keys recovery` makes "
        "a spare key."
    )


def shown(desk: Desk) -> Shown:
    """Return the keys there are; raises Problem, also where there are none."""
    if not made(desk):
        raise none_yet()
    keys = desk.keys
    return Shown(
        str(desk.places.config),
        keys.recipient,
        len(keys.recipients) - 1,
        keys.fingerprint,
        protected(desk),
        recovery.read(desk.disk, desk.places.config),
        recipients(desk),
        _open_to_others(desk),
    )


def none_yet() -> Problem:
    """Return what is told where there are no keys."""
    return Problem(_("There are no keys yet; the first round makes them."), EXIT_KEY)


def _open_to_others(desk: Desk) -> tuple[str, ...]:
    names = (identities.NAME, identities.LOCKED, SIGNING_KEY, together.CHANGE)
    paths = (desk.places.config / name for name in names)
    return tuple(
        str(path)
        for path in paths
        if path.is_file() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    )


# A spare


def keep_spare(desk: Desk, making: Making) -> None:
    """Keep a recovery key that was typed back: all is sealed for it from now on. Raises Problem."""
    desk.keys  # noqa: B018 - a spare is one of something
    making.keep(desk.disk, desk.places.config, desk.clock().astimezone().date())


def restore(desk: Desk, typed: str) -> Restored:
    """Make a recovery key the identity here, and look what it opens.

    Raises Problem: nothing was changed, and never is a key written over.
    """
    recovery.restore(desk.disk, desk.places.config, typed)
    desk.__dict__.pop("keys", None)
    return what_opens(desk)


def what_opens(desk: Desk) -> Restored:
    """Return how much of what is here the keys open; raises Problem."""
    from debrief.desk import past
    from debrief.record.sessionfile import open_private

    sessions = [one for one in past.held(past.index(desk)) if not one.problem]
    opened = 0
    for one in sessions:
        try:
            open_private(desk.disk.read(one.path), desk.keys, one.path.name)
        except Problem:
            continue
        opened += 1
    names: bool | None = None
    if desk.disk.exists(desk.places.roster):
        try:
            names = desk.roster is not None
        except Problem:
            names = False
    return Restored(len(sessions), opened, names)


# Who else can open


def recipients(desk: Desk) -> tuple[Recipient, ...]:
    """Return who else can open what is sealed here, as debrief.toml says."""
    from debrief.workspace.recipients import named

    return named(desk.config.recipients)


def sealed_for(desk: Desk) -> tuple[str, ...]:
    """Return the keys of who else can open what is sealed now.

    debrief.toml is read again for it: another window may have added one since the desk was opened.
    Where it can't be read, what it said then counts.
    """
    from debrief.workspace import config

    path = desk.places.settings
    with suppress(Problem):
        if desk.disk.exists(path):
            return config.parse(desk.disk.read(path), path.name).sealed_for
    return desk.config.sealed_for


# New keys, and a passphrase


def rotate(desk: Desk, seal: Callable[[bytes], bytes] | None = None) -> None:
    """Put new keys in place of the old; what was begun with the old ones is finished first.

    `seal` makes the protected file of the identities where a passphrase protects them. Raises
    Problem.
    """
    from debrief.desk import keeping
    from debrief.record import ledger, rotating, signers

    if not made(desk):
        raise none_yet()
    desk.unfinished()  # a close that was broken off is carried to its end
    if desk.disk.exists(desk.places.sessions / ledger.NAME):
        keeping.finish(desk)
    today = desk.clock().astimezone().date()
    old = desk.keys
    opened: list[bytes] = []

    def kept(data: bytes) -> bytes:
        opened.append(data)
        return seal(data) if seal is not None else data

    rotating.rotate(desk.disk, desk.places.config, old, today, kept if protected(desk) else None)
    desk.keys = Keys.load_or_create(desk.disk, desk.places.config, *opened)
    if desk.disk.exists(desk.places.sessions / signers.NAME):
        with ledger.folder_lock(desk.places.sessions):
            signers.remember(
                desk.disk, desk.places.sessions, desk.keys.public_key, desk.keys.former
            )


def plain_identity(desk: Desk) -> bytes:
    """Return the file of identities in plain, for a passphrase to be put around it."""
    return identities.render(desk.keys.opener().identities)


def protect(desk: Desk, sealed: bytes) -> None:
    """Put `sealed`, made of `plain_identity`, in place of the plain identity; raises Problem."""
    _replace(desk, {identities.LOCKED: sealed, identities.NAME: None})


def unprotect(desk: Desk) -> None:
    """Put the plain identity in place of the protected one; raises Problem."""
    _replace(desk, {identities.NAME: plain_identity(desk), identities.LOCKED: None})


def _replace(desk: Desk, files: dict[str, bytes | None]) -> None:
    folder = desk.places.config
    with together.locked(desk.disk, folder):
        together.finish_locked(desk.disk, folder)
        desk.keys.still_there(desk.disk, folder)
        together.change_locked(desk.disk, folder, files)


# Whether all fits


def look(desk: Desk) -> Iterator[Told]:
    """Yield what trying the keys showed: sealing, signing, modes, recipients, a spare.

    Raises Problem where they can't be loaded.
    """
    if not made(desk):
        yield "well", str(none_yet())
        return
    yield from _tried(desk.keys)
    for path in _open_to_others(desk):
        told = _("Others on this computer may read the key {path}: chmod 600 keeps them out.")
        yield "wrong", told.format(path=path)
    yield from _who_else(desk)


def _tried(keys: Keys) -> Iterator[Told]:
    from debrief.record import sshsig
    from debrief.record.keys import verify_signature

    secret = os.urandom(32)
    fits = keys.unseal(keys.seal(secret)) == secret
    signature = keys.sign(secret, sshsig.NAMESPACE)
    if not (fits and verify_signature(secret, signature, [keys.public_key])):
        yield "wrong", _("The keys do not open what they seal. Put back a copy of them.")
        return
    told = _("The keys seal, open and sign; the signing key is {fingerprint}.")
    yield "well", told.format(fingerprint=keys.fingerprint)
    if _ssh_keygen_says(keys, secret, signature) is False:
        yield "wrong", _("ssh-keygen does not accept what the signing key signs. Ask for help.")


def _ssh_keygen_says(keys: Keys, message: bytes, signature: str) -> bool | None:
    """Return whether ssh-keygen accepts the signature; None where there is no ssh-keygen."""
    import shutil
    import subprocess
    import tempfile

    from debrief.record import signers, sshsig

    tool = shutil.which("ssh-keygen")
    if tool is None:
        return None
    with tempfile.TemporaryDirectory(prefix="debrief-") as name:
        folder = Path(name)
        (folder / "allowed").write_text(f"{signers.PRINCIPAL} {keys.public_key}\n", "ascii")
        (folder / "signature").write_text(signature, "ascii")
        command = (
            tool, "-Y", "verify", "-f", str(folder / "allowed"), "-I", signers.PRINCIPAL,
            "-n", sshsig.NAMESPACE, "-s", str(folder / "signature"),
        )  # fmt: skip
        try:
            done = subprocess.run(command, input=message, capture_output=True, check=False)  # noqa: S603
        except OSError:
            return None
    return done.returncode == 0


def _who_else(desk: Desk) -> Iterator[Told]:
    from debrief.record.keys import is_recipient

    for at, one in enumerate(recipients(desk), 1):
        if not is_recipient(one.key):
            told = _(
                "Recipient {n} in debrief.toml is no key, so nothing can be sealed; remove it."
            )
            yield "wrong", told.format(n=at)
    spare = recovery.read(desk.disk, desk.places.config)
    if spare is not None:
        told = _("There is a recovery key, made on {day}.")
        yield "well", told.format(day=spare.since.isoformat())
    elif only_here(desk):
        yield "mind", reminder()


def is_spare(desk: Desk, typed: str) -> bool:
    """Tell whether a recovery secret that was typed is the one all is sealed for now.

    Raises Problem where it is no key, or there is no recovery key.
    """
    spare = recovery.read(desk.disk, desk.places.config)
    if spare is None:
        sentence = _("There is no recovery key yet; `debrief keys recovery` makes one.")
        raise Problem(sentence, EXIT_KEY)
    return identities.public(recovery.secret_of(typed)) == spare.recipient
