"""The dialogue: what one respondent's event changes, and what they see next.

`step` is the whole conversation. It never raises for what a person does, never writes to an item whose button was not
pressed, and always ends in a position from which one can go on. What changed is read off by comparing the dialogue
before and after; the current item is the first one without an answer, derived and never stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from bot.survey.calendar import KEEP_ANSWERS, KEEP_CONTACTS
from bot.survey.checklist import Checklist
from bot.survey.conversation.buttons import (
    LOOK_AROUND,
    ChooseGroup,
    ChooseMoment,
    ChooseOption,
    Erase,
    Finish,
    Go,
    Hear,
    HearAll,
    Position,
    Resume,
    Screen,
    Switch,
    TakeBack,
    WantResult,
    Write,
)
from bot.survey.conversation.commands import COMMANDS
from bot.survey.conversation.events import Commanded, Event, Expired, Filled, Wrote
from bot.survey.free_text import length_of, tidy, too_long
from bot.survey.notification import NotificationAddress
from bot.survey.offered_languages import USUAL, offered
from bot.survey.phrases import Phrase, say
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
ANSWERED = say("You already chose an answer there. This is where you are now. To change an answer, tap Back.")
FINISHED = say("You are finished. Do you want to change something? Tap: Change something after all.")
TOO_LATE = say("The time to change something is over. Your answers count.")
RELEASED = say("Your answers are part of a result of the group. They cannot be changed any more.")
CLOSED = say("This round is closed. Your answers count. They cannot be changed any more.")
WORDS_ONLY = say("We can only read text here. What you sent is not kept. Type your answer, or tap a button.")
NO_COMMAND = say("What begins with / is not an answer, and is not kept. Type your answer without it, or tap a button.")
READS_ALL = say("From now on every statement is read aloud.")
READS_NO_MORE = say("The statements are not read aloud any more.")
OLD_BUTTON = say("That button does not work any more. This is where you are now.")


@dataclass(frozen=True, slots=True)
class Partnership:
    """Who asks. `contact` and `organisation` may be empty.

    Reminders come after so many days of silence. How to reach somebody is kept for `keep_contacts` days after the last
    wave, answers for `keep_answers` months. `open_question` says whether a wave that opens now asks one, `pictograms`
    whether they stand beside the parts and the answers. `languages` are the codes of those that people can choose,
    besides its own.
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
        if not _may_stand(self, position):
            return self
        stands = None if position == self.onward else position
        return self if stands == self.position else replace(self, position=stands)


@dataclass(frozen=True, slots=True)
class Turn:
    """The outcome of one event: the dialogue as it now stands, what to show, a line to say with it. One that `speaks`
    brings the voice of what is shown, and nothing else."""

    dialogue: Dialogue
    show: Position
    notice: Phrase | None = None
    erased: bool = False
    speaks: bool = False


def step(dialogue: Dialogue, event: Event, now: datetime) -> Turn:
    """Whoever looks at something else is not asked to write any more: what they type there is not for us."""
    turn = _turn(dialogue, event, now)
    if turn.dialogue.position != OPEN_QUESTION or turn.show == OPEN_QUESTION:
        return turn
    return replace(turn, dialogue=replace(turn.dialogue, position=None))


OF_THE_GROUP = {Screen.RESULT, Screen.TABLE}
"""The same, for whoever took part, once there is a result."""


def _turn(dialogue: Dialogue, event: Event, now: datetime) -> Turn:  # noqa: C901 - a table, written as a match
    match event:
        case ChooseOption():
            return _choose(dialogue, event, now)
        case ChooseGroup():
            return _choose_group(dialogue, event)
        case Go():
            return _go(dialogue, event.position)
        case Resume():
            return _resume(dialogue)
        case Switch():
            return _switch(dialogue, event)
        case ChooseMoment():
            return _pause(dialogue, event.moment, now)
        case Finish():
            return _finish(dialogue, now)
        case TakeBack():
            return _take_back(dialogue, now)
        case WantResult():
            return _stay(replace(dialogue, wants_result=bool(event.wanted)))
        case Hear():
            is_here = dialogue.here == Position(Screen.ITEM, event.item)
            return _speak(dialogue) if is_here else _stay(dialogue, OLD_BUTTON)
        case HearAll():
            after = replace(dialogue, reads_aloud=bool(event.wanted))
            return _speak(after, READS_ALL if event.wanted else READS_NO_MORE)
        case Erase():
            return Turn(dialogue, Position(Screen.ERASED), erased=True)
        case Commanded():
            return _command(dialogue, event.name)
        case Write():
            return _write(dialogue, "", now)
        case Filled():
            return _write(dialogue, event.values.get(WORDS, dialogue.open_answer), now)
        case Wrote():
            return _wrote(dialogue, event.text, now)
        case Expired():
            return _stay(dialogue, OLD_BUTTON)


