"""The commands of a plain round: each takes what is written after it, and does one thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from debrief import protocol, words
from debrief.errors import Problem
from debrief.i18n import LANGUAGES, _
from debrief.plain import reading, showing
from debrief.plain import vocabulary as v
from debrief.plain.context import Context
from debrief.plain.together import help_rows as together_rows
from debrief.protocol.refusal import nearest
from debrief.session import SignKey
from debrief.session import events as ev
from debrief.session.duties import code_of
from debrief.session.model import DUTY_CODES, Decision, Person

Step = Callable[[str], None]


class Flow:
    """Who speaks, and which phase it is."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.live = context.live
        self.steps: Mapping[str, Step] = {
            "pass": self.pass_turn,
            "next": self.next_voice,
            "phase": self.phase,
            "back": self.phase_before,
            "undo": lambda _rest: self._to(self.live.undo),
            "redo": lambda _rest: self._to(self.live.redo),
            "word": self.word,
            "round": lambda _rest: self._to(lambda: self.live.choose(None)),
            "strike": self.strike,
        }

    def _to(self, act: Callable[[], object]) -> None:
        act()

    def pass_turn(self, _rest: str) -> None:
        """The person says pass."""
        self.context.someone(self.live.state.speaker)
        self.live.end_turn("passed")

    def next_voice(self, _rest: str) -> None:
        """The turn is over."""
        before = self.live.state
        after = self.live.next_voice()
        if before.speaker is None and after.speaker is None:
            raise Problem(_("Everyone has had the word in this phase."))

    def phase(self, rest: str) -> None:
        """Go to the next phase, or to the one with this number."""
        state = self.live.state
        many = len(state.setup.phases)
        wanted = reading.number(rest, many) - 1 if rest else state.phase + 1
        if wanted >= many:
            raise Problem(
                _("This is the last phase. {close} accounts for everyone and closes.").format(
                    close=v.command_name("close")
                )
            )
        self.live.go_to_phase(wanted)

    def phase_before(self, _rest: str) -> None:
        """Go to the phase before this one."""
        if self.live.state.phase == 0:
            raise Problem(_("This is the first phase."))
        self.live.go_to_phase(self.live.state.phase - 1)

    def word(self, rest: str) -> None:
        """Give the word to somebody."""
        person, _more = reading.whom(rest, self.live.state.people)
        self.live.choose(person.id)

    def strike(self, _rest: str) -> None:
        """Take the last line out of the note that is being written."""
        state, who = self.live.state, self.context.target
        note = state.note(state.plan.key, who)
        if not note:
            raise Problem(_("There is no line to strike out."))
        kept, _break, gone = note.rstrip("\n").rpartition("\n")
        self.live.write(state.plan.key, who, kept)
        self.live.look(state.plan.key, who)
        self.context.talk.tell(_("Struck out: {line}").format(line=gone))


