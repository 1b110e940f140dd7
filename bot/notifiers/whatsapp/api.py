"""The API of WhatsApp, asked with our token, and nobody followed elsewhere."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from bot.http.connection import Answer
from bot.http.connections import Places
from bot.notifiers.whatsapp.contents import code_in, objects_in, read
from bot.notifiers.whatsapp.settings import WhatsAppSettings

WITHIN = 7.0  # seconds that all of it may take; whoever hands over waits for 8
JSON = "application/json"
MOST_PAGES = 50
PAGE = 100

NUMBER = "display_phone_number,verified_name,name_status,quality_rating,health_status"
LIMIT = "whatsapp_business_manager_messaging_limit"


class ApiError(Exception):
    """It answers something else than what was asked for; the message says what, and holds no address."""

    def __init__(self, status: int, content: Any) -> None:
        self.code = code_in(content) or 0
        super().__init__(f"it answers {status}" + (f", error {self.code}" if self.code else ""))


class Api:
    """Open from the first that is asked; raises an OSError where there is no answer."""

    def __init__(self, settings: WhatsAppSettings) -> None:
        self._settings = settings
        self._places = Places()

    async def close(self) -> None:
        await self._places.close()

    async def send(self, message: Mapping[str, Any]) -> Answer:
        whole = {"messaging_product": "whatsapp", **message}
        return await self._ask("POST", f"{self._settings.number_id}/messages", whole)

    async def number(self) -> Mapping[str, Any]:
        """How our number is, and all that it hangs on."""
        found = await self._asked(f"{self._settings.number_id}?{urlencode({'fields': NUMBER})}")
        return found if isinstance(found, dict) else {}

    async def limit(self) -> str:
        """How many people may be written to in a day; nothing where it does not say."""
        try:
            found = await self._asked(f"{self._settings.number_id}?{urlencode({'fields': LIMIT})}")
        except ApiError:
            return ""
        return str(found.get(LIMIT, "")) if isinstance(found, dict) else ""

    async def templates(self, account: str) -> Sequence[Mapping[str, Any]]:
        """Every one that was ever asked for."""
        return [one async for page in self._pages(account) for one in page]

    async def _pages(self, account: str) -> AsyncIterator[list[Mapping[str, Any]]]:
        after = ""
        for _ in range(MOST_PAGES):
            fields = {"fields": "name,language,status,category,components,rejected_reason", "limit": PAGE}
            asked = urlencode({**fields, **({"after": after} if after else {})})
            found = await self._asked(f"{account}/message_templates?{asked}")
            yield list(objects_in(found, "data"))
            if not (after := _next(found)):
                return

    async def create(self, account: str, template: Mapping[str, Any]) -> str:
        """Ask for it to be approved; in which state it is."""
        answer = await self._ask("POST", f"{account}/message_templates", template)
        return str(_content(answer).get("status", ""))

    async def _asked(self, path: str) -> Any:
        return _content(await self._ask("GET", path))

    async def _ask(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> Answer:
        body = (JSON, json.dumps(content).encode()) if content is not None else None
        headers = {"Authorization": f"Bearer {self._settings.token}"}
        async with asyncio.timeout(WITHIN):
            return await self._places.exchange(method, f"{self._settings.api_url}/{path}", body, headers)


def account_in(number: Mapping[str, Any]) -> str:
    """The id of the account that a number belongs to; nothing where it does not say."""
    return next((str(one.get("id", "")) for one in entities(number) if one.get("entity_type") == "WABA"), "")


def entities(number: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The number, the account, the business and the app, each with whether it can send."""
    return objects_in(number.get("health_status"), "entities")


def _next(found: Any) -> str:
    """From where the next page begins; nothing where there is none."""
    try:
        return str(found["paging"]["cursors"]["after"]) if "next" in found["paging"] else ""
    except (TypeError, KeyError):
        return ""


def _content(answer: Answer) -> Any:
    content = read(answer.body)
    if answer.status != 200 or not isinstance(content, dict):
        raise ApiError(answer.status, content)
    return content
