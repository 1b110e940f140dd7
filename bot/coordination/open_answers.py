"""Open answers: what people wrote in a wave, some on each screen, in an order that tells nothing."""

from bot.coordination.request import Asked, action
from bot.results.open_answers import few
from bot.survey.conversation.open_question import QUESTION
from bot.survey.conversation.views import Row, View
from bot.survey.phrases import Phrase, say, verbatim
from bot.survey.whole_numbers import as_number
from storage import open_answers, waves
from storage.partnerships import Wave

ON_A_SCREEN = 7  # of the longest, in one message
MOST = 9999  # waves, and screens of one


@action("written")
def _written(asked: Asked) -> View:
    """Of the wave whose number the button carries, an earlier one perhaps; or else of the last."""
    number, _, screen = asked.argument.partition(".")
    wave = waves.numbered(asked.tx, asked.partnership.id, as_number(number, MOST) or asked.wave.number) or asked.wave
    texts = open_answers.shown(asked.tx, wave.id, asked.partnership.minimum_group)
    if not texts:
        return asked.told(_why_none(asked, wave))
    last = -(-len(texts) // ON_A_SCREEN)
    here = min(max(as_number(screen, MOST) or 1, 1), last)
    these = texts[(here - 1) * ON_A_SCREEN : here * ON_A_SCREEN]
    return View(
        (
            (say("<b>What people wrote in round {wave}</b>", wave=wave.number),),
            (QUESTION, say("The order says nothing about who wrote what, or when.")),
            *((verbatim(f"• {words}"),) for words in these),
        ),
        (*_turning(asked, wave, here, last), (asked.button(say("‹ Back"), "summary", wave.number),)),
        at=asked.at("written", f"{wave.number}.{here}"),
    )


def _turning(asked: Asked, wave: Wave, here: int, last: int) -> tuple[Row, ...]:
    before = asked.button(say("‹ Previous"), "written", f"{wave.number}.{here - 1}")
    after = asked.button(say("Next ›"), "written", f"{wave.number}.{here + 1}")
    row = ((before,) if here > 1 else ()) + ((after,) if here < last else ())
    return (row,) if row else ()


def _why_none(asked: Asked, wave: Wave) -> Phrase:
    if not wave.open_question:
        return say("Round {wave} has no open question.", wave=wave.number)
    if wave.closed_at is None:
        return say("You can read what people wrote when the round is closed.")
    return few(asked.partnership)
