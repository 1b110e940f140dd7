"""What each answer of a mail server means for a letter."""

from collections import Counter

import pytest
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPConnectResponseError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPReadTimeoutError,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from bot.letters import Postponed, Receipt, Refused, Unreachable
from bot.notifiers.email.answers import BUSY, HOLD, MOST_BLOCKED, STEPS, STEPS_OF_A_CODE, Receipts
from tests.notifiers.email.conftest import FATIMA

ALONE, LANE, ATTEMPT = "alone", "lane", "again"


def at_rcpt(code: int, text: str) -> SMTPException:
    return SMTPRecipientsRefused([SMTPRecipientRefused(code, f"{text} {FATIMA}", FATIMA)])


def at_data(code: int, text: str) -> SMTPException:
    return SMTPDataError(code, f"{text} {FATIMA}")


def kind_of(receipt: Receipt) -> object:
    if isinstance(receipt, Postponed):
        return ALONE if receipt.alone else LANE if receipt.seconds else ATTEMPT
    return type(receipt)


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        (at_rcpt(451, "4.7.1 greylisted"), ALONE),
        (at_rcpt(450, "try later"), ALONE),
        (at_rcpt(452, "4.2.2 full"), ALONE),
        (at_rcpt(452, "4.3.1 no room"), ALONE),
        (at_rcpt(552, "5.2.2 full"), ALONE),
        (at_rcpt(552, "full"), ALONE),
        (at_rcpt(450, "5.1.1 a server at odds with itself"), ALONE),
        (at_data(451, "4.3.0 not now"), ALONE),
        (at_rcpt(550, "5.1.1 no such user"), Unreachable),
        (at_rcpt(550, "5.1.10 null MX"), Unreachable),
        (at_rcpt(550, "5.2.1 closed"), Unreachable),
        (at_rcpt(550, "5.4.1 access denied"), Unreachable),
        (at_rcpt(550, "no such user"), Unreachable),
        (at_rcpt(551, "not here"), Unreachable),
        (at_rcpt(553, "no such name"), Unreachable),
        (at_data(550, "5.1.1 no such user"), Unreachable),
        (at_rcpt(550, "5.1.8 your domain does not exist"), ALONE),
        (at_rcpt(553, "5.1.7 bad sender"), ALONE),
        (at_rcpt(550, "5.7.1 blocked"), ALONE),
        (at_rcpt(554, "5.7.1 relay denied"), ALONE),
        (at_data(550, "5.7.26 not authenticated"), ALONE),
        (at_data(554, "transaction failed"), ALONE),
        (at_data(550, "looks like spam"), ALONE),
        (at_rcpt(504, "what"), ALONE),
        (at_data(552, "5.3.4 too big"), Refused),
        (at_rcpt(421, "4.3.2 closing"), LANE),
        (at_data(421, "closing"), LANE),
        (at_rcpt(454, "4.7.0 not now"), LANE),
        (SMTPSenderRefused(550, "5.7.1 not yours", "samen@example.org"), LANE),
        (SMTPSenderRefused(451, "4.3.0 not now", "samen@example.org"), LANE),
        (SMTPAuthenticationError(535, "5.7.8 wrong"), LANE),
        (SMTPAuthenticationError(454, "4.7.0 not now"), LANE),
        (SMTPConnectResponseError(554, "5.7.1 go away"), LANE),
        (SMTPHeloError(501, "who"), LANE),
        (SMTPNotSupported("no STARTTLS"), ATTEMPT),
        (SMTPServerDisconnected("gone"), ATTEMPT),
        (SMTPReadTimeoutError("silent"), ATTEMPT),
    ],
    ids=str,
)
def test_each_answer(error: SMTPException, becomes: object) -> None:
    assert kind_of(Receipts(Counter()).of(error, 1)) == becomes


def test_a_letter_that_is_not_taken_waits_longer_each_time_and_is_given_up() -> None:
    receipts = Receipts(Counter())
    tries = [receipts.of(at_rcpt(451, "4.7.1 grey"), 1) for _ in range(len(STEPS) + 1)]
    assert tries[:-1] == [Postponed(step, alone=True) for step in STEPS]
    assert tries[-1] == Refused("the mail server did not take it in 8 tries: 451 4.7.1")
    assert [minutes * 60 for minutes in (5, 15, 60, 240)] == [*STEPS[:4]]
    assert receipts.of(at_rcpt(451, "4.7.1 grey"), 2) == Postponed(STEPS[0], alone=True), "another one begins anew"


def test_what_is_taken_after_all_begins_anew() -> None:
    receipts = Receipts(Counter())
    receipts.of(at_rcpt(451, "4.7.1 grey"), 1)
    receipts.taken(1)
    assert receipts.of(at_rcpt(451, "4.7.1 grey"), 1) == Postponed(STEPS[0], alone=True)


def test_a_server_that_was_away_costs_no_letter_a_try() -> None:
    receipts = Receipts(Counter())
    for _ in range(50):
        assert receipts.of(SMTPServerDisconnected("gone"), 1) == Postponed()
    assert receipts.of(at_rcpt(451, "4.7.1 grey"), 1) == Postponed(STEPS[0], alone=True)


def test_a_code_waits_no_longer_than_it_is_worth_something() -> None:
    receipts = Receipts(Counter())
    tries = [receipts.of(at_rcpt(451, "4.7.1 grey"), 1, is_code=True) for _ in range(len(STEPS_OF_A_CODE) + 1)]
    assert sum(STEPS_OF_A_CODE) <= 20 * 60
    assert isinstance(tries[-1], Refused)


def test_our_mail_that_nobody_wants_stops_the_lane(caplog: pytest.LogCaptureFixture) -> None:
    receipts = Receipts(Counter())
    kinds = [receipts.of(at_data(550, "5.7.1 spam"), letter) for letter in range(1, MOST_BLOCKED + 1)]
    assert [*map(kind_of, kinds)] == [ALONE, ALONE, LANE]
    assert kinds[-1] == Postponed(HOLD)
    assert len(caplog.messages) == MOST_BLOCKED
    receipts.taken(9)
    assert kind_of(receipts.of(at_data(550, "5.7.1 spam"), 4)) == ALONE, "one that is taken shows that it is not us"


def test_one_letter_that_nobody_wants_does_not_stop_the_lane() -> None:
    receipts = Receipts(Counter())
    tries = [receipts.of(at_data(550, "5.7.1 spam"), 1) for _ in range(len(STEPS) + 1)]
    assert {kind_of(one) for one in tries[:-1]} == {ALONE}
    assert isinstance(tries[-1], Refused)


def test_how_long_the_lane_waits() -> None:
    receipts = Receipts(Counter())
    assert receipts.of(at_rcpt(421, "4.3.2 closing"), 1) == Postponed(BUSY)
    assert receipts.of(SMTPAuthenticationError(535, "5.7.8 wrong"), 1) == Postponed(HOLD)


def test_nothing_that_a_server_writes_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    errors = Counter[str]()
    receipts = Receipts(errors)
    for error in (at_rcpt(550, "5.1.1 x"), at_data(550, "5.7.1 x"), at_rcpt(421, "x"), at_data(552, "5.3.4 x")):
        told = str(receipts.of(error, 1))
        assert "fatima" not in told
    assert "fatima" not in " ".join(caplog.messages)
    assert errors == {"550 5.1.1": 1, "550 5.7.1": 1, "421": 1, "552 5.3.4": 1}
