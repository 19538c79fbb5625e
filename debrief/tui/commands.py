"""Every command a person can give by key, in one place.

Bindings, the key bar, the palette, the help screen and the table in README all come from here, so
they can't disagree. Keys keep off those that the editor owns and that terminals swallow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from debrief.i18n import _

if TYPE_CHECKING:
    from textual.binding import Binding

UNBOUND: Final = "f24"
"""The key of a command that comes without one: no keyboard has it, and a keymap replaces it."""


class Command(msgspec.Struct, frozen=True):
    """One command. `scope` is the screen or pane it belongs to."""

    id: str
    scope: str
    key: str
    action: str
    label: Callable[[], str]
    help: Callable[[], str]
    bar: bool = True
    """Whether it stands in the key bar (the others stand in help and palette)."""
    yields: bool = False
    """Whether a screen's own command on the same key comes first."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key of it; none where it comes without."""
        return tuple(one for one in self.key.split(",") if one != UNBOUND)

    @property
    def shown_key(self) -> str:
        """The key as people write it: ^n, F10, Enter; empty where it has none."""
        return show_key(self.keys[0]) if self.keys else ""


def show_key(key: str) -> str:
    """Return a key's name as people write it."""
    names = {
        "escape": "Esc",
        "enter": "Enter",
        "space": _("Space"),
        "delete": "Del",
        "up": "↑",
        "down": "↓",
        "pageup": "PgUp",
        "pagedown": "PgDn",
        "ctrl+up": "^↑",
        "ctrl+down": "^↓",
        "left": "←",
        "right": "→",
        "question_mark": "?",
        "slash": "/",
        "alt+1": "Alt 1-9",
    }
    if key in names:
        return names[key]
    if key.startswith("ctrl+"):
        return "^" + key.removeprefix("ctrl+")
    if key.startswith("alt+"):
        return "Alt " + key.removeprefix("alt+")
    return key.upper() if key.startswith("f") and key[1:].isdigit() else key


