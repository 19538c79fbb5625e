"""Setup: which protocol, who is here, from where - then the round begins."""

from __future__ import annotations

from typing import ClassVar

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
from debrief.session.model import Circumstances, Person
from debrief.text import clean_line
from debrief.tui import commands
from debrief.tui.dialogs import LineDialog
from debrief.tui.screens.setup_past import SetupPast
from debrief.tui.widgets.bars import KeyBar, TopBar
from debrief.tui.widgets.roll import Entry, Roll
from debrief.tui.widgets.tick import Tick

DEFAULT = "shift-defuse"


class SetupScreen(SetupPast):
    """Everything a round starts from; all but the names has a good default."""

    SCOPES: ClassVar[tuple[str, ...]] = ("setup", "people")
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("setup")]

    def __init__(self) -> None:
        super().__init__()
        self._protocols: list[Protocol] = []

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
                yield Input(id="team")
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
        wanted = desk.config.protocol
        self._protocols.sort(key=lambda one: (one.id != wanted, one.id != DEFAULT, one.id))
        self.query_one(Roll).fill([Entry(person, here=False) for person in roster.people])
        self.query_one("#team", Input).value = desk.config.team or roster.team
        self.query_one("#name", Input).focus()
        self.redraw()
        self.look_back()

    # Showing

    def redraw(self) -> None:
        """Say everything in the language in force."""
        super().redraw()
        self.show_top(_("Tonight's round"))
        self._title("#protocols", _("Protocol"))
        self._title("#about-scroll", _("What it is"))
        self._title("#name", _("Who is here? Name, then Enter"))
        self._title("#roll", _("The round"))
        self._title("#team", _("Team"))
        labels = {
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

    def _title(self, ident: str, title: str) -> None:
        self.query_one(ident).border_title = title

    def _show_protocols(self) -> None:
        chosen = self.query_one("#protocols", OptionList)
        at = chosen.highlighted or 0
        chosen.clear_options()
        language = i18n.language()
        chosen.add_options(
            [Option(Content(one.name.to(language)), one.id) for one in self._protocols]
        )
        if self._protocols:
            chosen.highlighted = min(at, len(self._protocols) - 1)

    @property
    def _protocol(self) -> Protocol | None:
        at = self.query_one("#protocols", OptionList).highlighted
        return self._protocols[at] if at is not None and at < len(self._protocols) else None

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Tell what the protocol is, and what speaks against it."""
        if event.option_list.id != "protocols" or self._protocol is None:
            return
        language = i18n.language()
        one = self._protocol
        people = max(1, len(self.query_one(Roll).here))
        minutes = round(sum(phase.planned_seconds(people) for phase in one.phases) / 60)
        lines = [
            Content(one.purpose.to(language)),
            Content(""),
            Content.assemble((_("When") + "  ", "$muted"), one.when.to(language)),
            Content.assemble(
                (_("Time") + "  ", "$muted"), _("about {n} minutes").format(n=minutes)
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
        self._advise()

    def on_roll_changed(self) -> None:
        """The number of people counts for the advice."""
        self._advise()

    def on_tick_turned(self) -> None:
        """The circumstances count for the advice."""
        self._advise()

    def _advise(self) -> None:
        here = self.query_one(Roll).here
        advice = [words.count_people(len(here))]
        one = self._protocol
        if one is not None and len(here) > one.max_people:
            advice.append(_("More than {n}: two rounds are better.").format(n=one.max_people))
        if self._ticked("#mixed"):
            advice.append(_("Take those who were part of it in a short talk of their own first."))
        if self._ticked("#involved"):
            advice.append(
                _("Let somebody else lead if you can; else say aloud that you were in it.")
            )
        if self._ticked("#manager"):
            advice.append(_("Say aloud that nobody is being assessed."))
        self.query_one("#advice", Static).update("  ".join(advice))

    def _ticked(self, ident: str) -> bool:
        return self.query_one(ident, Tick).on

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
        one = self._protocol
        if one is None:
            return
        if not one.earliest_hours:
            self._begin(0.0)
            return
        question = _("{name} comes at the earliest {n} hours after. How many hours is it since?")
        name = one.name.to(i18n.language())
        self.app.push_screen(
            LineDialog(
                question.format(name=name, n=one.earliest_hours),
                _("A number, for example 30. Enter goes on, Esc goes back."),
                _hours,
            ),
            lambda text: self._begin(_hours(text)) if text else None,
        )

    def _begin(self, hours_since: float) -> None:
        """Open the round, so many hours after what it is about."""
        desk, one, waiting = self.desk_app.desk, self._protocol, self.query_one("#name", Input)
        if one is None:
            return
        around = Circumstances(
            supervisor_involved=self._ticked("#involved"),
            mixed_exposure=self._ticked("#mixed"),
            line_manager_leads=self._ticked("#manager"),
            hours_since=hours_since,
        )
        team = clean_line(self.query_one("#team", Input).value)[:60]
        language = desk.config.round_language or i18n.language()
        try:
            people = self.query_one(Roll).here
            live = desk.start(desk.setup(one, people, language, team=team, circumstances=around))
        except Problem as problem:
            self.query_one("#advice", Static).update(Content.styled(str(problem), "$warning"))
            waiting.focus()
            return
        self.app.pop_screen()
        self.desk_app.open_round(live)

    def action_back(self) -> None:
        """Back to Home."""
        self.app.pop_screen()


def _hours(text: str) -> float:
    """Return the hours in what was typed; raises Problem."""
    try:
        hours = float(text.strip().replace(",", "."))
    except ValueError:
        hours = -1.0
    if not 0 <= hours <= 24 * 365:
        raise Problem(_("That is no number of hours; write for example 30."))
    return hours
