"""What a collection found, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from debrief.collecting.drop import Why
from debrief.collecting.gaps import Gap, Silence
from debrief.collecting.run import Refusal, Report
from debrief.collecting.sources import MOST
from debrief.i18n import _, ngettext

_SHOWN: Final = 20
"""Sentences of one kind that are shown; the rest is counted."""
_LISTED: Final = 6
"""Weeks or numbers that stand in one sentence."""

_WHY: Final[Mapping[Why, Callable[[], str]]] = MappingProxyType(
    {
        "large": lambda: _("{name} was left out: it is larger than 1 MB."),
        "form": lambda: _("{name} was left out: it is no sealed drop, whatever its name says."),
        "key": lambda: _("{name} was left out: it is sealed for another key, or damaged."),
        "text": lambda: _("{name} was left out: what is in it does not have the form of a drop."),
        "newer": lambda: _(
            "{name} was left out: a newer debrief wrote it; update this one, then collect again."
        ),
        "name": lambda: _("{name} was left out: inside it is another document than its name says."),
        "site": lambda: _("{name} was left out: it names another site than the one that sent it."),
        "field": lambda: _("{name} was left out: it has no month, or something else than numbers."),
        "digest": lambda: _("{name} was left out: it is not what its digest says."),
        "gone": lambda: _("{name} could not be read; it is looked at again next time."),
        "kind": lambda: _("{name} is no drop."),
    }
)


def lines(report: Report) -> Iterator[str]:
    """Yield what to tell, the documents first and the set last."""
    yield _came(report)
    if report.others:
        yield ngettext(
            "{n} thing there is no drop, and was left alone.",
            "{n} things there are no drops, and were left alone.",
            report.others,
        ).format(n=report.others)
    yield from _some(refusal(one) for one in report.refused)
    yield from _some(_different(document) for document in report.different)
    yield from _erased(report)
    yield from _some(map(_gap, report.gaps))
    yield from _some(map(_silence, report.silences))
    yield from report.unread
    for source in report.more:
        yield _(
            "{source} holds more than {n} documents, and those after that, by name, were not looked"
            " at; move some that were collected elsewhere, then collect again."
        ).format(source=source, n=MOST)
    yield _set(report)


def refusal(one: Refusal) -> str:
    """Return the sentence for a document that was not taken."""
    return _WHY[one.why]().format(name=one.name)


def _came(report: Report) -> str:
    told = ngettext("{n} new document", "{n} new documents", report.new).format(n=report.new)
    return _("{new}, {known} known before, {repeated} that came twice.").format(
        new=told, known=report.known, repeated=report.repeated
    )


def _different(document: str) -> str:
    return _(
        "{document} came with different contents, so none of them counts; look at them in"
        " private/aside, leave the right one in its place, delete the others and those aside."
    ).format(document=document)


def _erased(report: Report) -> Iterator[str]:
    if report.erased:
        yield ngettext(
            "{n} round was taken back by its site and counts no more.",
            "{n} rounds were taken back by their sites and count no more.",
            report.erased,
        ).format(n=report.erased)
    told = _("{name} is of a round that was taken back; delete it from {source}.")
    yield from _some(told.format(name=o.name, source=o.source) for o in report.still_there)


def _gap(one: Gap) -> str:
    told = ngettext(
        "{site}: {n} document at least has not arrived ({which}); ask there.",
        "{site}: {n} documents at least have not arrived ({which}); ask there.",
        one.missing,
    )
    which = [*one.documents, *(_("number {n}").format(n=number) for number in one.numbers)]
    return told.format(site=one.site, n=one.missing, which=_few(which))


def _silence(one: Silence) -> str:
    told = ngettext(
        "{site}: nothing came from {n} week ({which}).",
        "{site}: nothing came from {n} weeks ({which}).",
        len(one.weeks),
    )
    return told.format(site=one.site, n=len(one.weeks), which=_few(one.weeks[::-1]))


def _set(report: Report) -> str:
    sites = ngettext("{n} site", "{n} sites", report.sites).format(n=report.sites)
    return _("The set is in {file}: {sites}, {rows} numbers, {hidden} of them hidden.").format(
        file=report.file, sites=sites, rows=report.rows, hidden=report.hidden
    )


def _few(words: Iterable[str]) -> str:
    found = list(words)
    return ", ".join(found[:_LISTED]) + (", …" if len(found) > _LISTED else "")


def _some(sentences: Iterable[str]) -> Iterator[str]:
    """Yield the first sentences, and how many there are beyond."""
    left = 0
    for n, sentence in enumerate(sentences):
        if n < _SHOWN:
            yield sentence
        else:
            left += 1
    if left:
        yield ngettext(
            "… and {n} more of these; --format json has all of them.",
            "… and {n} more of these; --format json has all of them.",
            left,
        ).format(n=left)
