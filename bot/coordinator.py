"""What a coordinator can ask for: a command or a button -> a query -> a letter, inside the same turn.

Every action names a partnership, and nothing happens before the seat of whoever asks is found in that partnership.
What reaches other people is shown first and done by a second button.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot import attachments, results
from bot.letters import Doors, Letter
from bot.survey import summary as summaries
from bot.survey.buttons import Coordinate
from bot.survey.calendar import is_timezone
from bot.survey.dialogue import Partnership
from bot.survey.phrases import Phrase, command, joined, language, say, say_n, verbatim
from bot.survey.views import Button, Paragraph, Row, View, in_rows
from bot.texts import Texts
from storage import coordinators, partnerships
from storage.coordinators import PlaceTurnout, Seat
from storage.database import Tx
from storage.partnerships import Wave

if TYPE_CHECKING:
    pass

FOR_VIEWERS = ("home", "summary", "language", "leave", "left")
LONGEST_LABEL, MOST_PLACES = 40, 24
FACTS = {
    **dict.fromkeys(("contact", "contactpersoon"), "contact"),
    **dict.fromkeys(("organisation", "organisatie"), "organisation"),
    **dict.fromkeys(("timezone", "tijdzone"), "timezone"),
}
"""What a coordinator types -> the fact about the partnership."""
DAYS = (say("Monday"), say("Tuesday"), say("Wednesday"), say("Thursday"), say("Friday"))
HOURS = (8, 9, 10, 12, 14, 16)
PLACES = (say("Library"), say("Community centre"), say("Food bank"), say("School"), say("Doctor"), say("Shop"))


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that was asked by somebody with a seat. `doors` are where other people can come in."""

    tx: Tx
    texts: Texts
    seat: Seat
    wave: Wave
    argument: str
    doors: Doors
    now: datetime

    @property
    def partnership(self) -> Partnership:
        return self.seat.partnership

    def button(self, label: Phrase, action: str, argument: str = "-", *, chosen: bool = False) -> Button:
        return Button(label, Coordinate(self.partnership.id, action, argument), chosen)


@dataclass(frozen=True, slots=True)
class Shown:
    """What to show: a view, with what goes above it."""

    view: View
    above: tuple[Letter, ...] = ()


def handle(tx: Tx, texts: Texts, seat: Seat, action: str, argument: str, doors: Doors, now: datetime) -> list[Letter]:
    """Carry out one action for a seat; the last letter holds the buttons. Unknown actions show the beginning."""
    allowed = ACTIONS if seat.role == "coordinator" else {name: ACTIONS[name] for name in FOR_VIEWERS}
    wave = partnerships.last_wave(tx, seat.partnership.id)
    asked = Asked(tx, texts, seat, wave, argument, doors, now)
    shown = allowed.get(action, _home)(asked)
    spoken = argument if action == "language" and argument in texts.languages else seat.language
    return [*shown.above, texts.letter(shown.view, spoken)]


def pick(seats: Sequence[Seat], action: str) -> View:
    """For somebody with a seat in several partnerships."""
    rows = ((Button(verbatim(seat.partnership.name), Coordinate(seat.partnership.id, action)),) for seat in seats)
    return View(((say("Which partnership?"),),), tuple(rows))


def welcome(seat: Seat, *, with_buttons: bool) -> View:
    """After a coordinator link was opened."""
    name = seat.partnership.name
    if seat.role == "viewer":
        lines: Paragraph = (say("From now on the summaries of {partnership} come here.", partnership=name),)
        rows = ((Button(say("Summary"), Coordinate(seat.partnership.id, "summary")),),) if with_buttons else ()
        return View((lines,), rows)
    lines = (
        say("<b>You are now coordinator of {partnership}.</b>", partnership=name),
        say("You see how many people take part, and averages of {k} or more people.", k=seat.partnership.minimum_group),
        say("You never see what one person answered."),
    )
    next_step = (say("Start with the invitation: a link, a QR code or a poster."),)
    return View((lines, next_step), _menu(seat.partnership.id, is_open=True))


def _menu(partnership: int, *, is_open: bool) -> tuple[Row, ...]:
    actions = [
        (say("Invite"), "invite"),
        (say("Status"), "status"),
        (say("Summary"), "summary"),
        (say("Team"), "team"),
        (say("Settings"), "settings"),
        *([(say("Close the round"), "close")] if is_open else []),
    ]
    return in_rows((Button(label, Coordinate(partnership, action)) for label, action in actions), 2)


