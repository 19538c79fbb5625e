"""A whole plain session: set up or resume, the round, the close; and the way out of each."""

from __future__ import annotations

import hashlib

from debrief.desk import Desk, running, sending
from debrief.desk.left_open import putting_away, question, told
from debrief.desk.overview import Unfinished
from debrief.errors import EXIT_INPUT, Problem
from debrief.i18n import _
from debrief.live import Live
from debrief.plain import followups, leaving
from debrief.plain.close import CloseTalk
from debrief.plain.context import Context
from debrief.plain.round import RoundTalk
from debrief.plain.setup import Asked, SetupTalk
from debrief.plain.talk import InputEnded, Talk

__all__ = ["Asked", "go_on", "pick", "start"]


def start(desk: Desk, talk: Talk, asked: Asked = Asked()) -> int:
    """Ask for everything, hold the round, close it; return the exit status.

    A round that was not closed is offered first. When the input ends before the close the round
    is kept, and the status is EXIT_INPUT. Raises Problem where nothing can be opened, and before
    anything is asked where the protocol that is asked for is not one.
    """
    if asked.protocol is not None:
        desk.protocol(asked.protocol)
    try:
        old = _offered(desk, talk)
        live = old or SetupTalk(desk, talk, asked).open()
    except InputEnded:
        talk.tell(_("The input ended before a round was opened, so nothing was kept."))
        return EXIT_INPUT
    return _hold(desk, live, talk, fresh=old is None)


def go_on(desk: Desk, wanted: str, talk: Talk, *, lasting: bool = True) -> int:
    """Go on with the round whose id is, or begins with, `wanted`; raises Problem.

    `lasting` is false for a demonstration, whose workspace is gone when it ends.
    """
    one = pick(desk.unfinished(), wanted)
    _tell(one, talk)
    live = _resume(desk, one, talk)
    return _hold(desk, live, talk, lasting) if live is not None else 0


def _tell(one: Unfinished, talk: Talk) -> None:
    """Tell what is to be known of a round before going on with it."""
    for sentence in told(one):
        talk.tell(f"{one.id}  {sentence}")


def _resume(desk: Desk, one: Unfinished, talk: Talk) -> Live | None:
    """Go on with a round, telling what of it was lost; raises Problem.

    None where another computer wrote it last and it is left to that one.
    """
    take_over = bool(one.elsewhere)
    if take_over and not talk.agrees(question(one)):
        return None
    live = desk.resume(one.id, take_over=take_over)
    if one.damage == "torn-tail":
        talk.tell(
            _("The last thing that was written may be missing: the computer stopped in the middle.")
        )
    elif one.damage:
        talk.tell(
            _("Part of what was kept is damaged. Here is what can be read; a copy is set aside.")
        )
    return live


def pick(unfinished: tuple[Unfinished, ...], wanted: str) -> Unfinished:
    """Return the round whose id is, or begins with, `wanted`; raises Problem."""
    close = [one for one in unfinished if one.id.startswith(wanted)]
    if len(close) == 1:
        return close[0]
    known = ", ".join(one.id for one in unfinished)
    if not known:
        raise Problem(_("There is no round to go on with; every round is closed."))
    raise Problem(_("Say which round to go on with, one of: {ids}.").format(ids=known))


def _offered(desk: Desk, talk: Talk) -> Live | None:
    """Offer the rounds that were not closed; return the one to go on with."""
    for one in desk.unfinished():
        if one.state is None:
            talk.tell(
                _("The round {id} can't be resumed: {problem}").format(
                    id=one.id, problem=one.problem
                )
            )
            continue
        _tell(one, talk)
        asked = _("The round {id} was not closed. Go on with it?").format(id=one.id)
        if one.elsewhere or talk.agrees(asked):
            live = _resume(desk, one, talk)
            if live is not None:
                return live
        elif one.only_set_up and talk.agrees(putting_away(one)):
            running.put_away(desk, one.id)
    return None


def _hold(desk: Desk, live: Live, talk: Talk, lasting: bool = True, *, fresh: bool = False) -> int:
    """Hold the round to its close or until the supervisor leaves; it is kept whatever happens.

    A `fresh` one begins with what was agreed last time.
    """
    for problem in desk.sign_problems:
        talk.tell(str(problem))
    context = Context(desk, live, talk)
    face = RoundTalk(context)
    live.on_disk = face.heard
    try:
        if fresh:
            followups.from_last_time(desk, talk, live.state.setup.team)
        while face.run() == "close":
            sealed = CloseTalk(context).run()
            if sealed is not None:
                digest = hashlib.sha256(desk.disk.read(sealed.path)).hexdigest()
                talk.tell(*leaving.sealed_lines(sealed, digest, desk.clock()))
                if sealed.queued:
                    _send(desk, talk)
                return 0
        _keep(desk, live, talk, lasting)
    except InputEnded:
        _keep(desk, live, talk, lasting)
        return EXIT_INPUT
    except KeyboardInterrupt:
        if live.state.closed is None:
            _keep(desk, live, talk, lasting)
        raise
    except BaseException as error:
        desk.pause(live)
        if isinstance(error, Problem) and live.state.closed is not None:
            talk.tell(_broken_off(live))
        raise
    return 0


def _broken_off(live: Live) -> str:
    """Return what became of a close that did not come to its end."""
    if live.saved.everything:
        return _("That the round is closed is noted; the next start carries the rest on.")
    return _("The disk did not take the close; the round is kept as far as it was saved.")


def _send(desk: Desk, talk: Talk) -> None:
    """Offer to send what was queued; whatever comes of it, the round is closed."""
    try:
        if not talk.agrees(_("Send it now?")):
            return
        for attempt in sending.send(desk):
            talk.tell(leaving.attempt_line(attempt))
    except InputEnded:
        return
    except Problem as problem:
        talk.tell(str(problem))


def _keep(desk: Desk, live: Live, talk: Talk, lasting: bool) -> None:
    """Leave the round open, and say truthfully what is kept."""
    kept = live.settle(10.0)
    desk.pause(live)
    command = f"debrief run --plain --resume {live.state.id}"
    if not lasting:
        sentence = _("That was the demonstration; nothing of it is kept.")
    elif kept:
        sentence = _("The round is kept, not closed. Go on with it: {command}")
    else:
        sentence = _(
            "The disk did not confirm the last lines, so they may be lost; the rest of the round "
            "is kept. Go on with it: {command}"
        )
    talk.tell("", sentence.format(command=command))
