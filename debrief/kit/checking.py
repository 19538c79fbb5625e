"""A destination as it is configured: could something be sent there now, and does a test arrive?"""

from __future__ import annotations

import datetime as dt
import ssl
import tempfile
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final, Literal

import msgspec

from debrief.delivery import words
from debrief.delivery.config import About, Destination, check_exporter
from debrief.delivery.courier import _values, _way
from debrief.delivery.documents import freeze
from debrief.delivery.job import Job, Operation, Result, Source
from debrief.delivery.runner import run
from debrief.delivery.secretrefs import SecretRef, resolve
from debrief.delivery.trust import Registry
from debrief.errors import Problem
from debrief.i18n import _, language
from debrief.kit.bench import read_report
from debrief.kit.orders import Orders, Report
from debrief.kit.rounds import example_round
from debrief.plugin import Document
from debrief.summary import reduce
from debrief.text import token

Weight = Literal["well", "mind", "wrong"]
_CLOCK_S: Final = 60.0
"""A clock that is further than this from the receiver's is worth a word."""
_FILE: Final = "debrief.toml"


class Seen(msgspec.Struct, frozen=True):
    """What one look at a destination found, in a sentence."""

    destination: str
    weight: Weight
    told: str


def look(name: str, destination: Destination, registry: Registry) -> Iterator[Seen]:
    """Yield what is found of the destination called `name`; only its own `check` may reach out."""
    try:
        source = registry.find(destination.exporter)
        about = registry.about(destination.exporter)
        check_exporter(name, destination, about, _FILE)
    except Problem as problem:
        yield Seen(name, "wrong", str(problem))
        return
    yield Seen(name, "well", _("The exporter {name} can run, and has all its settings.").format(
        name=about.name))  # fmt: skip
    missing = False
    for weight, told in (*_secrets(name, destination), *_network(destination)):
        missing = missing or weight == "wrong"
        yield Seen(name, weight, told)
    if not missing:
        for weight, told in _asked(name, destination, about, source):
            yield Seen(name, weight, told)


def _secrets(name: str, destination: Destination) -> Iterator[tuple[Weight, str]]:
    for key, value in destination.settings.items():
        if isinstance(value, SecretRef):
            try:
                resolve(value, key, name)
            except Problem as problem:
                yield "wrong", str(problem)
            else:
                yield "well", _("The secret “{name}” is there.").format(name=key)


def _network(destination: Destination) -> Iterator[tuple[Weight, str]]:
    if destination.hosts:
        hosts = ", ".join(destination.hosts)
        yield "well", _("It may speak to {hosts}, and to nobody else.").format(hosts=hosts)
    ca_file = destination.network.ca_file or str(destination.settings.get("ca_file", "") or "")
    if not ca_file:
        return
    try:
        ssl.create_default_context(cafile=str(Path(ca_file).expanduser()))
    except (OSError, ssl.SSLError):
        yield (
            "wrong",
            _("The certificate file {path} can't be read, so nothing would be sent.").format(
                path=ca_file
            ),
        )
    else:
        yield "well", _("The certificates in {path} can be read.").format(path=ca_file)


def _asked(
    name: str, destination: Destination, about: About, source: Source
) -> Iterator[tuple[Weight, str]]:
    """Yield what the exporter itself says of the destination."""
    with tempfile.TemporaryDirectory(prefix="debrief-kit-") as place:
        orders = Orders(source, "check", report=str(Path(place, "report")))
        watched = Source("built-in", "watched", "debrief.kit.inside:Watched")
        stub = Document("d-0", b"", "", "", "")
        ran = run(_job("send", name, destination, about, watched, stub, orders))
        report = read_report(orders)
    if report is None or ran.result.ending != "receipt":
        yield "wrong", _failed(ran.result, report)
        return
    for sentence in report.sentences:
        yield "mind", sentence
    if not report.sentences:
        yield "well", _("The exporter has nothing against it; --live sends a test.")
    yield from _clock(report.date, dt.datetime.now(dt.UTC))


def _failed(result: Result, report: Report | None) -> str:
    line = report.line if report is not None else ""
    return _("The exporter could not look at it ({problem}).").format(
        problem=line or result.said or result.why
    )


def _clock(date: str, now: dt.datetime) -> Iterator[tuple[Weight, str]]:
    """Compare the clock with what a receiver's answer says."""
    try:
        theirs = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return
    if theirs.tzinfo is None:
        return
    off = (now - theirs).total_seconds()
    if abs(off) > _CLOCK_S:
        told = _("The clock of this computer is {n} min ahead of the receiver's.")
        if off < 0:
            told = _("The clock of this computer is {n} min behind the receiver's.")
        yield "wrong", told.format(n=max(1, round(abs(off) / 60)))
    else:
        yield "well", _("The clock agrees with the receiver's.")


def clock(now: dt.datetime, newest: dt.datetime | None) -> Seen | None:
    """Return that the clock is wrong, when `newest`, the last thing that was written down, is of
    the future; None when there is nothing to say.
    """
    if newest is None or newest <= now + dt.timedelta(minutes=5):
        return None
    told = _("The clock says {now}, but something was sent later than that; set the clock.")
    return Seen("", "wrong", told.format(now=f"{now:%Y-%m-%d %H:%M} UTC"))


def example(name: str, destination: Destination, registry: Registry, now: dt.datetime) -> Document:
    """Return a test for a destination: a round that never was, marked as such. Raises Problem."""
    about = registry.about(destination.exporter)
    team = _("TEST, nothing of this happened")
    session = f"test-{now:%Y%m%d}-{token(6)}"
    state = example_round(session, language(), team)
    view = reduce(state, destination.level, destination.fields, language())
    view = msgspec.structs.replace(view, session_ref=session)
    return freeze(view, name, destination, about, registry.find(destination.exporter))


class Landed(msgspec.Struct, frozen=True):
    """What came of a test: whether it arrived, and the sentence for it."""

    arrived: bool
    told: str


def send(name: str, destination: Destination, registry: Registry, test: Document) -> Landed:
    """Make one attempt with a test document; nothing is kept of it. Raises Problem."""
    about = registry.about(destination.exporter)
    check_exporter(name, destination, about, _FILE)
    source = registry.find(destination.exporter)
    result = run(_job("send", name, destination, about, source, test)).result
    if result.ending == "receipt":
        said = result.reference or result.said
        told = _("The test arrived at {name} ({said}); take it away there when you have seen it.")
        return Landed(True, told.format(name=name, said=said or "-"))
    reason = words.why(result.why) or result.said or result.ending
    if result.ending in ("not-sent", "broken"):
        told = _("The test did not leave for {name}: {reason}")
    elif result.ending == "unknown":
        told = _("Nobody knows whether the test arrived at {name}; look there. {reason}")
    else:
        told = _("{name} did not take the test: {reason}")
    return Landed(False, told.format(name=name, reason=reason))


def _job(
    operation: Operation,
    name: str,
    destination: Destination,
    about: About,
    source: Source,
    document: Document,
    orders: Orders | None = None,
) -> Job:
    settings, secrets = _values(name, destination, about)
    if orders is not None:
        settings = orders.among(settings)
    return Job(
        operation,
        source,
        document,
        settings=settings,
        secrets=secrets,
        way=_way(destination, secrets),
    )
