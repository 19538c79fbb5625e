"""Collecting over SFTP: from OpenSSH's own server, and from asyncssh's, which can lie."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from debrief.collecting import sftp
from debrief.collecting.sftp import SftpSource
from debrief.collecting.sources import Login, source
from debrief.errors import EXIT_FOUND, Problem
from tests.cli.conftest import Run, places, run  # noqa: F401 - fixtures
from tests.collecting.drops import KEY, content, drop, fields, gathered, table

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "address",
    [
        "sftp://",
        "sftp://host/drops",
        "sftp://anna@/drops",
        "sftp://anna@[::1/drops",
        "sftp://anna@host:port/drops",
        "sftp://anna@host/drops?x",
        "sftp://anna@host/dr%0Aops",
        "sftp://anna@host/\udc80",
    ],
)
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(Problem, match="understood"):
        source(address, Login())


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(Problem, match="password") as error:
        source("sftp://anna:canary@host/drops", Login())
    assert "canary" not in str(error.value)


@pytest.mark.parametrize(
    ("address", "name", "folder"),
    [
        ("sftp://anna@host", "sftp://anna@host", b"."),
        ("sftp://anna@host:22/in/", "sftp://anna@host/in", b"in"),
        ("sftp://anna@host:2222//srv/in", "sftp://anna@host:2222//srv/in", b"/srv/in"),
        ("sftp://anna@[::1]//", "sftp://anna@[::1]", b"/"),
        ("sftp://anna@host/%C3%A6%20b", "sftp://anna@host/æ b", "æ b".encode()),
    ],
)
def test_a_folder_is_counted_from_where_the_user_lands(
    address: str, name: str, folder: bytes
) -> None:
    found = source(address, Login())
    assert isinstance(found, SftpSource)
    assert (found.name, found._folder) == (name, folder)


def test_without_the_package_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "asyncssh", None)
    drop(tmp_path / "in", content())
    found = source("sftp://anna@host/drops", Login())
    report = gathered(tmp_path / "to", found, tmp_path / "in")
    found.close()
    assert report.new == 1
    [told] = report.unread
    [extra] = re.findall(r"pip install 'shift-debrief\[(\w+)\]'", told)
    assert f'\n{extra} = ["asyncssh' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_the_package_is_loaded_only_to_read() -> None:
    code = (
        "import sys; from debrief.collecting.sources import Login, source;"
        "source('sftp://a@host/x', Login()); assert 'asyncssh' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# Servers.


class Server:
    """A server with a folder, someone who may read there, and the files of SSH for them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from tests.plugins.test_sftp import Place

        self.place = Place(folder, monkeypatch)
        self.inbox = self.place.inbox
        monkeypatch.setenv("HOME", str(folder / "home"))
        monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
        self.home = folder / "home" / ".ssh"
        self.home.mkdir(parents=True)
        self.key = folder / "user_key"
        self.key.write_bytes(self.place.user_key.export_private_key())
        self.key.chmod(0o600)
        self.known = folder / "known"
        self.know(self.place.settings["host_key"])

    def know(self, key: str) -> None:
        self.known.write_text(f"[127.0.0.1]:{self.place.port} {key}\n", "utf-8")

    @property
    def address(self) -> str:
        return f"sftp://{self.place.settings['user']}@127.0.0.1:{self.place.port}/{self.inbox}"

    @property
    def login(self) -> Login:
        return Login("canary", ssh_key=str(self.key), known_hosts=str(self.known))

    def source(self, below: str = "", login: Login | None = None) -> SftpSource:
        found = source(self.address + below, login or self.login)
        assert isinstance(found, SftpSource)
        return found

    def gathered(self, to: Path, *more: Path, **how: Any) -> Any:
        with contextlib.closing(self.source(**how)) as found:
            return gathered(to, found, *more)


@contextlib.contextmanager
def lying(place: Any, files: type) -> Iterator[None]:
    """Run asyncssh's server with `files` in a thread."""
    import threading

    import asyncssh

    (place.inbox.parent / "authorized").write_bytes(place.user_key.export_public_key())
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> None:
        await asyncssh.listen(
            "127.0.0.1",
            place.port,
            server_host_keys=[place.host_key],
            authorized_client_keys=str(place.inbox.parent / "authorized"),
            sftp_factory=files,
        )

    asyncio.run_coroutine_threadsafe(listen(), loop).result()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    pytest.importorskip("asyncssh", reason="asyncssh is not installed")
    return Server(tmp_path, monkeypatch)


