"""The table on a page: every statement on one, its waves and groups beside each other, to read, print and keep."""

import asyncio
import csv
import io
import re
from itertools import product

import openpyxl
import pypdfium2
import pytest

from bot.texts.texts import load
from storage import agreements, partnerships
from tests.actors import coordinate, fetch
from tests.axe import fetch_axe, violations
from tests.browser import HOW_TO_GET_IT, WIDTH, Browser, find_chromium
from tests.channels.web.conftest import Visitors
from tests.channels.web.test_print import A4, look_as, printed
from tests.data import APPENDIX_A, MOVED, PUBLISHED, PUBLISHED_TOTAL, five_sheets, moved_sheets
from tests.house import House, agree, fill
from tests.rendering.paper import pages
from tests.results.test_comparison import NOW, TOTAL_NOW
from tests.telegram_server import Person, TelegramServer
from tests.variants import variants
from tests.visitor import Visitor

ROWS = (*APPENDIX_A.values(), *PUBLISHED.values(), PUBLISHED_TOTAL)
ROWS_NOW = (*MOVED.values(), *NOW.values(), TOTAL_NOW)
CELL = re.compile(r"(?<=[. ])(\d+) \(n = 5\)")
needs_chromium = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)


class Round:
    """A partnership on the page, whose five people have a chat and answer as in the published table."""

    def __init__(self, house: House, server: TelegramServer) -> None:
        self.house, self.codes = house, house.add("De Verbinders in Moerwijk")
        self.five = [server.person(language_code="nl") for _ in range(5)]

    async def first(self, fatima: Visitor) -> None:
        await coordinate(fatima, self.codes.coordinator)
        for person, sheet in zip(self.five, five_sheets(), strict=True):
            await agree(self.house, person, self.codes.invitation, group="Dit is mijn werk")
            await fill(self.house, person, sheet)
        await self.close(fatima)

    async def second(self, fatima: Visitor) -> None:
        with self.house.app.database.transaction() as tx:
            partnerships.open_wave(tx, 1, self.house.app.texts.wording(), self.house.clock())
        for person, sheet in zip(self.five, moved_sheets(), strict=True):
            await self.comes_back(person)
            await fill(self.house, person, sheet)
        await self.close(fatima)

    async def comes_back(self, person: Person) -> None:
        await person.write(f"/start {self.codes.invitation}")
        await self.house.settle()

    async def close(self, fatima: Visitor) -> None:
        await fatima.open("/coordinate/close")
        await fatima.press("Ja, sluiten")
        await self.house.caught_up()
        await fatima.open("/coordinate/summary")


@pytest.fixture
def asked(house: House, server: TelegramServer) -> Round:
    return Round(house, server)


def column(text: str, number: int = 0) -> list[int]:
    """The scores in one column, from above."""
    rows = [CELL.findall(line) for line in text.splitlines()]
    return [int(row[number]) for row in rows if row]


async def test_all_26_stand_on_one_page_with_their_parts_and_the_total(asked: Round, visitors: Visitors) -> None:
    fatima = visitors()
    await asked.first(fatima)
    await fatima.press("Alle 26 zinnen")
    assert fatima.place == "/coordinate/table/1/1"
    assert tuple(column(fatima.last.text)) == ROWS
    assert not [label for row in fatima.last.rows for label, _ in row if label.startswith("Deel ")]
    for scope, many in (("col", 3), ("row", 33), ("rowgroup", 7)):
        assert fatima.last.html.count(f'scope="{scope}"') == many
    parts = [*load().checklist.parts]
    assert re.findall(r'<tr data-read data-pictogram="(\w+)"><th scope="row(?:group)?"', fatima.last.html) == parts * 2
    asked.house.rows("UPDATE partnerships SET pictograms = false RETURNING id")
    await fatima.open(fatima.place)
    assert "data-pictogram" not in fatima.last.html
    await fatima.press("‹ Terug")
    assert fatima.place == "/coordinate/summary/1/1"


