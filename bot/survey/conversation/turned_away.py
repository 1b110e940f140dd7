"""Turned away: what somebody sees whose link, or whose tap, leads nowhere.

Nothing is stored about them.
"""

from bot.survey.conversation.dialogue import Partnership
from bot.survey.phrases import Phrase, command, say

# For somebody we do not know, who brings no invitation.
STRAY = say("""<b>Hello!</b>
    Here we ask how people in a neighbourhood work together.

    You need the link or the QR code of your partnership to take part.
    Don't have it? Ask the person who told you about this.

    We keep nothing about you now.""")
UNKNOWN_INVITATION = say("""This link does not work.
    Please scan the QR code again, or ask for a new link.""")
USED_LINK = say("""This link for coordinators was used already, or it is too old.
    Please ask for a new one.""")
LOOKS_ONLY = say("This is a demonstration. You can look at everything here, and change nothing.")
TOO_MANY = say("You tried too many links that do not work. Please try again in 10 minutes.")
NOT_IN_A_GROUP = say("This link is for one person. Please open it in a chat with only this chatbot.")
BROKEN = say(
    """Sorry, something went wrong on our side. Your last answer was not saved.
    Send /{command} to go on.""",
    command=command("continue"),
)
# Somebody's own link is opened where somebody else is known: a neighbour's, perhaps, sent on by mistake.
ANOTHER_LINK = say("""<b>This link does not belong to the person on this phone.</b>

    Did somebody send it to you? Then it is theirs. Stay where you were.

    Is it your own? Keep the link of this phone first. Otherwise you cannot come back here.""")


def no_open_wave(asked_by: Partnership) -> Phrase:
    return say(
        """You cannot take part in {partnership} at this moment.
        Try this link again later.""",
        partnership=asked_by.name,
    )


def known_here(name: str) -> Phrase:
    """An invitation is opened where somebody takes part already: it may be them, or somebody whom they lent it to."""
    return say(
        """<b>Somebody already takes part in {partnership} on this phone.</b>

        Is that you? Then go on where you were.""",
        partnership=name,
    )


def whose_link(*, is_seat: bool) -> Phrase:
    """Somebody's own link is opened in a browser that knows nobody: their other phone, or whoever they sent it to."""
    return say(
        """<b>Is this your own link?</b>

        {if_seat}This link opens the page of a coordinator or a reader.
        {if_answers}This link opens somebody's answers.
        Is it yours? Then go on.

        Did somebody else send it to you? Then it is theirs. Do not go on.
        Ask them for the link of the partnership.""",
        if_seat=is_seat,
        if_answers=not is_seat,
    )


def whose_message(*, is_seat: bool) -> Phrase:
    """What a notifier sent leads to a browser that knows nobody: their other phone, or that of who reads along."""
    return say(
        """<b>Is this message for you?</b>

        {if_seat}The link opens the page of a coordinator or a reader.
        {if_answers}The link opens your answers.
        Is the message for you? Then go on.

        Is it for somebody else? Then do not go on.""",
        if_seat=is_seat,
        if_answers=not is_seat,
    )
