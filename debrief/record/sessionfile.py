"""The session file: one closed round as one signed TOML file (format `debrief-session/1`)."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import msgspec

from debrief.errors import EXIT_INPUT, Problem
from debrief.i18n import _
from debrief.record import blocks as layout
from debrief.record import content, opening, reading
from debrief.record.shape import (
    ActionRecord,
    CorrectionRecord,
    Counts,
    DutyRecord,
    FollowUpRecord,
    NotHeldRecord,
    PersonRecord,
    PhaseRecord,
    Retention,
    SessionFile,
    SessionRecord,
)
from debrief.session.model import State
from debrief.text import is_id

if TYPE_CHECKING:
    from debrief.record.keys import Keys
    from debrief.record.opening import Opens

__all__ = ["Privacy", "Retention", "SessionFile", "build", "open_private", "path_for", "read"]

Privacy = Literal["sealed", "open"]
_PAD: Final = 1024
_FIELD: Final = re.compile(r"`\$\.?([^`]*)`$")
_AT_LINE: Final = re.compile(r"\(at line (\d+),")
_T = TypeVar("_T")
_Beside = TypeVar("_Beside", CorrectionRecord, FollowUpRecord)
_GROUPS: Final[Mapping[str, str]] = {"phases": "p", "duties": "d", "actions": "a"}
_KINDS: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "session": (
        frozenset({"session", "counts", "seal"}),
        frozenset({*_GROUPS, "people", "private"}),
    ),
    "correction": (frozenset({"correction", "seal"}), frozenset({"private"})),
    "follow-up": (frozenset({"follow-up", "seal"}), frozenset({"private"})),
    "not-held": (frozenset({"not-held", "seal"}), frozenset()),
}
"""The blocks, and the groups of blocks, that a file of each kind may have."""

ABOUT: Final = frozenset(_KINDS)
"""The name of the block that says what a file is about, and so of which kind it is."""


def path_for(folder: Path, session: State | str) -> Path:
    """Return where a session's file is: `folder/YYYY/ID.toml`; ValueError if the id is none."""
    session_id = session if isinstance(session, str) else session.id
    if not is_id(session_id) or not re.match(r"[0-9]{4}-", session_id):
        raise ValueError(session_id)
    return folder / session_id[:4] / f"{session_id}.toml"


def build(
    state: State,
    keys: Keys,
    *,
    recipients: Iterable[str] = (),
    privacy: Privacy = "sealed",
    retention: Retention = Retention(),
) -> bytes:
    """Return the whole file for a closed round, sealed and signed.

    `recipients` are further keys that may open the private blocks. The result has been read back
    and compared. Raises Problem for a bad recipient, ValueError for a round that is not closed or
    whose identifiers are none.
    """
    if state.closed is None:
        raise ValueError("the round is not closed")
    parts = [
        (name, layout.render(name, entries))
        for name, entries in content.clear_blocks(state, state.closed, retention)
    ]
    extra = tuple(recipients)
    for name, entries in content.private_blocks(state):
        parts.append((name, private_block(name, entries, keys, extra, privacy)))
    data = sealed(parts, keys)
    _compare(data, state, keys)
    return data


def sealed(parts: Iterable[tuple[str, bytes]], keys: Keys) -> bytes:
    """Return the whole file of named blocks, signed."""
    parts = tuple(parts)
    listed = layout.listing(parts)
    seal = layout.render_seal(listed, keys.sign(listed))
    return layout.PREAMBLE + b"".join(block for _name, block in parts) + seal


def private_block(
    name: str, entries: content.Entries, keys: Keys, recipients: tuple[str, ...], privacy: Privacy
) -> bytes:
    """Return a private block; sealed, it holds the very block that open privacy would show.

    Padding to whole kilobytes keeps the length of a sealed block from telling how much was said.
    """
    if privacy == "open":
        return layout.render(name, [*entries, content.salt()])
    plain = layout.render(name, entries)
    plain += b"#" * (-(len(plain) + 1) % _PAD) + b"\n"
    armored = keys.seal(plain, recipients)
    return layout.render(name, [("age", armored)])


def _nested(entries: content.Entries) -> dict[str, Any]:
    """Return entries as TOML will read them: dotted keys as tables, times in UTC seconds."""
    result: dict[str, Any] = {}
    for key, value in entries:
        if isinstance(value, dt.datetime):
            value = _second(value)
        elif isinstance(value, list) and value and isinstance(value[0], dt.datetime):
            value = [_second(one) for one in value if isinstance(one, dt.datetime)]
        table, _dot, inner = key.rpartition(".")
        (result.setdefault(table, {}) if table else result)[inner] = value
    return result


def _second(value: dt.datetime) -> dt.datetime:
    return value.astimezone(dt.UTC).replace(microsecond=0)


