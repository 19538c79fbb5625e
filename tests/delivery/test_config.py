from __future__ import annotations

import pytest

from debrief.delivery.config import About, Destination, check_exporter, parse_destinations
from debrief.delivery.secretrefs import SecretRef, resolve
from debrief.errors import EXIT_KEY, Problem
from debrief.plugin import Setting
from tests.delivery.conftest import webhook

URL = "https://intranet.example.org/hook"


def parse(**changes: object) -> Destination:
    return parse_destinations({"board": webhook(URL, **changes)}, "debrief.toml")["board"]


def test_a_whole_destination() -> None:
    destination = parse(when="manual", network={"deadline": "2m", "proxy": "system"})
    assert destination.hosts == ("intranet.example.org",)
    assert destination.network.deadline_s == 120
    assert destination.approve
    assert destination.settings["secret"] == SecretRef(env="DEBRIEF_TEST_SECRET")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"feilds": []}, "feilds.*fields"),
        ({"level": "all"}, "level"),
        ({"fields": ["teem"]}, "teem.*team"),
        ({"fields": ["notes"]}, "notes.*full"),
        ({"approve": False}, "only level counts"),
        ({"level": "full", "fields": ["notes"]}, "webhook does not seal"),
        ({"network": {"deadline": "20"}}, "20s"),
        ({"network": {"deadline": "11m"}}, "10 minutes"),
        ({"network": {"host": ["x"]}}, "host.*hosts"),
        ({"network": {"proxy": "http://me:pw@proxy.example"}}, "none, system"),
        ({"network": {"proxy": "proxy.example:3128"}}, "none, system"),
        ({"settings": {"url": URL}}, "secret.*missing"),
        ({"settings": {"url": URL, "secret": "whsec_abc"}}, "may not stand in the file"),
        ({"settings": {"url": {"env": "X"}, "secret": {"env": "X"}}}, "not a secret"),
        ({"settings": {"url": URL, "secret": {"env": "X", "file": "y"}}}, "one of"),
        ({"settings": {"url": URL, "secret": {"evn": "X"}}}, "evn"),
        ({"settings": {"url": URL, "secret": {}}}, "one of"),
        ({"settings": {"urll": URL, "secret": {"env": "X"}}}, "urll.*url"),
        ({"settings": {"url": "http://intranet.example.org/", "secret": {"env": "X"}}}, "https"),
        ({"settings": {"url": "https://me:pw@x.example/", "secret": {"env": "X"}}}, "password"),
        ({"when": "weekly"}, "when takes one of: on-close, manual"),
        ({"fields": "date"}, "fields must be a list"),
        ({"fields": [3]}, r"fields\[0\] must be a text"),
        ({"network": {"hosts": "x"}}, "network.hosts must be a list"),
        ({"settings": {"url": URL, "secret": None}}, "settings holds something"),
    ],
)
def test_each_mistake_is_a_sentence_with_its_place(changes: dict[str, object], words: str) -> None:
    with pytest.raises(Problem, match=f"(?s)debrief.toml, destinations.board.*{words}") as caught:
        parse(**changes)
    assert "Expected" not in str(caught.value)
    assert "whsec_abc" not in str(caught.value)
    assert "pw" not in str(caught.value)


def test_level_and_fields_have_no_default() -> None:
    table = webhook(URL)
    for key in ("level", "fields", "exporter"):
        with pytest.raises(Problem, match=key):
            parse_destinations({"board": {k: v for k, v in table.items() if k != key}}, "x.toml")


def test_a_name_is_an_identifier_and_a_destination_a_table() -> None:
    with pytest.raises(Problem, match="small letters"):
        parse_destinations({"The Board": webhook(URL)}, "debrief.toml")
    with pytest.raises(Problem, match="board: it must be a table"):
        parse_destinations({"board": "webhook"}, "debrief.toml")


def test_an_exporter_that_is_not_known_yet_is_checked_when_it_is() -> None:
    table = webhook(URL, exporter="wiki")
    destination = parse_destinations({"wiki": table}, "debrief.toml")["wiki"]
    about = About("wiki", settings=(Setting("url", "Where"), Setting("secret", "Not one")))
    with pytest.raises(Problem, match="not a secret"):
        check_exporter("wiki", destination, about, "debrief.toml")


def test_full_may_go_where_it_is_sealed() -> None:
    table = webhook(URL, exporter="vault", level="full", fields=["notes"])
    destination = parse_destinations({"vault": table}, "debrief.toml")["vault"]
    settings = (Setting("url", "Where"), Setting("secret", "x", required=False))
    table["settings"] = {"url": URL}
    destination = parse_destinations({"vault": table}, "debrief.toml")["vault"]
    check_exporter("vault", destination, About("vault", settings=settings, seals=True), "x")


def test_secrets_come_from_where_they_are(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret"
    file.write_text("from-file\n", "utf-8")
    monkeypatch.setenv("A_SECRET", "from-env")
    assert resolve(SecretRef(env="A_SECRET"), "token", "board") == "from-env"
    assert resolve(SecretRef(file=str(file)), "token", "board") == "from-file"
    assert resolve(SecretRef(command=("echo", "from command")), "token", "b") == "from command"
    assert resolve(SecretRef(command="echo 'from words'"), "token", "board") == "from words"


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        (SecretRef(env="NOT_SET_ANYWHERE"), "NOT_SET_ANYWHERE"),
        (SecretRef(file="/nowhere/at/all"), "/nowhere/at/all"),
        (SecretRef(command=("false", "hush")), "its command"),
        (SecretRef(command=("/no/such/program",)), "its command"),
        (SecretRef(keyring="debrief/board"), "keyring"),
    ],
)
def test_a_secret_that_is_not_there_is_a_sentence(ref: SecretRef, words: str) -> None:
    with pytest.raises(Problem, match=words) as caught:
        resolve(ref, "token", "board")
    assert caught.value.status == EXIT_KEY
    assert "hush" not in str(caught.value)
