"""All that an exporter imports. The guide is plugins/README.md.

An exporter is one function under `@exporter(...)`, or a class that extends `Exporter`. It is given
a finished, frozen `Document` and a `Link`, makes ONE attempt to put the document where it belongs,
and says how that went: it returns a `Receipt`, or raises `NotSent`, `RetryLater`, `Unknown` or
`Rejected`. It runs in a short-lived process of its own and never sees a session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Protocol

import msgspec

from debrief.summary import View

if TYPE_CHECKING:
    import pluggy

    hookimpl: pluggy.HookimplMarker

API: Final = 1
"""The version of everything here. The host loads plugins of this version and the one before."""

Renders = Literal["markdown", "html", "json", "own"]
"""The page the host makes for the exporter; `own`: the exporter's `render` makes it."""
RENDERS: Final[tuple[Renders, ...]] = ("markdown", "html", "json", "own")

Dedupe = Literal["none", "key", "name", "verify"]
"""How the receiver tells a repeat: not at all; by the document's id, kept for `window_hours`;
by its name, for ever; or it can be asked (`Exporter.verify`)."""
DEDUPES: Final[tuple[Dedupe, ...]] = ("none", "key", "name", "verify")

__all__ = [
    "API",
    "DEDUPES",
    "RENDERS",
    "Absent",
    "CannotTell",
    "Dedupe",
    "Document",
    "Exporter",
    "Found",
    "Link",
    "NotSent",
    "Outcome",
    "Page",
    "Receipt",
    "Rejected",
    "RenderContext",
    "Renders",
    "Reply",
    "RetryLater",
    "Secret",
    "Setting",
    "Unknown",
    "View",
    "exporter",
    "hook_manager",
    "hookimpl",
]


class Setting(msgspec.Struct, frozen=True, tag="setting", tag_field="type"):
    """Something a destination must say in `[destinations.NAME.settings]`.

    `label` is what a person is asked for. Without `required`, `default` stands where none is given.
    """

    name: str
    label: str
    required: bool = True
    default: str = ""


class Secret(msgspec.Struct, frozen=True, tag="secret", tag_field="type"):
    """A setting that is never written in the configuration, only pointed at."""

    name: str
    label: str
    required: bool = True


class Document(msgspec.Struct, frozen=True):
    """What is sent: the very bytes that were shown and approved.

    `id` is the same in every attempt and differs for every destination and revision; it is safe in
    a URL or a file name (`[a-z0-9-]`). `sha256` is of `body`, in hex.
    """

    id: str
    body: bytes
    media_type: str
    sha256: str
    filename: str

    def __repr__(self) -> str:
        return f"<document {self.id}, {len(self.body)} bytes>"


class Receipt(msgspec.Struct, frozen=True):
    """It arrived. `reference` is the receiver's own name for it, `duplicate` that it was there."""

    reference: str = ""
    duplicate: bool = False
    said: str = ""


class Outcome(Exception):
    """How an attempt ended when it is not a `Receipt`; `said` is a short word on why.

    Never put addresses, secrets or content in `said`; the host cuts it and takes out secrets.
    """

    def __init__(self, said: str = "", why: str = "") -> None:
        super().__init__(said)
        self.said = said
        self.why = why


class NotSent(Outcome):
    """Nothing left this machine. The document waits and is tried again, for as long as it takes."""


class RetryLater(Outcome):
    """The receiver did not take it and asked for another try, `after` seconds from now if told."""

    def __init__(self, after: float | None = None, said: str = "", why: str = "") -> None:
        super().__init__(said, why)
        self.after = after


class Unknown(Outcome):
    """It may or may not have arrived. Tried again only where a repeat does no harm."""


class Rejected(Outcome):
    """The receiver will not have it, and trying again won't help. A person decides."""


class Found(msgspec.Struct, frozen=True):
    """The receiver has the document."""

    reference: str = ""


class Absent(msgspec.Struct, frozen=True):
    """The receiver does not have the document."""


class CannotTell(msgspec.Struct, frozen=True):
    """The receiver could not be asked, or its answer says nothing."""


class RenderContext(msgspec.Struct, frozen=True):
    """What an exporter that renders for itself may know beside the view."""

    document_id: str
    settings: Mapping[str, Any] = {}
    """The destination's settings without its secrets."""
    sequence: int = 0
    """How many documents there are for this destination from this computer, with this one: each has
    the next number, for ever. 0 where they are not numbered."""
    previous: str = ""
    """Id of the one with the number before; empty for the first."""
    series: str = ""
    """Id of the first one, which tells these numbers from those of another computer."""
    given_up: tuple[int, ...] = ()
    """Smaller numbers of documents that were given up, so that nobody waits for them; sorted."""


class Page(msgspec.Struct, frozen=True):
    """What `Exporter.render` returns: the bytes, what they are, and the ending of the file name."""

    body: bytes
    media_type: str
    suffix: str


