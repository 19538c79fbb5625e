"""What a person must know of a round that was not closed, before going on with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from debrief import words
from debrief.i18n import _

if TYPE_CHECKING:
    from debrief.desk.overview import Unfinished


def damaged(one: Unfinished) -> Iterator[str]:
    """Yield what is to be said of damage that is still in the journal."""
    if one.damage == "middle":
        yield _(
            "Its journal was damaged in the middle: what stood before that is there, and a copy "
            "of the whole is set aside when you resume it."
        )
    elif one.damage:
        yield _(
            "The end of its journal was damaged; everything shown as saved before that is there."
        )


def told(one: Unfinished) -> Iterator[str]:
    """Yield a sentence for each other thing, all in one way for every face."""
    if one.elsewhere:
        yield _(
            "It was last written on another computer, {host}: go on there, or take it over here."
        ).format(host=one.elsewhere)
    if one.forgotten and one.written is not None:
        yield _("Nobody has gone on with it since {when}: resume it and close it.").format(
            when=words.moment(one.written)
        )
    for path in one.apart:
        yield _(
            "Two computers wrote on it, and what {path} holds is not in it: close this one, then "
            "resume the other and add what is missing as a correction."
        ).format(path=path)
    for path in one.copies if one.state is not None else ():
        yield _("Damage was cut out of its journal; the damaged copy is kept in {path}.").format(
            path=path
        )


def question(one: Unfinished) -> str:
    """Return what is asked before a round of another computer is taken over."""
    return _(
        "The round was last written on another computer, {host}. If it is still open there, go on "
        "there. Take it over here?"
    ).format(host=one.elsewhere)


def putting_away(one: Unfinished) -> str:
    """Return what is asked before a round in which nothing was said is removed."""
    when = words.moment(one.state.opened) if one.state else one.id
    return _("Nothing was said in the round of {when}. Put it away? Nothing of it is kept.").format(
        when=when
    )
