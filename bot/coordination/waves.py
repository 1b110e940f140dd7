"""Waves: a coordinator opens the next one, plans it, closes one, and opens it again.

Nothing is sent before a preview of whom it reaches, and an opening can be undone until its invitations go out.
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.coordination.request import Actions, Asked, Shown, local, menu, on_a_page
from bot.survey.calendar import MORNING, closing, decent, on_day, zone
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.views import Button, Paragraph, View, in_rows
from bot.survey.phrases import Phrase, command, say, say_n, verbatim
from bot.survey.scores.summary import heading
from bot.waves import LONGEST_NAME, UNDO, close_wave, open_wave
from storage import coordinators, partnerships, waves
from storage.partnerships import Wave
from storage.waves import Plan

FURTHEST = timedelta(days=366)
NAMES = (say("after phase 1"), say("after phase 2"), say("at the end"))
DAYS = {1: say("Tomorrow"), 7: say("In a week"), 14: say("In 2 weeks"), 28: say("In 4 weeks")}
WEEKS = (2, 3, 4, 6)
DATE = re.compile(r"(?<!\S)(?:(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})|(\d{4})-(\d{2})-(\d{2}))(?=\s|$)")
MONTHS = r"jan|feb|maart|mrt|mar|apr|mei|may|jun|jul|aug|sep|okt|oct|nov|dec"
LIKE_A_DATE = re.compile(rf"^\d|\d\s?[-/.]\s?\d|\d(st|nd|rd|th)?\s+({MONTHS})|({MONTHS})[a-z]*\s+\d", re.IGNORECASE)


def opened_by_itself(partnership: Partnership, wave: Wave, role: str) -> View:
    """For everybody with a seat, when a plan came true."""
    there = zone(partnership.timezone)
    line = say("The invitations are going out. You planned this round for today.")
    closes = (
        (say("It closes by itself on {moment}.", moment=wave.closes_at.astimezone(there)),) if wave.closes_at else ()
    )
    rows = menu(partnership.id, is_open=True) if role == "coordinator" else ()
    return View(((*heading(partnership, wave.number, is_open=True, name=wave.name), line, *closes),), rows)


def _open(asked: Asked) -> Shown:
    """What opening does, before it is done."""
    if asked.wave.closed_at is None:
        return _still_open(asked)
    plan, number = _plan(asked), asked.wave.number + 1
    if plan.confirmed:
        return _planned(asked, plan)
    title = say("<b>Do you want to open round {wave}?</b>", wave=number)
    rows = (
        (asked.button(say("Yes, open"), "open_yes", str(number)),),
        (_choice(asked, say("Name"), "open_name"), _choice(asked, say("Another day"), "open_day")),
        (
            _choice(asked, say("Closing date"), "open_weeks"),
            asked.button(say("Open round {n} again", n=number - 1), "reopen"),
        ),
        (asked.button(say("No, go back"), "home"),),
    )
    return Shown(View(((title, *_described(asked, plan)), _reach(asked)), rows))


def _plan(asked: Asked) -> Plan:
    """The plan as it holds now: a day that has passed while it was not confirmed is no day."""
    plan = waves.plan(asked.tx, asked.partnership.id)
    is_past = plan.opens_at is not None and plan.opens_at <= asked.now and not plan.confirmed
    return replace(plan, opens_at=None) if is_past else plan


def _choice(asked: Asked, label: Phrase, action: str, value: object = "-", *, is_open: bool = False) -> Button:
    """A button that carries the number of the round that it is about: an old one must not change another round."""
    return asked.button(label, action, f"{asked.wave.number + (not is_open)}.{value}")


def _chosen(asked: Asked, below: int) -> int | None:
    """The number that such a button carries, if it is about this round and below that."""
    number, _, value = asked.argument.partition(".")
    is_open = asked.wave.closed_at is None
    if number != str(asked.wave.number + (not is_open)) or not (
        value.isascii() and value.isdigit() and len(value) <= 3
    ):
        return None
    return int(value) if int(value) < below else None


def _described(asked: Asked, plan: Plan) -> Paragraph:
    name = (say("Name: {name}", name=plan.name),) if plan.name else ()
    opens_at = plan.opens_at or asked.now
    goes_out = decent(plan.opens_at or asked.now + UNDO, asked.partnership.timezone)
    closes = say("You close the round yourself.")
    if plan.weeks:
        closes = say("It closes by itself on {moment}.", moment=_closing(asked, opens_at, plan.weeks))
    return (*name, say("The invitations go out on {moment}.", moment=local(asked, goes_out)), closes)


def _reach(asked: Asked) -> Paragraph:
    reach = waves.reach(asked.tx, asked.partnership.id)
    lines = [say_n("This reaches {count} person.", "This reaches {count} people.", reach.people)]
    if reach.without_reminders:
        lines.append(
            say_n("{count} of them has reminders off.", "{count} of them have reminders off.", reach.without_reminders)
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


def _planned(asked: Asked, plan: Plan) -> Shown:
    title = say("<b>Round {wave} is planned.</b>", wave=asked.wave.number + 1)
    opens = say("It opens on {moment}.", moment=local(asked, plan.opens_at or asked.now))
    rows = ((_choice(asked, say("Cancel this plan"), "unplan"),), asked.back)
    return Shown(View(((title, opens, *_described(asked, plan)), _reach(asked)), rows))


def _still_open(asked: Asked) -> Shown:
    line = say("Round {wave} is open. Close it first. Then you can open the next one.", wave=asked.wave.number)
    return Shown(View(((line,),), ((asked.button(say("Close the round"), "close"),), asked.back)))


def _open_typed(asked: Asked) -> Shown:
    """What is typed behind /open: a day, a name, or both."""
    if asked.wave.closed_at is None:
        return _still_open(asked)
    if (plan := _plan(asked)).confirmed:
        return _planned(asked, plan)  # it has to be cancelled before it can be changed
    typed, words = DATE.search(asked.argument), DATE.sub("", asked.argument, count=1)
    name = partnerships.tidy(words)[:LONGEST_NAME]
    opens_at = _day(asked, typed) if typed else None
    if LIKE_A_DATE.search(words) or (typed and opens_at is None):
        line = say(
            "I do not understand that day. It must be in the coming year, such as {example}.", example="1-3-2027"
        )
        preview = _open(asked).view
        return Shown(View(((line,), *preview.paragraphs), preview.rows))
    chosen = {"name": name, "opens_at": opens_at}
    waves.prepare(asked.tx, asked.partnership.id, **{fact: value for fact, value in chosen.items() if value})
    return _open(asked)


def _day(asked: Asked, found: re.Match[str]) -> datetime | None:
    """Nine in the morning on a day that was typed; None when there is no such day in the coming year."""
    day, month, year = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        wanted = date(int(year), int(month), int(day))
    except ValueError:
        return None
    local = datetime.combine(wanted, MORNING, zone(asked.partnership.timezone))
    moment = local.astimezone(UTC)
    return moment if asked.now < moment < asked.now + FURTHEST else None


def _open_name(asked: Asked) -> Shown:
    if asked.wave.closed_at is None or _plan(asked).confirmed:
        return _open(asked)
    number, names = _chosen(asked, len(NAMES)), [asked.texts.word(name, asked.partnership.language) for name in NAMES]
    if number is not None:
        waves.prepare(asked.tx, asked.partnership.id, name=names[number])
        return _open(asked)
    line = say(
        "What is this round called? Another name? Type for example: /{open} after the summer", open=command("open")
    )
    rows = (
        *((_choice(asked, verbatim(name), "open_name", at),) for at, name in enumerate(names)),
        (asked.button(say("‹ Back"), "open"),),
    )
    return Shown(View(((line,),), rows))


def _open_day(asked: Asked) -> Shown:
    if asked.wave.closed_at is None or _plan(asked).confirmed:
        return _open(asked)
    chosen = _chosen(asked, max(DAYS) + 1)
    if chosen is not None and (chosen in DAYS or chosen == 0):
        opens_at = on_day(asked.now, chosen, asked.partnership.timezone) if chosen else None
        waves.prepare(asked.tx, asked.partnership.id, opens_at=opens_at)
        return _open(asked)
    line = say("When does the round open? Another day? Type for example: /{open} 1-3-2027", open=command("open"))
    days = (_choice(asked, name, "open_day", at) for at, name in DAYS.items())
    rows = ((_choice(asked, say("At once"), "open_day", 0),), *in_rows(days, 2), (asked.button(say("‹ Back"), "open"),))
    return Shown(View(((line,),), rows))


def _open_weeks(asked: Asked) -> Shown:
    """When the round closes by itself: of the next one, or of the one that is open now."""
    chosen, is_open = _chosen(asked, max(WEEKS) + 1), asked.wave.closed_at is None
    if not is_open and _plan(asked).confirmed:
        return _open(asked)
    if chosen is not None and (chosen in WEEKS or chosen == 0):
        if not is_open:
            waves.prepare(asked.tx, asked.partnership.id, weeks=chosen or None)
            return _open(asked)
        closes_at = closing(asked.now, chosen, asked.partnership.timezone) if chosen else None
        waves.set_closing(asked.tx, asked.wave.id, closes_at)
        return _close(replace(asked, wave=replace(asked.wave, closes_at=closes_at)))
    line = say("When does the round close by itself?")
    after = (_choice(asked, say("After {count} weeks", count=n), "open_weeks", n, is_open=is_open) for n in WEEKS)
    never = _choice(asked, say("I close it myself"), "open_weeks", 0, is_open=is_open)
    back = asked.button(say("‹ Back"), "close" if is_open else "open")
    return Shown(View(((line,),), ((never,), *in_rows(after, 2), (back,))))


def _open_yes(asked: Asked) -> Shown:
    """Open exactly the round that was asked about, now or at the moment that was chosen."""
    plan, there = _plan(asked), asked.partnership.timezone
    if asked.wave.closed_at is None or asked.argument != str(asked.wave.number + 1):
        return _still_open(asked) if asked.wave.closed_at is None else _open(asked)
    if plan.opens_at and plan.opens_at > asked.now:
        waves.confirm(asked.tx, asked.partnership.id, asked.now)
        return _open(asked)
    wave = open_wave(asked.tx, asked.texts, asked.partnership, decent(asked.now + UNDO, there), asked.now)
    if wave is None:
        return _still_open(replace(asked, wave=partnerships.last_wave(asked.tx, asked.partnership.id)))
    at = wave.closes_at
    closes = (say("It closes by itself on {moment}.", moment=local(asked, at)),) if at else ()
    lines = (
        say("<b>Round {wave} is open.</b>", wave=wave.number),
        *_reach(asked),
        say("The invitations go out on {moment}.", moment=local(asked, wave.invite_at or asked.now)),
        *closes,
        say("Was this a mistake? You can undo it until then."),
    )
    rows = ((asked.button(say("Undo"), "undo", str(wave.number)),), (asked.button(say("Menu"), "home"),))
    return Shown(View((lines,), rows))


def _undo(asked: Asked) -> Shown:
    if asked.argument == str(asked.wave.number) and waves.undo(asked.tx, asked.wave, asked.now):
        line = say("Round {wave} is undone. Nobody was invited.", wave=asked.wave.number)
        return Shown(View(((line,),), menu(asked.partnership.id, is_open=False)))
    line = say("This cannot be undone any more: people are in it, or the invitations are going out.")
    return Shown(View(((line,),), asked.menu))


def _unplan(asked: Asked) -> Shown:
    if asked.argument != f"{asked.wave.number + 1}.-":
        return _open(asked)
    waves.drop_plan(asked.tx, asked.partnership.id)
    return Shown(View(((say("The plan is cancelled. Nothing opens by itself."),),), asked.menu))


def _close(asked: Asked) -> Shown:
    """What closing does, before it is done."""
    if asked.wave.closed_at:
        return _closed_before(asked)
    turnout = partnerships.turnout(asked.tx, asked.wave.id)
    told = len(waves.took_part(asked.tx, asked.wave.id, unfinished=True))
    recipients = coordinators.recipients(asked.tx, asked.partnership.id)
    reached = len(recipients) + len(coordinators.waiting_for_result(asked.tx, asked.wave.id))
    lines = [
        say("<b>Do you want to close round {wave}?</b>", wave=asked.wave.number),
        say_n("{count} person is finished.", "{count} people are finished.", turnout.completed),
        say_n("The result goes to {count} person.", "The result goes to {count} people.", reached),
        say("You can open this round again, until the next one."),
    ]
    if busy := turnout.started - turnout.completed:
        lines[2:2] = _still_busy(busy, told)
    if asked.wave.closes_at:
        lines.append(say("It closes by itself on {moment}.", moment=local(asked, asked.wave.closes_at)))
    rows = (
        (asked.button(say("Yes, close"), "close_yes", str(asked.wave.number)),),
        (
            asked.button(say("No, leave it open"), "home"),
            _choice(asked, say("Closing date"), "open_weeks", is_open=True),
        ),
    )
    return Shown(View((tuple(lines),), rows))


def _still_busy(busy: int, told: int) -> Paragraph:
    return (
        say_n(
            "{count} person is still busy. That answer will not count.",
            "{count} people are still busy. Their answers will not count.",
            busy,
        ),
        say_n("{count} person gets a message about that.", "{count} people get a message about that.", told),
    )


def _close_yes(asked: Asked) -> Shown:
    """Close exactly the round that was asked about: an old button closes no later one."""
    if asked.argument != str(asked.wave.number):
        return _closed_before(asked)
    if not close_wave(asked.tx, asked.texts, asked.partnership, asked.wave, asked.now, asked.now):
        return _closed_before(asked)
    return Shown(View(((say("Round {wave} is closed. The result is on its way.", wave=asked.wave.number),),)))


def _closed_before(asked: Asked) -> Shown:
    line = say(
        "Round {wave} is closed already.", wave=asked.argument if asked.argument.isdigit() else asked.wave.number
    )
    return Shown(View(((line,),), asked.menu))


def _reopen(asked: Asked) -> Shown:
    if asked.wave.closed_at is None:
        return _still_open(asked)
    lines = [
        say("<b>Do you want to open round {wave} again?</b>", wave=asked.wave.number),
        say("People who were not finished can go on. Nobody gets a message about it, and no new invitations go out."),
        say("Scores that were shown stay as they are, until enough people are added."),
    ]
    if waves.plan(asked.tx, asked.partnership.id).confirmed:
        lines.append(say("The plan for the next round is cancelled."))
    rows = (
        (asked.button(say("Yes, open again"), "reopen_yes", str(asked.wave.number)),),
        (asked.button(say("No, go back"), "home"),),
    )
    return Shown(View((tuple(lines),), rows))


def _reopen_yes(asked: Asked) -> Shown:
    if asked.argument != str(asked.wave.number) or not waves.reopen(asked.tx, asked.wave.id, asked.now):
        return _still_open(asked) if asked.wave.closed_at is None else _open(asked)
    waves.drop_plan(asked.tx, asked.partnership.id)
    line = say("Round {wave} is open again.", wave=asked.wave.number)
    return Shown(View(((line,),), menu(asked.partnership.id, is_open=True)))


def _closing(asked: Asked, opens_at: datetime, weeks: int) -> datetime:
    return local(asked, closing(opens_at, weeks, asked.partnership.timezone))


ACTIONS: Actions = {
    "open": _open,
    "open_typed": _open_typed,
    "open_name": _open_name,
    "open_day": _open_day,
    "open_weeks": _open_weeks,
    "open_yes": _open_yes,
    "undo": _undo,
    "unplan": _unplan,
    "close": _close,
    "close_yes": _close_yes,
    "reopen": _reopen,
    "reopen_yes": _reopen_yes,
}
