"""Which computer wrote a journal, and whether that is this one.

A state folder that travels (a synced home, a roaming profile) brings journals of other computers
along. Three things are compared, the surest first: the id of the start of the system, which no two
computers share and all containers on one do; the id of the installation, where both sides know
theirs; else the first part of the host names. What is unknown on either side never makes a journal
somebody else's, and a container without an installation id counts as unknown, since its name is
new each time. Two installations that are copies of one another share their id, so they are taken
for one computer, as one that was given another name is.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from debrief.i18n import _
from debrief.text import clean_line

_LONGEST: Final = 100
"""Characters of another computer's name that are shown."""
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_MACHINE_IDS: Final = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_CONTAINER_MARKS: Final = (Path("/.dockerenv"), Path("/run/.containerenv"))
_CONTAINER_WORDS: Final = ("container", "KUBERNETES_SERVICE_HOST")


class Owner(msgspec.Struct, frozen=True):
    """Whose journal it is: the session, and the computer and its start that wrote it.

    `host`, `boot` and `machine` are "" where unknown; older journals have no `machine`.
    """

    session: str
    host: str
    boot: str
    machine: str = ""


def this_owner(session: str) -> Owner:
    """Return this computer as the owner of a session's journal."""
    machine = _machine()
    host = "" if not machine and _in_container() else platform.node()
    return Owner(session, host, _first_word(_BOOT_ID), machine)


def elsewhere(owner: Owner, here: Owner) -> str:
    """Return the name of the other computer that `owner` is on; "" where it is this one."""
    if owner.boot and owner.boot == here.boot:
        return ""
    if owner.machine and here.machine:
        same = owner.machine == here.machine
    else:
        same = not (owner.host and here.host) or _short(owner.host) == _short(here.host)
    return "" if same else clean_line(owner.host)[:_LONGEST] or _("a computer without a name")


def _short(host: str) -> str:
    return host.partition(".")[0].casefold()


@cache
def _machine() -> str:
    """Return an id of this installation that tells nothing else; "" where there is none."""
    known = _installation().lower()
    if not re.fullmatch(r"[0-9a-f-]{32,36}", known):
        return ""
    return hashlib.sha256(b"debrief journal " + known.encode()).hexdigest()[:32]


def _installation() -> str:
    if sys.platform == "win32":
        import winreg

        with suppress(OSError):
            key = r"SOFTWARE\Microsoft\Cryptography"
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as found:
                return str(winreg.QueryValueEx(found, "MachineGuid")[0])
    if sys.platform == "darwin":
        import ctypes

        with suppress(OSError, AttributeError):
            found, wait = ctypes.create_string_buffer(16), (ctypes.c_long * 2)(1, 0)
            if ctypes.CDLL(None).gethostuuid(found, wait) == 0:
                return found.raw.hex()
    return next(filter(None, map(_first_word, _MACHINE_IDS)), "")


def _first_word(path: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        return path.read_text("ascii").strip()
    return ""


def _in_container() -> bool:
    return any(word in os.environ for word in _CONTAINER_WORDS) or any(
        mark.exists() for mark in _CONTAINER_MARKS
    )
