"""Pages: a view as Markdown, HTML or JSON. The same view always gives the same bytes."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from debrief.errors import Problem
from debrief.i18n import _
from debrief.summary import words
from debrief.summary.levels import Value, View, nearest

MEDIA_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "markdown": "text/markdown; charset=utf-8",
        "html": "text/html; charset=utf-8",
        "json": "application/json",
    }
)
SUFFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {"markdown": ".md", "html": ".html", "json": ".json"}
)
FORMATS: Final = tuple(MEDIA_TYPES)

_CODED: Final = frozenset({"outcome", "kind", "level", "decision", "sign"})
"""Columns whose values are codes of the round; all other text was typed and is shown as it is."""


def render(view: View, format: str) -> bytes:
    """Return the page in `format` (markdown, html, json), UTF-8 with a newline at the end.

    Text that people typed is escaped, so that it stays text in the page. Raises Problem for
    another format.
    """
    writer = _WRITERS.get(format)
    if writer is None:
        guess = nearest(format, FORMATS) or "markdown"
        raise Problem(
            _(
                "“{format}” is not a kind of page, and nothing was sent; did you mean “{guess}”?"
            ).format(format=format, guess=guess)
        )
    return writer(view).encode()


def _json(view: View) -> str:
    content = {
        "schema": view.schema,
        "level": view.level,
        "session": view.session_ref,
        "revision": view.revision,
        "language": view.lang,
        "fields": dict(view.fields),
    }
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


class _Table:
    """One field as rows and columns of finished words: `note` columns may have line ends."""

    def __init__(self, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
        self.columns = columns
        self.rows = rows


def _table(value: list[Value] | dict[str, Value], lang: str) -> _Table:
    """Return a list or mapping of a view as a table in the page's language."""
    if isinstance(value, dict):
        inner = [cells for cells in value.values() if isinstance(cells, dict)]
        if not inner:
            return _Table((), [(words.code(key, lang), str(one)) for key, one in value.items()])
        heads = ("", *(words.code(key, lang) for key in inner[0]))
        rows = [(words.code(key, lang), *_numbers(cells)) for key, cells in value.items()]
        return _Table(heads, rows)
    entries = [entry for entry in value if isinstance(entry, dict)]
    if not entries:
        return _Table((), [(str(entry),) for entry in value])
    columns = [key for key in entries[0] if not (key == "phase" and "phase_name" in entries[0])]
    heads = tuple(words.word(key, lang) for key in columns)
    return _Table(heads, [tuple(_said(key, e[key], lang) for key in columns) for e in entries])


def _numbers(cells: Value) -> tuple[str, ...]:
    return tuple(str(one) for one in cells.values()) if isinstance(cells, dict) else (str(cells),)


def _said(column: str, value: Value, lang: str) -> str:
    """Return one value of a table in words."""
    text = str(value)
    if column in _CODED:
        return words.code(text, lang)
    if column == "name" and not text:
        return words.word("whole_round", lang)
    if column == "when":
        return _moment(text)
    return text


def _moment(text: str) -> str:
    """Return an ISO time as people read it: `2026-11-22 18:00 (UTC+01:00)`."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)([+-]\d\d:\d\d)", text)
    if match is None:
        return text
    offset = "" if match[3] == "+00:00" else match[3]
    return f"{match[1]} {match[2]} (UTC{offset})"


def _markdown(view: View) -> str:
    lang = view.lang
    lines = [f"# {_md(words.word('title', lang))}", ""]
    for name, value in view.fields.items():
        heading = _md(words.word(name, lang))
        if isinstance(value, (list, dict)):
            lines += [f"## {heading}", "", *_markdown_table(_table(value, lang), lang), ""]
        else:
            lines += [f"**{heading}:** {_md(_simple(name, value, lang))}", ""]
    reference = f"{view.session_ref} r{view.revision}"
    lines.append(f"{_md(words.word('reference', lang))}: {_md(reference)}")
    return "\n".join(lines) + "\n"


def _simple(name: str, value: Value, lang: str) -> str:
    text = str(value)
    return words.code(text, lang) if name == "place" else text


def _markdown_table(table: _Table, lang: str) -> list[str]:
    if not table.rows:
        return [_md(words.word("none", lang))]
    if not table.columns:
        return [f"- {_md(': '.join(row))}" for row in table.rows]
    lines = [_md_row(table.columns), "|" + " --- |" * len(table.columns)]
    return lines + [_md_row(row) for row in table.rows]


def _md_row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(_md(cell) for cell in cells) + " |"


_MD_ALWAYS: Final = re.compile(r"([\\`*_{}\[\]<>#|~&!$^=@])")
_MD_LINK: Final = re.compile(r"(?i)(:)(?=//)|(?<=www)(\.)|(?<=\bxmpp)(:)|(?<=\bmailto)(:)")
_MD_START: Final = re.compile(r"^(?:([-+])|(\d{1,9})([.)]))")


def _md(text: str) -> str:
    """Return `text` so that a Markdown reader shows just that; line ends become ` / `.

    Escapes what CommonMark and GFM give a meaning: emphasis, code, links, HTML, entities, tables,
    mathematics, mentions, bare addresses, and list or heading marks at the start.
    """
    line = " / ".join(part.strip() for part in text.split("\n") if part.strip())
    line = _MD_ALWAYS.sub(r"\\\1", " ".join(line.split()))
    line = _MD_LINK.sub(lambda match: "\\" + match.group(), line)
    return _MD_START.sub(
        lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", line
    )


_STYLE: Final = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}th,td{border:1px solid #999;padding:.25rem .6rem;"
    "text-align:left;vertical-align:top;white-space:pre-wrap}dt{font-weight:600}"
)


def _html(view: View) -> str:
    lang = view.lang
    title = _esc(words.word("title", lang))
    parts = [
        "<!doctype html>",
        f'<html lang="{_esc(lang)}">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width">',
        f"<title>{title}</title>",
        f"<style>{_STYLE}</style>",
        "</head>",
        "<body>",
        f"<h1>{title}</h1>",
    ]
    for name, value in view.fields.items():
        heading = _esc(words.word(name, lang))
        if isinstance(value, (list, dict)):
            parts += [f"<h2>{heading}</h2>", *_html_table(_table(value, lang), lang)]
        else:
            parts.append(f"<p><b>{heading}:</b> {_esc(_simple(name, value, lang))}</p>")
    reference = _esc(f"{view.session_ref} r{view.revision}")
    parts += [f"<p>{_esc(words.word('reference', lang))}: {reference}</p>", "</body>", "</html>"]
    return "\n".join(parts) + "\n"


def _html_table(table: _Table, lang: str) -> list[str]:
    if not table.rows:
        return [f"<p>{_esc(words.word('none', lang))}</p>"]
    heads = "".join(f'<th scope="col">{_esc(column)}</th>' for column in table.columns)
    lines = ["<table>", *([f"<tr>{heads}</tr>"] if heads else [])]
    for row in table.rows:
        lines.append("<tr>" + "".join(f"<td>{_esc(cell)}</td>" for cell in row) + "</tr>")
    return [*lines, "</table>"]


def _esc(text: str) -> str:
    return html.escape(text, quote=True)


_WRITERS: Final[Mapping[str, Callable[[View], str]]] = MappingProxyType(
    {"markdown": _markdown, "html": _html, "json": _json}
)
