"""The summary: what it says of the published table, of groups that differ, and of what is not there."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from bot.results.summaries import picture
from bot.survey.agreements import LONGEST, Agreement
from bot.survey.checklist import Checklist
from bot.survey.conversation.views import View
from bot.survey.scores.comparison import held_against
from bot.survey.scores.scoring import Score
from bot.survey.scores.summary import Summary, divided, most_divided, paragraphs, result, strongest, weakest
from bot.texts.texts import Texts, plain
from tests.data import APPENDIX_A, PUBLISHED, PUBLISHED_TOTAL
from tests.house import partnership


def means(scores: Mapping[int, int], n: int = 12) -> dict[int, Score]:
    return {item: Score(Fraction(score), n) for item, score in scores.items()}


def summary(checklist: Checklist, items: Mapping[int, int] | None = None, **more: object) -> Summary:
    published = means(APPENDIX_A if items is None else items)
    facts: dict[str, object] = {
        "wave": 1, "is_open": False, "started": 15, "completed": 12, "new": 0, "stops": {}, "groups": {},
        "items": published, "spread": dict.fromkeys(published, Fraction(0)), **more,
    }  # fmt: skip
    return Summary(checklist=checklist, partnership=partnership(), **facts)  # type: ignore[arg-type]


def said(texts: Texts, found: Summary, language: str = "en") -> str:
    return texts.render(View(paragraphs(found)), language)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_picture_holds_the_published_table(checklist: Checklist, texts: Texts, language: str) -> None:
    drawn = picture(texts, summary(checklist), language)
    assert [bar.score for bar in drawn.bars] == list(PUBLISHED.values())
    assert drawn.total
    assert drawn.total.score == PUBLISHED_TOTAL


def test_groups_that_see_it_differently_are_named_with_both_numbers(checklist: Checklist, texts: Texts) -> None:
    groups = {
        "resident": means(dict.fromkeys(range(9, 14), 48), 6),
        "professional": means(dict.fromkeys(range(9, 14), 63), 7),
    }
    told = said(texts, summary(checklist, groups=groups))
    assert "Residents and volunteers see “The work” differently from people for whom this is work: 48 (n = 6)" in told
    assert "Some people say yes sooner than others" in told


def test_groups_are_compared_on_items_that_both_have(checklist: Checklist, texts: Texts) -> None:
    groups = {"resident": means({9: 50, 10: 0}), "professional": means({9: 55, 11: 100})}
    assert "differently: " not in said(texts, summary(checklist, groups=groups))
    assert "differently: " not in said(texts, summary(checklist, groups={"resident": means({9: 0})}))


def test_the_second_question_is_about_the_most_divided_item_if_enough_people_are_behind_it(
    checklist: Checklist, texts: Texts
) -> None:
    spread = {**dict.fromkeys(APPENDIX_A, Fraction(0)), 20: Fraction(2000)}
    assert "2. “We tell local officials" in said(texts, summary(checklist, spread=spread))
    few = replace(summary(checklist, spread=spread), items=means(APPENDIX_A, 9))
    assert "2. “We tell local officials" not in said(texts, few)


def test_the_most_divided_statements_are_three_at_most_and_of_enough_people(checklist: Checklist, texts: Texts) -> None:
    spread = {**dict.fromkeys(APPENDIX_A, Fraction(0)), 4: Fraction(900), 9: Fraction(1600), 20: Fraction(1600)}
    found = summary(checklist, spread=spread)
    assert divided(found) == [9, 20, 4]
    (lines,) = most_divided(replace(found, spread={**spread, 11: Fraction(2500)}))
    assert [texts.word(line, "en").split(".")[0] for line in lines[1:]] == ["11", "9", "20"]
    assert not most_divided(replace(found, items=means(APPENDIX_A, 9)))
    assert not most_divided(replace(found, spread=dict.fromkeys(APPENDIX_A, Fraction(899))))


@pytest.mark.parametrize(
    ("scores", "high", "low"),
    [
        ([50] * 26, 0, 0),
        ([75, *[50] * 25], 1, 13),
        ([*[75] * 25, 50], 13, 1),
        ([75, *[50] * 24, 25], 1, 1),
        ([*[100] * 13, *[0] * 13], 13, 13),
        ([*range(26)], 13, 13),
        ([50, 60, 60], 1, 1),
        ([50], 0, 0),
        ([], 0, 0),
    ],
)
def test_equal_scores_are_not_called_high_and_low(checklist: Checklist, scores: list[int], high: int, low: int) -> None:
    found = summary(checklist, dict(enumerate(scores, 1)))
    best, worst = ({scores[item - 1] for item in items} for items in (strongest(found), weakest(found)))
    assert (len(strongest(found)), len(weakest(found))) == (high, low)
    assert not best & worst


def test_the_same_people_are_told_of_a_part_only_over_the_statements_of_everyone(
    checklist: Checklist, texts: Texts
) -> None:
    """Else one statement of seven takes the whole part down, beside everyone's, which goes up."""
    then, now = means(dict.fromkeys(APPENDIX_A, 50)), means(dict.fromkeys(APPENDIX_A, 60))
    same = {item: (then[item], Score(Fraction(20), 12)) for item in (5, *checklist.dimensions[2].items)}
    told = said(texts, summary(checklist, since=held_against(1, then, now, same, set(now))))
    assert "<b>The 12 people who took part both times:</b>\nWorse: The work (50 → 20)\n\n" in told
    one = {5: same[5]}
    told = said(texts, summary(checklist, since=held_against(1, then, now, one, set(now))))
    assert "We cannot show the same people apart now." in told


