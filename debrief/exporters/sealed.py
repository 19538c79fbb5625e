"""Sealed drops: what may leave, as canonical JSON, sealed with age for those who may read it.

What is shown, approved and entered in the ledger is the plain JSON; each attempt seals it anew.
Sealing is random by design, so a page that was sealed when it was made would be another one each
time it is made, nobody could see what they approve, and the sha256 in the ledger would be of bytes
that say nothing. As it is, whoever opens a drop can check that sha256. The receiver still has one
file for one document, whatever the number of attempts: its name is the document's id, it is
complete or not there, and the first that got there is never replaced by another.

The JSON is what RFC 8785 asks for: UTF-8, keys sorted, no spaces, whole numbers only.

```
{"document": id of the delivery, also the name of the file
 "fields": field -> value, as in the table of fields    "fields_schema": 1
 "given_up": earlier numbers whose documents were given up and will not come
 "language": of its texts      "level": counts, record, named or full
 "previous": id of the document before this one from the same computer, "" for its first
 "revision": 1, 2, ...         "schema": "debrief-drop/1"
 "sequence": how many documents there were from that computer with this one, or 0 where not counted
 "series": id of the first of these, so that two computers of a site can be told apart
 "session": the round          "site": as the destination calls it}
```

What a document says of its place among others (`given_up`, `previous`, `sequence`, `series`) is
decided with the rest of it. So a drop can differ in these from one that was made of the same round
by a computer that had lost its outbox; it is still the same document.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import msgspec

from debrief.exporters.folder import Folder
from debrief.exporters.webdav import Verdict, Webdav
from debrief.i18n import _
from debrief.plugin import (
    Document,
    Link,
    NotSent,
    Page,
    Receipt,
    Rejected,
    RenderContext,
    Renders,
    Secret,
    Setting,
    View,
)
from debrief.text import is_id

SCHEMA: Final = "debrief-drop/1"
MEDIA_TYPE: Final = "application/json"
SUFFIX: Final = ".age"
_MAGIC: Final = b"age-encryption.org/v1\n"
_SETTINGS: Final = (
    Setting("recipients", "Keys of those who may open it (age1…), several with commas"),
    Setting("site", "Name of this site: small letters, digits and hyphens"),
)


class Sealed(Folder):
    """Sealed drops in a folder: a shared drive, or one that something else carries on."""

    name: ClassVar[str] = "sealed"
    renders: ClassVar[Renders] = "own"
    seals: ClassVar[bool] = True
    settings: ClassVar[tuple[Setting | Secret, ...]] = (*Folder.settings, *_SETTINGS)

    def __init__(self) -> None:
        """Load age before the attempt begins, so that it isn't taken for something that left."""
        self._age = load_age()

    def render(self, view: View, context: RenderContext) -> Page:
        """Write the JSON; raises NotSent when a setting can't be used."""
        return page(view, context)

    def send(self, doc: Document, to: Link) -> Receipt:
        """Seal and write `<id>.age`; a whole drop of that name and length is a duplicate."""
        folder = Path(to["path"]).expanduser()
        if not folder.is_dir():
            raise NotSent(_("the folder is not there"), "no-folder")
        drop = sealed(doc, to)
        try:
            return super().send(drop, to)
        except Rejected:
            if verdict((folder / drop.filename).read_bytes(), drop.body) != "same":
                raise
        return Receipt(reference=drop.filename, duplicate=True)

    def check(self, to: Link) -> Iterable[str]:
        """Look for the folder and at the keys; nothing is written."""
        if not Path(to["path"]).expanduser().is_dir():
            yield _("The folder is not there; connect it, or change it in the configuration.")
        yield from _wrong_keys(to)


