"""Signatures that `ssh-keygen -Y verify` checks (OpenSSH PROTOCOL.sshsig), for Ed25519 keys."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final

NAMESPACE: Final = "debrief-seal"
"""What a signature of ours is for; a signature made for anything else does not fit."""
_MAGIC: Final = b"SSHSIG"
_HEAD: Final = "-----BEGIN SSH SIGNATURE-----"
_FOOT: Final = "-----END SSH SIGNATURE-----"
_KIND: Final = b"ssh-ed25519"
_HASH: Final = b"sha512"
_WIDTH: Final = 70


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _strings(data: bytes) -> list[bytes] | None:
    """Return the length-prefixed strings that make up `data` exactly, or None."""
    found, at = [], 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data) or at + 4 > len(data):
            return None
        found.append(data[at + 4 : end])
        at = end
    return found


def public_line(raw: bytes) -> str:
    """Return a raw 32-byte Ed25519 public key as OpenSSH writes it: `ssh-ed25519 AAAA...`."""
    return f"ssh-ed25519 {base64.b64encode(_string(_KIND) + _string(raw)).decode()}"


def _raw_key(public_key: str) -> bytes | None:
    parts = public_key.split()
    try:
        fields = _strings(base64.b64decode(parts[1], validate=True))
    except (binascii.Error, IndexError, ValueError):
        return None
    if fields is None or len(fields) != 2 or fields[0] != _KIND or len(fields[1]) != 32:
        return None
    return fields[1]


def fingerprint(public_key: str) -> str:
    """Return what `ssh-keygen -l` shows for the key: `SHA256:...`; empty if it is no such key."""
    raw = _raw_key(public_key)
    if raw is None:
        return ""
    digest = hashlib.sha256(_string(_KIND) + _string(raw)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def message_to_sign(message: bytes, namespace: str) -> bytes:
    """Return the bytes the key signs for `message`."""
    digest = hashlib.sha512(message).digest()
    return _MAGIC + b"".join(_string(x) for x in (namespace.encode(), b"", _HASH, digest))


def armor(public_key: str, signature: bytes, namespace: str) -> str:
    """Return the armored text for a raw 64-byte signature, ending in a line end."""
    raw = _raw_key(public_key) or b""
    inner = (
        _string(_KIND) + _string(raw),
        namespace.encode(),
        b"",
        _HASH,
        _string(_KIND) + _string(signature),
    )
    blob = _MAGIC + (1).to_bytes(4, "big") + b"".join(_string(x) for x in inner)
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH)]
    return "\n".join([_HEAD, *lines, _FOOT, ""])


def signer(message: bytes, armored: str, namespace: str) -> str | None:
    """Return the public key that made this signature over `message`, None if none did.

    Only the one canonical spelling of a signature counts, so that no byte of it can be changed.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    lines = armored.split("\n")
    try:
        blob = base64.b64decode("".join(lines[1:-2]), validate=True)
    except (binascii.Error, ValueError):
        return None
    fields = _strings(blob[10:]) or []
    if len(fields) != 5:
        return None
    key_fields, signature_fields = _strings(fields[0]), _strings(fields[4])
    if not (key_fields and signature_fields and len(key_fields) == len(signature_fields) == 2):
        return None
    if len(key_fields[1]) != 32:
        return None
    public_key = public_line(key_fields[1])
    if armor(public_key, signature_fields[1], namespace) != armored:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(key_fields[1]).verify(
            signature_fields[1], message_to_sign(message, namespace)
        )
    except (InvalidSignature, ValueError):
        return None
    return public_key
