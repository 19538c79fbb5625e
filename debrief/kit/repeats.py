"""Section E: a repeat has the same id, and a receiver that has it already is understood."""

from __future__ import annotations

import re
from typing import Final

from debrief.delivery.faultserver import Taken
from debrief.delivery.runner import run
from debrief.i18n import _
from debrief.kit.bench import Bench, Tried
from debrief.kit.findings import Fault, Finding, finding, skipped
from debrief.kit.media import files
from debrief.plugin import Document

_FRESH: Final = re.compile(r"date|timestamp|signature|authorization|nonce|user-agent|host")
"""Headers that may differ from one attempt to the next."""


def on_the_web(bench: Bench, document: Document) -> tuple[list[Finding], list[Tried]]:
    """Return what is found of two attempts for the same document, the first cut off."""
    with bench.server("reset after the body") as server:
        first = bench.on(server, document)
    with bench.server() as server:
        second = bench.on(server, document)
        third = bench.on(server, document) if _named(bench) else None
    tried = [first, second]
    found = [finding("E", "same-id", _("the same id and the same bytes in every attempt"),
                     _same(bench, document, first, second))]  # fmt: skip
    name = _("that the receiver has it already is a receipt")
    if third is None:
        found.append(skipped("E", "already", name, _("its receiver refuses no repeat")))
    else:
        with bench.server("already there") as server:
            fourth = bench.on(server, document)
        tried += [third, fourth]
        found.append(finding("E", "already", name, _already(third, fourth)))
    return [*found, _verify(bench, document)], tried


def in_a_folder(bench: Bench, document: Document) -> list[Finding]:
    """Return what is found of a second attempt with the same document in the same folder."""
    name = _("the same document again is one file, and a receipt")
    if not _named(bench):
        return [skipped("E", "already", name, _("its receiver refuses no repeat"))]
    folder = bench.folder()
    url = "http://127.0.0.1:9"
    bench.once(document, url=url, folder=folder)
    before = files(folder)
    again = bench.once(document, url=url, folder=folder)
    fault = None
    if files(folder) != before:
        said = _("the second attempt changed what the first had written")
        fault = Fault(said, _("name the file after doc.id or doc.filename, and look first"))
    elif not (again.ran.result.ending == "receipt" and again.ran.result.duplicate):
        fault = Fault(
            _("the second attempt ended as “{ending}”").format(ending=again.ran.result.ending),
            _("give Receipt(duplicate=True) when a file with the same bytes is there"),
            again.line,
        )
    return [finding("E", "already", name, fault)]


def _named(bench: Bench) -> bool:
    return bench.subject.about.dedupe == "name"


def _same(bench: Bench, document: Document, first: Tried, second: Tried) -> Fault | None:
    if not first.changing or not second.changing:
        return Fault(_("it sent nothing"), _("send in every attempt"), second.line)
    one, two = first.changing[0], second.changing[0]
    todo = _("use doc.id for the name or the key, and make up no id of your own")
    known = (document.id, document.filename)
    dedupe = bench.subject.about.dedupe
    if dedupe in ("key", "name") and not any(_names(one, word) for word in known):
        return Fault(
            _("the receiver can't tell a repeat: the document's id is not sent"),
            _('send doc.id, or declare dedupe = "none"'),
        )
    if one.path != two.path:
        return Fault(_("the address is another in the second attempt"), todo)
    if one.body != two.body and not bench.subject.about.seals:
        return Fault(_("the content is another in the second attempt"), todo)
    # What is sealed is as long as chance has it: the format adds a few bytes of its own.
    sizes = {"content-length"} if bench.subject.about.seals else set()
    for name in sorted({*one.headers, *two.headers} - sizes):
        if one.headers.get(name) != two.headers.get(name) and not _FRESH.search(name):
            said = _("the header {name} is another in the second attempt").format(name=name)
            return Fault(said, todo)
    return None


def _names(request: Taken, word: str) -> bool:
    return word.encode() in request.whole


def _already(third: Tried, fourth: Tried) -> Fault | None:
    todo = _(
        "send If-None-Match: * and let to.accept(reply, already=412) decide; or declare another"
        " dedupe"
    )
    for tried in (third, fourth):
        result = tried.ran.result
        if result.ending == "receipt" and result.duplicate:
            return None
    said = _("a repeat ended as “{ending}”").format(ending=third.ran.result.ending)
    if third.ran.result.ending == "receipt":
        said = _("a repeat was taken for a new one")
    return Fault(said, todo, third.line)


def _verify(bench: Bench, document: Document) -> Finding:
    """Ask receivers that say nothing of worth: only unclear answers may come of it."""
    name = _("asked whether it has it, a receiver's silence is no answer")
    if bench.subject.about.dedupe != "verify":
        return skipped("E", "verify", name, _("its receiver is not asked"))
    fault = None
    for kind in ("500", "garbage", "closed without an answer", "401"):
        orders = bench.orders()
        with bench.server(kind, reads=True) as server:
            job = bench.job("verify", server.url, bench.folder(), document=document, orders=orders)
            result = run(job).result
            changed = any(one.changes for one in server.taken)
        if result.ending in ("found", "absent", "receipt"):
            said = _("it took “{answer}” for “{ending}”").format(answer=kind, ending=result.ending)
            todo = _("say Found or Absent only for an answer that says so, else CannotTell")
            fault = fault or Fault(said, todo)
        if changed:
            fault = fault or Fault(_("it sent something"), _("verify may only ask"))
    return finding("E", "verify", name, fault)
