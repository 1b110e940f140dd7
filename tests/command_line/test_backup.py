"""`backup` and `restore`, as an operator uses them: what is told, and what becomes of letters that waited."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.letters import wall_clock
from storage import letters, waves
from storage.engine.database import Database
from tests.house import SECRET, Clock, House
from tests.storage.beginnings import LETTER, somebody
from tests.telegram_server import TelegramServer


@pytest.fixture
async def backed_up(tmp_path: Path, server: TelegramServer) -> House:
    """A back-up in `copy`, in which a reminder was waiting, and a house that is to be elsewhere."""
    house = House(tmp_path, server, Clock())
    await house.command("partnership", "list")
    with Database(house.settings.database_url, SECRET).transaction() as tx:
        due = wall_clock() - timedelta(hours=1)
        letters.enqueue(tx, somebody(tx), LETTER, due, "reminder:1:1", "Europe/Amsterdam")
    assert (await house.command("backup", str(tmp_path / "copy")))[0] == 0
    house.environment["DATABASE_URL"] = f"sqlite:///{tmp_path}/elsewhere/samenspraak.db"
    return house


@pytest.mark.parametrize(("how", "waiting", "told"), [((), 0, "1 letters that waited"), (("--moved",), 1, "")])
async def test_letters_that_waited_are_sent_only_if_nobody_sent_them(
    backed_up: House, tmp_path: Path, how: tuple[str, ...], waiting: int, told: str
) -> None:
    code, out, _ = await backed_up.command("restore", str(tmp_path / "copy"), *how)
    assert code == 0
    assert told in out
    assert ("Taken for sent" in out) == (not waiting)
    _, out, _ = await backed_up.command("doctor", "--json")
    assert json.loads(out)["findings"]["letters"]["waiting"] == waiting


async def test_a_round_that_reached_its_date_is_closed_and_the_operator_reads_it(
    backed_up: House, tmp_path: Path, server: TelegramServer
) -> None:
    here = House(tmp_path, server, Clock())
    with Database(here.settings.database_url, SECRET).transaction() as tx:
        waves.set_closing(tx, 1, wall_clock() - timedelta(hours=1), wall_clock())
    assert (await here.command("backup", str(tmp_path / "later")))[0] == 0
    _, out, _ = await backed_up.command("restore", str(tmp_path / "later"))
    assert "Opened or closed by their date, and nobody was told: 1 rounds." in out
    _, out, _ = await backed_up.command("partnership", "list", "--json")
    assert [one["state"] for one in json.loads(out)] == ["closed"]


async def test_without_the_secret_nothing_is_restored(
    backed_up: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del backed_up.environment["SAMENSPRAAK_SECRET"]
    monkeypatch.delenv("SAMENSPRAAK_SECRET", raising=False)
    code, out, told = await backed_up.command("restore", str(tmp_path / "copy"))
    assert (code, out) == (2, "")
    assert "The secret is not here" in told
    assert not (tmp_path / "elsewhere").exists()


async def test_a_back_up_of_nothing_is_refused_and_makes_nothing(backed_up: House, tmp_path: Path) -> None:
    code, _, told = await backed_up.command("backup", str(tmp_path / "another"))
    assert (code, "There is nothing to back up" in told) == (2, True)
    assert not (tmp_path / "elsewhere" / "samenspraak.db").exists()
    assert not (tmp_path / "another").exists()
