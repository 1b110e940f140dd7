"""The mail that a letter becomes: its headers, the same twice as text and as HTML, and what goes along.

The same letter gives the same Message-ID at every try, so that one that arrives twice is shown once. The mail that
holds a code has nothing to click: a program that opens every link can confirm for nobody.
"""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from mimetypes import guess_type

from bot.letters import Attachment, Envelope
from bot.notifiers.email import body
from bot.notifiers.email.body import Links
from bot.notifiers.email.pictures import words_of
from bot.notifiers.tags import Tags
from bot.texts.texts import Texts

LONGEST_SUBJECT = 150  # signs
UNFOLDED = ("list-unsubscribe", "message-id", "in-reply-to", "references")


class Policy(EmailPolicy):
    """Addresses in headers stay on one line: a link that is folded is none for some who sign or read it."""

    def fold_binary(self, name: str, value: str) -> bytes:
        return f"{name}: {value}\r\n".encode("ascii") if name.lower() in UNFOLDED else super().fold_binary(name, value)


POLICY = Policy(linesep="\r\n", cte_type="7bit")  # no server needs to be able to do more


@dataclass(frozen=True, slots=True)
class Sending:
    """What all our mail has in common; `home` is where the page is."""

    sender: Address
    home: str
    tags: Tags
    texts: Texts

    def returns_to(self, notified: int) -> str:
        """The envelope's sender, to whom a bounce goes: it says which address does not work."""
        return f"{self.sender.username}+{self.tags.bounce(notified)}@{self.sender.domain}"

    def links(self, notified: int, now: datetime) -> Links:
        return Links(
            f"{self.home}/door/{self.tags.door(notified, now)}", f"{self.home}/stop/{self.tags.stop(notified)}"
        )


def written(sending: Sending, envelope: Envelope, content: bytes, now: datetime) -> bytes:
    """The whole mail; `content` is what the letter's attachment is, drawn."""
    message = EmailMessage(policy=POLICY)
    _address(message, sending, envelope, now)
    links = sending.links(envelope.notified, now) if envelope.kind else None
    if links:
        _say_how_to_stop(message, sending, envelope, links)
    attachment = envelope.letter.attachment
    picture = attachment if attachment and attachment.kind == "picture" else None
    alternative = words_of(picture) or subject_of(envelope) if picture else ""
    said = body.of(sending.texts, envelope, links, alternative)
    message.set_content(said.text)
    message.add_alternative(said.html, subtype="html")
    if attachment:
        _attach(message, attachment, content)
    return message.as_bytes()


def _address(message: EmailMessage, sending: Sending, envelope: Envelope, now: datetime) -> None:
    message["From"] = sending.sender
    message["To"] = Address(addr_spec=envelope.address)
    message["Subject"] = subject_of(envelope)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = _named(sending, "letter", envelope.number, envelope.key, envelope.letter.text)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"


def subject_of(envelope: Envelope) -> str:
    """It is read on a lock screen, by whoever is near: it names nobody."""
    about = " ".join("".join(sign if sign.isprintable() else " " for sign in envelope.letter.about).split())
    return about[:LONGEST_SUBJECT] or body.NAME


def _say_how_to_stop(message: EmailMessage, sending: Sending, envelope: Envelope, links: Links) -> None:
    """And what it belongs to: reminders of one round stand together."""
    message["List-Id"] = f"{body.NAME} <samenspraak.{sending.sender.domain}>"
    message["List-Unsubscribe"] = f"<{links.stop}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if second := envelope.key.split(":")[1:2]:
        message["In-Reply-To"] = message["References"] = _named(sending, "thread", envelope.notified, *second)


def _named(sending: Sending, *parts: object) -> str:
    return f"<{sending.tags.named(*parts)}@{sending.sender.domain}>"


def _attach(message: EmailMessage, attachment: Attachment, content: bytes) -> None:
    kind, _, form = (guess_type(attachment.name)[0] or "application/octet-stream").partition("/")
    if attachment.kind == "picture":
        *_, html = message.iter_parts()
        assert isinstance(html, EmailMessage)  # noqa: S101 - it was just added
        html.add_related(content, kind, form, cid=f"<{body.PICTURE}>", filename=attachment.name, disposition="inline")
    else:
        message.add_attachment(content, maintype=kind, subtype=form, filename=attachment.name)
