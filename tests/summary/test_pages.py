from __future__ import annotations

import html as htmllib
import json
import re
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from debrief.errors import Problem
from debrief.session.model import NoteKey
from debrief.summary import FIELDS, FORMATS, View, reduce, render
from debrief.summary.cut import _BUILDERS
from debrief.summary.levels import allowed
from debrief.summary.pages import _md
from debrief.summary.words import _CODES, _WORDS
from debrief.text import clean
from tests.summary.rounds import a_round

HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/p.png)",
    "https://evil.example/x www.evil.example a@evil.example",
    "# heading",
    "- item",
    "1. item",
    "```\ncode\n```",
    "a | b | c",
    "&lt;b&gt; &amp;",
    "\\*not escaped twice\\*",
    "**fed** _kursiv_ ~~væk~~",
    "    indented",
    "---",
    "\x1b[31mred",
]


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_view_gives_the_same_bytes(format: str) -> None:
    first = render(reduce(a_round(), "full", allowed("full"), "da"), format)
    again = render(reduce(a_round(), "full", tuple(reversed(allowed("full"))), "da"), format)
    assert first == again
    assert first.endswith(b"\n")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("da", ["Opsamling efter vagten", "Pligter", "Barn i fare", "Sagde pas", "Tjek ind"]),
        ("nb", ["Oppsummering etter vakta", "Plikter", "Barn i fare", "Sa pass", "Sjekk inn"]),
        ("en", ["Debrief after the shift", "Duties", "Child at risk", "Passed", "Check-in"]),
    ],
)
@pytest.mark.parametrize("format", ["markdown", "html"])
def test_a_page_is_in_its_own_language(format: str, language: str, words: list[str]) -> None:
    text = render(reduce(a_round(), "record", allowed("record"), language), format).decode()
    if format == "markdown":
        text += render(reduce(a_round(), "counts", ["turns"], language), format).decode()
    for word in words:
        assert word in text


def test_every_field_and_code_has_words_in_every_language() -> None:
    assert set(FIELDS) <= set(_WORDS)
    assert set(FIELDS) == set(_BUILDERS)
    for row in (*_WORDS.values(), *_CODES.values()):
        assert len(row) == 3
        assert all(row)


def test_json_is_what_a_program_needs() -> None:
    page = json.loads(render(reduce(a_round(), "record", ["team", "people"], "da"), "json"))
    assert page == {
        "schema": 1,
        "level": "record",
        "session": "2026-11-21-k7q2m9",
        "revision": 1,
        "language": "da",
        "fields": {"team": "Nord", "people": 4},
    }


def test_another_format_is_refused_with_the_nearest() -> None:
    with pytest.raises(Problem, match="markdown"):
        render(reduce(a_round(), "record", ["team"], "da"), "markdwn")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _with_note(text: str) -> View:
    state = a_round()
    who = state.people[0].id
    state = msgspec.structs.replace(
        state, notes={NoteKey("check-in", who): text}, actions={}, signs={}
    )
    return reduce(state, "full", ["notes"], "da")


@pytest.mark.parametrize("text", HOSTILE)
def test_html_shows_what_was_typed_and_nothing_else(text: str) -> None:
    parser = _Tags()
    parser.feed(render(_with_note(text), "html").decode())
    assert parser.tags <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "b",
        "table", "tr", "th", "td",
    }  # fmt: skip
    assert clean(text) in "".join(parser.text)


def _shown(markdown: str) -> tuple[str, set[str]]:
    """Return the text and the kinds of inline tokens of rendered Markdown."""
    inline = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parseInline(markdown)
    children = inline[0].children or []
    return "".join(child.content for child in children), {child.type for child in children}


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_what_was_typed_and_nothing_else(text: str) -> None:
    shown, kinds = _shown(_md(clean(text)))
    assert kinds <= {"text", "text_special"}
    lines = [" ".join(line.split()) for line in clean(text).split("\n") if line.strip()]
    assert shown == " / ".join(lines)


@given(st.text(alphabet=st.sampled_from("ab1 .-+#*_`[]()<>!&|~\\\n:/@$w=\"'ø{}"), max_size=40))
@settings(max_examples=400, deadline=None)
def test_markdown_of_any_text_stays_text(text: str) -> None:
    shown, kinds = _shown(_md(text))
    assert kinds <= {"text", "text_special"}
    lines = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
    assert shown == " / ".join(lines)
    blocks = {token.type for token in MarkdownIt("commonmark").parse(_md(text))}
    assert blocks <= {"paragraph_open", "inline", "paragraph_close"}


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_html_of_any_text_stays_text(text: str) -> None:
    source = render(_with_note("x" + text), "html").decode()
    assert htmllib.escape(clean("x" + text)) in source
    assert len(re.findall(r"<td>", source)) == 3


def test_a_table_in_markdown_keeps_its_cells() -> None:
    text = render(_with_note("a | b\nc"), "markdown").decode()
    parsed = MarkdownIt("commonmark").enable("table").parse(text)
    cells = [token for token in parsed if token.type == "td_open"]
    assert len(cells) == 3


def test_every_sign_and_duty_has_words() -> None:
    from debrief.session.model import DUTY_CODES
    from debrief.signs.codes import CODES
    from debrief.summary.words import code

    for key in (*CODES, *DUTY_CODES):
        for language in ("da", "nb", "en"):
            assert code(key, language) != key


def test_a_protocol_of_the_house_shows_its_own_keys() -> None:
    state = a_round()
    setup = msgspec.structs.replace(state.setup, protocol="of-the-house")
    view = reduce(msgspec.structs.replace(state, setup=setup), "record", ["phases"], "da")
    assert view.fields["phases"][0]["phase_name"] == "check-in"
