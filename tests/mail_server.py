"""A mail server on loopback, as the other end of SMTP: it takes mail, or does what its script says of a recipient."""

import asyncio
import ssl
import warnings
from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any, Self, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

AT_RCPT = {
    "grey": "451 4.7.1 <{address}> greylisted, try again later",
    "full": "452 4.2.2 <{address}> mailbox full",
    "nobody": "550 5.1.1 <{address}> no such user",
    "closes": "421 4.3.2 closing for <{address}>",
}
AT_DATA = {
    "policy": "550 5.7.1 your mail to {address} looks like spam",
    "busy": "450 not now, {address}",
    "broken": "554 transaction failed for {address}",
}
HANGS = 60.0  # seconds; longer than anybody waits


@dataclass(frozen=True, slots=True)
class Mail:
    sender: str
    recipient: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=default)

    def part(self, kind: str) -> str:
        """Its text of this kind, plain or html."""
        found = self.message.get_body((kind,))
        assert isinstance(found, EmailMessage)
        return str(found.get_content())


class MailServer:
    """`script` says of a recipient what happens at each try: `grey`, `full`, `nobody`, `closes` (421), `policy`,
    `busy`, `broken`, `drop` (it has the mail, and is gone before it says so), `hang`; after that it takes the mail.
    """

    def __init__(
        self, login: tuple[str, str] | None = None, tls: ssl.SSLContext | None = None, *, starttls: bool = False
    ) -> None:
        self.mails: list[Mail] = []
        self.script: dict[str, list[str]] = {}
        self.always = ""  # what happens to all that have no script
        self.tried = Counter[str]()
        self.connections: list[SMTP] = []
        self._login, self._tls, self._starttls = login, tls, starttls

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        around = self._tls if not self._starttls else None
        self._server = await loop.create_server(self._connection, "127.0.0.1", 0, ssl=around)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.hang_up()
        await asyncio.sleep(0.02)  # what hung up closes its sockets after that

    def hang_up(self) -> None:
        """Close what is open, as after some minutes without a word."""
        for one in self.connections:
            _hang_up(one)
        self.connections.clear()

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.recipient == address]

    def _connection(self) -> SMTP:
        options: dict[str, Any] = {}
        if self._login:
            options = {"authenticator": self._authenticate, "auth_required": True, "auth_require_tls": self._starttls}
        if self._starttls:
            options |= {"tls_context": self._tls, "require_starttls": True}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a login over TLS from the start is none without TLS
            one = SMTP(self, hostname="mail.example.org", loop=asyncio.get_running_loop(), **options)
        self.connections.append(one)
        return one

    def _authenticate(self, _: SMTP, __: Session, ___: Envelope, mechanism: str, data: Any) -> AuthResult:
        is_right = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == self._login
        return AuthResult(success=is_right, handled=False, auth_data="somebody")

    async def handle_RCPT(self, server: SMTP, _: Session, envelope: Envelope, address: str, __: list[str]) -> str:
        self.tried[address] += 1
        steps = self.script.get(address)
        does = steps.pop(0) if steps else self.always
        if does == "closes":
            asyncio.get_running_loop().call_later(0.01, _hang_up, server)
        if does in AT_RCPT:
            return AT_RCPT[does].format(address=address)
        envelope.rcpt_options = [does]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:
        (address,), (does,) = envelope.rcpt_tos, envelope.rcpt_options
        if does == "hang":
            await asyncio.sleep(HANGS)
        if does in AT_DATA:
            return AT_DATA[does].format(address=address)
        assert isinstance(envelope.content, bytes)
        self.mails.append(Mail(envelope.mail_from or "", address, envelope.content))
        if does == "drop":
            _hang_up(server)
        return "250 OK"


def _hang_up(server: SMTP) -> None:
    if server.transport:
        cast(asyncio.Transport, server.transport).abort()
