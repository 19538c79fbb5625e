"""SFTP: OpenSSH's own server, and asyncssh's, which can be made to fail at a given moment.

asyncssh loads a library of C, and what such a library does is seen by nobody: so whatever has no
receipt ends as unknown, and the name of the file tells a repeat.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from debrief.plugin import NotSent
from tests.plugins.peers import LATER, PLUGINS, Desk, free_port, served

asyncssh = pytest.importorskip("asyncssh", reason="asyncssh is not installed")
pytestmark = pytest.mark.xdist_group("sftp")
SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
SFTP_SERVER = Path("/usr/lib/openssh/sftp-server")


class Place:
    """A server, a folder on it, and the keys to both."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.user_key = asyncssh.generate_private_key("ssh-ed25519")
        monkeypatch.setenv("DEBRIEF_TEST_SFTP", self.user_key.export_private_key().decode())
        other = asyncssh.generate_private_key("ssh-ed25519")
        monkeypatch.setenv("DEBRIEF_TEST_WRONG", other.export_private_key().decode())
        self.other_key = other.export_public_key().decode().strip()
        self.port = free_port()
        self.settings: dict[str, Any] = {
            "url": f"sftp://127.0.0.1:{self.port}",
            "user": pwd.getpwuid(os.getuid()).pw_name,
            "folder": str(self.inbox),
            "host_key": self.host_key.export_public_key().decode().strip(),
            "key": {"env": "DEBRIEF_TEST_SFTP"},
        }

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.inbox.iterdir()}


CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp {server}
"""


@contextlib.contextmanager
def openssh(folder: Path, place: Place, _after_rename: Any) -> Iterator[None]:
    """Run sshd with its own sftp-server program."""
    if SSHD is None or not SFTP_SERVER.exists():
        pytest.skip("OpenSSH's server is not installed (Debian: openssh-server)")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    (folder / "host").write_bytes(place.host_key.export_private_key())
    (folder / "host").chmod(0o600)
    (folder / "authorized").write_bytes(place.user_key.export_public_key())
    config = CONFIG.format(port=place.port, folder=folder, server=SFTP_SERVER)
    (folder / "sshd_config").write_text(config, "utf-8")
    with served([SSHD, "-D", "-e", "-f", str(folder / "sshd_config")], place.port):
        yield


@contextlib.contextmanager
def asyncssh_server(
    folder: Path, place: Place, after_rename: Callable[[Any], None] | None
) -> Iterator[None]:
    """Run asyncssh's server in a thread; `after_rename` gets the connection of a named file."""

    class Files(asyncssh.SFTPServer):
        def rename(self, oldpath: bytes, newpath: bytes) -> Any:
            done = super().rename(oldpath, newpath)
            if after_rename:
                after_rename(self.channel.get_connection())
            return done

    (folder / "authorized").write_bytes(place.user_key.export_public_key())
    loop = asyncio.new_event_loop()
    listens = threading.Event()

    async def listen() -> None:
        await asyncssh.listen(
            "127.0.0.1",
            place.port,
            server_host_keys=[place.host_key],
            authorized_client_keys=str(folder / "authorized"),
            sftp_factory=Files,
        )
        listens.set()

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    started = asyncio.run_coroutine_threadsafe(listen(), loop)
    started.result()
    listens.wait()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


SERVERS = {"openssh": openssh, "asyncssh": asyncssh_server}


@pytest.fixture(params=SERVERS)
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    place = Place(tmp_path, monkeypatch)
    with SERVERS[request.param](tmp_path, place, None):
        yield place


@pytest.mark.peer
def test_a_file_is_there_once_however_often_it_is_sent(place: Place, tmp_path: Path) -> None:
    first = Desk(tmp_path / "first", "sftp", place.settings)
    document = first.plan()
    attempt = first.go()
    assert attempt.receipt is not None, (attempt.why, attempt.said, bytes(attempt.noise))
    assert (attempt.receipt.duplicate, attempt.receipt.reference) == (False, document.filename)
    again = Desk(tmp_path / "again", "sftp", place.settings)
    assert again.plan() == document
    repeat = again.go()
    assert repeat.receipt is not None
    assert repeat.receipt.duplicate
    assert place.files() == {document.filename: document.body}


