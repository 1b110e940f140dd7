"""What the mail server says of us, asked from outside a running bot and within seconds; no mail is sent."""

import asyncio
from collections.abc import Sequence

from aiosmtplib import SMTPAuthenticationError, SMTPException

from bot.notifiers.email.answers import answer_of
from bot.notifiers.email.connections import opened
from bot.notifiers.email.settings import MailSettings
from bot.runtime.health import Finding

PATIENCE = 5.0  # seconds


async def examine(settings: MailSettings) -> Sequence[Finding]:
    server = f"{settings.host}:{settings.port}"
    try:
        async with asyncio.timeout(PATIENCE):
            await _greet(settings)
    except SMTPAuthenticationError as error:
        found = f"{server} refuses the name or the password: {answer_of(error)}"
        return (_wrong(found, "Ask the provider for the right ones, and set SMTP_URL."),)
    except TimeoutError:
        return (_wrong(f"{server} does not answer within {PATIENCE:.0f} seconds", _reach(server)),)
    except (SMTPException, OSError) as error:
        return (_wrong(f"{server} does not take our mail: {_said(error)}", _reach(server)),)
    return (_where_it_leads(settings, server),)


async def _greet(settings: MailSettings) -> None:
    """Log in, where there is a name to log in with, and leave."""
    connection = await opened(settings)
    try:
        await connection.ehlo()
        await connection.quit()
    finally:
        connection.close()


def _said(error: Exception) -> str:
    answer = answer_of(error) if isinstance(error, SMTPException) else None
    return str(answer or type(error).__name__)


def _reach(server: str) -> str:
    return f"Can this machine reach {server}, and is SMTP_URL right? Letters wait until it answers."


def _where_it_leads(settings: MailSettings, server: str) -> Finding:
    if (settings.public_url or "").startswith("https://"):
        return Finding("email", True, f"{server} takes our mail")
    found = f"{server} takes our mail, and PUBLIC_URL is not an address with https: nobody can open what is in it"
    return _wrong(found, "Put the page behind a web server with https, and set PUBLIC_URL.")


def _wrong(found: str, advice: str) -> Finding:
    return Finding("email", False, found, advice)
