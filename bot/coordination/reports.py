"""Reports: what came out of a wave, on paper and on a wall, for a conversation about it."""

from collections.abc import Sequence

from bot.coordination.request import Asked, Shown, action
from bot.coordination.scores import Scored, of_scores
from bot.results.reports import Report, letter, report_of, slides
from bot.survey.conversation.views import Button, View
from bot.survey.phrases import Phrase, language, say
from bot.survey.whole_numbers import as_number

SHEET = "sheet"
MOST_SLIDES = 99


@action("report", for_viewers=True)
@of_scores
def _report(scored: Scored) -> View | Shown:
    """The file in one language, and buttons for the others. The argument is the wave, a language and the kind."""
    asked = scored.asked
    _, chosen, kind = (*asked.argument.split("."), "", "")[:3]
    chosen = chosen if chosen in _languages(asked) else asked.seat.language
    text = (
        scored.heading,
        (
            say("The report has the scores, what stands out, and what is not in it. It is five pages at most."),
            say("The discussion sheet is for whoever leads the conversation. It is two pages."),
        ),
    )
    above = letter(asked.texts, _of(scored), chosen, sheet_only=kind == SHEET)
    rows = [_files(scored, code) for code in _languages(asked)]
    wall = ((_slide(scored, say("Show it on a wall"), 1),),) if asked.channel.has_tables else ()
    return Shown(View(text, (*rows, *wall, scored.back)), (above,))


def _languages(asked: Asked) -> Sequence[str]:
    """Their own first."""
    return tuple(dict.fromkeys((asked.seat.language, *asked.languages)))


def _files(scored: Scored, code: str) -> tuple[Button, Button]:
    wave = scored.wave.number
    return (
        scored.asked.button(say("Report · {language}", language=language(code)), "report", f"{wave}.{code}"),
        scored.asked.button(
            say("Discussion sheet · {language}", language=language(code)), "report", f"{wave}.{code}.{SHEET}"
        ),
    )


@action("wall", for_viewers=True)
@of_scores
def _wall(scored: Scored) -> View:
    """One thing at a time, large, for a group that looks at it together."""
    every = slides(_of(scored))
    number = as_number(scored.asked.argument.partition(".")[2], MOST_SLIDES) or 1
    number = min(number, len(every))
    heading, lines = every[number - 1]
    back = (_slide(scored, say("‹ Back"), number - 1),) if number > 1 else ()
    on = (_slide(scored, say("Next ›"), number + 1),) if number < len(every) else ()
    title = say("<b>{heading}</b>", heading=heading)
    return View(((title,), *((line,) for line in lines)), ((*back, *on), (scored.button(say("Stop"), "report"),)))


def _slide(scored: Scored, label: Phrase, number: int) -> Button:
    return scored.asked.button(label, "wall", f"{scored.wave.number}.{number}")


def _of(scored: Scored) -> Report:
    return report_of(scored.found, scored.table, scored.wave, scored.asked.now)
