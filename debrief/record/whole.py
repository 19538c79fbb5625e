"""Whether one session file is what was sealed; the same findings as VERIFY.sh."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from debrief.errors import Problem
from debrief.i18n import _
from debrief.record import blocks as layout
from debrief.record import ledger, sessionfile, sshsig

_FILE_NAME: Final = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)\.toml")
_ID_LINE: Final = re.compile(rb'^id = "([a-z0-9-]+)"$', re.MULTILINE)


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong: a code that does not change, where, and the sentence to show.

    Codes of a file: size line-ends characters start header end seal (not laid out as debrief
    writes it; nothing else was looked at), changed added removed duplicated order (of a block),
    root signature signer name unlisted ledger missing content. Of the ledger: form number chain
    torn (of a line, whose number is in `block`), since (of a checkpoint's line), missing.
    """

    code: str
    block: str | None
    sentence: str


class Verdict(msgspec.Struct, frozen=True):
    """What was found about one file; `name` is its path within the sessions folder."""

    name: str
    ok: bool
    findings: tuple[Finding, ...] = ()
    erased: tuple[str, ...] = ()
    """Private blocks that were erased as the ledger says; the rest is as it was sealed."""


def _texts() -> dict[str, Callable[[], str]]:
    """Return a sentence for each code; {block} is filled in."""
    return {
        "changed": lambda: _("The block [{block}] was changed after the session was sealed."),
        "added": lambda: _("The block [{block}] was not there when the session was sealed."),
        "removed": lambda: _("The block [{block}] was sealed with the session but is gone."),
        "duplicated": lambda: _("The block [{block}] is in the file more than once."),
        "order": lambda: _("The blocks are whole, but no longer in the order they were sealed in."),
        "root": lambda: _("The root is not the digest of the list of blocks."),
        "signature": lambda: _("The signature does not belong to this list of blocks."),
        "signer": lambda: _(
            "The signature is whole, but made with a key that is not in allowed_signers."
        ),
        "name": lambda: _("The file is not named and placed as its session id says."),
        "unlisted": lambda: _("The ledger has no line that says this session was closed."),
        "ledger": lambda: _("The file is not the one the ledger speaks of."),
        "missing": lambda: _("The ledger speaks of this file, but it is not there."),
        "content": lambda: _("The seal fits, but the file cannot be read as a session file."),
    }


def finding(code: str, block: str | None = None) -> Finding:
    """Return the finding of a code, with its sentence."""
    return Finding(code, block, _texts()[code]().format(block=block))


def stubs(lines: Iterable[ledger.Line], session: str) -> Mapping[str, bytes]:
    """Return what must stand in place of each block that the ledger promises to erase."""
    return {
        name: layout.stub(name, line.fields["at"], line.fields["reason"])
        for name, line in ledger.erasures(lines, session).items()
        if name.startswith("private.")
    }


def _erased(blocks: Iterable[layout.Block], wanted: Mapping[str, bytes]) -> tuple[str, ...]:
    return tuple(block.name for block in blocks if wanted.get(block.name) == block.data)


def _block_findings(
    blocks: Sequence[layout.Block], seal: layout.Seal, erased: Collection[str]
) -> Iterator[Finding]:
    sealed = dict(seal.entries)
    names = [block.name for block in blocks]
    counts = Counter(names)
    yield from (finding("duplicated", name) for name, count in counts.items() if count > 1)
    yield from (finding("added", name) for name in counts if name not in sealed)
    yield from (finding("removed", name) for name in sealed if name not in counts)
    for block in blocks:
        whole = sealed.get(block.name, block.digest) == block.digest or block.name in erased
        if counts[block.name] == 1 and not whole:
            yield finding("changed", block.name)
    if counts == Counter(sealed.keys()) and names != list(sealed):
        yield finding("order")


def _ledger_findings(
    data: bytes, name: str, root: str, signer: str | None, lines: Iterable[ledger.Line]
) -> Iterator[Finding]:
    line = ledger.latest(lines, name.removesuffix(".toml"))
    if line is None:
        yield finding("unlisted")
        return
    said = line.fields
    differs = said.get("file") != hashlib.sha256(data).hexdigest() or said.get("root") != root
    if signer is not None:
        differs = differs or said.get("signer") != sshsig.fingerprint(signer)
    if differs:
        yield finding("ledger")


def _named(path: str, blocks: Iterable[layout.Block]) -> bool:
    """Tell whether the file is `ID.toml`, in the folder of its year if in one."""
    folder, _slash, name = path.rpartition("/")
    found = _FILE_NAME.fullmatch(name)
    if found is None or (folder and not name.startswith(f"{folder}-")):
        return False
    about = (block for block in blocks if block.name in sessionfile.ABOUT)
    ids = (_ID_LINE.search(block.data) for block in about)
    return any(line is not None and line[1].decode() == found[1] for line in ids)


def _findings(
    data: bytes,
    name: str,
    allowed: Iterable[str],
    lines: Iterable[ledger.Line] | None,
    parts: tuple[Sequence[layout.Block], layout.Seal, Collection[str]],
) -> Iterator[Finding]:
    blocks, seal, erased = parts
    yield from _block_findings(blocks, seal, erased)
    if hashlib.sha256(seal.listing).hexdigest() != seal.root:
        yield finding("root")
    signer = sshsig.signer(seal.listing, seal.signature, sshsig.NAMESPACE)
    if signer is None:
        yield finding("signature")
    elif signer not in allowed:
        yield finding("signer")
    if not _named(name, blocks):
        yield finding("name")
    if lines is not None:
        yield from _ledger_findings(data, name.rpartition("/")[2], seal.root, signer, lines)


def verify_file(
    data: bytes,
    name: str,
    allowed: Iterable[str],
    ledger_lines: Iterable[ledger.Line] | None,
    *,
    content: bool = True,
) -> Verdict:
    """Check one session file.

    `name` is `ID.toml` or `YYYY/ID.toml`; `allowed` the public keys that may have signed
    (`signers.read`); `ledger_lines` the ledger's lines, of which only the session's count, None to
    compare with none. With `content` a file whose seal fits is also read as a session, which takes
    ten times as long as all the rest.
    """
    lines = None if ledger_lines is None else tuple(ledger_lines)
    session = name.rpartition("/")[2].removesuffix(".toml")
    try:
        *blocks, last = layout.split(data)
        seal = layout.read_seal(last)
    except layout.LayoutError as error:
        sentence = sessionfile.layout_sentence(error.code).format(name=name, line=error.line)
        return Verdict(name, False, (Finding(error.code, None, sentence),))
    erased = _erased(blocks, stubs(lines or (), session))
    found = tuple(_findings(data, name, tuple(allowed), lines, (blocks, seal, erased)))
    if content and not found:
        try:
            sessionfile.read_any(data, name)
        except Problem:
            found = (finding("content"),)
    return Verdict(name, not found, found, erased)


def signer_of(data: bytes) -> str:
    """Return the fingerprint of the key that signed a whole file, empty when none did."""
    seal = layout.read_seal(layout.split(data)[-1])
    key = sshsig.signer(seal.listing, seal.signature, sshsig.NAMESPACE)
    return sshsig.fingerprint(key) if key else ""
