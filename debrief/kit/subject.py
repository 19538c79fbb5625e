"""The exporter that is tried, and values for what it asks for, so that no account is needed.

An address becomes that of a receiver on this machine, a folder one that is thrown away, a secret a
word that must never be seen again. What has a form of its own can be given; otherwise it is taken
from the destination that the text at the top of a plugin's file shows, or from its default.
"""

from __future__ import annotations

import ast
import base64
import functools
import hashlib
import re
import textwrap
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from debrief.delivery.config import About, Destination, Network
from debrief.delivery.documents import freeze
from debrief.delivery.faultserver import Answer
from debrief.delivery.job import Source
from debrief.errors import Problem
from debrief.i18n import _
from debrief.kit.mailserver import SCHEME
from debrief.kit.rounds import canary_round
from debrief.plugin import Document, Secret, Setting
from debrief.summary import Level, reduce
from debrief.summary.levels import allowed

DESTINATION: Final = "kit"
_ADDRESSES: Final = ("url", "address", "endpoint", "webhook", "server")
_SCHEME: Final = re.compile(r"\b(?!https?:)([a-z][a-z+-]*)://")
"""An address of another kind than the web's, in a label."""
_FOLDERS: Final = ("path", "folder", "directory")
_LOGINS: Final = ("user", "username", "login")
_MAIL: Final = ("to", "sender", "from", "mail", "email", "recipient", "recipients")
_HERE: Final = "127.0.0.1"


