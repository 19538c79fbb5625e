from __future__ import annotations

import datetime as dt
import email.utils
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from debrief.delivery import link as delivery_link
from debrief.delivery.evidence import Evidence
from debrief.delivery.job import Way
from debrief.delivery.link import REPLY_LIMIT, Link
from debrief.plugin import NotSent, Outcome, Rejected, Reply, RetryLater, Unknown
from tests.delivery.conftest import Server


def link(*hosts: str, deadline_s: float = 2, repeatable: bool = True) -> Link:
    way = Way(hosts or ("127.0.0.1", "localhost"), deadline_s=deadline_s)
    return Link({}, {}, way, Evidence(way.hosts, lambda: None), repeatable=repeatable)


def reply(status: int, body: bytes = b"", **headers: str) -> Reply:
    return Reply(status, {name.replace("_", "-"): v for name, v in headers.items()}, body)


OUTCOMES: dict[int, type[Outcome]] = {
    301: Rejected, 307: Rejected, 400: Rejected, 401: Rejected, 403: Rejected, 404: Rejected,
    408: Unknown, 409: Rejected, 410: Rejected, 413: Rejected, 429: RetryLater, 500: Unknown,
    502: Unknown, 503: RetryLater, 504: Unknown, 501: Rejected, 418: Rejected,
}  # fmt: skip


@pytest.mark.parametrize("status", OUTCOMES)
def test_each_status_means_one_thing(status: int) -> None:
    with pytest.raises(OUTCOMES[status]) as caught:
        link().accept(reply(status))
    assert type(caught.value) is OUTCOMES[status]
    assert link().accept(reply(status), already=status).duplicate


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_2xx_is_a_receipt_unless_somebody_else_answered(status: int) -> None:
    assert link().accept(reply(status), reference="page 4").reference == "page 4"
    with pytest.raises(Unknown):
        link().accept(reply(status, b"<html>log in to the wifi"), must_contain='"ok":true')


def test_503_without_a_time_is_unknown_where_a_repeat_does_harm() -> None:
    with pytest.raises(Unknown):
        link(repeatable=False).accept(reply(503))
    with pytest.raises(RetryLater):
        link(repeatable=False).accept(reply(503, retry_after="5"))


def test_retry_after_is_followed_for_at_most_a_day() -> None:
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=90)
    for value, seconds in (
        ("120", 120),
        ("999999", 86400),
        (email.utils.format_datetime(soon, usegmt=True), 90),
        ("soon", None),
        ("-5", None),
    ):
        with pytest.raises(RetryLater) as caught:
            link().accept(reply(429, retry_after=value))
        after = caught.value.after
        assert after == seconds or (after is not None and abs(after - (seconds or 0)) < 3)


def test_no_redirect_no_environment_proxy_no_compression(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server.answer = 307
    server.headers = {"location": f"{server.url}/elsewhere"}
    answer = link().http.post(server.url + "/a", content="ø", headers={"Accept-Encoding": "gzip"})
    assert answer.status == 307
    assert [seen.path for seen in server.seen] == ["/a"]
    assert server.seen[0].headers["accept-encoding"] == "identity"
    assert server.seen[0].body == "ø".encode()


def test_an_answer_is_read_up_to_the_limit_only(server: Server) -> None:
    server.reply = b"x" * (REPLY_LIMIT + 500_000)
    assert len(link().http.get(server.url).body) == REPLY_LIMIT


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://127.0.0.1@evil.example/",
        "http://evil.example/",
        "ftp://127.0.0.1/",
        "//127.0.0.1/",
        "https://[::1",
        "",
    ],
)
def test_other_hosts_and_addresses_are_refused_without_naming_them(url: str) -> None:
    with pytest.raises(Rejected) as caught:
        link().http.put(url, content=b"x")
    assert "evil" not in str(caught.value)


def test_plain_http_is_for_this_machine_only() -> None:
    with pytest.raises(Rejected) as caught:
        link("intranet.example").http.put("http://intranet.example/", content=b"x")
    assert caught.value.why == "address"


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_refused_and_unknown_hosts_are_not_sent() -> None:
    one = link("127.0.0.1", "nowhere.invalid")
    with pytest.raises(NotSent):
        one.http.post(f"http://127.0.0.1:{closed_port()}/", content=b"x")
    with pytest.raises(NotSent):
        one.http.post("https://nowhere.invalid/", content=b"x")


