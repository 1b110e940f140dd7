"""One reading: a request that two programs could read in two ways is refused, so that behind a web server nobody's
request is another's."""

import asyncio
import re
from contextlib import suppress

import pytest

from bot.channels.web import connections
from bot.channels.web.connections import MOST_BESIDE
from tests.channels.web.test_half_requests import half
from tests.house import House
from tests.patience import PATIENCE
from tests.visitor import Page

HOST = b"Host: x\r\n"
GET = b"GET /healthz HTTP/1.1\r\n"
POST = b"POST /tap HTTP/1.1\r\n" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
UPGRADE = b"Connection: Upgrade\r\nUpgrade: h2c\r\n"
BODY = b"2\r\na=\r\n0\r\n\r\n"
HIDDEN = GET + HOST + b"\r\n"
LAST = GET + HOST + b"Connection: close\r\n\r\n"

WHO = {
    "no host": GET + b"\r\n",
    "two hosts": GET + HOST + HOST + b"\r\n",
    "two hosts in 1.0": b"GET /healthz HTTP/1.0\r\n" + HOST + HOST + b"\r\n",
}
ENDS = {
    "a length and chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and a length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\na=",
    "a length twice": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\na=",
    "lengths in a list": POST + b"Content-Length: 2, 2\r\n\r\na=",
    "a length with a sign": POST + b"Content-Length: +2\r\n\r\na=",
    "a length below nothing": POST + b"Content-Length: -2\r\n\r\na=",
    "a length in hexadecimals": POST + b"Content-Length: 0x2\r\n\r\na=",
    "no length": POST + b"Content-Length:\r\n\r\na=",
    "a length in two": POST + b"Content-Length: 1 2\r\n\r\na=",
    "a length past counting": POST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\na=",
    "a length in other digits": POST + b"Content-Length: \xb2\r\n\r\na=",
    "zipped chunks": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + BODY,
    "chunks that are zipped": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n" + BODY,
    "chunks twice": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + BODY,
    "a coding of no kind": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + BODY,
    "an identity": POST + b"Transfer-Encoding: identity\r\n\r\n",
    "an empty coding": POST + b"Transfer-Encoding:\r\n\r\n" + BODY,
    "chunks in 1.0": b"POST /tap HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + BODY,
    "an upgrade with a length": POST + UPGRADE + b"Content-Length: 2\r\n\r\na=",
    "an upgrade with chunks": POST + UPGRADE + b"Transfer-Encoding: chunked\r\n\r\n" + BODY,
}
CHUNKS = {
    "a prefix": b"0x2\r\na=\r\n0\r\n\r\n",
    "a sign": b"+2\r\na=\r\n0\r\n\r\n",
    "below nothing": b"-2\r\na=\r\n0\r\n\r\n",
    "a space": b"2 \r\na=\r\n0\r\n\r\n",
    "past counting": b"f" * 17 + b"\r\na=\r\n0\r\n\r\n",
    "no size": b"\r\na=\r\n0\r\n\r\n",
    "half an end of line": b"2\na=\n0\n\n",
    "half an end behind": b"2\r\na=\n0\r\n\r\n",
    "more than it says": b"2\r\na=b\r\n0\r\n\r\n",
    "no end": b"2\r\na=0\r\n\r\n",
    "half an end of an extension": b"2;a\na=\r\n0\r\n\r\n",
    "a length behind": b"2\r\na=\r\n0\r\nContent-Length: 5\r\n\r\n",
    "a space in what comes behind": b"2\r\na=\r\n0\r\nX Y: z\r\n\r\n",
}
HEADS = {
    "a fold": GET + HOST + b"X: a\r\n b\r\n\r\n",
    "a fold first": GET + b" X: a\r\n" + HOST + b"\r\n",
    "a folded coding": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + BODY,
    "a space before the colon": GET + b"Host : x\r\n\r\n",
    "a tab before the colon": POST + b"Content-Length\t: 2\r\n\r\na=",
    "no colon": GET + HOST + b"XY\r\n\r\n",
    "no name": GET + HOST + b": x\r\n\r\n",
    "a zero in a name": GET + HOST + b"X\x00: y\r\n\r\n",
    "a zero": GET + HOST + b"X: a\x00b\r\n\r\n",
    "a return": GET + HOST + b"X: a\rb\r\n\r\n",
    "a line": GET + HOST + b"X: a\nY: b\r\n\r\n",
    "half an end": GET + HOST + b"\n",
    "lines only": b"GET /healthz HTTP/1.1\nHost: x\n\n",
    "returns only": b"GET /healthz HTTP/1.1\rHost: x\r\r",
    "what it is twice": GET + GET + HOST + b"\r\n",
}
VERSIONS = {
    "0.9": b"GET /healthz\r\n\r\n",
    "0.9 by name": b"GET /healthz HTTP/0.9\r\n" + HOST + b"\r\n",
    "1.2": b"GET /healthz HTTP/1.2\r\n" + HOST + b"\r\n",
    "2": b"GET /healthz HTTP/2.0\r\n" + HOST + b"\r\n",
    "2 from the start": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "another": b"GET /healthz ICY/1.1\r\n" + HOST + b"\r\n",
    "an address with a zero": b"GET /a\x00b HTTP/1.1\r\n" + HOST + b"\r\n",
    "an address beyond ASCII": b"GET /\xc3\xa9?\xc3\xa9 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a way through": b"CONNECT y:80 HTTP/1.1\r\n" + HOST + b"\r\n",
}
LONG = {
    "a long value": GET + HOST + b"X: " + b"y" * 100_000,
    "a long name": GET + HOST + b"X" * 100_000,
    "many names": GET + HOST + b"X: y\r\n" * 20_000,
    "a long address": b"GET /" + b"x" * 100_000,
    "empty lines": b"\r\n" * 50_000,
    "a long chunk extension": CHUNKED + b"2;" + b"x" * 100_000,
    "much behind a body": CHUNKED + b"2\r\na=\r\n0\r\n" + b"X: y\r\n" * 20_000,
    "a long line behind a body": CHUNKED + b"2\r\na=\r\n0\r\nX: " + b"y" * 100_000,
}
REFUSED = {**WHO, **ENDS, **{f"chunks: {name}": CHUNKED + said for name, said in CHUNKS.items()}, **HEADS, **VERSIONS}

