"""Rows of the PostgreSQL inbox (plugins/inbox.sql), read with a role that can do nothing else.

It is read with pg8000, the library that plugins/postgres.py writes it with. The database vouches
for the site of each row: it is the user who added it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib
import ipaddress
import ssl
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from debrief.collecting.drop import LIMIT, Refused
from debrief.collecting.sources import MOST, Entry, Login, no_address, no_password, unread
from debrief.i18n import _

_SECONDS: Final = 30
_LIST: Final = """
    SELECT site, id, sha256, octet_length(body), received FROM inbox.delivery
    ORDER BY site COLLATE "C", id COLLATE "C" LIMIT :most
"""
_BODY: Final = "SELECT body FROM inbox.delivery WHERE site = :site AND id = :id"


class InboxSource:
    """`postgresql://reader@host:port/database`; always encrypted, but on this very machine."""

    def __init__(self, address: str, login: Login) -> None:
        try:
            parts = urlsplit(address)
            self._host, self._port = parts.hostname or "", parts.port or 5432
        except ValueError:
            raise no_address() from None
        self._user, self._login = unquote(parts.username or ""), login
        self._base = parts.path.strip("/")
        self.name = f"postgresql://{self._host}:{self._port}/{self._base}"
        self.more = False
        self._database: Any = None
        if parts.password is not None:
            raise no_password(self.name)

    def entries(self) -> Iterator[Entry]:
        """Yield the rows, by site and id; raises Problem."""
        rows = self._ask(_LIST, most=MOST + 1)
        self.more = len(rows) > MOST
        for site, document, digest, size, received in rows[:MOST]:
            day = received.date() if isinstance(received, dt.datetime) else None
            yield Entry(f"{site}/{document}", int(size), day, str(digest), site, document)

    def read(self, entry: Entry) -> bytes:
        """Return the body of a row, which is what its digest says; raises Refused, or Problem."""
        if entry.size >= LIMIT:
            raise Refused("large")
        rows = self._ask(_BODY, site=entry.site, id=entry.document)
        if not rows:
            raise Refused("gone")
        data = bytes(rows[0][0])
        if len(data) >= LIMIT:
            raise Refused("large")
        if hashlib.sha256(data).hexdigest() != entry.mark:
            raise Refused("digest")
        return data

    def close(self) -> None:
        """Close the connection."""
        if self._database is not None:
            database, self._database = self._database, None
            database.close()

    def _ask(self, text: str, **values: Any) -> list[list[Any]]:
        try:
            pg: Any = importlib.import_module("pg8000.native")
        except ImportError:
            raise unread(
                self.name, _("the package pg8000 is missing; install it with pip")
            ) from None
        try:
            if self._database is None:
                self._connect(pg)
            return list(self._database.run(text, **values) or [])
        except ssl.SSLError:
            raise unread(self.name, _("its certificate was not accepted")) from None
        except pg.DatabaseError:
            raise unread(self.name, _("the database did not let us in, or let us read")) from None
        except (OSError, pg.Error) as error:
            reason = _("it offers no encryption") if "SSL" in str(error) else _("no answer")
            raise unread(self.name, reason) from None

    def _connect(self, pg: Any) -> None:
        database = pg.Connection(
            self._user,
            host=self._host,
            port=self._port,
            database=self._base,
            password=self._login.password,
            ssl_context=self._encryption(),
            timeout=_SECONDS,
        )
        self._database = database  # before anything is asked, so that it is closed whatever comes
        database.run("SET default_transaction_read_only = on")

    def _encryption(self) -> ssl.SSLContext | bool:
        try:
            if self._host == "localhost" or ipaddress.ip_address(self._host).is_loopback:
                return False
        except ValueError:
            pass  # a name, not a number
        try:
            return ssl.create_default_context(cafile=self._login.ca_file or None)
        except OSError:
            raise unread(self.name, _("the file with certificates can't be read")) from None
