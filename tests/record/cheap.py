"""Files such as `age -p` writes (age-encryption.org/v1, scrypt), at a cost that a test can afford.

The library that seals in earnest chooses the cost by itself: seconds and a gigabyte.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, purpose).derive(key)


def sealed(passphrase: str, data: bytes, log_n: int = 4) -> bytes:
    """Return `data` (at most 64 KiB) as an age file for a passphrase, stretched by 2**log_n."""
    key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    stretched = hashlib.scrypt(
        passphrase.encode(),
        salt=b"age-encryption.org/v1/scrypt" + salt,
        n=2**log_n, r=8, p=1, dklen=32, maxmem=2**31 - 1,
    )  # fmt: skip
    wrapped = ChaCha20Poly1305(stretched).encrypt(b"\0" * 12, key, None)
    head = f"age-encryption.org/v1\n-> scrypt {_b64(salt)} {log_n}\n{_b64(wrapped)}\n---"
    mac = hmac.digest(_derived(key, b"", b"header"), head.encode(), "sha256")
    body = ChaCha20Poly1305(_derived(key, nonce, b"payload")).encrypt(
        b"\0" * 11 + b"\1", data, None
    )
    return f"{head} {_b64(mac)}\n".encode() + nonce + body
