"""Answers: what each thing that a mail server says, or does not say, means for a letter.

Only what says that the address is wrong is held against an address. That our mail is not wanted is our own fault, and
anything else passes. What a server writes is never repeated: it may hold the address.
"""

import logging
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from bot.letters import Postponed, Receipt, Refused, Unreachable

log = logging.getLogger(__name__)

MINUTE = 60.0
STEPS = tuple(MINUTE * minutes for minutes in (5, 15, 60, 240, 240, 240, 240))
"""Seconds until the next try of a letter that is not taken now; after the last of these it is given up."""
STEPS_OF_A_CODE = tuple(MINUTE * minutes for minutes in (2, 5, 10))  # after twenty minutes it is worth nothing
HOLD = 5 * MINUTE  # for the whole lane, when the server will have nothing of ours
BUSY = MINUTE  # for the whole lane, when it says that it closes
MOST_BLOCKED = 3  # letters in a row that are not wanted: then it is not about one of them
ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")


class Meaning(Enum):
    """What became of a letter, as far as a server says."""

    LATER = "not taken now"
    NOBODY = "no such address"
    TOO_BIG = "too big"
    NOT_WANTED = "not wanted"
    LANE = "nothing is taken now"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said, as `code` and the `status` of RFC 3463, and about which part of a mail."""

    code: int
    status: str
    about: type[SMTPException]

    def __str__(self) -> str:
        return " ".join(filter(None, (str(self.code), self.status)))


ABOUT_THE_SENDER = ("5.1.7", "5.1.8")
MEANINGS: Sequence[tuple[str, Meaning]] = (
    *((status, Meaning.NOT_WANTED) for status in ABOUT_THE_SENDER),
    ("5.1.", Meaning.NOBODY),
    ("5.2.1", Meaning.NOBODY),  # the mailbox is closed
    ("5.2.2", Meaning.LATER),  # it is full
    ("5.3.4", Meaning.TOO_BIG),
    ("5.4.", Meaning.NOBODY),  # no such domain; and what Microsoft says of no such mailbox
    ("4.", Meaning.LATER),
    ("5.", Meaning.NOT_WANTED),
)
"""How a status begins -> what it means; the first that fits."""
CODES: Mapping[int, Meaning] = {550: Meaning.NOBODY, 551: Meaning.NOBODY, 552: Meaning.LATER, 553: Meaning.NOBODY}
"""The same of a recipient that is refused without a status."""
LANE_CODES = {421, 454}


def meaning_of_status(status: str) -> Meaning:
    return next((meaning for start, meaning in MEANINGS if status.startswith(start)), Meaning.LATER)


def meaning_of(answer: Answer) -> Meaning:
    is_about_a_letter = answer.about in (SMTPRecipientsRefused, SMTPDataError)
    if not is_about_a_letter or answer.code in LANE_CODES:
        return Meaning.LANE
    if answer.code < 500:
        return Meaning.LATER
    if answer.status:
        return meaning_of_status(answer.status)
    return CODES.get(answer.code, Meaning.NOT_WANTED) if answer.about is SMTPRecipientsRefused else Meaning.NOT_WANTED


def answer_of(error: SMTPException) -> Answer | None:
    """What the server said; None when it said nothing, such as when it is away."""
    said: SMTPResponseException
    if isinstance(error, SMTPRecipientsRefused) and error.recipients:
        said = error.recipients[0]
    elif isinstance(error, SMTPResponseException):
        said = error
    else:
        return None
    found = ENHANCED.match(said.message or "")
    return Answer(said.code, ".".join(found.groups()) if found else "", type(error))


class Receipts:
    """Gives the receipt for each try. Remembers how often a letter was not taken, and which were not wanted in a row:
    how often it was tried says less, since a server that was away counts too."""

    def __init__(self, errors: Counter[str]) -> None:
        self._errors = errors
        self._refused = Counter[int]()
        self._unwanted = set[int]()

    def taken(self, letter: int) -> None:
        self._refused.pop(letter, None)
        self._unwanted.clear()

    def of(self, error: SMTPException, letter: int, *, is_code: bool = False) -> Receipt:
        if (answer := answer_of(error)) is None:
            return self.away(error)
        self._errors[str(answer)] += 1
        match meaning_of(answer):
            case Meaning.LANE:
                return _hold(answer)
            case Meaning.NOBODY:
                self._refused.pop(letter, None)
                return Unreachable(f"the mail server says {answer}")
            case Meaning.TOO_BIG:
                return Refused(f"too big for the mail server: {answer}")
            case Meaning.NOT_WANTED:
                return self._not_wanted(answer, letter, is_code)
            case Meaning.LATER:
                return self._later(answer, letter, is_code)

    def away(self, error: Exception) -> Postponed:
        """It did not answer, or broke off."""
        self._errors[type(error).__name__] += 1
        log.warning("the mail server does not answer: %s", type(error).__name__)
        return Postponed()

    def _later(self, answer: Answer, letter: int, is_code: bool) -> Receipt:
        steps = STEPS_OF_A_CODE if is_code else STEPS
        tries, self._refused[letter] = self._refused[letter], self._refused[letter] + 1
        if tries < len(steps):
            return Postponed(steps[tries], alone=True)
        del self._refused[letter]
        return Refused(f"the mail server did not take it in {tries + 1} tries: {answer}")

    def _not_wanted(self, answer: Answer, letter: int, is_code: bool) -> Receipt:
        log.error("letter %d: the mail server does not want it: %s. See SPF, DKIM and DMARC.", letter, answer)
        receipt = self._later(answer, letter, is_code)
        self._unwanted.add(letter)
        is_held = isinstance(receipt, Postponed) and len(self._unwanted) >= MOST_BLOCKED
        return Postponed(HOLD) if is_held else receipt


def _hold(answer: Answer) -> Postponed:
    """Of all that we send: it closes, or does not know us."""
    if answer.code < 500 and answer.about is not SMTPAuthenticationError:
        log.warning("the mail server takes nothing now: %s", answer)
        return Postponed(BUSY)
    what = {SMTPAuthenticationError: "SMTP_URL", SMTPSenderRefused: "MAIL_FROM"}.get(answer.about, "SMTP_URL")
    log.error("the mail server takes nothing of ours: %s. Is %s right?", answer, what)
    return Postponed(HOLD)
