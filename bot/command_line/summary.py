"""`samenspraak summary`: what may be published now."""

import argparse
from typing import Any

from bot.command_line.common import as_json, does, transaction, wanted_partnership, wanted_wave, wave_number
from bot.letters import wall_clock
from bot.results.tables import read_table
from bot.runtime.settings import Settings
from bot.survey.conversation.views import View
from bot.survey.scores import comparison, table
from bot.survey.scores.comparison import Comparison
from bot.survey.scores.scoring import Score
from bot.survey.scores.summary import Summary, paragraphs, why_none
from bot.survey.scores.table import TOTAL, Column, Table
from bot.texts.texts import Texts, load, plain


def add_to(parser: argparse.ArgumentParser) -> None:
    does(parser, summarise, of_one=True, scripts=True)
    parser.add_argument("--wave", type=wave_number, help="its number; without it the last one")


def summarise(asked: argparse.Namespace, settings: Settings) -> None:
    """Exactly what a coordinator may see now."""
    texts = load()
    with transaction(settings) as tx:
        partnership = wanted_partnership(tx, asked.partnership)
        wave = wanted_wave(tx, partnership, asked.wave)
        found, shown = read_table(tx, texts, partnership, wave, wall_clock())
    every = (*paragraphs(found), *(table.statements(shown) if found.items else ()), table.left_out(shown))
    in_words = plain(texts.render(View(every), partnership.language))
    print(as_json(_as_data(texts, found, shown)) if asked.json else in_words)


def _as_data(texts: Texts, found: Summary, shown: Table) -> dict[str, Any]:
    return {
        "partnership": found.partnership.name,
        "wave": found.wave,
        "wave_name": found.name,
        "state": "open" if found.is_open else "closed",
        "started": found.started,
        "completed": found.completed,
        "minimum_group": found.partnership.minimum_group,
        "withheld": None if found.items else plain(texts.render(View((why_none(found),)), "en")),
        **_column(shown, shown.now),
        "change": _change(texts, found.since) if found.since else None,
        "groups": {column.group: _column(shown, column) for column in shown.groups},
        "waves_before": [
            {"wave": column.wave, "wave_name": column.name, **_column(shown, column), "reworded": [*column.reworded]}
            for column in shown.waves[:-1]
        ],
    }


def _column(shown: Table, column: Column) -> dict[str, Any]:
    scores = {what: _score(score) for what, score in shown.scores(column).items()}
    parts = [one.key for one in shown.checklist.dimensions]
    return {
        "dimensions": {key: scores[key] for key in parts if key in scores},
        "total": scores.get(TOTAL),
        "items": {str(number): scores[number] for number in shown.checklist.items if number in scores},
    }


def _change(texts: Texts, since: Comparison) -> dict[str, Any]:
    """Everyone and the same people, then and now; items that were worded anew are in neither."""
    both = {"everyone": since.everyone, "same_people": since.same_people}
    scores = {
        who: {key: {"then": _score(then), "now": _score(now)} for key, (then, now) in pairs.items()}
        for who, pairs in ((who, comparison.dimensions(texts.checklist, items)) for who, items in both.items())
    }
    return {"since_wave": since.wave, "reworded": list(since.reworded), **scores}


def _score(score: Score) -> dict[str, int | None]:
    """`n` is null where one would see how few gave no scored answer."""
    return {"score": score.shown, **({"n": None, "fewer_than": score.n} if score.fewer else {"n": score.n})}
