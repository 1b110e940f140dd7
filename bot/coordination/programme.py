"""A programme: what somebody asks who reads along with several partnerships, and is nothing else to them.

They see what a viewer of each of these partnerships sees, and change nothing but their own language and seat.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from bot.letters import Letter
from bot.results.programmes import read_agreed, read_standing
from bot.survey.checklist import Checklist
from bot.survey.conversation.buttons import Coordinate, ReadProgramme
from bot.survey.conversation.commands import only_looks
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.views import Button, Paragraph, Row, View, in_rows
from bot.survey.phrases import Phrase, joined, language, say, say_n, verbatim
from bot.survey.scores.programme import TOTAL, Standing, next_steps, overview, side_by_side
from bot.survey.whole_numbers import as_number
from bot.texts.texts import Texts
from storage import api_tokens, coordinators, programmes
from storage.api_tokens import ApiToken
from storage.engine.database import Tx
from storage.partnerships import MOST
from storage.programmes import Reader

PARAGRAPHS, LONG_PARAGRAPHS, LINES = 5, 3, 25
"""Partnerships on one screen: of a paragraph each, with its agreements, and of a line each. A message in a chat has
room for these with the longest names there are."""
MOST_PAGES = 9_999
BACK = (Button(say("‹ Programme"), ReadProgramme(0, "home")),)
"""Under all that a reader sees of one of its partnerships."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a reader asks of a programme; `address` is where the page is."""

    tx: Tx
    texts: Texts
    reader: Reader
    argument: str
    address: str
    now: datetime

    @property
    def tokens(self) -> list[ApiToken]:
        return api_tokens.of_seat(self.tx, self.reader.programme.id, self.reader.contact, self.now)

    @property
    def partnerships(self) -> list[Partnership]:
        return programmes.partnerships_of(self.tx, self.reader.programme.id)

    def button(self, label: Phrase, action: str, argument: object = "-", *, chosen: bool = False) -> Button:
        return Button(label, ReadProgramme(self.reader.programme.id, action, str(argument)), chosen)

    def standings(self, of: Sequence[Partnership]) -> list[Standing]:
        return [read_standing(self.tx, self.texts, one) for one in of]


def pick(readers: Sequence[Reader], action: str) -> View:
    """For somebody who reads along in several."""
    rows = ((Button(verbatim(one.programme.name), ReadProgramme(one.programme.id, action)),) for one in readers)
    return View(((say("Which programme?"),),), tuple(rows))


def handle(
    tx: Tx, texts: Texts, reader: Reader, press: ReadProgramme, address: str, now: datetime
) -> tuple[Letter, ReadProgramme]:
    """Carry out one thing that a reader asks; what is unknown shows the beginning. Also where it stands."""
    if press.action == "language" and press.argument in texts.languages:
        coordinators.set_language(tx, reader.contact, press.argument)
        reader = replace(reader, language=press.argument)
    view = ACTIONS.get(press.action, _home)(Asked(tx, texts, reader, press.argument, address, now))
    where = replace(press, programme=reader.programme.id) if only_looks(press) else ReadProgramme(reader.programme.id)
    return texts.letter(view, reader.language), where


def welcome(tx: Tx, texts: Texts, reader: Reader, address: str, now: datetime) -> Letter:
    """After a link was opened: what it gives, above the beginning."""
    lines = (
        say("<b>From now on you read along with {programme}.</b>", programme=reader.programme.name),
        say("You see how many people take part, and averages of groups of people."),
        say("You are never shown what one person answered."),
        say(
            "You may take part yourself. Your answers are in the averages, but do not help to reach the number we need."
        ),
    )
    return texts.letter(_home(Asked(tx, texts, reader, "-", address, now)).under(*lines), reader.language)


def _home(asked: Asked) -> View:
    """Every partnership in a short paragraph, some at a time."""
    every = asked.partnerships
    page, pages = _page(asked.argument, len(every), PARAGRAPHS)
    here = _part(every, page, PARAGRAPHS)
    count = say_n("{count} partnership", "{count} partnerships", len(every))
    title: Paragraph = (say("<b>{programme}</b>", programme=asked.reader.programme.name), count, *_which(page, pages))
    others = (one for one in asked.texts.languages if one != asked.reader.language)
    opens = (Button(verbatim(one.name), Coordinate(one.id, "summary")) for one in here)
    rows = (
        *((one,) for one in opens),
        *_turning(asked, "home", "", page, pages),
        (asked.button(say("Side by side"), "side"), asked.button(say("Next steps"), "next")),
        *in_rows(asked.button(language(one), "language", one) for one in others),
        (asked.button(say("Data for your own software"), "tokens"),),
        (asked.button(say("I want to stop reading along"), "leave"),),
    )
    return View((title, *overview(asked.standings(here))), rows)


