"""One line to a mail server: opened, encrypted, logged in, and judged by what it answers.

What an attempt means is clear in SMTP: until the dot that ends the message, the server has taken
nothing; after its answer to the dot, it has or has not. Only in between is it unknown.
"""

from __future__ import annotations

import base64
import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from debrief.i18n import _
from debrief.plugin import Link, NotSent, Outcome, Receipt, Rejected, RetryLater, Unknown

PORTS: Final[Mapping[str, int]] = MappingProxyType({"smtp": 587, "smtps": 465, "smtp-plain": 25})
"""Scheme -> usual port: STARTTLS; TLS from the first byte; unencrypted, to this machine only."""

_ENHANCED: Final = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_QUEUED: Final = re.compile(rb"queued as ([A-Za-z0-9._-]{1,64})")
_HERE: Final = ("localhost", "127.0.0.1", "::1")
_DOOR: Final = frozenset({530, 534, 535, 538})
"""Answers that say that the login is wrong or missing."""
_STEP_SECONDS: Final = 15.0
"""Longest wait for one answer, where the deadline of the attempt does not come first."""


def domain(to: Link) -> str:
    """Return the domain that messages come from, by which this machine calls itself too."""
    return str(to["from"]).rpartition("@")[2]


def place(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of the mail server; raises NotSent for what isn't one."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        host, port = "", 0
    if not host or not port or parts.scheme not in PORTS:
        raise NotSent(_("the mail server is written smtp://HOST or smtps://HOST"), "request")
    if parts.scheme == "smtp-plain" and host not in _HERE:
        raise NotSent(_("unencrypted mail may not leave this machine"), "request")
    return parts.scheme, host, port


class _Line(smtplib.SMTP):
    """A line that tells by itself when it did not even come about: then nothing has left."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        try:
            return super()._get_socket(host, port, timeout)  # type: ignore[misc,no-any-return]
        except OSError:
            raise NotSent(_("no connection"), "connect") from None


class _TlsLine(smtplib.SMTP_SSL, _Line):
    """The same with TLS from the first byte; the handshake comes after the connection."""


@contextlib.contextmanager
def nothing_taken() -> Iterator[None]:
    """Say what a failure inside means: the server has not been given a whole message.

    That nothing left at all is said only where no connection came about (see `_Line`).
    """
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, error.smtp_error) from None
    except ssl.SSLError:
        raise RetryLater(None, _("the server's certificate was not accepted"), "tls") from None
    except TimeoutError:
        raise RetryLater(None, _("no answer in time"), "timeout") from None
    except smtplib.SMTPServerDisconnected:
        raise RetryLater(None, _("the connection broke"), "broke") from None
    except OSError:
        raise RetryLater(None, _("no connection"), "connect") from None
    except Exception:
        raise
    except BaseException:  # noqa: BLE001 - the deadline of the attempt is one
        raise RetryLater(None, _("no answer in time"), "timeout") from None


@contextlib.contextmanager
def line_to(to: Link) -> Iterator[smtplib.SMTP]:
    """Open a line to the mail server, encrypted and logged in, and close it afterwards."""
    scheme, host, port = place(str(to["url"]))
    trust = None if scheme == "smtp-plain" else _trust(str(to["ca_file"]))
    how: dict[str, Any] = {"local_hostname": domain(to), "timeout": _STEP_SECONDS}
    if scheme == "smtps":
        line: smtplib.SMTP = _TlsLine(host, port, context=trust, **how)
    else:
        line = _Line(host, port, **how)
    try:
        line.ehlo_or_helo_if_needed()
        if trust is not None and scheme == "smtp":
            _encrypt(line, trust)
        if to["user"]:
            _login(line, str(to["user"]), str(to["password"]))
        yield line
        with contextlib.suppress(OSError):
            line.send("QUIT\r\n")  # and no waiting for the answer: what counts is known
    finally:
        line.close()


def _trust(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError):
        raise NotSent(_("the certificate file can't be read"), "ca-file") from None


def _encrypt(line: smtplib.SMTP, trust: ssl.SSLContext) -> None:
    """Go on in TLS; a server that does not offer it gets nothing."""
    if not line.has_extn("starttls"):
        raise RetryLater(None, _("the mail server offers no encryption"), "no-tls")
    code, said = line.starttls(context=trust)
    if code != 220:
        raise _refusal(code, said)
    line.ehlo_or_helo_if_needed()


def _login(line: smtplib.SMTP, user: str, password: str) -> None:
    """Log in, with PLAIN where it is offered, since that is made for names that are not ASCII."""
    if "PLAIN" in line.esmtp_features.get("auth", "").upper().split():
        word = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        code, said = line.docmd("AUTH", f"PLAIN {word}")
        if code != 235:
            raise _refusal(code, said)
        return
    try:
        line.login(user, password)
    except (smtplib.SMTPNotSupportedError, UnicodeEncodeError):
        raise Rejected(_("the mail server takes no such login"), "door") from None


def begin(line: smtplib.SMTP, sender: str, recipient: str) -> None:
    """Say from whom and to whom, and be asked for the message."""
    for code, said in (line.mail(sender), line.rcpt(recipient), line.docmd("DATA")):
        if code not in (250, 251, 354):
            raise _refusal(code, said)


def finish(line: smtplib.SMTP) -> Receipt:
    """End the message and hear what became of it; without an answer it is unknown."""
    try:
        line.send(b".\r\n")
        code, said = line.getreply()
    except TimeoutError:
        raise Unknown(_("no answer in time"), "timeout") from None
    except OSError:
        raise Unknown(_("the connection broke"), "broke") from None
    if not 200 <= code < 300:
        raise _refusal(code, said) if 400 <= code < 600 else Unknown(str(code), "answer")
    queued = _QUEUED.search(said)
    return Receipt(reference=queued[1].decode() if queued else "", said=_status(code, said))


def _refusal(code: int, said: bytes | str) -> Outcome:
    """Return what it means that the server took nothing and said why."""
    status = _status(code, said)
    if code in _DOOR:
        return Rejected(status, "door")
    return Rejected(status, "refused") if 500 <= code < 600 else RetryLater(None, status, "busy")


def _status(code: int, said: bytes | str) -> str:
    """Return the numbers of an answer; its words may hold addresses."""
    found = _ENHANCED.match(said if isinstance(said, bytes) else said.encode())
    return f"{code} {found[1].decode()}" if found else str(code)
