"""Which folders belong to this workspace, this person and this machine."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
import platformdirs

from debrief.errors import Problem
from debrief.i18n import _

CONFIG_NAME = "debrief.toml"


class Places(msgspec.Struct, frozen=True):
    """Every folder and file the program uses.

    The workspace may be shared or synced. `config` holds the person's keys. `state` is local to
    this machine and never in a synced folder, since journals and locks do not travel.
    """

    workspace: Path
    config: Path
    state: Path

    @property
    def sessions(self) -> Path:
        """Closed sessions and their ledger."""
        return self.workspace / "sessions"

    @property
    def plugins(self) -> Path:
        """A house's own exporters, one file each."""
        return self.workspace / "plugins"

    @property
    def protocols(self) -> Path:
        """A house's own protocols."""
        return self.workspace / "protocols"

    @property
    def signs(self) -> Path:
        """A house's own word lists for signs."""
        return self.workspace / "signs"

    @property
    def guidance(self) -> Path:
        """A house's own cards, numbers and hand-over chain."""
        return self.workspace / "guidance"

    @property
    def settings(self) -> Path:
        """The workspace's configuration file; it may be missing."""
        return self.workspace / CONFIG_NAME

    @property
    def roster(self) -> Path:
        """The counsellors who have been in a round here; names are sealed."""
        return self.workspace / "roster.toml"

    @property
    def live(self) -> Path:
        """Journals of rounds that are not closed."""
        return self.state / "live"

    @property
    def locks(self) -> Path:
        """Lock files; they are never replaced or deleted."""
        return self.state / "locks"

    @property
    def index(self) -> Path:
        """What the closed sessions say, made from their files and sealed; it may be deleted."""
        return self.state / "index.age"

    @property
    def outbox(self) -> Path:
        """What waits to be sent."""
        return self.state / "outbox.sqlite3"


def find(workspace: Path | None = None, environment: Mapping[str, str] | None = None) -> Places:
    """Return the places for a workspace.

    The workspace is the one named, else `$DEBRIEF_WORKSPACE`, else the current folder when it is
    one (it has a debrief.toml, or both plugins/ and sessions/), else a folder of the user's own,
    so that nothing has to be set up. `$DEBRIEF_CONFIG` and `$DEBRIEF_STATE` move the other two.
    """
    values = os.environ if environment is None else environment
    folder = workspace or _path(values, "DEBRIEF_WORKSPACE") or _current()
    if folder is None:
        folder = Path(platformdirs.user_data_dir("debrief", appauthor=False)) / "workspace"
    folder = folder.expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise Problem(
            _("{path} is not a folder, so it can't be a workspace. Name a folder.").format(
                path=folder
            )
        )
    config = _path(values, "DEBRIEF_CONFIG") or Path(
        platformdirs.user_config_dir("debrief", appauthor=False)
    )
    state = _path(values, "DEBRIEF_STATE") or Path(
        platformdirs.user_state_dir("debrief", appauthor=False)
    )
    mark = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]
    return Places(folder, config.expanduser().absolute(), state.expanduser().absolute() / mark)


def _path(values: Mapping[str, str], name: str) -> Path | None:
    value = values.get(name, "")
    return Path(value) if value else None


def _current() -> Path | None:
    try:
        here = Path.cwd()
    except FileNotFoundError:
        return None
    whole = (here / "plugins").is_dir() and (here / "sessions").is_dir()
    return here if whole or (here / CONFIG_NAME).is_file() else None
