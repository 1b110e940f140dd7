"""Accessibility: what the page says of who can use it, to whoever asks, also where we know nobody.

It says what was tried and what was not; the paper that a public body publishes stands in `docs/nl/overheid/`.
"""

from bot.survey.conversation.values import QUESTIONS
from bot.survey.phrases import Phrase, say, within

STATEMENT = say("""<b>Can everybody use this page?</b>

    We want everybody to be able to take part. This is how far we are.

    • You can do everything with a keyboard, without a mouse.
    • You can make the letters twice as large.
    • The buttons are large. The colours are easy to tell apart, in the light and in the dark.
    • The page can read itself aloud, if your phone has a voice for your language.
    • A program looks for mistakes on the pages, by the rules WCAG 2.2 AA. It finds none, but it does not see
      everything.

    <b>What we do not know yet</b>

    • No expert from outside has tested this page.
    • People who cannot see, hear or move well have not tested it.
    • We did not try it with a screen reader on a phone.

    <b>Would you rather do it another way?</b>

    You can ask for a form on paper, or for somebody who helps you.

    Does something not work? Or can you not read something? Tell us.
    {questions}""")


def to_anybody() -> Phrase:
    """To somebody of whom we know nothing, and so not who asks them."""
    return within(STATEMENT, {"questions": QUESTIONS, "contact": False, "if_no_contact": True})
