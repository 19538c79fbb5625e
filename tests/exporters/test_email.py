"""E-mail against aiosmtpd with real TLS, and against a server that falls silent or hangs up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pyrage
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from debrief.delivery.courier import send_due
from debrief.delivery.outbox import Outbox
from debrief.errors import Problem
from debrief.exporters import email, smtp
from debrief.exporters.email import Email
from debrief.plugin import Document, NotSent, Outcome, Receipt, RenderContext, Unknown
from debrief.summary import reduce
from debrief.summary.levels import allowed
from tests.delivery.conftest import NOW, Locked, planned
from tests.delivery.test_redaction import SHOWS, seen_in
from tests.exporters.peers import (
    PASSWORD,
    USER,
    Mail,
    Papers,
    Script,
    attempt,
    big,
    config,
    document,
    free_port,
    frozen,
    link,
    running,
    table,
)
from tests.summary.rounds import a_round

LATER = NOW + dt.timedelta(days=1)
SETTINGS: Mapping[str, Any] = {
    "url": "smtp://mail.example.org",
    "from": "debrief@site.example",
    "to": "coordinator@org.example",
    "attach": "none",
    "recipient": "",
    "user": "",
    "password": "",
    "ca_file": "",
}
NOTICE = document(b"En opsamling er afsluttet.\n", "text/plain; charset=utf-8; lang=da")


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return Papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def mail(papers: Papers) -> Iterator[Mail]:
    with running(Mail(papers.context())) as server:
        yield server


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox.open(tmp_path / "outbox.sqlite3", Locked())
    yield box
    box.close()


def to(server: Mail | Script, papers: Papers | None = None, **changes: Any) -> dict[str, Any]:
    ca_file = papers.ca_file if papers else ""
    return {**SETTINGS, "url": server.url, "ca_file": ca_file, **changes}


def said(doc: Document, settings: Mapping[str, Any], sender: Any = None) -> str:
    """Return what an attempt in this process says of itself: a receipt, or the outcome's name."""
    try:
        (sender or Email()).send(doc, link(settings))
    except Outcome as outcome:
        return f"{type(outcome).__name__} {outcome.why}".strip()
    return "Receipt"


def test_a_message_goes_encrypted_and_logged_in_to_one_recipient(
    mail: Mail, papers: Papers
) -> None:
    doc = frozen("email", "named", ["team", "supervisor"], **settings_of(mail, papers))
    result = attempt("email", doc, to(mail, papers, user=USER, password=PASSWORD))
    assert (result.ending, result.reference, result.said) == ("receipt", "4F3C9A", "250 2.0.0")
    [got] = mail.messages
    assert mail.encrypted == [True]
    assert mail.recipients == [["coordinator@org.example"]]
    assert got["Message-ID"] == f"<{doc.id}@site.example>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Subject"] == "Opsamling efter vagten"
    age = dt.datetime.now(dt.UTC) - parsedate_to_datetime(got["Date"])
    assert abs(age) < dt.timedelta(minutes=5)
    assert text_of(got) == doc.body
    assert seen_in(mail.got[0].decode()) == set()


def text_of(got: EmailMessage) -> bytes:
    """Return the text of a message, with line ends as they were before it was mail."""
    return str(got.get_content()).replace("\r\n", "\n").encode()


def settings_of(server: Mail | Script, papers: Papers | None = None, **changes: Any) -> Any:
    """Return settings as they stand in a configuration."""
    given = to(server, papers, **changes)
    given["password"] = {"env": "DEBRIEF_TEST_MAIL"}
    return {key: value for key, value in given.items() if value}


@pytest.mark.parametrize("level", ["counts", "record", "named"])
def test_no_more_than_the_level_reaches_the_server(level: Any, mail: Mail, papers: Papers) -> None:
    doc = frozen("email", level, [*allowed(level)], **settings_of(mail, papers, attach="page"))
    assert said(doc, to(mail, papers, attach="page")) == "Receipt"
    [got] = mail.messages
    [attached] = got.iter_attachments()
    assert attached.get_content_type() == "text/html"
    assert attached.get_content().encode() == doc.body
    allowed_words = set().union(*(SHOWS.get(field, set()) for field in allowed(level)))
    assert seen_in(attached.get_content()) == allowed_words
    headers = "\n".join(f"{name}: {value}" for name, value in got.items())
    text = got.get_body(("plain",))
    assert text is not None
    assert seen_in(headers + text.get_content() + str(attached.get_filename())) == set()


