"""The panes beside the notes: who is in the round, the load, the signs, what is agreed."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import ClassVar, Final

import msgspec
from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from debrief import signs, words
from debrief.i18n import _, language
from debrief.live import SignView
from debrief.session import SignKey, State
from debrief.session.model import Turn
from debrief.tui import commands, looks


class RoundTable(OptionList):
    """Who is in the round, in speaking order, with how their turn stands."""

    class Chosen(Message):
        """Somebody was given the word by hand."""

        def __init__(self, person: str) -> None:
            super().__init__()
            self.person = person

    def show(self, state: State, *, short: bool = False) -> None:
        """Show the people as they stand in the running phase; `short` leaves out how they sit."""
        self.border_title = _("The round")
        rows = [(one.id, self._row(state, one.id, short)) for one in state.people]
        if [option.id for option in self.options] != [ident for ident, _row in rows]:
            self.clear_options()
            self.add_options([Option(row, ident) for ident, row in rows])
        else:
            for index, (_ident, row) in enumerate(rows):
                self.replace_option_prompt_at_index(index, row)
        ids = [ident for ident, _row in rows]
        if not self.has_focus and state.speaker in ids:
            self.highlighted = ids.index(state.speaker)

    def _row(self, state: State, person_id: str, short: bool) -> Content:
        person = state.person(person_id)
        if person is None:
            return Content("")
        turn: Turn | None = state.turn(state.plan.key, person_id)
        if person_id in state.left and person.stay != "late":
            turn = "left"
        speaks = person_id == state.speaker
        awaited = person_id in state.left and turn != "left"
        glyph = looks.AWAITED if awaited else looks.TURN_GLYPHS[turn]
        glyph = looks.SPEAKS if speaks else glyph
        load = state.loads.get(person_id)
        note = words.turn(turn) if turn in ("passed", "left") else ""
        note = note or words.stay(person.stay) or _how(person.channel)
        width = 11 if short else 9
        name = Content(person.name).truncate(width, ellipsis=True)
        row = Content.assemble(
            f"{glyph} ",
            name.pad_right(width + 1 - name.cell_length),
            ("" if short else f"{note[:9]:<9}", "$muted"),
            _mark(state, person_id),
            "  " if load is None else f"{load:>2}",
        )
        return row.stylize("bold $accent") if speaks else row

    def on_key(self, event: events.Key) -> None:
        """A digit gives the word to the person with that number."""
        number = int(event.character) if event.character and event.character in "123456789" else 0
        if 1 <= number <= self.option_count:
            event.stop()
            ident = self.get_option_at_index(number - 1).id
            if ident is not None:
                self.post_message(self.Chosen(ident))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give the word to the person."""
        event.stop()
        if event.option.id is not None:
            self.post_message(self.Chosen(event.option.id))


def _mark(state: State, person_id: str) -> str:
    """Return the shape for who is to be called, or is alone tonight."""
    if person_id in state.wants_call:
        return looks.CALL
    return looks.ALONE if person_id in state.alone else " "


def _how(channel: str) -> str:
    return words.place("on-site") if channel == "in-person" else words.channel(channel)


SCALE: Final = 34
"""Cells that the scale from 0 to 10 takes, the load in brackets or not."""


