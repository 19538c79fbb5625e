"""The file that a new plugin begins with: it works, passes every check, and says what to change."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from debrief.errors import Problem
from debrief.exporters import BUILT_IN
from debrief.i18n import _
from debrief.record.disk import Disk
from debrief.text import is_id

Medium = Literal["http", "file"]

_HTTP: Final = '''"""Put each summary on NAME, as one page that is never overwritten.

In debrief.toml:

    [destinations.our-DASHED]
    exporter = "NAME"
    level = "record"
    fields = ["date", "team", "phases", "actions"]

    [destinations.our-DASHED.settings]
    url = "https://DASHED.example.org/debriefs"
    token = { env = "DEBRIEF_UPPER_TOKEN" }

Level: record, or counts. Whoever may read there may read the summaries.

A repeat: the server refuses a second page of the same name (If-None-Match), so it is there once. If
yours takes a repeat for a new one, write dedupe="none": then a person decides when it is not known
whether a summary arrived.
"""

from debrief.plugin import Document, Link, Receipt, Secret, Setting, exporter


@exporter(
    "NAME",
    api=1,
    renders="markdown",  # or "html", "json"
    dedupe="name",
    settings=[
        Setting("url", "Address of the folder on the server"),
        Secret("token", "Token that lets it in"),
    ],
)
def send(doc: Document, to: Link) -> Receipt:
    """Put the page there if there is none of its name; 412 says that it is there already."""
    reply = to.http.put(
        f"{to['url']}/{doc.id}.md",
        content=doc.body,
        headers={
            "If-None-Match": "*",
            "Content-Type": doc.media_type,
            "Authorization": f"Bearer {to['token']}",
        },
    )
    return to.accept(reply, already=412)
'''

_FILE: Final = '''"""Put each summary into a folder, as one file that is never overwritten.

In debrief.toml:

    [destinations.our-DASHED]
    exporter = "NAME"
    level = "record"
    fields = ["date", "team", "phases", "actions"]

    [destinations.our-DASHED.settings]
    path = "/media/DASHED/debriefs"

Level: record, or counts. Whoever may read the folder may read the summaries.

A repeat: a file that is there with the same content is known again; another of the same name is
left as it is.
"""

import os
from pathlib import Path

from debrief.plugin import Document, Link, NotSent, Receipt, Rejected, Setting, exporter


@exporter(
    "NAME",
    api=1,
    renders="markdown",  # or "html", "json"
    dedupe="name",
    settings=[Setting("path", "Folder to write to")],
)
def send(doc: Document, to: Link) -> Receipt:
    """Write it under a hidden name, then give it its own, in one step that fails if it is taken."""
    folder = Path(to["path"])
    if not folder.is_dir():
        raise NotSent("the folder is not there", "no-folder")
    target, part = folder / doc.filename, folder / f".{doc.id}.part"
    part.unlink(missing_ok=True)  # an attempt that was cut off may have left one
    try:
        with part.open("xb") as file:
            file.write(doc.body)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, target)
    except FileExistsError:
        if target.read_bytes() != doc.body:
            raise Rejected("another file has this name", "taken") from None
        return Receipt(reference=doc.filename, duplicate=True)
    except OSError:
        raise NotSent("the disk did not take it", "disk") from None
    finally:
        part.unlink(missing_ok=True)
    return Receipt(reference=doc.filename)
'''


def text(name: str, medium: Medium) -> str:
    """Return the text of a new plugin; raises Problem for a name that can't be one."""
    if not is_id(name.replace("_", "-")):
        raise Problem(
            _(
                "“{name}” can't be the name of a plugin, so nothing was written; use small letters,"
                " digits, hyphens and underscores."
            ).format(name=name)
        )
    if name in BUILT_IN:
        raise Problem(
            _(
                "There is an exporter called {name} already, so nothing was written; choose another"
                " name."
            ).format(name=name)
        )
    raw = _HTTP if medium == "http" else _FILE
    dashed = name.replace("_", "-")
    upper = dashed.replace("-", "_").upper()
    return raw.replace("NAME", name).replace("DASHED", dashed).replace("UPPER", upper)


def write(folder: Path, name: str, medium: Medium, disk: Disk) -> Path:
    """Write the file of a new plugin and return its path; raises Problem, and never overwrites."""
    path = folder / f"{name}.py"
    data = text(name, medium).encode()
    disk.make_folder(folder)
    disk.publish(path, data, mode=0o644, exclusive=True)
    return path
