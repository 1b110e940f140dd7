"""The welcome: who asks and what for, and one tap further all that is agreed to, for somebody who is no respondent yet.

Nothing is stored about them, so the buttons carry the invitation and the language.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from bot.survey.conversation.buttons import ChooseLanguage, Decline, Join, Terms, Welcome
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.shared_rows import WHICH_LANGUAGE, language_row, without
from bot.survey.conversation.values import shared
from bot.survey.conversation.views import Button, View, in_rows
from bot.survey.phrases import Phrase, language, say, within
from bot.survey.traits import Traits

WELCOME = say("""<b>Welcome!</b>

    {partnership} asks you: how well do we work together?
    {organisation} organises this.
    The partnership: that is everyone who takes part.

    You read 26 statements. This takes 10 to 15 minutes.
    You can stop and go on later.

    You decide if you take part.
    We tell nobody which answers are yours.
    Read more shows all you agree to.

    {questions}
    You must be 16 or older. Will you take part?""")
AGREED_TO = say("""<b>This is what you agree to</b>

    {terms}

    {questions}
    You must be 16 or older. Will you take part?""")
DECLINED = say("""That is fine. We keep nothing about you.
    Changed your mind? Open the link again.""")


def _invited(
    text: Phrase,
    aside: Phrase,
    leads: type[Welcome | Terms],
    own: type[Welcome | Terms],
    asked_by: Partnership,
    invitation: str,
    spoken: str,
    offered: tuple[str, ...],
    channel: Traits,
    now: datetime,
) -> View:
    """Taking part starts with the button and not before. `aside` leads to the other screen about the invitation, and
    another language to the `own` one."""
    others = [Button(language(code), own(invitation, code)) for code in without(spoken, offered)]
    rows = (
        (Button(say("Yes, I will take part"), Join(invitation, spoken)),),
        (Button(say("No, thanks"), Decline(spoken)),),
        (Button(aside, leads(invitation, spoken)),),
        *in_rows(language_row(spoken, others, ChooseLanguage(invitation))),
    )
    return View(within(text, shared(asked_by, channel, now)), rows)


welcome = partial(_invited, WELCOME, say("Read more"), Terms, Welcome)
terms = partial(_invited, AGREED_TO, say("‹ Back"), Welcome, Terms)
"""All that is agreed to, behind the welcome: one can say yes or no here too, or go back."""


def languages(asked_by: Partnership, invitation: str, offered: Sequence[str]) -> View:
    """Before the welcome: each language by its own name."""
    rows = ((Button(language(code), Welcome(invitation, code)),) for code in offered)
    return View(((say("<b>{partnership}</b>", partnership=asked_by.name),), (WHICH_LANGUAGE,)), tuple(rows))


def seat_offered(name: str, role: str) -> Phrase:
    """A link for one seat: what it does, before it is used up."""
    return say(
        """<b>Welcome!</b>

        {if_viewer}With this link you get the summaries of {partnership}.
        {if_coordinator}With this link you become coordinator of {partnership}.
        {if_programme}With this link you read along with {partnership}: the results of several partnerships.
        The link works once.""",
        partnership=name,
        if_viewer=role == "viewer",
        if_coordinator=role == "coordinator",
        if_programme=role == "programme",
    )
