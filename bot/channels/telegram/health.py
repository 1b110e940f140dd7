"""What Telegram says of our bot, asked from outside a running one and within seconds; nothing is changed there."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram.http import UNREADABLE, HttpRequest, name_of
from bot.channels.telegram.settings import TelegramSettings
from bot.runtime.health import Finding

PATIENCE = 5.0  # seconds
MANY = 100  # updates that wait at Telegram
STILL_NEWS = timedelta(minutes=10)  # after an error at the webhook


async def examine(settings: TelegramSettings, now: datetime) -> Sequence[Finding]:
    calls, polls = HttpRequest(), HttpRequest()
    base, files = f"{settings.api_url}/bot", f"{settings.api_url}/file/bot"
    bot = Bot(settings.token, base, files, request=calls, get_updates_request=polls)
    try:
        async with asyncio.timeout(PATIENCE):
            await calls.initialize()
            name, info = await name_of(bot), await bot.get_webhook_info()
    except InvalidToken:
        advice = "Ask BotFather for the right one: /mybots, your bot, API Token."
        return (Finding("telegram", False, "Telegram refuses TELEGRAM_TOKEN", advice),)
    except TimeoutError:
        return (_no_answer(settings, f"no answer within {PATIENCE:.0f} seconds"),)
    except (TelegramError, *UNREADABLE) as error:
        return (_no_answer(settings, str(error)),)
    finally:
        await calls.shutdown()
    found = Finding("telegram", True, f"Telegram knows us as @{name}", figures={"username": name})
    return found, updates(info, settings, now)


def _no_answer(settings: TelegramSettings, why: str) -> Finding:
    advice = f"Can this machine reach {settings.api_url}? What people tap waits at Telegram, for a while."
    return Finding("telegram", False, f"Telegram does not answer: {why}", advice)


def updates(info: WebhookInfo, settings: TelegramSettings, now: datetime) -> Finding:
    """Whether what people say comes in, the way it is meant to."""
    url, waiting, failed = info.url, info.pending_update_count, info.last_error_date
    mode = "webhook" if settings.is_webhook else "polling"
    figures = {"mode": mode, "webhook": url or None, "waiting": waiting}
    for wrong, found, advice in (
        (
            url and not settings.is_webhook,
            f"a webhook is set, at {url}, so that a bot that polls gets nothing",
            "Restart the bot, which takes the webhook away; or set TELEGRAM_UPDATES=webhook.",
        ),
        (
            settings.is_webhook and not url.startswith(f"{settings.public_url}/"),
            f"the webhook is at {url or 'no address'}, and not under PUBLIC_URL",
            "Restart the bot, which sets it.",
        ),
        (
            settings.is_webhook and failed and failed > now - STILL_NEWS,
            f"Telegram could not call us at {url}: {info.last_error_message or ''}",
            "Is PUBLIC_URL right, with a valid certificate, and does the web server pass it on?",
        ),
        (
            waiting > MANY,
            f"{waiting} updates wait at Telegram",
            "Is the bot running, and does it keep up? See its log.",
        ),
    ):
        if wrong:
            return Finding("updates", False, found, advice, figures)
    return Finding("updates", True, f"by {mode}, {waiting} wait at Telegram", figures=figures)
