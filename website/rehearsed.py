"""A partnership to make pictures of: rehearsed until halfway its second round, on a clock that stands still.

The same people from the same seed on the same days: so that the same product gives the same pictures.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import App
from bot.database import bring_up_to_date
from bot.rehearsal.stage import Stage, Wanted
from bot.survey.conversation.dialogue import Partnership
from storage import partnerships
from tests.house import SECRET, Clock, read
from tests.ports import free_port

NAME = "De Verbinders in Moerwijk"
WANTED = Wanted(people=34, weeks=8, seed=2, language="nl")
LIVED = 42  # days: two weeks are left of the second round
MONDAY = datetime(2026, 10, 5, 7, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """Where it is served, and the two links into it."""

    app: App
    partnership: Partnership
    page: str
    invitation: str
    coordinator: str


@asynccontextmanager
async def rehearsed(folder: Path) -> AsyncIterator[Rehearsed]:
    """The real application, with its page on a port of this machine and nothing else."""
    port = free_port()
    given = {"DATABASE_URL": f"sqlite:///{folder}/pictures.db", "SAMENSPRAAK_SECRET": SECRET, "PORT": str(port)}
    settings = read(given, folder)
    bring_up_to_date(settings)
    app = App(settings, Clock(MONDAY))
    made = _lived(app, f"http://127.0.0.1:{port}")
    ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(app.run(lambda: ready.set_result(None)))
    try:
        await asyncio.wait((running, ready), return_when=asyncio.FIRST_COMPLETED)
        yield made
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def _lived(app: App, page: str) -> Rehearsed:
    now = app.clock()
    with app.database.transaction() as tx:
        stage = Stage(tx, app.texts, WANTED, now + timedelta(days=7 * WANTED.weeks - LIVED))
        for day in range(LIVED):
            stage.live(day)
        made = stage.hand_over(now)
        facts = {"name": NAME, "organisation": "Buurthuis De Schakel", "contact": "Fatima: 06 12 34 56 78"}
        partnerships.change(tx, made.partnership.id, now, **facts)
        (shown,) = partnerships.every(tx)
        return Rehearsed(app, shown, page, stage.codes.invitation, made.coordinator)
