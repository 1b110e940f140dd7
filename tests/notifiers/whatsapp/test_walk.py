"""Somebody is called in WhatsApp: they send a code, are called, write what they like, and stop."""

import asyncio
import json
import sqlite3
from urllib.parse import urlsplit

import pytest

from bot.delivery.handover import MOST_TRIES
from bot.letters import Envelope, Letter, Postponed
from bot.notifiers.whatsapp import notifier
from bot.notifiers.whatsapp.templates import STOP_HERE, to_create
from bot.texts.direction import CONTROLS
from bot.texts.texts import load
from bot.turns import calling, told
from bot.turns.told import BOUND, NOBODY_READS, STOP
from storage import notification_addresses, partnerships
from storage.partnerships import Codes
from tests.house import House
from tests.notifiers.actors import called, joined
from tests.notifiers.slips.notifier import Street
from tests.notifiers.test_doors import same_bytes
from tests.notifiers.whatsapp.actors import LEAVE, later, leaves, settled, takes_part
from tests.variants import variants
from tests.visitor import Visitor
from tests.whatsapp_server import Person, WhatsAppServer

HERE = "SELECT confirmed_at IS NOT NULL, failed_at IS NOT NULL, stopped_at IS NOT NULL FROM notification_addresses"


async def test_a_code_that_is_sent_calls_them_there_and_works_once(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person
) -> None:
    await takes_part(house, meta, wes, phone)
    assert "Meta sees that we send you a message" in wes.last.whole, "before they press"
    (thanks,) = phone.got
    assert "From now on" not in thanks
    assert "We send you a message here from now on" in thanks
    assert f"{house.page}/door/" in thanks
    page = await wes.open("/messages")
    assert "We send you a message in WhatsApp." in page.whole
    assert "Meta sees" not in page.whole
    assert house.rows(HERE) == [(True, False, False)]
    await later(house, meta, days=2, hours=1)
    assert phone.templates[-1] == ("samenspraak_reminder", "en")
    assert house.rows("SELECT count(*) FROM taken_messages WHERE letter_id IS NOT NULL") == [(0,)], "it arrived"
    await wes.press("WhatsApp: stop", await wes.open("/messages"))
    await wes.press("WhatsApp: delete", await wes.open("/messages"))
    link = await wes.leads_to((await wes.open("/messages")).links[LEAVE])
    stranger = meta.person("NL.2")
    house.clock.pass_time(minutes=21)
    await meta.follows(stranger, link)
    fresh = await leaves(house, meta, wes, phone)
    await meta.follows(stranger, fresh)
    await meta.follows(stranger, same_bytes(fresh))
    await settled(house, meta)
    assert [("does not work any more" in text) for text in stranger.got] == [True] * 3, "too late, used, and used so"
    assert house.rows(HERE) == [(True, False, False)]


@pytest.mark.parametrize(
    "word",
    variants(
        (
            f"توقّف: {'a' * 29}",
            "Stop met sturen.",
            "I\u0307PTAL",
            "*STOP*",
            "توقف",
            "STOP",
            "stop!",
            "DUR",
            "стоп",
            "wypisz",
            "iptal",
        ),
        always=2,
    ),
)
async def test_stop_stops_at_once_in_every_language(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person, word: str
) -> None:
    await takes_part(house, meta, wes, phone)
    house.clock.pass_time(days=2, hours=1)
    await meta.says(phone, word)
    await later(house, meta, minutes=1)
    assert house.rows(HERE) == [(True, False, True)]
    assert "You get no more messages from us here." in phone.got[-1]
    assert not any(name for name, _ in phone.templates)


def test_each_language_says_the_word_that_it_tells_to_write() -> None:
    texts = load()
    for language in texts.languages:
        word = texts.word(STOP["stop"][0], language)
        for said in (STOP_HERE, BOUND.of(link=""), NOBODY_READS.of(link="")):
            assert word in texts.word(said, language), language


