"""A closed session in lines of text: its record, what is sealed in it, and what was put right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from debrief import signs, words
from debrief.desk.past import FEWEST
from debrief.errors import Problem
from debrief.i18n import NAMES, _, language, ngettext
from debrief.record.correcting import RECORD
from debrief.session.model import ROUND

if TYPE_CHECKING:
    from debrief.desk.correcting import Correction
    from debrief.desk.desk import Desk
    from debrief.desk.following import CameOf
    from debrief.desk.past import Month, Week
    from debrief.desk.searching import Hit
    from debrief.record.sessionfile import SessionFile

Block = Mapping[str, Any]
_NONE: Final = "·"
"""A week without a session."""
_SAID: Final = "–"
"""A week without a session, for which somebody said why."""
_HIDDEN: Final = "-"
"""A number that is not given, since it is about few people."""


def record_lines(desk: Desk, file: SessionFile) -> Iterator[str]:
    """Yield the record of a session; names of phases are those of its protocol."""
    about = file.session
    yield about.id
    protocol = protocol_name(desk, about.protocol)
    yield _("{day} {opened}-{closed}, protocol {protocol}, language {lang}").format(
        day=words.day(about.opened),
        opened=words.clock(about.opened),
        closed=words.clock(about.closed),
        protocol=f"{protocol} {about.protocol_version}",
        lang=NAMES.get(about.language, about.language),
    )
    yield _("Team: {team} · led by {supervisor}").format(
        team=about.team or _("no team"), supervisor=about.supervisor
    )
    yield ""
    yield _("Phases:")
    names = phase_names(desk, about.protocol)
    for phase in file.phases:
        used, planned = words.minutes(phase.used_s), words.minutes(phase.planned_s)
        yield f"  {names.get(phase.name, phase.name)}: {used} / {planned}"
    yield _("People:")
    for person_id, one in file.people.items():
        turns = ", ".join(
            f"{names.get(phase, phase)} {words.turn(turn)}" for phase, turn in one.turns.items()
        )
        agreed = _("dated") if one.follow_up == "dated" else words.follow_up(one.follow_up)
        place = f"{words.place(one.place)}, {words.channel(one.channel)}"
        yield f"  {person_id} · {words.role(one.role)} · {place} · {agreed}" + (
            f" · {turns}" if turns else ""
        )
    yield from _agreed_lines(file)
    yield _("Kept: the private part until {private}, the record until {record}.").format(
        private=about.private_until, record=about.retain_until
    )


def _agreed_lines(file: SessionFile) -> Iterator[str]:
    if file.duties:
        yield _("Duties:")
    for duty in file.duties:
        yield f"  {words.duty(duty.kind)} · {duty.holder} · {words.duty_outcome(duty.outcome)}"
    if file.actions:
        yield _("Actions:")
    for action in file.actions:
        due = action.due.isoformat() if action.due else ""
        yield "  " + "; ".join(part for part in (action.text, action.owner, due) if part)
    counts = file.counts
    if counts.guardrails_overridden:
        yield _("Warnings gone on from: {n}").format(n=counts.guardrails_overridden)
    yield _("Signs: {shown} shown, {confirmed} confirmed, {dismissed} dismissed").format(
        shown=counts.signs_shown,
        confirmed=counts.signs_confirmed,
        dismissed=counts.signs_dismissed,
    )


def protocol_name(desk: Desk, protocol_id: str) -> str:
    """Return what a protocol is called; its id where it is not known here."""
    try:
        return desk.protocol(protocol_id).name.to(language())
    except Problem:
        return protocol_id


def phase_names(desk: Desk, protocol_id: str) -> dict[str, str]:
    """Return the names of a protocol's phases by key, none where it is not known here."""
    try:
        found = desk.protocol(protocol_id)
    except Problem:
        return {}
    return {phase.key: phase.name.to(language()) for phase in found.phases}


