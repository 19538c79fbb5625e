"""The sealed part of a session, person by person, once it has been opened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from debrief import signs, words
from debrief.i18n import _
from debrief.session.model import ROUND

Block = Mapping[str, Any]


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
    agreed = _table(block, "follow_up")
    if isinstance(agreed.get("when"), dt.datetime):
        told = _("next contact {time}").format(time=words.moment(agreed["when"]))
        parts.append(f"{told} ({agreed['by']})" if agreed.get("by") else told)
    if "supervisor_load" in block:
        parts.append(_("the supervisor's own load {n}").format(n=block["supervisor_load"]))
    if block.get("overridden"):
        codes = ", ".join(map(str, block["overridden"]))
        parts.append(_("warnings gone on from: {codes}").format(codes=codes))
    return " · ".join(parts)


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
