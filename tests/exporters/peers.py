"""Real servers on this machine for the built-in exporters, and a mail server that follows a script.

aiosmtpd takes mail with real TLS, wsgidav keeps files; the certificates are of an authority of our
own (trustme). The scripted one does what a real one won't do when asked: fall silent, or hang up.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import ssl
import struct
import threading
from collections.abc import Iterator, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cheroot import wsgi
from cheroot.ssl.builtin import BuiltinSSLAdapter
from wsgidav.wsgidav_app import WsgiDAVApp

from debrief.delivery.config import About, Destination, parse_destinations
from debrief.delivery.documents import document_id, freeze
from debrief.delivery.evidence import Evidence
from debrief.delivery.job import Job, Result, Source, Way
from debrief.delivery.link import Link
from debrief.delivery.runner import run
from debrief.delivery.secretrefs import SecretRef
from debrief.delivery.trust import Registry
from debrief.delivery.worker import load
from debrief.plugin import Document, RenderContext
from debrief.summary import reduce
from tests.summary.rounds import a_round

USER, PASSWORD = "debrief", "Rød grød 7, med fløde"
"""What the servers here let in; not ASCII, as passwords of people may be."""


class Papers:
    """An authority, and certificates of it in files."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._authority = trustme.CA()
        self.ca_file = str(folder / "ca.pem")
        self._authority.cert_pem.write_to_path(self.ca_file)
        self.other_ca_file = str(folder / "other.pem")
        trustme.CA().cert_pem.write_to_path(self.other_ca_file)

    def issue(self, name: str = "127.0.0.1") -> tuple[str, str]:
        """Return the paths of a certificate with its chain, and of its key."""
        made = self._authority.issue_cert(name)
        chain, key = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        chain.write_bytes(b"".join(part.bytes() for part in made.cert_chain_pems))
        key.write_bytes(made.private_key_pem.bytes())
        return str(chain), str(key)

    def context(self, name: str = "127.0.0.1") -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self.issue(name))
        return context


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mail:
    """A mail server. `answers` gives an answer of its own to RCPT or DATA; `hang_up` ends the
    connection without one once the message is stored."""

    def __init__(self, context: ssl.SSLContext | None, *, implicit: bool = False) -> None:
        self.got: list[bytes] = []
        self.recipients: list[list[str]] = []
        self.encrypted: list[bool] = []
        self.answers: dict[str, str] = {}
        self.hang_up = False
        how: dict[str, Any] = {"hostname": "127.0.0.1", "port": free_port()}
        if implicit:
            how["ssl_context"] = context
        elif context is not None:
            how |= {"tls_context": context, "require_starttls": True}
        how |= {"authenticator": self._login, "auth_require_tls": context is not None}
        self._controller = Controller(self, **how)
        self._controller.start()
        scheme = "smtps" if implicit else "smtp"
        self.url = f"{scheme if context else 'smtp-plain'}://127.0.0.1:{how['port']}"

    def stop(self) -> None:
        self._controller.stop()

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(one, policy=policy.default) for one in self.got]  # type: ignore[misc]

    def _login(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: Any
    ) -> AuthResult:
        good = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=data == good, handled=False)

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if "DATA" in self.answers:
            return self.answers["DATA"]
        assert isinstance(envelope.content, bytes)
        self.got.append(envelope.content)
        self.recipients.append(list(envelope.rcpt_tos))
        self.encrypted.append(session.ssl is not None)
        if self.hang_up:
            server.transport.abort()
        return "250 2.0.0 Ok: queued as 4F3C9A"


class Script:
    """A mail server that answers well, but at one stage says or does something else.

    Stages: greeting, EHLO, AUTH, MAIL, RCPT, DATA, body (its first bytes have come) and dot. What
    it does: an answer, `close`, `reset`, `silent`, or `drip` (a byte now and then). `wholes` is how
    many messages came with their dot.
    """

    def __init__(self, stage: str = "", deed: str = "") -> None:
        self.stage, self.deed = stage, deed
        self.wholes = 0
        self._over = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.url = f"smtp-plain://127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        self._over.set()
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _address = self._server.accept()
            except OSError:
                return
            with line, contextlib.suppress(OSError, _Done):
                self._talk(line)

    def _talk(self, line: socket.socket) -> None:
        self._say(line, "greeting", "220 here")
        with line.makefile("rb") as lines:
            for heard in lines:
                word = heard.split()[0].decode().upper() if heard.split() else ""
                if word == "DATA":
                    self._say(line, word, "354 go on")
                    self._message(line, lines)
                elif word == "EHLO":
                    self._say(line, word, "250-here\r\n250 AUTH PLAIN")
                elif word == "AUTH":
                    self._say(line, word, "235 2.7.0 in")
                else:
                    self._say(line, word, "250 2.0.0 well")

    def _message(self, line: socket.socket, lines: Any) -> None:
        for number, heard in enumerate(lines):
            if number == 0 and self.stage == "body":
                self._say(line, "body", "")
            if heard == b".\r\n":
                self.wholes += 1
                self._say(line, "dot", "250 2.0.0 Ok: queued as 77")
                return

    def _say(self, line: socket.socket, stage: str, answer: str) -> None:
        deed = self.deed if stage == self.stage else answer
        if deed == "silent":
            self._over.wait()
        if deed == "drip":
            while not self._over.wait(0.05):
                line.sendall(b"2")
        if deed == "reset":
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if deed in ("silent", "drip", "reset", "close"):
            raise _Done
        line.sendall(f"{deed}\r\n".encode())


