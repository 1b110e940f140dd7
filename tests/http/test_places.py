"""Many places: those asked last stay connected, and nobody who waits is left without an answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot.http import connections
from bot.http.connections import Places
from tests.channels.telegram.connections.far import PLAIN, WORKED, Far

JSON = "application/json", b"{}"


@pytest.fixture
async def places() -> AsyncIterator[Places]:
    made = Places()
    yield made
    await made.close()


@pytest.fixture
async def fars() -> AsyncIterator[list[Far]]:
    async with AsyncExitStack() as running:
        yield [await running.enter_async_context(Far()) for _ in range(4)]


async def asked(places: Places, far: Far) -> bytes:
    return (await places.exchange("POST", far.url, JSON)).body


async def test_of_many_places_those_asked_last_stay_connected(
    places: Places, fars: list[Far], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_PLACES", 2)
    first, second, third, _ = fars
    for far in (first, second, first, third, first, third):
        assert await asked(places, far) == WORKED
    await second.until(lambda: not second.open)
    assert [far.connections for far in (first, second, third)] == [1, 1, 1]
    assert [far.open for far in (first, second, third)] == [1, 0, 1]
    assert await asked(places, second) == WORKED
    assert second.connections == 2


async def test_where_an_answer_is_waited_for_stays_connected(
    places: Places, fars: list[Far], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_PLACES", 1)
    first, *others = fars
    now = asyncio.Event()

    async def when_told(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await now.wait()
        writer.write(PLAIN)

    first.says.append(when_told)
    waiting = asyncio.create_task(asked(places, first))
    await first.until(lambda: bool(first.requests))
    for far in others:
        assert await asked(places, far) == WORKED
    now.set()
    assert await waiting == WORKED


async def test_when_to_come_back_is_told(places: Places, fars: list[Far]) -> None:
    far = fars[0]
    far.says += [b"HTTP/1.1 429 Too Many Requests\r\nretry-AFTER: 120\r\nContent-Length: 0\r\n\r\n", PLAIN]
    answers = [await places.exchange("POST", far.url, JSON) for _ in range(2)]
    assert [(one.status, one.wait) for one in answers] == [(429, b"120"), (200, b"")]
    assert far.connections == 1


@pytest.mark.parametrize("value", ["one\r\nX-Two: 2", "one\n", "é", "\0"])
async def test_a_header_stays_one_line(places: Places, fars: list[Far], value: str) -> None:
    with pytest.raises(ValueError, match="Topic cannot be said in a header"):
        await places.exchange("POST", fars[0].url, JSON, {"Topic": value})
    assert not fars[0].requests


async def test_an_address_goes_out_as_it_was_given(places: Places, fars: list[Far]) -> None:
    far, path = fars[0], "/send/a|b^{c}%2f%3A;d=e,~'(f)*?g=h|i&j=%7b#never"
    await places.exchange("POST", f"http://127.0.0.1:{far.port}{path}", JSON)
    assert far.requests[0].split(b" ")[1].decode() == path.removesuffix("#never")
