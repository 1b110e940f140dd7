"""Open answers: what a coordinator is told of them once a wave is closed; a reader is told nothing."""

from dataclasses import dataclass

from bot.survey.conversation.buttons import Coordinate
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.views import Button, Paragraph, Row
from bot.survey.phrases import Phrase, say
from storage import open_answers
from storage.engine.database import Tx
from storage.partnerships import Wave


@dataclass(frozen=True, slots=True)
class Told:
    """What stands below a summary: the way to what people wrote, or why there is none."""

    lines: Paragraph = ()
    rows: tuple[Row, ...] = ()


def told(tx: Tx, partnership: Partnership, wave: Wave, role: str) -> Told:
    if not wave.open_question or role != "coordinator":
        return Told()
    if many := len(open_answers.shown(tx, wave.id, partnership.minimum_group)):
        press = Coordinate(partnership.id, "written", f"{wave.number}.1")
        return Told(rows=((Button(say("What people wrote ({count})", count=many), press),),))
    return Told((few(partnership),)) if wave.closed_at else Told()


def few(partnership: Partnership) -> Phrase:
    """Never how many: also nobody is fewer."""
    k = partnership.minimum_group
    return say("Fewer than {k} people wrote something at the open question. So we do not show what they wrote.", k=k)
