"""Agreements: what a partnership says it will do after a round, who does it, and by when.

What, who and whether it is done are the partnership's own words and its own business: they are shown as they were
written, in a frame that is said in the language of the reader, and nothing is made of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.survey.calendar import DAY_TYPED, day_in
from bot.survey.checklist import fingerprint
from bot.survey.conversation.buttons import Coordinate
from bot.survey.conversation.views import Button, Paragraph, Row, View
from bot.survey.phrases import Phrase, joined, say, verbatim
from bot.survey.whole_numbers import as_number

MOST = 5  # after one round
LONGEST = {"what": 200, "who": 80}  # characters
SHORT = 80  # characters, of what is repeated in a next round
FURTHEST = timedelta(days=5 * 365)  # from today
HIGHEST = 999  # number of one, in what is typed
DONE = {"yes": say("done"), "partly": say("partly done"), "no": say("not done")}
UNKNOWN = say("not known yet")
ANSWERS = {"yes": say("{number}. Yes"), "partly": say("{number}. Partly"), "no": say("{number}. No")}
BETWEEN = re.compile(r"[;；؛\n]")


@dataclass(frozen=True, slots=True)
class Agreement:
    """One of them. `wave` is the number of the round that it was made after; its own `number` stays what it was when
    another is removed; `done` is one of `DONE`, or none when nobody has said so yet."""

    id: int
    wave: int
    number: int
    what: str
    who: str = ""
    by_when: date | None = None
    done: str | None = None

    @property
    def version(self) -> str:
        """Another one whenever somebody has changed it."""
        return fingerprint(self.what, self.who, str(self.by_when))


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed in one line, not looked at yet; the `number` is that of the one to change."""

    number: int | None
    what: str = ""
    who: str = ""
    by_when: str = ""


def read(line: str) -> Typed | None:
    """What, who and by when, with a semicolon or a new line between them; None when there are more parts than that. A
    number that stands alone in front says which one is to change, and a day may come at once after what."""
    first, *parts = (part.strip() for part in BETWEEN.split(line))
    number = as_number(first, HIGHEST)
    parts = parts if number is not None else [first, *parts]
    if len(parts) == 2 and DAY_TYPED.fullmatch(parts[1]):
        parts.insert(1, "")
    return Typed(number, *parts) if len(parts) <= 3 else None


def written(one: Agreement) -> str:
    """The line that somebody would type to have it as it is."""
    day = f"{one.by_when.day}-{one.by_when.month}-{one.by_when.year}" if one.by_when else ""
    return f"{one.number} ; {BETWEEN.sub(',', one.what)} ; {BETWEEN.sub(',', one.who)} ; {day}".rstrip("; ")


def deadline(text: str, today: date, kept: date | None = None) -> date | Phrase:
    """The day that was filled in, or what is wrong with it. One that was `kept` may have passed by now."""
    typed = DAY_TYPED.fullmatch(text)
    day = day_in(typed) if typed else None
    if day and day == kept:
        return day
    if day and day < today:
        return say("That day has passed already.")
    if day and day <= today + FURTHEST:
        return day
    return say("That day is not clear. Choose a day such as {example}.", example=example_day(today))


def example_day(today: date) -> str:
    """One that is still to come, as people write it."""
    return f"1-3-{today.year + 1}"


def lines(agreements: Sequence[Agreement]) -> Paragraph:
    """One line each, with all there is."""
    return tuple(_line(one, _who_and_when(one), DONE.get(one.done or "")) for one in agreements)


def _line(one: Agreement, more: Paragraph, done: Phrase | None) -> Phrase:
    came_of_it = (say("<b>{words}</b>", words=done),) if done else ()
    return joined((verbatim(f"{one.number}. {one.what}"), *more, *came_of_it), " · ")


def _who_and_when(one: Agreement) -> Paragraph:
    return (*_who(one), *((say("ready by {day}", day=one.by_when),) if one.by_when else ()))


def _who(one: Agreement) -> Paragraph:
    return (verbatim(one.who),) if one.who else ()


def told(agreements: Sequence[Agreement]) -> tuple[Paragraph, ...]:
    """As people who took part read them, under the words of the coordinator."""
    return ((say("<b>This is what we agreed:</b>"), *lines(agreements)),) if agreements else ()


def came_back(agreements: Sequence[Agreement]) -> tuple[Paragraph, ...]:
    """On top of what is told of the next round: in short what was agreed, and what came of it."""
    if not agreements:
        return ()
    title = say("<b>What we agreed after round {wave}:</b>", wave=agreements[0].wave)
    return ((title, *(_outcome(shortened(one, SHORT, LONGEST["who"])) for one in agreements)),)


def _outcome(one: Agreement) -> Phrase:
    return _line(one, _who(one), DONE.get(one.done or "", UNKNOWN))


def shortened(one: Agreement, what: int, who: int) -> Agreement:
    """The same, with no more than so many characters of each: where much else stands in the same message."""
    return replace(one, what=_short(one.what, what), who=_short(one.who, who))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def asking(partnership: int, agreements: Sequence[Agreement], back: str = "agreement") -> View:
    """What was done of these? A row of buttons for each, with the answer that there is."""
    wave = agreements[0].wave
    title = say("<b>Agreements after round {wave}: what is done?</b>", wave=wave)
    why = say("Your answers come on top of the next summary. You can always change them.")
    rows = tuple(_answers(partnership, one) for one in agreements)
    below = (Button(say("Agreements"), Coordinate(partnership, back)),)
    about = say("Agreements after round {wave}: what is done?", wave=wave)
    return View(((title, *lines(agreements)), (why,)), (*rows, below), about=about)


def _answers(partnership: int, one: Agreement) -> Row:
    return tuple(
        Button(
            label.of(number=one.number),
            Coordinate(partnership, "agreement_done", f"{one.id}.{done}"),
            chosen=one.done == done,
        )
        for done, label in ANSWERS.items()
    )
