"""A neighbourhood on the page alone: who takes part, how each is called, and all that arrived at anybody, with its
moment. It moves the clock; what must hold is asserted by whoever uses it, of what arrived and nothing else."""

import asyncio
import re
import smtplib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.survey.conversation.buttons import Call, encode
from bot.texts.texts import load
from storage import letters
from tests.fire.test_page_replicas import Roaming
from tests.house import Clock, House, agree, fill, free_port
from tests.mail_server import MailServer
from tests.notifiers.email.conftest import FROM
from tests.notifiers.email.test_bounces import report
from tests.notifiers.push.push_service import Device, PushService
from tests.replicas import Door
from tests.telegram_server import TelegramServer
from tests.whatsapp_server import Person, WhatsAppServer

HERE = ZoneInfo("Europe/Amsterdam")
IN_SPRING, IN_AUTUMN = (datetime(2026, *day, 10, 1, tzinfo=HERE).astimezone(UTC) for day in ((3, 16), (10, 12)))
"""A Monday: on day 13 after it the clock is set forward, or back."""
STEP, EPOCH = timedelta(hours=1), datetime(2026, 1, 1, tzinfo=UTC)
SHEET = dict.fromkeys(range(1, 27), "yes")
SUBJECTS = {
    r"Uw code is \d{6}": "code",
    r"Zin \d+ wacht op u": "reminder",
    "U kunt nog meedoen": "reminder",
    "We vragen u nog een keer: .*": "invitation",
    "Het resultaat van de groep is er": "result",
    "Deze ronde is gesloten": "closed",
    r"De Verbinders: samenvatting van week \d+": "summary",
    r"De Verbinders: het resultaat van ronde \d": "final",
}

Relay = Callable[[int, int], AbstractAsyncContextManager[int]]
"""Its port, of where what it takes goes onwards, and of where what comes back is brought."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that came to somebody, with their own time of day, and the links in it: one leads in, one stops it."""

    at: datetime
    kind: str
    about: str
    name: str = ""  # of the message: the same at every try
    door: str = ""
    stop: str = ""
    has_picture: bool = False


@dataclass
class Neighbour:
    """`does` is what they do about it; `by` how they are called; `ended` when nothing more may come."""

    number: int
    by: str
    does: str
    is_greylisted: bool
    visitor: Roaming
    device: Device | None = None
    phone: Person | None = None
    contact: int = 0
    got: list[Arrival] = field(default_factory=list)
    ended: datetime | None = None
    finished: list[datetime] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"person{self.number}@example.net"

    def had(self, kind: str) -> list[Arrival]:
        return [one for one in self.got if one.kind == kind]

    def __str__(self) -> str:
        return f"{self.number} ({self.by}, {self.does})"


