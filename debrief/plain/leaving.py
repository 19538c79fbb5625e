"""What leaves, in lines of text: before it is let go, when it is queued, and after it was tried."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from debrief import words
from debrief.desk import keyring
from debrief.desk.closing import Preview, Sealed
from debrief.i18n import _, language, ngettext
from debrief.summary import words as leaving

if TYPE_CHECKING:
    from debrief.delivery.courier import Attempt


def preview_lines(previews: tuple[Preview, ...]) -> list[str]:
    """Return what leaves, destination by destination, to the byte."""
    if not previews:
        return [_("Nothing leaves this computer.")]
    lines = [_("What leaves:")]
    for one in previews:
        lines += _preview(one)
    return lines


def _preview(one: Preview) -> list[str]:
    head = _("{destination}: level {level}; fields {fields}").format(
        destination=one.destination,
        level=leaving.level(one.level, language()),
        fields=leaving.fields(one.fields, language()),
    )
    if one.document is None:
        return ["", head, _("  It can't leave, and waits: {problem}").format(problem=one.problem)]
    return ["", head, *body_lines(one.document.body, one.document.sha256)]


def body_lines(body: bytes, digest: str) -> list[str]:
    """Return what is sent, line by line, with its size and its sha256 (hex)."""
    size = ngettext("{n} byte", "{n} bytes", len(body)).format(n=len(body))
    text = body.decode("utf-8", "replace").splitlines()
    return [f"  {size}, sha256 {digest}", *(f"  | {line}" for line in text)]


def sealed_lines(sealed: Sealed, digest: str, at: dt.datetime) -> list[str]:
    """Return what became of a closed round; `digest` is its file's sha256, in hex."""
    lines = [
        "",
        _("The round was closed {time}.").format(time=words.clock(at)),
        _("File: {path}").format(path=sealed.path),
        _("sha256: {digest}").format(digest=digest),
        _("For the minutes: {receipt}").format(receipt=sealed.receipt),
    ]
    if sealed.queued:
        lines.append(
            ngettext(
                "{n} summary is queued to leave; `debrief outbox send` sends it.",
                "{n} summaries are queued to leave; `debrief outbox send` sends them.",
                sealed.queued,
            ).format(n=sealed.queued)
        )
    else:
        lines.append(_("Nothing waits to be sent."))
    if sealed.only_here:
        lines.append(keyring.reminder())
    return lines


def attempt_line(attempt: Attempt) -> str:
    """Return what came of one attempt."""
    if attempt.state == "delivered":
        told = _("delivered")
    elif attempt.problem:
        told = attempt.problem
    else:
        told = _("not delivered ({reason}); it waits").format(
            reason=attempt.said or attempt.why or attempt.ending
        )
    return f"{attempt.destination} · {attempt.session}: {told}"
