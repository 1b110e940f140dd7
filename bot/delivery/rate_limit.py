"""The rate limit of one channel: when the next bulk message may go, under so many a second, and 1 a second in one chat.

A reply never waits, but it takes its place, so that bulk makes room. We cannot see when a message arrives there, only
that it is between our call and its answer; so it counts from the call until a second after the answer, less the time
that the quickest call takes. However unevenly the network carries them, no second there
has as many as the channel allows.
"""

import time
from collections import deque
from collections.abc import Callable, Hashable
from functools import partial
from math import inf

SECOND = 1.0
SLACK = 0.015
RECENT = 200  # calls, of which the quickest shows how long the network takes at least
FEW = 20  # calls that show nothing yet

Answered = Callable[[], None]


class RateLimit:
    """`per_second` is what the channel allows; `clock` gives seconds that only go up. A chat is anything that tells
    chats apart.

    Of `most` messages that count at one moment, `least_bulk` are bulk however many replies there are: else bulk would
    never arrive on a busy day. So many go `at_once`; the rest of a second's worth follows with a `gap` of seconds
    between them, quicker than the limit, to catch up with what a busy machine lets slip.
    """

    def __init__(self, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = max(1, per_second - 1)
        self.least_bulk, self.at_once = max(1, per_second // 6), max(1, per_second // 3)
        self.gap = 0.75 / per_second
        self._clock = clock
        self._replies, self._bulk = _Counted(), _Counted()
        self._chats: dict[Hashable, float] = {}  # from when on bulk may go there, in that order
        self._next = 0.0
        self._held_until = 0.0
        self._recent = deque[float](maxlen=RECENT)

    def reply(self, chat: Hashable) -> Answered:
        """A reply goes now. Call what this gives when the channel has answered.

        Within a second of another one to the same chat it takes no place: it changes a message, or is refused.
        """
        return self._begin(_Counted() if self.wait_for(chat) else self._replies, chat)

    def bulk(self, chat: Hashable) -> Answered:
        """A bulk message goes now, for there was nothing to wait for. Call what this gives when it is answered."""
        now = self._clock()
        self._next = now + self.gap if self._bulk.since(now - self._lasts) >= self.at_once else now
        return self._begin(self._bulk, chat)

    def wait(self) -> float:
        """Seconds until a bulk message may go; infinite while all that counts is still on its way."""
        now = self._clock()
        return max(0.0, self._held_until - now, self._next - now, self._full(now))

    def wait_for(self, chat: Hashable) -> float:
        """Seconds until it may go to this chat, as far as that chat is concerned."""
        now = self._clock()
        return max(0.0, self._chats.get(chat, now) - now)

    def hold(self, seconds: float) -> None:
        """The channel says that the whole bot must wait."""
        self._held_until = max(self._held_until, self._clock() + seconds)

    @property
    def held(self) -> float:
        """Seconds that it still must."""
        return max(0.0, self._held_until - self._clock())

    @property
    def chats(self) -> int:
        """How many are remembered."""
        return len(self._chats)

    @property
    def _lasts(self) -> float:
        """Seconds for which a message counts after its answer."""
        return SECOND + SLACK - (min(self._recent) if len(self._recent) > FEW else 0.0)

    def _full(self, now: float) -> float:
        """Seconds until fewer than `most` count."""
        lasts = self._lasts
        replies, bulk = self._replies.since(now - lasts), self._bulk.since(now - lasts)
        if bulk + min(replies, self.most - self.least_bulk) < self.most:
            return 0.0
        return min(self._replies.oldest, self._bulk.oldest) + lasts - now

    def _begin(self, kind: "_Counted", chat: Hashable) -> Answered:
        now = self._clock()
        kind.under_way += 1
        self._note(chat, now)
        return partial(self._answered, kind, chat, now)

    def _answered(self, kind: "_Counted", chat: Hashable, began: float) -> None:
        now = self._clock()
        kind.answered(now)
        self._recent.append(now - began)
        self._note(chat, now)

    def _note(self, chat: Hashable, now: float) -> None:
        """Something goes to this chat; forget the chats to which bulk may go again."""
        self._chats.pop(chat, None)
        self._chats[chat] = now + SECOND + SLACK
        while self._chats[first := next(iter(self._chats))] <= now:
            del self._chats[first]


class _Counted:
    """The messages of one kind that count: those on their way, and those that were answered not long ago."""

    def __init__(self) -> None:
        self.under_way = 0
        self._answers = deque[float]()

    def since(self, moment: float) -> int:
        """How many count; those that were answered until then are forgotten."""
        while self._answers and self._answers[0] <= moment:
            self._answers.popleft()
        return self.under_way + len(self._answers)

    def answered(self, now: float) -> None:
        self.under_way -= 1
        self._answers.append(now)
        self.since(now - SECOND - SLACK)

    @property
    def oldest(self) -> float:
        """When the first of them was answered; never, when none was."""
        return self._answers[0] if self._answers else inf
