"""`secret rotate`, as an operator uses it: with both secrets in the settings, or with the file that we made."""

import json
import os
from contextlib import closing
from pathlib import Path

from bot.runtime.settings import OLD_SECRET_FILE, SECRET_FILE
from storage.engine.database import Database
from tests.commands import ran
from tests.databases import begin_migrated
from tests.house import ROOT, SECRET, Clock, House
from tests.storage.beginnings import somebody
from tests.telegram_server import TelegramServer

NEW = "a secret that is another one: 7Gq2"


async def test_both_secrets_are_set_and_what_is_under_the_old_one_comes_over(
    tmp_path: Path, server: TelegramServer
) -> None:
    house = House(tmp_path, server, Clock())
    both = {"SAMENSPRAAK_SECRET": NEW, "SAMENSPRAAK_OLD_SECRET": SECRET}
    begin_migrated(house.settings.database_url)
    with closing(Database(house.settings.database_url, SECRET)) as database, database.transaction() as tx:
        somebody(tx)
    code, _, told = await house.command("secret", "rotate")
    assert (code, "Only one secret is here" in told) == (2, True)
    assert "waits for samenspraak secret rotate" in await found_by_doctor(house, both)
    code, out, _ = await house.command("secret", "rotate", **both)
    assert (code, out.partition(".")[0]) == (0, "1 contacts")
    assert "already" in (await house.command("secret", "rotate", **both))[2]
    assert "the one before counts too" in await found_by_doctor(house, both)


async def found_by_doctor(house: House, secrets: dict[str, str]) -> str:
    _, out, _ = await house.command("doctor", "--json", **secrets)
    return str(json.loads(out)["findings"]["secret"]["found"])


def test_the_file_that_we_made_is_changed_and_a_bot_that_runs_must_read_it(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    new, old = tmp_path / SECRET_FILE, tmp_path / OLD_SECRET_FILE
    assert ran(("partnership", "list"), tmp_path, environment)[0] == 0
    first = new.read_text()
    with closing(Database(f"sqlite:///{tmp_path}/data/samenspraak.db", first.strip())) as running, running.alone():
        code, _, told = ran(("secret", "rotate"), tmp_path, environment)
        assert (code, "Start the bot again" in told) == (2, True)
    assert old.read_text() == first != new.read_text()
    assert {new.stat().st_mode, old.stat().st_mode} == {0o100600}
    code, out, _ = ran(("secret", "rotate"), tmp_path, environment)
    assert (code, out.partition(".")[0]) == (0, "0 contacts")
    second = new.read_text()
    old.unlink()
    assert ran(("secret", "rotate"), tmp_path, environment)[0] == 0  # nobody runs: at once
    assert old.read_text() == second != new.read_text()
