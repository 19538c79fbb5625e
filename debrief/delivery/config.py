"""Destinations as `[destinations.NAME]` in debrief.toml says them, checked and typed."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import msgspec

from debrief.delivery.secretrefs import SecretRef
from debrief.errors import Problem
from debrief.i18n import _
from debrief.plugin import Dedupe, Exporter, Renders, Secret, Setting
from debrief.summary import Level, check_fields, nearest
from debrief.text import is_id
from debrief.workspace.refusing import choices, misfit

SettingValue = str | int | float | bool | SecretRef | tuple[str, ...]
_DEADLINE: Final = re.compile(r"(\d{1,4})(s|m)")
_LONGEST_S: Final = 600


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How this destination is reached."""

    hosts: tuple[str, ...] = ()
    """The only hosts it may speak to; empty: the hosts of the addresses in its settings."""
    proxy: str = "none"
    """`none`, `system` (what the environment says) or an address."""
    ca_file: str = ""
    """A file with the certificates to trust instead of the usual ones."""
    deadline: str = "20s"
    """For the whole attempt, from the first connection to the last byte of the answer."""

    @property
    def deadline_s(self) -> int:
        """The deadline in seconds."""
        match = _DEADLINE.fullmatch(self.deadline)
        if match is None:
            raise ValueError(self.deadline)
        return int(match[1]) * (60 if match[2] == "m" else 1)


