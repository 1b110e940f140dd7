"""The webhook: WhatsApp brings what people write, and what became of what we sent.

Only what Meta signed is read. It hears that something is taken when that is committed; until then it brings it again,
for days. What is brought twice, or in another order, acts once. What is being taken is never broken off: else it might
be committed, and nobody would be answered or called back for it.
"""

import hashlib
import hmac
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from bot.channels.in_flight import InFlight, NotYet
from bot.channels.port import Ended, Hook, House, Told
from bot.notifiers.whatsapp.inbound import events
from bot.notifiers.whatsapp.settings import WhatsAppSettings

log = logging.getLogger(__name__)

PATH = "/whatsapp"
SIGNATURE = "x-hub-signature-256"
ANSWER_WITHIN = 8.0  # seconds
MOST_BODY = 3 * 2**20  # bytes, which Meta says is the most


@dataclass(frozen=True, slots=True)
class Post:
    """All that came at once; its signature tells it from any other."""

    id: str
    events: Sequence[Told]


class Webhook:
    def __init__(self, settings: WhatsAppSettings, house: House, errors: Counter[str]) -> None:
        self._settings, self._house, self._errors = settings, house, errors
        self._in_flight = InFlight(self._take)

    @property
    def hook(self) -> Hook:
        return Hook(PATH, SIGNATURE, MOST_BODY, self.bring, self.challenge)

    def challenge(self, asked: Mapping[str, str]) -> tuple[int, str]:
        """Meta asks once whether it is ours, by the token that we made up."""
        given, ours = asked.get("hub.verify_token", ""), self._settings.verify_token
        is_right = hmac.compare_digest(given.encode("utf-8", "replace"), ours.encode())
        if asked.get("hub.mode") != "subscribe":
            return HTTPStatus.FORBIDDEN, ""
        if not is_right:
            self._count("verify_token", "Who asks for the callback URL has another token than WHATSAPP_VERIFY_TOKEN.")
            return HTTPStatus.FORBIDDEN, ""
        return HTTPStatus.OK, asked.get("hub.challenge", "")[:200]

    async def bring(self, signature: str, body: bytes) -> tuple[int, Mapping[str, Any]]:
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), self._signed(body).encode()):
            if signature:
                self._count("signature", "What comes at the callback URL is not signed with WHATSAPP_APP_SECRET.")
            return HTTPStatus.UNAUTHORIZED, {}
        found = events(body, self._settings.number_id, self._house.clock())
        try:
            is_all_taken = await self._in_flight.take(Post(signature, tuple(found)), ANSWER_WITHIN)
        except NotYet:
            return HTTPStatus.SERVICE_UNAVAILABLE, {}
        return (HTTPStatus.OK if is_all_taken else HTTPStatus.INTERNAL_SERVER_ERROR), {}

    async def _take(self, post: Post) -> bool:
        """Whether each of them is taken: one that fails keeps no other from it, and is brought again."""
        return all([await self._is_taken(event) for event in post.events])

    async def _is_taken(self, event: Told) -> bool:
        try:
            await self._house.told(event)
        except Exception as error:
            log.error("what WhatsApp brought is not taken", exc_info=error)
            return False
        if isinstance(event, Ended) and event.how:
            self._errors[event.how] += 1  # as often as it is brought
        return True

    def _count(self, how: str, said: str) -> None:
        """Said once: anybody can ask again and again."""
        if not self._errors[how]:
            log.warning("%s Is it the one that Meta has?", said)
        self._errors[how] += 1

    def _signed(self, body: bytes) -> str:
        return "sha256=" + hmac.digest(self._settings.app_secret.encode(), body, hashlib.sha256).hex()
