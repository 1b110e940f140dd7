"""Columns: the one table of what an export says about a person in a wave. Every file and its explanations follow it.

None says who somebody is: the id is drawn for this export, and a place or a month is told of k or more people.
"""

import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial

from bot.export import coarse
from bot.export.shapes import GROUPS, MODES, NOT_REACHED, NOT_TOLD, Origin, Value, Variable, codes_of, one_of
from bot.survey.checklist import Checklist
from bot.survey.conversation.dialogue import GROUP_LABELS
from bot.survey.paper import ASSISTED, MODE_LABELS
from bot.survey.phrases import Phrase, say, verbatim
from bot.survey.scores.scoring import Score, Scores, profile
from bot.texts.texts import Texts
from storage.records import Record

Said = Callable[[Phrase], str]
Of = Callable[[Record], Value]

NOT_REACHED_LABEL, NOT_TOLD_LABEL = say("Not reached"), say("Not told")
LARGEST = 0xFFFFFFFF


def columns(
    records: Sequence[Record], texts: Texts, language: str, origin: Origin, randomness: random.Random
) -> list[Variable]:
    said: Said = partial(texts.word, language=language)
    return [
        Variable("id", said(say("Person: drawn at random for this export")), _id(records, randomness), kind="id"),
        *_circumstances(records, texts.checklist, said, origin),
        *_items(texts.checklist, said),
        *_scores(texts.checklist, said),
    ]


def fresh_ids(people: Collection[int], randomness: random.Random) -> dict[int, str]:
    """Eight hexadecimal characters each. The first is a letter, or a spreadsheet would read 12e45678 as a number."""
    drawn = randomness.sample(range(0xA0000000, LARGEST + 1), len(people))
    return {person: f"{number:x}" for person, number in zip(people, drawn, strict=True)}


def _id(records: Sequence[Record], randomness: random.Random) -> Of:
    ids = fresh_ids({record.person for record in records}, randomness)
    return lambda record: ids[record.person]


def _circumstances(records: Sequence[Record], checklist: Checklist, said: Said, origin: Origin) -> Iterator[Variable]:
    no_yes = {0: said(checklist.options["no"].label), 1: said(checklist.options["yes"].label)}
    groups = {GROUPS[key]: said(label) for key, label in GROUP_LABELS.items()} | {NOT_REACHED: said(NOT_REACHED_LABEL)}
    modes = {MODES[key]: said(label) for key, label in MODE_LABELS.items()}
    yield Variable("wave", said(say("Wave")), lambda record: record.wave)
    yield Variable("wave_name", said(say("Name of the wave")), lambda record: record.wave_name, kind="text")
    yield Variable("group", said(say("Takes part as")), _coded(GROUPS, "group"), groups)
    yield _place(records, said, origin.k)
    yield from _languages(records, said, origin.k)
    yield Variable("channel", said(say("Where the chat is")), lambda record: record.channel, kind="text")
    yield Variable("completed", said(say("Tapped Done")), lambda record: int(record.completed), no_yes)
    yield _month(records, said, origin.k)
    yield Variable("mode", said(say("Way of answering")), _coded(MODES, "mode"), modes)
    yield Variable("synthetic", said(say("Made up by a rehearsal")), lambda _: int(origin.is_synthetic), no_yes)


def _coded(codes: Mapping[str | None, int], what: str) -> Of:
    return lambda record: codes[one_of(getattr(record, what), codes, f"A {what}")]


def _place(records: Sequence[Record], said: Said, k: int) -> Variable:
    told = coarse.places(records, k)
    labels = {code: said(_name_of(place)) for place, code in told.items()}
    others = {coarse.OTHER_PLACES: said(say("Other places")), NOT_TOLD: said(NOT_TOLD_LABEL)}

    def code(record: Record) -> int:
        return told.get(coarse.place_of(record), coarse.OTHER_PLACES) if record.completed else NOT_TOLD

    return Variable("place", said(say("First came in at")), code, {**labels, **others})


def _languages(records: Sequence[Record], said: Said, k: int) -> Iterator[Variable]:
    told = coarse.languages(records, k)
    changes = coarse.changes(records, told, k)

    def read_in(record: Record) -> str:
        found = coarse.read_in(record, told)
        return found if found in changes or found.count(" ") < 2 else coarse.OTHER_LANGUAGE

    def most(record: Record) -> str:
        return coarse.name_of(coarse.language_of(record), told)

    yield Variable("language", said(say("Language of the answers")), most, kind="text")
    label = said(say("Statements by the language they were answered in"))
    yield Variable("answered_in", label, read_in, kind="text")


def _name_of(place: coarse.Place) -> Phrase:
    if place.for_helpers:
        return MODE_LABELS[ASSISTED]
    return verbatim(place.label) if place.label else say("General")


def _month(records: Sequence[Record], said: Said, k: int) -> Variable:
    told = coarse.months(records, k)

    def month(record: Record) -> str:
        found = coarse.month_of(record)
        return found if (record.wave, found) in told else ""

    return Variable("month", said(say("Month of Done")), month, kind="month")


def _items(checklist: Checklist, said: Said) -> Iterator[Variable]:
    codes = codes_of(checklist)
    labels = {codes[key]: said(option.label) for key, option in checklist.options.items()}
    labels[NOT_REACHED] = said(NOT_REACHED_LABEL)
    for item in checklist.items.values():
        yield Variable(f"i{item.number:02}", said(item.statement), partial(_answer, codes, item.number), labels, item)


def _answer(codes: Mapping[str, int], item: int, record: Record) -> int:
    option = record.answers.get(item)
    return NOT_REACHED if option is None else codes[one_of(option, codes, f"An answer to item {item}")]


def _scores(checklist: Checklist, said: Said) -> Iterator[Variable]:
    """As the house scores, in full; nothing where somebody gave no scored answer."""
    own = _own_scores(checklist)
    for dimension in checklist.dimensions:
        label = say("Own score: {dimension}", dimension=dimension.name)
        yield Variable(dimension.key, said(label), partial(_score, own, dimension.key), kind="number")
    yield Variable(
        "total", said(say("Own score: all statements")), lambda record: _mean(own(record).total), kind="number"
    )


def _own_scores(checklist: Checklist) -> Callable[[Record], Scores]:
    """Of a record, reckoned once for its seven columns."""
    kept: dict[tuple[int, int], Scores] = {}

    def own(record: Record) -> Scores:
        key = record.person, record.wave
        if key not in kept:
            kept[key] = profile(checklist, record.answers)
        return kept[key]

    return own


def _score(own: Callable[[Record], Scores], dimension: str, record: Record) -> float | None:
    return _mean(own(record).dimensions.get(dimension))


def _mean(score: Score | None) -> float | None:
    return float(score.mean) if score else None
