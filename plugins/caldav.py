"""Put a to-do with the agreed follow-ups into a calendar (CalDAV), with a reminder for each.

In debrief.toml:

    [destinations.follow-up]
    exporter = "caldav"
    level = "named"
    fields = ["team", "named_follow_ups"]

    [destinations.follow-up.settings]
    url = "https://cloud.example.org/remote.php/dav/calendars/coordinator/follow-up"
    user = "debrief"
    password = { keyring = "debrief/follow-up" }

The address is that of the calendar itself. In Nextcloud: the calendar's "Edit" shows it; for the
password, make an app password under Settings, Security.

Level: named, since it says who is to be contacted when, and by whom. Give it a calendar of its own
that only those see who make the calls. Nothing else of the round is in it, whatever `fields` says.
The reminders themselves show no name, since they pop up on locked screens.

Each round gives ONE to-do that lists everybody, due at the first of the agreed times. It is not one
to-do for each person: a calendar takes only one to-do at a time, and half of them might arrive.
Where nobody is to be contacted it is marked as done, so that one sees the round was held.

A repeat: the calendar refuses a second to-do of the same name, so it is there once. If somebody has
deleted it in between, it is put in again.
"""

import base64
from datetime import UTC, datetime

from debrief.plugin import (
    Document,
    Exporter,
    Link,
    Page,
    Receipt,
    Rejected,
    RenderContext,
    Secret,
    Setting,
    Unknown,
    View,
)

WORDS = {
    "da": ("Opfølgning efter vagten", "skal kontaktes", "ingen", "ringer"),
    "nb": ("Oppfølging etter vakta", "skal kontaktes", "ingen", "ringer"),
    "en": ("Follow-up after the shift", "to contact", "nobody", "calls"),
}


class CalDav(Exporter):
    """One to-do for each round."""

    name = "caldav"
    renders = "own"
    dedupe = "name"
    settings = (
        Setting("url", "Address of the calendar"),
        Setting("user", "Name to log in with"),
        Secret("password", "Password, or app password"),
    )

    def render(self, view: View, context: RenderContext) -> Page:
        """Write the to-do; only the team and the named follow-ups are ever used."""
        if "named_follow_ups" not in view.fields:
            raise Rejected("its fields must have named_follow_ups")
        lines = todo(context.document_id, view)
        return Page("".join(map(fold, lines)).encode(), "text/calendar; charset=utf-8", ".ics")

    def send(self, doc: Document, to: Link) -> Receipt:
        """Put it in if it is not there; 412 says that an earlier attempt did arrive."""
        login = base64.b64encode(f"{to['user']}:{to['password']}".encode()).decode()
        reply = to.http.put(
            f"{to['url'].rstrip('/')}/{doc.id}.ics",
            content=doc.body,
            headers={
                "If-None-Match": "*",
                "Content-Type": doc.media_type,
                "Authorization": f"Basic {login}",
            },
        )
        if reply.status == 200:  # a calendar says 201 or 204; a log-in page says 200
            raise Unknown("the answer is not the calendar's", "answer")
        return to.accept(reply, already=412, reference=f"{doc.id}.ics")


def todo(identity: str, view: View) -> list[str]:
    """Return the lines of the calendar file, as RFC 5545 wants them."""
    title, contact, nobody, calls = WORDS.get(view.lang, WORDS["en"])
    team = f" ({view.fields['team']})" if view.fields.get("team") else ""
    people = view.fields["named_follow_ups"]
    list_of_calls = "\n".join(
        f"{one['when'].replace('T', ' ')}: {one['name']}"
        + (f" ({one['by']} {calls})" * bool(one["by"]))
        for one in people
    )
    times = sorted({utc(one["when"]) for one in people})
    return [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//debrief//follow-up//EN",
        "BEGIN:VTODO",
        f"UID:{identity}",
        f"DTSTAMP:{view.session_ref[:10].replace('-', '')}T000000Z",  # the day of the round
        "CLASS:CONFIDENTIAL",
        f"SUMMARY:{escape(f'{title}{team}: {len(people) or nobody} {contact}')}",
        *([f"DESCRIPTION:{escape(list_of_calls)}"] if people else []),
        *([f"DUE:{times[0]}", "STATUS:NEEDS-ACTION"] if people else ["STATUS:COMPLETED"]),
        *(line for time in times for line in alarm(time, title)),
        "END:VTODO",
        "END:VCALENDAR",
    ]


def alarm(time: str, text: str) -> list[str]:
    """Return the lines of one reminder."""
    return [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"TRIGGER;VALUE=DATE-TIME:{time}",
        f"DESCRIPTION:{escape(text)}",
        "END:VALARM",
    ]


def utc(when: str) -> str:
    """Return `2026-11-22T18:30+01:00` as calendars write it: `20261122T173000Z`."""
    return datetime.fromisoformat(when).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escape(text: str) -> str:
    """Return text in which nothing has a meaning for the calendar."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def fold(line: str) -> str:
    """Return one line with its end, cut into pieces of at most 75 bytes as the format asks."""
    pieces, piece = [], ""
    for letter in line:
        if len(f"{piece}{letter}".encode()) > 75:
            pieces.append(piece)
            piece = " "
        piece += letter
    return "\r\n".join([*pieces, piece]) + "\r\n"