class LoadBar(Widget, can_focus=True):
    """The load from 0 to 10: an answer that may be given, and taken back."""

    load: reactive[int | None] = reactive(None)
    asked: reactive[bool] = reactive(False)

    class Given(Message):
        """A load was given; None takes it back."""

        def __init__(self, load: int | None) -> None:
            super().__init__()
            self.load = load

    class Abandoned(Message):
        """The bar was left without an answer."""

    def __init__(self, *, id: str | None = None, labelled: bool = True) -> None:
        super().__init__(id=id)
        self._labelled = labelled

    @property
    def _label(self) -> str:
        return _("Load") + " " if self._labelled else ""

    def render(self) -> Content:
        """Return the scale with the given load in brackets, and as much of a hint as fits."""
        label, hint = self._around()
        steps: list[Content] = []
        for number in range(11):
            chosen = number == self.load
            text = f"[{number}]" if chosen else f" {number} "
            style = "bold $accent" if chosen else ("$foreground" if self.has_focus else "$muted")
            steps.append(Content.styled(text, style))
        scale = Content.assemble(*steps)
        return Content.assemble((label, "$muted"), scale, ("  " + hint, "$muted"))

    def _around(self) -> tuple[str, str]:
        """Return label and hint that fit beside the scale; the keys count more than the label."""
        labels, hints = [self._label], [""]
        if self.has_focus:
            labels = [self._label, ""]
            hints = [_("a digit, x for 10, Del for none"), _("x: 10, Del: none"), ""]
        elif self.asked and self.load is None:
            key = commands.shown_key("round.load")
            hints = [_("{key} gives it; no answer is fine").format(key=key), key, ""]
        room = self.content_size.width - SCALE
        for hint in hints:
            for label in labels:
                if Content(label + hint).cell_length + 2 <= room:
                    return label, hint
        return self._label, ""

    def on_key(self, event: events.Key) -> None:
        """Take one digit, x for ten; Delete or Backspace takes the answer back."""
        if event.key in ("escape", "enter"):
            event.stop()
            self.post_message(self.Abandoned())
        elif event.character and (event.character.isdecimal() or event.character in "xX"):
            event.stop()
            load = 10 if event.character in "xX" else int(event.character)
            self.post_message(self.Given(load))
        elif event.key in ("delete", "backspace"):
            event.stop()
            self.post_message(self.Given(None))
        elif event.key in ("left", "right"):
            event.stop()
            step = 1 if event.key == "right" else -1
            self.load = max(0, min(10, (self.load if self.load is not None else 5) + step))
            self.post_message(self.Given(self.load))

    def on_click(self, event: events.Click) -> None:
        """Take the number that was clicked."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        at = offset.x - len(self._around()[0])
        edges = [3 * n for n in range(11)] + [3 * 10 + 4]
        hit = next((n for n in range(11) if edges[n] <= at < edges[n + 1]), None)
        if hit is not None:
            self.post_message(self.Given(None if hit == self.load else hit))


class SignsPane(OptionList):
    """The signs of the voice that speaks: a question each, never a verdict."""

    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("signs")]

    class Asked(Message):
        """Something is wanted of a sign: `what` is a command's name, confirm, dismiss, ..."""

        def __init__(self, key: SignKey, what: str) -> None:
            super().__init__()
            self.key = key
            self.what = what

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, compact=True)
        self._views: tuple[SignView, ...] = ()
        self._shown: object = None
        self._of = ("", "")
        """Whose notes the signs are in, and why none can be seen."""

    def show(self, views: Sequence[SignView], name: str, blind: str = "") -> None:
        """Show the signs in the notes of `name`, decided ones last; or why none can be seen."""
        order = sorted(views, key=lambda view: view.state.decision != "open")
        shown = (tuple(order), name, blind, language())
        if shown == self._shown:
            return
        self._shown = shown
        self._views = tuple(order)
        self._name_keys(here=self.has_focus)
        self._of = (name, blind)
        self._fill()

    def _fill(self) -> None:
        """Make the cards anew, for the width there is; the one in hand stays in hand."""
        order, (name, blind) = self._views, self._of
        at = self.highlighted
        self.clear_options()
        if not order:
            why = Content.styled("▲ " + blind, "$warning") if blind else _empty()
            self.add_option(Option(why, disabled=True))
            return
        self.add_options([Option(self._card(view, name)) for view in order])
        if at is None and self.has_focus:
            at = 0
        self.highlighted = None if at is None else min(at, len(order) - 1)

    def on_focus(self) -> None:
        """Begin with the first sign, and say which keys hold here."""
        if self.highlighted is None and self._views:
            self.highlighted = 0
        self._name_keys(here=True)

    def on_blur(self) -> None:
        """The keys hold no longer."""
        self._name_keys(here=False)

    def on_resize(self) -> None:
        """Fit the cards and the keys to the width."""
        self._name_keys(here=self.has_focus)
        self._fill()

    def _name_keys(self, *, here: bool) -> None:
        """Say on the border which keys hold; above as well, where they don't fit below."""
        keys = [f"{one.shown_key} {one.label()}" for one in commands.of("signs") if one.bar]
        below = len(keys) if Content(" ".join(keys)).cell_length + 6 <= self.outer_size.width else 2
        above = "  ".join([_("Signs"), " ".join(keys[below:])]).rstrip()
        self.border_title = above if here else _("Signs")
        self.border_subtitle = " ".join(keys[:below]) if here else ""

    def _card(self, view: SignView, name: str) -> Content:
        state = view.state
        glyph, style = looks.LEVEL_GLYPHS[state.level], looks.LEVEL_STYLES[state.level]
        whose = words.subject(state.subject, name)
        title = Content.assemble(
            (f"{glyph} ", style), (f"{whose} · {signs.name(view.key.code)}", style)
        )
        if state.decision != "open":
            word = words.decision(state.decision)
            mark = "✓" if state.decision == "confirmed" else "–"
            said = Content.assemble(title, (f"\n  {mark} {word}", "$muted"))
            return said if state.stands else Content.assemble(said, (". " + view.why, "$muted"))
        lines = [title]
        if view.key.words:
            lines.append(Content.assemble("  ", words.quoted(view.key.words)))
        if view.why:
            lines.append(Content.styled(self._wrapped(view.why), "$muted"))
        elif state.seen.band != "firm":
            lines.append(Content.styled("  " + _("read this again"), "$muted"))
        return Content("\n").join(lines)

    def _wrapped(self, text: str) -> str:
        """Return a text in rows that keep their indent, as wide as the pane is."""
        width = self.size.width - 3  # the cards' own edges, and a bar to scroll by
        if width < 10:
            return "  " + text
        return textwrap.fill(text, width, initial_indent="  ", subsequent_indent="  ")

    @property
    def chosen(self) -> SignKey | None:
        """The sign in hand while the pane has the focus."""
        at = self.highlighted
        here = self.has_focus and at is not None and at < len(self._views)
        return self._views[at].key if here and at is not None else None

    def _ask(self, what: str) -> None:
        if self.highlighted is not None and self.highlighted < len(self._views):
            self.post_message(self.Asked(self._views[self.highlighted].key, what))

    def action_confirm(self) -> None:
        """Confirm the sign."""
        self._ask("confirm")

    def action_dismiss(self) -> None:
        """Dismiss the sign."""
        self._ask("dismiss")

    def action_flip(self) -> None:
        """Say that it is the other's."""
        self._ask("flip")

    def action_level(self) -> None:
        """Step through the levels."""
        self._ask("level")

    def action_show(self) -> None:
        """Go to the words in the notes."""
        self._ask("show")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click goes to the words."""
        event.stop()
        self._ask("show")


def _empty() -> Content:
    return Content.styled(
        _("None seen in these notes. It may miss some: your own ear comes first."), "$muted"
    )


class Agreed(msgspec.Struct, frozen=True):
    """A line of what is agreed or open: whether it is done, and the words."""

    done: bool
    text: str
    level: str = ""


class AgreedPane(Static):
    """What is agreed with people, what the law asks, what to mind."""

    _shown: object = None

    def show(self, rows: Sequence[Agreed]) -> None:
        """Show the rows, open ones first."""
        shown = (tuple(rows), language())
        if shown == self._shown:
            return
        self._shown = shown
        self.border_title = _("Agreed and open")
        if not rows:
            nothing = _("Nothing yet. {key} agrees the next contact.")
            key = commands.shown_key("round.follow-up")
            self.update(Content.styled(nothing.format(key=key), "$muted"))
            return
        lines = []
        for row in sorted(rows, key=lambda one: one.done):
            style = looks.LEVEL_STYLES.get(row.level, "$muted" if row.done else "$foreground")
            glyph = looks.LEVEL_GLYPHS.get(row.level) or (looks.DONE if row.done else looks.AHEAD)
            lines.append(Content.assemble((f"{glyph} ", style), (row.text, style)))
        self.update(Content("\n").join(lines))


__all__ = ["Agreed", "AgreedPane", "LoadBar", "RoundTable", "SignsPane"]
