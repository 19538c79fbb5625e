"""Recipients in debrief.toml: read with their names, and edited without touching anything else."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.workspace import recipients
from debrief.workspace.config import parse
from debrief.workspace.recipients import Recipient

NEW = Recipient("age1new", "Ny revisor")
FILES = (
    "",
    "# nothing yet\n",
    "version = 1",
    'version = 1\r\nteam = "Nord"\r\n',
    'version = 1\n\n# the board\n[destinations.board]\nexporter = "folder"\n',
    "recipients = []\n",
    "recipients = [\n]\n",
    "recipients = [ # nobody yet\n]\n",
    'recipients = ["age1a"]\n',
    'recipients = ["age1a", "age1b",]  # both\nteam = "N"\n',
    "recipients=[\n  \"age1a\",  # Anne, the [first]\n  'age1b'\n]\n[retention]\nrecord_days = 1\n",
    'recipients = [\n    "age1a", "age1b",\n    # more to come, "maybe"\n]\n',
    'recipients = [\r\n\t"age1a",\r\n\t"age1b",\r\n]\r\nteam = "N"\r\n',
    'recipients = ["age1a",\n              "age1b"]\n',
    'recipients = [\n  "age1a"  # no comma, yet\n]\n',
)


def entries(text: str | bytes) -> list[str]:
    data = text if isinstance(text, str) else text.decode()
    return list(tomllib.loads(data).get("recipients", []))


def test_an_entry_is_a_key_and_perhaps_a_name() -> None:
    config = parse(
        b'recipients = ["age1a", "age1b  Auditor of the  North", "ssh-ed25519 AAAA",'
        b' "ssh-ed25519 BBBB Anne"]'
    )
    assert config.sealed_for == ("age1a", "age1b", "ssh-ed25519 AAAA", "ssh-ed25519 BBBB")
    names = [one.name for one in recipients.named(config.recipients)]
    assert names == ["", "Auditor of the North", "", "Anne"]


@pytest.mark.parametrize("text", FILES)
def test_one_is_added_and_every_other_line_stays(text: str) -> None:
    new = recipients.added(text.encode(), NEW)
    assert new is not None
    assert entries(new) == [*entries(text), "age1new Ny revisor"]
    assert ("\r\n" in text) == (b"\r\n" in new)
    if "\r\n" in text:
        assert new.count(b"\n") == new.count(b"\r\n")
    for line in text.splitlines():
        if "recipients" not in line and "age1" not in line:
            assert line in new.decode().splitlines()
    notes = [line[line.index("#") :] for line in text.splitlines() if "#" in line]
    assert all(note in new.decode() for note in notes)


@pytest.mark.parametrize("text", FILES)
def test_what_was_added_can_be_removed_again(text: str) -> None:
    new = recipients.added(text.encode(), NEW)
    assert new is not None
    back = recipients.removed(new, len(entries(text)))
    assert back is not None
    assert entries(back) == entries(text)
    for at in range(len(entries(text))):
        without = recipients.removed(text.encode(), at)
        assert without is not None
        left = entries(text)
        del left[at]
        assert entries(without) == left


def test_a_line_of_its_own_goes_with_its_comment_and_others_stay() -> None:
    text = 'recipients = [\n  "age1a",  # Anne\n  # the board:\n  "age1b",\n]\nteam = "N" # us\n'
    assert recipients.removed(text.encode(), 0) == (
        b'recipients = [\n  # the board:\n  "age1b",\n]\nteam = "N" # us\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        'team = """\nrecipients = ["age1a"]\n"""\nrecipients = ["age1b"]\n',
        '"recipients" = ["age1a"]\n',
        'recipients = ["""age1a""", "age1b"]\n',
        'team = """\n[x]\n"""\nrecipients = ["age1b"]\n',
    ],
)
def test_what_only_looks_like_the_array_is_left(text: str) -> None:
    before = tomllib.loads(text)
    for new, wanted in (
        (recipients.added(text.encode(), NEW), [*entries(text), "age1new Ny revisor"]),
        (recipients.removed(text.encode(), 0), entries(text)[1:]),
    ):
        assert new is not None
        assert tomllib.loads(new.decode()) == {**before, "recipients": wanted}


def test_an_edit_that_would_touch_anything_else_is_not_made(monkeypatch) -> None:
    monkeypatch.setattr("tomlkit.dumps", lambda _document: 'recipients = ["age1new Ny revisor"]\n')
    assert recipients.added(b'team = "Nord"\n', NEW) is None


@given(
    st.lists(st.text(alphabet="abc \"'\\#[],å", min_size=1), max_size=4),
    st.lists(st.sampled_from([" ", "\n", "# note ], [\n", "\t", ""]), min_size=9, max_size=9),
    st.text(alphabet="xyz \"'\\#[]ø", min_size=1),
)
def test_whatever_stands_there_it_is_right_or_refused(
    found: list[str], between: list[str], name: str
) -> None:
    space = iter(between)
    inner = "".join(
        f"{next(space)}{recipients.line(Recipient(one))}{next(space)}," for one in found
    )
    text = f'team = "N" # us\nrecipients = [{inner}{next(space)}]\n[retention]\nrecord_days = 9\n'
    data = text.encode()
    before = tomllib.loads(text)
    new = recipients.added(data, Recipient("age1new", name))
    if new is not None:
        wanted = [*entries(text), str(Recipient("age1new", name))]
        assert tomllib.loads(new.decode()) == {**before, "recipients": wanted}
    for at in range(len(entries(text))):
        without = recipients.removed(data, at)
        if without is not None:
            assert len(entries(without)) == len(found) - 1
