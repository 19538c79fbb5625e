"""The workspace's configuration, debrief.toml: typed, strict, and never needed to start."""

from __future__ import annotations

import difflib
import re
import tomllib
from typing import Annotated, Any, Final, Literal

import msgspec

from debrief.errors import Problem
from debrief.i18n import _
from debrief.record.reading import document
from debrief.workspace import recipients, refusing

Days = Annotated[int, msgspec.Meta(ge=1, le=3660)]


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long things are kept, in days."""

    private_days: Days = 180
    record_days: Days = 730


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of debrief.toml. `destinations` is checked by the delivery room, table by table."""

    version: Literal[1] = 1
    language: Literal["da", "nb", "en"] | None = None
    """Interface language; the locale decides where it is not set."""
    round_language: Literal["da", "nb", "en"] | None = None
    """Language of prompts; that of the interface where it is not set."""
    country: Literal["DK", "NO", "other"] | None = None
    """Whose law and numbers guidance shows; the language decides where it is not set."""
    team: str = ""
    protocol: str = "shift-defuse"
    privacy: Literal["sealed", "open"] = "sealed"
    recipients: tuple[str, ...] = ()
    """Further recipients (an organisation, an auditor) who can open private blocks.

    Each is an age recipient or an SSH key, with a name after it where one was given.
    """
    theme: Literal["dusk", "day", "high-contrast", "ansi"] = "dusk"
    """The look of the screens; ansi takes the terminal's own sixteen colours."""
    glyphs: Literal["auto", "unicode", "ascii"] = "auto"
    """Whether signs and frames are drawn with plain letters; auto looks at the terminal."""
    editor_tmp: bool = False
    """Whether a note may lie in the temporary folder while an editor of one's own has it."""
    keys: dict[str, str | dict[str, str]] = {}
    """Command id -> key, in place of the key that comes along; the screens' room checks it."""
    retention: Retention = Retention()
    destinations: dict[str, dict[str, Any]] = {}

    @property
    def sealed_for(self) -> tuple[str, ...]:
        """The keys of `recipients`, without the names."""
        return tuple(one.key for one in recipients.named(self.recipients))


LIMIT: Final = 1024 * 1024
"""Bytes that debrief.toml may have."""
_UNKNOWN = re.compile(r"unknown field `(?P<field>[^`]+)`(?: - at `\$(?P<path>[^`]*)`)?")


def parse(data: bytes, name: str = "debrief.toml") -> Config:
    """Return the configuration in `data`; raises Problem with file, place and nearest key."""
    if len(data) > LIMIT:
        told = _("{file} is too large for a file of settings. Nothing was changed; look at it.")
        raise Problem(told.format(file=name))
    try:
        return msgspec.convert(document(data), Config)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        where = _("not UTF-8 TOML")
        if isinstance(error, tomllib.TOMLDecodeError):
            where = refusing.syntax(str(error))
        raise Problem(
            _("{file} can't be read: {where}. Nothing was changed; mend the file.").format(
                file=name, where=where
            )
        ) from None
    except msgspec.ValidationError as error:
        raise Problem(_refusal(str(error), name)) from None


def _refusal(reason: str, name: str) -> str:
    unknown = _UNKNOWN.search(reason)
    if unknown is None:
        return _("{file} is refused: {reason}. Nothing was changed; mend that line.").format(
            file=name, reason=refusing.misfit(reason, refusing.choices(Config))
        )
    field, path = unknown["field"], (unknown["path"] or "").lstrip(".")
    struct = Retention if path == "retention" else Config
    near = difflib.get_close_matches(field, struct.__struct_fields__, n=1, cutoff=0.5)
    place = f"{path}.{field}" if path else field
    if near:
        return _("{file} has a key that is not known: {key}. Did you mean {near}?").format(
            file=name, key=place, near=near[0]
        )
    return _("{file} has a key that is not known: {key}. The keys are: {keys}.").format(
        file=name, key=place, keys=", ".join(struct.__struct_fields__)
    )