class Post(MailServer):
    """A mail server that has somebody act in the middle of a mail: whoever is in line by then is claimed already."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.tries: list[tuple[str, datetime]] = []
        self.is_amid = False
        self.always_at: dict[str, str] = {}
        self.meanwhile: list[Callable[[], Coroutine[Any, Any, bool]]] = []
        """What happens while a mail is here; whether it was the moment for it, else it is tried at the next."""

    async def handle_RCPT(self, server: SMTP, one: Session, envelope: Envelope, address: str, more: list[str]) -> str:
        self.tries.append((address, self.clock()))
        if self.meanwhile and not self.is_amid:
            self.is_amid = True
            if await self.meanwhile[0]():  # what it raises the server keeps for itself: then it is not taken away
                self.meanwhile.pop()
            self.is_amid = False
        if does := self.always_at.get(address):
            self.script[address] = [does]
        return await super().handle_RCPT(server, one, envelope, address, more)


class Neighbourhood:
    def __init__(
        self,
        houses: Sequence[House],
        clock: Clock,
        post: Post,
        service: PushService,
        meta: WhatsAppServer,
        bounces: int,
    ) -> None:
        self.houses, self.clock, self.post, self.service, self.meta = houses, clock, post, service, meta
        self.people: list[Neighbour] = []
        self.begun = self.closed = self.now
        self.is_under_way: Callable[[], bool] = lambda: False  # what was sent, at a relay
        self.promised = ""  # by the page on which the second wave is opened
        self.fatima = Neighbour(0, "email", "coordinates", is_greylisted=False, visitor=Roaming(houses))
        self._bounces, self._seen, self._pushed = bounces, 0, dict[int, int]()

    @property
    def house(self) -> House:
        return self.houses[0]

    @property
    def now(self) -> datetime:
        return self.clock().astimezone(HERE)

    def add(self, by: str, does: str, *, is_greylisted: bool = False) -> None:
        number = len(self.people) + 1
        visitor = Roaming(self.houses, number)
        device = self.service.device(f"device{number}") if by == "push" else None
        phone = self.meta.person(f"NL.{number:020}", has_username=number % 2 == 0) if by == "whatsapp" else None
        self.people.append(Neighbour(number, by, does, is_greylisted, visitor, device, phone))

    def who(self, *does: str) -> list[Neighbour]:
        return [one for one in self.people if one.does in does]

    # What people do

    async def come_in(self, one: Neighbour, code: str) -> None:
        await agree(self.house, one.visitor, code)
        ((one.contact,),) = self.house.rows("SELECT MAX(id) FROM contacts")
        if one.by == "email":
            await self.leave_address(one)
        elif one.device:
            form = (await one.visitor.open("/messages")).forms["buttons"]
            given = {"fill": encode(Call("leave", "push")), "field.address": one.device.subscription}
            page = await one.visitor.send(form, {**form.fields, **given})
            assert "U krijgt een bericht op de telefoon of computer" in page.text
        elif one.phone:
            page = await one.visitor.open("/messages")
            await self.meta.follows(one.phone, await one.visitor.leads_to(page.links["Stuur het naar mijn WhatsApp"]))
            await self.catch_up()
            assert "Wij sturen u een bericht in WhatsApp" in (await one.visitor.open("/messages")).text

    async def leave_address(self, one: Neighbour) -> None:
        """By the code that came there, which a greylist holds up for some minutes."""
        if one.is_greylisted:
            self.post.script[one.address] = ["grey"]
        await one.visitor.open("/messages")
        await one.visitor.fill_in({"Uw e-mailadres": one.address})
        await self.catch_up()
        if one.is_greylisted:
            assert not one.got
            await self.wait(minutes=3)
        (code,) = re.findall(r"\d{6}", one.got[-1].about)
        await one.visitor.fill_in({"De code": code})
        assert "We sturen u een e-mail" in one.visitor.last.text, str(one)

    async def finish(self, one: Neighbour) -> None:
        await one.visitor.open("/1")
        await fill(self.house, one.visitor, SHEET)
        one.finished.append(self.now)

    @staticmethod
    async def ask_for_result(one: Neighbour) -> None:
        await one.visitor.open("/")
        await one.visitor.press("Stuur mij later het resultaat")

    async def finish_by_the_door(self, one: Neighbour) -> None:
        """In another browser, by the link in their mail, which asks for a press."""
        await one.visitor.session.close()
        one.visitor = Roaming(self.houses, one.number)
        await one.visitor.open(one.got[-1].door)
        await one.visitor.press("Ja, dit bericht is voor mij")
        await self.finish(one)
        await self.ask_for_result(one)

    async def stop_by_mail(self, one: Neighbour) -> None:
        """What a mail program does by itself (RFC 8058): nobody is signed in there."""
        async with Roaming(self.houses, one.number) as program:
            url = self.houses[one.number % len(self.houses)].page + one.got[-1].stop
            async with program.session.post(url, data={"List-Unsubscribe": "One-Click"}) as answer:
                assert answer.status == 200
        one.ended = self.now

    async def stop_by_link(self, one: Neighbour) -> None:
        async with Roaming(self.houses, one.number) as elsewhere:
            await elsewhere.open(one.got[-1].stop)
            await elsewhere.press("Geen berichten meer")
        one.ended = self.now

    async def stop_by_word(self, one: Neighbour) -> None:
        assert one.phone
        await self.meta.says(one.phone, "Stop")
        one.ended = self.now
        await self.catch_up()

    async def stop_on_page(self, one: Neighbour) -> None:
        await one.visitor.open("/messages")
        name = {"email": "E-mail", "push": "Op uw toestel", "whatsapp": "WhatsApp"}[one.by]
        await one.visitor.press(f"{name}: stoppen")
        one.ended = self.now

    async def send_back(self, one: Neighbour) -> None:
        """Their mail was taken, and now the far mail server says that nobody is there."""
        sender = self.post.to(one.address)[-1].sender
        await asyncio.to_thread(_brought_back, self._bounces, report(to=sender), sender)
        one.ended = self.now

    # What time does

    def told(self, moment: datetime) -> str:
        return f"day {(moment.date() - self.begun.date()).days}, {moment:%H:%M}"

    def moment(self, day: int, at: str) -> datetime:
        """So many days after the first, at this time here."""
        return datetime.combine(self.begun + timedelta(days=day), time.fromisoformat(at), HERE).astimezone(UTC)

    async def in_line(self, day: int, at: str) -> None:
        """At this moment one house writes all that is due, so that letters stand in line as people came in. Some go at
        once: of whoever came in late, none is on its way when the first one is at the relay."""
        self.clock.now = self.moment(day, at)
        await self.house.app.beat()
        await self.catch_up()

    async def until(self, day: int, at: str) -> None:
        """Until then; by whole hours."""
        end = self.moment(day, at)
        while (now := self.clock()) < end:
            self.clock.now = min(end, now + STEP - (now - EPOCH) % STEP)
            await self.catch_up()

    async def wait(self, **amount: float) -> None:
        self.clock.pass_time(**amount)
        await self.catch_up()

    async def catch_up(self) -> None:
        """All that is due now is written and delivered, by whichever house; who got it, has it."""
        before = -1
        while before < (before := sum(len(one.got) for one in self._everybody)) or self._waits:
            await asyncio.gather(*(house.caught_up() for house in self.houses))
            while self.is_under_way():  # noqa: ASYNC110 - what a relay does rings no bell here
                await asyncio.sleep(0.05)
            await self.meta.settled()
            self._bring()

    @property
    def _waits(self) -> bool:
        """Whether something is due: one house may have written it when the other, that sends, had looked."""
        with self.house.app.database.transaction() as tx:
            return any(lane.due for lane in letters.waiting(tx, self.clock()))

    @property
    def _everybody(self) -> Sequence[Neighbour]:
        return self.fatima, *self.people

    def _bring(self) -> None:
        by_address = {one.address: one for one in self._everybody}
        for mail in self.post.mails[self._seen :]:
            by_address[mail.recipient].got.append(_of_mail(mail.message, mail.part("plain"), self.now))
        self._seen = len(self.post.mails)
        for one in self.people:
            if one.device:
                new = one.device.got[self._pushed.get(one.number, 0) :]
                one.got += [_of_push(message["notification"], self.now) for message in new]
                self._pushed[one.number] = len(one.device.got)
            if one.phone:
                there = [*zip(one.phone.got, one.phone.templates, strict=True)]
                one.got += [_of_whatsapp(*each, self.now) for each in there[self._pushed.get(one.number, 0) :]]
                self._pushed[one.number] = len(there)


def _brought_back(port: int, mail: bytes, to: str) -> None:
    with smtplib.LMTP("127.0.0.1", port) as server:
        assert server.sendmail("", [to], mail) == {}


def _of_mail(message: Any, text: str, at: datetime) -> Arrival:
    about = str(message["Subject"])
    kind = next((kind for pattern, kind in SUBJECTS.items() if re.fullmatch(pattern, about)), about)
    door = next(iter(re.findall(r"https?://\S+/door/\w+", text)), "")
    stop = message.get("List-Unsubscribe", "").strip("<>")
    has_picture = any(part.get_content_type() == "image/png" for part in message.walk())
    return Arrival(at, kind, about, str(message["Message-ID"]), urlsplit(door).path, urlsplit(stop).path, has_picture)


def _of_push(shown: Any, at: datetime) -> Arrival:
    return Arrival(at, shown["tag"], shown["body"], door=urlsplit(shown["navigate"]).path)


def _of_whatsapp(text: str, template: tuple[str, str], at: datetime) -> Arrival:
    """From a template, or an answer to what they wrote."""
    about = text.split("\n\n")[1] if template[0] else ""
    kind = next((kind for pattern, kind in SUBJECTS.items() if re.fullmatch(pattern, about)), about) or "answer"
    door = next(iter(re.findall(r"https?://\S+/door/\w+", text)), "")
    return Arrival(at, kind, about, door=urlsplit(door).path)


@asynccontextmanager
async def neighbourhood(
    folder: Path,
    server: TelegramServer,
    clock: Clock,
    database: str = "",
    replicas: int = 1,
    relay: Relay | None = None,
) -> AsyncIterator[Neighbourhood]:
    """With no Telegram, all notifiers, and so many houses behind one door where there is a database for that. A relay
    may stand between us and the mail server."""
    async with AsyncExitStack() as stack:
        post = await stack.enter_async_context(Post(clock))
        service = await stack.enter_async_context(PushService(clock))
        door = await stack.enter_async_context(Door())
        meta = await stack.enter_async_context(WhatsAppServer(clock))
        meta.webhook, meta.is_doubled, meta.is_shuffled = f"{door.url}/whatsapp", True, True
        meta.templates_of(load(), door.url)
        bounces, houses = free_port(), []
        port = await stack.enter_async_context(relay(post.port, bounces)) if relay else post.port
        common = {
            "TELEGRAM_TOKEN": "",
            "PUBLIC_URL": door.url,
            "SMTP_URL": f"smtp://127.0.0.1:{port}",
            "MAIL_FROM": FROM,
            "PUSH_SERVICES": service.url,
            **meta.environment,
            **({"DATABASE_URL": database} if database else {}),
        }
        for number in range(replicas):
            own = {} if number else {"MAIL_BOUNCES": f"lmtp://127.0.0.1:{bounces}"}
            house = House(folder, server, clock, PORT=str(free_port()), **common, **own)
            door.behind.append(house.page)
            houses.append(await stack.enter_async_context(house))
        made = Neighbourhood(houses, clock, post, service, meta, bounces)
        yield made
        for one in (made.fatima, *made.people):
            await one.visitor.session.close()
