"""A Telegram Bot API on the loopback, with the people and groups who write to the bot.

It refuses what Telegram refuses, in Telegram's words, and lives by the `clock` it is given; nothing in it polls.
"""

from __future__ import annotations

import asyncio
import html
import inspect
import itertools
import json
import math
import random
import re
import time
from collections import Counter, defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import aiohttp
from aiohttp import web

from tests.patience import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

Json = dict[str, Any]
PRESS_LIVES, UPDATE_LIVES = 150, 24 * 3600  # seconds in Telegram's queue
PRESS_ANSWERABLE = 15  # seconds; Telegram does not say, bot authors report 10 to 15
FIRST_RETRY, LAST_RETRY = 0.05, 1.5  # seconds between webhook attempts: Telegram's 2 to 60, forty times faster
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
NESTED = {"reply_markup", "commands", "scope", "allowed_updates"}
INTEGERS = {"chat_id", "message_thread_id", "message_id", "offset", "limit", "timeout", "max_connections"}
HER_FILE = {"file_id": "hers", "file_unique_id": "hers"}
SAMPLES: Json = {
    "photo": [{**HER_FILE, "width": 90, "height": 90}],
    "sticker": {**HER_FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False},
    "voice": {**HER_FILE, "duration": 3},
    "document": {**HER_FILE, "file_name": "agenda.pdf"},
    "location": {"latitude": 52.37, "longitude": 4.89},
    "contact": {"phone_number": "+31600000000", "first_name": "Buur"},
}


