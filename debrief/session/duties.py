"""The duty gate: a confirmed case sign asks who acts, and nothing closes over the answer."""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec

from debrief.session.model import DUTY_CODES, ROUND, Duty, SignKey, SignState, State

CASE_TWINS: Final = {
    "suicidal_thoughts": "case_suicide_risk",
    "self_harm": "case_self_harm",
    "threatened": "case_violence",
}
"""What a counsellor's sign is called once the supervisor has said that it is the citizen's."""


def kind_of(code: str) -> str:
    """Return the duty's kind for a sign's code: `case_child_at_risk` -> `child-at-risk`."""
    return CASE_TWINS.get(code, code).removeprefix("case_").replace("_", "-")


def code_of(kind: str) -> str:
    """Return the case sign's code for a duty's kind."""
    return "case_" + kind.replace("-", "_")


def with_duties(state: State, key: SignKey, now: dt.datetime) -> State:
    """Return `state` with the duty that the sign under `key` asks for, or without it.

    One duty per kind and holder. The duty is personal in Danish law, so its holder is the
    counsellor who told of it, the supervisor where it came up in the round as a whole. It goes
    again when no confirmed sign asks for it, unless it has ended or was opened by hand.
    """
    kind = kind_of(key.code)
    if code_of(kind) not in DUTY_CODES:
        return state
    holder = state.setup.supervisor if key.person == ROUND else key.person
    asked = any(
        _asks(sign) and kind_of(one.code) == kind and one.person == key.person
        for one, sign in state.signs.items()
    )
    standing = next(
        (d for d in state.duties.values() if (d.kind, d.holder) == (kind, holder)), None
    )
    duties = dict(state.duties)
    if asked and standing is None:
        duty_id = f"d{max((int(one[1:]) for one in duties if one[1:].isdigit()), default=0) + 1}"
        duties[duty_id] = Duty(duty_id, kind, holder, now)
    elif not asked and standing is not None and _may_go(standing):
        del duties[standing.id]
    return msgspec.structs.replace(state, duties=duties)


def _may_go(duty: Duty) -> bool:
    return duty.outcome is None and not duty.by_hand


def _asks(sign: SignState) -> bool:
    return sign.decision == "confirmed" and sign.subject == "case"
