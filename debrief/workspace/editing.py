"""One setting of debrief.toml at a time: what there is to set, and a change that keeps the rest.

What there is comes from the types in `config`, so a setting that is added there is offered by
itself. Comments, order and everything else in the file stay as they were written.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import inspect

from debrief.errors import Problem
from debrief.i18n import _
from debrief.workspace.config import Config, parse

Kind = Literal["choice", "text", "number", "switch"]
Value = str | int | bool | None
"""A setting's value; None where the file says nothing and nothing stands for it."""


class Setting(msgspec.Struct, frozen=True):
    """One thing to set. `path` is its key in the file, part by part."""

    path: tuple[str, ...]
    kind: Kind
    default: Value
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    optional: bool = False
    """Whether it may be left out, so that something else decides."""

    @property
    def name(self) -> str:
        """The key as it is written in the file."""
        return ".".join(self.path)


def settings() -> tuple[Setting, ...]:
    """Return everything that has one value and so can be set on a screen, in the types' order.

    Lists and tables (recipients, keys, destinations) are written by hand or by their commands.
    """
    return tuple(_settings(Config, ()))


def _settings(struct: type[msgspec.Struct], above: tuple[str, ...]) -> Iterator[Setting]:
    info = inspect.type_info(struct)
    hints = get_type_hints(struct)
    if not isinstance(info, inspect.StructType):
        return
    for field in info.fields:
        path = (*above, field.encode_name)
        if isinstance(field.type, inspect.StructType):
            yield from _settings(field.type.cls, path)
        elif field.encode_name != "version":
            default = None if field.default is msgspec.NODEFAULT else field.default
            made = _setting(path, field.type, default, hints[field.name])
            if made is not None:
                yield made


def _setting(
    path: tuple[str, ...], kind: inspect.Type, default: Value, hint: object
) -> Setting | None:
    optional = False
    if isinstance(kind, inspect.UnionType):
        rest = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        optional = len(rest) < len(kind.types)
        if len(rest) != 1:
            return None
        kind = rest[0]
    if isinstance(kind, inspect.LiteralType):
        return Setting(path, "choice", default, tuple(_words(hint)), optional=optional)
    if isinstance(kind, inspect.BoolType):
        return Setting(path, "switch", default, optional=optional)
    if isinstance(kind, inspect.IntType):
        return Setting(path, "number", default, (), kind.ge, kind.le, optional)
    if isinstance(kind, inspect.StrType):
        return Setting(path, "text", default, optional=optional)
    return None


def _words(hint: object) -> Iterator[str]:
    """Yield the words of a Literal, or of one in a union, in the order they are written."""
    if get_origin(hint) is Literal:
        yield from map(str, get_args(hint))
    else:
        for part in get_args(hint):
            yield from _words(part)


def value(config: Config, setting: Setting) -> Value:
    """Return what the configuration says of a setting."""
    found: Any = config
    for part in setting.path:
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]  # each setting's type is one of Value


def written(data: bytes, setting: Setting) -> bool:
    """Tell whether the file itself says something of a setting; raises Problem."""
    parse(data)
    found: Any = tomllib.loads(data.decode())
    for part in setting.path:
        if not isinstance(found, dict) or part not in found:
            return False
        found = found[part]
    return True


def change(data: bytes, setting: Setting, wanted: Value, name: str = "debrief.toml") -> bytes:
    """Return the file with one setting changed; None takes its line away.

    Everything else is kept byte for byte. Raises Problem where the file can't be read or what
    comes out would be refused.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    parse(data, name)
    *above, last = setting.path
    try:
        document = tomlkit.parse(data.decode())
        table: Any = document
        for part in above:
            if part not in table:
                if wanted is None:
                    return data
                table[part] = tomlkit.table()
            table = table[part]
        if wanted is not None:
            table[last] = wanted
        elif last in table:
            del table[last]
        changed = tomlkit.dumps(document).encode()
    except (TOMLKitError, TypeError, ValueError):
        raise Problem(
            _("{file} could not be changed at {key}; change it there by hand.").format(
                file=name, key=setting.name
            )
        ) from None
    config = parse(changed, name)
    expected = setting.default if wanted is None else wanted
    if value(config, setting) != expected:
        told = _("{file} could not be changed at {key}; change it there by hand.")
        raise Problem(told.format(file=name, key=setting.name))
    return changed


def typed(setting: Setting, text: str) -> Value:
    """Return what was typed as the setting's value; raises Problem where it can't be."""
    line = text.strip()
    if setting.kind != "number":
        return line
    number = int(line) if line.isdecimal() and len(line) < 10 else -1
    least, most = setting.least or 0, setting.most if setting.most is not None else 10**9
    if not least <= number <= most:
        told = _("That is no number from {least} to {most}.")
        raise Problem(told.format(least=least, most=most))
    return number