def _compare(data: bytes, state: State, keys: Keys) -> None:
    """Raise Problem unless the file reads back as what the round holds."""
    found = read(data, state.id, whole=False)
    opened = open_private(data, keys)  # reads the whole of it
    wanted = {name[8:]: _nested(entries) for name, entries in content.private_blocks(state)}
    closed = state.closed
    if (
        opened == wanted
        and found.private_ids == tuple(wanted)
        and closed is not None
        and found.session.closed == closed.astimezone(dt.UTC).replace(microsecond=0)
        and [*found.people] == [person.id for person in state.people]
    ):
        return
    sentence = _(
        "The session file did not read back as what was written, so it was not saved. Nothing is "
        "lost: the round is still in its journal. Please report this fault."
    )
    raise Problem(sentence, EXIT_INPUT)


def _refuse(name: str, line: int, sentence: str, **fields: object) -> Problem:
    return Problem(sentence.format(name=name, line=line, **fields), EXIT_INPUT)


def layout_sentence(code: str) -> str:
    """Return the sentence for a LayoutError code, with {name} and {line} to fill in."""
    if code == "size":
        return _("{name} is larger than any session file can be, so it was not read.")
    if code == "line-ends":
        return _(
            "{name}, line {line}: the line ends were converted to CRLF, by mail or by a version "
            "control program, so it was not read. Get the file again, unconverted."
        )
    if code == "characters":
        return _("{name}, line {line}: there is a control character, so the file was not read.")
    if code == "seal":
        return _("{name}, line {line}: the seal is not spelled as debrief writes it.")
    if code == "header":
        return _("{name}, line {line}: this line starts with [ but is not the name of a block.")
    if code == "end":
        return _("{name}, line {line}: the file stops in the middle of a line.")
    return _("{name}, line {line}: the file does not start like a session file of debrief.")


def _document(data: bytes, name: str) -> dict[str, Any]:
    try:
        return reading.document(data)
    except UnicodeDecodeError as error:
        line = layout.line_of(data, error.start)
        raise _refuse(
            name, line, _("{name}, line {line}: this is not UTF-8 text, so it was not read.")
        ) from error
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        line = int(at[1]) if at else layout.line_of(data, len(data))
        raise _refuse(
            name, line, _("{name}, line {line}: this is not valid TOML, so it was not read.")
        ) from error
    except RecursionError as error:
        raise _refuse(
            name, 1, _("{name}: values are nested too deeply, so the file was not read.")
        ) from error


def parts(data: bytes, name: str) -> tuple[layout.Block, ...]:
    """Return every block, the seal last; raises Problem with file and line."""
    version = re.search(rb'^format = "debrief-session/([0-9]{1,6})"\n', data[:4096], re.MULTILINE)
    if version is not None and version[1] != b"1":
        sentence = _(
            "{name} was written by a newer debrief (format {number}), so it was not read. Install "
            "that version to read it."
        )
        raise _refuse(name, 1, sentence, number=version[1].decode())
    try:
        return layout.split(data)
    except layout.LayoutError as error:
        raise _refuse(name, error.line, layout_sentence(error.code)) from error


class _Reader:
    """Turns the tables of one document into records, knowing where each block begins."""

    def __init__(self, document: dict[str, Any], blocks: Iterable[layout.Block], name: str) -> None:
        self._document = document
        self._lines = {block.name: block.line for block in blocks}
        self._name = name

    def block(self, block: str, kind: type[_T]) -> _T:
        """Return one block as `kind`; raises Problem with file and line."""
        table: Any = self._document
        for part in block.split("."):
            table = table.get(part, {}) if isinstance(table, dict) else {}
        try:
            return reading.converted(table, kind)
        except msgspec.ValidationError as error:
            found = _FIELD.search(str(error))
            sentence = _(
                "{name}, line {line}: the block [{block}] is not as debrief writes it "
                "({field}), so the file was not read."
            )
            field = found[1] if found and found[1] else _("a key is missing or not known")
            line = self._lines.get(block, 1)
            raise _refuse(self._name, line, sentence, block=block, field=field) from error

    def names(self, group: str) -> tuple[str, ...]:
        """Return the names of a group's blocks, in file order."""
        return tuple(name for name in self._lines if name.startswith(f"{group}."))

    def numbered(self, group: str, kind: type[_T]) -> tuple[_T, ...]:
        """Return a group whose blocks are numbered from 1, such as phases."""
        for number, name in enumerate(self.names(group), 1):
            if name != f"{group}.{_GROUPS[group]}{number}":
                raise _unknown(self._name, self._lines[name], name)
        return tuple(self.block(name, kind) for name in self.names(group))


def _unknown(name: str, line: int, block: str) -> Problem:
    sentence = _(
        "{name}, line {line}: the block [{block}] does not belong in a session file or stands in "
        "the wrong place, so the file was not read."
    )
    return _refuse(name, line, sentence, block=block)


def _check_names(blocks: Iterable[layout.Block], name: str, kind: str = "session") -> None:
    """Raise Problem for a block that a file of this kind does not have; see `_KINDS`."""
    alone, groups = _KINDS[kind]
    seen: set[str] = set()
    for block in blocks:
        group = block.name.partition(".")[0] if "." in block.name else ""
        known = block.name in alone or group in groups
        if not known or block.name in seen:
            raise _unknown(name, block.line, block.name)
        seen.add(block.name)


