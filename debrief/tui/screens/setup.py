"""Setup: which protocol, who is here, from where - then the round begins."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from debrief import i18n, words
from debrief.errors import Problem
from debrief.i18n import _
from debrief.protocol import Protocol
from debrief.session.guardrails import at_the_start
from debrief.session.model import Person
from debrief.text import clean_line
from debrief.tui import commands
from debrief.tui.dialogs import LineDialog
from debrief.tui.screens.setup_begin import DEFAULT
from debrief.tui.screens.setup_past import SetupPast
from debrief.tui.widgets.bars import KeyBar, TopBar
from debrief.tui.widgets.roll import Entry, Roll
from debrief.tui.widgets.tick import Tick

LONGEST_LINE = 200
"""Characters kept of what is considerate of a person, or of a supporter's name."""
SAID_ELSEWHERE = ("too-early", "too-many")
"""What the advice leaves out: one is asked about by a card, one said with its number."""
NONE = "-"
"""Typed alone, it takes away what stood there."""


class SetupScreen(SetupPast):
    """Everything a round starts from; all but the names has a good default."""

    SCOPES: ClassVar[tuple[str, ...]] = ("setup", "people")
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("setup")]

    def compose(self) -> ComposeResult:
        """Lay out protocols on the left, people on the right."""
        yield TopBar()
        with Horizontal(id="setup"):
            with Vertical(id="which"):
                yield OptionList(id="protocols")
                with VerticalScroll(id="about-scroll"):
                    yield Static(id="about", markup=False)
            with Vertical(id="who"):
                yield Input(id="name")
                yield Roll(id="roll")
                yield Static(id="person-told", markup=False)
                yield Input(id="team")
                yield Tick(id="shift-start")
                yield Tick(id="silence")
                yield Tick(id="involved")
                yield Tick(id="mixed")
                yield Tick(id="manager")
                yield Static(id="last-time", markup=False)
                yield Static(id="advice", markup=False)
        yield KeyBar()

    def purpose(self) -> str:
        """Return what the screen is for."""
        told = _("Choose a protocol, write or tick who is here, then {key}. Names are kept sealed.")
        return told.format(key=commands.shown_key("setup.begin"))

    def on_mount(self) -> None:
        """Fill in what is known from last time."""
        desk = self.desk_app.desk
        try:
            self._protocols = [one for one in desk.protocols().values() if one.id != "leader-close"]
            roster = desk.roster
        except Problem as problem:
            self.app.pop_screen()
            self.desk_app.tell(problem)
            return
        self._usual = desk.config.protocol
        self.query_one(Roll).fill([Entry(person, here=False) for person in roster.people])
        self.query_one("#team", Input).value = desk.config.team or roster.team
        self.query_one("#name", Input).focus()
        self.redraw()
        self.look_back()

    # Showing

    def redraw(self) -> None:
        """Say everything in the language in force."""
        self.show_keys()
        self.show_top(_("Tonight's round"))
        self._title("#protocols", _("Protocol"))
        self._title("#about-scroll", _("What it is"))
        self._title("#name", _("Who is here? Name, then Enter"))
        self._title("#roll", _("The round"))
        self._title("#team", _("Team"))
        labels = {
            "#shift-start": _("The shift begins now; it does not end"),
            "#silence": _("Begin with a silent minute"),
            "#involved": _("I was part of the hard case myself"),
            "#mixed": _("Only some of them were part of it"),
            "#manager": _("A line manager leads the round"),
        }
        for ident, label in labels.items():
            self.query_one(ident, Tick).label = label
        self._show_protocols()
        self.show_last_time()
        self.query_one(Roll).redraw()
        self._advise()

    def show_keys(self) -> None:
        """Show the keys that act where the focus is: those of a person only in the list."""
        roll = self.query_one(Roll)
        shown = [one for one in commands.of("setup") if one.bar]
        if roll.has_focus:
            bordered = roll.bordered
            shown += [one for one in commands.of("people") if one not in bordered]
        shown += [one for one in commands.of("app") if one.bar]
        self.query_one(KeyBar).show_commands(shown)

    def on_descendant_focus(self) -> None:
        """Another part of the screen has the focus."""
        self.show_keys()

    def on_descendant_blur(self) -> None:
        """No part has it, for a moment or longer."""
        self.show_keys()

    def _title(self, ident: str, title: str) -> None:
        self.query_one(ident).border_title = title

    def _show_protocols(self) -> None:
        """List them by the name that is shown, the usual one and the safe one first."""
        chosen = self.query_one("#protocols", OptionList)
        language, before = i18n.language(), self.protocol
        self._protocols.sort(
            key=lambda one: (
                *(one.id != self._usual, one.id != DEFAULT, one.locked),
                one.name.to(language).casefold(),
            )
        )
        at = self._protocols.index(before) if before in self._protocols else 0
        chosen.clear_options()
        chosen.add_options([Option(_titled(one, language), one.id) for one in self._protocols])
        if self._protocols:
            chosen.highlighted = min(at, len(self._protocols) - 1)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Tell what the protocol is, and what speaks against it."""
        if event.option_list.id == "protocols":
            self._tell_protocol()
            self._advise()

    def _minutes(self, one: Protocol) -> int:
        """Return how long the round is planned for those who are here, or for the fewest it fits.

        It is what the round's own clock will count to.
        """
        if self.query_one(Roll).here:
            phases = self.planned(one, self.circumstances()).phases
            return round(sum(phase.planned_s for phase in phases) / 60)
        return round(one.planned_seconds(one.min_people, self.shift(one)) / 60)

    def _tell_protocol(self) -> None:
        one, language = self.protocol, i18n.language()
        if one is None:
            return
        self.query_one("#shift-start").display = one.asks_shift
        lines = [
            Content(one.purpose.to(language)),
            *_terms(one, language),
            Content(""),
            Content.assemble((_("When") + "  ", "$muted"), one.when.to(language)),
            Content.assemble(
                (_("Time") + "  ", "$muted"), _("about {n} minutes").format(n=self._minutes(one))
            ),
            Content.assemble(
                (_("Evidence {grade}").format(grade=one.evidence) + "  ", "$muted"),
                one.evidence_note.to(language),
            ),
            Content(""),
            Content.styled(_("Not to do"), "$muted"),
            *(Content(f"· {line}") for line in one.avoid.to(language)),
        ]
        self.query_one("#about", Static).update(Content("\n").join(lines))

    def on_roll_changed(self) -> None:
        """The number of people counts for the time and for the advice."""
        self._tell_protocol()
        self._advise()
        self._tell()

    @on(OptionList.OptionHighlighted, "#roll")
    def tell_person(self) -> None:
        """Another person is in hand."""
        self._tell()

    def _tell(self) -> None:
        """Tell what was agreed about the person in hand."""
        self.query_one("#person-told", Static).update(self.query_one(Roll).told)

    def on_roll_asked(self, message: Roll.Asked) -> None:
        """Ask for a line about a person."""
        person, what = message.person, message.what
        question = (
            _("What is considerate of {name} tonight, in their own words?")
            if what == "needs"
            else _("Which colleague did {name} choose to be supported by?")
        )
        hint = _("It is sealed, and no destination gets it. Enter takes it, - alone removes it.")
        now = person.needs if what == "needs" else person.supporter

        def told(text: str | None) -> None:
            if text:
                line = "" if text == NONE else clean_line(text)[:LONGEST_LINE]
                change = {"needs": line} if what == "needs" else {"supporter": line}
                self.query_one(Roll).put(msgspec.structs.replace(person, **change))

        dialog = LineDialog(question.format(name=person.name), hint, value=now)
        self.app.push_screen(dialog, told)

    def on_tick_turned(self) -> None:
        """The circumstances count for the time and for the advice."""
        self._tell_protocol()
        self._advise()

    def _advise(self) -> None:
        """Say how many are here, and what speaks against beginning so; the time is asked later."""
        here = self.query_one(Roll).here
        advice = [words.count_people(len(here))]
        one = self.protocol
        if one is not None:
            setup = self.planned(one, self.circumstances())
            if len(here) > one.max_people:
                advice.append(_("More than {n}: two rounds are better.").format(n=one.max_people))
            unsaid = SAID_ELSEWHERE if here else (*SAID_ELSEWHERE, "too-few")
            codes = [found.code for found in at_the_start(setup)]
            advice += [words.told(code) for code in codes if code not in unsaid]
        self.query_one("#advice", Static).update("  ".join(advice))

    # Doing

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter takes a name; an empty line goes on to the list, once there is one."""
        event.stop()
        if event.input.id != "name":
            self.query_one(Roll).focus()
            return
        names = [clean_line(part) for part in event.value.split(",")]
        for name in filter(None, names):
            self.query_one(Roll).add(self._person(name[:60]))
        event.input.value = ""
        if not any(names) and self.query_one(Roll).entries:
            self.query_one(Roll).focus()

    def _person(self, name: str) -> Person:
        roll = self.query_one(Roll)
        typed = [entry.person for entry in roll.entries]
        known = next((one for one in typed if one.name.casefold() == name.casefold()), None)
        return known or self.desk_app.desk.roster.person(name)

    def action_begin(self) -> None:
        """Open the round."""
        waiting = self.query_one("#name", Input)
        if waiting.value.strip():
            self.on_input_submitted(Input.Submitted(waiting, waiting.value))
        if self.protocol is not None:
            self.begin(self.protocol)

    def action_back(self) -> None:
        """Back to Home."""
        self.app.pop_screen()


def _titled(one: Protocol, language: str) -> Content:
    """Return a protocol's name, and the word that it is locked."""
    name = Content(one.name.to(language))
    return Content.assemble(name, (" · " + _("locked"), "$muted")) if one.locked else name


def _terms(one: Protocol, language: str) -> list[Content]:
    """Return what is out of the usual: the lock, and that nothing is kept."""
    terms = []
    if one.guardrail is not None:
        terms += [Content(""), Content.styled(one.guardrail.to(language), "$warning")]
    if one.keep == "nothing":
        terms += [
            Content(""),
            Content(_("Nothing of what is said is kept: no notes, no load, no signs.")),
        ]
    return terms
