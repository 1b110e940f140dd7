"""Pauses and reminders: what a respondent sees about being written to later, and what they are written then.

A reminder is the next statement itself with its answers, so that one tap is progress.
"""

from dataclasses import replace
from datetime import date, datetime

from bot.survey.calendar import MOST_REMINDERS, kept_until, zone
from bot.survey.conversation.buttons import ChooseMoment, Go, Place, Screen
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.conversation.rows import go_on, language_buttons, languages
from bot.survey.conversation.views import Button, Paragraph, Row, View, in_rows
from bot.survey.phrases import Phrase, command, joined, say, say_n, verbatim

MOMENTS = {
    "evening": say("This evening 19:00"),
    "tomorrow": say("Tomorrow 09:00"),
    "week": say("In a week"),
}
SECONDS_EACH = 20  # that a statement takes


def pause(dialogue: Dialogue, _number: int, now: datetime) -> View:
    if dialogue.is_silent:
        return _on_a_page(dialogue, _PAUSE)
    saved = say("You take a break. Your answers are saved.")
    choices = _choices(dialogue, now)
    if not choices:
        return View(((saved, _no_more_to_come(dialogue)),), ((go_on(dialogue),), *languages(dialogue, _PAUSE)))
    none = Button(say("No message"), ChooseMoment(dialogue.response, "none"))
    return View(
        ((saved,), (say("<b>When may I send you a message?</b>"),)),
        (*in_rows((*choices, none), 2), (go_on(dialogue),), *languages(dialogue, _PAUSE)),
    )


def _on_a_page(dialogue: Dialogue, place: Place) -> View:
    return View(
        (
            (say("You take a break. Your answers are saved."),),
            (say("Keep your own link. With it you go on whenever you like, on every phone."),),
        ),
        ((go_on(dialogue),), *languages(dialogue, place)),
    )


def paused(dialogue: Dialogue, _number: int, now: datetime) -> View:
    if dialogue.is_silent:
        return _on_a_page(dialogue, Place(Screen.PAUSED))
    return View(
        (
            (say("Your answers are saved."), _what_comes(dialogue, now)),
            (say("You can go on whenever you like, here in this chat."),),
        ),
        ((go_on(dialogue),), *languages(dialogue, Place(Screen.PAUSED))),
    )


def reminders(dialogue: Dialogue, _number: int, now: datetime) -> View:
    """What will come, and every way to change it."""
    if dialogue.is_silent:
        return View(
            ((say("<b>Reminders</b>"), say("In the browser you get no reminders.")),),
            ((go_on(dialogue),), *languages(dialogue, Place(Screen.REMINDERS))),
        )
    rows: tuple[Row, ...] = ()
    if not dialogue.completed and dialogue.wave_open:
        rows = in_rows(_choices(dialogue, now), 2)
        awake = replace(dialogue, stopped=False, reminders=True)
        if awake != dialogue and _next(awake, now):
            rows += ((Button(say("Do send reminders"), ChooseMoment(dialogue.response, "auto")),),)
        elif _next(dialogue, now):
            rows += ((_no_more(dialogue),),)
    return View(
        ((say("<b>Reminders</b>"), _what_comes(dialogue, now)), (_the_rule(dialogue),)),
        (*rows, (go_on(dialogue),), *languages(dialogue, Place(Screen.REMINDERS))),
    )


def reminder(dialogue: Dialogue, statement: View, place: Screen = Screen.REMINDER) -> View:
    """The open screen as a reminder: in the rows under the answers stand *later* and *no more reminders*."""
    if dialogue.here.screen in (Screen.THANKS, Screen.CLOSED):
        return statement
    return View(
        ((_nearly_there(dialogue), *closes_on(dialogue)), *statement.paragraphs),
        (*statement.rows, *_put_off(dialogue, place)),
    )