def _stay(dialogue: Dialogue, notice: Phrase | None = None) -> Turn:
    return Turn(dialogue, dialogue.here, notice)


def _speak(dialogue: Dialogue, notice: Phrase | None = None) -> Turn:
    """What is not recorded any more is shown, and not heard."""
    if dialogue.here.screen == Screen.ITEM and dialogue.is_recorded(dialogue.here.number):
        return Turn(dialogue, dialogue.here, notice, speaks=True)
    return _stay(dialogue, notice or OLD_BUTTON)


def _choose(dialogue: Dialogue, chosen: ChooseOption, now: datetime) -> Turn:
    item = chosen.item
    if chosen.option not in dialogue.checklist.options or dialogue.here != Position(Screen.ITEM, item):
        return _stay(dialogue, _why_not(dialogue, chosen, now))
    after = replace(dialogue, answers={**dialogue.answers, item: chosen.option}, position=None, remind_at=None)
    is_last = dialogue.next_item is not None and after.next_item is None
    return _stay(replace(after, position=OPEN_QUESTION) if is_last and after.open_question else after)


def _why_not(dialogue: Dialogue, chosen: ChooseOption, now: datetime) -> Phrase | None:
    """Nothing to say about a second tap, nor where the screen itself says that the round is closed."""
    if dialogue.answers.get(chosen.item) == chosen.option or dialogue.here.screen == Screen.CLOSED:
        return None
    if dialogue.completed:
        return _why_finished(dialogue, now)
    return ANSWERED if chosen.item in dialogue.answers else OLD_BUTTON


def _choose_group(dialogue: Dialogue, chosen: ChooseGroup) -> Turn:
    if dialogue.here.screen != Screen.GROUP or chosen.group not in GROUP_LABELS:
        return _stay(dialogue, None if dialogue.group == chosen.group else OLD_BUTTON)
    return _stay(replace(dialogue, group=chosen.group))


def _may_look(dialogue: Dialogue, screen: Screen) -> bool:
    there = {Screen.PICTURE: dialogue.completed, **dict.fromkeys(OF_THE_GROUP, dialogue.has_result)}
    return screen in LOOK_AROUND or there.get(screen, False)


def _go(dialogue: Dialogue, position: Position) -> Turn:
    if _may_look(dialogue, position.screen):
        return _look(dialogue, position)
    if position.screen == Screen.PAUSE and _may_pause(dialogue):
        return Turn(dialogue, position)
    return _stay(dialogue.at(position), None if _may_stand(dialogue, position) else OLD_BUTTON)


def _look(dialogue: Dialogue, position: Position) -> Turn:
    """A reminder has the answers of what comes next: whoever looks at it stands there."""
    return Turn(replace(dialogue, position=None) if position.screen in BRING_THE_NEXT else dialogue, position)


def _may_pause(dialogue: Dialogue) -> bool:
    return dialogue.wave_open and not dialogue.completed


def _may_stand(dialogue: Dialogue, position: Position) -> bool:
    """Whether they can be there, until they go elsewhere: at what they answered, at what comes next, at the review."""
    if not _may_pause(dialogue) or dialogue.group is None:
        return False
    if position == OPEN_QUESTION:
        return dialogue.open_question and dialogue.next_item is None
    return position == dialogue.onward or (position.screen == Screen.ITEM and position.number in dialogue.answers)


