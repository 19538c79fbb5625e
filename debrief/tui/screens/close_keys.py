"""What the keys of the close do: each one step, taken back by one key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from textual import on
from textual.widgets import OptionList

from debrief.desk import times
from debrief.desk.following import series
from debrief.live import Live
from debrief.session import Refused, SignKey
from debrief.session import events as ev
from debrief.session.guardrails import to_settle
from debrief.session.model import DUTY_OUTCOMES, Person, Subject
from debrief.tui.accounts import Account, first_open
from debrief.tui.close_dialogs import OwnDialog, SeriesDialog
from debrief.tui.dialogs import Choice, date_dialog, settle
from debrief.tui.screens.base import BaseScreen
from debrief.tui.widgets.lists import LoadBar


class CloseKeys(BaseScreen):
    """The commands that settle what is open, as calls on `live`."""

    def __init__(self, live: Live) -> None:
        super().__init__()
        self.live = live
        self.rows: list[Account] = []

    @property
    def accounts(self) -> OptionList:
        """The list of what is accounted for."""
        return self.query_one("#accounts", OptionList)

    @property
    def chosen(self) -> Account | None:
        """The row in hand."""
        at = self.accounts.highlighted
        return self.rows[at] if at is not None and at < len(self.rows) else None

    def go_to_open(self) -> None:
        """Take up the first row that is not settled."""
        self.accounts.highlighted = first_open(self.rows)

    def _step(self, take: Callable[[], object]) -> None:
        try:
            take()
        except Refused as refusal:
            self.app.notify(str(refusal), markup=False)
        self.redraw()
        self.go_to_open()

    def _choose(self, choice: Choice, number: int) -> None:
        account = self.chosen
        if account is None:
            return
        if account.kind == "duty":
            self._end_duty(account.about, number)
        elif account.key is not None:
            self._decide(account.key, number)
        else:
            self._settle(account.about, choice)

    def _end_duty(self, duty: str, number: int) -> None:
        if number <= len(DUTY_OUTCOMES):
            outcome = DUTY_OUTCOMES[number - 1]
            self._step(lambda: self.live.do(ev.DutyEnded(self.live.clock(), duty, outcome)))

    def _decide(self, key: SignKey, number: int) -> None:
        if number == 1:
            self._step(lambda: self.live.decide(key, "confirmed"))
        elif number == 2:
            self._step(lambda: self.live.decide(key, "dismissed"))
        elif number == 3:
            other: Subject = "counsellor"
            if self.live.state.signs[key].subject == "counsellor":
                other = "case"
            self._step(lambda: self.live.decide(key, subject=other))

    def _settle(self, person_id: str, choice: Choice) -> None:
        now = self.live.clock()
        person = self.live.state.person(person_id)
        answer = settle(choice, now)
        if answer is not None:
            event = ev.FollowUpAgreed(now, person_id, answer.outcome, answer.when)
            self._step(lambda: self.live.do(event))
        elif person is not None:
            asked = date_dialog(person.name, now)
            self.app.push_screen(asked, lambda text: self._date(person_id, text))

    def _date(self, person: str, text: str | None) -> None:
        if text:
            now = self.live.clock()
            when = times.follow_up_time(text, now)
            event = ev.FollowUpAgreed(now, person, "dated", when)
            self._step(lambda: self.live.do(event))

    def action_tomorrow(self) -> None:
        """The first answer: tomorrow; acted; confirmed."""
        self._choose("tomorrow", 1)

    def action_three_days(self) -> None:
        """The second answer: in three days; agreed who acts; dismissed."""
        self._choose("three-days", 2)

    def action_month(self) -> None:
        """The third answer: in a month; no duty; the other's."""
        self._choose("month", 3)

    def action_other_date(self) -> None:
        """Ask for a date."""
        self._choose("other-date", 4)

    def action_declined(self) -> None:
        """Offered and declined."""
        self._choose("declined", 5)

    def action_not_needed(self) -> None:
        """None needed."""
        self._choose("not-needed", 6)

    def action_more_dates(self) -> None:
        """Agree more than one contact with the person, the series offered."""
        person = self._person()
        if person is None:
            return
        now = self.live.clock()
        agreed = self.live.state.follow_ups.get(person.id)
        dialog = SeriesDialog(person.name, series(now), agreed.dates if agreed else None, now)

        def answered(dates: tuple[dt.datetime, ...] | None) -> None:
            if dates:
                first, *further = dates
                event = ev.FollowUpAgreed(
                    self.live.clock(), person.id, "dated", first, further=(*further,)
                )
                self._step(lambda: self.live.do(event))

        self.app.push_screen(dialog, answered)

    def action_wants_call(self) -> None:
        """The person asked to be called, or takes it back."""
        person = self._person()
        if person is not None:
            asked = person.id not in self.live.state.wants_call
            self._step(lambda: self.live.do(ev.CallAsked(self.live.clock(), person.id, asked)))

    def _person(self) -> Person | None:
        chosen = self.chosen
        if chosen is None or chosen.kind != "person":
            return None
        return self.live.state.person(chosen.about)

    def action_own(self) -> None:
        """Close the supervisor's own evening: questions to oneself, the load, the hand-over."""
        dialog = OwnDialog(self.desk_app.desk, self.live.state)

        def answered(load: int | None) -> None:
            if load != self.live.state.supervisor_load:
                event = ev.SupervisorLoad(self.live.clock(), load)
                self._step(lambda: self.live.do(event))

        self.app.push_screen(dialog, answered)

    def action_override(self) -> None:
        """Go on although it stands, for the first thing that may be gone on from."""
        stops = [one for one in to_settle(self.live.state) if one.weight == "stops"]
        if stops:
            event = ev.Overridden(self.live.clock(), stops[0].key)
            self._step(lambda: self.live.do(event))

    def action_undo(self) -> None:
        """Take back the last step."""
        self._step(self.live.undo)

    @on(LoadBar.Given)
    def keep_own_load(self, message: LoadBar.Given) -> None:
        """Keep the supervisor's own load."""
        message.stop()
        event = ev.SupervisorLoad(self.live.clock(), message.load)
        self._step(lambda: self.live.do(event))
        self.accounts.focus()

    @on(LoadBar.Abandoned)
    def leave_own_load(self) -> None:
        """Back to the accounts."""
        self.accounts.focus()
