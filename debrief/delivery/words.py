"""States and endings in sentences, in the interface language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from debrief.delivery.rows import RowState
from debrief.i18n import _

if TYPE_CHECKING:
    from debrief.delivery.shelf import Tried


def state(name: RowState) -> str:
    """Return the state of a delivery in a few words."""
    names: Mapping[RowState, str] = {
        "awaiting-approval": _("waiting for your approval"),
        "ready": _("waiting to be sent"),
        "sending": _("being sent"),
        "delivered": _("arrived"),
        "unknown": _("not known whether it arrived"),
        "rejected": _("refused by the receiver"),
        "held": _("held until you decide"),
        "blocked": _("can't be sent as it is"),
        "abandoned": _("given up"),
    }
    return names[name]


def why(code: str) -> str:
    """Return the sentence for a code that an attempt left on its row; empty for none."""
    return {**_on_the_way(), **_at_the_ends()}.get(code, code)


def tried(one: Tried, *more: str) -> str:
    """Return an attempt as one line: `more`, then why it ended so, or else how it ended."""
    said = why(one.why) if one.why else _ending(one.ending)
    return _("attempt {n}: {said}").format(n=one.number, said=" · ".join((*more, said)))


def _ending(code: str) -> str:
    """Return how an attempt ended in a few words; that it has no end where it was cut off."""
    return {
        "receipt": _("arrived"),
        "found": _("it was there already"),
        "absent": _("it was not there"),
        "not-sent": _("nothing was sent"),
        "retry-later": _("to be tried again"),
        "rejected": _("refused by the receiver"),
        "broken": _("the plugin failed"),
        "unknown": _("not known whether it arrived"),
        "": _("no end is known"),
    }.get(code, code)


def _on_the_way() -> Mapping[str, str]:
    """Return the sentences for what the network and the receiver did."""
    return {
        "connect": _("There was no connection; nothing left, and it is tried again by itself."),
        "tls": _("The server's certificate was not accepted; nothing left."),
        "ca-file": _("The certificate file can't be read; nothing left."),
        "timeout": _("There was no answer in time."),
        "broke": _("The connection broke before there was an answer."),
        "busy": _("The receiver was busy and asked for another try later."),
        "server": _("The receiver had a fault of its own and did not say whether it has it."),
        "answer": _("The answer did not come from the receiver; a log-in page may be in between."),
        "moved": _("The receiver has moved; put the new address in the configuration."),
        "door": _("The receiver did not let us in; check its address and secret."),
        "refused": _("The receiver refused it."),
        "host": _("The exporter asked for a host that is not one of the destination's."),
        "address": _("The address can't be used; it must begin with https."),
        "request": _("The request could not be made; check the settings of the destination."),
        "secret-form": _("The signing secret is not whsec_ and 24 to 64 bytes in base64."),
    }


def _at_the_ends() -> Mapping[str, str]:
    """Return the sentences for what folders, plugins, people and the configuration did."""
    return {
        "no-folder": _("The folder is not there; connect it, or change it in the configuration."),
        "disk": _("The disk of the folder reported an error, or is full."),
        "taken": _("Another file with the same name is there; it was left as it is."),
        "broken": _("The plugin failed before anything left; it waits until the plugin is right."),
        "crashed": _("The plugin crashed."),
        "no-package": _(
            "A package that the exporter needs is not installed; it waits until it is."
        ),
        "recipient": _(
            "There is no key to seal it to, or one of them is not a public key; correct the "
            "recipients."
        ),
        "no-tls": _(
            "The mail server offers no encryption, so nothing was sent; it is tried again by "
            "itself."
        ),
        "no-receipt": _("The plugin did not say how it went."),
        "refused-host": _("The plugin tried another host than the destination's, and was stopped."),
        "refused-program": _("The plugin tried to start another program, and was stopped."),
        "no-process": _("The computer could not start another process; it is tried again."),
        "cut-off": _("The program ended while it was being sent."),
        "verify": _("The receiver could not say whether it has it."),
        "level": _("The destination may now have less than this holds."),
        "exporter": _("The destination now uses another exporter."),
        "erased": _("The session's content was erased."),
        "abandoned": _("It was given up."),
    }