async def test_every_round_has_a_column_and_an_address(asked: Round, visitors: Visitors) -> None:
    fatima = visitors()
    await asked.first(fatima)
    await asked.second(fatima)
    await fatima.press("Alle 26 zinnen")
    assert tuple(column(fatima.last.text)) == ROWS_NOW
    assert tuple(column(fatima.last.text, 1)) == ROWS_NOW, "all of them are of one group"
    assert tuple(column(fatima.last.text, 2)) == ROWS
    await fatima.press("‹ Terug")
    await fatima.press("Alle rondes naast elkaar")
    assert "Het werk: 56 → 68 ▲ (n = 5)" in fatima.last.text
    lines = re.findall(r"^(\d+)\. .* (\d+) → (\d+)", fatima.last.text, re.MULTILINE)
    assert {int(item): (int(then), int(now)) for item, then, now in lines} == {
        item: (APPENDIX_A[item], MOVED[item]) for item in MOVED
    }
    await fatima.press("‹ Terug")
    await fatima.press("Ronde 1")
    assert fatima.place == "/coordinate/summary/1/1"
    assert "ronde 1 · gesloten" in fatima.last.text
    await fatima.press("Alle 26 zinnen")
    assert tuple(column(fatima.last.text)) == ROWS


async def test_an_address_of_a_round_that_is_not_there_says_so(asked: Round, visitors: Visitors) -> None:
    fatima = visitors()
    await coordinate(fatima, asked.codes.coordinator)
    actions = ("summary", "table", "rounds", "views", "file", "report")
    for action, argument in product(actions, ("9", "0", "x", "-1", "1..", "na-fase-1", "9" * 60)):
        await fatima.open(f"/coordinate/{action}/1/{argument}")
        told = "De scores ziet u als de ronde sluit" if argument == "1.." else "Er is geen ronde “"
        assert fatima.status == 200, (action, argument)
        assert told in fatima.last.text, (action, argument)
        assert fatima.last.rows


async def test_the_files_are_links_on_the_page_for_whoever_has_a_seat(asked: Round, visitors: Visitors) -> None:
    fatima, stranger = visitors(), visitors()
    await asked.first(fatima)
    await fatima.press("Alle 26 zinnen")
    await fatima.press("Als bestand")
    places = [fatima.last.links[f"tabel-ronde-1.{ending}"] for ending in ("csv", "xlsx")]
    text, book = [await fetch(fatima, place) for place in places]
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";"))[2:]
    assert tuple(int(row[3]) for row in rows) == ROWS
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    assert tuple(row[3] for row in sheet.iter_rows(min_row=3, values_only=True)) == ROWS
    for place in places:
        async with stranger.session.get(place) as response:
            assert response.content_type == "text/html"
    async with fatima.session.get(places[1].replace("/1/1/", "/1/7/")) as response:
        assert response.status == 404


async def test_whoever_took_part_has_the_same_page_without_groups(asked: Round, visitors: Visitors) -> None:
    fatima, anna = visitors(), visitors()
    await agree(asked.house, anna, asked.codes.invitation)
    await anna.open("/table")
    assert "Zin 1 van 26" in anna.last.whole, "before they are done there is nothing to see"
    await fill(asked.house, anna, dict.fromkeys(APPENDIX_A, "yes"))
    await asked.first(fatima)
    await anna.open("/thanks")
    await anna.press("Alle 26 zinnen")
    assert anna.place == "/table"
    assert anna.last.html.count('scope="row"') == 33
    assert "mensen voor wie dit werk is" not in anna.last.text
    await anna.press("English")
    assert "All scores are from 0 to 100." in anna.last.text
    await anna.press("Result of the whole group")
    assert anna.place == "/result"
    await anna.press("All 26 statements")
    assert anna.place == "/table"


@needs_chromium
@pytest.mark.parametrize("dark", variants((False, True)), ids=["light", "dark"])
async def test_the_table_fits_a_phone_and_keeps_nobody_out(
    asked: Round, browser: Browser, pytestconfig: pytest.Config, dark: bool
) -> None:
    axe, tab = await fetch_axe(pytestconfig.cache.mkdir("axe")), await browser.tab(dark=dark)
    async with Visitor(asked.house.page) as fatima:
        await asked.first(fatima)
        await asked.second(fatima)
        await look_as(tab, asked.house, fatima)
    for action in ("table", "rounds", "views", "file", "summary", "report", "wall"):
        await tab.open(f"{asked.house.page}/coordinate/{action}/1/2")
        await tab.until("document.querySelector('#now')")
        assert await tab.run("document.documentElement.scrollWidth") <= WIDTH, f"{action} scrolls within itself"
        assert await violations(tab, axe) == []
    await tab.open(f"{asked.house.page}/coordinate/table/1/2")
    seen = "Math.round(document.querySelector('tbody td').getBoundingClientRect().right) <= " + str(WIDTH)
    assert await tab.run(seen), "this round is in sight without scrolling"


