"""Freezing: from a view to the bytes that will be shown, approved and sent."""

from __future__ import annotations

import hashlib

import msgspec

from debrief.delivery.config import About, Destination
from debrief.delivery.job import Job, Source, Way
from debrief.delivery.rows import Place
from debrief.delivery.secretrefs import SecretRef
from debrief.errors import EXIT_DELIVERY, Problem
from debrief.i18n import _
from debrief.plugin import Document, Page
from debrief.summary import MEDIA_TYPES, SUFFIXES, View, render
from debrief.text import is_id

_RENDER_SECONDS = 10.0


def document_id(view: View, destination: str) -> str:
    """Return the id of a delivery, `d-` and 24 hex digits: the same whenever it is worked out.

    So a summary planned again after the outbox was lost is still recognised by its receiver.
    """
    parts = ("debrief-delivery/1", view.session_ref, destination, str(view.revision))
    return f"d-{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:24]}"


def freeze(
    view: View,
    name: str,
    destination: Destination,
    about: About,
    source: Source | None = None,
    place: Place = Place(),
) -> Document:
    """Return the document for the destination called `name`; raises Problem if it can't be made.

    An exporter that renders for itself (`source` says where it is) does so in a worker process,
    without secrets and without a network; it is told the `place` of the document.
    """
    identity = document_id(view, name)
    if about.renders == "own":
        page = _own_page(view, identity, destination, source, place)
    else:
        body = render(view, about.renders)
        page = Page(body, MEDIA_TYPES[about.renders], SUFFIXES[about.renders])
    digest = hashlib.sha256(page.body).hexdigest()
    filename = f"debrief-{view.session_ref}-{identity[-6:]}{page.suffix}"
    return Document(identity, page.body, page.media_type, digest, filename)


def _own_page(
    view: View, identity: str, destination: Destination, source: Source | None, place: Place
) -> Page:
    from debrief.delivery.runner import run

    settings = {k: v for k, v in destination.settings.items() if not isinstance(v, SecretRef)}
    stub = Document(identity, b"", "", "", "")
    if source is None:
        raise _failed(destination.exporter, "")
    plain = msgspec.structs.replace(view, fields=dict(view.fields))
    way = Way(deadline_s=_RENDER_SECONDS)
    job = Job("render", source, stub, plain, settings, way=way, place=place)
    result = run(job).result
    suffix = result.suffix.removeprefix(".")
    if result.ending != "receipt" or not result.body or not is_id(suffix):
        raise _failed(destination.exporter, result.said or result.why)
    return Page(result.body, result.media_type, f".{suffix}")


def _failed(exporter: str, said: str) -> Problem:
    return Problem(
        _(
            "The exporter {name} could not make its page ({problem}), so nothing was sent; the"
            " session is unharmed."
        ).format(name=exporter, problem=said or "-"),
        EXIT_DELIVERY,
    )
