"""Collect: the drops and rows of many sites, made into one set of counts at the organisation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from debrief.cli.context import out, out_json, progress
from debrief.cli.shape import Group, argument, choice, option
from debrief.errors import EXIT_FOUND, EXIT_KEY, EXIT_USAGE, Problem
from debrief.i18n import _

if TYPE_CHECKING:
    import click

    from debrief.collecting.run import Report
    from debrief.collecting.sources import Source
    from debrief.record.opening import Opener

_MONTH: Final = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")
_LEAST, _MOST = 2, 1000
_WAYS: Final = ("env", "file", "keyring")
_KEY_LIMIT: Final = 100_000


def _more() -> tuple[click.Option, ...]:
    """Return the options for buckets and SFTP servers."""
    return (
        option(
            "--url",
            help=_("Address of the S3 store, if it is not Amazon's."),
            metavar=_("ADDRESS"),
        ),
        option(
            "--region",
            help=_("Region of the bucket; without it AWS_REGION, or us-east-1 with --url."),
            metavar=_("REGION"),
        ),
        option(
            "--key-id",
            help=_("Access key ID, its secret by --password; without it AWS_ACCESS_KEY_ID."),
            metavar=_("ID"),
        ),
        option(
            "--ssh-key",
            help=_("Key to log in with by SFTP; without it ssh-agent and ~/.ssh."),
            metavar=_("FILE"),
        ),
        option(
            "--known-hosts",
            help=_("SFTP servers that are known; without it ~/.ssh/known_hosts."),
            metavar=_("FILE"),
        ),
    )


def add_to(root: Group) -> None:
    """Add `collect`."""
    root.add(
        "collect",
        _(
            "Make one set of counts from what many sites sent; status 1 if something must be looked"
            " at."
        ),
        argument("sources", _("SOURCE..."), many=True),
        option(
            "--to", help=_("Folder for the set, and for what is remembered."), metavar=_("FOLDER")
        ),
        option(
            "--key",
            help=_("File with the organisation's age key; may be given again."),
            metavar=_("FILE"),
            multiple=True,
        ),
        option("--since", help=_("First month in the set, as 2026-01."), metavar=_("MONTH")),
        option(
            "--minimum",
            help=_("Numbers below this one are hidden."),
            metavar=_("NUMBER"),
            default="5",
        ),
        option(
            "--password",
            help=_("Where the sources' password is: env:NAME, file:PATH or keyring:SERVICE/USER."),
            metavar=_("WHERE"),
        ),
        option(
            "--ca-file",
            help=_("Certificates to trust instead of the usual ones."),
            metavar=_("FILE"),
        ),
        *_more(),
        choice("--format", of=("text", "json"), help=_("How it is written."), default="text"),
    )(_collect)


def _collect(
    sources: tuple[str, ...],
    to: str | None,
    key: tuple[str, ...],
    since: str | None,
    minimum: str,
    password: str | None,
    ca_file: str | None,
    format: str,
    **places: str | None,
) -> int:
    if not sources or not to:
        raise Problem(
            _("Say what to collect from and where to: debrief collect SOURCE --to FOLDER."),
            EXIT_USAGE,
        )
    if since is not None and not _MONTH.fullmatch(since):
        raise Problem(_("A month is written as 2026-01; nothing was read."), EXIT_USAGE)
    from debrief.collecting import words
    from debrief.collecting.sources import Login, source

    size = _size(minimum)
    login = Login(_secret(password), ca_file or "", **{n: v or "" for n, v in places.items()})
    found = [source(one, login) for one in sources]
    report = _run(Path(to), found, _opener(key), size, since or "")
    if format == "json":
        out_json(report)
    else:
        out(*words.lines(report))
    return EXIT_FOUND if report.wants_a_person else 0


def _run(
    folder: Path, sources: list[Source], keys: Opener | None, minimum: int, since: str
) -> Report:
    """Collect, and give every source back whatever comes; raises Problem."""
    from debrief.clock import utc_now
    from debrief.collecting.keeping import Place
    from debrief.collecting.run import collect

    today = utc_now().date()
    try:
        with progress(_("Collecting")) as told:
            return collect(
                Place(folder), sources, keys, today, minimum=minimum, since=since, told=told
            )
    finally:
        for one in sources:
            one.close()


def _size(text: str) -> int:
    """Return the minimum cell size; raises Problem for one that hides nothing."""
    if not text.isascii() or not text.isdigit() or not _LEAST <= int(text[:9]) <= _MOST:
        raise Problem(
            _("--minimum is a number from {least} to {most}; nothing was read.").format(
                least=_LEAST, most=_MOST
            ),
            EXIT_USAGE,
        )
    return int(text)


def _opener(files: tuple[str, ...]) -> Opener | None:
    """Return what opens drops, if a key was given; raises Problem."""
    from debrief.collecting.run import identities
    from debrief.record.disk import Disk
    from debrief.record.opening import Opener

    if not files:
        return None
    found: list[str] = []
    for file in files:
        data = Disk().read(Path(file).expanduser(), _KEY_LIMIT)
        found += identities(data.decode("utf-8", "replace"))
    return Opener(tuple(found))


def _secret(where: str | None) -> str:
    """Return the password from where it is; raises Problem."""
    from debrief.delivery.secretrefs import SecretRef, resolve

    if where is None:
        return ""
    way, _colon, rest = where.partition(":")
    if way not in _WAYS or not rest:
        raise Problem(
            _("--password says where it is: env:NAME, file:PATH or keyring:SERVICE/USER."),
            EXIT_USAGE,
        )
    try:
        return resolve(SecretRef(**{way: rest}), "password", "collect")
    except Problem:
        raise Problem(
            _(
                "The password could not be had from there, and nothing was read; look whether it is"
                " there."
            ),
            EXIT_KEY,
        ) from None
