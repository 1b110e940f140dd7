"""What a coordinator can ask for: a command or a button -> a query -> a letter, inside the same turn.

Every action names a partnership, and nothing happens before the seat of whoever asks is found in that partnership, nor
at a moment at which it does not apply. What reaches other people is shown first and done by a second button. Each file
of a subject enters its actions as it is imported here.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.aloud import Aloud
from bot.channels.port import Update
from bot.coordination import (  # noqa: F401
    agreements,
    feedback,
    helping,
    home,
    invitations,
    open_answers,
    programme,
    recordings,
    reports,
    scores,
    settings,
    team,
    turnout,
    waves,
)
from bot.coordination.request import ACTIONS as ACTIONS
from bot.coordination.request import Action, Asked, Shown, State
from bot.letters import Letter
from bot.survey.conversation.buttons import Coordinate
from bot.survey.conversation.commands import only_looks
from bot.survey.conversation.events import Recorded
from bot.survey.conversation.views import View
from bot.texts.texts import Texts
from storage import partnerships
from storage.coordinators import Seat
from storage.engine.database import Tx
from storage.seats import ALONG


def handle(
    tx: Tx,
    texts: Texts,
    seat: Seat,
    press: Coordinate,
    filled: Mapping[str, str],
    update: Update,
    now: datetime,
    aloud: Aloud,
) -> tuple[list[Letter], Coordinate]:
    """Carry out one action for a seat; the last letter holds the buttons. Unknown actions show the beginning. Also
    where what is shown stands: what was typed is never part of that."""
    wave, argument = partnerships.last_wave(tx, seat.partnership.id), press.argument
    around = (tx.channel(update.channel), update.entrances, now, aloud)
    sound = update.event.sound if isinstance(update.event, Recorded) else None
    asked = Asked(tx, texts, seat, wave, argument, filled, *around, sound)
    found = _do(asked, ACTIONS.get(press.action, ACTIONS["home"]))
    shown = found if isinstance(found, Shown) else Shown(found)
    spoken = argument if press.action == "language" and argument in asked.languages else seat.language
    where = shown.view.at or (press if only_looks(press) else replace(press, argument="-"))
    view = replace(shown.view, rows=(*shown.view.rows, programme.BACK)) if seat.role == ALONG else shown.view
    return [*shown.above, texts.letter(view, spoken)], where


def _do(asked: Asked, action: Action) -> View | Shown:
    """What is asked for, where and when it applies; else where this person, or this wave, is."""
    if asked.seat.role not in action.roles:
        return home.home(asked)
    if not action.when or asked.state in action.when:
        return action.do(asked)
    if asked.is_open:
        return waves.still_open(asked)
    return waves.closed_already(asked) if action.when == (State.OPEN,) else waves.before_opening(asked)
