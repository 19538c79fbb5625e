"""The interface's words for the codes of the domain, in the interface language.

Every face (screens, plain mode, command line) says the same thing the same way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from debrief.i18n import _, language, ngettext, pgettext
from debrief.session.guardrails import Guardrail
from debrief.session.model import FollowUp, Person, State
from debrief.session.together import groups_now


def role(code: str) -> str:
    """Return the word for a role."""
    return {
        "volunteer": _("volunteer"),
        "employee": _("employee"),
        "peer-worker": _("peer worker"),
        "job-counsellor": _("job counsellor"),
        "colleague-supporter": _("colleague supporter"),
        "student": _("student"),
    }.get(code, code)


def place(code: str) -> str:
    """Return the word for where a person sits."""
    return {
        "home": pgettext("place", "home"),
        "on-site": pgettext("place", "on site"),
        "elsewhere": pgettext("place", "elsewhere"),
    }.get(code, code)


def channel(code: str) -> str:
    """Return the word for how a person takes part."""
    return {
        "video": pgettext("channel", "video"),
        "phone": pgettext("channel", "phone"),
        "chat": pgettext("channel", "chat"),
        "in-person": pgettext("channel", "in the room"),
    }.get(code, code)


def level(code: str) -> str:
    """Return the short word for how pressing a sign is."""
    return {
        "acute": pgettext("level", "now"),
        "urgent": pgettext("level", "soon"),
        "watch": pgettext("level", "note"),
    }.get(code, code)


def turn(code: str | None) -> str:
    """Return the word for how a turn ended; empty while it has not."""
    return {
        "spoke": pgettext("turn", "spoke"),
        "passed": pgettext("turn", "said pass"),
        "left": pgettext("turn", "has left"),
    }.get(code or "", "")


def decision(code: str) -> str:
    """Return the word for what the supervisor made of a sign."""
    return {
        "open": pgettext("sign", "not looked at"),
        "confirmed": pgettext("sign", "confirmed"),
        "dismissed": pgettext("sign", "dismissed"),
    }.get(code, code)


def subject(code: str, name: str) -> str:
    """Return whose a sign is: the citizen's, or that of the counsellor called `name`."""
    if code == "case":
        return _("Citizen")
    return name if code == "counsellor" and name else _("Whose?")


def duty(kind: str) -> str:
    """Return the words for a duty's kind."""
    return {
        "suicide-risk": _("Life in danger: suicide"),
        "self-harm": _("Self-harm"),
        "violence": _("Violence"),
        "child-at-risk": _("Child at risk: notification"),
        "abuse": _("Sexual abuse"),
        "psychosis": _("Psychosis, not oriented"),
        "overdose": _("Overdose"),
        "missing": _("Missing, or cut off"),
        "threat": _("Threat against someone"),
    }.get(kind, kind)


def duty_outcome(code: str | None) -> str:
    """Return the words for how a duty ended."""
    return {
        "acted": pgettext("duty", "acted now"),
        "agreed": pgettext("duty", "agreed who acts, and when"),
        "not-a-duty": pgettext("duty", "not a duty case"),
    }.get(code or "", pgettext("duty", "open"))


def follow_up(outcome: str | None, when: dt.datetime | None = None) -> str:
    """Return the words for what was agreed about the next contact, in local time."""
    if outcome == "dated" and when is not None:
        return moment(when)
    return {
        "declined": pgettext("follow-up", "offered, declined"),
        "not-needed": pgettext("follow-up", "not needed"),
    }.get(outcome or "", pgettext("follow-up", "not agreed yet"))


def not_held(reason: str) -> str:
    """Return the words for why a round was not held."""
    return {
        "nobody-there": _("nobody was there"),
        "no-need": _("nobody needed it"),
        "no-time": _("there was no time"),
        "other-support": _("other support was given"),
        "other": _("another reason"),
    }.get(reason, reason)


def contact_outcome(outcome: str) -> str:
    """Return the words for what came of a contact."""
    return {
        "done": _("held"),
        "declined": pgettext("follow-up", "offered, declined"),
        "not-reached": _("not reached"),
        "moved": _("moved"),
    }.get(outcome, outcome)


def direction(code: str) -> str:
    """Return the words for how it goes beside last time."""
    return {
        "better": _("better"),
        "same": _("the same"),
        "worse": _("worse"),
    }.get(code, code)


def wants(code: str) -> str:
    """Return the words for what somebody wants of the house."""
    return {
        "more": _("wants more"),
        "less": _("wants less"),
        "other": _("wants somebody else"),
    }.get(code, code)


def action_outcome(outcome: str) -> str:
    """Return the words for what became of agreed work."""
    return {
        "done": _("done"),
        "open": _("still open"),
        "dropped": _("dropped"),
    }.get(outcome, outcome)


def agreed(one: FollowUp | None) -> str:
    """Return the words for the follow-up of a person, None where there is none yet."""
    if one is None:
        return follow_up(None)
    told = follow_up(one.outcome, one.when)
    return " · ".join([told, *(day(when) for when in one.further)])


def duty_person(state: State, holder: str) -> str:
    """Return who holds a duty: the person's name, or the supervisor."""
    person = state.person(holder)
    return person.name if person else _("you")


def guardrail(one: Guardrail, state: State) -> str:
    """Return the calm sentence for a guardrail: what it is, and what to do instead."""
    person = state.person(one.about)
    name = person.name if person else _("the round")
    found = state.duties.get(one.about)
    kind = duty(found.kind) if found else ""
    number = emergency(state.setup.language)
    return told(one.code).format(name=name, kind=kind, number=number)


