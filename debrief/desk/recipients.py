"""Further recipients: an organisation, an auditor, a second supervisor; added and taken out."""

from __future__ import annotations

import stat
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from debrief.desk import keyring
from debrief.errors import EXIT_INPUT, EXIT_KEY, EXIT_USAGE, Problem
from debrief.i18n import _
from debrief.record import identities
from debrief.record.keys import is_recipient
from debrief.text import clean_line
from debrief.workspace import config as configs
from debrief.workspace import recipients as entries
from debrief.workspace.recipients import Recipient

if TYPE_CHECKING:
    from debrief.desk.desk import Desk

_KINDS: Final = ("age1", "ssh-ed25519 ")
_LONGEST: Final = 80
"""Characters of a name."""


def add(desk: Desk, key: str, name: str = "") -> Recipient:
    """Seal for this key too, from now on; raises Problem, and then nothing was changed."""
    found = entries.one(clean_line(key))
    new = Recipient(found.key, clean_line(name) or found.name)
    _refuse(desk, new)
    _edit(desk, lambda data: entries.added(data, new), _by_hand_add(new))
    return new


def _refuse(desk: Desk, new: Recipient) -> None:
    """Raise Problem unless it is somebody else's public key, not there yet."""
    if new.key.upper().startswith(identities.PREFIX):
        sentence = _(
            "That is a secret key, which nobody else may see, and nothing was changed. Ask for "
            "the public one, which begins with age1, and have a new pair made."
        )
        raise Problem(sentence, EXIT_KEY)
    if not (new.key.startswith(_KINDS) and is_recipient(new.key)):
        sentence = _(
            "That is no public key that can be sealed for, and nothing was changed. It is one line "
            "that begins with age1 or with ssh-ed25519."
        )
        raise Problem(sentence, EXIT_KEY)
    if len(new.name) > _LONGEST:
        sentence = _("A name has at most {n} characters; nothing was changed.")
        raise Problem(sentence.format(n=_LONGEST), EXIT_USAGE)
    if keyring.made(desk):
        own = desk.keys
        if new.key in (*own.recipients, own.spare, own.public_key):
            sentence = _("That is your own key, which opens what you seal already.")
            raise Problem(sentence, EXIT_KEY)
    for one in keyring.recipients(desk):
        if one.key == new.key:
            raise Problem(_("That key is among the recipients already."), EXIT_KEY)
        if new.name and one.name.casefold() == new.name.casefold():
            sentence = _("There is a recipient called {name} already; give another name.")
            raise Problem(sentence.format(name=one.name), EXIT_USAGE)


def remove(desk: Desk, wanted: str) -> Recipient:
    """Seal for this key no more; `wanted` is the key or the name. Raises Problem."""
    text = clean_line(wanted)
    known = keyring.recipients(desk)
    fits = [
        at
        for at, one in enumerate(known)
        if text in (one.key, str(one)) or (one.name and one.name.casefold() == text.casefold())
    ]
    if not fits:
        sentence = _(
            "No recipient has that key or name, so nothing was changed; `debrief keys recipients "
            "list` shows those there are."
        )
        raise Problem(sentence, EXIT_USAGE)
    gone = known[fits[0]]
    _edit(desk, lambda data: entries.removed(data, fits[0]), _by_hand_remove(gone))
    return gone


def _edit(desk: Desk, change: Callable[[bytes], bytes | None], by_hand: str) -> None:
    """Change debrief.toml, the rest of it untouched, and read it again; raises Problem."""
    path = desk.places.settings.resolve()
    there = desk.disk.exists(path)
    data = desk.disk.read(path) if there else b"version = 1\n"
    configs.parse(data, path.name)
    new = change(data)
    if new is None:
        raise Problem(by_hand, EXIT_INPUT)
    config = configs.parse(new, path.name)
    desk.disk.make_folder(path.parent)
    mode = stat.S_IMODE(path.stat().st_mode) if there else 0o600
    desk.disk.publish(path, new, mode)
    desk.config = config


def _by_hand_add(new: Recipient) -> str:
    return _(
        "debrief.toml is written in a way that can't be changed here without risk, so it was left "
        "as it is. Put this into recipients = [ ] by hand: {line}"
    ).format(line=entries.line(new) + ",")


def _by_hand_remove(gone: Recipient) -> str:
    return _(
        "debrief.toml is written in a way that can't be changed here without risk, so it was left "
        "as it is. Take this out of recipients = [ ] by hand: {line}"
    ).format(line=entries.line(gone))
