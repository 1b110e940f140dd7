"""The contract of a channel: what each of them does, whatever it is. A new one is done when these are green."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels import CHANNELS
from bot.channels.listed import Kind
from bot.channels.port import Channel
from bot.letters import Attachment, Delivered, Envelope, Letter, Moved, Postponed, Refused, Unreachable
from bot.runtime.settings import VARIABLES
from bot.survey.conversation import screens
from bot.survey.conversation.buttons import Position, Screen
from bot.survey.conversation.dialogue import Dialogue
from bot.texts.texts import Texts
from tests.actors import LABELS, item_on
from tests.channels.far_sides import FAR_SIDES, FarSide
from tests.house import MONDAY, SECRET, Clock, House, Somebody, environment_for, partnership, read
from tests.telegram_server import TelegramServer

LETTERS = (
    Letter("<b>Bold</b> and 1 &lt; 2 &amp; so on\n\nanother paragraph"),
    Letter("Buttons", rows=((("One", "resume:1"), ("Two", "resume:2")), (("Three", "resume:3"),))),
    Letter("A text of many words. " * 150),
    Letter("In the place of one that is gone", replaces=123),
    Letter("A file", attachment=Attachment("file", "answers.csv", "a;b\n1;2\n")),
)


@pytest.fixture(params=FAR_SIDES)
async def far(request: pytest.FixtureRequest, server: TelegramServer) -> AsyncIterator[FarSide]:
    async with FAR_SIDES[request.param](server) as side:
        yield side


@pytest.fixture
async def house(tmp_path: Path, server: TelegramServer, clock: Clock, far: FarSide) -> AsyncIterator[House]:
    """A house with all channels there are, and this one set up."""
    made = House(tmp_path, server, clock, **far.environment)
    made.channels = every_with(far)
    async with made as running:
        yield running


def every_with(far: FarSide) -> tuple[Kind[Channel], ...]:
    return tuple(dict.fromkeys((*CHANNELS, far.channel)))


def channel_of(house: House, far: FarSide) -> Channel:
    return house.app.channels[far.channel.traits.name]


async def newcomer(house: House, far: FarSide) -> Somebody:
    """Somebody who reads the welcome, because they came in by the channel's own entrance."""
    entrance = channel_of(house, far).entrance
    assert entrance
    person = await far.comes_in_by(house, entrance.link(house.add().invitation))
    await house.settle()
    return person


async def respondent(house: House, far: FarSide) -> Somebody:
    """Somebody with the first statement in front of them."""
    person = await newcomer(house, far)
    for label in ("Yes, I will take part", "Other"):
        await press(house, person, label)
    return person


async def press(house: House, person: Somebody, *labels: str) -> None:
    for label in labels:
        await person.press(label)
        await house.settle()


async def say(house: House, person: Somebody, text: str) -> None:
    await person.write(text)
    await house.settle()


# What it says of itself


def test_its_name_and_its_settings_are_its_own(far: FarSide) -> None:
    others = [one for one in every_with(far) if one is not far.channel]
    assert far.channel.traits.name not in {one.traits.name for one in others}
    assert 0 < len(far.channel.traits.name) <= 20
    assert not far.channel.variables.keys() & {*VARIABLES, *(name for one in others for name in one.variables)}


def test_with_nothing_set_it_fits_and_makes_nothing(far: FarSide, tmp_path: Path) -> None:
    settings = read({}, tmp_path, every_with(far))
    assert all(known.check(known.default) for known in far.channel.variables.values() if known.default)
    far.channel.built(settings)
    assert not [*tmp_path.iterdir()]


def test_every_screen_fits_in_a_message(far: FarSide, texts: Texts) -> None:
    asked_by = partnership("N" * 100, organisation="O" * 100, contact="C" * 200)
    every = dict.fromkeys(texts.checklist.items, "yes")
    begun = Dialogue(
        texts.checklist, texts.languages, "en", replace(asked_by, id=1), 10**9, group="other", answers=every
    )
    done = replace(begun, completed_at=MONDAY)
    for dialogue in (begun, done, replace(done, wave_open=False)):
        parts = (Position(Screen.MY_DATA, part) for part in range(texts.checklist.part_of(26) + 1))
        for position in (*(Position(screen, 1) for screen in screens.SCREENS), *parts):
            for language in texts.languages:
                shown = texts.render(screens.view(dialogue, position, MONDAY), language)
                assert len(shown) <= far.channel.traits.most_text, (position, language)


async def test_what_it_finds_has_the_names_that_it_tells(house: House, far: FarSide) -> None:
    found = await channel_of(house, far).examine(MONDAY)
    assert [one.name for one in found] == [*far.channel.examined]
    assert all(one.ok for one in found), found


# Letters