class SealedWebdav(Webdav):
    """The same in a folder on a WebDAV server, such as Nextcloud."""

    name: ClassVar[str] = "sealed-webdav"
    renders: ClassVar[Renders] = "own"
    seals: ClassVar[bool] = True
    settings: ClassVar[tuple[Setting | Secret, ...]] = (*Webdav.settings, *_SETTINGS)

    def __init__(self) -> None:
        """As `Sealed` does."""
        self._age = load_age()

    def render(self, view: View, context: RenderContext) -> Page:
        """Write the JSON; raises NotSent when a setting can't be used."""
        return page(view, context)

    def send(self, doc: Document, to: Link) -> Receipt:
        """Seal and put `<id>.age` there."""
        return super().send(sealed(doc, to), to)

    def check(self, to: Link) -> Iterable[str]:
        """Ask for the folder and look at the keys; nothing is written."""
        yield from super().check(to)
        yield from _wrong_keys(to)

    def compare(self, theirs: bytes, ours: bytes) -> Verdict:
        """Compare by form and length, since two sealings of one text are never alike."""
        return verdict(theirs, ours)


def page(view: View, context: RenderContext) -> Page:
    """Return the plain JSON of a drop. Raises NotSent when a key or the site can't be used."""
    site = str(context.settings.get("site", ""))
    if not is_id(site):
        raise NotSent(_("site is written with small letters, digits and hyphens"), "request")
    check_recipients(context.settings.get("recipients"))
    content = {
        "document": context.document_id,
        "fields": dict(view.fields),
        "fields_schema": view.schema,
        "given_up": list(context.given_up),
        "language": view.lang,
        "level": view.level,
        "previous": context.previous,
        "revision": view.revision,
        "schema": SCHEMA,
        "sequence": context.sequence,
        "series": context.series,
        "session": view.session_ref,
        "site": site,
    }
    return Page(canonical(content), MEDIA_TYPE, ".json")


def canonical(content: Any) -> bytes:
    """Return `content` (text, whole numbers, lists and mappings of these) as canonical JSON."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def sealed(doc: Document, to: Link) -> Document:
    """Return the document as it is put down: sealed, and named by its id."""
    body = seal(doc.body, to["recipients"])
    return msgspec.structs.replace(
        doc, body=body, media_type="application/octet-stream", filename=f"{doc.id}{SUFFIX}"
    )


def load_age() -> Any:
    """Load and return the library that seals."""
    return importlib.import_module("pyrage")


def seal(body: bytes, recipients: object) -> bytes:
    """Return `body` as an age file for the keys in `recipients`; raises NotSent for a bad one."""
    data: bytes = load_age().encrypt(body, _keys(recipients))
    return data


def check_recipients(recipients: object) -> None:
    """Raise NotSent when one of the recipients is not a key, or there is none."""
    _keys(recipients)


def _wrong_keys(to: Link) -> Iterable[str]:
    """Yield what is wrong with the recipients, as a sentence."""
    try:
        check_recipients(to["recipients"])
    except NotSent as refusal:
        yield _("Nothing can be sealed: {problem}.").format(problem=refusal.said)


def _keys(recipients: object) -> list[Any]:
    """Return the keys in a list, or in text with commas; raises NotSent where there is none."""
    age = load_age()
    if isinstance(recipients, Sequence) and not isinstance(recipients, str):
        words = [str(one).strip() for one in recipients]
    else:
        words = [one.strip() for one in str(recipients or "").split(",")]
    keys = []
    for word in filter(None, words):
        kind = age.ssh if word.startswith("ssh-") else age.x25519
        try:
            keys.append(kind.Recipient.from_str(word))
        except age.RecipientError:
            raise NotSent(_("one of the recipients is not a public key"), "recipient") from None
    if not keys:
        raise NotSent(_("there is no key to seal it to"), "recipient")
    return keys


def verdict(theirs: bytes, ours: bytes) -> Verdict:
    """Tell whether `theirs` is a whole drop of the text in `ours`, no drop yet, or another one.

    Two sealings of one text differ, but what follows the header is of the same length. What is
    shorter may be a drop that was cut off or a whole one of another text: it counts as other.
    """
    there = _payload(theirs)
    if there is None:
        begun = theirs.startswith(_MAGIC) or _MAGIC.startswith(theirs)
        return "torn" if begun else "other"
    return "same" if there == _payload(ours) else "other"


def _payload(data: bytes) -> int | None:
    """Return the number of bytes after the header of an age file; None without a whole one."""
    mark = data.find(b"\n--- ")
    end = data.find(b"\n", mark + 1)
    if not data.startswith(_MAGIC) or mark < 0 or end < 0:
        return None
    return len(data) - end - 1
