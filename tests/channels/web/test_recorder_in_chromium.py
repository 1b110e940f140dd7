"""The recorder in a real browser, whose microphone hears beeps: by the keyboard, forbidden, and without a script."""

from pathlib import Path

import pytest

from storage import partnerships
from tests.axe import fetch_axe, violations
from tests.browser import HOW_TO_GET_IT, Browser, Tab, find_chromium
from tests.channels.web.test_forms_in_chromium import coordinator, to_field
from tests.channels.web.test_in_chromium import join
from tests.channels.web.test_recordings import OBSERVED, ON_THE_PAGE
from tests.house import House
from tests.recordings.sounding import voice, write_sound

pytestmark = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)

FOCUS = "document.activeElement"
TOLD = "document.querySelector('[data-told]').innerText"
SMALL = """[...document.querySelectorAll('main button, main a, main [type=file], main audio')]
    .filter(one => one.checkVisibility()).map(one => [one.innerText || one.tagName, one.getBoundingClientRect().height])
    .filter(([, height]) => height < 44)"""


async def to_line(tab: Tab, house: House, line: int, name: str = "Fatima") -> None:
    """Somebody agrees, and goes to this line."""
    await tab.open(f"{house.page}/coordinate/recordings/1/nl")
    await to_field(tab, "speaker")
    await tab.type(name)
    await tab.key("Tab")
    await tab.key("Space")
    await tab.key("Tab")
    await tab.key("Enter")
    await tab.until("location.pathname.startsWith('/coordinate/record/') && document.querySelector('[data-told]')")
    await tab.open(f"{house.page}/coordinate/record/1/nl.{line}.1")


IN_SIGHT = "[...document.querySelectorAll('.within-reach *')].filter(one => one.checkVisibility())"
STREAMS = """const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices); window.streams = [];
    navigator.mediaDevices.getUserMedia = async what => { streams.push(await ask(what)); return streams.at(-1); };"""
HEARING = "streams.flatMap(one => one.getTracks()).filter(one => one.readyState === 'live').length"


async def is_within_reach(tab: Tab, house: House) -> None:
    """Below a line that is longer than the screen too; and two taps in a row are one recording."""
    await tab.look(height=560)
    await tab.call("Page.addScriptToEvaluateOnNewDocument", source=STREAMS)
    await tab.open(f"{house.page}/coordinate/record/1/nl.32.1")
    await tab.until("document.querySelector('[data-record]').checkVisibility()")
    assert await tab.run("document.querySelector('.to-read').getBoundingClientRect().bottom > innerHeight")
    await tab.run("document.querySelector('[data-record]').click(); document.querySelector('[data-record]').click(); 0")
    await tab.until(f"{FOCUS}.dataset.stop !== undefined && {HEARING}")
    assert len(await tab.in_sight(IN_SIGHT)) == await tab.run(f"{IN_SIGHT}.length")
    await tab.run("document.querySelector('.recorder').closest('form').requestSubmit(); 0")
    await tab.until(f"{FOCUS}.dataset.listen !== undefined")
    assert await tab.run(HEARING) == 0, "nothing goes on hearing"
    assert "/nl.32.1" in await tab.run("location.pathname"), "nobody listened to it yet"
    await tab.look()


async def record(tab: Tab) -> None:
    """Some beeps, by the keyboard."""
    await tab.until("document.querySelector('[data-record]').checkVisibility()")
    await tab.run("document.querySelector('[data-record]').focus(); 0")
    await tab.key("Enter")
    await tab.until(f"{FOCUS}.dataset.stop !== undefined")
    await tab.until("document.querySelector('[data-seconds]').innerText.startsWith('1')")
    await tab.key("Enter")
    await tab.until(f"{FOCUS}.dataset.listen !== undefined")


