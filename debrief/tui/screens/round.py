"""Round: the next question, whose turn, how long, what was said, what to look at."""

from __future__ import annotations

import gc
from collections.abc import Callable
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
from debrief.session import PATTERNS, ROUND
from debrief.session import events as ev
from debrief.session.guardrails import to_tell
from debrief.session.model import Duty, DutyOutcome, Subject
from debrief.session.rounds import LEVELS
from debrief.tui import commands, rows
from debrief.tui.dialogs import DutyDialog
from debrief.tui.screens.round_past import RoundPast
from debrief.tui.sizes import LOW, NARROW
from debrief.tui.widgets.bars import KeyBar, Rail, SignStrip, TopBar
from debrief.tui.widgets.lists import Agreed, AgreedPane, LoadBar, RoundTable, SignsPane
from debrief.tui.widgets.notes import Mark, Notes

PATIENCE = 0.5
"""Seconds that a disk may take before the screen says that it is still saving."""


class RoundScreen(RoundPast):
    """A running round. It shows `live.state` and turns keys into calls on `live`."""

    SCOPES: ClassVar[tuple[str, ...]] = ("round",)
    PANES: ClassVar[tuple[str, ...]] = ("signs",)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("round")]

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
        self.redraw()
        self.query_one(Notes).focus()
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
        question = rows.prompt(
            state, self._protocol, self._question, self.prompt_language, short=short
        )
        self.query_one("#prompt", Static).update(question)
        self._show_agreed()
        phase, person = rows.note_key(state)
        notes = self.query_one(Notes)
        notes.border_title = _("Notes")
        notes.show(phase, person, state.note(phase, person))
        load = self.query_one(LoadBar)
        load.load = state.loads.get(person)
        load.asked = state.plan.asks_load
        load.display = person != ROUND
        load.refresh()
        self.live.look(phase, person)
        if person != ROUND:
            self.live.look_back(person)
        self.ask_history()
        self.show_signs(self.live.signs_of(person))

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
            strip.say(Content.styled("▲ " + words.guardrail(warning, state), "$warning"))
        else:
            strip.show(rows.sign_counts(views), rows.evidence(first) if first else "", name)

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
        self.query_one(Notes).focus()

    @on(LoadBar.Given)
    def keep_load(self, message: LoadBar.Given) -> None:
        """Keep the load and go back to the notes."""
        speaker = self.live.state.speaker
        if speaker is not None:
            self.step(lambda: self.live.do(ev.LoadGiven(self.live.clock(), speaker, message.load)))
        self.query_one(Notes).focus()

    @on(LoadBar.Abandoned)
    def leave_load(self) -> None:
        """Back to the notes, without an answer."""
        self.action_leave()

    @on(SignsPane.Asked)
    def answer_sign(self, message: SignsPane.Asked) -> None:
        """Do with the sign what was asked."""
        sign = self.live.state.signs.get(message.key)
        if sign is None:
            return
        if message.what == "show":
            self._show_words(message)
        elif message.what == "confirm" and sign.subject == "unsure":
            self.app.notify(_("Whose is it? w turns it to the counsellor or the citizen."))
        elif message.what == "confirm":
            self._deciding(lambda: self.live.decide(message.key, "confirmed"))
        elif message.what == "dismiss":
            self.step(lambda: self.live.decide(message.key, "dismissed"))
        elif message.what == "flip":
            subject: Subject = "counsellor" if sign.subject == "case" else "case"
            self._deciding(lambda: self.live.decide(message.key, subject=subject))
        elif message.what == "level":
            level = LEVELS[LEVELS.index(sign.level) - 1]
            self.step(lambda: self.live.decide(message.key, level=level))

    def _deciding(self, take: Callable[[], object]) -> None:
        """Take a step about a sign; a duty that it opens is put before the supervisor at once."""
        before = set(self.live.state.duties)
        self.step(take)
        for duty in self.live.state.duties.values():
            if duty.id not in before and duty.outcome is None:
                self._show_duty(duty)

    def _show_duty(self, duty: Duty) -> None:
        def ended(outcome: DutyOutcome | None) -> None:
            if outcome is not None:
                self.step(lambda: self.live.do(ev.DutyEnded(self.live.clock(), duty.id, outcome)))

        person = self.live.state.person(duty.holder)
        self.app.push_screen(DutyDialog(duty.kind, person.name if person else ""), ended)

    def _show_words(self, message: SignsPane.Asked) -> None:
        if message.key.phase == PATTERNS:
            self.app.notify(_("This comes from earlier rounds, so no words in the notes show it."))
            return
        phases = [plan.key for plan in self.live.state.setup.phases]
        if message.key.phase != self.live.state.plan.key:
            self.step(lambda: self.live.go_to_phase(phases.index(message.key.phase)))
        notes = self.query_one(Notes)
        at = notes.text.find(message.key.words.split("  ")[0])
        if at >= 0:
            row = notes.text.count("\n", 0, at)
            notes.move_cursor((row, at - (notes.text.rfind("\n", 0, at) + 1)))
        notes.focus()


def _settle_memory() -> None:
    """Set aside what the program has loaded, so that no key waits for a search through it."""
    gc.collect()
    gc.freeze()
