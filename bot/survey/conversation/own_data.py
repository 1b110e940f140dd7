"""Own data: what a respondent can see and ask for at any moment, besides the statements."""

from datetime import datetime

from bot.survey import phrases
from bot.survey.conversation.buttons import Erase, Go, Position, Resume, Screen, Switch
from bot.survey.conversation.dialogue import GROUP_LABELS, Dialogue
from bot.survey.conversation.shared_rows import go_on
from bot.survey.conversation.statement import answered
from bot.survey.conversation.views import Button, View
from bot.survey.phrases import joined, say

HELP = say("""<b>Help</b>

    You see one statement at a time. Tap the answer that fits best.
    There are no wrong answers.
    Every answer is saved at once. You can stop and go on later.

    /{continue} – go on with the statements
    /{language} – choose another language
    {if_chat}/{reminders} – see and change your reminders
    /{mydata} – see your own answers
    /{erase} – delete all your answers
    {if_chat}/{stop} – no more messages from us
    /{privacy} – what happens with your answers

    We show averages, and never your own answers:
    {what_hides}
    {if_page}• Whoever has your own link can see your answers. Keep it to yourself.

    {questions}""")
PRIVACY = say("""<b>What happens with your answers</b>

    {terms}

    {if_chat}• We do not keep your name or your phone number. We keep the number of this chat in a secret
      code. Nobody can just read it.
    {if_page}• We do not keep your name or your phone number. We keep your own link in a secret code.
      Nobody can just read it.
    • We do not keep what you type.
    • Do you delete your answers? Averages that people have already seen stay.

    {questions}""")
STOPPED = say("""Good. We send you no more messages.
    Your answers are kept. You can always go on here.

    {if_chat}Do you want to delete your answers? Send /{erase}.
    {if_page}Do you want to delete your answers? Tap /{erase}.""")
ERASED = say("""<b>Everything is deleted.</b>
    We keep nothing about you any more, and we will not write to you again.

    Do you want to take part later? Open the link of your partnership again.""")


def language(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    return View(
        say("Which language do you want?"),
        tuple(
            (Button(phrases.language(code), Switch(dialogue.response, code, dialogue.here), code == dialogue.language),)
            for code in dialogue.languages
        ),
    )


def my_data(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    answers = [answered(dialogue, item) for item in sorted(dialogue.answers)]
    text = say(
        """<b>This is what we keep about you</b>

        Partnership: {partnership}
        Language: {spoken}
        You take part as: {group}
        {if_chat}Reminders: {state}
        {if_chat}The number of this chat. We keep it in a secret code. Without it we cannot send you a message.
        {if_page}Your own link. We keep it in a secret code. Without it we cannot find your answers.

        Your answers:
        {answers}

        Everything is in the file too. You can keep the file.""",
        spoken=phrases.language(dialogue.language),
        group=GROUP_LABELS[dialogue.group] if dialogue.group else say("not chosen yet"),
        state=say("off") if dialogue.stopped or not dialogue.reminders else say("on"),
        answers=joined(answers or [say("none yet")], "\n"),
    )
    delete = Button(say("Delete my answers"), Go(dialogue.response, Position(Screen.ERASE)))
    return View(text, ((delete,), go_on(dialogue)))


def erase(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    return View(
        say("""<b>Do you want to delete everything?</b>

        We delete all your answers, in every round and every partnership. We cannot get them back.
        Averages that people have already seen stay. {copy_stays}
        {if_no_copy}Averages that people have already seen stay."""),
        (
            (Button(say("Yes, delete everything"), Erase(dialogue.response)),),
            (Button(say("No, keep my answers"), Resume(dialogue.response)),),
        ),
    )
