"""Whether this computer is fit for a round: folders, keys, disk, clock, lists, what is synced.

Every check by itself says in one sentence what it found; none of them changes anything but a file
of its own, which it takes away again.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from debrief.errors import Problem
from debrief.i18n import _, ngettext
from debrief.record.keys import Locked
from debrief.text import token

if TYPE_CHECKING:
    from debrief.desk.desk import Desk
    from debrief.desk.outgoing import Item

Weight = Literal["well", "mind", "wrong"]
_ROOM: Final = 200 * 1024 * 1024
"""With less free space than this, in bytes, an evening may run into a full disk."""
_SLOW_S: Final = 1.0
"""A disk that takes longer than this to confirm a small file is worth knowing about."""
_SYNCED: Final = (
    "nextcloud",
    "owncloud",
    "dropbox",
    "onedrive",
    "icloud",
    "google drive",
    "syncthing",
)
_CONFLICT: Final = ("conflict", "conflicted", "konflikt", "sync-conflict", "i konflikt")
_EARLIEST: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class Found(msgspec.Struct, frozen=True):
    """What one check found: `about` is a word for it, `told` the sentence."""

    about: str
    weight: Weight
    told: str


def look(desk: Desk) -> Iterator[Found]:
    """Yield what each check found, in the order in which it matters."""
    checks: tuple[tuple[str, Callable[[Desk], Iterator[tuple[Weight, str]]]], ...] = (
        (_("folders"), _folders),
        (_("keys"), _keys),
        (_("disk"), _disk),
        (_("clock"), _clock),
        (_("sessions"), _sessions),
        (_("synced folders"), _synced),
        (_("signs"), _signs),
        (_("what leaves"), _leaving),
    )
    for about, check in checks:
        try:
            found = [*check(desk)]
        except Problem as problem:  # a key that waits for its passphrase is not wrong
            found = [("mind" if isinstance(problem, Locked) else "wrong", str(problem))]
        for weight, told in found:
            yield Found(about, weight, told)


def _folders(desk: Desk) -> Iterator[tuple[Weight, str]]:
    places = desk.places
    yield (
        "well",
        _("The workspace is {workspace}; keys are in {config}.").format(
            workspace=places.workspace, config=places.config
        ),
    )
    for folder in (places.workspace, places.sessions):
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            told = _("Nothing can be written in {folder}, so no session can be closed there.")
            yield "wrong", told.format(folder=folder)
    for folder in (places.config, places.state):
        if folder.is_dir() and folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield (
                "mind",
                _(
                    "Others on this computer may look into {folder}: chmod 700 keeps them out."
                ).format(folder=folder),
            )


def _keys(desk: Desk) -> Iterator[tuple[Weight, str]]:
    from debrief.desk import keyring

    yield from keyring.look(desk)


def _disk(desk: Desk) -> Iterator[tuple[Weight, str]]:
    folder = desk.places.state
    desk.disk.make_folder(folder)
    free = shutil.disk_usage(folder).free
    path = folder / f".doctor-{token(6)}"
    begun = time.monotonic()
    try:
        desk.disk.publish(path, os.urandom(4096))
        took = time.monotonic() - begun
    finally:
        desk.disk.unlink(path)
    if free < _ROOM:
        yield (
            "mind",
            _("Only {mb} MB are free where rounds are kept; make room.").format(
                mb=free // 1_000_000
            ),
        )
    if took > _SLOW_S:
        yield (
            "mind",
            _("The disk takes {s:.1f} s to confirm a small file; it may be failing.").format(
                s=took
            ),
        )
    if free >= _ROOM and took <= _SLOW_S:
        yield (
            "well",
            _("The disk confirms what is written, and {mb} MB are free.").format(
                mb=free // 1_000_000
            ),
        )


def _clock(desk: Desk) -> Iterator[tuple[Weight, str]]:
    from debrief.record import ledger

    now = desk.clock()
    path = desk.places.sessions / ledger.NAME
    lines = ledger.lines(desk.disk.read(path)) if desk.disk.exists(path) else ()
    last = max((line.fields["at"] for line in lines), default="")
    if now < _EARLIEST or last > (now + dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"):
        yield (
            "wrong",
            _("The clock says {now}, which is in the past. Set it before a round.").format(
                now=f"{now:%Y-%m-%d %H:%M} UTC"
            ),
        )
    else:
        yield "well", _("The clock says {now}.").format(now=f"{now:%Y-%m-%d %H:%M} UTC")


def _sessions(desk: Desk) -> Iterator[tuple[Weight, str]]:
    from debrief.desk import past
    from debrief.record import ledger, verify

    path = desk.places.sessions / ledger.NAME
    if not desk.disk.exists(path):
        yield "well", _("No session has been closed yet.")
        return
    held = past.held(past.index(desk))
    verdict = verify.verify_ledger(desk.disk.read(path))
    yield from (("wrong", finding.sentence) for finding in verdict.findings)
    yield from (("wrong", one.problem) for one in held if one.problem)
    if verdict.ok:
        told = _("{n} kept, and the ledger is whole; `debrief verify` checks every file.")
        yield "well", told.format(n=sum(not one.problem for one in held))


def _synced(desk: Desk) -> Iterator[tuple[Weight, str]]:
    places = desk.places
    state = str(places.state).casefold()
    if any(name in state for name in _SYNCED):
        yield (
            "wrong",
            _(
                "Rounds that are not closed are kept in {folder}, which seems to be synced: two "
                "computers could write over each other. Set DEBRIEF_STATE to a local folder."
            ).format(folder=places.state),
        )
    conflicts = [path for path in _names(places.workspace) if _is_conflict(path)]
    for path in conflicts[:5]:
        yield (
            "mind",
            _("{path} seems to be a copy that a synced folder made; look at both.").format(
                path=path
            ),
        )
    if not conflicts and not any(name in state for name in _SYNCED):
        yield "well", _("Nothing here was copied by a synced folder.")


def _names(folder: Path) -> Iterator[Path]:
    for place in (folder, *sorted((folder / "sessions").glob("[0-9][0-9][0-9][0-9]"))):
        if place.is_dir():
            yield from sorted(place.iterdir())


def _is_conflict(path: Path) -> bool:
    return any(word in path.name.casefold() for word in _CONFLICT)


def _signs(desk: Desk) -> Iterator[tuple[Weight, str]]:
    from debrief import signs

    for language in ("da", "nb", "en"):
        signs.prepare(language)
    yield "well", _("The word lists of all three languages can be read.")
    yield from (("mind", str(problem)) for problem in desk.own_signs())


def _leaving(desk: Desk) -> Iterator[tuple[Weight, str]]:
    from debrief.delivery.trust import Pins, list_plugins
    from debrief.desk import outgoing, sending

    yield from (("mind", problem) for problem in sending.broken(desk).values())
    for plugin in list_plugins(desk.places.plugins, Pins(desk.places.config, desk.disk).read()):
        if plugin.state in ("changed", "broken"):
            told = _("The plugin {name} was changed or is broken, and does not run.")
            yield "mind", told.format(name=plugin.name)
    found = outgoing.look(desk)
    waits = sum(item.decide for item in found.items)
    if waits:
        yield (
            "mind",
            _("{n} in the outbox wait for you; `debrief outbox list` shows them.").format(n=waits),
        )
    trying = sum(not item.decide and _failed(item) for item in found.items)
    if trying:
        told = ngettext(
            "{n} in the outbox did not get through yet and is tried again by itself; "
            "`debrief outbox list` shows why.",
            "{n} in the outbox did not get through yet and are tried again by themselves; "
            "`debrief outbox list` shows why.",
            trying,
        )
        yield "mind", told.format(n=trying)
    if not waits and not trying:
        yield "well", _("Nothing in the outbox waits for you.")


def _failed(item: Item) -> bool:
    """Tell whether the last attempt ended, and not well."""
    return bool(item.tried) and item.tried[-1].ending not in ("", "receipt")
