"""The far side of each notifier: where what it carries arrives. One that has it here is under the contract."""

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Protocol

from bot.channels.listed import Kind
from bot.channels.port import Outlet
from bot.notifiers import NOTIFIERS
from bot.runtime.settings import Variable
from bot.survey.conversation.buttons import Call, encode
from bot.survey.phrases import verbatim
from bot.survey.traits import Traits
from bot.texts.texts import load
from tests.house import Clock, House, free_port
from tests.mail_server import Mail, MailServer
from tests.notifiers.actors import called
from tests.notifiers.push.push_service import PushService
from tests.notifiers.slips.notifier import CALLS, SlipsNotifier, Street
from tests.visitor import Visitor
from tests.whatsapp_server import WhatsAppServer

PUSH, WHATSAPP, EMAIL = NOTIFIERS

Received = list[tuple[str, str]]


class FarSide(Protocol):
    notifier: Kind[Outlet]
    environment: Mapping[str, str]
    """What sets the notifier up."""
    nobody: str
    """An address at which nobody is."""
    secrets: Sequence[str]
    """By which one would know where they left to be called, if it stood anywhere."""

    async def leave(self, house: House, visitor: Visitor) -> None:
        """Somebody who takes part, in English, leaves that they want to be called by this, and confirms it."""

    def received(self) -> Received:
        """What arrived there since, the first one first: in a line what it is about, and all of it."""

    def break_it(self) -> None:
        """From now on they are not there any more."""


class Slips:
    notifier: Kind[Outlet] = SlipsNotifier
    nobody = "9999"
    number = "471100471101"
    secrets: Sequence[str] = (number,)

    def __init__(self, folder: Path) -> None:
        self.street = Street(folder / "street")
        self.street.build(self.number)
        self.environment: Mapping[str, str] = {"STREET": str(self.street.folder)}

    async def leave(self, house: House, visitor: Visitor) -> None:
        await called(house, visitor, self.street, self.number)

    def received(self) -> Received:
        there = [*self.street.folder.glob("*/*.json")]
        every = [json.loads(path.read_text()) for path in sorted(there, key=lambda path: path.name)]
        return [(one["about"], json.dumps(one, ensure_ascii=False)) for one in every if one["kind"]]

    def break_it(self) -> None:
        (self.street.folder / self.number).rename(self.street.folder / "empty")


class Mails:
    notifier: Kind[Outlet] = EMAIL
    nobody = "nobody@example.org"
    secrets: Sequence[str] = ("wes@example", "wes%40example")

    def __init__(self, server: MailServer) -> None:
        self._server = server
        server.script[self.nobody] = ["nobody"]
        url = f"smtp://127.0.0.1:{server.port}"
        self.environment: Mapping[str, str] = {"SMTP_URL": url, "MAIL_FROM": "Samenspraak <samen@example.org>"}

    async def leave(self, house: House, visitor: Visitor) -> None:
        await visitor.open("/messages")
        await visitor.fill_in({"Your e-mail address": "wes@example.org"})
        await house.settle()
        found = re.search(r"\b\d{6}\b", self._server.mails[-1].part("plain"))
        assert found
        await visitor.fill_in({"The code": found[0]})

    def received(self) -> Received:
        notices = [one for one in self._server.mails if one.message["List-Unsubscribe"]]
        return [(str(one.message["Subject"]), _whole(one)) for one in notices]

    def break_it(self) -> None:
        self._server.always = "nobody"


def _whole(mail: Mail) -> str:
    return "\n".join((mail.message["List-Unsubscribe"], mail.part("plain"), mail.part("html")))


class Pushes:
    notifier: Kind[Outlet] = PUSH

    def __init__(self, service: PushService) -> None:
        self._service, self._device, port = service, service.device(), free_port()
        self.nobody = self._device.subscription.replace("/send/one", "/send/nobody")
        keys = json.loads(self._device.subscription)["keys"]
        self.secrets: Sequence[str] = ("/send/one", *keys.values())
        page = {"PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
        self.environment: Mapping[str, str] = {**page, "PUSH_SERVICES": service.url}

    async def leave(self, house: House, visitor: Visitor) -> None:
        form = (await visitor.open("/messages")).forms["buttons"]
        said_yes = {"fill": encode(Call("leave", "push")), "field.address": self._device.subscription}
        await visitor.send(form, {**form.fields, **said_yes})

    def received(self) -> Received:
        every = [one["notification"] for one in self._device.got]
        return [(one["body"], json.dumps(one)) for one in every]

    def break_it(self) -> None:
        self._service.devices.clear()


class WhatsApps:
    notifier: Kind[Outlet] = WHATSAPP
    nobody = "NL.99999999999999999999"

    def __init__(self, meta: WhatsAppServer) -> None:
        self._meta, self._wes, port = meta, meta.person(), free_port()
        self.secrets: Sequence[str] = (self._wes.user_id, self._wes.number, meta.token, meta.app_secret)
        page = f"http://127.0.0.1:{port}"
        meta.webhook, meta.per_second, meta.pair_burst = f"{page}/whatsapp", 1000, 1000  # one gets all kinds at once
        meta.templates_of(load(), page)
        self.environment: Mapping[str, str] = {"PORT": str(port), "PUBLIC_URL": page, **meta.environment}

    async def leave(self, house: House, visitor: Visitor) -> None:
        page = await visitor.open("/messages")
        await self._meta.follows(self._wes, await visitor.leads_to(page.links["Send it to my WhatsApp"]))
        await house.settle()

    def received(self) -> Received:
        every = zip(self._wes.got, self._wes.templates, strict=True)
        return [(text.split("\n\n")[1], text) for text, (name, _) in every if name]

    def break_it(self) -> None:
        self._meta.refuses = 131026


class SecondNotifier(SlipsNotifier):
    """One more, that comes after any other."""

    traits: ClassVar[Traits] = replace(
        SlipsNotifier.traits, name="second", calls=replace(CALLS, name=verbatim("Second"))
    )
    variables: ClassVar[Mapping[str, Variable]] = {"SECOND": Variable("", lambda _: True, "a folder")}
    variable = "SECOND"


@asynccontextmanager
async def slips(folder: Path, _clock: Clock) -> AsyncIterator[FarSide]:
    yield Slips(folder)


@asynccontextmanager
async def mails(_folder: Path, _clock: Clock) -> AsyncIterator[FarSide]:
    async with MailServer() as server:
        yield Mails(server)


@asynccontextmanager
async def pushes(_folder: Path, clock: Clock) -> AsyncIterator[FarSide]:
    async with PushService(clock) as service:
        yield Pushes(service)


@asynccontextmanager
async def whatsapps(_folder: Path, clock: Clock) -> AsyncIterator[FarSide]:
    async with WhatsAppServer(clock) as meta:
        yield WhatsApps(meta)


FAR_SIDES: Mapping[str, Callable[[Path, Clock], AbstractAsyncContextManager[FarSide]]] = {
    "slips": slips,
    "email": mails,
    "push": pushes,
    "whatsapp": whatsapps,
}
