"""Channels: where people are. Each turns what happens there into updates, and delivers letters; it knows no table."""

from bot.channels.port import Channel
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.web.channel import WebChannel

CHANNELS: tuple[type[Channel], ...] = (WebChannel, TelegramChannel)
"""Every channel there is, in the order in which its entrance is offered."""

TRAITS = tuple(channel.traits for channel in CHANNELS)
