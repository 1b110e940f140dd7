"""Polling: our own getUpdates loop.

An update is confirmed to Telegram by asking for the next one, and that happens only after its turn was committed; the
updates of one person are taken one after the other, in order.
"""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest

from bot.channels.port import Update
from bot.channels.telegram.errors import seconds_of
from bot.channels.telegram.inbound import ALLOWED_UPDATES, Received, received

log = logging.getLogger(__name__)

MOST_AT_ONCE = 100  # updates that Telegram gives in one answer
POLL = 30  # seconds that Telegram holds the line when there is nothing
LONGEST_WAIT = 8.0  # seconds between two tries: when Telegram is back, nobody waits for long

Take = Callable[[Update], Awaitable[str | None]]
Acknowledge = Callable[[str, str | None], Coroutine[None, None, None]]


class Polling:
    """Fetches updates and has each one taken; `take` gives back the line to say on a pressed button.

    `on_poll` is awaited whenever Telegram has answered and all that waited there is taken.
    """

    def __init__(
        self,
        bot: Bot,
        name: str,
        request: BaseRequest,
        take: Take,
        acknowledge: Acknowledge,
        on_poll: Callable[[], Awaitable[None]],
    ) -> None:
        self._bot, self._name = bot, name
        self._request = request
        self._take = take
        self._acknowledge = acknowledge
        self._on_poll = on_poll
        self._spinners: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Fetch for ever. Trouble with Telegram is logged and tried again; it never ends the loop."""
        offset, failures, patience = 0, 0, 0  # the first time we only ask what is there
        while True:
            try:
                batch = await self._fetch(offset, patience)
            except TelegramError as error:
                failures += 1
                await asyncio.sleep(_pause(error, failures))
                continue
            await self._take_all(batch)
            offset = max((update["update_id"] + 1 for update in batch), default=offset)
            failures, patience = 0, POLL
            if len(batch) < MOST_AT_ONCE:
                await self._on_poll()

    async def _fetch(self, offset: int, patience: int) -> list[Any]:
        # Not Bot.get_updates: one malformed update would spoil the batch, again and again.
        asked = {"offset": offset, "timeout": patience, "allowed_updates": json.dumps(ALLOWED_UPDATES)}
        url = f"{self._bot.base_url}/getUpdates?{urlencode(asked)}"
        try:
            batch = await self._request.post(url, read_timeout=POLL + 10)
        except RecursionError:  # JSON that is nested too deep; the library only expects a ValueError
            raise TelegramError("getUpdates did not answer with what can be read") from None
        if not isinstance(batch, list):
            raise TelegramError("getUpdates did not answer with a list")
        return [raw for raw in batch if isinstance(raw, Mapping) and isinstance(raw.get("update_id"), int)]

    async def _take_all(self, batch: Sequence[Mapping[str, Any]]) -> None:
        """Everybody's updates side by side, each person's in order."""
        by_person: defaultdict[str, list[Received]] = defaultdict(list)
        for raw in batch:
            if found := received(raw, self._name):
                by_person[found.update.address].append(found)
            else:
                log.info("update %d: not for us", raw["update_id"])
        await asyncio.gather(*map(self._take_in_order, by_person.values()))

    async def _take_in_order(self, updates: Sequence[Received]) -> None:
        for one in updates:
            notice = await self._take(one.update)
            if one.press:
                spinner = asyncio.create_task(self._acknowledge(one.press, notice))
                self._spinners.add(spinner)
                spinner.add_done_callback(self._spinners.discard)


def _pause(error: TelegramError, failures: int) -> float:
    """How long to wait after this failure, in seconds; says in the log what the operator can do."""
    waiting = min(LONGEST_WAIT, 0.25 * 2.0 ** min(failures, 10))
    match error:
        case RetryAfter():
            return seconds_of(error)
        case InvalidToken():
            log.error("Telegram refuses TELEGRAM_TOKEN (or its address is wrong); next try in %.0f s", waiting)
        case Conflict():
            log.error("another program fetches this bot's updates, or a webhook is set; next try in %.0f s", waiting)
        case TimedOut():
            return 0.0 if failures < 3 else waiting
        case _:
            log.warning("Telegram cannot be reached: %s; next try in %.1f s", error, waiting)
    return waiting
