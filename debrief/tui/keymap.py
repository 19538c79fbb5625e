"""Keys of one's own: `[keys]` of debrief.toml, checked before they are used.

A key is refused that terminals swallow or send as another one, that the editor needs for itself
where it has the word, or that two commands would share.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Final

from debrief.errors import Problem
from debrief.i18n import _
from debrief.text import clean_line
from debrief.tui import commands
from debrief.tui.commands import Command, show_key

EDITING: Final = ("app", "round")
"""Scopes that hold while somebody writes."""
TOGETHER: Final = (
    ("round", "signs"),
    ("setup", "people"),
    ("close", "settle"),
    ("settings", "choices"),
)
"""Scopes that hold on one screen at the same time."""
_MOVES: Final = ("up", "down", "left", "right", "home", "end", "pageup", "pagedown")
_CHANGES: Final = ("enter", "space", "backspace", "delete", "insert")
NAMED: Final = frozenset((*_MOVES, *_CHANGES, "escape", "tab", "question_mark", "slash"))
"""Keys with names of their own, beside f1 to f12 and single characters."""
SAME_BYTE: Final = {
    "ctrl+h": "Backspace",
    "ctrl+i": "Tab",
    "ctrl+j": "Enter",
    "ctrl+m": "Enter",
    "ctrl+[": "Esc",
}
"""A terminal sends these as the key beside them (the control codes of ASCII)."""
KEPT: Final = frozenset(("ctrl+c", "ctrl+z", "ctrl+p", "tab", "shift+tab"))
"""Copy, undo, the palette, and the way from pane to pane."""
EDITORS: Final = frozenset(
    (*(f"ctrl+{one}" for one in "adekuvwxy"), "ctrl+left", "ctrl+right", *_MOVES, *_CHANGES)
)
"""What the editor of the notes needs for itself."""


def read(table: Mapping[str, str | Mapping[str, str]]) -> dict[str, str]:
    """Return command id -> key for `[keys]`; raises Problem for what can't be used.

    Both `round.next-voice = "ctrl+f"` and `"round.next-voice" = "ctrl+f"` are understood, and ^f
    and F5 as people write them.
    """
    chosen: dict[str, str] = {}
    known = {one.id: one for one in commands.COMMANDS}
    for ident, text in _flat(table):
        if ident not in known:
            raise _unknown(ident, known)
        keys = [_spelled(part) for part in text.split(",")]
        for key in keys:
            if key not in known[ident].keys:  # what it comes along with may always be written
                check(known[ident], key)
        chosen[ident] = ",".join(keys)
    _check_doubles(chosen)
    return chosen


def _flat(table: Mapping[str, str | Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, str):
            yield name, value
        else:
            for inner, key in value.items():
                yield f"{name}.{inner}", key


def _unknown(name: str, known: Mapping[str, Command]) -> Problem:
    ident = clean_line(name)
    near = difflib.get_close_matches(ident, known, n=1, cutoff=0.5)
    if near:
        return Problem(
            _("[keys] names a command that is not known: {id}. Did you mean {near}?").format(
                id=ident, near=near[0]
            )
        )
    told = _("[keys] names a command that is not known: {id}. `debrief keymap` lists them all.")
    return Problem(told.format(id=ident))


def _spelled(text: str) -> str:
    """Return a key as the screens' library spells it."""
    key = text.strip()
    if len(key) > 1 and key.startswith("^"):
        key = "ctrl+" + key[1:]
    if len(key) > 1:
        key = key.casefold()
    return {"esc": "escape", "del": "delete", "?": "question_mark", "/": "slash"}.get(key, key)


def check(command: Command, key: str) -> None:
    """Raise Problem where the key can't be had for the command."""
    *held, last = key.split("+") if len(key) > 1 else [key]
    shown = show_key(key)
    if key in SAME_BYTE:
        told = _("[keys] gives {key} to {id}, but a terminal sends it as {other}; choose another.")
        raise Problem(told.format(key=shown, id=command.id, other=SAME_BYTE[key]))
    if not _is_key(last):
        told = _("[keys] gives {key} to {id}, and that is no key; write ctrl+f, f5 or escape.")
        raise Problem(told.format(key=clean_line(key) or '""', id=command.id))
    if set(held) - {"ctrl", "shift"} or len(held) > 1:
        told = _("[keys] gives {key} to {id}, but many terminals swallow it; choose another.")
        raise Problem(told.format(key=shown, id=command.id))
    writes = not held and (len(last) == 1 or last in ("question_mark", "slash"))
    in_editor = command.scope in EDITING and (writes or key in EDITORS or held == ["shift"])
    if key in KEPT or in_editor:
        told = _("[keys] gives {key} to {id}, but writing needs that key; choose another.")
        raise Problem(told.format(key=shown, id=command.id))


def _is_key(name: str) -> bool:
    if name.startswith("f") and name[1:].isdigit():
        return 1 <= int(name[1:]) <= 12
    return name in NAMED or (len(name) == 1 and name.isprintable() and not name.isspace())


def _check_doubles(chosen: Mapping[str, str]) -> None:
    """Raise Problem where a key of one's own would stand for two commands at once."""
    known = {one.id: one for one in commands.COMMANDS}
    for ident, keys in chosen.items():
        for other in commands.COMMANDS:
            if other.id == ident or not _meet(known[ident], other):
                continue
            shared = set(keys.split(",")) & set(chosen.get(other.id, other.key).split(","))
            if shared:
                told = _("[keys] gives {key} to {id}, but {other} has it; give that another key.")
                raise Problem(told.format(key=show_key(min(shared)), id=ident, other=other.id))


def _meet(one: Command, other: Command) -> bool:
    """Tell whether both commands can hold at the same time."""
    scopes = {one.scope, other.scope}
    everywhere = "app" in scopes and not (one.yields or other.yields)
    return len(scopes) == 1 or everywhere or any(scopes <= {*pair} for pair in TOGETHER)
