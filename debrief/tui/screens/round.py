"""Round: the next question, whose turn, how long, what was said, what to look at."""

from __future__ import annotations

import gc
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from debrief import words
from debrief.errors import Problem
from debrief.i18n import _
from debrief.live import Live, SignView
from debrief.protocol import Protocol
from debrief.session import ROUND
from debrief.session import events as ev
from debrief.session.guardrails import to_tell
from debrief.tui import commands, rows
from debrief.tui.screens.round_past import RoundPast
from debrief.tui.screens.round_signs import RoundSigns
from debrief.tui.screens.round_together import PERSON_KEYS
from debrief.tui.sizes import LOW, NARROW
from debrief.tui.widgets.bars import KeyBar, Rail, SignStrip, TopBar
from debrief.tui.widgets.lists import Agreed, AgreedPane, LoadBar, RoundTable, SignsPane
from debrief.tui.widgets.notes import Mark, Notes

QUIET_STEP = 5.0
"""Seconds between two looks at how much of a silence is left."""
PATIENCE = 0.5
"""Seconds that a disk may take before the screen says that it is still saving."""


class RoundScreen(RoundSigns):
    """A running round. It shows `live.state` and turns keys into calls on `live`."""

    SCOPES: ClassVar[tuple[str, ...]] = ("round",)
    PANES: ClassVar[tuple[str, ...]] = ("signs",)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("round"), *PERSON_KEYS]

    class DiskSpoke(Message):
        """The journal's writer said that something is saved, or that the disk refuses."""

        def __init__(self, trouble: str = "") -> None:
            super().__init__()
            self.trouble = trouble

        def can_replace(self, message: Message) -> bool:
            """Let a newer word of the disk stand for an older one."""
            return isinstance(message, RoundScreen.DiskSpoke)

    def __init__(self, live: Live) -> None:
        super().__init__(live)
        self._protocol: Protocol | None = None
        self._trouble = ""

    def compose(self) -> ComposeResult:
        """Lay out rail, table, notes, signs."""
        yield TopBar()
        yield Rail(id="rail")
        with Horizontal(id="round"):
            yield RoundTable(id="table")
            with Vertical(id="middle"):
                yield Static(id="prompt", markup=False)
                yield Notes(id="notes")
                yield LoadBar(id="load")
            with Vertical(id="side"):
                yield SignsPane(id="signs")
                yield AgreedPane(id="agreed", markup=False)
        yield SignStrip(id="strip", markup=False)
        yield KeyBar()

    def purpose(self) -> str:
        """Return what the screen is for."""
        return _(
            "The question stands on top, the word goes round with {next}, and what you write is "
            "kept as you write. {back} takes back the last step, whatever it was."
        ).format(next=commands.shown_key("round.next-voice"), back=commands.shown_key("round.back"))

    def on_mount(self) -> None:
        """Begin at the notes, and listen to the disk."""
        try:
            self._protocol = self.desk_app.desk.protocol(self.live.state.setup.protocol)
        except Problem:
            self._protocol = None
        self.live.on_disk = self._from_disk
        self.set_interval(20.0, self.show_time)
        self.set_interval(QUIET_STEP, self._show_quiet)
        self.redraw()
        self.to_pane(Notes)
        self.run_worker(self.live.prepare, thread=True, group="lists", exit_on_error=False)
        self.call_after_refresh(_settle_memory)

    def _from_disk(self, trouble: str) -> None:
        """Pass a word from the writer's thread on to this one."""
        if self.is_running:
            self.post_message(self.DiskSpoke(trouble))

    @on(RoundPast.Remembered)
    def remember(self, message: RoundPast.Remembered) -> None:
        """Keep what has been, and show it of the one who has the word."""
        self.live.earlier = {**self.live.earlier, **message.earlier}
        person = rows.note_key(self.live.state)[1]
        if person != ROUND:
            self.live.look_back(person)
            self.show_signs(self.live.signs_of(person))

    # Showing

    def redraw(self) -> None:
        """Show the state, whole."""
        state = self.live.state
        self.query_one(KeyBar).show(self.SCOPES)
        self.show_time()
        self.query_one(RoundTable).show(state, short=self.size.width < NARROW)
        short = self.size.height < LOW
        languages = (self.prompt_language, self.second_language)
        prompt = self.query_one("#prompt", Static)
        width = prompt.content_size.width
        question = rows.prompt(
            state, self._protocol, self._question, languages, short=short, width=width
        )
        prompt.update(question)
        self._show_agreed()
        phase, person = rows.note_key(state)
        notes = self.query_one(Notes)
        self._title_notes(notes)
        notes.show(phase, person, state.note(phase, person))
        load = self.query_one(LoadBar)
        load.load = state.loads.get(person)
        load.asked = state.plan.asks_load
        load.display = person != ROUND and not self.live.keeps_nothing
        load.refresh()
        self.live.look(phase, person)
        if person != ROUND:
            self.live.look_back(person)
        self.ask_history()
        self.show_signs(self.live.signs_of(person))

    def _title_notes(self, notes: Notes) -> None:
        """Say what the editor is for, and where nothing is kept that it takes nothing."""
        notes.border_title = _("Notes")
        if self.live.keeps_nothing:
            notes.read_only = True
            notes.border_title = _("Nothing is written")
            notes.placeholder = _(
                "This protocol keeps nothing of what is said. Agreements (^o), duties and the "
                "next contact (F3) can be noted; they are all that stands in the record."
            )

    def _show_quiet(self) -> None:
        """Show how much of a silence is left, while there is one."""
        if rows.quiet_left(self.live.state, self.live.clock(), since=QUIET_STEP):
            self.show_time()

    def _show_agreed(self) -> None:
        """Show what is agreed and open, and what is wrong with the house's own word lists."""
        wrong = [Agreed(False, str(one), "urgent") for one in self.desk_app.desk.sign_problems]
        agreed = rows.agreed(self.live.state, self.chain)
        self.query_one(AgreedPane).show([*agreed, *wrong])

    def show_time(self) -> None:
        """Show clock, rail and what is saved."""
        state, now = self.live.state, self.live.clock()
        over = Content.styled("   " + rows.total_clock(state, now), "$foreground")
        right = Content.assemble(rows.saved_text(self.live.saved, self._trouble), over)
        title = self._protocol.name.to(state.setup.language) if self._protocol else ""
        self.show_top(state.setup.team, words.day(state.opened), title, right=right)
        rail = self.query_one(Rail)
        rail.show(
            rows.steps(state, self._protocol, now), rail.content_size.width or self.size.width
        )

    def show_signs(self, views: tuple[SignView, ...]) -> None:
        """Show the speaker's signs, and mark the words of those in this note."""
        state = self.live.state
        phase, person = rows.note_key(state)
        who = state.person(person)
        name = who.name if who else _("The round")
        self.query_one(SignsPane).show(views, name, self.live.blind)
        marks = [
            Mark(view.start, view.end, view.state.level)
            for view in views
            if view.key.phase == phase
            and view.start < view.end
            and view.state.decision != "dismissed"
        ]
        self.query_one(Notes).mark(marks)
        first = next((view for view in views if view.state.decision == "open"), None)
        strip = self.query_one(SignStrip)
        warning = next(iter(to_tell(state)), None)
        if first is None and warning is not None:
            style = "$muted" if warning.key in state.overridden else "$warning"
            strip.say(Content.styled("▲ " + words.guardrail(warning, state), style))
        else:
            whose = rows.whose(first, name) if first else name
            strip.show(rows.sign_counts(views), rows.evidence(first) if first else "", whose)

    # What the widgets say

    @on(Notes.Written)
    def keep_note(self, message: Notes.Written) -> None:
        """Keep what was written, and look at it."""
        written = self.live.write(message.phase, message.person, message.text)
        if written or message.typing_at is None:
            self.live.look(message.phase, message.person, message.typing_at)
        if (message.phase, message.person) == rows.note_key(self.live.state):
            self.show_signs(self.live.signs_of(message.person))
            self._show_agreed()
        if not self.live.saved.everything:
            self.set_timer(PATIENCE, self.show_time)

    @on(DiskSpoke)
    def show_saved(self, message: DiskSpoke) -> None:
        """Say what is true of the disk now."""
        self._trouble = message.trouble
        self.show_time()

    @on(RoundTable.Chosen)
    def give_word(self, message: RoundTable.Chosen) -> None:
        """Give the word to the one chosen in the table."""
        self.step(lambda: self.live.choose(message.person))
        self.to_pane(Notes)

    @on(LoadBar.Given)
    def keep_load(self, message: LoadBar.Given) -> None:
        """Keep the load and go back to the notes."""
        speaker = self.live.state.speaker
        if speaker is not None:
            self.step(lambda: self.live.do(ev.LoadGiven(self.live.clock(), speaker, message.load)))
        self.to_pane(Notes)

    @on(LoadBar.Abandoned)
    def leave_load(self) -> None:
        """Back to the notes, without an answer."""
        self.action_leave()


def _settle_memory() -> None:
    """Set aside what the program has loaded, so that no key waits for a search through it."""
    gc.collect()
    gc.freeze()
