"""The keys of this computer: an age identity that opens private blocks, and a signing key.

Both are ordinary files that other programs can use: `age -d -i identity.txt` and
`ssh-keygen -Y sign -f signing_key`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from debrief.errors import EXIT_KEY, Problem
from debrief.i18n import _
from debrief.record import identities, recovery, sshsig, together
from debrief.record.disk import AlreadyThere, Disk

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from debrief.record.opening import Opener

IDENTITY: Final = identities.NAME
SIGNING_KEY: Final = "signing_key"
PUBLIC_KEY: Final = SIGNING_KEY + ".pub"
FORMER: Final = "former_signing_keys"
"""Public halves of signing keys that are used no more: lines of `YYYY-MM-DD ssh-ed25519 AAAA`."""
_LIMIT: Final = 64 * 1024


class Locked(Problem):
    """The identity is protected by a passphrase, and nobody has given it yet."""

    def __init__(self, path: Path) -> None:
        sentence = _(
            "The key in {path} is protected by a passphrase, so nothing was opened. Start this in "
            "a terminal, where you are asked for it."
        )
        super().__init__(sentence.format(path=path), EXIT_KEY)
        self.path = path


def new_signing_key() -> tuple[bytes, str]:
    """Return a new signing key as OpenSSH writes it, and its public half `ssh-ed25519 AAAA...`."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    data = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.OpenSSH, form.NoEncryption())
    return data, sshsig.public_line(key.public_key().public_bytes_raw())


def public_file(public_key: str) -> bytes:
    """Return the file that holds the public half of the signing key."""
    return f"{public_key} debrief\n".encode("ascii")


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


def _twice(path: Path, other: Path) -> Problem:
    sentence = _(
        "Both {path} and {other} are there, and nobody can tell which one counts. Nothing was "
        "changed; move one of them away."
    )
    return Problem(sentence.format(path=path, other=other), EXIT_KEY)


def _load_identities(path: Path, data: bytes) -> tuple[str, ...]:
    try:
        return identities.parse(data)
    except ValueError:
        raise _broken(path) from None


def _load_former(data: bytes) -> dict[str, str]:
    lines = (line.split() for line in data.decode("ascii", "replace").splitlines())
    return {
        f"{words[1]} {words[2]}": words[0]
        for words in lines
        if len(words) == 3 and words[0] != "#" and sshsig.fingerprint(f"{words[1]} {words[2]}")
    }


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


def _make_what_lacks(disk: Disk, folder: Path, identity: Path) -> None:
    """Make the two keys where there are none; raises Problem where one of them was lost."""
    signing, public = folder / SIGNING_KEY, folder / PUBLIC_KEY
    if not disk.exists(identity):
        if disk.exists(signing) or disk.exists(public):
            raise _missing(identity, signing)
        _ensure(disk, identity, identities.render([identities.new()]))
    if not disk.exists(signing):
        if disk.exists(public):
            raise _missing(signing, public)
        _ensure(disk, signing, new_signing_key()[0])


