"""The table of screens: what each position of the conversation shows a respondent.

The same dialogue, position and time always give the same view.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.survey.calendar import zone
from bot.survey.checklist import Dimension
from bot.survey.conversation import accessibility, open_question, own_data, reminder_screens, statement
from bot.survey.conversation.buttons import (
    ChooseGroup,
    Finish,
    Go,
    Position,
    Resume,
    Screen,
    TakeBack,
    WantResult,
)
from bot.survey.conversation.dialogue import GROUP_LABELS, Dialogue
from bot.survey.conversation.shared_rows import call_me, go_on, languages, own_data_button
from bot.survey.conversation.values import shared
from bot.survey.conversation.views import Button, Row, View, in_rows
from bot.survey.phrases import Phrase, joined, say, verbatim, within
from bot.survey.scores import scoring
from bot.survey.scores.scoring import Scores

ALL_STATEMENTS = say("All 26 statements")
AGAIN = say("You can see this result here again, until the next round.")


def view(dialogue: Dialogue, position: Position, now: datetime) -> View:
    """What a respondent sees at this position."""
    shown = _shown(dialogue, position, now)
    known = shared(dialogue.partnership, dialogue.channel, now)
    paragraphs = tuple(tuple(within(line, known) for line in lines) for lines in shown.paragraphs)
    below = () if position.screen in WITHOUT_LANGUAGES else languages(dialogue, position)
    return replace(shown, text=paragraphs, rows=(*shown.rows, *below), about=shown.about and within(shown.about, known))


def _shown(dialogue: Dialogue, position: Position, now: datetime) -> View:
    """What is only to be read stands in the table as it is, and has the way back under it."""
    screen = SCREENS[position.screen]
    return View(screen, (go_on(dialogue),)) if isinstance(screen, Phrase) else screen(dialogue, position.number, now)


def _group(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    return View(
        say("""Thank you for taking part!

            <b>What fits you best?</b>

            We ask this once."""),
        tuple((Button(label, ChooseGroup(dialogue.response, key)),) for key, label in GROUP_LABELS.items()),
    )


def _review(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    items, response = dialogue.checklist.items, dialogue.response
    change = (Button(verbatim(item), Go(response, Position(Screen.ITEM, item))) for item in items)
    return View(
        say(
            """<b>You chose an answer to every statement.</b>

            Do you want to change an answer? Tap its number.

            {answers}

            {open_answer}

            Is it good like this? Then tap Done. Your answers count from then on.
            After that you can usually still change something for 5 minutes.""",
            answers=joined((statement.answered(dialogue, item) for item in items), "\n"),
            open_answer=open_question.in_review(dialogue),
        ),
        (*in_rows(change, 6), *open_question.from_review(dialogue), (Button(say("Done"), Finish(response)),)),
    )


def _thanks(dialogue: Dialogue, _number: int, now: datetime) -> View:
    own = scoring.profile(dialogue.checklist, dialogue.answers)
    last = scoring.profile(dialogue.checklist, dialogue.earlier)
    scale = dialogue.checklist.scale
    return View(
        say(
            """<b>Thank you! Your answers count.</b>

            {if_takes_back}You can still change something until {time}.

            This is what you think of the collaboration. 0 is {lowest} everywhere, 100 is {highest} everywhere.
            {if_again}Between brackets: what you chose in the round before.

            {scores}

            {if_open}When everybody is done, we talk about the result of the group together.
            {if_closed}This round is closed. The people of {partnership} talk about the result of the group together.
            {if_chosen}The coordinator is never shown your own answers.
            {if_written}We never tell the coordinator which answers are yours.

            {if_open}{if_silent}The statements are still open. Come back later with your own link. Then you see the
              result.""",
            if_silent=not dialogue.is_called,
            if_takes_back=dialogue.may_take_back(now),
            time=_local_time(dialogue),
            lowest=scale[0].label,
            highest=scale[-1].label,
            if_again=bool(dialogue.earlier),
            scores=joined((_own_score(dimension, own, last) for dimension in dialogue.checklist.dimensions), "\n"),
            if_open=dialogue.wave_open,
            if_closed=not dialogue.wave_open,
            if_chosen=not dialogue.open_answer,
            if_written=bool(dialogue.open_answer),
        ),
        (
            *_group_result(dialogue),
            *call_me(dialogue),
            *_taking_back(dialogue, now),
            *_as_a_picture(dialogue),
            own_data_button(dialogue),
        ),
    )


def _as_a_picture(dialogue: Dialogue) -> tuple[Row, ...]:
    if not dialogue.channel.reaches_out:  # a page has it under the words
        return ()
    return ((Button(say("Show this as a picture"), Go(dialogue.response, Position(Screen.PICTURE))),),)


def _picture(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    return View(say("Only you see this picture."), (go_on(dialogue),))


def _local_time(dialogue: Dialogue) -> str:
    """Until when *Done* can be taken back, on their clock."""
    until = dialogue.may_take_back_until
    return f"{until.astimezone(zone(dialogue.partnership.timezone)):%H:%M}" if until else ""


def _taking_back(dialogue: Dialogue, now: datetime) -> tuple[Row, ...]:
    if not dialogue.may_take_back(now):
        return ()
    return ((Button(say("Change something after all"), TakeBack(dialogue.response)),),)


def _own_score(dimension: Dimension, own: Scores, last: Scores) -> Phrase:
    now, then = own.dimensions.get(dimension.key), last.dimensions.get(dimension.key)
    if now is None:
        return say("{dimension}: no score", dimension=dimension.plain)
    score = say("{dimension}: <b>{score}</b>", dimension=dimension.plain, score=now.shown)
    return joined((score, verbatim(f"({then.shown})")), " ") if then else score


def _group_result(dialogue: Dialogue) -> tuple[Row, ...]:
    """It is sent at closing to who asked for it; from then on it can be seen at any time."""
    if not dialogue.wave_open:
        result = Button(say("Result of the whole group"), Go(dialogue.response, Position(Screen.RESULT)))
        return ((result,), all_statements(dialogue.response))
    if not dialogue.is_called:  # a page shows it whenever they come
        return ()
    wanted = dialogue.wants_result
    return ((Button(say("Send me the result later"), WantResult(dialogue.response, int(not wanted)), wanted),),)


def all_statements(response: int) -> Row:
    """To every score of the group, one by one."""
    return (Button(ALL_STATEMENTS, Go(response, Position(Screen.TABLE, 1))),)


def _result(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    """What stands under the result, which a database knows."""
    return View(AGAIN, (all_statements(dialogue.response), go_on(dialogue)))


def _table(dialogue: Dialogue, number: int, _now: datetime) -> View:
    """What stands under the scores of all statements: a button for each part, where they are shown part by part."""
    parts = () if dialogue.channel.has_tables else dialogue.checklist.parts.values()
    buttons = (
        Button(say("Part {part}", part=part), Go(dialogue.response, Position(Screen.TABLE, part)), part == number)
        for part in parts
    )
    result = Button(say("Result of the whole group"), Go(dialogue.response, Position(Screen.RESULT)))
    return View(AGAIN, (*in_rows(buttons), (result,), go_on(dialogue)))


def _closed(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    return View(
        say(
            """This round of {partnership} is closed.
            You did not finish it. Your answers are kept, but they do not count in the result.

            {if_called}You will hear from us when there is a new round.
            {if_silent}Open your own link again later. Then you see here if there is a new round.""",
            if_called=dialogue.is_called,
            if_silent=not dialogue.is_called,
        ),
        (*call_me(dialogue), own_data_button(dialogue)),
        about=say("This round is closed"),
    )


def _pick(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    choices = ((dialogue.response, dialogue.partnership.name), *dialogue.others)
    return View(
        say("You take part in more than one partnership. Which one do you want to go on with?"),
        tuple((Button(verbatim(name), Resume(response)),) for response, name in choices),
    )


def _reminder(dialogue: Dialogue, _number: int, now: datetime) -> View:
    return _to_be_sent(replace(dialogue, position=None), Screen.REMINDER, now)


def _invited(dialogue: Dialogue, _number: int, now: datetime) -> View:
    return _to_be_sent(replace(dialogue, position=None), Screen.INVITED, now)


def _to_be_sent(dialogue: Dialogue, why: Screen, now: datetime) -> View:
    """The open screen, of a statement only its answers, below the words that bring it: one tap is progress."""
    number = dialogue.here.number
    if dialogue.here.screen == Screen.ITEM:
        shown = statement.to_answer(dialogue, number)
    else:
        shown = _shown(dialogue, dialogue.here, now)
    if dialogue.here.screen in (Screen.THANKS, Screen.CLOSED):
        return shown
    above = reminder_screens.invitation(dialogue) if why == Screen.INVITED else reminder_screens.reminder(dialogue)
    about = reminder_screens.about(dialogue, why)
    if dialogue.channel.reaches_out:
        return View(((above,), *shown.paragraphs), (*shown.rows, *reminder_screens.put_off(dialogue, why)), about=about)
    # On a page the statement has an address of its own; what calls them there brings the words of it.
    text = ((above,), *shown.paragraphs) if _brings_a_statement(dialogue, why) else above
    return View(text, (go_on(dialogue), *languages(dialogue, Position(why))), about=about)


def _brings_a_statement(dialogue: Dialogue, why: Screen) -> bool:
    return why == Screen.REMINDER and dialogue.here.screen == Screen.ITEM


WITHOUT_LANGUAGES = {Screen.ITEM, Screen.REMINDER, Screen.INVITED, Screen.LANGUAGE, Screen.PICK, Screen.ERASED}
SCREENS: dict[Screen, Phrase | Callable[[Dialogue, int, datetime], View]] = {
    Screen.GROUP: _group,
    Screen.ITEM: statement.screen,
    Screen.PAUSE: reminder_screens.pause,
    Screen.PAUSED: reminder_screens.paused,
    Screen.REMINDERS: reminder_screens.reminders,
    Screen.REMINDER: _reminder,
    Screen.INVITED: _invited,
    Screen.REVIEW: _review,
    Screen.THANKS: _thanks,
    Screen.PICTURE: _picture,  # under the picture
    Screen.RESULT: _result,
    Screen.TABLE: _table,
    Screen.CLOSED: _closed,
    Screen.LANGUAGE: own_data.language,
    Screen.HELP: own_data.HELP,
    Screen.PRIVACY: own_data.PRIVACY,
    Screen.ACCESSIBILITY: accessibility.STATEMENT,
    Screen.MY_DATA: own_data.my_data,
    Screen.ERASE: own_data.erase,
    Screen.ERASED: lambda _dialogue, _number, _now: View(own_data.ERASED),
    Screen.STOPPED: own_data.STOPPED,
    Screen.PICK: _pick,
    Screen.OPEN_QUESTION: open_question.screen,
}
