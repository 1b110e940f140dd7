"""Doors: the link in a message leads its reader in, as often as they want and by a press, and nobody else anywhere."""

from urllib.parse import urlsplit

import pytest
from aiohttp import FormData

from bot.notifiers.tags import DOOR_LASTS, Tags
from storage.engine.sealing import Secrets
from tests.actors import item_on
from tests.house import MONDAY, SECRET, House
from tests.notifiers.actors import called, joined
from tests.notifiers.slips.notifier import Street
from tests.variants import variants
from tests.visitor import Form, Page, Visitor

TAGS = Tags(Secrets(SECRET))
SIGNS = "abcdefghijklmnopqrstuvwxyz234567"
OWN = "Yes, this message is for me"
ASKS = "Is this message for you?"


async def reminded(house: House, visitor: Visitor, street: Street, number: str = "5") -> dict[str, str]:
    """The slip of somebody who takes part, gave one answer, left where to be called, and was silent: the paths of its
    two links."""
    await joined(house, visitor)
    await visitor.press("Yes")
    await called(house, visitor, street, number)
    house.clock.pass_time(days=2, hours=1)
    await house.caught_up()
    slip = street.slips(number)[-1]
    assert slip["kind"] == "reminder"
    return {name: urlsplit(slip[name]).path for name in ("door", "stop")}


def other(house: House, language: str = "en") -> Visitor:
    return Visitor(house.page, language)


async def without_a_tick(visitor: Visitor) -> Page:
    (form,) = (form for name, form in visitor.last.forms.items() if name.startswith("choice"))
    ((_, name, value),) = form.buttons
    return await visitor.send(form, {name: value} if name else {})


async def test_in_ones_own_browser_it_leads_straight_to_where_one_is(
    house: House, wes: Visitor, street: Street
) -> None:
    door = (await reminded(house, wes, street))["door"]
    for _ in range(3):
        await wes.open(door)
        assert (wes.status, wes.place, item_on(wes)) == (200, "/2", 2)


async def test_in_another_browser_it_takes_a_press_each_time(house: House, wes: Visitor, street: Street) -> None:
    door = (await reminded(house, wes, street))["door"]
    for _ in range(3):
        async with other(house) as computer:
            await computer.open(door)
            assert ASKS in computer.last.text
            assert computer.token not in ("", wes.token)
            await without_a_tick(computer)
            assert (computer.status, computer.last.alert) == (403, "First tick the box, and then tap the button.")
            assert computer.token != wes.token
            await computer.press(OWN)
            assert (computer.place, item_on(computer), computer.token) == ("/2", 2, wes.token)


async def test_it_works_for_thirty_days_and_not_after(house: House, wes: Visitor, street: Street) -> None:
    door = (await reminded(house, wes, street))["door"]
    async with other(house) as computer:
        house.clock.pass_time(days=DOOR_LASTS.days)
        await computer.open(door)
        asked = computer.last
        assert ASKS in asked.text
        house.clock.pass_time(days=1)
        for page in (await computer.open(door), await computer.press(OWN, on=asked)):
            assert "This link is too old." in page.text
            assert (computer.status, not page.rows) == (404, True)
        assert computer.token != wes.token


async def test_on_somebody_elses_phone_it_asks_and_they_stay(house: House, wes: Visitor, street: Street) -> None:
    door = (await reminded(house, wes, street))["door"]
    async with other(house) as ans:
        await joined(house, ans, house.add("De Buren", language="en").invitation)
        before = ans.token
        await ans.open(door)
        assert "This link does not belong to the person on this phone." in ans.last.text
        await without_a_tick(ans)
        assert (ans.status, ans.token) == (403, before)
        await ans.press("Stay where I was")
        assert (ans.place, ans.token) == ("/1", before)


