"""The settings of e-mail: the server that takes ours, who it is from, and where what cannot be delivered comes back.

A password goes over an encrypted connection, or to this machine alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Literal, Self
from urllib.parse import SplitResult, unquote, urlsplit

from bot.notifiers.email.addresses import LONGEST_LOCAL, address_of
from bot.notifiers.tags import LONGEST as LONGEST_TAG
from bot.runtime.settings import PASSWORDS, Settings, Variable

Security = Literal["tls", "starttls", "none"]

SCHEMES: Mapping[str, tuple[Security, int]] = {
    "smtps": ("tls", 465),
    "smtp+starttls": ("starttls", 587),
    "smtp": ("none", 25),
}
"""The scheme of SMTP_URL -> how the connection is encrypted, and the usual port."""

NAMELESS = "Samenspraak"
SERVER_IS = (
    "smtps://name:password@mail.example.org:465 or smtp+starttls://name:password@mail.example.org:587, "
    "and to this machine itself smtp://127.0.0.1:25 (in a password @ is %40, / is %2F, # is %23, % is %25)"
)
FROM_IS = (
    "an address like samen@example.org or Samenspraak <samen@example.org>, with {most} signs or fewer before the @"
)
BOUNCES_ARE = "lmtp://127.0.0.1:2530: a port of this machine"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """`sender` is the plain address; `bounces` where a mail server of this machine brings what came back."""

    host: str
    port: int
    security: Security
    name: str | None
    password: str
    sender: Address
    bounces: tuple[str, int] | None
    public_url: str | None

    @classmethod
    def read(cls, settings: Settings) -> Self | None:
        """None when e-mail is not set up."""
        taken = settings.taken
        if not (taken.get("SMTP_URL") and taken["MAIL_FROM"]):
            return None
        server, bounces = urlsplit(taken["SMTP_URL"]), urlsplit(taken["MAIL_BOUNCES"])
        security, port = SCHEMES[server.scheme]
        return cls(
            host=server.hostname or "",
            port=server.port or port,
            security=security,
            name=unquote(server.username) if server.username else None,
            password=unquote(server.password or ""),
            sender=_sender(taken["MAIL_FROM"]),
            bounces=(bounces.hostname, bounces.port) if bounces.hostname and bounces.port else None,
            public_url=settings.public_url,
        )


def described(settings: Settings) -> str:
    own = MailSettings.read(settings)
    return f"e-mail by {own.host}:{own.port}" if own else ""


def do_not_fit(taken: Mapping[str, str]) -> Iterator[str]:
    """One half of what e-mail needs."""
    if bool(taken["SMTP_URL"]) != bool(taken["MAIL_FROM"]):
        missing = "MAIL_FROM" if taken["SMTP_URL"] else "SMTP_URL"
        yield f"{missing}: e-mail needs both SMTP_URL and MAIL_FROM; set this one too, or neither."
    elif taken["MAIL_BOUNCES"] and not taken["SMTP_URL"]:
        yield "MAIL_BOUNCES: nothing can come back where SMTP_URL and MAIL_FROM are not set."


def _sender(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(display_name=name or NAMELESS, addr_spec=address_of(address))


def _split(url: str) -> SplitResult | None:
    """Nothing but a scheme and a server."""
    try:
        parts = urlsplit(url)
        is_whole = parts.hostname and parts.port != 0 and not (parts.path.strip("/") or parts.query or parts.fragment)
    except ValueError:
        return None
    return parts if is_whole else None


def _is_server(url: str) -> bool:
    parts = _split(url)
    if parts is None or parts.scheme not in SCHEMES or (parts.password and not parts.username):
        return False
    return SCHEMES[parts.scheme][0] != "none" or _is_here(parts.hostname)


def _is_bounces(url: str) -> bool:
    parts = _split(url)
    return parts is not None and parts.scheme == "lmtp" and bool(parts.port) and _is_here(parts.hostname)


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _is_sender(text: str) -> bool:
    """Its part before the @ takes a tag along."""
    address = address_of(parseaddr(text)[1])
    return text.isprintable() and 0 < address.find("@") <= LONGEST_LOCAL - LONGEST_TAG - len("+")


def _hidden(url: str) -> Iterable[str]:
    return (part for found in PASSWORDS.findall(url) for part in found)


VARIABLES: Mapping[str, Variable] = {
    "SMTP_URL": Variable("", _is_server, SERVER_IS, _hidden),
    "MAIL_FROM": Variable("", _is_sender, FROM_IS.format(most=LONGEST_LOCAL - LONGEST_TAG - len("+"))),
    "MAIL_BOUNCES": Variable("", _is_bounces, BOUNCES_ARE),
}
