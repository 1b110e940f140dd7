"""Notifiers: what calls somebody who answers on a page. Each carries letters to addresses of one kind, brings nothing
in, and knows no table."""

from bot.channels import CHANNELS
from bot.channels.port import Outlet
from bot.notifiers.email.notifier import EmailNotifier
from bot.notifiers.push.notifier import PushNotifier

NOTIFIERS: tuple[type[Outlet], ...] = (PushNotifier, EmailNotifier)
"""Every notifier there is, in the order in which they are tried: the first that works is the one that calls."""

OUTLETS: tuple[type[Outlet], ...] = (*CHANNELS, *NOTIFIERS)
"""All that is set up, opened and examined in the same way."""
