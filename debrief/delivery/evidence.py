"""Evidence of what has left a worker process, from inside it.

An audit hook sees every connection, written file and started program, whoever asked for it, and a
trace of the guarded client sees its first request byte. A claim that nothing was sent is only
believed where neither saw anything, or only connections that did not come about. It is no sandbox:
code that means harm can get round it.
"""

from __future__ import annotations

import socket
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


_QUIET: Final = frozenset(
    {"_cffi_backend", "bcrypt", "cryptography", "msgspec", "nacl", "pyrage", "pyarrow", "numpy"}
)
"""Packages whose compiled code opens no connections by itself."""


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
        self._loading = False
        self._brought = False
        """Compiled code was loaded with the exporter that might open connections unseen."""
        self._watching = False
        self._looked_up = False
        self._native = tuple(
            str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "platstdlib")
        )

    def load(self) -> None:
        """Look at what the exporter brings along; once in a process, before it is loaded."""
        self._loading = True
        sys.addaudithook(self._hook)

    def watch(self) -> None:
        """Begin to look at everything; `load` was called before."""
        self._loading, self._watching = False, True
        self._watch_connections()
        if self._brought:
            self.touch(network=True)

    def _watch_connections(self) -> None:
        """Learn which connections came about: the audit hook only sees that one is tried."""
        connect = socket.socket.connect

        def watched(this: socket.socket, address: Any) -> None:
            if not self._watching or getattr(self._mine, "active", False):
                return connect(this, address)
            self._mine.trying = True
            try:
                connect(this, address)
            except BlockingIOError:  # it is under way, and may yet come about
                self.touch(network=True)
                raise
            finally:
                self._mine.trying = False
            return self.touch(network=True)

        socket.socket.connect = watched  # type: ignore[assignment,method-assign]

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
        if self._loading:
            self._on_loading(event, args)
            return
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
        elif event == "import" and args[1] and self._is_native(*map(str, args[:2])):
            self.touch(network=True)

    def _on_loading(self, event: str, args: tuple[Any, ...]) -> None:
        native = event == "import" and args[1] and self._is_native(*map(str, args[:2]))
        if native or event == "ctypes.dlopen":
            self._brought = True

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
        self.touch(network=not getattr(self._mine, "trying", False))

    def _is_native(self, module: str, path: str) -> bool:
        """Tell whether this is compiled code that can open connections which no hook sees."""
        if module.partition(".")[0] in _QUIET:
            return False
        inside = Path(path).resolve()
        site = "site-packages" in inside.parts or "dist-packages" in inside.parts
        return site or not any(inside.is_relative_to(folder) for folder in self._native)


class _Own:
    """While inside, this thread's connections belong to the guarded client."""

    def __init__(self, local: threading.local) -> None:
        self._local = local

    def __enter__(self) -> None:
        self._local.active = True

    def __exit__(self, *_exception: object) -> None:
        self._local.active = False
