"""Own data: what a respondent can see and ask for at any moment, besides the statements."""

from datetime import datetime

from bot.survey import phrases
from bot.survey.conversation.buttons import Erase, Go, Place, Resume, Screen, Switch
from bot.survey.conversation.dialogue import GROUP_LABELS, Dialogue
from bot.survey.conversation.rows import go_on, languages
from bot.survey.conversation.views import Button, Paragraph, View
from bot.survey.conversation.welcome import contact, own_link, terms, what_hides
from bot.survey.phrases import command, say


def language(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    return View(
        ((say("Which language do you want?"),),),
        tuple(
            (Button(phrases.language(code), Switch(dialogue.response, code, dialogue.here), code == dialogue.language),)
            for code in dialogue.languages
        ),
    )


def help(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    about = say("/{name} – see and change your reminders", name=command("reminders"))
    reminders = () if dialogue.is_silent else (about,)
    stop = () if dialogue.is_silent else (say("/{name} – no more messages from me", name=command("stop")),)
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
                *reminders,
                say("/{name} – see your own answers", name=command("mydata")),
                say("/{name} – delete all your answers", name=command("erase")),
                *stop,
                say("/{name} – what happens with your answers", name=command("privacy")),
            ),
            (
                say("We show averages, and never your own answers:"),
                *what_hides(dialogue.partnership),
                *((own_link(),) if dialogue.is_silent else ()),
            ),
            (contact(dialogue.partnership),),
        ),
        ((go_on(dialogue),), *languages(dialogue, Place(Screen.HELP))),
    )


def privacy(dialogue: Dialogue, _number: int, now: datetime) -> View:
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
        ((go_on(dialogue),), *languages(dialogue, Place(Screen.PRIVACY))),
    )


def my_data(dialogue: Dialogue, _number: int, _now: datetime) -> View:
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
                say("Language: {language}", language=phrases.language(dialogue.language)),
                say("You take part as: {group}", group=group),
                *_reached_by(dialogue),
            ),
            (say("Your answers:"), *(answers or (say("none yet"),))),
            (say("You find everything in the file as well. You can keep it."),),
        ),
        (
            (Button(say("Delete my answers"), Go(dialogue.response, Place(Screen.ERASE))),),
            (go_on(dialogue),),
            *languages(dialogue, Place(Screen.MY_DATA)),
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


def erase(dialogue: Dialogue, _number: int, _now: datetime) -> View:
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
            *languages(dialogue, Place(Screen.ERASE)),
        ),
    )


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


def stopped(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    return View(
        (
            (
                say("Good. You get no more messages that you do not ask for."),
                say("Your answers are kept. You can always go on here."),
            ),
            (
                say("Do you want to delete your answers? Choose /{erase}.", erase=command("erase"))
                if dialogue.is_silent
                else say("Do you want to delete your answers? Send /{erase}.", erase=command("erase")),
            ),
        ),
        ((go_on(dialogue),), *languages(dialogue, Place(Screen.STOPPED))),
    )
