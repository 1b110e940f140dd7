"""An invitation: what stands behind a link, whichever of its two codes it was found by; and what is a helper's."""

from dataclasses import dataclass

from bot.survey.conversation.dialogue import Partnership
from bot.survey.phrases import say

ABOUT_HELPING = (
    say("With this link one phone or tablet serves several people, one after the other."),
    say("Nobody sees what the one before answered. After Done you tap: Next person."),
    say("Everybody can take their own link along, to go on, see their answers or delete them."),
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """`code` is what a link or a QR code holds, `short` what one types over from paper."""

    code: str
    short: str
    partnership: Partnership


@dataclass(frozen=True, slots=True)
class HelperLink:
    """What a helper's code opens: the round that a form is for, and the invitation of who answers by themselves."""

    code: str
    partnership: Partnership
    wave: int
    ordinary: str
