"""A glance: what a page shows to somebody who has done nothing yet.

It only reads. Whoever fetches an address to make a preview of it leaves nothing behind and is not counted.
"""

from datetime import datetime

from bot import turn
from bot.letters import Letter, Opened, Sight, Update
from bot.survey import door
from bot.survey.buttons import Welcome
from bot.survey.views import View
from bot.texts import HOME_LANGUAGE, Texts
from storage import coordinators, dialogues, partnerships
from storage.database import Tx


def look(tx: Tx, texts: Texts, update: Update, now: datetime) -> Sight:
    """What the update would show, as far as that can be said without acting on it."""
    caller = dialogues.load(tx, texts.checklist, texts.languages, update.channel, update.address, None)
    seats = coordinators.seats(tx, update.channel, update.address)
    spoken = _spoken(texts, update)
    if caller:
        spoken = caller.dialogue.language
    elif seats:
        spoken = seats[0].language
    letter, code_is_right, knocks = _behind_the_door(tx, texts, update, spoken, now)
    role = min((seat.role for seat in seats), default="")  # a coordinator somewhere is shown what coordinators can do
    return Sight(spoken, letter, caller is not None, role, code_is_right, knocks)


def _spoken(texts: Texts, update: Update) -> str:
    wanted = update.event.language if isinstance(update.event, Welcome) else update.phone_language
    return texts.negotiate(wanted) or HOME_LANGUAGE


def _behind_the_door(tx: Tx, texts: Texts, update: Update, spoken: str, now: datetime) -> tuple[Letter, bool, bool]:
    """The letter, whether the code is one of ours, and whether it is a link that works once."""
    match update.event:
        case Opened(code):
            language = None
        case Welcome(code, language):
            language = texts.negotiate(language)
        case _:
            return texts.letter(door.stray(), spoken), False, False
    partnership = partnerships.invited_by(tx, code)
    if partnership is None:
        return _behind_a_link(tx, texts, code, spoken, now)
    if partnerships.last_wave(tx, partnership.id).closed_at:
        return texts.letter(door.no_open_wave(partnership), spoken), True, False
    (shown,) = turn.welcome(texts, update, partnership, code, language, now).envelopes
    return shown.letter, True, False


def _behind_a_link(tx: Tx, texts: Texts, code: str, spoken: str, now: datetime) -> tuple[Letter, bool, bool]:
    def shown(view: View) -> Letter:
        return texts.letter(view, spoken)

    found = coordinators.link(tx, code, now)
    partnership = partnerships.find(tx, str(found.partnership)) if found else None
    if found is None or partnership is None:
        return shown(door.unknown_invitation()), False, False
    if found.used or found.expired:
        return shown(door.used_link()), True, False
    return shown(door.seat_offered(partnership, found.role)), True, True
