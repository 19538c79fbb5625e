"""verify.py and VERIFY.sh, over the same files, must say the same."""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from debrief.record import ledger, whole
from debrief.record.blocks import LIMIT, listing, render_seal, split
from debrief.record.closing import seal
from debrief.record.disk import Disk
from debrief.record.keys import Keys
from debrief.record.verify import Verdict, verify_file, verify_folder, verify_path

from .rounds import a_round

SCRIPT = Path(__file__).parents[2] / "sessions" / "VERIFY.sh"
FIRST = "2026-11-21-k7q2m9"
SECOND = "2026-11-22-aaaaaa"
Found = set[tuple[str, str, str]]


def by_python(path: Path) -> Found:
    found: Found = set()
    for verdict in verify_path(Disk(), path):
        assert verdict.ok == (not verdict.findings)
        found |= {(verdict.name, f.code, f.block or "") for f in verdict.findings}
        assert all(finding.sentence for finding in verdict.findings)
    return found


def by_script(path: Path, cwd: Path | None = None) -> Found:
    done = subprocess.run(
        [SCRIPT, path], capture_output=True, text=True, cwd=cwd, check=False, timeout=60
    )
    assert done.stderr == ""
    found: Found = set()
    for line in done.stdout.splitlines():
        if line.startswith(("OK ", "   erased private.")):
            continue
        match = re.fullmatch(r"BAD (.+?): ([a-z-]+)(?: (.*))?", line)
        assert match, line
        found.add((match[1], match[2], match[3] or ""))
    assert done.returncode == (1 if found else 0), done
    return found


def both(path: Path) -> Found:
    python, script = by_python(path), by_script(path)
    assert python == script
    return python


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Path:
    folder = tmp_path_factory.mktemp("sealed") / "sessions"
    seal(Disk(), folder, a_round(2), keys)
    seal(Disk(), folder, a_round(2, session=SECOND), keys, privacy="open")
    return folder


@pytest.fixture
def folder(sealed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed, tmp_path / "a folder" / "sessions"))


@pytest.fixture
def file(folder: Path) -> Path:
    return folder / "2026" / f"{FIRST}.toml"


NAME = f"2026/{FIRST}.toml"
OTHER = f"2026/{SECOND}.toml"


def test_good_folder_and_file(folder: Path, file: Path) -> None:
    assert both(folder) == set()
    assert both(file) == set()
    assert [verdict.ok for verdict in verify_folder(Disk(), folder)] == [True, True, True]


def test_from_any_directory(folder: Path, file: Path) -> None:
    assert by_script(Path(file.name), cwd=file.parent) == set()
    assert by_script(Path(), cwd=folder) == set()
    assert by_script(Path("2026") / file.name, cwd=folder) == set()


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    return change


def without_block(name: str) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        block = next(block for block in split(data) if block.name == name)
        return data.replace(block.data, b"", 1)

    return change


def doubled(data: bytes) -> bytes:
    block = next(block for block in split(data) if block.name == "counts")
    return data.replace(block.data, block.data * 2, 1)


def swapped(data: bytes) -> bytes:
    blocks = {block.name: block.data for block in split(data)}
    a, b = blocks["phases.p1"], blocks["phases.p2"]
    return data.replace(a + b, b + a)


def sealed_byte(data: bytes) -> bytes:
    at = data.index(b"-----BEGIN AGE") + 200
    return data[:at] + (b"A" if data[at : at + 1] != b"A" else b"B") + data[at + 1 :]


def last_signature_character(data: bytes) -> bytes:
    at = data.rindex(b"=\n-----END SSH") - 1
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = alphabet[alphabet.index(data[at : at + 1]) + 1]
    return data[:at] + bytes([other]) + data[at + 1 :]


