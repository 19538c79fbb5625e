"""The list of people in Setup: who is here tonight, from where, and by which channel."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import ClassVar, Literal, TypeVar

import msgspec
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from debrief import words
from debrief.i18n import _
from debrief.session.model import CHANNELS, PLACES, ROLES, STAYS, Person
from debrief.tui import commands
from debrief.tui.sizes import NARROW

_T = TypeVar("_T")


class Entry(msgspec.Struct, frozen=True):
    """A person of the roster, and whether they are here tonight."""

    person: Person
    here: bool


class Roll(OptionList):
    """Everyone known, ticked when here. Order is speaking order."""

    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("people")]

    class Changed(Message):
        """Somebody was ticked, unticked, changed or moved."""

    class Asked(Message):
        """A line about the person is wanted: what is considerate of them, or whom they chose."""

        def __init__(self, person: Person, what: Literal["needs", "supporter"]) -> None:
            super().__init__()
            self.person = person
            self.what = what

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.entries: tuple[Entry, ...] = ()

    @property
    def here(self) -> tuple[Person, ...]:
        """Return those who are ticked, in order."""
        return tuple(entry.person for entry in self.entries if entry.here)

    def fill(self, entries: Sequence[Entry]) -> None:
        """Show these entries."""
        self.entries = tuple(entries)
        self.redraw()

    def add(self, person: Person) -> None:
        """Tick the person, who comes after the others who are here."""
        rest = [entry for entry in self.entries if entry.person.id != person.id]
        at = sum(1 for entry in rest if entry.here)
        rest.insert(at, Entry(person, here=True))
        self.fill(rest)
        self.highlighted = at
        self.post_message(self.Changed())

    def redraw(self) -> None:
        """Show the entries, in the language in force."""
        at = self.highlighted
        if self.has_focus:
            self._show_keys()
        self.clear_options()
        if not self.entries:
            empty = _("Write names above, with commas between.")
            self.add_option(Option(Content.styled(empty, "$muted"), disabled=True))
            return
        self.add_options([Option(_row(entry, self._narrow)) for entry in self.entries])
        self.highlighted = None if at is None else min(at, len(self.entries) - 1)

    def _change(self, entry: Entry) -> None:
        at = self.highlighted
        if at is None or at >= len(self.entries):
            return
        entries = list(self.entries)
        entries[at] = entry
        self.entries = tuple(entries)
        self.replace_option_prompt_at_index(at, _row(entry, self._narrow))
        self.post_message(self.Changed())

    @property
    def _narrow(self) -> bool:
        return self.app.size.width < NARROW

    @property
    def _chosen(self) -> Entry | None:
        at = self.highlighted
        return self.entries[at] if at is not None and at < len(self.entries) else None

    def action_here(self) -> None:
        """Tick or untick."""
        if (entry := self._chosen) is not None:
            self._change(Entry(entry.person, not entry.here))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click ticks, too."""
        event.stop()
        self.action_here()

    def action_role(self) -> None:
        """Step through the roles."""
        if (entry := self._chosen) is not None:
            role = _next(ROLES, entry.person.role)
            self._change(Entry(msgspec.structs.replace(entry.person, role=role), entry.here))

    def action_place(self) -> None:
        """Step through the places."""
        if (entry := self._chosen) is not None:
            place = _next(PLACES, entry.person.place)
            self._change(Entry(msgspec.structs.replace(entry.person, place=place), entry.here))

    def action_channel(self) -> None:
        """Step through the channels."""
        if (entry := self._chosen) is not None:
            channel = _next(CHANNELS, entry.person.channel)
            self._change(Entry(msgspec.structs.replace(entry.person, channel=channel), entry.here))

    def action_stay(self) -> None:
        """Step through the whole round, late, early."""
        if (entry := self._chosen) is not None:
            stay = _next(STAYS, entry.person.stay)
            self._change(Entry(msgspec.structs.replace(entry.person, stay=stay), entry.here))

    def action_buddy(self) -> None:
        """Step through those whom the person may call first: the others who are here, or none."""
        if (entry := self._chosen) is not None:
            self._change(Entry(with_next_buddy(entry.person, self.here), entry.here))

    def action_considerate(self) -> None:
        """Ask what is considerate of the person."""
        if (entry := self._chosen) is not None:
            self.post_message(self.Asked(entry.person, "needs"))

    def action_supporter(self) -> None:
        """Ask whom the person chose to be supported by."""
        if (entry := self._chosen) is not None:
            self.post_message(self.Asked(entry.person, "supporter"))

    def action_shuffle(self) -> None:
        """Draw lots for the order of those who are here; they come before the others."""
        here = [entry for entry in self.entries if entry.here]
        rest = [entry for entry in self.entries if not entry.here]
        self.fill([*random.SystemRandom().sample(here, len(here)), *rest])
        self.post_message(self.Changed())

    def put(self, person: Person) -> None:
        """Show the person as they are now."""
        self.entries = tuple(
            Entry(person, entry.here) if entry.person.id == person.id else entry
            for entry in self.entries
        )
        self.redraw()
        self.post_message(self.Changed())

    @property
    def told(self) -> str:
        """What was agreed about the person in hand, in one line; empty where there is nothing."""
        entry = self._chosen
        if entry is None:
            return ""
        about = words.considerate(entry.person, [one.person for one in self.entries])
        return f"{entry.person.name}: {' · '.join(about)}" if about else ""

    def on_focus(self) -> None:
        """Begin with the first person, and say which keys hold here beside those at the foot."""
        if self.highlighted is None and self.entries:
            self.highlighted = 0
        self._show_keys()

    @property
    def bordered(self) -> tuple[commands.Command, ...]:
        """Return the commands that there is room for in the border; the others go to the foot."""
        room, fitting = self.size.width - 4, list[commands.Command]()
        for one in (each for each in commands.of("people") if not each.bar):
            room -= len(f"  {one.shown_key} {one.label()}")
            if room < -2:
                break
            fitting.append(one)
        return (*fitting,)

    def _show_keys(self) -> None:
        self.border_subtitle = "  ".join(f"{one.shown_key} {one.label()}" for one in self.bordered)

    def on_blur(self) -> None:
        """The keys hold no longer."""
        self.border_subtitle = ""

    def action_up(self) -> None:
        """Speak earlier."""
        self._move(-1)

    def action_down(self) -> None:
        """Speak later."""
        self._move(1)

    def _move(self, step: int) -> None:
        at = self.highlighted
        if at is None or not 0 <= at + step < len(self.entries):
            return
        entries = list(self.entries)
        entries[at], entries[at + step] = entries[at + step], entries[at]
        self.fill(entries)
        self.highlighted = at + step
        self.post_message(self.Changed())