class TelegramServer:
    """`async with TelegramServer() as server`: the bot connects to `server.url`, a `server.person()` writes to it."""

    def __init__(
        self,
        *,
        token: str = "123456:TEST",
        username: str = "samenspraak_bot",
        clock: Callable[[], float] = time.time,
        port: int = 0,
    ) -> None:
        self.token, self.clock, self.port = token, clock, port
        self.me: Json = {"id": int(token.split(":")[0]), "is_bot": True, "first_name": "Bot", "username": username}
        self.chats: dict[int, Chat] = {}
        self.migrated: dict[int, int] = {}
        self.files: dict[str, Upload] = {}
        self.presses: dict[str, tuple[Person, float]] = {}  # who pressed, until when it can be answered
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        self.short_descriptions: dict[tuple[str, str], str] = {}
        self.names: dict[tuple[str, str], str] = {}
        self.limits: Limits | None = None
        self.too_fast = 0  # calls that were refused for the limits
        self.latency = 0.0  # seconds that the network takes for a call and its answer
        self.faults: list[Fault] = []
        self.calls: Counter[str] = Counter()
        self.log: deque[tuple[str, Json, bool]] = deque(maxlen=10_000)
        self.updates = Updates(clock)
        self._changes = Changes()
        self._api = BotApi(self)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        await self.updates.use(None)

    async def start(self) -> None:
        """Be reachable; after `stop` on the same port, and with everything as it was."""
        app = web.Application(client_max_size=60 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Be unreachable: whoever waits for an answer sees a lost connection."""
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def person(
        self,
        *,
        language_code: str | None = "nl",
        first_name: str = "Anna",
        username: str | None = None,
        id: int | None = None,
    ) -> Person:
        """Somebody with Telegram; the bot cannot write to her before she has written to it."""
        names = {"first_name": first_name} | ({"username": username} if username else {})
        return Person(self, id or self._fresh_id(), names, language_code)

    def group(self, *, title: str = "Team") -> Group:
        """A group chat with the bot in it."""
        return Group(self, {"id": -self._fresh_id(), "type": "group", "title": title})

    async def post(self, update: Json) -> None:
        """Queue any update; `update_id` is filled in when absent."""
        self.updates.put(update)

    async def confirmed(self, timeout: float = PATIENCE) -> None:  # noqa: ASYNC109
        """Return when the bot has confirmed everything queued so far."""
        await self.updates.confirmed(timeout)

    async def called(self, method: str, times: int = 1, timeout: float = PATIENCE) -> None:  # noqa: ASYNC109
        """Return when the bot has called this method so often, counted from the start."""
        complaint = f"{method} was not called {times} times in {timeout} s; calls:"
        await self._changes.until(lambda: self.calls[method] >= times, timeout, lambda: f"{complaint} {self.calls}")

    async def redeliver(self, n: int = 1) -> None:
        """Deliver the last n confirmed updates again, before all others and with the ids they had."""
        self.updates.redeliver(n)

    def fail(self, method: str, status: int, **how: Any) -> None:
        """Let the next calls of a method fail; `Fault` says how they can."""
        assert method in SPELLING.values(), f"the Bot API here has no {method}"
        self.faults.append(Fault(method, status, **how))

    async def _answer(self, request: web.Request) -> web.Response:
        method, params = request.match_info["method"], Json()
        try:
            if request.match_info["token"] != self.token:
                raise Refused(401, "Unauthorized")
            method = SPELLING.get(method.lower(), method)
            params = await read_params(request)
            self.calls[method] += 1
            self._changes.announce()
            fault = self._next_fault(method, params)
            await self._travel()
            response = await (self._fail(fault, params) if fault else self._perform(method, params))
        except Refused as refusal:
            response = refusal.response()
        await self._travel()
        self.log.append((method, params, response.status == HTTPStatus.OK and response.content_type != "text/html"))
        return response

    async def _travel(self) -> None:
        if self.latency:
            await asyncio.sleep(self.latency / 2)

    async def _perform(self, method: str, params: Json) -> web.Response:
        if method not in SPELLING.values():
            raise Refused(404, "Not Found")
        result = getattr(self._api, method)(params)
        return in_json(200, {"ok": True, "result": await result if inspect.isawaitable(result) else result})

    async def _fail(self, fault: Fault, params: Json) -> web.Response:
        late = fault.status == HTTPStatus.OK and not fault.garbage
        response = await self._perform(fault.method, params) if late or fault.after else None
        await asyncio.sleep(fault.hang or 0)
        return response if response and late else fault.response()

    def _next_fault(self, method: str, params: Json) -> Fault | None:
        for fault in self.faults:
            if fault.method == method and fault.chat_id in (None, self._chat_of(params)):
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None

    def _chat_of(self, params: Json) -> int | None:
        pressed = self.presses.get(params.get("callback_query_id", ""))
        return pressed[0].id if pressed else params.get("chat_id")

    def _fresh_id(self) -> int:
        # Ten digits that nothing else in a database file looks like, so that a test can search for a leak.
        fresh = random.randrange(5 * 10**9, 8 * 10**9)
        return fresh if fresh not in self.chats else self._fresh_id()


class Chat:
    """A chat with the bot: what it shows, and waiting until it shows it."""

    def __init__(self, server: TelegramServer, body: Json) -> None:
        self.server, self.body = server, body
        self.known = False  # a bot cannot write first
        self.refusal: str | None = None
        self.takes_no_voices = False  # who pays for Telegram can forbid them
        self.forbids: dict[int, str] = {}  # topic, 0 being none -> in what words nothing may be written there
        self.topics: set[int] = set()
        self.shown: dict[int, BotMessage] = {}
        self.newest: BotMessage | None = None
        self.changes = Changes()
        self.message_ids = itertools.count(1)
        server.chats[self.id] = self

    @property
    def id(self) -> int:
        return int(self.body["id"])

    @property
    def messages(self) -> list[BotMessage]:
        """What the bot sent and did not delete, oldest first, as it reads now."""
        return list(self.shown.values())

    @property
    def last(self) -> BotMessage:
        """The message that was sent or edited last."""
        assert self.newest, f"the bot has sent nothing to chat {self.id}"
        return self.newest

    async def wait(self, wanted: Callable[[BotMessage], bool], timeout: float = PATIENCE) -> BotMessage:  # noqa: ASYNC109
        """Return the last message as soon as it is what is wanted."""
        await self.changes.until(
            lambda: self.newest is not None and wanted(self.newest),
            timeout,
            lambda: f"after {timeout} s chat {self.id} shows: {self.newest}",
        )
        return self.last

    def show(self, message: BotMessage) -> Json:
        self.shown[message.id] = self.newest = message
        self.changes.announce()
        return self.json_of(message.id)

    def hide(self, message: BotMessage) -> None:
        del self.shown[message.id]
        self.newest = self.newest if self.newest is not message else next(reversed(self.shown.values()), None)
        self.changes.announce()

    def json_of(self, message_id: int) -> Json:
        """Telegram's Message as it is now, or what is left of it when it was deleted."""
        message = self.shown.get(message_id)
        if message is None:
            return {"message_id": message_id, "chat": self.body, "date": 0}
        parts = {"message_id": message.id, "chat": self.body, "date": message.date, "from": self.server.me}
        parts |= {"caption": message.text, **message.media} if message.media else {"text": message.text}
        return parts | ({"reply_markup": message.markup} if message.markup else {})

    def receive(self, kind: str, sender: Person, content: Json) -> int:
        """Queue a message that somebody wrote in this chat; its id."""
        self.known = True
        message_id: int = content.get("message_id") or next(self.message_ids)
        about = {"message_id": message_id, "chat": self.body, "from": sender.sender, "date": int(self.server.clock())}
        if self.refusal is None:
            self.server.updates.put({kind: about | content})
        return message_id

    def admit(self, sender: Person, was: str, now: str, refusal: str | None) -> None:
        """Queue the bot's own change from one status to another, such as a block."""
        self.known, self.refusal = True, refusal
        old, new = ({"status": status, "user": self.server.me, "until_date": 0} for status in (was, now))
        about = {"chat": self.body, "from": sender.sender, "date": int(self.server.clock())}
        self.server.updates.put({"my_chat_member": {**about, "old_chat_member": old, "new_chat_member": new}})


class Person(Chat):
    """Somebody with Telegram, and her private chat with the bot."""

    def __init__(self, server: TelegramServer, id: int, names: Json, language_code: str | None) -> None:
        super().__init__(server, {"id": id, "type": "private", **names})
        language = {"language_code": language_code} if language_code else {}
        self.sender: Json = {"id": id, "is_bot": False, **names, **language}
        self.toasts: list[str | None] = []

    async def write(self, text: str) -> int:
        """Send a text; the id of her message."""
        return self.receive("message", self, text_parts(text))

    async def send(self, **content: Any) -> int:
        """Send something else: `photo=True`, or as Telegram would describe it: `photo=[...], caption="..."`."""
        parts = {kind: SAMPLES[kind] if it is True else it for kind, it in content.items()}
        return self.receive("message", self, parts)

    async def edit(self, message_id: int, text: str) -> None:
        when = {"message_id": message_id, "edit_date": int(self.server.clock())}
        self.receive("edited_message", self, when | text_parts(text))

    async def press(self, label: str, message: BotMessage | None = None) -> None:
        """Press the button with this label: on `message` as it was then, else on the newest that has it."""
        seen = [message] if message else [*filter(None, [self.newest]), *reversed(self.messages)]
        there = ((one, data) for one in seen for text, data in itertools.chain(*one.rows) if text == label)
        pressed, data = next(there, (None, ""))
        assert pressed, f"no button {label!r} on {[str(one) for one in seen]}"
        assert not re.match(r"\w+://", data), f"{label!r} opens {data}"
        await self.press_data(data, pressed)

    async def press_data(self, data: str, message: BotMessage | None = None) -> None:
        """Press with this data, whether or not the bot ever offered it."""
        message = message or self.last
        chat_id, query_id = message.chat_id, str(random.getrandbits(62))
        chat = self.server.chats[self.server.migrated.get(chat_id, chat_id)]
        self.server.presses[query_id] = self, self.server.clock() + PRESS_ANSWERABLE
        press = {"id": query_id, "from": self.sender, "message": chat.json_of(message.id), "data": data}
        self.server.updates.put({"callback_query": {**press, "chat_instance": str(chat_id)}})

    async def block(self) -> None:
        self.admit(self, "member", "kicked", "bot was blocked by the user")

    async def unblock(self) -> None:
        self.admit(self, "kicked", "member", None)

    def deactivate(self) -> None:
        """Delete her account; a bot hears of that when it writes."""
        self.refusal = "user is deactivated"


class Group(Chat):
    """A group chat; the bot is in it until it is removed."""

    async def write(self, sender: Person, text: str, topic: int = 0, **more: Any) -> int:
        """In the group, or in a topic of it, which makes it a forum."""
        self.topics |= {topic} if topic else set()
        there = {"message_thread_id": topic, "is_topic_message": True} if topic else {}
        return self.receive("message", sender, {**text_parts(text), **there, **more})

    async def reopen(self, sender: Person, topic: int) -> None:
        del self.forbids[topic]
        there = {"message_thread_id": topic, "is_topic_message": True}
        self.receive("message", sender, {"forum_topic_reopened": {}, **there})

    async def add_bot(self, sender: Person) -> None:
        self.admit(sender, "left", "member", None)
        self.receive("message", sender, {"new_chat_members": [self.server.me]})

    async def remove_bot(self, sender: Person) -> None:
        self.admit(sender, "member", "kicked", "bot was kicked from the group chat")

    def migrate(self) -> int:
        """Become a supergroup, under a new id."""
        old, new = self.body, {**self.body, "id": -(10**12) - random.randrange(10**9, 10**10), "type": "supergroup"}
        about = {"message_id": next(self.message_ids), "from": self.server.me, "date": int(self.server.clock())}
        self.server.updates.put({"message": {**about, "chat": old, "migrate_to_chat_id": new["id"]}})
        self.server.updates.put({"message": {**about, "chat": new, "migrate_from_chat_id": old["id"]}})
        self.server.migrated[old["id"]] = new["id"]
        self.server.chats[new["id"]] = self.server.chats.pop(old["id"])
        self.body, self.known = new, True
        return self.id


@dataclass(frozen=True)
class BotMessage:
    """A message of the bot as it read at one moment; an edit makes a new one with the same id."""

    id: int
    chat_id: int
    date: int
    text: str  # without markup; the caption of a file
    html: str  # as the bot sent it
    entities: tuple[Any, ...] = ()
    markup: Json = field(default_factory=dict)
    media: Json = field(default_factory=dict)  # the file as Telegram describes it
    photo: bytes | None = field(default=None, repr=False)
    document: bytes | None = field(default=None, repr=False)
    voice: bytes | None = field(default=None, repr=False)
    audio: bytes | None = field(default=None, repr=False)
    filename: str | None = None
    topic: int = 0
    edits: int = 0

    @cached_property
    def rows(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """The buttons, as label and callback data, or the link of a button that opens one."""
        keyboard = self.markup.get("inline_keyboard", [])
        return tuple(tuple((b["text"], b.get("callback_data") or b.get("url", "")) for b in row) for row in keyboard)

    def __str__(self) -> str:
        return " ".join([self.text, *(f"[{label}]" for row in self.rows for label, _ in row)])


class Limits(NamedTuple):
    """How many messages may be sent in any second before 429."""

    overall_per_second: int = 30
    per_chat_per_second: int = 1


class Upload(NamedTuple):
    filename: str
    content: bytes


@dataclass
class Fault:
    """How the next `times` calls of a method go wrong; status 200 with `hang` is the true answer, given late."""

    method: str
    status: int
    times: int = 1
    retry_after: int | None = None
    description: str | None = None
    chat_id: int | None = None
    garbage: bool | str = False  # HTML instead of JSON, or this
    hang: float | None = None  # seconds before the answer
    location: str = ""  # where a redirect sends us
    after: bool = False  # the call takes effect; its answer is lost

    def response(self) -> web.Response:
        if self.garbage:
            text = self.garbage if isinstance(self.garbage, str) else "<html>Bad gateway</html>"
            sent_on = {"Location": self.location} if self.location else {}
            return web.Response(status=self.status, text=text, content_type="text/html", headers=sent_on)
        if self.status == HTTPStatus.TOO_MANY_REQUESTS:
            return too_many(self.retry_after or 1).response()
        return Refused(self.status, self.description or HTTPStatus(self.status).phrase).response()


class Refused(Exception):
    """An answer that is not ok."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.body: Json = {"ok": False, "error_code": status, "description": description}
        self.body |= {"parameters": parameters} if parameters else {}

    def response(self) -> web.Response:
        return in_json(self.status, self.body)


class Changes:
    """Wakes whoever waits for something to become true."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def announce(self) -> None:
        self._next.set()
        self._next = asyncio.Event()

    async def until(self, true: Callable[[], bool], seconds: float, complaint: Callable[[], str]) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    await self._next.wait()
        except TimeoutError:
            raise AssertionError(complaint()) from None


@dataclass(eq=False)
class Queued:
    id: int
    lane: tuple[str, int]  # a webhook gets one update at a time from each lane
    body: Json
    expires_at: float
    confirmed: bool = False
    old: bool = False  # below the bot's offset already: not confirmed before it is shown


class Updates:
    """The queue to the bot: an update stays until it is confirmed, by a higher offset or by 2xx, or expires."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.next_id = random.randrange(10**8, 9 * 10**8)
        self.waiting: list[Queued] = []
        self.past: deque[Queued] = deque(maxlen=1000)
        self.allowed: list[str] = []
        self.webhook: Webhook | None = None
        self._changes = Changes()
        self._poll: asyncio.Future[None] | None = None

    def put(self, body: Json) -> None:
        kind = next((key for key in body if key != "update_id"), "")
        if kind and (kind not in self.allowed if self.allowed else kind in NOT_BY_DEFAULT):
            return
        update_id = body.get("update_id", self.next_id)
        expires_at = self.clock() + (PRESS_LIVES if kind == "callback_query" else UPDATE_LIVES)
        update = Queued(update_id, lane_of(kind, body), {"update_id": update_id, **body}, expires_at)
        update.old = update_id < self.next_id
        self.next_id = max(self.next_id, update_id + 1)
        self._queue([update])

    def redeliver(self, n: int) -> None:
        again = [self.past.pop() for _ in range(min(n, len(self.past)))][::-1]
        self._queue([replace(update, old=True, confirmed=False) for update in again])

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """getUpdates: confirm what is below the offset, then give what waits, or wait for it."""
        if self.webhook:
            words = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise Refused(409, f"Conflict: {words}")
        if offset < 0:
            offset = self.waiting[offset].id if -offset <= len(self.waiting) else 0
        if offset <= self.next_id:  # Telegram serves an offset from the future from the head of the queue
            self.confirm([update for update in self.waiting if update.id < offset and not update.old])
        if not self.alive() and seconds > 0:
            await self._long_poll(seconds)
        batch = self.alive()[:limit]
        for update in batch:
            update.old = False
        return [update.body for update in batch]

    def alive(self) -> list[Queued]:
        now = self.clock()
        return [update for update in self.waiting if update.expires_at > now]

    def confirm(self, updates: Iterable[Queued]) -> None:
        gone = list(updates)
        for update in gone:
            update.confirmed = True
        self.past.extend(update for update in gone if update.expires_at > self.clock())
        self.waiting = [update for update in self.waiting if not update.confirmed]
        self._changes.announce()

    async def confirmed(self, seconds: float) -> None:
        asked = self.alive()
        await self._changes.until(
            lambda: all(update.confirmed or update.expires_at <= self.clock() for update in asked),
            seconds,
            lambda: f"not confirmed after {seconds} s: {[u.body for u in asked if not u.confirmed]}",
        )

    async def use(self, webhook: Webhook | None) -> None:
        """Deliver by this webhook from now on, or by long poll again."""
        self._end_poll("terminated by setWebhook request")
        old, self.webhook = self.webhook, webhook
        if old:
            await old.close()
        if webhook:
            webhook.wake(self.waiting)

    def _queue(self, updates: list[Queued]) -> None:
        # An old id goes first, so that the last id of a batch is its highest, as with Telegram.
        self.waiting = updates + self.waiting if updates and updates[0].old else self.waiting + updates
        if self.webhook:
            self.webhook.wake(updates)
        elif self._poll and not self._poll.done():
            self._poll.set_result(None)

    async def _long_poll(self, seconds: float) -> None:
        self._end_poll("terminated by other getUpdates request; make sure that only one bot instance is running")
        self._poll = asyncio.get_running_loop().create_future()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._poll, seconds)

    def _end_poll(self, reason: str) -> None:
        if self._poll and not self._poll.done():
            self._poll.set_exception(Refused(409, f"Conflict: {reason}"))


class Webhook:
    """Posts updates to the bot: one at a time in each lane, again and again until 2xx."""

    def __init__(self, api: BotApi, updates: Updates, url: str, secret: str, connections: int) -> None:
        self.api, self.updates, self.settings = api, updates, (url, secret, connections)
        self.last_error: Json = {}
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        self._http = aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=connections))
        self._lanes: dict[tuple[str, int], asyncio.Task[None]] = {}

    def wake(self, updates: Iterable[Queued]) -> None:
        for update in updates:
            if update.lane not in self._lanes:
                self._lanes[update.lane] = asyncio.create_task(self._empty(update.lane))

    async def close(self) -> None:
        tasks = list(self._lanes.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.close()

    async def _empty(self, lane: tuple[str, int]) -> None:
        delay = 0.0
        while update := next((one for one in self.updates.alive() if one.lane == lane), None):
            if await self._deliver(update.body):
                self.updates.confirm([update])
                delay = 0.0
            else:
                await asyncio.sleep(delay)
                delay = min(delay * 2 or FIRST_RETRY, LAST_RETRY)
        del self._lanes[lane]

    async def _deliver(self, body: Json) -> bool:
        try:
            async with self._http.post(self.settings[0], json=body, allow_redirects=False) as response:
                if 200 <= response.status < 300:
                    self._call(await response.read())
                    return True
                words = f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError) as error:
            words = str(error) or type(error).__name__
        self.last_error = {"last_error_date": int(self.updates.clock()), "last_error_message": words}
        return False

    def _call(self, content: bytes) -> None:
        """The one call that the answer to an update may hold; how it ended nobody hears."""
        with suppress(Refused, ValueError):
            params = json.loads(content)
            self.api._server.calls[params["method"]] += 1
            getattr(self.api, params.pop("method"))(params)


class BotApi:
    """The methods of the Bot API, each under Telegram's name for it."""

    def __init__(self, server: TelegramServer) -> None:
        self._server = server
        self._sent: defaultdict[int, deque[float]] = defaultdict(deque)

    def getMe(self, _: Json) -> Json:
        return self._server.me

    def getUpdates(self, params: Json) -> Awaitable[list[Json]]:
        self._allow(params)
        limit = max(1, min(100, params.get("limit", 100)))
        return self._server.updates.poll(params.get("offset", 0), limit, min(50, params.get("timeout", 0)))

    async def setWebhook(self, params: Json) -> bool:
        updates, secret = self._server.updates, params.get("secret_token", "")
        if not re.fullmatch(r"[\w-]{0,256}", secret, re.ASCII):
            raise bad("secret token contains unallowed characters")
        self._allow(params)
        if params.get("drop_pending_updates") in (True, "true"):
            updates.confirm(updates.waiting)
        settings = (params.get("url", ""), secret, params.get("max_connections", 40))
        if updates.webhook is None or updates.webhook.settings != settings:
            await updates.use(Webhook(self, updates, *settings) if settings[0] else None)
        return True

    def deleteWebhook(self, params: Json) -> Awaitable[bool]:
        return self.setWebhook({**params, "url": ""})

    def getWebhookInfo(self, _: Json) -> Json:
        updates, hook = self._server.updates, self._server.updates.webhook
        info = {"url": "", "has_custom_certificate": False, "pending_update_count": len(updates.alive())}
        info |= {"allowed_updates": updates.allowed} if updates.allowed else {}
        return info | ({"url": hook.settings[0], **hook.last_error} if hook else {})

    def sendMessage(self, params: Json) -> Json:
        return self._sent_to(self._open_chat(params), params, text_of(params, "text", "message is too long"))

    def sendPhoto(self, params: Json) -> Json:
        return self._send_file("photo", params)

    def sendVoice(self, params: Json) -> Json:
        return self._send_file("voice", params)

    def sendAudio(self, params: Json) -> Json:
        return self._send_file("audio", params)

    def sendDocument(self, params: Json) -> Json:
        return self._send_file("document", params)

    def sendChatAction(self, params: Json) -> bool:
        return bool(self._open_chat(params))

    def editMessageText(self, params: Json) -> Json:
        chat, old = self._to_edit(params, "text")
        return self._edited(chat, old, params, text_of(params, "text", "MESSAGE_TOO_LONG"))

    def editMessageCaption(self, params: Json) -> Json:
        chat, old = self._to_edit(params, "caption")
        return self._edited(chat, old, params, text_of(params, "caption", "message caption is too long"))

    def editMessageReplyMarkup(self, params: Json) -> Json:
        return self._edited(*self._to_edit(params, ""), params, {})

    def deleteMessage(self, params: Json) -> bool:
        chat = self._open_chat(params)
        message = chat.shown.get(params.get("message_id", 0))
        if message is None:
            raise bad("message to delete not found")
        if message.date < self._server.clock() - 48 * 3600:
            raise bad("message can't be deleted for everyone")
        chat.hide(message)
        return True

    def answerCallbackQuery(self, params: Json) -> bool:
        person, until = self._server.presses.get(str(params.get("callback_query_id")), (None, 0.0))
        if person is None or self._server.clock() > until:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if len(params.get("text", "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        person.toasts.append(params.get("text") or None)
        person.changes.announce()
        return True

    def setMyCommands(self, params: Json) -> bool:
        commands = params.get("commands", [])
        if len(commands) > 100:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        if not all(re.fullmatch("[a-z0-9_]{1,32}", command["command"]) for command in commands):
            raise bad("BOT_COMMAND_INVALID")
        if not all(1 <= len(command["description"]) <= 256 for command in commands):
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self._server.commands[scope_of(params)] = commands
        return True

    def getMyCommands(self, params: Json) -> list[Json]:
        return self._server.commands.get(scope_of(params), [])

    def deleteMyCommands(self, params: Json) -> bool:
        self._server.commands.pop(scope_of(params), None)
        return True

    def setMyDescription(self, params: Json) -> bool:
        return keep_text(self._server.descriptions, params, "description", 512)

    def getMyDescription(self, params: Json) -> Json:
        return {"description": self._server.descriptions.get(scope_of(params), "")}

    def setMyShortDescription(self, params: Json) -> bool:
        return keep_text(self._server.short_descriptions, params, "short_description", 120)

    def getMyShortDescription(self, params: Json) -> Json:
        return {"short_description": self._server.short_descriptions.get(scope_of(params), "")}

    def setMyName(self, params: Json) -> bool:
        return keep_text(self._server.names, params, "name", 64)

    def getChat(self, params: Json) -> Json:
        kinds = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        gifts = {"accepted_gift_types": dict.fromkeys(kinds, False)}
        return {**self._known_chat(params).body, "accent_color_id": 0, "max_reaction_count": 11, **gifts}

    def leaveChat(self, params: Json) -> bool:
        chat = self._open_chat(params)
        if isinstance(chat, Person):
            raise bad("chat member status can't be changed in private chats")
        chat.refusal = "bot is not a member of the group chat"
        return True

    def logOut(self, _: Json) -> bool:
        return True

    def close(self, _: Json) -> bool:
        return True

    def _allow(self, params: Json) -> None:
        self._server.updates.allowed = params.get("allowed_updates", self._server.updates.allowed)

    def _open_chat(self, params: Json) -> Chat:
        chat = self._known_chat(params)
        if chat.refusal:
            raise Refused(403, f"Forbidden: {chat.refusal}")
        topic = params.get("message_thread_id", 0)
        if topic and topic not in chat.topics:
            raise bad("message thread not found")
        if words := chat.forbids.get(topic):
            raise bad(words)
        return chat

    def _known_chat(self, params: Json) -> Chat:
        chat_id = params.get("chat_id", 0)
        if to := self._server.migrated.get(chat_id):
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refused(400, words, migrate_to_chat_id=to)
        chat = self._server.chats.get(chat_id)
        if chat is None or not chat.known:
            raise bad("chat not found")
        return chat

    def _send_file(self, kind: str, params: Json) -> Json:
        chat, given = self._open_chat(params), params.get(kind)
        upload = given if isinstance(given, Upload) else self._server.files.get(str(given))
        if upload is None or (isinstance(given, str) and not given.startswith(kind)):
            raise bad("wrong file identifier/HTTP URL specified")
        if not upload.content:
            raise bad("file must be non-empty")
        if kind == "voice" and chat.takes_no_voices:
            raise bad("VOICE_MESSAGES_FORBIDDEN")
        if kind == "photo" and not upload.content.startswith((b"\x89PNG", b"\xff\xd8", b"RIFF")):
            raise bad("IMAGE_PROCESS_FAILED")
        content = text_of(params, "caption", "message caption is too long")
        content |= {"media": {kind: self._described(kind, upload)}, kind: upload.content, "filename": upload.filename}
        return self._sent_to(chat, params, content)

    def _described(self, kind: str, upload: Upload) -> Any:
        file_id = f"{kind}-{len(self._server.files) + 1}"
        self._server.files[file_id] = upload
        file = {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(upload.content)}
        if kind == "photo":
            return [{**file, "width": 800, "height": 600}]
        return {**file, "duration": 1} if kind in ("voice", "audio") else {**file, "file_name": upload.filename}

    def _sent_to(self, chat: Chat, params: Json, content: Json) -> Json:
        markup, now = checked_markup(params), int(self._server.clock())
        self._throttle(chat.id)
        topic = params.get("message_thread_id", 0)
        return chat.show(BotMessage(next(chat.message_ids), chat.id, now, markup=markup, topic=topic, **content))

    def _throttle(self, chat_id: int) -> None:
        if self._server.limits is None:
            return
        now = time.monotonic()  # not `clock`: a bot paces itself in real time
        for key, most in zip((0, chat_id), self._server.limits, strict=True):
            while self._sent[key] and self._sent[key][0] <= now - 1:
                self._sent[key].popleft()
            if len(self._sent[key]) >= most:
                self._server.too_fast += 1
                raise too_many(math.ceil(self._sent[key][0] + 1 - now))
        self._sent[0].append(now)
        self._sent[chat_id].append(now)

    def _to_edit(self, params: Json, part: str) -> tuple[Chat, BotMessage]:
        chat = self._open_chat(params)
        old = chat.shown.get(params.get("message_id", 0))
        if old is None:
            raise bad("message to edit not found")
        if part and (part == "text") == bool(old.media):
            raise bad(f"there is no {part} in the message to edit")
        return chat, old

    def _edited(self, chat: Chat, old: BotMessage, params: Json, content: Json) -> Json:
        new = replace(old, **content, markup=checked_markup(params), edits=old.edits + 1)
        if (new.text, new.entities, new.markup) == (old.text, old.entities, old.markup):
            same = "are exactly the same as a current content and reply markup of the message"
            raise bad(f"message is not modified: specified new message content and reply markup {same}")
        return chat.show(new) | {"edit_date": int(self._server.clock())}


SPELLING = {name.lower(): name for name in vars(BotApi) if not name.startswith("_")}  # any case will do


def bad(description: str) -> Refused:
    return Refused(400, f"Bad Request: {description}")


def too_many(seconds: int) -> Refused:
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def in_json(status: int, body: Json) -> web.Response:
    return web.Response(status=status, body=json.dumps(body).encode(), content_type="application/json")


async def read_params(request: web.Request) -> Json:
    """What was called with, from the address, a form or JSON, with nested values, numbers and files read."""
    in_body = await (request.json() if request.content_type == "application/json" else request.post())
    return {name: decoded(name, value) for name, value in {**request.query, **in_body}.items()}


def decoded(name: str, value: Any) -> Any:
    if isinstance(value, web.FileField):
        return Upload(value.filename, value.file.read())
    if name in NESTED and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {name} JSON object") from None
    return int(value) if name in INTEGERS and re.fullmatch(r"-?\d+", str(value)) else value


def text_of(params: Json, name: str, too_long: str) -> Json:
    """A text or caption, checked, as the fields of a message."""
    raw, mode = params.get(name, ""), params.get("parse_mode", "")
    if mode.lower() not in ("", "html"):
        raise bad("unsupported parse_mode")
    text, entities = parse_html(raw) if mode else (raw, ())
    text = text.strip()
    if len(text.encode("utf-16-le")) // 2 > (4096 if name == "text" else 1024):  # the stricter way to count
        raise bad(too_long)
    if name == "text" and not text:
        raise bad("message text is empty")
    return {"text": text, "html": raw, "entities": entities}


def keep_text(texts: dict[tuple[str, str], str], params: Json, name: str, most: int) -> bool:
    if len(params.get(name, "")) > most:
        raise bad(f"{name.upper()}_TOO_LONG")  # a guess: nobody has published Telegram's own words
    texts[scope_of(params)] = params.get(name, "")
    return True


TAGS = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("tg-spoiler", "span"), "spoiler"),
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
TAG = re.compile(r"""<(?P<slash>/?)(?P<name>[^\s>]*)(?P<more>(?:"[^"]*"|'[^']*'|[^>"'])*)(?P<end>>?)""")
LETTER = re.compile(r"&(?:#\d+|#x[0-9a-f]+|lt|gt|amp|quot);?", re.IGNORECASE)


def parse_html(source: str) -> tuple[str, tuple[Any, ...]]:
    """The plain text and where it is bold and so on; what Telegram cannot parse is refused."""
    text, at, opened, entities = "", 0, list[tuple[str, str, int]](), list[tuple[str, str, int, int]]()
    for tag in TAG.finditer(source):
        text += unescaped(source[at : tag.start()])
        at = tag.end()
        check_tag(source, tag, opened)
        if not tag["slash"]:
            opened.append((tag["name"].lower(), tag["more"].strip(), len(text)))
        elif (start := opened.pop())[2] < len(text):
            entities.append((TAGS[start[0]], start[1], start[2], len(text)))
    if opened:
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1][0]}\"")
    return text + unescaped(source[at:]), tuple(sorted(entities))


