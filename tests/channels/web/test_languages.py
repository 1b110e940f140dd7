"""Languages: a folder more is a language that people can choose, named and written as the rest of the world does it."""

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bot.export.dataset import write
from bot.texts.catalogues import check
from bot.texts.direction import direction_of
from bot.texts.texts import Texts, load
from storage.records import records
from tests.browser import HOW_TO_GET_IT, WIDTH, Browser, find_chromium
from tests.channels.web.conftest import Visitors
from tests.export.files import COLUMNS, FORMS, ORIGIN, rows_of
from tests.house import House, Somebody, agree
from tests.patience import PATIENCE
from tests.pseudo_languages import with_languages
from tests.telegram_server import TelegramServer

pytestmark = pytest.mark.long

EVERY = "ar en nl pt_BR"
OTHERS = {"fa": "فارسی", "pt_BR": "Português (Brasil)", "zh_Hant": "中文 (繁體)"}
"""Folders that are none of ours, by how a language calls itself."""
FROM_ARABIC = "⟦Language⟧ / \u2068Language\u2069"
PORTUGUESE, ARABIC, DUTCH, ENGLISH = ("pt-BR", "ltr"), ("ar", "rtl"), ("nl", "ltr"), ("en", "ltr")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    """Ours with Portuguese as in Brazil, Chinese, Persian and Arabic, in words that are English ones between signs."""
    locales = with_languages(tmp_path_factory.mktemp("four"), *OTHERS, "ar")
    assert list(check(locales)) == []
    return load(locales)


@pytest.mark.parametrize(
    ("phone", "parts"),
    [
        ("pt-BR,pt;q=0.9,en;q=0.8", [PORTUGUESE, PORTUGUESE]),
        pytest.param("pt-PT", [PORTUGUESE, PORTUGUESE], marks=pytest.mark.fire),
        pytest.param("ar-MA", [ARABIC, ARABIC], marks=pytest.mark.fire),
        pytest.param("nl-NL", [DUTCH, DUTCH], marks=pytest.mark.fire),
        ("fr", [DUTCH, DUTCH, ENGLISH]),
    ],
)
async def test_a_page_names_its_languages_and_how_they_are_written(
    house: House, visitors: Visitors, phone: str, parts: list[tuple[str, str]]
) -> None:
    anna = visitors(phone)
    assert (await anna.open(f"/i/{house.add(languages=EVERY).invitation}")).parts == parts
    assert (await anna.open("/nowhere")).parts == parts[:2]


async def test_where_languages_are_asked_each_part_is_written_its_own_way(house: House, visitors: Visitors) -> None:
    anna = visitors("fr")
    page = await anna.open(f"/i/{house.add(language='ar').invitation}")
    assert page.parts == [ARABIC, ARABIC, ENGLISH]
    assert [label for row in page.rows for label, _ in row][:3] == ["العربية", "English", "Nederlands"]
    await anna.press("English")
    assert anna.last.parts == [ENGLISH, ENGLISH]
    await anna.press("Language")
    assert anna.last.parts == [ARABIC, ARABIC, ENGLISH]


async def test_a_phone_is_welcomed_in_a_language_that_the_partnership_offers(house: House, visitors: Visitors) -> None:
    """Of all that it speaks, and not in the others that are installed."""
    code = house.add().invitation
    for accepts, parts in (("ar,nl;q=0.5", [DUTCH, DUTCH]), ("ar", [DUTCH, DUTCH, ENGLISH])):
        assert (await visitors(accepts).open(f"/i/{code}")).parts == parts
    assert (await visitors("nl").open(f"/i/{code}/pt_BR")).parts == [DUTCH, DUTCH]
    assert (await visitors("fr").open(f"/i/{code}/ar")).parts == [DUTCH, DUTCH, ENGLISH]
    assert (await visitors("fr").open(f"/i/{house.add('Oost', languages='nl').invitation}")).parts == [DUTCH, DUTCH]


async def test_who_answers_in_a_language_that_is_taken_away_keeps_it(house: House, visitors: Visitors) -> None:
    anna, codes, maria = visitors("ar"), house.add(languages="ar en nl"), visitors("nl")
    await agree(house, anna, codes.invitation, "⟦Yes, I will take part⟧", "⟦Other⟧")
    await maria.open(f"/i/{codes.coordinator}")
    await maria.press("Ja, ga verder")
    await maria.open("/coordinate/settings")
    await maria.fill_in({"Kunnen mensen in deze taal antwoorden? \u2068العربية\u2069": "0"})
    assert house.rows("SELECT languages FROM partnerships") == [("en nl",)]
    await anna.open("/")
    assert anna.last.parts == [ARABIC, ARABIC]
    await anna.press(FROM_ARABIC)
    assert [label for row in anna.last.rows for label, _ in row][:3] == ["English", "Nederlands", "✓ العربية"]
    await anna.press("Nederlands")
    assert anna.last.parts == [DUTCH, DUTCH]
    assert (await visitors("ar").open(f"/i/{codes.invitation}")).parts == [DUTCH, DUTCH, ENGLISH]