def _side(asked: Asked) -> View:
    """One dimension of all of them; the argument is its number, and the page of the list."""
    keys, every = _keys(asked.texts.checklist), asked.partnerships
    chosen, _, page_asked = asked.argument.partition(".")
    number = as_number(chosen, len(keys)) or 1
    page, pages = _page(page_asked, len(every), LINES)
    shown = side_by_side(asked.texts.checklist, asked.standings(_part(every, page, LINES)), keys[number - 1])
    names = (*(one.plain for one in asked.texts.checklist.dimensions), say("Mean of all statements"))
    choices = (asked.button(name, "side", at, chosen=at == number) for at, name in enumerate(names, 1))
    rows = (*_turning(asked, "side", f"{number}.", page, pages), *((one,) for one in choices), _back(asked))
    return View((*shown, *((_which(page, pages),) if pages > 1 else ())), rows)


def _next(asked: Asked) -> View:
    """The agreements of each, and what comes next."""
    every = asked.partnerships
    page, pages = _page(asked.argument, len(every), LONG_PARAGRAPHS)
    here = _part(every, page, LONG_PARAGRAPHS)
    agreed = [read_agreed(asked.tx, one) for one in here]
    title: Paragraph = (say("<b>Next steps</b>"), *_which(page, pages))
    paragraphs = next_steps(zip(asked.standings(here), agreed, strict=True))
    return View((title, *paragraphs), (*_turning(asked, "next", "", page, pages), _back(asked)))


def _tokens(asked: Asked) -> View:
    """What programs read with in the name of this reader; a token itself is shown once."""
    tokens = asked.tokens
    about = (
        say("<b>Data for your own software</b>"),
        say("A program can read what you see here: how many people take part, and the averages. Nothing more."),
        say("It needs a token for that. Keep it as you keep a password."),
    )
    each = tuple(_token(one) for one in tokens) or (say("You have no tokens."),)
    stops = ((asked.button(say("Stop token {number}", number=one.id), "token_stop", one.id),) for one in tokens)
    makes = () if len(tokens) >= api_tokens.MOST else ((asked.button(say("Make a token"), "token_make"),),)
    return View((about, each), (*makes, *stops, _back(asked)))


def _token(one: ApiToken) -> Phrase:
    made = say("Token {number} is of {date}. It works until {until}.", number=one.id, date=one.made_on, until=one.until)
    used = say("It was last used on {date}.", date=one.used_on) if one.used_on else say("It was not used yet.")
    return joined((made, used), " ")


def _token_make(asked: Asked) -> View:
    """There are enough of them when somebody presses an old button; then they see which."""
    token = api_tokens.make(asked.tx, asked.reader.programme.id, asked.reader.contact, asked.now)
    if token is None:
        return _tokens(asked)
    address = f"{asked.address}/api/v1/openapi.json"
    lines = (
        say("<b>This is your new token</b>"),
        verbatim(token),
        say("You see it only now. Copy it before you go on."),
        say("The address is {address}", address=address),
    )
    return View((lines,), ((asked.button(say("‹ Back"), "tokens"),),))


def _token_stop(asked: Asked) -> View:
    """What is not theirs, or is stopped already, shows those that are."""
    number = as_number(asked.argument, MOST) or 0
    if not api_tokens.revoke(asked.tx, asked.reader.programme.id, number, asked.reader.contact):
        return _tokens(asked)
    return _tokens(asked).under(say("Token {number} no longer works.", number=number))


def _leave(asked: Asked) -> View:
    sure = say("<b>Do you want to stop?</b>")
    what = say("You can no longer read along with {programme}.", programme=asked.reader.programme.name)
    yes, no = asked.button(say("Yes, stop"), "left"), asked.button(say("No, go back"), "home")
    return View(((sure, what),), ((yes,), (no,)))


def _left(asked: Asked) -> View:
    programmes.leave(asked.tx, asked.reader.contact, asked.reader.programme.id)
    return View(((say("You no longer read along with {programme}.", programme=asked.reader.programme.name),),))


ACTIONS: dict[str, Callable[[Asked], View]] = {
    "home": _home,
    "side": _side,
    "next": _next,
    "tokens": _tokens,
    "token_make": _token_make,
    "token_stop": _token_stop,
    "leave": _leave,
    "left": _left,
}


def _keys(checklist: Checklist) -> tuple[str, ...]:
    return (*(one.key for one in checklist.dimensions), TOTAL)


def _back(asked: Asked) -> Row:
    return (asked.button(say("‹ Back"), "home"),)


def _page(asked: str, many: int, of: int) -> tuple[int, int]:
    """Which page is asked for, of how many: the first when there is no such one."""
    pages = max(1, -(-many // of))
    page = as_number(asked, MOST_PAGES) or 1
    return (page if page <= pages else 1), pages


def _part(every: Sequence[T], page: int, of: int) -> Sequence[T]:
    return every[(page - 1) * of : page * of]


def _which(page: int, pages: int) -> Paragraph:
    return (say("Page {page} of {pages}", page=page, pages=pages),) if pages > 1 else ()


def _turning(asked: Asked, action: str, before: str, page: int, pages: int) -> tuple[Row, ...]:
    """To the pages beside this one."""
    there = ((say("Previous page"), page - 1), (say("Next page"), page + 1))
    row = tuple(asked.button(label, action, f"{before}{to}") for label, to in there if 1 <= to <= pages)
    return (row,) if row else ()