def _table() -> tuple[Command, ...]:
    # A table: one row a command is read faster than any way of splitting it.
    def c(
        ident: str,
        key: str,
        label: Callable[[], str],
        help_: Callable[[], str],
        bar: bool = True,
        yields: bool = False,
    ) -> Command:
        scope, name = ident.split(".")
        return Command(ident, scope, key, name.replace("-", "_"), label, help_, bar, yields)

    return (
        c("app.library", "f4", lambda: _("cards"), lambda: _("Look up duties, numbers, signs and what to say; nothing in the round changes")),
        c("app.help", "f1", lambda: _("help"), lambda: _("Help for what you are doing, and all keys")),
        c("app.language", "f12", lambda: _("language"), lambda: _("Step the interface through Danish, Norwegian and English"), False),
        c("app.theme", "f11", lambda: _("theme"), lambda: _("Step through the dark, the light, the high-contrast look and the terminal's own colours"), False),
        c("app.jump", "f7", lambda: _("jump"), lambda: _("Show a letter beside everything that can be gone to; the letter goes there"), False),
        c("app.settings", "f9", lambda: _("settings"), lambda: _("See and change what debrief.toml says"), False, True),
        c("app.leave", "ctrl+q", lambda: _("leave"), lambda: _("Leave; an open round is kept and can be resumed"), False),
        c("home.start", "enter,n", lambda: _("new round"), lambda: _("Set up tonight's round")),
        c("home.resume", "r", lambda: _("resume"), lambda: _("Go on with the round that was not closed")),
        c("home.put-away", "delete", lambda: _("put away"), lambda: _("Put away the round that was not closed, where nothing was said in it")),
        c("home.send", "s", lambda: _("send waiting"), lambda: _("Send what waits in the outbox")),
        c("home.outbox", "o", lambda: _("outbox"), lambda: _("See what waits to leave, what has left, and what needs a decision"), False),
        c("home.sessions", "l", lambda: _("sessions"), lambda: _("See the sessions that were held, and look for words in them")),
        c("home.coverage", "c", lambda: _("coverage"), lambda: _("See which weeks a team had no session in"), False),
        c("home.followups", "f", lambda: _("follow-ups"), lambda: _("See who is to be called, keep what came of it, and end agreed work")),
        c("home.spare", "k", lambda: _("spare key"), lambda: _("Make a spare key that you write down"), False),
        c("home.not-held", "h", lambda: _("not held"), lambda: _("Keep that the team had no round, and why"), False),
        c("followups.better", "1", lambda: _("better"), lambda: _("Held, and it goes better than last time")),
        c("followups.same", "2", lambda: _("the same"), lambda: _("Held, and it is the same as last time")),
        c("followups.worse", "3", lambda: _("worse"), lambda: _("Held, and it goes worse than last time")),
        c("followups.held", "4", lambda: _("held"), lambda: _("Held, and nothing more is kept; of agreed work: still open"), False),
        c("followups.not-reached", "5", lambda: _("not reached"), lambda: _("They were not reached; it stays open")),
        c("followups.declined", "6", lambda: _("declined"), lambda: _("They did not want it")),
        c("followups.moved", "7", lambda: _("moved"), lambda: _("It was moved: write to when")),
        c("followups.done", "d", lambda: _("done"), lambda: _("The agreed work is done")),
        c("followups.dropped", "x", lambda: _("dropped"), lambda: _("The agreed work was dropped")),
        c("followups.all", "a", lambda: _("all"), lambda: _("Show those that came to an end too, or only open ones"), False),
        c("followups.back", "escape", lambda: _("back"), lambda: _("Back to the first screen")),
        c("sessions.find", "slash", lambda: _("find"), lambda: _("Find sessions by team, protocol, day or person")),
        c("sessions.private", "p", lambda: _("sealed part"), lambda: _("Open the sealed part with your key, or close it again")),
        c("sessions.words", "w", lambda: _("words"), lambda: _("Look for words in all that was written")),
        c("sessions.back", "escape", lambda: _("back"), lambda: _("Back to the first screen")),
        c("coverage.back", "escape", lambda: _("back"), lambda: _("Back to the first screen")),
        c("outbox.approve", "a", lambda: _("let it go"), lambda: _("Let exactly what is shown go, and send it")),
        c("outbox.send", "s", lambda: _("send"), lambda: _("Send everything that may go")),
        c("outbox.again", "g", lambda: _("send again"), lambda: _("Send it again under the same number, though it may have arrived")),
        c("outbox.arrived", "y", lambda: _("it arrived"), lambda: _("It did arrive; say how you know")),
        c("outbox.abandon", "x", lambda: _("give up"), lambda: _("Give it up, with a reason; what it holds is removed")),
        c("outbox.resume", "u", lambda: _("go on there"), lambda: _("Let things go again to a destination that did not let us in")),
        c("outbox.preview", "f2", lambda: _("whole page"), lambda: _("Read byte for byte what leaves")),
        c("outbox.back", "escape", lambda: _("back"), lambda: _("Back to the first screen")),
        c("setup.begin", "f10", lambda: _("begin"), lambda: _("Open the round with those who are ticked")),
        c("setup.back", "escape", lambda: _("back"), lambda: _("Back to the first screen; nothing is kept of the setup")),
        c("people.here", "space", lambda: _("here/not here"), lambda: _("Tick or untick the person")),
        c("people.role", "r", lambda: _("role"), lambda: _("Step through the roles")),
        c("people.place", "p", lambda: _("place"), lambda: _("Step through home, on site, elsewhere")),
        c("people.channel", "c", lambda: _("channel"), lambda: _("Step through video, phone, chat, in the room")),
        c("people.buddy", "b", lambda: _("calls first"), lambda: _("Step through whom the person calls first when it gets heavy"), False),
        c("people.stay", "e", lambda: _("late/early"), lambda: _("Step through the whole round, comes late, goes early"), False),
        c("people.considerate", "n", lambda: _("considerate"), lambda: _("Note what is considerate of the person; it is sealed and never leaves"), False),
        c("people.supporter", "k", lambda: _("supporter"), lambda: _("Note which colleague the person chose to be supported by"), False),
        c("people.shuffle", "s", lambda: _("draw lots"), lambda: _("Draw lots for the speaking order of those who are here"), False),
        c("people.up", "ctrl+up", lambda: _("up"), lambda: _("Speak earlier"), False),
        c("people.down", "ctrl+down", lambda: _("down"), lambda: _("Speak later"), False),
        c("round.next-voice", "ctrl+n", lambda: _("next voice"), lambda: _("The turn is over: the word goes to the next")),
        c("round.pass-turn", "ctrl+t", lambda: _("pass"), lambda: _("The person says pass; no reason is asked or kept")),
        c("round.next-phase", "ctrl+g", lambda: _("next phase"), lambda: _("Go on to the next phase")),
        c("round.back", "ctrl+b", lambda: _("step back"), lambda: _("Take back the last step, whatever it was; what was written stays")),
        c("round.question", "ctrl+s", lambda: _("next question"), lambda: _("Show the phase's next question"), False),
        c("round.prompt-language", "alt+l", lambda: _("their language"), lambda: _("Step the questions through Danish, Norwegian and English, for a mixed team"), False),
        c("round.load", "ctrl+l", lambda: _("load"), lambda: _("Give the load: then one digit, x for ten")),
        c("round.signs", "f2", lambda: _("signs"), lambda: _("Go to the signs, to confirm, dismiss or turn them")),
        c("round.follow-up", "f3", lambda: _("follow-up"), lambda: _("Agree the next contact with the person")),
        c("round.people", "ctrl+f", lambda: _("people"), lambda: _("Go to the table, to choose who speaks"), False),
        c("round.person", "alt+1", lambda: _("to a person"), lambda: _("Give the word to the first to the ninth in the table, by number"), False),
        c("round.both-languages", "alt+t", lambda: _("two languages"), lambda: _("Show the questions in two languages at once, for a mixed team, or in one again"), False),
        c("round.call", "alt+c", lambda: _("needs a call"), lambda: _("The person is to be called, or not; the close asks when"), False),
        c("round.buddy", "alt+b", lambda: _("calls first"), lambda: _("Step through whom the person calls first when it gets heavy"), False),
        c("round.pass-phase", "alt+g", lambda: _("pass the phase"), lambda: _("The group passes the whole phase; nobody's own turn counts as passed"), False),
        c("round.pairs", "alt+p", lambda: _("pairs"), lambda: _("Draw lots for pairs, or for threes where the phase says so; again: new ones"), False),
        c("round.shuffle", "alt+s", lambda: _("draw lots"), lambda: _("Draw lots for the speaking order"), False),
        c("round.went-on", "alt+o", lambda: _("go on anyway"), lambda: _("Go on although the warning stands; it is noted in the record"), False),
        c("round.duty", "alt+d", lambda: _("end a duty"), lambda: _("Note how the first open duty ended"), False),
        c("round.again", "f8", lambda: _("step again"), lambda: _("Make the step again that was taken back"), False),
        c("round.previous-phase", "f5", lambda: _("phase before"), lambda: _("Go to the phase before this one"), False),
        c("round.alone", "f6", lambda: _("alone tonight"), lambda: _("The person will be alone tonight, or not"), False),
        c("round.left", "alt+x", lambda: _("has left"), lambda: _("The person has left early, or is back"), False),
        c("round.action", "ctrl+o", lambda: _("action"), lambda: _("Note work on the work that was agreed"), False),
        c("round.joined", "ctrl+r", lambda: _("late arrival"), lambda: _("Somebody came late: add them to the round"), False),
        c("round.editor", UNBOUND, lambda: _("own editor"), lambda: _("Write this note in your own editor; no copy is left behind"), False),
        c("round.home", UNBOUND, lambda: _("to the first screen"), lambda: _("Leave the round as it is; it is kept, and the first screen goes on with it"), False),
        c("round.close", "f10", lambda: _("close"), lambda: _("Account for everyone, and close")),
        c("round.leave", "escape", lambda: _("to the notes"), lambda: _("Back to the notes"), False),
        c("signs.confirm", "a", lambda: _("confirm"), lambda: _("Yes, this is a sign; again: undecided")),
        c("signs.dismiss", "d", lambda: _("dismiss"), lambda: _("No sign; it stays away while its words stand; again: undecided")),
        c("signs.flip", "w", lambda: _("whose"), lambda: _("It is the other's: counsellor or citizen")),
        c("signs.level", "v", lambda: _("level"), lambda: _("Step through now, soon, note")),
        c("signs.show", "h", lambda: _("show"), lambda: _("Go to the words in the notes"), False),
        c("settings.back", "escape", lambda: _("back"), lambda: _("Back to where you came from")),
        c("settings.unset", "delete", lambda: _("not set"), lambda: _("Take the line out of debrief.toml, so that the usual holds again")),
        c("settings.again", "f5", lambda: _("read again"), lambda: _("Read debrief.toml again, as it may have been changed"), False),
        c("choices.before", "left", lambda: _("value before"), lambda: _("Give the setting the value before this one"), False),
        c("choices.after", "right", lambda: _("value after"), lambda: _("Give the setting the next value; a text is asked for")),
        c("close.seal", "f10", lambda: _("close and seal"), lambda: _("Seal the session file and queue what leaves")),
        c("close.back", "escape", lambda: _("back to the round"), lambda: _("Go on with the round")),
        c("close.undo", "ctrl+b", lambda: _("step back"), lambda: _("Take back the last step")),
        c("close.preview", "f2", lambda: _("what leaves"), lambda: _("Read byte for byte what leaves, and to whom")),
        c("library.back", "escape", lambda: _("back"), lambda: _("Back to where you were, as it was")),
        c("library.next-card", "down", lambda: _("next card"), lambda: _("Go to the next card, also while you type"), False),
        c("library.previous-card", "up", lambda: _("card before"), lambda: _("Go to the card before, also while you type"), False),
        c("library.next-section", "ctrl+g", lambda: _("next section"), lambda: _("Go to the first card of the next section")),
        c("library.read-on", "pagedown", lambda: _("read on"), lambda: _("Read further down on the card")),
        c("library.read-back", "pageup", lambda: _("read back"), lambda: _("Read further up on the card"), False),
        c("close.more-dates", "m", lambda: _("more dates"), lambda: _("Agree more than one contact: next day, 72 hours, a month, or times of your own"), False),
        c("close.wants-call", "w", lambda: _("wants a call"), lambda: _("The person asked to be called, or takes it back"), False),
        c("close.own", "f6", lambda: _("your evening"), lambda: _("Close your own evening: your load, who backs you up, what you hand over")),
        c("settle.tomorrow", "1", lambda: _("tomorrow 10"), lambda: _("A care call tomorrow at ten")),
        c("settle.three-days", "2", lambda: _("in 3 days"), lambda: _("A first talk about 72 hours after")),
        c("settle.month", "3", lambda: _("in a month"), lambda: _("A talk about a month after")),
        c("settle.other-date", "4", lambda: _("other time"), lambda: _("Write a date and a time")),
        c("settle.declined", "5", lambda: _("declined"), lambda: _("Offered, and the person said no thanks")),
        c("settle.not-needed", "6", lambda: _("not needed"), lambda: _("You both find that none is needed")),
        c("settle.override", "o", lambda: _("go on anyway"), lambda: _("Go on although it stands; it is noted in the record")),
    )  # fmt: skip


