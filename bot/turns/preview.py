"""A preview: what a page shows to somebody who has done nothing yet.

It only reads. Whoever fetches an address to make a preview of it leaves nothing behind and is not counted.
"""

from dataclasses import replace
from datetime import datetime

from bot.channels.port import Opened, Preview, Update
from bot.survey.conversation import turned_away, welcome
from bot.survey.conversation.buttons import Terms, Welcome
from bot.survey.conversation.views import View
from bot.survey.phrases import Phrase
from bot.texts.texts import HOME_LANGUAGE, Texts
from bot.turns import take
from bot.turns.who import Who, identify
from storage import contacts, links, partnerships
from storage.engine.database import Tx


def preview(tx: Tx, texts: Texts, update: Update, now: datetime) -> Preview:
    """What the update would show, as far as that can be said without acting on it."""
    who = identify(tx, texts, update, now)
    known = who.in_wave()
    return replace(
        _seen(who, known.dialogue.language if known else _spoken(who)),
        takes_part=known is not None,
        role=min((seat.role for seat in who.seats), default=""),  # a coordinator anywhere sees what coordinators can do
        standing=f"{known.dialogue.response}.{known.dialogue.wave_open}" if known else "",
    )


def _spoken(who: Who) -> str:
    """The language of their seat, or else the one they choose, or else that of their phone."""
    if who.seats:
        return who.seats[0].language
    event = who.update.event
    return who.texts.negotiate(event.language) or HOME_LANGUAGE if isinstance(event, Welcome | Terms) else who.spoken


def _seen(who: Who, spoken: str) -> Preview:
    """What stands there, and whether the code is one of ours."""
    match who.update.event:
        case Opened(code):
            language = None
        case Welcome(code, language) | Terms(code, language):
            language = who.texts.negotiate(language)
        case _:
            return _said(who, turned_away.STRAY, spoken)
    partnership = partnerships.invited_by(who.tx, code)
    if partnership is None:
        return _behind_a_link(who, code, spoken)
    if who.contact and contacts.takes_part(who.tx, who.contact, partnership.id):
        return _said(who, turned_away.known_here(partnership), spoken, code_is_right=True, is_member=True)
    if partnerships.last_wave(who.tx, partnership.id).closed_at:
        return _said(who, turned_away.no_open_wave(partnership), spoken, code_is_right=True)
    every = who.welcoming(partnership, language)
    return Preview(every[0], take.welcomed(who, partnership, code, every), code_is_right=True)


def _behind_a_link(who: Who, code: str, spoken: str) -> Preview:
    found = links.link(who.tx, code, who.now)
    partnership = partnerships.find(who.tx, str(found.partnership)) if found else None
    if found is None or partnership is None:
        return _said(who, turned_away.UNKNOWN_INVITATION, spoken)
    if not (found.used or found.expired):
        return _said(who, welcome.seat_offered(partnership, found.role), spoken, code_is_right=True, knocks=True)
    if who.seats_in(partnership.id):
        return _said(who, turned_away.known_here(partnership), spoken, code_is_right=True, is_member=True)
    return _said(who, turned_away.USED_LINK, spoken, code_is_right=True)


def _said(
    who: Who, text: Phrase, spoken: str, *, code_is_right: bool = False, knocks: bool = False, is_member: bool = False
) -> Preview:
    letter = who.texts.letter(View(text), spoken)
    return Preview(spoken, letter, code_is_right=code_is_right, knocks=knocks, is_member=is_member)
