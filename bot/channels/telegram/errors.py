"""Errors: what a call to Telegram that failed means for the letter: 403, 429, a chat that moved, and all the others.

The order of the table matters: in python-telegram-bot a BadRequest is a NetworkError too, and trying that again would
never end.
"""

import logging

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.letters import Delivered, Moved, Postponed, Receipt, Refused, Unreachable

log = logging.getLogger(__name__)

NOT_MODIFIED = "message is not modified"
NO_TOPIC = ("message thread not found", "topic_deleted", "topic_id_invalid")
FORBIDDEN = (
    *("topic_closed", "chat_write_forbidden", "chat_send_plain_forbidden", "chat_restricted", "chat_admin_required"),
    *("not enough rights to send text messages", "have no rights to send", "need administrator rights"),
    "group chat was deactivated",
)
"""How a group says that nothing can be written in it, though we are there."""
NOBODY = ("chat not found", "user is deactivated", "can't initiate conversation", "peer_id_invalid")


def receipt_from(error: TelegramError) -> Receipt:
    """What a failed call means for the letter."""
    match error:
        case RetryAfter():
            return Postponed(seconds_of(error))
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case Forbidden():
            return Unreachable()
        case BadRequest():
            return _refused(str(error))
        case InvalidToken():
            log.error("Telegram refuses the token; letters wait")
            return Postponed()
        case _:
            return Postponed()


def _refused(reason: str) -> Receipt:
    words = reason.lower()
    if NOT_MODIFIED in words:
        return Delivered()
    if any(forbidden in words for forbidden in FORBIDDEN):
        return Unreachable(reason)
    return Unreachable() if any(nobody in words for nobody in NOBODY) else Refused(reason)


def seconds_of(error: RetryAfter) -> float:
    after = error.retry_after
    return float(after if isinstance(after, int) else after.total_seconds())
