"""The outbox: what waits, what it holds, letting it go, and deciding what is stuck."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from debrief.cli.context import options, out, out_json, write
from debrief.cli.shape import Group, argument, choice, flag, option
from debrief.errors import EXIT_DELIVERY, EXIT_USAGE, Problem
from debrief.i18n import _, language, ngettext, pgettext

if TYPE_CHECKING:
    from debrief.delivery.outbox import Outbox
    from debrief.delivery.rows import DeliveryReceipt, Pause, Resolution, Row
    from debrief.desk import Desk

_RESOLUTIONS = ("send", "arrived", "abandon")


def add_to(root: Group) -> None:
    """Add `outbox list`, `show`, `preview`, `approve`, `send`, `resolve`, `resume`, `receipts`."""
    group = Group("outbox", help=_("What leaves: waiting, sent, or in need of a decision."))
    form = choice("--format", of=("text", "json"), help=_("How it is written."), default="text")
    row = argument("row", "ID")
    by = option("--by", help=_("In whose name; yours where it is left out."), metavar=_("NAME"))
    group.add("list", _("List what has not left."), flag("--all", help=_("Also what has.")), form)(
        _list
    )
    group.add("show", _("Show one, with every attempt."), row, form)(_show)
    group.add("preview", _("Show byte for byte what will be sent."), row)(_preview)
    group.add(
        "approve",
        _("Show what will be sent and, on a yes, let it go at the next sending."),
        row,
        by,
        flag("--yes", help=_("Do not ask.")),
    )(_approve)
    group.add(
        "send",
        _("Try everything that may go, or only these; status 6 if something still waits."),
        argument("rows", "[ID]...", many=True),
    )(_send)
    group.add(
        "resolve",
        _("Decide about one that is stuck: send it again, it did arrive, or give it up."),
        row,
        argument("decision", "|".join(_RESOLUTIONS)),
        by,
        option("--why", help=_("The reason, for whoever reads the outbox later."), default=""),
    )(_resolve)
    _add_rest(group, form)
    root.add_command(group)


def _add_rest(group: Group, form: click.Option) -> None:
    group.add(
        "resume",
        _("Let things go again to a destination that did not let us in."),
        argument("destination", _("DESTINATION")),
    )(_resume)
    group.add(
        "receipts",
        _("List what has arrived: what, where, how much of it, and when."),
        argument("session", _("[SESSION]"), required=False),
        form,
    )(_receipts)


def state_name(row: Row) -> str:
    """Return what state a delivery is in."""
    return {
        "planned": pgettext("delivery", "planned"),
        "awaiting-approval": pgettext("delivery", "waits for approval"),
        "ready": pgettext("delivery", "ready to go"),
        "sending": pgettext("delivery", "being sent"),
        "delivered": pgettext("delivery", "delivered"),
        "unknown": pgettext("delivery", "nobody knows whether it arrived"),
        "rejected": pgettext("delivery", "refused by the receiver"),
        "held": pgettext("delivery", "held: may have arrived, a person must decide"),
        "blocked": pgettext("delivery", "blocked"),
        "abandoned": pgettext("delivery", "given up"),
    }.get(row.state, row.state)


def _list(all: bool, format: str) -> int:
    from debrief.delivery.rows import FINAL

    desk = options().desk()
    rows: list[Row] = []
    pauses: list[Pause] = []
    if desk.disk.exists(desk.places.outbox):
        with _box(desk) as box:
            rows = [row for row in box.rows() if all or row.state not in FINAL]
            pauses = [*box.pauses().values()]
    if format == "json":
        out_json(rows)
        return 0
    out(*map(pause_line, pauses))
    if rows:
        out(*map(_line, rows))
    else:
        out(_("Nothing waits in the outbox."))
    return 0


def pause_line(pause: Pause) -> str:
    """Return that nothing goes to a destination, why, and what to do."""
    return _(
        "{name} did not let us in {time} ({said}), so nothing more goes there. Check its address "
        "and secret; a change in debrief.toml, or `debrief outbox resume {name}`, lets it go on."
    ).format(name=pause.destination, time=_moment(pause.since), said=pause.said or pause.why)


def _resume(destination: str) -> int:
    desk = options().desk()
    with _box(desk) as box:
        paused = box.unpause(destination)
    if not paused:
        raise Problem(
            _("Nothing is held back from {name}; `debrief outbox list` shows what waits.").format(
                name=destination
            ),
            EXIT_DELIVERY,
        )
    out(_("What waits for {name} goes at the next sending.").format(name=destination))
    return 0


def _receipts(session: str | None, format: str) -> int:
    desk = options().desk()
    wanted = desk.session_path(session).stem if session else ""
    found: list[DeliveryReceipt] = []
    if desk.disk.exists(desk.places.outbox):
        with _box(desk) as box:
            found = [one for one in box.receipts() if wanted in ("", one.session)]
    if format == "json":
        out_json(found)
    elif found:
        out(*map(receipt_line, found))
    else:
        out(_("Nothing has arrived anywhere yet."))
    return 0


def receipt_line(one: DeliveryReceipt) -> str:
    """Return what arrived where, how much of it, and who says so."""
    from debrief.summary import words as leaving

    line = _("{time}  {destination} · {session} · level {level} · {size} bytes, sha256 {digest}")
    told = line.format(
        time=_moment(one.at),
        destination=one.destination,
        session=one.session,
        level=leaving.level(one.level, language()),
        size=one.size,
        digest=one.sha256[:16],
    )
    if one.by:
        return _("{line} · {name} says that it arrived").format(line=told, name=one.by)
    return _("{line} · it was there already").format(line=told) if one.duplicate else told


def _box(desk: Desk) -> Any:
    from debrief.desk.sending import outbox

    return outbox(desk)


def _line(row: Row) -> str:
    from debrief.summary import words as leaving

    again = _(", again {time}").format(time=_moment(row.next_at)) if row.next_at else ""
    why = f" ({row.said or row.why})" if row.said or row.why else ""
    level = leaving.level(row.level, language())
    where = f"{row.id}  {row.destination} · {row.session} · {level}"
    return f"{where} · {state_name(row)}{again}{why}"


def _moment(when: dt.datetime) -> str:
    from debrief import words

    return words.moment(when)


def _pick(box: Outbox, wanted: str) -> Row:
    """Return the row with this id, or whose id begins so; raises Problem."""
    found = [row for row in box.rows() if row.id.startswith(wanted)]
    return found[0] if len(found) == 1 else box.row(wanted)


def _show(row: str, format: str) -> int:
    from debrief.delivery import words as told
    from debrief.summary import words as leaving

    with _box(options().desk()) as box:
        found = _pick(box, row)
        attempts = box.attempts(found.id)
    if format == "json":
        out_json({"row": found, "attempts": attempts})
        return 0
    out(
        _line(found),
        _("fields {fields}").format(fields=leaving.fields(found.fields, language())),
        _("{size} bytes, {type}, sha256 {digest}").format(
            size=found.size, type=found.media_type, digest=found.sha256
        ),
    )
    if found.approved_by:
        out(_("approved by {name}").format(name=found.approved_by))
    for one in attempts:
        out(told.tried(one, one.started))
    return 0


def _preview(row: str) -> int:
    with _box(options().desk()) as box:
        body = box.body(_pick(box, row).id)
    write(body.decode("utf-8", "replace"))
    return 0


def _approve(row: str, by: str | None, yes: bool) -> int:
    desk = options().desk()
    with _box(desk) as box:
        found = _pick(box, row)
        if not yes:
            _agree(box, found)
        approved = box.approve(found.id, by or desk.roster.supervisor, sha256=found.sha256)
    out(_line(approved))
    return 0


def _agree(box: Outbox, row: Row) -> None:
    """Show what would be sent, and ask; raises Problem where the answer is not yes."""
    from debrief.plain.leaving import body_lines
    from debrief.plain.talk import InputEnded, terminal

    out(_line(row), *body_lines(box.body(row.id), row.sha256))
    try:
        agreed = terminal().agrees(_("Let exactly this go?"))
    except InputEnded:
        raise Problem(
            _("Nobody answered, so nothing was approved; --yes approves without asking."),
            EXIT_USAGE,
        ) from None
    if not agreed:
        raise Problem(_("It was not approved, and waits."), EXIT_DELIVERY)


def _send(rows: tuple[str, ...]) -> int:
    from debrief.delivery.rows import FINAL
    from debrief.desk import sending
    from debrief.plain import leaving

    desk = options().desk()
    if not desk.disk.exists(desk.places.outbox):
        out(_("Nothing waits in the outbox."))
        return 0
    wanted = None
    if rows:
        with _box(desk) as box:
            wanted = frozenset(_pick(box, row).id for row in rows)
    for attempt in sending.send(desk, rows=wanted):
        out(leaving.attempt_line(attempt))
    with _box(desk) as box:
        waits = sum(
            row.state not in FINAL for row in box.rows() if wanted is None or row.id in wanted
        )
    if waits:
        out(ngettext("{n} still waits.", "{n} still wait.", waits).format(n=waits))
    else:
        out(_("Nothing waits in the outbox."))
    return EXIT_DELIVERY if waits else 0


def _resolve(row: str, decision: str, by: str | None, why: str) -> int:
    chosen = _resolution(decision)
    desk = options().desk()
    with _box(desk) as box:
        found = box.resolve(_pick(box, row).id, chosen, by or desk.roster.supervisor, why)
    out(_line(found))
    return 0


def _resolution(word: str) -> Resolution:
    if word == "send":
        return "send"
    if word == "arrived":
        return "arrived"
    if word == "abandon":
        return "abandon"
    raise Problem(
        _("A decision is one of: {known}.").format(known=", ".join(_RESOLUTIONS)), EXIT_USAGE
    )
