"""A round in lines of text: phases, signs, what was agreed. Nothing here asks or changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from debrief import signs, words
from debrief.i18n import _, ngettext
from debrief.live import Live, SignView
from debrief.plain.vocabulary import command_name
from debrief.protocol import Phase
from debrief.session import ROUND, SignKey, State
from debrief.session.model import SignState

GLYPHS = {"acute": "■", "urgent": "▲", "watch": "·"}


def phase_lines(phase: Phase, state: State, lang: str, second: str = "") -> Iterator[str]:
    """Yield the phase's heading, goal, prompts and what not to do.

    The prompts are told in a `second` language as well, unless it is empty.
    """
    yield ""
    yield _heading(phase, state, lang)
    yield phase.goal.to(lang)
    if state.plan.silent_s:
        yield _("Begins with {n} seconds of silence.").format(n=state.plan.silent_s)
    if together := words.groups(state):
        yield together
    others = phase.prompts.to(second) if second and second != lang else ()
    for number, prompt in enumerate(phase.prompts.to(lang)):
        yield f"  - {prompt}"
        yield from (f"    {other}" for other in others[number : number + 1])
    avoid = phase.avoid.to(lang)
    if avoid:
        yield _("Not to do here:")
        yield from (f"  - {line}" for line in avoid)


def _heading(phase: Phase, state: State, lang: str) -> str:
    """Return which phase it is, and for how long; less than a minute is told in seconds."""
    planned = state.plan.planned_s
    minutes = round(planned / 60)
    if planned < 60:
        told = ngettext(
            "Phase {n} of {all}: {name} ({seconds} second)",
            "Phase {n} of {all}: {name} ({seconds} seconds)",
            planned,
        )
    else:
        told = ngettext(
            "Phase {n} of {all}: {name} ({minutes} minute)",
            "Phase {n} of {all}: {name} ({minutes} minutes)",
            minutes,
        )
    name = phase.name.to(lang)
    return told.format(
        n=state.phase + 1,
        all=len(state.setup.phases),
        name=name,
        minutes=minutes,
        seconds=planned,
    )


def sign_name(code: str) -> str:
    """Return the sign's short name; its code where another version wrote it."""
    return signs.name(code) if code in signs.CODES else code


def whose(state: State, key: SignKey, sign: SignState) -> str:
    """Return whom a sign is about: the counsellor's name, the citizen, or that it is unclear."""
    if sign.subject == "case":
        return _("citizen")
    person = state.person(key.person)
    if sign.subject == "unsure":
        name = person.name if person else words.turn("")
        return _("{name} or the citizen?").format(name=name) if name else _("whose?")
    return person.name if person else _("the round")


def sign_line(number: int, key: SignKey, sign: SignState, state: State, why: str = "") -> str:
    """Return one line for a sign: how pressing, whose, what, the words, why, and its number."""
    told = _("{glyph} {number}: {whose} · {sign} ({level})")
    if key.words:
        told = _("{glyph} {number}: {whose} · {sign} ({level}): “{words}”")
    line = told.format(
        glyph=GLYPHS[sign.level],
        number=number,
        whose=whose(state, key, sign),
        sign=sign_name(key.code),
        level=words.level(sign.level),
        words=key.words,
    )
    if why:
        line += f" - {why}"
    if sign.decision != "open":
        return f"{line} [{words.decision(sign.decision)}]"
    confirm, dismiss = command_name("confirm"), command_name("dismiss")
    return f"{line} ({confirm} {number}, {dismiss} {number})"


def duty_line(state: State, duty_id: str) -> str:
    """Return one line for a duty."""
    duty = state.duties[duty_id]
    return _("{id}: {kind} · held by {holder} · {outcome}").format(
        id=duty.id.removeprefix("d"),
        kind=words.duty(duty.kind),
        holder=words.duty_person(state, duty.holder),
        outcome=words.duty_outcome(duty.outcome),
    )


def action_line(state: State, action_id: str) -> str:
    """Return one line for an agreed action."""
    action = state.actions[action_id]
    parts = [action.text]
    if action.owner:
        parts.append(action.owner)
    if action.due:
        parts.append(action.due.isoformat())
    return f"{action.id.removeprefix('a')}: " + "; ".join(parts)


def person_line(state: State, person_id: str) -> str:
    """Return one line for a person: turn in this phase, load, alone, next contact."""
    person = state.person(person_id)
    if person is None:
        return ""
    parts = [person.name, words.place(person.place), words.channel(person.channel)]
    turn = state.turn(state.plan.key, person_id)
    if person_id in state.left and person.stay != "late":
        parts.append(words.turn("left"))
    elif turn:
        parts.append(words.turn(turn))
    elif person_id == state.speaker:
        parts.append(_("has the word"))
    if person_id in state.loads:
        parts.append(_("load {n}").format(n=state.loads[person_id]))
    if person_id in state.alone:
        parts.append(_("alone tonight"))
    if person_id in state.wants_call:
        parts.append(_("to be called"))
    parts += words.considerate(person, state.people)
    agreed = state.follow_ups.get(person_id)
    parts.append(
        words.follow_up(agreed.outcome if agreed else None, agreed.when if agreed else None)
    )
    return " · ".join(parts)


def saved_line(live: Live) -> str:
    """Return what is durable, as it is."""
    saved = live.saved
    if not saved.everything:
        return _("Not everything is on the disk yet; it is tried again all the time.")
    return _("Everything is on the disk, last confirmed {time}.").format(time=words.clock(saved.at))


def status_lines(live: Live, phase_name: str, now: dt.datetime) -> Iterator[str]:
    """Yield where the round stands."""
    state = live.state
    used = state.used_at(state.plan.key, now)
    yield _("Phase {n} of {all}: {name}, {used} of {planned}").format(
        n=state.phase + 1,
        all=len(state.setup.phases),
        name=phase_name,
        used=words.minutes(used),
        planned=words.minutes(state.plan.planned_s),
    ) + (" - " + _("over") if used > state.plan.planned_s else "")
    yield from (
        f"  {number}. {person_line(state, person.id)}"
        for number, person in enumerate(state.people, 1)
    )
    if state.duties:
        yield _("Duties:")
        yield from (f"  {duty_line(state, one)}" for one in state.duties)
    if state.actions:
        yield _("Actions:")
        yield from (f"  {action_line(state, one)}" for one in state.actions)
    yield saved_line(live)


def voice(state: State) -> str:
    """Return who has the word: a name, or the whole round."""
    person = state.person(state.speaker) if state.speaker else None
    return person.name if person else _("The whole round")


def all_views(live: Live) -> dict[SignKey, tuple[SignState, str]]:
    """Return every sign that is shown or was decided, with why it was pointed at where known."""
    found: dict[SignKey, tuple[SignState, str]] = {}
    for person in (*(one.id for one in live.state.people), ROUND):
        views: tuple[SignView, ...] = live.signs_of(person)
        found |= {view.key: (view.state, view.why) for view in views}
    for key, sign in live.state.signs.items():
        found.setdefault(key, (sign, ""))
    return found
