"""Receiving: an update comes in, its turn is taken and committed, and what it says goes out.

A turn that fails is passed over with an apology; one that meets no database waits until there is one.
"""

import contextlib
import logging
import time
from dataclasses import replace

from bot.aloud import Aloud
from bot.channels.guesses import Guesses
from bot.channels.port import Shown, Update
from bot.channels.typed_text import code_in
from bot.delivery.replies import Delivery
from bot.letters import Clock
from bot.runtime.metrics import Metrics
from bot.survey.conversation.events import Wrote
from bot.texts.texts import Texts
from bot.turns import look, take
from bot.turns.reply import Reply, shown
from storage.engine.database import Database

log = logging.getLogger(__name__)


class Receiver:
    def __init__(
        self, database: Database, texts: Texts, delivery: Delivery, metrics: Metrics, clock: Clock, aloud: Aloud
    ) -> None:
        self._database, self._texts, self._delivery = database, texts, delivery
        self._metrics, self._clock, self._aloud = metrics, clock, aloud
        self._guesses = Guesses()

    async def receive(self, update: Update) -> str | None:
        """Take one update for good: when this returns, it is committed. Gives the line for a pressed button."""
        reply = await self._handled(update)
        self._delivery.post(reply.envelopes)
        return reply.notice

    async def act(self, update: Update) -> Shown:
        """The same from a page, which shows itself what there is to say."""
        reply = await self._handled(update)
        self._delivery.post(reply.sent)
        return shown(reply) if reply.envelopes else await self.look(replace(update, event=Wrote()))

    async def look(self, update: Update) -> Shown:
        """What stands where the update leads, with nothing done and nothing kept."""
        return await self._database.run_when_there(
            lambda tx: look.look(tx, self._texts, update, self._clock(), self._aloud)
        )

    async def _handled(self, update: Update) -> Reply:
        began = time.monotonic()
        try:
            reply = await self._taken(update)
        except Exception as error:
            self._metrics.failures["turn"] += 1
            log.error("update %s: the turn failed and is passed over", update.id, exc_info=error)
            reply = await self._apology(update)
        self._metrics.turn(update.channel, time.monotonic() - began, answered=reply.answered)
        return reply

    async def _taken(self, update: Update) -> Reply:
        """The turn, unless they brought too many wrong codes before."""
        code = code_in(update.event)
        if code and not self._guesses.may_try(update.address, code):
            return await self._database.run_when_there(
                lambda tx: take.turn_away(tx, self._texts, update, self._clock())
            )
        reply = await self._database.run_when_there(
            lambda tx: take.take(tx, self._texts, update, self._clock(), self._aloud)
        )
        if code and reply.envelopes and not reply.is_wrong_code:
            self._guesses.was_right(update.address, code)
        return reply

    async def _apology(self, update: Update) -> Reply:
        with contextlib.suppress(Exception):
            return await self._database.run_when_there(
                lambda tx: take.apologise(tx, self._texts, update, self._clock())
            )
        return Reply()
