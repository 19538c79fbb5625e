"""Session files made to do harm, and what is sealed in them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.record.rounds import a_round

from .hostile import GOOD, ID, SCRYPT, STRANGER, WHO, Workspace, age_file, armored, sparse

Make = Callable[[Workspace], object]
HUGE = 900 * 1024 * 1024
STEERING = rb"\u001b[2J\u009b31m\u202e\u0007\u2066\u0000"
MARKUP = "[bold red]x[/] [link=https://x]y[/link] [@click=app.quit]z[/]"


def line(key: bytes, count: int) -> bytes:
    return b".".join([key] * count) + b" = 1"


def moved(path: Path, target: str | Path) -> None:
    """Put a link to `target` in the place of a file."""
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def pipe(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def beside(make: Callable[[Path], object]) -> Make:
    """Return what makes a good session and, beside it, a correction of it that is none."""

    def made(workspace: Workspace) -> None:
        workspace.plant(workspace.parts())
        make(workspace.file.with_name(f"{ID}-k1.toml"))

    return made


FILES: dict[str, Make] = {
    "huge": lambda w: sparse(w.file, HUGE),
    "a million blocks": lambda w: w.raw(w.file_start + b"[a]\n" * 1_000_000),
    "a line of 4 MB": lambda w: w.with_line("session", b"# " + b"x" * 4_000_000),
    "four hundred people": lambda w: w.plant(w.parts(a_round(400, text="x", session=ID))),
    "ten thousand people": lambda w: w.plant(w.parts()[:1] + w.parts()[7:8] * 10_000),
    "deep arrays": lambda w: w.with_line("session", b"x = " + b"[" * 100_000),
    "deep inline tables": lambda w: w.with_line("session", b"x = " + b"{a = " * 100_000),
    "dotted keys": lambda w: w.with_line("session", line(b"a", 2_000_000 - 50_000)),
    "dotted keys in a table": lambda w: w.with_line(
        "session", b"x = { " + line(b"a", 1_900_000) + b" }"
    ),
    "a long number": lambda w: w.with_value("protocol_version", b"1" * 5000),
    "duplicate keys": lambda w: w.with_line("session", b'team = "x"'),
    "TOML 1.1 escape": lambda w: w.with_value("team", rb'"\e[2J"'),
    "TOML 1.1 hex escape": lambda w: w.with_value("team", rb'"\x41"'),
    "TOML 1.1 time": lambda w: w.with_value("opened", b"2026-11-21T21:02Z"),
    "TOML 1.1 table": lambda w: w.with_value("turns", b'{\n  shift = "spoke",\n}', f"people.{WHO}"),
    "BOM": lambda w: w.raw(b"\xef\xbb\xbf" + w.good),
    "CRLF": lambda w: w.raw(w.good.replace(b"\n", b"\r\n")),
    "NUL": lambda w: w.raw(w.good.replace(b"Nord", b"No\0rd")),
    "not UTF-8": lambda w: w.with_value("team", b'"\xff\xfe"'),
    "steering team": lambda w: w.with_value("team", b'"' + STEERING + b'"'),
    "raw C1 and bidi": lambda w: w.with_value("team", '"\x9b31m\u202e"'.encode()),
    "steering action": lambda w: w.with_value("text", b'"' + STEERING + b'"', "actions.a1"),
    "steering duty": lambda w: w.with_value("kind", b'"' + STEERING + b'"', "duties.d1"),
    "unknown duty": lambda w: w.with_value("kind", b'"%s {x}"', "duties.d1"),
    "path in the id": lambda w: w.with_value("id", b'"../../../etc/passwd"'),
    "absolute id": lambda w: w.with_value("id", b'"/etc/passwd"'),
    "path in the protocol": lambda w: w.with_value("protocol", b'"../../x"'),
    "path in a block": lambda w: w.changed(
        "counts", lambda d: d.replace(b"[counts]", b"[private.../../x]")
    ),
    "long block name": lambda w: w.changed(
        "counts", lambda d: d.replace(b"[counts]", b"[people.%s]" % (b"a" * 100_000))
    ),
    "year 9999": lambda w: w.with_value("closed", b"9999-12-31T23:59:59Z"),
    "year 9999, far east": lambda w: w.with_value("opened", b"9999-12-31T23:59:59-12:00"),
    "year 1": lambda w: w.with_value("opened", b"0001-01-01T00:00:00+14:00"),
    "last day": lambda w: w.with_value("private_until", b"9999-12-31"),
    "negative time": lambda w: w.with_value("used_s", b"-5", "phases.p1"),
    "endless time": lambda w: w.with_value("used_s", b"1" + b"0" * 18, "phases.p1"),
    "no number of SQLite": lambda w: w.with_value("signs_shown", b"1" + b"0" * 30, "counts"),
    "no number of JSON": lambda w: w.with_value("planned_s", b"1" + b"0" * 30, "phases.p1"),
    "link": lambda w: moved(w.file, f"{GOOD}.toml"),
    "link in a circle": lambda w: moved(w.file, w.file),
    "link to zeros": lambda w: moved(w.file, "/dev/zero"),
    "pipe": lambda w: pipe(w.file),
    "folder": lambda w: folder(w.file),
    "odd names": lambda w: [
        w.file.with_name(name).write_bytes(w.good)
        for name in ("CON.toml", "x" * 240 + ".toml", "\x1b[2J\n\u202e.toml", "[red]x.toml")
    ],
    "name that is no text": lambda w: (w.file.parent / os.fsdecode(b"\xff\xfe.toml")).write_bytes(
        w.good
    ),
    "year is a file": lambda w: (w.sessions / "2025").write_bytes(b"x"),
    "correction is a pipe": beside(pipe),
    "correction is huge": beside(lambda path: sparse(path, HUGE)),
    "correction is zeros": beside(lambda path: moved(path, "/dev/zero")),
}  # fmt: skip
INNER = f"[private.{WHO}]\n".encode()
SEALED: dict[str, Make] = {
    "garbage": lambda w: w.with_age(armored(os.urandom(5000))),
    "no armor": lambda w: w.with_age("x\n"),
    "many recipients": lambda w: w.with_age(armored(age_file([STRANGER] * 20_000))),
    "huge passphrase work": lambda w: w.with_age(armored(age_file([SCRYPT]))),
    "long stanza": lambda w: w.with_age(armored(age_file([b"-> X25519 " + b"a" * 10**6 + b"\n"]))),
    "not UTF-8": lambda w: w.with_private(b"\xff\xfe"),
    "not TOML": lambda w: w.with_private(b"[[["),
    "zeros": lambda w: w.with_private(b"\0" * 2_500_000),
    "deep": lambda w: w.with_private(INNER + b"x = " + b"[" * 100_000),
    "dotted keys": lambda w: w.with_private(INNER + line(b"a", 1_000_000)),
    "a number for everything": lambda w: w.with_private(b"private = 3\n"),
    "a number for the block": lambda w: w.with_private(f"private = {{ {WHO} = 3 }}\n".encode()),
    "another's block": lambda w: w.with_private(b'[private.c-zzzz]\nname = "x"\n'),
    "numbers for tables": lambda w: w.with_private(
        INNER + b"notes = 1\nsigns = 2\nfollow_up = 3\n"
    ),
    "number for a sign": lambda w: w.with_private(INNER + b"signs.s1 = 3\n"),
    "number for warnings": lambda w: w.with_private(INNER + b"overridden = 3\n"),
    "unknown sign": lambda w: w.with_private(
        INNER + b'signs.s1 = { code = "[red]", level = "x", decision = "y", subject = 3 }\n'
    ),
    "steering": lambda w: w.with_private(
        INNER + b'name = "%s"\nnotes.%s = "%s"\n' % (STEERING, b'"' + STEERING + b'"', STEERING)
    ),
    "year 9999": lambda w: w.with_private(INNER + b"follow_up.when = 9999-12-31T23:59:59Z\n"),
    "year 1": lambda w: w.with_private(INNER + b"follow_up.when = 0001-01-01T00:00:00+14:00\n"),
    "time without a zone": lambda w: w.with_private(
        INNER + b"follow_up.when = 2027-01-01T10:00:00\n"
    ),
    "erased in the year 1": lambda w: w.with_private(
        INNER + b"erased = 0001-01-01T00:00:00+14:00\n"
    ),
}
