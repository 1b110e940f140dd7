"""A reply: what comes of one update, once it is committed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.channels.port import Shown
from bot.letters import Envelope
from bot.survey.conversation.buttons import Where


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out once the transaction is committed; `notice` is a short line on the pressed button.

    `answered` tells whether an answer was stored, `is_wrong_code` whether they brought a code that nobody has. `sent`
    goes out by a notifier, to somebody who is on a page. The rest is for a page: see `bot.channels.port.Shown`.
    """

    envelopes: tuple[Envelope, ...] = ()
    notice: str | None = None
    answered: bool = False
    is_wrong_code: bool = False
    language: str = ""
    where: Where | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    takes_part: bool = False
    role: str = ""
    sent: tuple[Envelope, ...] = ()


def shown(reply: Reply) -> Shown:
    """What a page shows of it."""
    letters = tuple(envelope.letter for envelope in reply.envelopes)
    notice, takes_part, role = reply.notice or "", reply.takes_part, reply.role
    return Shown(reply.language, letters, reply.where, reply.values, notice, takes_part, role)
