"""The application as one piece: whenever it is stopped, it ends."""

import asyncio
from pathlib import Path

import pytest

from bot.app import App
from tests.house import SECRET, Clock, free_port, read
from tests.patience import PATIENCE


@pytest.mark.parametrize("rounds", range(10))
async def test_a_stop_ends_it_however_soon_it_comes(tmp_path: Path, rounds: int) -> None:
    """So many rounds of the event loop after it is ready: a stop must not be lost in what goes on just then."""
    kept = f"sqlite:///{tmp_path}/data/samenspraak.db"
    environment = {"SAMENSPRAAK_SECRET": SECRET, "PORT": str(free_port()), "DATABASE_URL": kept}
    loop = asyncio.get_running_loop()

    def stop_after(left: int) -> None:
        loop.call_soon(stop_after, left - 1) if left else running.cancel()

    running = asyncio.create_task(App(read(environment, tmp_path), Clock()).run(lambda: stop_after(rounds)))
    await asyncio.wait({running}, timeout=PATIENCE)
    assert running.cancelled()