def _home(asked: Asked) -> Shown:
    """The beginning, and the answer to whatever is not understood."""
    turnout = partnerships.turnout(asked.tx, asked.wave.id)
    standing = joined(summaries.standing(turnout.started, turnout.completed), " ")
    if asked.seat.role == "viewer":
        rows: tuple[Row, ...] = (
            (asked.button(say("Summary"), "summary"),),
            (asked.button(say("No more summaries"), "leave"),),
        )
    else:
        rows = _menu(asked.partnership.id, is_open=asked.wave.closed_at is None)
    return Shown(View((_heading(asked), (standing,), (say("What do you want to do?"),)), rows))


def _heading(asked: Asked) -> Paragraph:
    return summaries.heading(asked.partnership, asked.wave.number, asked.wave.closed_at is None)


def _summary(asked: Asked) -> Shown:
    found = results.read_summary(asked.tx, asked.texts, asked.partnership, asked.wave, asked.now)
    rows = _menu(asked.partnership.id, is_open=found.is_open) if asked.seat.role == "coordinator" else ()
    above = (results.drawn(asked.texts, found, asked.seat.language),) if found.items else ()
    return Shown(View(summaries.paragraphs(found), rows), above)


def _status(asked: Asked) -> Shown:
    tx, wave, k = asked.tx, asked.wave.id, asked.partnership.minimum_group
    turnout, places = partnerships.turnout(tx, wave), coordinators.places(tx, asked.partnership.id, wave)
    opened, gone = sum(place.opened for place in places), coordinators.stopped(tx, wave)
    counts = [
        say_n("The link was opened {count} time.", "The links were opened {count} times.", opened),
        *summaries.standing(turnout.started, turnout.completed),
    ]
    if gone:
        counts.append(say_n("{count} person wants no more messages.", "{count} people want no more messages.", gone))
    paragraphs = (_heading(asked), tuple(counts), *_per_place(places, k), *_where_they_stop(asked, k))
    return Shown(View(paragraphs, _menu(asked.partnership.id, is_open=asked.wave.closed_at is None)))


def _per_place(places: Sequence[PlaceTurnout], k: int) -> list[Paragraph]:
    """Counts of fewer than k could be about one person who is known to have come in there."""
    if len(places) < 2:
        return []
    lines = (
        say(
            "{place}: {started} started, {completed} finished",
            place=_label(p),
            started=p.started,
            completed=p.completed,
        )
        if p.started >= k
        else say("{place}: fewer than {k} started", place=_label(p), k=k)
        for p in places
    )
    return [(say("<b>Per place</b>"), *lines)]


def _where_they_stop(asked: Asked, k: int) -> list[Paragraph]:
    given = coordinators.stops(asked.tx, asked.wave.id)
    last = len(asked.texts.checklist.items)
    lines = [
        say_n("Statement {number}: {count} person", "Statement {number}: {count} people", people, number=answered + 1)
        if answered < last
        else say_n("Before Done: {count} person", "Before Done: {count} people", people)
        for answered, people in sorted(given.items())
        if people >= k
    ]
    return [(say("<b>Where people are now</b>"), *lines)] if lines else []


def _label(place: PlaceTurnout) -> Phrase:
    return verbatim(place.label) if place.label else say("General")


def _invite(asked: Asked) -> Shown:
    """The link of one place; the general one to begin with."""
    places = coordinators.places(asked.tx, asked.partnership.id, asked.wave.id)
    place = next((one for one in places if one.code == asked.argument), places[0])
    lines = (
        say("<b>Invite people: {place}</b>", place=_label(place)),
        say("Everybody who opens this link can take part. Share it, or hang up the poster."),
    )
    other = (asked.button(_label(one), "invite", one.code, chosen=one == place) for one in places)
    rows = (
        (asked.button(say("QR code"), "qr", place.code), asked.button(say("Poster (A4)"), "poster", place.code)),
        *(in_rows(other, 2) if len(places) > 1 else ()),
        (asked.button(say("A link for one more place"), "places"),),
        (asked.button(say("‹ Back"), "home"),),
    )
    return Shown(View((lines, _links(asked, place.code)), rows))


def _links(asked: Asked, code: str) -> Paragraph:
    """Each link that works elsewhere; what a poster shows is the first."""
    first, *others = asked.doors.links(code)
    return (verbatim(first), *(say("In Telegram: {link}", link=link) for link in others))


def _more_places(asked: Asked) -> Shown:
    lines = (
        say("For which place? You will see how many people come in by each place."),
        say(
            "Another place? Type /{command} and its name, such as: /{command} bakery.",
            command=Phrase("invite", context="command"),
        ),
    )
    names = (asked.button(name, "place", str(number)) for number, name in enumerate(PLACES))
    return Shown(View((lines,), (*in_rows(names, 2), (asked.button(say("‹ Back"), "invite"),))))


def _add_place(asked: Asked) -> Shown:
    if not (asked.argument.isdigit() and int(asked.argument) < len(PLACES)):
        return _more_places(asked)
    label = asked.texts.word(PLACES[int(asked.argument)], asked.partnership.language)
    return named_place(asked, label)


