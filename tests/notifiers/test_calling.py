"""Being called: somebody on a page leaves where, confirms it, is called by the same rules as in a chat, and stops."""

import pytest
from sqlalchemy import update

from bot.channels.web.site import CodesSent
from bot.delivery.handover import MOST_TRIES as MOST_TRIES_OF_A_LETTER
from bot.notifiers.tags import Tags
from bot.turns.calling import MOST_CODES
from storage import partnerships
from storage.engine.sealing import Secrets
from storage.notification_addresses import MOST_TRIES
from storage.schema import letters
from tests.house import SECRET, House
from tests.notifiers.actors import called, code, joined, leaves
from tests.notifiers.slips.notifier import SlipsNotifier, Street
from tests.variants import variants
from tests.visitor import Visitor


async def test_who_leaves_an_address_confirms_it_by_a_code(house: House, wes: Visitor, street: Street) -> None:
    await joined(house, wes)
    await leaves(house, wes)
    assert "We sent a code to number 5." in wes.last.text
    (slip,) = street.slips("5")
    assert slip["kind"] == ""
    assert slip["about"].endswith(code(street))
    await wes.fill_in({"The code": f" {code(street)[:3]} {code(street)[3:]} "})
    assert "A slip comes to your letterbox." in wes.last.text
    assert "fields" not in wes.last.forms, "there is nothing more to leave"


async def test_who_is_silent_is_reminded_by_the_next_statement(house: House, wes: Visitor, street: Street) -> None:
    await joined(house, wes)
    await called(house, wes, street)
    house.clock.pass_time(days=2, hours=1)
    await house.caught_up()
    await house.caught_up()
    _, slip = street.slips("5")
    assert slip["kind"] == "reminder"
    assert slip["about"] == "You can still take part"
    assert "Statement 1 of 26" in slip["text"]
    assert "Is this true for you?" in slip["text"]
    house.clock.pass_time(days=10)
    await house.caught_up()
    house.clock.pass_time(days=10)
    await house.caught_up()
    assert [one["kind"] for one in street.slips("5")] == ["", "reminder", "reminder"]


async def test_a_wrong_code_and_one_tried_too_often(house: House, wes: Visitor, street: Street) -> None:
    await joined(house, wes)
    await leaves(house, wes)
    right = code(street)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _ in range(MOST_TRIES - 1):
        await wes.fill_in({"The code": wrong})
        assert "This is not the right code" in wes.last.error_at("The code")
    await wes.fill_in({"The code": wrong})
    await wes.fill_in({"The code": right})
    assert "Ask for a new one" in wes.last.error_at("The code")
    await wes.press("Send a new code")
    await house.settle()
    await wes.fill_in({"The code": code(street)})
    assert "A slip comes" in wes.last.text


async def test_a_code_that_is_too_old(house: House, wes: Visitor, street: Street) -> None:
    await joined(house, wes)
    await leaves(house, wes)
    house.clock.pass_time(minutes=21)
    await wes.fill_in({"The code": code(street)})
    assert "Ask for a new one" in wes.last.error_at("The code")


async def test_nobody_is_flooded_with_codes(house: House, wes: Visitor, street: Street) -> None:
    """Whoever asks sees the same, and a new cookie makes no difference; tomorrow they may ask again."""
    partnership = house.add(language="en").invitation
    await joined(house, wes, partnership)
    seen = set()
    for _ in range(MOST_CODES["address"]):
        await leaves(house, wes)
        seen.add(wes.last.text)
        await wes.press("Another address")
    async with Visitor(house.page, "en") as other:
        await joined(house, other, partnership)
        await leaves(house, other)
        seen.add(other.last.text)
    assert len(street.slips("5")) == MOST_CODES["address"]
    assert len(seen) == 1
    house.clock.pass_time(days=1)
    await leaves(house, wes)
    assert len(street.slips("5")) == MOST_CODES["address"] + 1


async def test_who_asks_for_a_code_too_often_can_use_the_last_one(house: House, wes: Visitor, street: Street) -> None:
    await joined(house, wes)
    await leaves(house, wes)
    for _ in range(MOST_CODES["address"]):
        await wes.press("Send a new code")
        await house.settle()
    assert len(street.slips("5")) == MOST_CODES["address"]
    await wes.fill_in({"The code": code(street)})
    assert "A slip comes" in wes.last.text


