"""Past sessions: listed, found, shown; with the sealed part when it is asked for."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from debrief import words
from debrief.desk import Desk, past, searching, telling
from debrief.desk.correcting import corrections
from debrief.desk.following import came_of
from debrief.desk.past import Held, Where
from debrief.errors import Problem
from debrief.i18n import _, ngettext
from debrief.record import sessionfile, verify
from debrief.tui import commands
from debrief.tui.dialogs import LineDialog
from debrief.tui.screens.base import BaseScreen
from debrief.tui.sizes import NARROW
from debrief.tui.widgets.bars import KeyBar, TopBar

MOST = 300
"""So many sessions are listed; who looks for older ones types what they look for."""


class SessionsScreen(BaseScreen):
    """The closed sessions, newest first, and beside them the one that is chosen."""

    SCOPES: ClassVar[tuple[str, ...]] = ("sessions",)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("sessions")]

    class Listed(Message):
        """The sessions were looked through."""

        def __init__(self, held: tuple[Held, ...] | Problem) -> None:
            super().__init__()
            self.held = held

    class Told(Message):
        """What is to be read beside the list."""

        def __init__(self, title: str, lines: list[str], done: bool = True, at: int = 0) -> None:
            """`at` is the line that must be in sight."""
            super().__init__()
            self.at = at
            self.title = title
            self.lines = lines
            self.done = done

    def __init__(self) -> None:
        super().__init__()
        self._held: tuple[Held, ...] = ()
        self._shown: list[Held] = []
        self._opened = False
        self._person = ""
        """The pseudonym of the person whose sessions are listed; empty for everybody's."""

    def compose(self) -> ComposeResult:
        """Lay out what is looked for, the list, and the one chosen."""
        yield TopBar()
        with Horizontal(id="past"):
            with Vertical(id="past-list"):
                yield Input(id="find")
                yield OptionList(id="held")
            with VerticalScroll(id="told", can_focus=True):
                yield Static(id="lines", markup=False)
        yield KeyBar()

    def purpose(self) -> str:
        """Return what the screen is for."""
        return _(
            "Sessions shows what was held. The sealed part stays closed until you open it with p; "
            "w looks for words in all of it."
        )

    def on_mount(self) -> None:
        """Look through the sessions, with the list in hand."""
        self.redraw()
        self._list.focus()
        self.look()

    @property
    def _list(self) -> OptionList:
        return self.query_one("#held", OptionList)

    def redraw(self) -> None:
        """Say everything in the language in force."""
        self.show_keys()
        self.show_top(_("Sessions"))
        find = self.query_one("#find", Input)
        narrow = self.size.width < NARROW
        find.border_title = (
            _("Find a session") if narrow else _("Find by team, protocol, day or person")
        )
        self._list.border_title = _("Held")
        self._fill()

    def show_keys(self) -> None:
        """Show the keys that act where the focus is: while one types, letters are letters."""
        typing = self.query_one("#find", Input).has_focus
        hidden = [one.id for one in commands.of("sessions") if typing and len(one.shown_key) == 1]
        self.query_one(KeyBar).show(self.SCOPES, hidden)
        pane = self.query_one("#told")
        pane.border_subtitle = "↑ ↓ PgUp PgDn" if pane.has_focus else _("Tab reads on here")

    def on_descendant_focus(self) -> None:
        """Another part of the screen has the focus."""
        self.show_keys()

    def on_descendant_blur(self) -> None:
        """No part has it, for a moment or longer."""
        self.show_keys()

    @work(thread=True, exclusive=True, group="index", exit_on_error=False)
    def look(self, where: Where = Where()) -> None:
        """Ask the index, off the screen's thread."""
        held: tuple[Held, ...] | Problem
        try:
            held = past.held(past.index(self.desk_app.desk, _quiet), where)
        except Problem as problem:
            held = problem
        if not get_current_worker().is_cancelled:
            self.post_message(self.Listed(held))

    def on_sessions_screen_listed(self, message: Listed) -> None:
        """Show what there is."""
        if isinstance(message.held, Problem):
            self._say(_("Sessions"), [f"▲ {message.held}"])
        else:
            self._held = message.held
            self._fill()

    # The list

    def _fill(self) -> None:
        typed = self.query_one("#find", Input).value.casefold().split()
        wanted = [] if self._person else typed
        fitting = [one for one in self._held if _fits(one, wanted)]
        self._shown = fitting[:MOST]
        at = self._list.highlighted
        self._list.clear_options()
        self._list.add_options([Option(_row(one)) for one in self._shown])
        if not fitting:
            nothing = _("No session is like that.") if self._held else _("No session yet.")
            self._list.add_option(Option(Content.styled(nothing, "$muted"), disabled=True))
        elif len(fitting) > MOST:
            more = len(fitting) - MOST
            text = ngettext("{n} more: type to find it", "{n} more: type to find them", more)
            self._list.add_option(
                Option(Content.styled(text.format(n=more), "$muted"), disabled=True)
            )
        self._list.highlighted = min(at or 0, len(self._shown) - 1) if self._shown else None
        if self._held and not self._shown:
            self._tell_nothing()

    @on(Input.Changed, "#find")
    def _typed(self, event: Input.Changed) -> None:
        """A name that is known here is asked of the index; anything else is found in the rows."""
        event.stop()
        known = self.desk_app.desk.roster.find(event.value)
        person = known.id if known is not None else ""
        if person != self._person:
            self._person = person
            self.look(Where(person=person))
        self._fill()

    @on(Input.Submitted, "#find")
    def _found(self, event: Input.Submitted) -> None:
        event.stop()
        self._list.focus()

    @on(OptionList.OptionHighlighted, "#held")
    def _highlighted(self) -> None:
        self._opened = False
        self._show()

    @property
    def _chosen(self) -> Held | None:
        at = self._list.highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    # The one chosen

    def _show(self) -> None:
        if self._chosen is not None:
            self.tell(self._chosen, self._opened)

    def _tell_nothing(self) -> None:
        """No session is in hand, so none may go on standing beside the list."""
        self.workers.cancel_group(self, "told")
        self._say("", [])

    @work(thread=True, exclusive=True, group="told", exit_on_error=False)
    def tell(self, one: Held, opened: bool) -> None:
        """Read and check a session, off the screen's thread."""
        title, at = one.id, 0
        try:
            lines = session_lines(self.desk_app.desk, one, False)
            if opened:
                closed, lines = lines, session_lines(self.desk_app.desk, one, True)
                title = _("{id} · the sealed part is open").format(id=one.id)
                pairs = zip(closed, lines, strict=False)
                at = next((n for n, (old, new) in enumerate(pairs) if old != new), 0)
        except Problem as problem:
            lines = [f"▲ {problem}"]
        if not get_current_worker().is_cancelled:
            self.post_message(self.Told(title, lines, at=at))

    def on_sessions_screen_told(self, message: Told) -> None:
        """Show what was read."""
        self._say(message.title, message.lines, message.at if message.done else None)

    def _say(self, title: str, lines: list[str], at: int | None = 0) -> None:
        """Show the lines from the one `at` on; None: as far down as one has read."""
        pane = self.query_one("#told", VerticalScroll)
        pane.border_title = title
        shown = self.query_one("#lines", Static)
        shown.update("\n".join(lines))
        if at is not None:
            above = "\n".join(lines[:at])
            rows = Content(above).get_height({}, shown.size.width) if above else 0
            pane.call_after_refresh(pane.scroll_to, y=rows, animate=False)

    def action_private(self) -> None:
        """Open the sealed part, or close it again."""
        self._opened = not self._opened
        self._show()

    def action_find(self) -> None:
        """Go to what is looked for."""
        self.query_one("#find", Input).focus()

    def action_words(self) -> None:
        """Ask for words, and look for them in everything that was written."""
        question = _(
            "Which words? What is sealed is opened one after another, and forgotten again."
        )
        hint = _("Enter looks for them, Esc leaves it.")
        self.app.push_screen(LineDialog(question, hint), self._search_for)

    def _search_for(self, text: str | None) -> None:
        if text:
            self.search(text)

    @work(thread=True, exclusive=True, group="told", exit_on_error=False)
    def search(self, text: str) -> None:
        """Look for words in all sessions; what is found is shown as it comes."""
        worker, lines, closed = get_current_worker(), list[str](), 0
        title = _("Found: {words}").format(words=text)
        try:
            for done, looked in enumerate(searching.search(self.desk_app.desk, text), 1):
                closed += looked.closed
                lines += map(telling.hit_line, looked.hits)
                if worker.is_cancelled:
                    return
                if done % 50 == 0:
                    told = [*lines, "", _("{n} looked through ...").format(n=done)]
                    self.post_message(self.Told(title, told, done=False))
        except Problem as problem:
            lines.append(f"▲ {problem}")
        lines = lines or [_("Nothing was found.")]
        if closed:
            lines += ["", telling.closed_line(closed)]
        self.post_message(self.Told(title, lines))

    def action_back(self) -> None:
        """From the search to the list, and from the list to the first screen."""
        if self.query_one("#find", Input).has_focus:
            self._list.focus()
        else:
            self.app.pop_screen()


