"""`debrief keys`: what there is, a spare, others who can open, new keys, a passphrase, a test."""

from __future__ import annotations

import hashlib
import json
import re
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pexpect
import pyrage
import pytest

from debrief.cli import hidden
from debrief.desk import Desk, keyring
from debrief.errors import EXIT_INPUT, EXIT_KEY, EXIT_USAGE, Problem
from debrief.plain.leaving import sealed_lines
from debrief.record import identities, passphrase, recovery, together
from debrief.record.sessionfile import open_private
from debrief.record.verify import verify_folder
from debrief.tui.screens.close import receipt
from debrief.workspace.places import Places
from tests.cli.conftest import Run
from tests.record import cheap
from tests.record.rounds import a_round

WORDS = "fire heste på en bro"
OTHER = str(pyrage.x25519.Identity.generate().to_public())
SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAbifjUj1HFPqb76XqO2OeKqGGFL+3qzgkmzmkWzgjrZ"


def written(shown: str) -> str:
    """Return the secret as it was shown for writing by hand."""
    found = re.search(r"AGE-SECRET-KEY-1\n((?: +[A-Z0-9 ]+\n)+)", shown)
    assert found is not None, shown
    return found[1]


@pytest.fixture
def spare(run: Run, held: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make a recovery key at the held desk; return what was written down."""
    kept = []
    made = recovery.Making

    class Seen(made):  # type: ignore[valid-type, misc]
        def __init__(self) -> None:
            super().__init__()
            kept.append(self)

    monkeypatch.setattr(recovery, "Making", Seen)
    lines = []

    def typed() -> str:
        bare = "".join(kept[0].lines()).replace(" ", "")
        return f"{bare[-6:-3].lower()} {bare[-3:]}"

    class Typing:
        def ask(self, question: str) -> str:
            lines.append(question)
            return typed()

    monkeypatch.setattr("debrief.plain.talk.terminal", Typing)
    said = run("keys", "recovery")
    assert said.status == 0, said.err
    assert "last 6 characters" in lines[0]
    assert "before stay sealed as they were" in said.out
    return written(said.out)


def at(places: Places) -> Desk:
    return Desk(places)


# show


def test_where_there_are_no_keys_none_are_made(run: Run, places: Places) -> None:
    for words in (("show",), ("rotate", "--yes"), ("test",)):
        said = run("keys", *words)
        assert (said.status, said.out) == (EXIT_KEY, "")
        assert "no keys yet" in said.err
    assert not places.config.exists()


def test_keys_are_shown_without_their_secrets(run: Run, held: Desk) -> None:
    said = run("keys", "show")
    assert said.status == 0
    assert held.keys.recipient in said.out
    told = subprocess.run(
        ["ssh-keygen", "-l", "-f", held.places.config / "signing_key.pub"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert held.keys.fingerprint in told
    assert held.keys.fingerprint in said.out
    assert "SECRET" not in said.out
    assert "by you alone" in said.out
    found = json.loads(run("keys", "show", "--format", "json").out)
    assert found["recipient"] == held.keys.recipient
    assert (found["recovery"], found["passphrase"], found["recipients"]) == (None, False, [])
    assert found["open_to_others"] == []


def test_a_key_others_may_read_is_told(run: Run, held: Desk) -> None:
    (held.places.config / "signing_key").chmod(0o640)
    assert "chmod 600" in run("keys", "show").out
    said = run("keys", "test")
    assert said.status == EXIT_KEY
    assert "chmod 600" in said.out


# A spare


def test_a_spare_is_made_once_and_opens_what_is_sealed_from_then_on(
    run: Run, held: Desk, spare: str
) -> None:
    identity = pyrage.x25519.Identity.from_str(recovery.secret_of(spare))
    desk = at(held.places)
    assert desk.keys.spare == str(identity.to_public())
    assert pyrage.decrypt(desk.keys.seal(b"x").encode(), [identity]) == b"x"
    shown = run("keys", "show").out
    assert desk.keys.spare in shown
    assert re.search(r"since \d{4}-\d\d-\d\d", shown)
    assert json.loads(run("keys", "show", "--format", "json").out)["recovery"]["since"]


def test_a_spare_that_is_not_typed_back_is_not_kept(run: Run, held: Desk) -> None:
    said = run("keys", "recovery", given="aaaaaa\nbbbbbb\ncccccc\n")
    assert said.status == EXIT_USAGE
    assert "no recovery key was kept" in said.err
    assert said.out.count("Type the last 6") == 3
    assert not (held.places.config / "recovery.txt").exists()
    assert run("keys", "recovery", given="").status == EXIT_USAGE
    assert not (held.places.config / "recovery.txt").exists()


def test_a_spare_takes_over_on_another_computer(
    run: Run, held: Desk, spare: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(held.places).keep(held.roster)
    monkeypatch.setenv("DEBRIEF_CONFIG", str(tmp_path / "new"))
    monkeypatch.setenv("DEBRIEF_STATE", str(tmp_path / "state-new"))
    said = run("keys", "restore", given="not a key\n")
    assert said.status == EXIT_KEY
    assert not (tmp_path / "new" / "identity.txt").exists()
    said = run("keys", "restore", given=f"  {spare.lower()}\n")
    assert said.status == 0, said.err
    assert "Of 3 sessions here, it opens 0." in said.out
    assert "closed before it was made" in said.out
    assert "roster stay closed" not in said.out
    again = run("keys", "restore", given=spare)
    assert again.status == EXIT_KEY
    assert "left as it is" in again.err
    assert run("keys", "test").status == 0


def test_the_spare_is_tried(run: Run, held: Desk, spare: str) -> None:
    said = run("keys", "test", "--recovery", given=spare)
    assert said.status == 0, said.out + said.err
    assert "all is sealed for" in said.out
    said = run("keys", "test", "--recovery", given=identities.new())
    assert said.status == EXIT_KEY
    assert "but not the recovery key" in said.out
    assert run("keys", "test", "--recovery", given="garbage").status == EXIT_KEY


def test_without_a_spare_it_cannot_be_tried(run: Run, held: Desk) -> None:
    said = run("keys", "test", "--recovery", given=identities.new())
    assert said.status == EXIT_KEY
    assert "no recovery key yet" in said.err


# The reminder


def test_one_line_reminds_of_a_spare_until_somebody_else_can_open(
    run: Run, held: Desk, places: Places
) -> None:
    said = run("list")
    assert said.err.count("keys recovery") == 1
    assert len(said.out.splitlines()) == 3
    assert keyring.only_here(held)
    assert held.overview().only_here
    assert "keys recovery" not in run("list", "--format", "json").err
    assert "keys recovery" not in run("list", "--team", "x").err
    assert "▲ keys" in run("doctor").out
    assert run("keys", "recipients", "add", OTHER).status == 0
    assert "keys recovery" not in run("list").err


def test_nothing_reminds_where_nothing_was_closed(run: Run, places: Places) -> None:
    assert "keys recovery" not in run("list").err
    assert not at(places).overview().only_here


def test_nothing_reminds_of_a_spare_there_is(run: Run, held: Desk, spare: str) -> None:
    assert "keys recovery" not in run("list").err
    said = run("doctor")
    assert said.status == 0
    assert "There is a recovery key" in said.out


# Recipients


def test_a_recipient_is_added_listed_and_removed(run: Run, held: Desk) -> None:
    settings = held.places.settings
    settings.write_text('# ours\nversion = 1\nteam = "Nord"  # us\n', "utf-8")
    settings.chmod(0o644)
    said = run("keys", "recipients", "add", OTHER, "--name", "Revisor  Ø")
    assert said.status == 0, said.err
    assert "Revisor Ø" in said.out
    assert "before stay sealed as they were" in said.out
    assert settings.read_text("utf-8").startswith('# ours\nversion = 1\nteam = "Nord"  # us\n')
    assert stat.S_IMODE(settings.stat().st_mode) == 0o644
    assert run("keys", "recipients", "add", *SSH.split(), "anne@nord").status == 0
    assert run("keys", "recipients", "list").out == f"{OTHER}  Revisor Ø\n{SSH}  anne@nord\n"
    assert at(held.places).config.sealed_for == (OTHER, SSH)
    assert json.loads(run("keys", "show", "--format", "json").out)["recipients"] == [
        {"key": OTHER, "name": "Revisor Ø"},
        {"key": SSH, "name": "anne@nord"},
    ]
    assert run("keys", "recipients", "remove", "revisor ø").status == 0
    assert run("keys", "recipients", "remove", *SSH.split()).status == 0
    assert run("keys", "recipients", "list").out == "Nobody else can open what you seal.\n"
    assert run("keys", "recipients", "remove", "Anne").status == EXIT_USAGE


def test_what_is_sealed_from_then_on_opens_with_it(run: Run, held: Desk) -> None:
    other = pyrage.x25519.Identity.generate()
    run("keys", "recipients", "add", str(other.to_public()), "--name", "Auditor")
    desk = at(held.places)
    desk.keep(held.roster)
    sealed = re.search(
        rb"-----BEGIN AGE.*?-----END AGE ENCRYPTED FILE-----\n",
        held.places.roster.read_bytes(),
        re.DOTALL,
    )
    assert sealed is not None
    assert b"Birgit" in pyrage.decrypt(sealed[0], [other])


def test_a_configuration_is_made_where_there_is_none(run: Run, places: Places) -> None:
    assert run("keys", "recipients", "add", OTHER).status == 0
    assert at(places).config.recipients == (OTHER,)
    assert not places.config.exists(), "nobody needs keys for that"


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("age1nonsense", "no public key"),
        ("ssh-rsa AAAA", "no public key"),
        ("ssh-ed25519 nonsense", "no public key"),
        ("", "no public key"),
        pytest.param(str(pyrage.x25519.Identity.generate()), "secret key", id="a secret key"),
    ],
)
def test_what_is_no_public_key_is_refused(run: Run, held: Desk, key: str, word: str) -> None:
    said = run("keys", "recipients", "add", key)
    assert said.status == EXIT_KEY
    assert word in said.err
    assert not key or key not in said.err + said.out
    assert not held.places.settings.exists()


def test_ones_own_and_doubles_are_refused(run: Run, held: Desk, spare: str) -> None:
    keys = at(held.places).keys
    for own in (keys.recipient, keys.spare, keys.public_key):
        said = run("keys", "recipients", "add", own)
        assert (said.status, "your own key" in said.err) == (EXIT_KEY, True)
    assert run("keys", "recipients", "add", OTHER, "--name", "Ann").status == 0
    assert "already" in run("keys", "recipients", "add", OTHER).err
    assert "already" in run("keys", "recipients", "add", SSH, "--name", "ann").err
    assert len(at(held.places).config.recipients) == 1


def test_a_file_that_cannot_be_edited_safely_is_left(
    run: Run, held: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tomlkit.dumps", lambda _document: 'team = "another"\n')
    text = f'recipients = ["{OTHER}"]\n'
    held.places.settings.write_text(text, "utf-8")
    said = run("keys", "recipients", "add", SSH, "--name", "Ann")
    assert said.status == EXIT_INPUT
    assert f'"{SSH} Ann",' in said.err
    assert "by hand" in run("keys", "recipients", "remove", OTHER).err
    assert held.places.settings.read_text("utf-8") == text


def test_a_recipient_that_is_no_key_is_told(run: Run, held: Desk) -> None:
    held.places.settings.write_text('recipients = ["age1nonsense"]\n', "utf-8")
    said = run("keys", "test")
    assert said.status == EXIT_KEY
    assert "Recipient 1" in said.out


# New keys


def test_new_keys_open_the_old_and_all_verifies(run: Run, held: Desk) -> None:
    old = held.keys
    said = run("keys", "rotate", "--yes")
    assert said.status == 0, said.err
    desk = at(held.places)
    assert desk.keys.recipient != old.recipient
    assert desk.keys.fingerprint in said.out
    assert all(verdict.ok for verdict in verify_folder(desk.disk, desk.places.sessions))
    for one in desk.held():
        assert open_private(desk.disk.read(one.path), desk.keys)
    lines = (desk.places.sessions / "allowed_signers").read_text().splitlines()
    assert [" until " in line for line in lines] == [True, False]
    assert "1 older key" in run("keys", "show").out
    assert run("verify").status == 0


def test_new_keys_are_not_made_without_a_yes(run: Run, held: Desk) -> None:
    assert run("keys", "rotate", given="no\n").status == EXIT_USAGE
    assert run("keys", "rotate", given="").status == EXIT_USAGE
    assert at(held.places).keys.recipient == held.keys.recipient


# A passphrase


class Person:
    """Somebody at a terminal who types what is asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.types: list[str] = []
        self.asked: list[str] = []
        monkeypatch.setattr(hidden, "at_terminal", lambda: True)
        monkeypatch.setattr(hidden, "ask", self._ask)
        monkeypatch.setattr(passphrase, "sealing", self._sealing)

    def _ask(self, prompt: str) -> str:
        self.asked.append(prompt)
        return self.types.pop(0)

    @staticmethod
    def _sealing(given: str, data: bytes) -> object:
        class Done:
            def wait(self, timeout: float | None = None) -> bytes:
                return cheap.sealed(given, data)

        return Done()


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Person:
    return Person(monkeypatch)


def lock(desk: Desk) -> None:
    """Put a passphrase around the key of a desk."""
    keyring.protect(desk, cheap.sealed(WORDS, keyring.plain_identity(desk)))


def test_a_passphrase_is_set_asked_for_and_removed(run: Run, held: Desk, person: Person) -> None:
    folder = held.places.config
    before = (folder / "identity.txt").read_bytes()
    person.types = [WORDS, WORDS]
    said = run("keys", "passphrase", "set")
    assert said.status == 0, said.err
    assert not (folder / "identity.txt").exists()
    assert (folder / "identity.age").read_bytes().startswith(b"age-encryption.org/v1\n-> scrypt")
    person.types = ["wrong", WORDS]
    said = run("keys", "show")
    assert said.status == 0
    assert held.keys.recipient in said.out
    assert "does not open the key" in said.err
    person.types = [WORDS]
    assert run("keys", "passphrase", "remove").status == 0
    assert (folder / "identity.txt").read_bytes() == before
    assert not (folder / "identity.age").exists()
    assert run("keys", "passphrase", "remove").status == EXIT_KEY
    assert person.types == []


def test_three_wrong_ones_are_enough(run: Run, held: Desk, person: Person) -> None:
    lock(held)
    person.types = ["a", "b", "c", "d"]
    said = run("keys", "show")
    assert said.status == EXIT_KEY
    assert person.types == ["d"]


@pytest.mark.parametrize("types", [["short"], [WORDS, "another one"]])
def test_a_passphrase_that_will_not_do_changes_nothing(
    run: Run, held: Desk, person: Person, types: list[str]
) -> None:
    person.types = [*types]
    assert run("keys", "passphrase", "set").status == EXIT_USAGE
    assert (held.places.config / "identity.txt").exists()


def test_protected_keys_stay_protected_when_new_ones_are_made(
    run: Run, held: Desk, person: Person
) -> None:
    lock(held)
    person.types = [WORDS]
    assert run("keys", "rotate", "--yes").status == 0
    assert not (held.places.config / "identity.txt").exists()
    person.types = [WORDS]
    assert "1 older key" in run("keys", "show").out


def test_where_nobody_can_be_asked_one_sentence_says_so(run: Run, held: Desk) -> None:
    lock(held)
    session = held.held()[0].id
    for words in (
        ("keys", "show"),
        ("keys", "rotate", "--yes"),
        ("keys", "test"),
        ("show", session, "--private"),
        ("search", "vagt"),
        ("mine", "Mette"),
    ):
        said = run(*words)
        assert said.status == EXIT_KEY, words
        assert len(said.err.splitlines()) == 1
        assert "passphrase" in said.err
    assert run("list").status == 0
    assert run("verify").status == 0
    said = run("doctor")
    assert said.status == 0
    assert "▲ keys" in said.out


def test_at_a_real_terminal_what_is_typed_is_not_shown(held: Desk) -> None:
    lock(held)
    child = pexpect.spawn(
        sys.executable, ["-m", "debrief", "--lang", "en", "keys", "test"],
        encoding="utf-8", timeout=60,
    )  # fmt: skip
    child.expect("Passphrase of your key:")
    child.sendline("nonsense")
    child.expect("does not open the key")
    child.expect("Passphrase of your key:")
    child.sendline(WORDS)
    child.expect("seal, open and sign")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "nonsense" not in (child.before or "")


def test_at_a_real_terminal_the_spare_is_shown_aside_and_typed_back(held: Desk) -> None:
    child = pexpect.spawn(
        sys.executable, ["-m", "debrief", "--lang", "en", "keys", "recovery"],
        encoding="utf-8", timeout=60, dimensions=(24, 80),
    )  # fmt: skip
    child.expect("wrote down:")
    shown = child.before.replace("\r\n", "\n")
    assert "\x1b[?1049h" in shown
    secret = recovery.secret_of(written(shown))
    child.sendline("wrong1")
    child.expect("not how it ends")
    child.expect("wrote down:")
    child.sendline(secret[-6:].lower())
    child.expect(re.escape("\x1b[?1049l"))
    child.expect(pexpect.EOF)
    assert secret[-12:] not in child.before
    child.close()
    assert child.exitstatus == 0
    assert at(held.places).keys.spare == identities.public(secret)


def test_no_answer_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_words: object) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", ended)
    with pytest.raises(Problem, match="Nothing was typed"):
        hidden.ask("x")