@pytest.mark.parametrize("how", ["everything", "address"])
async def test_of_who_erased_it_leads_nowhere(house: House, wes: Visitor, street: Street, how: str) -> None:
    links = await reminded(house, wes, street)
    if how == "everything":
        await wes.open("/delete")
        await wes.press("Yes, delete everything")
    else:
        await wes.open("/messages")
        await wes.press("Slip: stop")
        await wes.press("Slip: delete")
    async with other(house) as computer:
        await computer.open(links["door"])
        assert (computer.status, "Open your own link" in computer.last.text) == (404, True)
        await computer.open(links["stop"])
        await computer.press("No more messages")
        assert (computer.status, "You do not get these messages any more." in computer.last.text) == (200, True)
        await computer.press("Send me messages again")
        assert computer.status == 404, "that would not be true"


async def test_who_stopped_the_messages_still_gets_in(house: House, wes: Visitor, street: Street) -> None:
    links = await reminded(house, wes, street)
    async with other(house) as computer:
        await computer.open(links["stop"])
        await computer.press("No more messages")
        await computer.open(links["door"])
        await computer.press(OWN)
        assert item_on(computer) == 2


async def test_a_tag_that_is_not_ours_leads_nowhere(house: House, wes: Visitor, street: Street) -> None:
    links = await reminded(house, wes, street)
    door, stop = (links[name].rpartition("/")[2] for name in ("door", "stop"))
    at, elsewhere = house.clock(), Tags(Secrets("another secret"))
    wrong = [
        *("", "x", "a" * 26, "7" * 26, f"{door}a", door[:-1], altered(door, 2), altered(door, 12), altered(door, 20)),
        *(stop, TAGS.bounce(1), elsewhere.door(1, at), TAGS.door(99, at), TAGS.named(1)),
    ]
    async with other(house) as computer:
        for tag in wrong:
            page = await computer.open(f"/door/{tag}")
            assert computer.status == 404, tag
            assert not page.forms, tag
            await computer.send(Form(f"/door/{tag}"), {"me": "yes"})
            assert computer.status in (404, 405), tag
        for tag in (door, altered(stop, 2), elsewhere.stop(1), TAGS.bounce(1)):
            await computer.send(Form(f"/stop/{tag}"), {"List-Unsubscribe": "One-Click"})
            assert computer.status == 404, tag
        assert computer.token != wes.token
    assert house.rows("SELECT stopped_at FROM notification_addresses") == [(None,)]


def altered(tag: str, place: int) -> str:
    return f"{tag[:place]}{'b' if tag[place] == 'a' else 'a'}{tag[place + 1 :]}"


def same_bytes(tag: str) -> str:
    """Its last sign has bits to spare."""
    return tag[:-1] + SIGNS[SIGNS.index(tag[-1]) ^ 1]


def test_what_means_the_same_bytes_is_not_the_same_tag() -> None:
    """Nor is one with a sign that is an s in capitals only, of another alphabet."""
    tags = [TAGS.leave(number, MONDAY) for number in range(9)]
    long_s = [tag.replace("s", "ſ") for tag in tags if "s" in tag]
    assert long_s
    assert [TAGS.who_leaves(tag, MONDAY) for tag in tags] == [*range(9)]
    assert not any(TAGS.who_leaves(tag, MONDAY) for tag in (*map(same_bytes, tags), *long_s))
    assert TAGS.to_stop(same_bytes(TAGS.stop(1))) is None


async def test_a_tag_in_capitals_is_the_same(house: House, wes: Visitor, street: Street) -> None:
    links = await reminded(house, wes, street)
    async with other(house) as computer:
        kind, _, tag = links["door"].rpartition("/")
        await computer.open(f"{kind}/{tag.upper()}")
        await computer.press(OWN)
        assert item_on(computer) == 2
        kind, _, tag = links["stop"].rpartition("/")
        await computer.send(Form(f"{kind}/{tag.upper()}"), {})
        assert (computer.status, computer.place) == (200, f"{kind}/{tag.upper()}")
    assert house.rows("SELECT stopped_at FROM notification_addresses") != [(None,)]


async def test_the_own_link_of_nobody_stands_in_a_page_of_a_door(house: House, wes: Visitor, street: Street) -> None:
    links = await reminded(house, wes, street)
    async with other(house) as computer, other(house) as ans:
        await joined(house, ans, house.add("De Buren", language="en").invitation)
        for visitor in (computer, ans):
            for path in links.values():
                async with visitor.session.get(path, allow_redirects=False) as answer:
                    everything = f"{answer.headers} {await answer.text()}"
                    assert wes.token not in everything
                    assert "1 of 26" not in everything
                    assert answer.headers["Cache-Control"] == "no-store"
                    assert answer.headers["Referrer-Policy"] == "no-referrer"
                    assert "noindex" in everything


