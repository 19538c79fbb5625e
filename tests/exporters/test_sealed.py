"""Sealed drops in a folder and on a WebDAV server: who can open them, and what a repeat leaves."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief import i18n
from debrief.delivery.courier import send_due
from debrief.delivery.documents import freeze
from debrief.delivery.outbox import Outbox
from debrief.errors import Problem
from debrief.exporters.sealed import SCHEMA, Sealed, SealedWebdav, canonical, page, seal, verdict
from debrief.plugin import NotSent, Receipt, Rejected, RenderContext
from debrief.summary import reduce
from debrief.summary.levels import LEVELS, allowed
from tests.delivery.conftest import NOW, Locked, planned
from tests.delivery.test_redaction import SHOWS, seen_in
from tests.exporters.peers import (
    PASSWORD,
    USER,
    Dav,
    about,
    attempt,
    config,
    document,
    frozen,
    link,
    running,
    source,
    table,
)
from tests.plugins.peers import cut_line
from tests.summary.rounds import a_round

LATER = NOW + dt.timedelta(days=1)
KEYS = [pyrage.x25519.Identity.generate() for _n in range(3)]
READERS = [str(key.to_public()) for key in KEYS[:2]]
LOGIN = {"user": USER, "password": PASSWORD}


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox.open(tmp_path / "outbox.sqlite3", Locked())
    yield box
    box.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "drops"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBRIEF_TEST_DAV", PASSWORD)


def settings(target: Path, **changes: Any) -> dict[str, Any]:
    return {"path": str(target), "recipients": READERS, "site": "aarhus", **changes}


def opened(sealed: bytes, key: Any = KEYS[0]) -> bytes:
    body: bytes = pyrage.decrypt(sealed, [key])
    return body


@pytest.mark.parametrize("level", LEVELS)
def test_each_reader_opens_just_what_was_approved_and_nobody_else_anything(
    level: Any, outbox: Outbox, target: Path
) -> None:
    destinations = config("drop", table("sealed", level, [*allowed(level)], **settings(target)))
    doc = planned(outbox, destinations, "drop")
    preview = outbox.body(doc.id)
    words = set().union(*(SHOWS.get(field, set()) for field in allowed(level)))
    assert seen_in(preview.decode()) == words
    [done] = send_due(outbox, destinations, NOW)
    assert done.receipt is not None
    [file] = target.iterdir()
    assert file.name == done.receipt.reference == f"{doc.id}.age"
    data = file.read_bytes()
    assert seen_in(data.decode("latin-1")) == set()
    for key in KEYS[:2]:
        assert opened(data, key) == preview
    assert hashlib.sha256(opened(data)).hexdigest() == done.receipt.sha256
    with pytest.raises(pyrage.DecryptError):
        opened(data, KEYS[2])


def test_the_json_is_canonical_and_says_where_it_comes_from(target: Path) -> None:
    doc = frozen("sealed", "full", ["team", "notes"], **settings(target))
    content = json.loads(doc.body)
    assert doc.body == canonical(content)
    assert {key: content[key] for key in content if key != "fields"} == {
        "document": doc.id,
        "fields_schema": 1,
        "given_up": [],
        "language": "da",
        "level": "full",
        "previous": "",
        "revision": 1,
        "schema": SCHEMA,
        "sequence": 0,
        "series": "",
        "session": "2026-11-21-k7q2m9",
        "site": "aarhus",
    }
    assert set(content["fields"]) == {"team", "notes"}


def test_its_place_among_others_is_quoted() -> None:
    context = RenderContext(
        "d-4",
        {"site": "aarhus", "recipients": READERS},
        sequence=4,
        previous="d-3",
        series="d-1",
        given_up=(2,),
    )
    content = json.loads(page(reduce(a_round(), "counts", [], "da"), context).body)
    told = [content[name] for name in ("sequence", "previous", "series", "given_up")]
    assert told == [4, "d-3", "d-1", [2]]


@pytest.fixture
def speak() -> Iterator[Any]:
    yield i18n.use
    i18n.use("en")


def test_what_is_wrong_is_said_in_the_language_of_the_person(target: Path, speak: Any) -> None:
    words = set()
    for language in i18n.LANGUAGES:
        speak(language)
        wrong = table("sealed", "counts", ["month"], **settings(target, site="Aarhus C"))
        with pytest.raises(Problem) as error:
            _made("sealed", wrong)
        said = i18n._("site is written with small letters, digits and hyphens")
        assert said in str(error.value)
        words.add(said)
    assert len(words) == len(i18n.LANGUAGES)


def test_a_page_does_not_change_with_the_language_of_the_person(target: Path, speak: Any) -> None:
    pages = set()
    for language in i18n.LANGUAGES:
        speak(language)
        pages.add(_made("sealed", table("sealed", "counts", ["month"], **settings(target))))
    assert len(pages) == 1


def _made(exporter: str, what: dict[str, Any]) -> bytes:
    """Make a page in a worker process."""
    destination = config("one", what)["one"]
    view = reduce(a_round(), destination.level, destination.fields, "da")
    return freeze(view, "one", destination, about(exporter), source(exporter)).body


VALUES = st.recursive(
    st.text() | st.integers(-(10**9), 10**9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_canonical_json_has_one_form(value: Any) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text
    if isinstance(value, dict):
        assert canonical(dict(reversed(value.items()))) == text


@pytest.mark.parametrize(
    "recipients", [READERS, ", ".join(READERS), tuple(READERS)], ids=("list", "text", "tuple")
)
def test_recipients_are_a_list_or_text_with_commas(recipients: Any) -> None:
    sealed = seal(b"text", recipients)
    assert [opened(sealed, key) for key in KEYS[:2]] == [b"text"] * 2


@pytest.mark.parametrize(
    "changes",
    [
        {"recipients": ""},
        {"recipients": []},
        {"recipients": "age1nonsense"},
        {"recipients": [READERS[0], "ssh-rsa nonsense"]},
        {"recipients": str(KEYS[0])},
        {"site": "Århus"},
        {"site": "../x"},
    ],
    ids=("none", "empty", "nonsense", "one-bad", "secret", "letters", "path"),
)
def test_what_can_not_be_used_is_refused_before_it_is_approved(changes: Any, target: Path) -> None:
    with pytest.raises(NotSent) as caught:
        frozen("sealed", "full", ["notes"], **settings(target, **changes))
    assert "SECRET-KEY" not in str(caught.value)
    assert seen_in(str(caught.value)) == set()


def test_a_repeat_leaves_the_first_drop_as_it_is(target: Path) -> None:
    doc = frozen("sealed", "counts", ["people"], **settings(target))
    assert not Sealed().send(doc, link(settings(target))).duplicate
    [file] = target.iterdir()
    first = file.read_bytes()
    again = attempt("sealed", doc, settings(target, recipients=READERS[:1]))
    assert (again.ending, again.duplicate) == ("receipt", True)
    assert file.read_bytes() == first
    assert [path.name for path in target.iterdir()] == [file.name]


@pytest.mark.parametrize("there", [b"", b"mine", "longer", "cut"])
def test_another_file_of_the_name_is_refused_and_kept(there: Any, target: Path) -> None:
    doc = frozen("sealed", "counts", ["people"], **settings(target))
    if there == "longer":
        there = seal(doc.body + b" ", READERS)
    elif there == "cut":
        there = seal(doc.body, READERS)[:-1]
    (target / f"{doc.id}.age").write_bytes(there)
    with pytest.raises(Rejected) as caught:
        Sealed().send(doc, link(settings(target)))
    assert caught.value.why == "taken"
    assert (target / f"{doc.id}.age").read_bytes() == there


def test_a_folder_that_is_away_costs_nothing(tmp_path: Path) -> None:
    result = attempt("sealed", document(), settings(tmp_path / "away"))
    assert (result.ending, result.why) == ("not-sent", "no-folder")


@given(st.binary(max_size=3000), st.binary(max_size=3000))
def test_drops_are_told_apart_by_length_and_one_text_is_always_the_same(
    one: bytes, other: bytes
) -> None:
    ours = seal(one, READERS[0])
    assert verdict(seal(one, READERS), ours) == "same"
    assert verdict(ours[: len(ours) // 2], ours) != "same"
    assert verdict(ours[:-1], ours) == "other"
    assert verdict(one, ours) != "same"
    if len(one) != len(other):
        assert verdict(seal(other, READERS[0]), ours) == "other"


def test_sealing_hides_and_is_never_the_same() -> None:
    assert seal(b"text", READERS) != seal(b"text", READERS)
    assert about("sealed").seals
    assert about("sealed-webdav").seals


@pytest.mark.peer
def test_on_a_server_a_lost_answer_leaves_one_drop_that_opens(
    outbox: Outbox, tmp_path: Path
) -> None:
    with running(Dav(tmp_path / "dav")) as dav, cut_line(dav.port, b" 201 ") as line:
        given = {
            "url": f"http://127.0.0.1:{line.port}/site",
            "user": USER,
            "password": {"env": "DEBRIEF_TEST_DAV"},
            "recipients": ",".join(READERS),
            "site": "aarhus",
        }
        (tmp_path / "dav" / "site").mkdir()
        destinations = config("drop", table("sealed-webdav", "full", [*allowed("full")], **given))
        doc = planned(outbox, destinations, "drop")
        [first] = send_due(outbox, destinations, NOW)
        assert (first.ending, first.state) == ("unknown", "ready")
        kept = dav.files()
        [second] = send_due(outbox, destinations, LATER)
        assert second.receipt is not None
        assert second.receipt.duplicate
        assert dav.files() == kept
        [(name, data)] = kept.items()
        assert name == f"site/{doc.id}.age"
        assert opened(data) == doc.body
        assert seen_in(data.decode("latin-1") + repr(dav.requests)) == set()


@pytest.mark.peer
def test_on_a_server_the_beginning_of_a_drop_is_replaced_and_another_is_not(
    tmp_path: Path,
) -> None:
    doc = frozen("sealed", "counts", ["people"], **settings(tmp_path))
    with running(Dav(tmp_path / "dav")) as dav:
        to = {"url": dav.url, **LOGIN, "recipients": READERS, "site": "aarhus"}
        file = dav.folder / f"{doc.id}.age"
        file.write_bytes(seal(doc.body, READERS)[:40])
        SealedWebdav().send(doc, link(to))
        assert opened(file.read_bytes()) == doc.body
        file.write_bytes(b"mine")
        with pytest.raises(Rejected):
            SealedWebdav().send(doc, link(to))
        assert file.read_bytes() == b"mine"


class _Open(Sealed):
    """Forgets to seal."""

    def send(self, doc: Any, to: Any) -> Any:
        named = msgspec.structs.replace(doc, filename=f"{doc.id}.age")
        return super(Sealed, self).send(named, to)


class _Replacing(Sealed):
    """Puts a new sealing in the place of the old one."""

    def send(self, doc: Any, to: Any) -> Any:
        for path in Path(to["path"]).iterdir():
            path.unlink()
        return super().send(doc, to)


class _Trusting(Sealed):
    """Takes whatever has the name for its own."""

    def send(self, doc: Any, to: Any) -> Any:
        (Path(to["path"]) / f"{doc.id}.age").exists() or super().send(doc, to)
        return Receipt()


def keeps_its_word(sender: Sealed, folder: Path) -> bool:
    """Tell whether it seals, leaves the first drop, and refuses a file that is not its own."""
    folder.mkdir()
    doc, to = document(b"canarynote " * 9), link(settings(folder))
    sender.send(doc, to)
    [file] = folder.iterdir()
    first = file.read_bytes()
    sender.send(doc, to)
    if b"canarynote" in first or file.read_bytes() != first:
        return False
    file.write_bytes(b"mine")
    try:
        sender.send(doc, to)
    except Exception:  # noqa: BLE001 - whatever it says, as long as it is not a receipt
        return file.read_bytes() == b"mine"
    return False


def test_senders_that_do_not_seal_or_replace_are_found(tmp_path: Path) -> None:
    assert keeps_its_word(Sealed(), tmp_path / "good")
    for number, bug in enumerate((_Open, _Replacing, _Trusting)):
        assert not keeps_its_word(bug(), tmp_path / str(number)), bug


def test_a_key_that_is_gone_from_the_settings_seals_to_nobody(target: Path) -> None:
    with pytest.raises(NotSent):
        Sealed().send(document(), link(settings(target, recipients="")))
    assert list(target.iterdir()) == []


def test_the_check_looks_at_folder_and_keys_and_writes_nothing(target: Path) -> None:
    assert [*Sealed().check(link(settings(target)))] == []
    away = settings(target / "away", recipients="age1nonsense")
    folder, key = Sealed().check(link(away))
    assert "folder" in folder
    assert "public key" in key
    to = {"url": "http://127.0.0.1:9", **LOGIN, "recipients": "", "site": "aarhus"}
    assert len([*SealedWebdav().check(link(to))]) == 2
    assert list(target.iterdir()) == []
