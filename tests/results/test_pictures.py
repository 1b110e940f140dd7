"""Pictures of a table: rounds, groups and every statement, read back from the same drawing as a page."""

import json
import re
from dataclasses import replace
from fractions import Fraction
from functools import partial

import pytest

from bot.letters import Letter
from bot.rendering import attachments, drawing
from bot.results import pictures, summaries
from bot.survey.phrases import say
from bot.survey.scores.scoring import Score
from bot.survey.scores.summary import Summary
from bot.survey.scores.table import Column, Table
from bot.texts.texts import Texts
from tests.data import APPENDIX_A, MOVED, PUBLISHED
from tests.house import partnership
from tests.rendering.paper import Page, in_line, pages, touching


def scores(of: dict[int, int], *without: int, people: int = 5, fewer: bool = False) -> dict[int, Score]:
    return {item: Score(Fraction(score), people, fewer=fewer) for item, score in of.items() if item not in without}


def shown(texts: Texts, name: str = "De Verbinders", rounds: int = 3) -> tuple[Summary, Table]:
    checklist = texts.checklist
    items = scores(MOVED)
    columns = [Column(1, scores(APPENDIX_A, 17)), Column(2, scores(MOVED, people=12, fewer=True), "na fase 1")]
    waves = (*columns, *(Column(number, items) for number in range(3, rounds + 1)))
    groups = tuple(Column(3, scores(MOVED), group=group) for group in ("resident", "professional"))
    found = Summary(checklist, partnership(name), 3, False, 9, 5, 0, {}, items, {}, {})
    return found, Table(checklist, waves, groups)


def page(letter: Letter) -> Page:
    assert letter.attachment
    (drawn,) = pages(drawing.pdf(**json.loads(letter.attachment.described)), scale=0.2)
    assert drawn.size[0] == 1080
    return drawn


def test_three_rounds_stand_under_each_other_in_the_order_of_the_legend(texts: Texts) -> None:
    found, table = shown(texts)
    drawn = page(pictures.of_parts(texts, found, table, table.recent, "nl"))
    assert drawn.words.index("ronde 1") < drawn.words.index("ronde 2 “na fase 1”") < drawn.words.rindex("ronde 3")
    for part, score in zip(texts.checklist.dimensions, PUBLISHED.values(), strict=True):
        after = drawn.words.partition(texts.word(part.plain, "nl"))[2]
        first = "–" if 17 in part.items else f"{score} n = 5"
        assert after.strip().startswith(first), "a part of other statements is not compared"
    assert drawn.words.count(" n = minder dan 12") == 7


def test_an_n_in_words_stands_on_the_line_of_its_score(texts: Texts) -> None:
    found, table = shown(texts)
    told = Table(table.checklist, (Column(3, scores(APPENDIX_A, people=124, fewer=True)),))
    for language in ("nl", "en"):
        drawn = page(pictures.of_statements(texts, found, told, language))
        (words,) = {one.words for one in drawn.texts if "124" in one.words}
        assert words == texts.word(say("n = {n}", n=say("fewer than {n}", n=124)), language)


@pytest.mark.parametrize("rounds", [3, 6])
@pytest.mark.parametrize("name", ["De Verbinders", "W" * 80, "مركز الحي للتعاون", "*b* #x $y$"])
def test_nothing_touches_and_everything_is_large_enough(texts: Texts, name: str, rounds: int) -> None:
    found, table = shown(texts, name, rounds)
    for letter in (
        pictures.of_parts(texts, found, table, table.recent, "en"),
        pictures.of_parts(texts, found, table, table.groups, "nl"),
        pictures.of_statements(texts, found, table, "en"),
    ):
        drawn = page(letter)
        assert [pair for pair in touching(drawn.texts) if not in_line(*pair)] == []
        assert min(one.size for one in drawn.texts) >= 33, "11 pixels where a phone shows it 360 pixels wide"
        assert all(one.bounds[0] >= 50 and one.bounds[2] <= 1030 for one in drawn.texts)


def test_every_statement_has_its_score(texts: Texts) -> None:
    found, table = shown(texts)
    words = page(pictures.of_statements(texts, found, table, "nl")).words
    for item, score in MOVED.items():
        assert f"{item}. {texts.word(texts.checklist.items[item].plain, 'nl')} {score} n = 5" in words


def test_parts_have_their_pictograms_where_the_partnership_has_them(texts: Texts) -> None:
    found, table = shown(texts)
    without = replace(found, partnership=replace(found.partnership, pictograms=False))
    for draw in (partial(pictures.of_parts, columns=table.recent), pictures.of_statements):
        of_all = [draw(texts, one, table, language="nl") for one in (found, without)]
        with_them, without_them = map(page, of_all)
        assert with_them.words == without_them.words
        assert len(with_them.shapes) - len(without_them.shapes) >= len(texts.checklist.dimensions)
        assert pictograms(of_all[0]) == [*texts.checklist.parts]
        assert pictograms(of_all[1]) == []


def test_the_picture_of_a_summary_has_them_where_the_partnership_has_them(texts: Texts) -> None:
    found, _ = shown(texts)
    without = replace(found, partnership=replace(found.partnership, pictograms=False))
    drawn = [summaries.picture(texts, one, "nl") for one in (found, without)]
    assert [[bar.pictogram for bar in one.bars] for one in drawn] == [[*texts.checklist.parts], [""] * 6]
    assert drawn[0].total
    assert drawn[0].total.pictogram == ""
    assert len({attachments.content(attachments.picture(one), texts) for one in drawn}) == 2


def pictograms(letter: Letter) -> list[str]:
    """In the order in which they stand there."""
    assert letter.attachment
    blocks = json.loads(letter.attachment.described)["said"]["blocks"]
    every = [one for block in blocks for one in (block, *block["rows"])]
    return [one["pictogram"] for one in every if one.get("pictogram")]


def test_a_picture_that_waited_since_before_there_were_pictograms_is_drawn(texts: Texts) -> None:
    found, table = shown(texts)
    letter = pictures.of_statements(texts, found, table, "nl")
    assert letter.attachment
    described = re.sub(r'"pictogram": "\w*", ', "", letter.attachment.described)
    assert "pictogram" not in described
    assert attachments.content(replace(letter.attachment, described=described), texts).startswith(b"\x89PNG")


def test_what_is_sent_is_a_picture(texts: Texts) -> None:
    found, table = shown(texts)
    letter = pictures.of_parts(texts, found, table, table.groups, "nl")
    assert letter.attachment
    assert letter.text == "<b>De Verbinders · ronde 3 · gesloten</b>"
    assert attachments.content(letter.attachment, texts).startswith(b"\x89PNG")
    high = pictures.of_statements(texts, found, table, "nl").attachment
    assert high
    assert (high.kind, high.name) == ("file", "alle-zinnen-3.png"), "a messenger would make it too small to read"
    assert attachments.content(high, texts).startswith(b"\x89PNG")
