"""When the next contact is: what a supervisor writes, as a moment.

A supervisor writes times as they say them, in Danish, Norwegian or English, whichever language
the interface is in. Times are local; what comes back is UTC. Before five in the morning the
night still belongs to the evening before, so that `tomorrow`, said after a shift that ended at
one, is the day that comes after the night's sleep.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Final

from debrief.errors import Problem
from debrief.i18n import _
from debrief.text import clean_line

HOUR: Final = 10
"""The local hour of a contact for which no time is given."""
NIGHT_ENDS: Final = 5
"""Before this local hour, a day is still the one that began the evening before."""
LONGEST_DAYS: Final = 370
"""No agreed contact lies farther ahead than this."""

TOMORROW: Final = "tomorrow"
THREE_DAYS: Final = "3d"
MONTH: Final = "month"


def tomorrow(now: dt.datetime) -> dt.datetime:
    """Return ten in the morning, local time, of the day after this shift; in UTC."""
    return _at(_today(now) + dt.timedelta(days=1), dt.time(HOUR))


def three_days(now: dt.datetime) -> dt.datetime:
    """Return ten in the morning of the third day: after an evening shift, within 72 hours."""
    return _at(_today(now) + dt.timedelta(days=3), dt.time(HOUR))


def month(now: dt.datetime) -> dt.datetime:
    """Return ten in the morning about a month on, a Monday rather than a weekend."""
    day = _months_on(_today(now), 1)
    to_monday = 7 - day.weekday() if day.weekday() > 4 else 0
    return _at(day + dt.timedelta(days=to_monday), dt.time(HOUR))


def follow_up_time(text: str, now: dt.datetime) -> dt.datetime:
    """Return the moment that `text` names, in UTC; raises Problem unless it lies ahead.

    `now` is timezone-aware. Understood in da, nb and en: `tomorrow 9.30`, `i overmorgen`, `3d`,
    `72 timer`, `om 2 uker`, `month`, `fredag kl. 10`, `22/11 10`, `22. november`, `2026-11-22
    10:00`, `10:30`. Without a time of day it is ten.
    """
    words = _plain(text)
    if words in _ONE_MONTH:
        return month(now)
    hours = _HOURS.fullmatch(words)
    if hours:
        return _ahead(now + dt.timedelta(hours=int(hours[1])), now)
    clock = _CLOCK.fullmatch(words)
    if clock:
        return _next_time(_time(clock), now)
    day, rest = _day(words, now)
    when = _TIME.fullmatch(rest)
    if rest and when is None:
        raise _unclear()
    moment = _at(day, _time(when) if when else dt.time(HOUR))
    if moment <= now and _WEEKDAY.match(words):
        moment = _at(day + dt.timedelta(days=7), _time(when) if when else dt.time(HOUR))
    return _ahead(moment, now)


def due_date(text: str, now: dt.datetime) -> dt.date:
    """Return the local day that `text` names, today or later; raises Problem.

    The same forms as `follow_up_time`, without a time of day.
    """
    words = _plain(text)
    if words in _ONE_MONTH:
        return month(now).astimezone().date()
    day, rest = _day(words, now)
    if rest:
        raise _unclear()
    if day < _today(now):
        raise _past()
    if (day - _today(now)).days > LONGEST_DAYS:
        raise _far()
    return day


_ONE_MONTH: Final = (MONTH, "måned", "1 month", "1 måned", "en måned", "a month")
_FILLER: Final = re.compile(
    r"(?<!\S)(?:kl\.?|klokken|klokka|at|om|ca\.?|in|on|på|den|the|next|næste|neste|kommende)"
    r"(?=\s)"
)
_CLOCK: Final = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?: ?(?P<half>am|pm))?", re.ASCII)
_TIME: Final = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?(?: ?(?P<half>am|pm))?", re.ASCII
)
_HOURS: Final = re.compile(r"\+?(\d{1,4}) ?(?:h|hours?|t|timer?)", re.ASCII)
_DAYS: Final = re.compile(
    r"\+?(?P<n>\d{1,4}) ?(?P<unit>d|days?|dage?|dager|døgn|w|weeks?|uger?|uker?|"
    r"months?|måned(?:er)?|mdr|mnd)\b\.?",
    re.ASCII,
)
_NEAR: Final[Mapping[str, int]] = {
    "today": 0, "i dag": 0, "idag": 0,
    "tonight": 0, "i aften": 0, "i kveld": 0,
    "tomorrow": 1, "i morgen": 1, "imorgen": 1, "i morra": 1,
    "the day after tomorrow": 2, "day after tomorrow": 2,
    "overmorgen": 2, "i overmorgen": 2, "iovermorgen": 2,
}  # fmt: skip
_NEAR_DAY: Final = re.compile(
    "(?P<word>" + "|".join(sorted(map(re.escape, _NEAR), key=len, reverse=True)) + r")\b"
)
_WEEKDAYS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "mandag monday man mon",
            "tirsdag tuesday tirs tir tues tue",
            "onsdag wednesday ons wed",
            "torsdag thursday tors tor thurs thur thu",
            "fredag friday fre fri",
            "lørdag lordag saturday lør sat",
            "søndag sondag sunday søn sun",
        )
    )
    for name in names.split()
}
_WEEKDAY: Final = re.compile(
    "(?P<word>" + "|".join(sorted(_WEEKDAYS, key=len, reverse=True)) + r")\b\.?"
)
_MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "januar january jan",
            "februar february feb",
            "marts mars march mar",
            "april apr",
            "maj mai may",
            "juni june jun",
            "juli july jul",
            "august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "december desember dec des",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH: Final = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_NAMED: Final = re.compile(
    rf"(?P<day>\d{{1,2}})\.? ?{_MONTH}\b\.?(?: (?P<year>\d{{4}}))?", re.ASCII
)
_NAMED_FIRST: Final = re.compile(
    rf"{_MONTH}\b\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.]\d)(?:,? (?P<year>\d{{4}}))?",
    re.ASCII,
)
_ISO: Final = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)t?", re.ASCII)
_SLASHED: Final = re.compile(
    r"(?P<day>\d{1,2})(?P<mark>[/.-])(?P<month>\d{1,2})(?:(?P=mark)(?P<year>\d{4}))?(?!\d)\.?",
    re.ASCII,
)


def _plain(text: str) -> str:
    line = clean_line(text).casefold().replace(",", " ")
    while (shorter := " ".join(_FILLER.sub(" ", line).split())) != line:
        line = shorter
    return line


def _day(words: str, now: dt.datetime) -> tuple[dt.date, str]:
    """Return the day that `words` begin with, and what follows it."""
    for pattern, read in _FORMS:
        match = pattern.match(words)
        if match:
            rest = words[match.end() :]
            if rest and not rest.startswith(" ") and pattern is not _ISO:
                continue
            return read(match, now), rest.strip()
    raise _unclear()


def _near(match: re.Match[str], now: dt.datetime) -> dt.date:
    return _today(now) + dt.timedelta(days=_NEAR[match["word"]])


def _counted(match: re.Match[str], now: dt.datetime) -> dt.date:
    number, unit = int(match["n"]), match["unit"]
    if number > LONGEST_DAYS:
        raise _far()
    if unit[0] == "m":
        if number > 13:
            raise _far()
        return _months_on(_today(now), number)
    return _today(now) + dt.timedelta(days=number * (7 if unit[0] in "wu" else 1))


def _weekday(match: re.Match[str], now: dt.datetime) -> dt.date:
    here = now.astimezone().date()
    return here + dt.timedelta(days=(_WEEKDAYS[match["word"]] - here.weekday()) % 7)


def _dated(match: re.Match[str], now: dt.datetime) -> dt.date:
    """Return the day; without a year, the next one that has this day."""
    named = match["month"]
    number = _MONTHS[named] if named in _MONTHS else int(named)
    here = now.astimezone().date()
    year = int(match["year"]) if match["year"] else here.year
    if not here.year <= year <= here.year + 2:
        raise _past() if year < here.year else _far()
    if match["year"] is None and _is_past(here, number, int(match["day"])):
        year += 1
    return _date(year, number, int(match["day"]))


def _is_past(here: dt.date, number: int, day: int) -> bool:
    """Tell whether this year's such day lies behind; the 29th of February does as others do."""
    return (number, day) < (here.month, here.day)


