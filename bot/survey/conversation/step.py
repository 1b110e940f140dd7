"""A step: what one respondent's event changes, and what they see next.

`step` is the whole conversation. It never raises for what a person does, never writes to an item whose button was not
pressed, and always ends in a position from which one can go on. What changed is read off by comparing the dialogue
before and after.
"""

from dataclasses import dataclass, replace
from datetime import datetime

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
from bot.survey.conversation.dialogue import BRING_THE_NEXT, GROUP_LABELS, MOST_WRITTEN, OPEN_QUESTION, WORDS, Dialogue
from bot.survey.conversation.events import Commanded, Event, Expired, Filled, Wrote
from bot.survey.conversation.notices import (
    ANSWERED,
    CLOSED,
    FINISHED,
    NO_COMMAND,
    OLD_BUTTON,
    READS_ALL,
    READS_NO_MORE,
    RELEASED,
    TOO_LATE,
    WORDS_ONLY,
)
from bot.survey.free_text import length_of, tidy, too_long
from bot.survey.phrases import Phrase, say


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
"""What may be looked at by whoever took part, once there is a result."""


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
    if position.screen == Screen.PAUSE and dialogue.may_pause:
        return Turn(dialogue, position)
    return _stay(dialogue.at(position), None if dialogue.may_stand(position) else OLD_BUTTON)


def _look(dialogue: Dialogue, position: Position) -> Turn:
    """A reminder has the answers of what comes next: whoever looks at it stands there."""
    return Turn(replace(dialogue, position=None) if position.screen in BRING_THE_NEXT else dialogue, position)


def _resume(dialogue: Dialogue) -> Turn:
    return _stay(replace(dialogue, position=None if dialogue.next_item else dialogue.position))


def _switch(dialogue: Dialogue, switch: Switch) -> Turn:
    if switch.language not in dialogue.languages:
        return _stay(dialogue, OLD_BUTTON)
    after = replace(dialogue, language=switch.language)
    if _may_look(dialogue, switch.position.screen) and switch.position.screen != Screen.LANGUAGE:
        return _look(after, switch.position)
    if switch.position.screen in (Screen.PAUSE, Screen.PAUSED) and after.may_pause:
        return Turn(after, switch.position)
    return _stay(after)


def _pause(dialogue: Dialogue, moment: str, now: datetime) -> Turn:
    """Ask for a reminder: at a moment, by itself after some silence ("auto"), or not at all ("none")."""
    choices = dialogue.choices(now)
    if not dialogue.may_pause or moment not in (*choices, "auto", "none"):
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
    if not dialogue.may_stand(OPEN_QUESTION):
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
