"""Scores: what may be told of a wave, and what changed since the one before."""

from bot.coordination.request import Actions, Asked, Shown
from bot.results import summaries as results
from bot.survey.conversation.views import Row, View, in_rows
from bot.survey.phrases import say
from bot.survey.scores import comparison
from bot.survey.scores import summary as summaries
from bot.survey.scores.summary import Summary


def _summary(asked: Asked) -> Shown:
    found = results.read_summary(asked.tx, asked.texts, asked.partnership, asked.wave, asked.now)
    rows = (*_look_back(asked, found), *asked.menu) if asked.seat.role == "coordinator" else ()
    above = (results.drawn(asked.texts, found, asked.seat.language),) if found.items else ()
    return Shown(View(summaries.paragraphs(found), rows), above)


def _look_back(asked: Asked, found: Summary) -> tuple[Row, ...]:
    if not (found.since and found.since.everyone):
        return ()
    return ((asked.button(say("What changed, statement by statement"), "changes", "1"),),)


def _changes(asked: Asked) -> Shown:
    """One part of the checklist, then and now."""
    found = results.read_summary(asked.tx, asked.texts, asked.partnership, asked.wave, asked.now)
    part = int(asked.argument) if asked.argument in {str(n) for n in asked.texts.checklist.parts.values()} else 1
    if not (found.since and found.since.everyone):
        return _summary(asked)
    parts = asked.texts.checklist.parts.values()
    others = (asked.button(say("Part {part}", part=n), "changes", str(n), chosen=n == part) for n in parts)
    return Shown(View(comparison.by_item(found.checklist, found.since, part), (*in_rows(others), asked.back)))


ACTIONS: Actions = {
    "summary": _summary,
    "changes": _changes,
}
