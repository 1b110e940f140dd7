"""Groups: what is said there is mostly not for us; what is for them goes to the right topic, or somebody is told."""

from typing import Any

import pytest

from bot.command_line.doctor import look
from storage import state
from tests.house import House, agree
from tests.telegram_server import Person, TelegramServer
from tests.variants import variants


async def coordinator_of(house: House, person: Person, name: str = "De Verbinders") -> str:
    """Somebody opens the coordinator's link; the invitation."""
    codes = house.add(name)
    await person.write(f"/start {codes.coordinator}")
    await house.settle()
    return codes.invitation


async def link_for_a_group(house: House, coordinator: Person) -> str:
    """What the page for it says to send in the group, word for word."""
    await coordinator.write("/team")
    await house.settle()
    await coordinator.press("Link voor een lezer of groep")
    await house.settle()
    return next(line for line in coordinator.last.text.splitlines() if line.startswith("/start"))


async def close(house: House, coordinator: Person) -> None:
    await coordinator.write("/close")
    await house.settle()
    await coordinator.press("Ja, sluiten")
    await house.settle()
    await house.caught_up()


async def test_in_a_group_nothing_is_for_us_but_our_own_link(house: House, server: TelegramServer) -> None:
    carla, group = server.person(), server.group()
    await coordinator_of(house, carla)
    line = await link_for_a_group(house, carla)
    code = line.split()[-1]
    for text, more in MEANT_FOR_OTHERS:
        await group.write(carla, text.replace("CODE", code), **more)
    await house.settle()
    assert group.messages == []
    assert line == f"/start@samenspraak_bot {code}"
    unnamed: dict[str, Any] = {"from": UNNAMED, "sender_chat": group.body}  # an administrator who does not show it
    await group.write(carla, line, **unnamed)
    await house.settle()
    assert "Vanaf nu komen de samenvattingen van De Verbinders hier." in group.last.text


OTHER_BOT = {"id": 7, "is_bot": True, "first_name": "Game", "username": "game_bot"}
UNNAMED = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
MEANT_FOR_OTHERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/start@other_bot x", {}),
    ("/start@other_bot CODE", {}),
    ("/start game42", {}),
    ("/start", {}),
    ("/status", {}),
    ("look: CODE", {}),
    ("/start CODE", {"from": OTHER_BOT}),
    ("/start CODE", {"via_bot": OTHER_BOT}),
    ("/start CODE", {"forward_origin": {"type": "user"}, "forward_date": 1}),
    ("/start CODE", {"is_automatic_forward": True, "sender_chat": {"id": -5, "type": "channel"}}),
)


async def test_a_topic_gets_its_own_summaries_and_general_when_it_is_gone(house: House, server: TelegramServer) -> None:
    carla, group = server.person(), server.group()
    await coordinator_of(house, carla)
    await group.write(carla, await link_for_a_group(house, carla), topic=12)
    await house.settle()
    assert (len(group.messages), group.last.topic) == (1, 12)
    await close(house, carla)
    assert (len(group.messages), group.last.topic) == (2, 12)
    group.topics.clear()
    code, _, err = await house.command("wave", "reopen", "1")
    assert code == 0, err
    house.clock.pass_time(minutes=1)
    await close(house, carla)
    assert (len(group.messages), group.last.topic) == (3, 0)


async def test_two_topics_of_one_group_are_two_readers_and_come_back_together(
    house: House, server: TelegramServer
) -> None:
    carla, group = server.person(), server.group()
    await coordinator_of(house, carla)
    for topic in (12, 0):
        await group.write(carla, await link_for_a_group(house, carla), topic=topic)
        await house.settle()
    await group.remove_bot(carla)
    await house.settle()
    assert unreachable(house) == 2
    await group.add_bot(carla)
    group.refusal = None
    await house.settle()
    assert unreachable(house) == 0
    await close(house, carla)
    assert sorted(message.topic for message in group.messages) == [0, 0, 12, 12]


def unreachable(house: House) -> int:
    ((number,),) = house.rows("SELECT count(*) FROM contacts WHERE unreachable_at IS NOT NULL")
    return int(number)


@pytest.mark.parametrize(
    "words",
    variants(
        (
            "not enough rights to send text messages to the chat",
            "TOPIC_CLOSED",
            "CHAT_WRITE_FORBIDDEN",
            "CHAT_RESTRICTED",
        )
    ),
)
async def test_a_group_that_cannot_be_written_to_is_told_and_gets_its_summary_later(
    house: House, server: TelegramServer, words: str
) -> None:
    carla, group = server.person(), server.group()
    await coordinator_of(house, carla)
    await group.write(carla, await link_for_a_group(house, carla), topic=12)
    await house.settle()
    group.forbids[12] = words
    await close(house, carla)
    assert len(group.messages) == 1
    await house.caught_up()
    assert "niet meer naar iedereen sturen" in carla.last.text, "the coordinator is told"
    await house.caught_up()
    assert sum("niet meer naar iedereen sturen" in message.text for message in carla.messages) == 1, "once"
    assert words.lower() in (await doctor_of_letters(house)).lower()
    await carla.press("Team")
    await house.settle()
    assert "We kunnen 1 van hen geen bericht sturen." in carla.last.text
    await carla.press("Stuur hun de samenvatting opnieuw")
    await house.settle()
    await house.caught_up()
    assert len(group.messages) == 1, "still not"
    await group.reopen(carla, 12)
    await carla.write("/team")
    await house.settle()
    assert "niet schrijven" not in carla.last.text, "the topic said that it is open again"


async def test_after_a_look_at_the_rights_the_summary_can_be_had_again(house: House, server: TelegramServer) -> None:
    carla, group = server.person(), server.group()
    await coordinator_of(house, carla)
    group.forbids[0] = "have no rights to send a message"
    await group.write(carla, await link_for_a_group(house, carla))
    await house.settle()
    await close(house, carla)
    assert group.messages == []
    group.forbids.clear()
    await carla.write("/team")
    await house.settle()
    await carla.press("Stuur hun de samenvatting opnieuw")
    await house.settle()
    await house.caught_up()
    assert "De Verbinders" in group.last.text


async def doctor_of_letters(house: House) -> str:
    with house.app.database.transaction() as tx:
        state.write_moment(tx, state.LAST_TICK, house.clock())
    (found,) = (one for one in await look(house.settings, house.clock()) if one.name == "letters")
    assert found.ok is False
    return found.found


async def test_a_refused_edit_becomes_a_new_message(house: House, server: TelegramServer) -> None:
    anna = server.person()
    await agree(house, anna, house.add().invitation)
    before = len(anna.messages)
    server.fail("editMessageText", 400, description="Bad Request: MESSAGE_AUTHOR_REQUIRED")
    await anna.press("Ja")
    await house.settle()
    assert len(anna.messages) == before + 1
    assert "Zin 2 van 26" in anna.last.text
