"""The keys: shown, spared, given to others, made anew, protected, tried."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from debrief.cli import hidden
from debrief.cli.context import options, out, out_json, write
from debrief.cli.shape import Group, argument, choice, flag, option
from debrief.errors import EXIT_KEY, EXIT_USAGE, Problem
from debrief.i18n import _, ngettext

if TYPE_CHECKING:
    from debrief.desk import Desk
    from debrief.desk.keyring import Restored, Shown
    from debrief.record.recovery import Making

_MARKS = {"well": "✓", "mind": "▲", "wrong": "■"}
_ASIDE, _BACK = "\x1b[?1049h\x1b[H", "\x1b[?1049l"
"""To a terminal's second screen, of which nothing is left to scroll back to, and back."""


def add_to(root: Group) -> None:
    """Add `keys` and its commands."""
    group = Group("keys", help=_("Your keys: what opens what you sealed, and what signs it."))
    form = choice("--format", of=("text", "json"), help=_("How it is written."), default="text")
    group.add("show", _("Show which keys there are, and who else can open."), form)(_show)
    group.add("recovery", _("Make a spare key that you write down and keep elsewhere."))(_recovery)
    group.add("restore", _("Put a spare key to use, on a computer that has none of your keys."))(
        _restore
    )
    _add_recipients(group, form)
    group.add(
        "rotate",
        _("Make new keys; what is sealed and signed already stays as it is."),
        flag("--yes", help=_("Do not ask.")),
    )(_rotate)
    inner = Group("passphrase", help=_("A passphrase that has to be given before the key opens."))
    inner.add("set", _("Protect the key with a passphrase, or with another one."))(_set)
    inner.add("remove", _("Let the key open without a passphrase."))(_unset)
    group.add_command(inner)
    group.add(
        "test",
        _("Try whether the keys seal, open and sign; status 5 if not."),
        flag("--recovery", help=_("Also try the spare key that you wrote down.")),
    )(_test)
    root.add_command(group)


def _add_recipients(group: Group, form: Any) -> None:
    inner = Group("recipients", help=_("Who else can open what is sealed from now on."))
    inner.add("list", _("List them."), form)(_recipients)
    inner.add(
        "add",
        _("Add a public key: age1... or ssh-ed25519 AAAA..."),
        argument("key", _("KEY"), many=True),
        option("--name", help=_("Whose it is."), metavar=_("NAME"), default=""),
    )(_add)
    inner.add("remove", _("Take one out."), argument("which", _("KEY|NAME"), many=True))(_remove)
    group.add_command(inner)


# show


def _show(format: str) -> int:
    from debrief.desk import keyring

    found = keyring.shown(options().desk())
    if format == "json":
        out_json(found)
    else:
        out(*_shown(found))
    return 0


def _shown(found: Shown) -> Iterator[str]:
    rows = [
        (_("folder"), found.folder),
        (_("seals for"), found.recipient),
        (_("signs as"), found.fingerprint),
        (_("passphrase"), _("yes") if found.passphrase else _("no")),
        (_("recovery key"), _("none; `debrief keys recovery` makes one")),
    ]
    if found.recovery is not None:
        since = _("since {day}").format(day=found.recovery.since.isoformat())
        rows[-1] = (_("recovery key"), f"{since}  {found.recovery.recipient}")
    if found.older:
        told = ngettext("{n} older key opens too", "{n} older keys open too", found.older)
        rows.insert(2, (_("older"), told.format(n=found.older)))
    if not found.open_to_others:
        rows.append((_("readable"), _("by you alone")))
    rows += [(_("also for"), f"{one.key}  {one.name}".strip()) for one in found.recipients]
    wide = max(len(label) for label, _text in rows)
    yield from (f"{label:<{wide}}  {text}" for label, text in rows)
    for path in found.open_to_others:
        told = _("Others on this computer may read the key {path}: chmod 600 keeps them out.")
        yield told.format(path=path)


# recovery


def _recovery() -> int:
    from debrief.desk import keyring
    from debrief.record import recovery

    desk = options().desk()
    known = recovery.read(desk.disk, desk.places.config) if keyring.made(desk) else None
    desk.keys  # noqa: B018 - a passphrase is asked for before anything is shown
    making = recovery.Making()
    _shown_once(making, known.since.isoformat() if known else "")
    keyring.keep_spare(desk, making)
    out(
        _("The recovery key is kept: what is sealed from now on can be opened with it too."),
        _("Sessions that were closed before stay sealed as they were."),
    )
    return 0


def _shown_once(making: Making, since: str) -> None:
    """Show the secret and ask for its end; raises Problem when it is not typed back."""
    aside = sys.stdout.isatty()
    if aside:
        write(_ASIDE)
    try:
        if since:
            told = _(
                "There is a recovery key since {day}. The new one takes its place; the old one "
                "still opens what was sealed until now."
            )
            out(told.format(day=since), "")
        out(
            _("Write this down, all of it, and keep it where only you can reach it."),
            _("It is shown once and kept on no disk. Spaces and capitals do not matter."),
            "",
            *(f"    {line}" for line in making.lines()),
            "",
        )
        _asked_back(making)
    finally:
        if aside:
            write(_BACK)


def _asked_back(making: Making) -> None:
    from debrief.plain.talk import InputEnded, terminal
    from debrief.record.recovery import ASKED, not_typed_back

    talk = terminal()
    question = _("Type the last {n} characters of what you wrote down:").format(n=ASKED)
    while making.left:
        try:
            if making.matches(talk.ask(question)):
                return
        except InputEnded:
            break
        if making.left:
            out(_("That is not how it ends. Look at what you wrote, and type it once more."))
    raise not_typed_back()


