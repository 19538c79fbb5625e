"""Section D: whatever its receiver does, an exporter tells the truth and tries once."""

from __future__ import annotations

import contextlib
import datetime as dt
import ssl
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from debrief.delivery.faultserver import FaultServer, closed_port
from debrief.i18n import _
from debrief.kit.bench import PATIENCE_S, SHORT_S, Bench, Tried
from debrief.kit.faults import Row, judge, mail_rows, other_rows, web_rows
from debrief.kit.findings import Finding, finding, skipped
from debrief.kit.orders import Report
from debrief.plugin import Document


class Sent(msgspec.Struct, frozen=True):
    """What came of the table of faults: the findings, and every attempt, to look for leaks in."""

    findings: list[Finding]
    tried: list[Tried]


def to_the_web(bench: Bench, document: Document, normal: Report, only: frozenset[str]) -> Sent:
    """Try every fault of a web server, or only those that are named."""
    repeatable = bench.subject.about.dedupe in ("key", "name")
    rows = [row for row in web_rows(repeatable) if not only or row.fault in only]
    tried = [*bench.pool.map(lambda row: _surely(_web, bench, row, document), rows)]
    found = [_finding(row, one, normal) for row, one in zip(rows, tried, strict=True)]
    return Sent(found, tried)


def elsewhere(bench: Bench, document: Document, normal: Report, only: frozenset[str]) -> Sent:
    """Try the faults of a mail server, or those that any server has, where HTTP is not spoken."""
    rows = [*other_rows(), *(mail_rows() if bench.subject.mailing else ())]
    rows = [row for row in rows if not only or row.fault in only]
    tried = [*bench.pool.map(lambda row: _surely(_other, bench, row, document), rows)]
    found = [_finding(row, one, normal) for row, one in zip(rows, tried, strict=True)]
    return Sent([no_web(_("it does not speak HTTP")), *found], tried)


def no_web(why: str) -> Finding:
    """Return that the rows of the web were left out."""
    return skipped("D", "web", _("the faults of a web server"), why)


def _finding(row: Row, tried: Tried, normal: Report) -> Finding:
    found = finding("D", row.fault, row.name, judge(row, tried, normal))
    if found.status == "passed" and row.doubtful and tried.ran.result.ending == "receipt":
        return msgspec.structs.replace(
            found,
            status="noted",
            said=_("it takes any 200 for a yes"),
            todo=_(
                "over https only the receiver can answer; where its answer has a text of its own,"
                " to.accept(reply, must_contain=...) makes certain"
            ),
        )
    return found


def _surely(
    way: Callable[[Bench, Row, Document], Tried], bench: Bench, row: Row, document: Document
) -> Tried:
    """Make an attempt, and another where it was ended by force: the computer may have been busy."""
    tried = way(bench, row, document)
    return tried if tried.report is not None else way(bench, row, document)


def _web(bench: Bench, row: Row, document: Document) -> Tried:
    if row.fault == "refused":
        return _refused(bench, document, "http")
    if row.fault == "untrusted":
        return _untrusted(bench, document)
    seconds = SHORT_S if row.short else PATIENCE_S
    if row.fault == "no-tls":
        with bench.server("speaks nonsense") as server:
            url = server.url.replace("http://", "https://")
            return bench.once(document, url=url, folder=bench.folder(), deadline_s=seconds)
    with bench.server(row.fault) as server:
        return bench.on(server, document, deadline_s=seconds)


def _other(bench: Bench, row: Row, document: Document) -> Tried:
    if row.fault == "refused":
        return _refused(bench, document, "http")
    with bench.server(row.fault) as server:
        return bench.on(server, document, deadline_s=SHORT_S if row.short else PATIENCE_S)


def _refused(bench: Bench, document: Document, scheme: str) -> Tried:
    url = f"{scheme}://127.0.0.1:{closed_port()}"
    return bench.once(document, url=url, folder=bench.folder())


def _untrusted(bench: Bench, document: Document) -> Tried:
    with _self_signed() as context, FaultServer("well", bench.answer, context) as server:
        return bench.on(server, document)


@contextlib.contextmanager
def _self_signed() -> Iterator[ssl.SSLContext]:
    """Give a server's TLS with a certificate that nobody trusts."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - dt.timedelta(days=1))
    signed = made.not_valid_after(now + dt.timedelta(days=1)).sign(key, hashes.SHA256())
    with tempfile.TemporaryDirectory() as place:
        pem = Path(place, "both.pem")
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        pem.write_bytes(secret + signed.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        yield context
