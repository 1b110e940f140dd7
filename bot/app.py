"""The application: builds everything once, starts and stops it in order.

It is the only place that knows every other. The clock is a parameter here, so that a test can be the clock.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from bot.aloud import Aloud
from bot.api.answers import Answers
from bot.channels import CHANNELS
from bot.channels.api import Api
from bot.channels.listed import Kind
from bot.channels.port import Channel, Demonstration, Entrances, Hook, Outlet, Shown, Told, Update
from bot.coordination import helping
from bot.database import open_database
from bot.delivery.replies import Delivery
from bot.letters import Attachment, Clock, Upload, wall_clock
from bot.notifiers import NOTIFIERS
from bot.notifiers.tags import Tags
from bot.recordings.recordings import Recordings
from bot.rendering import attachments
from bot.runtime import health
from bot.runtime.metrics import Metrics, Snapshot, exposition
from bot.runtime.settings import Settings
from bot.survey.invitation import HelperLink, Invitation
from bot.survey.paper import Typed
from bot.survey.phrases import Phrase
from bot.survey.traits import Traits
from bot.texts.texts import Texts, load
from bot.ticks import lost_presses
from bot.ticks.beat import Beat
from bot.turns import calling, told
from bot.turns.receive import Receiver
from storage import contacts, letters, partnerships, recordings, reminders, state, taken_messages, voices, waves
from storage.engine.database import DatabaseAway, Tx

log = logging.getLogger(__name__)

STANDS_FOR = 5.0  # seconds
DRAWING = 2  # threads; also for what else may not hold up the event loop, such as asking for an address


class App:
    """Also the house, as a channel sees it; see `bot.channels.port.House`."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock = wall_clock,
        channels: Sequence[Kind[Channel]] = CHANNELS,
        notifiers: Sequence[Kind[Outlet]] = NOTIFIERS,
    ) -> None:
        self.clock = clock
        self.texts: Texts = load()
        self.database = open_database(settings, channels, notifiers)
        self.channels = {one.traits.name: built for one in channels if (built := one.built(settings))}
        self.callers = {one.traits.name: made for one in notifiers if (made := one.built(settings))}
        # A notifier opens first: a page tells browsers the key of one.
        self._outlets: dict[str, Outlet] = {**self.callers, **self.channels}
        self.secrets = self.database.secrets
        self._tags = Tags(self.secrets)
        self.delivery = Delivery(self.database, self._outlets, clock)
        errors = {name: outlet.errors for name, outlet in self._outlets.items()}
        self.metrics = Metrics(letters=self.delivery.outcomes, channel_errors=errors)
        self.recordings = read_recordings(settings, self.texts)
        self._aloud = Aloud(self.texts, self.recordings)
        parts = (self.database, self.texts, self.delivery, self.metrics, clock, self._aloud)
        self._receiver, self._beat = Receiver(*parts), Beat(*parts)
        self.beat = self._beat.once
        self.demonstration: Demonstration | None = None
        self.api: Api = Answers(self.database, self.texts, clock)
        self._standing = 0.0, ""
        self._answered: dict[str, datetime] = {}
        self._behind, self._caught_up = set(self.channels), asyncio.Event()

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Run until cancelled; then finish the turn in hand. It is `ready` when all that waited is taken."""
        # Who draws holds the GIL, so more threads draw no faster; and each would keep memory of its own for good.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(DRAWING, "drawing"))
        self._ready = ready
        with self.database.alone():
            try:
                await self._run()
            finally:
                await self._close()

    async def _run(self) -> None:
        for outlet in self._outlets.values():
            await outlet.open(self)
        await self.database.run_when_there(lambda tx: reminders.notifiers_changed(tx, self.clock()))
        await self.delivery.catch_up()
        async with asyncio.TaskGroup() as tasks:
            for channel in self.channels.values():
                tasks.create_task(channel.run())
            tasks.create_task(self._beat.run(self._caught_up))

    async def _close(self) -> None:
        await self.delivery.close()
        for outlet in self._outlets.values():
            await outlet.close()
        self.database.close()

    # What a channel may ask for

    @property
    def entrances(self) -> Entrances:
        return Entrances(tuple(known for channel in self.channels.values() if (known := channel.entrance)))

    @property
    def hooks(self) -> Sequence[Hook]:
        return [hook for outlet in self._outlets.values() for hook in outlet.hooks]

    async def receive(self, update: Update) -> str | None:
        return await self._receiver.receive(self._told(update))

    async def act(self, update: Update) -> Shown:
        return await self._receiver.act(self._told(update))

    async def look(self, update: Update) -> Shown:
        return await self._receiver.look(self._told(update))

    def _told(self, update: Update) -> Update:
        """What happened, with what the house knows."""
        looks_only = self.demonstration is not None and self.demonstration.looks_only
        return replace(update, entrances=self.entrances, looks_only=looks_only)

    async def standing(self) -> str:
        """As it was some seconds ago, perhaps: every page that is open asks."""
        if (now := time.monotonic()) >= self._standing[0]:
            if self._standing[1]:  # whoever asks meanwhile, is told the one before
                self._standing = now + STANDS_FOR, self._standing[1]
            found = await self.database.run_when_there(waves.standing)
            self._standing = now + STANDS_FOR, sha256(repr(found).encode()).hexdigest()[:12]
        return self._standing[1]

    async def invitation(self, code: str) -> Invitation | None:
        return await self.database.run_when_there(lambda tx: partnerships.invitation(tx, code))

    async def helper_link(self, code: str) -> HelperLink | None:
        return await self.database.run_when_there(lambda tx: partnerships.helper_link(tx, code))

    async def type_in(self, code: str, typed: Typed) -> tuple[Phrase, bool]:
        now = self.clock()
        return await self.database.run_when_there(lambda tx: helping.type_in(tx, self.texts, code, typed, now))

    async def caught_up(self, channel: str) -> None:
        """All that waited there is taken. After an outage in which presses were lost, show the screens again."""
        now, traits = self.clock(), self.channels[channel].traits
        if not lost_presses.is_worth_noting(self._answered.get(channel), now):
            return
        self._answered[channel] = now
        if traits.presses_live:
            try:
                await self.database.run_when_there(
                    lambda tx: lost_presses.after_outage(tx, self.texts, traits, now, self._aloud)
                )
            except Exception as error:
                log.error("the screens could not be shown again", exc_info=error)
            await self.delivery.look_once()
        self._behind.discard(channel)
        if not (self._behind or self._caught_up.is_set()):
            self._caught_up.set()
            self._ready()

    async def is_well(self) -> str:
        return await health.trouble(self.database, self._beat.last_tick)

    async def measure(self) -> bytes:
        async with asyncio.timeout(health.WELL_WITHIN):
            moment = await self.database.run(self._moment)
        return await asyncio.to_thread(exposition, self.metrics, moment)

    def _moment(self, tx: Tx) -> Snapshot:
        now = self.clock()
        paid = {name: taken_messages.billed(tx, name, f"{now:%Y-%m}") for name in self.callers}
        billed = {f"{name} {category}": count for name, of in paid.items() for category, count in of.items()}
        return Snapshot(now, letters.waiting(tx, now), state.read_moment(tx, state.LAST_TICK), billed)

    def content(self, attachment: Attachment) -> bytes:
        return attachments.content(attachment, self.texts)

    async def voice(self, attachment: Attachment) -> bytes:
        digests = attachments.spoken(attachment)
        own = [digest for digest in digests if not self.recordings.by_digest(digest)]
        there = await self.database.run_when_there(lambda tx: recordings.contents(tx, own)) if own else {}
        return await asyncio.to_thread(self.recordings.content, digests, there)

    async def recorded(self, digest: str) -> tuple[bytes, str] | None:
        return await self.database.run_when_there(lambda tx: recordings.content(tx, digest))

    async def file_of(self, upload: Upload, attachment: Attachment) -> str | None:
        """Of a database that is away it is asked another time: till then it is sent whole."""
        own = [one for one in attachments.spoken(attachment) if not self.recordings.in_folder(one)]
        with suppress(DatabaseAway):
            return await self.database.run(
                lambda tx: voices.file_of(tx, upload) if recordings.are_there(tx, own) else None
            )
        return None

    async def keep_file(self, upload: Upload, file: str | None) -> None:
        with suppress(DatabaseAway):
            await self.database.run(lambda tx: voices.keep_file(tx, upload, file))

    # For notifiers, and for the page where they lead to

    @property
    def notifiers(self) -> list[Traits]:
        return [one.traits for one in self.callers.values()]

    @property
    def public_key(self) -> str:
        return next((key for one in self.callers.values() if (key := one.public_key)), "")

    async def behind_door(self, tag: str) -> str | None:
        number = self._tags.behind_door(tag, self.clock())
        return await self.database.run_when_there(lambda tx: contacts.notified_at(tx, number)) if number else None

    async def stop_notifying(self, tag: str, *, again: bool = False) -> bool:
        number, change = self._tags.to_stop(tag), calling.start if again else calling.stop
        is_there = await self._change(number, change)
        return is_there or (number is not None and not again)  # what is gone gets nothing more, and nothing again

    async def bounced(self, tag: str) -> bool:
        number = self._tags.bounced(tag)
        await self._change(number, calling.fail)
        return number is not None

    async def way_to_write(self, notifier: str, channel: str, address: str) -> str:
        contact = await self.database.run_when_there(lambda tx: contacts.number_at(tx, channel, address))
        caller = self.callers.get(notifier)
        return caller.to_write(self._tags.leave(contact, self.clock())) if contact and caller else ""

    async def told(self, event: Told) -> None:
        now, house = self.clock(), told.House(self.texts, self._tags, self.entrances)
        self.delivery.post(await self.database.run_when_there(lambda tx: told.take(tx, house, event, now)))

    async def billed(self, notifier: str) -> tuple[Mapping[str, int], int]:
        now = self.clock()
        return await self.database.run_when_there(
            lambda tx: (
                taken_messages.billed(tx, notifier, f"{now:%Y-%m}"),
                taken_messages.on_their_way(tx, notifier, now),
            )
        )

    async def _change(self, number: int | None, change: Callable[[Tx, int, datetime], int | None]) -> bool:
        """Whether there is somebody to whom this address belongs."""
        if number is None:
            return False
        now = self.clock()
        return await self.database.run_when_there(lambda tx: change(tx, number, now)) is not None


def read_recordings(settings: Settings, texts: Texts) -> Recordings:
    """Those that may be played; what is wrong with the others is in the log."""
    found = Recordings.load(texts, settings.audio_folder)
    for problem in (one for one in found.problems if not one.played):
        log.warning("a recording is not played: %s", problem)
    return found
