"""Help: what has the focus is told first, then every key, then the words used. Searchable."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from debrief.i18n import _
from debrief.tui import commands, looks
from debrief.tui.palette import panes_of, scopes, standing


class Chapter(msgspec.Struct, frozen=True):
    """A heading, sentences, and rows of a key or a word and what it is."""

    title: str
    sentences: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()


PALETTE: Final = "^p"
"""The library's own key for the palette; it leads to what has no key."""
PANES: Final[Mapping[str, Callable[[], str]]] = {
    "notes": lambda: _(
        "The note of the one who has the word, in this phase. It is kept as you write; words that "
        "may be a sign are underlined."
    ),
    "table": lambda: _(
        "Who is in the round, in speaking order, with turn and load; {call} is to be called, "
        "{alone} is alone tonight. Up and down choose, Enter gives the word."
    ).format(call=looks.CALL, alone=looks.ALONE),
    "signs": lambda: _(
        "Words that may be a sign, each a question to you and never a verdict. Up and down choose, "
        "Enter goes to the words."
    ),
    "load": lambda: _("The load from 0 to 10, if the person wants to give one: a digit, x for 10."),
    "protocols": lambda: _(
        "The protocols, the usual one first. Up and down choose; beneath stands what it is for, "
        "and what not to do."
    ),
    "about-scroll": lambda: _("What the protocol is for, what speaks for it, and what not to do."),
    "name": lambda: _("Who is here: write one name or several with commas, then Enter."),
    "roll": lambda: _(
        "Everyone who has been in a round here; those with a tick are here tonight. The order is "
        "the speaking order."
    ),
    "team": lambda: _("The team's name. It stands in the record in the clear."),
    "shift-start": lambda: _("Whether the shift begins now, or ends: space ticks it."),
    "silence": lambda: _("Whether the round begins with a silent minute: space ticks it."),
    "involved": lambda: _("Whether you were part of the hard case yourself: space ticks it."),
    "mixed": lambda: _("Whether only some were part of the hard case: space ticks it."),
    "manager": lambda: _("Whether a line manager leads the round: space ticks it."),
    "accounts": lambda: _(
        "Everyone in the round, then duties. Up and down choose a row, a digit answers for it."
    ),
    "own-load": lambda: _(
        "Your own load from 0 to 10, and a word to whoever backs you up tonight."
    ),
    "rows": lambda: _(
        "What waits, what needs a decision, and what has arrived. Up and down choose."
    ),
    "one": lambda: _("What leaves, byte for byte. Up and down scroll."),
    "find": lambda: _("Words to find sessions by: team, protocol, day or person."),
    "held": lambda: _("The sessions that were held, newest first. Up and down choose one."),
    "told": lambda: _("The session that is chosen. Up and down scroll."),
    "coverage": lambda: _("Sessions by week and by month. Up and down scroll."),
    "choices": lambda: _(
        "What debrief.toml says. Up and down choose, left and right step, Enter writes."
    ),
}
"""What a pane is for, by its id; a widget with a method `about` tells it itself."""


def glossary() -> tuple[tuple[str, str], ...]:
    """Return the words used and what they mean, in the interface language."""
    return (
        (_("Round"), _("One group debrief from its opening to its seal.")),
        (_("Phase"), _("A part of the round with a question and a time of its own.")),
        (_("Turn"), _("The time in which one person has the word.")),
        (_("Pass"), _("Not to speak in this turn; no reason is asked or kept.")),
        (_("Load"), _("How heavy the shift feels, from 0 to 10, if the person wants to say.")),
        (_("Sign"), _("Words in the notes that may point at strain or danger.")),
        (_("Citizen"), _("The one who called or came, as told of by a counsellor.")),
        (_("Duty"), _("What the law may ask of the one who was told; it is personal.")),
        (
            _("Next contact"),
            _("When somebody asks how the person is: dated, declined or not needed."),
        ),
        (_("Seal"), _("To close the session file, so that any later change shows.")),
        (_("Ledger"), _("One line for each sealed session, each holding on to the one before.")),
        (_("Outbox"), _("What waits to leave, what has left, and what needs a decision.")),
        (_("Destination"), _("Somebody who gets a summary, cut to what they may have.")),
    )


