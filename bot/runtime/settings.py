"""Settings: environment -> Settings. A `.env` file in the working folder fills in what the environment leaves out.

All mistakes are reported together, each with the variable and what is allowed. What must stay secret may also be in a
file, named by the variable with `_FILE` behind it.
"""

import logging
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, NamedTuple, Protocol
from urllib.parse import quote, urlsplit

from bot.runtime import logs
from bot.survey.errors import OperatorError
from storage.engine import urls

SECRET_FILE, OLD_SECRET_FILE = Path("samenspraak.secret"), Path("samenspraak.secret.old")
DATA = Path("data")
SHORTEST_SECRET = 16
FEWEST_SIGNS = 8  # different ones
STRONG = (
    f"{SHORTEST_SECRET} characters or more that nobody can guess: no row of the same or of neighbours, and no example. "
    "Make one: openssl rand -hex 32. To change the secret of a bot that has run: docs/running.md, The secret"
)
EXAMPLES = ("changeme", "password", "wachtwoord", "geheim", "mysecret", "secretkey", "yoursecret", "example", "qwerty")
"""Which of these is most of a secret, is none."""
READABLE_BY_OTHERS = (
    "DATABASE_URL: a part of a password stands where others could read it. Leave the password out, and put it into "
    "DATABASE_PASSWORD, or into a file that DATABASE_PASSWORD_FILE names. Any @ but the one before the host is %40."
)
PASSWORDS = re.compile(r"://[^:@/]*:(.+)@|password=([^&\s]+)", re.IGNORECASE)


class SettingsError(OperatorError):
    """One or more settings are wrong; the message lists them all."""


class Variable(NamedTuple):
    """What a variable is when it is not set, which values may be, and in which words that is told.

    `hidden` gives what of a value nobody may read in a log; such a variable may also be in a file.
    """

    default: str
    check: Callable[[str], bool]
    allowed: str
    hidden: Callable[[str], Iterable[str]] | None = None


class Configured(Protocol):
    """What has settings of its own beside ours: a channel or a notifier."""

    variables: ClassVar[Mapping[str, Variable]]

    @classmethod
    def do_not_fit(cls, taken: Mapping[str, str]) -> Iterator[str]: ...


class Listed(Protocol):
    """The same, as a line in a table says it."""

    @property
    def variables(self) -> Mapping[str, Variable]: ...

    @property
    def do_not_fit(self) -> Callable[[Mapping[str, str]], Iterator[str]]: ...


@dataclass(frozen=True, slots=True)
class Settings:
    """Those of the house. `taken` holds every variable as it is in force, for whoever has settings of its own."""

    public_url: str | None
    database_url: str
    secret: str | None
    old_secret: str | None
    log_level: str
    log_format: str
    taken: Mapping[str, str]

    @property
    def audio_folder(self) -> Path:
        """Where recordings of this installation are: beside its data."""
        file = urls.file_of(self.database_url)
        return (file.parent if file else DATA) / "audio"


def read(
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    outlets: Sequence[type[Configured] | Listed] = (),
) -> Settings:
    """The settings in force, with those of channels and notifiers; raises SettingsError with every mistake."""
    variables = {**{name: known for one in outlets for name, known in one.variables.items()}, **VARIABLES}
    values = _given(os.environ if environment is None else environment, folder or Path.cwd())
    mistakes = _read_files(values, variables)
    taken = {name: values.get(name, known.default).strip() for name, known in variables.items()}
    mistakes += [
        f"{name}: allowed is {known.allowed}."
        for name, known in variables.items()
        if taken[name] and not known.check(taken[name])
    ]
    mistakes += [*_do_not_fit(taken), *(mistake for one in outlets for mistake in one.do_not_fit(taken))]
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return Settings(
        public_url=taken["PUBLIC_URL"].rstrip("/") or None,
        database_url=_with_password(taken["DATABASE_URL"], taken["DATABASE_PASSWORD"]),
        secret=taken["SAMENSPRAAK_SECRET"] or None,
        old_secret=taken["SAMENSPRAAK_OLD_SECRET"] or None,
        log_level=taken["LOG_LEVEL"].upper(),
        log_format=taken["LOG_FORMAT"],
        taken=taken,
    )


def _do_not_fit(taken: Mapping[str, str]) -> Iterator[str]:
    """What each of them may be, and not together."""
    if taken["DATABASE_PASSWORD"] and not _has_room(taken["DATABASE_URL"]):
        yield "DATABASE_PASSWORD: allowed is one for a DATABASE_URL like postgresql://name@host/data."
    if taken["SAMENSPRAAK_OLD_SECRET"] and not taken["SAMENSPRAAK_SECRET"]:
        yield "SAMENSPRAAK_OLD_SECRET: allowed is the one before SAMENSPRAAK_SECRET, which must be set too."
    if taken["SAMENSPRAAK_OLD_SECRET"] and taken["SAMENSPRAAK_OLD_SECRET"] == taken["SAMENSPRAAK_SECRET"]:
        yield "SAMENSPRAAK_OLD_SECRET: allowed is another one than SAMENSPRAAK_SECRET."
    if urls.has_bare_password(taken["DATABASE_URL"]):
        yield READABLE_BY_OTHERS