def _restore() -> int:
    from debrief.desk import keyring

    desk = options().desk()
    if keyring.made(desk):
        out_of_place = _("There is a key here already, and it was left as it is: {folder}")
        raise Problem(out_of_place.format(folder=desk.places.config), EXIT_KEY)
    typed = hidden.secret(_("The recovery key you wrote down (it is not shown):"))
    out(*_restored(keyring.restore(desk, typed)))
    return 0


def _restored(found: Restored) -> Iterator[str]:
    yield _("The recovery key is the key of this computer now.")
    if found.sessions:
        told = ngettext(
            "Of {n} session here, it opens {opened}.",
            "Of {n} sessions here, it opens {opened}.",
            found.sessions,
        )
        yield told.format(n=found.sessions, opened=found.opened)
    else:
        yield _("There are no sessions here yet for it to open.")
    if found.opened < found.sessions:
        yield _("The others were closed before it was made, or with other keys.")
    if found.names is False:
        yield _("The names in the roster stay closed.")
    yield _("What you wrote down is your only copy: `debrief keys recovery` makes a new spare.")


# recipients


def _recipients(format: str) -> int:
    from debrief.desk import keyring

    found = keyring.recipients(options().desk())
    if format == "json":
        out_json(found)
    elif found:
        out(*(f"{one.key}  {one.name}".strip() for one in found))
    else:
        out(_("Nobody else can open what you seal."))
    return 0


def _before_stays() -> str:
    return _("Sessions that were closed before stay sealed as they were.")


def _add(key: tuple[str, ...], name: str) -> int:
    from debrief.desk import recipients

    new = recipients.add(options().desk(), " ".join(key), name)
    told = _("Added: {who}. What is sealed here from now on can be opened with that key too.")
    out(told.format(who=new.name or new.key), _before_stays())
    return 0


def _remove(which: tuple[str, ...]) -> int:
    from debrief.desk import recipients

    gone = recipients.remove(options().desk(), " ".join(which))
    told = _("Taken out: {who}. What is sealed from now on can't be opened with that key.")
    out(told.format(who=gone.name or gone.key), _before_stays())
    return 0


# rotate


def _rotate(yes: bool) -> int:
    from debrief.desk import keyring
    from debrief.record import passphrase

    desk = options().desk()
    if not keyring.made(desk):
        raise keyring.none_yet()
    given = _given(desk)
    if not yes:
        _agree(_("Make new keys? What is sealed and signed already stays as it is."))

    def seal(data: bytes) -> bytes:
        return hidden.waited(passphrase.sealing(given, data), _sealing())

    keyring.rotate(desk, seal)
    out(
        _("New keys are in use. The old identity still opens what was sealed for it."),
        _("The old signing key is gone; what it signed still verifies, by allowed_signers."),
        _("The new signing key is {fingerprint}.").format(fingerprint=desk.keys.fingerprint),
        _("If you keep a copy of your keys somewhere, make a new one."),
    )
    return 0


def _given(desk: Desk) -> str:
    """Ask for the passphrase where one protects the key, and open the key with it."""
    from debrief.desk import keyring
    from debrief.record.identities import LOCKED

    if not keyring.protected(desk):
        return ""
    given, opened = hidden.passphrase(desk.places.config / LOCKED)
    keyring.unlock(desk, opened)
    return given


def _sealing() -> str:
    return _("Protecting the key; this takes seconds.")


def _agree(question: str) -> None:
    from debrief.plain.talk import InputEnded, terminal

    try:
        agreed = terminal().agrees(question)
    except InputEnded:
        raise Problem(
            _("Nobody answered, so nothing was changed; --yes goes on without asking."), EXIT_USAGE
        ) from None
    if not agreed:
        raise Problem(_("Nothing was changed."), EXIT_USAGE)


# passphrase


def _set() -> int:
    from debrief.desk import keyring
    from debrief.record import passphrase

    desk = options().desk()
    plain = keyring.plain_identity(desk)
    given = hidden.new_passphrase()
    sealed = hidden.waited(passphrase.sealing(given, plain), _sealing())
    keyring.protect(desk, sealed)
    out(
        _("The key is protected: from now on you are asked for the passphrase when you start."),
        _("Nobody can find it for you. A recovery key (`debrief keys recovery`) opens without it."),
    )
    return 0


def _unset() -> int:
    from debrief.desk import keyring

    desk = options().desk()
    if not keyring.protected(desk):
        raise Problem(_("No passphrase protects the key, so nothing was changed."), EXIT_KEY)
    keyring.unprotect(desk)
    out(_("The key opens without a passphrase now."))
    return 0


# test


def _test(recovery: bool) -> int:
    from debrief.desk import keyring

    desk = options().desk()
    if not keyring.made(desk):
        raise keyring.none_yet()
    found = [*keyring.look(desk)]
    out(*(f"{_MARKS[weight]} {told}" for weight, told in found))
    wrong = any(weight == "wrong" for weight, _told in found)
    if recovery:
        typed = hidden.secret(_("The recovery key you wrote down (it is not shown):"))
        fits = keyring.is_spare(desk, typed)
        wrong = wrong or not fits
        out(_spare_told(fits))
    return EXIT_KEY if wrong else 0


def _spare_told(fits: bool) -> str:
    if fits:
        return f"{_MARKS['well']} " + _("That is the recovery key that all is sealed for.")
    return f"{_MARKS['wrong']} " + _(
        "That is a whole key, but not the recovery key that all is sealed for now."
    )
