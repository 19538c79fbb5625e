"""Every check on one exporter, in the order in which they make sense."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from debrief.delivery.config import About
from debrief.delivery.faultserver import Answer
from debrief.delivery.job import Source
from debrief.i18n import _
from debrief.kit import killing, leaks, loading, media, pages, repeats, sending
from debrief.kit.bench import Bench, Tried
from debrief.kit.findings import SECTIONS, Fault, Finding, Section, Verdict, finding, skipped
from debrief.kit.leaks import Went
from debrief.kit.orders import Report
from debrief.kit.sending import Sent
from debrief.kit.subject import subject
from debrief.plugin import Document
from debrief.summary import Level

_ORDER: tuple[Level, ...] = ("record", "counts", "named", "full")
"""The level that most is tried at: the first of these that the exporter takes."""
_OUTCOMES = frozenset({"not-sent", "retry-later", "unknown", "rejected"})
_EXITS = frozenset({"os._exit", "SystemExit"})
_OURS = _EXITS | {"Refused"}
"""Endings that have nothing to do with a receiver."""
Told = Callable[[Section], None]


def examine(
    source: Source,
    *,
    given: Mapping[str, str] | None = None,
    answer: Answer | None = None,
    sections: Collection[Section] = SECTIONS,
    faults: Collection[str] = (),
    told: Told = lambda _section: None,
) -> Verdict:
    """Run the checks on an exporter, and return what they found.

    `given` are values for its settings, `answer` what its receiver says when all is well; both
    are made up where they are left out. `sections` and `faults` leave the others out. `told` hears
    which section begins. Takes about ten seconds; raises Problem when `given` has a setting that
    it does not know.
    """
    begun = time.monotonic()
    told("A")
    with tempfile.TemporaryDirectory(prefix="debrief-kit-") as place:
        about, found = loading.load(source, Path(place))
    if about is not None and frozenset(sections) - {"A"}:
        found += _examine(source, about, given, answer, frozenset(sections), faults, told)
    elif about is None:
        found.append(_nothing_more("B", _("it can't be loaded as it should")))
    wanted = [one for one in found if one.section in sections]
    wanted.sort(key=lambda one: one.section)
    return Verdict(source.name, source.where, tuple(wanted), time.monotonic() - begun)


def _examine(
    source: Source,
    about: About,
    given: Mapping[str, str] | None,
    answer: Answer | None,
    sections: frozenset[Section],
    faults: Collection[str],
    told: Told,
) -> list[Finding]:
    with Bench(subject(source, about, given, answer)) as bench:
        told("B")
        made = pages.documents(bench, bench.folder())
        found = pages.pages(bench, made) if "B" in sections else []
        if not sections - {"A", "B"}:
            return found
        if not made:
            return [*found, _nothing_more("C", _("it makes no page"))]
        return found + _Sending(bench, made, sections, frozenset(faults), told).findings()


def _nothing_more(section: Section, why: str) -> Finding:
    return skipped(section, "rest", _("everything else"), why)


class _Sending:
    """The checks for which something is sent."""

    def __init__(
        self,
        bench: Bench,
        made: Mapping[Level, Document],
        sections: frozenset[Section],
        faults: frozenset[str],
        told: Told,
    ) -> None:
        self._bench = bench
        self._made = made
        self._sections = sections
        self._faults = faults
        self._told = told
        self._tried: list[Tried] = []

    def findings(self) -> list[Finding]:
        """Return what was found."""
        self._told("C")
        good, bad = self._good()
        name = _("when all is well, it gives a receipt")
        if good is None:
            return self._not_well(name, bad)
        fault = _empty(good)
        found = [finding("D", "well", name, fault)]
        if fault is not None:
            return [*found, _nothing_more("E", fault.said)]
        if self._sections & {"D"}:
            self._told("D")
            found += self._kept(self._faulty(good))
        if self._sections & {"E"}:
            self._told("E")
            found += self._repeats(good)
        if self._sections & {"H"}:
            self._told("H")
            found += self._killed(good)
        if self._sections & {"C", "F", "G"}:
            found += self._leaks(good)
        return found

    def _good(self) -> tuple[Went | None, Tried | None]:
        """Send at the first level that works, with the first answer that is taken for a yes."""
        last = None
        for level in (level for level in _ORDER if level in self._made):
            for answer in self._bench.subject.answers:
                self._bench.answer = answer
                went = self._send(level)
                if went.tried.ran.result.ending == "receipt":
                    return went, None
                last = last or went.tried
                if not went.tried.taken or _hopeless(went.tried):
                    break
            if last is not None and _hopeless(last):
                break
        return None, last

    def _send(self, level: Level) -> Went:
        folder = self._bench.folder()
        document = self._made[level]
        tried = self._once(document, folder)
        if tried.report is None:
            again = self._once(document, folder, watch=True)
            tried = tried if again.report is None else again
        self._tried.append(tried)
        return Went(level, document, tried, folder)

    def _once(self, document: Document, folder: Path, *, watch: bool = False) -> Tried:
        """Send when all is well; `watch` follows every call, and hears of an exit."""
        with self._bench.server() as server:
            return self._bench.on(server, document, folder=folder, watch=watch)

    def _not_well(self, name: str, bad: Tried | None) -> list[Finding]:
        """Return what can be told of an exporter that gave no receipt."""
        if bad is None:
            return [_nothing_more("D", _("there is nothing to send"))]
        unknown = not self._bench.subject.mailing and bad.connections and not bad.taken
        if unknown and bad.report and bad.report.ending not in _OURS:
            return self._stranger(name)
        found = [finding("D", "well", name, _unwell(bad))]
        report = bad.report
        if report is not None:
            went = Went("record", next(iter(self._made.values())), bad, self._bench.folder())
            found += leaks.place(self._bench, went, self._tried)
            found += leaks.secrets(self._bench, self._tried)
        return [*found, _nothing_more("E", _("it gave no receipt when all was well"))]

    def _stranger(self, name: str) -> list[Finding]:
        """Return what is found of one whose receiver we do not have: it speaks no HTTP."""
        why = _(
            "its receiver is of a kind that is not here; `debrief plugins check --live` asks it"
        )
        document = next(iter(self._made.values()))
        self._told("D")
        sent = sending.elsewhere(self._bench, document, Report(), self._faults)
        found = [skipped("D", "well", name, why), *self._kept(sent)]
        found += leaks.secrets(self._bench, self._tried)
        return [*found, _nothing_more("E", why)]

    def _kept(self, sent: Sent) -> list[Finding]:
        self._tried += sent.tried
        return sent.findings

    def _faulty(self, good: Went) -> Sent:
        report = good.tried.report or Report()
        if self._bench.subject.mailing:
            return sending.elsewhere(self._bench, good.document, report, self._faults)
        if good.tried.taken:
            return sending.to_the_web(self._bench, good.document, report, self._faults)
        return media.in_a_folder(self._bench, good.document, self._faults)

    def _repeats(self, good: Went) -> list[Finding]:
        if not good.tried.taken:
            return repeats.in_a_folder(self._bench, good.document)
        found, tried = repeats.on_the_web(self._bench, good.document)
        self._tried += tried
        return found

    def _killed(self, good: Went) -> list[Finding]:
        with self._bench.server() as server:
            watched = self._bench.on(server, good.document, count=True)
        points = watched.report.points if watched.report else 0
        return killing.killing(self._bench, good, points)

    def _leaks(self, good: Went) -> list[Finding]:
        others = [level for level in self._made if level != good.level]
        went = {good.level: good, **dict(zip(others, map(self._send, others), strict=True))}
        found = leaks.levels(went, self._tried)
        found += leaks.secrets(self._bench, self._tried)
        return found + leaks.place(self._bench, good, self._tried)


def _hopeless(tried: Tried) -> bool:
    """Tell whether another answer or level would make no difference."""
    return tried.report is None or tried.report.ending not in _OUTCOMES


def _empty(good: Went) -> Fault | None:
    """Return that a receipt was given for nothing."""
    if good.tried.taken or good.tried.connections or media.files(good.folder):
        return None
    return Fault(
        _("it gave a receipt, and nothing had left"),
        _("give a receipt only for the receiver's own yes"),
    )


def _unwell(bad: Tried) -> Fault:
    """Return why there was no receipt when all was well."""
    report, result = bad.report, bad.ran.result
    if report is None:
        return Fault(
            _("it did not come to an end, and was ended by force"),
            _("send makes one attempt and returns; look for a loop, or an exit"),
        )
    if report.ending == "nothing":
        return Fault(
            _("it gave no receipt"),
            _("return to.accept(reply), or a Receipt"),
            Path(report.line).name,
        )
    if report.ending in _EXITS:
        return Fault(
            _("it ends the whole process"),
            _("return a Receipt, or raise an outcome; do not exit"),
            report.line,
        )
    if report.ending == "Deadline":
        return Fault(
            _("it did not come to an end in time"),
            _("send makes one attempt and returns; look for a loop"),
            report.line,
        )
    said = _("it ended as “{ending}” ({why})").format(
        ending=report.ending, why=result.said or result.why or "-"
    )
    todo = _("mend this line; what a setting should look like can be given with --set NAME=VALUE,"
             " and what the receiver answers with --answer")  # fmt: skip
    return Fault(said, todo, report.line)
