"""Pictograms on the page: one for the part, a quiet one beside each answer, where the partnership has them."""

import re
from base64 import b64decode
from io import BytesIO

import pytest
from PIL import Image

from bot.channels.web.assets import Assets
from bot.rendering.pictograms import KEYS
from bot.survey.checklist import Checklist
from bot.texts.texts import Texts
from tests.actors import coordinate
from tests.axe import fetch_axe, violations
from tests.browser import HOW_TO_GET_IT, WIDTH, Browser, Tab, find_chromium
from tests.channels.web.conftest import Visitors
from tests.house import House, agree

SETTINGS = "/coordinate/settings/1"
MARK = re.compile(r' data-pictogram="(\w+)"')
LIGHT = 300  # bytes that they may add to a page
in_chromium = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)


async def test_each_statement_has_the_pictogram_of_its_part(
    house: House, visitors: Visitors, checklist: Checklist
) -> None:
    anna, given = visitors(), house.add().invitation
    await agree(house, anna, given)
    for item in checklist.items.values():
        assert MARK.findall(anna.last.html) == [item.dimension]
        await anna.press("Ja")
    assert not MARK.search(anna.last.html), "and the review has none"


async def test_a_coordinator_turns_them_off_and_the_next_look_is_without(house: House, visitors: Visitors) -> None:
    codes, anna, fatima = house.add(), visitors(), visitors()
    await agree(house, anna, codes.invitation)
    with_them = anna.last.html
    await coordinate(fatima, codes.coordinator)
    for choice, has_them in (("0", False), ("1", True)):
        await fatima.open(SETTINGS)
        assert fatima.last.given("Pictogrammen") == str(int(not has_them))
        await fatima.fill_in({"Pictogrammen": choice})
        await anna.open("/1")
        assert bool(MARK.search(anna.last.html)) is has_them
        assert MARK.sub("", anna.last.html).count("button") == with_them.count("button")


async def test_one_partnership_s_choice_is_not_another_s(house: House, visitors: Visitors) -> None:
    with_them, without = visitors(), visitors()
    await agree(house, with_them, house.add().invitation)
    await agree(house, without, house.add("Samen Sterk", pictograms=False).invitation)
    await with_them.open("/1")
    assert MARK.search(with_them.last.html)
    assert not MARK.search(without.last.html)


async def test_they_weigh_little_and_are_fetched_once(house: House, visitors: Visitors) -> None:
    anna = visitors()
    await agree(house, anna, house.add().invitation)
    assert len("".join(one[0] for one in MARK.finditer(anna.last.html))) < LIGHT
    assert "<svg" not in anna.last.html
    (style,) = re.findall(r'href="(/static/\w+/)page.css"', anna.last.html)
    async with anna.session.get(f"{style}pictograms.svg") as response:
        assert response.content_type == "image/svg+xml"
        assert "max-age=31536000" in response.headers["Cache-Control"]
        assert len(await response.read()) < 8_000


def test_the_style_knows_the_place_of_each(checklist: Checklist) -> None:
    style = Assets().own("page.css")[0].decode()
    for at, key in enumerate(KEYS):
        assert f'[data-pictogram={key}], [value$=":{key}"] {{ --at: {at}; }}' in style


@in_chromium
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_each_answer_has_its_own_where_its_words_begin(
    house: House, browser: Browser, texts: Texts, dark: bool, direction: str
) -> None:
    tab = await at_first_statement(house, browser)
    await tab.look(dark=dark)
    await tab.run(f"document.querySelectorAll('[dir]').forEach(one => one.dir = '{direction}')")
    seen = [await beside(tab, f'.answers [value$=":{key}"]', direction) for key in texts.checklist.options]
    assert len({image.tobytes() for image in seen}) == len(seen), "no two are alike"
    drawn = [inked(image) for image in seen[: len(texts.checklist.scale)]]
    assert drawn == sorted(set(drawn)), "from no to yes there is more of it"
    assert inked(await beside(tab, ".statement .progress", direction)) > 0