def test_without_scores_it_says_why_and_when(checklist: Checklist, texts: Texts) -> None:
    waiting = said(texts, summary(checklist, {}, is_open=True, stops={4: 6}))
    assert "once 10 people are finished" in waiting
    assert "5 or more people are at part 4 now." in waiting
    assert "stopped at" not in said(texts, summary(checklist, {}, is_open=True, stops={4: 4})), "fewer than k"
    assert "Fewer than 5 people finished this round." in said(texts, summary(checklist, {}))
    for language in texts.languages:
        assert texts.render(View(tuple(filter(None, result(summary(checklist, {}))))), language)


def test_one_item_is_enough_for_a_message(checklist: Checklist, texts: Texts) -> None:
    told = said(texts, summary(checklist, {9: 50}))
    assert "The work: <b>50</b> (n = 12)" in told
    assert "Growing: no score" in told


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_longest_summary_fits_in_one_message_with_what_was_agreed_on_top(
    checklist: Checklist, texts: Texts, language: str
) -> None:
    """Groups that differ, a divided statement, a change in everything, and five agreements as long as they may be."""
    before, now = dict.fromkeys(APPENDIX_A, 0), means(APPENDIX_A, 100)
    change = held_against(9, means(before, 100), now, {item: (score, score) for item, score in now.items()}, set(now))
    groups = {"resident": means(before, 100), "professional": means(dict.fromkeys(APPENDIX_A, 100), 100)}
    agreed = [
        Agreement(n, 9, n, "👩" * (LONGEST["what"] // 2), "W" * LONGEST["who"], date(2026, 9, 30)) for n in range(5)
    ]
    facts = {"groups": groups, "spread": dict.fromkeys(now, Fraction(2500)), "since": change, "name": "x" * 40}
    longest = summary(checklist, items=APPENDIX_A, agreed=agreed, started=100, completed=100, **facts)
    longest = replace(longest, items=now, partnership=partnership("M" * 80))
    shown = plain(said(texts, longest, language))
    assert shown.count("WWW ·") == 5
    assert 3000 < len(shown.encode("utf-16-le")) // 2 <= 4096
