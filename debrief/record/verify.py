"""Whether session files and the ledger are what was sealed; the same verdicts as VERIFY.sh.

One file is looked at in `debrief.record.whole`; here are the ledger, a folder, and what is missing
from it. Many files are looked at by several processes at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from debrief.i18n import _
from debrief.record import blocks as layout
from debrief.record import ledger, signers
from debrief.record.atonce import SOME, Progress, at_once, pays_off
from debrief.record.disk import Disk, disk_problem
from debrief.record.whole import Finding, Verdict, finding, stubs, verify_file

__all__ = [
    "Finding", "Verdict", "stubs", "verify_file", "verify_folder", "verify_ledger", "verify_path",
    "verify_since",
]  # fmt: skip
_YEAR: Final = re.compile(r"[0-9]{4}")


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
            yield Verdict(f"{session[:4]}/{session}.toml", False, (finding("missing"),))


class _Surroundings(msgspec.Struct, frozen=True):
    """What stands beside the session files; `lines` by session, None where there is no ledger."""

    allowed: tuple[str, ...] = ()
    lines: Mapping[str, tuple[ledger.Line, ...]] | None = None
    verdicts: tuple[Verdict, ...] = ()

    def of(self, names: Iterable[str]) -> _Surroundings:
        """Return what is needed to look at these files, to be sent to another process."""
        if self.lines is None:
            return _Surroundings(self.allowed)
        sessions = (_session(name) for name in names)
        return _Surroundings(self.allowed, {one: self.lines.get(one, ()) for one in sessions})


def _session(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(".toml")


def _surroundings(disk: Disk, folder: Path) -> _Surroundings:
    ledger_path, signers_path = folder / ledger.NAME, folder / signers.NAME
    allowed = signers.read(disk.read(signers_path)) if disk.exists(signers_path) else ()
    if not disk.exists(ledger_path):
        return _Surroundings(allowed)
    data = disk.read(ledger_path)
    lines = ledger.by_session(ledger.lines(data))
    return _Surroundings(allowed, lines, (verify_ledger(data),))


def _one(disk: Disk, folder: Path, around: _Surroundings, content: bool, name: str) -> Verdict:
    path = folder / name
    if path.is_symlink() or not path.is_file():
        return Verdict(name, False, (finding("name"),))
    data = disk.read(path, layout.LIMIT + 1)
    return _checked(data, name, around, content)


def _checked(data: bytes, name: str, around: _Surroundings, content: bool) -> Verdict:
    lines = None if around.lines is None else around.lines.get(_session(name), ())
    return verify_file(data, name, around.allowed, lines, content=content)


def _some(
    folder: Path, content: bool, part: tuple[Sequence[str], _Surroundings]
) -> tuple[Verdict, ...]:
    """Look at some of a folder's files, in a process of its own."""
    names, around = part
    return tuple(_one(Disk(), folder, around, content, name) for name in names)


def _at_once(
    folder: Path, names: Sequence[str], around: _Surroundings, content: bool, progress: Progress
) -> Iterator[Verdict]:
    """Yield the verdict of each file, looked at by as many processes as there are processors."""
    chunks = [names[at : at + SOME] for at in range(0, len(names), SOME)]
    parts = [(chunk, around.of(chunk)) for chunk in chunks]
    for done, verdict in enumerate(at_once(partial(_some, folder, content), parts), 1):
        if done % SOME == 0 or done == len(names):
            progress(done, len(names))
        yield verdict


def _each(
    disk: Disk, folder: Path, names: Sequence[str], around: _Surroundings, content: bool
) -> Iterator[Verdict]:
    return (_one(disk, folder, around, content, name) for name in names)


def verify_folder(
    disk: Disk, folder: Path, *, content: bool = True, progress: Progress | None = None
) -> tuple[Verdict, ...]:
    """Check the ledger, every session file, and that no file is missing; raises Problem.

    With `progress`, which is told how far it is, many files are looked at by several processes,
    straight from the disk. `content` is that of `verify_file`.
    """
    around = _surroundings(disk, folder)
    names = tuple(_files(disk, folder))
    if around.lines is None and names:
        sentence = _("There is no ledger.txt, so nobody can tell whether a file is missing.")
        no_ledger = Verdict(ledger.NAME, False, (Finding("missing", None, sentence),))
        around = msgspec.structs.replace(around, verdicts=(no_ledger,))
    if progress is not None and pays_off(len(names)):
        found = tuple(_at_once(folder, names, around, content, progress))
    else:
        found = tuple(_each(disk, folder, names, around, content))
    lines = (line for some in (around.lines or {}).values() for line in some)
    return (*around.verdicts, *found, *_missing(sorted(lines, key=_number), names))


def _number(line: ledger.Line) -> int:
    return line.number


def verify_path(
    disk: Disk, path: Path, *, content: bool = True, progress: Progress | None = None
) -> tuple[Verdict, ...]:
    """Check a sessions folder, or one file with the ledger and signers beside it; raises Problem.

    Beside it means in its folder or, for a file in a folder named as a year, in the one above.
    """
    if is_folder(path):
        if path.suffix == ".toml":
            return (Verdict(path.name, False, (finding("name"),)),)
        return verify_folder(disk, path, content=content, progress=progress)
    folder = path.parent.resolve()
    name = path.name
    if _YEAR.fullmatch(folder.name):
        folder, name = folder.parent, f"{folder.name}/{name}"
    around = _surroundings(disk, folder)
    data = disk.read(path, layout.LIMIT + 1)
    return (*around.verdicts, _checked(data, name, around, content))


def is_folder(path: Path) -> bool:
    """Tell whether `path` is a folder; raises Problem for a name that nothing can have."""
    try:
        return path.is_dir()
    except OSError as error:
        raise disk_problem(error, path) from error
