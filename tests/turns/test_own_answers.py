"""The file of one's own answers, as the spreadsheet of somebody's language reads it."""

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from html import escape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from bot.export.writers import for_spreadsheet
from bot.letters import Letter
from bot.rendering import attachments
from bot.survey.conversation import screens
from bot.survey.conversation.buttons import Position, Screen
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.traits import Traits
from bot.texts.texts import Texts
from bot.turns import own_answers
from storage import open_answers, partnerships, respondents
from storage.engine.database import Database, Tx
from storage.respondents import OwnAnswer
from storage.standing import Known
from tests.databases import SECRET, begin_migrated
from tests.house import MONDAY, partnership
from tests.rendering.paper import pages
from tests.storage.beginnings import ANNA, add, enter, join, load

NAME = '=De; Verbinders, "nu" 邻里 🌱'
GIVEN = [
    OwnAnswer("De Verbinders", 1, 2, "rather_yes", date(2026, 3, 2)),
    OwnAnswer("De Verbinders", 2, 2, "dont_know", date(2026, 9, 2)),
]


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Tx]:
    begin_migrated(f"sqlite:///{tmp_path}/own.db")
    with closing(Database(f"sqlite:///{tmp_path}/own.db", SECRET)) as database, database.transaction() as tx:
        yield tx


def read(letter: Letter, delimiter: str) -> list[dict[str, str]]:
    assert letter.attachment
    return list(csv.DictReader(StringIO(letter.attachment.described, newline=""), delimiter=delimiter))


@pytest.mark.parametrize("has_them", [True, False])
def test_the_picture_has_pictograms_where_the_partnership_has_them(texts: Texts, has_them: bool) -> None:
    dialogue = Dialogue(texts.checklist, texts.languages, "nl", partnership(pictograms=has_them), 1)
    attachment = own_answers.picture(texts, dialogue).attachment
    assert attachment
    bars = json.loads(attachment.described)["bars"]
    assert [bar["pictogram"] for bar in bars] == ([*texts.checklist.parts] if has_them else [""] * 6)


@pytest.mark.parametrize(
    ("language", "delimiter", "name", "answers"),
    [
        ("nl", ";", "mijn-antwoorden.csv", ("antwoord", ["Meer ja dan nee", "Nee"])),
        ("en", ",", "my-answers.csv", ("answer", ["More yes than no", "No"])),
    ],
)
def test_the_file_is_for_the_spreadsheet_of_their_language(
    language: str, delimiter: str, name: str, answers: tuple[str, list[str]], texts: Texts, tx: Tx
) -> None:
    paper, file, _ = shown(tx, texts, begun(tx), language=language)
    assert paper.attachment
    assert file.attachment
    assert file.attachment.name == name
    rows = read(file, delimiter)
    column, wanted = answers
    assert [row[column] for row in rows] == wanted
    cells, item = [*rows[0].values()], texts.checklist.items[2]
    assert cells[0] == f"'{NAME}"
    assert {texts.word(item.plain, language), texts.word(item.statement, language)} < {*cells}
    words = " ".join(page.words for page in pages(attachments.content(paper.attachment, texts)))
    assert paper.attachment.name == f"{name.partition('.')[0]}.pdf"
    assert f"2 {texts.word(item.plain, language)} {texts.word(item.statement, language)} {wanted[0]}" in words
    assert NAME.removesuffix(" 🌱") in words


@pytest.mark.parametrize("traits", [Traits("page"), Traits("chat", reaches_out=True)])
def test_a_page_has_every_round_and_a_chat_says_where_the_others_are(traits: Traits, texts: Texts, tx: Tx) -> None:
    open_answers.keep(tx, begun(tx).dialogue.response, "Meer <b>bomen</b>", MONDAY.date())
    partnerships.close_wave(tx, partnerships.last_wave(tx, 1).id, MONDAY)
    partnerships.open_wave(tx, 1, {}, MONDAY)
    enter(tx, ANNA, 1)
    known = load(tx, ANNA)
    respondents.save(tx, known, replace(known.dialogue, answers={3: "middle"}), MONDAY)
    paper, file, last = shown(tx, texts, load(tx, ANNA), channel=traits, language="en")
    assert [row["round"] for row in read(file, ",")] == ["1", "1", "1", "2"]
    assert paper.attachment
    words = " ".join(page.words for page in pages(attachments.content(paper.attachment, texts)))
    assert words.index(", round 1") < words.index(", round 2")
    whole = "2. The people we need for our goals are taking part.\n<b>More yes than no</b>"
    assert (f"<b>{escape(NAME, quote=False)}, round 1</b>" in last.text) is not traits.reaches_out
    assert (whole in last.text) is not traits.reaches_out
    wrote = "What would help most?\n<b>Meer &lt;b&gt;bomen&lt;/b&gt;</b>"
    assert (wrote in last.text) is not traits.reaches_out
    assert ("only in the file" in last.text) is traits.reaches_out
    assert last.text.count("In between") == 1