def test_a_close_reminds_in_one_line(held: Desk) -> None:
    state = a_round(2)
    sealed = held.finish(state)
    assert sealed.only_here
    told = [line for line in sealed_lines(sealed, "0" * 64, held.clock()) if "spare key" in line]
    assert told == [keyring.reminder()]
    assert keyring.reminder() in receipt(sealed)
    making = recovery.Making()
    assert making.matches("".join(making.lines()).replace(" ", ""))
    keyring.keep_spare(held, making)
    assert not held.finish(state).only_here


def test_a_key_that_another_window_made_anew_is_not_covered(held: Desk) -> None:
    plain = keyring.plain_identity(held)
    keyring.rotate(at(held.places))
    with pytest.raises(Problem, match="meanwhile"):
        keyring.protect(held, cheap.sealed(WORDS, plain))
    assert (held.places.config / "identity.txt").exists()
    assert not (held.places.config / "identity.age").exists()


def test_a_key_from_a_stop_in_the_middle_counts_as_there(held: Desk) -> None:
    folder = held.places.config
    files: dict[str, bytes | None] = {
        "identity.txt": (folder / "identity.txt").read_bytes(),
        "signing_key": (folder / "signing_key").read_bytes(),
    }
    body = msgspec.json.encode(files)
    (folder / "identity.txt").unlink()
    digest = hashlib.sha256(body).hexdigest().encode()
    (folder / together.CHANGE).write_bytes(digest + b"\n" + body)
    desk = at(held.places)
    assert keyring.made(desk)
    assert desk.keys.recipient == held.keys.recipient
    assert not (folder / together.CHANGE).exists()


def test_a_window_that_stands_open_seals_for_who_was_added_meanwhile(run: Run, held: Desk) -> None:
    other = pyrage.x25519.Identity.generate()
    assert run("keys", "recipients", "add", str(other.to_public())).status == 0
    sealed = held.finish(a_round(2, session="2026-11-28-zzzzzz"))
    block = re.search(
        rb"-----BEGIN AGE.*?-----END AGE ENCRYPTED FILE-----\n", sealed.path.read_bytes(), re.DOTALL
    )
    assert block is not None
    assert b"[private." in pyrage.decrypt(block[0], [other])
    held.places.settings.write_text("broken = = =", "utf-8")
    assert keyring.sealed_for(held) == ()