def correction_lines(one: Correction) -> Iterator[str]:
    """Yield what a correction says, and when and about whom it was made."""
    about = {"round": _("the whole round"), "record": _("the record")}.get(one.about, one.about)
    yield _("Corrected {time}, about {about} ({id}):").format(
        time=words.moment(one.at), about=about, id=one.id
    )
    text = _("(sealed, or erased)") if one.text is None else one.text
    yield from (f"  {line}" for line in text.splitlines())


def came_of_line(one: CameOf) -> str:
    """Return what came of something agreed, as one line."""
    if one.about == RECORD:
        told = _("Action {n}: {outcome}, {time} ({id})")
        outcome = words.action_outcome(one.outcome)
    else:
        told = _("Contact {n} with {about}: {outcome}, {time} ({id})")
        outcome = words.contact_outcome(one.outcome)
    line = told.format(
        n=one.number, about=one.about, outcome=outcome, time=words.moment(one.at), id=one.id
    )
    if one.said is None:
        return line
    said = [words.direction(one.said.direction or ""), words.wants(one.said.wants or "")]
    said.append(_("referred") if one.said.referral else "")
    if one.said.then is not None:
        said.append(_("next contact {time}").format(time=words.moment(one.said.then)))
    return " · ".join([line, *(part for part in said if part)])


def private_lines(private: Mapping[str, Block], phases: Mapping[str, str]) -> Iterator[str]:
    """Yield what is in the private blocks; `phases` are the names of phases by key."""
    yield ""
    yield _("Private:")
    for owner, block in private.items():
        yield f"  {_heading(owner, block)}"
        for phase, note in _table(block, "notes").items():
            yield f"    {phases.get(phase, phase)}:"
            yield from (f"      {line}" for line in str(note).splitlines())
        for sign in _table(block, "signs").values():
            yield f"    {_sign(sign)}"


def _heading(owner: str, block: Block) -> str:
    """Return whose the block is, and what is short about them, or that it was erased."""
    if isinstance(block.get("erased"), dt.datetime):
        who = _("The whole round") if owner == ROUND else owner
        told = _("erased {time} ({reason})").format(
            time=words.moment(block["erased"]), reason=_reason(str(block.get("reason")))
        )
        return f"{who} · {told}"
    parts = [_("The whole round") if owner == ROUND else f"{block.get('name', owner)} ({owner})"]
    if "load" in block:
        parts.append(_("load {n}").format(n=block["load"]))
    if block.get("alone"):
        parts.append(_("alone tonight"))
    if block.get("wants_call"):
        parts.append(_("asked to be called"))
    parts += _considerate(block)
    agreed = _table(block, "follow_up")
    if isinstance(agreed.get("when"), dt.datetime):
        told = _("next contact {time}").format(time=words.moment(agreed["when"]))
        further = [one for one in agreed.get("further", ()) if isinstance(one, dt.datetime)]
        told = " · ".join([told, *map(words.moment, further)])
        parts.append(f"{told} ({agreed['by']})" if agreed.get("by") else told)
    if "supervisor_load" in block:
        parts.append(_("the supervisor's own load {n}").format(n=block["supervisor_load"]))
    if block.get("overridden"):
        codes = ", ".join(map(str, block["overridden"]))
        parts.append(_("warnings gone on from: {codes}").format(codes=codes))
    return " · ".join(parts)


def _considerate(block: Block) -> Iterator[str]:
    """Yield who they call first, whom they chose, and what is considerate of them."""
    if block.get("buddy"):
        yield _("calls {name} first").format(name=block["buddy"])
    if block.get("supporter"):
        yield _("supported by {name}").format(name=block["supporter"])
    if block.get("needs"):
        yield _("considerate: {needs}").format(needs=block["needs"])


def _reason(reason: str) -> str:
    return {
        "request": _("asked for"),
        "mistake": _("should not have been kept"),
        "expired": _("its time was up"),
    }.get(reason, reason)


def _table(block: Block, key: str) -> Mapping[str, Any]:
    found = block.get(key)
    return found if isinstance(found, Mapping) else {}