@pytest.fixture(params=["openssh", "asyncssh"])
def served(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Iterator[Server]:
    from tests.plugins.test_sftp import SERVERS

    with SERVERS[request.param](tmp_path, server.place, None):
        yield server


def everything(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return what lies below a folder, and when it was changed."""
    return {
        str(path): (path.read_bytes() if path.is_file() else b"", path.lstat().st_mtime_ns)
        for path in sorted([folder, *folder.rglob("*")])
    }


@pytest.mark.peer
def test_drops_on_a_server_are_read_and_stay_as_they_are(served: Server, tmp_path: Path) -> None:
    made = [content("aarhus", number) for number in range(6)]
    for what in made:
        drop(served.inbox, what)
    drop(served.inbox / "below", content("odense"))
    drop(tmp_path / "elsewhere", content("odense", 2))
    (served.inbox / "d-link.age").symlink_to(next((tmp_path / "elsewhere").iterdir()))
    (served.inbox / "notes.txt").write_text("not ours")
    (served.inbox / "d-plain.age").write_text("nothing")
    (served.inbox / ".d-7.part").write_text("half of one")
    (served.inbox / os.fsdecode(b"d-\xff.age")).write_text("no text")
    (served.inbox / "d-folder.age").mkdir()
    (served.inbox / "d-large.age").write_bytes(b"x" * 1_000_000)
    (served.inbox / "d-most.age").write_bytes(b"x" * 999_999)
    before = everything(served.inbox)
    report = served.gathered(tmp_path / "to")
    assert (report.new, report.unread) == (6, [])
    assert {one.name: one.why for one in report.refused} == {
        "d-large.age": "large",
        "d-most.age": "form",
        "d-plain.age": "form",
    }
    assert report.others == 5
    assert table(tmp_path / "to")["rounds", "*", "*"] == (6, "exact")
    report = served.gathered(tmp_path / "to")
    assert (report.new, report.known) == (0, 6)
    assert everything(served.inbox) == before
    drop(served.inbox, made[0] | {"fields": fields(people=10)})
    assert served.gathered(tmp_path / "to").different == [made[0]["document"]]


@pytest.mark.peer
@pytest.mark.parametrize("wrong", ["host", "unknown", "no file", "bad file", "key", "no key"])
def test_a_wrong_key_on_either_side_reads_nothing_and_stops_nothing_else(
    wrong: str, served: Server, tmp_path: Path
) -> None:
    drop(served.inbox, content("aarhus"))
    drop(tmp_path / "in", content("odense"))
    expected = "no such key"
    if wrong == "host":
        served.know(served.place.other_key)
    elif wrong == "unknown":
        served.known.write_text("", "utf-8")
    elif wrong == "no file":
        served.known.unlink()
        expected = "known hosts can't be read"
    elif wrong == "bad file":
        served.known.write_bytes(b"\xff\xfe")
        expected = "known hosts can't be read"
    elif wrong == "key":
        served.key.write_text(os.environ["DEBRIEF_TEST_WRONG"])
        expected = "did not let us in"
    else:
        served.key.unlink()
        expected = "SSH key can't be read"
    report = served.gathered(tmp_path / "to", tmp_path / "in")
    assert report.new == 1
    [told] = report.unread
    assert expected in told


@pytest.mark.peer
def test_a_key_with_a_passphrase_is_told(server: Server, tmp_path: Path) -> None:
    server.key.write_bytes(server.place.user_key.export_private_key("pkcs8-pem", "word"))
    [told] = server.gathered(tmp_path / "to").unread
    assert "ssh-agent" in told


@pytest.mark.peer
@pytest.mark.parametrize("where", ["agent", "usual"])
def test_without_a_key_the_agent_and_the_usual_files_are_asked(
    where: str, served: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(served.inbox, content("aarhus"))
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "no-agent"))
    (served.home / "known_hosts").write_text(served.known.read_text())
    usual = Login()
    [told] = served.gathered(tmp_path / "none", login=usual).unread
    assert "did not let us in" in told
    if where == "usual":
        served.key.rename(served.home / "id_ed25519")
        assert served.gathered(tmp_path / "to", login=usual).new == 1
        return
    agent = pytest.importorskip("shutil").which("ssh-agent")
    if agent is None:
        pytest.skip("OpenSSH's agent is not installed (Debian: openssh-client)")
    socket = tmp_path / "agent"
    with subprocess.Popen([agent, "-D", "-a", socket], stdout=subprocess.DEVNULL) as process:
        try:
            monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
            while not socket.exists():
                assert process.poll() is None
            subprocess.run(["ssh-add", "-q", str(served.key)], check=True)
            served.key.unlink()
            assert served.gathered(tmp_path / "to", login=usual).new == 1
        finally:
            process.terminate()


@pytest.mark.peer
def test_a_folder_that_is_not_there_or_is_none_is_told(served: Server, tmp_path: Path) -> None:
    [told] = served.gathered(tmp_path / "to", below="/nowhere").unread
    assert "not there" in told
    (served.inbox / "file").write_text("x")
    [told] = served.gathered(tmp_path / "to", below="/file").unread
    assert "not let us read the folder" in told or "not there" in told


def test_a_server_that_is_away_is_told(server: Server, tmp_path: Path) -> None:
    [told] = server.gathered(tmp_path / "to").unread
    assert "no answer" in told


@pytest.mark.peer
def test_more_than_is_looked_at_is_told_by_name(
    served: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sftp, "MOST", 3)
    for name in ("g", "b", "d", "a", "f", "c", "e", "h", "i"):
        (served.inbox / name).write_text("")
    with contextlib.closing(served.source()) as found:
        assert [one.name for one in found.entries()] == ["a", "b", "c"]
        assert found.more
    monkeypatch.setattr(sftp, "_SEEN", 8)
    with (
        contextlib.closing(served.source()) as found,
        pytest.raises(Problem, match="list is too long"),
    ):
        list(found.entries())


@pytest.mark.peer
@pytest.mark.parametrize(
    "what", ["names", "long", "cut", "cut in a file", "closed in a file", "silent", "silent list"]
)
def test_a_server_that_lies_gives_nothing_and_says_nothing_on_the_screen(
    what: str,
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    import asyncssh

    class Files(asyncssh.SFTPServer):
        async def scandir(self, path: bytes) -> Any:
            await self._fall_silent("silent list")
            if what == "cut":
                self.channel.get_connection().abort()
            attrs = asyncssh.SFTPAttrs(size=2**63 if what == "names" else 3, mtime=2**32 - 1)
            names = [b"../d-1.age", b"/etc/d-1.age", b"d-\x1b[2J.age", b"d-1.age"]
            for name in names if what == "names" else [b"d-1.age"]:
                yield asyncssh.SFTPName(name, attrs=attrs)

        async def _fall_silent(self, when: str) -> None:
            """From here on the server answers nothing, whatever it is asked."""
            if what == when:
                self.channel.get_connection()._transport.pause_reading()
                await asyncio.Event().wait()

        async def read(self, file_obj: Any, offset: int, size: int) -> bytes:
            if what == "cut in a file":
                self.channel.get_connection().abort()
            if what == "closed in a file":
                self.channel.close()
                await asyncio.Event().wait()
            await self._fall_silent("silent")
            return b"x" * (size + 70_000)

    (server.inbox / "d-1.age").write_text("abc")
    if what == "silent":
        monkeypatch.setattr(sftp, "_FILE_SECONDS", 0.2)
    elif what == "silent list":
        monkeypatch.setattr(sftp, "_LIST_SECONDS", 0.2)
    with lying(server.place, Files):
        report = server.gathered(tmp_path / "to")
    assert report.new == 0
    if what == "names":
        assert [(one.name, one.why) for one in report.refused] == [("d-1.age", "large")]
        assert report.others == 2
    elif what == "long":
        assert [one.why for one in report.refused] == ["large"]
    else:
        assert "no answer" in report.unread[0]
    gc.collect()
    assert capfd.readouterr() == ("", "")


def test_what_ends_badly_once_its_time_is_over_says_nothing_on_the_screen(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise OSError("canary") from None

    with (
        contextlib.closing(server.source()) as found,
        pytest.raises(Problem, match="no answer"),
    ):
        found._do(work(), 0.05)
    gc.collect()
    assert caplog.records == []  # what nobody else takes goes to the screen


@pytest.mark.peer
def test_the_command_collects_from_a_server(
    served: Server,
    run: Run,  # noqa: F811
    tmp_path: Path,
) -> None:
    month = dt.datetime.now(dt.UTC).strftime("%Y-%m")
    drop(served.inbox, content("aarhus", fields=fields(month=month)))
    (tmp_path / "key.txt").write_text(f"{KEY}\n", "utf-8")
    words = ("--to", str(tmp_path / "to"), "--key", str(tmp_path / "key.txt"))
    mine = ("--ssh-key", str(served.key), "--known-hosts", str(served.known))
    said = run("collect", served.address, *words, *mine)
    assert (said.status, said.err) == (0, "")
    assert "1 new document" in said.out
    said = run("collect", served.address, *words, *mine[:2])
    assert (said.status, said.err) == (EXIT_FOUND, "")
    assert "known hosts can't be read" in said.out
