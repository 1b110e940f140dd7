"""Short links: typed over from paper in whatever way they lead to the invitation; guessing leads nowhere soon."""

import asyncio
import re
from collections import Counter
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession
from yarl import URL

from bot.channels.guesses import Guesses
from bot.channels.web.paths import meant
from bot.survey import short_codes
from bot.texts.texts import Texts
from storage import partnerships
from tests.axe import fetch_axe, violations
from tests.browser import Browser
from tests.channels.web.conftest import Visitors
from tests.channels.web.test_traces import everything
from tests.house import House, agree

MANY = 10_000


@dataclass(frozen=True)
class Posted:
    """What stands on a poster, and where it leads."""

    code: str
    short: str

    @property
    def written(self) -> str:
        return short_codes.written(self.short)


@pytest.fixture
def posted(house: House) -> Posted:
    code = house.add().invitation
    ((short,),) = house.rows("SELECT short FROM invitations")
    return Posted(code, short)


def wrong(number: int) -> str:
    """A short code that nobody has."""
    digits = f"{number:0>8}".translate(str.maketrans("0123456789", "CDFHJKMNPR"))
    return short_codes.written(digits)


async def looked_up(session: ClientSession, path: str, method: str = "GET") -> tuple[int, str]:
    """The status, and where it leads."""
    async with session.request(method, URL(path, encoded=True), allow_redirects=False) as response:
        return response.status, response.headers.get("Location", "")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_what_stands_on_the_poster_leads_to_the_invitation(
    house: House, visitors: Visitors, posted: Posted, method: str
) -> None:
    session, before = visitors().session, everything(house)
    for typed in (posted.written, posted.written.lower(), posted.short, posted.short.lower()):
        assert await looked_up(session, f"/{typed}", method) == (303, f"/i/{posted.code}")
        assert await looked_up(session, f"/typed?code={typed}", method) == (303, f"/i/{posted.code}")
    assert everything(house) == before
    assert not session.cookie_jar.filter_cookies(URL(house.page)), "nobody is known by typing"


async def test_whatever_fingers_make_of_it_leads_there_too(visitors: Visitors, posted: Posted) -> None:
    visitor, half = visitors(), posted.short[4:]
    for typed in (f"{posted.short[:4]}%20{half}", f"{posted.written}.", f"{posted.short[:4]}--{half}/"):
        assert await looked_up(visitor.session, f"/{typed}") == (303, f"/{posted.written}")
        await visitor.open(f"/{typed}")
        assert (visitor.status, "De Verbinders" in visitor.last.text) == (200, True)
    for pasted in (posted.code, f"https%3A%2F%2Fx.example%2Fi%2F{posted.code}", f"x.example%2F{posted.written}"):
        assert await looked_up(visitor.session, f"/typed?code={pasted}") == (303, f"/i/{posted.code}")


@pytest.mark.parametrize("typed", ["", "CDF", "CDFH-JKM", "1DFH-JKMN", "lDFH-JKMN", "0DFH-JKMN", "ODFH-JKMN", wrong(7)])
async def test_what_is_no_code_gets_the_usual_notice(visitors: Visitors, posted: Posted, typed: str) -> None:
    visitor = visitors()
    await visitor.open(f"/typed?code={typed}")
    assert (visitor.status, "Deze link werkt niet" in visitor.last.text) == (404, True)
    assert await looked_up(visitor.session, f"/{typed or 'CDF'}") == (404, "")


async def test_whom_we_do_not_know_has_one_field_for_it_and_after_a_mistake_again(
    visitors: Visitors, house: House, posted: Posted
) -> None:
    visitor, anna = visitors(), visitors()
    for path in ("/", "/typed?code=CDF", f"/typed?code={wrong(3)}", f"/i/{'c' * 26}"):
        await visitor.open(path)
        (form,) = re.findall(r'<form [^>]*action="/typed">.*?</form>', visitor.last.html, re.DOTALL)
        assert 'method="get"' in form
        assert re.findall(r'<(?:label for|input id)="code"', form) == ['<label for="code"', '<input id="code"']
        assert re.findall(r' name="([a-z]+)"', form) == ["code"]
    await visitor.open(f"/typed?code={posted.written}")
    assert visitor.status == 200
    assert "/typed" not in visitor.last.html
    await agree(house, anna, posted.code)
    await anna.open("/")
    assert "/typed" not in anna.last.html


async def test_a_closed_round_says_so(house: House, visitors: Visitors, posted: Posted) -> None:
    with house.app.database.transaction() as tx:
        partnerships.close_wave(tx, 1, house.clock())
    visitor = visitors()
    await visitor.open(f"/{posted.written}")
    assert visitor.status == 200
    assert visitor.last.text.startswith("U kunt op dit moment niet meedoen met De Verbinders.")


async def test_whoever_guesses_from_one_address_soon_waits_and_shuts_out_nobody_with_a_known_code(
    visitors: Visitors, posted: Posted
) -> None:
    session = visitors().session
    assert await looked_up(session, f"/{posted.written}") == (303, f"/i/{posted.code}")

    async def guess(number: int) -> int:
        return (await looked_up(session, f"/{wrong(number)}"))[0]

    found = Counter(await asyncio.gather(*(guess(number) for number in range(5 * Guesses.PER_CLIENT))))
    assert found == {404: Guesses.PER_CLIENT, 429: 4 * Guesses.PER_CLIENT}
    assert (await looked_up(session, f"/typed?code={wrong(1)}"))[0] == 429
    assert await looked_up(session, f"/{posted.written}") == (303, f"/i/{posted.code}")


def test_ten_thousand_guesses_from_one_address_are_twenty_and_from_many_shut_out_nobody() -> None:
    guesses = Guesses(lambda: 0.0)
    from_one = [guesses.may_try("192.0.2.7", wrong(number)) for number in range(MANY)]
    assert from_one.count(True) == Guesses.PER_CLIENT
    for number in range(MANY):
        assert guesses.may_try(f"10.{number // 256}.{number % 256}.1", wrong(number))
    assert guesses.may_try("192.0.2.8", "a fresh poster")


def test_an_address_of_the_page_is_never_taken_for_a_code(texts: Texts) -> None:
    for asked in (
        "/my-data?",
        "/thanks?",
        "/review?",
        "/settings?",
        "/7?",
        "/static/x/CDFHJKMN?",
        "/x?y=CDFHJKMN",
        "/?",
    ):
        assert meant(asked, texts.negotiate) == ""
    for asked in ("/cdfh jkmn?", "//CDFHJKMN?", "/CDFH-JKMN)?x=y"):
        assert meant(asked, texts.negotiate) == "/CDFH-JKMN"


async def test_it_is_typed_on_the_page_and_axe_finds_nothing_there(
    house: House, browser: Browser, posted: Posted, pytestconfig: pytest.Config
) -> None:
    assert pytestconfig.cache
    tab, axe = await browser.tab(), await fetch_axe(pytestconfig.cache.mkdir("axe"))
    await tab.open(house.page)
    assert await violations(tab, axe) == []
    await tab.run("document.querySelector('#code').focus(), 0")
    await tab.type("cdfh jkmn")
    await tab.click("Openen")
    await tab.sees("Deze link werkt niet")
    await tab.run("document.querySelector('#code').focus(), 0")
    await tab.type(f" {posted.written.lower().replace('-', ' ')} ")
    await tab.click("Openen")
    await tab.sees("De Verbinders")
    assert await tab.run("location.pathname") == f"/i/{posted.code}"
