"""The screens that the bare bots show: exactly those of the survey, so that every bot sends the same bytes.

They are drawn once, here, and not by the bare bots, which import nothing of the product.
"""

import json
from datetime import UTC, datetime

from bot.survey.conversation import screens
from bot.survey.conversation.dialogue import Dialogue, Partnership
from bot.texts import texts
from bot.texts.texts import Texts

LANGUAGE = "nl"
NAME, ORGANISATION, CONTACT = "De Verbinders", "Buurthuis De Schakel", "Fatima: 06 12 34 56 78"


def as_json() -> str:
    """[[text, [[[label, data], ...], ...]], ...]: the 26 statements, and what stands there after the last."""
    known = texts.load()
    return json.dumps([_screen(known, answered) for answered in range(len(known.checklist.items) + 1)])


def _screen(known: Texts, answered: int) -> tuple[str, object]:
    given = dict.fromkeys(list(known.checklist.items)[:answered], next(iter(known.checklist.options)))
    asks = Partnership(1, NAME, ORGANISATION, CONTACT, LANGUAGE, "Europe/Amsterdam", minimum_group=5)
    here = Dialogue(known.checklist, known.languages, LANGUAGE, asks, response=1, group="resident", answers=given)
    view = screens.view(here, here.here, datetime.now(UTC))
    return known.render(view, LANGUAGE), known.buttons(view, LANGUAGE)
