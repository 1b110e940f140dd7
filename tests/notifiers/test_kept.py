"""What is kept of where somebody is called: as long as they are, through a back-up, and in no file for research."""

import argparse
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.channels import CHANNELS
from bot.command_line import doctor, restore
from bot.command_line.doctor import look
from bot.letters import wall_clock
from storage import partnerships
from storage.upkeep import backups
from tests.house import Clock, House
from tests.notifiers.actors import called, joined
from tests.notifiers.slips.notifier import SlipsNotifier, Street
from tests.notifiers.test_doors import reminded
from tests.telegram_server import TelegramServer
from tests.visitor import Visitor


def noon_ago(days: int) -> datetime:
    """Noon of so many days before the day that it is, which is what a command goes by."""
    return wall_clock().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=days)


@pytest.fixture
def every_notifier(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands know this one too."""
    monkeypatch.setattr(restore, "NOTIFIERS", (SlipsNotifier,))


async def test_an_address_goes_with_its_contact(house: House, wes: Visitor, street: Street) -> None:
    await reminded(house, wes, street)
    with house.app.database.transaction() as tx:
        partnerships.close_wave(tx, 1, house.clock())
    house.clock.pass_time(days=89)
    await house.caught_up()
    assert house.rows("SELECT count(*) FROM notification_addresses") == [(1,)]
    house.clock.pass_time(days=2)
    await house.caught_up()
    await house.caught_up()
    for table in ("contacts", "notification_addresses"):
        assert house.rows(f"SELECT count(*) FROM {table}") == [(0,)]


async def elsewhere(house: House, copy: Path, *, moved: bool) -> House:
    """What was backed up there, put back and running."""
    await house.stop()
    anew = House(house.folder, house.server, house.clock, **house.environment)
    anew.notifiers = house.notifiers
    anew.environment["DATABASE_URL"] = f"sqlite:///{house.folder}/elsewhere/samenspraak.db"
    restore.restore(argparse.Namespace(file=copy, moved=moved), anew.settings)
    await anew.start()
    return anew


@pytest.mark.usefixtures("every_notifier")
@pytest.mark.parametrize("moved", [False, True])
async def test_what_fell_due_since_the_back_up_is_sent_only_if_nobody_sent_it(
    tmp_path: Path, server: TelegramServer, street: Street, moved: bool
) -> None:
    """The first of two was put in the letterbox after the back-up, unless the house had moved by then."""
    house = House(tmp_path, server, Clock(noon_ago(4)), STREET=str(street.folder))
    house.notifiers = (SlipsNotifier,)
    async with house, Visitor(house.page, "en") as wes:
        await joined(house, wes)
        await called(house, wes, street)
        backups.save(house.app.database, tmp_path / "copy", house.clock())
        anew = await elsewhere(house, tmp_path / "copy", moved=moved)
        for days in (3, 13, 23):
            house.clock.now = noon_ago(-days)
            await anew.caught_up()
        await anew.stop()
    assert [one["kind"] for one in street.slips("5")] == ["", *["reminder"] * (2 if moved else 1)]


@pytest.mark.usefixtures("every_notifier")
@pytest.mark.parametrize("moved", [False, True])
async def test_a_notice_that_waited_is_sent_only_if_nobody_sent_it(
    tmp_path: Path, server: TelegramServer, street: Street, moved: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    house = House(tmp_path, server, Clock(noon_ago(4)), STREET=str(street.folder))
    house.notifiers = (SlipsNotifier,)
    async with house, Visitor(house.page, "en") as wes:
        await joined(house, wes)
        await called(house, wes, street)
        (street.folder / "5").rename(street.folder / "full")
        (street.folder / "5").touch()
        house.clock.pass_time(days=2, hours=1)
        await house.caught_up()
        assert house.rows("SELECT key FROM letters WHERE settled_at IS NULL") == [("reminder:1:1",)]
        backups.save(house.app.database, tmp_path / "copy", house.clock())
        (street.folder / "5").unlink()
        (street.folder / "full").rename(street.folder / "5")
        house.clock.pass_time(hours=1)
        anew = await elsewhere(house, tmp_path / "copy", moved=moved)
        await anew.caught_up()
        await anew.stop()
    assert ("1 letters that waited" in capsys.readouterr().out) is not moved
    assert [one["kind"] for one in street.slips("5")] == ["", *["reminder"] * moved]


@pytest.mark.fire
async def test_no_file_for_research_holds_any_of_it(house: House, wes: Visitor, street: Street, tmp_path: Path) -> None:
    await reminded(house, wes, street)
    out = tmp_path / "out"
    assert (await house.command("export", "De Verbinders", "--wave", "1", "--out", str(out), "--yes"))[0] == 0
    words = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file()).lower()
    assert b"statement" in words or b"item" in words
    for secret in ("slips", "notif", "stopped_at", "called"):
        assert secret.encode() not in words, secret


async def test_the_doctor_looks_at_a_notifier_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "OUTLETS", (*CHANNELS, SlipsNotifier))
    await house.app.beat()
    found = {one.name: one.ok for one in await look(house.settings, house.clock())}
    assert found["slips"] is True
    Path(house.environment["STREET"]).rename(house.folder / "gone")
    found = {one.name: one.ok for one in await look(house.settings, house.clock())}
    assert found["slips"] is False
