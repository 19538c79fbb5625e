"""Put the summary in a folder, as a file that is complete or not there, and never overwritten."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import ClassVar

from debrief.i18n import _
from debrief.plugin import (
    Dedupe,
    Document,
    Exporter,
    Link,
    NotSent,
    Receipt,
    Rejected,
    Renders,
    Secret,
    Setting,
)

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)


class Folder(Exporter):
    """Markdown files in a folder: a shared drive, or one that something else picks up from.

    The bytes are written and synced under a hidden name, then given their real name in one step
    that fails if the name is taken. A file that is there with the same bytes is a duplicate.
    """

    name: ClassVar[str] = "folder"
    renders: ClassVar[Renders] = "markdown"
    dedupe: ClassVar[Dedupe] = "name"
    settings: ClassVar[tuple[Setting | Secret, ...]] = (Setting("path", "Folder to write to"),)

    def send(self, doc: Document, to: Link) -> Receipt:
        """Write `doc.filename`; NotSent when the folder is away or full, Rejected when taken."""
        folder = Path(to["path"]).expanduser()
        if not folder.is_dir():
            raise NotSent(_("the folder is not there"), "no-folder")
        target = folder / Path(doc.filename).name
        part = folder / f".{doc.id}.part"
        try:
            part.unlink(missing_ok=True)  # an attempt that was cut off may have left one
            created = self._create(doc.body, part, target)
            if created:
                _sync_folder(folder)
        except OSError as error:
            raise NotSent(os.strerror(error.errno or 0), "disk") from None
        finally:
            with contextlib.suppress(OSError):
                part.unlink()
        if not created and target.read_bytes() != doc.body:
            raise Rejected(_("another file has this name"), "taken")
        return Receipt(reference=doc.filename, duplicate=not created)

    def _create(self, body: bytes, part: Path, target: Path) -> bool:
        """Write and sync `part`, then name it `target`; False if that name is taken."""
        _write(part, body)
        try:
            os.link(part, target)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            return _create_without_links(target, body)
        return True


class FolderHtml(Folder):
    """The same with HTML pages."""

    name: ClassVar[str] = "folder-html"
    renders: ClassVar[Renders] = "html"


class FolderJson(Folder):
    """The same with JSON, for programs."""

    name: ClassVar[str] = "folder-json"
    renders: ClassVar[Renders] = "json"


def _write(path: Path, body: bytes) -> None:
    """Create `path` (which must not exist) with `body`, on the disk when this returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _create_without_links(target: Path, body: bytes) -> bool:
    """Create `target` on a file system that has no hard links; a torn file is taken away again."""
    try:
        _write(target, body)
    except FileExistsError:
        return False
    except OSError:
        with contextlib.suppress(OSError):
            target.unlink()
        raise
    return True


def _sync_folder(folder: Path) -> None:
    """Make the new name last; file systems that can't sync a folder are left at that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
