"""Exporters that hand over messages are tried against a mail server, step by step."""

from __future__ import annotations

import smtplib

import pytest

from debrief.delivery.job import Source
from debrief.exporters import BUILT_IN
from debrief.kit.faults import mail_rows
from debrief.kit.mailserver import MailServer
from debrief.kit.suite import examine
from tests.kit.conftest import Put

LETTER = "From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\n.dot\r\nend\r\n"
MAILS = '''"""Mails it."""
import smtplib
from urllib.parse import urlsplit
from debrief.plugin import *

@exporter("mine", api=1, dedupe="none", settings=[
    Setting("url", "Mail server: smtp-plain://localhost"), Secret("password", "Password")])
def send(doc, to):
    """Hand it over."""
    where = urlsplit(to["url"])
    try:
        with smtplib.SMTP(where.hostname, where.port, "bench", timeout=5) as line:
            line.login("test", to["password"])
            WAY
    except smtplib.SMTPResponseException as error:
        raise Rejected(str(error.smtp_code))
    return Receipt()
'''
BELIEVES = """line.mail("a@example.org")
            line.rcpt("b@example.org")
            line.docmd("DATA")
            line.send(b"Message-ID: <" + doc.id.encode() + b">\\r\\n\\r\\nx\\r\\n.\\r\\n")
            try:
                line.getreply()
            except OSError:
                return Receipt()"""


def hand_over(server: MailServer) -> str:
    """Return how a client of another maker gets on: `sent`, a status, or what it broke on."""
    wait_s = 1 if server.fault.startswith("silent") else 20
    try:
        with smtplib.SMTP("127.0.0.1", server.port, "bench", wait_s) as line:
            line.login("user", "password")
            line.sendmail("a@example.org", ["b@example.org"], LETTER)
    except smtplib.SMTPRecipientsRefused as error:
        return str(error.recipients["b@example.org"][0])
    except smtplib.SMTPResponseException as error:
        return str(error.smtp_code)
    except OSError as error:
        return type(error).__name__
    return "sent"


def test_a_message_is_taken_whole() -> None:
    with MailServer() as server:
        assert hand_over(server) == "sent"
        [taken] = server.taken
    assert (taken.path, taken.changes) == ("b@example.org", True)
    assert b"dot" in taken.body
    assert b"FROM:<a@example.org>" in taken.whole


@pytest.mark.parametrize("fault", [row.fault for row in mail_rows()])
def test_each_fault_befalls_its_step(fault: str) -> None:
    with MailServer(fault) as server:
        ending = hand_over(server)
        assert ending != "sent"
        if fault[:3].isdigit():
            assert ending == fault[:3]
        assert len(server.taken) == (" at end" in fault)


WAITS = 'line.sendmail("a@example.org", ["b@example.org"], b"Message-ID: " + doc.id.encode())'


@pytest.mark.parametrize(
    ("way", "fault"),
    [(BELIEVES, "554 at end"), (BELIEVES, "reset at end"), (WAITS, "451 at end")],
    ids=["believes a refusal", "believes silence", "refuses what is only busy"],
)
def test_a_bad_exporter_is_caught(way: str, fault: str, put: Put) -> None:
    verdict = examine(put(MAILS.replace("WAY", way)), sections="D", faults=(fault,))  # type: ignore[arg-type]
    assert verdict.finding("well").status == "passed"
    assert verdict.finding(fault).status == "failed"


def test_a_client_that_asks_for_the_machines_name_is_told_so(put: Put) -> None:
    text = MAILS.replace("WAY", WAITS).replace('"bench", ', "")
    well = examine(put(text), sections="D").finding("well")  # type: ignore[arg-type]
    assert well.status == "failed"
    assert "host" in well.said


@pytest.mark.slow
@pytest.mark.parametrize("attach", ["none", "page"])
def test_the_built_in_one_passes(attach: str) -> None:
    source = Source("built-in", "email", BUILT_IN["email"])
    verdict = examine(source, given={"attach": attach})
    assert verdict.failed == ()
    assert {one.section for one in verdict.findings if one.status == "passed"} == set("ABCDEFGH")