KEPT = {
    "a look": (GET + HOST + b"\r\n", 200),
    "an empty host": (GET + b"Host:\r\nX:\r\n\r\n", 200),
    "a length with spaces": (POST + b"Content-Length: 2 \t \r\n\r\na=", 403),
    "chunks": (CHUNKED + BODY, 403),
    "chunks in capitals": (POST + b"Transfer-Encoding: CHUNKED\r\n\r\n" + BODY, 403),
    "a chunk extension": (CHUNKED + b'2;a=b;c="d"\r\na=\r\n0;e\r\n\r\n', 403),
    "something behind a body": (CHUNKED + b"2\r\na=\r\n0\r\nHost: y\r\nX: y\r\n\r\n", 403),
    "an upgrade that is not asked for": (POST + b"Upgrade: h2c\r\nContent-Length: 2\r\n\r\na=", 403),
    "a connection that is no upgrade": (POST + b"Connection: upgrade\r\nContent-Length: 2\r\n\r\na=", 403),
    "an answer before its body": (b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n\r\na=", 404),
    "an empty line first": (b"\r\n" + GET + HOST + b"\r\n", 200),
    "all letters of an address": (b"GET /healthz?\"<>\\^`{|}'[] HTTP/1.1\r\n" + HOST + b"\r\n", 200),
    "much that is there at once": (GET + HOST + b"X: " + b"y" * (MOST_BESIDE - 100) + b"\r\n\r\n", 200),
}
SHUT = {
    "1.0": (b"GET /healthz HTTP/1.0\r\n\r\n", 200),
    "1.0 that would stay": (b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200),
    "1.0 that waits for no leave": (b"POST /tap HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\na=", 403),
    "a close": (GET + HOST + b"Connection: close\r\n\r\n" + HIDDEN, 200),
    "an upgrade": (GET + HOST + UPGRADE + b"\r\n" + HIDDEN, 200),
    "a web socket": (GET + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 200),
    "an upgrade with no body": (POST + UPGRADE + b"Content-Length: 0\r\n\r\n" + HIDDEN, 403),
    "two at once": (HIDDEN + HIDDEN, 200),
    "a form and more": (POST + b"Content-Length: 2\r\n\r\na=" + HIDDEN, 403),
    "chunks and more": (CHUNKED + BODY + HIDDEN, 403),
    "no HTTP behind": (HIDDEN + b"\x00\x00\r\n\r\n", 200),
}


def statuses(heard: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", heard)]


async def asked(house: House, said: bytes, at_once: int = 1 << 20) -> list[int]:
    """The answers to what is said, in pieces, and to one thing more where the connection stays."""
    heard = b""
    async with half(house.port, b"") as (reader, writer), asyncio.timeout(PATIENCE):
        for start in range(0, len(said), at_once):
            writer.write(said[start : start + at_once])
            await asyncio.sleep(0)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            heard = await reader.readuntil(b"\r\n\r\n")
            writer.write(LAST)
            heard += await reader.read()
    return statuses(heard)


@pytest.mark.parametrize("said", REFUSED.values(), ids=REFUSED.keys())
async def test_what_could_be_read_in_two_ways_is_refused_with_all_behind_it(house: House, said: bytes) -> None:
    async with half(house.port, said + HIDDEN) as (reader, _), asyncio.timeout(PATIENCE):
        heard = await reader.read()
    assert statuses(heard) == [400]


@pytest.mark.parametrize("said", LONG.values(), ids=LONG.keys())
async def test_a_head_without_end_is_refused(house: House, said: bytes) -> None:
    async with half(house.port, said) as (reader, _), asyncio.timeout(PATIENCE):
        heard = b""
        with suppress(ConnectionError):  # it was not read to its end
            while piece := await reader.read(1024):
                heard += piece
    assert statuses(heard) == [400]


@pytest.mark.parametrize(("said", "status"), KEPT.values(), ids=KEPT.keys())
async def test_what_can_be_read_in_one_way_is_answered_however_it_is_cut(
    house: House, said: bytes, status: int
) -> None:
    assert await asked(house, said) == [status, 200]
    assert await asked(house, said, at_once=1 if len(said) < 1_000 else 999) == [status, 200]


@pytest.mark.parametrize(("said", "status"), SHUT.values(), ids=SHUT.keys())
async def test_one_answer_is_the_last(house: House, said: bytes, status: int) -> None:
    assert await asked(house, said) == [status]


async def test_what_comes_behind_a_body_says_nothing_about_who_asks(house: House) -> None:
    said = CHUNKED + b"2\r\na=\r\n0\r\nAccept-Language: en\r\n\r\n"
    async with half(house.port, said.replace(HOST, HOST + b"Connection: close\r\n")) as (reader, _):
        async with asyncio.timeout(PATIENCE):
            _, _, page = (await reader.read()).partition(b"\r\n\r\n")
    assert Page(page.decode()).language == "nl"


async def test_who_asks_for_leave_to_send_a_form_gets_it(house: House) -> None:
    head = POST + b"Connection: close\r\nExpect: 100-Continue \r\nContent-Length: 2\r\n\r\n"
    async with half(house.port, head) as (reader, writer), asyncio.timeout(PATIENCE):
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"a=")
        assert statuses(await reader.read()) == [403]


async def test_what_is_no_http_behind_an_answer_that_was_given_is_not_answered_again(house: House) -> None:
    head = b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    async with half(house.port, head) as (reader, writer), asyncio.timeout(PATIENCE):
        heard = await reader.readuntil(b"</html>")
        writer.write(b"no size\r\n")
        assert statuses(heard + await reader.read()) == [404]


async def test_whoever_says_the_rest_of_a_request_that_was_answered_stays_no_longer_than_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "SAY_WITHIN", 0.5)
    head = b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n\r\n"
    async with half(house.port, head) as (reader, writer), asyncio.timeout(PATIENCE):
        await reader.readuntil(b"</html>")
        writer.write(b"a=")
        with suppress(ConnectionError):
            while await reader.read(1024):
                pass
    assert not house.web.hall.waiting
