"""What is typed and must not be seen: a passphrase, a recovery key."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from debrief.errors import EXIT_KEY, EXIT_USAGE, Problem
from debrief.i18n import _

if TYPE_CHECKING:
    from debrief.record.passphrase import Work

_TRIES = 3


def at_terminal() -> bool:
    """Tell whether somebody can be asked."""
    return sys.stdin.isatty()


def ask(prompt: str) -> str:
    """Ask at the terminal, without an echo; raises Problem where no answer comes."""
    import getpass

    sys.stdout.flush()
    try:
        return getpass.getpass(f"{prompt} ", sys.stderr)
    except EOFError:
        raise Problem(_("Nothing was typed, so nothing was changed."), EXIT_USAGE) from None


def secret(prompt: str) -> str:
    """Ask for a recovery key, or read it from standard input where that is no terminal."""
    if at_terminal():
        return ask(prompt)
    return sys.stdin.read(4096)


def passphrase(path: Path) -> tuple[str, bytes]:
    """Ask for the passphrase of the identity at `path`; return it, and what it opens.

    Raises Problem: Locked where nobody can be asked, WrongPassphrase after the third wrong one.
    """
    from debrief.record.disk import Disk
    from debrief.record.keys import Locked
    from debrief.record.passphrase import WrongPassphrase, opening

    if not at_terminal():
        raise Locked(path)
    data = Disk().read(path, 1 << 20)
    for left in range(_TRIES - 1, -1, -1):
        given = ask(_("Passphrase of your key:"))
        try:
            return given, waited(opening(given, data), _("Opening the key; this takes seconds."))
        except WrongPassphrase as problem:
            if not left:
                raise
            told(str(problem))
    raise Locked(path)  # pragma: no cover - the last try returns or raises


def unlock(path: Path) -> bytes:
    """Ask for the passphrase of the identity at `path`, and return what it opens; see there."""
    return passphrase(path)[1]


def new_passphrase() -> str:
    """Ask for a new passphrase twice; raises Problem."""
    from debrief.record.passphrase import SHORTEST

    if not at_terminal():
        sentence = _("A new passphrase is asked for in a terminal only, so nothing was changed.")
        raise Problem(sentence, EXIT_KEY)
    given = ask(_("New passphrase:"))
    if len(given) < SHORTEST:
        sentence = _(
            "A passphrase has at least {n} characters, so nothing was changed; four words do well."
        )
        raise Problem(sentence.format(n=SHORTEST), EXIT_USAGE)
    if ask(_("Once more:")) != given:
        raise Problem(_("The two are not the same, so nothing was changed."), EXIT_USAGE)
    return given


def waited(work: Work, sentence: str) -> bytes:
    """Wait for a passphrase at work, saying so where a person looks on; raises Problem."""
    if sys.stderr.isatty():
        told(sentence)
    while (found := work.wait(0.5)) is None:
        pass
    return found


def told(sentence: str) -> None:
    """Write a sentence to standard error."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