async def test_to_look_at_its_head_is_to_look(house: House, wes: Visitor, street: Street) -> None:
    links = await reminded(house, wes, street)
    async with other(house) as computer:
        for path in links.values():
            async with computer.session.head(path) as head, computer.session.get(path) as page:
                assert (head.status, page.status, await head.read()) == (200, 200, b"")
        assert computer.token != wes.token
    assert house.rows("SELECT stopped_at FROM notification_addresses") == [(None,)]


async def test_a_door_that_was_passed_stays_behind(house: House, wes: Visitor, street: Street) -> None:
    """A form of a page of another site, or of an hour ago, leads nobody in."""
    door = (await reminded(house, wes, street))["door"]
    async with other(house) as computer, other(house) as ans:
        await computer.open(door)
        await computer.press(OWN, proof="0" * 40)
        assert (computer.status, computer.token != wes.token) == (403, True)
        asked = await ans.open(door)
        ans.session.cookie_jar.clear()
        await ans.press(OWN, on=asked)
        assert (ans.status, ans.token != wes.token) == (403, True)
        assert "does not remember" in ans.last.alert


@pytest.mark.parametrize("parts", [False, True], ids=["in one", "in parts"])
async def test_a_mail_program_stops_it_by_itself(house: House, wes: Visitor, street: Street, parts: bool) -> None:
    """RFC 8058: without a cookie, without a redirect, as often as it likes, and as either kind of form."""
    stop = (await reminded(house, wes, street))["stop"]
    for _ in range(3):
        async with other(house) as program:
            form = FormData({"List-Unsubscribe": "One-Click"}, default_to_multipart=parts)
            answer = await program.session.post(stop, data=form, allow_redirects=False)
            assert answer.status == 200
            assert "You do not get these messages any more." in await answer.text()
        assert house.rows("SELECT count(*) FROM notification_addresses WHERE stopped_at IS NOT NULL") == [(1,)]
        house.clock.pass_time(minutes=5)
    house.clock.pass_time(days=5)
    await house.caught_up()
    assert len(street.slips("5")) == 2, "the code and the first reminder"


BODIES = (b"again=yes", b"a" * 70_000, b"", b"\xff\xfe", b"again", b"me=yes", b"a=1&" * 60)


@pytest.mark.parametrize("body", variants(BODIES, always=2))
async def test_whatever_is_sent_to_stop_has_an_answer(house: House, wes: Visitor, street: Street, body: bytes) -> None:
    stop = (await reminded(house, wes, street))["stop"]
    async with other(house) as program:
        answer = await program.session.post(stop, data=body, allow_redirects=False)
        assert answer.status in (200, 413)
        assert "<h1>" in await answer.text()
    await wes.open("/messages")
    assert "Slip: stop" in wes.last.html or "Slip: send again" in wes.last.html


async def test_who_thinks_better_of_it_undoes_it_there_or_on_their_page(
    house: House, wes: Visitor, street: Street
) -> None:
    stop = (await reminded(house, wes, street))["stop"]
    async with other(house) as computer:
        await computer.open(stop)
        assert "Do you want to stop these messages?" in computer.last.text
        await computer.press("No more messages")
        await without_a_tick(computer)
        assert computer.last.alert == "First tick the box, and then tap the button."
        assert "You do not get these messages any more." in computer.last.text
        await computer.press("Send me messages again")
        assert "You get these messages again." in computer.last.text
        assert house.rows("SELECT stopped_at FROM notification_addresses") == [(None,)]
        await computer.press("No more messages")
    await wes.open("/messages")
    assert "No more slips." in wes.last.text
    await wes.press("Slip: send again")
    house.clock.pass_time(days=5)
    await house.caught_up()
    assert [one["kind"] for one in street.slips("5")] == ["", "reminder", "reminder"]
