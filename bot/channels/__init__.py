"""Channels: where people are. Each turns what happens there into updates, and delivers letters; it knows no table."""

from bot.channels.listed import Listed
from bot.channels.port import Channel
from bot.channels.telegram import settings as telegram
from bot.channels.telegram.traits import EXAMINED
from bot.channels.telegram.traits import TRAITS as TELEGRAM
from bot.channels.web import settings as web
from bot.channels.web.traits import TRAITS as PAGE

CHANNELS: tuple[Listed[Channel], ...] = (
    Listed("bot.channels.web.channel", "WebChannel", PAGE, web.VARIABLES, web.described),
    Listed(
        "bot.channels.telegram.channel",
        "TelegramChannel",
        TELEGRAM,
        telegram.VARIABLES,
        telegram.described,
        telegram.do_not_fit,
        EXAMINED,
    ),
)
"""Every channel there is, in the order in which its entrance is offered."""

TRAITS = tuple(channel.traits for channel in CHANNELS)
