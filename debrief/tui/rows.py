"""From the state of a round to what its screens show: pure, so that it can be read and tested."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from textual.content import Content

from debrief import signs, words
from debrief.i18n import _
from debrief.live import Saved, SignView
from debrief.protocol import Protocol
from debrief.session import ROUND, State
from debrief.session.guardrails import Guardrail, to_tell
from debrief.session.model import Duty
from debrief.tui import commands
from debrief.tui.widgets.bars import Step
from debrief.tui.widgets.lists import Agreed

LAST_STRETCH = 120
"""In the last two minutes of a phase the clock shows seconds; before that, whole minutes."""


def steps(state: State, protocol: Protocol | None, now: dt.datetime) -> list[Step]:
    """Return the phases for the rail."""
    made = []
    for index, plan in enumerate(state.setup.phases):
        name = phase_name(protocol, plan.key, state.setup.language)
        if index != state.phase:
            passed = plan.key in state.passed
            made.append(
                Step(name, "passed" if passed else "done" if index < state.phase else "ahead")
            )
            continue
        used = state.used_at(plan.key, now)
        quiet = quiet_left(state, now)
        if quiet:
            made.append(Step(name, "now", _("quiet, {n} s left").format(n=quiet)))
            continue
        made.append(Step(name, "now", phase_clock(used, plan.planned_s), used > plan.planned_s))
    return made


def quiet_left(state: State, now: dt.datetime, since: float = 0.0) -> int:
    """Return the seconds left of the running phase's silence, in fives; 0 when it is over.

    With `since` it counts as it did so many seconds ago, so that its end is shown as well.
    """
    left = state.plan.silent_s + since - state.used_at(state.plan.key, now)
    return max(0, -(-int(left) // 5) * 5) if state.plan.silent_s else 0


def phase_name(protocol: Protocol | None, key: str, language: str) -> str:
    """Return the name of a phase in the round's language."""
    phase = protocol.phase(key) if protocol is not None else None
    return phase.name.to(language) if phase is not None else key


