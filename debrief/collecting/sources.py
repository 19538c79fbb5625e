"""Where documents are fetched from, and the nearest such place: a folder. All are only read.

A WebDAV folder is in `webdav`, a bucket in `s3`, a folder on an SFTP server in `sftp`, the inbox in
`inbox`.
"""

from __future__ import annotations

import datetime as dt
import heapq
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from debrief.collecting.drop import LIMIT, Refused
from debrief.errors import Problem
from debrief.i18n import _

MOST: Final = 100_000
"""Documents that are looked at in one source; what comes after, by name, is told and left."""


class Entry(msgspec.Struct, frozen=True):
    """One document that lies in a source."""

    name: str
    """As the source calls it; only for people, and to find it again."""
    size: int
    day: dt.date | None
    """When it came, where that is known."""
    mark: str = ""
    """Changes whenever the content does; empty where it must be read to know."""
    site: str = ""
    """The site, where the source vouches for it."""
    document: str = ""
    """Its id, where it is not the name."""

    def __repr__(self) -> str:
        return f"<entry, {self.size} bytes>"


class Source(Protocol):
    """A place that documents lie in."""

    name: str
    """How it is called in reports, and remembered; no secret is in it."""
    more: bool
    """Whether there is more than was listed, once it was listed."""

    def entries(self) -> Iterable[Entry]:
        """List it; raises Problem when it can't be."""
        ...

    def read(self, entry: Entry) -> bytes:
        """Return the bytes, fewer than `LIMIT`; raises Refused, or Problem when all is over."""
        ...

    def close(self) -> None:
        """Give back what is open."""
        ...


class FolderSource:
    """A folder of this computer, or one that is synced or mounted."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self.name = str(self.path)
        self.more = False

    def entries(self) -> Iterator[Entry]:
        """Yield what lies in it and does not begin with a dot, by name; raises Problem.

        Of links and folders only the name is told: following one could lead anywhere.
        """
        try:
            with os.scandir(self.path) as found:
                names = heapq.nsmallest(MOST + 1, (e.name for e in found if e.name[:1] != "."))
        except OSError as error:
            raise unread(self.name, os.strerror(error.errno or 0)) from None
        self.more = len(names) > MOST
        for name in names[:MOST]:
            try:
                seen = (self.path / name).lstat()
            except OSError:  # it went meanwhile
                continue
            plain = stat.S_ISREG(seen.st_mode)
            day = dt.datetime.fromtimestamp(min(max(0.0, seen.st_mtime), 4e9), dt.UTC).date()
            yield Entry(name, seen.st_size if plain else -1, day)

    def read(self, entry: Entry) -> bytes:
        """Return the bytes of a file; raises Refused."""
        if entry.size < 0:
            raise Refused("kind")
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            handle = os.open(self.path / entry.name, flags | getattr(os, "O_BINARY", 0))
            with os.fdopen(handle, "rb") as file:
                data = file.read(LIMIT)
        except OSError:
            raise Refused("gone") from None
        if len(data) >= LIMIT:
            raise Refused("large")
        return data

    def close(self) -> None:
        """Nothing is open."""


class Login(msgspec.Struct, frozen=True):
    """How a server lets us in."""

    password: str = ""
    ca_file: str = ""
    url: str = ""
    """Of an S3 store of one's own, as are the next two; empty: what the environment says."""
    region: str = ""
    key_id: str = ""
    """Its secret is the password."""
    ssh_key: str = ""
    """A file, as is the next one; empty: the agent and the usual files of SSH."""
    known_hosts: str = ""

    def __repr__(self) -> str:
        return "<login>"


def source(text: str, login: Login) -> Source:
    """Return the source that a person named; raises Problem when there is no such kind."""
    kind = text.partition("://")[0] if "://" in text else ""
    found: Any
    if kind in ("http", "https"):
        from debrief.collecting.webdav import WebdavSource

        found = WebdavSource(text, login)
    elif kind == "s3":
        from debrief.collecting.s3 import S3Source

        found = S3Source(text, login)
    elif kind == "sftp":
        from debrief.collecting.sftp import SftpSource

        found = SftpSource(text, login)
    elif kind == "postgresql":
        from debrief.collecting.inbox import InboxSource

        found = InboxSource(text, login)
    elif kind:
        raise Problem(
            _(
                "{kind}:// can't be collected from, and nothing was read; give a folder, https://"
                " for WebDAV, s3://, sftp:// or postgresql://."
            ).format(kind=kind)
        )
    else:
        found = FolderSource(Path(text))
    made: Source = found
    return made


def unread(name: str, reason: str) -> Problem:
    """Return what is told of a source that can't be read."""
    return Problem(
        _(
            "{source} could not be read ({reason}); what came from it before is kept. Try again"
            " when it is there."
        ).format(source=name, reason=reason)
    )


def no_password(name: str) -> Problem:
    """Return what is told of an address that holds a password."""
    return Problem(
        _(
            "A password may not stand in an address, and nothing was read; put only the name there"
            " ({source}) and say with --password where the password is."
        ).format(source=name)
    )


def no_address() -> Problem:
    """Return what is told of an address that is none."""
    return Problem(
        _(
            "One of the addresses can't be understood, and nothing was read; they are written"
            " https://USER@HOST/FOLDER, s3://BUCKET/PREFIX, sftp://USER@HOST/FOLDER or"
            " postgresql://USER@HOST/DATABASE."
        )
    )
