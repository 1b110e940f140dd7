"""What Telegram says of our bot, asked from outside a running one and within seconds; nothing is changed there."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram.channel import UNREADABLE, TokenRefused, name_of
from bot.channels.telegram.http import AiohttpRequest

PATIENCE = 5.0  # seconds


class Silent(Exception):
    """Telegram does not answer."""


@dataclass(frozen=True, slots=True)
class Examined:
    """`url` is empty when no webhook is set; `error` is the last one that Telegram met when it called us there."""

    name: str
    url: str
    waiting: int
    error: str
    error_at: datetime | None


async def examine(token: str, api_url: str) -> Examined:
    """Raises TokenRefused, or Silent with the reason."""
    calls, polls = AiohttpRequest(), AiohttpRequest()
    bot = Bot(token, f"{api_url}/bot", f"{api_url}/file/bot", request=calls, get_updates_request=polls)
    try:
        async with asyncio.timeout(PATIENCE):
            await calls.initialize()
            return _examined(await name_of(bot), await bot.get_webhook_info())
    except InvalidToken:
        raise TokenRefused(str(TokenRefused.__doc__)) from None
    except TimeoutError:
        raise Silent(f"no answer within {PATIENCE:.0f} seconds") from None
    except (TelegramError, *UNREADABLE) as error:
        raise Silent(str(error)) from None
    finally:
        await calls.shutdown()


def _examined(name: str, info: WebhookInfo) -> Examined:
    return Examined(
        name=name,
        url=info.url,
        waiting=info.pending_update_count,
        error=info.last_error_message or "",
        error_at=info.last_error_date,
    )
