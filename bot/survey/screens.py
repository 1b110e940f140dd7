"""The table of screens: what each place of the conversation shows a respondent.

The same dialogue, place and time always give the same view.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.survey import scoring
from bot.survey.buttons import (
    ChooseGroup,
    ChooseMoment,
    ChooseOption,
    Erase,
    Finish,
    Go,
    Place,
    Press,
    Resume,
    Screen,
    Switch,
    WantResult,
)
from bot.survey.calendar import moments
from bot.survey.checklist import Dimension, Item
from bot.survey.dialogue import Dialogue
from bot.survey.door import contact, terms
from bot.survey.phrases import command, joined, language, say, say_n, verbatim
from bot.survey.views import Button, Paragraph, Row, View, in_rows

GROUP_LABELS = {
    "resident": say("Resident or volunteer"),
    "professional": say("I work here (professional)"),
    "other": say("Other"),
    "withheld": say("I would rather not say"),
}


def view(dialogue: Dialogue, place: Place, now: datetime) -> View:
    """What a respondent sees at this place."""
    return SCREENS[place.screen](dialogue, place.number, now)


def _group(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    return View(
        (
            (say("Nice that you take part!"),),
            (say("<b>How do you take part in {partnership}?</b>", partnership=dialogue.partnership.name),),
            (say("We ask this once."),),
        ),
        (
            *((Button(label, ChooseGroup(dialogue.response, key)),) for key, label in GROUP_LABELS.items()),
            *_languages(dialogue, Place(Screen.GROUP)),
        ),
    )


def _item(dialogue: Dialogue, number: int, _now: datetime) -> View:
    item = dialogue.checklist.items[number]
    hint = (say("💡 {hint}", hint=item.hint),) if item.hint else ()
    return View(
        (
            *_encouragement(dialogue, item),
            _where(dialogue, item),
            (say("<b>{statement}</b>", statement=item.statement),),
            (say("In other words:\n{plain}", plain=item.plain), *hint),
        ),
        (*_options(dialogue, number), *_steering(dialogue, number)),
    )


def _encouragement(dialogue: Dialogue, item: Item) -> tuple[Paragraph, ...]:
    """A line on the first statement of a part, for whoever has just finished the parts before it."""
    part = dialogue.checklist.part_of(item.number)
    first = dialogue.checklist.dimensions[part - 1].items[0]
    if item.number != first or part == 1 or item.number in dialogue.answers:
        return ()
    left = len(dialogue.checklist.items) - len(dialogue.answers)
    done = say("Well done: part {part} is finished.", part=part - 1)
    return ((joined((done, say_n("{count} statement to go.", "{count} statements to go.", left)), " "),),)


def _where(dialogue: Dialogue, item: Item) -> Paragraph:
    part = dialogue.checklist.part_of(item.number)
    which = (verbatim(dialogue.partnership.name),) if dialogue.others else ()
    return (
        *which,
        say(
            "Part {part} of {parts} · {dimension}",
            part=part,
            parts=len(dialogue.checklist.dimensions),
            dimension=dialogue.checklist.dimensions[part - 1].plain,
        ),
        say("Statement {number} of {count}", number=item.number, count=len(dialogue.checklist.items)),
    )


def _options(dialogue: Dialogue, number: int) -> tuple[Row, ...]:
    chosen = dialogue.answers.get(number)
    return tuple(
        (Button(option.label, ChooseOption(dialogue.response, number, key), key == chosen),)
        for key, option in dialogue.checklist.options.items()
    )


def _steering(dialogue: Dialogue, number: int) -> tuple[Row, ...]:
    response = dialogue.response
    back = (Button(say("‹ Back"), Go(response, Place(Screen.ITEM, number - 1))),) if number > 1 else ()
    pause = Button(say("Pause"), Go(response, Place(Screen.PAUSE)))
    if number not in dialogue.answers:
        return in_rows((*back, pause, *_language_buttons(dialogue, Place(Screen.ITEM, number))))
    forward = Button(say("Next ›"), _forward(dialogue, number))
    return ((*back, forward), *in_rows((pause, *_language_buttons(dialogue, Place(Screen.ITEM, number)))))


def _forward(dialogue: Dialogue, number: int) -> Press:
    if dialogue.next_item is None:
        return Go(dialogue.response, Place(Screen.PART, dialogue.checklist.part_of(number)))
    return Go(dialogue.response, Place(Screen.ITEM, number + 1))


def _pause(dialogue: Dialogue, _number: int, now: datetime) -> View:
    if dialogue.is_silent:
        return _pause_on_a_page(dialogue, Place(Screen.PAUSE))
    labels = {
        "evening": say("This evening 19:00"),
        "tomorrow": say("Tomorrow 09:00"),
        "week": say("In a week"),
    }
    choices = [*moments(now, dialogue.partnership.timezone), "none"]
    labels["none"] = say("No message")
    return View(
        (
            (say("You take a break. Your answers are saved."),),
            (say("<b>When may I send you a message?</b>"),),
        ),
        (
            *in_rows((Button(labels[key], ChooseMoment(dialogue.response, key)) for key in choices), 2),
            (_go_on(dialogue),),
            *_languages(dialogue, Place(Screen.PAUSE)),
        ),
    )


def _pause_on_a_page(dialogue: Dialogue, place: Place) -> View:
    return View(
        (
            (say("You take a break. Your answers are saved."),),
            (
                say("In the browser you get no reminders."),
                say("Keep your own link. With it you go on whenever you like, on every phone."),
            ),
        ),
        ((_go_on(dialogue),), *_languages(dialogue, place)),
    )


def _paused(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    if dialogue.is_silent:
        return _pause_on_a_page(dialogue, Place(Screen.PAUSED))
    when = say("You get no message from me.")
    if dialogue.remind_at:
        when = say(
            "I will send you a message on {moment}.",
            moment=dialogue.remind_at.astimezone(ZoneInfo(dialogue.partnership.timezone)),
        )
    return View(
        (
            (say("Your answers are saved."), when),
            (say("You can go on whenever you like, here in this chat."),),
        ),
        ((_go_on(dialogue),), *_languages(dialogue, Place(Screen.PAUSED))),
    )


def _review(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    parts = [
        Button(say("Part {part}", part=part), Go(dialogue.response, Place(Screen.PART, part)))
        for part in dialogue.checklist.parts.values()
    ]
    return View(
        (
            (say("<b>You answered all statements.</b>"),),
            (say("Here are your answers. Do you want to change something? Choose a part."),),
            *(_part_line(dialogue, part, d) for part, d in enumerate(dialogue.checklist.dimensions, 1)),
            (say("Is it good like this? Then tap Done. After that you cannot change your answers any more."),),
        ),
        (
            *in_rows(parts),
            (Button(say("Done"), Finish(dialogue.response)),),
            *_languages(dialogue, Place(Screen.REVIEW)),
        ),
    )


def _part_line(dialogue: Dialogue, part: int, dimension: Dimension) -> Paragraph:
    chosen = Counter(dialogue.answers[item] for item in dimension.items)
    options = dialogue.checklist.options.items()
    counts = [
        say("{count} × {option}", count=chosen[key], option=option.label) for key, option in options if chosen[key]
    ]
    return (say("Part {part} · {dimension}", part=part, dimension=dimension.plain), joined(counts))


def _part(dialogue: Dialogue, number: int, _now: datetime) -> View:
    dimension = dialogue.checklist.dimensions[number - 1]
    items = [dialogue.checklist.items[item] for item in dimension.items]
    lines = (
        (
            say("{number}. {plain}", number=item.number, plain=item.plain),
            say("→ <b>{option}</b>", option=dialogue.checklist.options[dialogue.answers[item.number]].label),
        )
        for item in items
    )
    change = (Button(verbatim(item.number), Go(dialogue.response, Place(Screen.ITEM, item.number))) for item in items)
    return View(
        (
            (say("<b>Part {part} · {dimension}</b>", part=number, dimension=dimension.plain),),
            *lines,
            (say("Which answer do you want to change? Choose its number."),),
        ),
        (
            *in_rows(change, 4),
            (Button(say("‹ Back to all parts"), Go(dialogue.response, Place(Screen.REVIEW))),),
            *_languages(dialogue, Place(Screen.PART, number)),
        ),
    )


def _thanks(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    own = scoring.profile(dialogue.checklist, dialogue.answers)
    bars = tuple(
        say(
            "{dimension}: <b>{score}</b>",
            dimension=dimension.plain,
            score=own.dimensions[dimension.key].shown,
        )
        if dimension.key in own.dimensions
        else say("{dimension}: no score", dimension=dimension.plain)
        for dimension in dialogue.checklist.dimensions
    )
    return View(
        (
            (say("<b>Thank you! Your answers count.</b>"),),
            (say("This is how you see the collaboration yourself, from 0 to 100:"),),
            bars,
            (
                say("When this round closes, the partnership talks about the result of the whole group.")
                if dialogue.wave_open
                else say("This round is closed. The partnership talks about the result of the whole group."),
                say("The coordinator never sees your own answers."),
            ),
            *_result_on_a_page(dialogue),
        ),
        (*_group_result(dialogue), *_own_data(dialogue), *_languages(dialogue, Place(Screen.THANKS))),
    )


def _result_on_a_page(dialogue: Dialogue) -> tuple[Paragraph, ...]:
    if not (dialogue.is_silent and dialogue.wants_result and dialogue.wave_open):
        return ()
    return ((say("Open your own link when the round is closed. Then you see the group result here."),),)


def _group_result(dialogue: Dialogue) -> tuple[Row, ...]:
    """It is sent at closing, so afterwards it cannot be asked for any more."""
    if not dialogue.wave_open:
        return ()
    wanted = dialogue.wants_result
    label = say("Show me the group result") if dialogue.is_silent else say("Send me the group result")
    return ((Button(label, WantResult(dialogue.response, int(not wanted)), wanted),),)


def _closed(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    return View(
        (
            (
                say("This round of {partnership} is closed.", partnership=dialogue.partnership.name),
                say("You did not finish it. Your answers are kept, but they do not count in the result."),
            ),
            (
                say("Open your own link again later. You see it here when there is a new round.")
                if dialogue.is_silent
                else say("You hear from us when there is a new round."),
            ),
        ),
        (*_own_data(dialogue), *_languages(dialogue, Place(Screen.CLOSED))),
    )


def _language(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    return View(
        ((say("Which language do you want?"),),),
        tuple(
            (Button(language(code), Switch(dialogue.response, code, dialogue.here), code == dialogue.language),)
            for code in dialogue.languages
        ),
    )


def _help(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    return View(
        (
            (say("<b>Help</b>"),),
            (
                say("You see one statement at a time. Tap the answer that fits best."),
                say("There are no wrong answers."),
                say("Every answer is saved at once. You can stop and go on later."),
            ),
            (
                say("/{name} – go on with the statements", name=command("continue")),
                say("/{name} – choose another language", name=command("language")),
                say("/{name} – see your own answers", name=command("mydata")),
                say("/{name} – delete all your answers", name=command("erase")),
                say("/{name} – no more messages from me", name=command("stop")),
                say("/{name} – what happens with your answers", name=command("privacy")),
            ),
            (contact(dialogue.partnership),),
        ),
        ((_go_on(dialogue),), *_languages(dialogue, Place(Screen.HELP))),
    )


def _privacy(dialogue: Dialogue, _number: int, now: datetime) -> View:
    return View(
        (
            (say("<b>What happens with your answers</b>"),),
            terms(dialogue.partnership, dialogue.channel, now),
            (
                say(
                    "• We do not keep your name or your phone number. "
                    "Your own link is encrypted: nobody can read it without the key."
                )
                if dialogue.is_silent
                else say(
                    "• We do not keep your name or your phone number. "
                    "The number of this chat is encrypted: nobody can read it without the key."
                ),
                say("• We do not keep what you type."),
                say("• Averages that were shown before you delete your answers cannot be taken back."),
            ),
            (contact(dialogue.partnership),),
        ),
        ((_go_on(dialogue),), *_languages(dialogue, Place(Screen.PRIVACY))),
    )


def _my_data(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    group = GROUP_LABELS[dialogue.group] if dialogue.group else say("not chosen yet")
    answers = tuple(
        say("{number}: {option}", number=item, option=dialogue.checklist.options[option].label)
        for item, option in sorted(dialogue.answers.items())
    )
    return View(
        (
            (say("<b>This is what we keep about you</b>"),),
            (
                say("Partnership: {name}", name=dialogue.partnership.name),
                say("Language: {language}", language=language(dialogue.language)),
                say("You take part as: {group}", group=group),
                *_reached_by(dialogue),
            ),
            (say("Your answers:"), *(answers or (say("none yet"),))),
            (say("You find everything in the file as well. You can keep it."),),
        ),
        (
            (Button(say("Delete my answers"), Go(dialogue.response, Place(Screen.ERASE))),),
            (_go_on(dialogue),),
            *_languages(dialogue, Place(Screen.MY_DATA)),
        ),
    )


def _reached_by(dialogue: Dialogue) -> Paragraph:
    if dialogue.is_silent:
        return (say("Your own link, encrypted. Without it we cannot find your answers."),)
    messages = say("off") if dialogue.stopped or not dialogue.reminders else say("on")
    return (
        say("Reminders: {state}", state=messages),
        say("The number of this chat, encrypted. Without it we cannot write to you."),
    )


def _erase(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    return View(
        (
            (say("<b>Do you want to delete everything?</b>"),),
            (
                say("We delete all your answers, in every round and every partnership. We cannot get them back."),
                say("Averages that were already shown stay. And Telegram keeps this chat, until you delete it.")
                if dialogue.channel == "telegram"
                else say("Averages that were already shown stay."),
            ),
        ),
        (
            (Button(say("Yes, delete everything"), Erase(dialogue.response)),),
            (Button(say("No, keep my answers"), Resume(dialogue.response)),),
            *_languages(dialogue, Place(Screen.ERASE)),
        ),
    )


def _erased(_dialogue: Dialogue, _number: int, _now: datetime) -> View:
    return erased()


def erased() -> View:
    return View(
        (
            (
                say("<b>Everything is deleted.</b>"),
                say("We keep nothing about you any more, and we will not write to you again."),
            ),
            (say("Do you want to take part later? Open the link of your partnership again."),),
        )
    )


def _stopped(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    return View(
        (
            (
                say("Good. You get no more messages that you do not ask for."),
                say("Your answers are kept. You can always go on here."),
            ),
            (say("Do you want to delete your answers? Send /{erase}.", erase=command("erase")),),
        ),
        ((_go_on(dialogue),), *_languages(dialogue, Place(Screen.STOPPED))),
    )


def _pick(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    choices = ((dialogue.response, dialogue.partnership.name), *dialogue.others)
    return View(
        ((say("You take part in more than one partnership. Which one do you want to go on with?"),),),
        tuple((Button(verbatim(name), Resume(response)),) for response, name in choices),
    )


def _go_on(dialogue: Dialogue) -> Button:
    """The way back from a side screen, named after what comes next."""
    if dialogue.here.screen in (Screen.THANKS, Screen.CLOSED):
        label = say("‹ Back")
    elif dialogue.next_item and dialogue.group:
        label = say("Go on with statement {number}", number=dialogue.next_item)
    else:
        label = say("Go on")
    return Button(label, Resume(dialogue.response))


def _own_data(dialogue: Dialogue) -> tuple[Row, ...]:
    response = dialogue.response
    return (
        (
            Button(say("My data"), Go(response, Place(Screen.MY_DATA))),
            Button(say("Delete my answers"), Go(response, Place(Screen.ERASE))),
        ),
    )


def _languages(dialogue: Dialogue, place: Place) -> tuple[Row, ...]:
    return in_rows(_language_buttons(dialogue, place))


def _language_buttons(dialogue: Dialogue, place: Place) -> tuple[Button, ...]:
    return tuple(
        Button(language(code), Switch(dialogue.response, code, place))
        for code in dialogue.languages
        if code != dialogue.language
    )


SCREENS: dict[Screen, Callable[[Dialogue, int, datetime], View]] = {
    Screen.GROUP: _group,
    Screen.ITEM: _item,
    Screen.PAUSE: _pause,
    Screen.PAUSED: _paused,
    Screen.REVIEW: _review,
    Screen.PART: _part,
    Screen.THANKS: _thanks,
    Screen.CLOSED: _closed,
    Screen.LANGUAGE: _language,
    Screen.HELP: _help,
    Screen.PRIVACY: _privacy,
    Screen.MY_DATA: _my_data,
    Screen.ERASE: _erase,
    Screen.ERASED: _erased,
    Screen.STOPPED: _stopped,
    Screen.PICK: _pick,
}