async def test_nobody_guesses_without_end(house: House, wes: Visitor, street: Street) -> None:
    await joined(house, wes)
    await leaves(house, wes)
    tries = 0
    for _ in range(2 * MOST_CODES["address"]):
        for _ in range(MOST_TRIES):
            await wes.fill_in({"The code": f"{(int(code(street)) + 1) % 10**6:06}"})
            tries += "This is not the right code" in wes.last.error_at("The code")
        await wes.press("Send a new code")
        await house.settle()
    assert tries < MOST_CODES["address"] * MOST_TRIES


async def test_a_code_that_comes_too_late_is_not_sent(house: House, wes: Visitor, street: Street) -> None:
    await joined(house, wes)
    (street.folder / "7").rmdir()
    (street.folder / "7").write_text("full")
    await leaves(house, wes, "7")
    house.clock.pass_time(minutes=21)
    await house.caught_up()
    (street.folder / "7").unlink()
    street.build("7")
    house.clock.pass_time(minutes=1)
    await house.caught_up()
    assert not street.slips("7")
    await wes.press("Send a new code")
    await house.settle()
    await wes.fill_in({"The code": code(street, "7")})
    assert "A slip comes" in wes.last.text


async def test_one_that_did_not_arrive_is_left_again(house: House, wes: Visitor, street: Street) -> None:
    await joined(house, wes)
    await called(house, wes, street)
    (street.folder / "5").rename(street.folder / "away")
    house.clock.pass_time(days=3)
    await house.caught_up()
    (street.folder / "away").rename(street.folder / "5")
    await leaves(house, wes)
    await house.caught_up()
    await wes.fill_in({"The code": code(street)})
    assert "A slip comes" in wes.last.text


async def test_who_thinks_better_of_it_at_the_link_is_reminded(house: House, wes: Visitor, street: Street) -> None:
    await joined(house, wes)
    await called(house, wes, street)
    ((number,),) = house.rows("SELECT id FROM notification_addresses")
    stop = Tags(Secrets(SECRET)).stop(number)
    assert await house.app.stop_notifying(stop)
    house.clock.pass_time(days=2, hours=1)
    await house.caught_up()
    assert await house.app.stop_notifying(stop, again=True)
    await house.caught_up()
    assert [one["kind"] for one in street.slips("5")] == ["", "reminder"]


NO_ADDRESSES = ("5\r\nBcc: 7", "9" * 70_000, "", "x", "0", "5 7", "../7", "5\x00")


@pytest.mark.parametrize("typed", variants(NO_ADDRESSES, always=2))
async def test_what_is_no_address_is_told_beside_the_field(
    house: House, wes: Visitor, street: Street, typed: str
) -> None:
    await joined(house, wes)
    await leaves(house, wes, typed)
    if len(typed) < 60_000:
        assert "Look if it is right" in wes.last.error_at("Your house number")
    assert not [*street.slips("5"), *street.slips("7")]
    assert not house.rows("SELECT * FROM notification_addresses")


async def test_on_a_helper_s_device_the_next_sees_no_address_and_who_waits_for_a_code_is_asked_first(
    house: House, wes: Visitor, street: Street
) -> None:
    house.add(language="en")
    with house.app.database.transaction() as tx:
        helpers = partnerships.helpers_invitation(tx, 1, house.clock())
    await wes.open(f"/i/{helpers}")
    await wes.press("Start helping")
    for label in ("Yes, I will take part", "Other"):
        await wes.press(label)
    page = await wes.open("/messages")
    assert 'autocomplete="email"' not in page.html, "a browser would offer what another typed"
    await leaves(house, wes)
    assert 'data-leads="/still-there"' in wes.last.html
    await wes.fill_in({"The code": code(street)})
    await wes.open("/next")
    await wes.press("Next person")
    assert "number 5" not in wes.last.html
    assert wes.place == f"/i/{helpers}"
    assert "number 5" not in (await wes.open("/messages")).html