def read(data: bytes, name: str, *, whole: bool = True) -> SessionFile:
    """Return the record part of a session file; `name` stands for it in messages.

    Strict: raises Problem with file and line for a format version, block or key that is not known,
    CRLF, BOM, invalid TOML, or more than 4 MiB. It does not check the seal: `verify` does. With
    `whole` False the private blocks are passed over unread, which is several times faster.
    """
    _blocks, reader, root = _opened_file(data, name, "session", whole)
    return SessionFile(
        session=reader.block("session", SessionRecord),
        phases=reader.numbered("phases", PhaseRecord),
        people={block[7:]: reader.block(block, PersonRecord) for block in reader.names("people")},
        duties=reader.numbered("duties", DutyRecord),
        actions=reader.numbered("actions", ActionRecord),
        counts=reader.block("counts", Counts),
        private_ids=tuple(block[8:] for block in reader.names("private")),
        root=root,
    )


def _kind(blocks: Sequence[layout.Block]) -> str:
    return blocks[0].name if blocks[0].name in _KINDS else "session"


def read_any(data: bytes, name: str) -> None:
    """Read a file of any kind, as strictly as `read`; raises Problem when it is none."""
    readers = {
        "correction": read_correction, "follow-up": read_follow_up, "not-held": read_not_held,
    }  # fmt: skip
    readers.get(_kind(parts(data, name)), read)(data, name)


def read_correction(data: bytes, name: str) -> CorrectionRecord:
    """Return the record of a correction; as strict as `read`, raises Problem."""
    return _beside(data, name, "correction", CorrectionRecord)


def read_follow_up(data: bytes, name: str) -> FollowUpRecord:
    """Return the record of what came of something agreed; as strict as `read`, raises Problem."""
    return _beside(data, name, "follow-up", FollowUpRecord)


def read_not_held(data: bytes, name: str) -> NotHeldRecord:
    """Return the record of a round that was not held; as strict as `read`, raises Problem."""
    _blocks, reader, _root = _opened_file(data, name, "not-held", True)
    return reader.block("not-held", NotHeldRecord)


def _beside(data: bytes, name: str, kind: str, shape: type[_Beside]) -> _Beside:
    """Return the record of a file that may seal something about the one it is about."""
    blocks, reader, _root = _opened_file(data, name, kind, True)
    found = reader.block(kind, shape)
    private = [block for block in blocks if block.name.startswith("private.")]
    for block in private:
        if block.name != f"private.{found.about}":
            raise _unknown(name, block.line, block.name)
    return found


def _opened_file(
    data: bytes, name: str, kind: str, whole: bool
) -> tuple[tuple[layout.Block, ...], _Reader, str]:
    """Return the blocks of a file, what reads them, and its root; raises Problem."""
    blocks = parts(data, name)
    _check_names(blocks, name, kind)
    document = _document(data if whole else _record_part(blocks), name)
    if blocks[-1].name != "seal":
        raise _unknown(name, blocks[-1].line, blocks[-1].name)
    try:
        seal = layout.read_seal(blocks[-1])
    except layout.LayoutError as error:
        raise _refuse(name, error.line, layout_sentence(error.code)) from error
    return blocks, _Reader(document, blocks, name), seal.root


def _record_part(blocks: Iterable[layout.Block]) -> bytes:
    """Return the file without its private blocks; they follow the record, so lines stay put."""
    record = (b.data for b in blocks if not b.name.startswith(("private.", "seal")))
    return layout.PREAMBLE + b"".join(record)


def open_private(
    data: bytes, keys: Opens, name: str = "", *, only: Collection[str] | None = None
) -> Mapping[str, dict[str, Any]]:
    """Return the private blocks by person id (and `round`), opened where they are sealed.

    With `only` no other block than those of these owners is read, let alone opened.
    An erased block has only `erased` (when, UTC) and `reason`. Any other has, where known: name,
    load, alone, wants_call, follow_up {when, further, by}, overridden [code], notes {phase: text}
    and signs {sN: {code, subject, level, decision}}; the round's has notes, signs and
    supervisor_load.
    Raises Problem: EXIT_KEY when the key does not fit, EXIT_INPUT when the file cannot be read.
    """
    blocks = parts(data, name)
    _check_names(blocks, name, _kind(blocks))
    if only is not None:
        wanted = {f"private.{owner}" for owner in only}
        data = b"".join(block.data for block in blocks if block.name in wanted)
    return dict(_opened(_document(data, name), keys, name))


def _opened(
    document: dict[str, Any], keys: Opens, name: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    for owner, table in document.get("private", {}).items():
        if isinstance(table.get("age"), str):
            inner = _document(opening.unseal(keys, table["age"]), name).get("private", {})
            block: Any = inner.get(owner, {}) if isinstance(inner, dict) else None
        else:
            block = {key: value for key, value in table.items() if key != "salt"}
        if not isinstance(block, dict) or not reading.is_private(block):
            sentence = _(
                "{name}: what it holds about a person is not as debrief writes it, so it was not "
                "read."
            )
            raise _refuse(name, 1, sentence)
        yield owner, block
