"""An invitation: what stands behind a link, whichever of its two codes it was found by."""

from dataclasses import dataclass

from bot.survey.conversation.dialogue import Partnership


@dataclass(frozen=True, slots=True)
class Invitation:
    """`code` is what a link or a QR code holds, `short` what one types over from paper."""

    code: str
    short: str
    partnership: Partnership