class Reply(msgspec.Struct, frozen=True):
    """What a server answered: at most 1 MB of it. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body as JSON; raises Unknown when it is none."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Unknown("the answer is not JSON", "answer") from None


class Http(Protocol):
    """The way out to a web server: the destination's hosts only, one deadline for everything."""

    def request(
        self,
        method: str,
        url: str,
        *,
        content: bytes | str = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Make one request and return the answer, whatever its status; redirects are not followed.

        Raises NotSent or Unknown by itself, by what is known to have left.
        """
        ...

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Reply:
        """GET."""
        ...

    def put(
        self, url: str, *, content: bytes | str = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """PUT."""
        ...

    def post(
        self, url: str, *, content: bytes | str = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """POST."""
        ...

    def delete(self, url: str, *, headers: Mapping[str, str] | None = None) -> Reply:
        """DELETE."""
        ...


class Link(Protocol):
    """The destination, as the exporter meets it."""

    @property
    def http(self) -> Http:
        """The guarded HTTP client."""
        ...

    def __getitem__(self, setting: str) -> Any:
        """Return a setting or secret of the destination; an unknown name is an error."""
        ...

    def accept(
        self,
        reply: Reply,
        *,
        already: int | Sequence[int] = (),
        must_contain: str = "",
        reference: str = "",
    ) -> Receipt:
        """Turn a server's answer into a receipt, or raise the outcome it means.

        2xx is a receipt, provided `must_contain` is in the body; a status in `already` is a
        receipt for something that was there before. 429 and 503: RetryLater. 408, 500, 502, 504:
        Unknown. Everything else: Rejected.
        """
        ...


class Exporter:
    """An exporter as a class, for packages and for those who need more than `send`.

    One instance lives for one attempt, in its own process.
    """

    name: ClassVar[str] = ""
    api: ClassVar[int] = API
    renders: ClassVar[Renders] = "markdown"
    dedupe: ClassVar[Dedupe] = "none"
    window_hours: ClassVar[float | None] = None
    """How long the receiver remembers an id, for dedupe `key`; None: as long as it has it."""
    settings: ClassVar[Sequence[Setting | Secret]] = ()
    seals: ClassVar[bool] = False
    """The body is encrypted to a recipient's key before it leaves; level `full` needs it."""

    def render(self, view: View, context: RenderContext) -> Page:
        """Make the page, for `renders = "own"`: no network, no clock, same bytes every time."""
        raise NotImplementedError

    def send(self, doc: Document, to: Link) -> Receipt:
        """Make one attempt to send `doc`; raises an Outcome when it did not arrive for certain."""
        raise NotImplementedError

    def verify(self, doc: Document, to: Link) -> Found | Absent | CannotTell:
        """Ask the receiver whether it has `doc`, for `dedupe = "verify"`; send nothing."""
        raise NotImplementedError

    def check(self, to: Link) -> Iterable[str]:  # noqa: ARG002 - for those who extend it
        """Yield what is wrong with the destination, in sentences; send nothing."""
        return ()


SendFunction = Callable[[Document, Link], Receipt]


def exporter(
    name: str,
    *,
    api: int,
    renders: Renders = "markdown",
    dedupe: Dedupe = "none",
    window_hours: float | None = None,
    settings: Sequence[Setting | Secret] = (),
) -> Callable[[SendFunction], type[Exporter]]:
    """Make the function below an exporter called `name`: `send(doc, to)`, one attempt."""

    def wrap(send: SendFunction) -> type[Exporter]:
        members = {
            "__doc__": send.__doc__,
            "__module__": send.__module__,
            "name": name,
            "api": api,
            "renders": renders,
            "dedupe": dedupe,
            "window_hours": window_hours,
            "settings": tuple(settings),
            "send": lambda _self, doc, to: send(doc, to),
        }
        return type(send.__name__, (Exporter,), members)

    return wrap


class Hooks:
    """The hooks a packaged plugin may implement with `@hookimpl`. Each is called by itself."""

    def debrief_exporters(self) -> Iterable[type[Exporter]]:
        """Return exporter classes. Called in a worker process, without session data; since api 1.

        Must not open connections. Entry point group: `debrief.exporters`.
        """
        raise NotImplementedError

    def debrief_protocols(self) -> Iterable[Path]:
        """Return folders with protocol files (TOML); since api 1."""
        raise NotImplementedError

    def debrief_signs(self) -> Iterable[Path]:
        """Return extra word lists for signs (TOML, see `debrief.signs.own`); since api 1.

        Called in a worker process when a round starts. Entry point group: `debrief.exporters`.
        """
        raise NotImplementedError


def hook_manager() -> pluggy.PluginManager:
    """Return a new pluggy manager that knows the hooks above; loads pluggy."""
    import pluggy

    spec = pluggy.HookspecMarker("debrief")
    for hook in ("debrief_exporters", "debrief_protocols", "debrief_signs"):
        spec(getattr(Hooks, hook))
    manager = pluggy.PluginManager("debrief")
    manager.add_hookspecs(Hooks)
    return manager


def __getattr__(name: str) -> Any:
    """Give `hookimpl`, the marker for implementations of `Hooks`, when it is first asked for."""
    if name != "hookimpl":
        raise AttributeError(name)
    import pluggy

    return pluggy.HookimplMarker("debrief")