def _sign(sign: Block) -> str:
    """Return a sign as it was decided: what, whose, how pressing."""
    code = str(sign.get("code", ""))
    subject = {"counsellor": _("counsellor"), "case": _("citizen"), "unsure": _("whose?")}
    return _("sign: {sign} · {whose} · {level} · {decision}").format(
        sign=signs.name(code) if code in signs.CODES else code,
        whose=subject.get(str(sign.get("subject")), "-"),
        level=words.level(str(sign.get("level", ""))),
        decision=words.decision(str(sign.get("decision", ""))),
    )


def week_lines(found: Sequence[Week]) -> Iterator[str]:
    """Yield a line for each team: how many sessions it had in each week, and the gaps."""
    teams: dict[str, list[Week]] = {}
    for week in found:
        teams.setdefault(week.team, []).append(week)
    week_head = _("week")
    named = {team: team or _("no team") for team in teams}
    wide = max(map(len, (week_head, *named.values())))
    numbers = [f"{week.monday.isocalendar().week:>3}" for week in next(iter(teams.values()))]
    yield f"{week_head:<{wide}} {''.join(numbers)}"
    for team, row in teams.items():
        marks = "".join(f"{_mark(week):>3}" for week in row)
        gaps = sum(week.known and not (week.sessions or week.not_held) for week in row)
        told = _("{n} without").format(n=gaps) if gaps else ""
        yield f"{named[team]:<{wide}} {marks}  {told}".rstrip()
    for week in found:
        if week.not_held:
            yield _("{mark}  week {n}, {team}: not held, {reason}").format(
                mark=_SAID,
                n=week.monday.isocalendar().week,
                team=named[week.team],
                reason=words.not_held(week.not_held),
            )


def _mark(week: Week) -> str:
    if week.not_held:
        return _SAID
    return str(week.sessions) if week.sessions else _NONE if week.known else ""


def month_lines(found: Sequence[Month], room: int | None = None) -> Iterator[str]:
    """Yield a table of months; numbers about few people are not in it.

    Where it is wider than `room`, the words of a heading stand below each other, and what is left
    of the room parts the columns.
    """
    heads: tuple[str, ...] = (
        *(_("month"), _("sessions"), _("people"), _("spoke"), _("passed")),
        *(_("dated"), _("declined"), _("signs"), _("duties")),
    )
    numbers = [_cells(one) for one in found]
    rows = [heads, *numbers]
    gap = "  "
    if room is not None and sum(_widths(rows)) + len(gap) * (len(heads) - 1) > room:
        rows = [*_stacked(heads), *numbers]
        gap = gap if sum(_widths(rows)) + len(gap) * (len(heads) - 1) <= room else " "
    wide = _widths(rows)
    for row in rows:
        yield gap.join(f"{cell:>{size}}" for cell, size in zip(row, wide, strict=True))
    if any(one.people is None for one in found):
        yield _("{mark}  not shown: fewer than {n} people").format(mark=_HIDDEN, n=FEWEST)


def _widths(rows: Sequence[tuple[str, ...]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _stacked(heads: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the headings as two rows: the last word of each below the others."""
    parted = [head.rpartition(" ") for head in heads]
    return [tuple(above for above, _gap, _last in parted), tuple(last for *_rest, last in parted)]


def _cells(one: Month) -> tuple[str, ...]:
    numbers = (
        *(one.people, one.spoke, one.passed, one.dated, one.declined),
        *(one.signs_confirmed, one.duties),
    )
    told = (_HIDDEN if number is None else str(number) for number in numbers)
    return (one.month, str(one.sessions), *told)


def hit_line(one: Hit) -> str:
    """Return where words were found, and what stands around them."""
    who = {"round": _("the whole round"), "record": _("the record")}.get(
        one.person, f"{one.name} ({one.person})" if one.name else one.person
    )
    where = ", ".join(part for part in (who, one.phase_name or one.phase) if part)
    return f"{one.session}  {where}: {one.words}"


def closed_line(count: int) -> str:
    """Return how many sealed blocks no key here opened."""
    return ngettext(
        "{n} sealed block could not be opened with the key on this computer.",
        "{n} sealed blocks could not be opened with the key on this computer.",
        count,
    ).format(n=count)
