"""A wave on the page alone, of sixty people and three weeks, with a second one after it and a night in between on which
the clock is set forward, or back: who is called, when, and when no more. A third of them is called in WhatsApp. All of
it is asserted of what arrived.
"""

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest

from bot.survey.calendar import is_decent
from tests.actors import coordinate
from tests.fire.neighbourhood import IN_AUTUMN, IN_SPRING, Neighbour, Neighbourhood, neighbourhood
from tests.house import Clock
from tests.notifiers.email.test_postfix import POSTFIX, relay
from tests.notifiers.email.test_postfix import folder as folder
from tests.telegram_server import TelegramServer

EMAIL = (
    "finishes early", "bounces", "answers some", "finishes late", "finishes early", "full", "stops on the page",
    "finishes late", "by the door", "stops by mail", "finishes in line", "stops in line", "finishes late", "bounces",
    "stops by the link", "finishes late", "by the door", "wants no reminders", "finishes late", "answers some",
    "silent", "finishes late", "finishes late", "silent", "finishes late",
)  # fmt: skip
PUSH = (
    "finishes early", "finishes late", "stops on the page", "silent", "finishes late", "answers some", "finishes late",
    "silent",
)  # fmt: skip
WHATSAPP = (
    "finishes early", "finishes late", "silent", "answers some", "finishes late", "stops on the page", "stops by word",
    "is gone", "by the door", "finishes late", "silent", "stops by word", "finishes early", "wants no reminders",
    "finishes late", "silent", "is gone", "finishes late", "answers some", "finishes late",
)  # fmt: skip
NEITHER = ("finishes late", "silent", "silent", "finishes late", "silent", "finishes late", "silent")
ONE, TWO = {"reminder of 1": 1}, {"reminder of 1": 2}
AGAIN = {"invitation": 1, "reminder of 2": 2}
CAME = {
    "silent": TWO | AGAIN | {"closed": 1},
    "answers some": TWO | AGAIN | {"closed": 1},
    "finishes early": {"result": 1, "invitation": 1},
    "finishes late": TWO | AGAIN | {"result": 1},
    "finishes in line": AGAIN | {"result": 1},
    "by the door": {"reminder of 1": 1, "result": 1, "invitation": 1},
    "wants no reminders": {"closed": 1, "invitation": 1},
    "full": AGAIN | {"closed": 1},
    "stops in line": {},
    "bounces": ONE,
    "stops on the page": ONE,
    "stops by mail": ONE,
    "stops by the link": ONE,
    "stops by mail in line": ONE,
    "stops by word": ONE | {"answer": 1},
    "is gone": ONE,
}
"""What comes to whom can be called, by what they do: beside a code."""
CLAIMED = "SELECT contact_id FROM letters WHERE settled_at IS NULL AND leased_until IS NOT NULL ORDER BY id"
A_LINE = 8  # claimed, and more than are on their way at once


@pytest.fixture
def clock() -> Clock:
    return Clock(IN_SPRING)


@pytest.fixture(params=["sqlite", "postgresql"])
async def here(
    request: pytest.FixtureRequest, tmp_path: Path, server: TelegramServer, clock: Clock
) -> AsyncIterator[Neighbourhood]:
    """One house on SQLite in spring, or two on PostgreSQL in autumn."""
    if request.param == "sqlite":
        async with neighbourhood(tmp_path, server, clock) as made:
            yield made
    else:
        clock.now, url = IN_AUTUMN, request.getfixturevalue("postgresql_url")
        async with neighbourhood(tmp_path, server, clock, url, replicas=2) as made:
            yield made


async def test_who_is_called_is_called_in_time_and_nobody_else(here: Neighbourhood) -> None:
    await begin(here)
    await first_wave(here)
    await close(here)
    await second_wave(here)
    for one in here.people:
        in_time(here, one)
        nothing_twice(one)
        nothing_after_the_end(here, one)
    each_got_what_they_should(here)
    the_promise_of_the_page_is_kept(here)
    the_coordinator_hears_each_monday(here)
    await what_the_page_says(here)


@pytest.mark.skipif(POSTFIX is None or os.geteuid() != 0, reason="needs Postfix, and root to start it")
async def test_with_a_real_mail_server_in_between(
    tmp_path: Path, folder: Path, server: TelegramServer, clock: Clock
) -> None:
    """It keeps what a greylist refuses, and sends back what nobody takes."""
    async with neighbourhood(tmp_path, server, clock, relay=partial(relay, folder)) as here:
        here.is_under_way = partial(is_in_queue, folder)
        for does in ("silent", "is greylisted", "bounces"):
            here.add("email", does)
        silent, grey, gone = here.people
        here.post.script[grey.address] = ["grey"]
        code = here.house.add().invitation
        for one in here.people:
            await here.come_in(one, code)
        here.post.script[gone.address], here.post.script[grey.address] = ["nobody"], ["grey"]
        await here.until(10, "12:00")
        assert [[got.kind for got in one.got] for one in here.people] == [
            ["code", "reminder", "reminder"],
            ["code", "reminder", "reminder"],
            ["code"],
        ]
        nothing_twice(silent)
        nothing_twice(grey)
        assert here.post.tried[gone.address] == len(("code", "reminder"))
        assert "komt niet aan" in (await gone.visitor.open("/messages")).text