@pytest.mark.parametrize("traits", [Traits("page"), Traits("chat", reaches_out=True)])
def test_what_was_read_in_another_language_is_told_and_nothing_else_is(traits: Traits, texts: Texts, tx: Tx) -> None:
    known = load(tx, ANNA, join(tx, ANNA, add(tx)))
    for language, items in (("tr", (1, 2, 3, 5)), ("nl", (4, 6))):
        before, given = load(tx, ANNA), dict.fromkeys(items, "yes")
        respondents.save(tx, before, replace(before.dialogue, language=language, answers=given), MONDAY)
    there = "In een andere taal beantwoord: zin 1-3, 5 (Türkçe)"
    paper, file, screen = shown(tx, texts, load(tx, ANNA), channel=traits, language="nl")
    assert screen.text.count(there) == 1
    assert [row["taal"] for row in read(file, ";")] == ["Türkçe"] * 3 + ["", "Türkçe", ""]
    assert paper.attachment
    assert there in " ".join(page.words for page in pages(attachments.content(paper.attachment, texts)))
    paper, file, screen = shown(tx, texts, load(tx, ANNA), channel=traits, language="tr")
    assert "4, 6 (Nederlands)" in screen.text
    with tx.connection.begin_nested():
        tx.connection.exec_driver_sql("UPDATE answers SET language = NULL WHERE language = 'nl'")
    _, file, screen = shown(tx, texts, load(tx, ANNA), channel=traits, language="tr")
    assert "Nederlands" not in screen.text + str(read(file, ";"))
    assert len(read(file, ";")[0]) == len(own_answers.HEADER)
    assert known.dialogue.answers == {}


def test_of_no_answers_there_is_no_file(texts: Texts, tx: Tx) -> None:
    (only,) = shown(tx, texts, load(tx, ANNA, join(tx, ANNA, add(tx))), language="en")
    assert "none yet" in only.text
    assert "file" not in only.text


def test_what_one_wrote_has_the_width_of_the_page_on_paper(texts: Texts, tx: Tx) -> None:
    known = load(tx, ANNA, join(tx, ANNA, add(tx)))
    respondents.save(tx, known, replace(known.dialogue, answers=dict.fromkeys(texts.checklist.items, "yes")), MONDAY)
    open_answers.keep(tx, known.dialogue.response, "bomen en bankjes " * 29, MONDAY.date())
    paper, *_ = shown(tx, texts, load(tx, ANNA), language="nl")
    assert paper.attachment
    *_, last = pages(attachments.content(paper.attachment, texts))
    assert max(one.width for one in last.texts if "bomen en bankjes" in one.words) > last.size[0] * 0.7


def begun(tx: Tx) -> Known:
    """Somebody with two answers."""
    known = load(tx, ANNA, join(tx, ANNA, add(tx, NAME)))
    respondents.save(tx, known, replace(known.dialogue, answers={2: "rather_yes", 3: "no"}), MONDAY)
    return load(tx, ANNA)


def shown(tx: Tx, texts: Texts, known: Known, **more: Any) -> Sequence[Letter]:
    dialogue = replace(known.dialogue, **more)
    view = screens.view(dialogue, Position(Screen.MY_DATA), MONDAY)
    return own_answers.letters(tx, texts, known.contact, dialogue, view)


def test_the_rows_hold_every_round_in_words(texts: Texts) -> None:
    first, second = own_answers.rows(texts, GIVEN, "nl")
    assert (first.wave, first.number, first.answer, first.part) == (1, 2, "Meer ja dan nee", "De mensen die meedoen")
    assert (second.wave, second.answer) == (2, "Weet ik niet")
    assert first.statement == second.statement == texts.word(texts.checklist.items[2].statement, "nl")
    assert own_answers.rows(texts, [], "nl") == []


@pytest.mark.parametrize(
    ("language", "line"), [("nl", "2,5;-0,25;3;'-x;'=1+1;a,b\r\n"), ("en", "2.5,-0.25,3,'-x,'=1+1,\"a,b\"\r\n")]
)
def test_a_number_is_a_number_in_the_spreadsheet_of_a_language(language: str, line: str) -> None:
    """A negative one too, and a text never a formula."""
    assert for_spreadsheet([[2.5, -0.25, 3, "-x", "=1+1", "a,b"]], language) == line