_Reader = Callable[[re.Match[str], dt.datetime], dt.date]
_FORMS: Final[tuple[tuple[re.Pattern[str], _Reader], ...]] = (
    (_ISO, _dated),
    (_NEAR_DAY, _near),
    (_DAYS, _counted),
    (_NAMED, _dated),
    (_NAMED_FIRST, _dated),
    (_SLASHED, _dated),
    (_WEEKDAY, _weekday),
)


def _date(year: int, number: int, day: int) -> dt.date:
    try:
        return dt.date(year, number, day)
    except ValueError:
        raise Problem(_("There is no such day. Write the time again.")) from None


def _time(match: re.Match[str]) -> dt.time:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if match["half"] == "pm" else 0)
    try:
        return dt.time(hour, minute)
    except ValueError:
        raise Problem(_("There is no such time of day. Write the time again.")) from None


def _today(now: dt.datetime) -> dt.date:
    return (now.astimezone() - dt.timedelta(hours=NIGHT_ENDS)).date()


def _at(day: dt.date, time: dt.time) -> dt.datetime:
    """Return the local moment in UTC; a naive time is this computer's local time."""
    return dt.datetime.combine(day, time).astimezone(dt.UTC)


def _months_on(day: dt.date, months: int) -> dt.date:
    year, number = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, number + 1, min(day.day, calendar.monthrange(year, number + 1)[1]))


def _next_time(time: dt.time, now: dt.datetime) -> dt.datetime:
    here = now.astimezone().date()
    moment = _at(here, time)
    return moment if moment > now else _at(here + dt.timedelta(days=1), time)


def _ahead(moment: dt.datetime, now: dt.datetime) -> dt.datetime:
    if moment <= now:
        raise _past()
    if moment - now > dt.timedelta(days=LONGEST_DAYS):
        raise _far()
    return moment.astimezone(dt.UTC)


def _unclear() -> Problem:
    return Problem(
        _(
            "That time was not understood. Write for example: tomorrow 10, 3d, month, friday 10, "
            "22/11 10, or 2026-11-22 10:00."
        )
    )


def _past() -> Problem:
    return Problem(_("That time has passed. Write one that lies ahead."))


def _far() -> Problem:
    return Problem(_("That is more than a year ahead. Write a nearer time."))


__all__ = [
    "HOUR",
    "MONTH",
    "THREE_DAYS",
    "TOMORROW",
    "due_date",
    "follow_up_time",
    "month",
    "three_days",
    "tomorrow",
]