def with_next_buddy(person: Person, here: Sequence[Person]) -> Person:
    """Return the person with the next of those `here` to call first, after the last one nobody."""
    others = ["", *(one.id for one in here if one.id != person.id)]
    now = person.buddy if person.buddy in others else ""
    return msgspec.structs.replace(person, buddy=_next(others, now))


def _next(values: Sequence[_T], now: _T) -> _T:
    return values[(values.index(now) + 1) % len(values)]


def _row(entry: Entry, narrow: bool) -> Content:
    person = entry.person
    widths = (11, 10, 10) if narrow else (18, 18, 11)
    style = "$foreground" if entry.here else "$muted"
    mark = _mark(person, narrow)
    parts = (words.role(person.role), words.place(person.place))
    cells = [_cell(part, width) for part, width in zip(parts, widths[1:], strict=True)]
    room = widths[0] - 1 - len(mark) if narrow else widths[0] - 1
    name = Content(person.name).truncate(room, ellipsis=True).stylize(style)
    marked = (mark, "$accent" if entry.here else "$muted")
    if narrow:  # beside the name, where it is never pushed off the row
        name, marked = Content.assemble(name, marked), ("", "")
    return Content.assemble(
        ("[x] " if entry.here else "[ ] ", "bold $accent" if entry.here else "$muted"),
        name.pad_right(widths[0] - name.cell_length),
        cells[0].stylize("$muted"),
        cells[1].stylize("$muted"),
        (words.channel(person.channel), "$muted"),
        marked,
    )


def _mark(person: Person, narrow: bool) -> str:
    """Return how long they stay, and a plus where more is agreed about them."""
    more = " +" if person.buddy or person.needs or person.supporter else ""
    stays = words.stay(person.stay)
    if narrow:
        return more or (" …" if stays else "")
    return (f" · {stays}" if stays else "") + more


def _cell(text: str, width: int) -> Content:
    shown = Content(text).truncate(width - 1, ellipsis=True)
    return shown.pad_right(width - shown.cell_length)
