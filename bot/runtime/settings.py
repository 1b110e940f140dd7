"""Settings: environment -> Settings. A `.env` file in the working folder fills in what the environment leaves out.

All mistakes are reported together, each with the variable and what is allowed. What must stay secret may also be in a
file, named by the variable with `_FILE` behind it.
"""

import logging
import os
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from dotenv import dotenv_values

from bot.runtime import logs
from storage.engine import urls

SECRET_FILE = Path("samenspraak.secret")
SHORTEST_SECRET = 16
TELEGRAMS_OWN = "https://api.telegram.org"
NO_WAY_FOR_A_WEBHOOK = (
    "TELEGRAM_UPDATES: webhook needs a PUBLIC_URL where Telegram reaches us: https, on port 443, 80, 88 or 8443."
)
READABLE_BY_OTHERS = (
    "DATABASE_URL: a part of a password stands where others could read it. Leave the password out, and put it into "
    "DATABASE_PASSWORD, or into a file that DATABASE_PASSWORD_FILE names. Any @ but the one before the host is %40."
)
PASSWORDS = re.compile(r"://[^:@/]*:(.+)@|password=([^&\s]+)", re.IGNORECASE)
IN_FILES = ("TELEGRAM_TOKEN", "DATABASE_URL", "DATABASE_PASSWORD", "SAMENSPRAAK_SECRET")


class SettingsError(Exception):
    """One or more settings are wrong; the message lists them all."""


@dataclass(frozen=True, slots=True)
class Settings:
    telegram_token: str | None
    telegram_api_url: str
    is_webhook: bool
    public_url: str | None
    host: str
    port: int
    database_url: str
    secret: str | None
    log_level: str
    log_format: str
    forwarded_allow_ips: str

    @property
    def page_url(self) -> str:
        """Where the page is, for people: without PUBLIC_URL this machine alone can reach it."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return self.public_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def read(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """The settings in force; raises SettingsError with every mistake."""
    values = _given(os.environ if environment is None else environment, folder or Path.cwd())
    mistakes = _read_files(values)
    taken = {name: values.get(name, known.default).strip() for name, known in VARIABLES.items()}
    mistakes += [
        f"{name}: allowed is {known.allowed}."
        for name, known in VARIABLES.items()
        if taken[name] and not known.check(taken[name])
    ]
    mistakes += _do_not_fit(taken)
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return Settings(
        telegram_token=taken["TELEGRAM_TOKEN"] or None,
        telegram_api_url=taken["TELEGRAM_API_URL"].rstrip("/"),
        is_webhook=taken["TELEGRAM_UPDATES"] == "webhook",
        public_url=taken["PUBLIC_URL"].rstrip("/") or None,
        host=taken["HOST"],
        port=int(taken["PORT"]),
        database_url=_with_password(taken["DATABASE_URL"], taken["DATABASE_PASSWORD"]),
        secret=taken["SAMENSPRAAK_SECRET"] or None,
        log_level=taken["LOG_LEVEL"].upper(),
        log_format=taken["LOG_FORMAT"],
        forwarded_allow_ips=taken["FORWARDED_ALLOW_IPS"],
    )


def _do_not_fit(taken: Mapping[str, str]) -> Iterator[str]:
    """What each of them may be, and not together."""
    if taken["DATABASE_PASSWORD"] and not _has_room(taken["DATABASE_URL"]):
        yield "DATABASE_PASSWORD: allowed is one for a DATABASE_URL like postgresql://name@host/data."
    if taken["TELEGRAM_UPDATES"] == "webhook" and not _can_be_brought_to(
        taken["PUBLIC_URL"], taken["TELEGRAM_API_URL"]
    ):
        yield NO_WAY_FOR_A_WEBHOOK
    if urls.has_bare_password(taken["DATABASE_URL"]):
        yield READABLE_BY_OTHERS


def _given(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    try:
        from_file = dotenv_values(folder / ".env", interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f".env: cannot be read: {error}") from None
    return {
        **{name: value for name, value in from_file.items() if value and value.strip()},
        **{name: value for name, value in environment.items() if value.strip()},
    }


def _secrets(values: Mapping[str, str]) -> Iterator[str]:
    """What nobody may read in a log, as far as it is there."""
    token = values.get("TELEGRAM_TOKEN", "").strip()
    yield from (token, token.partition(":")[2], values.get("SAMENSPRAAK_SECRET", "").strip())
    yield values.get("DATABASE_PASSWORD", "").strip()
    yield from (part for found in PASSWORDS.findall(values.get("DATABASE_URL", "")) for part in found)


def the_secret(settings: Settings, folder: Path | None = None) -> str:
    """The secret that is set, or else the one in the file beside the data, made at first start for our eyes only."""
    if settings.secret:
        return settings.secret
    path = (folder or Path.cwd()) / SECRET_FILE
    try:
        return _kept_secret(path)
    except OSError as error:
        raise SettingsError(
            f"SAMENSPRAAK_SECRET: not set, and {path} cannot be read or made ({error.strerror}). "
            f"Set it to {SHORTEST_SECRET} characters or more, and keep it somewhere safe."
        ) from None


def kept_secret(settings: Settings, folder: Path | None = None) -> str | None:
    """The same, where there is one already: none is made."""
    is_there = settings.secret or ((folder or Path.cwd()) / SECRET_FILE).exists()
    return the_secret(settings, folder) if is_there else None


def _kept_secret(path: Path) -> str:
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        secret = path.read_text("utf-8").strip()
    else:
        secret = secrets.token_urlsafe(32)
        with os.fdopen(handle, "w") as file:
            file.write(secret + "\n")
    logs.hide(secret)
    if len(secret) < SHORTEST_SECRET:
        raise SettingsError(f"{path}: does not hold a secret of {SHORTEST_SECRET} characters or more.")
    return secret


def _read_files(values: dict[str, str]) -> list[str]:
    """Put in what is in the files that `..._FILE` names; the mistakes in that. An empty file sets nothing."""
    mistakes = []
    for name in IN_FILES:
        if path := values.get(f"{name}_FILE", "").strip():
            try:
                content = Path(path).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                mistakes.append(f"{name}_FILE: {path} cannot be read: {getattr(error, 'strerror', None) or error}.")
                continue
            if content and name in values:
                mistakes.append(f"{name}_FILE: allowed is this or {name}, not both.")
            elif content:
                values[name] = content
    logs.hide(*_secrets(values))
    return mistakes


def _has_room(database: str) -> bool:
    """Whether a password has a place in this address: behind the name of a role, where no other one is."""
    role, at, _ = database.partition("://")[2].rpartition("@")
    return database.startswith("postgres") and bool(at and role) and ":" not in role


def _with_password(database: str, password: str) -> str:
    if not password:
        return database
    role, _, rest = database.rpartition("@")
    return f"{role}:{quote(password, safe='')}@{rest}"


def _is_token(text: str) -> bool:
    return re.fullmatch(r"\d+:[A-Za-z0-9_-]+", text) is not None


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _can_be_brought_to(public: str, api: str) -> bool:
    """Telegram itself is particular; a Bot API server of one's own brings updates anywhere."""
    if not _is_url(public):
        return False
    parts = urlsplit(public)
    return api != TELEGRAMS_OWN or (parts.scheme == "https" and parts.port in (None, 443, 80, 88, 8443))


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text) <= 65535


