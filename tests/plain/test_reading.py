"""What typed lines mean: `debrief.plain.reading` and `debrief.plain.vocabulary`."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief import i18n
from debrief.desk import times
from debrief.errors import Problem
from debrief.plain import reading, steps
from debrief.plain import vocabulary as v
from debrief.session.model import CHANNELS, PLACES, ROLES, Person
from debrief.workspace.roster import Roster
from tests.builders import people, person

NOW = dt.datetime(2026, 11, 20, 20, 24, tzinfo=dt.UTC)
KNOWN = Roster(
    (
        Person("c-aaaa", "Aisha", "volunteer", "home", "phone"),
        Person("c-bbbb", "Jonas Holm", "employee", "on-site", "video"),
    )
)


# Vocabulary


def test_every_command_has_a_name_in_every_language() -> None:
    for languages in v.COMMANDS.values():
        assert set(languages) == set(i18n.LANGUAGES)
        assert all(names for names in languages.values())


def test_no_name_means_two_commands() -> None:
    meanings: dict[str, set[str]] = {}
    for code, languages in v.COMMANDS.items():
        for names in languages.values():
            for name in names:
                meanings.setdefault(v.spelled(name), set()).add(code)
    assert [name for name, codes in meanings.items() if len(codes) > 1] == []


def test_a_word_for_a_person_means_one_thing() -> None:
    words = [
        word
        for table in (v.ROLE_WORDS, v.PLACE_WORDS, v.CHANNEL_WORDS)
        for told in table.values()
        for word in told.split("|")
    ]
    assert len(words) == len(set(map(v.spelled, words)))
    assert (tuple(v.ROLE_WORDS), tuple(v.PLACE_WORDS), tuple(v.CHANNEL_WORDS)) == (
        ROLES,
        PLACES,
        CHANNELS,
    )


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("/pass", "pass"),
        ("/pas", "pass"),
        ("/luk", "close"),
        ("/lukk", "close"),
        ("/opfølgning", "follow"),
        ("/opfoelgning", "follow"),
        ("/oppfølging", "follow"),
        ("/HJÆLP", "help"),
        ("/naeste", "next"),
        ("/?", "help"),
    ],
)
def test_commands_are_understood_in_every_language(typed: str, command: str) -> None:
    assert reading.line(typed).command == command


def test_every_answer_that_is_offered_is_understood() -> None:
    for place, lang in enumerate(("en", "da", "nb")):
        offer = {key: words[place] for key, words in v.OFFERED.items()}
        duties = [v.code_for(offer[key], v.DUTY_WORDS) for key in ("acted", "agreed", "no")]
        assert duties == ["acted", "agreed", "not-a-duty"], lang
        signs = [reading.sign_answer(offer[key]) for key in ("confirm", "dismiss", "whose")]
        assert signs == ["confirm", "dismiss", "whose"], lang
        levels = [reading.level(offer[key]) for key in ("now", "soon", "note")]
        assert levels == ["acute", "urgent", "watch"], lang
        told = [reading.agreed(offer[key], NOW).outcome for key in ("declined", "none")]
        assert told == ["declined", "not-needed"], lang
        assert reading.agreed(offer["tomorrow"], NOW).when == times.tomorrow(NOW)
        assert reading.agreed(offer["month"], NOW).when == times.month(NOW)
        assert (v.yes_or_no(offer["yes"]), v.yes_or_no(offer["no"])) == (True, False)
        assert v.is_one_of(offer["anyway"], v.ANYWAY)
        assert v.is_one_of(offer["back"], v.STEP_BACK)


def test_every_command_stands_in_the_help() -> None:
    assert sorted(code for code, _told in steps.help_rows()) == sorted(v.COMMANDS)
    for _code, told in steps.help_rows():
        assert told.format(**v.offered())


def test_a_line_is_a_note_or_a_command() -> None:
    assert reading.line("Sov ikke i nat") == reading.Line(None, "Sov ikke i nat")
    assert reading.line("//3 opkald") == reading.Line(None, "/3 opkald")
    assert reading.line("/load  7 Mette ") == reading.Line("load", "7 Mette")
    assert reading.line("") == reading.Line(None, "")


def test_a_wrong_command_names_the_nearest() -> None:
    with pytest.raises(Problem, match=r"/stats; did you mean /status\?"):
        reading.line("/stats")
    with pytest.raises(Problem, match="/help shows"):
        reading.line("/qqqqqq")


# People


def test_a_person_is_a_name_and_what_is_known_of_them() -> None:
    found = reading.person("Mette, frivillig, hjemme, tlf", KNOWN)
    assert (found.name, found.role, found.place, found.channel) == (
        "Mette",
        "volunteer",
        "home",
        "phone",
    )
    assert found.id.startswith("c-")


def test_details_come_in_any_order_and_any_language() -> None:
    found = reading.person("Ola, video, likeperson, på kontoret", KNOWN)
    assert (found.role, found.place, found.channel) == ("peer-worker", "on-site", "video")


def test_a_new_person_on_site_is_in_the_room() -> None:
    assert reading.person("Ola, kontor", KNOWN).channel == "in-person"
    assert reading.person("Ola", KNOWN).channel == "video"


def test_somebody_known_keeps_pseudonym_and_habits() -> None:
    assert reading.person("aisha", KNOWN) == KNOWN.people[0]
    assert reading.person("1", KNOWN) == KNOWN.people[0]
    moved = reading.person("2, hjemme", KNOWN)
    assert (moved.id, moved.role, moved.place) == ("c-bbbb", "employee", "home")


@pytest.mark.parametrize("line", ["", ", video", "3", "Ola, hjemmme", "Ola, 17", "x" * 61])
def test_a_person_that_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(Problem):
        reading.person(line, KNOWN)


def test_nobody_is_in_a_round_twice() -> None:
    with pytest.raises(Problem, match="Aisha is in the round already"):
        reading.person("AISHA", KNOWN, [KNOWN.people[0]])
    mette = reading.person("Mette", KNOWN)
    with pytest.raises(Problem):
        reading.person("mette", KNOWN, [mette])


@given(st.text(max_size=120))
def test_any_line_is_a_person_or_one_sentence(text: str) -> None:
    try:
        found = reading.person(text, KNOWN)
    except Problem:
        return
    else:
        assert found.name
        assert found.role in ROLES
        assert found.place in PLACES
        assert found.channel in CHANNELS


# Whose


ROUND = (*people("Mette", "Mette Marie", "Per"), person("Åse"))


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("Mette i morgen 10", "Mette", "i morgen 10"),
        ("mette marie i morgen", "Mette Marie", "i morgen"),
        ("Mette Marie", "Mette Marie", ""),
        ("pe 3d", "Per", "3d"),
        ("4 none", "Åse", "none"),
        ("Åse: none", "Åse", "none"),
    ],
)
def test_a_name_is_found_at_the_beginning(text: str, name: str, rest: str) -> None:
    found, after = reading.whom(text, ROUND)
    assert (found.name, after) == (name, rest)


@pytest.mark.parametrize("text", ["", "Ole 3d", "m 3d", "9 3d"])
def test_nobody_or_more_than_one_is_refused(text: str) -> None:
    with pytest.raises(Problem):
        reading.whom(text, ROUND)


# Answers


def test_what_is_agreed_is_a_time_or_not() -> None:
    dated = reading.agreed("2026-11-22 10:00; bagvagt", NOW)
    assert (dated.outcome, dated.by) == ("dated", "bagvagt")
    assert dated.when == dt.datetime(2026, 11, 22, 10).astimezone(dt.UTC)
    assert reading.agreed("nej tak", NOW).outcome == "declined"
    assert reading.agreed("ikke nødvendigt", NOW).outcome == "not-needed"
    for text in ("", ";", "måske"):
        with pytest.raises(Problem):
            reading.agreed(text, NOW)


def test_an_action_may_lack_owner_and_date() -> None:
    assert reading.planned("To på vagt", NOW) == reading.Planned("To på vagt")
    assert reading.planned("To på vagt; Per; 1/12", NOW) == reading.Planned(
        "To på vagt", "Per", dt.date(2026, 12, 1)
    )
    assert reading.planned("To på vagt;; 1/12", NOW).due == dt.date(2026, 12, 1)
    for text in ("", ";Per", "a;b;c;d", "a;b;banan"):
        with pytest.raises(Problem):
            reading.planned(text, NOW)


@given(st.text(max_size=10))
def test_a_load_is_a_whole_number_to_ten(text: str) -> None:
    try:
        assert 0 <= reading.load(text) <= 10
    except Problem:
        assert text.strip() not in map(str, range(11))


@pytest.mark.parametrize(
    ("text", "level"), [("nu", "acute"), ("snart", "urgent"), ("obs", "watch")]
)
def test_levels_are_understood(text: str, level: str) -> None:
    assert reading.level(text) == level


@given(st.text(max_size=60))
def test_any_line_is_read_or_refused(text: str) -> None:
    for read in (
        reading.line,
        reading.level,
        reading.sign_answer,
        lambda said: reading.whom(said, ROUND),
        lambda said: reading.agreed(said, NOW),
        lambda said: reading.planned(said, NOW),
        lambda said: reading.number(said, 5),
    ):
        with contextlib.suppress(Problem):
            read(text)
