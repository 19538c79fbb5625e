"""Drops in a folder on an SFTP server, read with asyncssh, which is loaded only then.

The server must show the key that the file of known hosts has for it; we log in with a key, never
with a password. Nothing is asked of it but a list and what is in the files.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import heapq
import importlib
import stat
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from debrief.collecting.drop import LIMIT, Refused, document_of
from debrief.collecting.sources import MOST, Entry, Login, no_address, unread
from debrief.errors import Problem
from debrief.i18n import _

_SECONDS: Final = 30.0
"""For the way in, and for the way out."""
_LIST_SECONDS: Final = 300.0
_FILE_SECONDS: Final = 30.0
_SEEN: Final = 10 * MOST
"""Names that a list may have: they come in no order, so all must be seen to know the first."""
_PART: Final = 32_768
"""Bytes that are asked for at once: every server gives as many."""
_KNOWN_HOSTS: Final = "~/.ssh/known_hosts"


class SftpSource:
    """`sftp://USER@HOST/FOLDER`, counted from where the user lands; `//` begins at the top."""

    def __init__(self, address: str, login: Login) -> None:
        try:
            parts = urlsplit(address)
            self._host, self._port = parts.hostname or "", parts.port or 22
        except ValueError:
            raise no_address() from None
        self._user, folder = unquote(parts.username or ""), unquote(parts.path[1:])
        folder = folder.rstrip("/") or folder[:1]
        words = f"{self._user}{self._host}{folder}"
        odd = parts.query or parts.fragment or not words.isprintable()
        if odd or not (self._host and self._user):
            raise no_address()
        host = f"[{self._host}]" if ":" in self._host else self._host
        host += f":{self._port}" if self._port != 22 else ""
        self.name = f"sftp://{self._user}@{host}/{folder}".rstrip("/")
        self.more = False
        if parts.password is not None:
            raise Problem(
                _(
                    "A password may not stand in an address, and nothing was read; put only the"
                    " name there ({source}), and log in with a key (--ssh-key, or ssh-agent)."
                ).format(source=self.name)
            )
        self._folder, self._login = (folder or ".").encode(), login
        self._runner = asyncio.Runner()
        self._line: Any = None
        self._files: Any = None

    def entries(self) -> Iterator[Entry]:
        """Yield what lies in the folder and does not begin with a dot, by name; raises Problem.

        Of links and folders only the name is told: following one could lead anywhere.
        """
        self._do(self._come_in(), _SECONDS)
        found = self._do(self._list(), _LIST_SECONDS)
        self.more = len(found) > MOST
        yield from found[:MOST]

    def read(self, entry: Entry) -> bytes:
        """Return the bytes of a file; raises Refused, or Problem when the server is away."""
        document_of(entry.name)
        if entry.size < 0:
            raise Refused("kind")
        if entry.size >= LIMIT:
            raise Refused("large")
        data: bytes | None = self._do(self._read(entry.name.encode()), _FILE_SECONDS)
        if data is None:
            raise Refused("gone")
        if len(data) >= LIMIT:
            raise Refused("large")
        return data

    def close(self) -> None:
        """Close the connection."""
        if self._line is not None:
            self._runner.run(self._hang_up())
        self._runner.close()

    def _do(self, work: Coroutine[Any, Any, Any], seconds: float) -> Any:
        """Return what comes of `work`; raises Problem when it fails or takes too long."""
        try:
            ssh: Any = importlib.import_module("asyncssh")
        except ImportError:
            work.close()
            raise unread(
                self.name,
                _("the package asyncssh is missing; install it: pip install 'shift-debrief[sftp]'"),
            ) from None
        try:
            return self._runner.run(self._in_time(work, seconds))
        except (ssh.HostKeyNotVerifiable, ssh.KeyExchangeFailed):
            raise unread(
                self.name, _("the file of known hosts has no such key for this server")
            ) from None
        except ssh.PermissionDenied:
            raise unread(self.name, _("the server did not let us in")) from None
        except (OSError, ValueError, ssh.Error):
            raise unread(self.name, _("no answer")) from None

    async def _in_time(self, work: Coroutine[Any, Any, Any], seconds: float) -> Any:
        """Return what comes of `work`; raises TimeoutError when it takes longer.

        To be cancelled is not enough: the library then still waits for the server to say that a
        file is closed. Without a connection it waits for nothing.
        """
        task = asyncio.ensure_future(work)
        task.add_done_callback(_seen)
        await asyncio.wait((task,), timeout=seconds)
        if not task.done():
            task.cancel()
            if self._line is not None:
                await self._hang_up()
            await asyncio.wait((task,), timeout=_SECONDS)
            raise TimeoutError
        return task.result()

    async def _hang_up(self) -> None:
        line, self._line = self._line, None
        line.abort()
        await asyncio.wait((asyncio.ensure_future(line.wait_closed()),), timeout=_SECONDS)

    async def _come_in(self) -> None:
        import asyncssh

        if self._files is not None:
            return
        mine = self._key()
        self._line = await asyncssh.connect(
            self._host,
            self._port,
            username=self._user,
            known_hosts=self._known(),
            preferred_auth=["publickey"],
            compression_algs=None,  # nothing is unpacked
            config=None,  # which could start programs
            **({"client_keys": [mine], "agent_path": None} if mine else {}),
        )
        self._files = await self._line.start_sftp_client()

    def _known(self) -> Any:
        """Return the servers that are known; raises Problem."""
        import asyncssh

        try:
            path = Path(self._login.known_hosts or _KNOWN_HOSTS).expanduser()
            return asyncssh.read_known_hosts(str(path))
        except (OSError, ValueError, RuntimeError):
            raise unread(self.name, _("the file of known hosts can't be read")) from None

    def _key(self) -> Any:
        """Return the key that was given, or none for the agent's and the usual ones."""
        import asyncssh

        if not self._login.ssh_key:
            return None
        try:
            return asyncssh.read_private_key(Path(self._login.ssh_key).expanduser())
        except (OSError, ValueError, RuntimeError):
            reason = _("the SSH key can't be read; one with a passphrase goes into ssh-agent")
            raise unread(self.name, reason) from None

    async def _list(self) -> list[Entry]:
        """Return the first of what lies in the folder, by name, and one more if there is one."""
        import asyncssh

        found: list[Entry] = []
        try:
            seen = 0
            async with contextlib.aclosing(self._files.scandir(self._folder)) as listed:
                async for one in listed:
                    seen += 1
                    if seen > _SEEN:
                        reason = _("the list is too long; use a folder for each site")
                        raise unread(self.name, reason)
                    if one.filename[:1] != b".":
                        found.append(_entry(one))
                    if len(found) > 2 * MOST:
                        found = heapq.nsmallest(MOST + 1, found, key=_name)
        except asyncssh.SFTPError as error:
            raise unread(self.name, _reason(error)) from None
        return heapq.nsmallest(MOST + 1, found, key=_name)

    async def _read(self, name: bytes) -> bytes | None:
        """Return the bytes of a file up to the limit, None when it can't be read."""
        import asyncssh

        data = b""
        path = self._folder.rstrip(b"/") + b"/" + name
        try:
            async with self._files.open(path, "rb", block_size=0) as file:
                while len(data) < LIMIT:
                    part = await file.read(_PART, len(data))
                    if not part:
                        break
                    data += part
        except (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection):
            raise
        except asyncssh.SFTPError:
            return None
        return data


def _entry(one: Any) -> Entry:
    """Return what a server says of a name; a name that is no text is shown, and is no drop's."""
    kind = stat.S_IFMT(one.attrs.permissions or 0)
    plain = kind in (0, stat.S_IFREG)
    when = min(max(0, one.attrs.mtime or 0), 4_000_000_000)
    day = dt.datetime.fromtimestamp(when, dt.UTC).date() if when else None
    name = bytes(one.filename).decode("utf-8", "replace")[:200]
    return Entry(name, (one.attrs.size or 0) if plain else -1, day)


def _seen(task: asyncio.Task[Any]) -> None:
    """Look at how a task ended, or Python writes of it on the screen."""
    if not task.cancelled():
        task.exception()


def _name(entry: Entry) -> str:
    return entry.name


def _reason(error: Any) -> str:
    import asyncssh

    if isinstance(error, asyncssh.SFTPNoSuchFile | asyncssh.SFTPNoSuchPath):
        return _("the folder is not there")
    if isinstance(error, asyncssh.SFTPConnectionLost | asyncssh.SFTPNoConnection):
        return _("no answer")
    return _("the server did not let us read the folder")
