"""Say in a Microsoft Teams channel or chat that a summary is ready. Never what is in it.

In debrief.toml:

    [destinations.teams]
    exporter = "teams_notice"
    level = "record"
    fields = ["team"]

    [destinations.teams.settings]
    url = { keyring = "debrief/teams" }
    where = "It is in the folder Debriefs on the shared drive."

In Teams, open Workflows at the channel and choose "Post to a channel when a webhook request is
received". `url` is the address that it shows. Whoever knows it can write in the channel, so it is
kept as a secret. Give the workflow a second owner, or it ends when its owner leaves.

Level: record, for the name of the team; at counts, with `fields = []`, it says only that a summary
is ready. Nothing but the team is ever used, whatever `fields` says.

The receipt says "accepted by the workflow", and no more than that is known: the workflow posts the
card afterwards, and if that fails nobody tells us. Its run history in Teams does.

A repeat: the workflow takes a repeat for a new message. So an attempt whose end is not known is
held, and a person looks into the channel and decides.
"""

import json
import unicodedata

from debrief.plugin import (
    Document,
    Exporter,
    Link,
    Page,
    Receipt,
    RenderContext,
    Secret,
    Setting,
    Unknown,
    View,
)

WORDS = {
    "da": ("Opsamlingen efter vagten er klar", "hold"),
    "nb": ("Oppsummeringen etter vakta er klar", "team"),
    "en": ("The summary of the debrief is ready", "team"),
}


class TeamsNotice(Exporter):
    """One card in a channel for each round."""

    name = "teams_notice"
    renders = "own"
    dedupe = "none"
    settings = (
        Secret("url", "Address that the workflow shows"),
        Setting("where", "Where the summary is, in a sentence", required=False),
    )

    def render(self, view: View, context: RenderContext) -> Page:
        """Write the card."""
        ready, word = WORDS.get(view.lang, WORDS["en"])
        team = plain(view.fields.get("team", ""))
        sentence = f"{ready} ({word} {team})." if team else f"{ready}."
        message = card([sentence, context.settings.get("where", "")])
        return Page(json.dumps(message).encode(), "application/json", ".json")

    def send(self, doc: Document, to: Link) -> Receipt:
        """Hand it to the workflow, which answers 202 and posts the card later."""
        reply = to.http.post(to["url"], content=doc.body, headers={"Content-Type": doc.media_type})
        to.accept(reply)
        if reply.status != 202:
            raise Unknown("the answer is not the workflow's", "answer")
        return Receipt(said="accepted by the workflow")


def card(lines: list[str]) -> dict[str, object]:
    """Return a message with one Adaptive Card that shows these lines."""
    return {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": [
                        {"type": "TextBlock", "text": line, "wrap": True} for line in lines if line
                    ],
                },
            }
        ],
    }


def plain(text: str) -> str:
    """Return letters, digits and a few signs: nothing that mentions people, links or formats."""
    kept = (
        sign if unicodedata.category(sign)[0] in "LMN" or sign in "-,&()'" else " " for sign in text
    )
    return " ".join("".join(kept).split())