async def test_a_link_there_ends_where_it_ends(house: House, meta: WhatsAppServer, phone: Person) -> None:
    """An app may take a sign that nobody sees for a part of it."""
    asked = [json.dumps(one, ensure_ascii=False) for one in to_create(load(), house.page)]
    assert [one for one in asked if CONTROLS.search(one)] == []
    await meta.says(phone, "?")
    await settled(house, meta)
    said = load().say(NOBODY_READS.of(link="https://samen.example.org"), "ar")
    assert CONTROLS.search(said)
    await house.app.callers["whatsapp"].deliver(Envelope("whatsapp", phone.user_id, Letter(said)))
    assert "https://samen.example.org\n" in phone.got[-1]


async def test_who_writes_is_answered_with_the_way_in_and_not_often(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person
) -> None:
    codes: Codes = house.add(language="en")
    anna = meta.person("NL.3")
    for text in (f"Hello {codes.invitation}", "What is this?", "Who are you?", "x" * 5000):
        await meta.says(anna, text)
    await meta.says(anna, "", type="image", image={"id": "1"})
    await settled(house, meta)
    assert len(anna.got) == 2, "one with the way in, and one a day of anything else"
    assert f"{house.page}/i/{codes.invitation}" in anna.got[0]
    assert "Nobody reads" in anna.got[1]
    assert "Niemand leest" in anna.got[1]
    assert house.rows(HERE) == []
    house.clock.pass_time(days=1)
    await meta.says(anna, "Again")
    await settled(house, meta)
    assert len(anna.got) == 3
    await takes_part(house, meta, wes, phone, codes.invitation)
    await meta.says(phone, "Thanks")
    await settled(house, meta)
    assert "/door/" in phone.got[-1]
    assert "Niemand leest" not in phone.got[-1]


async def test_what_is_taken_and_fails_goes_by_another(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person, street: Street
) -> None:
    await takes_part(house, meta, wes, phone)
    await called(house, wes, street)
    phone.is_gone = True
    await later(house, meta, days=2, hours=1)
    await later(house, meta, minutes=1)
    assert len(phone.got) == 1
    assert [slip["kind"] for slip in street.slips("5")] == ["", "reminder"]
    assert house.rows(HERE) == [(True, True, False), (True, False, False)]
    assert "Our messages in WhatsApp do not arrive." in (await wes.open("/messages")).whole
    counted = (await wes.open("/metrics")).html
    assert 'samenspraak_channel_errors_total{channel="whatsapp",how="131026"}' in counted, "Meta said it only later"


async def test_what_fails_before_we_know_that_it_was_taken_is_not_lost(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person, street: Street
) -> None:
    """Meta withholds it: their address is as good as it was, and only this letter goes by another."""
    await takes_part(house, meta, wes, phone)
    await called(house, wes, street)
    meta.refuses, meta.refused_after = 131049, "taken"
    await later(house, meta, days=2, hours=1)
    await later(house, meta, minutes=1)
    assert [slip["kind"] for slip in street.slips("5")] == ["", "reminder"]
    assert house.rows(HERE) == [(True, False, False), (True, False, False)]


async def test_who_answered_meanwhile_is_not_called_again_by_another(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person, street: Street
) -> None:
    await takes_part(house, meta, wes, phone)
    await called(house, wes, street)
    phone.is_gone = meta.is_held = True
    await later(house, meta, days=2, hours=1)
    house.clock.pass_time(minutes=5)
    await wes.open("/")
    await wes.press("Yes")
    await meta.release()
    await later(house, meta, minutes=1)
    assert [slip["kind"] for slip in street.slips("5")] == [""]
    assert house.rows(HERE)[0] == (True, True, False)


async def test_a_template_that_is_not_there_goes_by_another_and_by_none_it_is_told(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person, street: Street
) -> None:
    await takes_part(house, meta, wes, phone)
    meta.templates["samenspraak_reminder", "en"].status = "PAUSED"
    await later(house, meta, days=2, hours=1)
    (refused,) = house.rows("SELECT refused FROM letters WHERE refused IS NOT NULL")
    assert "132015" in refused[0]
    await called(house, wes, street)
    await later(house, meta, days=6)
    assert [slip["kind"] for slip in street.slips("5")] == ["", "reminder"]
    assert len(phone.got) == 1


