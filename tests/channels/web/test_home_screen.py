"""The home screen: the manifest of whoever asks for it, and the worker that every page may use."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from storage import partnerships
from tests.channels.web.conftest import Visitors
from tests.house import House, agree
from tests.visitor import Visitor


async def manifest(visitor: Visitor) -> dict[str, Any]:
    async with visitor.session.get("/manifest.webmanifest") as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "application/manifest+json")
        assert answer.headers["Cache-Control"] == "no-store"
        found: dict[str, Any] = await answer.json(content_type=None)
        return found


async def test_it_begins_with_the_link_of_whoever_takes_part(house: House, visitors: Visitors) -> None:
    visitor, stranger = visitors(), visitors()
    await agree(house, visitor, house.add().invitation)
    found = await manifest(visitor)
    assert (found["display"], found["scope"], found["id"]) == ("standalone", "/", "/")
    assert found["start_url"] == f"/mine/{visitor.token}"
    page = await stranger.open(found["start_url"])
    assert "Zin 1 van 26" not in page.text
    assert "Zin 1 van 26" in (await stranger.press("Ja, dit is mijn eigen link")).text


async def test_of_whoever_we_do_not_know_it_begins_at_the_beginning(house: House, visitors: Visitors) -> None:
    visitor = visitors()
    assert (await manifest(visitor))["start_url"] == "/"
    await visitor.open(f"/i/{house.add().invitation}")
    assert (await manifest(visitor))["start_url"] == "/", "they only looked"


async def test_on_a_helpers_device_it_holds_nobodys_link(house: House, visitors: Visitors) -> None:
    house.add()
    with house.app.database.transaction() as tx:
        code = partnerships.helpers_invitation(tx, 1, house.clock())
    tablet = visitors()
    await tablet.open(f"/i/{code}")
    for label in ("Beginnen", "Ja, ik doe mee", "Anders"):
        await tablet.press(label)
    assert (await manifest(tablet))["start_url"] == "/"


async def test_its_picture_is_one_that_a_phone_can_use(house: House, visitors: Visitors) -> None:
    visitor = visitors()
    (picture,) = (await manifest(visitor))["icons"]
    async with visitor.session.get(picture["src"]) as answer:
        assert answer.headers["Content-Type"] == "image/png"
        drawn = Image.open(BytesIO(await answer.read()))
    assert drawn.size == (512, 512)
    assert "transparency" not in drawn.info, "an iPhone makes what one can see through black"


async def test_the_worker_is_at_the_root_and_never_kept(house: House, visitors: Visitors) -> None:
    async with visitors().session.get("/sw.js") as answer:
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert "caches" not in await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy


@pytest.mark.parametrize("path", ["/sw.js", "/manifest.webmanifest"])
async def test_nothing_can_be_sent_there(house: House, visitors: Visitors, path: str) -> None:
    async with visitors().session.post(path) as answer:
        assert answer.status == 405
