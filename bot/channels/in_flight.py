"""In flight: what is being taken just now. Whoever brings it waits so long; brought again meanwhile, it is the same."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from bot.channels.port import Update

T = TypeVar("T")

MOST = 1_000  # at once: while the database is away, Telegram and browsers keep the rest


class NotYet(TimeoutError):
    """It was not taken in time; it goes on, or was not begun. Bring it again later."""


class InFlight(Generic[T]):
    """`take` may take as long as it needs, and is never broken off by who waits for it."""

    def __init__(self, take: Callable[[Update], Awaitable[T]]) -> None:
        self._take = take
        self._tasks: dict[str, asyncio.Future[T]] = {}

    async def take(self, update: Update, within: float) -> T:
        """Have it taken for good; raises NotYet after so many seconds."""
        taking = self._tasks.get(update.id) or self._begin(update)
        done, _ = await asyncio.wait({taking}, timeout=within)
        if not done:
            raise NotYet
        return taking.result()

    def _begin(self, update: Update) -> "asyncio.Future[T]":
        if len(self._tasks) >= MOST:
            raise NotYet
        self._tasks[update.id] = taking = asyncio.ensure_future(self._take(update))
        taking.add_done_callback(lambda _: self._tasks.pop(update.id))
        return taking
