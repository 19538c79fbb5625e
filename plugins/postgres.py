"""Put each summary into a PostgreSQL database that can only be added to: one row for each.

In debrief.toml:

    [destinations.inbox]
    exporter = "postgres"
    level = "record"
    fields = ["date", "team", "phases", "turns", "duties", "actions", "signs"]

    [destinations.inbox.settings]
    url = "postgresql://db.example.org/debrief"
    user = "site_nord"
    password = { keyring = "debrief/inbox" }
    ca_file = "/etc/ssl/certs/our-organisation.pem"

Needs the package pg8000 (1.31) in the same environment as debrief, and a database that somebody has
prepared with inbox.sql, which lies beside this file and says how. Each site has a user of its own,
who can add rows in the site's name and ask whether one of its own is there; it can't read, change
or delete any, and can't write in another site's name.

The connection is always encrypted and the server's certificate is always checked; only a database
on this very machine is spoken to without. `ca_file` is needed where the certificate comes from your
own organisation.

Level: record, or counts. Whoever may read the inbox may read the summaries.

A repeat: the database takes a document only once. Afterwards it is asked whether what it has is the
same, and only then is there a receipt.
"""

import ipaddress
import socket
import ssl
from urllib.parse import SplitResult, urlsplit

from debrief.plugin import (
    Document,
    Link,
    NotSent,
    Outcome,
    Receipt,
    Rejected,
    RetryLater,
    Secret,
    Setting,
    Unknown,
    exporter,
)

try:
    import pg8000.native as pg
except ImportError:
    pg = None

INSERT = """
    INSERT INTO inbox.delivery (id, sha256, filename, media_type, body)
    VALUES (:id, :sha256, :filename, :media_type, :body) ON CONFLICT DO NOTHING
"""


@exporter(
    "postgres",
    api=1,
    renders="json",
    dedupe="name",
    settings=[
        Setting("url", "Server and database, as postgresql://db.example.org/debrief"),
        Setting("user", "The site's user in the database"),
        Secret("password", "Its password"),
        Setting("ca_file", "File with your organisation's certificates", required=False),
    ],
)
def send(doc: Document, to: Link) -> Receipt:
    """Add the row if it is not there, and ask whether what is there is the same."""
    if pg is None:
        raise NotSent("the package pg8000 is missing: install it with pip", "no-package")
    place = urlsplit(to["url"])
    tls = encryption(place.hostname, to["ca_file"])
    line = connect(place)
    try:
        with pg.Connection(
            to["user"],
            host=place.hostname,
            database=place.path.strip("/"),
            password=to["password"],
            ssl_context=tls,
            sock=line,
        ) as database:
            return add(database, doc)
    except ssl.SSLError:
        raise Rejected("the server's certificate was not accepted", "door") from None
    except pg.DatabaseError as error:
        raise meaning(error) from None
    except (OSError, pg.Error) as error:
        if "SSL" in str(error):
            raise Rejected("the server offers no encryption", "door") from None
        raise Unknown("the connection broke", "broke") from None


def add(database: "pg.Connection", doc: Document) -> Receipt:
    """Add the row. The receipt is what the database says of the row that it now has."""
    database.run(
        INSERT,
        id=doc.id,
        sha256=doc.sha256,
        filename=doc.filename,
        media_type=doc.media_type,
        body=doc.body,
    )
    new = database.row_count == 1
    [[answer]] = database.run("SELECT inbox.receipt(:id, :sha256)", id=doc.id, sha256=doc.sha256)
    if answer == "DIFFERENT":
        raise Rejected("the database has something else under this id", "taken")
    if answer != "same":
        raise Unknown("the database does not know the row", "answer")
    return Receipt(reference=doc.id, duplicate=not new)


def encryption(host: str, ca_file: str) -> ssl.SSLContext | bool:
    """Return how the connection is encrypted; False for this machine."""
    try:
        if host == "localhost" or ipaddress.ip_address(host).is_loopback:
            return False
    except ValueError:
        pass  # a name, not a number
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError:
        raise NotSent("the certificate file can't be read", "ca-file") from None


def connect(place: SplitResult) -> socket.socket:
    """Return a connection to the server; without one, nothing has left."""
    try:
        return socket.create_connection((place.hostname, place.port or 5432))
    except OSError:
        raise NotSent("no connection", "connect") from None


def meaning(error: "pg.DatabaseError") -> Outcome:
    """Return what an error of the database means; its code says it (PostgreSQL, appendix A)."""
    code = error.args[0].get("C", "") if isinstance(error.args[0], dict) else ""
    if code[:2] in ("28", "3D", "3F", "42"):  # password, no database, no schema, no permission
        return Rejected(f"the database did not let us in ({code})", "door")
    if code[:2] in ("40", "53", "57"):  # busy, full, starting up or shutting down
        return RetryLater(said=f"the database is busy ({code})", why="busy")
    return Rejected(f"the database refused it ({code})", "refused")
