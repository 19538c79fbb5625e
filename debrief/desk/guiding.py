"""What can be looked up in this workspace, and which of it belongs to what is on the screen."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from debrief import guidance
from debrief.errors import Problem
from debrief.guidance import pages
from debrief.i18n import language
from debrief.session import ROUND, SignKey, State
from debrief.session.duties import code_of, kind_of
from debrief.session.model import DUTY_CODES, Subject
from debrief.signs.codes import CODES

if TYPE_CHECKING:
    from debrief.workspace.config import Config
    from debrief.workspace.places import Places

ACUTE = "page-acute"
"""The id of the page about danger now."""


class Shown(msgspec.Struct, frozen=True):
    """All cards as they are read on one day, in one language."""

    library: guidance.Library
    problems: tuple[Problem, ...]
    """Why each file of the house that can't be used is left out."""
    language: str
    today: dt.date

    def title(self, ident: str) -> str:
        """Return what stands on top of a card; raises KeyError."""
        return pages.title(self.library, ident, self.language)

    def lines(self, ident: str) -> tuple[guidance.Line, ...]:
        """Return what is read on a card; raises Problem where there is none."""
        return guidance.lines(self.library, ident, self.language, self.today)

    def find(self, query: str) -> list[str]:
        """Return the ids of the cards that hold every word, by their title, text or id."""
        texts = {
            ident: [*(one.text for one in self.lines(ident)), ident] for ident in self.library.ids
        }
        return guidance.find(query, texts)

    def unsure(self) -> tuple[tuple[str, str], ...]:
        """Return (what, why) for everything that must be checked."""
        return tuple(pages.unsure(self.library, self.language, self.today))

    def chain_line(self) -> str:
        """Return the hand-over chain in one line."""
        return guidance.chain_line(self.library, self.language)


def look(
    places: Places, config: Config, now: dt.datetime, country: guidance.Country | None = None
) -> Shown:
    """Return what can be looked up, for `country` or else that of the workspace."""
    chosen = country or guidance.country_for(config.country, config.language or language())
    made, problems = guidance.library(chosen, places.guidance)
    return Shown(made, problems, language(), now.astimezone().date())


def card_of(code: str, subject: Subject) -> str:
    """Return the id of the card for a sign, whose it is thought to be decides which.

    The citizen's has the card of the duty it opens. The counsellor's has that of the sign, under
    the code it has in a counsellor.
    """
    twin = CODES[code].twin if code in CODES else None
    if subject == "counsellor" and code.startswith("case_") and twin is not None:
        return guidance.sign_card(twin)
    about_citizen = subject == "case" or code.startswith("case_")
    if about_citizen and code_of(kind_of(code)) in DUTY_CODES:
        return guidance.duty_card(kind_of(code))
    return guidance.sign_card(code)


def on_screen(state: State, person: str = ROUND) -> tuple[str, ...]:
    """Return the ids of the cards for a round with `person` speaking, what presses most first."""
    duties = [guidance.duty_card(one.kind) for one in state.duties.values() if one.outcome is None]
    mine = [
        (key, sign)
        for key, sign in state.signs.items()
        if key.person == person and sign.decision != "dismissed"
    ]
    acute = [guidance.CHAIN, ACUTE] if any(s.level == "acute" for _key, s in mine) else []
    cards = [card_of(key.code, sign.subject) for key, sign in mine]
    return tuple(dict.fromkeys([*duties, *acute, *cards]))


def of_sign(state: State, key: SignKey) -> tuple[str, ...]:
    """Return the id of the card for the sign under `key`, while it stands."""
    sign = state.signs.get(key)
    return (card_of(key.code, sign.subject),) if sign is not None else ()
