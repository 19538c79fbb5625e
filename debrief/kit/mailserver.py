"""A mail server on this machine that takes every message, or misbehaves at one step of the way.

It speaks as much SMTP as a client needs to hand over a message, unencrypted, on loopback only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email import message_from_bytes, policy
from types import MappingProxyType
from typing import Final

from debrief.delivery.faultserver import EARLY, FaultServer, Line, Taken

SCHEME: Final = "smtp-plain"
"""How an address says that mail goes unencrypted; the built-in exporter knows it by this name."""
_END: Final = b"\r\n.\r\n"
_USUAL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "greeting": "220 bench",
        "EHLO": "250-bench\r\n250 AUTH PLAIN",
        "HELO": "250 bench",
        "AUTH": "235 2.7.0 in",
        "MAIL": "250 2.1.0 yes",
        "RCPT": "250 2.1.5 yes",
        "DATA": "354 go on",
        "end": "250 2.0.0 Ok: queued as BENCH1",
        "RSET": "250 yes",
        "NOOP": "250 yes",
    }
)
"""Step -> answer, when all is well."""
_FAULTS: Final[Mapping[str, Callable[[Line], None]]] = MappingProxyType(
    {
        "closed": Line.close,
        "reset": Line.reset,
        "silent": Line.linger,
        "nonsense": lambda line: line.send(b"\x00\xff nonsense\r\n"),
    }
)


class MailServer(FaultServer):
    """A server with one fault: one of `EARLY`, or `450 at RCPT`, `closed at end` and the like.

    `end` is the end of the message: it has all of it then. `taken` holds the messages that it had
    to their end: the path is the recipient, the body all parts of the message one after another.
    """

    @property
    def url(self) -> str:
        """The address of it."""
        return f"{SCHEME}://127.0.0.1:{self.port}"

    def _talk(self, line: Line) -> None:
        speak = EARLY.get(self.fault)
        if speak is not None:
            speak(line)
            return
        envelope = b""
        goes_on = self._answered(line, "greeting")
        while goes_on and (command := line.read_to(b"\r\n")):
            verb = command[:4].decode("latin-1").upper()
            envelope += command
            goes_on = self._answered(line, verb)
            if verb == "DATA" and goes_on:
                message = line.read_to(_END)
                if not message:
                    return
                self.taken.append(_taken(envelope, message.removesuffix(_END)))
                goes_on = self._answered(line, "end")

    def _answered(self, line: Line, step: str) -> bool:
        """Answer one step, in the usual way or not; tell whether the conversation goes on."""
        fault, _at, where = self.fault.partition(" at ")
        if step == "QUIT":
            line.send(b"221 bye\r\n")
            return False
        if step != where:
            line.send(f"{_USUAL.get(step, '502 what')}\r\n".encode())
            return True
        if fault.isdigit():
            line.send(f"{fault} no\r\n".encode())
            return step != "DATA"
        _FAULTS[fault](line)
        return False


def _taken(envelope: bytes, data: bytes) -> Taken:
    """Return a message as a request, so that both are judged alike."""
    message = message_from_bytes(data, policy=policy.default)
    headers = {
        name.lower(): str(value).partition("boundary=")[0] for name, value in message.items()
    }
    parts = [part.get_payload(decode=True) for part in message.walk()]
    body = b"\n".join(part for part in parts if isinstance(part, bytes))
    return Taken("MAIL", headers.get("to", ""), headers, envelope + data, body)
