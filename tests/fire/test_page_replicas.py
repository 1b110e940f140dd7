"""The page on two replicas, with nothing that keeps a browser with one of them: each request goes to the other."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import ClientResponse

from tests.actors import answer, coordinate, item_on
from tests.channels.web.test_recorder import are_taken_away, is_heard, is_replaced, two_lines
from tests.channels.web.test_recordings import asked_for
from tests.house import Clock, House, agree
from tests.replicas import replicas
from tests.telegram_server import TelegramServer
from tests.visitor import Fields, Form, Page, Visitor

PEOPLE = 50


class Roaming(Visitor):
    """Their first request goes to one house, the next one to the other, and so on; redirects too. Every second person
    begins with the second house: so one takes the taps of some, and the other those of the rest."""

    def __init__(self, houses: Sequence[House], number: int = 0) -> None:
        super().__init__(houses[0].page)
        self._pages = itertools.cycle(house.page for house in (*houses[number % 2 :], *houses[: number % 2]))

    async def open(self, place: str) -> Page:
        async with self.session.get(next(self._pages) + place, allow_redirects=False) as response:
            return await self._followed(response)

    async def send(self, form: Form, fields: Fields) -> Page:
        sent = {**form.fields, **fields}
        async with self.session.post(next(self._pages) + form.action, data=sent, allow_redirects=False) as response:
            return await self._followed(response)

    async def _followed(self, response: ClientResponse) -> Page:
        if response.status == 303:
            return await self.open(response.headers["Location"])
        return await self._read(response)


@pytest.fixture
async def houses(
    postgresql_url: str, tmp_path: Path, server: TelegramServer, clock: Clock
) -> AsyncIterator[tuple[House, ...]]:
    async with replicas(2, postgresql_url, tmp_path, server, clock) as running:
        yield running


async def walk(house: House, person: Roaming, code: str, number: int) -> list[int]:
    """All statements, with a press of Back now and then; which ones they saw."""
    await agree(house, person, code)
    seen = []
    for item in range(1, 27):
        seen.append(item_on(person))
        await answer(house, person, "yes" if item % 2 else "no")
        if item % 9 == number % 9 and item < 26:
            await person.open(f"/{item}")
            assert item_on(person) == item
            await person.press("Verder ›")
    await person.press("Klaar")
    assert person.place == "/thanks"
    return seen


async def test_fifty_people_walk_and_nothing_is_lost_or_shown_twice(houses: tuple[House, ...]) -> None:
    code = houses[0].add().invitation
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(Roaming(houses, number)) for number in range(PEOPLE)]
        for _ in houses:  # both know by now that the link is right, however many come at once from one address
            await people[0].open(f"/i/{code}")
        walked = await asyncio.gather(*(walk(houses[0], one, code, number) for number, one in enumerate(people)))
    assert walked == [[*range(1, 27)]] * PEOPLE
    given = houses[0].rows("SELECT option, COUNT(*) FROM answers GROUP BY option ORDER BY option")
    assert given == [("no", 13 * PEOPLE), ("yes", 13 * PEOPLE)]
    assert houses[0].rows("SELECT COUNT(*) FROM responses WHERE completed_at IS NOT NULL") == [(PEOPLE,)]
    assert min(house.app.metrics.answers["web"] for house in houses) > 9 * PEOPLE


async def test_a_line_that_is_recorded_at_one_is_heard_at_the_other_until_it_is_taken_away(
    houses: tuple[House, ...], tmp_path: Path
) -> None:
    """Whoever hears it asks each of the two in turn, and so neither goes on with what it remembers."""
    codes = houses[0].add()
    async with Visitor(houses[0].page) as fatima, Visitor(houses[1].page) as ben, Roaming(houses) as anna:
        await coordinate(fatima, codes.coordinator)
        await two_lines(fatima, tmp_path)
        statement, _ = await is_heard(ben, houses[1], codes.invitation)
        await agree(houses[0], anna, codes.invitation)
        again = await is_replaced(fatima, tmp_path, statement)
        for place, heard in ((again, 200), (statement, 404)):
            assert [(await asked_for(one, place)).status for one in (fatima, ben)] == [heard, heard]
        for _ in houses:
            assert again in (await anna.open("/1")).html
        await are_taken_away(fatima)
        for _ in houses:
            assert "/audio/" not in (await anna.open("/1")).html
        assert (await asked_for(ben, again)).status == 404


async def test_the_second_round_shows_nothing_of_the_first(houses: tuple[House, ...], clock: Clock) -> None:
    async with Roaming(houses) as anna, Roaming(houses) as other_phone:
        old = await first_round(houses, anna, clock)
        own = f"/mine/{anna.token}"
        for place in ("/", "/thanks", "/result", "/review", "/9", own, "/again"):
            for _ in houses:
                await anna.open(place)
                assert anna.place == "/again", place
                shows_nothing_of_the_first(anna)
        await other_phone.open(own)
        await other_phone.press("Ja, dit is mijn eigen link")
        shows_nothing_of_the_first(other_phone)
        await anna.press("Toch nog iets veranderen", on=old)
        assert "gesloten" in anna.last.whole, "a form of the first round, in the second"
        await anna.open("/")
        await anna.press("Verder met zin 1")
        for item in (1, 2, 3):
            assert item_on(anna) == item
            shows_nothing_of_the_first(anna)
            await anna.press("Ertussenin")
        assert houses[0].rows("SELECT COUNT(*) FROM answers") == [(29,)]


async def first_round(houses: Sequence[House], anna: Roaming, clock: Clock) -> Page:
    """She finishes it, and the next one opens; the last page that she saw of it."""
    codes = houses[0].add()
    await walk(houses[0], anna, codes.invitation, 1)
    old = anna.last
    async with Roaming(houses) as fatima:
        await coordinate(fatima, codes.coordinator)
        for label in ("Ronde sluiten", "Ja, sluiten"):
            await fatima.press(label)
        await anna.open("/")
        assert "Dank u wel" in anna.last.whole
        await fatima.write("/open")
        await fatima.press("Ja, openen")
    clock.pass_time(days=1)
    await houses[0].caught_up()
    return old


def shows_nothing_of_the_first(person: Visitor) -> None:
    for said in ("Dank u wel", "100", "gesloten", "✓"):
        assert said not in person.last.whole.replace("0 tot 100", ""), person.last.whole
    assert not any("✓" in label for row in person.last.rows for label, _ in row)
