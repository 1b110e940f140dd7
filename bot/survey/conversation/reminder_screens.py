"""Pauses and reminders: what a respondent sees about being written to later, and what they are written then.

A reminder is the next statement itself with its answers, so that one tap is progress.
"""

from dataclasses import replace
from datetime import date, datetime

from bot.survey.calendar import zone
from bot.survey.conversation.buttons import ChooseMoment, Go, Position, Screen
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.conversation.shared_rows import call_me, go_on, languages
from bot.survey.conversation.views import Button, Row, View, in_rows
from bot.survey.phrases import Phrase, joined, say, say_n, verbatim
from bot.survey.reminders import MOST_REMINDERS

MOMENTS = {
    "evening": say("This evening 19:00"),
    "tomorrow": say("Tomorrow 09:00"),
    "week": say("In a week"),
}
SECONDS_EACH = 30  # that a statement takes


def pause(dialogue: Dialogue, _number: int, now: datetime) -> View:
    choices = _choices(dialogue, now)
    none = (Button(say("No message"), ChooseMoment(dialogue.response, "none")),) if choices else ()
    return View(
        say(
            """Time for a break. Your answers are saved.
            {why_none}

            {if_page}Keep your own link. With it you go on whenever you like, on every phone.

            {if_asked}<b>When may we send you a message?</b>""",
            why_none=dialogue.is_called and not choices and _no_more_to_come(dialogue),
            if_asked=bool(choices),
        ),
        (*in_rows((*choices, *none), 2), *call_me(dialogue), go_on(dialogue)),
    )


def paused(dialogue: Dialogue, _number: int, now: datetime) -> View:
    return View(
        say(
            """{if_page}Time for a break. Your answers are saved.
            {if_chat}Your answers are saved.
            {what_comes}

            {if_page}Keep your own link. With it you go on whenever you like, on every phone.
            {if_chat}You can go on whenever you like, here in this chat.""",
            what_comes=dialogue.is_called and _what_comes(dialogue, now),
        ),
        (*call_me(dialogue), go_on(dialogue)),
    )


def reminders(dialogue: Dialogue, _number: int, now: datetime) -> View:
    """What will come, and every way to change it."""
    return View(
        say(
            """<b>Reminders</b>
            {if_silent}We cannot send you a message here.
            {if_callable}You get no messages from us now.
            {what_comes}

            {rule}""",
            if_silent=not (dialogue.is_called or dialogue.may_be_called),
            if_callable=dialogue.may_be_called,
            what_comes=dialogue.is_called and _what_comes(dialogue, now),
            rule=dialogue.is_called and _the_rule(dialogue),
        ),
        (*_to_change(dialogue, now), *call_me(dialogue), go_on(dialogue)),
    )


def _to_change(dialogue: Dialogue, now: datetime) -> tuple[Row, ...]:
    if dialogue.completed or not dialogue.wave_open:
        return ()
    rows = in_rows(_choices(dialogue, now), 2)
    awake = replace(dialogue, stopped=False, reminders=True)
    if awake != dialogue and _next(awake, now):
        return (*rows, (Button(say("Send me reminders again"), ChooseMoment(dialogue.response, "auto")),))
    return (*rows, (_no_more(dialogue),)) if _next(dialogue, now) else rows


def reminder(dialogue: Dialogue) -> Phrase:
    """Above the open screen, in the rows under which stand *later* and *no more reminders*."""
    return say(
        """{nearly_there}
        You can take part until {closes}.""",
        nearly_there=_nearly_there(dialogue),
        closes=_closes(dialogue),
    )


def invitation(dialogue: Dialogue) -> Phrase:
    """A next wave opened, for somebody who took part before."""
    return say(
        """<b>{partnership} asks you again: how well do we work together now?</b>
        {round}

        There are 26 statements again. This takes 10 to 15 minutes.
        You can take part until {closes}.
        We do not show your earlier answers, so that you choose freely. At the end you see what changed.

        You decide if you take part.
        We keep these answers no longer than until {date}.
        {if_chat}No more messages at all? Send /{stop}.""",
        round=round_named(dialogue.wave, dialogue.wave_name),
        closes=_closes(dialogue),
    )


def about(dialogue: Dialogue, why: Screen) -> Phrase:
    """In one line, which may stand on a screen that others see: it names nobody."""
    if why == Screen.INVITED:
        return say("We ask you again: how well do we work together now?")
    if dialogue.here.screen == Screen.ITEM and dialogue.answers:
        return say("Statement {number} is waiting for you", number=dialogue.here.number)
    return say("You can still take part")


def round_named(number: int, name: str) -> Phrase:
    """Round 2 · after phase 1"""
    which = say("Round {number}", number=number)
    return joined((which, verbatim(name)), " · ") if name else which


def _closes(dialogue: Dialogue) -> date | bool:
    """The day, if there is one."""
    at = dialogue.closes_at
    return at.astimezone(zone(dialogue.partnership.timezone)).date() if at else False


def _nearly_there(dialogue: Dialogue) -> Phrase:
    items = dialogue.checklist.items
    if dialogue.next_item is None:
        return say("You chose an answer to every statement. Now tap Done. Then your answers count.")
    if dialogue.group is None:
        return say("You can still take part. This takes 10 to 15 minutes.")
    if not dialogue.answers:
        return say("You can still take part. This takes 10 to 15 minutes. Here is the first statement:")
    minutes = max(1, round((len(items) - len(dialogue.answers)) * SECONDS_EACH / 60))
    return say(
        "You were at statement {number} of {count}. About {time} to go. Here is statement {number}:",
        number=dialogue.next_item,
        count=len(items),
        time=say_n("{count} minute", "{count} minutes", minutes),
    )


def put_off(dialogue: Dialogue, position: Screen) -> tuple[Row, ...]:
    later = Button(say("Later"), Go(dialogue.response, Position(Screen.PAUSE)))
    return ((later, _no_more(dialogue)), *languages(dialogue, Position(position)))


def _no_more(dialogue: Dialogue) -> Button:
    return Button(say("No more reminders"), ChooseMoment(dialogue.response, "none"))


def _choices(dialogue: Dialogue, now: datetime) -> tuple[Button, ...]:
    return tuple(Button(MOMENTS[key], ChooseMoment(dialogue.response, key)) for key in dialogue.choices(now))


def _what_comes(dialogue: Dialogue, now: datetime) -> Phrase:
    due = _next(dialogue, now)
    if due is None:
        return _no_more_to_come(dialogue)
    return say("We will send you a message on {moment}.", moment=due.astimezone(zone(dialogue.partnership.timezone)))


def _next(dialogue: Dialogue, now: datetime) -> datetime | None:
    """As it is after this look, which breaks the silence."""
    return None if dialogue.stopped else dialogue.due_after(now)


def _no_more_to_come(dialogue: Dialogue) -> Phrase:
    if dialogue.reminders_sent >= MOST_REMINDERS and not dialogue.completed:
        return say("We reminded you twice. You get no more reminders this time.")
    if dialogue.channel.reaches_out:
        return say("You get no reminders this time. No messages at all? Send /{stop}.")
    return say("You get no reminders this time.")


def _the_rule(dialogue: Dialogue) -> Phrase:
    if dialogue.completed:
        return say("You are finished. You get no more reminders.")
    if not dialogue.wave_open:
        return say("This round of {partnership} is closed.")
    return say("You get no more than 2 reminders, between 9:00 and 20:00. None when you are finished.")