COMMANDS: Final[tuple[Command, ...]] = _table()
"""Every command, with the key that comes along."""


class _Chosen:
    """The keys in force; one keymap a process, as there is one language."""

    def __init__(self) -> None:
        self.commands = COMMANDS


_chosen = _Chosen()


def use(keymap: Mapping[str, str]) -> None:
    """Show these keys (command id -> key) in place of those that come along."""
    _chosen.commands = tuple(
        msgspec.structs.replace(one, key=keymap.get(one.id, one.key)) for one in COMMANDS
    )


def everything() -> tuple[Command, ...]:
    """Return every command with the key in force."""
    return _chosen.commands


def of(scope: str) -> tuple[Command, ...]:
    """Return the commands of a scope with the keys in force, in the order of the key bar."""
    return tuple(command for command in _chosen.commands if command.scope == scope)


def shown_key(ident: str) -> str:
    """Return the key in force of the command with this id, as people write it."""
    return next(command.shown_key for command in _chosen.commands if command.id == ident)


def bindings(*scopes: str) -> list[Binding]:
    """Return the bindings of the scopes; each carries its command's id, for keymaps.

    They are made when a class is, so they hold the keys that come along; the app's keymap, given
    to the library, replaces them.
    """
    from textual.binding import Binding

    return [
        Binding(
            c.key,
            c.action,
            c.id,
            show=False,
            id=c.id,
            priority=c.scope in ("app", "round", "close") and not c.yields,
        )
        for c in COMMANDS
        if c.scope in scopes
    ]


def help_rows(scopes: Iterable[str]) -> list[tuple[str, str]]:
    """Return (key, what it does) for every command of the scopes, in the interface language."""
    return [(c.shown_key, c.help()) for scope in scopes for c in of(scope)]
