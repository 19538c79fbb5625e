"""Send word by e-mail that a round was closed, alone, with its page, or with its page sealed.

One destination is one recipient, so that each has its own outcome: a mail server may take a message
for one and refuse it for another. Nothing of the round stands in the subject, and the message goes
over TLS with a checked certificate; unencrypted only to this machine.

A mailbox takes a repeat for a second message, though it has the same Message-ID; so one of which it
is not known whether the server took it (see `smtp`) waits for a person.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from email import policy
from email.headerregistry import ContentTypeHeader
from email.message import EmailMessage
from email.utils import format_datetime
from types import MappingProxyType
from typing import Any, ClassVar, Final, cast

import msgspec

from debrief.exporters import sealed, smtp
from debrief.i18n import _
from debrief.plugin import (
    Dedupe,
    Document,
    Exporter,
    Link,
    NotSent,
    Outcome,
    Page,
    Receipt,
    RenderContext,
    Renders,
    Secret,
    Setting,
    View,
)
from debrief.summary import render

_ATTACH: Final = ("none", "page", "sealed")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9.-]{1,253})")


class _Words(msgspec.Struct, frozen=True):
    """The sentences of a message, in the language of the round."""

    subject: str
    none: str
    page: str
    sealed: str
    reference: str


_WORDS: Final[Mapping[str, _Words]] = MappingProxyType(
    {
        "da": _Words(
            "Opsamling efter vagten",
            "En opsamling efter vagten er afsluttet. Indholdet er ikke med i denne mail.",
            "En opsamling efter vagten er afsluttet. Den er vedhæftet.",
            "En opsamling efter vagten er afsluttet. Den er vedhæftet i forseglet form og åbnes"
            " med din age-nøgle.",
            "Reference",
        ),
        "nb": _Words(
            "Oppsummering etter vakta",
            "En oppsummering etter vakta er avsluttet. Innholdet er ikke med i denne e-posten.",
            "En oppsummering etter vakta er avsluttet. Den er lagt ved.",
            "En oppsummering etter vakta er avsluttet. Den er lagt ved i forseglet form og åpnes"
            " med age-nøkkelen din.",
            "Referanse",
        ),
        "en": _Words(
            "Debrief after the shift",
            "A debrief after the shift was closed. What it holds is not in this message.",
            "A debrief after the shift was closed. It is attached.",
            "A debrief after the shift was closed. It is attached, sealed, and opens with your"
            " age key.",
            "Reference",
        ),
    }
)


class Email(Exporter):
    """A message to one recipient, from a mail server that takes a login."""

    name: ClassVar[str] = "email"
    renders: ClassVar[Renders] = "own"
    dedupe: ClassVar[Dedupe] = "none"
    settings: ClassVar[tuple[Setting | Secret, ...]] = (
        Setting(
            "url",
            "Mail server: smtp://mail.example.org (STARTTLS), smtps:// (TLS), or on this machine"
            " smtp-plain://",
        ),
        Setting("from", "Address it comes from"),
        Setting("to", "The one address it goes to"),
        Setting("attach", "What is attached: none, page or sealed", False, "none"),
        Setting("recipient", "Key (age1…) that the attachment is sealed to", False),
        Setting("user", "Name to log in with, if the server wants one", False),
        Secret("password", "Password to log in with", False),
        Setting("ca_file", "File with the certificates to trust instead of the usual ones", False),
    )

    def __init__(self) -> None:
        """Load age before the attempt begins, so that it isn't taken for something that left."""
        sealed.load_age()

    def render(self, view: View, context: RenderContext) -> Page:
        """Write the notice or the page; raises NotSent when a setting can't be used."""
        attach = _settings(context.settings)
        if attach == "none":
            words = _words(view.lang)
            reference = f"{words.reference}: {view.session_ref} r{view.revision}"
            kind = f"text/plain; charset=utf-8; lang={view.lang}"
            return Page(f"{words.none}\n\n{reference}\n".encode(), kind, ".txt")
        kind = f"text/html; charset=utf-8; lang={view.lang}"
        kind += "; sealed=age" if attach == "sealed" else ""
        return Page(render(view, "html"), kind, ".html")

    def send(self, doc: Document, to: Link) -> Receipt:
        """Hand the message to the mail server, once."""
        _settings(_given(to))
        raw = message(doc, to, dt.datetime.now(dt.UTC)).as_bytes(policy=policy.SMTP)
        with contextlib.ExitStack() as open_line:
            with smtp.nothing_taken():
                line = open_line.enter_context(smtp.line_to(to))
                smtp.begin(line, str(to["from"]), str(to["to"]))
                line.send(re.sub(rb"(?m)^\.", b"..", raw))
            return smtp.finish(line)

    def check(self, to: Link) -> Iterable[str]:
        """Connect and log in; no message is begun."""
        try:
            _settings(_given(to))
            with smtp.nothing_taken(), smtp.line_to(to):
                return []
        except Outcome as outcome:
            problem = outcome.said
        return [_("The mail server can't be used: {problem}.").format(problem=problem)]


def message(doc: Document, to: Link, now: dt.datetime) -> EmailMessage:
    """Return the message; all of it but the date and a sealing is the same in every attempt."""
    kind = cast("ContentTypeHeader", _typed(doc.media_type)["Content-Type"])
    words = _words(kind.params.get("lang", "en"))
    made = EmailMessage(policy.SMTP)
    made["From"], made["To"] = str(to["from"]), str(to["to"])
    made["Subject"] = words.subject
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{doc.id}@{smtp.domain(to)}>"
    made["Auto-Submitted"] = "auto-generated"
    if kind.maintype == "text" and kind.subtype == "plain":
        made.set_content(doc.body.decode(), cte="quoted-printable")
        return made
    if "sealed" in kind.params or to["attach"] == "sealed":
        made.set_content(f"{words.sealed}\n", cte="quoted-printable")
        body, name = sealed.seal(doc.body, to["recipient"]), f"{doc.filename}{sealed.SUFFIX}"
        made.add_attachment(body, maintype="application", subtype="octet-stream", filename=name)
        return made
    made.set_content(f"{words.page}\n", cte="quoted-printable")
    made.add_attachment(
        doc.body,
        maintype="text",
        subtype="html",
        filename=doc.filename,
        params={"charset": "utf-8"},
    )
    return made


def _typed(media_type: str) -> EmailMessage:
    made = EmailMessage()
    made["Content-Type"] = media_type
    return made


def _words(language: str) -> _Words:
    return _WORDS.get(language, _WORDS["en"])


def _given(to: Link) -> Mapping[str, Any]:
    return {name: to[name] for name in ("url", "from", "to", "attach", "recipient")}


def _settings(settings: Mapping[str, Any]) -> str:
    """Return what is to be attached; raises NotSent when a setting can't be used."""
    for name in ("from", "to"):
        if not _ADDRESS.fullmatch(str(settings.get(name, ""))):
            raise NotSent(
                _("“{name}” is one e-mail address, in ASCII and without a name").format(name=name),
                "request",
            )
    smtp.place(str(settings.get("url", "")))
    attach = str(settings.get("attach", "none"))
    if attach not in _ATTACH:
        raise NotSent(_("attach is none, page or sealed"), "request")
    if attach == "sealed":
        sealed.check_recipients(settings.get("recipient"))
    return attach
