"""Team: who else has a seat, whom the summaries do not reach, and how somebody stops."""

from collections.abc import Sequence

from bot.channels.port import Entrance
from bot.coordination.request import Asked, action, links
from bot.results.summaries import send_again
from bot.survey.conversation.buttons import Coordinate
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.views import Button, Paragraph, View
from bot.survey.phrases import say, say_n, verbatim
from storage import coordinators, programmes
from storage.links import LINK_LASTS, make_link


def lost(partnership: Partnership) -> View:
    """For a coordinator, when what they set up to receive the summaries does not receive them any more."""
    lines = (
        say("We cannot send the summaries of {partnership} to everybody any more.", partnership=partnership.name),
        say("Somebody has blocked this chatbot, or it may not write in a group or topic."),
    )
    again = Button(say("Team"), Coordinate(partnership.id, "team"))
    about = say("{partnership}: not everybody gets the summaries", partnership=partnership.name)
    return View((lines,), ((again,),), about=about)


@action("team")
def _team(asked: Asked) -> View:
    seats = coordinators.team(asked.tx, asked.partnership.id)
    lines = (
        say_n("{count} coordinator", "{count} coordinators", seats.get("coordinator", 0)),
        say_n(
            "{count} person or group that only gets the summaries",
            "{count} people or groups that only get the summaries",
            seats.get("viewer", 0),
        ),
    )
    lost = coordinators.lost(asked.tx, asked.partnership.id)
    rows = (
        *(((asked.button(say("Send them the summary again"), "again"),),) if lost else ()),
        (asked.button(say("Link for a coordinator"), "link", "coordinator"),),
        (asked.button(say("Link for a reader or a group chat"), "link", "viewer"),),
        (asked.button(say("I want to stop as coordinator"), "leave"),),
        asked.back(),
    )
    return View(((say("<b>Team</b>"),), lines, _read_along(asked), _cannot_be_reached(lost)), rows)


def _read_along(asked: Asked) -> Paragraph:
    """Who made the partnership may show its results to whoever follows several."""
    told = say("{programme} reads along. These people follow several partnerships. They see what a reader sees.")
    return tuple(told.of(programme=name) for name in programmes.over(asked.tx, asked.partnership.id))


def _cannot_be_reached(lost: Sequence[int]) -> Paragraph:
    if not lost:
        return ()
    return (
        say_n(
            "We cannot reach {count} of them: somebody blocked this chatbot, or it may not write in a group or topic.",
            "We cannot reach {count} of them: people blocked this chatbot, or it may not write in groups or topics.",
            len(lost),
        ),
        say("Is that solved? Then send them the summary again."),
    )


@action("again")
def _again(asked: Asked) -> View:
    """Whom it does not reach, is among those who cannot be reached again within a minute."""
    send_again(asked.tx, asked.texts, asked.partnership, asked.wave, asked.now)
    sent = say("We try to send the summary again. Look here in a minute to see whether it worked.")
    return _team(asked).under(sent)


@action("link")
def _link(asked: Asked) -> View:
    role = asked.argument if asked.argument in coordinators.ROLES else "viewer"
    code = make_link(asked.tx, asked.partnership.id, role, asked.now)
    lines = [say("Send this link to one person. It works once, for {days} days.", days=LINK_LASTS.days)]
    if role == "coordinator":
        lines.append(say("Whoever opens it can do everything that you can."))
    else:
        lines += (line for one in asked.entrances.every if one.in_group for line in _in_a_group(one, code))
    return View((tuple(lines), links(asked, code)), (asked.back("team"),))


def _in_a_group(entrance: Entrance, code: str) -> Paragraph:
    said = entrance.channel.about.in_a_group
    return (*((said,) if said else ()), verbatim(f"{entrance.in_group}{code}"))


@action("leave", for_viewers=True, own_seat=True)
def _leave(asked: Asked) -> View:
    lines = [
        say("<b>Do you want to stop?</b>"),
        say("You get no more summaries of {partnership}.", partnership=asked.partnership.name),
    ]
    others = coordinators.team(asked.tx, asked.partnership.id).get("coordinator", 0) - 1
    if asked.seat.role == "coordinator" and not others:
        lines.append(say("You are the only coordinator. First send somebody else a link."))
    return View((tuple(lines),), asked.surely(say("Yes, stop"), "left"))


@action("left", for_viewers=True, own_seat=True)
def _left(asked: Asked) -> View:
    coordinators.leave(asked.tx, asked.seat.contact, asked.partnership.id, asked.now)
    return View(((say("You get no more summaries of {partnership}.", partnership=asked.partnership.name),),))
