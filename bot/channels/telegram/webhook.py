"""The webhook: Telegram brings each update to us, and hears that it is taken only when its turn is committed.

Until then it brings it again, for a day. Nobody else can: only Telegram knows the token that it shows.
"""

import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from bot.channels.in_flight import InFlight, NotYet
from bot.channels.port import Hook, Secrets, Update
from bot.channels.telegram.http import object_in
from bot.channels.telegram.inbound import received
from bot.channels.telegram.outbound import MOST_NOTICE
from bot.runtime.logs import hide

log = logging.getLogger(__name__)

PATH = "/telegram"
TOKEN_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header
ANSWER_WITHIN = 20.0  # seconds
MOST_BODY = 2**20  # bytes; an update holds a message of some kilobytes

HttpAnswer = tuple[int, Mapping[str, Any]]


class Webhook:
    """`url` and `token` are told to Telegram; every replica of a house has the same ones."""

    def __init__(
        self, public_url: str, bot_token: str, ours: Secrets, take: Callable[[Update], Awaitable[str | None]]
    ) -> None:
        self.url = public_url + PATH
        self._tokens = [_token(secret, bot_token) for secret in ours.known]
        self.token = self._tokens[0]
        self.name = ""  # of our bot, as soon as Telegram has said it
        hide(*self._tokens)
        self._in_flight = InFlight(take)

    @property
    def hook(self) -> Hook:
        return Hook(PATH, TOKEN_HEADER, MOST_BODY, self.bring)

    async def bring(self, token: str, body: bytes) -> HttpAnswer:
        """The status and the content of our answer: what to say on a pressed button, so that it needs no call."""
        if not any(hmac.compare_digest(token.encode(), one.encode()) for one in self._tokens):
            return HTTPStatus.FORBIDDEN, {}
        # Bringing it again would not make it better, so what cannot be read is let go.
        if (found := received(object_in(body), self.name)) is None:
            log.info("an update is not for us")
            return HTTPStatus.OK, {}
        try:
            notice = await self._in_flight.take(found.update, ANSWER_WITHIN)
        except NotYet:
            return HTTPStatus.SERVICE_UNAVAILABLE, {}
        return HTTPStatus.OK, _acknowledgement(found.press, notice)


def _token(secret: str, bot_token: str) -> str:
    return hmac.digest(secret.encode(), f"webhook:{bot_token}".encode(), hashlib.sha256).hex()


def _acknowledgement(press: str | None, notice: str | None) -> Mapping[str, Any]:
    if press is None:
        return {}
    said = {"text": notice[:MOST_NOTICE]} if notice else {}
    return {"method": "answerCallbackQuery", "callback_query_id": press, **said}
