"""Settings: when the summary comes, in which language, and the facts about a partnership."""

from collections.abc import Mapping
from dataclasses import replace

from bot.coordination import languages as offered
from bot.coordination import recordings
from bot.coordination.home import home
from bot.coordination.request import RIGHT, Asked, action, too_long
from bot.survey.calendar import is_timezone, timezones
from bot.survey.conversation.open_question import QUESTION
from bot.survey.conversation.views import Field, Paragraph, View, in_rows
from bot.survey.phrases import Phrase, command, language, say, verbatim
from bot.survey.reminders import MOST_SILENCE, rhythm
from bot.texts.typed_words import begun_with, meant
from bot.waves import LONGEST_NAME
from storage import coordinators, partnerships, waves

FACTS: Mapping[str, tuple[Phrase, ...]] = {
    "contact": (say("contact"), say("Contact person")),
    "organisation": (say("organisation"),),
    "timezone": (say("timezone"), say("Time zone")),
    "round": (say("round"),),
    "reminders": (say("reminders"),),
    "open_question": (say("question"),),
    "pictograms": (say("pictograms"),),
}
"""The facts about a partnership, each with what a coordinator types to change it; the first is what examples say."""
ON_OFF = {"1": (say("on"),), "0": (say("off"),)}
EXAMPLES = {
    "contact": verbatim("Fatima: 06 12 34 56 78"),
    "organisation": verbatim("De Schakel"),
    "timezone": verbatim("Europe/Amsterdam"),
    "round": say("after phase 1"),
    "reminders": verbatim("2 5"),
    "open_question": say("on"),
    "pictograms": say("off"),
}
WEEKDAYS = (say("Monday"), say("Tuesday"), say("Wednesday"), say("Thursday"), say("Friday"))
DAYS = {f"d{number}": name for number, name in enumerate(WEEKDAYS)}
HOURS = {f"h{hour}": verbatim(f"{hour}:00") for hour in (8, 9, 10, 12, 14, 16)}
QUESTIONS = {"q0": say("No open question"), "q1": say("Ask an open question")}
PICTOGRAMS = {"p0": say("No pictograms"), "p1": say("Show pictograms")}
CHOICES: Mapping[str, Mapping[str, Phrase]] = {
    "summary_day": DAYS,
    "summary_hour": HOURS,
    "open_question": QUESTIONS,
    "pictograms": PICTOGRAMS,
}
SWITCHES = ("open_question", "pictograms")
CHOOSE = say("Choose one from the list.")
ABOUT_PICTOGRAMS = say(
    "They are small drawings beside the parts and the answers. You see them on the page and in pictures."
)
IN_USE = say("People are in this round already, and everybody is asked the same. You can change it after this round.")


@action("settings")
def _settings(asked: Asked) -> View:
    """As they are; a button may have chosen one of them just now."""
    chosen = {fact: asked.argument[1:] for fact, codes in CHOICES.items() if asked.argument in codes}
    wrong = _all_wrong(asked, chosen)
    if chosen and not wrong:
        _keep(asked, chosen)
    return _page(asked.anew).under(*wrong.values())


def _page(asked: Asked, wrong: Mapping[str, Phrase] = RIGHT) -> View:
    languages = {code: language(code) for code in dict.fromkeys((*asked.languages, asked.seat.language))}
    row, title = asked.choices("language", languages, asked.seat.language), (say("<b>Settings</b>"),)
    form = asked.form(asked.at("change"), say("Save"), _fields(asked), wrong)
    below = ((asked.button(say("Record the lines"), "recordings"),), asked.back())
    if form:
        return View((title, (recordings.told(asked),)), (tuple(row), *below), form, asked.at("settings"))
    ours, (day, hour) = asked.partnership, coordinators.summary_moment(asked.tx, asked.partnership.id)
    now = {"summary_day": f"d{day}", "summary_hour": f"h{hour}"}
    now |= {"open_question": f"q{int(ours.open_question)}", "pictograms": f"p{int(ours.pictograms)}"}
    lists = (*(asked.choices("settings", codes, now[fact]) for fact, codes in CHOICES.items()), row)
    rows = (
        *(row for buttons in lists for row in in_rows(buttons)),
        *in_rows(offered.buttons(asked), 2),
        *below,
    )
    return View((title, _lines(asked)), rows)


