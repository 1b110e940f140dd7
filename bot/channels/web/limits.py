"""Limits: how often a code may be wrong, and how much may be sent.

Codes have 128 bits, so nobody guesses one; this only keeps whoever tries from costing anybody else anything. A code
that was right is remembered and costs nothing, so those who share an address with a guesser are still let in.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import TypeVar

T = TypeVar("T")

MOST_BODY = 16_384  # bytes of a form; ours have some hundreds
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


class Guesses:
    """Wrong codes, for each client and altogether."""

    PER_CLIENT, ALTOGETHER, PERIOD = 20, 1_000, 600.0  # in seconds

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._clients: OrderedDict[str, Bucket] = OrderedDict()
        self._right: OrderedDict[str, None] = OrderedDict()
        self._all = Bucket(self.ALTOGETHER, self.PERIOD, clock())

    def may_try(self, client: str, code: str) -> bool:
        """Whether it is worth looking this code up for this client."""
        if code in self._right:
            return True
        now, own = self._clock(), self._clients.get(client)
        return (own is None or own.left(now) >= 1) and self._all.left(now) >= 1

    def note(self, client: str, code: str, *, was_right: bool) -> None:
        if was_right:
            _remember(self._right, code, None, MOST_CODES)
        else:
            own = self._clients.get(client) or Bucket(self.PER_CLIENT, self.PERIOD, self._clock())
            _remember(self._clients, client, own, MOST_CLIENTS)
            own.take()
            self._all.take()


def client_of(address: str) -> str:
    """Who counts as one client: an address, or the whole network that one subscriber has in IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else address


def _remember(kept: OrderedDict[str, T], key: str, value: T, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
