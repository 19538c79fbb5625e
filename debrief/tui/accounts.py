"""What the close accounts for: people, duties, and signs of danger nobody has looked at. Pure."""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from textual.content import Content

from debrief import signs, words
from debrief.desk import guiding
from debrief.guidance import duty_card
from debrief.i18n import _, pgettext
from debrief.session import SignKey, State
from debrief.session.guardrails import Guardrail, to_look_at, to_settle, to_tell, unread_acute
from debrief.session.model import DUTY_OUTCOMES
from debrief.session.rounds import flagged
from debrief.tui import commands, looks
from debrief.tui.widgets.bars import Link, key_and_label

NARROW_ROW: Final = 36
"""Columns of a row where the window is narrow."""
_FOR_A_PERSON: Final = ("close.more-dates", "close.wants-call")
Kind = Literal["person", "duty", "sign"]


class Account(msgspec.Struct, frozen=True):
    """One row of the close. `about` is a person's or a duty's id; a sign has its `key`."""

    kind: Kind
    about: str
    done: bool
    row: Content
    key: SignKey | None = None


def accounts(state: State, *, narrow: bool) -> list[Account]:
    """Return a row for each person, then duties, then unread signs of danger."""
    rows = []
    width = 11 if narrow else 16
    waiting = {one.about for one in to_settle(state) if one.code != "acute-sign-unread"}
    for person in state.people:
        agreed = state.follow_ups.get(person.id)
        told = words.agreed(agreed)
        if agreed is not None and agreed.further:
            first = words.follow_up(agreed.outcome, agreed.when)
            told = f"{first} +{len(agreed.further)}"
        if agreed is None and flagged(state, person.id):
            told = _("{key} offers three dates").format(key=commands.shown_key("close.more-dates"))
        done = person.id not in waiting
        row = _row(done, person.name, told, width)
        if person.id in state.wants_call:
            asked = " " * (width + 3) + _("asked for a call")
            row = Content.assemble(row, "\n", (asked, "$warning"))
        rows.append(Account("person", person.id, done, row))
    for duty in state.duties.values():
        name = f"{words.duty(duty.kind)} -> {words.duty_person(state, duty.holder)}"
        done = duty.outcome is not None
        room = max(2 * width, Content(name).cell_length)  # whose it is must never be cut off
        row = _row(done, name, words.duty_outcome(duty.outcome), room)
        if narrow and row.cell_length > NARROW_ROW:
            row = Content.assemble(_row(done, name, "", room), "\n  ", row[room + 3 :])
        rows.append(Account("duty", duty.id, done, row))
    rows.extend(_unread(state))
    return rows


def _unread(state: State) -> list[Account]:
    rows = []
    for key, sign in state.signs.items():
        if unread_acute(sign):
            person = state.person(key.person)
            whose = words.subject(sign.subject, person.name if person else "")
            title = f"{whose} · {signs.name(key.code)}"
            row = Content.assemble(
                (looks.LEVEL_GLYPHS["acute"] + " ", looks.LEVEL_STYLES["acute"]),
                (title, looks.LEVEL_STYLES["acute"]),
                f"  {words.quoted(key.words)}" if key.words else "",
            )
            rows.append(Account("sign", key.person, False, row, key))
    return rows


def first_open(rows: list[Account]) -> int:
    """Return the index of the first row that is not settled; 0 when all are."""
    return next((at for at, account in enumerate(rows) if not account.done), 0)


def legend(account: Account | None) -> list[Link]:
    """Return what the number keys mean for a row, as clickable keys."""
    settling = commands.of("settle")
    labels = [one.label() for one in settling]
    if account is not None and account.kind == "duty":
        labels = [words.duty_outcome(outcome) for outcome in DUTY_OUTCOMES]
    elif account is not None and account.kind == "sign":
        labels = [
            pgettext("sign", "confirm"),
            pgettext("sign", "dismiss"),
            pgettext("sign", "whose"),
        ]
    links = [_link(one, label) for one, label in zip(settling, labels, strict=False)]
    if account is not None and account.kind == "person":
        more = [one for one in commands.of("close") if one.id in _FOR_A_PERSON]
        links[-1:-1] = [_link(one, one.label()) for one in more]
    elif account is not None:
        library = next(one for one in commands.of("app") if one.id == "app.library")
        links.append(Link(key_and_label(library.shown_key, _("the card")), "app.library"))
    return links


def cards(state: State, account: Account | None) -> tuple[str, ...]:
    """Return the ids of the cards that belong to a row, for the library to show first."""
    if account is None:
        return guiding.on_screen(state)
    if account.key is not None:
        return guiding.of_sign(state, account.key)
    duty = state.duties.get(account.about)
    if duty is not None:
        return (duty_card(duty.kind),)
    return guiding.on_screen(state, account.about)


def _link(command: commands.Command, label: str) -> Link:
    return Link(key_and_label(command.shown_key, label), f"screen.{command.action}")


def standing(state: State) -> Content:
    """Return what is still open and what to mind, each as one sentence."""
    open_now, told = to_settle(state), (*to_tell(state), *to_look_at(state))
    if not open_now and not told:
        return Content.styled(_("Everyone is accounted for."), "$success")
    missing = [one for one in open_now if one.code == "follow-up-missing"]
    lines = []
    if len(missing) > 1:
        people = [state.person(one.about) for one in missing]
        names = ", ".join(person.name for person in people if person)
        sentence = _("No next contact yet: {names}. Choose a row, then 1 to 6.")
        lines.append(_sentence(missing[0], sentence.format(names=names)))
        open_now = tuple(one for one in open_now if one not in missing)
    lines += [_sentence(one, words.guardrail(one, state)) for one in (*open_now, *told)]
    return Content("\n\n").join(lines)


def _sentence(one: Guardrail, sentence: str) -> Content:
    if one.weight == "tells":
        return Content.assemble(("▲ ", "$warning"), (sentence, "$muted"))
    more = ""
    if one.weight == "stops":
        key = commands.shown_key("settle.override")
        more = "  " + _("({key} goes on anyway)").format(key=key)
    return Content.assemble((f"{looks.AHEAD} ", "$warning"), sentence, (more, "$muted"))


def _row(done: bool, name: str, text: str, width: int) -> Content:
    glyph, style = (looks.DONE, "$success") if done else (looks.AHEAD, "$warning")
    shown = Content(name).truncate(width, ellipsis=True)
    return Content.assemble(
        (f"{glyph} ", style),
        shown.pad_right(width + 1 - shown.cell_length),
        (text, "$foreground" if done else "$muted"),
    )
