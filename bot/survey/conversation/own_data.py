"""Own data: what a respondent can see and ask for at any moment, besides the statements."""

from collections.abc import Iterator
from datetime import datetime

from bot.survey import phrases
from bot.survey.checklist import Checklist, Dimension
from bot.survey.conversation.buttons import Erase, Go, Position, Resume, Screen, Switch
from bot.survey.conversation.dialogue import GROUP_LABELS, Dialogue
from bot.survey.conversation.shared_rows import WHICH_LANGUAGE, go_on
from bot.survey.conversation.statement import answered
from bot.survey.conversation.views import Button, Paragraph, Row, View
from bot.survey.phrases import Phrase, joined, say, verbatim

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
    {what_is_written}
    {what_hides}
    {if_page}• Whoever has your own link can see your answers. Keep it to yourself.

    {questions}""")
PRIVACY = say("""<b>What happens with your answers</b>

    {terms}

    {if_chat}• We do not keep your name or your phone number. We keep the number of this chat in a secret
      code. Nobody can just read it.
    {if_page}• We do not keep your name or your phone number. We keep your own link in a secret code.
      Nobody can just read it.
    {if_callable}• Do you want messages? We also keep where we send them in a secret code. We use it only for that. You
      can stop at any moment.
    • We do not keep what you type, except where we ask you to write something.
    • Do you delete your answers? Averages that people have already seen stay.

    {questions}""")
STOPPED = say("""Good. We send you no more messages.
    Your answers are kept. You can always go on here.

    {if_chat}Do you want to delete your answers? Send /{erase}.
    {if_page}Do you want to delete your answers? Tap /{erase}.""")
ERASED = say("""<b>Everything is deleted.</b>
    We keep nothing about you any more, and we will not write to you again.

    Do you want to take part later? Open the link of your partnership again.""")


MY_DATA = say("""<b>This is what we keep about you</b>

    Partnership: {partnership}
    Language: {spoken}
    You take part as: {group}
    {if_chat}Reminders: {state}
    {if_heard}Every statement is read aloud to you.
    {if_chat}The number of this chat. We keep it in a secret code. Without it we cannot send you a message.
    {if_page}Your own link. We keep it in a secret code. Without it we cannot find your answers.
    {called_at}

    Your answers:
    {answers}

    {if_written}What you wrote yourself: {open_answer}

    {if_parts}Do you want to read the whole statements? Tap a part.

    {if_files}Everything is in the two files too. You can keep them.
    {if_later}Did you also choose answers in an earlier round? Those are only in the files.""")


def language(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    return View(
        WHICH_LANGUAGE,
        tuple(
            (Button(phrases.language(code), Switch(dialogue.response, code, dialogue.here), code == dialogue.language),)
            for code in dict.fromkeys((*dialogue.languages, dialogue.language))  # theirs may be on offer no more
        ),
    )


def my_data(dialogue: Dialogue, number: int, _now: datetime) -> View:
    """What we keep, with the answers; in a chat, which has no room for that, the statements of one part at a time."""
    if chosen := part(dialogue, number):
        return View(tuple(_written_out(dialogue, chosen)), _rows(dialogue, chosen))
    text = MY_DATA.of(
        spoken=phrases.language(dialogue.language),
        group=GROUP_LABELS[dialogue.group] if dialogue.group else say("not chosen yet"),
        state=say("off") if dialogue.stopped or not dialogue.reminders else say("on"),
        answers=_in_short(dialogue),
        called_at=_called_at(dialogue),
        if_heard=dialogue.reads_aloud,
        if_files=bool(dialogue.answers),
        if_parts=dialogue.channel.reaches_out and bool(dialogue.answers),
        if_later=dialogue.channel.reaches_out and dialogue.wave > 1,
        if_written=bool(dialogue.open_answer),
        open_answer=verbatim(dialogue.open_answer),
    )
    every = () if dialogue.channel.reaches_out else _parts(dialogue)
    return View(((text,), *(one for here in every for one in _written_out(dialogue, here))), _rows(dialogue))


def _called_at(dialogue: Dialogue) -> Phrase | bool:
    """Where we may send them messages, whole: it is their own."""
    calls = {one.name: one.calls for one in dialogue.channel.notifiers if one.calls}
    lines = [
        say("{name}: {address}", name=calls[one.kind].name, address=one.address if calls[one.kind].asks else say("on"))
        for one in dialogue.left
    ]
    return joined(lines, "\n") if lines else False


def part(dialogue: Dialogue, number: int) -> Dimension | None:
    """The part that a button in a chat asks for; None where there is no such one, or nothing to read in it."""
    found = (here for here in _parts(dialogue) if dialogue.checklist.parts[here.key] == number)
    return next(found, None) if dialogue.channel.reaches_out else None


def _parts(dialogue: Dialogue) -> Iterator[Dimension]:
    """Those with an answer in them."""
    return (here for here in dialogue.checklist.dimensions if dialogue.answers.keys() & {*here.items})


def _in_short(dialogue: Dialogue) -> Phrase:
    """A row for each, where they are not written out below; else how many there are."""
    given, every = sorted(dialogue.answers), len(dialogue.checklist.items)
    if not given:
        return say("none yet")
    if dialogue.channel.reaches_out:
        return joined((answered(dialogue, item) for item in given), "\n")
    return say("{given} of {every} statements", given=len(given), every=every)


def _written_out(dialogue: Dialogue, here: Dimension) -> Iterator[Paragraph]:
    yield (say("<b>{part}</b>", part=here.plain),)
    for item in (item for item in here.items if item in dialogue.answers):
        yield in_full(dialogue.checklist, item, dialogue.answers[item])


def in_full(checklist: Checklist, item: int, option: str) -> Paragraph:
    """The whole statement, as it was asked, and the answer under it."""
    plain = say("{number}. {plain}", number=item, plain=checklist.items[item].plain)
    return plain, say("<b>{option}</b>", option=checklist.options[option].label)


def _rows(dialogue: Dialogue, chosen: Dimension | None = None) -> tuple[Row, ...]:
    delete = Button(say("Delete my answers"), Go(dialogue.response, Position(Screen.ERASE)))
    here = _parts(dialogue) if dialogue.channel.reaches_out else ()
    return (*((_leads_to(dialogue, one, one == chosen),) for one in here), (delete,), go_on(dialogue))


def _leads_to(dialogue: Dialogue, here: Dimension, is_chosen: bool) -> Button:
    position = Position(Screen.MY_DATA, dialogue.checklist.parts[here.key])
    return Button(here.plain, Go(dialogue.response, position), is_chosen)


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
