"""Tables: the published means of a wave beside those of the waves before it, read, for whoever may see them.

Nothing but published cells is read here; a wave of which nothing was published is not among them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from bot.results.summaries import means, read_means, read_summary
from bot.survey.conversation.dialogue import Dialogue, Partnership
from bot.survey.conversation.views import Paragraph, View
from bot.survey.scores import table
from bot.survey.scores.disclosure import EVERYONE
from bot.survey.scores.scoring import Score
from bot.survey.scores.summary import Summary, heading, why_none
from bot.survey.scores.table import Column, Table
from bot.survey.traits import Traits
from bot.texts.texts import Texts
from storage import published, waves, wordings
from storage.engine.database import Tx
from storage.partnerships import Wave

Means = Mapping[int, Score]


def read_table(
    tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, now: datetime, *, with_groups: bool = True
) -> tuple[Summary, Table]:
    """The summary of a wave, and the table of it."""
    found = read_summary(tx, texts, partnership, wave, now)
    before, groups = tuple(_before(tx, partnership, wave)), found.groups if with_groups else {}
    return found, _table(texts, wave, found.items, groups, before)


def read_released(tx: Tx, texts: Texts, partnership: Partnership, wave: Wave) -> Table:
    """The same of one wave alone, as it is by now: nothing is released for whoever asks."""
    cells = (EVERYONE, *published.GROUPS)
    items, *groups = (read_means(tx, wave.id, cell, partnership.minimum_group) for cell in cells)
    return _table(texts, wave, items, dict(zip(published.GROUPS, groups, strict=True)))


def _table(
    texts: Texts, wave: Wave, items: Means, groups: Mapping[str, Means], before: tuple[Column, ...] = ()
) -> Table:
    of_groups = tuple(Column(wave.number, found, group=group) for group, found in groups.items() if found)
    return Table(texts.checklist, (*before, Column(wave.number, items, wave.name)), of_groups)


def _before(tx: Tx, partnership: Partnership, wave: Wave) -> Iterator[Column]:
    """The waves before this one that have scores, the earliest first."""
    for one in waves.every(tx, partnership.id):
        if one.number < wave.number and (cells := published.read(tx, one.id, EVERYONE)):
            unchanged = wordings.comparable(tx, one.id, wave.id, partnership.language, partnership.minimum_group)
            items = means({item: cell for item, cell in cells.items() if item in unchanged}, partnership.minimum_group)
            yield Column(one.number, items, one.name, reworded=frozenset(cells.keys() - unchanged))


def told(found: Summary, shown: Table, channel: Traits, part: int) -> View:
    """The table where a whole one can be shown, or else one part of it."""
    title: Paragraph = heading(found.partnership, found.wave, found.is_open, found.name)
    if not found.items:
        return View((title, why_none(found)))
    if channel.has_tables:
        grid = table.grid(shown, pictograms=found.partnership.pictograms)
        return View((title, (table.LEGEND,), table.left_out(shown)), grid=grid)
    return View((title, *table.part(shown, found.since, part)))


def for_respondent(tx: Tx, texts: Texts, dialogue: Dialogue, part: int, below: View, now: datetime) -> View:
    """Of the whole group in the wave that they completed; what its groups think is for those who lead the talk."""
    wave = waves.numbered(tx, dialogue.partnership.id, dialogue.wave)
    assert wave  # noqa: S101 - they have a response in it
    found, shown = read_table(tx, texts, dialogue.partnership, wave, now, with_groups=False)
    part = part if part in texts.checklist.parts.values() else 1
    view = told(found, shown, dialogue.channel, part)
    return replace(view, text=(*view.paragraphs, *below.paragraphs), rows=below.rows)
