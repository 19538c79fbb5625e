"""Say in a chat channel that a summary is ready: Mattermost, Slack or Zulip. Never what is in it.

In debrief.toml:

    [destinations.chat]
    exporter = "mattermost_notice"
    level = "record"
    fields = ["team"]

    [destinations.chat.settings]
    url = { keyring = "debrief/chat" }
    where = "It is in the folder Debriefs on the shared drive."

`url` is the address of an "incoming webhook". Whoever knows it can write in the channel, so it is
kept as a secret. In Zulip, choose the integration "Slack-compatible webhook".

Level: record, for the name of the team; at counts, with `fields = []`, it says only that a summary
is ready. Nothing but the team is ever used, whatever `fields` says: a channel has a wide audience,
and what was posted can't be called back from those who read it.

A repeat: these services take a repeat for a new message. So an attempt whose end is not known is
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


class MattermostNotice(Exporter):
    """One sentence in a channel for each round."""

    name = "mattermost_notice"
    renders = "own"
    dedupe = "none"
    settings = (
        Secret("url", "Address of the incoming webhook"),
        Setting("where", "Where the summary is, in a sentence", required=False),
    )

    def render(self, view: View, context: RenderContext) -> Page:
        """Write the sentence."""
        ready, word = WORDS.get(view.lang, WORDS["en"])
        team = plain(view.fields.get("team", ""))
        sentence = f"{ready} ({word} {team})." if team else f"{ready}."
        text = f"{sentence} {context.settings.get('where', '')}".strip()
        return Page(json.dumps({"text": text}).encode(), "application/json", ".json")

    def send(self, doc: Document, to: Link) -> Receipt:
        """Post it. Mattermost and Slack answer `ok`, Zulip `{"result":"success"}`."""
        reply = to.http.post(to["url"], content=doc.body, headers={"Content-Type": doc.media_type})
        receipt = to.accept(reply)
        if reply.text.strip() != "ok" and '"success"' not in reply.text:
            raise Unknown("the answer is not the chat's", "answer")
        return receipt


def plain(text: str) -> str:
    """Return letters, digits and a few signs: nothing that mentions people, links or formats."""
    kept = (
        sign if unicodedata.category(sign)[0] in "LMN" or sign in "-,&()'" else " " for sign in text
    )
    return " ".join("".join(kept).split())
