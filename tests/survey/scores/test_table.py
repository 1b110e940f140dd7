"""The table: what stands in it for the published table, for several waves and groups, and what is left out and why."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from bot.survey.checklist import Checklist
from bot.survey.conversation.views import Paragraph, View
from bot.survey.scores import table
from bot.survey.scores.comparison import held_against
from bot.survey.scores.scoring import Score
from bot.survey.scores.table import TOTAL, Column, Table, moved
from bot.texts.texts import Texts, plain
from tests.data import APPENDIX_A, MOVED, PUBLISHED, PUBLISHED_TOTAL
from tests.survey.scores.test_summary import means, said, summary


def of(checklist: Checklist, *waves: Column, **groups: Mapping[int, Score]) -> Table:
    now = waves[-1].wave
    return Table(checklist, waves, tuple(Column(now, items, group=group) for group, items in groups.items()))


def wave(number: int, scores: Mapping[int, int], n: int = 12, reworded: frozenset[int] = frozenset()) -> Column:
    read_the_same = {item: score for item, score in scores.items() if item not in reworded}
    return Column(number, means(read_the_same, n), reworded=reworded)


def words(texts: Texts, *paragraphs: Paragraph, language: str = "en") -> str:
    return plain(texts.render(View(paragraphs), language))


def test_the_published_table_stands_in_it(checklist: Checklist, texts: Texts) -> None:
    first = of(checklist, wave(1, APPENDIX_A, 5))
    scores = {what: score.shown for what, score in first.scores(first.now).items()}
    assert scores == {**APPENDIX_A, **PUBLISHED, TOTAL: PUBLISHED_TOTAL}
    rows = [tuple(texts.word(cell, "en") for cell in row) for row in table.grid(first).rows]
    told = [int(row[1].removesuffix(" (n\u00a0=\u00a05)")) for row in rows if len(row) == 2]
    assert told == [*APPENDIX_A.values(), *PUBLISHED.values(), PUBLISHED_TOTAL]
    assert [row[0] for row in rows if len(row) == 1] == [
        *(texts.word(one.plain, "en") for one in checklist.dimensions),
        "The parts",
    ]


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ([], "no score"),
        ([None], "no score"),
        ([None, None], "no score"),
        ([(49, 5)], "49 (n = 5)"),
        ([(49, 5), (53, 5)], "49 → 53 (n = 5)"),
        ([(49, 10), (54, 12)], "49 → 54 ▲ (n = 10 → 12)"),
        ([(61, 5), (53, 5), (48, 5)], "61 → 53 → 48 ▼ (n = 5)"),
        ([(49, 5), None, (61, 6)], "49 → – → 61 (n = 5 → 6)"),
        ([(49, 5), (61, 6), None], "49 → 61 → – (n = 5 → 6)"),
    ],
)
def test_scores_of_several_rounds_are_one_line(texts: Texts, scores: list[tuple[int, int] | None], told: str) -> None:
    given = [Score(Fraction(one[0]), one[1]) if one else None for one in scores]
    assert texts.word(moved(given), "en") == told


def test_its_arrows_point_as_a_language_is_read(checklist: Checklist, texts: Texts) -> None:
    shown = of(checklist, wave(1, APPENDIX_A, 5), wave(2, MOVED), wave(3, APPENDIX_A))
    told = words(texts, (table.legend(shown), *table.dimensions(shown)), language="ar")
    assert "من 0 إلى 100: الجولة 1 ← الجولة 2 ← الجولة 3." in told
    assert "العمل: 56 ← 68 ← 56 \u2068▼\u2069 (العدد = 5 ← 12 ← 12)" in told
    assert "→" not in told


def test_an_n_that_may_not_be_told_is_told_nowhere(checklist: Checklist, texts: Texts) -> None:
    few = {item: replace(score, fewer=item == 3) for item, score in means(APPENDIX_A, 6).items()}
    shown = of(checklist, wave(1, APPENDIX_A, 6), Column(2, few))
    assert "(n = 6 → fewer than 6)" in words(texts, *table.part(shown, None, 2))
    cells = [texts.word(row[1], "en") for row in table.grid(shown).rows if len(row) > 1]
    assert [cell for cell in cells if "fewer than 6" in cell] == [
        "95 (n\u00a0=\u00a0fewer than 6)",
        "81 (n\u00a0=\u00a0fewer than 6)",
        "69 (n\u00a0=\u00a0fewer than 6)",
    ], "the statement, its part and the total"


def test_a_dimension_stands_beside_another_only_when_both_are_of_the_same_statements(checklist: Checklist) -> None:
    without = {item: score for item, score in APPENDIX_A.items() if item != 9}
    earlier_has_less = of(checklist, wave(1, without), wave(2, MOVED))
    first, _ = earlier_has_less.waves
    scores = earlier_has_less.scores(first)
    assert "task" not in scores
    assert TOTAL not in scores
    assert scores["growth"].shown == PUBLISHED["growth"]
    earlier_has_more = of(checklist, wave(1, APPENDIX_A), wave(2, without))
    task = [score.shown for score in earlier_has_more.run("task") if score]
    assert task == [56, 56], "over the four that both have"
    assert len(earlier_has_more.run(9)) == 2
    assert earlier_has_more.run(9)[1] is None


def test_what_was_worded_otherwise_is_told_and_not_compared(checklist: Checklist, texts: Texts) -> None:
    shown = of(checklist, wave(1, APPENDIX_A, reworded=frozenset({9})), wave(2, APPENDIX_A), wave(3, MOVED))
    told = words(texts, *table.part(shown, None, 3))
    assert "everyone: – → 55 → 70 ▲ (n = 12)\nnot compared with round 1: the words changed" in told
    assert words(texts, table.left_out(shown)) == (
        "In round 1 other words were used for statement 9. We do not compare these."
    )
    (row,) = (row for row in table.grid(shown).rows if texts.word(row[0], "en").startswith("9. "))
    cells = [texts.word(cell, "en").replace("\u00a0", " ") for cell in row[1:]]
    assert cells == ["70 (n = 12)", "55 (n = 12)", "other words"]
    assert all(score for score in shown.run("growth"))
    assert shown.run("task")[0] is None


def test_three_rounds_are_lines_for_a_phone(checklist: Checklist, texts: Texts) -> None:
    shown = of(checklist, wave(1, APPENDIX_A), wave(2, MOVED), wave(3, APPENDIX_A))
    told = words(texts, (table.legend(shown),), table.dimensions(shown), language="nl")
    assert told.splitlines() == [
        "Van 0 tot 100: ronde 1 → ronde 2 → ronde 3.",
        "",
        "De samenwerking als geheel: 95 → 95 → 95 (n = 12)",
        "De mensen die meedoen: 81 → 81 → 81 (n = 12)",
        "Het werk: 56 → 68 → 56 ▼ (n = 12)",
        "Hoe we met elkaar omgaan: 57 → 37 → 57 ▲ (n = 12)",
        "Groeien: 81 → 81 → 81 (n = 12)",
        "Hoe anderen ons zien: 59 → 69 → 59 ▼ (n = 12)",
        "Gemiddelde van alle zinnen: 69 → 69 → 69 (n = 12)",
    ]
    every = [line for one in table.statements(shown) for line in words(texts, one).splitlines()[1:]]
    assert [line.split(".")[0] for line in every] == [str(item) for item in APPENDIX_A]


@pytest.mark.parametrize("rounds", [1, 3, 60])
def test_a_part_fits_a_message_however_many_rounds_there_were(checklist: Checklist, texts: Texts, rounds: int) -> None:
    long = "naam " * 8
    waves = [replace(wave(number, MOVED, 100 + number), name=long) for number in range(1, rounds + 1)]
    shown = of(checklist, *waves, resident=means(MOVED), professional=means(MOVED))
    pairs = {item: (Score(Fraction(5), 1000), Score(Fraction(100), 1000)) for item in MOVED}
    since = held_against(rounds - 1, {}, {}, pairs, {*MOVED})
    for language in texts.languages:
        for part in checklist.parts.values():
            assert len(words(texts, *table.part(shown, since, part), language=language)) < 4000


def test_groups_are_shown_over_what_both_have(checklist: Checklist, texts: Texts) -> None:
    residents, professionals = means({9: 50, 10: 0, 20: 40}, 6), means({9: 60, 11: 100, 20: 45}, 7)
    shown = of(checklist, wave(1, APPENDIX_A), resident=residents, professional=professionals)
    assert words(texts, *table.groups(shown)).splitlines() == [
        "The work",
        "residents and volunteers: 50 (n = 6)",
        "people for whom this is work: 60 (n = 7)",
        "",
        "Growing",
        "residents and volunteers: 40 (n = 6)",
        "people for whom this is work: 45 (n = 7)",
    ]
    assert not table.groups(of(checklist, wave(1, APPENDIX_A), resident=residents))
    told = words(texts, *table.part(shown, None, 3))
    assert "everyone: 55 (n = 12)\nresidents and volunteers: 50 (n = 6)\npeople for whom this is work: 60" in told
    assert [texts.word(cell, "en") for cell in table.grid(shown).head] == [
        "statement", "round 1", "residents and volunteers", "people for whom this is work",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ({1: 50, 2: 50, 3: 50}, ["All statements have the same score: 50."]),
        ({1: 50, 2: 60}, ["Strong: ", "Needs attention: "]),
        ({1: 50, 2: 60, 3: 60}, ["(60) 1 more statement has this score.", "(50)\n"]),
        ({1: 50, 2: 50, 3: 50, 4: 60}, ["(60)\n", "(50) 2 more statements have this score."]),
    ],
)
def test_equal_scores_are_not_called_strong_and_weak(
    checklist: Checklist, texts: Texts, scores: Mapping[int, int], told: list[str]
) -> None:
    message = said(texts, summary(checklist, scores))
    assert all(line in message for line in told), message
    if len(told) == 1:
        assert "Strong" not in message
        assert "Needs attention" not in message


def test_what_only_looks_equal_is_equal_to_who_reads_it(checklist: Checklist, texts: Texts) -> None:
    items = {1: Score(Fraction(499, 10), 12), 2: Score(Fraction(501, 10), 12)}
    message = said(texts, replace(summary(checklist), items=items))
    assert "All statements have the same score: 50." in message
