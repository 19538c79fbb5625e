"""Eyes inside a worker process: what an exporter touches, and which line of it did so."""

from __future__ import annotations

import os
import signal
import socket
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, Final, TextIO

from debrief.delivery.job import Source
from debrief.kit.orders import Event, Kind

_EVENTS_LIMIT: Final = 500
_TEXT_LIMIT: Final = 10_000
_LINK: Final = "debrief.delivery.link"
_HOST: Final = "debrief."
_CONNECTS: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"})
_LOOKUPS: Final = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_WRITES: Final = frozenset(
    {"os.rename", "os.link", "os.symlink", "os.remove", "os.mkdir", "os.truncate"}
)
_SCRATCH: Final = frozenset({"tempfile.mkdtemp", "tempfile.mkstemp"})
_PROGRAMS: Final = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork"}
)
_WRITING: Final = os.O_WRONLY | os.O_RDWR
_CLOCKS: Final = frozenset({"time", "time_ns", "localtime", "gmtime", "ctime"})
_DATES: Final = frozenset({"now", "utcnow", "today"})
_DICE: Final = frozenset({"urandom", "random", "getrandbits", "randbytes", "generate_time_safe"})
_CONTACTS: Final[dict[str, frozenset[str]]] = {
    "socket": frozenset({"connect", "connect_ex", "send", "sendall", "sendto", "recv"})
    | {"recv_into", "shutdown"},
    "tls": frozenset({"do_handshake", "read", "write"}),
    "os": frozenset({"open", "write", "link", "rename", "replace", "unlink", "remove"})
    | {"fsync", "fdatasync", "mkdir", "symlink", "ftruncate"},
    "file": frozenset({"write", "flush", "truncate"}),
}
"""Builtin functions that reach outside the process, by what they belong to."""


class Eyes:
    """Sees what happens in this process from `open` on; there is one in a process."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.points = 0
        self.early = True
        self.drafting = False
        """While a page is being made: some kinds of file can only be made in a temporary folder."""
        self._own = ""
        self._die_at = -1
        self._waiting = False
        self._on_exit: Callable[[str], None] = lambda _line: None
        self._folders = _quiet_folders()
        self._scratch: list[str] = []

    def open(self, source: Source) -> None:
        """Begin to see what the exporter at `source` does."""
        self._own = _module(source)

    def shut(self) -> None:
        """See nothing more."""
        self._own = ""
        sys.setprofile(None)

    def follow(self, on_exit: Callable[[str], None]) -> None:
        """Follow every call, and hear of an exit before it happens."""
        self._on_exit = on_exit
        sys.setprofile(self._profile)

    def count(self, die_at: int) -> None:
        """Count contacts from the first one on, and end the process by force at one of them.

        Calls are followed from the first contact only: to follow an import takes long.
        """
        self._die_at = die_at
        self._waiting = True

    def _contact(self) -> None:
        if self._waiting:
            self._waiting = False
            sys.setprofile(self._profile)

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        """Take note of an audit event; for `sys.addaudithook`."""
        if not self._own:
            return
        if event in _SCRATCH and self.drafting:
            self._scratch.append(os.fsdecode(args[0]))
        elif event == "open":
            self._on_open(args)
        elif event in _CONNECTS or event in _LOOKUPS:
            self._note("connect", event)
        elif event in _WRITES:
            self._note("write", os.fsdecode(args[0]) if args else "")
        elif event in _PROGRAMS:
            self._note("program", event)

    def line(self) -> str:
        """Return the nearest line of the exporter's own, as `file.py:12`; empty for none."""
        for frame in _frames():
            if self._is_own(frame):
                return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
        return ""

    def heard(self, text: str) -> None:
        """Take note of something printed."""
        if text.strip():
            self._note("print", text[:_TEXT_LIMIT])

    def refused(self, sentence: str) -> None:
        """Take note of something that the worker refused."""
        self._note("program" if "program" in sentence else "connect", "refused")

    def _on_open(self, args: tuple[Any, ...]) -> None:
        path, mode, flags = args
        if not isinstance(path, str | bytes | os.PathLike):
            return
        text = isinstance(mode, str)
        writing = set(mode) & set("wax+") if text else isinstance(flags, int) and flags & _WRITING
        where = str(Path(os.fsdecode(path)).absolute())
        if self.drafting and where.startswith(tuple(self._scratch)):
            return
        if where == os.devnull or (not writing and where.startswith(self._folders)):
            return
        self._note("write" if writing else "read", where)

    def _note(self, kind: Kind, what: str) -> None:
        own, guarded = "", False
        for frame in _frames():
            name = str(frame.f_globals.get("__name__", ""))
            if name.startswith("importlib") and not own:
                return  # another library is being imported, and does what it must
            if name == "tempfile" and self.drafting:
                return
            guarded = guarded or name == _LINK
            if not own and self._is_own(frame):
                own = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
        if (own or guarded) and kind in ("connect", "write"):
            self._contact()
        if (own or guarded or kind == "connect") and len(self.events) < _EVENTS_LIMIT:
            self.events.append(Event(kind, what, own, guarded, self.early))
        if kind == "connect" and own and self.early:
            raise ConnectionRefusedError("nothing is opened while a file is being imported")

    def _is_own(self, frame: FrameType) -> bool:
        name = str(frame.f_globals.get("__name__", ""))
        return bool(self._own) and (name == self._own or name.startswith(f"{self._own}."))

    def _profile(self, _frame: FrameType, event: str, called: Any) -> None:
        if not event.startswith("c_"):
            return
        name = getattr(called, "__name__", "")
        if event == "c_call" and name == "_exit":
            self._on_exit(self.line())
        if event == "c_call" and _tells_time(called, name):
            self._note("clock", name)
        elif event == "c_call" and name in _DICE:
            self._note("random", name)
        elif name in _CONTACTS.get(_owner(called), ()):
            if self.points == self._die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            self.points += 1


class Listener:
    """Stands in for an output stream, and notes each line of the exporter's that writes to it."""

    def __init__(self, stream: TextIO, eyes: Eyes) -> None:
        self._stream = stream
        self._eyes = eyes

    def write(self, text: str) -> int:
        """Note it, and pass it on."""
        self._eyes.heard(text)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back


def _tells_time(called: Any, name: str) -> bool:
    owner = getattr(called, "__self__", None)
    if name in _CLOCKS:
        return getattr(owner, "__name__", "") == "time"
    return name in _DATES and isinstance(owner, type)


def _owner(called: Any) -> str:
    """Return what a builtin function belongs to: a key of the contacts, or nothing."""
    owner = getattr(called, "__self__", None)
    if isinstance(owner, socket.socket):
        return "socket"
    kind = type(owner).__name__
    if kind == "_SSLSocket":
        return "tls"
    if kind in ("FileIO", "BufferedWriter"):
        return "file"
    return "os" if getattr(owner, "__name__", "") in ("posix", "nt") else ""


def _module(source: Source) -> str:
    """Return the name that the exporter's own module bears in a worker."""
    if source.kind == "file":
        return "debrief_plugin_file"
    module = source.where.partition(":")[0]
    return module if source.kind == "built-in" else module.partition(".")[0]


def _quiet_folders() -> tuple[str, ...]:
    """Return where anybody may read: Python, the program, certificates, zones, devices."""
    paths = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    paths += [sys.prefix, sys.base_prefix, str(Path(__file__).parents[1])]
    return (*paths, "/usr/share/zoneinfo", "/etc", "/usr/lib/ssl", "/dev", "/proc", "/sys")
