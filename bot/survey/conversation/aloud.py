"""Reading aloud: who is heard, and in a chat the voice message with its switch."""

from bot.survey.conversation.buttons import HearAll
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.conversation.views import Button, View
from bot.survey.phrases import Phrase, joined, say

READ_BY = say("Read aloud by {name}.")
COMPUTER_READS = say("Read aloud by a computer's voice: {name}.")


def read_by(name: str, computer: bool) -> Phrase:
    return (COMPUTER_READS if computer else READ_BY).of(name=name)


def voice(dialogue: Dialogue, number: int, voices: list[Phrase]) -> View:
    """What stands under a voice, with the way to hear every statement, or none by itself any more."""
    wanted = not dialogue.reads_aloud
    label = say("Read every statement to me") if wanted else say("Do not read every statement any more")
    caption = say("Statement {number}. {voices}", number=number, voices=joined(voices, " "))
    return View(caption, ((Button(label, HearAll(dialogue.response, int(wanted))),),))
