"""A push service on the loopback, with the browser behind it: it takes what push services take, and refuses the rest.

It holds the private key of each browser, as no push service does, and so reads what only that browser could.
"""

import asyncio
import base64
import hmac
import json
import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MOST = 4096  # bytes
A_DAY = 24 * 3600  # seconds
CURVE = ec.SECP256R1()


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@dataclass
class Device:
    """A browser that subscribed: what it gave away, and what it got."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    auth: bytes = field(default_factory=lambda: os.urandom(16))
    got: list[Any] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    @property
    def subscription(self) -> str:
        """As the browser's own `JSON.stringify` writes it."""
        keys = {"p256dh": encoded(point(self.key)), "auth": encoded(self.auth)}
        return json.dumps({"endpoint": self.endpoint, "expirationTime": None, "keys": keys})

    def read(self, body: bytes) -> bytes:
        """What is in a message for this browser (RFC 8188, 8291); raises where it is for another."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
        both = expand(self.auth, shared, b"WebPush: info\0" + point(self.key) + theirs, 32)
        cipher = AESGCM(expand(salt, both, b"Content-Encoding: aes128gcm\0", 16))
        text = cipher.decrypt(expand(salt, both, b"Content-Encoding: nonce\0", 12), sealed, None).rstrip(b"\0")
        assert text.endswith(b"\2"), "the last record of a message ends with a 2"
        return text[:-1]


def expand(salt: bytes, content: bytes, purpose: bytes, length: int) -> bytes:
    """HKDF of one block, by hand: the product has it from a library."""
    return hmac.digest(hmac.digest(salt, content, "sha256"), purpose + b"\1", "sha256")[:length]


class PushService:
    """`async with PushService(clock)`: a browser has it give out a `device`; what comes for that is in its `got`."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        self.devices: dict[str, Device] = {}
        self.answers: dict[str, list[web.Response | None]] = defaultdict(list)
        self.refused: list[str] = []
        self.asked: list[str] = []

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    def device(self, name: str = "one") -> Device:
        self.devices[name] = Device(f"{self.url}/send/{name}:APA91b_x-y")
        return self.devices[name]

    def answer(self, device: Device, status: int, **headers: str) -> None:
        """To the next message for this browser, instead of taking it."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[device.endpoint].append(web.Response(status=status, headers=named))

    def hang(self, device: Device) -> None:
        self.answers[device.endpoint].append(None)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        device = next((one for one in self.devices.values() if one.endpoint == f"{self.url}{request.path}"), None)
        if device is None:
            return web.Response(status=404)
        if scripted := self.answers[device.endpoint]:
            if (answer := scripted.pop(0)) is not None:
                return answer
            await asyncio.sleep(3600)
        body = await request.read()
        for wrong in self._wrong(request, body):
            self.refused.append(wrong)
            return web.Response(status=413 if wrong == "size" else 403 if wrong.startswith("vapid") else 400)
        device.got.append(json.loads(device.read(body)))
        device.headers.append(dict(request.headers))
        return web.Response(status=201)

    def _wrong(self, request: web.Request, body: bytes) -> list[str]:
        """What a push service would not take."""
        headers, found = request.headers, []
        is_topic = set(headers.get("Topic", "")) <= {*map(chr, range(128))} and len(headers.get("Topic", "")) <= 32
        checks = {
            "method": request.method == "POST",
            "ttl": headers.get("TTL", "").isdigit() and 0 < int(headers["TTL"]) <= 28 * A_DAY,
            "encoding": headers.get("Content-Encoding") == "aes128gcm",
            "urgency": headers.get("Urgency") in ("very-low", "low", "normal", "high"),
            "topic": is_topic,
            "size": len(body) <= MOST,
        }
        found += [name for name, is_right in checks.items() if not is_right]
        return found + self._unsigned(headers.get("Authorization", ""))

    def _unsigned(self, header: str) -> list[str]:
        """What is wrong with the signature (RFC 8292)."""
        scheme, _, rest = header.partition(" ")
        parts = dict(one.strip().split("=", 1) for one in rest.split(","))
        said, _, signature = parts["t"].rpartition(".")
        head, claims = (json.loads(decoded(part)) for part in said.split("."))
        key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decoded(parts["k"]))
        raw = decoded(signature)
        numbers = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        key.verify(utils.encode_dss_signature(*numbers), said.encode(), ec.ECDSA(SHA256()))  # raises where it is not
        left = claims["exp"] - self.clock().timestamp()
        checks = {
            "vapid scheme": scheme == "vapid",
            "vapid kind": head == {"typ": "JWT", "alg": "ES256"} and len(raw) == 64,
            "vapid audience": claims["aud"] == self.url,
            "vapid end": 0 < left <= A_DAY,
        }
        return [name for name, is_right in checks.items() if not is_right]
