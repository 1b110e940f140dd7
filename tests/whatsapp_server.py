"""A Graph API on the loopback, with the phones behind it: it takes what WhatsApp takes, and refuses the rest.

Built from the documentation and not from a look at the real one: each rule has its source beside it.
"""

import asyncio
import hashlib
import hmac
import json
import random
import re
import time
from collections import Counter, deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientError, ClientSession, web

from bot.notifiers.whatsapp.templates import to_create
from bot.texts.texts import Texts
from tests.whatsapp_templates import GraphError, Json, Template, filled, wrong_in

# Sources: paths below developers.facebook.com/documentation/business-messaging/whatsapp/, as of November 2026.
WINDOW = timedelta(hours=24)  # messages/send-messages: "customer service windows"
PER_SECOND = 80  # throughput: messages a second a number, in and out together -> 130429
PAIR_EVERY, PAIR_BURST = timedelta(seconds=6), 45  # throughput: "pair rate limits" -> 131056
MOST_TEXT = 4096  # messages/text-messages: body
BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")  # business-scoped-user-ids
TRIES = 5  # webhooks/overview: what is not answered by a 200 comes again, for days
PROFILE = "Wes from the corner"  # what people call themselves there

OURS = {
    "WHATSAPP_TOKEN": "EAAG-a-token-of-a-business",
    "WHATSAPP_NUMBER_ID": "106540352242922",
    "WHATSAPP_NUMBER": "31203690000",
    "WHATSAPP_APP_SECRET": "an-app-secret-of-32-signs-or-so",
    "WHATSAPP_VERIFY_TOKEN": "verify-me",
}
"""What an operator would be given, and sets."""


@dataclass
class Person:
    """Somebody with a phone. Who has a username shows no number (business-scoped-user-ids: "phone number omitted")."""

    user_id: str
    number: str = "31600471100"
    has_username: bool = False
    is_on: bool = True  # else it is sent and not delivered
    is_looking: bool = False  # at the chat: then it is read, and nobody says that it was delivered
    is_gone: bool = False  # 131026: they blocked us, or have no WhatsApp any more
    fails_with: int = 0
    window_until: datetime | None = None
    got: list[str] = field(default_factory=list)
    templates: list[tuple[str, str]] = field(default_factory=list)
    recent: deque[datetime] = field(default_factory=deque)


