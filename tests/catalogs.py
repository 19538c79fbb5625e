"""Keep the interface catalogs in step with the code.

`python -m tests.catalogs` takes up new messages, drops those that are gone, and compiles. A test
fails when a message is missing, fuzzy, or a compiled catalog is not that of its source.
"""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1] / "debrief"
LANGUAGES = ("da", "nb")
_EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_HEADER = """# The interface of debrief.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
KEYWORDS = {"_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


def folder(language: str) -> Path:
    """Return where a language's catalog stands."""
    return PACKAGE / "locale" / language / "LC_MESSAGES"


def template() -> Catalog:
    """Return every message that the code says."""
    catalog = Catalog(charset="utf-8")
    found = extract_from_dir(PACKAGE, keywords=KEYWORDS, method_map=[("**.py", "python")])
    for name, _line, message, _comments, context in found:
        catalog.add(message, None, [(name, 0)], context=context)
    return catalog


def read(language: str) -> Catalog:
    """Return a language's catalog as its source says."""
    path = folder(language) / "debrief.po"
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def compiled(catalog: Catalog) -> bytes:
    """Return the catalog as gettext reads it; the same messages and babel give the same bytes."""
    whole = Catalog(
        locale=catalog.locale,
        project="debrief",
        version="1",
        creation_date=_EPOCH,
        revision_date=_EPOCH,
        charset="utf-8",
    )
    for message in catalog:
        if message.id and _whole(message.string):
            whole.add(message.id, message.string, context=message.context)
    out = io.BytesIO()
    write_mo(out, whole)
    return out.getvalue()


def said(data: bytes) -> dict[object, object]:
    """Return what a compiled catalog says, without its header: that names babel's own release."""
    return {
        (str(message.id), message.context): message.string
        for message in read_mo(io.BytesIO(data))
        if message.id
    }


def source(catalog: Catalog) -> bytes:
    """Return the catalog as translators read it."""
    out = io.BytesIO()
    write_po(out, catalog, width=100, sort_output=True, include_lineno=False, omit_header=True)
    header = _HEADER.format(language=catalog.locale, plural=catalog.plural_forms)
    return header.encode() + out.getvalue()


def main() -> None:
    """Bring every catalog up to date."""
    wanted = template()
    for language in LANGUAGES:
        catalog = read(language)
        catalog.update(wanted, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        target = folder(language)
        target.mkdir(parents=True, exist_ok=True)
        (target / "debrief.po").write_bytes(source(catalog))
        (target / "debrief.mo").write_bytes(compiled(catalog))
        missing = [one.id for one in catalog if one.id and not _whole(one.string)]
        print(f"{language}: {len(wanted)} messages, {len(missing)} not translated")


def _whole(text: str | tuple[str, ...]) -> bool:
    return all(text) if isinstance(text, tuple) else bool(text)


if __name__ == "__main__":
    main()
