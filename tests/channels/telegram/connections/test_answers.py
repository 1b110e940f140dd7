"""What can come as an answer: all that is one is read, however it comes; nothing else is taken for one.

Whatever came, the next call has its own answer.
"""

import asyncio
import gzip

import pytest
from telegram.error import NetworkError, TimedOut

from bot.channels.telegram.http import HttpRequest
from bot.http import connection
from tests.channels.telegram.connections.far import PLAIN, WORKED, Far, Says, and_hang_up, call, hang_up

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n" + WORKED[:5] + b"\r\n11\r\n" + WORKED[5:] + b"\r\n0\r\n\r\n"
SIZED = b"Content-Length: 22\r\n"
SHORT = 0.05  # seconds, for what never comes


async def bit_by_bit(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for number in range(len(CHUNKED)):
        writer.write(CHUNKED[number : number + 1])
        await writer.drain()
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("says", "connections"),
    [
        pytest.param(PLAIN, 1, id="with its length"),
        pytest.param(CHUNKED, 1, id="in chunks"),
        pytest.param(CHUNKED.replace(b"\r\n5\r\n", b"\r\n5;a=b\r\n"), 1, id="chunks with more about them"),
        pytest.param(CHUNKED[:-2] + b"X-Sum: 1\r\n\r\n", 1, id="with lines at its end"),
        pytest.param(bit_by_bit, 1, id="bit by bit"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + PLAIN, 1, id="1xx"),
        pytest.param(OK + b"X: " + b"x" * 9000 + b"\r\n" + SIZED + b"\r\n" + WORKED, 1, id="a long head"),
        pytest.param(OK + SIZED + b"Connection: close\r\n\r\n" + WORKED, 2, id="and this is the last"),
        pytest.param(b"HTTP/1.0 200 OK\r\n" + SIZED + b"\r\n" + WORKED, 2, id="HTTP/1.0"),
        pytest.param(b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + SIZED + b"\r\n" + WORKED, 1, id="1.0, kept"),
        pytest.param(and_hang_up(OK + b"\r\n" + WORKED), 2, id="as long as the connection"),
    ],
)
async def test_an_answer_is_read_however_it_comes(far: Far, client: HttpRequest, says: Says, connections: int) -> None:
    far.says.append(says)
    assert await call(client, far.url) == (200, WORKED)
    assert await call(client, far.url) == (200, WORKED)
    assert (len(far.requests), far.connections) == (2, connections)