async def test_another_id_is_the_same_person(house: House, meta: WhatsAppServer, wes: Visitor, phone: Person) -> None:
    """Also where it was heard before that nobody is at the former one any more."""
    await takes_part(house, meta, wes, phone)
    new = meta.person("NL.77")
    meta.people[phone.user_id].is_gone = True
    await later(house, meta, days=2, hours=1)
    assert house.rows(HERE) == [(True, True, False)]
    await meta.bring(meta.renamed(phone, new))
    assert house.rows(HERE) == [(True, False, False)]
    await later(house, meta, days=6)
    assert [name for name, _ in new.templates] == ["samenspraak_reminder"]


async def test_what_fails_where_they_are_called_no_more_says_nothing_of_them(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person, street: Street
) -> None:
    """One wrote STOP and would be tried again; the address of the other is gone, and they are called elsewhere."""
    code, anna = house.add(language="en").invitation, meta.person("NL.3", fails_with=131053)
    await takes_part(house, meta, wes, phone, code)
    await called(house, wes, street)
    async with Visitor(house.page, "en") as other:
        await takes_part(house, meta, other, anna, code)
    phone.is_gone = meta.is_held = True
    await later(house, meta, days=2, hours=1)
    await meta.says(anna, "STOP")
    anna.fails_with = 0
    for press in ("stop", "delete"):
        await wes.press(f"WhatsApp: {press}", await wes.open("/messages"))
    await meta.release()
    await later(house, meta, minutes=10)
    assert not any(name for name, _ in anna.templates)
    assert house.rows("SELECT unreachable_at FROM contacts WHERE unreachable_at IS NOT NULL") == []
    assert [slip["kind"] for slip in street.slips("5")] == ["", "reminder"]


@pytest.mark.fire
async def test_what_is_taken_and_fails_over_and_over_goes_by_another_in_the_end(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person, street: Street
) -> None:
    """Such as while nobody pays: each time is a try."""
    await takes_part(house, meta, wes, phone)
    await called(house, wes, street)
    phone.fails_with = 131042
    await later(house, meta, days=2, hours=1)
    assert house.rows("UPDATE letters SET attempts = :most WHERE key IS NOT NULL RETURNING 1", most=MOST_TRIES - 1)
    await later(house, meta, minutes=6)
    await later(house, meta, minutes=1)
    assert [slip["kind"] for slip in street.slips("5")] == ["", "reminder"]


async def test_a_page_cannot_give_an_id_of_whatsapp(house: House, meta: WhatsAppServer, wes: Visitor) -> None:
    meta.person("NL.3")
    await joined(house, wes)
    form = (await wes.open("/messages")).forms["buttons"]
    await wes.send(form, {**form.fields, "fill": "y:leave:whatsapp", "field.address": "NL.3"})
    assert house.rows(HERE) == []


async def test_above_the_ceiling_another_carries_it(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person, street: Street
) -> None:
    await takes_part(house, meta, wes, phone)
    await house.stop()
    house.environment["WHATSAPP_CEILING"] = "0.11"
    await house.start()
    phone.is_looking = True
    await later(house, meta, days=2, hours=1)
    assert len(phone.got) == 2, "thanks and a reminder, of 0.05 each"
    await called(house, wes, street)
    await later(house, meta, days=6)
    assert len(phone.got) == 2
    assert [slip["kind"] for slip in street.slips("5")] == ["", "reminder"]
    assert house.rows("SELECT category, messages FROM billed_messages ORDER BY 1") == [("service", 1), ("utility", 1)]