def told(code: str) -> str:
    """Return the sentence for a guardrail's code, with places for {name}, {kind} and {number}."""
    return {
        "follow-up-missing": _("{name} has no next contact yet: date it, or note that it was declined or not needed."),
        "acute-without-date": _("{name} has a sign of danger now. Agree a dated contact before you close."),
        "urgent-without-date": _("{name} has a sign that wants help within three days. Offer a dated contact."),
        "passed-on-everything": _("{name} passed on everything. Offer a short call tomorrow."),
        "acute-sign-unread": _("A sign of danger now stands unread in the notes of {name}. Confirm it or dismiss it."),
        "duty-open": _("{kind}: note how it ended - acted, agreed who acts, or not a duty case."),
        "acute-now": _("{name}: danger now. Pause the round and take it between the two of you; let somebody else go on or close."),
        "acute-and-alone": _("{name} is alone. Do not end the call before somebody is with them or can be reached; where life is in danger, call {number}."),
        "acute-at-home": _("{name} is at home, perhaps alone: ask. Do not end the call before somebody is with them or can be reached; where life is in danger, call {number}."),
        "acute-of-nobody": _("The notes about the round hold a confirmed sign of danger now, and nobody is named. Ask who it is, write it in the notes of that person, and agree the next contact; where life is in danger, call {number}."),
        "urgent-sign-unread": _("The notes of {name} hold a sign that wants help within three days and that nobody has decided. Look at it before you close."),
        "passed-and-alone": _("{name} has passed each time and is alone tonight. Do not press; offer a short call after the round, and one tomorrow."),
        "too-early": _("It is early for this protocol. An end-of-shift round suits tonight better."),
        "mixed-exposure": _("Only some took part in the hard call. Take them in a short talk of their own first, then meet about the work."),
        "supervisor-involved": _("You were part of it yourself. Let somebody else lead if you can; else say so aloud."),
        "line-manager-leads": _("A line manager leads. Say aloud that nobody is being assessed."),
        "too-many": _("The group is large for this protocol. Split it if you can."),
        "too-few": _("There are few of you for this protocol. Fifteen minutes of sparring suits fewer people."),
        "locked": _("This protocol is locked. It is held only by a trained team, with those who want to, and with a next contact for each."),
        "locked-without-date": _("{name}: this protocol asks for a next contact. Date it, in three days and again in a month, or note that it was declined."),
        "call-without-date": _("{name} was to be called and has no date. Agree when; go on only if they no longer want it."),
    }.get(code, code)  # fmt: skip


def stay(code: str) -> str:
    """Return the short word for how long a person is there; empty for the whole round."""
    return {
        "late": pgettext("stay", "late"),
        "early": pgettext("stay", "early"),
    }.get(code, "")


def considerate(person: Person, people: Iterable[Person]) -> list[str]:
    """Return what was agreed about a person for tonight, each as a few words."""
    names = {one.id: one.name for one in people}
    told = [stay(person.stay)]
    if person.buddy:
        told.append(_("calls {name} first").format(name=names.get(person.buddy, person.buddy)))
    if person.supporter:
        told.append(_("supported by {name}").format(name=person.supporter))
    if person.needs:
        told.append(_("considerate: {needs}").format(needs=person.needs))
    return [one for one in told if one]


def groups(state: State) -> str:
    """Return who talks with whom in the running phase; empty where people are not in groups."""
    names = {person.id: person.name for person in state.people}
    return "   ".join(" + ".join(names[one] for one in group) for group in groups_now(state))


def only_at(shift: str) -> str:
    """Return at which end of a shift a phase is held."""
    return _("Only when the shift begins.") if shift == "start" else _("Only when the shift ends.")


def in_groups(size: int) -> str:
    """Return how people talk: in pairs, or in threes."""
    return _("People talk in pairs.") if size == 2 else _("People talk in threes.")


def emergency(lang: str) -> str:
    """Return the number to call where life is in danger, for where a round in `lang` is held."""
    return "113" if lang == "nb" else "112"


def takes_over(chain: str) -> str:
    """Return the sentence that says who takes over where somebody is in danger now."""
    return _("Who takes over, from the top: {chain}.").format(chain=chain)


_QUOTES = {"da": ("»", "«"), "nb": ("«", "»")}


def quoted(text: str) -> str:
    """Return `text` in the quotation marks of the interface language."""
    opening, closing = _QUOTES.get(language(), ("“", "”"))
    return f"{opening}{text}{closing}"


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def day(when: dt.datetime) -> str:
    """Return the local day of `when`, short: `Sat 21 Nov` as the language writes it."""
    local = when.astimezone()
    weekdays = {
        "da": ("man", "tir", "ons", "tor", "fre", "lør", "søn"),
        "nb": ("man.", "tirs.", "ons.", "tors.", "fre.", "lør.", "søn."),
    }.get(language(), _WEEKDAYS)
    months = {
        "da": "jan feb mar apr maj jun jul aug sep okt nov dec",
        "nb": "jan. feb. mars april mai juni juli aug. sep. okt. nov. des.",
    }.get(language(), "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
    dot = "" if language() == "en" else "."
    return f"{weekdays[local.weekday()]} {local.day}{dot} {months.split()[local.month - 1]}"


def clock(when: dt.datetime) -> str:
    """Return the local time of day of `when`, as hours and minutes."""
    return f"{when.astimezone():%H:%M}"


def moment(when: dt.datetime) -> str:
    """Return the local day and time of `when`."""
    return f"{day(when)} {clock(when)}"


def minutes(seconds: int) -> str:
    """Return a length of time as `12:40`."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def count_people(number: int) -> str:
    """Return `5 people`."""
    return ngettext("{n} person", "{n} people", number).format(n=number)


def count_words(number: int) -> str:
    """Return `34 words`."""
    return ngettext("{n} word", "{n} words", number).format(n=number)