def _given(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    try:
        from_file = _written_in(folder / ".env")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f".env: cannot be read: {error}") from None
    return {
        **{name: value for name, value in from_file.items() if value and value.strip()},
        **{name: value for name, value in environment.items() if value.strip()},
    }


def _written_in(file: Path) -> Mapping[str, str | None]:
    if not file.exists():
        return {}
    from dotenv import dotenv_values  # whoever has no such file does not load it

    return dotenv_values(file, interpolate=False)


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


def secret_before(settings: Settings, folder: Path | None = None) -> str:
    """What was made with this one still counts; nothing where there is none. It is beside the other one."""
    path = (folder or Path.cwd()) / OLD_SECRET_FILE
    if settings.secret or not path.exists():
        return settings.old_secret or ""
    before = _read_secret(path)
    return before if before != the_secret(settings, folder) else ""


def change_kept_secret(folder: Path | None = None) -> None:
    """A new secret in the place of the one in the file; that one goes beside it. Whenever this ends, one of two is
    there: both as they were, or both as they are meant."""
    path, old = ((folder or Path.cwd()) / name for name in (SECRET_FILE, OLD_SECRET_FILE))
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    _made_secret(new)
    old.unlink(missing_ok=True)
    os.link(path, old)
    new.replace(path)


def _kept_secret(path: Path) -> str:
    with suppress(FileExistsError):
        _made_secret(path)
    secret = _read_secret(path)
    if not is_strong(secret):
        raise SettingsError(f"{path}: does not hold a secret that is allowed, which is {STRONG}.")
    return secret


def _made_secret(path: Path) -> None:
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _read_secret(path: Path) -> str:
    secret = path.read_text("utf-8").strip()
    logs.hide(secret)
    return secret


def is_strong(secret: str) -> bool:
    """Whether it may be a secret: long, and not what many take. That nobody else knows it, we cannot see."""
    steps = [ord(after) - ord(before) for before, after in pairwise(secret)]
    is_a_row = sum(step in (-1, 0, 1) for step in steps) > len(steps) / 2
    is_twice_the_same = secret in (secret + secret)[1:-1]
    left = reduce(lambda text, example: text.replace(example, ""), EXAMPLES, re.sub(r"[\W_]", "", secret.lower()))
    is_known = len(set(left)) < FEWEST_SIGNS
    return len(secret) >= SHORTEST_SECRET and not (is_a_row or is_twice_the_same or is_known)


def _read_files(values: dict[str, str], variables: Mapping[str, Variable]) -> list[str]:
    """Put in what is in the files that `..._FILE` names; the mistakes in that. An empty file sets nothing."""
    mistakes = []
    secret = {name: known.hidden for name, known in variables.items() if known.hidden}
    for name in secret:
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
    logs.hide(*(part for name, parts in secret.items() for part in parts(values.get(name, "").strip())))
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


def is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_origin(text: str) -> bool:
    """Whether it is all of an address that stands before a path: what is below it, we write ourselves."""
    return is_url(text) and not re.search(r"[\s?#@]", text) and urlsplit(text).path in ("", "/")


def _is_database(text: str) -> bool:
    is_one_of_ours = re.match(r"sqlite:///[^~$].*|postgres(ql)?(\+psycopg)?://.+", text)  # a shell's ~ is a folder here
    return is_one_of_ours is not None and urls.can_be_read(text)


def _is_level(text: str) -> bool:
    return text.upper() in ("DEBUG", "INFO", "WARNING", "ERROR") and hasattr(logging, text.upper())


def _all_of_it(value: str) -> Iterable[str]:
    return (value,)


def _passwords_in(url: str) -> Iterable[str]:
    return (part for found in PASSWORDS.findall(url) for part in found)


VARIABLES: Mapping[str, Variable] = {
    "PUBLIC_URL": Variable("", is_origin, "a web address like https://samenspraak.example.org, with no path"),
    "DATABASE_URL": Variable(
        "sqlite:///data/samenspraak.db",
        _is_database,
        "sqlite:///path/to/file.db or postgresql://name:password@host/database",
        _passwords_in,
    ),
    "DATABASE_PASSWORD": Variable("", lambda _: True, "", _all_of_it),
    "SAMENSPRAAK_SECRET": Variable("", is_strong, STRONG, _all_of_it),
    "SAMENSPRAAK_OLD_SECRET": Variable("", lambda _: True, "", _all_of_it),  # it may be why there is a new one
    "LOG_LEVEL": Variable("INFO", _is_level, "DEBUG, INFO, WARNING or ERROR"),
    "LOG_FORMAT": Variable("text", ("text", "json").__contains__, "text or json"),
}
