"""Settings: what each variable allows, all mistakes at once, and the secret that nobody has to think of."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.channels.telegram.settings import TelegramSettings
from bot.channels.web.settings import WebSettings
from bot.runtime.settings import SECRET_FILE, SettingsError, the_secret
from storage.engine import urls
from tests.house import read


def test_nothing_set_is_fine(tmp_path: Path) -> None:
    settings = read({}, tmp_path)
    telegram, web = TelegramSettings.read(settings), WebSettings.read(settings)
    assert (telegram.token, telegram.api_url) == ("", "https://api.telegram.org")
    assert settings.database_url == "sqlite:///data/samenspraak.db"
    assert (web.host, web.port, settings.log_level, settings.log_format) == (
        "127.0.0.1",
        8000,
        "INFO",
        "text",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_TOKEN", "my token"),
        ("TELEGRAM_TOKEN", "123456"),
        ("TELEGRAM_API_URL", "api.telegram.org"),
        ("TELEGRAM_API_URL", "http://[oops"),
        ("TELEGRAM_UPDATES", "carrier pigeon"),
        ("PUBLIC_URL", "ftp://example.org"),
        ("PUBLIC_URL", "https://example.org/page"),
        ("PUBLIC_URL", "https://example.org/?from=us"),
        ("PUBLIC_URL", "https://name:word@example.org"),
        ("PUBLIC_URL", "https://example .org"),
        ("HOST", "local host"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "٨٠"),
        ("PORT", "http"),
        ("DATABASE_URL", "mysql://root@localhost/x"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "postgresql://u@host:abc/db"),
        ("DATABASE_URL", "postgresql://u@[::1/db"),
        ("SAMENSPRAAK_SECRET", "short"),
        ("SAMENSPRAAK_SECRET", "a" * 40),
        ("SAMENSPRAAK_SECRET", "0123456789abcdef"),
        ("SAMENSPRAAK_SECRET", "x7kQm2wZ" * 4),
        ("SAMENSPRAAK_SECRET", "change-me_CHANGE-ME please!"),
        ("SAMENSPRAAK_OLD_SECRET", "one before none that there is"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
        ("FORWARDED_ALLOW_IPS", "the proxy"),
        ("FORWARDED_ALLOW_IPS", "10.0.0.1, *"),
        ("ACCESSIBILITY_URL", "www.example.org"),
        ("ACCESSIBILITY_URL", "javascript:alert(1)"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read({name: value}, tmp_path)
    assert str(caught.value).startswith(f"{name}: allowed is ")


def test_all_mistakes_are_reported_together(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read({"PORT": "x", "LOG_LEVEL": "y", "TELEGRAM_TOKEN": "z", "DATABASE_URL": "w"}, tmp_path)
    named = [line.split(":")[0] for line in str(caught.value).splitlines()]
    assert named == ["PORT", "TELEGRAM_TOKEN", "DATABASE_URL", "LOG_LEVEL"]


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('PORT=8123\nHOST="0.0.0.0"\n# LOG_LEVEL=DEBUG\nLOG_FORMAT=\n')
    settings = read({"PORT": "8124", "HOST": ""}, tmp_path)
    web = WebSettings.read(settings)
    assert (web.port, web.host, settings.log_level, settings.log_format) == (8124, "0.0.0.0", "INFO", "text")


def test_without_a_word_about_proxies_only_this_machine_is_believed(tmp_path: Path) -> None:
    for said, meant in (("", "127.0.0.1,::1"), ("*", "*"), ("10.0.0.1, 172.16.0.0/12", "10.0.0.1, 172.16.0.0/12")):
        assert WebSettings.read(read({"FORWARDED_ALLOW_IPS": said}, tmp_path)).proxies == meant


def test_a_secret_is_made_once_for_our_eyes_only(tmp_path: Path) -> None:
    settings = read({}, tmp_path)
    secret = the_secret(settings, tmp_path)
    path = tmp_path / SECRET_FILE
    assert len(secret) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert the_secret(settings, tmp_path) == secret
    assert (
        the_secret(read({"SAMENSPRAAK_SECRET": "sixteen or more signs"}, tmp_path), tmp_path) == "sixteen or more signs"
    )


@pytest.mark.parametrize("weak", ["\n", "changeme" * 4])
def test_a_weak_secret_file_is_refused_and_an_unwritable_folder_is_told(weak: str, tmp_path: Path) -> None:
    settings = read({}, tmp_path)
    (tmp_path / SECRET_FILE).write_text(weak)
    with pytest.raises(SettingsError, match="does not hold a secret"):
        the_secret(settings, tmp_path)
    with pytest.raises(SettingsError, match="SAMENSPRAAK_SECRET: not set"):
        the_secret(settings, tmp_path / "no such folder")


@pytest.mark.parametrize(
    ("public", "api", "is_fine"),
    [
        ("", "", False),
        ("http://samenspraak.example.org", "", False),
        ("https://samenspraak.example.org:9000", "", False),
        ("https://samenspraak.example.org", "", True),
        ("https://samenspraak.example.org:8443", "", True),
        ("http://10.0.0.2:8000", "http://10.0.0.3:8081", True),
    ],
)
def test_a_webhook_needs_a_place_that_telegram_reaches(public: str, api: str, is_fine: bool, tmp_path: Path) -> None:
    given = {"TELEGRAM_UPDATES": "webhook", "PUBLIC_URL": public, "TELEGRAM_API_URL": api}
    if is_fine:
        assert TelegramSettings.read(read(given, tmp_path)).is_webhook
    else:
        with pytest.raises(SettingsError, match="webhook needs a PUBLIC_URL"):
            read(given, tmp_path)


def test_what_is_secret_may_be_in_files(tmp_path: Path) -> None:
    written = {
        "TELEGRAM_TOKEN": "123:abc",
        "SAMENSPRAAK_SECRET": "sixteen or more signs",
        "DATABASE_PASSWORD": "p@ss/word: 1",
    }
    for name, value in written.items():
        (tmp_path / name).write_text(f"{value}\n")
    files = {f"{name}_FILE": str(tmp_path / name) for name in written}
    settings = read({**files, "DATABASE_URL": "postgresql://samen@db:5433/samen?sslmode=require"}, tmp_path)
    assert (TelegramSettings.read(settings).token, settings.secret) == ("123:abc", "sixteen or more signs")
    assert settings.database_url == "postgresql://samen:p%40ss%2Fword%3A%201@db:5433/samen?sslmode=require"
    assert make_url(settings.database_url).password == written["DATABASE_PASSWORD"]
    (tmp_path / "URL").write_text("postgresql://a:b@c/d")
    assert read({"DATABASE_URL_FILE": str(tmp_path / "URL")}, tmp_path).database_url == "postgresql://a:b@c/d"


def test_an_empty_file_sets_nothing(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n")
    assert read({"TELEGRAM_TOKEN_FILE": str(tmp_path / "token")}, tmp_path).taken["TELEGRAM_TOKEN"] == ""


def test_mistakes_in_files_are_reported_with_all_others(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret of some length")
    (tmp_path / "token").write_text("no token")
    given = {
        "SAMENSPRAAK_SECRET_FILE": str(tmp_path / "secret"),
        "SAMENSPRAAK_SECRET": "another secret than that",
        "TELEGRAM_TOKEN_FILE": str(tmp_path / "token"),
        "DATABASE_URL_FILE": str(tmp_path / "nothing here"),
        "PORT": "x",
    }
    with pytest.raises(SettingsError) as caught:
        read(given, tmp_path)
    told = str(caught.value)
    assert {line.split(":")[0] for line in told.splitlines()} == {
        "SAMENSPRAAK_SECRET_FILE",
        "TELEGRAM_TOKEN",
        "DATABASE_URL_FILE",
        "PORT",
    }
    assert "No such file" in told
    assert "no token" not in told, "what is in a file of secrets is not repeated"


@pytest.mark.parametrize("url", ["", "sqlite:///x.db", "postgresql://a:b@c/d", "postgresql:///d"])
def test_a_password_needs_a_place_in_the_address(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^DATABASE_PASSWORD: allowed is one for a DATABASE_URL like"):
        read({"DATABASE_PASSWORD": "secret", "DATABASE_URL": url}, tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@w@host/db",
        "postgresql://u:p@w/x@host/db",
        "postgresql://u:p@w?x@host/db",
        "postgresql://u@host/db?password=p@w",
        "postgresql://u@host/db?sslmode=require&p%61ssword=pw",
    ],
)
def test_a_password_that_would_be_printed_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^DATABASE_URL: a part of a password .* DATABASE_PASSWORD_FILE") as told:
        read({"DATABASE_URL": url}, tmp_path)
    assert "w@" not in str(told.value)


def test_a_password_that_is_escaped_is_never_printed(tmp_path: Path) -> None:
    url = read({"DATABASE_URL": "postgresql://u:p%40w%3F@host/db?sslmode=require"}, tmp_path).database_url
    assert make_url(url).password == "p@w?"
    assert urls.told(url) == "postgresql://u:***@host/db"
