"""Scores: what may be told of a wave, and what changed since the one before."""

from bot.coordination.request import Asked, Shown, action, local
from bot.results.summaries import drawn, read_summary
from bot.survey.conversation.views import Paragraph, View, in_rows
from bot.survey.phrases import say
from bot.survey.scores.comparison import by_item
from bot.survey.scores.summary import paragraphs


@action("summary", for_viewers=True)
def _summary(asked: Asked) -> Shown:
    found = read_summary(asked.tx, asked.texts, asked.partnership, asked.wave, asked.now)
    changed = asked.button(say("What changed, statement by statement"), "changes", 1)
    look_back = ((changed,),) if found.since and found.since.everyone else ()
    rows = (*look_back, *asked.menu) if asked.seat.role == "coordinator" else ()
    above = (drawn(asked.texts, found, asked.seat.language),) if found.items else ()
    return Shown(View((*paragraphs(found), _dated(asked)), rows), above)


def _dated(asked: Asked) -> Paragraph:
    """A page may be printed, and paper has no date of its own; a message has."""
    if asked.channel.reaches_out:
        return ()
    return (say("This is how it was on {date}.", date=local(asked.partnership, asked.now).date()),)


@action("changes", for_viewers=True)
def _changes(asked: Asked) -> View | Shown:
    """One part of the checklist, then and now."""
    found = read_summary(asked.tx, asked.texts, asked.partnership, asked.wave, asked.now)
    if not (found.since and found.since.everyone):
        return _summary(asked)
    parts = {str(n): say("Part {part}", part=n) for n in asked.texts.checklist.parts.values()}
    part = asked.argument if asked.argument in parts else "1"
    return View(
        by_item(found.checklist, found.since, int(part)),
        (*in_rows(asked.choices("changes", parts, part)), asked.back()),
    )