async def test_it_delivers_every_kind_of_letter(house: House, far: FarSide) -> None:
    if not far.channel.traits.reaches_out:
        pytest.skip("nothing is sent there")
    person = await respondent(house, far)
    for letter in LETTERS:
        assert await channel_of(house, far).deliver(envelope(far, address_of(house, far), letter)) == Delivered()
        await house.settle()
        said = " ".join((await far.read(person)).split())
        first = " ".join(letter.text.split())[:40].replace("<b>", "").replace("</b>", "")
        assert first.replace("&lt;", "<").replace("&amp;", "&") in said
        labels = [label for row in person.last.rows for label, _ in row]
        assert {label for row in letter.rows for label, _ in row} <= set(labels)


def envelope(far: FarSide, address: str, letter: Letter) -> Envelope:
    return Envelope(far.channel.traits.name, address, letter)


def address_of(house: House, far: FarSide) -> str:
    """That of the only person in this channel; what it is, only the channel knows."""
    with house.app.database.transaction() as tx:
        found = tx.connection.exec_driver_sql("SELECT channel, address_sealed FROM contacts").all()
        ((channel, sealed),) = [row for row in found if row[0] == far.channel.traits.name]
        return tx.seal.open(channel, sealed)


async def test_to_nobody_it_gives_a_receipt(house: House, far: FarSide) -> None:
    receipt = await channel_of(house, far).deliver(envelope(far, far.nobody, LETTERS[1]))
    assert isinstance(receipt, Delivered | Postponed | Unreachable | Refused | Moved)
    assert far.channel.traits.reaches_out is isinstance(receipt, Unreachable)


# Opening and closing


async def test_it_may_be_closed_whatever_came_before(far: FarSide, tmp_path: Path) -> None:
    given = {"SAMENSPRAAK_SECRET": SECRET, **far.environment}
    built = far.channel.built(read(given, tmp_path, every_with(far)))
    assert built
    await built.close()
    await built.close()


async def test_the_house_waits_for_it_and_stops_with_it(house: House, far: FarSide) -> None:
    await respondent(house, far)
    for _ in range(2):  # it gives back what it took, so it can open again
        await house.restart()
    assert far.channel.traits.name not in house.app._behind


async def test_without_it_the_others_go_on(house: House, far: FarSide, tmp_path: Path) -> None:
    """Its people keep their place until it is set up again."""
    await respondent(house, far)
    await house.stop()
    house.environment.update(dict.fromkeys(far.environment, ""))
    await house.start()
    house.clock.pass_time(days=3)
    await house.caught_up()
    await house.stop()
    house.environment.update({**environment_for(tmp_path, house.server), **far.environment})
    await house.start()
    assert house.rows("SELECT count(*) FROM responses") == [(1,)]


# People


async def test_a_wrong_code_is_told(house: House, far: FarSide) -> None:
    entrance = channel_of(house, far).entrance
    assert entrance
    person = await far.comes_in_by(house, entrance.link("zzzzzzzzzzzzzzzzzzzzzzzzzz"))
    await house.settle()
    assert re.search("This link does not work|Deze link werkt niet", person.last.text)


async def test_nothing_is_kept_before_somebody_agrees(house: House, far: FarSide) -> None:
    await newcomer(house, far)
    assert house.rows("SELECT count(*) FROM contacts") == [(0,)]


async def test_somebody_walks_pauses_is_reminded_changes_language_and_erases(house: House, far: FarSide) -> None:
    person = await respondent(house, far)
    await press(house, person, *["Yes"] * 5, "Pause")
    if far.channel.traits.reaches_out:
        await press(house, person, "In a week")
        house.clock.pass_time(days=7)
        await house.caught_up()
    else:
        await say(house, person, "/continue")
    await far.read(person)
    assert item_on(person) == 6
    await press(house, person, "Nederlands")
    assert item_on(person) == 6
    await press(house, person, LABELS["nl"]["no"], "‹ Terug", LABELS["nl"]["middle"])
    await house.restart()
    if far.channel.traits.reaches_out:
        await say(house, person, "wat moet ik doen?")
    assert item_on(person) == 7
    await press(house, person, *[LABELS["nl"]["rather_yes"]] * 20, "Klaar")
    assert "Dank u wel!" in person.last.text
    given = house.rows("SELECT option, count(*) FROM answers GROUP BY option ORDER BY option")
    assert given == [("middle", 1), ("rather_yes", 20), ("yes", 5)]
    await say(house, person, "/wissen")
    await press(house, person, "Ja, alles verwijderen")
    assert "Alles is verwijderd." in person.last.text
    for table in ("contacts", "respondents", "responses", "answers"):
        assert house.rows(f"SELECT count(*) FROM {table}") == [(0,)]


async def test_who_is_silent_is_reminded_where_it_can_ring(house: House, far: FarSide) -> None:
    person = await respondent(house, far)
    before = person.last
    house.clock.pass_time(days=2, hours=1)
    await house.caught_up()
    is_reminded = bool(house.rows("SELECT 1 FROM letters WHERE key LIKE 'reminder:%'"))
    assert is_reminded is far.channel.traits.reaches_out is (person.last is not before)
