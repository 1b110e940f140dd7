"""The error table: what each refusal of Telegram means for a letter."""

from datetime import timedelta

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.errors import receipt_from
from bot.letters import Delivered, Moved, Postponed, Receipt, Refused, Unreachable

PHOTOS = "Not enough rights to send photos to the chat"  # the words in the next letter still can go


@pytest.mark.parametrize(
    ("error", "receipt"),
    [
        (RetryAfter(timedelta(seconds=3)), Postponed(3.0)),
        (Forbidden("Forbidden: bot was blocked by the user"), Unreachable()),
        (Forbidden("Forbidden: user is deactivated"), Unreachable()),
        (BadRequest("Message is not modified: specified new message content ..."), Delivered()),
        (BadRequest("Chat not found"), Unreachable()),
        (BadRequest("Topic_closed"), Unreachable("Topic_closed")),
        (BadRequest(PHOTOS), Refused(PHOTOS)),
        (BadRequest("Group chat was deactivated"), Unreachable("Group chat was deactivated")),
        (BadRequest("Message is too long"), Refused("Message is too long")),
        (ChatMigrated(-1001), Moved("-1001")),
        (TimedOut(), Postponed()),
        (NetworkError("Bad Gateway"), Postponed()),
        (InvalidToken("Not Found"), Postponed()),
        (Conflict("terminated by other getUpdates request"), Postponed()),
        (TelegramError("something new"), Postponed()),
    ],
)
def test_receipt_from(error: TelegramError, receipt: Receipt) -> None:
    assert receipt_from(error) == receipt