class Subject(msgspec.Struct, frozen=True):
    """An exporter on the bench."""

    source: Source
    about: About
    values: Mapping[str, Any]
    """Setting name -> value; `{server}`, `{host}`, `{port}` and `{folder}` in it are filled in."""
    answers: tuple[Answer, ...] = ()
    """What its receiver may say when all is well; the first that it takes for a yes is used."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The words that must never be seen in anything but a request."""
        words = (self.values[one.name] for one in self.about.settings if isinstance(one, Secret))
        plain = [str(word).removeprefix("{server}/") for word in words]
        return tuple(line for word in plain for line in word.splitlines() if line[:5] != "-----")

    @property
    def networked(self) -> bool:
        """Whether any of its settings says where in a network to go."""
        marks = ("{server}", "{host}", "{port}")
        return any(mark in str(value) for value in self.values.values() for mark in marks)

    @property
    def mailing(self) -> bool:
        """Whether it hands messages to a mail server."""
        return any(str(value).startswith(f"{SCHEME}://") for value in self.values.values())

    @property
    def foldered(self) -> bool:
        """Whether any of its settings is a folder on this machine."""
        return any("{folder}" in str(value) for value in self.values.values())

    def filled(self, url: str, folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
        """Return settings and secrets with the receiver's address and the folder filled in."""
        parts = urlsplit(url)
        marks = {"{server}": url, "{host}": parts.hostname or _HERE, "{folder}": str(folder)}
        marks["{port}"] = str(parts.port or 9)
        settings: dict[str, Any] = {}
        secrets: dict[str, str] = {}
        for one in self.about.settings:
            value = _fill(self.values[one.name], marks)
            if isinstance(one, Secret):
                secrets[one.name] = str(value)
            else:
                settings[one.name] = value
        return settings, secrets

    def document(
        self, level: Level, folder: Path, session: str = "2026-01-09-zibbe", revision: int = 1
    ) -> Document:
        """Return what would be sent of the canary round; raises Problem if it makes no page."""
        fields = allowed(level)
        settings, _secrets = self.filled(f"http://{_HERE}:9", folder)
        where = Destination(self.about.name, level, fields, settings=settings, network=Network())
        view = reduce(canary_round(session), level, fields, "da", revision=revision)
        return freeze(view, DESTINATION, where, self.about, self.source)


def _fill(value: Any, marks: Mapping[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    if value == "{port}":
        return int(marks[value])
    for mark, text in marks.items():
        value = value.replace(mark, text)
    return value


def subject(
    source: Source,
    about: About,
    given: Mapping[str, str] | None = None,
    answer: Answer | None = None,
) -> Subject:
    """Put an exporter on the bench; raises Problem when `given` names what it does not ask for."""
    known = {one.name for one in about.settings}
    for name in given or {}:
        if name not in known:
            raise Problem(
                _("{exporter} has no setting “{name}”; it has {known}.").format(
                    exporter=about.name, name=name, known=", ".join(sorted(known)) or "-"
                )
            )
    example = shown(source)
    networked = any(_is_address(one) or one.name == "host" for one in about.settings)
    values = {
        one.name: (given or {}).get(one.name, _value(one, example, networked, about.seals))
        for one in about.settings
    }
    answers = (answer,) if answer else _ANSWERS
    return Subject(source, about, values, answers)


_ANSWERS: Final = (
    Answer(201),
    Answer(200, "ok"),
    Answer(200, '{"ok": true, "id": "1", "event_id": "$1", "result": "success"}'),
    Answer(202),
)


def _is_address(one: Setting | Secret) -> bool:
    last = one.name.rpartition("_")[2]
    return last in _ADDRESSES or one.label.lower().startswith("address of")


def _value(one: Setting | Secret, example: Mapping[str, Any], networked: bool, seals: bool) -> Any:
    """Return a value for one setting, with marks in it for what is known later."""
    shown_value = example.get(one.name)
    if _is_address(one):
        path = "/in" if isinstance(one, Secret) else ""
        if isinstance(shown_value, str) and "://" in shown_value:
            parts = urlsplit(shown_value)
            path = parts.path.rstrip("/")
            if parts.scheme not in ("http", "https"):
                return f"{parts.scheme}://{{host}}:{{port}}{path}"
        elif schemes := _SCHEME.findall(one.label):
            scheme = SCHEME if SCHEME in schemes else schemes[0]
            return f"{scheme}://{{host}}:{{port}}"
        word = f"/{_digest(one.name).hex()}" if isinstance(one, Secret) else ""
        return "{server}" + (word or path)
    if isinstance(one, Secret):
        return _private_key() if "OpenSSH" in one.label else _canary(one.name)
    if one.name in ("host", "port"):
        return "{" + one.name + "}"
    if one.name in _FOLDERS and not networked:
        return "{folder}"
    if shown_value is not None:
        return shown_value
    return one.default or _invented(one, seals)


def _canary(name: str) -> str:
    """Return a secret that is known again wherever it turns up, in the form of a signing key."""
    return f"whsec_{base64.b64encode(_digest(name)).decode()}"


@functools.cache
def _private_key() -> str:
    """Return a private key that was made just now and opens nothing, for SSH."""
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def _digest(name: str) -> bytes:
    return hashlib.sha256(f"kit {name}".encode()).digest()


def _invented(one: Setting, seals: bool) -> str:
    if not one.required:
        return "test" if one.name in _LOGINS else ""
    if seals and one.name.startswith("recipient"):
        import pyrage  # type: ignore[import-untyped]

        key = pyrage.x25519.Identity.generate().to_public()
        return str(key)
    if one.name in _MAIL:
        return "test@example.org"
    return "inbox" if one.name in _FOLDERS else "test"


def shown(source: Source) -> Mapping[str, Any]:
    """Return the settings of the destination that the text at the top of a plugin's file shows."""
    if source.kind != "file":
        return {}
    try:
        text = ast.get_docstring(ast.parse(Path(source.where).read_bytes()), clean=False) or ""
        lines = [line for line in text.splitlines() if line.startswith("    ") or not line]
        tables = tomllib.loads(textwrap.dedent("\n".join(lines))).get("destinations", {})
    except (OSError, SyntaxError, ValueError):
        return {}
    for table in tables.values():
        if isinstance(table, Mapping) and isinstance(table.get("settings"), Mapping):
            return dict(table["settings"])
    return {}
