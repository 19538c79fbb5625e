"""Whether session files and the ledger are what was sealed; the same verdicts as VERIFY.sh."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from debrief.errors import Problem
from debrief.i18n import _
from debrief.record import blocks as layout
from debrief.record import ledger, sessionfile, signers, sshsig

if TYPE_CHECKING:
    from debrief.record.disk import Disk

_FILE_NAME: Final = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)\.toml")
_ID_LINE: Final = re.compile(rb'^id = "([a-z0-9-]+)"$', re.MULTILINE)
_YEAR: Final = re.compile(r"[0-9]{4}")


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


def _finding(code: str, block: str | None = None) -> Finding:
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
    yield from (_finding("duplicated", name) for name, count in counts.items() if count > 1)
    yield from (_finding("added", name) for name in counts if name not in sealed)
    yield from (_finding("removed", name) for name in sealed if name not in counts)
    for block in blocks:
        whole = sealed.get(block.name, block.digest) == block.digest or block.name in erased
        if counts[block.name] == 1 and not whole:
            yield _finding("changed", block.name)
    if counts == Counter(sealed.keys()) and names != list(sealed):
        yield _finding("order")


def _ledger_findings(
    data: bytes, name: str, root: str, signer: str | None, lines: Iterable[ledger.Line]
) -> Iterator[Finding]:
    line = ledger.latest(lines, name.removesuffix(".toml"))
    if line is None:
        yield _finding("unlisted")
        return
    said = line.fields
    differs = said.get("file") != hashlib.sha256(data).hexdigest() or said.get("root") != root
    if signer is not None:
        differs = differs or said.get("signer") != sshsig.fingerprint(signer)
    if differs:
        yield _finding("ledger")


def _named(path: str, blocks: Iterable[layout.Block]) -> bool:
    """Tell whether the file is `ID.toml`, in the folder of its year if in one."""
    folder, _slash, name = path.rpartition("/")
    found = _FILE_NAME.fullmatch(name)
    if found is None or (folder and not name.startswith(f"{folder}-")):
        return False
    ids = (_ID_LINE.search(block.data) for block in blocks if block.name == "session")
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
        yield _finding("root")
    signer = sshsig.signer(seal.listing, seal.signature, sshsig.NAMESPACE)
    if signer is None:
        yield _finding("signature")
    elif signer not in allowed:
        yield _finding("signer")
    if not _named(name, blocks):
        yield _finding("name")
    if lines is not None:
        yield from _ledger_findings(data, name.rpartition("/")[2], seal.root, signer, lines)


def verify_file(
    data: bytes,
    name: str,
    allowed: Iterable[str],
    ledger_lines: Iterable[ledger.Line] | None,
) -> Verdict:
    """Check one session file.

    `name` is `ID.toml` or `YYYY/ID.toml`; `allowed` the public keys that may have signed
    (`signers.read`); `ledger_lines` the ledger's lines (`ledger.lines`), None to compare with none.
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
    if not found:
        try:
            sessionfile.read(data, name)
        except Problem:
            found = (_finding("content"),)
    return Verdict(name, not found, found, erased)


def verify_since(data: bytes, since: ledger.Checkpoint) -> Verdict:
    """Check that the ledger goes on from a checkpoint that was kept elsewhere."""
    if ledger.goes_on(data, since):
        return Verdict(ledger.NAME, True)
    sentence = _(
        "The first {n} lines of the ledger are not those of the checkpoint: some were changed, "
        "or are gone."
    )
    finding = Finding("since", str(since.line), sentence.format(n=since.line))
    return Verdict(ledger.NAME, False, (finding,))


def verify_ledger(data: bytes) -> Verdict:
    """Check the ledger's own lines."""
    found = tuple(
        Finding(problem.code, str(problem.line), problem.sentence) for problem in ledger.check(data)
    )
    return Verdict(ledger.NAME, not found, found)


def _files(disk: Disk, folder: Path) -> Iterator[str]:
    """Yield the session files of the folder: `ID.toml` and `YYYY/ID.toml`, hidden ones not."""
    names = disk.list(folder)
    years = [name for name in names if _YEAR.fullmatch(name) and (folder / name).is_dir()]
    inner = [f"{year}/{name}" for year in years for name in disk.list(folder / year)]
    for name in [*names, *inner]:
        if name.endswith(".toml") and not name.rpartition("/")[2].startswith("."):
            yield name


def _missing(lines: Sequence[ledger.Line], there: Iterable[str]) -> Iterator[Verdict]:
    """Yield a verdict for each session that was closed, has not expired, and has no file."""
    have = {name.rpartition("/")[2] for name in there}
    last = {line.session: line.event for line in lines}
    for session, event in sorted(last.items()):
        if event != "expire" and f"{session}.toml" not in have:
            yield Verdict(f"{session[:4]}/{session}.toml", False, (_finding("missing"),))


class _Surroundings(msgspec.Struct, frozen=True):
    """What stands beside the session files."""

    allowed: tuple[str, ...]
    lines: tuple[ledger.Line, ...] | None
    verdicts: tuple[Verdict, ...]


def _surroundings(disk: Disk, folder: Path) -> _Surroundings:
    ledger_path, signers_path = folder / ledger.NAME, folder / signers.NAME
    allowed = signers.read(disk.read(signers_path)) if disk.exists(signers_path) else ()
    if not disk.exists(ledger_path):
        return _Surroundings(allowed, None, ())
    data = disk.read(ledger_path)
    return _Surroundings(allowed, ledger.lines(data), (verify_ledger(data),))


def _one(disk: Disk, folder: Path, name: str, around: _Surroundings) -> Verdict:
    path = folder / name
    if path.is_symlink() or not path.is_file():
        return Verdict(name, False, (_finding("name"),))
    data = disk.read(path, layout.LIMIT + 1)
    return verify_file(data, name, around.allowed, around.lines)


def verify_folder(disk: Disk, folder: Path) -> tuple[Verdict, ...]:
    """Check the ledger, every session file, and that no file is missing; raises Problem."""
    around = _surroundings(disk, folder)
    names = tuple(_files(disk, folder))
    if around.lines is None and names:
        sentence = _("There is no ledger.txt, so nobody can tell whether a file is missing.")
        no_ledger = Verdict(ledger.NAME, False, (Finding("missing", None, sentence),))
        around = msgspec.structs.replace(around, verdicts=(no_ledger,))
    files = tuple(_one(disk, folder, name, around) for name in names)
    return (*around.verdicts, *files, *_missing(around.lines or (), names))


def verify_path(disk: Disk, path: Path) -> tuple[Verdict, ...]:
    """Check a sessions folder, or one file with the ledger and signers beside it; raises Problem.

    Beside it means in its folder or, for a file in a folder named as a year, in the one above.
    """
    if path.is_dir():
        return verify_folder(disk, path)
    folder = path.parent.resolve()
    name = path.name
    if _YEAR.fullmatch(folder.name):
        folder, name = folder.parent, f"{folder.name}/{name}"
    around = _surroundings(disk, folder)
    data = disk.read(path, layout.LIMIT + 1)
    return (*around.verdicts, verify_file(data, name, around.allowed, around.lines))
