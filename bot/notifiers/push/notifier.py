"""The push notifier as one piece: a letter becomes one line for one browser, which its push service keeps until then.

It sends to known push services alone, follows nobody elsewhere, and no log of it holds where it sent.
"""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Self

from bot.channels.port import House, Outlet
from bot.http.connections import Places
from bot.letters import Delivered, Envelope, Postponed, Receipt, Refused, Unreachable
from bot.notifiers.push.settings import VARIABLES, PushSettings, described
from bot.notifiers.push.subscription import Subscription
from bot.notifiers.push.traits import TRAITS
from bot.notifiers.tags import Tags
from bot.runtime.settings import Settings
from bot.survey.calendar import night
from bot.texts.direction import direction_of
from bot.texts.languages import tag_of
from storage.engine import web_push

log = logging.getLogger(__name__)

WITHIN = 7.0  # seconds that all of it may take; whoever hands over waits for 8
KEPT_FOR = timedelta(hours=4)  # by the push service at most, for a device that is off
SIGNED_FOR = timedelta(hours=12)  # a push service takes no signature for more than a day
MOST = 4096  # bytes that every push service takes
LONGEST = 300  # signs of a body: no phone shows more
LONGEST_WAIT = 3600.0  # seconds, whatever a push service says
TITLE = "Samenspraak"
SEALED = "application/octet-stream"
DECLARATIVE = 8030  # the number that makes a message show itself in browsers that know it, worker or none
OURS = "what we sent is wrong, or its signature: is the clock of this machine right, and was the secret changed?"


class PushNotifier(Outlet):
    traits = TRAITS
    variables = VARIABLES

    def __init__(self, settings: PushSettings) -> None:
        self.errors = Counter[str]()
        self._settings = settings
        self._keys: Mapping[str, web_push.OwnKey] = {}
        self._services: Places | None = None

    @classmethod
    def built(cls, settings: Settings) -> Self | None:
        own = PushSettings.read(settings)
        return cls(own) if own.page_url else None

    @classmethod
    def described(cls, settings: Settings) -> str:
        return described(settings)

    async def open(self, house: House) -> None:
        self._house, self._tags = house, Tags(house.secrets)
        self._keys = {secret: web_push.own_key(secret) for secret in house.secrets.known}
        self._services = Places()

    @property
    def public_key(self) -> str:
        """Of the secret in force, for who subscribes now."""
        return web_push.written(web_push.public(self._keys[self._house.secrets.in_force])) if self._keys else ""

    async def close(self) -> None:
        if services := self._services:
            self._services = None
            await services.close()

    async def deliver(self, envelope: Envelope) -> Receipt:
        if (services := self._services) is None:
            return Postponed()
        to = Subscription.read(envelope.address)
        if to is None or not to.is_known(self._settings.services):
            return Unreachable("no push service that we know")
        body = web_push.encrypted(self._message(envelope), web_push.read(to.p256dh), web_push.read(to.auth))
        return await self._sent(services, to, body, envelope) if len(body) <= MOST else TOO_LARGE

    def _message(self, envelope: Envelope) -> bytes:
        door = self._tags.door(envelope.notified, self._house.clock())
        shown = {
            "title": TITLE,
            "body": envelope.letter.about[:LONGEST],
            "lang": tag_of(envelope.language),
            "dir": direction_of(envelope.language),
            "navigate": f"{self._house.entrances.home}/door/{door}",
            "tag": _topic(envelope),
            "renotify": True,  # a second reminder takes the place of the first, and is heard too
        }
        return json.dumps({"web_push": DECLARATIVE, "notification": shown}, ensure_ascii=False).encode()

    def _headers(self, envelope: Envelope, to: Subscription, key: web_push.OwnKey) -> Mapping[str, str]:
        until = int((self._house.clock() + SIGNED_FOR).timestamp())
        claims = {"aud": to.service, "exp": until, **self._settings.contact}
        return {
            "TTL": str(int(_kept_for(envelope, self._house.clock()).total_seconds())),
            "Urgency": "normal",
            "Topic": _topic(envelope),
            "Content-Encoding": "aes128gcm",
            "Authorization": web_push.signed(claims, key),
        }

    async def _sent(self, services: Places, to: Subscription, body: bytes, envelope: Envelope) -> Receipt:
        """A browser that subscribed before the secret was changed takes what is signed with the former one alone."""
        for secret in self._house.secrets.known:
            headers = self._headers(envelope, to, self._keys[secret])
            try:
                async with asyncio.timeout(WITHIN / len(self._keys)):
                    status, _, wait = await services.exchange("POST", to.endpoint, (SEALED, body), headers)
            except (OSError, ValueError) as error:
                self.errors[type(error).__name__] += 1
                log.warning("%s cannot be reached: %s", to.service, type(error).__name__)
                return Postponed()
            if status not in NOT_OURS:
                break
        if status not in ARRIVED:
            self.errors[str(status)] += 1
        return _receipt(to.service, status, wait.decode("latin-1"))


ARRIVED = (200, 201, 202)
NOT_OURS = (401, 403)
GONE = (404, 410)
LATER = (429, 503)
TOO_LARGE = Refused("too large for a push message")


def _receipt(service: str, status: int, wait: str) -> Receipt:
    """What the answer of a push service means (RFC 8030)."""
    if status in ARRIVED:
        return Delivered()
    if status in GONE:
        return Unreachable("the subscription has ended")
    if status in LATER:
        return Postponed(_seconds(wait), alone=True)
    if status >= 500:
        return Postponed()
    return TOO_LARGE if status == 413 else Refused(f"{service} answers {status}: {OURS}")


def _seconds(wait: str) -> float | None:
    """How long a push service asks us to wait, in seconds or until a moment; None where it does not say, or not so
    that one can read it."""
    if wait.isascii() and wait.isdigit():
        return min(float(wait), LONGEST_WAIT)
    try:
        left = parsedate_to_datetime(wait) - datetime.now(UTC)
    except (ValueError, TypeError):
        return None
    return min(max(left.total_seconds(), 0.0), LONGEST_WAIT)


def _kept_for(envelope: Envelope, now: datetime) -> timedelta:
    """What must not come at night, does not come to a device that is switched on then."""
    return min(KEPT_FOR, night(now, envelope.timezone) - now) if envelope.timezone else KEPT_FOR


def _topic(envelope: Envelope) -> str:
    """What takes the place of what: at a push service, and on the screen."""
    return envelope.kind or "letter"
