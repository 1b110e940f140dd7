"""A bot that is told to stop does, also when PostgreSQL hangs and never answers what was asked."""

import os
import signal

from tests.fire.cluster import children_of
from tests.fire.stage import on_postgresql
from tests.telegram_server import TelegramServer


async def test_a_database_that_hangs_does_not_keep_a_bot_from_stopping() -> None:
    async with TelegramServer() as server, on_postgresql(server, 1) as stage:
        code, [bot] = stage.furnish(1, 1, 3600), stage.bots
        bot.start()
        await bot.running()
        assert stage.cluster
        hanging = (stage.cluster.pid, *children_of(stage.cluster.pid))
        for pid in hanging:
            os.kill(pid, signal.SIGSTOP)
        await server.person().write(f"/start {code}")
        assert bot.stop() == 1
        assert "did not end within 15 seconds" in bot.log.read_text()
