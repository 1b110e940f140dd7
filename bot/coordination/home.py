"""Home: what somebody with a seat begins with, and the answer to whatever is not understood."""

from collections.abc import Sequence

from bot.coordination.request import Asked, action, has_result, menu
from bot.results.summaries import reachable_until
from bot.survey.conversation.buttons import Call, Coordinate, ReadProgramme
from bot.survey.conversation.views import Button, Paragraph, Row, View
from bot.survey.phrases import joined, say, verbatim
from bot.survey.scores.summary import standing
from storage import agreements, notification_addresses, programmes, waves
from storage.coordinators import Seat
from storage.partnerships import Wave
from storage.seats import ALONG
from storage.turnout import turnout_of


def pick(seats: Sequence[Seat], action: str) -> View:
    """For somebody with a seat in several partnerships."""
    rows = ((Button(verbatim(seat.partnership.name), Coordinate(seat.partnership.id, action)),) for seat in seats)
    return View(((say("Which partnership?"),),), tuple(rows))


def welcome(seat: Seat, wave: Wave, *, with_buttons: bool) -> View:
    """After a coordinator link was opened."""
    name, k = seat.partnership.name, seat.partnership.minimum_group
    if seat.role == "viewer":
        lines: Paragraph = (say("From now on the summaries of {partnership} come here.", partnership=name),)
        rows = ((Button(say("Summary"), Coordinate(seat.partnership.id, "summary")),),) if with_buttons else ()
        return View((lines,), rows)
    lines = (
        say("<b>You are now coordinator of {partnership}.</b>", partnership=name),
        say("You see how many people take part, and averages of {k} or more people.", k=k),
        say("You are never shown what one person answered."),
        say("You may take part yourself. Your answers are in the averages, but you do not count for the {k}.", k=k),
    )
    first = say("Start with the invitation: a link, a QR code or a poster.")
    next_step = say("No round is open now. You open the next one with the button.") if wave.closed_at else first
    return View((lines, (next_step,)), menu(seat.partnership.id, wave))


@action("home", for_viewers=True)
def home(asked: Asked) -> View:
    """The beginning, and the answer to whatever is not understood."""
    turnout = turnout_of(asked.tx, asked.wave.id)
    stands = joined(standing(turnout.started, turnout.completed, turnout.invited), " ")
    if asked.seat.role == "coordinator":
        rows = (*_undoing(asked), *_looking_back(asked), *asked.menu)
    else:
        rows = _reading(asked)
    rows = (*rows, *_reading_along(asked), *_call_me(asked))
    # Who coordinates on a page is sent no result, unless they left an address: so this stands here too.
    until = () if asked.is_open else reachable_until(asked.tx, asked.partnership, asked.seat.role, asked.now)
    return View((asked.heading, (stands,), until, (say("What do you want to do?"),)), rows)


def _call_me(asked: Asked) -> tuple[Row, ...]:
    """For who reads the summaries on a page, and could be sent them."""
    if not asked.channel.notifiers or notification_addresses.first(asked.tx, asked.seat.contact):
        return ()
    return ((Button(say("Send me a message"), Call()),),)


def _reading_along(asked: Asked) -> tuple[Row, ...]:
    """For whoever has a seat here and one in a programme: the way to the other."""
    if asked.seat.role == ALONG or not programmes.read_by(asked.tx, asked.seat.contact):
        return ()
    return ((Button(say("The partnerships that you follow"), ReadProgramme(0)),),)


def _reading(asked: Asked) -> tuple[Row, ...]:
    agreed = ((asked.button(say("Agreements"), "agreement"),),) if has_result(asked.wave) else ()
    leave = () if asked.seat.role == ALONG else ((asked.button(say("No more summaries"), "leave"),),)
    return ((asked.button(say("Summary"), "summary"),), *agreed, *leave)


def _looking_back(asked: Asked) -> tuple[Row, ...]:
    """As long as a next wave is open, and nobody has said of each agreement what came of it."""
    before = waves.before(asked.tx, asked.partnership.id, asked.wave) if asked.is_open else None
    agreed = agreements.of_wave(asked.tx, before.id) if before else ()
    if not before or all(one.done for one in agreed):
        return ()
    return ((asked.button(say("Agreements: what is done?"), "agreement_done", f"{before.number}.-"),),)


def _undoing(asked: Asked) -> tuple[Row, ...]:
    """An opening can be undone until its invitations go out."""
    if not (asked.is_open and asked.wave.invite_at and asked.wave.invite_at > asked.now):
        return ()
    return ((asked.button(say("Undo: do not open round {n}", n=asked.wave.number), "undo", asked.wave.number),),)
