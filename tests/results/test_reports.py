"""The report: what of a wave is on paper, read back from the file by a reader that did not write it."""

import re
from collections.abc import Iterator
from contextlib import closing
from ctypes import create_string_buffer
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from bot.rendering import drawing
from bot.results.reports import Report, as_said
from bot.survey.agreements import Agreement
from bot.survey.phrases import say as say_in
from bot.survey.scores.scoring import Score
from bot.survey.scores.table import GROUPS, Column, Table
from bot.texts.texts import Texts
from storage import agreements
from tests.actors import coordinator, press, say
from tests.coordination.test_scores import closed
from tests.data import APPENDIX_A, MOVED, PUBLISHED, PUBLISHED_TOTAL
from tests.house import Clock, House, agree, fill
from tests.rendering.paper import NASTY, Page, in_line, pages, touching
from tests.results.test_comparison import NOW, TOTAL_NOW, close, two_waves
from tests.results.test_pictures import shown
from tests.survey.scores.test_summary import summary
from tests.telegram_server import Person, TelegramServer

raw = pypdfium2.raw
NEW_YEAR = date(2026, 1, 1)
SCORES = (*PUBLISHED.values(), PUBLISHED_TOTAL)


def parts(texts: Texts, language: str = "nl") -> list[str]:
    """What the rows under the six parts are called, the total last."""
    total = say_in("Mean of all statements")
    return [texts.word(one, language) for one in (*(part.plain for part in texts.checklist.dimensions), total)]


def files(person: Person) -> dict[str, bytes]:
    """Every file that somebody was sent, by its name."""
    return {message.filename or "": message.document for message in person.messages if message.document}


def tree(pdf: bytes) -> list[str]:
    """The kinds of all marked parts of a file, in their order."""
    found: list[str] = []
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        for page in document:
            root = raw.FPDF_StructTree_GetForPage(page)
            for number in range(raw.FPDF_StructTree_CountChildren(root)):
                found += kinds(raw.FPDF_StructTree_GetChildAtIndex(root, number))
            raw.FPDF_StructTree_Close(root)
            page.close()
    return found


def kinds(part: Any) -> Iterator[str]:
    if not part:
        return
    length = raw.FPDF_StructElement_GetType(part, None, 0)
    name = create_string_buffer(length)
    raw.FPDF_StructElement_GetType(part, name, length)
    yield name.raw.decode("utf-16-le").rstrip("\0")
    for number in range(raw.FPDF_StructElement_CountChildren(part)):
        yield from kinds(raw.FPDF_StructElement_GetChildAtIndex(part, number))


def rows(words: str) -> list[int]:
    """The score of each of the 26, in the order in which they are read."""
    return [int(score) for score in re.findall(r"\. (\d+) 5(?: |$)", words)]


async def test_it_comes_when_a_round_closes_and_holds_all_that_was_published(
    house: House, server: TelegramServer, texts: Texts
) -> None:
    fatima = await closed(house, server)
    report = files(fatima)["rapport-1-nl.pdf"]
    found = [*pages(report, scale=1)]
    assert 3 <= len(found) <= 5
    words = " ".join(page.words for page in found)
    first, table = found[0].words, found[1].words
    assert [int(re.findall(rf"{part} (\d+) 5", first)[0]) for part in parts(texts)] == [*SCORES]
    assert rows(table) == [*APPENDIX_A.values()]
    for said in (
        *("Gevraagd door Buurthuis De Schakel.", "5 mensen zijn begonnen. 5 mensen zijn klaar.", "Gemaakt op"),
        *("0 is overal Nee, 100 is overal Ja.", "5 of meer mensen", "22(6) 954"),
        *("1. Welkom (5 minuten)", "6. Wat kan beter? (15 minuten)", "Wat Wie Wanneer klaar"),
    ):
        assert said in words, said
    assert words.index("Wat opvalt") < words.index("Wat er niet in staat") < words.index("Praat over de uitkomst")


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_it_is_asked_for_in_every_language_with_the_sheet_apart(
    house: House, server: TelegramServer, texts: Texts, language: str
) -> None:
    fatima = await closed(house, server)
    await say(house, fatima, "/rapport")
    names = {"nl": ("Nederlands", "rapport", "gespreksblad"), "en": ("English", "report", "discussion-sheet")}
    spoken, report, sheet = names[language]
    await press(house, fatima, f"Rapport · {spoken}", f"Gespreksblad · {spoken}")
    found = files(fatima)
    whole, apart = (found[f"{name}-1-{language}.pdf"] for name in (report, sheet))
    words = " ".join(page.words for page in pages(whole, scale=0.2))
    for part, score in zip(parts(texts, language), SCORES, strict=True):
        assert f"{part} {score} 5" in words
    assert len([*pages(apart, scale=0.2)]) == 2
    sheet_words = " ".join(page.words for page in pages(apart, scale=0.2))
    assert [step for step in re.findall(r"\d\. [^(]+\(\d+ minu[^)]*\)", sheet_words) if step not in words] == []
    assert len(re.findall(r"\d\. [^(]+\(\d+ minu[^)]*\)", sheet_words)) == 6


