"""A PostgreSQL server with an inbox in it, set up as inbox.sql says."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.plugins.peers import PLUGINS, served

pg = pytest.importorskip("pg8000.native", reason="pg8000 is not installed")
WORDS = {"site_nord": "nord's word", "site_syd": "syd's word", "anna": "anna's word"}


def program(name: str) -> str:
    """Return the path of one of the server's programs; skips where there are none."""
    places = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which(name, path=os.pathsep.join([*places, os.environ["PATH"]]))
    return found or pytest.skip("PostgreSQL is not installed (Debian: postgresql)")


def certificate(folder: Path, host: str) -> None:
    """Write a certificate for `host` that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, plain)
    (folder / "server.key").write_bytes(pem)
    (folder / "server.key").chmod(0o600)


class Inbox:
    """A server with an inbox, two sites and one reader."""

    def __init__(self, port: int, data: Path) -> None:
        self.port = port
        self.data = data
        self.settings: dict[str, Any] = {
            "url": f"postgresql://127.0.0.1:{port}/debrief",
            "user": "site_nord",
            "password": {"env": "DEBRIEF_TEST_POSTGRES"},
        }

    def connect(self, user: str, database: str = "debrief") -> Any:
        return pg.Connection(
            user,
            host="127.0.0.1",
            port=self.port,
            database=database,
            password=WORDS.get(user),
            ssl_context=False,
        )

    def ask(self, user: str, text: str, **values: Any) -> list[list[Any]]:
        with self.connect(user) as database:
            return list(database.run(text, **values) or [])

    def encrypts(self, on: bool) -> None:
        """Switch encryption on or off; old connections hear of it after the server itself has."""
        word = "on" if on else "off"
        with self.connect("owner") as database:
            database.run(f"ALTER SYSTEM SET ssl = {word}")
            database.run("SELECT pg_reload_conf()")
            while database.run("SHOW ssl") != [[word]]:
                database.run("SELECT pg_sleep(0.01)")

    def rows(self) -> list[list[Any]]:
        return self.ask("anna", "SELECT site, id, body FROM inbox.delivery ORDER BY received")


def who() -> dict[str, Any]:
    """Return the user that the server runs as: it refuses to be root."""
    return {"user": "postgres"} if os.getuid() == 0 else {}


def is_ready(port: int) -> bool:
    asked = [program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(asked).returncode == 0


def create(inbox: Inbox) -> list[str]:
    """Make an empty server, and return the command that runs it."""
    initdb, postgres, data = program("initdb"), program("postgres"), inbox.data
    data.mkdir()
    if who():
        shutil.chown(data, "postgres")
    quiet: dict[str, Any] = {"check": True, "capture_output": True, **who()}
    subprocess.run([initdb, "-D", str(data), "-U", "owner", "-A", "trust"], **quiet)
    certificate(data, socket.gethostname())
    if who():
        shutil.chown(data / "server.key", "postgres")
    rules = "local all owner trust\nhost all owner 127.0.0.1/32 trust\n"
    rules += "host all all 127.0.0.1/32 scram-sha-256\nhostssl all all samehost scram-sha-256\n"
    (data / "pg_hba.conf").write_text(rules, "utf-8")
    with (data / "postgresql.conf").open("a") as settings:
        settings.write("ssl = on\n")
    options = [f"port={inbox.port}", "listen_addresses=*", "fsync=off"]
    options += [f"unix_socket_directories={data}"]
    return [postgres, "-D", str(data), *(word for one in options for word in ("-c", one))]


def serving(inbox: Inbox) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    """Return a context in which an empty server runs; it ends fast, whoever is connected."""
    return served(create(inbox), inbox.port, ready=is_ready, stop=signal.SIGINT, **who())


def fill(inbox: Inbox) -> None:
    """Run inbox.sql, and make the users that it tells of."""
    with inbox.connect("owner", "postgres") as database:
        database.run("CREATE DATABASE debrief")
    address = f"host=127.0.0.1 port={inbox.port} user=owner dbname=debrief"
    run = [program("psql"), "-v", "ON_ERROR_STOP=1", "-q", "-d", address]
    done = subprocess.run([*run, "-f", str(PLUGINS / "inbox.sql")], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    for name, word in WORDS.items():
        role = "debrief_site" if name.startswith("site_") else "debrief_reader"
        secret = word.replace("'", "''")
        inbox.ask("owner", f"CREATE ROLE {name} LOGIN PASSWORD '{secret}' IN ROLE {role}")