def named_place(asked: Asked, label: str) -> Shown:
    """The link of a place by this name, made when there is none yet."""
    tidy = partnerships.tidy(label)[:LONGEST_LABEL]
    if not tidy:
        return _invite(asked)
    if len(coordinators.places(asked.tx, asked.partnership.id, asked.wave.id)) >= MOST_PLACES:
        line = (say("You have {count} places. That is the most.", count=MOST_PLACES),)
        return Shown(View((line,), ((asked.button(say("‹ Back"), "invite"),),)))
    code = coordinators.add_invitation(asked.tx, asked.partnership.id, tidy, asked.now)
    return _invite(replace(asked, argument=code))


def _own_place(asked: Asked) -> PlaceTurnout:
    """The place that a button names, if it is this partnership's; else the general one."""
    places = coordinators.places(asked.tx, asked.partnership.id, asked.wave.id)
    return next((one for one in places if one.code == asked.argument), places[0])


def _qr(asked: Asked) -> Shown:
    place = _own_place(asked)
    above = Letter(
        asked.texts.render(View((_heading(asked),)), asked.seat.language),
        attachment=attachments.qr(asked.doors.links(place.code)[0]),
    )
    return Shown(_invite(replace(asked, argument=place.code)).view, (above,))


def _poster(asked: Asked) -> Shown:
    place = _own_place(asked)
    sheet = attachments.poster(asked.partnership, asked.doors.links(place.code)[0], place.label)
    above = Letter(
        asked.texts.render(View(((say("A poster to print (A4, black and white)."),),)), asked.seat.language),
        attachment=sheet,
    )
    return Shown(_invite(replace(asked, argument=place.code)).view, (above,))


def _close(asked: Asked) -> Shown:
    """What closing does, before it is done."""
    if asked.wave.closed_at:
        return _closed_before(asked)
    turnout = partnerships.turnout(asked.tx, asked.wave.id)
    busy = turnout.started - turnout.completed
    recipients = coordinators.recipients(asked.tx, asked.partnership.id)
    reached = len(recipients) + len(coordinators.waiting_for_result(asked.tx, asked.wave.id))
    lines = [
        say("<b>Do you want to close round {wave}?</b>", wave=asked.wave.number),
        say_n("{count} person is finished.", "{count} people are finished.", turnout.completed),
        say_n("The result goes to {count} chat at once.", "The result goes to {count} chats at once.", reached),
        say("You cannot open this round again."),
    ]
    if busy:
        lines.insert(
            2,
            say_n(
                "{count} person is still busy. That person cannot finish any more.",
                "{count} people are still busy. They cannot finish any more.",
                busy,
            ),
        )
    rows = (
        (asked.button(say("Yes, close"), "close_yes", str(asked.wave.number)),),
        (asked.button(say("No, leave it open"), "home"),),
    )
    return Shown(View((tuple(lines),), rows))


def _close_yes(asked: Asked) -> Shown:
    """Close exactly the round that was asked about: an old button closes no later one."""
    if asked.argument != str(asked.wave.number) or not partnerships.close_wave(asked.tx, asked.wave.id, asked.now):
        return _closed_before(asked)
    closed = partnerships.last_wave(asked.tx, asked.partnership.id)
    results.announce_close(asked.tx, asked.texts, asked.partnership, closed, asked.now)
    return Shown(View(((say("Round {wave} is closed. The result is on its way.", wave=closed.number),),)))


def _closed_before(asked: Asked) -> Shown:
    line = (say("Round {wave} is closed already.", wave=asked.wave.number),)
    return Shown(View((line,), _menu(asked.partnership.id, is_open=asked.wave.closed_at is None)))


def _team(asked: Asked) -> Shown:
    seats = coordinators.team(asked.tx, asked.partnership.id)
    lines = (
        say_n("{count} coordinator", "{count} coordinators", seats.get("coordinator", 0)),
        say_n(
            "{count} person or group that only gets the summaries",
            "{count} people or groups that only get the summaries",
            seats.get("viewer", 0),
        ),
    )
    rows = (
        (asked.button(say("Link for a coordinator"), "link", "coordinator"),),
        (asked.button(say("Link for a reader or a group chat"), "link", "viewer"),),
        (asked.button(say("I want to stop as coordinator"), "leave"),),
        (asked.button(say("‹ Back"), "home"),),
    )
    return Shown(View(((say("<b>Team</b>"),), lines), rows))


