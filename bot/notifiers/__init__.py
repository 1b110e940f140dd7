"""Notifiers: what calls somebody who answers on a page. Each carries letters to addresses of one kind, brings nothing
in, and knows no table."""

from bot.channels import CHANNELS
from bot.channels.listed import Listed
from bot.channels.port import Outlet
from bot.notifiers.email import settings as email
from bot.notifiers.email.traits import EXAMINED
from bot.notifiers.email.traits import TRAITS as EMAIL
from bot.notifiers.push import settings as push
from bot.notifiers.push.traits import TRAITS as PUSH
from bot.notifiers.whatsapp import settings as whatsapp
from bot.notifiers.whatsapp.traits import EXAMINED as EXAMINED_THERE
from bot.notifiers.whatsapp.traits import TRAITS as WHATSAPP

NOTIFIERS: tuple[Listed[Outlet], ...] = (
    Listed("bot.notifiers.push.notifier", "PushNotifier", PUSH, push.VARIABLES, push.described),
    Listed(
        "bot.notifiers.whatsapp.notifier",
        "WhatsAppNotifier",
        WHATSAPP,
        whatsapp.VARIABLES,
        whatsapp.described,
        whatsapp.do_not_fit,
        EXAMINED_THERE,
    ),
    Listed(
        "bot.notifiers.email.notifier",
        "EmailNotifier",
        EMAIL,
        email.VARIABLES,
        email.described,
        email.do_not_fit,
        EXAMINED,
    ),
)
"""Every notifier there is, in the order in which they are tried: the first that works is the one that calls."""

OUTLETS: tuple[Listed[Outlet], ...] = (*CHANNELS, *NOTIFIERS)
"""All that is set up, opened and examined in the same way."""