async def test_people_can_choose_both(house: House, visitors: Visitors) -> None:
    anna, code = visitors(), house.add(languages=EVERY).invitation
    await anna.open(f"/i/{code}")
    for button, label, parts in (
        ("Taal / Language", "العربية", ARABIC),
        (FROM_ARABIC, "Português (Brasil)", PORTUGUESE),
    ):
        await anna.press(button)
        await anna.press(label)
        assert anna.last.parts == [parts, parts]
    assert anna.place == f"/i/{code}/pt_BR"
    for path in (f"/i/{code}/pt-BR", f"/i/{code}/pt-br/", f"/I/{code}/PT_BR."):
        assert (await anna.open(path)).parts == [PORTUGUESE, PORTUGUESE]
    await anna.press("⟦Yes, I will take part⟧")
    await anna.press("⟦Other⟧")
    await anna.press("⟦Language⟧ / Language")
    await anna.press("العربية")
    assert anna.last.parts == [ARABIC, ARABIC]
    await anna.press("⟦Yes⟧")
    await anna.press(FROM_ARABIC)
    await anna.press("Português (Brasil)")
    assert anna.last.parts == [PORTUGUESE, PORTUGUESE]
    await anna.press("⟦No⟧")
    read = house.rows("SELECT item, language FROM answers ORDER BY item")
    assert read == [(1, "ar"), (2, "pt_BR")]


async def test_a_folder_is_a_language_in_a_chat_on_the_page_and_in_an_export(
    house: House, server: TelegramServer, visitors: Visitors, tmp_path: Path
) -> None:
    """With no code: chosen by its own name, read, kept with each answer, and what an export is written in."""
    code = house.add(languages=f"en nl {' '.join(OTHERS)}").invitation
    for language, name in OTHERS.items():
        on_page = visitors("fr")
        people: tuple[Somebody, ...] = (server.person(language_code="fr"), on_page)
        for person in people:
            await person.write(f"/start {code}")
            await house.settle()
            for label in (name, "⟦Yes, I will take part⟧", "⟦Other⟧", "⟦Yes⟧"):
                await person.press(label)
                await house.settle()
            assert "⟦" in person.last.text
        assert on_page.last.parts == [(language.replace("_", "-"), direction_of(language))] * 2
    assert house.rows("SELECT language, count(*) FROM answers GROUP BY 1 ORDER BY 1") == [(one, 2) for one in OTHERS]
    with house.app.database.transaction() as tx:
        done = [replace(one, completed_on=house.clock().date()) for one in records(tx, 1, 1)]
    named = COLUMNS.index("language")
    for language in OTHERS:
        for form in FORMS:
            paths = write(done, house.app.texts, language, form, tmp_path / language, form, replace(ORIGIN, k=2))
            assert Counter(row[named] for row in rows_of(paths)) == dict.fromkeys(OTHERS, 2)
        assert "⟦Yes⟧" in "".join(path.read_text("utf-8") for path in (tmp_path / language).glob("*.csv"))


@pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)
async def test_a_page_in_arabic_fits_the_screen_and_is_read_aloud(house: House, browser: Browser) -> None:
    tab = await browser.tab("ar")
    await tab.has_voices("ar-SA", "pt-PT", "pt-BR")
    await tab.open(f"{house.page}/i/{house.add(languages=EVERY).invitation}")
    await tab.click("⟦Yes, I will take part⟧")
    await tab.click("⟦Other⟧")
    await tab.until("document.querySelector('.statement')")
    assert await tab.run("document.documentElement.scrollWidth") <= WIDTH
    button, article = (f"document.querySelector('{one}').getBoundingClientRect()" for one in (".menu", "article"))
    assert await tab.run(f"{button}.left - {article}.left < {article}.right - {button}.right")
    await tab.click(FROM_ARABIC)
    await tab.until("location.pathname === '/language'")
    await tab.click("Português (Brasil)")
    await tab.until("document.documentElement.lang === 'pt-BR'")
    assert await tab.run("document.documentElement.dir") == "ltr"
    await tab.click("⟦Read aloud⟧")
    assert {*await tab.run("langs()")} == {"pt-BR"}


async def test_telegram_has_its_menu_in_the_languages_that_it_can_name(house: House, server: TelegramServer) -> None:
    async with asyncio.timeout(PATIENCE):
        while ("default", "") not in server.commands:  # noqa: ASYNC110 - the last that is set
            await asyncio.sleep(0.02)
    assert {language for _, language in server.commands} == {"", "ar", "en", "nl", "pl", "pt", "tr", "uk", "fa", "zh"}
    assert server.commands["default", "pt"][0]["command"] == "start_pt_br"