def about(screen: Screen[Any]) -> list[Chapter]:
    """Return the chapters of help for what has the focus on `screen`."""
    chapters = []
    focused = screen.focused
    if focused is not None:
        chapters.append(_of_pane(focused))
    purpose = getattr(screen, "purpose", str)()
    below = standing(screen.app.screen_stack, screen)
    rows = (*_keys((*scopes(below), "app")), (PALETTE, _("Find a command by its name")))
    chapters.append(Chapter(_("This screen"), (purpose,) if purpose else (), rows))
    limits = _(
        "Signs may be missed, and some that are shown are none: your own ear comes first. "
        "Nothing is sent because of a sign."
    )
    chapters.append(Chapter(_("Limits"), (limits,)))
    chapters.append(Chapter(_("Words"), (), glossary()))
    return [one for one in chapters if one.sentences or one.rows]


def _of_pane(widget: Widget) -> Chapter:
    own = getattr(widget, "about", None)
    told = own() if callable(own) else PANES.get(widget.id or "", str)()
    title = str(widget.border_title or "") or _("Here")
    return Chapter(title, (str(told),) if told else (), _keys(panes_of(widget)))


def _keys(of: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the rows for the commands of these scopes; on a key twice, the first holds."""
    rows, taken = [], set[str]()
    for scope in dict.fromkeys(of):
        for command in commands.of(scope):
            if not (command.yields and taken & {*command.keys}):
                rows.append((command.shown_key or PALETTE, command.help()))
                taken |= {*command.keys}
    return tuple(rows)


def found(chapters: Sequence[Chapter], words: str) -> list[Chapter]:
    """Return what of the chapters holds `words`, case aside; all of it where none are given."""
    wanted = words.casefold().split()

    def holds(*texts: str) -> bool:
        text = " ".join(texts).casefold()
        return all(word in text for word in wanted)

    kept = [
        Chapter(
            one.title,
            tuple(text for text in one.sentences if holds(one.title, text)),
            tuple(row for row in one.rows if holds(one.title, *row)),
        )
        for one in chapters
    ]
    return [one for one in kept if one.sentences or one.rows]


def told(chapters: Sequence[Chapter], width: int) -> Content:
    """Return the chapters as text, in rows of at most `width` cells."""
    if not chapters:
        return Content.styled(_("Nothing here has those words."), "$muted")
    return Content("\n\n").join(_chapter(one, width) for one in chapters)


def _chapter(one: Chapter, width: int) -> Content:
    wide = max((Content(left).cell_length for left, _right in one.rows), default=0)
    wide = max(6, min(wide, width // 3))
    lines = [Content.styled(one.title, "bold")]
    lines += [Content(part) for text in one.sentences for part in textwrap.wrap(text, width)]
    for left, right in one.rows:
        first, *more = textwrap.wrap(right, max(20, width - wide - 3)) or [""]
        pad = " " * (wide - Content(left).cell_length)
        lines.append(Content.assemble(pad, (left, "$accent"), "  ", first))
        lines += [Content(" " * (wide + 2) + part) for part in more]
    return Content("\n").join(lines)


class HelpDialog(ModalScreen[None]):
    """Help for what had the focus; what is typed narrows it to what holds those words."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape,f1", "dismiss_it", priority=True),
        Binding("down", "scroll(1)", priority=True),
        Binding("up", "scroll(-1)", priority=True),
        Binding("pagedown", "scroll(12)", priority=True),
        Binding("pageup", "scroll(-12)", priority=True),
    ]

    def __init__(self, chapters: Sequence[Chapter]) -> None:
        super().__init__()
        self._chapters = chapters

    def compose(self) -> ComposeResult:
        """Lay out the line to search in, and the text."""
        with Vertical(classes="dialog wide tall"):
            yield Input(id="wanted")
            with VerticalScroll(can_focus=False):
                yield Static(id="help", markup=False)

    def on_mount(self) -> None:
        """Be ready for a word."""
        wanted = self.query_one("#wanted", Input)
        wanted.border_title = _("Help: type to search, Esc goes back")
        wanted.focus()
        self._show()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what holds the words."""
        event.stop()
        self._show()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def on_resize(self) -> None:
        """Fit the rows to the width."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        wanted = self.query_one("#wanted", Input).value
        width = self.query_one(VerticalScroll).scrollable_content_region.width or 60
        self.query_one("#help", Static).update(told(found(self._chapters, wanted), width))

    def action_scroll(self, lines: int) -> None:
        """Scroll, the line keeping the focus."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_dismiss_it(self) -> None:
        """Go back."""
        self.dismiss(None)
