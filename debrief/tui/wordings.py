"""How the settings read: their names, a sentence each, their values, and what one would risk."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Final

from debrief import i18n
from debrief.i18n import _, ngettext, pgettext
from debrief.workspace.editing import Setting, Value

NAMES: Final[Mapping[str, tuple[Callable[[], str], Callable[[], str]]]] = {
    "language": (
        lambda: _("Language"),
        lambda: _("The language of the screens. Where it is not set, this computer's decides."),
    ),
    "round_language": (
        lambda: _("Language of the round"),
        lambda: _("The language of the questions. Where it is not set, that of the screens."),
    ),
    "country": (
        lambda: _("Country"),
        lambda: _("Whose laws and telephone numbers the duty cards tell of."),
    ),
    "team": (
        lambda: _("Team"),
        lambda: _(
            "The team's name, filled in at each round; it stands in the record in the clear."
        ),
    ),
    "protocol": (
        lambda: _("Usual protocol"),
        lambda: _("The protocol that stands first when a round is set up, by its id."),
    ),
    "privacy": (
        lambda: _("Names and notes"),
        lambda: _(
            "Sealed: only those with a key can read them. Open: whoever has the file can. It "
            "holds from the next round."
        ),
    ),
    "theme": (
        lambda: _("Look"),
        lambda: _(
            "Dark, light, black and white for high contrast, or your terminal's own colours."
        ),
    ),
    "glyphs": (
        lambda: _("Signs and frames"),
        lambda: _(
            "Plain draws with plain letters only; automatic does so where the terminal needs it."
        ),
    ),
    "editor_tmp": (
        lambda: _("Editor may use the disk"),
        lambda: _(
            "Whether a note may lie in the temporary folder, and so perhaps on the disk, while "
            "your own editor has it."
        ),
    ),
    "retention.private_days": (
        lambda: _("Sealed part is kept"),
        lambda: _("Days after which `debrief expire` erases names and notes."),
    ),
    "retention.record_days": (
        lambda: _("Record is kept"),
        lambda: _("Days after which `debrief expire` erases the rest of a session."),
    ),
}
"""What a setting is called, and one sentence about it, by its key in the file."""


VALUES: Final[Mapping[str, Mapping[str, Callable[[], str]]]] = {
    "privacy": {
        "sealed": lambda: pgettext("setting", "sealed"),
        "open": lambda: pgettext("setting", "open"),
    },
    "theme": {
        "dusk": lambda: pgettext("setting", "dark"),
        "day": lambda: pgettext("setting", "light"),
        "high-contrast": lambda: pgettext("setting", "high contrast"),
        "ansi": lambda: pgettext("setting", "the terminal's own"),
    },
    "glyphs": {
        "auto": lambda: pgettext("setting", "automatic"),
        "unicode": lambda: pgettext("setting", "drawn"),
        "ascii": lambda: pgettext("setting", "plain"),
    },
    "country": {
        "DK": lambda: pgettext("setting", "Denmark"),
        "NO": lambda: pgettext("setting", "Norway"),
        "other": lambda: pgettext("setting", "another"),
    },
}
"""What the values of a choice are called; languages have their own names."""


def path_rows(path: PurePath, width: int) -> list[str]:
    """Return a path on as many rows as it needs, broken behind a folder where one is."""
    rows = [""]
    for part in path.parts:
        piece = part if part == path.parts[-1] or part.endswith(os.sep) else part + os.sep
        if rows[-1] and len(rows[-1] + piece) > width:
            rows.append("")
        rows[-1] += piece
    return rows


def risk(setting: Setting, wanted: Value) -> str:
    """Return what a value would take away; empty where it takes no protection away."""
    if (setting.name, wanted) == ("privacy", "open"):
        return _("From the next round on, whoever has a session file can read its names and notes.")
    if (setting.name, wanted) == ("editor_tmp", True):
        return _(
            "A note may then lie on the disk while your editor has it, and leave traces there."
        )
    return ""


def label(setting: Setting) -> str:
    """Return what a setting is called."""
    known = NAMES.get(setting.name)
    return known[0]() if known else setting.name


def sentence(setting: Setting) -> str:
    """Return one sentence about a setting."""
    known = NAMES.get(setting.name)
    return known[1]() if known else _("The setting {key}.").format(key=setting.name)


def steps(setting: Setting) -> tuple[Value, ...]:
    """Return the values to step through; none for what is typed."""
    if setting.kind == "switch":
        return (False, True)
    none: tuple[Value, ...] = (None,) if setting.optional else ()
    return (*none, *setting.choices) if setting.kind == "choice" else ()


def shown(setting: Setting, value: Value) -> str:
    """Return a value as a person reads it."""
    if value is None or value == "":
        return _("not set")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    named = VALUES.get(setting.name, {}).get(str(value))
    if named is not None:
        return named()
    if setting.name.endswith("language"):
        return i18n.NAMES.get(str(value), str(value))
    if setting.name.endswith("_days"):
        return ngettext("{n} day", "{n} days", int(value)).format(n=value)
    return str(value)