def _link(asked: Asked) -> Shown:
    role = asked.argument if asked.argument in coordinators.ROLES else "viewer"
    code = coordinators.make_link(asked.tx, asked.partnership.id, role, asked.now)
    lines = [say("Send this link to one person. It works once, for 30 days.")]
    if role == "coordinator":
        lines.append(say("Whoever opens it can do everything that you can."))
    elif asked.doors.telegram:
        lines.append(say("For a group chat: add this bot to the group, and send this there:"))
        lines.append(verbatim(f"/start {code}"))
    return Shown(View((tuple(lines), _links(asked, code)), ((asked.button(say("‹ Back"), "team"),),)))


def _leave(asked: Asked) -> Shown:
    lines = [
        say("<b>Do you want to stop?</b>"),
        say("You get no more summaries of {partnership}.", partnership=asked.partnership.name),
    ]
    others = coordinators.team(asked.tx, asked.partnership.id).get("coordinator", 0) - 1
    if asked.seat.role == "coordinator" and not others:
        lines.append(say("You are the only coordinator. First send somebody else a link."))
    rows = ((asked.button(say("Yes, stop"), "left"),), (asked.button(say("No, go back"), "home"),))
    return Shown(View((tuple(lines),), rows))


def _left(asked: Asked) -> Shown:
    coordinators.leave(asked.tx, asked.seat.contact, asked.partnership.id)
    return Shown(View(((say("You get no more summaries of {partnership}.", partnership=asked.partnership.name),),)))


def _settings(asked: Asked) -> Shown:
    day, hour = _asked_moment(asked)
    days = (asked.button(name, "settings", f"d{number}", chosen=number == day) for number, name in enumerate(DAYS))
    hours = (asked.button(verbatim(f"{at}:00"), "settings", f"h{at}", chosen=at == hour) for at in HOURS)
    spoken = (
        asked.button(language(code), "language", code, chosen=code == asked.seat.language)
        for code in asked.texts.languages
    )
    lines = (
        say("When may the weekly summary come? ({timezone})", timezone=asked.partnership.timezone),
        say("Contact person: {contact}", contact=asked.partnership.contact or "–"),
        say("Organisation: {organisation}", organisation=asked.partnership.organisation or "–"),
        *_how_to_change(),
    )
    rows = (*in_rows(days), *in_rows(hours), *in_rows(spoken), (asked.button(say("‹ Back"), "home"),))
    return Shown(View(((say("<b>Settings</b>"),), lines), rows))


def _how_to_change() -> Paragraph:
    settings = command("settings")
    return (
        say("Change these? Type for example:"),
        say("/{settings} contact Fatima: 06 12 34 56 78", settings=settings),
        say("/{settings} organisation De Schakel", settings=settings),
        say("/{settings} timezone Europe/Amsterdam", settings=settings),
    )


def _change(asked: Asked) -> Shown:
    """A fact about the partnership, typed behind the command; whatever does not fit shows the settings again."""
    word, _, value = asked.argument.partition(" ")
    fact, tidy = FACTS.get(word.lower()), partnerships.tidy(value)
    if fact and len(tidy) <= partnerships.LONGEST[fact] and (fact != "timezone" or is_timezone(tidy)):
        partnerships.change(asked.tx, asked.partnership.id, fact, tidy)
        changed = partnerships.find(asked.tx, str(asked.partnership.id)) or asked.partnership
        return _settings(replace(asked, argument="-", seat=replace(asked.seat, partnership=changed)))
    view = _settings(replace(asked, argument="-")).view
    return Shown(View(((say("That did not work. Please look at the examples."),), *view.paragraphs), view.rows))


def _asked_moment(asked: Asked) -> tuple[int, int]:
    kind, number = asked.argument[:1], asked.argument[1:]
    value = int(number) if number.isascii() and number.isdigit() and len(number) <= 2 else -1
    if kind == "d" and value in range(len(DAYS)):
        coordinators.set_summary_moment(asked.tx, asked.partnership.id, day=value)
    if kind == "h" and value in HOURS:
        coordinators.set_summary_moment(asked.tx, asked.partnership.id, hour=value)
    return coordinators.summary_moment(asked.tx, asked.partnership.id)


def _language(asked: Asked) -> Shown:
    if asked.argument in asked.texts.languages:
        coordinators.set_language(asked.tx, asked.seat.contact, asked.argument)
        asked = replace(asked, seat=replace(asked.seat, language=asked.argument))
    return _settings(asked) if asked.seat.role == "coordinator" else _home(asked)


ACTIONS: dict[str, Callable[[Asked], Shown]] = {
    "home": _home,
    "summary": _summary,
    "status": _status,
    "invite": _invite,
    "places": _more_places,
    "place": _add_place,
    "named": lambda asked: named_place(asked, asked.argument),
    "qr": _qr,
    "poster": _poster,
    "close": _close,
    "close_yes": _close_yes,
    "team": _team,
    "link": _link,
    "leave": _leave,
    "left": _left,
    "settings": _settings,
    "language": _language,
    "change": _change,
}
