"""`bounce`, as a mail server runs it: what it takes in, and how it ends, so that nothing is bounced once more."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.web.traits import TRAITS as PAGE
from bot.notifiers.email.traits import TRAITS
from bot.notifiers.tags import Tags
from storage import notification_addresses
from storage.engine.database import Database
from storage.engine.sealing import Secrets
from tests.commands import ran
from tests.databases import begin_migrated
from tests.house import MONDAY, SECRET
from tests.notifiers.email.test_bounces import report
from tests.storage.beginnings import somebody

pytestmark = pytest.mark.process


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    return {
        "SAMENSPRAAK_SECRET": SECRET,
        "DATABASE_URL": f"sqlite:///{tmp_path}/samenspraak.db",
        "SMTP_URL": "smtp://127.0.0.1:25",
        "MAIL_FROM": "samen@example.org",
    }


@pytest.fixture
def database(environment: Mapping[str, str]) -> Database:
    found = Database(environment["DATABASE_URL"], SECRET, (replace(PAGE, notifiers=(TRAITS,)),))
    begin_migrated(found.url)
    return found


@pytest.fixture
def address(database: Database) -> int:
    with database.transaction() as tx:
        return notification_addresses.keep(tx, somebody(tx), TRAITS.name, "fatima@example.org", MONDAY)


def brought(folder: Path, environment: Mapping[str, str], mail: bytes, *arguments: str, **more: str) -> tuple[int, str]:
    """Its exit code, and what it complains of."""
    code, said, complained = ran(("bounce", *arguments), folder, {**environment, **more}, mail)
    assert not said
    return code, complained


def to_us(number: int) -> str:
    return f"samen+{Tags(Secrets(SECRET)).bounce(number)}@example.org"


def has_failed(database: Database) -> bool:
    with database.transaction() as tx:
        contact = notification_addresses.contact_of(tx, 1)
        assert contact
        (found,) = notification_addresses.of_contact(tx, contact)
        return found.failed


def test_an_address_that_does_not_work_is_known_from_then_on(
    tmp_path: Path, environment: Mapping[str, str], database: Database, address: int
) -> None:
    assert brought(tmp_path, environment, report(to=to_us(address))) == (0, "")
    assert has_failed(database)
    assert brought(tmp_path, environment, report(to=to_us(address))) == (0, ""), "twice is once"


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_the_mail_server_knows_where_it_came_to(
    tmp_path: Path, environment: Mapping[str, str], database: Database, address: int, how: str
) -> None:
    mail = report(to="postmaster@example.org")
    arguments = [to_us(address)] if how == "argument" else []
    more = {} if how == "argument" else {"ORIGINAL_RECIPIENT": to_us(address)}
    assert brought(tmp_path, environment, mail, *arguments, **more) == (0, "")
    assert has_failed(database)


def test_whatever_else_comes_is_let_go(
    tmp_path: Path, environment: Mapping[str, str], database: Database, address: int
) -> None:
    mails = (
        b"",
        b"\xff\x00" * 100,
        b"Subject: away\r\n\r\nBack on Monday",
        report("4.4.1", to=to_us(address), action="delayed"),
        report("5.2.2", to=to_us(address)),
        report(to=f"samen+{'a' * 26}@example.org"),
        report(to=f"samen+{Tags(Secrets('another secret of a bot')).bounce(address)}@example.org"),
        report(to=to_us(address + 1)),
    )
    for mail in mails:
        assert brought(tmp_path, environment, mail) == (0, "")
    assert not has_failed(database)


def test_that_our_mail_is_not_wanted_is_said(
    tmp_path: Path, environment: Mapping[str, str], database: Database, address: int
) -> None:
    code, told = brought(tmp_path, environment, report("5.7.1", to=to_us(address)))
    assert code == 0
    assert told == "a mail came back, for it is not wanted there: 5.7.1. See SPF, DKIM and DMARC.\n"
    assert not has_failed(database)


@pytest.mark.parametrize(
    "broken",
    [
        {"SAMENSPRAAK_SECRET": ""},
        {"SAMENSPRAAK_SECRET": "another secret of a bot"},
        {"DATABASE_URL": "postgresql://samen@127.0.0.1:1/samen"},
        {"DATABASE_URL": "nonsense"},
        {"MAIL_FROM": ""},
    ],
    ids=str,
)
def test_what_cannot_be_stored_now_is_to_come_again(
    tmp_path: Path, environment: Mapping[str, str], address: int, broken: dict[str, str]
) -> None:
    if broken.get("SAMENSPRAAK_SECRET"):
        mail = report(to=f"samen+{Tags(Secrets(broken['SAMENSPRAAK_SECRET'])).bounce(address)}@example.org")
    else:
        mail = report(to=to_us(address))
    code, told = brought(tmp_path, environment, mail, **broken)
    assert code == os.EX_TEMPFAIL
    assert told
    assert "fatima" not in told
