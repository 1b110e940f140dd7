"""Results: what may be released is released, read, put in words and a picture, and sent when a wave is closed."""

from datetime import datetime, timedelta
from functools import partial

from bot import attachments
from bot.charts import Bar, Picture
from bot.letters import Letter
from bot.survey import summary as summaries
from bot.survey.buttons import Coordinate
from bot.survey.checklist import Checklist
from bot.survey.dialogue import Partnership
from bot.survey.phrases import say, say_n
from bot.survey.releases import EVERYONE
from bot.survey.scoring import Score, Scores
from bot.survey.summary import Summary
from bot.survey.views import Button, View
from bot.texts import Texts
from storage import coordinators, letters, partnerships, releases
from storage.coordinators import Recipient
from storage.database import Tx
from storage.partnerships import Wave
from storage.releases import Cell


def announce_close(tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, now: datetime) -> None:
    """Write the final summary to everybody with a seat, and the group result to respondents who asked for it."""
    found = read_summary(tx, texts, partnership, wave, now)
    for recipient in coordinators.recipients(tx, partnership.id):
        menu = ((Button(say("Menu"), Coordinate(partnership.id, "home")),),) if recipient.role == "coordinator" else ()
        view = View(summaries.paragraphs(found), menu)
        _post(tx, texts, recipient, found, view, f"final:{recipient.contact}:{wave.id}", now)
    for recipient in coordinators.waiting_for_result(tx, wave.id):
        view = View(tuple(filter(None, summaries.result(found))))
        _post(tx, texts, recipient, found, view, f"result:{recipient.contact}:{wave.id}", now)


def read_summary(tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, now: datetime) -> Summary:
    """Release what may be released, and read what was."""
    is_open = wave.closed_at is None
    releases.publish(tx, texts.checklist, wave.id, partnership.minimum_group, now, final=not is_open)
    everyone = releases.read(tx, wave.id, EVERYONE)
    turnout = partnerships.turnout(tx, wave.id)
    return Summary(
        checklist=texts.checklist,
        partnership=partnership,
        wave=wave.number,
        is_open=is_open,
        started=turnout.started,
        completed=turnout.completed,
        new=coordinators.started_since(tx, wave.id, now - timedelta(days=7)),
        stops=_by_part(texts, coordinators.stops(tx, wave.id)),
        items=_means(everyone),
        spread={item: cell.spread for item, cell in everyone.items()},
        groups={group: _means(releases.read(tx, wave.id, group)) for group in releases.GROUPS},
    )


def bars(texts: Texts, checklist: Checklist, scores: Scores, spoken: str) -> tuple[Bar, ...]:
    """The six dimensions in their order, each with its score where there is one."""
    found = scores.dimensions
    return tuple(
        Bar(texts.word(dimension.plain, spoken), found[dimension.key].shown if dimension.key in found else None)
        for dimension in checklist.dimensions
    )


def picture(texts: Texts, summary: Summary, spoken: str) -> Picture:
    """The six dimensions as a drawing, in words of one language."""
    word, scores = partial(texts.word, language=spoken), summary.scores
    total = Bar(word(say("Mean of all statements")), scores.total.shown) if scores.total else None
    return Picture(
        title=summary.partnership.name,
        subtitle=word(
            say_n("Round {wave} · {count} person", "Round {wave} · {count} people", summary.people, wave=summary.wave)
        ),
        bars=bars(texts, summary.checklist, scores, spoken),
        total=total,
        legend_now="",
        legend_before="",
        no_score=word(say("no score")),
        source=word(say("Coordinated Action Checklist, 26 statements")),
    )


def _post(tx: Tx, texts: Texts, to: Recipient, found: Summary, view: View, key: str, now: datetime) -> None:
    if found.items:
        letters.enqueue(tx, to.contact, drawn(texts, found, to.language), now, f"{key}:picture")
    letters.enqueue(tx, to.contact, texts.letter(view, to.language), now, key)


def drawn(texts: Texts, found: Summary, spoken: str) -> Letter:
    caption = texts.render(View((summaries.heading(found.partnership, found.wave, found.is_open),)), spoken)
    return Letter(caption, attachment=attachments.picture(picture(texts, found, spoken)))


def _means(cells: dict[int, Cell]) -> dict[int, Score]:
    return {item: cell.score for item, cell in cells.items()}


def _by_part(texts: Texts, given: dict[int, int]) -> dict[int, int]:
    """From the number of answers given to the part people stand at; whoever gave all 26 only has to tap Done."""
    found: dict[int, int] = {}
    for answered, people in given.items():
        part = texts.checklist.part_of(min(answered + 1, len(texts.checklist.items)))
        found[part] = found.get(part, 0) + people
    return found
