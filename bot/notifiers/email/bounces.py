"""Bounces: what a mail that came back says, and about which notification address.

Only the tag in the address that it came to is believed: nobody else can make one. Its report, as RFC 3464 has it, says
whether the address is wrong; where it has none, nothing is held against anybody.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import default

from bot.notifiers.email.answers import Meaning, meaning_of_status
from bot.notifiers.tags import LONGEST

MOST = 2 * 2**20  # bytes of a mail that comes back; the rest is not read
TAGGED = re.compile(rf"\+([a-z2-7]{{{LONGEST}}})@", re.IGNORECASE)
STATUS = re.compile(r"5\.\d{1,3}\.\d{1,3}")
CAME_TO = ("To", "X-Original-To", "Delivered-To", "Envelope-To")
NOT_WANTED = "a mail came back, for it is not wanted there: %s. See SPF, DKIM and DMARC."
SAYS_MOST = (Meaning.NOBODY, Meaning.NOT_WANTED)


@dataclass(frozen=True, slots=True)
class Bounce:
    """`tag` names the notification address, when it is one of ours; `status` is why it came back, for good."""

    tag: str
    status: str

    @property
    def is_hard(self) -> bool:
        """Nothing that is sent there will ever arrive."""
        return meaning_of_status(self.status) is Meaning.NOBODY

    @property
    def is_not_wanted(self) -> bool:
        """It is about us, and an operator should know."""
        return meaning_of_status(self.status) is Meaning.NOT_WANTED


def read(mail: bytes, came_to: Iterable[str] = ()) -> Bounce | None:
    """None of any other mail, and of one that is only late. `came_to` is what is known of where it was sent, beside
    what its own head says."""
    message = message_from_bytes(mail[:MOST], policy=default)
    tag, statuses = next(_tags(message, came_to), None), [*_failures(message)]
    return Bounce(tag, min(statuses, key=_rank)) if tag and statuses else None


def _rank(status: str) -> int:
    meaning = meaning_of_status(status)
    return SAYS_MOST.index(meaning) if meaning in SAYS_MOST else len(SAYS_MOST)


def _tags(message: Message, came_to: Iterable[str]) -> Iterator[str]:
    heads = (str(value) for name in CAME_TO for value in message.get_all(name, ()))
    for text in (*came_to, *heads):
        yield from (found[1].lower() for found in TAGGED.finditer(text))


def _failures(message: Message) -> Iterator[str]:
    """The status of each recipient that was given up."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            blocks = part.get_payload()
            yield from (found[0] for one in blocks if isinstance(one, Message) and (found := _given_up(one)))


def _given_up(block: Message) -> re.Match[str] | None:
    is_failed = str(block.get("Action", "")).strip().lower() == "failed"
    return STATUS.match(str(block.get("Status", "")).strip()) if is_failed else None
