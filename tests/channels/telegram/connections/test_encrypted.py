"""Encrypted lines: only to whom the certificate names, also through a proxy."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Self

import pytest
from telegram.error import NetworkError, TimedOut

from bot.channels.telegram.http import HttpRequest
from tests.channels.telegram.connections.far import WORKED, Far, call


class Proxy:
    """A proxy that connects whoever asks as it wants; `says` is what it says instead."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.says: bytes | None = None
        self._tasks = set[asyncio.Task[None]]()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            self.asked.append(head := await reader.readuntil(b"\r\n\r\n"))
            if self.says is not None:
                writer.write(self.says)
                await (reader.read() if self.says == b"" else writer.drain())
            else:
                await self._connect(head, reader, writer)
        writer.transport.abort()

    async def _connect(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = head.split()[1].decode().partition(":")
        there = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n")
        try:
            await asyncio.gather(_pass_on(reader, there[1]), _pass_on(there[0], writer))
        finally:
            there[1].transport.abort()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while came := await reader.read(4096):
        writer.write(came)
    writer.transport.abort()


@pytest.fixture
async def proxy(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    async with Proxy() as running:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{running.port}")
        yield running


async def test_an_encrypted_line_is_kept(encrypted: Far, trusting: HttpRequest) -> None:
    for _ in range(3):
        assert await call(trusting, encrypted.url) == (200, WORKED)
    assert encrypted.connections == 1


async def test_an_encrypted_line_that_the_far_side_ends_is_not_used(encrypted: Far, trusting: HttpRequest) -> None:
    await call(trusting, encrypted.url)
    encrypted.say_goodbye()
    await encrypted.until(lambda: not encrypted.open)
    await asyncio.sleep(0.05)  # until it has come through
    assert await call(trusting, encrypted.url) == (200, WORKED)
    assert (len(encrypted.requests), encrypted.connections) == (2, 2)


async def test_whom_nobody_vouches_for_is_told_nothing(encrypted: Far, client: HttpRequest) -> None:
    with pytest.raises(NetworkError, match="SSLCertVerificationError"):
        await call(client, encrypted.url)
    assert not encrypted.requests


async def test_whoever_has_another_name_is_told_nothing(encrypted: Far, trusting: HttpRequest) -> None:
    with pytest.raises(NetworkError, match="SSLCertVerificationError"):
        await call(trusting, encrypted.url.replace("127.0.0.1", "localhost"))
    assert not encrypted.requests


async def test_whoever_does_not_encrypt_is_told_nothing(far: Far, trusting: HttpRequest) -> None:
    with pytest.raises((NetworkError, TimedOut)):
        await call(trusting, far.url.replace("http:", "https:"), 0.2)
    assert not far.requests


async def test_whoever_is_encrypted_does_not_answer_in_the_open(encrypted: Far, client: HttpRequest) -> None:
    with pytest.raises(NetworkError):
        await call(client, encrypted.url.replace("https:", "http:"))
    assert not encrypted.requests


async def test_through_a_proxy_goes_what_it_cannot_read(encrypted: Far, trusting: HttpRequest, proxy: Proxy) -> None:
    for _ in range(2):
        assert await call(trusting, encrypted.url) == (200, WORKED)
    there = b"127.0.0.1:%d" % encrypted.port
    assert proxy.asked == [b"CONNECT %b HTTP/1.1\r\nHost: %b\r\n\r\n" % (there, there)]


async def test_the_proxy_is_told_who_we_are_and_the_far_side_is_not(
    encrypted: Far, trusting: HttpRequest, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"jan:w%40cht@127.0.0.1:{proxy.port}")
    assert await call(trusting, encrypted.url) == (200, WORKED)
    assert b"\r\nProxy-Authorization: Basic %b\r\n" % b64encode(b"jan:w@cht") in proxy.asked[0]
    assert b"uthorization" not in encrypted.requests[0]


async def test_a_certificate_counts_behind_a_proxy_too(encrypted: Far, client: HttpRequest, proxy: Proxy) -> None:
    with pytest.raises(NetworkError, match="SSLCertVerificationError"):
        await call(client, encrypted.url)
    assert (len(proxy.asked), encrypted.requests) == (1, [])


async def test_who_is_named_in_no_proxy_is_called_directly(
    encrypted: Far, trusting: HttpRequest, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "example.org,127.0.0.1")
    assert await call(trusting, encrypted.url) == (200, WORKED)
    assert not proxy.asked


async def test_a_server_of_ones_own_is_called_directly(far: Far, client: HttpRequest, proxy: Proxy) -> None:
    assert await call(client, far.url) == (200, WORKED)
    assert not proxy.asked


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "the proxy says 407"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n<h1>no</h1>", "the proxy gives no answer"),
        (b"HTTP/1.1 200 OK\r\n\r\n\x16\x03", "the proxy gives no answer"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "the proxy gives no answer"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, "the proxy gives no answer"),
        (b"HTTP/1.1 200", "the proxy gives no answer"),
    ],
)
async def test_what_a_proxy_says_instead(
    encrypted: Far, trusting: HttpRequest, proxy: Proxy, says: bytes, told: str
) -> None:
    proxy.says = says
    with pytest.raises(NetworkError, match=told):
        await call(trusting, encrypted.url)
    proxy.says = None
    assert await call(trusting, encrypted.url) == (200, WORKED)
    assert len(encrypted.requests) == 1


async def test_a_proxy_that_says_nothing(encrypted: Far, trusting: HttpRequest, proxy: Proxy) -> None:
    proxy.says = b""
    with pytest.raises(TimedOut):
        await call(trusting, encrypted.url, 0.1)


async def test_a_proxy_that_is_not_there(
    encrypted: Far, trusting: HttpRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with pytest.raises(NetworkError, match="ConnectionRefusedError"):
        await call(trusting, encrypted.url)


@pytest.mark.parametrize("address", ["socks5://jan:wacht@127.0.0.1:1", "https://127.0.0.1:1", "http://", "://", "[::1"])
async def test_a_proxy_of_another_kind_is_not_passed_by(
    encrypted: Far, trusting: HttpRequest, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(NetworkError) as trouble:
        await call(trusting, encrypted.url)
    assert "wacht" not in str(trouble.value)
    assert not encrypted.requests
