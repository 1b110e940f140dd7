"""Answers: what the machine interface says to a question, all in one transaction.

Without a token that works it says the same to everything, so that a stranger learns nothing about what there is.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from bot.api import description
from bot.api.resources import RESOURCES, Asked, page_of
from bot.channels.api import Api, ApiAnswer, ApiQuery
from bot.letters import Clock
from bot.texts.texts import Texts
from storage import api_tokens
from storage.engine.database import Database, Tx


@dataclass(frozen=True)
class Answers(Api):
    """To what programs ask of this house."""

    database: Database
    texts: Texts
    clock: Clock

    async def answer(self, query: ApiQuery) -> ApiAnswer:
        now = self.clock()
        return await self.database.run_when_there(lambda tx: answer(tx, self.texts, query, now))

    def description(self) -> bytes:
        return description.description()

    def problem(self, status: int) -> bytes:
        return description.problem(status)


def answer(tx: Tx, texts: Texts, query: ApiQuery, now: datetime) -> ApiAnswer:
    known = api_tokens.programme_of(tx, query.token, now)
    if known is None:
        return ApiAnswer(401)
    matches = ((one, numbers) for one in RESOURCES if (numbers := one.match(query.path)) is not None)
    resource, numbers = next(matches, (None, {}))
    if resource is None:
        return ApiAnswer(404)
    page = page_of(query.parameters, in_pages=resource.in_pages)
    if page is None:
        return ApiAnswer(400)
    found = resource.read(Asked(tx, texts, *known, page), **numbers)
    return ApiAnswer(404) if found is None else ApiAnswer(200, description.as_json(asdict(found)))