@pytest.mark.parametrize(
    "says",
    [
        pytest.param(hang_up, id="nothing"),
        pytest.param(b"220 mail.example.org ESMTP\r\n", id="no HTTP"),
        pytest.param(b"\x15\x03\x01\x00\x02\x02\x28", id="TLS"),
        pytest.param(b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80", id="HTTP/2"),
        pytest.param(and_hang_up(OK + b"Content-Le"), id="half a head"),
        pytest.param(and_hang_up(PLAIN[:-1]), id="all but one byte"),
        pytest.param(and_hang_up(CHUNKED[:-5]), id="no last chunk"),
        pytest.param(and_hang_up(b"HTTP/1.1 100 Continue\r\n\r\n"), id="only a word in between"),
        pytest.param(CHUNKED.replace(b"\r\n11\r\n", b"\r\nxx\r\n"), id="a chunk of no size"),
        pytest.param(CHUNKED.replace(b"\r\n11\r\n", b"\r\n" + b"f" * 20 + b"\r\n"), id="a chunk of any size"),
        pytest.param(OK + SIZED + b"Transfer-Encoding: chunked\r\n\r\n" + WORKED, id="two ways to end"),
        pytest.param(OK + SIZED + b"Content-Length: 7\r\n\r\n" + WORKED, id="two lengths"),
        pytest.param(OK + b"Content-Length: -1\r\n\r\n", id="less than nothing"),
        pytest.param(OK + b"No colon\r\n\r\n", id="a line that says nothing"),
        pytest.param(OK + b"X: a\0b\r\n" + SIZED + b"\r\n" + WORKED, id="a zero in the head"),
        pytest.param(b"HTTP/1.1 101 Go on\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x00", id="another"),
        pytest.param(OK + b"X: " + b"x" * 200_000, id="a head without end"),
        pytest.param(OK + b"Content-Length: 5\r\n\r\nhello", id="words"),
        pytest.param(
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", id="elsewhere"
        ),
        pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", id="empty"),
        pytest.param(
            OK
            + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
            % (len(packed := gzip.compress(WORKED, 9, mtime=0)), packed),
            id="packed, which nobody asked for",
        ),
    ],
)
async def test_nothing_else_is_taken_for_one(far: Far, client: HttpRequest, says: Says) -> None:
    far.says.append(says)
    with pytest.raises(NetworkError) as trouble:
        await call(client, far.url)
    assert not isinstance(trouble.value, TimedOut)
    assert "secret" not in str(trouble.value)
    assert str(far.port) not in str(trouble.value)
    assert await call(client, far.url) == (200, WORKED)
    assert len(far.requests) == 2  # neither was sent again


async def test_an_answer_without_end_is_given_up(
    far: Far, client: HttpRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def without_end(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"\r\n")
        while True:
            writer.write(b"x" * 4096)
            await writer.drain()

    monkeypatch.setattr(connection, "MOST", 2**18)
    far.says.append(without_end)
    with pytest.raises(NetworkError, match="too long"):
        await call(client, far.url)
    assert await call(client, far.url) == (200, WORKED)


async def test_words_in_between_without_end_are_given_up(far: Far, client: HttpRequest) -> None:
    async def wait_a_little(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
            await writer.drain()

    far.says.append(wait_a_little)
    with pytest.raises(NetworkError, match="too long"):
        await call(client, far.url)
    assert await call(client, far.url) == (200, WORKED)


@pytest.mark.parametrize("begun", [b"", OK, PLAIN[:-1], CHUNKED[:-5]])
async def test_what_does_not_come_in_time_is_not_waited_for(far: Far, client: HttpRequest, begun: bytes) -> None:
    far.only = begun
    with pytest.raises(TimedOut):
        await call(client, far.url, SHORT)
    far.only = None
    assert await call(client, far.url) == (200, WORKED)


@pytest.mark.parametrize(("begun", "late"), [(b"", PLAIN), (OK, PLAIN), (PLAIN[:-1], PLAIN[-1:] + PLAIN)])
async def test_what_comes_too_late_is_not_the_answer_to_the_next(
    far: Far, client: HttpRequest, begun: bytes, late: bytes
) -> None:
    too_late = asyncio.Event()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(begun)
        await too_late.wait()
        writer.write(late)

    far.says += [answer, PLAIN.replace(b'"result":1', b'"result":2')]
    waiting = asyncio.create_task(call(client, far.url))
    await far.asked(1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    too_late.set()
    assert await call(client, far.url) == (200, b'{"ok":true,"result":2}')
    assert (len(far.requests), far.connections) == (2, 2)


async def test_whoever_does_not_wait_keeps_no_line(far: Far, client: HttpRequest) -> None:
    far.only = OK
    waiting = asyncio.create_task(call(client, far.url))
    await far.asked(1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await far.until(lambda: not far.open)


@pytest.mark.parametrize("more", [PLAIN, b"HTTP/1.1 200", b"\x00\x01"])
async def test_what_comes_behind_an_answer_is_not_the_next(far: Far, client: HttpRequest, more: bytes) -> None:
    far.says += [PLAIN + more, PLAIN.replace(b'"result":1', b'"result":2')]
    assert await call(client, far.url) == (200, WORKED)
    assert await call(client, far.url) == (200, b'{"ok":true,"result":2}')
    assert far.connections == 2


async def test_what_comes_unasked_is_no_answer(far: Far, client: HttpRequest) -> None:
    gone = asyncio.Event()

    async def and_more(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(PLAIN)
        await asyncio.sleep(SHORT)
        writer.write(PLAIN)
        try:
            await reader.read(1)
        finally:
            gone.set()

    far.says += [and_more, PLAIN.replace(b'"result":1', b'"result":2')]
    assert await call(client, far.url) == (200, WORKED)
    await gone.wait()
    assert await call(client, far.url) == (200, b'{"ok":true,"result":2}')
    assert far.connections == 2