@in_chromium
async def test_nothing_is_drawn_where_the_partnership_has_none(house: House, browser: Browser, texts: Texts) -> None:
    tab = await at_first_statement(house, browser, pictograms=False)
    for option in texts.checklist.scale:  # the words of the two others begin there
        assert inked(await beside(tab, f'.answers [value$=":{option.key}"]', "ltr")) == 0, option.key


@in_chromium
async def test_a_screen_reader_and_a_voice_hear_the_words_alone(house: House, browser: Browser, texts: Texts) -> None:
    tab = await at_first_statement(house, browser)
    labels = [texts.word(option.label, "nl") for option in texts.checklist.options.values()]
    await tab.call("Accessibility.enable")
    tree = (await tab.call("Accessibility.getFullAXTree"))["nodes"]
    names = [
        one["name"]["value"] for one in tree if one.get("role", {}).get("value") == "button" and not one["ignored"]
    ]
    assert [name for name in names if name in labels] == labels
    images = [one for one in tree if one.get("role", {}).get("value") in ("image", "img") and not one["ignored"]]
    assert images == []
    assert await tab.run("[...document.querySelectorAll('.answer')].map(one => one.textContent.trim())") == labels


@in_chromium
@pytest.mark.parametrize("how", [{}, {"dark": True}, {"text": 2.0}], ids=["light", "dark", "large"])
async def test_axe_finds_nothing_and_nothing_is_wider_than_the_phone(
    house: House, browser: Browser, pytestconfig: pytest.Config, how: dict[str, float]
) -> None:
    assert pytestconfig.cache
    tab = await at_first_statement(house, browser)
    await tab.look(**how)  # type: ignore[arg-type]
    assert await violations(tab, await fetch_axe(pytestconfig.cache.mkdir("axe"))) == []
    for direction in ("ltr", "rtl"):
        await tab.run(f"document.querySelectorAll('[dir]').forEach(one => one.dir = '{direction}')")
        assert await tab.run("document.documentElement.scrollWidth") <= WIDTH


@in_chromium
async def test_forced_colours_keep_them(house: House, browser: Browser, texts: Texts) -> None:
    tab = await at_first_statement(house, browser)
    await tab.call("Emulation.setEmulatedMedia", features=[{"name": "forced-colors", "value": "active"}])
    for key in texts.checklist.options:
        assert inked(await beside(tab, f'.answers [value$=":{key}"]', "ltr")) > 0, key


async def at_first_statement(house: House, browser: Browser, *, pictograms: bool = True) -> Tab:
    tab = await browser.tab()
    await tab.open(f"{house.page}/i/{house.add(pictograms=pictograms).invitation}")
    for label in ("Ja, ik doe mee", "Anders"):
        await tab.click(label)
    await tab.sees("Zin 1 van 26")
    await tab.until("document.getAnimations().every(one => one.playState === 'finished')")
    return tab


async def beside(tab: Tab, selector: str, direction: str) -> Image.Image:
    """What stands inside this element, before its words; as wide as a pictogram."""
    find = f"(() => {{ const {{x, y, width, height}} = document.querySelector('{selector}').getBoundingClientRect();"
    x, y, width, height = await tab.run(f"{find} return [x, y, width, height]; }})()")
    at = x + 6 if direction == "ltr" else x + width - 6 - 26  # within the line around it
    clip = {"x": at, "y": y + 9, "width": 26, "height": min(height, 44) - 18, "scale": 1}
    shot = await tab.call("Page.captureScreenshot", format="png", clip=clip)
    return Image.open(BytesIO(b64decode(shot["data"]))).convert("L")


def inked(image: Image.Image) -> int:
    """How many pixels are not as what they stand on."""
    pixels = image.tobytes()
    return sum(abs(value - pixels[0]) > 60 for value in pixels)
