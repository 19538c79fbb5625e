"""One collection: every source read, every document judged, the state saved, the set made.

A source that can't be read, or a document that can't be taken, is told and never stops the others.
What was refused is looked at again the next time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from debrief.collecting import tally
from debrief.collecting.drop import (
    MAGIC,
    Drop,
    Refused,
    Retraction,
    Why,
    digest,
    document_of,
    read,
    read_row,
)
from debrief.collecting.gaps import Gap, Silence, missing, silences
from debrief.collecting.keeping import Place
from debrief.collecting.kept import (
    State,
    erased_rounds,
    forget,
    gone,
    kept,
    note_place,
    take,
    wipe,
)
from debrief.collecting.sources import Entry, Source
from debrief.errors import EXIT_KEY, Problem
from debrief.exporters.sealed import SUFFIX
from debrief.i18n import _
from debrief.record.opening import Opens
from debrief.text import clean_line

MINIMUM: Final = 5
"""The minimum cell size where the organisation says nothing else."""
_IDENTITY: Final = "AGE-SECRET-KEY-1"


class Refusal(msgspec.Struct, frozen=True):
    """A document that was not taken."""

    source: str
    name: str
    why: Why


class Lying(msgspec.Struct, frozen=True):
    """A document that still lies in a source though its round was taken back."""

    source: str
    name: str


class Report(msgspec.Struct):
    """What a collection found."""

    new: int = 0
    known: int = 0
    """Files that were there before, and are the same."""
    repeated: int = 0
    """Files with a document that another file had brought."""
    others: int = 0
    """Things that are no drops, which were left alone."""
    refused: list[Refusal] = []
    different: list[str] = []
    """Ids under which more than one text came; none of them counts."""
    erased: int = 0
    """Rounds that were taken back, now or before."""
    still_there: list[Lying] = []
    """Documents of such rounds."""
    unread: list[str] = []
    """Sentences on sources that could not be read."""
    more: list[str] = []
    """Sources that hold more than is looked at."""
    gaps: tuple[Gap, ...] = ()
    silences: tuple[Silence, ...] = ()
    sites: int = 0
    hidden: int = 0
    rows: int = 0
    file: str = ""

    @property
    def wants_a_person(self) -> bool:
        """Tell whether something was found that somebody should look at."""
        found = (self.refused, self.different, self.unread, self.more, self.still_there)
        return any((*found, self.gaps, self.silences))


def collect(
    place: Place,
    sources: Iterable[Source],
    keys: Opens | None,
    today: dt.date,
    *,
    minimum: int = MINIMUM,
    since: str = "",
    told: Callable[[int, int], None] = lambda _done, _whole: None,
) -> Report:
    """Collect into `place`; raises Problem when it can't be written, and then nothing is lost.

    `told` hears how many documents of a source have been looked at, and how many there are.
    """
    report = Report()
    with place.lock():
        state = place.load()
        looked_at = set(state.different) - place.set_aside() - gone(state)
        for document in looked_at:
            forget(state, document)
        work = _Collecting(place, state, keys, report, today, told)
        for source in sources:
            work.read(source)
        work.finish()
        wipe(state)
        place.save(state)
        _report(report, state, today)
        rows = tally.rows(state, minimum, since)
        sites = sorted(tally.sites(rows))
        about = {"minimum": minimum, "since": since, "sites": sites}
        report.file = str(place.write(rows, about))
    report.sites, report.rows = len(sites), len(rows)
    report.hidden = sum(row.value is None for row in rows)
    return report


def _report(report: Report, state: State, today: dt.date) -> None:
    report.different = sorted(set(state.different) - gone(state))
    report.erased = len(erased_rounds(state))
    report.gaps = missing(state)
    report.silences = silences(state, today)


class _Collecting:
    """One collection under way."""

    def __init__(
        self,
        place: Place,
        state: State,
        keys: Opens | None,
        report: Report,
        today: dt.date,
        told: Callable[[int, int], None],
    ) -> None:
        self._place = place
        self._state = state
        self._keys = keys
        self._report = report
        self._today = today
        self._told = told
        self._met: dict[tuple[str, str], tuple[Source, Entry]] = {}

    def read(self, source: Source) -> None:
        """Read one source; whatever is wrong with it is told in the report."""
        marks = self._state.marks.setdefault(source.name, {})
        try:
            entries = list(source.entries())
            for done, entry in enumerate(entries, 1):
                self._met[source.name, entry.name] = source, entry
                self._take(source, entry, marks)
                self._told(done, len(entries))
            if source.more:
                self._report.more.append(source.name)
        except Problem as problem:
            if problem.status == EXIT_KEY:
                raise
            self._report.unread.append(str(problem))

    def finish(self) -> None:
        """Do what can only be done once everything was listed."""
        back = gone(self._state)
        for document in sorted(self._state.different):
            if document in back:
                self._place.drop_aside(document)
            else:
                self._put_first_aside(document)
        for source, entry in self._met.values() if back else ():
            if (entry.document or entry.name.removesuffix(SUFFIX)) in back:
                self._report.still_there.append(Lying(source.name, _shown(entry.name)))

    def _take(self, source: Source, entry: Entry, marks: dict[str, str]) -> None:
        try:
            document = entry.document or document_of(entry.name)
            if entry.mark and marks.get(entry.name) == entry.mark:
                self._report.known += 1
            else:
                self._look(source, entry, document, marks)
        except Refused as error:
            if error.why == "kind":
                self._report.others += 1
            else:
                self._report.refused.append(_refusal(source, entry, error.why))

    def _look(self, source: Source, entry: Entry, document: str, marks: dict[str, str]) -> None:
        """Read a document and enter it; raises Refused."""
        data = source.read(entry)
        mark = entry.mark or hashlib.sha256(data).hexdigest()
        if marks.get(entry.name) == mark:
            self._report.known += 1
            return
        found = self._open(data, entry, document)
        said = digest(found)
        new = kept(found, said, entry.day or self._today, (source.name, entry.name))
        taken = take(self._state, document, new)
        note_place(self._state, found)
        if taken == "new":
            self._report.new += 1
        elif taken == "repeat":
            self._report.repeated += 1
        else:
            self._place.put_aside(document, said, data)
        marks[entry.name] = mark

    def _open(self, data: bytes, entry: Entry, document: str) -> Drop | Retraction:
        """Return what a document says; raises Refused."""
        sealed = data.startswith(MAGIC)
        if not sealed and not entry.site:
            raise Refused("form")
        plain = self._unsealed(data) if sealed else data
        if entry.site:
            return read_row(plain, document, entry.site)
        return read(plain, document)

    def _unsealed(self, data: bytes) -> bytes:
        if self._keys is None:
            raise Problem(
                _(
                    "There are sealed drops, and no key to open them, so nothing was collected;"
                    " say with --key where the organisation's key is."
                ),
                EXIT_KEY,
            )
        try:
            return self._keys.unseal(data)
        except Problem:
            raise Refused("key") from None

    def _put_first_aside(self, document: str) -> None:
        """Keep also the document that came first, where it still lies as it came."""
        first = self._state.documents.get(document)
        if first is None or first.place not in self._met:
            return
        source, entry = self._met[first.place]
        try:
            data = source.read(entry)
        except (Refused, Problem):  # it went, or the source did
            return
        try:
            found = self._open(data, entry, document)
        except Refused:
            return
        if digest(found) == first.sha256:
            self._place.put_aside(document, first.sha256, data)


def _refusal(source: Source, entry: Entry, why: Why) -> Refusal:
    return Refusal(source.name, _shown(entry.name), why)


def _shown(name: str) -> str:
    """Return a name as it may be shown, whoever thought of it."""
    return clean_line(name)[:100]


def identities(text: str) -> tuple[str, ...]:
    """Return the secret keys in an identity file; raises Problem when there is none."""
    found = tuple(line.strip() for line in text.splitlines() if line.startswith(_IDENTITY))
    if not found:
        raise Problem(
            _(
                "There is no age key in the file at --key, and nothing was read; it has a line"
                " that begins with AGE-SECRET-KEY-1."
            ),
            EXIT_KEY,
        )
    return found