def _lines(asked: Asked) -> Paragraph:
    ours = asked.partnership
    first, second = ours.remind_after, ours.remind_again
    return (
        say("When do you want the weekly summary? ({timezone})", timezone=ours.timezone),
        say("Contact person: {contact}", contact=ours.contact or "–"),
        say("Organisation: {organisation}", organisation=ours.organisation or "–"),
        say("This round is called: {name}", name=asked.wave.name or "–"),
        say("Reminders: after {first} and {second} days of silence", first=first, second=second),
        say("Open question at the end: {state}", state=say("on") if ours.open_question else say("off")),
        _about_the_question(asked),
        say("Pictograms: {state}", state=say("on") if ours.pictograms else say("off")),
        ABOUT_PICTOGRAMS,
        offered.line(asked),
        *filter(None, (offered.drafts(asked),)),
        recordings.told(asked),
        *_how_to_change(),
    )


def _about_the_question(asked: Asked) -> Phrase:
    return say(
        "“{question}” You read what people wrote after the round, if {k} or more people wrote something.",
        question=QUESTION,
        k=asked.partnership.minimum_group,
    )


def _fields(asked: Asked) -> tuple[Field[Phrase], ...]:
    ours, (day, hour) = asked.partnership, coordinators.summary_moment(asked.tx, asked.partnership.id)
    return (
        Field("contact", say("Contact person"), ours.contact, hint=say("Whom can people call? A name and a number.")),
        Field("organisation", say("Organisation"), ours.organisation),
        Field(
            "round",
            say("Name of this round"),
            asked.wave.name,
            hint=say("Do you leave this empty? Then the round only has a number."),
        ),
        Field(
            "reminders",
            say("Reminders: after how many days of silence?"),
            f"{ours.remind_after} {ours.remind_again}",
            hint=say("Two numbers, such as 2 5. The second is the higher one."),
        ),
        _choice("summary_day", say("On which day does the weekly summary come?"), _numbered(DAYS), day),
        _choice("summary_hour", say("At what time?"), _numbered(HOURS), hour),
        replace(
            _choice("open_question", say("Open question at the end"), _numbered(QUESTIONS), int(ours.open_question)),
            hint=_about_the_question(asked),
        ),
        replace(
            _choice("pictograms", say("Pictograms"), _numbered(PICTOGRAMS), int(ours.pictograms)),
            hint=ABOUT_PICTOGRAMS,
        ),
        *offered.fields(asked),
        _choice("timezone", say("Time zone"), {name: verbatim(name) for name in timezones()}, ours.timezone),
    )


def _choice(name: str, label: Phrase, choices: Mapping[str, Phrase], kept: object) -> Field[Phrase]:
    """What was chosen elsewhere, and is none of these, can stay."""
    every = choices if str(kept) in choices else {str(kept): verbatim(kept), **choices}
    return Field(name, label, str(kept), "choice", choices=tuple(every.items()))


def _numbered(choices: Mapping[str, Phrase]) -> dict[str, Phrase]:
    """By the number behind the letter that stands in the button."""
    return {code[1:]: label for code, label in choices.items()}


def _how_to_change() -> Paragraph:
    return (
        say("Change these? Type for example:"),
        *(
            say("/{settings} {fact} {value}", settings=command("settings"), fact=FACTS[fact][0], value=value)
            for fact, value in EXAMPLES.items()
        ),
    )