def test_a_sealed_page_is_sealed_also_when_the_setting_has_changed(
    mail: Mail, papers: Papers
) -> None:
    key = pyrage.x25519.Identity.generate()
    sealed = {"attach": "sealed", "recipient": str(key.to_public())}
    doc = frozen("email", "named", ["supervisor"], **settings_of(mail, papers, **sealed))
    assert b"Canarysuper" in doc.body, "what is shown and approved is what can be read"
    changed = {"attach": "page", "recipient": str(key.to_public())}
    assert said(doc, to(mail, papers, **changed)) == "Receipt"
    assert said(doc, to(mail, papers, attach="page")) == "NotSent recipient"
    [got] = mail.messages
    [attached] = got.iter_attachments()
    assert pyrage.decrypt(attached.get_content(), [key]) == doc.body
    assert str(attached.get_filename()).endswith(".html.age")
    assert seen_in(str(got.get_body(("plain",)))) == set()


@pytest.mark.parametrize(
    ("scheme", "name", "trusts", "outcome"),
    [
        ("starttls", "127.0.0.1", "ca_file", "Receipt"),
        ("tls", "127.0.0.1", "ca_file", "Receipt"),
        ("starttls", "127.0.0.1", "other_ca_file", "RetryLater tls"),
        ("tls", "127.0.0.1", "other_ca_file", "RetryLater tls"),
        ("starttls", "mail.example", "ca_file", "RetryLater tls"),
        ("tls", "mail.example", "ca_file", "RetryLater tls"),
        ("none", "", "ca_file", "RetryLater no-tls"),
    ],
)
def test_only_the_right_server_gets_anything(
    scheme: str, name: str, trusts: str, outcome: str, papers: Papers
) -> None:
    context = papers.context(name) if name else None
    with running(Mail(context, implicit=scheme == "tls")) as server:
        url = server.url.replace("smtp-plain", "smtp")
        assert said(NOTICE, to(server, url=url, ca_file=getattr(papers, trusts))) == outcome
        assert len(server.got) == (outcome == "Receipt")


def test_a_wrong_login_shuts_the_door(mail: Mail, papers: Papers) -> None:
    result = attempt("email", NOTICE, to(mail, papers, user=USER, password="wrong-word"))
    assert (result.ending, result.why) == ("rejected", "door")
    assert result.said.startswith("535")
    assert mail.got == []


@pytest.mark.parametrize(
    ("stage", "answer", "outcome"),
    [
        ("RCPT", "550 5.1.1 <coordinator@org.example> unknown", "Rejected refused"),
        ("RCPT", "451 4.7.1 greylisted", "RetryLater busy"),
        ("DATA", "552 5.3.4 too big", "Rejected refused"),
        ("DATA", "452 4.3.1 disk full", "RetryLater busy"),
    ],
)
def test_what_a_real_server_answers_is_believed(
    stage: str, answer: str, outcome: str, mail: Mail, papers: Papers
) -> None:
    mail.answers[stage] = answer
    assert said(NOTICE, to(mail, papers)) == outcome
    with pytest.raises(Outcome) as caught:
        Email().send(NOTICE, link(to(mail, papers)))
    assert caught.value.said == " ".join(answer.split()[:2]), "no address, no words of the server"


STAGES = [
    ("greeting", "554 no", "Rejected refused"),
    ("greeting", "421 later", "RetryLater busy"),
    ("greeting", "close", "RetryLater broke"),
    ("EHLO", "close", "RetryLater broke"),
    ("AUTH", "535 5.7.8 no", "Rejected door"),
    ("AUTH", "454 4.7.0 not now", "RetryLater busy"),
    ("MAIL", "550 5.7.1 not you", "Rejected refused"),
    ("RCPT", "reset", "RetryLater broke"),
    ("DATA", "451 4.3.0 no", "RetryLater busy"),
    ("DATA", "554 5.0.0 no", "Rejected refused"),
    ("DATA", "530 5.7.0 log in", "Rejected door"),
    ("DATA", "close", "RetryLater broke"),
    ("dot", "250 2.0.0 Ok: queued as 77", "Receipt"),
    ("dot", "451 4.3.0 no", "RetryLater busy"),
    ("dot", "554 5.7.1 spam", "Rejected refused"),
    ("dot", "close", "Unknown broke"),
    ("dot", "reset", "Unknown broke"),
    ("dot", "hello", "Unknown answer"),
]


@pytest.mark.parametrize(("stage", "deed", "outcome"), STAGES)
def test_each_stage_has_its_outcome_by_what_the_server_can_have(
    stage: str, deed: str, outcome: str
) -> None:
    with running(Script(stage, deed)) as server:
        assert said(NOTICE, to(server, user=USER, password="x")) == outcome
        assert server.wholes == (stage == "dot")