@needs_chromium
async def test_a_printed_table_has_every_row_and_nothing_of_the_page_around_it(asked: Round, browser: Browser) -> None:
    tab = await browser.tab()
    async with Visitor(asked.house.page) as fatima:
        await asked.first(fatima)
        await look_as(tab, asked.house, fatima)
    await tab.open(f"{asked.house.page}/coordinate/table/1/1")
    sheets = pypdfium2.PdfDocument(await printed(tab))
    assert 1 <= len(sheets) <= 2
    assert sheets[0].get_size() == pytest.approx(A4, abs=1)
    words = "\n".join(page.get_textpage().get_text_bounded() for page in sheets)
    sheets.close()
    found = re.findall(r"(\d+)\s+\(n\s=\s5\)", words)
    assert sorted(map(int, found)) == sorted(ROWS * 2), "everyone, and the one group"
    for around in ("Menu", "Als bestand", "Mijn link", "Ga naar", "‹ Terug"):
        assert around not in words


async def test_the_report_is_a_link_and_a_wall_shows_one_thing_at_a_time(asked: Round, visitors: Visitors) -> None:
    fatima, stranger = visitors(), visitors()
    await asked.first(fatima)
    await fatima.press("Rapport en gespreksblad")
    await fatima.press("Rapport · English")
    report = await fetch(fatima, f"{fatima.place}/report-1-en.pdf")
    assert report.startswith(b"%PDF")
    assert "How well do we work together?" in next(pages(report, scale=0.2)).words
    await stranger.open(f"{fatima.place}/report-1-en.pdf")
    assert stranger.status == 404
    await fatima.press("Laat het zien op een scherm")
    assert 'class="wall"' in fatima.last.html
    shown = [fatima.last.text]
    while "Verder ›" in {label for row in fatima.last.rows for label, _ in row}:
        await fatima.press("Verder ›")
        shown.append(fatima.last.text)
    assert "Het werk: 56" in shown[1]
    assert shown[-1].startswith("Wat we afspreken")
    assert len(set(shown)) == len(shown) > 6
    await fatima.press("‹ Terug")
    assert fatima.last.text == shown[-2]
    await fatima.press("Stoppen")
    assert fatima.place == "/coordinate/report/1/1"


@needs_chromium
async def test_all_that_stands_on_a_wall_is_in_sight_at_once(asked: Round, browser: Browser) -> None:
    tab, longest = await browser.tab(), {"what": "Samen koffie drinken " * 9, "who": "Fatima en de buurvrouw " * 3}
    async with Visitor(asked.house.page) as fatima:
        await asked.first(fatima)
        with asked.house.app.database.transaction() as tx:
            for _ in range(5):
                agreements.add(tx, 1, longest, asked.house.clock().date())
        await asked.second(fatima)
        await look_as(tab, asked.house, fatima)
    await tab.look(width=1366, height=650)  # of a small laptop, in a browser
    for number in range(1, 16):
        await tab.open(f"{asked.house.page}/coordinate/wall/1/2.{number}")
        await tab.until("document.querySelector('#now')")
        assert await tab.run("document.documentElement.scrollHeight <= innerHeight"), await tab.text()


async def test_a_wall_that_is_not_there_shows_one_that_is(asked: Round, visitors: Visitors) -> None:
    fatima = visitors()
    await coordinate(fatima, asked.codes.coordinator)
    for argument in ("1.0", "1.-1", "1.999", "1.x", "1.", "1.1.1", "9.1", "x"):
        await fatima.open(f"/coordinate/wall/1/{argument}")
        assert fatima.status == 200
        told = "Er is geen ronde" if argument[0] in "9x" else "De scores ziet u als de ronde sluit"
        assert told in fatima.last.text, argument


async def test_fifty_reports_at_once_are_all_drawn(asked: Round, visitors: Visitors) -> None:
    fatima = visitors()
    await asked.first(fatima)
    await fatima.press("Rapport en gespreksblad")
    every = [f"{fatima.place}/rapport-1-nl.pdf"] * 50
    reports = await asyncio.gather(*(fetch(fatima, place) for place in every))
    assert len({*reports}) == 1, "the same report is the same bytes"
