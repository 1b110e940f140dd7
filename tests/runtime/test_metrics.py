"""What machines ask: whether we are well, and how much is done; numbers of everybody together, for nobody outside."""

from datetime import datetime, timedelta

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update

from bot.aloud import Aloud
from bot.command_line import doctor
from bot.letters import Letter
from bot.runtime import health
from bot.texts.texts import Texts
from bot.ticks.ticks import TICKS
from storage import letters
from storage.engine.database import Tx
from storage.schema import contacts
from tests.house import Clock, House, agree
from tests.storage.beginnings import ANNA, BEN, somebody
from tests.telegram_server import TelegramServer


async def get(house: House, path: str, **headers: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(house.page + path, headers=headers) as response:
        return response.status, await response.text()


async def measured(house: House) -> dict[str, float]:
    """Every sample that /metrics shows, by its name and labels."""
    status, text = await get(house, "/metrics")
    assert status == 200
    return {
        ":".join((sample.name.removeprefix("samenspraak_"), *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_what_was_done_is_counted(house: House, server: TelegramServer) -> None:
    anna = server.person()
    await agree(house, anna, house.add().invitation)
    server.fail("editMessageText", 500)
    for label in ("Ja", "Nee", "‹ Terug"):
        await anna.press(label)
        await house.settle()
        await house.try_again()
    house.clock.pass_time(minutes=1)
    await house.app.beat()
    found = await measured(house)
    assert found["answers_total:telegram"] == 2
    assert found["updates_total:telegram"] == found["turn_seconds_count"] == found["turn_seconds_bucket:+Inf"] == 6
    assert 0 < found["turn_seconds_sum"] < 60
    assert found["letters_total:delivered"] == 6
    assert found["letters_total:postponed"] == found["channel_errors_total:telegram:500"] == 1
    assert found["letters_waiting:replies"] == found["letters_waiting:bulk"] == found["tick_age_seconds"] == 0
    assert {f"tick_seconds:{name}" for name in ("open", "waves", "remind")} <= found.keys()


async def test_letters_that_wait_are_counted_with_the_age_of_the_oldest(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = server.person()
    await agree(house, anna, house.add().invitation)
    await house.stop()
    [(contact,)] = house.rows("SELECT id FROM contacts")
    letter = Letter("Dag")
    with house.app.database.transaction() as tx:
        letters.enqueue(tx, contact, letter, clock() - timedelta(minutes=10), "one")
        letters.enqueue(tx, contact, letter, clock() - timedelta(minutes=5), "two")
        letters.enqueue(tx, contact, letter, clock() + timedelta(hours=5), "three")
        replies, bulk = letters.waiting(tx, clock())
    assert (replies.due, replies.later, replies.oldest) == (0, 0, None)
    assert (bulk.due, bulk.later, bulk.oldest) == (2, 1, clock() - timedelta(minutes=10))


async def test_what_waits_for_somebody_to_come_back_to_the_page_rings_no_alarm(house: House, clock: Clock) -> None:
    with house.app.database.transaction() as tx:
        on_page, by_phone = somebody(tx, ANNA), somebody(tx, BEN)
        tx.connection.execute(update(contacts).where(contacts.c.id == on_page).values(channel="web"))
        for contact in (on_page, by_phone):
            letters.enqueue(tx, contact, Letter("Dag"), clock() + timedelta(days=1), f"later {contact}")
        letters.enqueue(tx, on_page, Letter("Dag"), clock() - timedelta(hours=3), "one")
    found = await measured(house)
    assert found["oldest_letter_seconds:bulk"] == found["letters_waiting:bulk"] == 0
    assert found["letters_planned:bulk"] == 1


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
async def test_metrics_are_for_nobody_outside(house: House, header: str) -> None:
    status, shown = await get(house, "/metrics", **{header: "1.2.3.4"})
    assert (status, "Deze pagina bestaat niet." in shown, "samenspraak_" in shown) == (404, True, False)


async def test_metrics_name_no_partnership(house: House, server: TelegramServer) -> None:
    codes = house.add("Zonnebloem")
    await agree(house, server.person(first_name="Annabel"), codes.invitation)
    _, text = await get(house, "/metrics")
    for secret in ("Zonnebloem", "Annabel", codes.invitation, codes.coordinator, "partnership"):
        assert secret not in text


async def test_whoever_looks_after_time_is_well(house: House) -> None:
    assert await get(house, "/healthz") == (200, "ok\n")
    await house.app.beat()
    house.app._beat.last_tick -= health.LATE + 1
    assert await get(house, "/healthz") == (503, "nobody looks after time\n")
    await house.app.beat()
    assert await get(house, "/healthz") == (200, "ok\n")


def fail(_tx: Tx, _texts: Texts, _now: datetime, _aloud: Aloud | None = None) -> bool:
    raise ZeroDivisionError


@pytest.mark.parametrize(("broken", "status"), [(["remind"], 200), (list(TICKS), 503)])
async def test_ticks_that_fail_are_told_and_a_restart_is_asked_for_when_none_works(
    house: House, clock: Clock, broken: list[str], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.app.beat()
    for name in broken:
        monkeypatch.setitem(TICKS, name, fail)
    clock.pass_time(minutes=4)
    house.app._beat.last_tick -= health.LATE + 1
    await house.app.beat()
    assert (await get(house, "/healthz"))[0] == status
    assert (await measured(house))["tick_age_seconds"] == 240
    found = next(one for one in await doctor.look(house.settings, clock()) if one.name == "bot")
    assert (found.ok, found.found[:42]) == (False, "the last round of ticks without a failure ")
    monkeypatch.undo()
    await house.app.beat()
    assert (await get(house, "/healthz"))[0] == 200
    assert (await measured(house))["tick_age_seconds"] == 0


async def test_without_its_database_it_is_not_well_and_gives_no_figures(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "WELL_WITHIN", 0.5)
    with house.app.database.transaction() as tx:
        tx.connection.exec_driver_sql("ALTER TABLE marks RENAME TO elsewhere")
    assert await get(house, "/healthz") == (503, "the database does not answer\n")
    status, _ = await get(house, "/metrics")
    assert status in (500, 503)
    with house.app.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO marks")
    assert await get(house, "/healthz") == (200, "ok\n")