class AboutPeople:
    """Load, being alone, coming and going, and the next contact."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.live = context.live
        self.steps: Mapping[str, Step] = {
            "load": self.load,
            "alone": self.alone,
            "left": self.left,
            "join": self.join,
            "follow": self.follow,
        }

    def _whose(self, rest: str) -> Person:
        state = self.live.state
        if rest:
            return reading.whom(rest, state.people)[0]
        return self.context.someone(state.speaker)

    def load(self, rest: str) -> None:
        """Take a load, 0 to 10, for the speaker or the person named."""
        value, _space, name = rest.partition(" ")
        given = reading.load(value)
        person = self._whose(name.strip())
        self.live.do(ev.LoadGiven(self.live.clock(), person.id, given))
        self._tell(_("{name}: load {n}.").format(name=person.name, n=given))

    def alone(self, rest: str) -> None:
        """The person will be alone tonight; said again, not."""
        person = self._whose(rest)
        alone = person.id not in self.live.state.alone
        self.live.do(ev.AloneSaid(self.live.clock(), person.id, alone))
        said = _("{name} is alone tonight.") if alone else _("{name} is not alone tonight.")
        self._tell(said.format(name=person.name))

    def left(self, rest: str) -> None:
        """The person has left; said again, they are back."""
        person = self._whose(rest)
        left = person.id not in self.live.state.left
        self.live.do(ev.PersonLeft(self.live.clock(), person.id, left))
        said = _("{name} has left the round.") if left else _("{name} is back in the round.")
        self._tell(said.format(name=person.name))

    def join(self, rest: str) -> None:
        """Somebody came late."""
        if self._awaited(rest):
            return
        person = reading.person(rest, self.context.desk.roster, self.live.state.people)
        self.live.do(ev.PersonJoined(self.live.clock(), person))
        self._tell(_("{name} is in the round.").format(name=person.name))

    def _awaited(self, rest: str) -> bool:
        """Let in somebody who was to come late, or had left; tell whether it is one of those."""
        state, name = self.live.state, rest.strip().casefold()
        gone = [one for one in state.people if one.id in state.left]
        found = next((one for one in gone if one.name.casefold() == name), None)
        if found is None:
            return False
        self.live.do(ev.PersonLeft(self.live.clock(), found.id, False))
        self._tell(_("{name} is in the round.").format(name=found.name))
        return True

    def follow(self, rest: str) -> None:
        """Agree the next contact with a person."""
        person, said = reading.whom(rest, self.live.state.people)
        settle(self.context, person, said)

    def _tell(self, sentence: str) -> None:
        self.context.talk.tell(sentence)


def settle(context: Context, person: Person, said: str) -> None:
    """Agree the next contact with `person` as `said`, and tell it back; raises Problem."""
    now = context.live.clock()
    agreed = reading.agreed(said, now)
    context.live.do(ev.FollowUpAgreed(now, person.id, agreed.outcome, agreed.when, agreed.by))
    told = _("{name}: {agreed}").format(
        name=person.name, agreed=words.follow_up(agreed.outcome, agreed.when)
    )
    context.talk.tell(f"{told} ({agreed.by})" if agreed.by else told)


class AboutSigns:
    """What the supervisor makes of the signs."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.live = context.live
        self.steps: Mapping[str, Step] = {
            "signs": self.listed,
            "confirm": lambda rest: self.decide(self._key(rest), "confirm"),
            "dismiss": lambda rest: self.decide(self._key(rest), "dismiss"),
            "whose": lambda rest: self.decide(self._key(rest), "whose"),
            "level": self.level,
        }

    def _key(self, rest: str) -> SignKey:
        many = max(1, len(self.live.state.signs))
        if not rest and many == 1 and self.live.state.signs:
            return self.context.sign(1)
        return self.context.sign(reading.number(rest, 999_999))

    def listed(self, _rest: str) -> None:
        """List the signs, each with its number."""
        lines = self.context.sign_lines()
        self.context.talk.tell(*lines or [_("No signs so far.")])

    def decide(self, key: SignKey, answer: str) -> None:
        """Confirm or dismiss a sign, or say that it is the other's."""
        before = set(self.live.state.duties)
        if answer == "whose":
            case = self.live.state.signs[key].subject == "case"
            self.live.decide(key, subject="counsellor" if case else "case")
        else:
            wanted: Decision = "confirmed" if answer == "confirm" else "dismissed"
            again = self.live.state.signs[key].decision == wanted
            self.live.decide(key, "open" if again else wanted)
        self._tell(key)
        for duty in self.live.state.duties:
            if duty not in before:
                self.context.talk.tell(
                    _("A duty is open. {line} ({command} {n} {acted}, {agreed} or {no})").format(
                        **v.offered(),
                        line=showing.duty_line(self.live.state, duty),
                        command=v.command_name("duty"),
                        n=duty.removeprefix("d"),
                    )
                )

    def level(self, rest: str) -> None:
        """Say how pressing a sign is."""
        number, _space, level = rest.partition(" ")
        key = self._key(number)
        self.live.decide(key, level=reading.level(level))
        self._tell(key)

    def _tell(self, key: SignKey) -> None:
        self.context.talk.tell(self.context.sign_line(key, self.live.state.signs[key]))


