"""Post the summary to a webhook, signed as Standard Webhooks 1.0.0 asks.

The signature is HMAC-SHA256 over `id.timestamp.body`, made at the moment of sending, since
receivers refuse a timestamp more than five minutes away. The id is the same in every attempt.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from typing import ClassVar, Final

from debrief.i18n import _
from debrief.plugin import (
    Dedupe,
    Document,
    Exporter,
    Link,
    NotSent,
    Receipt,
    Renders,
    Secret,
    Setting,
)

_PREFIX: Final = "whsec_"
_KEY_BYTES: Final = range(24, 65)


class Webhook(Exporter):
    """A POST of the JSON page with `webhook-id`, `webhook-timestamp` and `webhook-signature`."""

    name: ClassVar[str] = "webhook"
    renders: ClassVar[Renders] = "json"
    dedupe: ClassVar[Dedupe] = "key"
    window_hours: ClassVar[float | None] = None
    settings: ClassVar[tuple[Setting | Secret, ...]] = (
        Setting("url", "Address of the webhook"),
        Secret("secret", "Signing secret (whsec_…); several, with spaces between, while changing"),
    )

    def send(self, doc: Document, to: Link) -> Receipt:
        """Post once; a receipt for 2xx only."""
        keys = [_key(secret) for secret in str(to["secret"]).split()]
        if not keys:
            raise NotSent(_("the signing secret is empty"), "secret-form")
        timestamp = int(time.time())
        reply = to.http.post(
            str(to["url"]),
            content=doc.body,
            headers={
                "Content-Type": doc.media_type,
                "Idempotency-Key": doc.id,
                "webhook-id": doc.id,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": " ".join(
                    sign(key, doc.id, timestamp, doc.body) for key in keys
                ),
            },
        )
        return to.accept(reply)


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return one signature, `v1,` and base64; `timestamp` is in Unix seconds."""
    content = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(secret: str) -> bytes:
    """Return the key in `whsec_` and base64; raises NotSent, since nothing has left yet."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or len(key) not in _KEY_BYTES:
        raise NotSent(
            "the signing secret is not whsec_ and 24 to 64 bytes in base64", "secret-form"
        )
    return key