class _Done(Exception):
    pass


class Dav:
    """A WebDAV server with one account, keeping files in a folder."""

    def __init__(self, folder: Path, papers: tuple[str, str] | None = None) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        account = {USER: {"password": PASSWORD}}
        app = WsgiDAVApp(
            {
                "provider_mapping": {"/": str(folder)},
                "simple_dc": {"user_mapping": {"*": account}},
                "http_authenticator": {
                    "accept_basic": True,
                    "accept_digest": False,
                    "default_to_digest": False,
                },
                "verbose": 0,
                "logging": {"enable_loggers": []},
                "dir_browser": {"enable": False},
            }
        )
        self.requests: list[tuple[str, str, Mapping[str, str]]] = []
        self._app = app
        self._server = wsgi.Server(("127.0.0.1", 0), self._note, numthreads=2)
        if papers is not None:
            self._server.ssl_adapter = BuiltinSSLAdapter(*papers)
        self._server.prepare()
        self._thread = threading.Thread(target=self._server.serve, daemon=True)
        self._thread.start()
        self.port = int(self._server.bind_addr[1])
        self.url = f"{'https' if papers else 'http'}://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._server.stop()
        self._thread.join()

    def files(self) -> dict[str, bytes]:
        """Return every file by its path below the folder."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in found}

    def _note(self, environ: dict[str, Any], start_response: Any) -> Any:
        headers = {name: str(value) for name, value in environ.items() if name.startswith("HTTP_")}
        self.requests.append((environ["REQUEST_METHOD"], environ["PATH_INFO"], headers))
        return self._app(environ, start_response)


def table(exporter: str, level: str, fields: list[str], **settings: Any) -> dict[str, Any]:
    """Return the table of a destination."""
    return {
        "exporter": exporter,
        "level": level,
        "fields": fields,
        "settings": settings,
        "network": {"deadline": "5s"},
    }


def config(name: str, what: dict[str, Any]) -> dict[str, Destination]:
    return dict(parse_destinations({name: what}, "debrief.toml"))


def source(exporter: str) -> Source:
    return Registry().find(exporter)


def about(exporter: str) -> About:
    return Registry().about(exporter)


def frozen(exporter: str, level: str, fields: list[str], **settings: Any) -> Document:
    """Return the document of the canary round, made in this process, for what the tests send."""
    destination = config("one", table(exporter, level, fields, **settings))["one"]
    view = reduce(a_round(), destination.level, destination.fields, "da")
    if about(exporter).renders != "own":
        return freeze(view, "one", destination, about(exporter))
    given = {k: v for k, v in destination.settings.items() if not isinstance(v, SecretRef)}
    identity = document_id(view, "one")
    page = load(source(exporter)).render(view, RenderContext(identity, given))
    return document(page.body, page.media_type, f"debrief-{identity}{page.suffix}", identity)


def document(
    body: bytes = b"page\n",
    media_type: str = "text/plain",
    name: str = "x",
    identity: str = "d-0123456789abcdef",
) -> Document:
    return Document(identity, body, media_type, hashlib.sha256(body).hexdigest(), name)


def link(settings: Mapping[str, Any], hosts: tuple[str, ...] = ("127.0.0.1",), **way: Any) -> Link:
    """Return the real link of a destination, in this process."""
    return Link(settings, {}, Way(hosts, **way), Evidence(hosts, lambda: None), repeatable=True)


def attempt(
    exporter: str,
    doc: Document,
    settings: Mapping[str, Any],
    hosts: tuple[str, ...] = ("127.0.0.1",),
    deadline_s: float = 5.0,
    **way: Any,
) -> Result:
    """Make one attempt in a real worker process."""
    secrets = {key: str(value) for key, value in settings.items() if key == "password"}
    plain = {key: value for key, value in settings.items() if key not in secrets}
    reach = Way(hosts, deadline_s=deadline_s, **way)
    return run(
        Job("send", source(exporter), doc, settings=plain, secrets=secrets, way=reach)
    ).result


@contextlib.contextmanager
def running(server: Any) -> Iterator[Any]:
    """Stop a server when the block ends."""
    try:
        yield server
    finally:
        server.stop()


def big(size: int) -> bytes:
    """Return text that can't be made smaller, of `size` bytes in lines."""
    return os.urandom(size // 2).hex().encode()
