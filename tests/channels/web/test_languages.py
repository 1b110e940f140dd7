"""Languages: a folder more is a language that people can choose, named and written as the rest of the world does it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.texts.catalogues import check
from bot.texts.texts import LOCALES, Texts, load
from tests.browser import HOW_TO_GET_IT, WIDTH, Browser, find_chromium
from tests.channels.web.conftest import Visitors
from tests.house import Clock, House
from tests.telegram_server import TelegramServer
from tests.texts.test_texts import make_pseudo_language

pytestmark = pytest.mark.long

PORTUGUESE, ARABIC, DUTCH, ENGLISH = ("pt-BR", "ltr"), ("ar", "rtl"), ("nl", "ltr"), ("en", "ltr")


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    """Ours with Portuguese as in Brazil, and Arabic, in words that are English ones between signs."""
    locales = Path(shutil.copytree(LOCALES, tmp_path_factory.mktemp("four") / "locales"))
    for language in ("pt_BR", "ar"):
        make_pseudo_language(locales, language)
    assert list(check(locales)) == []
    return load(locales)


@pytest.fixture
async def house(
    tmp_path: Path, server: TelegramServer, clock: Clock, four: Texts, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    monkeypatch.setattr("bot.app.load", lambda: four)
    async with House(tmp_path, server, clock) as running:
        yield running


@pytest.mark.parametrize(
    ("phone", "parts"),
    [
        ("pt-BR,pt;q=0.9,en;q=0.8", [PORTUGUESE, PORTUGUESE]),
        ("pt-PT", [PORTUGUESE, PORTUGUESE]),
        ("ar-MA", [ARABIC, ARABIC]),
        ("nl-NL", [DUTCH, DUTCH]),
        ("fr", [DUTCH, DUTCH, ENGLISH]),
    ],
)
async def test_a_page_names_its_languages_and_how_they_are_written(
    house: House, visitors: Visitors, phone: str, parts: list[tuple[str, str]]
) -> None:
    anna = visitors(phone)
    assert (await anna.open(f"/i/{house.add().invitation}")).parts == parts
    assert (await anna.open("/nowhere")).parts == parts[:2]


async def test_each_part_of_a_welcome_is_written_its_own_way(house: House, visitors: Visitors) -> None:
    anna = visitors("fr")
    page = await anna.open(f"/i/{house.add(language='ar').invitation}")
    assert page.parts == [ARABIC, ARABIC, ENGLISH]


async def test_people_can_choose_both(house: House, visitors: Visitors) -> None:
    anna, code = visitors(), house.add().invitation
    await anna.open(f"/i/{code}")
    for label, parts in (("العربية", ARABIC), ("Português (Brasil)", PORTUGUESE)):
        await anna.press(label)
        assert anna.last.parts == [parts, parts]
    assert anna.place == f"/i/{code}/pt_BR"
    for path in (f"/i/{code}/pt-BR", f"/i/{code}/pt-br/", f"/I/{code}/PT_BR."):
        assert (await anna.open(path)).parts == [PORTUGUESE, PORTUGUESE]
    await anna.press("⟦Yes, I will take part⟧")
    await anna.press("⟦Other⟧")
    await anna.press("العربية")
    assert anna.last.parts == [ARABIC, ARABIC]
    await anna.press("⟦Yes⟧")
    await anna.press("Português (Brasil)")
    assert anna.last.parts == [PORTUGUESE, PORTUGUESE]


@pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)
async def test_a_page_in_arabic_fits_the_screen_and_is_read_aloud(house: House, browser: Browser) -> None:
    tab = await browser.tab("ar")
    await tab.has_voices("ar-SA", "pt-PT", "pt-BR")
    await tab.open(f"{house.page}/i/{house.add().invitation}")
    await tab.click("⟦Yes, I will take part⟧")
    await tab.click("⟦Other⟧")
    await tab.until("document.querySelector('.statement')")
    assert await tab.run("document.documentElement.scrollWidth") <= WIDTH
    button, article = (f"document.querySelector('{one}').getBoundingClientRect()" for one in (".menu", "article"))
    assert await tab.run(f"{button}.left - {article}.left < {article}.right - {button}.right")
    await tab.click("Português (Brasil)")
    await tab.until("document.documentElement.lang === 'pt-BR'")
    assert await tab.run("document.documentElement.dir") == "ltr"
    await tab.click("⟦Read aloud⟧")
    assert {*await tab.run("langs()")} == {"pt-BR"}