def answering(talk: Callable[[socket.socket], None]) -> int:
    """Return the port of a server that does `talk` with one connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _address = listener.accept()
        with connection, listener:
            connection.settimeout(5)
            try:
                talk(connection)
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


def read_request(connection: socket.socket) -> None:
    data = b""
    while b"body" not in data:
        data += connection.recv(4096)


FAULTS: dict[str, bytes] = {
    "closes": b"",
    "garbage": b"\x00\x01\x02 nonsense\r\n\r\n",
    "truncated": b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort",
    "cut chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nshort",
    "endless headers": b"HTTP/1.1 200 OK\r\nx: " + b"y" * 300_000,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_happens_after_the_first_byte_is_unknown(fault: str) -> None:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(FAULTS[fault])

    port = answering(talk)
    with pytest.raises(Unknown):
        link().http.post(f"http://127.0.0.1:{port}/", content=b"body")


def test_no_answer_is_unknown_at_the_deadline() -> None:
    done = threading.Event()
    port = answering(lambda connection: (read_request(connection), done.wait(3)))
    with pytest.raises(Unknown) as caught:
        link(deadline_s=0.3).http.post(f"http://127.0.0.1:{port}/", content=b"body")
    done.set()
    assert caught.value.why == "timeout"


def test_https_to_a_server_that_speaks_something_else_is_not_sent() -> None:
    port = answering(lambda connection: connection.sendall(b"220 hello\r\n"))
    with pytest.raises(NotSent) as caught:
        link().http.post(f"https://127.0.0.1:{port}/", content=b"x")
    assert caught.value.why == "tls"


def test_a_failed_look_first_does_not_count_as_sent(server: Server) -> None:
    to = link()
    to.http.get(server.url)
    with pytest.raises(NotSent):
        to.http.post(f"http://127.0.0.1:{closed_port()}/", content=b"x")
    to.http.post(server.url, content=b"x")
    with pytest.raises(Unknown):
        to.http.post(f"http://127.0.0.1:{closed_port()}/", content=b"x")


def test_a_certificate_file_that_is_none_is_not_sent(tmp_path) -> None:
    way = Way(("127.0.0.1",), ca_file=str(tmp_path / "none.pem"))
    to = Link({}, {}, way, Evidence(way.hosts, lambda: None))
    with pytest.raises(NotSent) as caught:
        to.http.get("https://127.0.0.1/")
    assert caught.value.why == "ca-file"


def certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for localhost that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, key_pem = folder / "cert.pem", folder / "key.pem"
    pem.write_bytes(built.public_bytes(Encoding.PEM))
    key_pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return pem, key_pem


def test_only_a_trusted_certificate_gets_the_summary(tmp_path: Path) -> None:
    pem, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    got: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            data = b""
            while b"body" not in data:
                data += secure.recv(4096)
            got.append(data)
            secure.sendall(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n")

    port = answering(talk)
    with pytest.raises(NotSent) as caught:
        link().http.post(f"https://localhost:{port}/", content=b"body")
    assert caught.value.why == "tls"
    assert got == []

    way = Way(("localhost", "127.0.0.1"), ca_file=str(pem), deadline_s=2)
    to = Link({}, {}, way, Evidence(way.hosts, lambda: None))
    port = answering(talk)
    with pytest.raises(NotSent):  # the certificate is for another name
        to.http.post(f"https://127.0.0.1:{port}/", content=b"body")
    port = answering(talk)
    assert to.http.post(f"https://localhost:{port}/", content=b"body").status == 201
    assert got[0].endswith(b"body")


def test_certificates_are_read_once_and_only_for_what_is_encrypted(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    trust = delivery_link._trust

    def counted(ca_file: str) -> ssl.SSLContext:
        asked.append(ca_file)
        return trust(ca_file)

    monkeypatch.setattr(delivery_link, "_trust", counted)
    to = link()
    to.http.post(server.url, content=b"body")
    assert asked == []
    for _ in range(2):
        with pytest.raises(Outcome):
            to.http.post(f"https://127.0.0.1:{closed_port()}/", content=b"body")
    assert asked == [""]


def test_a_request_loads_no_command_line() -> None:
    text = (
        "import sys\n"
        "from debrief.delivery.evidence import Evidence\n"
        "from debrief.delivery.job import Way\n"
        "from debrief.delivery.link import Client\n"
        "from debrief.plugin import NotSent\n"
        "way = Way(('127.0.0.1',), deadline_s=2)\n"
        "client = Client(way, Evidence(way.hosts, lambda: None))\n"
        f"try:\n    client.get('http://127.0.0.1:{closed_port()}/')\n"
        "except NotSent:\n    print('nothing')\n"
        "print(*sorted({'httpx', 'rich', 'pygments', 'click', 'textual'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["nothing", "httpx"]
