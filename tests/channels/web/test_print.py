"""A summary on paper: one sheet with what is told, and nothing of the page around it."""

import base64

import pypdfium2
import pytest

from tests.actors import coordinate
from tests.browser import HOW_TO_GET_IT, Browser, Tab, find_chromium
from tests.channels.web.test_in_chromium import five_answer
from tests.house import House, agree
from tests.visitor import Visitor

pytestmark = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)

A4 = (595, 842)  # points


async def look_as(tab: Tab, house: House, visitor: Visitor) -> None:
    """The same person in a real browser, by their own link."""
    await tab.open(f"{house.page}/mine/{visitor.token}")
    await tab.press(".choice button")
    await tab.until("document.querySelector('.menu')")


async def printed(tab: Tab) -> bytes:
    await tab.run("Promise.all([...document.images].map(one => one.decode()))")
    sheets = await tab.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
    return base64.b64decode(sheets["data"])


@pytest.mark.parametrize("takes_part", [False, True], ids=["coordinates", "takes part too"])
@pytest.mark.fire
async def test_a_printed_summary_is_one_sheet(house: House, browser: Browser, *, takes_part: bool) -> None:
    codes, tab = house.add("De Verbinders in Moerwijk"), await browser.tab(dark=True)
    await five_answer(house, codes)
    async with Visitor(house.page) as fatima:
        if takes_part:
            await agree(house, fatima, codes.invitation)
        await coordinate(fatima, codes.coordinator)
        await fatima.press("Ronde sluiten")
        await fatima.press("Ja, sluiten")
        await look_as(tab, house, fatima)
    await tab.open(f"{house.page}/coordinate/summary/1")
    sheets = pypdfium2.PdfDocument(await printed(tab))
    (page,) = sheets
    assert page.get_size() == pytest.approx(A4, abs=1)
    tells_the_summary_alone(page.get_textpage().get_text_bounded())
    (picture,) = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
    left, bottom, right, top = picture.get_bounds()
    assert 0 < left < right < A4[0]
    assert 0 < bottom < bottom + 200 < top < A4[1], "it is there as a whole, and can be read"
    assert page.render().to_pil().getpixel((5, 5)) == (255, 255, 255), "no ink is spent on the paper"
    sheets.close()


def tells_the_summary_alone(words: str) -> None:
    assert words.startswith("De Verbinders in Moerwijk · ronde 1 · gesloten")
    for told in ("Gemiddelde van alle zinnen: 69", "Om over te praten:", "Zo was het op 2 maart 2026."):
        assert told in words
    for around in ("Samenspraak", "Menu", "Uitnodigen", "Instellingen", "Mijn link", "Ga naar"):
        assert around not in words
