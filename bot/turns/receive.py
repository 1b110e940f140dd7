"""Receiving: an update comes in, its turn is taken and committed, and what it says goes out.

A turn that fails is passed over with an apology; one that meets no database waits until there is one.
"""

import contextlib
import logging
import time
from dataclasses import replace

from bot.channels.guesses import Guesses
from bot.channels.port import Preview, Update
from bot.channels.typed_text import code_in
from bot.delivery.replies import Delivery
from bot.letters import Clock, Envelope
from bot.runtime.metrics import Metrics
from bot.texts.texts import Texts
from bot.turns import preview, take
from bot.turns.take import Reply
from storage import letters
from storage.engine.database import Database, Tx

log = logging.getLogger(__name__)


class Receiver:
    def __init__(self, database: Database, texts: Texts, delivery: Delivery, metrics: Metrics, clock: Clock) -> None:
        self._database, self._texts, self._delivery = database, texts, delivery
        self._metrics, self._clock = metrics, clock
        self._guesses = Guesses()

    async def receive(self, update: Update) -> str | None:
        """Take one update for good: when this returns, it is committed. Gives the line for a pressed button."""
        began = time.monotonic()
        try:
            reply = await self._taken(update)
        except Exception as error:
            self._metrics.failures["turn"] += 1
            log.error("update %s: the turn failed and is passed over", update.id, exc_info=error)
            reply = await self._apology(update)
        self._metrics.turn(update.channel, time.monotonic() - began, answered=reply.answered)
        if reply.outdated is not None:
            self._delivery.recall(reply.outdated)
        self._delivery.post(reply.envelopes)
        return reply.notice

    async def preview(self, update: Update) -> Preview:
        """What the update would show, with nothing done and nothing kept."""
        return await self._database.run_when_there(lambda tx: preview.preview(tx, self._texts, update, self._clock()))

    async def _taken(self, update: Update) -> Reply:
        """The turn, unless they brought too many wrong codes before."""
        code = code_in(update.event)
        if code and not self._guesses.may_try(update.address, code):
            return await self._database.run_when_there(
                lambda tx: take.turn_away(tx, self._texts, update, self._clock())
            )
        reply = await self._database.run_when_there(lambda tx: self._take(tx, update))
        if code and reply.envelopes and not reply.is_wrong_code:
            self._guesses.was_right(update.address, code)
        return reply

    def _take(self, tx: Tx, update: Update) -> Reply:
        reply = take.take(tx, self._texts, update, self._clock())
        if tx.is_shared:
            envelopes = (replace(one, after=_before(tx, one)) for one in reply.envelopes)
            return replace(reply, envelopes=tuple(envelopes))
        return reply

    async def _apology(self, update: Update) -> Reply:
        with contextlib.suppress(Exception):
            return await self._database.run_when_there(
                lambda tx: take.apologise(tx, self._texts, update, self._clock())
            )
        return Reply()


def _before(tx: Tx, envelope: Envelope) -> tuple[int, ...]:
    """What another replica may be delivering to the same person, or may have left: it goes first."""
    if envelope.contact is None or envelope.number is None:
        return ()
    return tuple(letters.before(tx, envelope.contact, envelope.number))
