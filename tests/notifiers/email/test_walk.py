"""Somebody on the page is called by e-mail: from leaving an address, by a code, to the statement behind the button."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.house import Clock, House
from tests.mail_server import MailServer
from tests.notifiers.email.conftest import FATIMA, FROM
from tests.telegram_server import TelegramServer
from tests.visitor import Visitor


@pytest.fixture
async def house(tmp_path: Path, server: TelegramServer, clock: Clock, mail_server: MailServer) -> AsyncIterator[House]:
    url = f"smtp://127.0.0.1:{mail_server.port}"
    async with House(tmp_path, server, clock, SMTP_URL=url, MAIL_FROM=FROM) as running:
        yield running


async def leaves(house: House, visitor: Visitor, address: str) -> None:
    await visitor.open(f"/i/{house.add(language='en').invitation}")
    for label in ("Yes, I will take part", "Other"):
        await visitor.press(label)
    await visitor.open("/messages")
    await visitor.fill_in({"Your e-mail address": address})
    await house.settle()


async def confirms(visitor: Visitor, mail_server: MailServer) -> None:
    found = re.search(r"\b\d{6}\b", mail_server.mails[-1].part("plain"))
    assert found
    await visitor.fill_in({"The code": found[0]})


async def later(house: House, **amount: float) -> None:
    house.clock.pass_time(**amount)
    for _ in range(2):
        await house.caught_up()


async def test_from_an_address_to_the_statement(house: House, mail_server: MailServer) -> None:
    async with Visitor(house.page, "en") as fatima:
        await leaves(house, fatima, " Fatima@Example.org ")
        assert "f•••@example.org" in fatima.last.text
        (code,) = mail_server.to(FATIMA)
        assert "http" not in code.part("plain") + code.part("html")
        await confirms(fatima, mail_server)
        assert "We send you an e-mail at f•••@example.org." in fatima.last.text
    await later(house, days=2, hours=1)
    _, reminder = mail_server.to(FATIMA)
    assert "Statement 1 of 26" in reminder.part("plain")
    door, stop = (urlsplit(link) for link in re.findall(r"https?://\S+", reminder.part("plain")))
    assert reminder.message["List-Unsubscribe"] == f"<{stop.geturl()}>"
    async with Visitor(house.page, "en") as on_another_phone:
        await on_another_phone.open(door.path)
        assert "Statement 1 of 26" not in on_another_phone.last.whole, "nothing of them before a press"


async def test_an_address_that_does_not_work_is_told_and_never_written_to_again(
    house: House, mail_server: MailServer
) -> None:
    async with Visitor(house.page, "en") as fatima:
        await leaves(house, fatima, FATIMA)
        await confirms(fatima, mail_server)
        mail_server.script[FATIMA] = ["nobody"]
        await later(house, days=2, hours=1)
        await later(house, days=4)
        assert mail_server.tried[FATIMA] == 2
        assert "Our e-mail to f•••@example.org does not arrive." in (await fatima.open("/messages")).text


@pytest.mark.fire
async def test_a_greylist_costs_no_reminder(house: House, mail_server: MailServer) -> None:
    async with Visitor(house.page, "en") as fatima:
        await leaves(house, fatima, FATIMA)
        await confirms(fatima, mail_server)
    mail_server.script[FATIMA] = ["grey", "grey"]
    await later(house, days=2, hours=1)
    assert len(mail_server.mails) == 1
    for minutes in (6, 16):
        await later(house, minutes=minutes)
    assert len(mail_server.to(FATIMA)) == 2