class Keys:
    """The keys of a person, ready for use. Shows no secret when printed."""

    def __init__(
        self,
        secrets: Sequence[str],
        signing_key: Ed25519PrivateKey,
        spare: Callable[[], str] = str,
        former: Mapping[str, str] = {},
    ) -> None:
        """`secrets` are age identities: all open, the first seals.

        `spare` gives the age recipient of the recovery key, empty where there is none; it is asked
        at each sealing, since another window may have made one, and may raise Problem. `former` are
        public keys that sign no more, each with the last day it did (ISO date).
        """
        import pyrage  # type: ignore[import-untyped]

        self._identities = [pyrage.x25519.Identity.from_str(one) for one in secrets]
        self._signing_key = signing_key
        self.recipient: str = str(self._identities[0].to_public())
        self._ask_spare = spare
        self._spare = spare()
        self.former = former
        self.public_key = sshsig.public_line(signing_key.public_key().public_bytes_raw())
        self.fingerprint = sshsig.fingerprint(self.public_key)

    def __repr__(self) -> str:
        return f"Keys({self.recipient}, {self.fingerprint})"

    @property
    def spare(self) -> str:
        """The recovery key's age recipient, for which all is sealed too; the last one known."""
        with contextlib.suppress(Problem):
            self._spare = self._ask_spare()
        return self._spare

    @property
    def recipients(self) -> tuple[str, ...]:
        """The age recipients of every identity here, the newest first."""
        return tuple(str(one.to_public()) for one in self._identities)

    @classmethod
    def load_or_create(cls, disk: Disk, folder: Path, opened: bytes | None = None) -> Keys:
        """Return the keys in `folder`, made there the first time.

        `opened` is what the passphrase opened, where one protects the identity; without it, that
        is Locked. Raises Problem with EXIT_KEY when a key is broken or has been lost, and never
        writes over one. An interrupted first time, or change of keys, is finished.
        """
        identity, signing = folder / IDENTITY, folder / SIGNING_KEY
        disk.make_folder(folder)
        disk.sweep(folder)
        together.finish(disk, folder)
        protected = folder / identities.LOCKED
        if disk.exists(protected):
            if disk.exists(identity):
                raise _twice(identity, protected)
            if opened is None:
                raise Locked(protected)
            identity = protected
        _make_what_lacks(disk, folder, identity)
        disk.confirm(folder)
        data = opened if identity == protected and opened else disk.read(identity, _LIMIT)
        secrets, key = _load_identities(identity, data), _load_signing_key(disk, signing)
        former = folder / FORMER
        keys = cls(
            secrets,
            key,
            partial(recovery.recipient, disk, folder),
            _load_former(disk.read(former, _LIMIT)) if disk.exists(former) else {},
        )
        keys._check_public(disk, folder / PUBLIC_KEY)
        return keys

    def still_there(self, disk: Disk, folder: Path) -> None:
        """Raise Problem unless these are still the keys in the folder; hold its lock."""
        path = folder / PUBLIC_KEY
        if disk.exists(path) and disk.read(path, _LIMIT).startswith(self.public_key.encode()):
            return
        sentence = _(
            "Another window has changed the keys meanwhile, so nothing was changed. Try again."
        )
        raise Problem(sentence, EXIT_KEY)

    def _check_public(self, disk: Disk, path: Path) -> None:
        """Write the public half of the signing key where it lacks; raises Problem."""
        if not disk.exists(path):
            _ensure(disk, path, public_file(self.public_key))
        elif not disk.read(path, _LIMIT).startswith(self.public_key.encode()):
            raise _broken(path)

    def seal(self, data: bytes, extra_recipients: Iterable[str] = ()) -> str:
        """Return `data` as an armored age file for this key, the spare and the extra recipients.

        Recipients are `age1...` or `ssh-ed25519 AAAA...`; raises Problem for anything else.
        """
        return self.seal_binary(data, extra_recipients, armored=True).decode("ascii")

    def seal_binary(
        self, data: bytes, extra_recipients: Iterable[str] = (), armored: bool = False
    ) -> bytes:
        """Like `seal`, as bytes; without armor unless asked for."""
        import pyrage

        wanted = dict.fromkeys((self.recipient, self.spare, *extra_recipients))
        to = [_recipient(text) for text in wanted if text]
        sealed: bytes = pyrage.encrypt(data, to, armored=armored)
        return sealed

    def unseal(self, sealed: str | bytes) -> bytes:
        """Return what was sealed, armored or not; raises Problem with EXIT_KEY if it cannot be."""
        import pyrage

        data = sealed.encode() if isinstance(sealed, str) else sealed
        try:
            opened: bytes = pyrage.decrypt(data, self._identities)
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

        return Opener(tuple(str(one) for one in self._identities))

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


def is_recipient(text: str) -> bool:
    """Tell whether it is a public key that can be sealed for, and nothing beside it."""
    try:
        _recipient(text)
    except Problem:
        return False
    return len(text.split()) == (2 if text.startswith("ssh-") else 1)


def verify_signature(
    message: bytes,
    armored: str,
    public_keys: Iterable[str],
    namespace: str = sshsig.NAMESPACE,
) -> bool:
    """Tell whether one of `public_keys` (`ssh-ed25519 AAAA...`) made this signature."""
    found = sshsig.signer(message, armored, namespace)
    return found is not None and found in {" ".join(key.split()[:2]) for key in public_keys}