async def test_one_telephone_is_called_for_so_many_people_and_the_newest_of_them(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever has an invitation could have us pay for as many reminders as they like to come in."""
    monkeypatch.setattr(calling, "MOST_AT_ONE", 1)
    code = house.add(language="en").invitation
    await takes_part(house, meta, wes, phone, code)
    async with Visitor(house.page, "en") as ans:
        await takes_part(house, meta, ans, phone, code)
        assert "We send you a message in WhatsApp." in (await ans.open("/messages")).whole
    assert "We send you a message in WhatsApp." not in (await wes.open("/messages")).whole
    await later(house, meta, days=2, hours=1)
    assert [name for name, _ in phone.templates if name] == ["samenspraak_reminder"]


async def test_an_answer_leads_to_whoever_left_the_telephone_last(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person
) -> None:
    """Two at one telephone: the first does so once more, where nothing arrived."""
    code = house.add(language="en").invitation
    await takes_part(house, meta, wes, phone, code)
    async with Visitor(house.page, "en") as ans:
        await takes_part(house, meta, ans, phone, code)
    with house.app.database.transaction() as tx:
        for number, _ in notification_addresses.at(tx, "whatsapp", phone.user_id):
            notification_addresses.fail(tx, number, house.clock())
    house.clock.pass_time(minutes=1)
    await leaves(house, meta, wes, phone)
    (door,) = (word for word in phone.got[-1].split() if "/door/" in word)
    await wes.open(urlsplit(door).path)
    assert (wes.status, wes.place) == (200, "/2"), "it is their own"


async def test_however_many_write_so_many_are_answered_in_a_day(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told, "MOST_STRANGERS", 3)
    strangers = [meta.person(f"NL.{number}") for number in range(5)]
    for one in strangers:
        await meta.says(one, "Hello")
    await takes_part(house, meta, wes, phone)
    assert [len(one.got) for one in strangers] == [1, 1, 1, 0, 0]
    assert len(phone.got) == 1, "of whom we know that they are called here"
    house.clock.pass_time(days=1)
    await meta.says(strangers[-1], "Hello")
    await settled(house, meta)
    assert len(strangers[-1].got) == 1


async def test_what_is_written_to_strangers_is_under_the_ceiling_also_before_it_is_billed(
    house: House, meta: WhatsAppServer
) -> None:
    await house.stop()
    house.environment["WHATSAPP_CEILING"] = "0.21"
    await house.start()
    meta.is_held = True
    strangers = [meta.person(f"NL.{number}") for number in range(9)]
    await asyncio.gather(*(meta.says(one, "Hello") for one in strangers))
    await house.settle()
    for one in strangers:
        await meta.says(one, "STOP")
    await settled(house, meta)
    assert sum(len(one.got) for one in strangers) == 2, "of 0.05 each, up to the half of it"
    await meta.release()
    await settled(house, meta)
    assert house.rows("SELECT messages FROM billed_messages") == [(2,)]
    assert house.rows("SELECT count(*) FROM taken_messages") == [(0,)]


async def test_while_the_database_is_away_nothing_is_sent_that_others_may_send_meanwhile(
    house: House, meta: WhatsAppServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.stop()
    house.environment["WHATSAPP_CEILING"] = "1"
    await house.start()
    monkeypatch.setattr(notifier, "WITHIN", 0.05)
    other = sqlite3.connect(house.folder / "data" / "samenspraak.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    letter = Envelope("whatsapp", meta.person("NL.1").user_id, Letter("Hello"))
    assert await house.app.callers["whatsapp"].deliver(letter) == Postponed()
    other.rollback()
    other.close()
    assert meta.asked == []


async def test_on_the_device_of_a_helper_nobody_is_led_to_the_app_of_the_helper(house: House) -> None:
    house.add(language="en")
    with house.app.database.transaction() as tx:
        code = partnerships.helpers_invitation(tx, 1, house.clock())
    async with Visitor(house.page, "en") as tablet:
        await tablet.open(f"/i/{code}")
        for label in ("Start helping", "Yes, I will take part", "Other"):
            await tablet.press(label)
        page = await tablet.open("/messages")
        assert "Your house number" in page.html, "they may leave where they are called"
        assert LEAVE not in page.html
        assert "A message is ready in the app" not in page.html
        assert await tablet.leads_to("/messages/whatsapp") == "/messages"
    async with Visitor(house.page, "en") as stranger:
        assert await stranger.leads_to("/messages/whatsapp") == "/messages", "of whom nothing is kept"
        assert await stranger.leads_to("/messages/slips") == "/messages"
