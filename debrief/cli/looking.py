"""Looking: what is in a session, whether it is whole, and what a text shows."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from debrief.cli.context import options, out, out_json, progress, warn, write
from debrief.cli.shape import Group, argument, choice, flag, option
from debrief.errors import EXIT_FOUND, EXIT_KEY, EXIT_USAGE, Problem
from debrief.i18n import _

if TYPE_CHECKING:
    from debrief.desk import Desk
    from debrief.record.disk import Disk
    from debrief.record.verify import Verdict

_FORMATS = ("text", "json")


def add_to(root: Group) -> None:
    """Add `show`, `verify`, `checkpoint` and `scan`."""
    form = choice("--format", of=_FORMATS, help=_("How it is written."), default="text")
    root.add(
        "show",
        _("Show the record of a session; with --private, what is sealed too."),
        argument("session", _("SESSION")),
        flag("--private", help=_("Open the sealed blocks with the key on this computer.")),
        form,
    )(_show)
    root.add(
        "verify",
        _("Check that sessions and their ledger are what was sealed; status 1 if one is not."),
        argument("paths", _("[FILE OR FOLDER]..."), many=True),
        option(
            "--since",
            help=_("Also check that the ledger goes on from a checkpoint you kept."),
            metavar=_("CHECKPOINT"),
        ),
        flag("--content", help=_("Of a folder: also read every file as a session; takes longer.")),
        form,
    )(_verify)
    root.add(
        "checkpoint",
        _("Show what the ledger is now, in one line to keep elsewhere."),
    )(_checkpoint)
    root.add(
        "scan",
        _("Look for signs in a text, from a file or standard input."),
        argument("file", _("[FILE]"), required=False),
        choice(
            "--lang", of=("da", "nb", "en", "auto"), help=_("Language of the text."), default="auto"
        ),
        choice("--format", of=("text", "jsonl"), help=_("How it is written."), default="text"),
        flag("--all", help=_("Also what was set aside, each with its reason.")),
    )(_scan)


# show


def _show(session: str, private: bool, format: str) -> int:
    from debrief.desk import telling
    from debrief.record import sessionfile, verify

    desk = options().desk()
    path = desk.session_path(session)
    data = desk.disk.read(path)
    file = sessionfile.read(data, path.name)
    opened = _opened(desk, data, path.name) if private else None
    verdict = verify.verify_path(desk.disk, path)[-1]
    if format == "json":
        shown: dict[str, Any] = {"record": file, "whole": verdict.ok}
        out_json(shown if opened is None else {**shown, "private": opened})
    else:
        out(*telling.record_lines(desk, file))
        out(*_corrected(desk, file.session.id, private))
        if opened is not None:
            out(*telling.private_lines(opened, telling.phase_names(desk, file.session.protocol)))
        out("", *_verdict_lines(verdict))
    return 0 if verdict.ok else EXIT_FOUND


def _corrected(desk: Desk, session: str, private: bool) -> Iterator[str]:
    """Yield what stands beside a session; what is sealed in it only with `private`."""
    from debrief.desk.correcting import corrections
    from debrief.desk.following import came_of
    from debrief.desk.telling import came_of_line, correction_lines

    for one in corrections(desk, session, opened=private):
        yield from correction_lines(one)
    yield from map(came_of_line, came_of(desk, session, opened=private))


def _opened(desk: Desk, data: bytes, name: str) -> Mapping[str, dict[str, Any]]:
    """Return the private blocks; no key is made for a file that no key here can open."""
    from debrief.desk import keyring
    from debrief.record.sessionfile import open_private

    if b"\nage = " in data and not keyring.made(desk):
        raise Problem(
            _("There is no key in {folder}, so the sealed part stays closed.").format(
                folder=desk.places.config
            ),
            EXIT_KEY,
        )
    return open_private(data, desk.keys, name)


# verify


def _verify(paths: tuple[str, ...], since: str | None, content: bool, format: str) -> int:
    from debrief.record.disk import Disk

    disk, sessions = Disk(), options().places.sessions
    if not paths and not since and not sessions.is_dir():
        if format == "json":
            out_json([])
        else:
            out(_("No session has been closed in {folder}.").format(folder=sessions))
        return 0
    found = [*_verdicts(disk, [Path(one) for one in paths] or [sessions], content)]
    if since is not None:
        found.insert(0, _since(disk, sessions, since))
    if format == "json":
        out_json(found)
    else:
        for verdict in found:
            out(*_verdict_lines(verdict))
        if not found:
            out(_("There is nothing to check in {folder}.").format(folder=sessions))
    return 0 if all(verdict.ok for verdict in found) else EXIT_FOUND


def _verdicts(disk: Disk, paths: list[Path], content: bool) -> Iterator[Verdict]:
    from debrief.record import verify
    from debrief.record.disk import is_file

    for path in paths:
        if path.name == _ledger_name() and is_file(path):
            yield verify.verify_ledger(disk.read(path))
            continue
        with progress(_("Checking")) as told:
            deep = content or not verify.is_folder(path)
            yield from verify.verify_path(disk, path, content=deep, progress=told)


def _ledger_name() -> str:
    """Return what the ledger's file is called."""
    from debrief.record.ledger import NAME

    return NAME


def _since(disk: Disk, sessions: Path, text: str) -> Verdict:
    from debrief.record import ledger, verify

    kept = ledger.read_checkpoint(text)
    if kept is None:
        raise Problem(
            _(
                "{text} is no checkpoint; it is the word ledger, a line number and at least 16 "
                "digits of the digest, as `debrief checkpoint` shows it."
            ).format(text=text),
            EXIT_USAGE,
        )
    return verify.verify_since(_ledger(disk, sessions), kept)


def _ledger(disk: Disk, sessions: Path) -> bytes:
    from debrief.record.ledger import NAME

    path = sessions / NAME
    return disk.read(path) if disk.exists(path) else b""


def _checkpoint() -> int:
    from debrief.record import ledger
    from debrief.record.disk import Disk

    out(str(ledger.checkpoint(_ledger(Disk(), options().places.sessions))))
    return 0


def _verdict_lines(verdict: Verdict) -> list[str]:
    if verdict.ok:
        erased = _("         [{block}] was erased, as the ledger says.")
        return [
            _("whole    {name}").format(name=verdict.name),
            *(erased.format(block=block) for block in verdict.erased),
        ]
    told = _("CHANGED  {name}").format(name=verdict.name)
    return [told, *(f"         {finding.sentence}" for finding in verdict.findings)]


# scan


def _scan(file: str | None, lang: str, format: str, all: bool) -> int:
    from debrief.signs import stream

    if file is None or file == "-":
        source = sys.stdin.buffer.read()
    else:
        from debrief.record.disk import Disk

        if Path(file).is_dir():
            raise Problem(
                _("{path} is a folder. Name a file in it, or pipe the text in.").format(path=file),
                EXIT_USAGE,
            )
        source = Disk().read(Path(file))
    lines = source.decode("utf-8-sig", "replace").splitlines(keepends=True)
    try:
        stream.run(lines, write, lang, format, all)
    except Problem as problem:
        warn(str(problem))
        return problem.status
    return 0
