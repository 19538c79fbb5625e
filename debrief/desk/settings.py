"""What debrief.toml says, changed one setting at a time; a file that changed meanwhile is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from debrief.errors import EXIT_DISK, Problem
from debrief.i18n import _
from debrief.workspace.config import Config, parse
from debrief.workspace.editing import Setting, Value, change

if TYPE_CHECKING:
    from debrief.desk.desk import Desk


class Sheet(msgspec.Struct, frozen=True):
    """The file as it was read: its bytes (None where there is no file) and what they say."""

    data: bytes | None
    config: Config


def read(desk: Desk) -> Sheet:
    """Return the file as it is now; raises Problem where it can't be used."""
    path = desk.places.settings
    data = desk.disk.read(path) if desk.disk.exists(path) else None
    return Sheet(data, parse(data or b"", path.name))


def write(desk: Desk, sheet: Sheet, setting: Setting, wanted: Value) -> Sheet:
    """Write one setting and return the file as it is then; the desk follows it at once.

    Raises Problem, and writes nothing, where the file is not what `sheet` was read from.
    """
    path = desk.places.settings
    changed = change(sheet.data or b"", setting, wanted, path.name)
    now = desk.disk.read(path) if desk.disk.exists(path) else None
    if now != sheet.data:
        told = _("{file} was changed by somebody else meanwhile; nothing was written. Look again.")
        raise Problem(told.format(file=path.name), EXIT_DISK)
    desk.disk.make_folder(path.parent)
    mode = path.stat().st_mode & 0o777 if now is not None else 0o600
    desk.disk.publish(path, changed, mode)
    made = Sheet(changed, parse(changed, path.name))
    desk.config = made.config
    return made