def _are_proxies(text: str) -> bool:
    with suppress(ValueError):
        return text == "*" or all(ip_network(one.strip()) for one in text.split(","))
    return False


def _is_database(text: str) -> bool:
    is_one_of_ours = re.match(r"sqlite:///[^~$].*|postgres(ql)?(\+psycopg)?://.+", text)  # a shell's ~ is a folder here
    return is_one_of_ours is not None and urls.can_be_read(text)


def _is_level(text: str) -> bool:
    return text.upper() in ("DEBUG", "INFO", "WARNING", "ERROR") and hasattr(logging, text.upper())


class Variable(NamedTuple):
    """What a variable is when it is not set, which values may be, and in which words that is told."""

    default: str
    check: Callable[[str], bool]
    allowed: str


VARIABLES: Mapping[str, Variable] = {
    "TELEGRAM_TOKEN": Variable("", _is_token, "the token that BotFather gave, like 123456789:AAE-x_..."),
    "TELEGRAM_API_URL": Variable(TELEGRAMS_OWN, _is_url, "a web address like https://api.telegram.org"),
    "TELEGRAM_UPDATES": Variable("polling", ("polling", "webhook").__contains__, "polling or webhook"),
    "PUBLIC_URL": Variable("", _is_url, "a web address like https://samenspraak.example.org"),
    "HOST": Variable("127.0.0.1", lambda text: not re.search(r"\s", text), "the name or number of an interface"),
    "PORT": Variable("8000", _is_port, "a number from 1 to 65535"),
    "DATABASE_URL": Variable(
        "sqlite:///data/samenspraak.db",
        _is_database,
        "sqlite:///path/to/file.db or postgresql://name:password@host/database",
    ),
    "DATABASE_PASSWORD": Variable("", lambda _: True, ""),
    "SAMENSPRAAK_SECRET": Variable(
        "", lambda text: len(text) >= SHORTEST_SECRET, f"{SHORTEST_SECRET} characters or more"
    ),
    "LOG_LEVEL": Variable("INFO", _is_level, "DEBUG, INFO, WARNING or ERROR"),
    "LOG_FORMAT": Variable("text", ("text", "json").__contains__, "text or json"),
    "FORWARDED_ALLOW_IPS": Variable("127.0.0.1,::1", _are_proxies, "*, or addresses and networks between commas"),
}
