"""The application: builds everything once, starts and stops it in order.

It is the only place that knows every other. The clock is a parameter here, so that a test can be the clock.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.channels.commands import code_in
from bot.channels.guesses import Guesses
from bot.channels.telegram import webhook
from bot.channels.telegram.channel import TelegramChannel, link
from bot.channels.telegram.webhook import Webhook
from bot.channels.web.channel import WebChannel
from bot.channels.web.service_routes import Hook
from bot.channels.web.site import Core
from bot.delivery.replies import Delivery
from bot.letters import Attachment, Clock, Doors, Envelope, Letter, Messenger, Postponed, Receipt, Sight, Update
from bot.rendering import attachments
from bot.runtime.metrics import Metrics, Moment, exposition
from bot.runtime.settings import Settings, the_secret
from bot.texts.texts import Texts, load
from bot.ticks import schedule, ticks
from bot.ticks.ticks import Tick
from bot.turns import preview, take
from bot.turns.take import Reply
from storage import letters, state
from storage.engine.database import Database, DatabaseAway, Tx
from storage.upkeep.migrate import migrate

log = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE = 60.0  # seconds to wait for what people did while we were away, before looking what time has caused
MOST_LEFT_OVER = 10_000  # letters in hand at once after a start
UNTIL_CONFIGURED = 3600.0  # seconds between looks at a channel that is not there
WELL_WITHIN = 5.0  # seconds
LATE = 180.0  # seconds without a tick that did not fail: something is stuck
TICK_NOTED_EVERY = timedelta(minutes=1)
DRAWING = 2  # threads; also for what else may not hold up the event loop, such as asking for an address


def wall_clock() -> datetime:
    return datetime.now(UTC)


def open_database(settings: Settings) -> Database:
    """The database, migrated; raises StorageError or SettingsError with what to do."""
    database = Database(settings.database_url, the_secret(settings))
    migrate(database)
    return database


def page_door(settings: Settings) -> Doors:
    return Doors(page=f"{settings.page_url}/i/", is_public=settings.public_url is not None)


class NotConfigured:
    """A channel that people came in by and that is not there now: its letters wait."""

    reaches_out = False

    async def deliver(self, address: str, letter: Letter) -> Receipt:
        return Postponed(UNTIL_CONFIGURED)


class App:
    def __init__(self, settings: Settings, clock: Clock = wall_clock) -> None:
        self.clock = clock
        self.texts: Texts = load()
        self.database = open_database(settings)
        self.doors = page_door(settings)
        self.telegram = (
            TelegramChannel(settings.telegram_token, settings.telegram_api_url, self._content)
            if settings.telegram_token
            else None
        )
        self.webhook = self._make_webhook(settings)
        self.web = self._make_web(settings)
        messengers: dict[str, Messenger] = {
            "web": self.web.messenger,
            "telegram": self.telegram.messenger if self.telegram else NotConfigured(),
        }
        self.delivery = Delivery(self.database, messengers, clock)
        self.metrics = Metrics(
            letters=self.delivery.outcomes, telegram_errors=self.telegram.errors if self.telegram else {}
        )
        self._guesses = Guesses()
        self._beaten = time.monotonic()
        self._last_tick: datetime | None = None
        self._last_poll: datetime | None = None
        self._ready: Callable[[], None] = lambda: None
        self._caught_up = asyncio.Event()

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Run until cancelled; then finish the turn in hand. It is `ready` when all that waited is taken."""
        # Who draws holds the GIL, so more threads draw no faster; and each would keep memory of its own for good.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(DRAWING, "drawing"))
        with self.database.alone():
            try:
                await self._run(ready)
            finally:
                self.web.close()
                await self.delivery.close()
                if self.telegram:
                    await self.telegram.close()
                self.database.close()

    async def _run(self, ready: Callable[[], None]) -> None:
        self.web.listen()
        if self.telegram:
            await self.telegram.open()
        self.delivery.post(await self._store(self._catch_up))
        log.info("the page is at %s", self.doors.page.removesuffix("i/"))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.web.run())
            tasks.create_task(self._keep_time())
            if self.telegram:
                self._ready = ready
                tasks.create_task(self._run_telegram(self.telegram))
            else:
                self._caught_up.set()
                ready()

    async def _run_telegram(self, channel: TelegramChannel) -> None:
        name = await channel.connect()
        self.doors = replace(self.doors, telegram=link(name, ""))
        log.info("running as @%s", name)
        if self.webhook:
            await channel.watch(self.webhook, self._polled, self.texts, self.clock)
        else:
            await channel.run(self.receive, self._polled, self.texts)

    async def _keep_time(self) -> None:
        """Write and send what time causes, once the taps that waited are taken: whoever finished while we were away is
        not reminded."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):  # `wait_for` would swallow a stop that comes as the event does
                await self._caught_up.wait()
        metronome = schedule.metronome(self.beat)
        metronome.start()
        try:
            await self.delivery.look()
        finally:
            metronome.shutdown(wait=False)

    async def beat(self) -> None:
        """Do all that the time asks for. An operator reads when all of it was done; who restarts us, when any was."""
        done = [await self._do(name, tick) for name, tick in ticks.TICKS.items()]
        if all(done):
            await self._note_beat()

    async def _do(self, name: str, tick: Tick) -> bool:
        """One tick, in transactions so short that answers come between them; whether it did not fail."""
        began, is_more = time.monotonic(), True
        try:
            while is_more:
                is_more = await self._store(partial(self._tick, tick))
                self._beaten = time.monotonic()
        except Exception as error:
            self.metrics.failures["tick"] += 1
            log.error("the tick %r failed and is tried again", name, exc_info=error)
        self.metrics.seconds_per_tick[name] = time.monotonic() - began
        return not is_more

    async def _note_beat(self) -> None:
        """For an operator, now and then: somebody looks after time."""
        now = self.clock()
        if self._last_tick is None or not self._last_tick <= now < self._last_tick + TICK_NOTED_EVERY:
            await self._store(lambda tx: state.write_moment(tx, state.LAST_TICK, now))
            self._last_tick = now

    def _tick(self, tick: Tick, tx: Tx) -> bool:
        return tick(tx, self.texts, self.clock())

    async def receive(self, update: Update) -> str | None:
        """Take one update for good: when this returns, it is committed. Gives the line for a pressed button."""
        update, began = replace(update, doors=self.doors), time.monotonic()
        try:
            reply = await self._taken(update)
        except Exception as error:
            self.metrics.failures["turn"] += 1
            log.error("update %s: the turn failed and is passed over", update.id, exc_info=error)
            reply = await self._apology(update)
        self.metrics.turn(update.channel, time.monotonic() - began, answered=reply.answered)
        if reply.outdated is not None:
            self.delivery.recall(reply.outdated)
        self.delivery.post(reply.envelopes)
        return reply.notice

    async def _taken(self, update: Update) -> Reply:
        """The turn, unless they brought too many wrong codes before."""
        code = code_in(update.event)
        if code and not self._guesses.may_try(update.address, code):
            return await self._store(lambda tx: take.turn_away(tx, self.texts, update, self.clock()))
        reply = await self._store(lambda tx: self._take(tx, update))
        if code and reply.envelopes and not reply.is_wrong_code:
            self._guesses.was_right(update.address, code)
        return reply

    def _take(self, tx: Tx, update: Update) -> Reply:
        reply = take.take(tx, self.texts, update, self.clock())
        if tx.is_shared:
            envelopes = (replace(one, after=_before(tx, one)) for one in reply.envelopes)
            return replace(reply, envelopes=tuple(envelopes))
        return reply

    async def look(self, update: Update) -> Sight:
        """What the update would show, with nothing done and nothing kept."""
        return await self._store(lambda tx: preview.look(tx, self.texts, update, self.clock()))

    async def is_well(self) -> str:
        """What is wrong here, for whoever restarts us; nothing when the database answers and any tick works."""
        try:
            async with asyncio.timeout(WELL_WITHIN):
                await self.database.run(lambda tx: state.read_moment(tx, state.LAST_TICK))
        except Exception as error:
            log.warning("not well: %s", type(error).__name__)
            return "the database does not answer"
        return "nobody looks after time" if time.monotonic() - self._beaten > LATE else ""

    async def measure(self) -> bytes:
        """All that we count, as Prometheus reads it."""
        async with asyncio.timeout(WELL_WITHIN):
            moment = await self.database.run(self._moment)
        return await asyncio.to_thread(exposition, self.metrics, moment)

    def _moment(self, tx: Tx) -> Moment:
        now = self.clock()
        return Moment(now, letters.waiting(tx, now), state.read_moment(tx, state.LAST_TICK))

    def _make_web(self, settings: Settings) -> WebChannel:
        proxies = settings.forwarded_allow_ips
        return WebChannel(settings.host, settings.port, settings.page_url, the_secret(settings), self._core(), proxies)

    def _make_webhook(self, settings: Settings) -> Webhook | None:
        if not (settings.is_webhook and settings.telegram_token and settings.public_url):
            return None
        return Webhook(settings.public_url, settings.telegram_token, the_secret(settings), self.receive)

    def _core(self) -> Core:
        return Core(
            texts=self.texts,
            receive=self.receive,
            look=self.look,
            collect=self._collect,
            is_well=self.is_well,
            content=self._content,
            doors=lambda: self.doors,
            metrics=self.measure,
            hook=Hook(webhook.PATH, webhook.TOKEN_HEADER, webhook.MOST_BODY, self.webhook.bring)
            if self.webhook
            else None,
        )

    def _content(self, attachment: Attachment) -> bytes:
        return attachments.content(attachment, self.texts)

    async def _collect(self, address: str) -> None:
        await self.delivery.collect("web", address)

    async def _apology(self, update: Update) -> Reply:
        with contextlib.suppress(Exception):
            return await self._store(lambda tx: take.apologise(tx, self.texts, update, self.clock()))
        return Reply()

    async def _store(self, work: Callable[[Tx], T]) -> T:
        """Do the work in a transaction; while the database is away, wait and try again."""
        wait = 0.1
        while True:
            try:
                return await self.database.run(work)
            except DatabaseAway as error:
                log.error("the database cannot be used, answers wait: %s; next try in %.1f s", error, wait)
            await asyncio.sleep(wait)
            wait = min(10.0, wait * 2)

    def _catch_up(self, tx: Tx) -> list[Envelope]:
        """The replies that were waiting. On SQLite all at once, so that no new one goes before one of them."""
        now = self.clock()
        if not self.database.is_sqlite:
            return []
        letters.release(tx, now)  # we run alone, so whoever held these is gone
        return letters.claim_replies(tx, self.delivery.reaching_out, now, MOST_LEFT_OVER)

    async def _polled(self) -> None:
        """All that waited at Telegram is taken. After a silence in which presses were lost, show the screens again."""
        now = self.clock()
        if ticks.is_worth_noting(self._last_poll, now):
            is_first, self._last_poll = self._last_poll is None, now
            try:
                await self._store(lambda tx: ticks.after_silence(tx, self.texts, "telegram", now))
            except Exception as error:
                log.error("the screens could not be shown again", exc_info=error)
            await self.delivery.look_once()
            if is_first:
                self._caught_up.set()
                self._ready()


def _before(tx: Tx, envelope: Envelope) -> tuple[int, ...]:
    """What another replica may be delivering to the same person, or may have left: it goes first."""
    if envelope.contact is None or envelope.number is None:
        return ()
    return tuple(letters.before(tx, envelope.contact, envelope.number))
