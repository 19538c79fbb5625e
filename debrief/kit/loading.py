"""Section A: an exporter loads, says what it is, and does nothing while it is being loaded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from debrief.delivery.config import About
from debrief.delivery.job import Job, Result, Source, Way
from debrief.delivery.runner import run
from debrief.i18n import _
from debrief.kit.bench import read_report
from debrief.kit.findings import Fault, Finding, finding
from debrief.kit.orders import Orders, Report
from debrief.plugin import Document
from debrief.text import is_id

LOAD_S = 6.0


def load(source: Source, folder: Path) -> tuple[About | None, list[Finding]]:
    """Load the exporter in a worker process, in the empty `folder`.

    Returns what it says of itself, or None when it can't be gone on with, and what was found.
    """
    seen = _at_import(source, folder)
    report = seen or Report("nothing")
    quiet = finding("A", "quiet-import", _("importing it touches nothing"), _quiet(report))
    if any(event.early and event.kind == "connect" for event in report.events):
        return None, [quiet]
    name = _("it can be imported, in a process of its own and without a network")
    ran = run(Job("describe", source, way=Way(deadline_s=LOAD_S)))
    about = ran.result.about
    if about is None:
        return None, [finding("A", "import", name, _broken(source, ran.result))]
    if seen is None:
        fault = Fault(
            _("it could not be watched while it was imported"),
            _("test it again when the computer is less busy"),
        )
        return None, [finding("A", "quiet-import", quiet.name, fault)]
    return about, [
        finding("A", "import", name, None),
        quiet,
        finding("A", "doc", _("it says what it is for"), _doc(report, source)),
        finding("A", "settings", _("its settings can be asked for"), _settings(about)),
        finding("A", "declared", _("what it declares fits together"), _declared(about)),
    ]


def _broken(source: Source, result: Result) -> Fault:
    todo = _("keep only definitions at the top of the file; what it does belongs in send")
    where = result.said or Path(source.where).name
    if result.why in ("timeout", "crashed"):
        said = _("importing it did not come to an end, or ended the whole process")
        return Fault(said, todo, where)
    return Fault(_("importing it failed"), todo, where)


def _at_import(source: Source, folder: Path) -> Report | None:
    """Load it under watch, and return what was seen; None when the process did not get so far."""
    orders = Orders(source, "load", report=str(folder / "report"), folder=str(folder))
    stub = Document("d-0", b"", "", "", "")
    watched = Source("built-in", "watched", "debrief.kit.inside:Watched")
    way = Way(deadline_s=LOAD_S)
    run(Job("send", watched, stub, settings=orders.among({}), way=way))
    return read_report(orders)


def _quiet(report: Report) -> Fault | None:
    kinds = {
        "connect": _("it opens a connection while it is imported"),
        "write": _("it writes a file while it is imported"),
        "program": _("it starts a program while it is imported"),
        "read": _("it reads a file while it is imported"),
        "print": _("it prints while it is imported"),
    }
    for event in report.events:
        if event.early and event.kind in kinds:
            todo = _("move it into send: a file is imported to be listed, too")
            return Fault(kinds[event.kind], todo, event.line)
    return None


def _doc(report: Report, source: Source) -> Fault | None:
    if report.doc.strip():
        return None
    return Fault(
        _("there is no text that says what it does"),
        _('write it in """…""" at the top of the file, for whoever has to trust it'),
        Path(source.where).name,
    )


def _settings(about: About) -> Fault | None:
    todo = _("give each setting a name of its own, like api_token, and a label in words")
    twice = [name for name, times in Counter(one.name for one in about.settings).items()
             if times > 1]  # fmt: skip
    if twice:
        return Fault(_("two settings are called “{name}”").format(name=twice[0]), todo)
    for one in about.settings:
        if not is_id(one.name.replace("_", "-")):
            said = _("“{name}” can't be the name of a setting").format(name=one.name)
            return Fault(said, todo)
        if not one.label.strip():
            return Fault(_("the setting “{name}” has no label").format(name=one.name), todo)
    return None


def _declared(about: About) -> Fault | None:
    if not is_id(about.name.replace("_", "-")):
        return Fault(
            _("“{name}” can't be the name of an exporter").format(name=about.name),
            _("use small letters, digits, hyphens and underscores"),
        )
    if about.window_hours is not None and (about.dedupe != "key" or about.window_hours <= 0):
        return Fault(
            _("window_hours says nothing here"),
            _('leave it out, or set dedupe = "key" and the hours that the receiver remembers'),
        )
    return None
