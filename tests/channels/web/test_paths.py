"""Addresses: whatever was done to a link on its way, it leads to the clean one, and costs nobody a guess."""

import pytest
from yarl import URL

from bot.channels.guesses import Guesses
from bot.channels.web.paths import meant
from bot.texts.texts import Texts
from tests.channels.web.conftest import Visitors
from tests.channels.web.test_bad_input import wrong
from tests.house import House, agree

UNCLEAN = [
    "/i/CODE.", "/i/CODE,", "/i/CODE;", "/i/CODE)", "/i/CODE%29.", "/i/CODE&fbclid=x", "/i/CODE/", "/i/CODE//",
    "/I/CODE",     "//i/CODE", "///i//CODE", "/CODE", "/i/CODE%20", "/i/%20CODE", "/i/%E2%80%8BCODE", "/i/CODE%00",
    "/i/CODE%3Fx", "/i/CODE_", "/i/<CODE>", "/x?url=https%3A%2F%2Fx.org%2Fi%2FCODE&data=1", "//evil.example/i/CODE",
    "/%2F%2Fevil.example/CODE", "/i/https://evil.example/i/CODE", "/i/CODE/klingon", "/i/CODE%0d%0aX:y", "/i/CODE\\",
]  # fmt: skip
IN_DUTCH = ["/i/CODE/nl/fr", "/i/CODE/nl/", "/i/CODE/nl.", "/I/CODE/NL/", "/i/CODE/nl-BE)", "//i/CODE/nl"]
OWN = [
    "/mine/TOKEN.",
    "/mine/TOKEN/",
    "/mine/TOKEN)",
    "/MINE/TOKEN",
    "//mine/TOKEN",
    "/mine/TOKEN&fbclid=x",
    "/mine/TOKEN_",
]


@pytest.mark.parametrize("asked", UNCLEAN + IN_DUTCH)
async def test_an_unclean_link_leads_to_the_clean_address(house: House, visitors: Visitors, asked: str) -> None:
    code = house.add().invitation
    clean = f"/i/{code}/nl" if asked in IN_DUTCH else f"/i/{code}"
    await leads_to(house, visitors, asked.replace("CODE", code), clean)
    await leads_to(house, visitors, asked.replace("CODE", code.upper()), clean)


@pytest.mark.parametrize("asked", OWN)
async def test_so_does_somebodys_own(house: House, visitors: Visitors, asked: str) -> None:
    anna = visitors()
    await agree(house, anna, house.add().invitation)
    await leads_to(house, visitors, asked.replace("TOKEN", anna.token), f"/mine/{anna.token}")


@pytest.mark.parametrize("kind", ["door", "stop"])
@pytest.mark.parametrize("around", [unclean for unclean in OWN if unclean != "/MINE/TOKEN"])
async def test_so_do_the_links_of_a_message(house: House, visitors: Visitors, kind: str, around: str) -> None:
    asked, tag = around.replace("mine", kind), "abcdefghjkmnpqrstuvwxyz234"  # which has the signs of a code, too
    await leads_to(house, visitors, asked.replace("TOKEN", tag), f"/{kind}/{tag}")
    await leads_to(house, visitors, asked.replace(kind, kind.upper()).replace("TOKEN", tag.upper()), f"/{kind}/{tag}")


async def leads_to(house: House, visitors: Visitors, asked: str, clean: str) -> None:
    address = URL(house.page + asked, encoded=True)
    for method in ("GET", "HEAD"):
        async with visitors().session.request(
            method, address, allow_redirects=False, headers={"Host": "evil.example"}
        ) as response:
            assert (response.status, response.headers["Location"]) == (303, clean)
            assert "Set-Cookie" not in response.headers


async def test_a_clean_address_is_shown_and_what_follows_it_stays_out_of_the_bar(
    house: House, visitors: Visitors
) -> None:
    code = house.add().invitation
    for path in (f"/i/{code}", f"/i/{code}/nl", f"/i/{code}?fbclid=x"):
        async with visitors().session.get(path, allow_redirects=False) as response:
            assert (response.status, response.headers["Content-Location"]) == (200, path.partition("?")[0])


async def test_only_what_is_looked_up_is_a_guess(house: House, visitors: Visitors) -> None:
    anna = visitors()
    for number in range(3 * Guesses.PER_CLIENT):
        async with anna.session.get(f"/i/{wrong(number)}.", allow_redirects=False) as response:
            assert response.status == 303
        for path in (f"/mine/{number}", f"/i/{number}"):
            async with anna.session.get(path) as response:
                assert response.status == 404
    await anna.open(f"/i/{wrong(1)}")
    assert anna.status == 404


def test_where_there_is_no_link_none_is_meant(texts: Texts) -> None:
    for asked in (
        "/nowhere?",
        "/i/?",
        "/i/abc?",
        f"/mine/{'x' * 31}?",
        f"/mine/{'x' * 33}?",
        "/%?%",
        "/i/" + "x" * 9000,
    ):
        assert meant(asked, texts.negotiate) == ""
