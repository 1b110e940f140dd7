"""The welcome: who asks, what for and on which terms, to somebody who is not a respondent yet.

Nothing is stored about them, so the buttons carry the invitation and the language.
"""

from datetime import datetime

from bot.survey.conversation.buttons import Decline, Join, Welcome
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.values import shared
from bot.survey.conversation.views import Button, View, in_rows
from bot.survey.phrases import Phrase, language, say, within
from bot.survey.traits import Traits

WELCOME = say("""<b>Welcome!</b>

    {partnership} invites you. We would like to know: how well do we work together?
    {organisation} asks you this.
    By "the collaboration" we mean all people and organisations that take part in {partnership}.

    You read 26 short statements. You choose an answer to each one. It takes about 10 minutes.
    You can stop at any moment and go on later.

    {terms}

    {questions}
    Are you 16 or older, and will you take part?""")
DECLINED = say("""That is fine. We keep nothing about you.
    Changed your mind? Open the link again.""")


def welcome(
    asked_by: Partnership,
    invitation: str,
    spoken: str,
    languages: tuple[str, ...],
    channel: Traits,
    now: datetime,
) -> View:
    """Taking part starts with the button and not before."""
    return View(
        within(WELCOME, shared(asked_by, channel, now)),
        (
            (Button(say("Yes, I will take part"), Join(invitation, spoken)),),
            (Button(say("No, thanks"), Decline(spoken)),),
            *in_rows(Button(language(code), Welcome(invitation, code)) for code in languages if code != spoken),
        ),
    )


def seat_offered(partnership: Partnership, role: str) -> Phrase:
    """A link for one seat: what it does, before it is used up."""
    return say(
        """<b>Welcome!</b>

        {if_viewer}With this link you get the summaries of {partnership}.
        {if_coordinator}With this link you become coordinator of {partnership}.
        The link works once.""",
        partnership=partnership.name,
        if_viewer=role == "viewer",
        if_coordinator=role != "viewer",
    )
