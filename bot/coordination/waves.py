"""Waves: a coordinator opens the next one, plans it, closes one, and opens it again.

Nothing is sent before a preview of whom it reaches, and an opening can be undone until its invitations go out.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.coordination.request import (
    RIGHT,
    Asked,
    State,
    action,
    closes_by_itself,
    local,
    menu,
    named,
    on_a_page,
    too_long,
)
from bot.survey.calendar import DAY_TYPED, MORNING, closing, day_in, decent, on_day, zone
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.views import Button, Field, Form, Paragraph, View, in_rows
from bot.survey.phrases import Phrase, command, say, say_n, verbatim
from bot.survey.scores.summary import heading
from bot.survey.whole_numbers import as_number
from bot.texts.typed_words import is_like_a_date
from bot.waves import LONGEST_NAME, UNDO, close_wave, open_wave, reopen_wave
from storage import coordinators, participants, partnerships, waves
from storage.participants import Reach
from storage.partnerships import Wave
from storage.turnout import turnout_of
from storage.waves import Plan

FURTHEST = timedelta(days=366)
NAMES = (say("after phase 1"), say("after phase 2"), say("at the end"))
DAYS = {0: say("At once"), 1: say("Tomorrow"), 7: say("In a week"), 14: say("In 2 weeks"), 28: say("In 4 weeks")}
WEEKS = {0: say("I close the round myself"), **{n: say("After {count} weeks", count=n) for n in (2, 3, 4, 6)}}
FILLED = "filled"  # instead of the number of a choice
NO_SUCH_DAY = say("That day is not clear. Choose a day in the coming year, such as {example}.", example="1-3-2027")


def opened_by_itself(partnership: Partnership, wave: Wave, role: str) -> View:
    """For everybody with a seat, when a plan came true."""
    title = heading(partnership, wave.number, is_open=True, name=wave.name)
    line = say("We are sending the invitations. You planned this round for today.")
    rows = menu(partnership.id, wave) if role == "coordinator" else ()
    about = say("{partnership}: round {wave} is open", partnership=partnership.name, wave=wave.number)
    return View(((*title, line, *closes_by_itself(partnership, wave.closes_at)),), rows, about=about)


@action("open", State.CLOSED, State.PLANNED)
def before_opening(asked: Asked) -> View:
    """What opening does, before it is done."""
    plan, number = _plan(asked), asked.wave.number + 1
    if plan.confirmed:
        return _planned(asked, plan)
    title = say("<b>Do you want to open round {wave}?</b>", wave=number)
    again = asked.button(say("Open round {n} again", n=number - 1), "reopen")
    rows = (
        (asked.button(say("Yes, open"), "open_yes", number),),
        (_button(asked, say("Name"), "open_name"), _button(asked, say("Another day"), "open_day")),
        (_button(asked, say("Closing date"), "open_weeks"), again),
        (asked.button(say("No, go back"), "home"),),
    )
    return View(((title, *_described(asked, plan)), _reach(asked)), rows, at=asked.at("open"))


def _plan(asked: Asked) -> Plan:
    """The plan as it holds now: a day that has passed while it was not confirmed is no day."""
    plan = waves.plan(asked.tx, asked.partnership.id)
    is_past = plan.opens_at is not None and plan.opens_at <= asked.now and not plan.confirmed
    return replace(plan, opens_at=None) if is_past else plan


def _planned(asked: Asked, plan: Plan) -> View:
    title = say("<b>Round {wave} is planned.</b>", wave=asked.wave.number + 1)
    opens = say("It opens on {moment}.", moment=local(asked.partnership, plan.opens_at or asked.now))
    rows = ((_button(asked, say("Do not open this round after all"), "unplan"),), asked.back())
    return View(((title, opens, *_described(asked, plan)), _reach(asked)), rows, at=asked.at("open"))


def _described(asked: Asked, plan: Plan) -> Paragraph:
    partnership, opens_at = asked.partnership, plan.opens_at or asked.now
    name = (say("Name: {name}", name=plan.name),) if plan.name else ()
    goes_out = decent(plan.opens_at or asked.now + UNDO, partnership.timezone)
    by_itself = closing(opens_at, plan.weeks, partnership.timezone) if plan.weeks else None
    closes = closes_by_itself(partnership, by_itself) or (say("You close the round yourself."),)
    return (*name, say("We send the invitations on {moment}.", moment=local(partnership, goes_out)), *closes)


def _reach(asked: Asked) -> Paragraph:
    reach = participants.reach(asked.tx, asked.partnership.id)
    lines = [say_n("This reaches {count} person.", "This reaches {count} people.", reach.people), *_by(asked, reach)]
    if reach.without_reminders:
        lines.append(
            say_n("{count} of them gets no reminders.", "{count} of them get no reminders.", reach.without_reminders)
        )
    lines += on_a_page(reach.on_a_page)
    if reach.out_of_reach:
        lines.append(
            say_n(
                "{count} person took part before, but cannot be reached or wants no messages.",
                "{count} people took part before, but cannot be reached or want no messages.",
                reach.out_of_reach,
            )
        )
    return tuple(lines)


def _by(asked: Asked, reach: Reach) -> Paragraph:
    """How many by which channel or notifier, where there is more than one."""
    if len(reach.by) + bool(reach.on_a_page) < 2:
        return ()
    names = {one.name: named(one) for channel in asked.tx.channels.values() for one in (channel, *channel.notifiers)}
    said = ((names.get(name, verbatim(name)), people) for name, people in reach.by.items())
    return tuple(say("• {name}: {count}", name=name, count=people) for name, people in said)


def still_open(asked: Asked) -> View:
    line = say("Round {wave} is open. Close it first. Then you can open the next one.", wave=asked.wave.number)
    return View(((line,),), ((asked.button(say("Close the round"), "close"),), asked.back()))


@action("open_typed", State.CLOSED)
def _open_typed(asked: Asked) -> View:
    """What is typed behind /open: a day, a name, or both."""
    typed, words = DAY_TYPED.search(asked.argument), DAY_TYPED.sub("", asked.argument, count=1)
    name = partnerships.tidy(words)[:LONGEST_NAME]
    opens_at = _day(asked, typed) if typed else None
    if is_like_a_date(words, asked.spoken) or (typed and opens_at is None):
        return before_opening(asked).under(NO_SUCH_DAY)
    return _prepared(asked, **{fact: value for fact, value in (("name", name), ("opens_at", opens_at)) if value})


def _day(asked: Asked, found: re.Match[str]) -> datetime | None:
    """Nine in the morning on a day that was typed; None when there is no such day in the coming year."""
    if not (wanted := day_in(found)):
        return None
    moment = datetime.combine(wanted, MORNING, zone(asked.partnership.timezone)).astimezone(UTC)
    return moment if asked.now < moment < asked.now + FURTHEST else None


def _prepared(asked: Asked, **chosen: Any) -> View:
    waves.prepare(asked.tx, asked.partnership.id, **chosen)
    return before_opening(asked)


@action("open_name", State.CLOSED)
def _open_name(asked: Asked) -> View:
    names = {n: asked.texts.word(name, asked.partnership.language) for n, name in enumerate(NAMES)}
    if (chosen := _chosen(asked, names)) is not None:
        return _prepared(asked, name=names[chosen])
    return _choose_name(asked, names)


def _choose_name(asked: Asked, names: Mapping[int, str]) -> View:
    """Among these, or by filling it in: an empty one takes away what there was."""
    name, wrong = _plan(asked).name, RIGHT
    if _is_filled(asked):
        given = partnerships.tidy(asked.filled.get("name", name))
        if (why := too_long(len(given), LONGEST_NAME)) is None:
            return _prepared(asked, name=given)
        wrong = {"name": why}
    label, hint = say("Another name"), say("Do you leave this empty? Then the round only has a number.")
    form = _form(asked, "open_name", Field("name", label, name, hint=hint), wrong)
    typed = say(
        "What is this round called? Another name? Type for example: /{open} after the summer", open=command("open")
    )
    line = say("What is this round called?") if form else typed
    return _choose(asked, line, "open_name", {n: verbatim(name) for n, name in names.items()}, form, width=1)


@action("open_day", State.CLOSED)
def _open_day(asked: Asked) -> View:
    if (chosen := _chosen(asked, DAYS)) is not None:
        return _prepared(asked, opens_at=on_day(asked.now, chosen, asked.partnership.timezone) if chosen else None)
    return _choose_day(asked)


def _choose_day(asked: Asked) -> View:
    opens_at, wrong = _plan(asked).opens_at, RIGHT
    kept = local(asked.partnership, opens_at).date().isoformat() if opens_at else ""
    if _is_filled(asked):
        typed = DAY_TYPED.fullmatch(given := asked.filled.get("day", kept).strip())
        if typed and (day := _day(asked, typed)):
            return _prepared(asked, opens_at=day)
        wrong = {"day": NO_SUCH_DAY if given else say("Choose a day.")}
    field = Field("day", say("Another day"), kept, "date", between=_days_to_come(asked))
    form = _form(asked, "open_day", field, wrong)
    example = say("When does the round open? Another day? Type for example: /{open} 1-3-2027", open=command("open"))
    return _choose(asked, say("When does the round open?") if form else example, "open_day", DAYS, form)


def _days_to_come(asked: Asked) -> tuple[str, str]:
    """The first and the last day on which a round can open at nine in the morning."""
    today = local(asked.partnership, asked.now)
    first = today.date() + timedelta(days=today.time() >= MORNING)
    return first.isoformat(), (today.date() + FURTHEST - timedelta(days=1)).isoformat()


def _form(asked: Asked, action: str, field: Field[Phrase], wrong: Mapping[str, Phrase]) -> Form[Phrase] | None:
    press = asked.at(action, f"{_about(asked)}.{FILLED}")
    return asked.form(press, say("Save"), (field,), wrong)


def _is_filled(asked: Asked) -> bool:
    """Whether they sent the form of the round that is being prepared."""
    return asked.argument == f"{_about(asked)}.{FILLED}"


@action("open_weeks", State.OPEN, State.CLOSED)
def _open_weeks(asked: Asked) -> View:
    """When the round closes by itself: of the next one, or of the one that is open now."""
    if (chosen := _chosen(asked, WEEKS)) is None:
        return _choose(asked, say("When does the round close by itself?"), "open_weeks", WEEKS)
    if not asked.is_open:
        return _prepared(asked, weeks=chosen or None)
    closes_at = closing(asked.now, chosen, asked.partnership.timezone) if chosen else None
    waves.set_closing(asked.tx, asked.wave.id, closes_at, asked.now)
    return _close(asked.anew)


def _choose(
    asked: Asked,
    line: Phrase,
    action: str,
    options: Mapping[int, Phrase],
    form: Form[Phrase] | None = None,
    width: int = 2,
) -> View:
    """The first option has a row of its own."""
    first, *others = (_button(asked, label, action, value) for value, label in options.items())
    rows = ((first,), *in_rows(others, width), asked.back("close" if asked.is_open else "open"))
    return View(((line,),), rows, form, asked.at(action, f"{_about(asked)}.-"))


def _button(asked: Asked, label: Phrase, action: str, value: object = "-") -> Button:
    """A button that carries the number of the round that it is about: an old one must not change another round."""
    return asked.button(label, action, f"{_about(asked)}.{value}")


def _chosen(asked: Asked, allowed: Collection[int]) -> int | None:
    """The value that such a button carries, if it is about this round and allowed."""
    about, _, value = asked.argument.partition(".")
    chosen = as_number(value, max(allowed))
    return chosen if about == str(_about(asked)) and chosen in allowed else None


def _about(asked: Asked) -> int:
    """The round that is open, or the one that is being prepared."""
    return asked.wave.number + (not asked.is_open)


@action("open_yes", State.CLOSED)
def _open_yes(asked: Asked) -> View:
    """Open exactly the round that was asked about, now or at the moment that was chosen."""
    plan, partnership = _plan(asked), asked.partnership
    if not asked.is_about(asked.wave.number + 1):
        return before_opening(asked)
    if plan.opens_at:
        waves.confirm(asked.tx, partnership.id, asked.now)
        return before_opening(asked)
    invite_at = decent(asked.now + UNDO, partnership.timezone)
    wave = open_wave(asked.tx, asked.texts, partnership, invite_at, asked.now)
    if wave is None:
        return still_open(asked.anew)
    lines = (
        say("<b>Round {wave} is open.</b>", wave=wave.number),
        *_reach(asked),
        say("We send the invitations on {moment}.", moment=local(partnership, wave.invite_at or asked.now)),
        *closes_by_itself(partnership, wave.closes_at),
        say("Was this a mistake? You can undo it until then."),
    )
    send_on = (asked.button(say("Text to send on"), "forward"),)
    rows = ((asked.button(say("Undo"), "undo", wave.number),), send_on, (asked.button(say("Menu"), "home"),))
    return View((lines,), rows)


@action("undo")
def _undo(asked: Asked) -> View:
    if asked.is_about(asked.wave.number) and waves.undo(asked.tx, asked.wave, asked.now):
        return asked.anew.told(say("Round {wave} is undone. Nobody was invited.", wave=asked.wave.number))
    return asked.told(say("You cannot undo this any more: people take part already, or we are inviting them."))


@action("unplan", State.PLANNED)
def _unplan(asked: Asked) -> View:
    if asked.argument != f"{_about(asked)}.-":
        return before_opening(asked)
    waves.drop_plan(asked.tx, asked.partnership.id)
    return asked.told(say("The round does not open by itself any more."))


@action("close", State.OPEN)
def _close(asked: Asked) -> View:
    """What closing does, before it is done."""
    turnout = turnout_of(asked.tx, asked.wave.id)
    recipients = coordinators.recipients(asked.tx, asked.partnership.id)
    reached = len(recipients) + len(coordinators.waiting_for_result(asked.tx, asked.wave.id))
    lines = (
        say("<b>Do you want to close round {wave}?</b>", wave=asked.wave.number),
        say_n("{count} person is finished.", "{count} people are finished.", turnout.completed),
        *_still_busy(asked, turnout.started - turnout.completed),
        say_n("The result goes to {count} person.", "The result goes to {count} people.", reached),
        say("You can open this round again, until the next one."),
        *closes_by_itself(asked.partnership, asked.wave.closes_at),
    )
    stay = asked.button(say("No, leave it open"), "home")
    rows = (
        (asked.button(say("Yes, close"), "close_yes", asked.wave.number),),
        (stay, _button(asked, say("Closing date"), "open_weeks")),
    )
    return View((lines,), rows)


def _still_busy(asked: Asked, busy: int) -> Paragraph:
    if not busy:
        return ()
    told = sum(not one.on_a_page for one in participants.took_part(asked.tx, asked.wave.id, unfinished=True))
    return (
        say_n(
            "{count} person is still busy. That answer will not count.",
            "{count} people are still busy. Their answers will not count.",
            busy,
        ),
        say_n("{count} person gets a message about that.", "{count} people get a message about that.", told),
    )


@action("close_yes", State.OPEN)
def _close_yes(asked: Asked) -> View:
    """Close exactly the round that was asked about: an old button closes no later one."""
    if not asked.is_about(asked.wave.number) or not close_wave(
        asked.tx, asked.texts, asked.partnership, asked.wave, asked.now, asked.now
    ):
        return closed_already(asked)
    return View(((say("Round {wave} is closed. The result is on its way.", wave=asked.wave.number),),))


def closed_already(asked: Asked) -> View:
    """Also an earlier round, when a later one is open. Of one that is gone, only what there is now can be said."""
    number = as_number(asked.argument, asked.wave.number - asked.is_open)
    if number is None and asked.is_open:
        return still_open(asked)
    number = number or asked.wave.number
    return asked.told(say("Round {wave} is closed already.", wave=number))


@action("reopen", State.CLOSED, State.PLANNED)
def _reopen(asked: Asked) -> View:
    lines = [
        say("<b>Do you want to open round {wave} again?</b>", wave=asked.wave.number),
        say("People who were not finished can go on. Nobody gets a message about it, and we send no new invitations."),
        say("Scores that were shown stay as they are, until enough people are added."),
    ]
    if asked.state == State.PLANNED:
        lines.append(say("The next round does not open by itself then."))
    return View((tuple(lines),), asked.surely(say("Yes, open again"), "reopen_yes", asked.wave.number))


@action("reopen_yes", State.CLOSED, State.PLANNED)
def _reopen_yes(asked: Asked) -> View:
    if not asked.is_about(asked.wave.number) or not reopen_wave(asked.tx, asked.partnership, asked.wave, asked.now):
        return before_opening(asked)
    return asked.anew.told(say("Round {wave} is open again.", wave=asked.wave.number))
