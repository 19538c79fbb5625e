"""One document as it arrives at the organisation: read strictly, or refused with a reason.

A sealed drop is what `debrief.exporters.sealed` writes. To erase a round that has left, a site
drops a retraction, sealed and named in the same way:

```
{"document": its own id, also the name of the file
 "given_up", "previous", "sequence", "series": as in a drop, or left out
 "schema": "debrief-retraction/1"
 "session": the round, by its own name or by the digest that level counts shows
 "site": the site that the round's documents came from}
```

Everything of that round that the site sent counts no more, whether it came before or comes later.

A row of the inbox holds the page that the program renders as JSON; its site and document are known
from the row.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from typing import Any, Final, Literal

import msgspec

from debrief.exporters.sealed import SCHEMA, SUFFIX, canonical
from debrief.i18n import LANGUAGES
from debrief.summary import FIELDS, LEVELS, Level, View, render
from debrief.text import is_id

RETRACTION: Final = "debrief-retraction/1"
LIMIT: Final = 1_000_000
"""Bytes that a document may have, sealed or not; one of that length or more is refused."""
MAGIC: Final = b"age-encryption.org/"
_SITE: Final = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_FAMILY: Final = re.compile(r"debrief-(?:drop|retraction)/[0-9]{1,6}")
_MOST: Final = 1_000_000_000
_PLACE: Final = frozenset({"given_up", "previous", "sequence", "series"})

Why = Literal[
    "large", "form", "key", "text", "newer", "name", "site", "field", "digest", "gone", "kind"
]
"""Why a document is refused; `debrief.collecting.words` has the sentences."""


class Refused(Exception):
    """A document can't be taken. Never holds anything of its text."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class Drop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document with numbers, or more, of one round."""

    document: str
    fields: dict[str, Any]
    fields_schema: int
    language: str
    level: Level
    previous: str
    revision: int
    schema: str
    sequence: int
    session: str
    site: str
    given_up: tuple[int, ...] = ()
    series: str = ""

    def __repr__(self) -> str:
        return f"<drop {self.document}>"


class Retraction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A site takes back everything it sent of one round."""

    document: str
    schema: str
    session: str
    site: str
    given_up: tuple[int, ...] = ()
    previous: str = ""
    sequence: int = 0
    series: str = ""

    def __repr__(self) -> str:
        return f"<retraction {self.document}>"


class _Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The page of an inbox row, as `debrief.summary.render` writes it."""

    schema: int
    level: Level
    session: str
    revision: int
    language: str
    fields: dict[str, Any]


def document_of(name: str) -> str:
    """Return the id of the document whose file has this name; Refused when it can be none."""
    document = name.removesuffix(SUFFIX)
    if not name.endswith(SUFFIX) or not is_id(document):
        raise Refused("kind")
    return document


def read(plain: bytes, document: str) -> Drop | Retraction:
    """Return what was sealed under the name `document`; raises Refused.

    Only the canonical form is taken, so that one document has one sha256 and no key twice.
    """
    content = _content(plain)
    schema = content.get("schema")
    if schema not in (SCHEMA, RETRACTION):
        newer = isinstance(schema, str) and _FAMILY.fullmatch(schema)
        raise Refused("newer" if newer else "text")
    if canonical(content) != plain:
        raise Refused("text")
    try:
        found = _converted(content, schema == RETRACTION)
    except msgspec.ValidationError:
        raise Refused("text") from None
    if found.document != document:
        raise Refused("name")
    return _checked(found)


def read_row(body: bytes, document: str, site: str) -> Drop | Retraction:
    """Return what an inbox row of `site` holds: a page, or the text of a drop; raises Refused."""
    if not _SITE.fullmatch(site) or not is_id(document):
        raise Refused("name")
    content = _content(body)
    if isinstance(content.get("schema"), str):
        found = read(body, document)
        if found.site != site:
            raise Refused("site")
        return found
    if isinstance(content.get("schema"), int) and content["schema"] > 1:
        raise Refused("newer")
    try:
        page = msgspec.convert(content, _Page)
        view = View(page.level, page.fields, page.session, page.language, page.revision)
        same = render(view, "json") == body
    except (msgspec.ValidationError, TypeError, ValueError):
        raise Refused("text") from None
    if not same:
        raise Refused("text")
    drop = Drop(
        document=document,
        fields=page.fields,
        fields_schema=page.schema,
        language=page.language,
        level=page.level,
        previous="",
        revision=page.revision,
        schema=SCHEMA,
        sequence=0,
        session=page.session,
        site=site,
    )
    return _checked(drop)


def digest(found: Drop | Retraction) -> str:
    """Return the sha256 of what a document says, but for its place among others, in hex.

    A site that lost its outbox may make a document again, with another number.
    """
    said = msgspec.to_builtins(found)
    told = {name: value for name, value in said.items() if name not in _PLACE}
    return hashlib.sha256(canonical(told)).hexdigest()


def round_key(session: str) -> str:
    """Return the name of a round that is the same at every level: the digest of level counts."""
    if session.startswith("s-"):
        return session
    digest = hashlib.sha256(b"debrief-session-reference/1\n" + session.encode()).hexdigest()
    return f"s-{digest[:16]}"


def _content(plain: bytes) -> dict[str, Any]:
    """Return JSON with a mapping at the top; raises Refused for anything else, however hostile."""
    if len(plain) >= LIMIT:
        raise Refused("large")
    try:
        content = json.loads(
            plain.decode("utf-8"), parse_float=_no_number, parse_constant=_no_number
        )
        json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Refused("text") from None
    if not isinstance(content, dict):
        raise Refused("text")
    return content


def _converted(content: dict[str, Any], retraction: bool) -> Drop | Retraction:
    if retraction:
        return msgspec.convert(content, Retraction)
    return msgspec.convert(content, Drop)


def _no_number(_text: str) -> int:
    raise ValueError("only whole numbers")


def _checked(found: Drop | Retraction) -> Drop | Retraction:
    """Return the document if all its parts are what they should be; raises Refused."""
    ids = (found.document, found.session, *filter(None, (found.previous, found.series)))
    if not all(map(is_id, ids)) or not _SITE.fullmatch(found.site) or len(found.site) > 64:
        raise Refused("text")
    if not 0 <= found.sequence < _MOST or found.previous == found.document:
        raise Refused("text")
    given_up = (0, *found.given_up, max(1, found.sequence))
    if any(one >= other for one, other in itertools.pairwise(given_up)):
        raise Refused("text")
    if isinstance(found, Retraction):
        return found
    if found.fields_schema != 1:
        raise Refused("newer" if found.fields_schema > 1 else "text")
    if found.language not in LANGUAGES or not 1 <= found.revision < _MOST:
        raise Refused("text")
    rank = LEVELS.index(found.level)
    lowest = [FIELDS.get(name) for name in found.fields]
    if any(level is None or LEVELS.index(level) > rank for level in lowest):
        raise Refused("field")
    return found
