"""Guesses: how often somebody may bring a code that is wrong, whatever the channel.

Long codes have 128 bits, so nobody guesses one; there this only keeps whoever tries from costing anybody else anything.
A short code, to type from paper, can be guessed: there it makes that slow. A code that was right is remembered and
costs nothing, so those who share an address with a guesser are still let in. There is no limit for all together: with
it, guesses from many addresses would shut out people who hold a right code.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import TypeVar

T = TypeVar("T")

MOST_CLIENTS, MOST_CODES = 20_000, 5_000  # remembered


class Bucket:
    """So many at once, and as many again in each period of so many seconds."""

    def __init__(self, most: int, seconds: float, now: float) -> None:
        self._most, self._seconds = most, seconds
        self._left, self._at = float(most), now

    def left(self, now: float) -> float:
        gained = (now - self._at) * self._most / self._seconds
        self._left, self._at = min(float(self._most), self._left + gained), now
        return self._left

    def take(self) -> None:
        self._left = max(0.0, self._left - 1)

    def give_back(self) -> None:
        self._left = min(float(self._most), self._left + 1)


class Guesses:
    """Wrong codes, for each client: a chat, or an address and the larger network around it, which may be all one
    subscriber's."""

    PER_CLIENT, PER_NETWORK, PERIOD = 20, 200, 600.0  # in seconds

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()
        self._right: OrderedDict[str, None] = OrderedDict()

    def may_try(self, client: str, code: str) -> bool:
        """Whether to look this code up for this client. It counts as wrong from now on, until it is found right: else
        many at once would all be looked up before the first is known to be wrong."""
        if code in self._right:
            return True
        now, buckets = self._clock(), self._of(client)
        may = all(bucket.left(now) >= 1 for bucket in buckets)
        for bucket in buckets if may else ():
            bucket.take()
        return may

    def was_no_try(self, client: str, code: str) -> None:
        """Nobody could look it up."""
        if code not in self._right:
            for bucket in self._of(client):
                bucket.give_back()

    def was_right(self, client: str, code: str) -> None:
        self.was_no_try(client, code)
        _remember(self._right, code, None, MOST_CODES)

    def _of(self, client: str) -> list[Bucket]:
        named = ((client, self.PER_CLIENT), *((wide, self.PER_NETWORK) for wide in _around(client)))
        return [self._bucket(name, most) for name, most in named]

    def _bucket(self, name: str, most: int) -> Bucket:
        bucket = self._buckets.get(name) or Bucket(most, self.PERIOD, self._clock())
        _remember(self._buckets, name, bucket, MOST_CLIENTS)
        return bucket


@lru_cache(MOST_CODES)
def client_of(address: str) -> str:
    """Who counts as one client: an address, or the whole network that one subscriber has in IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else address


def _around(client: str) -> list[str]:
    """In IPv6 some providers give one subscriber 65,536 networks."""
    try:
        return [str(ip_network(client).supernet(new_prefix=48))] if ":" in client else []
    except ValueError:
        return []


def _remember(kept: OrderedDict[str, T], key: str, value: T, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
