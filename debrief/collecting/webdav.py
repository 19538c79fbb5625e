"""Drops in a WebDAV folder, such as one of Nextcloud, read through the guarded client."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

from debrief.collecting.drop import LIMIT, Refused, document_of
from debrief.collecting.remote import DEADLINE_S, ask, size, tree
from debrief.collecting.sources import MOST, Entry, Login, no_address, no_password, unread
from debrief.delivery.job import Way
from debrief.delivery.link import REPLY_LIMIT
from debrief.i18n import _
from debrief.plugin import Reply

_ASKED: Final = (
    b'<?xml version="1.0"?><d:propfind xmlns:d="DAV:"><d:prop><d:getcontentlength/>'
    b"<d:getlastmodified/><d:getetag/><d:resourcetype/></d:prop></d:propfind>"
)
_DAV: Final = "{DAV:}"


class WebdavSource:
    """One folder on a server; its address may hold the user's name, never a password."""

    def __init__(self, address: str, login: Login) -> None:
        try:
            parts = urlsplit(address)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise no_address() from None
        place = f"[{host}]" if ":" in host else host
        place += f":{port}" if port else ""
        self.name = urlunsplit((parts.scheme, place, parts.path.rstrip("/"), "", ""))
        self.more = False
        if parts.password is not None:
            raise no_password(self.name)
        word = base64.b64encode(f"{unquote(parts.username or '')}:{login.password}".encode())
        self._headers = {"Authorization": f"Basic {word.decode()}"} if parts.username else {}
        self._way = Way(hosts=(host,), ca_file=login.ca_file, deadline_s=DEADLINE_S)

    def entries(self) -> Iterator[Entry]:
        """Yield the drops in the folder, by name; raises Problem."""
        reply = self._ask("PROPFIND", f"{self.name}/")
        if reply.status != 207:
            raise unread(self.name, _("the server says {status}").format(status=reply.status))
        if len(reply.body) >= REPLY_LIMIT:
            raise unread(self.name, _("the list is longer than 1 MB; use a folder for each site"))
        found = {entry.name: entry for entry in self._listed(reply.body)}
        self.more = len(found) > MOST
        for name in sorted(found)[:MOST]:
            yield found[name]

    def read(self, entry: Entry) -> bytes:
        """Return the bytes of a drop; raises Refused, or Problem when the server is away."""
        document_of(entry.name)
        if entry.size >= LIMIT:
            raise Refused("large")
        reply = self._ask("GET", f"{self.name}/{entry.name}")
        if reply.status != 200:
            raise Refused("gone")
        if len(reply.body) >= LIMIT:
            raise Refused("large")
        return reply.body

    def close(self) -> None:
        """Nothing is open."""

    def _ask(self, method: str, url: str) -> Reply:
        listing = method == "PROPFIND"
        headers = {**self._headers, **({"Depth": "1"} if listing else {})}
        return ask(self.name, self._way, method, url, headers, _ASKED if listing else b"")

    def _listed(self, body: bytes) -> Iterator[Entry]:
        """Yield what the server lists; an address that leads elsewhere counts by its last part."""
        for one in tree(self.name, body).iter(f"{_DAV}response"):
            if one.find(f".//{_DAV}collection") is not None:
                continue
            name = unquote(one.findtext(f"{_DAV}href", "").rstrip("/").rpartition("/")[2])
            yield Entry(
                name,
                size(one.findtext(f".//{_DAV}getcontentlength", "")),
                _day(one.findtext(f".//{_DAV}getlastmodified", "")),
                one.findtext(f".//{_DAV}getetag", "")[:200],
            )


def _day(text: str) -> dt.date | None:
    try:
        return parsedate_to_datetime(text).date()
    except (TypeError, ValueError, IndexError):
        return None
