"""Put the summary in a folder on a WebDAV server, such as Nextcloud, and never over another file.

`If-None-Match: *` lets the server refuse a name that is taken. It may be taken by an attempt whose
answer got lost, so what is there is read and compared: the same is a duplicate, the beginning of
the same (some servers keep what came before the line broke) is replaced, and only if it has not
changed since; anything else is left as it is.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import ClassVar, Final, Literal
from urllib.parse import urlsplit

from debrief.i18n import _
from debrief.plugin import (
    Dedupe,
    Document,
    Exporter,
    Link,
    Outcome,
    Receipt,
    Rejected,
    Renders,
    Reply,
    Secret,
    Setting,
    Unknown,
)

Verdict = Literal["same", "torn", "other"]
"""What is under a name: what was to be put there, the beginning of it, or something else."""

_READ_LIMIT: Final = 1_000_000
"""Bytes of a file that the guarded client reads at most."""
_DEEPEST: Final = 12
_NO_FOLDER: Final = frozenset({404, 409})
"""What servers say to a file for a folder that is not there."""
_UNREADABLE: Final = (403, 405)
"""What servers say to a look into a folder that one may only add to."""


class Webdav(Exporter):
    """Markdown files in a folder on the server; the folder is made when it is missing."""

    name: ClassVar[str] = "webdav"
    renders: ClassVar[Renders] = "markdown"
    dedupe: ClassVar[Dedupe] = "name"
    settings: ClassVar[tuple[Setting | Secret, ...]] = (
        Setting("url", "Address of the folder"),
        Setting("user", "Name to log in with"),
        Secret("password", "Password; for Nextcloud an app password"),
    )

    def send(self, doc: Document, to: Link) -> Receipt:
        """Put `doc.filename` there; Rejected when something else has its name."""
        folder = str(to["url"]).rstrip("/")
        place = f"{folder}/{doc.filename}"
        reply = self._put(place, doc, to, {"If-None-Match": "*"})
        if reply.status in _NO_FOLDER and _make_folder(folder, to):
            reply = self._put(place, doc, to, {"If-None-Match": "*"})
        if reply.status == 412:
            return self._taken(place, doc, to)
        return _accept(reply, doc, to)

    def compare(self, theirs: bytes, ours: bytes) -> Verdict:
        """Tell what `theirs`, the first 1 MB of a file, is to `ours`."""
        if theirs == ours or (len(theirs) >= _READ_LIMIT and ours.startswith(theirs)):
            return "same"
        return "torn" if ours.startswith(theirs) else "other"

    def check(self, to: Link) -> Iterable[str]:
        """Ask for the folder itself; nothing is written."""
        url = f"{str(to['url']).rstrip('/')}/"
        try:
            status = to.http.request("PROPFIND", url, headers=_login(to) | {"Depth": "0"}).status
        except Outcome:
            return [_("The server could not be reached.")]
        if status == 404:
            return [_("The folder is not there; it is made when something is sent.")]
        if status in (401, 403):
            return [_("The server did not let us in; check user and password.")]
        return [] if status == 207 else [_("The address is not one of a WebDAV folder.")]

    def _put(self, place: str, doc: Document, to: Link, terms: Mapping[str, str]) -> Reply:
        headers = {**_login(to), "Content-Type": doc.media_type, **terms}
        return to.http.put(place, content=doc.body, headers=headers)

    def _taken(self, place: str, doc: Document, to: Link) -> Receipt:
        """Say what it means that the name is taken; where nothing may be read, it is believed."""
        there = to.http.get(place, headers=_login(to))
        if there.status not in (200, *_UNREADABLE):
            raise Unknown(str(there.status), "server")
        found = self.compare(there.body, doc.body) if there.status == 200 else "same"
        if found == "same":
            return Receipt(reference=doc.filename, duplicate=True, said="412")
        etag = there.headers.get("etag", "")
        if found == "torn" and etag:
            return _accept(self._put(place, doc, to, {"If-Match": etag}), doc, to)
        raise Rejected(_("another file has this name"), "taken")


class WebdavHtml(Webdav):
    """The same with HTML pages."""

    name: ClassVar[str] = "webdav-html"
    renders: ClassVar[Renders] = "html"


class WebdavJson(Webdav):
    """The same with JSON, for programs."""

    name: ClassVar[str] = "webdav-json"
    renders: ClassVar[Renders] = "json"


def _login(to: Link) -> dict[str, str]:
    word = base64.b64encode(f"{to['user']}:{to['password']}".encode()).decode()
    return {"Authorization": f"Basic {word}"}


def _accept(reply: Reply, doc: Document, to: Link) -> Receipt:
    """Turn the answer to a PUT into a receipt: a server says 201 or 204, a log-in page 200."""
    if reply.status == 200:
        raise Unknown(_("the answer is not the receiver's"), "answer")
    return to.accept(reply, reference=doc.filename)


def _make_folder(folder: str, to: Link) -> bool:
    """Make a folder and those above it that are missing; tell whether there was any to make."""
    missing = _missing(folder, to)
    for name in reversed(missing):
        reply = to.http.request("MKCOL", f"{name}/", headers=_login(to))
        if reply.status not in (201, 405):  # 405: somebody else has made it meanwhile
            return False
    return bool(missing)


def _missing(folder: str, to: Link) -> list[str]:
    """Return the folder and those above it that are not there, the lowest first."""
    missing: list[str] = []
    while urlsplit(folder).path.strip("/") and len(missing) < _DEEPEST:
        reply = to.http.request("PROPFIND", f"{folder}/", headers={**_login(to), "Depth": "0"})
        if reply.status not in _NO_FOLDER:
            break
        missing.append(folder)
        folder = folder.rpartition("/")[0]
    return missing
