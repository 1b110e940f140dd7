"""Notices: whatever is asked for, and however, the answer is a page of ours in the language of the phone."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.channels.guesses import Guesses
from bot.channels.web import site
from bot.channels.web.labels import WORDS
from bot.channels.web.pages import Pages
from bot.channels.web.requests import MOST_BODY
from bot.turns import look
from tests.channels.web.conftest import Visitors
from tests.channels.web.test_bad_input import wrong
from tests.house import House
from tests.patience import PATIENCE
from tests.visitor import Page, Visitor

PHONES = {
    "nl-NL,nl;q=0.9": "nl", "en-GB": "en", "tr-TR": "tr", "ar": "ar", "hu-HU": "nl", None: "nl",
    "de; q=0.9, en; q=0.8": "en",
}  # fmt: skip
MISSING = ("/nowhere", f"/mine/{'x' * 32}", "/my-data/x.csv", "/keep.png", "/static/x/none.js", "/i.png")


class Phone(Visitor):
    """A browser that asks for languages as a real one does; `spoken` is the one of ours that it should get."""

    def __init__(self, root: str, asked: str | None) -> None:
        super().__init__(root, asked)
        self.spoken = PHONES[asked]


@pytest.fixture(params=PHONES, ids=str)
async def phone(request: pytest.FixtureRequest, house: House) -> AsyncIterator[Phone]:
    async with Phone(house.page, request.param) as visitor:
        yield visitor


async def says(phone: Phone, house: House, word: str, status: int, method: str, path: str, **more: object) -> None:
    async with phone.session.request(method, path, allow_redirects=False, **more) as response:  # type: ignore[arg-type]
        page = Page(await response.text())
        assert (response.status, page.language) == (status, phone.spoken), (method, path)
        assert house.app.texts.word(WORDS[word], phone.spoken) in page.whole + page.alert
        assert "Content-Security-Policy" in response.headers
        assert "Set-Cookie" not in response.headers or status == 403


async def test_there_is_no_page(phone: Phone, house: House) -> None:
    await says(phone, house, "away_done", 200, "GET", "/gone")
    for path in MISSING:
        await says(phone, house, "not_found", 404, "GET", path)
    await says(phone, house, "not_found", 404, "GET", "/metrics", headers={"Via": "a proxy"})


async def test_it_cannot_be_done_there(phone: Phone, house: House) -> None:
    for method, path in (("PUT", "/tap"), ("POST", "/"), ("DELETE", f"/i/{wrong(1)}"), ("PATCH", "/healthz")):
        await says(phone, house, "not_understood", 405, method, path)


async def test_it_is_too_much(phone: Phone, house: House) -> None:
    await says(phone, house, "too_large", 413, "POST", "/tap", data={"say": "x" * (MOST_BODY + 1)})


async def test_it_is_too_often(phone: Phone, house: House) -> None:
    for number in range(Guesses.PER_CLIENT):
        await phone.open(f"/i/{wrong(number)}")
    await says(phone, house, "too_many", 429, "GET", f"/i/{wrong(99)}")


async def test_it_is_our_fault(phone: Phone, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(look, "look")
    await says(phone, house, "broken", 500, "GET", "/")


async def test_the_database_is_away(phone: Phone, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.app.database.transaction() as tx:
        tx.connection.exec_driver_sql("ALTER TABLE contacts RENAME TO elsewhere")
    monkeypatch.setattr(site, "ANSWER_WITHIN", 0.3)
    await says(phone, house, "broken", 503, "GET", "/")


async def test_a_form_without_our_cookie_or_with_one_that_is_not_ours(phone: Phone, house: House) -> None:
    ours = house.cookie
    for cookie in ("", f"{ours}=x", f"{ours}={'x' * 33}; {ours}=é", "=;;=", f"samenspraak={'x' * 32}"):
        phone.session.cookie_jar.clear()
        await says(phone, house, "no_cookie", 403, "POST", "/tap", headers={"Cookie": cookie})


async def test_the_address_of_a_form_that_is_opened_again_leads_back(house: House, visitors: Visitors) -> None:
    anna = visitors("en-GB")
    await anna.open(f"/i/{house.add().invitation}")
    anna.session.cookie_jar.clear()
    await anna.press("Yes, I will take part")
    assert (anna.status, anna.place) == (403, "/tap")
    for path in ("/tap", "/away"):
        await anna.open(path)
        assert (anna.status, anna.place, anna.last.language) == (200, "/", "en")
        async with anna.session.head(path, allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (303, "/")


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 40 + b"\r\n\r\n",  # https where none is spoken
        b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /" + b"x" * 100_000,
        b"POST /tap HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nproof=\r\n",
    ],
    ids=["tls", "header", "no host", "endless", "chunk"],
)
async def test_what_is_no_http_is_answered_by_a_page_too(house: House, said: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(said)
    async with asyncio.timeout(PATIENCE):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"Content-Security-Policy: default-src 'none'" in head
    whole = Page(body.decode()).whole
    assert all(house.app.texts.word(WORDS["not_understood"], language) in whole for language in ("nl", "en"))


async def test_what_is_no_http_behind_an_answer_under_way_is_let_go(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n\x00\x00\r\n\r\n")
    async with asyncio.timeout(PATIENCE):
        found = await reader.read()
    writer.close()
    assert found.startswith(b"HTTP/1.1 200 ")
    assert not [one for one in caplog.records if one.name in ("asyncio", "bot.channels.web.security_headers")]


async def test_when_nothing_can_be_drawn_a_page_is_left(
    house: House, visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Pages, "render")
    anna = visitors()
    await anna.open("/")
    assert anna.status == 500
    assert "er ging bij ons iets mis" in anna.last.whole
    assert "something went wrong" in anna.last.whole
