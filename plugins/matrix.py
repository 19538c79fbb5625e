"""Post each summary as a message in a Matrix room.

In debrief.toml:

    [destinations.room]
    exporter = "matrix"
    level = "counts"
    fields = ["month", "people", "follow_ups", "duties"]

    [destinations.room.settings]
    url = "https://matrix.example.org"
    room = "!OGEhHVWSdvArJzumhm:matrix.example.org"
    token = { keyring = "debrief/room" }

Use an account of its own that is a member of the room, and leave that account logged in: the token
is its access token. `room` is the internal room ID, which begins with `!`, not its name.

Level: counts. A message can't be taken back: it stays on the server of every member of the room. It
is not encrypted from end to end, so a room with encryption switched on is refused, since its
members expect that nobody else can read along. At record, only in a room that lives on your
organisation's own server and nowhere else.

A repeat: the server knows the message by its id for half an hour, for as long as the same token is
used. An attempt whose end is not known goes again within that time; after it, a person decides.
"""

import json
from urllib.parse import quote

from debrief.plugin import Document, Link, Receipt, Rejected, Secret, Setting, exporter


@exporter(
    "matrix",
    api=1,
    renders="markdown",
    dedupe="key",
    window_hours=0.5,
    settings=[
        Setting("url", "Address of the Matrix server"),
        Setting("room", "Internal room ID, which begins with !"),
        Secret("token", "Access token of the account that posts"),
    ],
)
def send(doc: Document, to: Link) -> Receipt:
    """Send the message under the document's id; the same id gives the same message."""
    room = f"{to['url'].rstrip('/')}/_matrix/client/v3/rooms/{quote(to['room'], safe='')}"
    headers = {"Authorization": f"Bearer {to['token']}", "Content-Type": "application/json"}

    encryption = to.http.get(f"{room}/state/m.room.encryption", headers=headers)
    if encryption.status != 404:  # 404: the room has no encryption
        to.accept(encryption)
        raise Rejected("the room is encrypted, and this exporter can't encrypt", "refused")

    message = {"msgtype": "m.notice", "body": doc.body.decode()}
    reply = to.http.put(
        f"{room}/send/m.room.message/{doc.id}", content=json.dumps(message), headers=headers
    )
    receipt = to.accept(reply, must_contain='"event_id"')
    return Receipt(reference=reply.json()["event_id"], said=receipt.said)
