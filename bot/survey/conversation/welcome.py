"""The welcome: who asks, what for and on which terms, to somebody who is not a respondent yet.

Nothing is stored about them, so the buttons carry the invitation and the language.
"""

from datetime import datetime

from bot.survey.calendar import kept_until
from bot.survey.conversation.buttons import Decline, Join, Welcome
from bot.survey.conversation.dialogue import SILENT, Partnership
from bot.survey.conversation.views import Button, View, in_rows
from bot.survey.phrases import Phrase, command, language, say

DECLINED = View(
    say("""That is fine. We keep nothing about you.
    Changed your mind? Open the link again.""")
)


def welcome(
    asked_by: Partnership,
    invitation: str,
    spoken: str,
    languages: tuple[str, ...],
    channel: str,
    now: datetime,
) -> View:
    """Taking part starts with the button and not before."""
    return View(
        say(
            """<b>Welcome!</b>

            {partnership} invites you. We would like to know: how well do we work together?
            {organisation} asks you this.
            By "the collaboration" we mean all people and organisations that take part in {partnership}.

            You read 26 short statements. You choose an answer to each one. It takes about 10 minutes.
            You can stop at any moment and go on later.

            {terms}

            {contact}
            Are you 16 or older, and will you take part?""",
            partnership=asked_by.name,
            organisation=asked_by.organisation or False,
            terms=terms(asked_by, channel, now),
            contact=contact(asked_by),
        ),
        (
            (Button(say("Yes, I will take part"), Join(invitation, spoken)),),
            (Button(say("No, thanks"), Decline(spoken)),),
            *in_rows(Button(language(code), Welcome(invitation, code)) for code in languages if code != spoken),
        ),
    )


def seat_offered(partnership: Partnership, role: str) -> View:
    """A link for one seat: what it does, before it is used up."""
    return View(
        say(
            """<b>Welcome!</b>

            {if_viewer}With this link you get the summaries of {partnership}.
            {if_coordinator}With this link you become coordinator of {partnership}.
            The link works once.""",
            partnership=partnership.name,
            if_viewer=role == "viewer",
            if_coordinator=role != "viewer",
        )
    )


def terms(partnership: Partnership, channel: str, now: datetime) -> Phrase:
    return say(
        """• You may take part. You do not have to.
        • Your answers are confidential. The coordinator sees how many people take part, and averages of {k} or
          more people. Never your own answers.
        {what_hides}
        • Researchers may use the answers, without names.
        {if_chat}• You get at most 2 reminders in a round. You can turn them off.
        {if_page}• In the browser you get no reminders. Keep your own link, to go on later.
        {if_page}• Whoever has your own link can see your answers. Keep it to yourself.
        {if_chat}• We keep your answers until {date} at the latest. With /{erase} you delete them at once.
        {if_page}• We keep your answers until {date} at the latest. You can delete them at once, with the menu.
        {if_chat}• We may ask you again in a next round. {days} days after the last round we delete the address of
          your chat.
        {if_page}• There may be a next round. {days} days after the last round your own link stops working.
        {if_copy}• Telegram keeps this chat too.""",
        k=partnership.minimum_group,
        what_hides=what_hides(partnership),
        date=kept_until(now, partnership.timezone, partnership.keep_answers),
        erase=command("erase"),
        days=partnership.keep_contacts,
        **by_channel(channel),
    )


def what_hides(partnership: Partnership) -> Phrase:
    """What hides somebody's answers among those of others, and where that ends."""
    return say(
        """• New averages come only when {k} or more people are added. We cannot see who is who. Whoever takes part
          several times counts several times, and can find out more.
        • Does everybody give the same answer? Then everybody can see that answer in the average.""",
        k=partnership.minimum_group,
    )


def contact(partnership: Partnership) -> Phrase:
    if partnership.contact:
        return say("Questions? {contact}", contact=partnership.contact)
    return say("Questions? Ask the person who gave you this link.")


def by_channel(channel: str) -> dict[str, bool]:
    """Which lines are said in this channel: a chat can ring, to a page one has to come back; and who keeps a copy."""
    is_page, is_copied = channel in SILENT, channel == "telegram"
    return {"if_chat": not is_page, "if_page": is_page, "if_copy": is_copied, "if_no_copy": not is_copied}
