from __future__ import annotations

import base64
import os
import time

import pytest
from standardwebhooks import Webhook as Peer
from standardwebhooks.webhooks import WebhookVerificationError

from debrief.exporters.webhook import Webhook, sign
from debrief.plugin import Document, NotSent, Receipt, Reply

DOCUMENT = Document("d-1", '{"team": "Nørd"}\n'.encode(), "application/json", "", "x.json")


class FakeLink:
    """Keeps the request instead of sending it."""

    def __init__(self, secret: str) -> None:
        self.values = {"url": "https://x.example/", "secret": secret}
        self.headers: dict[str, str] = {}
        self.http = self

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def post(self, url: str, *, content: bytes, headers: dict[str, str]) -> Reply:
        self.headers = headers
        return Reply(204, {}, b"")

    def accept(self, reply: Reply) -> Receipt:
        return Receipt(said=str(reply.status))


def secret(size: int = 32) -> str:
    return "whsec_" + base64.b64encode(os.urandom(size)).decode()


@pytest.mark.parametrize("size", [24, 32, 64])
def test_another_implementation_accepts_the_signature(size: int) -> None:
    key = secret(size)
    to = FakeLink(key)
    Webhook().send(DOCUMENT, to)
    assert Peer(key).verify(DOCUMENT.body, to.headers) == {"team": "Nørd"}
    assert abs(int(to.headers["webhook-timestamp"]) - time.time()) < 5
    assert to.headers["webhook-id"] == to.headers["Idempotency-Key"] == "d-1"
    with pytest.raises(WebhookVerificationError):
        Peer(key).verify(DOCUMENT.body.replace(b"N", b"M"), to.headers)
    with pytest.raises(WebhookVerificationError):
        Peer(secret()).verify(DOCUMENT.body, to.headers)


def test_while_the_secret_is_changed_both_are_accepted() -> None:
    old, new = secret(), secret()
    to = FakeLink(f"{new} {old}")
    Webhook().send(DOCUMENT, to)
    for key in (old, new):
        Peer(key).verify(DOCUMENT.body, to.headers)


def test_the_signature_is_the_one_of_the_specification() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}') == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


@pytest.mark.parametrize("bad", ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_kort", "whsec_!!"])
def test_a_secret_of_the_wrong_form_sends_nothing(bad: str) -> None:
    to = FakeLink(bad)
    with pytest.raises(NotSent) as caught:
        Webhook().send(DOCUMENT, to)
    assert caught.value.why == "secret-form"
    assert to.headers == {}
