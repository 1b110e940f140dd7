"""The dialogue: where one respondent stands in one response, and what follows from that.

The current item is the first one without an answer, derived and never stored. What an event changes is said in
`step.py`, by comparing the dialogue before and after.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from bot.survey.calendar import KEEP_ANSWERS, KEEP_CONTACTS
from bot.survey.checklist import Checklist
from bot.survey.conversation.buttons import (
    Position,
    Screen,
)
from bot.survey.notification import NotificationAddress
from bot.survey.offered_languages import USUAL, offered
from bot.survey.phrases import say
from bot.survey.reminders import MOST_REMINDERS, REMIND_AFTER, REMIND_AGAIN, moments, next_reminder
from bot.survey.traits import Traits

TAKE_BACK_WITHIN = timedelta(minutes=5)  # as coordinators have, to undo what they did
A_CHAT = Traits("", reaches_out=True)
OPEN_QUESTION = Position(Screen.OPEN_QUESTION)
BRING_THE_NEXT = (Screen.REMINDER, Screen.INVITED)
WORDS = "words"  # the field at the open question
MOST_WRITTEN = 500  # characters

GROUP_LABELS = {
    "resident": say("I live here or I am a volunteer"),
    "professional": say("This is my work"),
    "other": say("Other"),
    "withheld": say("I would rather not say"),
}


@dataclass(frozen=True, slots=True)
class Partnership:
    """Who asks. `contact` and `organisation` may be empty.

    Reminders come after so many days of silence. How to reach somebody is kept for `keep_contacts` days after the last
    wave, answers for `keep_answers` months. `open_question` says whether a wave that opens now asks one, `pictograms`
    whether they stand beside the parts and the answers. `languages` are the codes of those that people can choose,
    besides its own. `recorded` is another number each time that its own recordings change, and 0 before the first.
    """

    id: int
    name: str
    organisation: str
    contact: str
    language: str
    timezone: str
    minimum_group: int
    remind_after: int = REMIND_AFTER
    remind_again: int = REMIND_AGAIN
    keep_contacts: int = KEEP_CONTACTS
    keep_answers: int = KEEP_ANSWERS
    open_question: bool = False
    pictograms: bool = True
    languages: str = USUAL
    recorded: int = 0

    def offers(self, installed: tuple[str, ...]) -> tuple[str, ...]:
        """The languages that people can choose."""
        return offered(self.languages, self.language, installed)


@dataclass(frozen=True)
class Dialogue:
    """Where a respondent stands in one response.

    `position` is where they chose to be; None means: where the answers put them. `released` says that a release of the
    wave holds this response. `reminders` is about this wave, `stopped` about every message that the person did not ask
    for. `reminders_sent` counts those in this wave, `reminded_at` is when the last one was. `others` are the open
    responses of the same person in other partnerships, with their names; `earlier` are their answers in the wave
    before, to statements that did not change since. `open_question` says that the wave asks one at the end,
    `open_answer` is what they wrote there, and `unkept` what they wrote just now that is too long to be kept. `left`
    are the notification addresses that they left. `reads_aloud` says that every statement is read aloud to them,
    of those that are `recorded`: a language with an item.
    """

    checklist: Checklist
    languages: tuple[str, ...]
    language: str
    partnership: Partnership
    response: int
    wave_open: bool = True
    completed_at: datetime | None = None
    released: bool = False
    group: str | None = None
    answers: Mapping[int, str] = field(default_factory=dict)
    position: Position | None = None
    remind_at: datetime | None = None
    reminders: bool = True
    stopped: bool = False
    wants_result: bool = False
    channel: Traits = A_CHAT
    others: tuple[tuple[int, str], ...] = ()
    wave: int = 1
    wave_name: str = ""
    closes_at: datetime | None = None
    touched_at: datetime | None = None
    reminders_sent: int = 0
    reminded_at: datetime | None = None
    is_invited: bool = False
    earlier: Mapping[int, str] = field(default_factory=dict)
    open_question: bool = False
    open_answer: str = ""
    unkept: str = ""
    left: tuple[NotificationAddress, ...] = ()
    reads_aloud: bool = False
    recorded: frozenset[tuple[str, int]] = frozenset()

    def is_recorded(self, item: int) -> bool:
        """Whether a chat can read it aloud in the language that they read."""
        return (self.language, item) in self.recorded

    @property
    def is_called(self) -> bool:
        """Whether something reaches them when they are not looking: in a chat, or by a notifier."""
        return self.channel.reaches_out or any(one.works for one in self.left)

    @property
    def may_be_called(self) -> bool:
        """Whether they could leave an address for that, and did not yet."""
        return bool(self.channel.notifiers) and not self.is_called

    @property
    def completed(self) -> bool:
        return self.completed_at is not None

    @property
    def may_take_back_until(self) -> datetime | None:
        """Until when *Done* can be taken back; None when it cannot. What was published is never taken apart again, so
        never once a release holds the response."""
        if self.completed_at is None or self.released or not self.wave_open:
            return None
        until = self.completed_at + TAKE_BACK_WITHIN
        return min(until, self.closes_at) if self.closes_at else until

    def may_take_back(self, now: datetime) -> bool:
        until = self.may_take_back_until
        return until is not None and now < until

    @property
    def next_reminder(self) -> datetime | None:
        """When we write to this person by ourselves, to remind them; None when we do not, or not any more."""
        return self.due_after(self.touched_at) if self.touched_at else None

    def due_after(self, touched_at: datetime) -> datetime | None:
        """The same, had they last been here then."""
        if self.completed or self.stopped or not (self.wave_open and self.is_called and self.reminders):
            return None
        us, sent = self.partnership, self.reminders_sent
        days = (us.remind_after, us.remind_again)
        due = next_reminder(touched_at, self.remind_at, sent, self.reminded_at, days, us.timezone)
        return due if due and (self.closes_at is None or due < self.closes_at) else None

    def choices(self, now: datetime) -> dict[str, datetime]:
        """When this person may ask for a reminder now: no third one, and none after the wave."""
        if not self.is_called or self.reminders_sent >= MOST_REMINDERS:
            return {}
        every = moments(now, self.partnership.timezone)
        return {name: at for name, at in every.items() if self.closes_at is None or at < self.closes_at}

    @property
    def has_result(self) -> bool:
        """Whether there is a group result that they may see: they took part to the end, and the wave is closed."""
        return self.completed and not self.wave_open

    @cached_property
    def next_item(self) -> int | None:
        return next((number for number in self.checklist.items if number not in self.answers), None)

    @property
    def here(self) -> Position:
        """The position this person is at."""
        if self.completed:
            return Position(Screen.THANKS)
        if not self.wave_open:
            return Position(Screen.CLOSED)
        if self.group is None:
            return Position(Screen.GROUP)
        return self.position or self.onward

    @cached_property
    def onward(self) -> Position:
        """The position where the answers put them."""
        return Position(Screen.ITEM, self.next_item) if self.next_item else Position(Screen.REVIEW)

    def statement_at(self, position: Position) -> int | None:
        """The statement of which the answers are shown there: a reminder brings the next one."""
        shown = replace(self, position=None).here if position.screen in BRING_THE_NEXT else position
        return shown.number if shown.screen == Screen.ITEM else None

    def at(self, position: Position) -> "Dialogue":
        """The same with the person at this position, or as it was where they may not go there.

        A page that one went back to by oneself asks for it before an event, for no event told us.
        """
        if not self.may_stand(position):
            return self
        stands = None if position == self.onward else position
        return self if stands == self.position else replace(self, position=stands)

    @property
    def may_pause(self) -> bool:
        return self.wave_open and not self.completed

    def may_stand(self, position: Position) -> bool:
        """Whether they can be there, until they go elsewhere: at what they answered, at what comes next, at the
        review."""
        if not self.may_pause or self.group is None:
            return False
        if position == OPEN_QUESTION:
            return self.open_question and self.next_item is None
        return position == self.onward or (position.screen == Screen.ITEM and position.number in self.answers)