class WhatsAppServer:
    """`async with WhatsAppServer(clock)`: what comes for a person is in its `got`; what they say goes to `webhook`."""

    token, number_id, number, app_secret, verify_token = OURS.values()
    account = "102290129340398"

    def __init__(self, clock: Any) -> None:
        self.clock, self.webhook = clock, ""
        self.people: dict[str, Person] = {}
        self.templates: dict[tuple[str, str], Template] = {}
        self.billed = Counter[str]()
        self.errors: list[tuple[int, int]] = []  # (HTTP status, code) of the next calls, instead of taking them
        self.answers = Counter[int]()  # what our webhook answered
        self.asked: list[Json] = []
        self.quality, self.health = "GREEN", "AVAILABLE"
        self.listed: Json | None = None  # what is said instead of the templates
        self.per_second, self.pair_burst = PER_SECOND, PAIR_BURST
        self.refused_after = ""  # "taken" where it is refused later
        self.refuses = 0  # 0, or the code with which every sending is refused at once
        self.is_doubled = self.is_shuffled = self.is_held = False
        self.heard: list[Json] | None = None  # what was brought, for who brings it again
        self._waiting: list[Json] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._sent, self._random = deque[float](), random.Random(7)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v25.0/{id}/messages", self._guarded(self._messages))
        app.router.add_get("/v25.0/{id}/message_templates", self._guarded(self._list))
        app.router.add_post("/v25.0/{id}/message_templates", self._guarded(self._create))
        app.router.add_get("/v25.0/{id}", self._guarded(self._number))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v25.0"
        self.http = ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await self.http.close()
        await self._runner.cleanup()

    @property
    def environment(self) -> Mapping[str, str]:
        return {**OURS, "WHATSAPP_API_URL": self.url}

    def person(self, user_id: str = "NL.13491208655302741918", **more: Any) -> Person:
        self.people[user_id] = Person(user_id, **more)
        return self.people[user_id]

    def templates_of(self, texts: Texts, page_url: str) -> None:
        """What an operator asked for, approved."""
        for one in to_create(texts, page_url):
            made = Template(*(one[key] for key in ("name", "language", "category", "components")))
            assert not [*wrong_in(made)], one
            self.templates[made.name, made.language] = made
        self.approve()

    def approve(self) -> None:
        """What Meta does within minutes or a day."""
        for one in self.templates.values():
            one.status = "APPROVED"

    # What our side asks

    def _guarded(self, handler: Any) -> Any:
        async def answer(request: web.Request) -> web.Response:
            try:
                if request.headers.get("Authorization") != f"Bearer {self.token}":
                    raise GraphError(401, 190, "Invalid OAuth access token.")
                if self.errors and request.method == "POST":
                    raise GraphError(*self.errors.pop(0))
                return web.json_response(await handler(request))
            except GraphError as error:
                return error.answer

        return answer

    async def _messages(self, request: web.Request) -> Json:
        asked = await request.json()
        self.asked.append(asked)
        if request.match_info["id"] != self.number_id or asked.get("messaging_product") != "whatsapp":
            raise GraphError(400, 100, "Invalid parameter")
        to = asked.get("recipient", "")  # business-scoped-user-ids: "recipient" instead of "to"
        if "to" in asked or not BSUID.fullmatch(to):
            raise GraphError(400, 100, "Invalid parameter")
        text, category = self._text_of(asked)
        self._within_limits(to)
        wamid = f"wamid.{self._random.randbytes(24).hex()}"
        if self.refuses and self.refused_after:  # webhooks are sent as they come, also before this is answered
            await self.bring(self.status(to, wamid, "failed", self.refuses))
            return self._taken(to, wamid)
        if self.refuses or to not in self.people:
            raise GraphError(400, self.refuses or 131026, "Message undeliverable")
        self._deliver(to, wamid, text, category)
        return self._taken(to, wamid)

    @staticmethod
    def _taken(to: str, wamid: str) -> Json:
        return {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, "user_id": to}],
            "messages": [{"id": wamid, "message_status": "accepted"}],
        }

    def _text_of(self, asked: Json) -> tuple[str, str]:
        match asked.get("type"):
            case "text":
                text = asked["text"]["body"]
                if not 0 < len(text) <= MOST_TEXT:
                    raise GraphError(400, 100, "Param text['body'] must be at most 4096 characters long")
                return text, "service"
            case "template":
                return filled(self.templates, asked["template"]), "template"
            case _:
                raise GraphError(400, 131051, "Unsupported message type")

    def _within_limits(self, to: str) -> None:
        now, person, moment = self.clock(), self.people.get(to), time.monotonic()
        while self._sent and self._sent[0] < moment - 1:
            self._sent.popleft()
        if len(self._sent) >= self.per_second:
            raise GraphError(400, 130429, "Rate limit hit")
        self._sent.append(moment)
        if person:
            while person.recent and person.recent[0] < now - PAIR_EVERY * PAIR_BURST:
                person.recent.popleft()
            if len(person.recent) >= self.pair_burst:
                raise GraphError(400, 131056, "Too many messages to this one")
            person.recent.append(now)

    def _deliver(self, to: str, wamid: str, text: str, category: str) -> None:
        """A 200 is not delivery (webhooks/reference/messages/status): what comes of it, comes later."""
        person = self.people.get(to)
        if person is None or person.is_gone:
            return self._status(to, wamid, "failed", 131026)
        if person.fails_with:
            return self._status(to, wamid, "failed", person.fails_with)
        is_open = person.window_until is not None and self.clock() < person.window_until
        if category == "service" and not is_open:
            return self._status(to, wamid, "failed", 131047)
        name = self.asked[-1].get("template", {}).get("name", "")
        kind = "service" if category == "service" else self._category(name)
        self._status(to, wamid, "sent", category=kind)  # "pricing": with sent, and with one of delivered or read
        if person.is_on:
            person.got.append(text)
            person.templates.append((name, self.asked[-1].get("template", {}).get("language", {}).get("code", "")))
            self.billed[kind] += 1  # pricing: per delivered message; since 2026-10-01 service and utility in the window
            self._status(to, wamid, "read" if person.is_looking else "delivered", category=kind)
            if not person.is_looking:
                self._status(to, wamid, "read")
        return None

    def _category(self, name: str) -> str:
        return next(one.category for one in self.templates.values() if one.name == name).lower()

    async def _list(self, request: web.Request) -> Json:
        """templates/template-management: pages of at most `limit`, one after the other by a cursor."""
        self._is_account(request)
        if self.listed is not None:
            return self.listed
        every = sorted(self.templates.values(), key=lambda one: (one.name, one.language))
        at, most = int(request.query.get("after", 0)), min(int(request.query.get("limit", 25)), 10)
        more = {"cursors": {"after": str(at + most)}, "next": "…"} if at + most < len(every) else {}
        return {"data": [one.listed for one in every[at : at + most]], "paging": more}

    async def _create(self, request: web.Request) -> Json:
        self._is_account(request)
        asked = await request.json()
        made = Template(*(asked[key] for key in ("name", "language", "category", "components")))
        if (made.name, made.language) in self.templates:
            raise GraphError(400, 2388024, "There is already content in this language for this template")
        if wrong := next(wrong_in(made), ""):
            raise GraphError(400, 100, wrong)
        self.templates[made.name, made.language] = made
        return {"id": made.listed["id"], "status": made.status, "category": made.category}

    def _is_account(self, request: web.Request) -> None:
        if request.match_info["id"] != self.account:
            raise GraphError(400, 100, "Unsupported request: object does not exist")

    async def _number(self, request: web.Request) -> Json:
        """support/health-status: the number, the account, the business and the app, each with how it is."""
        if request.match_info["id"] != self.number_id:
            raise GraphError(400, 100, "Unsupported get request")
        kinds = {"PHONE_NUMBER": self.number_id, "WABA": self.account, "BUSINESS": "50690", "APP": "63497"}
        entities = [{"entity_type": kind, "id": one, "can_send_message": "AVAILABLE"} for kind, one in kinds.items()]
        entities[1]["can_send_message"] = self.health
        known = {
            "verified_name": "Buurthuis De Schakel",
            "name_status": "APPROVED",
            "quality_rating": self.quality,
            "display_phone_number": "+31 20 369 0000",
            "whatsapp_business_manager_messaging_limit": "TIER_250",  # messaging-limits: of a new portfolio
            "health_status": {"can_send_message": self.health, "entities": entities},
        }
        fields = request.query.get("fields", "display_phone_number").split(",")
        if unknown := [one for one in fields if one not in known]:
            raise GraphError(400, 100, f"Tried accessing nonexisting field ({unknown[0]})")
        return {**{one: known[one] for one in fields}, "id": self.number_id}

    # What goes to our webhook

    async def says(self, person: Person, text: str, wamid: str = "", **more: Any) -> None:
        """Somebody sends this; return when it is answered. A link of wa.me has it ready for them."""
        person.window_until = self.clock() + WINDOW
        await self.bring(self.message(person, text, wamid, **more))

    async def follows(self, person: Person, link: str) -> None:
        """They open a link of ours, and send what stands ready there."""
        parts = urlsplit(link)
        assert (parts.netloc, parts.path) == ("wa.me", f"/{self.number}"), link
        await self.says(person, parse_qs(parts.query)["text"][0])

    def message(self, person: Person, text: str, wamid: str = "", **more: Any) -> Json:
        """webhooks/reference/messages/text, with `from_user_id` (business-scoped-user-ids)."""
        known = {} if person.has_username else {"from": person.number}
        said = {
            **known,
            "from_user_id": person.user_id,
            "id": wamid or f"wamid.{self._random.randbytes(24).hex()}",
            "timestamp": str(int(self.clock().timestamp())),
            "type": "text",
            "text": {"body": text},
            **more,
        }
        shown = {"profile": {"name": PROFILE}, "user_id": person.user_id, **({"wa_id": person.number} if known else {})}
        return self._change({"contacts": [shown], "messages": [said]})

    def renamed(self, former: Person, new: Person) -> Json:
        """webhooks/reference/messages/system: somebody who changed their number has another id."""
        system = {"type": "user_changed_user_id", "previous_user_id": former.user_id, "user_id": new.user_id}
        return self.message(new, "", type="system", system=system)

    def _change(self, value: Json) -> Json:
        metadata = {"display_phone_number": self.number, "phone_number_id": self.number_id}
        whole = {"messaging_product": "whatsapp", "metadata": metadata, **value}
        changes = [{"field": "messages", "value": whole}]
        return {"object": "whatsapp_business_account", "entry": [{"id": self.account, "changes": changes}]}

    def status(self, to: str, wamid: str, status: str, code: int = 0, category: str = "") -> Json:
        """webhooks/reference/messages/status; `pricing` says whether it is billed."""
        said: Json = {"id": wamid, "status": status, "recipient_user_id": to}
        said["timestamp"] = str(int(self.clock().timestamp()))
        if code:
            said["errors"] = [{"code": code, "title": "…"}]
        if category:
            said["pricing"] = {"billable": True, "pricing_model": "PMP", "category": category, "type": "regular"}
        return self._change({"statuses": [said]})

    def _status(self, *about: Any, **more: Any) -> None:
        self._waiting.append(self.status(*about, **more))
        if not self.is_held:
            self._start(self._bring_what_waits())

    async def release(self) -> None:
        """What was held comes now."""
        self.is_held = False
        await self._bring_what_waits()

    async def _bring_what_waits(self) -> None:
        waiting, self._waiting = self._waiting, []
        if self.is_shuffled:
            self._random.shuffle(waiting)
        for one in waiting:
            for _ in range(1 + self.is_doubled):
                await self.bring(one)

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Return when all that came of what was sent is brought."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def bring(self, content: Json, signed: str | None = None) -> int:
        """Until it is answered by a 200; the status of the last answer."""
        if self.heard is not None:
            self.heard.append(content)
        body = json.dumps(content).encode()
        status = 0
        for _ in range(TRIES):
            status = await self.post(body, self.signature(body) if signed is None else signed)
            if status == 200 or signed is not None:
                break
            await asyncio.sleep(0.05)
        return status

    def signature(self, body: bytes) -> str:
        """webhooks/create-webhook-endpoint: "validating payloads"."""
        return "sha256=" + hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()

    async def post(self, body: bytes, signed: str) -> int:
        headers = {"X-Hub-Signature-256": signed, "Content-Type": "application/json"}
        status = 0
        with suppress(ClientError):  # they are away: it comes again
            async with self.http.post(self.webhook, data=BytesIO(body), headers=headers) as answer:
                status = answer.status
        self.answers[status] += 1
        return status
