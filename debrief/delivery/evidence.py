"""Evidence of what has left a worker process, from inside it.

An audit hook sees every connection, written file and started program, whoever asked for it, and a
trace of the guarded client sees its first request byte. A claim that nothing was sent is only
believed where neither saw anything. It is no sandbox: code that means harm can get round it.
"""

from __future__ import annotations

import sys
import sysconfig
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

_NETWORK: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"})
_LOOKUP: Final = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_PROGRAM: Final = frozenset(
    {
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.spawn",
        "os.fork",
        "os.forkpty",
        "pty.spawn",
        "os.startfile",
    }
)
_DISK: Final = frozenset(
    {
        "os.rename",
        "os.link",
        "os.symlink",
        "os.remove",
        "os.mkdir",
        "os.truncate",
        "sqlite3.connect",
    }
)
_WRITING: Final = 0o3
"""The access bits of `os.open` flags: not zero when the file is opened for writing."""


class Refused(Exception):
    """The exporter tried something it may not: another host, or another program."""


class Evidence:
    """What has been seen since `watch` was called."""

    def __init__(self, hosts: Iterable[str], touched: Callable[[], None]) -> None:
        self.hosts = frozenset(host.lower() for host in hosts)
        self.touched = False
        """Something may have left, by any way."""
        self.sent = False
        """Bytes may have left over a network."""
        self.refused = ""
        """What was refused: `host` or `program`."""
        self._tell = touched
        self._mine = threading.local()
        self._watching = False
        self._looked_up = False
        self._native = tuple(
            str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "platstdlib")
        )

    def watch(self) -> None:
        """Begin; can't be undone, so it is called once in a process."""
        self._watching = True
        sys.addaudithook(self._hook)

    def rest(self) -> None:
        """Stop looking, since the exporter is done and only the answer is left to write."""
        self._watching = False

    def own(self) -> _Own:
        """Return a context in which connections are the guarded client's own."""
        return _Own(self._mine)

    def touch(self, *, network: bool) -> None:
        """Note that something may have left from here on."""
        if network:
            self.sent = True
        if not self.touched:
            self.touched = True
            self._tell()

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if not self._watching or getattr(self._mine, "active", False):
            return
        if event == "open":
            self._on_open(args)
        elif event in _NETWORK:
            self._on_network(args)
        elif event in _LOOKUP:
            self._on_lookup(args)
        elif event in _PROGRAM:
            self.refused = "program"
            raise Refused("an exporter may not start other programs")
        elif event in _DISK or event == "ctypes.dlopen":
            self.touch(network=event == "ctypes.dlopen")
        elif event == "import" and args[1]:
            self._on_native(str(args[1]))

    def _on_open(self, args: tuple[Any, ...]) -> None:
        mode, flags = args[1], args[2]
        if isinstance(mode, str):
            if any(letter in mode for letter in "wax+"):
                self.touch(network=False)
        elif isinstance(flags, int) and flags & _WRITING:
            self.touch(network=False)

    def _on_lookup(self, args: tuple[Any, ...]) -> None:
        host = args[0]
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
        if name.lower() not in self.hosts:
            self.refused = "host"
            raise Refused("the host is not one of the destination's")
        self._looked_up = True

    def _on_network(self, args: tuple[Any, ...]) -> None:
        address = args[1] if len(args) > 1 else None
        host = str(address[0]).lower() if isinstance(address, tuple) and address else ""
        if host and host not in self.hosts and not self._looked_up:
            self.refused = "host"
            raise Refused("the host is not one of the destination's")
        self.touch(network=True)

    def _on_native(self, path: str) -> None:
        """Compiled code from elsewhere can open connections that no hook sees."""
        inside = Path(path).resolve()
        site = "site-packages" in inside.parts or "dist-packages" in inside.parts
        if site or not any(inside.is_relative_to(folder) for folder in self._native):
            self.touch(network=True)


class _Own:
    """While inside, this thread's connections belong to the guarded client."""

    def __init__(self, local: threading.local) -> None:
        self._local = local

    def __enter__(self) -> None:
        self._local.active = True

    def __exit__(self, *_exception: object) -> None:
        self._local.active = False