def invitation(dialogue: Dialogue, statement: View, now: datetime) -> View:
    """A next wave opened, for somebody who took part before."""
    if dialogue.here.screen in (Screen.THANKS, Screen.CLOSED):
        return statement
    name = dialogue.partnership.name
    paragraphs: tuple[Paragraph, ...] = (
        (
            say("<b>{partnership} asks you again: how well do we work together now?</b>", partnership=name),
            round_named(dialogue.wave, dialogue.wave_name),
        ),
        (
            say("Again 26 short statements. It takes about 10 minutes."),
            *closes_on(dialogue),
            say("We do not show your earlier answers, so that you choose freely. At the end you see what changed."),
        ),
        (
            say("You may take part. You do not have to."),
            say("We keep these answers until {date} at the latest.", date=_kept(dialogue, now)),
            *(() if dialogue.is_silent else (say("No more messages at all? Send /{stop}.", stop=command("stop")),)),
        ),
    )
    return View((*paragraphs, *statement.paragraphs), (*statement.rows, *_put_off(dialogue, Screen.INVITED)))


def round_named(number: int, name: str) -> Phrase:
    """Round 2 · after phase 1"""
    which = say("Round {number}", number=number)
    return joined((which, verbatim(name)), " · ") if name else which


def closes_on(dialogue: Dialogue) -> Paragraph:
    if dialogue.closes_at is None:
        return ()
    there = dialogue.closes_at.astimezone(zone(dialogue.partnership.timezone))
    return (say("This round closes on {date}.", date=there.date()),)


def _kept(dialogue: Dialogue, now: datetime) -> date:
    return kept_until(now, dialogue.partnership.timezone, dialogue.partnership.keep_answers)


def _nearly_there(dialogue: Dialogue) -> Phrase:
    items = dialogue.checklist.items
    if dialogue.next_item is None:
        return say("You answered all statements. Only tap Done, and your answers count.")
    if dialogue.group is None:
        return say("You can still take part. It takes about 10 minutes.")
    if not dialogue.answers:
        return say("You can still take part. It takes about 10 minutes. Here is the first statement:")
    minutes = max(1, round((len(items) - len(dialogue.answers)) * SECONDS_EACH / 60))
    return say(
        "You stopped at statement {number} of {count}. {time} and you are done. Here is the next one:",
        number=dialogue.next_item,
        count=len(items),
        time=say_n("{count} minute", "{count} minutes", minutes),
    )


def _put_off(dialogue: Dialogue, place: Screen) -> tuple[Row, ...]:
    later = Button(say("Later"), Go(dialogue.response, _PAUSE))
    first = (later,) if dialogue.is_silent else (later, _no_more(dialogue))
    return (first, *in_rows(language_buttons(dialogue, Place(place))))


def _no_more(dialogue: Dialogue) -> Button:
    return Button(say("No more reminders"), ChooseMoment(dialogue.response, "none"))


def _choices(dialogue: Dialogue, now: datetime) -> tuple[Button, ...]:
    return tuple(Button(MOMENTS[key], ChooseMoment(dialogue.response, key)) for key in dialogue.choices(now))


def _what_comes(dialogue: Dialogue, now: datetime) -> Phrase:
    due = _next(dialogue, now)
    if due is None:
        return _no_more_to_come(dialogue)
    return say("I will send you a message on {moment}.", moment=due.astimezone(zone(dialogue.partnership.timezone)))


def _next(dialogue: Dialogue, now: datetime) -> datetime | None:
    """As it is after this look, which breaks the silence."""
    return replace(dialogue, touched_at=now).next_reminder


def _no_more_to_come(dialogue: Dialogue) -> Phrase:
    if len(dialogue.reminded) >= MOST_REMINDERS and not dialogue.completed:
        return say("I reminded you twice. You get no more reminders in this round.")
    return joined(
        (
            say("You get no reminders in this round."),
            say("No messages at all? Send /{stop}.", stop=command("stop")),
        ),
        " ",
    )


def _the_rule(dialogue: Dialogue) -> Phrase:
    if dialogue.completed:
        return say("You are finished, so there is nothing to remind you of.")
    if not dialogue.wave_open:
        return say("This round of {partnership} is closed.", partnership=dialogue.partnership.name)
    return say("You get at most 2 reminders in a round, between 9:00 and 20:00. Never when you are finished.")


_PAUSE = Place(Screen.PAUSE)