def _resume(dialogue: Dialogue) -> Turn:
    return _stay(replace(dialogue, position=None if dialogue.next_item else dialogue.position))


def _switch(dialogue: Dialogue, switch: Switch) -> Turn:
    if switch.language not in dialogue.languages:
        return _stay(dialogue, OLD_BUTTON)
    after = replace(dialogue, language=switch.language)
    if _may_look(dialogue, switch.position.screen) and switch.position.screen != Screen.LANGUAGE:
        return _look(after, switch.position)
    if switch.position.screen in (Screen.PAUSE, Screen.PAUSED) and _may_pause(after):
        return Turn(after, switch.position)
    return _stay(after)


def _pause(dialogue: Dialogue, moment: str, now: datetime) -> Turn:
    """Ask for a reminder: at a moment, by itself after some silence ("auto"), or not at all ("none")."""
    choices = dialogue.choices(now)
    if not _may_pause(dialogue) or moment not in (*choices, "auto", "none"):
        return _stay(dialogue, OLD_BUTTON)
    asked = moment != "none"
    after = replace(
        dialogue,
        remind_at=choices.get(moment),
        reminders=asked,
        stopped=dialogue.stopped and not asked,
    )
    return Turn(after, Position(Screen.PAUSED))


def _finish(dialogue: Dialogue, now: datetime) -> Turn:
    if dialogue.completed or not dialogue.wave_open:
        return _stay(dialogue)
    if dialogue.next_item or dialogue.group is None:
        return _stay(dialogue, OLD_BUTTON)
    return _stay(replace(dialogue, completed_at=now, position=None, remind_at=None))


def _take_back(dialogue: Dialogue, now: datetime) -> Turn:
    """Back to the review; whoever is there already, by a tap before this one, stays where they are."""
    if not dialogue.completed:
        return _stay(dialogue)
    if not dialogue.may_take_back(now):
        return _stay(dialogue, _why_finished(dialogue, now))
    return _stay(replace(dialogue, completed_at=None, position=None))


def _why_finished(dialogue: Dialogue, now: datetime) -> Phrase:
    if dialogue.may_take_back(now):
        return FINISHED
    if not dialogue.wave_open:
        return CLOSED
    return RELEASED if dialogue.released else TOO_LATE


def _wrote(dialogue: Dialogue, text: str, now: datetime) -> Turn:
    """In a chat words are for us only while the open question is what is shown."""
    if dialogue.here != OPEN_QUESTION:
        return _stay(dialogue, _buttons_only(dialogue))
    return _write(dialogue, text, now) if tidy(text) else _stay(dialogue, WORDS_ONLY)


def _write(dialogue: Dialogue, text: str, now: datetime) -> Turn:
    """Keep what they wrote at the open question, in place of what they wrote before; nothing takes that away."""
    words = tidy(text)
    if not _may_stand(dialogue, OPEN_QUESTION):
        return _stay(dialogue, _why_finished(dialogue, now) if dialogue.completed else OLD_BUTTON)
    if wrong := too_long(length_of(words), MOST_WRITTEN):
        again = replace(dialogue, position=OPEN_QUESTION, unkept=words)
        return _stay(again, None if dialogue.channel.has_fields else wrong)
    return _stay(replace(dialogue, open_answer=words, position=None))


def _buttons_only(dialogue: Dialogue) -> Phrase:
    """Whoever writes may have a question: there is somebody to ask."""
    return say(
        """We cannot read messages. What you sent is not kept. Please tap a button.
        Questions? {contact}""",
        contact=dialogue.partnership.contact or False,
    )


def _command(dialogue: Dialogue, name: str) -> Turn:
    screen = COMMANDS.get(name)
    if name == "stop":
        return Turn(replace(dialogue, stopped=True, remind_at=None, wants_result=False), Position(Screen.STOPPED))
    if screen:
        return Turn(dialogue, Position(screen))
    if name not in COMMANDS:
        return _stay(dialogue, NO_COMMAND if dialogue.here == OPEN_QUESTION else _buttons_only(dialogue))
    return Turn(dialogue, Position(Screen.PICK)) if dialogue.others else _resume(dialogue)
