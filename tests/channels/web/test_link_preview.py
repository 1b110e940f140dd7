"""Link previews: what a messenger makes of a link that is sent on, and that its look leaves nothing."""

import re
from html import unescape

import pytest

from bot.channels.guesses import Guesses
from bot.channels.web.security_headers import POLICY
from storage import partnerships
from tests.channels.web.conftest import Visitors
from tests.channels.web.test_bad_input import wrong
from tests.channels.web.test_traces import everything
from tests.house import MONDAY, House, agree

NASTY = 'Wijk "<b>" & <script>alert(1)</script>'


def told(html: str) -> dict[str, str]:
    found = re.findall(r'<meta property="og:([a-z_:]+)" content="([^"]*)">', html)
    return {name: unescape(content) for name, content in found}


@pytest.mark.parametrize("name", ["De Verbinders in Moerwijk", NASTY, "x" * 80, "שכונה טובה"])
async def test_a_link_has_a_title_a_sentence_and_a_picture(house: House, visitors: Visitors, name: str) -> None:
    code, robot = house.add(name).invitation, visitors(None)
    await robot.open(f"/i/{code}")
    assert told(robot.last.html) == {
        "site_name": "Samenspraak",
        "title": name,
        "description": "Vertel ons hoe goed we samenwerken, in 26 zinnen.",
        "image": f"{house.page}/i/{code}/picture.png",
    }
    await robot.open(f"/i/{code}/en")
    assert told(robot.last.html)["description"] == "Tell us how well we work together, in 26 statements."
    async with robot.session.get(f"/i/{code}/picture.png") as response:
        assert (response.status, response.content_type) == (200, "image/png")
        assert response.headers["Cache-Control"] == "public, max-age=86400"
        assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert response.headers["Content-Security-Policy"] == POLICY
        assert "Set-Cookie" not in response.headers
        assert len(await response.read()) < 100_000


async def test_the_look_of_a_messenger_changes_nothing(house: House, visitors: Visitors) -> None:
    codes, anna = house.add(), visitors()
    await agree(house, anna, codes.invitation)
    before = everything(house)
    for agent in ("WhatsApp/2", "facebookexternalhit/1.1", "TelegramBot (like TwitterBot)"):
        robot = visitors(None, **{"User-Agent": agent})
        for method in ("HEAD", "GET"):
            for path in (f"/i/{codes.invitation}", f"/i/{codes.invitation}/picture.png"):
                async with robot.session.request(method, path) as response:
                    assert response.status == 200
    assert everything(house) == before


async def test_it_is_the_same_whoever_answered_and_when_the_round_is_closed(house: House, visitors: Visitors) -> None:
    code, robot, anna = house.add().invitation, visitors(None), visitors()

    async def seen() -> tuple[dict[str, str], bytes]:
        await robot.open(f"/i/{code}")
        async with robot.session.get(f"/i/{code}/picture.png") as response:
            return told(robot.last.html), await response.read()

    before = await seen()
    await agree(house, anna, code)
    assert await seen() == before
    with house.app.database.transaction() as tx:
        partnerships.close_wave(tx, 1, house.clock())
        partnerships.change(tx, 1, MONDAY, contact="Ali: 06 87 65 43 21")
    assert await seen() == before
    with house.app.database.transaction() as tx:
        partnerships.change(tx, 1, MONDAY, organisation="Buurthuis De Brug")
    assert (await seen())[1] != before[1], "what stands on it is what is known now"


async def test_no_other_page_has_one(house: House, visitors: Visitors) -> None:
    codes, anna = house.add(), visitors()
    for path in ("/", f"/i/{codes.coordinator}", f"/i/{wrong(1)}", "/nowhere"):
        await anna.open(path)
        assert told(anna.last.html) == {}
    for code in (codes.coordinator, wrong(2)):
        async with anna.session.get(f"/i/{code}/picture.png") as response:
            assert response.status == 404


async def test_a_guess_at_a_picture_is_a_guess(visitors: Visitors) -> None:
    anna = visitors()
    for number in range(Guesses.PER_CLIENT):
        async with anna.session.get(f"/i/{wrong(number)}/picture.png") as response:
            assert response.status == 404
    await anna.open(f"/i/{wrong(99)}")
    assert anna.status == 429