@pytest.mark.peer
def test_a_name_that_something_else_has_is_left_alone(place: Place, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk", "sftp", place.settings)
    document = desk.plan()
    (place.inbox / document.filename).write_bytes(b"something else")
    attempt = desk.go()
    assert (attempt.ending, attempt.why, attempt.state) == ("rejected", "taken", "rejected")
    assert place.files() == {document.filename: b"something else"}


@pytest.mark.peer
def test_what_an_attempt_that_was_cut_off_left_behind_is_written_over(
    place: Place, tmp_path: Path
) -> None:
    desk = Desk(tmp_path / "desk", "sftp", place.settings)
    document = desk.plan()
    (place.inbox / f".{document.id}.part").write_bytes(b"half of a much longer file" * 1000)
    assert desk.go().state == "delivered"
    assert place.files() == {document.filename: document.body}


@pytest.mark.peer
@pytest.mark.parametrize("wrong", ["key", "host_key", "user"])
def test_a_wrong_key_on_either_side_pauses_and_writes_nothing(
    wrong: str, place: Place, tmp_path: Path
) -> None:
    desk = Desk(tmp_path / "desk", "sftp", place.settings)
    value = {"key": {"env": "DEBRIEF_TEST_WRONG"}, "host_key": place.other_key, "user": "nobody"}
    if wrong == "user" and "AuthorizedKeysFile" not in config_of(tmp_path):
        pytest.skip("asyncssh lets every user in who has the key")
    desk.change(**{wrong: value[wrong]})
    desk.plan()
    attempt = desk.go()
    expected = "another key" if wrong == "host_key" else "did not let us in"
    assert (attempt.ending, attempt.why) == ("rejected", "door")
    assert expected in attempt.said
    assert "peer" in desk.outbox.pauses()
    assert place.files() == {}


def config_of(folder: Path) -> str:
    path = folder / "sshd_config"
    return path.read_text("utf-8") if path.exists() else ""


@pytest.mark.peer
def test_a_folder_that_is_not_there_is_refused(place: Place, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk", "sftp", place.settings)
    desk.change(folder=f"{place.inbox}/nowhere")
    desk.plan()
    attempt = desk.go()
    assert (attempt.ending, attempt.why, attempt.state) == ("rejected", "refused", "rejected")
    assert place.files() == {}


@pytest.mark.peer
def test_what_arrived_without_an_answer_is_recognised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path, monkeypatch)
    cuts = []

    def cut(connection: Any) -> None:
        if not cuts:
            cuts.append(connection)
            connection.abort()

    desk = Desk(tmp_path / "desk", "sftp", place.settings)
    with asyncssh_server(tmp_path, place, cut):
        document = desk.plan()
        attempt = desk.go()
        assert (attempt.ending, attempt.why, attempt.state) == ("unknown", "broke", "ready")
        assert place.files() == {document.filename: document.body}
        attempt = desk.go(LATER)
        assert attempt.receipt is not None
        assert attempt.receipt.duplicate
    assert place.files() == {document.filename: document.body}


@pytest.mark.peer
def test_a_server_that_is_away_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path, monkeypatch)
    desk = Desk(tmp_path / "desk", "sftp", place.settings)
    document = desk.plan()
    attempt = desk.go()
    assert (attempt.ending, attempt.why, attempt.state) == ("unknown", "connect", "ready")
    with asyncssh_server(tmp_path, place, None):
        assert desk.go(LATER).state == "delivered"
    assert place.files() == {document.filename: document.body}


@pytest.mark.peer
def test_another_host_than_the_one_in_the_settings_can_not_be_reached(
    place: Place, tmp_path: Path
) -> None:
    desk = Desk(tmp_path / "desk", "sftp", place.settings)
    desk.table["network"] |= {"hosts": ["files.example.org"]}
    document = desk.plan()
    attempt = desk.go()
    assert (attempt.ending, attempt.why) == ("unknown", "refused-host")
    assert desk.row(document).state == "ready"
    assert place.files() == {}


@pytest.mark.peer
@pytest.mark.parametrize("setting", ["key", "host_key"])
def test_a_key_that_can_not_be_read_sends_nothing(
    setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path, monkeypatch)
    locked = place.user_key.export_private_key("pkcs8-pem", "word").decode()
    monkeypatch.setenv("DEBRIEF_TEST_LOCKED", locked)
    desk = Desk(tmp_path / "desk", "sftp", place.settings)
    desk.change(
        **{"key": {"key": {"env": "DEBRIEF_TEST_LOCKED"}}, "host_key": {"host_key": "x"}}[setting]
    )
    desk.plan()
    attempt = desk.go()
    assert (attempt.ending, attempt.why, attempt.state) == ("unknown", "request", "ready")
    assert "can't be read" in attempt.said


@pytest.mark.peer
def test_the_client_of_openssh_reads_what_was_put(place: Place, tmp_path: Path) -> None:
    """The folder as the coordinator sees it, with another client."""
    sftp = shutil.which("sftp")
    if sftp is None:
        pytest.skip("OpenSSH's client is not installed (Debian: openssh-client)")
    desk = Desk(tmp_path / "desk", "sftp", place.settings)
    document = desk.plan()
    desk.go()
    key = tmp_path / "user"
    key.write_bytes(place.user_key.export_private_key())
    key.chmod(0o600)
    known = tmp_path / "known"
    known.write_text(f"[127.0.0.1]:{place.port} {place.settings['host_key']}\n", "utf-8")
    address = f"sftp://{place.settings['user']}@127.0.0.1:{place.port}/"
    options = [f"IdentityFile={key}", f"UserKnownHostsFile={known}", "StrictHostKeyChecking=yes"]
    command = [sftp, "-b", "-", *(word for one in options for word in ("-o", one)), address]
    got = tmp_path / "got"
    order = f"get {place.inbox}/{document.filename} {got}\n".encode()
    subprocess.run(command, input=order, capture_output=True, check=True)
    assert got.read_bytes() == document.body


def test_without_the_package_it_says_which_and_sends_nothing() -> None:
    source = (PLUGINS / "sftp.py").read_text("utf-8")
    names: dict[str, Any] = {"__name__": "sftp"}
    exec(compile(source.replace("import asyncssh", "raise ImportError"), "sftp.py", "exec"), names)
    with pytest.raises(NotSent, match="asyncssh is missing"):
        names["send"]().send(None, None)
