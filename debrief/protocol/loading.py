"""From the bytes of a protocol file to a checked protocol, or one sentence about what is wrong."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, Final

import msgspec

from debrief.errors import Problem
from debrief.i18n import LANGUAGES, _
from debrief.protocol import refusal
from debrief.protocol.model import SHIFTS, Lines, Protocol
from debrief.text import clean_line

MAX_BYTES: Final = 256 * 1024
"""The largest protocol file that is read."""
MAX_LINE: Final = 2000
"""The longest line, in bytes: a dotted key of n parts costs the TOML reader n squared."""


def load(data: bytes, name: str) -> Protocol:
    """Return the protocol in `data`; `name` is the file's name, `shift-defuse.toml`.

    Texts come back cleaned, each on one line. Raises Problem, one sentence with file, key and
    remedy, for whatever is wrong; no bytes give any other error.
    """
    file = refusal.shown(name)
    value = _parse(data, file)
    try:
        protocol = msgspec.convert(value, Protocol)
    except msgspec.ValidationError as error:
        raise refusal.misfit(str(error), file) from None
    _check_id(protocol, name, file)
    _check_phases(protocol, file)
    _check_whole(protocol, file)
    for key, lines in _all_lines(protocol):
        _check_lines(lines, key, file)
    return protocol


def _parse(data: bytes, file: str) -> Any:
    text = _decode(data, file)
    try:
        return _cleaned(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise refusal.syntax(str(error), file) from None
    except RecursionError:
        raise Problem(
            _("The protocol file {file} is nested too deeply to be a protocol.").format(file=file)
        ) from None
    except ValueError:  # tomllib lets a number of more than 4300 digits through to int()
        raise Problem(
            _("The protocol file {file} holds a number that is far too long.").format(file=file)
        ) from None


def _decode(data: bytes, file: str) -> str:
    if len(data) > MAX_BYTES:
        raise Problem(
            _(
                "The protocol file {file} is larger than {limit} KiB, more than any protocol"
                " needs, so it was not read."
            ).format(file=file, limit=MAX_BYTES // 1024)
        )
    for number, line in enumerate(data.split(b"\n"), start=1):
        if len(line) > MAX_LINE:
            raise Problem(
                _(
                    "The protocol file {file} has a line of more than {limit} bytes, line {line};"
                    " give each text a line of its own."
                ).format(file=file, limit=MAX_LINE, line=number)
            )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise Problem(
            _(
                "The protocol file {file} is not UTF-8 text at line {line}; save it again as UTF-8."
            ).format(file=file, line=number)
        ) from None


def _cleaned(value: Any) -> Any:
    """Return `value` with every text on one clean line; keys stay as they are."""
    if isinstance(value, str):
        return clean_line(value)
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return value


def _check_id(protocol: Protocol, name: str, file: str) -> None:
    path = PurePath(name)
    if path.suffix == ".toml" and path.stem != protocol.id:
        raise Problem(
            _(
                "The protocol file {file} has the id {id}, but a protocol is found by its file's"
                " name; call the file {id}.toml or change the id."
            ).format(file=file, id=protocol.id)
        )


def _check_phases(protocol: Protocol, file: str) -> None:
    twice = [key for key, count in Counter(p.key for p in protocol.phases).items() if count > 1]
    if twice:
        raise Problem(
            _(
                "The protocol file {file} has more than one phase with the key {key};"
                " every phase needs a key of its own."
            ).format(file=file, key=twice[0])
        )
    for number, phase in enumerate(protocol.phases):
        if not any(phase.prompts.to(language) for language in LANGUAGES):
            raise Problem(
                _(
                    "In the protocol file {file}, phases[{number}].prompts is empty;"
                    " write at least one prompt in da, nb and en."
                ).format(file=file, number=number)
            )


def _check_whole(protocol: Protocol, file: str) -> None:
    """Refuse keys that contradict each other."""
    for sentence in _contradictions(protocol):
        raise Problem(sentence.format(file=file))


def _contradictions(protocol: Protocol) -> Iterator[str]:
    if protocol.min_people > protocol.max_people:
        yield _(
            "In the protocol file {file}, min_people is more than max_people, so nobody could"
            " hold it."
        )
    if protocol.locked and protocol.guardrail is None:
        yield _(
            "The protocol file {file} is locked but lacks guardrail: write in da, nb and en why"
            " it is locked and what to hold instead."
        )
    if protocol.guardrail is not None and not protocol.locked:
        yield _(
            "The protocol file {file} has a guardrail but is not locked; write locked = true, or"
            " leave the guardrail out."
        )
    if not protocol.locked and (protocol.kind == "reference" or protocol.evidence == "X"):
        yield _(
            "The protocol file {file} is for reference or advised against, so it must be locked;"
            " write locked = true and a guardrail."
        )
    if not all(protocol.phases_at(shift) for shift in SHIFTS):
        yield _(
            "In the protocol file {file}, nothing would be left to hold at one end of a shift;"
            " leave only_if out of at least one phase."
        )


def _all_lines(protocol: Protocol) -> Iterator[tuple[str, Lines]]:
    yield "avoid", protocol.avoid
    for number, phase in enumerate(protocol.phases):
        yield f"phases[{number}].prompts", phase.prompts
        yield f"phases[{number}].avoid", phase.avoid


def _check_lines(lines: Lines, key: str, file: str) -> None:
    """Refuse lines that are not as many in every language."""
    counts = {language: len(lines.to(language)) for language in LANGUAGES}
    most = max(counts, key=lambda language: counts[language])
    least = min(counts, key=lambda language: counts[language])
    if counts[least] == 0 < counts[most]:
        raise Problem(
            _(
                "The protocol file {file} lacks {key}.{language}: what stands in {other} must be"
                " there in da, nb and en."
            ).format(file=file, key=key, language=least, other=most)
        )
    if counts[least] != counts[most]:
        raise Problem(
            _(
                "In the protocol file {file}, {key} has {least} in {language} but {most} in"
                " {other}; every language needs the same number of lines."
            ).format(
                file=file,
                key=key,
                least=counts[least],
                language=least,
                most=counts[most],
                other=most,
            )
        )