@action("change")
def _change(asked: Asked) -> View:
    """Facts about the partnership, filled in, or one that is typed behind the command. As long as one of them does not
    fit, nothing is changed."""
    given, ours = asked.filled or _typed(asked), {*FACTS, *CHOICES}
    facts = {
        fact: partnerships.tidy(value)
        for fact, value in given.items()
        if fact in ours or fact.startswith(offered.OFFERS)
    }
    wrong = _all_wrong(asked, facts)
    if IN_USE in wrong.values() and not asked.channel.has_fields:
        return _page(asked).under(IN_USE)
    if (wrong or not facts) and not asked.channel.has_fields:
        return _page(asked).under(say("That did not work. Please look at the examples."))
    if wrong:
        return _page(asked, wrong)
    _keep(asked, facts)
    return _page(asked.anew)


def _typed(asked: Asked) -> dict[str, str]:
    fact, value = begun_with(asked.texts, asked.argument, FACTS)
    if fact in SWITCHES:
        value = meant(asked.texts, value, ON_OFF) or value
    return {fact: value} if fact else {}


def _all_wrong(asked: Asked, facts: Mapping[str, str]) -> dict[str, Phrase]:
    return {fact: why for fact, value in facts.items() if (why := _wrong_with(asked, fact, value))}


def _wrong_with(asked: Asked, fact: str, value: str) -> Phrase | None:
    match fact:
        case "open_question" if value in _numbered(QUESTIONS):
            return None if _may_ask(asked, bool(int(value))) else IN_USE
        case "reminders":
            return (
                None
                if rhythm(value)
                else say(
                    "Write two numbers from 1 to {most}, such as 2 5. The second is the higher one.", most=MOST_SILENCE
                )
            )
        case _ if fact.startswith(offered.OFFERS):
            return CHOOSE if offered.wrong_with(asked, fact, value) else None
        case "timezone":
            return None if is_timezone(value) else CHOOSE
        case _ if fact in CHOICES:
            return None if value in _numbered(CHOICES[fact]) else CHOOSE
        case _:
            return too_long(len(value), LONGEST_NAME if fact == "round" else partnerships.LONGEST[fact])


def _may_ask(asked: Asked, asks: bool) -> bool:
    """Everybody in a wave is asked the same, and has agreed to it: once somebody is in it, that stays as it is."""
    is_kept = asks == asked.partnership.open_question
    return is_kept or not asked.is_open or waves.is_empty(asked.tx, asked.wave.id)


def _keep(asked: Asked, facts: Mapping[str, str]) -> None:
    ours: dict[str, str | int] = {fact: value for fact, value in facts.items() if fact in partnerships.LONGEST}
    ours |= {fact: int(facts[fact]) for fact in ("summary_day", "summary_hour", "pictograms") if fact in facts}
    if days := rhythm(facts.get("reminders", "")):
        ours |= {"remind_after": days[0], "remind_again": days[1]}
    if ours:
        partnerships.change(asked.tx, asked.partnership.id, asked.now, **ours)
    offered.offer(asked, facts)
    if "round" in facts:
        waves.rename(asked.tx, asked.wave.id, facts["round"])
    if "open_question" in facts:
        asks = bool(int(facts["open_question"]))
        waves.ask_open_question(asked.tx, asked.partnership.id, asked.wave, asked.now, asks=asks)


@action("offer")
def _offer(asked: Asked) -> View:
    """A button that takes a language in or out."""
    code, _, value = asked.argument.partition(".")
    fact = f"{offered.OFFERS}{code}"
    if not offered.wrong_with(asked, fact, value):
        offered.offer(asked, {fact: value})
    return _page(asked.anew)


@action("language", for_viewers=True)
def _language(asked: Asked) -> View:
    if asked.argument in asked.languages:
        coordinators.set_language(asked.tx, asked.seat.contact, asked.argument)
        asked = replace(asked, seat=replace(asked.seat, language=asked.argument))
    return _page(asked) if asked.seat.role == "coordinator" else home(asked)