async def test_a_letterbox_that_stays_full_is_not_tried_for_ever(house: House, wes: Visitor, street: Street) -> None:
    await joined(house, wes)
    await called(house, wes, street)
    (street.folder / "5").rename(street.folder / "moved")
    (street.folder / "5").write_text("full")
    house.clock.pass_time(days=2, hours=1)
    await house.caught_up()
    with house.app.database.transaction() as tx:
        tx.connection.execute(update(letters).values(attempts=MOST_TRIES_OF_A_LETTER - 1))
    house.clock.pass_time(minutes=1)
    await house.try_again()
    assert house.rows("SELECT refused FROM letters") == [("too many tries",)]


async def test_two_may_share_a_letterbox(house: House, wes: Visitor, street: Street) -> None:
    partnership = house.add(language="en").invitation
    await joined(house, wes, partnership)
    await called(house, wes, street)
    async with Visitor(house.page, "en") as ans:
        await joined(house, ans, partnership)
        await called(house, ans, street)
        await ans.press("Slip: stop")
    house.clock.pass_time(days=3)
    await house.caught_up()
    assert [one["kind"] for one in street.slips("5")] == ["", "", "reminder"], "of the one who did not stop"


async def test_what_was_left_and_not_confirmed_is_gone_after_a_day(house: House, wes: Visitor, street: Street) -> None:
    await joined(house, wes)
    await leaves(house, wes)
    house.clock.pass_time(hours=25)
    await house.caught_up()
    assert not house.rows("SELECT * FROM notification_addresses")
    assert "Your house number" in (await wes.open("/messages")).forms["fields"].labels


async def test_erasing_and_my_data(house: House, wes: Visitor, street: Street) -> None:
    await joined(house, wes)
    await called(house, wes, street)
    assert "Slip: 5" in (await wes.open("/my-data")).text
    await wes.open("/delete")
    await wes.press("Yes, delete everything")
    assert not house.rows("SELECT * FROM notification_addresses")
    house.clock.pass_time(days=5)
    await house.caught_up()
    assert len(street.slips("5")) == 1


async def test_one_that_does_not_arrive_is_told_on_the_page(house: House, wes: Visitor, street: Street) -> None:
    await joined(house, wes)
    await called(house, wes, street)
    (street.folder / "5").rename(street.folder / "moved")
    house.clock.pass_time(days=3)
    await house.caught_up()
    page = await wes.open("/messages")
    assert "Your letterbox was not found." in page.text
    assert not house.rows("SELECT * FROM letters WHERE settled_at IS NULL"), "nothing waits for nobody"
    await wes.fill_in({"Your house number": "7"})
    await house.settle()
    await wes.fill_in({"The code": code(street, "7")})
    assert "A slip comes" in wes.last.text


async def test_from_one_place_so_many_codes_go_out_in_an_hour(house: House, wes: Visitor, street: Street) -> None:
    """However many people somebody says they are: nobody writes to a whole street through us."""
    partnership = house.add(language="en").invitation
    asked = 0
    for _ in range(CodesSent.PER_CLIENT // MOST_CODES["contact"]):
        async with Visitor(house.page, "en") as somebody:
            await joined(house, somebody, partnership)
            for _ in range(MOST_CODES["contact"]):
                asked += 1
                await leaves(house, somebody, str(100 + asked))
                assert somebody.status == 200
    await joined(house, wes, partnership)
    await leaves(house, wes)
    assert (wes.status, "Too many codes" in wes.last.html) == (429, True)
    assert not street.slips("5")


async def test_who_left_nothing_reads_that_nothing_comes_and_not_that_nothing_can(house: House, wes: Visitor) -> None:
    await joined(house, wes)
    page = await wes.open("/reminders")
    assert "You get no messages from us now." in page.text
    assert "We cannot send you a message here." not in page.text
    assert "/messages" in [data for row in page.rows for _, data in row]


async def test_who_could_not_be_called_for_a_while_is_reminded_when_that_is_over(
    house: House, wes: Visitor, street: Street
) -> None:
    """The operator took the setting away, the bot went on without, and it came back."""
    await joined(house, wes)
    await called(house, wes, street)
    house.notifiers = ()
    await house.restart()
    house.clock.pass_time(days=3)
    await house.caught_up()
    house.notifiers = (SlipsNotifier,)
    await house.restart()
    await house.caught_up()
    await house.caught_up()
    assert [one["kind"] for one in street.slips("5")] == ["", "reminder"]
