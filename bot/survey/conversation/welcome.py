"""The welcome, and whoever is turned away: what somebody sees who is not a respondent yet.

Nothing is stored about them, so the buttons carry the invitation and the language.
"""

from datetime import date, datetime

from bot.survey.calendar import kept_until
from bot.survey.conversation.buttons import Decline, Join, Welcome
from bot.survey.conversation.dialogue import SILENT, Partnership
from bot.survey.conversation.views import Button, Paragraph, View, in_rows
from bot.survey.phrases import Phrase, command, language, say


def welcome(
    asked_by: Partnership,
    invitation: str,
    spoken: str,
    languages: tuple[str, ...],
    channel: str,
    now: datetime,
) -> View:
    """Who asks, what for, and on which terms; taking part starts with the button and not before."""
    return View(
        (
            (say("<b>Welcome!</b>"),),
            _who_asks(asked_by),
            (
                say("You read 26 short statements. You choose an answer to each one. It takes about 10 minutes."),
                say("You can stop at any moment and go on later."),
            ),
            terms(asked_by, channel, now),
            (contact(asked_by), say("Are you 16 or older, and will you take part?")),
        ),
        (
            (Button(say("Yes, I will take part"), Join(invitation, spoken)),),
            (Button(say("No, thanks"), Decline(spoken)),),
            *in_rows(Button(language(code), Welcome(invitation, code)) for code in languages if code != spoken),
        ),
    )


def seat_offered(partnership: Partnership, role: str) -> View:
    """A link for one seat: what it does, before it is used up."""
    if role == "viewer":
        offer = say("With this link you get the summaries of {partnership}.", partnership=partnership.name)
    else:
        offer = say("With this link you become coordinator of {partnership}.", partnership=partnership.name)
    return View(((say("<b>Welcome!</b>"),), (offer, say("The link works once."))))


def known_here(partnership: Partnership) -> View:
    """An invitation is opened where somebody takes part already: it may be them, or somebody whom they lent it to."""
    taken = say("<b>Somebody already takes part in {partnership} on this phone.</b>", partnership=partnership.name)
    return View(((taken,), (say("Is that you? Then go on where you were."),)))


def another_link() -> View:
    """Somebody's own link is opened where somebody else is known: a neighbour's, perhaps, sent on by mistake."""
    return View(
        (
            (say("<b>The link that you opened is not the link of this phone.</b>"),),
            (say("Did somebody send it to you? Then it is theirs. Stay where you were."),),
            (say("Is it your own? Keep the link of this phone first. Else you cannot come back here."),),
        )
    )


def whose_link(*, is_seat: bool) -> View:
    """Somebody's own link is opened in a browser that knows nobody: their other phone, or whoever they sent it to."""
    return View(
        (
            (say("<b>Is this your own link?</b>"),),
            (
                say("This link opens the page of a coordinator or a reader.")
                if is_seat
                else say("This link opens somebody's answers."),
                say("Is it yours? Then go on."),
            ),
            (
                say("Did somebody else send it to you? Then it is theirs. Do not go on."),
                say("Ask them for the link of the partnership."),
            ),
        )
    )


def declined() -> View:
    return View(((say("That is fine. We keep nothing about you."), say("Changed your mind? Open the link again.")),))


def stray() -> View:
    """For somebody we do not know, who brings no invitation."""
    return View(
        (
            (say("<b>Hello!</b>"), say("This chat asks how people in a neighbourhood work together.")),
            (
                say("You need the link or the QR code of your partnership to take part."),
                say("Do you not have it? Ask the person who told you about this."),
            ),
            (say("We keep nothing about you now."),),
        )
    )


def too_many() -> View:
    """They brought one wrong code after the other."""
    return View(((say("You tried too many links that do not work. Please try again in 10 minutes."),),))


def unknown_invitation() -> View:
    return View(
        (
            (
                say("This link does not work (any more)."),
                say("Please scan the QR code again, or ask for a new link."),
            ),
        )
    )


def used_link() -> View:
    return View(
        (
            (
                say("This link for coordinators was used already, or it is too old."),
                say("Please ask for a new one."),
            ),
        )
    )


def not_in_a_group() -> View:
    return View(((say("This link is for one person. Please open it in a chat with only me."),),))


def no_open_wave(asked_by: Partnership) -> View:
    return View(
        (
            (
                say("At this moment no round is open for {partnership}.", partnership=asked_by.name),
                say("Open this link again when the next round opens."),
            ),
        )
    )


def broken() -> View:
    """For when a turn failed on our side."""
    return View(
        (
            (
                say("Sorry, something went wrong on our side. Your last tap was not saved."),
                say("Send /{command} to go on.", command=command("continue")),
            ),
        )
    )


def _who_asks(partnership: Partnership) -> Paragraph:
    lines = [
        say(
            "{partnership} invites you. We would like to know: how well do we work together?",
            partnership=partnership.name,
        ),
        say(
            'By "the collaboration" we mean all people and organisations that take part in {partnership}.',
            partnership=partnership.name,
        ),
    ]
    if partnership.organisation:
        lines.insert(1, say("{organisation} asks you this.", organisation=partnership.organisation))
    return tuple(lines)


def terms(partnership: Partnership, channel: str, now: datetime) -> Paragraph:
    return (
        say("• You may take part. You do not have to."),
        say(
            "• Your answers are confidential. The coordinator sees how many people take part, and averages of {k} or "
            "more people. Never your own answers.",
            k=partnership.minimum_group,
        ),
        *what_hides(partnership),
        say("• Researchers may use the answers, without names."),
        *_on_this_channel(channel, kept_until(now, partnership.timezone, partnership.keep_answers)),
        _forgotten_after(partnership, channel),
        *_kept_elsewhere(channel),
    )


def what_hides(partnership: Partnership) -> Paragraph:
    """What hides somebody's answers among those of others, and where that ends."""
    return (
        say(
            "• New averages come only when {k} or more people are added. We cannot see who is who. Whoever takes part "
            "several times counts several times, and can find out more.",
            k=partnership.minimum_group,
        ),
        say("• Does everybody give the same answer? Then everybody can see that answer in the average."),
    )


def own_link() -> Phrase:
    return say("• Whoever has your own link can see your answers. Keep it to yourself.")


def _forgotten_after(partnership: Partnership, channel: str) -> Phrase:
    days = partnership.keep_contacts
    if channel in SILENT:
        return say(
            "• There may be a next round. {days} days after the last round your own link stops working.", days=days
        )
    return say(
        "• We may ask you again in a next round. {days} days after the last round we delete the address of your chat.",
        days=days,
    )


def _on_this_channel(channel: str, until: date) -> Paragraph:
    """What is another thing in a page that one has to come back to than in a chat that can ring."""
    if channel in SILENT:
        return (
            say("• In the browser you get no reminders. Keep your own link, to go on later."),
            own_link(),
            say(
                "• We keep your answers until {date} at the latest. You can delete them at once, with the menu.",
                date=until,
            ),
        )
    return (
        say("• You get at most 2 reminders in a round. You can turn them off."),
        say(
            "• We keep your answers until {date} at the latest. With /{erase} you delete them at once.",
            date=until,
            erase=command("erase"),
        ),
    )


def _kept_elsewhere(channel: str) -> Paragraph:
    return (say("• Telegram keeps this chat too."),) if channel == "telegram" else ()


def contact(partnership: Partnership) -> Phrase:
    if partnership.contact:
        return say("Questions? {contact}", contact=partnership.contact)
    return say("Questions? Ask the person who gave you this link.")