def is_in_queue(folder: Path) -> bool:
    """It is looked at twice: a mail may go from one queue to another meanwhile."""
    queues = ("maildrop", "incoming", "active", "deferred") * 2
    return any(path.is_file() for queue in queues for path in (folder / "queue" / queue).rglob("*"))


async def begin(here: Neighbourhood) -> None:
    """All of them come on one morning, and each leaves where they want to be called."""
    for number, does in enumerate(EMAIL):
        here.add("email", does, is_greylisted=number % 3 == 0)
    for does in PUSH:
        here.add("push", does)
    for does in WHATSAPP:
        here.add("whatsapp", does)
    for does in NEITHER:
        here.add("neither", does)
    codes = here.house.add()
    await coordinate(here.fatima.visitor, codes.coordinator)
    await here.leave_address(here.fatima)
    for one in here.people:
        here.clock.pass_time(seconds=1)  # of what is due at one moment, nobody knows which is written first
        await here.come_in(one, codes.invitation)
        if one.does == "answers some":
            await answer_some(one)
        elif one.does == "finishes in line":
            await here.finish(one)
            await one.visitor.press("Toch nog iets veranderen")


async def answer_some(one: Neighbour) -> None:
    await one.visitor.open("/1")
    for _ in range(5):
        await one.visitor.press("Ja")


async def first_wave(here: Neighbourhood) -> None:
    await here.until(1, "14:00")
    for one in here.who("finishes early"):
        await here.finish(one)
        await here.ask_for_result(one)
    for one in here.who("wants no reminders"):
        await one.visitor.open("/reminders")
        await one.visitor.press("Geen herinneringen")
    (full,) = here.who("full")
    here.post.always_at[full.address] = "full"
    await in_line(here)
    await after_the_first_reminder(here)
    await stops_in_line(here)
    await here.until(8, "19:40")
    for one in here.who("finishes late"):
        await here.finish(one)
        if one.by != "neither":
            await here.ask_for_result(one)
    await here.until(15, "19:45")


async def in_line(here: Neighbourhood) -> None:
    """While one of many is on its way, two for whom one is claimed want none any more."""
    (stops,), (finishes,) = here.who("stops in line"), here.who("finishes in line")

    async def meanwhile() -> bool:
        if not {stops.contact, finishes.contact} <= {one for (one,) in here.house.rows(CLAIMED)}:
            return False
        await here.stop_on_page(stops)
        await finishes.visitor.press("Klaar")
        finishes.finished.append(here.now)
        return True

    await here.until(2, "10:00")
    here.post.meanwhile.append(meanwhile)
    await here.in_line(2, "10:30")
    assert not here.post.meanwhile
    await here.ask_for_result(finishes)


async def after_the_first_reminder(here: Neighbourhood) -> None:
    await here.until(2, "11:15")
    for one in here.who("bounces"):
        await here.send_back(one)
    await here.until(3, "15:10")
    for does, do in {
        "stops on the page": here.stop_on_page,
        "stops by mail": here.stop_by_mail,
        "stops by the link": here.stop_by_link,
        "by the door": here.finish_by_the_door,
        "stops by word": here.stop_by_word,
        "is gone": is_gone,
    }.items():
        for one in here.who(does):
            assert one.had("reminder"), str(one)
            await do(one)


async def is_gone(one: Neighbour) -> None:
    """They blocked us, or have no WhatsApp any more: each message is taken, and fails later."""
    assert one.phone
    one.phone.is_gone = True


async def stops_in_line(here: Neighbourhood) -> None:
    """A mail program that stops it while the second reminder is claimed. These are all due at one moment, and who is
    last in line the database says."""
    by_contact = {one.contact: one for one in here.people if one.by == "email"}

    async def meanwhile() -> bool:
        line = [by_contact[contact] for (contact,) in here.house.rows(CLAIMED) if contact in by_contact]
        if len(line) < A_LINE:
            return False
        line[-1].does = "stops by mail in line"
        await here.stop_by_mail(line[-1])
        return True

    await here.until(5, "10:00")
    here.post.meanwhile.append(meanwhile)
    await here.in_line(5, "10:30")
    assert not here.post.meanwhile