async def test_the_second_round_has_the_first_beside_it_and_its_agreements_on_top(
    house: House, server: TelegramServer, clock: Clock, texts: Texts
) -> None:
    fatima = await two_waves(house, server, clock)
    with house.app.database.transaction() as tx:
        agreements.add(tx, 1, {"what": "#panic() een *bankje*", "who": "Fatima & <b>Ali</b>"}, clock().date())
    await say(house, fatima, "/rapport")
    report = files(fatima)["rapport-2-nl.pdf"]
    words = " ".join(page.words for page in pages(report, scale=0.2))
    for part, now, then in zip(parts(texts), (*NOW.values(), TOTAL_NOW), SCORES, strict=True):
        assert f"{part} {now} 5 {then}" in words
    table = [(int(now), int(then)) for now, then in re.findall(r"\. (\d+) 5 (\d+)", words)]
    assert table == [(MOVED[item], APPENDIX_A[item]) for item in APPENDIX_A]
    assert "1. #panic() een *bankje* · Fatima & <b>Ali</b>" in words
    await say(house, fatima, "/rapport 1")
    first = " ".join(page.words for page in pages(files(fatima)["rapport-1-nl.pdf"], scale=0.2))
    assert rows(first) == [*APPENDIX_A.values()]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("agreed", [0, 5])
def test_six_rounds_and_two_groups_stand_beside_each_other(texts: Texts, language: str, agreed: int) -> None:
    people = {item: Score(Fraction(100), 124, fewer=True) for item in APPENDIX_A}
    rounds = tuple(Column(number, people, name="na de zomer van tweeduizendvijfentwintig") for number in range(1, 7))
    groups = tuple(Column(6, people, group=group) for group in GROUPS)
    done = [Agreement(number, 5, number, "Een lamp bij de speeltuin " * 3, "Fatima") for number in range(1, agreed + 1)]
    spread = dict.fromkeys(people, Fraction(1000))
    found = replace(summary(texts.checklist), wave=6, agreed=done, spread=spread)
    report = Report(found, Table(texts.checklist, rounds, groups), (NEW_YEAR, NEW_YEAR), NEW_YEAR)
    paper = [*pages(drawing.pdf("report", as_said(texts, report, language)), scale=1)]
    assert 3 <= len(paper) <= 5
    words = " ".join(page.words for page in paper)
    for part in parts(texts, language):
        assert words.count(f"{part} {' '.join(['100 (<124)'] * 6)}") == 1
    for page in paper:
        assert [pair for pair in touching(page.texts) if not in_line(*pair)] == []


def test_while_a_round_is_open_it_says_of_whom_the_scores_are(texts: Texts) -> None:
    _, table = shown(texts)
    for is_open in (True, False):
        report = Report(summary(texts.checklist, is_open=is_open), table, (NEW_YEAR, NEW_YEAR), NEW_YEAR)
        about = " ".join(as_said(texts, report, "nl")["report"]["about"])
        assert ("Dit zijn de scores van de eerste 12 mensen." in about) == is_open


@pytest.mark.parametrize(
    ("scores", "named"),
    [
        ([100, 90, *range(24)], ["1. … (100)", "2. … (90)", "3. … (0)", "4. … (1)"]),
        ([1, *[9] * 22, *[100] * 3], ["26. … (100)", "25. … (100) 1 more statement has this score.", "1. … (1)"]),
        ([100, *[50] * 25], ["1. … (100)", "2. … (50)", "3. … (50) 23 more statements have this score."]),
    ],
)
def test_what_stands_out_says_how_many_share_its_score(texts: Texts, scores: list[int], named: list[str]) -> None:
    found, (_, table) = summary(texts.checklist, dict(enumerate(scores, 1))), shown(texts)
    said = as_said(texts, Report(found, table, (NEW_YEAR, NEW_YEAR), NEW_YEAR), "en")["report"]["talk"]
    lines = [line for block in said if "scores" in block["heading"] for line in block["lines"]]
    assert [re.sub(r"^(\d+\.) .* \(", r"\1 … (", line) for line in lines] == named


