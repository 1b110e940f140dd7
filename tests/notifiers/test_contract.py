"""The contract of a notifier: what each of them does, whatever it is. A new one is done when these are green."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.channels import CHANNELS
from bot.channels.listed import Kind
from bot.channels.port import Outlet
from bot.letters import Attachment, Delivered, Elsewhere, Envelope, Letter, Moved, Postponed, Refused, Unreachable
from bot.notifiers import NOTIFIERS
from bot.notifiers.tags import Tags
from bot.runtime.settings import VARIABLES
from storage.engine.sealing import Secrets
from storage.partnerships import Codes
from storage.upkeep import backups
from tests.actors import item_on
from tests.house import MONDAY, SECRET, Clock, House, fill, read
from tests.notifiers.actors import called, joined
from tests.notifiers.far_sides import FAR_SIDES, FarSide, SecondNotifier
from tests.notifiers.scanner import Scanner
from tests.notifiers.slips.notifier import Street
from tests.notifiers.test_coordinators import coordinate, five_answer
from tests.notifiers.test_scanners import goes_on, is_stopped, kept, knows_nobody
from tests.notifiers.test_secrecy import unhidden
from tests.patience import PATIENCE
from tests.runtime.test_secrecy import everything_logged
from tests.telegram_server import TelegramServer
from tests.variants import variants
from tests.visitor import Visitor

LETTERS = (
    Letter("<b>Bold</b> and 1 &lt; 2 &amp; so on\n\nanother paragraph", about="Bold words"),
    Letter("Buttons", rows=((("One", "resume:1"), ("Two", "resume:2")),), about="Some buttons"),
    Letter("A text of many words. " * 150, about="Very many words " * 20),
    Letter("In the place of one that is gone", replaces=123, about="Instead"),
    Letter("A file", attachment=Attachment("file", "answers.csv", "a;b\n1;2\n"), about="A file"),
    Letter("سؤال وجواب", about="سؤال"),
    Letter("With none of what it is about"),
)
KINDS = ("reminder", "invitation", "result", "closed", "feedback", "summary", "final", "report", "")
LOCAL = ZoneInfo("Europe/Amsterdam")


@pytest.fixture(params=FAR_SIDES)
async def far(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> AsyncIterator[FarSide]:
    async with FAR_SIDES[request.param](tmp_path, clock) as side:
        yield side


@pytest.fixture
def second(tmp_path: Path) -> Street:
    """Where the notifier that comes after this one brings its slips."""
    found = Street(tmp_path / "second")
    found.build("7")
    return found


@pytest.fixture
async def house(
    tmp_path: Path, server: TelegramServer, clock: Clock, far: FarSide, second: Street
) -> AsyncIterator[House]:
    """A house with all notifiers there are, and this one set up, and one after it."""
    made = House(tmp_path, server, clock, SECOND=str(second.folder), **far.environment)
    made.notifiers = (*every_with(far), SecondNotifier)
    async with made as running:
        yield running


def every_with(far: FarSide) -> tuple[Kind[Outlet], ...]:
    return (*(one for one in NOTIFIERS if one is not far.notifier), far.notifier)


def notifier_of(house: House, far: FarSide) -> Outlet:
    return house.app.callers[far.notifier.traits.name]


async def takes_part(house: House, far: FarSide, wes: Visitor, code: str = "") -> None:
    """They gave one answer, and want to be called."""
    await joined(house, wes, code)
    await wes.press("Yes")
    await far.leave(house, wes)


async def live(house: House, far: FarSide, **amount: float) -> list[datetime]:
    """So much time passes, by hours; when something came, where they live."""
    before, came = len(far.received()), list[datetime]()
    until = house.clock() + timedelta(**amount)
    while house.clock() < until:
        house.clock.pass_time(hours=1)
        await house.caught_up()
        came += [house.clock().astimezone(LOCAL)] * (len(far.received()) - before - len(came))
    return came


# What it says of itself


def test_its_name_and_its_settings_are_its_own(far: FarSide) -> None:
    others = [one for one in (*CHANNELS, *every_with(far)) if one is not far.notifier]
    assert far.notifier.traits.name not in {one.traits.name for one in others}
    assert 0 < len(far.notifier.traits.name) <= 20
    assert not far.notifier.variables.keys() & {*VARIABLES, *(name for one in others for name in one.variables)}
    assert not set(far.notifier.examined) & {name for one in others for name in one.examined}


def test_it_reaches_out_and_says_how(far: FarSide) -> None:
    traits = far.notifier.traits
    assert traits.reaches_out
    assert traits.per_second > 0
    assert traits.calls
    assert traits.calls.address_of(far.nobody), "what is typed or sent there is an address"
    for typed in ("", " ", "x", "{}", "a\r\nBcc: b@example.org", "\x00", "9" * 70_000):
        assert traits.calls.address_of(typed) == "", typed


def test_with_nothing_set_it_fits_and_is_not_there(far: FarSide, tmp_path: Path) -> None:
    settings = read({}, tmp_path, notifiers=every_with(far))
    before = {*tmp_path.iterdir()}
    assert all(known.check(known.default) for known in far.notifier.variables.values() if known.default)
    assert far.notifier.built(settings) is None
    assert {*tmp_path.iterdir()} == before


async def test_what_it_finds_has_the_names_that_it_tells(house: House, far: FarSide) -> None:
    found = await notifier_of(house, far).examine(MONDAY)
    assert [one.name for one in found] == [*far.notifier.examined][: len(found)]
    assert all(one.ok or one.advice for one in found), found


# Opening and closing


async def test_it_may_be_closed_whatever_came_before(far: FarSide, tmp_path: Path) -> None:
    given = {"SAMENSPRAAK_SECRET": SECRET, **far.environment}
    built = far.notifier.built(read(given, tmp_path, notifiers=every_with(far)))
    assert built
    await built.close()
    await built.close()


async def test_it_opens_again_and_goes_on(house: House, far: FarSide, wes: Visitor) -> None:
    await takes_part(house, far, wes)
    for _ in range(2):
        await house.restart()
    house.clock.pass_time(days=2, hours=1)
    await house.caught_up()
    assert len(far.received()) == 1


async def test_without_it_the_others_go_on_and_nothing_is_lost(house: House, far: FarSide, wes: Visitor) -> None:
    await takes_part(house, far, wes)
    every = house.notifiers
    await house.stop()
    house.notifiers = (SecondNotifier,)
    await house.start()
    assert (await wes.open("/messages")).text
    house.clock.pass_time(days=2, hours=1)
    await house.caught_up()
    await house.stop()
    house.notifiers = every
    await house.start()
    await house.caught_up()
    assert len(far.received()) <= 1
    assert house.rows("SELECT count(*) FROM notification_addresses WHERE failed_at IS NULL") == [(1,)]


# Letters


async def address_of(house: House, far: FarSide, wes: Visitor) -> tuple[str, int, int]:
    await takes_part(house, far, wes)
    with house.app.database.transaction() as tx:
        query = "SELECT address_sealed, id, contact_id FROM notification_addresses"
        ((sealed, number, contact),) = tx.connection.exec_driver_sql(query).all()
        return tx.seal.open(far.notifier.traits.name, sealed), number, contact


async def test_it_delivers_every_kind_of_letter(house: House, far: FarSide, wes: Visitor) -> None:
    address, number, contact = await address_of(house, far, wes)
    for at, (letter, language, kind) in enumerate(product(LETTERS, ("nl", "en"), KINDS), 7):
        plain = Envelope(far.notifier.traits.name, address, letter, at, contact, notified=number)
        envelope = replace(plain, key=f"{kind}:{at}" if kind else "", language=language)
        receipt = await notifier_of(house, far).deliver(envelope)
        assert receipt == Delivered(reference=getattr(receipt, "reference", "")), (letter, kind)
    told = [about for about, _ in far.received()]
    assert [one.about for one in LETTERS if not any(one.about.strip()[:20] in about for about in told)] == []


async def test_to_nobody_it_is_unreachable(house: House, far: FarSide) -> None:
    assert far.notifier.traits.calls
    address = far.notifier.traits.calls.address_of(far.nobody)
    envelope = Envelope(
        far.notifier.traits.name, address, LETTERS[0], 7, 1, key="reminder:1:1", language="en", notified=1
    )
    assert isinstance(await notifier_of(house, far).deliver(envelope), Unreachable)


@pytest.mark.parametrize("address", ["", "x", "\x00", "{}", "a\r\nb", "é" * 10_000])
async def test_it_never_raises(house: House, far: FarSide, address: str) -> None:
    for letter in (*LETTERS, Letter(""), Letter("a\x00b\ud83d", about="a\r\nBcc: b")):
        envelope = Envelope(
            far.notifier.traits.name, address, letter, 7, 1, key="reminder:1:1", language="en", notified=1
        )
        async with asyncio.timeout(PATIENCE):
            receipt = await notifier_of(house, far).deliver(envelope)
        assert isinstance(receipt, Delivered | Postponed | Unreachable | Refused | Elsewhere | Moved)


# The rules


@pytest.mark.fire
async def test_two_reminders_at_most_and_none_at_night(house: House, far: FarSide, wes: Visitor) -> None:
    house.clock.now = datetime(
        2026, 3, 26, 20, 30, tzinfo=UTC
    )  # an evening; the clocks change in the night of the 29th
    await takes_part(house, far, wes)
    came = await live(house, far, days=12)
    assert len(came) == 2
    assert all(9 <= at.hour < 20 for at in came), came


@pytest.mark.parametrize("how", variants(("finishes", "erases", "stops", "asks for none"), always=2))
async def test_nothing_comes_after_who(house: House, far: FarSide, wes: Visitor, how: str) -> None:
    await takes_part(house, far, wes)
    await wes.open("/")
    match how:
        case "finishes":
            await fill(house, wes, dict.fromkeys(range(item_on(wes), 27), "yes"), done="Done")
        case "stops":
            await house.app.stop_notifying(Tags(Secrets(SECRET)).stop(1))
        case "asks for none":
            await wes.open("/reminders")
            await wes.press("No more reminders")
        case "erases":
            await wes.open("/delete")
            await wes.press("Yes, delete everything")
    for _ in range(4):
        house.clock.pass_time(days=3)
        await house.caught_up()
    assert far.received() == []


async def round_is_over(house: House, codes: Codes, *then: str) -> None:
    async with Visitor(house.page, "en") as fatima:
        await coordinate(fatima, codes.coordinator)
        for path, label in (("close", "Yes, close"), ("open", "Yes, open")):
            await fatima.open(f"/coordinate/{path}")
            await fatima.press(label)
            house.clock.pass_time(minutes=10)
            for _ in range(2):
                await house.caught_up()


async def test_the_result_and_the_next_round_reach_them(house: House, far: FarSide, wes: Visitor) -> None:
    codes = house.add(language="en")
    await takes_part(house, far, wes, codes.invitation)
    await wes.open("/")
    await fill(house, wes, dict.fromkeys(range(item_on(wes), 27), "no"), done="Done")
    await wes.press("Send me the result later")
    await five_answer(house, codes.invitation)
    await round_is_over(house, codes)
    abouts = [about for about, _ in far.received()]
    assert abouts == ["The result of the group is there", "We ask you again: how well do we work together now?"]
    assert not any("De Verbinders" in about for about in abouts)


# Several notifiers


async def test_one_notice_rings_one_notifier_and_the_next_where_it_fails(
    house: House, far: FarSide, wes: Visitor, second: Street
) -> None:
    await takes_part(house, far, wes)
    await called(house, wes, second, "7")
    house.clock.pass_time(days=2, hours=1)
    await house.caught_up()
    assert [len(far.received()), len(second.slips("7"))] == [1, 1], "besides the code"
    far.break_it()
    house.clock.pass_time(days=4)
    for _ in range(3):
        await house.caught_up()
    assert [len(far.received()), len(second.slips("7"))] == [1, 2]
    failed = "SELECT kind FROM notification_addresses WHERE failed_at IS NOT NULL"
    assert house.rows(failed) == [(far.notifier.traits.name,)]


# Who looks into it


async def test_nothing_that_is_kept_or_logged_says_where_they_are_called(
    house: House, far: FarSide, wes: Visitor, tmp_path: Path
) -> None:
    with everything_logged(), unhidden() as logged:
        await takes_part(house, far, wes)
        house.clock.pass_time(days=2, hours=1)
        await house.caught_up()
        far.break_it()
        house.clock.pass_time(days=4)
        await house.caught_up()
        backups.save(house.app.database, tmp_path / "copy", house.clock())
    assert house.rows("SELECT count(*) FROM notification_addresses WHERE failed_at IS NOT NULL") == [(1,)]
    ((_, whole),) = far.received()
    tags = re.findall(r"/(?:door|stop)/([a-z2-7]{26})", whole)
    places = [*Path(house.folder, "data").rglob("*"), tmp_path / "copy"]
    kept = b"".join(path.read_bytes() for path in places if path.is_file())
    assert tags
    assert b"De Verbinders" in kept
    assert "notification address 1" in logged()
    for secret in (*far.secrets, *tags, wes.token):
        assert secret.encode() not in kept, secret
        assert secret not in logged(), secret


async def test_a_scanner_can_stop_it_and_nothing_else(house: House, far: FarSide, wes: Visitor) -> None:
    await takes_part(house, far, wes)
    house.clock.pass_time(days=2, hours=1)
    await house.caught_up()
    ((_, whole),) = far.received()
    before = kept(house)
    async with Scanner(house.page) as scanner:
        await scanner.look_into({"whole": whole})
        await knows_nobody(house, scanner, wes)
        doors = [path for path in scanner.sent if path.startswith("/door/")]
    assert kept(house) == before
    assert is_stopped(house) == ("/stop/" in whole)
    await goes_on(house, wes, doors[0])
