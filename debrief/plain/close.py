"""Closing, question by question: nobody is closed over, and what leaves is read before it does."""

from __future__ import annotations

from debrief import words
from debrief.desk import following, handover, times
from debrief.desk.closing import Draft, Sealed
from debrief.errors import Problem
from debrief.i18n import _
from debrief.plain import leaving, reading, showing, steps
from debrief.plain import vocabulary as v
from debrief.plain.context import Context
from debrief.session import SignKey
from debrief.session import events as ev
from debrief.session.guardrails import Guardrail, to_look_at, to_settle, to_tell, unread_acute
from debrief.session.model import Person
from debrief.session.rounds import flagged


class BackToRound(Exception):
    """The supervisor wants to go on with the round."""


class CloseTalk:
    """Walks through what is open, shows what leaves, and seals. `back` returns to the round."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.live = context.live
        self.talk = context.talk
        self._signs = steps.AboutSigns(context)
        self._agreements = steps.Agreements(context)

    def run(self) -> Sealed | None:
        """Return the sealed session, None to go on with the round. Raises InputEnded."""
        self.talk.tell(
            "",
            _("Closing. Answer each question; {back} goes back to the round.").format(
                **v.offered()
            ),
        )
        try:
            self._warnings()
            self._settle_all()
            self._actions()
            self._own_load()
            return self._seal()
        except BackToRound:
            return None

    def _ask(self, question: str) -> str:
        """Return an answer that is not empty; `back` leaves, `/undo` takes back a step."""
        while True:
            answer = self._ask_any(question)
            if answer:
                return answer
            self.talk.tell(_("This needs an answer."))

    def _ask_any(self, question: str) -> str:
        answer = self.talk.ask(question)
        if v.is_one_of(answer.removeprefix("/"), v.STEP_BACK):
            raise BackToRound
        return answer

    # What stands open

    def _warnings(self) -> None:
        state = self.live.state
        for one in (*to_tell(state), *to_look_at(state)):
            self.talk.tell("! " + words.guardrail(one, state))

    def _settle_all(self) -> None:
        """Ask about the first thing that is open until nothing is.

        What can't be asked about here is told, and takes the supervisor back to the round.
        """
        while open_still := self._in_order():
            heard = self.talk.heard
            try:
                self._settle(open_still[0])
            except Problem as problem:
                self.talk.tell(str(problem))
            if self.talk.heard == heard:
                self.talk.tell(words.guardrail(open_still[0], self.live.state))
                raise BackToRound

    def _in_order(self) -> list[Guardrail]:
        """Return what is open: unread signs first, since they bear on what is agreed."""
        rank = {"acute-sign-unread": 0, "duty-open": 1}
        return sorted(to_settle(self.live.state), key=lambda one: rank.get(one.code, 2))

    def _settle(self, one: Guardrail) -> None:
        if one.code == "acute-sign-unread":
            self._unread(one.about)
        elif one.code == "duty-open":
            self._duty(one)
        elif one.code == "follow-up-missing":
            self._follow_up(one, self.context.someone(one.about))
        else:
            self._weigh(one, self.context.someone(one.about))

    def _unread(self, person_id: str) -> None:
        """Ask about the first unread sign of danger in the person's notes."""
        for key, sign in self.live.state.signs.items():
            if key.person == person_id and unread_acute(sign):
                self._decide(key)
                return

    def _decide(self, key: SignKey) -> None:
        line = self.context.sign_line(key, self.live.state.signs[key])
        self.talk.tell(line)
        answer = self._ask(
            _("A sign of danger stands unread: {confirm}, {dismiss}, or {whose}?").format(
                **v.offered()
            )
        )
        self._signs.decide(key, reading.sign_answer(answer))

    def _duty(self, one: Guardrail) -> None:
        state = self.live.state
        self.talk.tell(showing.duty_line(state, one.about))
        answer = self._ask(
            _("How did it end: {acted}, {agreed}, or {no} for not a duty?").format(**v.offered())
        )
        self._agreements.end_duty(one.about, answer)

    def _follow_up(self, one: Guardrail, person: Person) -> None:
        state = self.live.state
        for key, sign in state.signs.items():
            if key.person == person.id and sign.decision == "confirmed":
                self.talk.tell(self.context.sign_line(key, sign))
        self.talk.tell(words.guardrail(one, state))
        if flagged(state, person.id):
            dates = ", ".join(map(words.moment, following.series(self.live.clock())))
            offer = _("To be followed closely: {series} agrees {dates}.")
            self.talk.tell(offer.format(dates=dates, **v.offered()))
        answer = self._ask(
            _("{name}: {tomorrow}, 3d, {month}, a date and time, {declined}, or {none}?").format(
                name=person.name, **v.offered()
            )
        )
        if v.is_one_of(answer, v.CALL):
            self.live.do(ev.CallAsked(self.live.clock(), person.id))
        elif v.is_one_of(answer, v.SERIES) or "+" in answer[1:]:
            self._several(person, answer)
        else:
            steps.settle(self.context, person, answer)

    def _several(self, person: Person, answer: str) -> None:
        """Agree several contacts: the series, or the times with a plus between; raises Problem."""
        now = self.live.clock()
        dates = following.series(now)
        if not v.is_one_of(answer, v.SERIES):
            dates = tuple(times.follow_up_time(one, now) for one in answer.split("+"))
        first, *further = sorted(dates)
        self.live.do(ev.FollowUpAgreed(now, person.id, "dated", first, further=(*further,)))
        agreed = words.agreed(self.live.state.follow_ups[person.id])
        self.talk.tell(_("{name}: {agreed}").format(name=person.name, agreed=agreed))

    def _weigh(self, one: Guardrail, person: Person) -> None:
        """A guardrail that stops: agree a contact after all, or go on, which is recorded."""
        self.talk.tell("! " + words.guardrail(one, self.live.state))
        answer = self._ask(
            _("{name}: write a time, or {anyway} to go on; that is noted in the file.").format(
                name=person.name, **v.offered()
            )
        )
        if v.is_one_of(answer, v.ANYWAY):
            self.live.do(ev.Overridden(self.live.clock(), one.key))
        else:
            steps.settle(self.context, person, answer)

    # Actions and the supervisor

    def _actions(self) -> None:
        for one in self.live.state.actions:
            self.talk.tell(showing.action_line(self.live.state, one))
        question = _("Work on the work that was agreed: what; who; until when. Empty when done.")
        while answer := self._ask_any(question):
            try:
                self._agreements.action(answer)
            except Problem as problem:
                self.talk.tell(str(problem))

    def _own_load(self) -> None:
        """Ask for the supervisor's own load; the other questions are only for them."""
        self.talk.tell("", _("Your own close-down; only the load is kept:"))
        self.talk.tell(*(f"  {question}" for question in handover.questions(self.context.desk)))
        if rows := handover.handed_over(self.live.state):
            self.talk.tell(_("Handed over tonight:"), *(f"  {row}" for row in rows))
        question = _("And you: how heavily does it sit, 0 to 10? Empty to leave it out.")
        while answer := self._ask_any(question):
            try:
                given = reading.load(answer)
            except Problem as problem:
                self.talk.tell(str(problem))
                continue
            self.live.do(ev.SupervisorLoad(self.live.clock(), given))
            return

    # Sealing

    def _seal(self) -> Sealed | None:
        """Show what leaves, ask, and seal exactly that. Raises Problem once the close is noted."""
        try:
            made = self.context.desk.draft(self.live)
        except Problem as problem:
            self.talk.tell(str(problem), _("The round was not closed; it goes on."))
            return None
        self._account(made)
        self.talk.tell(*leaving.preview_lines(made.previews))
        if not self.talk.agrees(_("Close and seal the round?")):
            self.talk.tell(_("The round was not closed; it goes on."))
            return None
        try:
            return self.context.desk.close(self.live, made)
        except Problem as problem:
            if self.live.state.closed is not None:
                raise
            self.talk.tell(str(problem))
            return None

    def _account(self, made: Draft) -> None:
        state = made.state
        self.talk.tell("", _("As it will be sealed:"))
        for person in state.people:
            agreed = state.follow_ups[person.id]
            self.talk.tell(f"  {person.name}: {words.agreed(agreed)}")
        for duty in state.duties:
            self.talk.tell("  " + showing.duty_line(state, duty))
        for action in state.actions:
            self.talk.tell("  " + showing.action_line(state, action))