async def test_a_reading_voice_finds_its_way(house: House, server: TelegramServer) -> None:
    found = tree(files(await closed(house, server))["rapport-1-nl.pdf"])
    assert found.count("H1") == 4
    assert found.count("Table") == 3
    assert found.count("TH") == 4 + 5 + 3, "every title of a column"
    assert {"P", "H2", "TR", "TD"} <= set(found)


async def test_without_scores_it_says_why(house: House, server: TelegramServer) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator)
    for argument in ("-", "1", "1.nl", "1.xx.sheet", "1.nl.sheet.x", "1..", "x"):
        await fatima.press_data(f"c:1:report:{argument}", fatima.last)
        await house.settle()
        assert "De scores ziet u als de ronde sluit" in fatima.last.text or "Er is geen ronde" in fatima.last.text
    await close(house, fatima)
    assert files(fatima) == {}


@pytest.mark.parametrize("nasty", NASTY)
def test_it_survives_names_of_every_kind(texts: Texts, nasty: str) -> None:
    name, organisation, _ = (text.encode("utf-8", "ignore").decode()[:80] for text in NASTY[nasty])
    found, table = shown(texts, name, rounds=6)
    found = replace(found, partnership=replace(found.partnership, organisation=organisation))
    report = Report(found, table, (date(2026, 3, 2), date(2026, 4, 24)), date(2026, 4, 24))
    read: list[Page] = [*pages(drawing.pdf("report", as_said(texts, report, "nl")), scale=0.2)]
    assert 3 <= len(read) <= 6
    for page in read:
        assert [pair for pair in touching(page.texts) if not in_line(*pair)] == []
        assert all(one.bounds[0] > 20 and one.bounds[2] < page.size[0] - 20 for one in page.texts)


async def test_the_command_writes_the_same_and_says_what_is_wrong(
    house: House, server: TelegramServer, tmp_path: Path
) -> None:
    await closed(house, server)
    file = tmp_path / "a report.pdf"
    assert await house.command("report", "De Verbinders", str(file)) == (0, f"{file}\n", "")
    assert rows(" ".join(page.words for page in pages(file.read_bytes(), scale=0.2))) == [*APPENDIX_A.values()]
    await house.command("report", "De Verbinders", str(file), "--language", "en", "--sheet", "--wave", "1")
    assert len([*pages(file.read_bytes(), scale=0.2)]) == 2
    before = file.read_bytes()
    house.add("De Nieuwe")
    for arguments, said in {
        ("Nobody", str(file)): "There is no partnership",
        ("De Nieuwe", str(file)): "Why: samenspraak summary 2 --wave 1\n",
        ("De Verbinders", str(file), "--wave", "9"): "has no wave 9",
        ("De Verbinders", str(file), "--language", "xx"): "There is no language",
        ("De Verbinders", str(tmp_path / "not" / "there.pdf")): "cannot be written",
        ("De Verbinders", str(tmp_path)): "cannot be written",
        ("De Verbinders", "/"): "cannot be written",
        ("De Verbinders", "/dev/full/x.pdf"): "cannot be written",
    }.items():
        code, _, complaint = await house.command("report", *arguments)
        assert code == 2
        assert said in complaint, complaint
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


async def test_a_report_of_answers_that_are_all_alike_and_of_a_statement_without_a_score(
    house: House, server: TelegramServer
) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator)
    for _ in range(5):
        person = server.person(language_code="nl")
        await agree(house, person, codes.invitation)
        await fill(house, person, {item: "dont_know" if item == 4 else "rather_yes" for item in APPENDIX_A})
    await close(house, fatima)
    words = " ".join(page.words for page in pages(files(fatima)["rapport-1-nl.pdf"], scale=0.2))
    assert "Alle zinnen hebben dezelfde score." in words
    assert "De hoogste scores" not in words
    assert "Zonder score in dit rapport: zin 4." in words
    assert "4 Iedereen is helemaal tevreden over wat ieder van ons doet voor de samenwerking. –" in words
    assert "Een hoge score:" not in words
