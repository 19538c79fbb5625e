"""Reading one document: just what sites write, and nothing else however it looks."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.collecting.drop import (
    LIMIT,
    Drop,
    Refused,
    Retraction,
    document_of,
    read,
    read_row,
    round_key,
)
from debrief.collecting.numbers import MEASURES, counted
from debrief.exporters.sealed import canonical
from debrief.summary import FIELDS, LEVELS, reduce, render
from debrief.summary.levels import allowed
from tests.collecting.drops import content, fields, retraction
from tests.exporters.peers import frozen
from tests.summary.rounds import a_round


def taken(what: Any, **changes: Any) -> Drop:
    made = content(**changes) if what is None else what
    found = read(canonical(made), made["document"])
    assert isinstance(found, Drop)
    return found


def refused(what: Any, document: str = "") -> str:
    plain = what if isinstance(what, bytes) else canonical(what)
    with pytest.raises(Refused) as error:
        counted(read(plain, document or what["document"]))  # type: ignore[arg-type]
    return error.value.why


@pytest.mark.parametrize("level", LEVELS)
def test_what_the_exporter_writes_is_read_at_every_level(level: Any) -> None:
    settings = {"path": "/", "site": "aarhus", "recipients": [str(_reader())]}
    doc = frozen("sealed", level, [*allowed(level)], **settings)
    found = read(doc.body, doc.id)
    assert isinstance(found, Drop)
    numbers = counted(found)
    assert numbers.month == "2026-11"
    assert numbers.least["rounds"] == 1
    assert round_key(found.session) == reduce(a_round(), "counts", [], "da").session_ref
    assert "Canary" not in repr(numbers)
    assert "canary" not in msgspec.json.encode(numbers).decode()


def _reader() -> Any:
    from tests.collecting.drops import KEY

    return KEY.to_public()


def test_every_level_tells_the_same_numbers_or_less() -> None:
    """Where level counts is sure of a number, the record is sure of the same."""
    made = {}
    for level in ("counts", "record", "named", "full"):
        view = reduce(a_round(9), level, [*allowed(level)], "da")  # type: ignore[arg-type]
        made[level] = counted(
            taken(content(level=level, fields=json.loads(render(view, "json"))["fields"]))
        )
    least = made["counts"].least
    for level in ("record", "named", "full"):
        for measure, value in made[level].least.items():
            assert value >= least[measure], measure
            if measure in made["counts"].exact:
                assert (value, measure in made[level].exact) == (least[measure], True)
    assert not any(name.startswith("turns") for name in made["record"].least)


def test_numbers_that_a_site_hid_are_at_least_that() -> None:
    numbers = counted(taken(None))
    assert numbers.least["people"] == 9
    assert (numbers.least["turns_spoke"], numbers.least["turns_passed"]) == (5, 0)
    assert set(numbers.exact) == {"actions", "minutes", "people", "rounds"}


def test_the_month_may_come_from_the_date() -> None:
    told = {"date": "2026-09-30", "people": 8}
    assert counted(taken(None, level="record", fields=told)).month == "2026-09"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"schema": "debrief-drop/2"}, "newer"),
        ({"schema": "other/1"}, "text"),
        ({"schema": 1}, "text"),
        ({"fields_schema": 2}, "newer"),
        ({"fields_schema": 0}, "text"),
        ({"site": "../aarhus"}, "text"),
        ({"site": "*"}, "text"),
        ({"site": ""}, "text"),
        ({"site": "a" * 65}, "text"),
        ({"session": "2026-11-21 k7q2m9"}, "text"),
        ({"language": "xx"}, "text"),
        ({"level": "secret"}, "text"),
        ({"revision": 0}, "text"),
        ({"revision": "1"}, "text"),
        ({"sequence": -1}, "text"),
        ({"previous": "a b"}, "text"),
        ({"series": "a b"}, "text"),
        ({"series": 1}, "text"),
        ({"sequence": 3, "given_up": [2, 1]}, "text"),
        ({"sequence": 3, "given_up": [1, 1]}, "text"),
        ({"sequence": 3, "given_up": [0]}, "text"),
        ({"sequence": 3, "given_up": [3]}, "text"),
        ({"sequence": 3, "given_up": ["1"]}, "text"),
        ({"given_up": [1]}, "text"),
        ({"extra": 1}, "text"),
        ({"fields": []}, "text"),
        ({"fields": fields(team="Nord")}, "field"),
        ({"fields": fields(unheard="of")}, "field"),
        ({"fields": fields(people="nine")}, "field"),
        ({"fields": fields(people=-1)}, "field"),
        ({"fields": fields(people=True)}, "field"),
        ({"fields": fields(people="<5 Anna")}, "field"),
        ({"fields": fields(people=10**9)}, "field"),
        ({"fields": fields(turns={})}, "field"),
        ({"fields": fields(turns=[])}, "field"),
        ({"fields": fields(month="2026-13")}, "field"),
        ({"fields": fields(month="Anna")}, "field"),
        ({"fields": {"people": 9}}, "field"),
        ({"level": "record", "fields": fields(duties=["Anna"])}, "field"),
        ({"level": "record", "fields": fields(duties=[{"outcome": 1}])}, "field"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused(changes: dict[str, Any], why: str) -> None:
    assert refused(content(**changes)) == why


@pytest.mark.parametrize("key", sorted(content()))
def test_every_key_must_be_there(key: str) -> None:
    what = content()
    name = what["document"]
    del what[key]
    assert refused(what, name) == "text"


def test_another_form_of_the_same_is_refused() -> None:
    """One document has one text, and so one sha256."""
    what = content()
    plain = canonical(what)
    spaced = json.dumps(what, sort_keys=True).encode()
    doubled = plain.replace(b'{"document"', b'{"document":"d-0","document"', 1)
    for other in (
        spaced,
        doubled,
        plain + b"\n",
        plain.replace(b'"minutes":45', b'"minutes":45.0'),
    ):
        assert refused(other, what["document"]) == "text"


def test_the_name_outside_is_the_name_inside() -> None:
    assert refused(content(), "d-other") == "name"


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'{"schema":"\\ud800"}',
        b'{"schema":NaN}',
        b'{"schema":' + b"9" * 10_000 + b"}",
    ],
    ids=["empty", "not utf-8", "null", "list", "deep", "deeper", "surrogate", "nan", "long number"],
)
def test_hostile_texts_are_refused(plain: bytes) -> None:
    assert refused(plain, "d-1") == "text"


def test_one_that_is_too_long_is_not_even_read() -> None:
    assert refused(b"[" * LIMIT, "d-1") == "large"


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(plain: bytes) -> None:
    with pytest.raises(Refused):
        read(plain, "d-1")
    with pytest.raises(Refused):
        read_row(plain, "d-1", "aarhus")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


@given(st.sampled_from(sorted(content())), JSON)
def test_whatever_stands_at_a_key_no_text_comes_through(key: str, value: Any) -> None:
    what = content(**{key: value})
    try:
        found = read(canonical(what), str(what["document"]))
    except Refused:
        return
    except UnicodeEncodeError:  # the text could not even be written
        return
    assert isinstance(found, Drop)


@given(st.sampled_from(sorted(FIELDS)), JSON)
def test_whatever_a_field_holds_only_numbers_come_out(name: str, value: Any) -> None:
    what = content(level="full", fields={"month": "2026-10", name: value})
    try:
        numbers = counted(read(canonical(what), what["document"]))  # type: ignore[arg-type]
    except Refused:
        return
    assert set(numbers.least) <= set(MEASURES)
    assert all(isinstance(number, int) and number >= 0 for number in numbers.least.values())


def test_a_retraction_is_read() -> None:
    what = retraction(content())
    found = read(canonical(what), what["document"])
    assert isinstance(found, Retraction)
    assert refused(what | {"fields": {}}, what["document"]) == "text"
    assert refused(what | {"session": "a b"}, what["document"]) == "text"
    assert refused(what | {"schema": "debrief-retraction/2"}, what["document"]) == "newer"


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("d-1.age", True),
        ("d-1.AGE", False),
        ("d-1", False),
        (".age", False),
        ("../d-1.age", False),
        ("d/1.age", False),
        ("d-1.age.part", False),
        ("d-1\n.age", False),
        ("d" * 65 + ".age", False),
    ],
)
def test_only_a_document_id_is_a_name(name: str, fits: bool) -> None:
    if fits:
        assert document_of(name) == "d-1"
    else:
        with pytest.raises(Refused):
            document_of(name)


def page(level: Any = "record") -> bytes:
    return render(reduce(a_round(9), level, [*allowed(level)], "da"), "json")


def test_a_row_of_the_inbox_is_a_page_or_a_drop_of_its_site() -> None:
    found = read_row(page(), "d-1", "site_nord")
    assert isinstance(found, Drop)
    assert (found.site, found.document, found.level) == ("site_nord", "d-1", "record")
    what = content("aarhus")
    assert read_row(canonical(what), what["document"], "aarhus") == taken(what)
    with pytest.raises(Refused, match="site"):
        read_row(canonical(what), what["document"], "odense")


@pytest.mark.parametrize(
    ("body", "site", "why"),
    [
        (page().replace(b'"schema": 1', b'"schema": 2'), "nord", "newer"),
        (page().replace(b'"schema": 1', b'"other": 1'), "nord", "text"),
        (page() + b" ", "nord", "text"),
        (page().replace(b'"level": "record"', b'"level": "counts"'), "nord", "field"),
        (page(), "no rd", "name"),
        (page(), "*", "name"),
    ],
)
def test_a_row_that_is_not_as_it_should_be_is_refused(body: bytes, site: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read_row(body, "d-1", site)
