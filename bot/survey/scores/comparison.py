"""The comparison: what changed since the wave before, from published means only.

Everyone and the same people are two different numbers and never mixed; statements that were worded anew are left out.
What may not be told of it, `storage.published.compare` withholds.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bot.survey.checklist import Checklist, Dimension
from bot.survey.conversation.views import Paragraph
from bot.survey.phrases import Phrase, joined, say, verbatim
from bot.survey.scores.scoring import Score, Scores, combined

NOTABLE = Fraction(5)  # points on 0 to 100 from which on a score is called better or worse
VERDICTS = {"better": say("Better"), "same": say("About the same"), "worse": say("Worse")}

Pair = tuple[Score, Score]
"""A score then, and the same one now."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A wave held against the one before, which has this `wave` number.

    `everyone` and `same_people` are item -> (then, now), for items that were published in both and read the same in
    both; `reworded` are the items that did not.
    """

    wave: int
    everyone: Mapping[int, Pair]
    same_people: Mapping[int, Pair]
    reworded: tuple[int, ...] = ()


def held_against(
    wave: int, then: Mapping[int, Score], now: Mapping[int, Score], same: Mapping[int, Pair], unchanged: set[int]
) -> Comparison:
    """The comparison of these published means with those of the wave before."""
    everyone = {item: (then[item], now[item]) for item in now if item in then and item in unchanged}
    same_people = {item: pair for item, pair in same.items() if item in unchanged}
    return Comparison(wave, everyone, same_people, reworded=tuple(sorted(now.keys() - unchanged)))


def verdict(pair: Pair) -> str:
    """Better, (about the) same or worse."""
    change = pair[1].mean - pair[0].mean
    return "better" if change >= NOTABLE else "worse" if change <= -NOTABLE else "same"


def paragraphs(checklist: Checklist, found: Comparison, said: Collection[str] = ()) -> tuple[Paragraph, ...]:
    """What changed, in words: by dimension for everyone, then for the same people, then what was left out.

    The numbers of the dimensions in `said` stand elsewhere already.
    """
    if not found.everyone:
        return ()
    verdicts = _verdicts(checklist, dimensions(checklist, found.everyone), said)
    heading = say("<b>Since round {wave}, everyone together:</b>", wave=found.wave)
    return ((heading, *verdicts), _same_people(checklist, found), _left_out(found))


def table(checklist: Checklist, found: Comparison) -> list[list[str]]:
    """Every published mean then and now, for a researcher: two decimals, empty where there is none."""
    both = found.everyone, found.same_people
    everyone, same = (dimensions(checklist, pairs) for pairs in both)
    return [
        ["what", "everyone_then", "n_then", "everyone_now", "n_now", "same_then", "same_now", "n_same"],
        *([f"i{item:02}", *_numbers(*(pairs.get(item) for pairs in both))] for item in checklist.items),
        *([one.key, *_numbers(everyone.get(one.key), same.get(one.key))] for one in checklist.dimensions),
        ["total", *_numbers(*(total(checklist, pairs) for pairs in both))],
    ]


def _numbers(everyone: Pair | None, same: Pair | None) -> list[str]:
    mean = "{:.2f}".format
    both = [text for score in everyone for text in (mean(float(score.mean)), _n(score))] if everyone else [""] * 4
    return [*both, *([*(mean(float(score.mean)) for score in same), _n(same[1])] if same else [""] * 3)]


def _n(score: Score) -> str:
    return f"<{score.n}" if score.fewer else str(score.n)


def _verdicts(checklist: Checklist, pairs: Mapping[str, Pair], said: Collection[str] = ()) -> Paragraph:
    """One line for each verdict that some dimension has."""
    lines = []
    for key, word in VERDICTS.items():
        named = [
            d.plain if d.key in said else _named(d, pairs[d.key])
            for d in checklist.dimensions
            if d.key in pairs and verdict(pairs[d.key]) == key
        ]
        if named:
            lines.append(say("{verdict}: {dimensions}", verdict=word, dimensions=joined(named, "; ")))
    return tuple(lines)


def _named(dimension: Dimension, pair: Pair) -> Phrase:
    then, now = pair
    return say("{dimension} ({then} → {now})", dimension=dimension.plain, then=then.shown, now=now.shown)


def _same_people(checklist: Checklist, found: Comparison) -> Paragraph:
    """A part is told only over the very statements that everyone's is: numbers of others contradict it."""
    over = {one.key: found.everyone.keys() & {*one.items} for one in checklist.dimensions}
    every = dimensions(checklist, found.same_people)
    pairs = {key: pair for key, pair in every.items() if over[key] <= found.same_people.keys()}
    if not pairs:
        return (
            say("We cannot show the same people apart now. Otherwise somebody could work out what one person chose."),
        )
    people = max(now.n for _, now in found.same_people.values())
    if found.same_people == found.everyone:
        return (say("These are the same {count} people both times.", count=people),)
    heading = say("<b>The {count} people who took part both times:</b>", count=people)
    return (heading, *_verdicts(checklist, pairs))


def _left_out(found: Comparison) -> Paragraph:
    numbers = joined(map(verbatim, found.reworded))
    line = say("Not compared, because the words changed: statement {numbers}.", numbers=numbers)
    return (line,) if found.reworded else ()


def dimensions(checklist: Checklist, pairs: Mapping[int, Pair]) -> dict[str, Pair]:
    """Dimension -> the score then and now, over the same items."""
    then, now = _then_and_now(checklist, pairs)
    return {key: (then.dimensions[key], now.dimensions[key]) for key in now.dimensions}


def total(checklist: Checklist, pairs: Mapping[int, Pair]) -> Pair | None:
    then, now = (scores.total for scores in _then_and_now(checklist, pairs))
    return (then, now) if then and now else None


def _then_and_now(checklist: Checklist, pairs: Mapping[int, Pair]) -> Iterable[Scores]:
    return (combined(checklist, {item: pair[side] for item, pair in pairs.items()}) for side in (0, 1))