async def close(here: Neighbourhood) -> None:
    """In the evening, so that what people asked for waits for the morning."""
    (full,) = here.who("full")
    del here.post.always_at[full.address]
    await here.fatima.visitor.open("/coordinate/close")
    await here.fatima.visitor.press("Ja, sluiten")
    here.closed = here.now
    await here.catch_up()
    await here.until(16, "19:20")


async def second_wave(here: Neighbourhood) -> None:
    page = await here.fatima.visitor.open("/coordinate/open")
    here.promised = page.whole
    for one in here.people:
        if one.is_greylisted:  # its far mail server has forgotten us
            here.post.script[one.address] = ["grey"]
    await here.fatima.visitor.press("Ja, openen")
    await here.until(16, "19:30")
    await here.until(18, "15:00")
    for one in here.who("finishes early", "by the door"):
        await here.finish(one)
    await here.until(24, "12:00")


def in_time(here: Neighbourhood, one: Neighbour) -> None:
    """Nor was anything tried at night, but for what was asked for then."""
    tried = [moment for address, moment in here.post.tries if address == one.address]
    assert all(is_decent(moment, "Europe/Amsterdam") for moment in tried), str(one)
    assert all(9 <= got.at.hour < 20 for got in one.got), str(one)


def nothing_twice(one: Neighbour) -> None:
    """Not the same mail, nor a second one about the same."""
    names = [got.name for got in one.got if got.name]
    assert len(names) == len(set(names)), str(one)
    assert not [kind for kind in ("result", "closed", "invitation") if len(one.had(kind)) > 1], str(one)


def nothing_after_the_end(here: Neighbourhood, one: Neighbour) -> None:
    """Once they stopped, or nothing arrives; and once they finished no reminder, until they are asked again."""
    unasked = [got for got in one.got if got.kind != "answer"]
    assert not one.ended or all(got.at < one.ended for got in unasked), str(one)
    for finished in one.finished:
        until = here.closed if finished < here.closed else here.now
        assert not [got for got in one.had("reminder") if finished <= got.at <= until], str(one)


def each_got_what_they_should(here: Neighbourhood) -> None:
    """How often of each kind, in the first round and from the second on."""
    for one in here.people:
        expected = Counter(CAME[one.does] if one.by != "neither" else {})
        if one.by == "email":
            expected["code"] = 1
        if one.by == "whatsapp":
            expected["answer"] += 1  # to the code that they sent
        assert Counter(counted(here, one)) == expected, str(one)


def counted(here: Neighbourhood, one: Neighbour) -> Iterator[str]:
    for got in one.got:
        yield f"{got.kind} of {1 if got.at < here.closed else 2}" if got.kind == "reminder" else got.kind


def the_promise_of_the_page_is_kept(here: Neighbourhood) -> None:
    """As many are invited as the coordinator read before opening, by what she read."""
    invited = Counter(one.by for one in here.people if one.had("invitation"))
    assert f"Dit bereikt {invited.total()} mensen." in here.promised
    assert f"E-mail: {invited['email']}\n" in here.promised
    assert f"Op uw toestel: {invited['push']}\n" in here.promised
    if invited["whatsapp"]:
        assert f"WhatsApp: {invited['whatsapp']}\n" in here.promised
    assert f"{len(here.people) - invited.total()} mensen doen mee op de pagina" in here.promised
    assert all(one.had("invitation") for one in here.who("wants no reminders"))
    moments = {(one.is_greylisted, here.told(got.at)) for one in here.people for got in one.had("invitation")}
    assert moments == {(False, "day 16, 19:30"), (True, "day 17, 09:00")}


def the_coordinator_hears_each_monday(here: Neighbourhood) -> None:
    """With the picture where scores were new; and of the closing at once, in the evening too."""
    weekly = [(here.told(got.at), got.has_picture) for got in here.fatima.had("summary")]
    assert weekly == [("day 7, 09:00", False), ("day 14, 09:00", True), ("day 21, 09:00", False)]
    (final,) = here.fatima.had("final")
    assert (final.at, final.has_picture) == (here.closed, True)
    assert len(here.fatima.got) == len(("code", *weekly, final))


async def what_the_page_says(here: Neighbourhood) -> None:
    for one in here.who("bounces"):
        page = await one.visitor.open("/messages")
        assert "Onze e-mail aan p•••@example.net komt niet aan." in page.text, str(one)
    for one in here.who("stops by mail", "stops by the link", "stops by mail in line"):
        assert "U krijgt geen e-mail meer" in (await one.visitor.open("/messages")).text, str(one)
    for one in here.who("is gone"):
        assert "Onze berichten in WhatsApp komen niet aan." in (await one.visitor.open("/messages")).text, str(one)
    (full,) = here.who("full")
    assert "We sturen u een e-mail" in (await full.visitor.open("/messages")).text
