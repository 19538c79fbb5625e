"""What can be looked up, line by line: the cards of the moment, a search, one card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from debrief.desk import guiding
from debrief.desk.guiding import Shown
from debrief.guidance import Line
from debrief.i18n import _
from debrief.plain.context import Context
from debrief.plain.steps import Step
from debrief.plain.vocabulary import command_name


class Library:
    """The cards beside a plain round; looking changes nothing in it."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.steps: Mapping[str, Step] = {"library": self.look}

    def _shown(self) -> Shown:
        desk = self.context.desk
        return guiding.look(desk.places, desk.config, desk.clock())

    def chain(self) -> str:
        """Return who takes over where somebody is in danger, in one line."""
        return self._shown().chain_line()

    def look(self, rest: str) -> None:
        """Tell the cards of the moment; with words, those that hold them; a single one whole."""
        shown, talk = self._shown(), self.context.talk
        talk.tell(*map(str, shown.problems))
        wanted = rest.strip()
        if wanted in shown.library.ids:
            talk.tell(*card_lines(shown.lines(wanted)))
            return
        state = self.context.state
        now = list(guiding.on_screen(state, self.context.target))
        found = shown.find(wanted) if wanted else now or list(shown.library.ids)
        if not found:
            talk.tell(_("Nothing fits. Try another word."))
        elif len(found) == 1:
            talk.tell(*card_lines(shown.lines(found[0])))
        else:
            told = _("{cards} and an id shows one of them:").format(cards=command_name("library"))
            talk.tell(told, *(f"  {ident}: {shown.title(ident)}" for ident in found))


def card_lines(lines: tuple[Line, ...]) -> Iterator[str]:
    """Yield a card as lines that can be read aloud."""
    for line in lines:
        if line.kind == "head":
            yield f"{line.text}:"
        elif line.kind == "warn":
            yield f"  ! {line.text}"
        elif line.text and line.text != "│":
            yield line.text if line.kind == "title" else f"  {line.text}"