LEDGER = (NAME, "ledger", "")
CHANGES: dict[str, tuple[Callable[[bytes], bytes], Found]] = {
    "clear block": (replaced(b"used_s = 200", b"used_s = 201"), {(NAME, "changed", "phases.p1")}),
    "sealed block": (sealed_byte, {(NAME, "changed", "private.c-0k2m")}),
    "salt": (replaced(b'salt = "', b'salt  = "'), {(NAME, "changed", "session")}),
    "removed": (without_block("duties.d1"), {(NAME, "removed", "duties.d1")}),
    "private removed": (
        without_block("private.c-1k2m"), {(NAME, "removed", "private.c-1k2m")},
    ),
    "added": (
        replaced(b"[counts]", b"[duties.d2]\nkind = 1\n\n[counts]"),
        {(NAME, "added", "duties.d2")},
    ),
    "duplicated": (doubled, {(NAME, "duplicated", "counts")}),
    "order": (swapped, {(NAME, "order", "")}),
    "root": (
        lambda data: re.sub(rb'root = "..', b'root = "zz'.replace(b"z", b"0"), data),
        {(NAME, "root", "")},
    ),
    "list": (
        replaced(b"  counts\n", b"  count\n"),
        {(NAME, "added", "counts"), (NAME, "removed", "count"), (NAME, "root", ""),
         (NAME, "signature", "")},
    ),
    "signature spelling": (last_signature_character, {(NAME, "signature", "")}),
    "session id": (
        replaced(f'id = "{FIRST}"'.encode(), b'id = "2026-11-21-other"'),
        {(NAME, "changed", "session"), (NAME, "name", "")},
    ),
}  # fmt: skip
SHAPES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "crlf": (lambda data: data.replace(b"\n", b"\r\n"), "line-ends"),
    "one cr": (replaced(b"Nord", b"No\rrd"), "line-ends"),
    "bom": (lambda data: b"\xef\xbb\xbf" + data, "start"),
    "version": (replaced(b"session/1", b"session/2"), "start"),
    "escape": (replaced(b"Nord", b"No\x1brd"), "characters"),
    "nul": (replaced(b"Nord", b"No\0rd"), "characters"),
    "empty": (lambda data: b"", "start"),
    "preamble only": (lambda data: data[: data.index(b"[")], "start"),
    "before the first block": (replaced(b"[session]", b"x = 1\n[session]"), "start"),
    "header": (replaced(b"[phases.p2]", b"[phases.../p2]"), "header"),
    "path": (replaced(b"[phases.p2]", b"[../../../x]"), "header"),
    "array of tables": (replaced(b"[phases.p2]", b"[[phases]]"), "header"),
    "cut short": (lambda data: data[:-1], "end"),
    "cut in the seal": (lambda data: data[: data.rindex(b"'''")], "seal"),
    "no seal": (lambda data: data[: data.index(b"[seal]")], "seal"),
    "after the seal": (lambda data: data + b"# more\n", "seal"),
    "seal twice": (lambda data: data + data[data.index(b"[seal]") :], ""),
    "many blocks": (lambda data: data + b"[x]\n" * 2500, "size"),
    "many blocks, then junk": (lambda data: data + b"[x]\n" * 2500 + b"[[\n", "size"),
    "too large": (lambda data: data + b"#" * LIMIT, "size"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_change_is_found(file: Path, folder: Path, change: str) -> None:
    edit, wanted = CHANGES[change]
    file.write_bytes(edit(file.read_bytes()))
    assert both(file) == wanted | {LEDGER}
    assert both(folder) == wanted | {LEDGER}


@pytest.mark.parametrize("change", SHAPES)
def test_other_layout_is_found(file: Path, change: str) -> None:
    edit, code = SHAPES[change]
    file.write_bytes(edit(file.read_bytes()))
    found = both(file)
    if code:
        assert found == {(NAME, code, "")}
    else:
        assert found


def test_signature_of_another_file(folder: Path, file: Path) -> None:
    mine, other = file.read_bytes(), (folder / OTHER).read_bytes()
    cut = mine.index(b"signature =")
    file.write_bytes(mine[:cut] + other[other.index(b"signature =") :])
    assert both(file) == {(NAME, "signature", ""), LEDGER}


def test_sealed_again_with_another_key(file: Path, tmp_path: Path) -> None:
    stranger = Keys.load_or_create(Disk(), tmp_path / "stranger")
    *blocks, _seal = split(file.read_bytes().replace(b"used_s = 200", b"used_s = 100"))
    listed = listing((block.name, block.data) for block in blocks)
    data = file.read_bytes()[: file.read_bytes().index(b"[session]")]
    data += b"".join(block.data for block in blocks) + render_seal(listed, stranger.sign(listed))
    file.write_bytes(data)
    assert both(file) == {(NAME, "signer", ""), LEDGER}


def test_whole_file_of_another_round(folder: Path, file: Path) -> None:
    file.write_bytes((folder / OTHER).read_bytes())
    assert both(file) == {(NAME, "name", ""), LEDGER}


def test_without_ledger_a_file_stands_for_itself(folder: Path, file: Path) -> None:
    (folder / "ledger.txt").unlink()
    assert both(file) == set()
    assert both(folder) == {("ledger.txt", "missing", "")}


def test_without_signers_nobody_signed(folder: Path, file: Path) -> None:
    (folder / "allowed_signers").unlink()
    assert both(file) == {(NAME, "signer", "")}


def test_own_signers(folder: Path, file: Path, tmp_path: Path) -> None:
    mine = tmp_path / "my signers"
    shutil.move(folder / "allowed_signers", mine)
    done = subprocess.run([SCRIPT, "-s", mine, file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"OK ledger.txt\nOK {NAME}\n")


def test_missing_unlisted_and_misplaced_files(folder: Path, file: Path) -> None:
    shutil.move(file, folder / "2026" / "2026-11-21-k7q2m9 (conflicted copy).toml")
    strange = folder / "2026" / "odd\n$(touch pwned)`x`;*.toml"
    strange.write_bytes(b"x")
    (folder / "2026" / ".hidden.toml").write_bytes(b"x")
    (folder / "2026" / "link.toml").symlink_to(folder / OTHER)
    os.mkfifo(folder / "2026" / "fifo.toml")
    codes = {(code, block) for _name, code, block in by_python(folder)}
    assert codes == {(code, block) for _name, code, block in by_script(folder)}
    assert codes == {("name", ""), ("unlisted", ""), ("missing", ""), ("start", "")}
    assert not list(folder.rglob("pwned"))


def test_file_in_the_folder_of_another_year(folder: Path, file: Path) -> None:
    (folder / "2025").mkdir()
    shutil.move(file, folder / "2025" / file.name)
    assert both(folder) == {(f"2025/{FIRST}.toml", "name", "")}


def test_flat_folder(folder: Path, file: Path) -> None:
    for path in (folder / "2026").iterdir():
        shutil.move(path, folder / path.name)
    assert both(folder) == set()
    assert both(folder / file.name) == set()


def ledger_change(folder: Path, edit: Callable[[bytes], bytes]) -> None:
    path = folder / "ledger.txt"
    path.write_bytes(edit(path.read_bytes()))


@pytest.fixture
def longer(folder: Path) -> Path:
    """Return the folder with two more lines in the ledger."""
    for key in ("1", "2"):
        event = {"event": "export", "session": FIRST, "key": key, "sent": "0" * 64}
        ledger.append(Disk(), folder, event)
    return folder


def test_ledger_line_changed(longer: Path) -> None:
    ledger_change(longer, lambda data: data.replace(b"key:1", b"key:7"))
    assert both(longer) == {("ledger.txt", "chain", "4")}


def test_ledger_line_removed(longer: Path) -> None:
    def without_third(data: bytes) -> bytes:
        rows = data.splitlines(keepends=True)
        return b"".join(rows[:2] + rows[3:])

    ledger_change(longer, without_third)
    assert both(longer) == {("ledger.txt", "number", "3")}


def test_close_line_removed(folder: Path) -> None:
    ledger_change(folder, lambda data: data.splitlines(keepends=True)[0])
    assert both(folder) == {(OTHER, "unlisted", "")}


@pytest.mark.parametrize(
    ("edit", "wanted"),
    [
        (lambda data: data[:-1], {("torn", "4")}),
        (lambda data: data[:-70], {("torn", "4")}),
        (lambda data: data + b"\n", {("form", "5")}),
        (lambda data: data + b"x\0y\n", {("form", "5")}),
        (lambda data: data.replace(b"\n", b"\r\n"), {("form", str(n)) for n in range(1, 5)}),
        (lambda data: data.replace(b"  key:1", b"  key:1  key:1"), {("form", "3"), ("chain", "4")}),
        (lambda data: data.replace(b"n:3", b"n:03"), {("form", "3"), ("chain", "4")}),
        (lambda data: data.replace(b"key:1", "key:å".encode()), {("form", "3"), ("chain", "4")}),
    ],
)
def test_ledger_damage(
    longer: Path, edit: Callable[[bytes], bytes], wanted: set[tuple[str, str]]
) -> None:
    ledger_change(longer, edit)
    found = both(longer)
    assert {(code, where) for name, code, where in found if name == "ledger.txt"} == wanted


def flipped(data: bytes, at: int, bit: int) -> bytes:
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


def test_any_changed_byte_is_found_without_a_ledger(folder: Path, keys: Keys) -> None:
    choose = random.Random(20261121)
    for name in (NAME, OTHER):
        data = (folder / name).read_bytes()
        tail = data.index(b"[seal]")
        places = [*choose.sample(range(tail), 300), *range(tail, len(data))]
        for at in places:
            changed = flipped(data, at, choose.randrange(8))
            verdict: Verdict = verify_file(changed, name, (keys.public_key,), None)
            assert not verdict.ok, (name, at)


def test_script_agrees_on_any_changed_byte(folder: Path, file: Path) -> None:
    (folder / "ledger.txt").unlink()
    choose = random.Random(7)
    data = file.read_bytes()
    tail = data.index(b"[seal]")
    places = choose.sample(range(tail), 10) + choose.sample(range(tail, len(data)), 30)
    for at in places:
        file.write_bytes(flipped(data, at, choose.randrange(8)))
        assert both(file), at


def test_by_hand(file: Path, tmp_path: Path) -> None:
    """What README.md tells an auditor to type."""
    work = tmp_path / "by hand"
    work.mkdir()
    shutil.copy(file, work / "FILE")
    shutil.copy(file.parents[1] / "allowed_signers", work)
    readme = (SCRIPT.parent / "README.md").read_text("utf-8")
    commands = re.search(r"```sh by-hand\n(.*?)```", readme, re.DOTALL)
    assert commands
    done = subprocess.run(
        ["sh", "-e", "-c", commands[1]], cwd=work, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done
    assert 'Good "debrief-seal" signature for debrief' in done.stdout
    assert "FAILED" not in done.stdout
    assert done.stdout.count(": OK") == len(split(file.read_bytes())) - 1
    root = re.search(r'root = "([0-9a-f]+)"', file.read_text("utf-8"))
    assert root
    assert root[1] in done.stdout


def test_private_block_is_opened_with_age_as_the_readme_says(file: Path, keys: Keys) -> None:
    readme = (SCRIPT.parent / "README.md").read_text("utf-8")
    private = readme.partition("### The private part")[2]
    command = re.search(r"^(awk '.*?)\| age -d", private, re.DOTALL | re.MULTILINE)
    assert command
    text = command[1].replace("FILE", str(file).replace(" ", "\\ ")).replace("c-7k2m", "c-0k2m")
    done = subprocess.run(text.replace("BEGIN AGE", "BEGIN AGE"), shell=True, capture_output=True)
    opened = keys.unseal(done.stdout)
    assert opened.startswith(b'[private.c-0k2m]\nname = "Mette Holm"\n')
    assert len(opened) % 1024 == 0


def test_readme_explains_every_code() -> None:
    readme = (SCRIPT.parent / "README.md").read_text("utf-8")
    source = Path(whole.__file__).read_text("utf-8")
    codes = {code for codes in SHAPES.values() if (code := codes[1])}
    codes |= set(re.findall(r'^        "([a-z]+)": lambda', source, re.MULTILINE))
    codes |= {"form", "number", "chain", "torn"}
    assert len(codes) > 20
    for code in codes:
        assert f"`{code}`" in readme, code


def test_ledger_line_holds_what_was_published(folder: Path, file: Path, keys: Keys) -> None:
    line = ledger.lines((folder / "ledger.txt").read_bytes())[0]
    assert line.fields["file"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert line.fields["signer"] == keys.fingerprint
