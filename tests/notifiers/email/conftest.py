"""What tests of e-mail share: a mail server, a house with a page, and the notifier between them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.port import Entrance, Entrances
from bot.channels.web.traits import TRAITS as PAGE
from bot.letters import Envelope, Letter
from bot.notifiers.email.notifier import EmailNotifier
from bot.notifiers.email.traits import TRAITS
from bot.notifiers.tags import Tags
from bot.runtime import settings
from bot.survey.traits import Traits
from bot.texts.texts import Texts
from storage.engine.sealing import Secrets
from tests.house import SECRET
from tests.mail_server import MailServer
from tests.runtime.test_secrecy import Empty

HOME = "https://samenspraak.example.org"
FROM = "Samenspraak <samen@example.org>"
FATIMA = "fatima@example.org"
TAGS = Tags(Secrets(SECRET))
REMINDER = Letter(
    "<b>Stelling 14 van 26</b>\nWe zeggen eerlijk wat we denken: 1 &lt; 2.\n\nU kunt nu verder.",
    rows=((("Verder", "r:5"),), (("Minder berichten", "g:5:s"),)),
    about="Stelling 14 van 26 wacht op u",
)
ENVELOPE = Envelope("email", FATIMA, REMINDER, number=7, contact=3, key="reminder:5:1", language="nl", notified=4)


class Home(Empty):
    """A house with a page, and nobody in it. It knows what was told to come back."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        self.returned: list[str] = []

    @property
    def entrances(self) -> Entrances:
        return Entrances((Entrance(PAGE, f"{HOME}/i/", home=HOME),))

    @property
    def notifiers(self) -> Sequence[Traits]:
        return (TRAITS,)

    async def bounced(self, tag: str) -> bool:
        self.returned.append(tag)
        return TAGS.bounced(tag) is not None


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


@pytest.fixture
def home(texts: Texts) -> Home:
    return Home(texts)


def built(folder: Path, kind: type[EmailNotifier] = EmailNotifier, **environment: str) -> EmailNotifier:
    given = {"SAMENSPRAAK_SECRET": SECRET, "MAIL_FROM": FROM, "PUBLIC_URL": HOME, **environment}
    made = kind.built(settings.read(given, folder, (kind,)))
    assert made
    return made


@asynccontextmanager
async def opened(
    home: Home, folder: Path, url: str, kind: type[EmailNotifier] = EmailNotifier, **environment: str
) -> AsyncIterator[EmailNotifier]:
    notifier = built(folder, kind, SMTP_URL=url, **environment)
    await notifier.open(home)
    try:
        yield notifier
    finally:
        await notifier.close()


@pytest.fixture
async def notifier(mail_server: MailServer, home: Home, tmp_path: Path) -> AsyncIterator[EmailNotifier]:
    async with opened(home, tmp_path, f"smtp://127.0.0.1:{mail_server.port}") as made:
        yield made


def numbered(most: int) -> Sequence[Envelope]:
    """As many letters, each to somebody else."""
    return [replace(ENVELOPE, number=n, address=f"person{n}@example.org", notified=n) for n in range(1, most + 1)]
