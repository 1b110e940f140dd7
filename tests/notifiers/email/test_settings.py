"""The settings of e-mail, and what is told of those that are wrong."""

from pathlib import Path

import pytest

from bot.notifiers.email.notifier import EmailNotifier
from bot.notifiers.email.settings import MailSettings
from bot.runtime import logs, settings
from bot.runtime.settings import SettingsError

URL, FROM = "smtps://samen:geheim%2F1@mail.example.org", "Samenspraak <samen@example.org>"


def read(folder: Path, **environment: str) -> MailSettings | None:
    return MailSettings.read(settings.read(environment, folder, (EmailNotifier,)))


def mistakes(folder: Path, **environment: str) -> list[str]:
    with pytest.raises(SettingsError) as error:
        read(folder, **environment)
    return str(error.value).splitlines()


@pytest.mark.parametrize(
    ("url", "host", "port", "security", "name", "password"),
    [
        (URL, "mail.example.org", 465, "tls", "samen", "geheim/1"),
        ("smtps://samen:geheim@mail.example.org:4650", "mail.example.org", 4650, "tls", "samen", "geheim"),
        ("smtp+starttls://a%40b.nl:p%40:w@mail.example.org", "mail.example.org", 587, "starttls", "a@b.nl", "p@:w"),
        ("smtp://127.0.0.1", "127.0.0.1", 25, "none", None, ""),
        ("smtp://localhost:2525/", "localhost", 2525, "none", None, ""),
        ("smtp://[::1]:2525", "::1", 2525, "none", None, ""),
    ],
)
def test_a_server(tmp_path: Path, url: str, host: str, port: int, security: str, name: str, password: str) -> None:
    found = read(tmp_path, SMTP_URL=url, MAIL_FROM=FROM)
    assert found
    assert (found.host, found.port, found.security, found.name, found.password) == (
        host,
        port,
        security,
        name,
        password,
    )


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "https://mail.example.org",
        "smtp://mail.example.org:25",
        "smtp://127.0.0.1.example.org",
        "smtps://",
        "smtps://samen:geheim@",
        "smtps://:geheim@mail.example.org",
        "smtps://samen:ge#heim@mail.example.org",
        "smtps://samen:ge/heim@mail.example.org",
        "smtps://samen:geheim@mail.example.org:0",
        "smtps://samen:geheim@mail.example.org:99999",
        "smtps://mail.example.org/path",
        "smtps://mail.example.org?x=1",
        "smtps://[mail",
    ],
)
def test_no_server(tmp_path: Path, url: str) -> None:
    (told,) = mistakes(tmp_path, SMTP_URL=url, MAIL_FROM=FROM)
    assert told.startswith("SMTP_URL: allowed is smtps://name:password@mail.example.org:465 or ")
    assert "heim" not in told


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        (FROM, "Samenspraak", "samen@example.org"),
        ("samen@example.org", "Samenspraak", "samen@example.org"),
        ('"De Buurt, Moerwijk" <Samen@Example.org>', "De Buurt, Moerwijk", "samen@example.org"),
        ("Buurthuis Één <samen@example.org>", "Buurthuis Één", "samen@example.org"),
    ],
)
def test_whom_it_is_from(tmp_path: Path, text: str, name: str, address: str) -> None:
    found = read(tmp_path, SMTP_URL=URL, MAIL_FROM=text)
    assert found
    assert (found.sender.display_name, found.sender.addr_spec) == (name, address)


@pytest.mark.parametrize(
    "text",
    [
        "Samenspraak",
        "samen@localhost",
        "Samenspraak <>",
        "a@example.org\r\nBcc: b@example.org",
        f"{'s' * 38}@example.org",
    ],
)
def test_from_nobody(tmp_path: Path, text: str) -> None:
    (told,) = mistakes(tmp_path, SMTP_URL=URL, MAIL_FROM=text)
    assert told.startswith("MAIL_FROM: allowed is an address like samen@example.org")


@pytest.mark.parametrize(
    "url",
    ["127.0.0.1:2530", "lmtp://127.0.0.1", "lmtp://0.0.0.0:2530", "lmtp://example.org:2530", "smtp://127.0.0.1:1"],
)
def test_what_comes_back_comes_from_this_machine(tmp_path: Path, url: str) -> None:
    (told,) = mistakes(tmp_path, SMTP_URL=URL, MAIL_FROM=FROM, MAIL_BOUNCES=url)
    assert told == "MAIL_BOUNCES: allowed is lmtp://127.0.0.1:2530: a port of this machine."


@pytest.mark.parametrize(
    ("given", "begins"),
    [
        ({"SMTP_URL": URL}, "MAIL_FROM: e-mail needs both"),
        ({"MAIL_FROM": FROM}, "SMTP_URL: e-mail needs both"),
        ({"MAIL_BOUNCES": "lmtp://127.0.0.1:2530"}, "MAIL_BOUNCES: nothing can come back"),
    ],
)
def test_half_of_it_is_not_enough(tmp_path: Path, given: dict[str, str], begins: str) -> None:
    (told,) = mistakes(tmp_path, **given)
    assert told.startswith(begins)


def test_all_mistakes_are_told_together(tmp_path: Path) -> None:
    told = mistakes(tmp_path, SMTP_URL="smtp://mail.example.org", MAIL_BOUNCES="x", LOG_FORMAT="xml")
    assert sorted(line.partition(":")[0] for line in told) == ["LOG_FORMAT", "MAIL_BOUNCES", "MAIL_FROM", "SMTP_URL"]


def test_without_them_there_is_no_e_mail(tmp_path: Path) -> None:
    assert read(tmp_path) is None
    assert EmailNotifier.built(settings.read({}, tmp_path, (EmailNotifier,))) is None
    assert EmailNotifier.built(settings.read({}, tmp_path)) is None, "nor where nobody asked for its settings"


def test_they_may_be_in_a_file_and_their_password_is_told_to_nobody(tmp_path: Path) -> None:
    path = tmp_path / "smtp_url"
    path.write_text("smtps://samen:in%2Fa%2Ffile@mail.example.org\n")
    found = read(tmp_path, SMTP_URL_FILE=str(path), MAIL_FROM=FROM)
    assert found
    assert found.password == "in/a/file"
    assert logs.told("refused: in/a/file, in%2Fa%2Ffile") == "refused: ***, ***"
