"""The commands, each with its status and what it says."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import msgspec
import pytest

from debrief import __version__, i18n
from debrief.desk import Desk
from debrief.errors import (
    EXIT_DELIVERY,
    EXIT_DISK,
    EXIT_FOUND,
    EXIT_INPUT,
    EXIT_KEY,
    EXIT_USAGE,
)
from debrief.record.disk import Disk, disk_problem
from debrief.workspace.places import Places
from tests.cli.conftest import Run

BOARD = """
version = 1
[destinations.board]
exporter = "folder"
level = "record"
fields = ["team", "phases", "actions"]
[destinations.board.settings]
path = "{path}"
"""
ROUND = "Mette\n\n\n/luk\nnone\n\n\nja\nnej\n"


def one_sentence(err: str) -> str:
    """Return what was said on standard error, which must be one line."""
    assert err.startswith("debrief: "), err
    assert err.endswith("\n")
    assert err.count("\n") == 1, err
    assert "Traceback" not in err
    return err


def files(desk: Desk) -> list[Path]:
    return sorted(desk.places.sessions.glob("2*/*.toml"))


# The command line itself


def test_version_and_help(run: Run) -> None:
    assert run("--version").out == f"debrief {__version__}\n"
    told = run("--help").out
    for name in ("run", "demo", "list", "show", "verify", "scan", "protocols", "outbox", "plugins"):
        assert f"\n  {name} " in told


@pytest.mark.parametrize(
    "arguments",
    [
        ("lst",),
        ("qqqq",),
        ("list", "--bogus"),
        ("list", "--format"),
        ("list", "--format", "xml"),
        ("show",),
        ("show", "a", "b"),
        ("--lang", "xx", "list"),
        ("--workspace",),
        ("protocols", "lst"),
        ("outbox", "resolve", "d-1", "maybe"),
        ("run", "--team", "Nord"),
    ],
)
def test_a_command_line_that_cannot_be_understood_is_one_sentence(
    run: Run, arguments: tuple[str, ...]
) -> None:
    said = run(*arguments)
    assert said.status == EXIT_USAGE
    one_sentence(said.err)
    assert said.out == ""


def test_the_nearest_command_and_option_are_named(run: Run) -> None:
    assert "did you mean list?" in run("lst").err
    assert "did you mean --format?" in run("list", "--fromat", "json").err


def test_a_group_alone_shows_what_there_is(run: Run) -> None:
    said = run("outbox")
    assert said.status == EXIT_USAGE
    assert "approve" in said.out


def test_the_language_is_chosen_before_anything_is_said(run: Run, places: Places) -> None:
    run("--lang", "nb", "list")
    assert i18n.language() == "nb"
    run("list", "--lang", "da")
    assert i18n.language() == "en"
    places.settings.write_text('language = "da"\n', "utf-8")
    run("list")
    assert i18n.language() == "da"
    run("--lang=en", "list")
    assert i18n.language() == "en"
    places.settings.unlink()
    said = run("--lang", "nb", "--lang", "sv", "list")
    assert said.status == EXIT_USAGE
    assert i18n.language() == "nb"


# Falling


def test_a_fault_in_the_program_shows_type_and_place_and_nothing_else(
    run: Run, monkeypatch: pytest.MonkeyPatch, places: Places
) -> None:
    def broken(desk: Desk, progress: object) -> None:
        raise KeyError("Mette sov ikke i nat")

    monkeypatch.setattr("debrief.desk.past.index", broken)
    said = run("list")
    assert said.status == 70
    told = one_sentence(said.err)
    assert "KeyError at debrief/cli/past.py:" in told
    assert "Mette" not in told
    assert str(places.state.parent) in told


def test_an_interrupt_and_a_closed_pipe_are_quiet(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error, status in ((KeyboardInterrupt, 130), (BrokenPipeError, 141)):

        def stop(*given: object, error: type[BaseException] = error) -> None:
            raise error

        monkeypatch.setattr("debrief.desk.past.index", stop)
        monkeypatch.setattr("debrief.__main__._let_go_of", lambda stream: None)
        said = run("list")
        assert (said.status, said.err) == (status, "")


# Looking


def test_an_empty_workspace_says_so(run: Run, places: Places) -> None:
    said = run("list")
    assert (said.status, said.err) == (0, "")
    assert str(places.sessions) in said.out
    assert run("verify").status == 0
    assert json.loads(run("list", "--format", "json").out) == []
    assert list(places.workspace.iterdir()) == []
    assert not places.config.exists()


def test_sessions_are_listed_newest_first(run: Run, held: Desk) -> None:
    said = run("list")
    assert said.status == 0
    lines = said.out.splitlines()
    assert [line.split()[0] for line in lines] == [one.stem for one in reversed(files(held))]
    assert "4 people" in lines[0]
    rows = json.loads(run("list", "--format", "json").out)
    assert [row["protocol"] for row in rows] == ["stop5", "shift-defuse", "home-checkin"]


def test_an_unfinished_round_is_listed_without_being_opened(run: Run, places: Places) -> None:
    run(
        "run",
        "--plain",
        "--protocol",
        "stop5",
        "--round-lang",
        "da",
        "--team",
        "",
        given="Per\n\n\n",
    )
    said = run("list")
    assert "not closed" in said.out


def test_a_session_that_cannot_be_read_costs_only_itself(run: Run, held: Desk) -> None:
    broken = files(held)[0]
    broken.write_bytes(b"format = 1\n")
    said = run("list")
    assert said.status == EXIT_FOUND
    assert f"{broken.stem}  " in said.out
    assert len(said.out.splitlines()) == 3
    shown = run("show", broken.stem)
    assert shown.status == EXIT_INPUT
    one_sentence(shown.err)


def test_a_session_is_shown_by_the_beginning_of_its_id(run: Run, held: Desk) -> None:
    path = files(held)[0]
    said = run("show", path.stem[:12])
    assert said.status == 0
    assert "Aftenlinjen Vest (opdigtet)" in said.out
    assert "Bagvagtens nummer" in said.out
    assert "Yusuf" not in said.out
    assert f"whole    {path.parent.name}/{path.name}" in said.out
    record = json.loads(run("show", str(path), "--format", "json").out)
    assert record["whole"] is True
    assert record["record"]["session"]["protocol"] == "home-checkin"
    assert "private" not in record


def test_the_sealed_part_opens_with_the_key_here_only(
    run: Run, held: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files(held)[0]
    said = run("show", path.stem, "--private")
    assert "Yusuf" in said.out
    assert "intrusive memories" in said.out or "suicide risk" in said.out
    monkeypatch.setenv("DEBRIEF_CONFIG", str(tmp_path / "elsewhere"))
    shut = run("show", path.stem, "--private")
    assert shut.status == EXIT_KEY
    one_sentence(shut.err)
    assert not (tmp_path / "elsewhere").exists()


def test_an_unknown_session_is_one_sentence(run: Run, held: Desk) -> None:
    said = run("show", "1999")
    assert said.status == EXIT_INPUT
    assert "debrief list" in one_sentence(said.err)
    one_sentence(run("show", "20").err)


def test_a_changed_session_is_found(run: Run, held: Desk) -> None:
    assert run("verify").status == 0
    path = files(held)[0]
    path.write_bytes(path.read_bytes().replace(b"Bagvagtens", b"Koordinatorens"))
    said = run("verify")
    assert said.status == EXIT_FOUND
    assert f"CHANGED  {path.parent.name}/{path.name}" in said.out
    assert "[actions.a1] was changed" in said.out
    assert run("verify", str(files(held)[1])).status == 0
    assert run("verify", str(path)).status == EXIT_FOUND
    assert run("show", path.stem).status == EXIT_FOUND
    assert run("verify", str(path.with_name("none.toml"))).status == EXIT_DISK


def test_a_text_is_scanned(run: Run, tmp_path: Path) -> None:
    said = run("scan", "--lang", "da", given="Jeg sov ikke i nat.\n")
    assert "sleep" in said.out
    file = tmp_path / "note.txt"
    file.write_text("Jeg sov ikke i nat.", "utf-8")
    assert run("scan", "--lang", "da", str(file)).out == said.out
    line = json.dumps({"id": "1", "text": "Jeg sov ikke i nat.", "lang": "da"})
    found = json.loads(run("scan", "--format", "jsonl", given=line).out)
    assert [sign["sign"] for sign in found["signs"]] == ["sleep"]
    bad = run("scan", "--format", "jsonl", given="{}\n")
    assert bad.status == EXIT_INPUT
    one_sentence(bad.err)


# Protocols


def test_protocols_are_listed_shown_and_checked(run: Run, places: Places) -> None:
    assert run("protocols", "list").out.startswith("shift-defuse  End-of-shift defusing · ")
    said = run("protocols", "show", "stop5", "--round-lang", "nb")
    assert said.status == 0
    assert said.out.startswith("STOP5")
    wrong = run("protocols", "show", "stop6")
    assert wrong.status == EXIT_INPUT
    assert "did you mean stop5?" in one_sentence(wrong.err)


def test_a_protocol_of_the_house_is_used_or_told_of(run: Run, places: Places) -> None:
    from debrief.protocol import shelf

    folder = places.protocols
    folder.mkdir()
    source = Path(shelf.__file__).with_name("library") / "stop5.toml"
    own = folder / "huset.toml"
    own.write_text(source.read_text("utf-8").replace('id = "stop5"', 'id = "huset"'), "utf-8")
    assert "huset.toml can be used" in run("protocols", "check").out
    assert "huset  STOP5" in run("protocols", "list").out
    own.write_text("id = 1\n", "utf-8")
    said = run("protocols", "list")
    assert said.status == EXIT_FOUND
    assert "stop5" in said.out
    one_sentence(said.err)
    assert run("protocols", "check", str(own)).status == EXIT_FOUND


def test_a_new_protocol_can_be_used_as_it_is_and_explains_itself(run: Run, places: Places) -> None:
    said = run("protocols", "new", "vores-runde")
    assert said.status == 0
    path = places.protocols / "vores-runde.toml"
    assert str(path) in said.out
    assert run("protocols", "check").out.startswith("vores-runde.toml can be used: Our round, ")
    assert "vores-runde  Our round" in run("protocols", "list").out
    written = path.read_text("utf-8")
    assert "# Every text stands in Danish, Norwegian and English" in written
    again = run("protocols", "new", "vores-runde")
    assert again.status != 0
    assert "was left as it is" in one_sentence(again.err)
    assert path.read_text("utf-8") == written
    for wrong in ("Vores Runde", "../x", "x" * 41, ""):
        refused = run("protocols", "new", wrong)
        assert refused.status == EXIT_INPUT
        assert "can't be the id of a protocol" in one_sentence(refused.err)
    assert [one.name for one in places.protocols.iterdir()] == ["vores-runde.toml"]


def test_what_is_out_of_the_usual_is_shown_of_a_protocol(run: Run) -> None:
    cisd = run("protocols", "show", "cisd").out
    assert "Locked: WHO and NICE advise against it" in cisd
    assert "Nothing of what is said is kept" in cisd
    assert "At the earliest 24 hours after." in cisd
    home = run("protocols", "show", "home-checkin").out
    assert "Only when the shift begins." in home
    assert "Only when the shift ends." in home
    assert "Begins with 30 seconds of silence." in run("protocols", "show", "pause").out
    assert "People talk in pairs." in run("protocols", "show", "large-round").out


# A broken configuration


def test_a_broken_configuration_is_one_sentence(run: Run, places: Places) -> None:
    places.settings.write_text("version = \n", "utf-8")
    for arguments in (("list",), ("run", "--plain"), ("outbox", "list")):
        said = run(*arguments)
        assert said.status == EXIT_INPUT
        assert "debrief.toml" in one_sentence(said.err)
    places.settings.write_text('thme = "dusk"\n', "utf-8")
    assert "Did you mean theme?" in one_sentence(run("list").err)
    assert run("--version").status == 0
    assert run("verify").status == 0


def test_a_workspace_that_is_a_file_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = run("--workspace", str(tmp_path / "file"), "list")
    assert said.status == EXIT_INPUT
    one_sentence(said.err)


# Holding


def test_the_app_needs_a_terminal(run: Run) -> None:
    for arguments in ((), ("run",), ("demo",)):
        said = run(*arguments)
        assert said.status == EXIT_USAGE
        assert "debrief run --plain" in one_sentence(said.err)


def test_an_unknown_protocol_is_told_with_the_nearest(run: Run) -> None:
    said = run("run", "--plain", "--protocol", "shift-defus")
    assert said.status == EXIT_INPUT
    assert "did you mean shift-defuse?" in one_sentence(said.err)


def test_a_plain_round_runs_from_the_command_line(run: Run, places: Places) -> None:
    arguments = ("run", "--plain", "--protocol", "stop5", "--round-lang", "da", "--team", "Nord")
    said = run(*arguments, given="Mette\n\n\nEn note\n")
    assert said.status == EXIT_INPUT
    session = said.out.rpartition("--resume ")[2].strip()
    again = run("run", "--plain", "--resume", session, given="/luk\nnone\n\n\nja\n")
    assert again.status == 0, again.out
    assert (places.sessions / session[:4] / f"{session}.toml").is_file()


def test_a_full_disk_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Disk, path: Path, *more: object, **named: object) -> None:
        raise disk_problem(OSError(errno.ENOSPC, "full"), path)

    monkeypatch.setattr(Disk, "publish", full)
    arguments = ("run", "--plain", "--protocol", "stop5", "--round-lang", "da", "--team", "Nord")
    said = run(*arguments, given="Mette\n\n\n")
    assert said.status == EXIT_DISK
    assert "The disk is full" in one_sentence(said.err)


def test_the_demonstration_leaves_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shelf = tmp_path / "tmp"
    shelf.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(shelf))
    said = run("demo", "--plain", given="/signs\n/leave\n")
    assert said.status == 0, said.err
    assert "suicide risk" in said.out
    assert "nothing of it is kept" in said.out
    assert list(shelf.iterdir()) == []


# Outbox


@pytest.fixture
def queued(run: Run, places: Places, tmp_path: Path) -> Path:
    """A closed round whose summary waits for a folder."""
    board = tmp_path / "board"
    board.mkdir()
    places.settings.write_text(BOARD.format(path=board), "utf-8")
    said = run(
        "run", "--plain", "--protocol", "stop5", "--round-lang", "da", "--team", "Nord", given=ROUND
    )
    assert said.status == 0, said.out
    return board


def test_an_empty_outbox_says_so_and_makes_no_file(run: Run, places: Places) -> None:
    assert run("outbox", "list").out == "Nothing waits in the outbox.\n"
    assert run("outbox", "send").status == 0
    assert not places.outbox.exists()


def test_the_doctor_tells_of_what_does_not_get_through(
    run: Run, places: Places, queued: Path
) -> None:
    well = "Nothing in the outbox waits for you."
    assert well in run("doctor").out
    queued.rmdir()
    run("outbox", "send")
    said = run("doctor").out
    assert "1 in the outbox did not get through yet and is tried again by itself" in said
    assert well not in said
    (row,) = json.loads(run("outbox", "list", "--format", "json").out)
    shown = run("outbox", "show", row["id"]).out
    assert "The folder is not there" in shown
    assert "no-folder" not in shown.split("attempt 1", 1)[1]


def test_what_waits_is_shown_and_sent(run: Run, queued: Path) -> None:
    (row,) = json.loads(run("outbox", "list", "--format", "json").out)
    assert row["state"] == "ready"
    assert (
        f"{row['id']}  board · {row['session']} · record · ready to go" in run("outbox", "list").out
    )
    body = run("outbox", "preview", row["id"][:8]).out
    assert "Nord" in body
    assert row["sha256"] in run("outbox", "show", row["id"]).out
    said = run("outbox", "send", row["id"])
    assert said.status == 0
    assert "delivered" in said.out
    (sent,) = queued.iterdir()
    assert sent.read_text("utf-8") == body
    assert run("outbox", "list").out == "Nothing waits in the outbox.\n"
    assert "delivered" in run("outbox", "list", "--all").out


def test_what_cannot_leave_waits_and_the_status_tells(run: Run, queued: Path) -> None:
    queued.rmdir()
    said = run("outbox", "send")
    assert said.status == EXIT_DELIVERY
    assert "1 still waits." in said.out
    (row,) = json.loads(run("outbox", "list", "--format", "json").out)
    assert run("outbox", "resolve", row["id"], "abandon", "--why", "tavlen er væk").status == 0
    assert run("outbox", "list").out == "Nothing waits in the outbox.\n"
    wrong = run("outbox", "resolve", "d-none", "send")
    assert wrong.status == EXIT_DELIVERY
    one_sentence(wrong.err)


def test_approval_shows_what_is_approved_and_asks(run: Run, queued: Path, desk: Desk) -> None:
    from debrief.desk import sending

    (row,) = json.loads(run("outbox", "list", "--format", "json").out)
    with sending.outbox(desk) as box:
        document = msgspec.structs.replace(box.document(row["id"]), id=f"d-{'0' * 24}")
        other = box.plan("2026-11-21-aaaaaa", "board", "folder", "record", ["team"], document, True)
    unanswered = run("outbox", "approve", other)
    assert unanswered.status == EXIT_USAGE
    assert document.sha256 in unanswered.out
    refused = run("outbox", "approve", other, given="nej\n")
    assert refused.status == EXIT_DELIVERY
    assert run("outbox", "approve", other, "--by", "Lis", given="ja\n").status == 0
    with sending.outbox(desk) as box:
        assert box.row(other).approved_by == "Lis"


# Plugins


PLUGIN = '''"""A plugin."""
from debrief.plugin import exporter


@exporter("wiki", api=1)
def send(doc, to):
    """Send."""
    return to.accept(None)
'''


def test_plugins_do_nothing_until_they_are_trusted(run: Run, places: Places) -> None:
    assert run("plugins", "list").status == 0
    places.plugins.mkdir()
    file = places.plugins / "wiki.py"
    file.write_text(PLUGIN, "utf-8")
    assert "new, does not run" in run("plugins", "list").out
    assert run("plugins", "list").status == EXIT_FOUND
    assert '  | @exporter("wiki", api=1)' in run("plugins", "show", "wiki").out
    assert run("plugins", "trust", "wiki").status == 0
    assert run("plugins", "list").status == 0
    file.write_text(PLUGIN + "\n", "utf-8")
    assert "changed since it was trusted" in run("plugins", "list").out
    assert run("plugins", "trust", "wiki.py").status == 0
    assert "new, does not run" in run("plugins", "forget", "wiki").out
    wrong = run("plugins", "show", "wki")
    assert wrong.status == EXIT_INPUT
    assert "did you mean wiki?" in one_sentence(wrong.err)
