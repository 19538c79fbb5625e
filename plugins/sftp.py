"""Put each summary into a folder on an SFTP server, as one file that is never overwritten.

In debrief.toml:

    [destinations.drop]
    exporter = "sftp"
    level = "record"
    fields = ["date", "team", "phases", "duties", "actions"]

    [destinations.drop.settings]
    url = "sftp://files.example.org"
    user = "debrief"
    folder = "inbox"
    host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEcWcwwB15SWZUyD9R3nWnqHfwqRYzqdmxvBFYcrRMdH"
    key = { file = "/home/me/.ssh/debrief" }

Needs the package asyncssh (2.24) in the same environment as debrief. `key` is a private key without
a passphrase that is used for nothing else: ssh-keygen -t ed25519 -N "" -f ~/.ssh/debrief
`host_key` is the server's own key: ask those who run the server for it, or take the last two words
of what ssh-keyscan -t ed25519 files.example.org prints, and compare it with theirs. A server that
shows another key gets nothing. `folder` is counted from where the account lands; begin it with `/`
to count from the top.

Level: record, or counts. Whoever may read the folder on the server may read the summaries.

A repeat: the file is written under a hidden name and then given its own, in one step that fails if
the name is taken. If it is taken by the same bytes, that is a repeat, and it is there once.
"""

import asyncio
import contextlib
import socket
from urllib.parse import urlsplit

from debrief.plugin import (
    Document,
    Link,
    NotSent,
    Receipt,
    Rejected,
    Secret,
    Setting,
    Unknown,
    exporter,
)

try:
    import asyncssh
except ImportError:
    asyncssh = None


@exporter(
    "sftp",
    api=1,
    renders="markdown",
    dedupe="name",
    settings=[
        Setting("url", "Server, as sftp://files.example.org"),
        Setting("user", "Name to log in with"),
        Setting("folder", "Folder on the server", required=False, default="."),
        Setting("host_key", "The server's own key: ssh-ed25519 and what follows"),
        Secret("key", "Private key in OpenSSH's form, without a passphrase"),
    ],
)
def send(doc: Document, to: Link) -> Receipt:
    """Connect, check the server's key, log in, and put the file there."""
    if asyncssh is None:
        raise NotSent("the package asyncssh is missing: install it with pip", "no-package")
    return asyncio.run(upload(doc, to))


async def upload(doc: Document, to: Link) -> Receipt:
    """Log in with the one key, and believe only the one server."""
    try:
        key = asyncssh.import_private_key(to["key"])
        server = asyncssh.import_public_key(to["host_key"])
    except asyncssh.KeyImportError:
        raise NotSent("the key or the host key can't be read", "request") from None
    place = urlsplit(to["url"])
    line = connect(place.hostname, place.port or 22)
    try:
        async with (
            asyncssh.connect(
                place.hostname,
                sock=line,
                username=to["user"],
                client_keys=[key],
                known_hosts=([server], [], []),
                agent_path=None,
                config=None,
            ) as ssh,
            ssh.start_sftp_client() as sftp,
        ):
            return await put(sftp, doc, to["folder"])
    except asyncssh.HostKeyNotVerifiable:
        raise Rejected("the server shows another key than host_key", "door") from None
    except asyncssh.PermissionDenied:
        raise Rejected("the server did not let us in", "door") from None
    except (OSError, asyncssh.Error):
        raise Unknown("the connection broke", "broke") from None


def connect(host: str, port: int) -> socket.socket:
    """Return a connection to the server; without one, nothing has left."""
    try:
        return socket.create_connection((host, port))
    except OSError:
        raise NotSent("no connection", "connect") from None


async def put(sftp: "asyncssh.SFTPClient", doc: Document, folder: str) -> Receipt:
    """Write the file under a hidden name, then give it its own if that is free."""
    target, part = f"{folder}/{doc.filename}", f"{folder}/.{doc.id}.part"
    try:
        async with sftp.open(part, "wb") as file:
            await file.write(doc.body)
            with contextlib.suppress(asyncssh.SFTPOpUnsupported):
                await file.fsync()
        await sftp.rename(part, target)  # the plain one, which refuses a name that is taken
    except asyncssh.SFTPError as error:
        return await compare(sftp, doc, part, target, error.code)
    return Receipt(reference=doc.filename)


async def compare(
    sftp: "asyncssh.SFTPClient", doc: Document, part: str, target: str, code: int
) -> Receipt:
    """Find out why it could not be put there: because it already is, or because it may not be."""
    with contextlib.suppress(asyncssh.SFTPError):
        await sftp.remove(part)
    if not await sftp.exists(target):
        raise Rejected(f"the server did not let us write in the folder (SFTP {code})", "refused")
    async with sftp.open(target, "rb") as file:
        if await file.read(len(doc.body) + 1) != doc.body:
            raise Rejected("another file has this name", "taken")
    return Receipt(reference=doc.filename, duplicate=True)