class Destination(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One place that summaries go to."""

    exporter: str
    level: Level
    fields: tuple[str, ...]
    approve: bool = True
    when: Literal["on-close", "manual"] = "on-close"
    settings: Mapping[str, SettingValue] = {}
    network: Network = Network()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The only hosts the destination may speak to, in lower case."""
        if self.network.hosts:
            return tuple(host.lower() for host in self.network.hosts)
        return hosts_in(value for value in self.settings.values() if isinstance(value, str))


def hosts_in(values: Iterable[str]) -> tuple[str, ...]:
    """Return the hosts of those `values` that are addresses, in lower case, each once."""
    found: list[str] = []
    for value in values:
        with contextlib.suppress(ValueError):
            host = urlsplit(value).hostname if "://" in value else None
            if host and host not in found:
                found.append(host)
    return tuple(found)


class About(msgspec.Struct, frozen=True):
    """What an exporter says of itself, without an instance of it."""

    name: str
    api: int = 1
    renders: Renders = "markdown"
    dedupe: Dedupe = "none"
    window_hours: float | None = None
    settings: tuple[Setting | Secret, ...] = ()
    seals: bool = False

    @classmethod
    def of(cls, exporter: type[Exporter]) -> About:
        """Return what the class says."""
        return cls(
            name=exporter.name,
            api=exporter.api,
            renders=exporter.renders,
            dedupe=exporter.dedupe,
            window_hours=exporter.window_hours,
            settings=tuple(exporter.settings),
            seals=exporter.seals,
        )


def parse_destinations(
    table: Mapping[str, Any],
    source: str,
    about: Callable[[str], About | None] | None = None,
) -> Mapping[str, Destination]:
    """Return the destinations in `table`, the contents of `[destinations]` in the file `source`.

    `about` tells what is known of an exporter without running anything; by default the ones that
    come with the program. Raises Problem, with the place in the file and the nearest right word.
    """
    known = _built_in if about is None else about
    return {name: _destination(name, value, source, known) for name, value in table.items()}


def _built_in(name: str) -> About | None:
    from debrief.delivery.trust import built_in

    return built_in(name)


def _destination(
    name: str, value: Any, source: str, about: Callable[[str], About | None]
) -> Destination:
    where = f"destinations.{name}"
    if not is_id(name):
        raise _problem(source, where, _("a name is small letters, digits and hyphens"))
    if isinstance(value, Mapping):
        _refuse_unknown(value, Destination, source, where)
        if isinstance(value.get("network"), Mapping):
            _refuse_unknown(value["network"], Network, source, f"{where}.network")
    try:
        destination = msgspec.convert(value, Destination)
    except msgspec.ValidationError as error:
        raise _problem(source, where, misfit(str(error), choices(Destination))) from None
    try:
        check_fields(destination.level, destination.fields)
    except Problem as problem:
        raise Problem(f"{source}, {where}: {problem}", problem.status) from None
    _check_network(destination, source, where)
    _check_rules(destination, source, where)
    found = about(destination.exporter)
    if found is not None:
        check_exporter(name, destination, found, source)
    return destination


def _problem(source: str, where: str, what: str) -> Problem:
    return Problem(
        _("{source}, {where}: {what}. Nothing is sent there until it is put right.").format(
            source=source, where=where, what=what
        )
    )


def _refuse_unknown(
    value: Mapping[str, Any], into: type[msgspec.Struct], source: str, where: str
) -> None:
    known = into.__struct_fields__
    for key in value:
        if key not in known:
            raise _problem(source, where, _unknown(key, known))


def _unknown(key: str, known: Iterable[str]) -> str:
    guess = nearest(key, known)
    if guess:
        return _("“{key}” is not known; did you mean “{guess}”?").format(key=key, guess=guess)
    return _("“{key}” is not known; it can be {known}").format(key=key, known=", ".join(known))


def _check_network(destination: Destination, source: str, where: str) -> None:
    try:
        seconds = destination.network.deadline_s
    except ValueError:
        seconds = 0
    if not 1 <= seconds <= _LONGEST_S:
        raise _problem(
            source,
            f"{where}.network.deadline",
            _("write it like “20s” or “2m”, at most 10 minutes"),
        )
    if destination.network.proxy not in ("none", "system"):
        _check_proxy(destination.network.proxy, source, f"{where}.network.proxy")
    for key, value in destination.settings.items():
        if isinstance(value, str) and "://" in value:
            _check_address(value, source, f"{where}.settings.{key}")


def _check_address(url: str, source: str, where: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise _problem(source, where, _("this is not an address")) from None
    if parts.scheme == "http" and not is_this_machine(host):
        raise _problem(
            source, where, _("a summary may not go unencrypted over a network; use https")
        )
    if parts.username or parts.password:
        raise _problem(
            source, where, _("a name or password may not stand in an address; use a secret")
        )


def _check_proxy(proxy: str, source: str, where: str) -> None:
    try:
        parts = urlsplit(proxy)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        good = False
    if not good:
        raise _problem(
            source, where, _("write none, system, or an address without a name and password")
        )


def is_this_machine(host: str) -> bool:
    """Tell whether `host` never leaves this machine, so that plain http is allowed."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_rules(destination: Destination, source: str, where: str) -> None:
    if not destination.approve and destination.level != "counts":
        raise _problem(
            source,
            f"{where}.approve",
            _("only level counts may go without approval; set approve = true"),
        )
    for key, value in destination.settings.items():
        if isinstance(value, SecretRef) and len(value.given) != 1:
            raise _problem(
                source,
                f"{where}.settings.{key}",
                _(
                    "a secret is one of {{ env }}, {{ file }}, {{ keyring }} or {{ command }}"
                ).format(),
            )


def check_exporter(name: str, destination: Destination, about: About, source: str) -> None:
    """Check the settings and level against what the exporter says; raises Problem."""
    where = f"destinations.{name}"
    if destination.level == "full" and not about.seals:
        raise _problem(
            source,
            f"{where}.level",
            _(
                "level full may only go where it is sealed to a recipient's key, and {exporter}"
                " does not seal; use named or less"
            ).format(exporter=about.name),
        )
    declared = {setting.name: setting for setting in about.settings}
    for key, value in destination.settings.items():
        setting = declared.get(key)
        if setting is None:
            raise _problem(source, f"{where}.settings", _unknown(key, declared))
        _check_kind(setting, value, source, f"{where}.settings.{key}")
    for setting in about.settings:
        if setting.required and setting.name not in destination.settings:
            raise _problem(
                source,
                f"{where}.settings",
                _("“{key}” is missing ({label})").format(key=setting.name, label=setting.label),
            )


def _check_kind(setting: Setting | Secret, value: SettingValue, source: str, where: str) -> None:
    if isinstance(setting, Secret) and not isinstance(value, SecretRef):
        raise _problem(
            source,
            where,
            _('a secret may not stand in the file; write for example {{ env = "NAME" }}').format(),
        )
    if isinstance(setting, Setting) and isinstance(value, SecretRef):
        raise _problem(source, where, _("this setting is not a secret; write the value itself"))
