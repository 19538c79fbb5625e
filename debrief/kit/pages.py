"""Section B: the page is made of the view alone, and is the same every time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from debrief.delivery.runner import run
from debrief.errors import Problem
from debrief.i18n import _
from debrief.kit.bench import Bench
from debrief.kit.findings import Fault, Finding, finding, skipped
from debrief.kit.orders import Report
from debrief.kit.rounds import canary_round
from debrief.plugin import Document
from debrief.summary import LEVELS, Level, reduce
from debrief.summary.levels import allowed

_PAGE_LIMIT = 1_000_000
_ZONES = ("", "", "Pacific/Kiritimati", "America/Anchorage")
"""Where it is made, each time in a new process, in which Python mixes sets anew."""


def documents(bench: Bench, folder: Path) -> Mapping[Level, Document]:
    """Return the page of the canary round at each level that the exporter takes."""
    found: dict[Level, Document] = {}
    for level in LEVELS:
        if level == "full" and not bench.subject.about.seals:
            continue
        try:
            found[level] = bench.subject.document(level, folder)
        except Problem:
            continue
    return found


def pages(bench: Bench, made: Mapping[Level, Document]) -> list[Finding]:
    """Return what is found of the page."""
    checks = {
        "page": _("it makes a page, of at most 1 MB"),
        "same-page": _("it makes the same bytes in another process, time zone and locale"),
        "pure-page": _("it makes them without clock, chance, files or network"),
    }
    if bench.subject.about.renders != "own":
        why = _("the program makes the page ({kind})").format(kind=bench.subject.about.renders)
        return [skipped("B", "page", checks["page"], why)]
    level: Level = next(iter(made), "record")
    reports = [*bench.pool.map(lambda zone: _render(bench, level, zone), _ZONES)]
    faults = {"page": _made(reports[0], made), "same-page": None, "pure-page": None}
    if faults["page"] is None:
        faults["pure-page"] = _pure(reports)
        if bench.subject.about.seals:
            del faults["same-page"]
        else:
            faults["same-page"] = _same(reports)
    found = [finding("B", check, checks[check], fault) for check, fault in faults.items()]
    if "same-page" not in faults:
        why = _("what is sealed is never the same twice")
        found.append(skipped("B", "same-page", checks["same-page"], why))
    return found


def _render(bench: Bench, level: Level, zone: str) -> Report:
    orders = bench.orders(watch=True, zone=zone)
    view = reduce(canary_round(), level, allowed(level), "da")
    view = msgspec.structs.replace(view, fields=dict(view.fields))
    stub = Document("d-000000000000000000000000", b"", "", "", "")
    job = bench.job(
        "render",
        "http://127.0.0.1:9",
        bench.folder(),
        document=stub,
        view=view,
        orders=orders,
        hosts=(),
    )
    try:
        return msgspec.json.decode(run(job).result.body, type=Report)
    except msgspec.DecodeError:
        return Report("nothing")


def _made(report: Report, made: Mapping[Level, Document]) -> Fault | None:
    todo = _("return Page(bytes, media type, ending of the file name) from render")
    if not made and report.ending != "page":
        said = _("it makes no page at any level ({kind})").format(kind=report.ending)
        return Fault(said, todo, report.line)
    if not made:
        return Fault(_("its page is empty, or its ending is no file name's"), todo, report.line)
    if len(report.body) > _PAGE_LIMIT:
        return Fault(
            _("its page has {n} bytes").format(n=len(report.body)),
            _("make it smaller; a page of a round is a few thousand bytes"),
        )
    return None


def _same(reports: list[Report]) -> Fault | None:
    digests = {hashlib.sha256(one.body + one.suffix.encode()).digest() for one in reports}
    if len(digests) == 1:
        return None
    return Fault(
        _("it made other bytes of the same round"),
        _(
            "sort what has no order, and write times as the view gives them: what was approved is"
            " what must be sent"
        ),
    )


def _pure(reports: list[Report]) -> Fault | None:
    kinds = {
        "clock": _("its page depends on the clock"),
        "random": _("its page depends on chance"),
        "connect": _("it opens a connection while it makes its page"),
        "read": _("it reads a file while it makes its page"),
        "write": _("it writes a file while it makes its page"),
        "program": _("it starts a program while it makes its page"),
    }
    for report in reports:
        for event in report.events:
            if event.kind in kinds and event.line and not event.early:
                todo = _("make the page of the view and the settings alone")
                return Fault(kinds[event.kind], todo, event.line)
    return None
