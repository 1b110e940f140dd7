"""A preview: what a page shows to somebody who has done nothing yet.

It only reads. Whoever fetches an address to make a preview of it leaves nothing behind and is not counted.
"""

from dataclasses import replace
from datetime import datetime

from bot.channels.port import Opened, Preview, Update
from bot.survey.conversation import turned_away, welcome
from bot.survey.conversation.buttons import Welcome
from bot.survey.conversation.views import View
from bot.survey.phrases import Phrase
from bot.texts.texts import HOME_LANGUAGE, Texts
from bot.turns import take
from storage import contacts, coordinators, partnerships, respondents
from storage.engine.database import Tx


def preview(tx: Tx, texts: Texts, update: Update, now: datetime) -> Preview:
    """What the update would show, as far as that can be said without acting on it."""
    caller = respondents.load(tx, texts.checklist, texts.languages, update.channel, update.address, None)
    seats = coordinators.seats(tx, update.channel, update.address)
    spoken = _spoken(texts, update)
    if caller:
        spoken = caller.dialogue.language
    elif seats:
        spoken = seats[0].language
    return replace(
        _behind_the_door(tx, texts, update, spoken, now),
        takes_part=caller is not None,
        role=min((seat.role for seat in seats), default=""),  # who coordinates somewhere sees what coordinators can do
        standing=f"{caller.dialogue.response}.{caller.dialogue.wave_open}" if caller else "",
    )


def _spoken(texts: Texts, update: Update) -> str:
    wanted = update.event.language if isinstance(update.event, Welcome) else update.phone_language
    return texts.negotiate(wanted) or HOME_LANGUAGE


def _behind_the_door(tx: Tx, texts: Texts, update: Update, spoken: str, now: datetime) -> Preview:
    """What stands there, and whether the code is one of ours."""
    match update.event:
        case Opened(code):
            language = None
        case Welcome(code, language):
            language = texts.negotiate(language)
        case _:
            return Preview(spoken, texts.letter(View(turned_away.STRAY), spoken))
    partnership = partnerships.invited_by(tx, code)
    if partnership is None:
        return _behind_a_link(tx, texts, update, code, spoken, now)
    if contacts.takes_part(tx, update.channel, update.address, partnership.id):
        known = View(turned_away.known_here(partnership))
        return Preview(spoken, texts.letter(known, spoken), code_is_right=True, is_member=True)
    if partnerships.last_wave(tx, partnership.id).closed_at:
        return Preview(spoken, texts.letter(View(turned_away.no_open_wave(partnership)), spoken), code_is_right=True)
    (shown,) = take.welcome(tx, texts, update, partnership, code, language, now).envelopes
    first = language or texts.negotiate(update.phone_language) or partnership.language
    return Preview(first, shown.letter, code_is_right=True)


def _behind_a_link(tx: Tx, texts: Texts, update: Update, code: str, spoken: str, now: datetime) -> Preview:
    def shown(text: Phrase) -> Preview:
        return Preview(spoken, texts.letter(View(text), spoken))

    found = coordinators.link(tx, code, now)
    partnership = partnerships.find(tx, str(found.partnership)) if found else None
    if found is None or partnership is None:
        return shown(turned_away.UNKNOWN_INVITATION)
    if found.used or found.expired:
        seats = coordinators.seats(tx, update.channel, update.address)
        if any(seat.partnership.id == partnership.id for seat in seats):
            return replace(shown(turned_away.known_here(partnership)), code_is_right=True, is_member=True)
        return replace(shown(turned_away.USED_LINK), code_is_right=True)
    return replace(shown(welcome.seat_offered(partnership, found.role)), code_is_right=True, knocks=True)
