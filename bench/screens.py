"""The screens that the bare bots show: exactly those of the survey, so that every bot sends the same bytes.

They are drawn once, here, and not by the bare bots, which import nothing of the product.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.rendering.charts import Bar, Picture, png
from bot.survey.conversation import screens
from bot.survey.conversation.buttons import Position, Screen
from bot.survey.conversation.dialogue import Dialogue, Partnership
from bot.survey.conversation.views import View
from bot.survey.conversation.welcome import welcome
from bot.texts import texts
from bot.texts.texts import Texts

LANGUAGE = "nl"
NAME, ORGANISATION, CONTACT = "De Verbinders", "Buurthuis De Schakel", "Fatima: 06 12 34 56 78"
CODE = "0123456789abcdefghij"
ASKED_BY = Partnership(1, NAME, ORGANISATION, CONTACT, LANGUAGE, "Europe/Amsterdam", minimum_group=5)
STATEMENTS = slice(2, 29)  # of all screens: the statements, and what stands there after the last one

Shown = tuple[str, Sequence[Sequence[tuple[str, str]]]]
"""A text, and rows of buttons, each a label and its data."""


def every() -> list[Shown]:
    """From the welcome to the thanks, and what stands there beside the picture: 32 in all."""
    known = texts.load()
    return [(known.render(view, LANGUAGE), known.buttons(view, LANGUAGE)) for view in _views(known)]


def statements() -> list[Shown]:
    return every()[STATEMENTS]


def picture() -> bytes:
    """Of six bars, as at the end."""
    bars = tuple(Bar(f"Onderdeel {part}", 10 * part) for part in range(1, 7))
    return png(Picture("Hoe u naar de samenwerking kijkt", NAME, bars, None, "nu", "", "geen score", "26 zinnen"))


def _views(known: Texts) -> Iterator[View]:
    items, now = list(known.checklist.items), datetime.now(UTC)
    here = Dialogue(known.checklist, ASKED_BY.offers(known.languages), LANGUAGE, ASKED_BY, response=1)
    yield welcome(ASKED_BY, CODE, LANGUAGE, here.languages, here.channel, now)
    yield screens.view(here, Position(Screen.GROUP), now)
    for answered in range(len(items) + 1):
        given = dict.fromkeys(items[:answered], next(iter(known.checklist.options)))
        here = replace(here, group="resident", answers=given)
        yield screens.view(here, here.here, now)
    done = replace(here, completed_at=now)
    for screen in (Screen.THANKS, Screen.PICTURE):
        yield screens.view(done, Position(screen), now)
