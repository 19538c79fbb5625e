"""Secrets are pointed at, never written down: environment, file, keyring or a command."""

from __future__ import annotations

import importlib
import os
import shlex
from pathlib import Path
from typing import Any, Final

import msgspec

from debrief.errors import EXIT_KEY, Problem
from debrief.i18n import _

_COMMAND_SECONDS: Final = 30


class SecretRef(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a secret is: exactly one of these is given."""

    env: str | None = None
    file: str | None = None
    keyring: str | None = None
    """`service/user`."""
    command: tuple[str, ...] | str | None = None

    @property
    def given(self) -> tuple[str, ...]:
        """The names of the ways that are filled in."""
        return tuple(way for way in ("env", "file", "keyring", "command") if getattr(self, way))


def resolve(ref: SecretRef, setting: str, destination: str) -> str:
    """Return the secret; raises Problem (never holding the secret) when it can't be had."""
    if ref.env:
        value = os.environ.get(ref.env, "")
    elif ref.file:
        value = _from_file(Path(ref.file).expanduser())
    elif ref.keyring:
        value = _from_keyring(ref.keyring)
    else:
        value = _from_command(ref.command or ())
    if not value:
        raise Problem(
            _(
                "The secret “{setting}” for {destination} could not be had from {way}, so nothing"
                " was sent and it waits; set it, then send again."
            ).format(setting=setting, destination=destination, way=_way(ref)),
            EXIT_KEY,
        )
    return value


def _way(ref: SecretRef) -> str:
    """Return in words where the secret should be, without what a command may hold."""
    if ref.env:
        return _("the environment variable {name}").format(name=ref.env)
    if ref.file:
        return _("the file {path}").format(path=ref.file)
    if ref.keyring:
        return _("the keyring entry {name}").format(name=ref.keyring)
    return _("its command")


def _from_file(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _from_keyring(entry: str) -> str:
    try:
        keyring: Any = importlib.import_module("keyring")
        failure: Any = importlib.import_module("keyring.errors").KeyringError
    except ImportError:
        return ""
    service, _slash, user = entry.rpartition("/")
    try:
        return str(keyring.get_password(service, user) or "")
    except (failure, RuntimeError):
        return ""


def _from_command(command: tuple[str, ...] | str) -> str:
    import subprocess

    words = shlex.split(command) if isinstance(command, str) else list(command)
    try:
        done = subprocess.run(  # noqa: S603
            words, capture_output=True, timeout=_COMMAND_SECONDS, check=True
        )
        return done.stdout.decode("utf-8").strip("\r\n")
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError, ValueError):
        return ""
