"""The keys of this computer: an age identity that opens private blocks, and a signing key.

Both are ordinary files that other programs can use: `age -d -i identity.txt` and
`ssh-keygen -Y sign -f signing_key`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from debrief.errors import EXIT_KEY, Problem
from debrief.i18n import _
from debrief.record import sshsig
from debrief.record.disk import AlreadyThere, Disk

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from debrief.record.opening import Opener

IDENTITY: Final = "identity.txt"
SIGNING_KEY: Final = "signing_key"
_LIMIT: Final = 64 * 1024
_ABOUT: Final = (
    "# debrief: this key opens the private blocks of your session files. Keep it secret, keep a\n"
    "# copy where only you can reach it. Without it the private blocks cannot be read by anyone.\n"
)


def _new_identity() -> bytes:
    import pyrage  # type: ignore[import-untyped]

    identity = pyrage.x25519.Identity.generate()
    return f"{_ABOUT}# public key: {identity.to_public()}\n{identity}\n".encode()


def _new_signing_key() -> bytes:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.generate().private_bytes(
        form.Encoding.PEM, form.PrivateFormat.OpenSSH, form.NoEncryption()
    )


def _broken(path: Path) -> Problem:
    sentence = _(
        "{path} is not a whole key of the kind debrief writes. It was left as it is; put back a "
        "copy of it, or move it away if you never closed a session with it."
    )
    return Problem(sentence.format(path=path), EXIT_KEY)


def _missing(path: Path, other: Path) -> Problem:
    sentence = _(
        "{path} is missing although {other} is there. No new key was made, since it would not fit "
        "your old sessions; put back a copy of it, or move {other} away too."
    )
    return Problem(sentence.format(path=path, other=other), EXIT_KEY)


def _load_identity(disk: Disk, path: Path) -> str:
    lines = disk.read(path, _LIMIT).decode("ascii", "replace").splitlines()
    found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    import pyrage

    if len(found) != 1:
        raise _broken(path)
    try:
        pyrage.x25519.Identity.from_str(found[0])
    except pyrage.IdentityError as error:
        raise _broken(path) from error
    return found[0]


def _load_signing_key(disk: Disk, path: Path) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    try:
        key = load_ssh_private_key(disk.read(path, _LIMIT), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _broken(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _broken(path)
    return key


def _ensure(disk: Disk, path: Path, data: bytes) -> None:
    """Write a new key file; if another process was faster, its file counts."""
    try:
        disk.publish(path, data, exclusive=True)
    except AlreadyThere:
        return


class Keys:
    """The two keys, ready for use. Shows no secret when printed."""

    def __init__(self, identity: str, signing_key: Ed25519PrivateKey) -> None:
        import pyrage

        self._identity = pyrage.x25519.Identity.from_str(identity)
        self._signing_key = signing_key
        self.recipient: str = str(self._identity.to_public())
        self.public_key = sshsig.public_line(signing_key.public_key().public_bytes_raw())
        self.fingerprint = sshsig.fingerprint(self.public_key)

    def __repr__(self) -> str:
        return f"Keys({self.recipient}, {self.fingerprint})"

    @classmethod
    def load_or_create(cls, disk: Disk, folder: Path) -> Keys:
        """Return the keys in `folder`, made there the first time.

        Raises Problem with EXIT_KEY when one of them is broken or has been lost, and never writes
        over a key. An interrupted first time is finished.
        """
        identity, signing = folder / IDENTITY, folder / SIGNING_KEY
        public = folder / (SIGNING_KEY + ".pub")
        disk.make_folder(folder)
        disk.sweep(folder)
        if not disk.exists(identity):
            if disk.exists(signing) or disk.exists(public):
                raise _missing(identity, signing)
            _ensure(disk, identity, _new_identity())
        if not disk.exists(signing):
            if disk.exists(public):
                raise _missing(signing, public)
            _ensure(disk, signing, _new_signing_key())
        disk.confirm(folder)
        keys = cls(_load_identity(disk, identity), _load_signing_key(disk, signing))
        if not disk.exists(public):
            _ensure(disk, public, f"{keys.public_key} debrief\n".encode())
        elif not disk.read(public, _LIMIT).startswith(keys.public_key.encode()):
            raise _broken(public)
        return keys

    def seal(self, data: bytes, extra_recipients: Iterable[str] = ()) -> str:
        """Return `data` as an armored age file for this key and the extra recipients.

        Recipients are `age1...` or `ssh-ed25519 AAAA...`; raises Problem for anything else.
        """
        return self.seal_binary(data, extra_recipients, armored=True).decode("ascii")

    def seal_binary(
        self, data: bytes, extra_recipients: Iterable[str] = (), armored: bool = False
    ) -> bytes:
        """Like `seal`, as bytes; without armor unless asked for."""
        import pyrage

        to = [self._identity.to_public(), *(_recipient(text) for text in extra_recipients)]
        sealed: bytes = pyrage.encrypt(data, to, armored=armored)
        return sealed

    def unseal(self, sealed: str | bytes) -> bytes:
        """Return what was sealed, armored or not; raises Problem with EXIT_KEY if it cannot be."""
        import pyrage

        data = sealed.encode() if isinstance(sealed, str) else sealed
        try:
            opened: bytes = pyrage.decrypt(data, [self._identity])
        except pyrage.DecryptError as error:
            sentence = _(
                "This cannot be opened with the key on this computer: it was sealed for another "
                "key, or it has been changed. It was left as it is; use the key it was made with."
            )
            raise Problem(sentence, EXIT_KEY) from error
        return opened

    def opener(self) -> Opener:
        """Return what opens sealed blocks as this does, to be handed to another process."""
        from debrief.record.opening import Opener

        return Opener((str(self._identity),))

    def sign(self, message: bytes, namespace: str = sshsig.NAMESPACE) -> str:
        """Return an armored signature that `ssh-keygen -Y verify -n namespace` accepts."""
        raw = self._signing_key.sign(sshsig.message_to_sign(message, namespace))
        return sshsig.armor(self.public_key, raw, namespace)


def _recipient(text: str) -> object:
    import pyrage

    try:
        if text.startswith("ssh-"):
            return pyrage.ssh.Recipient.from_str(text)
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        sentence = _(
            "One of the recipients that private blocks are to be sealed for is not a key. Nothing "
            "was sealed; correct the recipients in debrief.toml."
        )
        raise Problem(sentence, EXIT_KEY) from error


def verify_signature(
    message: bytes,
    armored: str,
    public_keys: Iterable[str],
    namespace: str = sshsig.NAMESPACE,
) -> bool:
    """Tell whether one of `public_keys` (`ssh-ed25519 AAAA...`) made this signature."""
    found = sshsig.signer(message, armored, namespace)
    return found is not None and found in {" ".join(key.split()[:2]) for key in public_keys}
