"""Nothing that is kept or logged says where somebody is called, or lets anybody in: not the database, what stands
beside it, a back-up, or the whole log."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bot.notifiers.tags import Tags
from storage.engine.sealing import Secrets
from storage.upkeep import backups
from tests.house import SECRET, House
from tests.notifiers.actors import called, code, joined, leaves
from tests.notifiers.slips.notifier import Street
from tests.notifiers.test_doors import OWN, other
from tests.runtime.test_secrecy import everything_logged
from tests.visitor import Form, Visitor

FIRST, SECOND, THIRD = "471100471101", "815200815201", "926300926301"
"""Numbers of houses that stand nowhere else."""
FAR = ("aiohttp", "asyncio", "mail.log")


class Records(logging.Handler):
    def __init__(self, kept: list[logging.LogRecord]) -> None:
        super().__init__()
        self.emit = kept.append  # type: ignore[assignment]


@contextmanager
def unhidden() -> Iterator[Callable[[], str]]:
    """What our own lines and the libraries under us say at the lowest level, before anything is hidden. What the far
    side says in a test, is no part of it."""
    records: list[logging.LogRecord] = []
    handler = Records(records)
    logging.getLogger().addHandler(handler)
    yield lambda: "\n".join(one.getMessage() for one in records if not one.name.startswith(FAR))
    logging.getLogger().removeHandler(handler)


async def all_that_can_happen(house: House, wes: Visitor, street: Street) -> set[str]:
    """Addresses left, confirmed, called, stopped, failed and never confirmed; all that was secret in it."""
    secrets = {FIRST, SECOND, THIRD}
    await joined(house, wes)
    await leaves(house, wes, FIRST)
    await wes.fill_in({"The code": "000000"})
    secrets.add(code(street, FIRST))
    await wes.fill_in({"The code": code(street, FIRST)})
    house.clock.pass_time(days=2, hours=1)
    await house.caught_up()
    secrets |= {urlsplit(street.slips(FIRST)[-1][name]).path.rpartition("/")[2] for name in ("door", "stop")}
    await come_and_stop(house, street)
    (street.folder / FIRST).rename(street.folder / "moved")
    await wes.open("/messages")
    await wes.press("Slip: send again")
    house.clock.pass_time(days=6)
    await house.caught_up()
    await wes.open("/messages")
    assert "Your letterbox was not found." in wes.last.text
    await called(house, wes, street, SECOND)
    secrets.add(code(street, SECOND))
    async with other(house) as ans:
        await joined(house, ans, house.add("De Buren", language="en").invitation)
        await leaves(house, ans, THIRD)
        secrets |= {code(street, THIRD), ans.token}
    await house.app.bounced(Tags(Secrets(SECRET)).bounce(3))
    return secrets | {wes.token, Tags(Secrets(SECRET)).bounce(3)}


async def come_and_stop(house: House, street: Street) -> None:
    door, stop = (urlsplit(street.slips(FIRST)[-1][name]).path for name in ("door", "stop"))
    async with other(house) as computer:
        await computer.open(door)
        await computer.press(OWN)
        await computer.open(f"{door}a")
        await computer.send(Form(stop), {"List-Unsubscribe": "One-Click"})


async def test_what_is_kept_and_logged_holds_no_address_no_code_no_tag_and_no_link(
    house: House, wes: Visitor, street: Street, tmp_path: Path
) -> None:
    street.build(FIRST, SECOND, THIRD)
    with everything_logged() as lines, unhidden() as ours:
        await house.restart()  # so that all that is made at the start says all that it does
        secrets = await all_that_can_happen(house, wes, street)
        backups.save(house.app.database, tmp_path / "copy", house.clock())
        told = "\n".join((*lines(), ours()))
    assert len(secrets) == 11
    assert house.rows("SELECT count(*) FROM notification_addresses") == [(3,)]
    places = [*Path(house.folder, "data").rglob("*"), tmp_path / "copy"]
    assert any(path.name.endswith("-wal") for path in places)
    kept = b"".join(path.read_bytes() for path in places if path.is_file())
    assert b"De Verbinders" in kept
    assert "notification address" in told
    for secret in secrets:
        assert secret.encode() not in kept
        assert secret not in told
