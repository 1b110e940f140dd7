"""A proxy on the way, where the environment names one for what is encrypted: it connects us, and reads nothing.

Without encryption one talks to a Bot API server of one's own, and not through a proxy.
"""

import asyncio
import re
import socket
from base64 import b64encode
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from bot.http.connection import MOST_HEAD, NoAnswer

CONNECTED = re.compile(rb"HTTP/1\.[01] (\d{3})(?: [^\r\n]*)?\r\n(?:[^\r\n]+\r\n)*\r\n")


def proxy_to(host: str) -> SplitResult | None:
    """What HTTPS_PROXY says, unless NO_PROXY has this host."""
    asked = getproxies().get("https")
    if not asked or proxy_bypass(host):
        return None
    proxy = urlsplit(asked if "://" in asked else f"http://{asked}")
    if proxy.scheme != "http" or not proxy.hostname:
        raise NoAnswer("HTTPS_PROXY is not an address like http://proxy.example.org:3128")
    return proxy


async def pass_through(line: socket.socket, proxy: SplitResult, far: str) -> None:
    """Have the proxy connect this line to the far side, or close it."""
    loop, came = asyncio.get_running_loop(), b""
    asked = f"CONNECT {far} HTTP/1.1\r\nHost: {far}\r\n{credentials(proxy, 'Proxy-Authorization')}\r\n"
    try:
        await loop.sock_sendall(line, asked.encode())
        while b"\r\n\r\n" not in came:
            more = await loop.sock_recv(line, 4096)  # the far side says nothing before we do
            if not more or len(came) > MOST_HEAD:
                raise NoAnswer("the proxy gives no answer")
            came += more
        if not ((said := CONNECTED.fullmatch(came)) and said[1].startswith(b"2")):
            raise NoAnswer(f"the proxy says {said[1].decode()}" if said else "the proxy gives no answer")
    except BaseException:
        line.close()
        raise


def credentials(place: SplitResult, header: str) -> str:
    """A name and a password that stand in an address, as a line of a head."""
    if place.username is None:
        return ""
    pair = f"{unquote(place.username)}:{unquote(place.password or '')}"
    return f"{header}: Basic {b64encode(pair.encode()).decode()}\r\n"