def session_lines(desk: Desk, one: Held, opened: bool) -> list[str]:
    """Return all that is told of a session, and whether it is whole; raises Problem."""
    data = desk.disk.read(one.path)
    file = sessionfile.read(data, one.path.name)
    lines = [*telling.record_lines(desk, file)]
    for correction in corrections(desk, one.id, opened=opened):
        lines += telling.correction_lines(correction)
    lines += map(telling.came_of_line, came_of(desk, one.id, opened=opened))
    if opened:
        private = sessionfile.open_private(data, desk.keys, one.path.name)
        lines += telling.private_lines(private, telling.phase_names(desk, file.session.protocol))
    verdict = verify.verify_path(desk.disk, one.path)[-1]
    whole = _("It is whole: nothing was changed since it was sealed.")
    lines += ["", whole] if verdict.ok else ["", *(f"▲ {x.sentence}" for x in verdict.findings)]
    return lines


def _fits(one: Held, wanted: list[str]) -> bool:
    """Tell whether each of the words is somewhere in what is told of a session."""
    if not wanted or one.problem:
        return True
    day = words.moment(one.opened) if one.opened else ""
    about = f"{one.id} {one.team} {one.protocol} {day}".casefold()
    return all(word in about for word in wanted)


def _row(one: Held) -> Content:
    if one.opened is None:
        return Content.styled(f"▲ {one.id}", "$warning")
    people = words.count_people(one.people)
    corrected = "  " + _("corrected") if one.corrections else ""
    return Content.assemble(
        words.moment(one.opened),
        (f"  {one.team}", "$accent"),
        (f"\n  {one.protocol}, {people}{corrected}", "$muted"),
    )


def _quiet(done: int, whole: int) -> None:
    """Nothing is shown while the index is made: the screen stands already."""
