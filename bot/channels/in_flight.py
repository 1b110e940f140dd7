"""In flight: what is being taken just now. Whoever brings it waits so long; brought again meanwhile, it is the same."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar


class Brought(Protocol):
    @property
    def id(self) -> str:
        """The same whenever it is brought."""


B = TypeVar("B", bound=Brought)
T = TypeVar("T")

MOST = 1_000  # at once: while the database is away, messengers and browsers keep the rest


class NotYet(TimeoutError):
    """It was not taken in time; it goes on, or was not begun. Bring it again later."""


class InFlight(Generic[B, T]):
    """`take` may take as long as it needs, and is never broken off by who waits for it."""

    def __init__(self, take: Callable[[B], Awaitable[T]]) -> None:
        self._take = take
        self._tasks: dict[str, asyncio.Future[T]] = {}

    async def take(self, update: B, within: float) -> T:
        """Have it taken for good; raises NotYet after so many seconds."""
        taking = self._tasks.get(update.id) or self._begin(update)
        done, _ = await asyncio.wait({taking}, timeout=within)
        if not done:
            raise NotYet
        return taking.result()

    def _begin(self, update: B) -> "asyncio.Future[T]":
        if len(self._tasks) >= MOST:
            raise NotYet
        self._tasks[update.id] = taking = asyncio.ensure_future(self._take(update))
        taking.add_done_callback(lambda _: self._tasks.pop(update.id))
        return taking
