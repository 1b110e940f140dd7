"""What a coordinator can ask for: a command or a button -> a query -> a letter, inside the same turn.

Every action names a partnership, and nothing happens before the seat of whoever asks is found in that partnership.
What reaches other people is shown first and done by a second button.
"""

from datetime import datetime

from bot.channels.port import Entrances
from bot.coordination import feedback, home, invitations, scores, settings, team, turnout
from bot.coordination import waves as of_waves
from bot.coordination.request import Actions, Asked
from bot.letters import Letter
from bot.texts.texts import Texts
from storage import partnerships
from storage.coordinators import Seat
from storage.engine.database import Tx

FOR_VIEWERS = ("home", "summary", "changes", "language", "leave", "left")


def handle(
    tx: Tx, texts: Texts, seat: Seat, action: str, argument: str, entrances: Entrances, now: datetime
) -> list[Letter]:
    """Carry out one action for a seat; the last letter holds the buttons. Unknown actions show the beginning."""
    allowed = ACTIONS if seat.role == "coordinator" else {name: ACTIONS[name] for name in FOR_VIEWERS}
    wave = partnerships.last_wave(tx, seat.partnership.id)
    asked = Asked(tx, texts, seat, wave, argument, entrances, now)
    shown = allowed.get(action, home.home)(asked)
    spoken = argument if action == "language" and argument in texts.languages else seat.language
    return [*shown.above, texts.letter(shown.view, spoken)]


ACTIONS: Actions = {
    **home.ACTIONS,
    **scores.ACTIONS,
    **turnout.ACTIONS,
    **invitations.ACTIONS,
    **of_waves.ACTIONS,
    **feedback.ACTIONS,
    **team.ACTIONS,
    **settings.ACTIONS,
}
