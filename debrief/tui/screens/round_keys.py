"""What the keys of the round do: each one step, taken back by one key."""

from __future__ import annotations

from collections.abc import Callable

from textual.widget import Widget

from debrief.desk import guiding, times
from debrief.i18n import LANGUAGES, _, language
from debrief.live import Live
from debrief.session import ROUND, Refused
from debrief.session import events as ev
from debrief.text import clean_line, token
from debrief.tui import commands
from debrief.tui.dialogs import Choice, FollowUpDialog, LineDialog, date_dialog, settle
from debrief.tui.screens.base import BaseScreen
from debrief.tui.widgets.lists import LoadBar, RoundTable, SignsPane
from debrief.tui.widgets.notes import Notes

LONGEST_LINE = 300
"""Characters kept of a one-line answer, such as an agreed action."""


class RoundKeys(BaseScreen):
    """The commands of a running round, as calls on `live`."""

    def __init__(self, live: Live) -> None:
        super().__init__()
        self.live = live
        self._question = 0
        self._chains: dict[str, str] = {}
        self.prompt_language = live.state.setup.language
        """The language the questions are shown in; signs and names stay in the round's own."""

    def step(self, take: Callable[[], object]) -> None:
        """Keep what is written, take one step, and show what came of it."""
        self.keep_writing()
        try:
            take()
        except Refused as refusal:
            self.app.notify(str(refusal), markup=False)
        self.redraw()

    def keep_writing(self) -> None:
        """Keep what the editor holds and has not told of yet."""
        written = self.query_one(Notes).take()
        if written is not None:
            self.live.write(*written)
            self.live.look(*written[:2])

    def keep_standing(self) -> None:
        """Keep the note as it stands in the editor, told of or not: nobody will hear of it."""
        standing = self.query_one(Notes).standing()
        if standing is not None and self.live.state.closed is None:
            self.live.write(*standing)
            self.live.look(*standing[:2])

    def to_pane(self, pane: type[Widget]) -> None:
        """Show a pane and give it the focus at once, so that the very next key goes there."""
        self.set_class(pane is SignsPane, "-signs")
        self.set_focus(self.query_one(pane))

    # The word goes round

    def action_next_voice(self) -> None:
        """End the turn as spoken; the word goes on."""
        waited = self.live.state.speaker is None
        self.step(self.live.next_voice)
        self.to_pane(Notes)
        if waited and self.live.state.speaker is None:
            told = _("Everyone has had the word in this phase. {key} goes on to the next.")
            self.app.notify(told.format(key=commands.shown_key("round.next-phase")), markup=False)

    def action_pass_turn(self) -> None:
        """End the turn as passed; no reason is asked."""
        if self.live.state.speaker is None:
            told = _("Nobody has the word. {key} gives it to the next.")
            self.app.notify(told.format(key=commands.shown_key("round.next-voice")), markup=False)
            return
        self.step(lambda: self.live.end_turn("passed"))
        self.to_pane(Notes)

    def action_next_phase(self) -> None:
        """Go on to the next phase; after the last one comes the close."""
        state = self.live.state
        if state.phase + 1 == len(state.setup.phases):
            self.action_close()
            return
        self.action_phase(state.phase + 1)

    def action_previous_phase(self) -> None:
        """Go to the phase before."""
        self.action_phase(self.live.state.phase - 1)

    def action_phase(self, index: int) -> None:
        """Go to the phase with this index."""
        self._question = 0
        self.step(lambda: self.live.go_to_phase(index))
        self.to_pane(Notes)

    def action_back(self) -> None:
        """Take back the last step."""
        self.step(self.live.undo)

    def action_again(self) -> None:
        """Make the step again that was taken back."""
        self.step(self.live.redo)

    def action_question(self) -> None:
        """Show the phase's next question."""
        self._question += 1
        self.redraw()

    def action_prompt_language(self) -> None:
        """Show the questions in the next language."""
        at = LANGUAGES.index(self.prompt_language)
        self.prompt_language = LANGUAGES[(at + 1) % len(LANGUAGES)]
        self.redraw()

    # The person who speaks

    def action_load(self) -> None:
        """Go to the load."""
        if self.live.keeps_nothing:
            self.app.notify(_("This protocol keeps nothing of what is said, the load neither."))
        elif self.live.state.speaker is None:
            self.tell_nobody_speaks()
        else:
            self.to_pane(LoadBar)

    def action_alone(self) -> None:
        """Note that the person will be alone tonight, or not."""
        speaker = self.live.state.speaker
        if speaker is None:
            self.tell_nobody_speaks()
            return
        alone = speaker not in self.live.state.alone
        self.step(lambda: self.live.do(ev.AloneSaid(self.live.clock(), speaker, alone)))

    def action_left(self) -> None:
        """Note that the person at hand has left, or is back."""
        person = self.live.state.person(self._at_hand() or "")
        if person is None:
            self.tell_nobody_speaks()
            return
        left = person.id not in self.live.state.left
        self.step(lambda: self.live.do(ev.PersonLeft(self.live.clock(), person.id, left)))
        told = _("{name} has left. {back} takes it back.") if left else _("{name} is back.")
        back = commands.shown_key("round.back")
        self.app.notify(told.format(name=person.name, back=back), markup=False)

    def tell_nobody_speaks(self) -> None:
        """Say that the key is about whoever speaks, and how somebody comes to."""
        told = _("Nobody has the word. Choose a person with {key} first.")
        self.app.notify(told.format(key=commands.shown_key("round.people")), markup=False)

    def _at_hand(self) -> str | None:
        """Return the person highlighted in the table when it has the focus, else the speaker."""
        table = self.query_one(RoundTable)
        if table.has_focus and table.highlighted is not None:
            return table.get_option_at_index(table.highlighted).id
        return self.live.state.speaker

    def action_follow_up(self) -> None:
        """Agree the next contact with the person at hand."""
        person_id = self._at_hand()
        person = self.live.state.person(person_id) if person_id else None
        if person is None:
            self.tell_nobody_speaks()
            return

        def chosen(choice: Choice | None) -> None:
            self._agree(person.id, person.name, choice)

        self.app.push_screen(FollowUpDialog(person.name, self.live.clock()), chosen)

    def _agree(self, person: str, name: str, choice: Choice | None) -> None:
        now = self.live.clock()
        if choice == "other-date":
            self.app.push_screen(date_dialog(name, now), lambda text: self._dated(person, text))
        elif choice is not None and (answer := settle(choice, now)) is not None:
            event = ev.FollowUpAgreed(now, person, answer.outcome, answer.when)
            self.step(lambda: self.live.do(event))

    def _dated(self, person: str, text: str | None) -> None:
        if text:
            now = self.live.clock()
            when = times.follow_up_time(text, now)
            self.step(lambda: self.live.do(ev.FollowUpAgreed(now, person, "dated", when)))

    # The round as a whole

    def action_action(self) -> None:
        """Note an agreed action."""
        question = _("What was agreed about the work?")
        hint = _("Work on the work only, nothing about a person. Enter takes it, Esc leaves it.")
        self.app.push_screen(LineDialog(question, hint), self._agreed_action)

    def _agreed_action(self, text: str | None) -> None:
        if text:
            made = f"a-{token(4)}"
            line = clean_line(text)[:LONGEST_LINE]
            self.step(lambda: self.live.do(ev.ActionAgreed(self.live.clock(), made, line)))

    def action_joined(self) -> None:
        """Add somebody who came late."""
        question = _("Who has come?")
        hint = _("The name, then Enter. Esc leaves it.")
        self.app.push_screen(LineDialog(question, hint), self._came)

    def _came(self, name: str | None) -> None:
        if name:
            person = self.desk_app.desk.roster.person(clean_line(name)[:60])
            people = self.live.state.people
            same = next((one for one in people if one.name.casefold() == name.casefold()), None)
            if same is not None and same.id in self.live.state.left:
                self.step(lambda: self.live.do(ev.PersonLeft(self.live.clock(), same.id, False)))
                return
            self.step(lambda: self.live.do(ev.PersonJoined(self.live.clock(), person)))

    def action_people(self) -> None:
        """Go to the table."""
        self.to_pane(RoundTable)

    def action_signs(self) -> None:
        """Go to the signs, which a narrow window folds away until they are asked for."""
        self.keep_writing()
        self.to_pane(SignsPane)

    def look_up(self) -> tuple[str, ...]:
        """Return the cards of what is here: the sign in hand, open duties, the speaker's signs."""
        self.keep_writing()
        state = self.live.state
        chosen = self.query_one(SignsPane).chosen
        first = guiding.of_sign(state, chosen) if chosen is not None else ()
        return (*first, *guiding.on_screen(state, state.speaker or ROUND))

    def chain(self) -> str:
        """Return the hand-over chain in one line; read once for each language."""
        if language() not in self._chains:
            desk = self.desk_app.desk
            found = guiding.look(desk.places, desk.config, desk.clock())
            self._chains[language()] = found.chain_line()
        return self._chains[language()]

    def action_leave(self) -> None:
        """Back to the notes."""
        self.to_pane(Notes)

    def action_home(self) -> None:
        """Go back to the first screen; the round is kept."""
        from debrief.tui.screens.home import HomeScreen

        self.keep_writing()
        self.live.on_disk = lambda _trouble: None
        self.desk_app.let_go()
        while not isinstance(self.app.screen_stack[-1], HomeScreen):
            self.app.pop_screen()
        key = commands.shown_key("home.resume")
        told = _("The round is kept as it is; {key} goes on with it.").format(key=key)
        self.app.notify(told, markup=False)

    def action_close(self) -> None:
        """Account for everyone, and close."""
        from debrief.tui.screens.close import CloseScreen

        self.keep_writing()
        self.app.push_screen(CloseScreen(self.live))
