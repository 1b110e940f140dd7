"""The lines: kept while they are good, at most so many, and never a request sent twice."""

import asyncio
from io import BytesIO

import pytest
from telegram import Bot, InputFile
from telegram.error import NetworkError, TimedOut

from bot.channels.telegram.http import HttpRequest
from bot.http import connections
from tests.channels.telegram.connections.far import PLAIN, WORKED, Far, call, hang_up
from tests.telegram_server import TelegramServer


async def test_one_line_serves_one_call_after_the_other(far: Far, client: HttpRequest) -> None:
    for _ in range(20):
        await call(client, far.url)
    assert (len(far.requests), far.connections) == (20, 1)


async def test_at_most_so_many_are_open_and_whoever_is_too_many_waits(
    far: Far, client: HttpRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()

    async def wait(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await go_on.wait()
        writer.write(PLAIN)

    monkeypatch.setattr(connections, "AT_ONCE", 7)
    far.says.extend([wait] * 7)
    calls = [asyncio.create_task(call(client, far.url)) for _ in range(30)]
    await far.asked(7)
    with pytest.raises(TimedOut):
        await call(client, far.url, 0.05)
    go_on.set()
    assert await asyncio.gather(*calls) == [(200, WORKED)] * 30
    assert (len(far.requests), far.most_open) == (30, 7)


async def test_a_line_that_the_far_side_let_go_is_not_used(far: Far, client: HttpRequest) -> None:
    await asyncio.gather(*(call(client, far.url) for _ in range(5)))
    far.hang_up()
    await far.until(lambda: not far.open)
    await asyncio.sleep(0.05)  # until it has come through
    assert await call(client, far.url) == (200, WORKED)
    assert (len(far.requests), far.connections) == (6, 6)


async def test_what_was_taken_is_not_sent_again(far: Far, client: HttpRequest) -> None:
    far.says += [PLAIN, hang_up]
    await call(client, far.url)
    with pytest.raises(NetworkError, match="lost"):
        await call(client, far.url)
    assert len(far.requests) == 2


async def test_a_line_grows_too_old(far: Far, client: HttpRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "KEEP_ALIVE", 0.02)
    await asyncio.gather(*(call(client, far.url) for _ in range(3)))
    await asyncio.sleep(0.05)
    await call(client, far.url)
    await far.until(lambda: far.open == 1)
    assert far.connections == 4


async def test_a_stop_ends_every_line_and_whoever_waits_is_told(far: Far) -> None:
    client = HttpRequest()
    await client.initialize()
    far.says += [b"", PLAIN]
    waiting = asyncio.create_task(call(client, far.url))
    await far.asked(1)
    await call(client, far.url)
    await client.shutdown()
    with pytest.raises(NetworkError, match="lost"):
        await waiting
    await far.until(lambda: not far.open)
    with pytest.raises(NetworkError, match="closed"):
        await call(client, far.url)
    await client.initialize()
    assert await call(client, far.url) == (200, WORKED)
    await client.shutdown()


async def test_who_cannot_be_connected_to_in_time(
    far: Far, client: HttpRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "CONNECTING", 0.05)
    with pytest.raises(TimedOut):
        await call(client, far.url.replace("http:", "https:"))  # it never answers the handshake


# What goes out


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("/bot1:a/getMe?offset=1&allowed_updates=%5B%22message%22%5D", None),
        ("/böt/a b?c=\N{PILE OF POO}", b"/b%C3%B6t/a%20b?c=%F0%9F%92%A9"),
        ("/bot1:a/getMe\r\nX-More: 1\r\n\r\n", b"/bot1:a/getMeX-More:%201"),
        ("", b"/"),
    ],
)
async def test_an_address_stays_one_line(far: Far, client: HttpRequest, url: str, target: bytes | None) -> None:
    await call(client, f"http://127.0.0.1:{far.port}{url}")
    assert far.requests[0].splitlines()[:2] == [
        b"POST %b HTTP/1.1" % (target or url.encode()),
        b"Host: 127.0.0.1:%d" % far.port,
    ]
    assert len(far.requests) == 1


async def test_a_name_and_a_password_in_the_address_go_along(far: Far, client: HttpRequest) -> None:
    await call(client, f"http://b%40t:g%3Aheim@127.0.0.1:{far.port}/")
    assert b"\r\nAuthorization: Basic YkB0Omc6aGVpbQ==\r\n" in far.requests[0]
    assert b"@" not in far.requests[0].split(b"\r\nAuthorization")[0]


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "http:///x", "http://127.0.0.1:99999/x", "http://[::1/x", ""])
async def test_what_is_no_address_is_trouble_with_the_network(client: HttpRequest, url: str) -> None:
    with pytest.raises(NetworkError):
        await call(client, url)


async def test_a_file_arrives_with_its_name(server: TelegramServer, client: HttpRequest) -> None:
    bot, anna = Bot(server.token, f"{server.url}/bot", request=client), server.person()
    await anna.write("hallo")
    content = bytes(range(256)) * 4000
    for sent in (content, BytesIO(content)):
        file = InputFile(sent, filename='blok "é"\r\n.pdf', read_file_handle=not isinstance(sent, BytesIO))
        await bot.send_document(anna.id, file, caption="Zie\r\n--hier é")
        got = anna.last
        assert (got.text, got.filename, got.document) == ("Zie\r\n--hier é", "blok %22é%22%0D%0A.pdf", content)
