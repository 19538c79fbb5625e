"""What is read, and how each kind of mistake in a protocol file is put into words."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import example, given, settings
from hypothesis import strategies as st

import debrief.protocol
from debrief.errors import EXIT_INPUT, Problem
from debrief.i18n import LANGUAGES
from debrief.protocol import Lines, Protocol, load
from debrief.protocol.loading import MAX_BYTES, MAX_LINE
from debrief.protocol.model import EVIDENCE, FORMAT, KEEPS, KINDS
from debrief.text import clean_line

LIBRARY = Path(debrief.protocol.__file__).parent / "library"
STOP5 = (LIBRARY / "stop5.toml").read_text(encoding="utf-8")
ALL_FILES = sorted(LIBRARY.glob("*.toml"))


def refused(text: str | bytes, name: str = "stop5.toml") -> str:
    with pytest.raises(Problem) as caught:
        load(text if isinstance(text, bytes) else text.encode(), name)
    assert caught.value.status == EXIT_INPUT
    assert caught.value.__cause__ is None
    assert name in str(caught.value)
    return str(caught.value)


def changed(old: str, new: str) -> str:
    assert old in STOP5
    return STOP5.replace(old, new, 1)


LOCKED: dict[str, Any] = {
    "locked": True,
    "guardrail": {"da": "Nej.", "nb": "Nei.", "en": "No."},
}


def minimal(**replaced: Any) -> dict[str, Any]:
    text = {"da": "da", "nb": "nb", "en": "en"}
    keys = ("name", "purpose", "when", "roles", "evidence_note")
    phase = {
        "key": "one",
        "name": text,
        "goal": text,
        "minutes": 5,
        "prompts": {"da": ["Hvad?"], "nb": ["Hva?"], "en": ["What?"]},
    }
    whole: dict[str, Any] = {
        "format": FORMAT,
        "id": "house",
        "version": 1,
        "evidence": "C",
        "kind": "check-in",
        **dict.fromkeys(keys, text),
        "avoid": {},
        "sources": [],
        "phases": [phase],
    }
    return whole | replaced


def dumped(value: dict[str, Any]) -> bytes:
    return tomli_w.dumps(value).encode()


def test_a_minimal_house_protocol_is_read() -> None:
    protocol = load(dumped(minimal()), "house.toml")
    assert protocol.phases[0].prompts.to("nb") == ("Hva?",)
    assert protocol.phases[0].avoid == Lines()
    assert protocol.max_people == 10
    assert protocol.earliest_hours == 0


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    data = b"\xef\xbb\xbf" + STOP5.replace("\n", "\r\n").encode()
    assert load(data, "stop5.toml") == load(STOP5.encode(), "stop5.toml")


def test_texts_come_back_cleaned_on_one_line() -> None:
    value = minimal(name={"da": " Ta\x1b[31mk \n for\u202e i dag\t", "nb": "x", "en": "y"})
    assert load(dumped(value), "house.toml").name.da == "Ta\ufffd[31mk for\ufffd i dag"


def test_the_name_of_a_stream_need_not_match_the_id() -> None:
    assert load(STOP5.encode(), "<stdin>").id == "stop5"


def test_the_choices_named_in_messages_are_those_of_the_model() -> None:
    for kind in KINDS:
        assert load(dumped(minimal(kind=kind, **LOCKED)), "house.toml").kind == kind
    for grade in EVIDENCE:
        assert load(dumped(minimal(evidence=grade, **LOCKED)), "house.toml").evidence == grade
    for keep in KEEPS:
        assert load(dumped(minimal(keep=keep)), "house.toml").keep == keep


def phased(*changes: dict[str, Any], **replaced: Any) -> dict[str, Any]:
    """Return a protocol with one phase for each of `changes`, which are keys of that phase."""
    (one,) = minimal()["phases"]
    phases = [{**one, "key": f"p{n}", **change} for n, change in enumerate(changes)]
    return minimal(phases=phases, **replaced)


def test_silence_groups_and_ends_of_a_shift_are_read() -> None:
    value = phased({"silent": 60, "only_if": "start"}, {"groups": 3}, {"only_if": "end"})
    protocol = load(dumped(value), "house.toml")
    assert [phase.silent for phase in protocol.phases] == [60, 0, 0]
    assert [phase.groups for phase in protocol.phases] == [None, 3, None]
    assert [phase.key for phase in protocol.phases_at("start")] == ["p0", "p1"]
    assert [phase.key for phase in protocol.phases_at("end")] == ["p1", "p2"]
    assert protocol.phases_at(None) == protocol.phases
    assert protocol.asks_shift
    assert protocol.planned_seconds(1, "end") == protocol.planned_seconds(1) - 300
    assert not load(dumped(minimal()), "house.toml").asks_shift


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (minimal(min_people=11), "min_people is more than max_people"),
        (minimal(locked=True), "is locked but lacks guardrail"),
        (minimal(guardrail=LOCKED["guardrail"]), "has a guardrail but is not locked"),
        (minimal(kind="reference"), "must be locked; write locked = true"),
        (minimal(evidence="X"), "must be locked; write locked = true"),
        (minimal(locked=True, guardrail={"da": "a", "nb": "b"}), "lacks guardrail.en"),
        (minimal(guardrail=3), "guardrail must be a table with keys of its own"),
        (minimal(keep="not"), "keep must be one of notes, nothing; did you mean notes?"),
        (minimal(keep=3), "keep must be a text in quotation marks"),
        (minimal(locked="yes"), "locked must be true or false"),
        (minimal(lockd=True), "the key lockd, which is not known; did you mean locked?"),
        (phased({"only_if": "start"}), "nothing would be left to hold at one end of a shift"),
        (phased({"only_if": "end"}), "nothing would be left to hold at one end of a shift"),
        (phased({"only_if": "sart"}), "only_if must be one of start, end; did you mean start?"),
        (phased({"groups": 4}), "phases[0].groups must be one of: 2, 3."),
        (phased({"groups": "2"}), "phases[0].groups must be a whole number"),
        (phased({"silent": -1}), "phases[0].silent must be at least 0."),
        (phased({"silent": 601}), "phases[0].silent must be at most 600."),
        (phased({"silent": 1.5}), "phases[0].silent must be a whole number, but it is a number."),
    ],
)
def test_what_the_newer_keys_refuse(value: dict[str, Any], said: str) -> None:
    assert said in refused(dumped(value), "house.toml")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            changed("[phases.prompts]", "[phases.promts]"),
            "The protocol file stop5.toml has the key phases[0].promts, which is not known;"
            " did you mean prompts?",
        ),
        (
            changed('key = "points"\nminutes = 1', 'key = "points"\nminuts = 1'),
            "The protocol file stop5.toml has the key phases[4].minuts, which is not known;"
            " did you mean minutes?",
        ),
        (
            changed("max_people", "max_poeple"),
            "The protocol file stop5.toml has the key max_poeple, which is not known;"
            " did you mean max_people?",
        ),
        (
            changed('nb = "Start"', 'nb = "Start"\nsv = "Start"'),
            "The protocol file stop5.toml has the key phases[0].name.sv, which is not known;"
            " the keys that can stand there are da, nb, en.",
        ),
        (
            changed("version = 1\n", ""),
            "The protocol file stop5.toml lacks the key version.",
        ),
        (
            changed('key = "script"\n', ""),
            "The protocol file stop5.toml lacks the key phases[0].key.",
        ),
        (
            changed('nb = "Start"\n', ""),
            "The protocol file stop5.toml lacks phases[0].name.nb:"
            " every text must be there in da, nb and en.",
        ),
    ],
)
def test_keys(text: str, sentence: str) -> None:
    assert refused(text) == sentence


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version = 1", 'version = "1"', "version must be a whole number, but it is a text"),
        ("version = 1", "version = 1.5", "version must be a whole number, but it is a number"),
        ("version = 1", "version = true", "version must be a whole number, but it is true or"),
        ("version = 1", "version = 2026-01-01", "version must be a whole number, but it is a date"),
        ("version = 1", "version = 0", "version must be at least 1."),
        ("version = 1", "version = 10000", "version must be at most 9999."),
        ("minutes = 1", 'minutes = "1"', "phases[0].minutes must be a number, but it is a text"),
        ("minutes = 1", "minutes = 0", "phases[0].minutes must be more than 0."),
        ("minutes = 1", "minutes = nan", "phases[0].minutes must be more than 0."),
        ("minutes = 1", "minutes = inf", "phases[0].minutes must be at most 180."),
        ("max_people = 12", "earliest_hours = nan", "earliest_hours must be at least 0."),
        ("max_people = 12", "max_people = 41", "max_people must be at most 40."),
        ("sources = [", "sources = {a = 1}\nx = [", "sources must be a list in square brackets"),
        ("[name]", "[[name]]", "name must be a table with keys of its own, but it is a list"),
        ('nb = "Start"', 'nb = ["Start"]', "phases[0].name.nb must be a text in quotation marks"),
        ('nb = "Start"', 'nb = " \\t"', "phases[0].name.nb is empty."),
        ('nb = "Start"', f'nb = "{"x" * 601}"', "phases[0].name.nb is longer than 600 characters."),
        ('id = "stop5"', 'id = "Stop 5"', "id may only hold the small letters a to z and digits"),
        ('id = "stop5"', f'id = "{"a" * 41}"', "id is longer than 40 characters."),
        (
            'kind = "learning"',
            'kind = "Lerning"',
            "kind must be one of defusing, check-in, learning, supervision, reference;"
            " did you mean learning?",
        ),
        ('kind = "learning"', 'kind = "q"', "kind must be one of: defusing, check-in, learning"),
        ('evidence = "B"', 'evidence = "b"', "one of A, B, C, X; did you mean B?"),
        ("debrief-protocol/1", "debrief-protocol/2", "format must be one of: debrief-protocol/1."),
    ],
)
def test_values(old: str, new: str, said: str) -> None:
    message = refused(changed(old, new))
    assert message.startswith("In the protocol file stop5.toml, ")
    assert said in message


def test_no_phases_and_too_many() -> None:
    assert "phases is empty." in refused(dumped(minimal(phases=[])), "house.toml")
    many = [minimal()["phases"][0] | {"key": f"p{number}"} for number in range(13)]
    said = refused(dumped(minimal(phases=many)), "house.toml")
    assert said == "In the protocol file house.toml, phases has more than 12 entries."


def test_an_id_that_is_not_the_files_name() -> None:
    assert refused(STOP5, "stop6.toml") == (
        "The protocol file stop6.toml has the id stop5, but a protocol is found by its file's"
        " name; call the file stop5.toml or change the id."
    )


def test_two_phases_with_one_key() -> None:
    assert refused(changed('key = "summarise"', 'key = "script"')) == (
        "The protocol file stop5.toml has more than one phase with the key script;"
        " every phase needs a key of its own."
    )


def with_prompts(**prompts: list[str]) -> bytes:
    phase = minimal()["phases"][0] | {"prompts": prompts}
    return dumped(minimal(phases=[phase]))


def test_prompts_in_no_language() -> None:
    for data in (with_prompts(), with_prompts(da=[], nb=[], en=[])):
        assert refused(data, "house.toml") == (
            "In the protocol file house.toml, phases[0].prompts is empty;"
            " write at least one prompt in da, nb and en."
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_prompts_missing_or_empty_in_one_language(language: str) -> None:
    nothing: list[dict[str, list[str]]] = [{}, {language: []}]
    for empty in nothing:
        prompts = {other: ["?"] for other in LANGUAGES if other != language} | empty
        said = refused(with_prompts(**prompts), "house.toml")
        assert f"lacks phases[0].prompts.{language}:" in said
        assert said.endswith("must be there in da, nb and en.")


def test_prompts_of_different_count() -> None:
    assert refused(with_prompts(da=["1", "2"], nb=["1"], en=["1", "2"]), "house.toml") == (
        "In the protocol file house.toml, phases[0].prompts has 1 in nb but 2 in da;"
        " every language needs the same number of lines."
    )


def test_avoid_lines_of_different_count() -> None:
    data = dumped(minimal(avoid={"da": ["1", "2"], "nb": ["1", "2"], "en": ["1"]}))
    assert "avoid has 1 in en but 2 in da" in refused(data, "house.toml")
    phase = minimal()["phases"][0] | {"avoid": {"nb": ["1"]}}
    data = dumped(minimal(phases=[phase]))
    assert "lacks phases[0].avoid.da: what stands in nb" in refused(data, "house.toml")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a = 1\nb = \xff", "is not UTF-8 text at line 2; save it again as UTF-8."),
        ("a = 1".encode("utf-16"), "is not UTF-8 text at line 1; save it again as UTF-8."),
        (b'a = 1\nb = "x', "is not valid TOML: it ends in the middle of something."),
        (b"a = 1\nb = ?\n", "is not valid TOML at line 2, column 5."),
        (b"a = 1\na = 2\n", "gives the same key twice, at line 2."),
        (b"a = 1\na = 2", "gives the same key twice near its end."),
        (b"x = " + b"[" * 1900, "is nested too deeply to be a protocol."),
        (b"x = " + b"{a=" * 600, "is nested too deeply to be a protocol."),
        (b"[" + b"a." * 990 + b"a]\n", "is nested too deeply to be a protocol."),
        (b"\n\n#" + b"x" * MAX_LINE, "has a line of more than 2000 bytes, line 3;"),
        (b"#\n" * MAX_BYTES, "is larger than 256 KiB"),
        (b"", "lacks the key format."),
    ],
)
def test_files_that_cannot_be_read_at_all(data: bytes, said: str) -> None:
    assert said in refused(data, "house.toml")


def test_a_dotted_key_as_large_as_a_file_may_be_costs_no_time() -> None:
    started = time.perf_counter()
    refused(b"a" + b".a" * 130_000 + b"=1", "house.toml")
    assert time.perf_counter() - started < 1


def test_keys_and_names_in_a_message_are_clean_and_short() -> None:
    said = refused(b'"\\u001b[2Jx' + b"y" * 200 + b'" = 1', "a.toml")
    assert "\x1b" not in said
    assert len(said) < 400
    assert str(_problem(b"", "evil\x1b]0;x\x07\n.toml")).isprintable()


def _problem(data: bytes, name: str) -> Problem | None:
    """Return the refusal of `data`, None if it is a protocol; any other error gets through."""
    try:
        assert isinstance(load(data, name), Protocol)
    except Problem as problem:
        said = str(problem)
        assert clean_line(said) == said
        assert clean_line(name)[:20] in said
        return problem
    return None


@given(st.binary(max_size=400))
@example(b"9" * 1999)
@example(b"a = " + b"9" * 1900)
@example(b"a = 0x" + b"f" * 1900)
def test_any_bytes_give_a_sentence(data: bytes) -> None:
    assert _problem(data, "house.toml") is not None


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_valid_file_with_bytes_changed_gives_a_protocol_or_a_sentence(
    data: st.DataObject,
) -> None:
    whole = bytearray(data.draw(st.sampled_from(ALL_FILES)).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(whole)))
        length = data.draw(st.sampled_from([0, 1, 2, 40, 1000]))
        whole[start : start + length] = data.draw(
            st.one_of(st.binary(max_size=8), st.sampled_from([b'"', b"[", b"]", b"\n[[phases]]\n"]))
        )
    _problem(bytes(whole), "house.toml")


JUNK = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.lists(st.integers(0, 3), max_size=3),
    st.dictionaries(st.text("abcé`$. -\n", max_size=12), st.integers(0, 3), max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_valid_file_with_values_changed_gives_a_protocol_or_a_sentence(
    data: st.DataObject,
) -> None:
    whole = tomllib.loads(data.draw(st.sampled_from(ALL_FILES)).read_text(encoding="utf-8"))
    place: Any = whole
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            break
        place = place[key]
    what = data.draw(st.sampled_from(["replace", "remove", "add"]))
    if what == "replace":
        place[key] = data.draw(JUNK)
    elif what == "remove":
        del place[key]
    elif isinstance(place, dict):
        place[data.draw(st.text("abcé`$. -\n", min_size=1, max_size=12))] = data.draw(JUNK)
    else:
        place.append(data.draw(JUNK))
    _problem(dumped(whole), "house.toml")