class Agreements:
    """Duties and actions."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.live = context.live
        self.steps: Mapping[str, Step] = {
            "duty": self.duty,
            "open": self.open,
            "action": self.action,
            "drop": self.drop,
        }

    def duty(self, rest: str) -> None:
        """Note how a duty ended; alone, list them."""
        state = self.live.state
        if not rest:
            lines = [showing.duty_line(state, one) for one in state.duties]
            self.context.talk.tell(*lines or [_("No duties so far.")])
            return
        number, _space, said = rest.partition(" ")
        self.end_duty("d" + number.removeprefix("d"), said)

    def end_duty(self, duty_id: str, said: str) -> None:
        """Note how the duty ended, as `said`; raises Problem."""
        outcome = v.code_for(said, v.DUTY_WORDS)
        if duty_id not in self.live.state.duties:
            raise Problem(_("There is no duty with that number."))
        if outcome is None:
            raise Problem(
                _("Write how it ended: {acted}, {agreed}, or {no} for not a duty.").format(
                    **v.offered()
                )
            )
        self.live.do(ev.DutyEnded(self.live.clock(), duty_id, outcome))
        self.context.talk.tell(showing.duty_line(self.live.state, duty_id))

    def open(self, rest: str) -> None:
        """Open a duty by hand: its kind, then who holds it (you, where nobody is named)."""
        state = self.live.state
        kinds = sorted(kind for kind in map(_kind, DUTY_CODES) if code_of(kind) in DUTY_CODES)
        word, _space, name = rest.partition(" ")
        if word not in kinds:
            near = nearest(word, kinds)
            hint = _("Did you mean {near}?").format(near=near) if near else ""
            raise Problem(
                _("Write the kind of duty first, one of: {kinds}.").format(kinds=", ".join(kinds))
                + (f" {hint}" if hint else "")
            )
        holder = reading.whom(name, state.people)[0].id if name else state.setup.supervisor
        duty_id = _free(state.duties, "d")
        self.live.do(ev.DutyOpened(self.live.clock(), duty_id, word, holder))
        self.context.talk.tell(showing.duty_line(self.live.state, duty_id))

    def action(self, rest: str) -> None:
        """Note work on the work: `what; who; until when`; alone, list it."""
        state = self.live.state
        if not rest:
            lines = [showing.action_line(state, one) for one in state.actions]
            self.context.talk.tell(*lines or [_("No actions so far.")])
            return
        planned = reading.planned(rest, self.live.clock())
        action_id = _free(state.actions, "a")
        self.live.do(
            ev.ActionAgreed(self.live.clock(), action_id, planned.text, planned.owner, planned.due)
        )
        self.context.talk.tell(showing.action_line(self.live.state, action_id))

    def drop(self, rest: str) -> None:
        """Take back an action."""
        action_id = "a" + rest.strip().removeprefix("a")
        if action_id not in self.live.state.actions:
            raise Problem(_("There is no action with that number."))
        self.live.do(ev.ActionDropped(self.live.clock(), action_id))
        self.context.talk.tell(_("The action was taken back."))


def _kind(code: str) -> str:
    return code.removeprefix("case_").replace("_", "-")


def _free(taken: Mapping[str, msgspec.Struct], letter: str) -> str:
    return f"{letter}{max((int(one[1:]) for one in taken if one[1:].isdigit()), default=0) + 1}"


class Looking:
    """What only tells: prompts, rules, status, help."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.steps: Mapping[str, Step] = {
            "prompts": self.prompts,
            "rules": self.rules,
            "status": self.status,
            "help": self.help,
        }

    def prompts(self, rest: str) -> None:
        """Tell the phase again, in another language if one is named."""
        if rest:
            if rest.casefold() not in LANGUAGES:
                raise Problem(_("Write da, nb or en."))
            self.context.lang = rest.casefold()
        phase = self.context.phase
        if phase is None:
            raise Problem(
                _("The protocol of this round is no longer here, so there are no prompts.")
            )
        self.context.talk.tell(
            *showing.phase_lines(phase, self.context.state, self.context.lang, self.context.second)
        )

    def rules(self, _rest: str) -> None:
        """Tell the ground rules."""
        self.context.talk.number(
            _("Ground rules, to be read aloud:"), protocol.ground_rules(self.context.lang)
        )

    def status(self, _rest: str) -> None:
        """Tell where the round stands, and what is on the disk."""
        live = self.context.live
        live.settle(3.0)
        self.context.talk.tell(*showing.status_lines(live, self.context.phase_name, live.clock()))

    def help(self, _rest: str) -> None:
        """Tell every command."""
        self.context.talk.tell(
            _("What you write is a note about the one who has the word. An empty line ends it."),
            *(
                f"  {v.command_name(code)}{told.format(**v.offered())}"
                for code, told in help_rows()
            ),
        )


def help_rows() -> list[tuple[str, str]]:
    """Return (command, what follows it and what it does) for every command.

    The answers a command takes are placeholders, for `vocabulary.offered` to fill in.
    """
    # A table: one row a command.
    return [
        ("pass", _(": the person says pass; no reason is asked or kept")),
        ("next", _(": the turn is over, the word goes on")),
        ("phase", _(" [N]: the next phase, or phase N")),
        ("back", _(": the phase before this one")),
        ("undo", _(": take back the last step; what was written stays")),
        ("redo", _(": make the step again")),
        ("word", _(" NAME: give the word to somebody")),
        ("round", _(": write for the whole round")),
        ("strike", _(": take out the last line of the note")),
        *together_rows(),
        ("load", _(" 0-10 [NAME]: how heavily the shift sits")),
        ("alone", _(" [NAME]: will be alone tonight; again: not")),
        ("left", _(" [NAME]: has left; again: is back")),
        ("join", _(" NAME, ROLE, PLACE, CHANNEL: somebody came late")),
        ("signs", _(": list the signs")),
        ("confirm", _(" N: yes, this is a sign")),
        ("dismiss", _(" N: no sign")),
        ("whose", _(" N: it is the other's, counsellor or citizen")),
        ("level", _(" N {now}, {soon} or {note}: how pressing a sign is")),
        (
            "follow",
            _(" NAME {tomorrow}, 3d, {month}, a date and time, {declined} or {none}; [who]"),
        ),
        ("duty", _(" N {acted}, {agreed} or {no}: how a duty ended; alone: list them")),
        ("open", _(" KIND [NAME]: open a duty by hand")),
        ("action", _(" WHAT; WHO; DATE: agreed work on the work; alone: list it")),
        ("drop", _(" N: take back an action")),
        ("prompts", _(" [da, nb, en]: the phase's questions again")),
        ("rules", _(": the ground rules")),
        ("library", _(" [WORDS or ID]: look up a duty, a number, a sign, what to say")),
        ("status", _(": where the round stands, and what is saved")),
        ("help", _(": this list")),
        ("close", _(": account for everyone, then seal")),
        ("leave", _(": leave; the round is kept and can be resumed")),
    ]
