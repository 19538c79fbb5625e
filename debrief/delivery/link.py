"""The guarded way to a web server, and the only place that loads httpx.

One deadline for the whole attempt, answers of at most 1 MB and not decompressed, no redirects, no
proxy from the environment, no kept connections, only the destination's hosts, and never an
address or a secret in an error.
"""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from debrief.delivery.config import is_this_machine
from debrief.delivery.evidence import Evidence
from debrief.delivery.job import Way
from debrief.i18n import _
from debrief.plugin import NotSent, Outcome, Receipt, Rejected, Reply, RetryLater, Unknown

if TYPE_CHECKING:
    import ssl

    import httpx

REPLY_LIMIT: Final = 1_000_000
"""Most bytes of an answer that are read."""
LONGEST_WAIT_S: Final = 24 * 3600.0
"""Most seconds a receiver's Retry-After is followed."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
_LATER: Final = frozenset({429, 503})
_UNCLEAR: Final = frozenset({408, 500, 502, 504})
_DOOR: Final = frozenset({401, 403, 404, 407, 410})


class Deadline(BaseException):
    """The attempt's time is over. Not an Exception, so that a plugin can't swallow it by habit."""


class Client:
    """The HTTP client an exporter gets as `to.http`."""

    def __init__(self, way: Way, evidence: Evidence) -> None:
        self._way = way
        self._evidence = evidence
        self._until = time.monotonic() + way.deadline_s

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Reply:
        """GET."""
        return self.request("GET", url, headers=headers)

    def put(
        self, url: str, *, content: bytes | str = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """PUT."""
        return self.request("PUT", url, content=content, headers=headers)

    def post(
        self, url: str, *, content: bytes | str = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """POST."""
        return self.request("POST", url, content=content, headers=headers)

    def delete(self, url: str, *, headers: Mapping[str, str] | None = None) -> Reply:
        """DELETE."""
        return self.request("DELETE", url, headers=headers)

    def request(
        self,
        method: str,
        url: str,
        *,
        content: bytes | str = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Make one request. Raises NotSent when no byte of it left, Unknown when some may have."""
        self._check(url)
        method = method.upper()
        data = content.encode() if isinstance(content, str) else bytes(content)
        changes = method not in _SAFE or bool(data)
        with self._evidence.own():
            return self._request(method, url, data, dict(headers or {}), changes)

    def _check(self, url: str) -> None:
        """Raise when the address is not one this destination may use."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
            port_is_right = parts.port is None or parts.port > 0
        except ValueError:
            raise self._refusal(_("the address can't be read"), "address") from None
        if host not in self._evidence.hosts or not port_is_right:
            raise self._refusal(_("the host is not one of the destination's"), "host")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_this_machine(host)):
            raise self._refusal(_("the address is not https"), "address")

    def _refusal(self, said: str, why: str) -> Outcome:
        return Unknown(said, why) if self._evidence.sent else Rejected(said, why)

    def _request(
        self, method: str, url: str, data: bytes, headers: dict[str, str], changes: bool
    ) -> Reply:
        _leave_out_its_commands()
        import httpx

        def trace(event: str, info: Mapping[str, Any]) -> None:
            if event.endswith("send_request_headers.started") and changes:
                request = info.get("request")
                if getattr(request, "method", b"") != b"CONNECT":
                    self._evidence.touch(network=True)

        headers = {"User-Agent": "debrief", **headers, "Accept-Encoding": "identity"}
        try:
            with self._client(url) as client:
                request = client.build_request(
                    method, url, content=data or None, headers=headers, timeout=self._timeout()
                )
                request.extensions["trace"] = trace
                reply = client.send(request, stream=True)
                return self._read(reply)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError):
            raise self._failed(_("the request can't be made"), "request") from None
        except httpx.TimeoutException:
            raise self._failed(_("no answer in time"), "timeout") from None
        except httpx.ConnectError as error:
            raise self._failed(*_reason(error)) from None
        except (httpx.HTTPError, OSError):  # of TLS too
            raise self._failed(_("the connection broke"), "broke") from None

    def _client(self, url: str) -> httpx.Client:
        import httpx

        encrypted = url.lower().startswith("https:") or bool(self._way.proxy)
        return httpx.Client(
            verify=self._trusted if encrypted else _nobody(),
            trust_env=False,
            proxy=self._way.proxy or None,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    @functools.cached_property
    def _trusted(self) -> ssl.SSLContext:
        """The certificates to trust; reading the usual ones takes longer than a short request."""
        return _trust(self._way.ca_file)

    def _timeout(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise self._failed(_("no answer in time"), "timeout")
        return left

    def _failed(self, said: str, why: str) -> Outcome:
        """Return what a failure means, by the evidence."""
        return Unknown(said, why) if self._evidence.sent else NotSent(said, why)

    def _read(self, reply: httpx.Response) -> Reply:
        """Read the answer up to the limit; what stands beyond it is dropped with the connection."""
        parts: list[bytes] = []
        size = 0
        for part in reply.iter_raw():
            self._timeout()
            parts.append(part)
            size += len(part)
            if size > REPLY_LIMIT:
                break
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return Reply(reply.status_code, headers, b"".join(parts)[:REPLY_LIMIT])


def _leave_out_its_commands() -> None:
    """Keep httpx from loading its command line, if it has not: that brings a terminal library along
    and is more than half of what httpx takes to load. Where it can't be had, httpx does without.
    """
    sys.modules.setdefault("httpx._main", cast(ModuleType, None))


def _nobody() -> ssl.SSLContext:
    """Return that no certificate is trusted, for a connection that needs none."""
    import ssl

    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _trust(ca_file: str) -> ssl.SSLContext:
    """Return the certificates to trust: the organisation's file, or the usual ones."""
    if not ca_file:
        import httpx

        return httpx.create_ssl_context(trust_env=False)
    import ssl

    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError:
        raise NotSent(_("the certificate file can't be read"), "ca-file") from None