def phase_clock(used: int, planned: int) -> str:
    """Return `3/5 min`: calm, and read at a glance; a clock that ticks would draw the eye."""
    return _("{used}/{planned} min").format(used=used // 60, planned=max(1, round(planned / 60)))


def saved_text(saved: Saved, trouble: str) -> Content:
    """Return what is true of the disk right now."""
    if trouble:
        return Content.styled("▲ " + trouble, "bold $error")
    if saved.everything:
        return Content.styled(_("saved {time}").format(time=words.clock(saved.at)), "$muted")
    return Content.styled(_("saving ..."), "$muted")


def total_clock(state: State, now: dt.datetime) -> str:
    """Return the minutes used of those planned, for the whole round."""
    planned = sum(plan.planned_s for plan in state.setup.phases)
    used = max(0, round((now - state.opened).total_seconds()))
    return phase_clock(used, planned)


def prompt(
    state: State,
    protocol: Protocol | None,
    number: int,
    languages: tuple[str, str],
    *,
    short: bool,
    width: int = 0,
) -> Content:
    """Return whose voice it is and the question; unless `short`, what the phase is for, too.

    The second of the languages may be empty; else the question stands in both. Where a `short`
    prompt says more than the question, each line is cut to `width` cells (0: not at all), so that
    a long question pushes nothing out of sight.
    """
    phase = protocol.phase(state.plan.key) if protocol is not None else None
    person = state.person(state.speaker) if state.speaker else None
    name = person.name if person else _("Everyone")
    if phase is None:
        return Content.styled(name, "bold $accent")
    language, second = languages
    lines = phase.prompts.to(language)
    at = number % len(lines) if lines else 0
    question = lines[at] if lines else phase.goal.to(language)
    more = f"  {at + 1}/{len(lines)}" if len(lines) > 1 else ""
    shown = [Content.assemble((name, "bold $accent"), "  ", (question, "bold"), (more, "$muted"))]
    if second and second != language and lines:
        shown.append(Content.styled(phase.prompts.to(second)[at], "bold"))
    if together := words.groups(state):
        shown.append(Content.styled(together, "$accent"))
    if short:
        if width and len(shown) > 1:
            shown = [line.truncate(width, ellipsis=True) for line in shown]
        return Content("\n").join(shown)
    shown.append(Content.styled(phase.goal.to(language), "$muted"))
    avoid = phase.avoid.to(language)
    if avoid:
        shown.append(Content.styled("– " + avoid[number % len(avoid)], "$muted"))
    return Content("\n").join(shown)


def agreed(state: State, chain: Callable[[], str] = str) -> list[Agreed]:
    """Return duties, warnings, next contacts and actions, for the pane beside the notes.

    Where somebody is in danger now, `chain` is asked for who takes over.

    Open duties stand first: they are short, must end before the close, and are never pushed out of
    sight by a warning.
    """
    rows = [_duty(state, duty) for duty in state.duties.values()]
    told = to_tell(state)
    rows += [Agreed(False, words.guardrail(one, state), _weight(one, state)) for one in told]
    danger = [_weight(one, state) for one in told if one.code == "acute-now"]
    if danger:
        weight = "acute" if "acute" in danger else "watch"
        rows.insert(len(state.duties), Agreed(False, words.takes_over(chain()), weight))
    rows += _asked_for(state)
    for person_id, follow_up in state.follow_ups.items():
        person = state.person(person_id)
        if person is not None:
            text = f"{person.name}: {words.follow_up(follow_up.outcome, follow_up.when)}"
            rows.append(Agreed(True, text))
    rows.extend(Agreed(True, action.text) for action in state.actions.values())
    return rows


def _asked_for(state: State) -> list[Agreed]:
    """Return who is to be called and has no date yet, who is alone tonight, what is considerate."""
    rows = []
    for person in state.people:
        settled = state.follow_ups.get(person.id)
        if person.id in state.wants_call and (settled is None or settled.outcome == "not-needed"):
            rows.append(Agreed(False, _("{name} is to be called").format(name=person.name)))
        if person.id in state.alone:
            rows.append(Agreed(False, _("{name} is alone tonight").format(name=person.name)))
        rows += [
            Agreed(True, f"{person.name}: {told}")
            for told in words.considerate(person, state.people)
        ]
    return rows


def _duty(state: State, duty: Duty) -> Agreed:
    text = f"{words.duty(duty.kind)} -> {words.duty_person(state, duty.holder)}"
    if duty.outcome is not None:
        text += f": {words.duty_outcome(duty.outcome)}"
    else:
        key = commands.shown_key("round.duty")
        text += " " + _("({key} when it ended)").format(key=key)
    return Agreed(duty.outcome is not None, text)


def _weight(one: Guardrail, state: State) -> str:
    """Return the level a warning is shown with; one that was gone on from stands quietly."""
    if one.key in state.overridden:
        return "watch"
    return "acute" if one.code.startswith("acute") else "urgent"


def note_key(state: State) -> tuple[str, str]:
    """Return (phase, person) of the note in hand: the speaker's, else the round's own."""
    return state.plan.key, state.speaker or ROUND


def whose(view: SignView, name: str) -> str:
    """Return whose a sign is in the notes of the counsellor `name`: `Citizen (Per)`, or `Per`."""
    told = words.subject(view.state.subject, name)
    return told if told == name else f"{told} ({name})"


def evidence(view: SignView) -> str:
    """Return the words a sign stands in; the name of one that stands in none."""
    return view.key.words or signs.name(view.key.code)


def sign_counts(views: tuple[SignView, ...]) -> dict[str, int]:
    """Return how many undecided signs there are of each level."""
    counts: dict[str, int] = {}
    for view in views:
        if view.state.decision == "open":
            counts[view.state.level] = counts.get(view.state.level, 0) + 1
    return counts
