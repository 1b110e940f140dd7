"""Settings: when the summary comes, in which language, and the facts about a partnership."""

from dataclasses import replace

from bot.coordination.home import home
from bot.coordination.request import Asked, action
from bot.survey.calendar import is_timezone
from bot.survey.conversation.views import Paragraph, View, in_rows
from bot.survey.phrases import command, language, say, verbatim
from bot.survey.reminders import rhythm
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
WEEKDAYS = (say("Monday"), say("Tuesday"), say("Wednesday"), say("Thursday"), say("Friday"))
DAYS = {f"d{number}": name for number, name in enumerate(WEEKDAYS)}
HOURS = {f"h{hour}": verbatim(f"{hour}:00") for hour in (8, 9, 10, 12, 14, 16)}


@action("settings")
def _settings(asked: Asked) -> View:
    """When the summary comes, as a button may have chosen it just now."""
    if asked.argument in (*DAYS, *HOURS):
        fact = "summary_day" if asked.argument in DAYS else "summary_hour"
        partnerships.change(asked.tx, asked.partnership.id, **{fact: int(asked.argument[1:])})
    return _page(asked)


def _page(asked: Asked) -> View:
    day, hour = coordinators.summary_moment(asked.tx, asked.partnership.id)
    languages = {code: language(code) for code in asked.texts.languages}
    lists = (
        asked.choices("settings", DAYS, f"d{day}"),
        asked.choices("settings", HOURS, f"h{hour}"),
        asked.choices("language", languages, asked.seat.language),
    )
    ours = asked.partnership
    first, second = ours.remind_after, ours.remind_again
    lines = (
        say("When do you want the weekly summary? ({timezone})", timezone=ours.timezone),
        say("Contact person: {contact}", contact=ours.contact or "–"),
        say("Organisation: {organisation}", organisation=ours.organisation or "–"),
        say("This round is called: {name}", name=asked.wave.name or "–"),
        say("Reminders: after {first} and {second} days of silence", first=first, second=second),
        *_how_to_change(),
    )
    rows = (*(row for buttons in lists for row in in_rows(buttons)), asked.back())
    return View(((say("<b>Settings</b>"),), lines), rows)


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


@action("change")
def _change(asked: Asked) -> View:
    """A fact about the partnership, typed behind the command; whatever does not fit shows the settings again."""
    word, _, value = asked.argument.partition(" ")
    fact, tidy = FACTS.get(word.lower()), partnerships.tidy(value)
    if fact and _fits(fact, tidy):
        _keep(asked, fact, tidy)
        return _page(asked.anew)
    return _page(asked).under(say("That did not work. Please look at the examples."))


def _fits(fact: str, value: str) -> bool:
    if fact == "reminders":
        return rhythm(value) is not None
    most = LONGEST_NAME if fact == "round" else partnerships.LONGEST[fact]
    return len(value) <= most and (fact != "timezone" or is_timezone(value))


def _keep(asked: Asked, fact: str, value: str) -> None:
    if fact == "round":
        waves.rename(asked.tx, asked.wave.id, value)
    elif fact == "reminders" and (days := rhythm(value)):
        partnerships.change(asked.tx, asked.partnership.id, remind_after=days[0], remind_again=days[1])
    else:
        partnerships.change(asked.tx, asked.partnership.id, **{fact: value})


@action("language", for_viewers=True)
def _language(asked: Asked) -> View:
    if asked.argument in asked.texts.languages:
        coordinators.set_language(asked.tx, asked.seat.contact, asked.argument)
        asked = replace(asked, seat=replace(asked.seat, language=asked.argument))
    return _page(asked) if asked.seat.role == "coordinator" else home(asked)
