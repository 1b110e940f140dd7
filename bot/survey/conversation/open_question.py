"""The open question: one at the end, where a wave asks it; who does not like to, skips it.

What it promises is kept by `storage.open_answers`: the words are read by nobody as long as few people wrote some.
"""

from datetime import datetime

from bot.survey.conversation.buttons import Go, Position, Screen, Write
from bot.survey.conversation.dialogue import MOST_WRITTEN, OPEN_QUESTION, WORDS, Dialogue
from bot.survey.conversation.views import Button, Field, Form, Row, View
from bot.survey.free_text import length_of, too_long
from bot.survey.phrases import Phrase, beginning, say, verbatim

QUESTION = say("What would help most?")
IN_A_ROW = 60  # characters of what they wrote, at most


def screen(dialogue: Dialogue, _number: int, _now: datetime) -> View:
    text = say(
        """One more question, if you like.

        <b>{question}</b>

        Do not write names, or anything by which people know who you are.
        The coordinator can read it when this round is closed, and only if {k} or more people wrote something.
        We mix all that people wrote, and do not say who wrote what. But people may know you by how you write.

        {if_written}You wrote: {open_answer}

        {if_chat}Type your answer and send it. Not more than {most} characters.""",
        question=QUESTION,
        if_written=bool(dialogue.open_answer),
        open_answer=verbatim(dialogue.open_answer),
        most=MOST_WRITTEN,
    )
    return View(text, _rows(dialogue), _form(dialogue) if dialogue.channel.has_fields else None)


def _rows(dialogue: Dialogue) -> tuple[Row, ...]:
    onward = Go(dialogue.response, Position(Screen.REVIEW))
    if not dialogue.open_answer:
        return ((Button(say("Skip"), onward),),)
    remove = Button(say("Remove what I wrote"), Write(dialogue.response))
    return ((Button(say("Go on"), onward),), (remove,))


def _form(dialogue: Dialogue) -> Form[Phrase]:
    """What is too long stands there still, to be made shorter."""
    written, most = dialogue.unkept or dialogue.open_answer, MOST_WRITTEN
    hint, wrong = say("Not more than {most} characters.", most=most), too_long(length_of(dialogue.unkept), most)
    field = Field(WORDS, say("Your answer"), dialogue.open_answer, "text", hint, value=written, error=wrong)
    return Form(Write(dialogue.response), say("Save"), (field,))


def in_review(dialogue: Dialogue) -> Phrase | bool:
    """What they wrote, in a row as of a statement; False where nothing is asked."""
    if not dialogue.open_question:
        return False
    words = beginning(verbatim(dialogue.open_answer), IN_A_ROW) if dialogue.open_answer else say("nothing written")
    return say("{question} → <b>{words}</b>", question=QUESTION, words=words)


def from_review(dialogue: Dialogue) -> tuple[Row, ...]:
    if not dialogue.open_question:
        return ()
    label = say("Change what I wrote") if dialogue.open_answer else say("Write something yourself")
    return ((Button(label, Go(dialogue.response, OPEN_QUESTION)),),)