class _Sure(Email):
    """Takes a missing answer to the dot for "not sent"."""

    def send(self, doc: Document, to: Any) -> Any:
        try:
            return super().send(doc, to)
        except Outcome as outcome:
            raise NotSent(outcome.said, outcome.why) from None


class _Twice(Email):
    """Tries again by itself."""

    def send(self, doc: Document, to: Any) -> Any:
        try:
            return super().send(doc, to)
        except Outcome:
            return super().send(doc, to)


class _Hasty(Email):
    """Uses the library's own way to send, which can't tell before the dot from after it."""

    def send(self, doc: Document, to: Any) -> Any:
        with smtp.nothing_taken(), smtp.line_to(to) as line:
            line.sendmail(to["from"], [to["to"]], doc.body)
        return Receipt()


class _Believing(Email):
    """Takes silence after the dot for a yes."""

    def send(self, doc: Document, to: Any) -> Any:
        try:
            return super().send(doc, to)
        except Unknown:
            return Receipt()


def is_right(sender: Email) -> bool:
    """Tell whether a sender is right about the moment of the dot, and makes one attempt."""
    expected = {"close": "Unknown broke", "451 4.3.0 no": "RetryLater busy"}
    for deed, outcome in expected.items():
        with running(Script("dot", deed)) as server:
            if (said(NOTICE, to(server), sender), server.wholes) != (outcome, 1):
                return False
    return True


def test_senders_that_are_wrong_about_the_dot_are_found() -> None:
    assert is_right(Email())
    assert [bug for bug in (_Sure, _Twice, _Hasty, _Believing) if is_right(bug())] == []


@pytest.mark.slow
def test_a_line_that_breaks_in_the_middle_of_the_message_has_delivered_nothing() -> None:
    page = document(big(8_000_000), "text/html; charset=utf-8; lang=da", "page.html")
    with running(Script("body", "reset")) as server:
        assert said(page, to(server)) == "RetryLater broke"
        assert server.wholes == 0


@pytest.mark.parametrize(
    ("stage", "deed", "ending"),
    [
        ("greeting", "drip", "retry-later"),
        ("dot", "silent", "unknown"),
        pytest.param("greeting", "silent", "retry-later", marks=pytest.mark.slow),
        pytest.param("dot", "drip", "unknown", marks=pytest.mark.slow),
    ],
)
def test_silence_ends_at_the_deadline_and_counts_by_its_stage(
    stage: str, deed: str, ending: str
) -> None:
    with running(Script(stage, deed)) as server:
        result = attempt("email", NOTICE, to(server), deadline_s=1.5)
        assert (result.ending, result.why) == (ending, "timeout")


@pytest.mark.parametrize("scheme", ["smtp-plain", "smtp", "smtps"])
def test_without_a_connection_it_waits_and_burns_no_attempt(scheme: str, outbox: Outbox) -> None:
    given = {
        "url": f"{scheme}://127.0.0.1:{free_port()}",
        "from": SETTINGS["from"],
        "to": SETTINGS["to"],
    }
    destinations = config("mail", table("email", "counts", [], **given))
    doc = planned(outbox, destinations, "mail")
    [attempt] = send_due(outbox, destinations, NOW)
    assert (attempt.ending, attempt.why, attempt.state) == ("not-sent", "connect", "ready")
    row = outbox.row(doc.id)
    assert (row.attempts, row.misses, row.next_at is not None) == (0, 1, True)


@pytest.mark.parametrize("scheme", ["smtp-plain", "smtp", "smtps"])
def test_a_connection_that_came_about_is_an_attempt(scheme: str) -> None:
    """The server was there, so "nothing left" would be more than is known."""
    with running(Script("greeting", "close")) as server:
        settings = to(server, url=server.url.replace("smtp-plain", scheme))
        result = attempt("email", NOTICE, settings)
    assert result.ending == "retry-later"


def test_a_name_that_can_not_be_looked_up_burns_no_attempt() -> None:
    settings = {**SETTINGS, "url": "smtp://mail.invalid"}
    result = attempt("email", NOTICE, settings, ("mail.invalid",))
    assert (result.ending, result.why) == ("not-sent", "connect")


def test_another_host_than_the_destinations_is_never_reached(mail: Mail, papers: Papers) -> None:
    result = attempt("email", NOTICE, to(mail, papers), ("mail.example.org",))
    assert (result.ending, result.why) == ("broken", "refused-host")
    assert mail.got == []


