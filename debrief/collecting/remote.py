"""What servers that speak HTTP are asked for drops, and how their lists are read.

The client is used in this process: a worker is there to contain code that others wrote, and here is
none. What the client guards against comes from the server, and it does that anywhere: one deadline,
answers of at most 1 MB that are never unpacked, no redirects, no proxy, this host only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree as ET

from debrief.collecting.sources import unread
from debrief.delivery.evidence import Evidence
from debrief.delivery.job import Way
from debrief.delivery.link import Client
from debrief.errors import Problem
from debrief.i18n import _
from debrief.plugin import Outcome, Reply

DEADLINE_S: Final = 30.0
"""Seconds for one request."""


def ask(
    name: str,
    way: Way,
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: bytes = b"",
) -> Reply:
    """Return what the server of the source `name` answers; raises Problem when it can't."""
    client = Client(way, Evidence(way.hosts, lambda: None))
    try:
        return client.request(method, url, content=content, headers=headers)
    except Outcome as failure:
        raise _away(name, failure) from None


def _away(name: str, failure: Outcome) -> Problem:
    reasons = {
        "tls": _("its certificate was not accepted"),
        "address": _("the address is not https"),
        "ca-file": _("the file with certificates can't be read"),
    }
    return unread(name, reasons.get(failure.why, _("no answer")))


def tree(name: str, body: bytes) -> ET.Element:
    """Return the XML that the source `name` answered with, at most 1 MB; raises Problem.

    Only UTF-8 without entities: those could make much of little.
    """
    try:
        text = body.decode("utf-8-sig")
        if "<!" in text.replace("<![CDATA[", ""):
            raise no_list(name)
        return ET.fromstring(text)  # noqa: S314 - without entities, and of at most 1 MB
    except (UnicodeDecodeError, ET.ParseError):
        raise no_list(name) from None


def no_list(name: str) -> Problem:
    """Return what is told of an answer that is something else than a list."""
    return unread(name, _("the answer is not a list of files"))


def size(text: str) -> int:
    """Return a size in bytes as a server wrote it; 0 where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
