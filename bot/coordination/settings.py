"""Settings: when the summary comes, in which language, and the facts about a partnership."""

from dataclasses import replace

from bot.coordination.home import home
from bot.coordination.request import Actions, Asked, Shown
from bot.survey.calendar import is_timezone, rhythm
from bot.survey.conversation.views import Paragraph, View, in_rows
from bot.survey.phrases import command, language, say, verbatim
from bot.waves import LONGEST_NAME
from storage import coordinators, partnerships, waves

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
            return len(value) <= LONGEST_NAME
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
    return _settings(asked) if asked.seat.role == "coordinator" else home(asked)


ACTIONS: Actions = {
    "settings": _settings,
    "language": _language,
    "change": _change,
}