def test_an_unknown_one_is_held_and_only_a_person_sends_it_again(
    outbox: Outbox, mail: Mail, papers: Papers
) -> None:
    given = {key: value for key, value in settings_of(mail, papers).items() if key != "password"}
    destinations = config("mail", table("email", "record", ["team"], **given))
    doc = planned(outbox, destinations, "mail")
    mail.hang_up = True
    [attempt] = send_due(outbox, destinations, NOW)
    assert (attempt.ending, attempt.state) == ("unknown", "held")
    assert send_due(outbox, destinations, LATER) == []
    mail.hang_up = False
    outbox.resolve(doc.id, "send", "Supervisor")
    [attempt] = send_due(outbox, destinations, LATER)
    assert attempt.receipt is not None
    assert attempt.receipt.sha256 == doc.sha256
    assert len({message["Message-ID"] for message in mail.messages}) == 1
    assert len(mail.got) == 2


@pytest.mark.peer
def test_later_means_later_with_the_same_message_id(
    outbox: Outbox, mail: Mail, papers: Papers
) -> None:
    given = {key: value for key, value in settings_of(mail, papers).items() if key != "password"}
    destinations = config("mail", table("email", "counts", [], **given))
    planned(outbox, destinations, "mail")
    mail.answers["DATA"] = "451 4.3.0 later"
    [first] = send_due(outbox, destinations, NOW)
    assert (first.ending, first.state, first.said) == ("retry-later", "ready", "451 4.3.0")
    mail.answers.clear()
    [second] = send_due(outbox, destinations, LATER)
    assert second.state == "delivered"


BAD = {
    "url": ["", "mail.example.org", "https://mail.example.org", "smtp-plain://mail.example.org",
            "smtp://", "smtp://h:0x1", "smtp://h:99999"],
    "to": ["", "two@a.example, three@a.example", "Name <a@b.example>", "å@b.example",
           "a@b.example\nBcc: c@d.example", "a@b.example "],
    "from": ["", "nobody"],
    "attach": ["everything"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, v) for name, vs in BAD.items() for v in vs])
def test_what_can_not_be_used_is_refused_before_anything_is_made(name: str, value: str) -> None:
    view = reduce(a_round(), "counts", [], "da")
    settings = {**SETTINGS, name: value}
    for act in (
        lambda: Email().render(view, RenderContext("d-1", settings)),
        lambda: Email().send(NOTICE, link(settings)),
    ):
        with pytest.raises(NotSent) as caught:
            act()
        assert caught.value.why == "request"


def test_everything_never_goes_by_mail() -> None:
    given = {key: SETTINGS[key] for key in ("url", "from", "to")}
    with pytest.raises(Problem, match="does not seal"):
        config("mail", table("email", "full", ["notes"], **given, attach="sealed"))


def test_a_page_is_the_same_whenever_it_is_made() -> None:
    for attach in ("none", "page"):
        for language in ("da", "nb", "en"):
            view = reduce(a_round(), "named", ["team", "supervisor"], language)
            context = RenderContext("d-1", {**SETTINGS, "attach": attach})
            page = Email().render(view, context)
            assert page == Email().render(view, context)
            doc = document(page.body, page.media_type, "page.html")
            made = email.message(doc, link({**SETTINGS, "attach": attach}), NOW)
            assert made["Subject"] == email._WORDS[language].subject


@how(max_examples=40)
@given(st.text(max_size=400), st.from_regex(r"[a-z0-9.-]{1,80}\.example", fullmatch=True))
def test_whatever_is_in_a_page_comes_out_as_it_went_in(text: str, domain: str) -> None:
    page = document(text.encode("utf-8", "replace"), "text/html; charset=utf-8; lang=nb", "p.html")
    settings = {**SETTINGS, "attach": "page", "from": f"debrief@{domain}"}
    raw = email.message(page, link(settings), NOW).as_bytes(policy=policy.SMTP)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    got = message_from_bytes(raw, policy=policy.default)
    [attached] = got.iter_attachments()
    assert attached.get_payload(decode=True) == page.body
    assert got["Message-ID"] == f"<{page.id}@{domain}>"


def test_the_check_connects_and_sends_nothing(mail: Mail, papers: Papers) -> None:
    good = to(mail, papers, user=USER, password=PASSWORD)
    assert [*Email().check(link(good))] == []
    [problem] = Email().check(link({**good, "password": "wrong-word"}))
    assert "535" in problem
    [problem] = Email().check(link({**good, "attach": "sealed"}))
    assert "no key" in problem
    assert mail.got == []
    assert "wrong-word" not in problem


def test_a_line_that_begins_with_a_dot_arrives_whole(mail: Mail, papers: Papers) -> None:
    text = ".\n..\n.a\nend\n"
    assert said(document(text.encode(), NOTICE.media_type), to(mail, papers)) == "Receipt"
    [got] = mail.messages
    assert text_of(got) == text.encode()