def check_tag(source: str, tag: re.Match[str], opened: list[tuple[str, str, int]]) -> None:
    name, kind, complaint = tag["name"].lower(), "end" if tag["slash"] else "start", ""
    if not tag["end"]:
        complaint = f"Unclosed {kind} tag"
    elif kind == "start" and name not in TAGS:
        complaint = f'Unsupported start tag "{name}"'
    elif name == "span" and kind == "start" and "tg-spoiler" not in tag["more"]:
        complaint = 'Tag "span" must have class "tg-spoiler"'
    elif kind == "end" and not opened:
        complaint = "Unexpected end tag"
    elif kind == "end" and name not in ("", opened[-1][0]):
        complaint = f'Unmatched end tag, expected "</{opened[-1][0]}>", found "</{name}>"'
    if complaint:
        raise bad(f"can't parse entities: {complaint} at byte offset {len(source[: tag.start()].encode())}")


def unescaped(text: str) -> str:
    return LETTER.sub(lambda letter: html.unescape(letter[0]), text) if "&" in text else text


def checked_markup(params: Json) -> Json:
    """The inline keyboard of a call; other keyboards are not part of a message."""
    rows = (params.get("reply_markup") or {}).get("inline_keyboard", [])
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        raise bad("reply markup is too long")
    for button in itertools.chain(*rows):
        if not button.get("text"):
            raise bad("inline keyboard button text must be non-empty")
        if not button.keys() - {"text", "style", "icon_custom_emoji_id"}:
            words = "Text buttons are unallowed in the inline keyboard"
            raise bad(f"can't parse inline keyboard button: {words}")
        if not 1 <= len(button.get("callback_data", "-").encode()) <= 64:
            raise bad("BUTTON_DATA_INVALID")
    return {"inline_keyboard": rows} if rows else {}


def scope_of(params: Json) -> tuple[str, str]:
    """Who sees a text: the scope's type, with the chat where it names one, and the language or ""."""
    scope, language = params.get("scope") or {"type": "default"}, params.get("language_code", "")
    if not re.fullmatch("([a-z]{2})?", language):
        raise bad("invalid language code specified")
    return ":".join(str(scope[key]) for key in ("type", "chat_id") if key in scope), language


def lane_of(kind: str, body: Json) -> tuple[str, int]:
    about = body[kind] if isinstance(body.get(kind), dict) else {}
    whose = next((one for one in (about.get("chat"), about.get("from")) if isinstance(one, dict)), {})
    number = whose.get("id", 0)  # in a malformed update it is anything
    return kind.removeprefix("edited_"), number if isinstance(number, int) else 0


def text_parts(text: str) -> Json:
    command = re.match(r"/\w{1,32}(@\w+)?", text, re.ASCII)
    entity = {"type": "bot_command", "offset": 0, "length": command.end()} if command else {}
    return {"text": text, **({"entities": [entity]} if entity else {})}
