"""A note in an editor of one's own, without a copy left behind.

The file lies in memory only ($XDG_RUNTIME_DIR or /dev/shm), in a folder of its own that nobody
else may enter; a setting allows the temporary folder where there is none. Editors are told to
keep no backup, swap or history where that is known. However the editor ends, everything in the
folder is overwritten and removed: after a signal and after a fault as well. After a kill of this
very program, the next start does it.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

import msgspec

from debrief.errors import EXIT_DISK, Problem
from debrief.i18n import _
from debrief.text import token

if TYPE_CHECKING:
    import subprocess

PREFIX: Final = "debrief-note-"
_VI: Final = "set nobackup nowritebackup noundofile noswapfile backupcopy=yes"
_EMACS: Final = "(setq make-backup-files nil auto-save-default nil create-lockfiles nil)"
QUIET: Final[Mapping[str, tuple[str, ...]]] = {
    "vim": ("-n", "-i", "NONE", "--cmd", _VI, "-c", _VI),
    "nvim": ("-n", "-i", "NONE", "--cmd", _VI, "-c", _VI),
    "vi": ("-n",),
    "nano": ("-I",),
    "emacs": ("-nw", "--eval", _EMACS),
    "micro": ("-backup", "false", "-savecursor", "false", "-saveundo", "false"),
    "hx": (),
    "helix": (),
    "kak": (),
    "joe": ("-nobackups",),
    "mg": ("-n",),
    "ne": (),
    "ed": (),
}
"""Editors that can be told, or need not be told, to keep no copy elsewhere; and how they are."""
_PATIENCE: Final = 2.0
"""Seconds that an editor has to end by itself when the program is told to end."""
USUAL: Final = ("nano", "vim", "vi")


class Written(msgspec.Struct, frozen=True):
    """What came of it: the text, and the signal that ended the program meanwhile (0: none)."""

    text: str
    ended_by: int = 0


def command(environment: Mapping[str, str] | None = None) -> list[str]:
    """Return the editor's command line, from $VISUAL or $EDITOR; raises Problem.

    An editor that is not known to keep no copy is refused.
    """
    values = os.environ if environment is None else environment
    chosen = values.get("VISUAL") or values.get("EDITOR") or ""
    if not chosen:
        chosen = next((name for name in USUAL if shutil.which(name)), "")
    try:
        words = shlex.split(chosen)
    except ValueError:
        words = []
    if not words or shutil.which(words[0]) is None:
        raise Problem(
            _("No editor was found; name one in $EDITOR, for example nano. The note is as it was.")
        )
    name = _kind(Path(words[0]))
    if name not in QUIET:
        raise Problem(
            _(
                "{editor} may keep copies of its own, so the note was not given to it. Known to "
                "keep none: {known}."
            ).format(editor=Path(words[0]).name, known=", ".join(QUIET))
        )
    return [*words, *QUIET[name]]


def _kind(program: Path) -> str:
    """Return which editor a program is; vi is often another one by that name."""
    name = program.name
    found = shutil.which(str(program))
    real = Path(found).resolve().name.partition(".")[0] if found else name
    return real if real in QUIET else name


def folder(allow_tmp: bool, environment: Mapping[str, str] | None = None) -> Path:
    """Return a folder that is in memory only, else, if allowed, the temporary one.

    Raises Problem where there is none.
    """
    values = os.environ if environment is None else environment
    runtime = values.get("XDG_RUNTIME_DIR")
    for path in (Path(runtime) if runtime else None, Path("/dev/shm")):  # noqa: S108
        if path is not None and path.is_absolute() and _in_memory(path):
            return path
    if allow_tmp:
        return Path(values.get("TMPDIR") or tempfile.gettempdir())
    raise Problem(
        _(
            "There is no folder here that is in memory only, so the note stays where it is. "
            "editor_tmp = true in debrief.toml allows the temporary folder."
        ),
        EXIT_DISK,
    )


def _in_memory(path: Path) -> bool:
    """Tell whether the folder is on a file system in memory that we may write to."""
    try:
        mounts = Path("/proc/self/mounts").read_text("utf-8", errors="replace").splitlines()
        device = path.stat().st_dev
        kinds = {line.split()[1]: line.split()[2] for line in mounts if line.count(" ") >= 2}
        memory = any(
            kind in ("tmpfs", "ramfs") and Path(place).stat().st_dev == device
            for place, kind in kinds.items()
            if path == Path(place) or Path(place) in path.parents
        )
    except OSError:
        return False
    return memory and os.access(path, os.W_OK | os.X_OK)


def write(text: str, editor: list[str], place: Path) -> Written:
    """Let the editor have `text`, and return what it saved; nothing of it is left in `place`.

    SIGTERM and SIGHUP end the editor, and are told of in what is returned. Raises Problem where
    the file could not be made, or the editor could not be started or failed.
    """
    import subprocess

    ours = place / f"{PREFIX}{os.getpid()}-{token(8)}"
    try:
        ours.mkdir(0o700)
        path = ours / "note.txt"
        with _removed(ours):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text + "\n" if text and not text.endswith("\n") else text)
            with _ending() as ending:
                running = subprocess.Popen([*editor, str(path)], cwd=ours)  # noqa: S603
                status = _wait(running, ending)
            back = _saved(ours, path, bool(ending.number))
    except OSError as error:
        told = _("The editor could not have the note: {reason}. The note is as it was.")
        raise Problem(told.format(reason=os.strerror(error.errno or 0)), EXIT_DISK) from None
    if status != 0 and not ending.number:
        raise Problem(_("The editor ended with a fault, so the note is as it was."))
    return Written(back.removesuffix("\n"), ending.number)


class _Ending:
    """Which signal came while the editor ran."""

    number = 0
    tell: Callable[[], None] | None = None


@contextlib.contextmanager
def _ending() -> Iterator[_Ending]:
    """Take SIGTERM and SIGHUP while the editor runs, so that its folder is cleared first."""
    ending = _Ending()

    def came(number: int, _frame: FrameType | None) -> None:
        ending.number = number
        if ending.tell is not None:
            ending.tell()

    if sys.platform == "win32":
        yield ending
        return
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, came) for number in numbers}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(running: subprocess.Popen[bytes], ending: _Ending) -> int:
    """Wait for the editor; a signal to us ends it, kindly at first."""

    def end() -> None:
        with contextlib.suppress(OSError):
            running.terminate()
        late = threading.Timer(_PATIENCE, running.kill)
        late.daemon = True
        late.start()

    ending.tell = end
    if ending.number:  # it came before there was an editor to tell
        end()
    return running.wait()


def _saved(ours: Path, path: Path, ended: bool) -> str:
    """Return what the editor saved; after a signal also what it saved in the last moment."""
    newest = path
    if ended:
        beside = [one for one in ours.glob(f"{path.name}*") if one.is_file()]
        newest = max(beside, key=lambda one: one.stat().st_mtime_ns, default=path)
    return newest.read_bytes().decode("utf-8", errors="replace")


@contextlib.contextmanager
def _removed(ours: Path) -> Iterator[None]:
    try:
        yield
    finally:
        wipe(ours)


def wipe(ours: Path) -> None:
    """Overwrite and remove everything in a folder, and the folder."""
    for path in sorted(ours.rglob("*"), reverse=True):
        with contextlib.suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
                continue
            if stat.S_ISREG(path.lstat().st_mode):
                with path.open("r+b", buffering=0) as file:
                    left = path.stat().st_size
                    while left > 0:
                        left -= file.write(bytes(min(left, 65536))) or left
                    os.fsync(file.fileno())
            path.unlink()
    with contextlib.suppress(OSError):
        ours.rmdir()


def places() -> tuple[Path, ...]:
    """Return every folder in which a note may have lain."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    memory = (Path(runtime),) if runtime else ()
    return (*memory, Path("/dev/shm"), Path(tempfile.gettempdir()))  # noqa: S108


def sweep(places: tuple[Path, ...]) -> int:
    """Remove what a killed program of ours left in these folders; return how many were there."""
    swept = 0
    for place in places:
        for ours in place.glob(f"{PREFIX}*") if place.is_dir() else ():
            number = ours.name.removeprefix(PREFIX).partition("-")[0]
            mine = ours.is_dir() and not ours.is_symlink() and ours.stat().st_uid == os.getuid()
            if mine and number.isdecimal() and not _runs(int(number)):
                wipe(ours)
                swept += 1
    return swept


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
