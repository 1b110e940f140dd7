"""What a coordinator can ask for: a command or a button -> a query -> a letter, inside the same turn.

Every action names a partnership, and nothing happens before the seat of whoever asks is found in that partnership.
What reaches other people is shown first and done by a second button.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from bot.coordination import waves as steering
from bot.coordination.request import Asked, Shown, label_of, menu
from bot.coordination.turnout import status
from bot.letters import Doors, Letter
from bot.rendering import attachments
from bot.rendering.posters import unprintable
from bot.results import summaries as results
from bot.survey.calendar import is_timezone, rhythm, zone
from bot.survey.conversation.buttons import Coordinate
from bot.survey.conversation.views import Button, Paragraph, Row, View, in_rows
from bot.survey.phrases import Phrase, command, joined, language, say, say_n, verbatim
from bot.survey.scores import comparison
from bot.survey.scores import summary as summaries
from bot.survey.scores.summary import Summary
from bot.texts.texts import Texts
from storage import coordinators, partnerships, waves
from storage.coordinators import PlaceTurnout, Seat
from storage.engine.database import Tx

FOR_VIEWERS = ("home", "summary", "changes", "language", "leave", "left")
LONGEST_LABEL, MOST_PLACES, MOST_NAMED = 40, 24, 30
FACTS = {
    **dict.fromkeys(("contact", "contactpersoon"), "contact"),
    **dict.fromkeys(("organisation", "organisatie"), "organisation"),
    **dict.fromkeys(("timezone", "tijdzone"), "timezone"),
    **dict.fromkeys(("reminders", "herinneringen"), "reminders"),
    **dict.fromkeys(("round", "ronde"), "round"),
}
"""What a coordinator types -> the fact about the partnership."""
DAYS = (say("Monday"), say("Tuesday"), say("Wednesday"), say("Thursday"), say("Friday"))
HOURS = (8, 9, 10, 12, 14, 16)
PLACES = (say("Library"), say("Community centre"), say("Food bank"), say("School"), say("Doctor"), say("Shop"))


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


def welcome(seat: Seat, *, is_open: bool, with_buttons: bool) -> View:
    """After a coordinator link was opened."""
    name = seat.partnership.name
    if seat.role == "viewer":
        lines: Paragraph = (say("From now on the summaries of {partnership} come here.", partnership=name),)
        rows = ((Button(say("Summary"), Coordinate(seat.partnership.id, "summary")),),) if with_buttons else ()
        return View((lines,), rows)
    lines = (
        say("<b>You are now coordinator of {partnership}.</b>", partnership=name),
        say("You see how many people take part, and averages of {k} or more people.", k=seat.partnership.minimum_group),
        say("You are never shown what one person answered."),
        say(
            "You may take part yourself. Your answers are in the averages, but you do not count for the {k}.",
            k=seat.partnership.minimum_group,
        ),
    )
    first = say("Start with the invitation: a link, a QR code or a poster.")
    next_step = first if is_open else say("No round is open now. You open the next one with the button.")
    return View((lines, (next_step,)), menu(seat.partnership.id, is_open=is_open))


def _home(asked: Asked) -> Shown:
    """The beginning, and the answer to whatever is not understood."""
    turnout = partnerships.turnout(asked.tx, asked.wave.id)
    standing = joined(summaries.standing(turnout.started, turnout.completed, turnout.invited), " ")
    if asked.seat.role == "viewer":
        rows: tuple[Row, ...] = (
            (asked.button(say("Summary"), "summary"),),
            (asked.button(say("No more summaries"), "leave"),),
        )
    else:
        rows = asked.menu
    return Shown(View((asked.heading, (standing,), (say("What do you want to do?"),)), rows))


def _summary(asked: Asked) -> Shown:
    found = results.read_summary(asked.tx, asked.texts, asked.partnership, asked.wave, asked.now)
    rows = (*_look_back(asked, found), *asked.menu) if asked.seat.role == "coordinator" else ()
    above = (results.drawn(asked.texts, found, asked.seat.language),) if found.items else ()
    return Shown(View(summaries.paragraphs(found), rows), above)


def _look_back(asked: Asked, found: Summary) -> tuple[Row, ...]:
    if not (found.since and found.since.everyone):
        return ()
    return ((asked.button(say("What changed, statement by statement"), "changes", "1"),),)


def _changes(asked: Asked) -> Shown:
    """One part of the checklist, then and now."""
    found = results.read_summary(asked.tx, asked.texts, asked.partnership, asked.wave, asked.now)
    part = int(asked.argument) if asked.argument in {str(n) for n in asked.texts.checklist.parts.values()} else 1
    if not (found.since and found.since.everyone):
        return _summary(asked)
    parts = asked.texts.checklist.parts.values()
    others = (asked.button(say("Part {part}", part=n), "changes", str(n), chosen=n == part) for n in parts)
    return Shown(View(comparison.by_item(found.checklist, found.since, part), (*in_rows(others), asked.back)))


def _invite(asked: Asked) -> Shown:
    """The link of one place; the general one to begin with."""
    places = coordinators.places(asked.tx, asked.partnership.id, asked.wave.id)
    place = next((one for one in places if one.code == asked.argument), places[0])
    lines = (say("<b>Invite people: {place}</b>", place=label_of(place)), *_what_opening_does(asked))
    other = (asked.button(label_of(one), "invite", one.code, chosen=one == place) for one in places)
    rows = (
        (asked.button(say("QR code"), "qr", place.code), asked.button(say("Poster (A4)"), "poster", place.code)),
        *(in_rows(other, 2) if len(places) > 1 else ()),
        (asked.button(say("A link for one more place"), "places"),),
        (asked.button(say("‹ Back"), "home"),),
    )
    return Shown(View((lines, _links(asked, place.code)), rows))


def _what_opening_does(asked: Asked) -> Paragraph:
    if asked.wave.closed_at is None:
        return (say("Everybody who opens this link can take part. Share it, or hang up the poster."),)
    closed = say("No round is open now. Whoever opens this link reads that, and cannot take part yet.")
    if (plan := waves.plan(asked.tx, asked.partnership.id)).confirmed and plan.opens_at:
        there = plan.opens_at.astimezone(zone(asked.partnership.timezone))
        return (closed, say("Round {wave} opens on {moment}.", wave=asked.wave.number + 1, moment=there))
    return (closed, say("First open a next round, with the button in the menu."))


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
        asked.texts.render(View((_what_it_is_for(asked, place),)), asked.seat.language),
        attachment=attachments.qr(asked.doors.links(place.code)[0]),
    )
    return Shown(_invite(replace(asked, argument=place.code)).view, (above,))


def _what_it_is_for(asked: Asked, place: PlaceTurnout) -> Paragraph:
    name = asked.partnership.name
    scan = say("Scan this code to take part in {partnership}.", partnership=name)
    return (scan, verbatim(place.label)) if place.label else (scan,)


def _poster(asked: Asked) -> Shown:
    place = _own_place(asked)
    sheet = attachments.poster(asked.partnership, asked.doors.links(place.code)[0], place.label)
    told = (say("A poster to print (A4, black and white)."), *_not_on_the_poster(asked, place))
    above = Letter(asked.texts.render(View((told,)), asked.seat.language), attachment=sheet)
    return Shown(_invite(replace(asked, argument=place.code)).view, (above,))


def _not_on_the_poster(asked: Asked, place: PlaceTurnout) -> Paragraph:
    if not (letters := unprintable(asked.partnership, place.label)):
        return ()
    named = " ".join((*letters[:MOST_NAMED], *(["…"] if len(letters) > MOST_NAMED else [])))
    return (
        say("I cannot print these letters. They are not on the poster: {letters}", letters=named),
        say("Write them on it by hand."),
    )


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
    lost = coordinators.lost(asked.tx, asked.partnership.id)
    rows = (
        *(((asked.button(say("Send them the summary again"), "again"),),) if lost else ()),
        (asked.button(say("Link for a coordinator"), "link", "coordinator"),),
        (asked.button(say("Link for a reader or a group chat"), "link", "viewer"),),
        (asked.button(say("I want to stop as coordinator"), "leave"),),
        (asked.button(say("‹ Back"), "home"),),
    )
    return Shown(View(((say("<b>Team</b>"),), lines, *((_cannot_be_reached(lost),) if lost else ())), rows))


def _cannot_be_reached(lost: Sequence[int]) -> Paragraph:
    return (
        say_n(
            "I cannot write to {count} of them: somebody who blocked me, or a group or topic where I may not write.",
            "I cannot write to {count} of them: people who blocked me, or groups or topics where I may not write.",
            len(lost),
        ),
        say("Is that solved? Then send them the summary again."),
    )


def _send_again(asked: Asked) -> Shown:
    """Whom it does not reach, is among those who cannot be reached again within a minute."""
    results.send_again(asked.tx, asked.texts, asked.partnership, asked.wave, asked.now)
    sent = (say("I try to send the summary again. Look here in a minute to see whether it worked."),)
    view = _team(asked).view
    return Shown(View((sent, *view.paragraphs), view.rows))


def _link(asked: Asked) -> Shown:
    role = asked.argument if asked.argument in coordinators.ROLES else "viewer"
    code = coordinators.make_link(asked.tx, asked.partnership.id, role, asked.now)
    lines = [say("Send this link to one person. It works once, for 30 days.")]
    if role == "coordinator":
        lines.append(say("Whoever opens it can do everything that you can."))
    elif asked.doors.telegram:
        lines.append(say("For a group chat: add this bot to the group, and send this there:"))
        lines.append(verbatim(f"/start@{_name_of_bot(asked)} {code}"))
    return Shown(View((tuple(lines), _links(asked, code)), ((asked.button(say("‹ Back"), "team"),),)))


def _name_of_bot(asked: Asked) -> str:
    """In a group with several bots a command must say whom it is for."""
    return urlsplit(asked.doors.telegram).path.strip("/")


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
        say("When do you want the weekly summary? ({timezone})", timezone=asked.partnership.timezone),
        say("Contact person: {contact}", contact=asked.partnership.contact or "–"),
        say("Organisation: {organisation}", organisation=asked.partnership.organisation or "–"),
        say("This round is called: {name}", name=asked.wave.name or "–"),
        say(
            "Reminders: after {first} and {second} days of silence",
            first=asked.partnership.remind_after,
            second=asked.partnership.remind_again,
        ),
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
        say("/{settings} round after phase 1", settings=settings),
        say("/{settings} reminders 2 5", settings=settings),
    )


def _change(asked: Asked) -> Shown:
    """A fact about the partnership, typed behind the command; whatever does not fit shows the settings again."""
    word, _, value = asked.argument.partition(" ")
    fact, tidy = FACTS.get(word.lower()), partnerships.tidy(value)
    if fact and _fits(fact, tidy):
        _keep(asked, fact, tidy)
        changed = partnerships.find(asked.tx, str(asked.partnership.id)) or asked.partnership
        wave = partnerships.last_wave(asked.tx, changed.id)
        return _settings(replace(asked, argument="-", wave=wave, seat=replace(asked.seat, partnership=changed)))
    view = _settings(replace(asked, argument="-")).view
    return Shown(View(((say("That did not work. Please look at the examples."),), *view.paragraphs), view.rows))


def _fits(fact: str, value: str) -> bool:
    match fact:
        case "reminders":
            return rhythm(value) is not None
        case "round":
            return len(value) <= steering.LONGEST_NAME
        case _:
            return len(value) <= partnerships.LONGEST[fact] and (fact != "timezone" or is_timezone(value))


def _keep(asked: Asked, fact: str, value: str) -> None:
    if fact == "round":
        waves.rename(asked.tx, asked.wave.id, value)
    elif fact == "reminders" and (days := rhythm(value)):
        partnerships.set_rhythm(asked.tx, asked.partnership.id, *days)
    else:
        partnerships.change(asked.tx, asked.partnership.id, fact, value)


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
    "changes": _changes,
    "status": status,
    "invite": _invite,
    "places": _more_places,
    "place": _add_place,
    "named": lambda asked: named_place(asked, asked.argument),
    "qr": _qr,
    "poster": _poster,
    **steering.ACTIONS,
    "team": _team,
    "again": _send_again,
    "link": _link,
    "leave": _leave,
    "left": _left,
    "settings": _settings,
    "language": _language,
    "change": _change,
}
