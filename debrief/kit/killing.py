"""Section H: the exporter's process is killed at each contact with the outside, in a real outbox.

The row must then say what may have happened, and the delivery must end well afterwards, or wait
for a person; never delivered without a receipt, never gone, never twice without a word of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from debrief.delivery.config import About, Destination, Network
from debrief.delivery.courier import send_due
from debrief.delivery.faultserver import FaultServer
from debrief.delivery.job import Job, Source
from debrief.delivery.outbox import Outbox
from debrief.delivery.rows import Row
from debrief.delivery.runner import Ran, run
from debrief.delivery.secretrefs import SecretRef
from debrief.delivery.trust import Registry
from debrief.i18n import _
from debrief.kit.bench import Bench, read_report
from debrief.kit.findings import Fault, Finding, finding, skipped
from debrief.kit.leaks import Went
from debrief.kit.media import files
from debrief.kit.subject import DESTINATION, Subject
from debrief.plugin import Document
from debrief.summary.levels import allowed

MOST: Final = 16
"""Most moments that are tried; of more, these many that lie evenly between them."""
_NOW: Final = dt.datetime(2026, 1, 9, 22, 0, tzinfo=dt.UTC)
_SOON: Final = _NOW + dt.timedelta(minutes=20)
_OPEN: Final = ("ready", "unknown", "held")


def killing(bench: Bench, went: Went, points: int) -> list[Finding]:
    """Return what is found when it is killed at each of `points` contacts, the last included."""
    name = _("killed at every contact with the outside: {n} moments").format(n=points)
    if points == 0:
        why = _("it touches nothing that can be watched")
        return [skipped("H", "killed", _("killed at every contact with the outside"), why)]
    moments = sorted({round(n * (points - 1) / max(1, MOST - 1)) for n in range(MOST)})
    if points <= MOST:
        moments = [*range(points)]
    faults = [*bench.pool.map(lambda moment: _killed(bench, went, moment), moments)]
    fault = next((one for one in faults if one is not None), None)
    return [finding("H", "killed", name, fault)]


class _One(Registry):
    """A registry in which there is the exporter on the bench, and nothing else."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(plugins=False)
        self._subject = subject

    def find(self, name: str) -> Source:  # noqa: ARG002 - there is only one
        return self._subject.source

    def about(self, name: str) -> About:  # noqa: ARG002 - as above
        return self._subject.about


class _Open:
    """The outbox of a round that never was has nothing to hide."""

    def encrypt(self, data: bytes) -> bytes:
        return data

    def decrypt(self, data: bytes) -> bytes:
        return data


class _Scene:
    """One delivery in an outbox of its own, with a receiver of its own."""

    def __init__(self, bench: Bench, went: Went, server: FaultServer) -> None:
        self.bench, self.server = bench, server
        self.target = bench.folder()
        self.document = _moved(bench, went)
        place = bench.folder("outbox")
        self.outbox = Outbox.open(place / "outbox.sqlite3", _Open())
        self.where = {DESTINATION: _destination(bench, went, server.url, self.target, place)}
        self.outbox.plan(
            "2026-01-09-zibbe",
            DESTINATION,
            bench.subject.about.name,
            went.level,
            allowed(went.level),
            self.document,
            approve=False,
            now=_NOW,
        )

    def send(self, now: dt.datetime, start: Callable[[Job], Ran]) -> Row:
        """Send what is due, as the program does, and return the row as it stands then."""
        registry = _One(self.bench.subject)
        send_due(self.outbox, self.where, now, registry=registry, all_ready=now > _NOW, start=start)
        return self.outbox.row(self.document.id)

    @property
    def arrived(self) -> int:
        """How often it arrived, as far as can be seen from outside."""
        took = sum(one.changes for one in self.server.taken)
        return took or len(files(self.target))


def _moved(bench: Bench, went: Went) -> Document:
    """Return the document as it is; a page that names a folder would be the same in another."""
    return bench.subject.document(went.level, went.folder)


def _destination(bench: Bench, went: Went, url: str, folder: Path, place: Path) -> Destination:
    settings, secrets = bench.subject.filled(url, folder)
    values: dict[str, Any] = dict(settings)
    for name, word in secrets.items():
        path = place / f"secret-{name}"
        path.write_text(word, "utf-8")
        values[name] = SecretRef(file=str(path))
    return Destination(
        bench.subject.about.name,
        went.level,
        allowed(went.level),
        approve=False,
        settings=values,
        network=Network(hosts=("127.0.0.1", "localhost"), deadline="8s"),
    )


def _killed(bench: Bench, went: Went, moment: int) -> Fault | None:
    """Kill it at one moment; return what is wrong with what became of the delivery."""
    with bench.server() as server:
        scene = _Scene(bench, went, server)
        try:
            row = scene.send(_NOW, partial(_doomed, bench, moment))
            fault = _after_the_kill(scene, row)
            return fault or _in_the_end(scene, scene.send(_SOON, run))
        finally:
            scene.outbox.close()


def _doomed(bench: Bench, moment: int, job: Job) -> Ran:
    orders = bench.orders(die_at=moment)
    settings: Mapping[str, Any] = orders.among(job.settings)
    ran = run(msgspec.structs.replace(job, source=bench.watched(), settings=settings))
    read_report(orders)
    return ran


def _after_the_kill(scene: _Scene, row: Row) -> Fault | None:
    receipts = scene.outbox.receipts()
    if row.state == "delivered" and receipts:
        return None
    todo = _("do all of it in send, in this process, and by Python's own means or to.http")
    if row.state not in _OPEN or receipts:
        return Fault(_("killed, the delivery stood as “{state}”").format(state=row.state), todo)
    unknown = any(one.ending == "unknown" for one in scene.outbox.attempts(row.id))
    if scene.arrived and not unknown:
        said = _("killed after it had arrived, nothing was seen to have left: it would go again"
                 " unnoticed")  # fmt: skip
        return Fault(said, todo)
    return None


def _in_the_end(scene: _Scene, row: Row) -> Fault | None:
    """Return what is wrong with the delivery once it was tried again undisturbed."""
    if row.state == "held":
        return None
    dedupe = scene.bench.subject.about.dedupe
    if dedupe == "verify" and row.state in _OPEN:
        return None
    if row.state != "delivered":
        said = _("after it was killed, the next attempt left it as “{state}”").format(
            state=row.state
        )
        todo = _("expect what an attempt that was cut off has left, and begin anew")
        return Fault(said, todo)
    if len(files(scene.target)) > 1:
        said = _("after it was killed, the next attempt left several files")
        return Fault(said, _("name the file after doc.id or doc.filename"))
    left = files(scene.target).values()
    if left and not scene.bench.subject.about.seals and scene.document.body not in left:
        said = _("after it was killed, half a file was left under its real name")
        todo = _("write under a hidden name, sync, and give it its name in one step (os.link)")
        return Fault(said, todo)
    return None
