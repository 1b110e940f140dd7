"""Mailboxes: for each address, the letters that are on its page now.

In memory only, and bounded: what is lost here, by a restart or because others came in, the core can say again.
"""

import asyncio
import secrets
from collections import OrderedDict
from contextlib import suppress

from bot.letters import Letter

MOST_LETTERS = 12  # on one page
MOST_MAILBOXES = 5_000


class Mailbox:
    """The letters on one page by their numbers, oldest first. `version` is another one after each change."""

    def __init__(self) -> None:
        self.letters: dict[int, Letter] = {}
        self.listeners = 0
        self.newest = 0
        self._last = 0
        self._born = secrets.token_hex(4)
        self._changes = 0
        self._changed = asyncio.Event()
        self._standing: tuple[str, Letter | None] = "", None

    @property
    def version(self) -> str:
        return f"{self._born}.{self._changes}"

    @property
    def screen(self) -> int | None:
        """The number of the letter whose buttons are at hand: the newest one that has any."""
        return next((number for number, letter in reversed(self.letters.items()) if letter.rows), None)

    def put(self, letter: Letter) -> None:
        """In the place of the letter that it replaces, when that is still here; else below all others."""
        if letter.replaces in self.letters and not letter.attachment:
            self.newest = letter.replaces
            self.letters[self.newest] = letter
        else:
            self._last = self.newest = self._last + 1
            self.letters[self.newest] = letter
            while len(self.letters) > MOST_LETTERS:
                del self.letters[next(iter(self.letters))]
        self.tell()

    def keep_newest_screen(self) -> None:
        """One screen stands on a page: the newest takes the place of all before it."""
        older = {number for number, letter in self.letters.items() if letter.rows and number != self.screen}
        if older:
            self.keep_only(self.letters.keys() - older)

    def is_overtaken(self, standing: str) -> bool:
        """Whether time has changed what this person can do, and no screen has come since that says so."""
        before, screen = self._standing
        return before not in ("", standing) and screen is self._at_hand

    def stand(self, standing: str) -> None:
        self._standing = standing, self._at_hand

    @property
    def _at_hand(self) -> Letter | None:
        return self.letters.get(self.screen or 0)

    def keep_only(self, numbers: set[int]) -> None:
        self.letters = {number: letter for number, letter in self.letters.items() if number in numbers}
        self.tell()

    def tell(self) -> None:
        """Wake whoever waits for news."""
        self._changes += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def news(self, since: str, seconds: float) -> bool:
        """Whether there is another version than this one, at most so many seconds from now."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.version == since:
                    await self._changed.wait()
        return self.version != since


class Mailboxes:
    def __init__(self) -> None:
        self._boxes: OrderedDict[str, Mailbox] = OrderedDict()

    def of(self, address: str) -> Mailbox:
        """The mailbox of this address, made when there is none; the one unused for longest makes room for it."""
        if address not in self._boxes:
            if len(self._boxes) >= MOST_MAILBOXES:
                self._make_room()
            self._boxes[address] = Mailbox()
        self._boxes.move_to_end(address)
        return self._boxes[address]

    def find(self, address: str) -> Mailbox | None:
        """The mailbox of this address, when there is anything in it."""
        found = self._boxes.get(address)
        return found if found and found.letters else None

    def close(self) -> None:
        """Wake everybody, for the last time."""
        for box in self._boxes.values():
            box.tell()

    def _make_room(self) -> None:
        idle = (address for address, box in self._boxes.items() if not box.listeners)
        del self._boxes[next(idle, next(iter(self._boxes)))]