@pytest.mark.fire
async def test_a_line_is_recorded_by_the_keyboard_and_a_respondent_hears_it(
    house: House, browser: Browser, pytestconfig: pytest.Config
) -> None:
    axe = await fetch_axe(pytestconfig.cache.mkdir("axe"))
    tab = await coordinator(browser, house)
    await tab.microphone(house.page, allowed=True)
    await tab.call("Page.addScriptToEvaluateOnNewDocument", source=OBSERVED)
    await to_line(tab, house, 1)
    await is_well_made(tab, axe)
    await record(tab)
    assert await tab.run(TOLD) == "Luister eerst. Is het goed? Bewaar het dan."
    await tab.key("Enter")
    await tab.until("ended.length === 1")
    await tab.click("Bewaren, en naar de volgende regel")
    await tab.sees("Regel 1 is bewaard.")
    assert await tab.run("location.pathname") == "/coordinate/record/1/nl.2.1.1"
    await tab.click("Regel 1 opnieuw")
    await tab.until("document.querySelector('.recorder audio')")
    await tab.click("‹ Terug")
    await tab.until("location.pathname.startsWith('/coordinate/recordings') && document.readyState === 'complete'")
    await tab.sees("1 van de 32 regels zijn opgenomen.")
    assert await violations(tab, axe) == []
    await tab.open(f"{house.page}/coordinate/record/1/nl.27.1")
    await record(tab)
    await tab.click("Bewaren, en naar de volgende regel")
    await tab.sees("2 van de 32 regels zijn opgenomen.")
    await is_within_reach(tab, house)
    await is_heard(browser, house)


async def is_well_made(tab: Tab, axe: str) -> None:
    assert await tab.run(SMALL) == []
    for dark in (False, True):
        await tab.look(dark=dark)
        assert await violations(tab, axe) == []


async def is_heard(browser: Browser, house: House) -> None:
    """By a respondent, to the end."""
    hearing = await browser.tab("nl")
    await hearing.has_voices()
    await hearing.call("Page.addScriptToEvaluateOnNewDocument", source=OBSERVED)
    with house.app.database.transaction() as tx:
        code = partnerships.invitation_of(tx, 1)
    await join(hearing, house, code)
    await hearing.click("Voorlezen")
    await hearing.until("ended.length === 2")
    assert await hearing.run("ended") == [[place, True] for place in await hearing.run(ON_THE_PAGE)]


async def test_who_cannot_record_is_told_what_to_do_and_can_choose_a_file(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    line = write_sound(tmp_path / "line.m4a", voice(1))
    tab = await coordinator(browser, house)
    await tab.microphone(house.page, allowed=False)
    await to_line(tab, house, 2)
    await tab.click("Bewaren, en naar de volgende regel")
    assert await tab.run(TOLD) == "Neem eerst de regel op, of kies een bestand."
    await tab.press("[data-record]")
    await tab.until(f"{TOLD}.startsWith('De microfoon mag hier niet gebruikt worden.')")
    await tab.takes("#field-sound", write_sound(tmp_path / "quiet.wav", voice(1, 0)))
    await tab.connection(lost=True)
    await tab.click("Bewaren, en naar de volgende regel")
    await tab.until(f"{TOLD}.startsWith('Geen verbinding.')")
    await tab.connection(lost=False)
    await tab.click("Bewaren, en naar de volgende regel")
    await tab.until(f"{TOLD}.startsWith('We horen niemand.')")
    await tab.takes("#field-sound", line)
    await tab.click("Bewaren, en naar de volgende regel")
    await tab.sees("Regel 2 is bewaard.")
    await without_a_recorder(tab, house, line)


async def without_a_recorder(tab: Tab, house: House, line: Path) -> None:
    """Nor, at last, a script."""
    await tab.call("Page.addScriptToEvaluateOnNewDocument", source="delete window.MediaRecorder;")
    await tab.reload()
    await tab.until(f"{TOLD}.startsWith('Deze browser kan niet opnemen.')")
    await tab.call("Emulation.setScriptExecutionDisabled", value=True)
    await tab.open(f"{house.page}/coordinate/record/1/nl.3.1")
    assert (await tab.run(TOLD)).startswith("Om hier op te nemen heeft deze pagina JavaScript nodig.")
    await tab.takes("#field-sound", line)
    await tab.click("Bewaren, en naar de volgende regel")
    await tab.sees("Regel 3 is bewaard.")