def _reason(error: BaseException) -> tuple[str, str]:
    """Return in a word and a code why there was no connection."""
    import ssl

    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return _("the server's certificate was not accepted"), "tls"
        seen = seen.__cause__ or seen.__context__
    return _("no connection"), "connect"


class Link:
    """The destination, as the exporter meets it: its settings, `http`, and `accept`."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        secrets: Mapping[str, str],
        way: Way,
        evidence: Evidence,
        *,
        repeatable: bool = True,
    ) -> None:
        self._values = {**settings, **secrets}
        self._repeatable = repeatable
        self._way = way
        self._evidence = evidence

    def __getitem__(self, setting: str) -> Any:
        """Return a setting or secret; an unknown name is an error in the exporter."""
        if setting not in self._values:
            raise KeyError(f"the exporter declares no setting “{setting}”")
        return self._values[setting]

    @functools.cached_property
    def http(self) -> Client:
        """The guarded HTTP client."""
        return Client(self._way, self._evidence)

    def accept(
        self,
        reply: Reply,
        *,
        already: int | Sequence[int] = (),
        must_contain: str = "",
        reference: str = "",
    ) -> Receipt:
        """Turn an answer into a receipt, or raise what it means (see `debrief.plugin.Link`)."""
        said = str(reply.status)
        if reply.status in ({already} if isinstance(already, int) else set(already)):
            return Receipt(reference=reference, duplicate=True, said=said)
        if 200 <= reply.status < 300:
            if must_contain and must_contain not in reply.text:
                raise Unknown(_("the answer is not the receiver's"), "answer")
            return Receipt(reference=reference, said=said)
        if reply.status in _LATER:
            after = _after(reply.headers.get("retry-after", ""))
            if reply.status == 503 and after is None and not self._repeatable:
                raise Unknown(said, "server")  # a proxy may say this after passing it on
            raise RetryLater(after, said, "busy")
        if reply.status in _UNCLEAR:
            raise Unknown(said, "server")
        if 300 <= reply.status < 400:
            raise Rejected(said, "moved")
        raise Rejected(said, "door" if reply.status in _DOOR else "refused")


def _after(value: str) -> float | None:
    """Return the seconds a Retry-After header asks for, at most a day; None if it is none."""
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_WAIT_S)
    from email.utils import parsedate_to_datetime

    try:
        when = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if when.tzinfo is None:
        return None
    return min(max(0.0, (when - datetime.now(UTC)).total_seconds()), LONGEST_WAIT_S)
