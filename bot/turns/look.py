"""A look: what a page shows to somebody, wherever they look, who does nothing.

It only reads, but for scores that may be released by then: a summary releases them whenever it is read. Whoever fetches
an address to make a preview of it leaves nothing behind and is not counted.
"""

from dataclasses import replace
from datetime import datetime

from bot.aloud import Aloud
from bot.channels.port import Opened, Shown, Update
from bot.survey.conversation import accessibility, turned_away, welcome
from bot.survey.conversation.buttons import (
    Call,
    ChooseLanguage,
    Coordinate,
    Go,
    Position,
    ReadProgramme,
    Screen,
    Terms,
    Welcome,
)
from bot.survey.conversation.commands import only_looks
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.conversation.step import Turn, step
from bot.survey.conversation.values import shared
from bot.survey.conversation.views import View
from bot.survey.phrases import Phrase, within
from bot.texts.texts import HOME_LANGUAGE, Texts
from bot.turns import calling, show, take
from bot.turns.reply import shown
from bot.turns.who import Who, identify
from storage import contacts, links, partnerships
from storage.engine.database import Tx
from storage.standing import Known

ACCESSIBILITY = Position(Screen.ACCESSIBILITY)


def look(tx: Tx, texts: Texts, update: Update, now: datetime, aloud: Aloud | None = None) -> Shown:
    """What stands where the update leads, as far as that can be said without acting on it."""
    who = identify(tx, texts, update, now, aloud)
    known = who.in_wave()
    seen = _seen(who, known, known.dialogue.language if known else _spoken(who))
    return replace(seen, takes_part=known is not None, role=who.role)


def _spoken(who: Who) -> str:
    """The language of their seat, or else the one they choose, or else that of their phone."""
    if who.seats:
        return who.seats[0].language
    event = who.update.event
    return who.texts.negotiate(event.language) or HOME_LANGUAGE if isinstance(event, Welcome | Terms) else who.spoken


def _seen(who: Who, known: Known | None, spoken: str) -> Shown:
    match who.update.event:
        case Opened(code):
            return _behind(who, code, None, spoken)
        case Welcome() | Terms() | ChooseLanguage() as read:
            return _behind(who, read.invitation, take.chosen_by(read), spoken)
        case Coordinate(partnership, action, argument) as asked if who.seats_in(partnership) and only_looks(asked):
            return shown(take.coordinate(who, action, argument, partnership))
        case ReadProgramme(programme) as reads if only_looks(reads) and who.reading(programme):
            return shown(take.read_programme(who, reads))
        case Call() if who.contact:
            return shown(calling.shown(who))
        case event if known:
            return _of_respondent(who, known, event.position if isinstance(event, Go) else None)
        case event:
            return _without_answers(who, event, spoken)


def _without_answers(who: Who, event: object, spoken: str) -> Shown:
    """Of whoever is no respondent."""
    if event == Go(0, ACCESSIBILITY):
        return replace(_said(_accessibility(who), who, spoken), where=ACCESSIBILITY)
    if who.seats:
        return shown(take.coordinate(who, "home"))
    return _said(turned_away.STRAY, who, spoken)


def _here(dialogue: Dialogue) -> Position:
    """Where the answers put them; who was invited to a next wave and did not begin, is asked to first."""
    is_asked_again = dialogue.is_invited and not dialogue.answers and dialogue.here.screen == Screen.ITEM
    return Position(Screen.INVITED) if is_asked_again else dialogue.here


def _of_respondent(who: Who, known: Known, asked: Position | None) -> Shown:
    """The screen at the position that is asked for, when they may be there; else the one where they are. Who takes part
    in several partnerships chooses one first, when they do not say where they want to be."""
    dialogue = known.dialogue
    pick = Position(Screen.PICK)
    if dialogue.others and asked in (None, pick):
        turn = Turn(dialogue, pick)
    else:
        turn = step(dialogue, Go(dialogue.response, asked), who.now) if asked else Turn(dialogue, _here(dialogue))
    if turn.notice:
        turn = Turn(dialogue, _here(dialogue))
    letters, values = show.screen(who, known, turn)
    return Shown(dialogue.language, tuple(letters), where=turn.show, values=values)


def _behind(who: Who, code: str, chosen: str | None, spoken: str) -> Shown:
    """What stands behind a code, and whether it is one of ours."""
    partnership = partnerships.invited_by(who.tx, code)
    if partnership is None:
        return _behind_a_link(who, code, spoken)
    if who.contact and contacts.takes_part(who.tx, who.contact, partnership.id):
        return _said(turned_away.known_here(partnership.name), who, spoken, code_is_right=True, is_member=True)
    if partnerships.last_wave(who.tx, partnership.id).closed_at:
        return _said(turned_away.no_open_wave(partnership), who, spoken, code_is_right=True)
    letter = take.welcomed(who, partnership, code, chosen)
    return Shown(who.spoken_in(partnership, chosen), (letter,), code_is_right=True)


def _behind_a_link(who: Who, code: str, spoken: str) -> Shown:
    found = links.link(who.tx, code, who.now)
    if found is None:
        return _said(turned_away.UNKNOWN_INVITATION, who, spoken)
    name = links.name_of(who.tx, found)
    if not (found.used or found.expired):
        return _said(welcome.seat_offered(name, found.role), who, spoken, code_is_right=True, knocks=True)
    if who.reading(found.programme) if found.programme else who.seats_in(found.partnership):
        return _said(turned_away.known_here(name), who, spoken, code_is_right=True, is_member=True)
    return _said(turned_away.USED_LINK, who, spoken, code_is_right=True)


def _accessibility(who: Who) -> Phrase:
    """With the contact person, for whoever has a seat."""
    asked_by = [seat.partnership for seat in who.seats_in(0)]
    if not asked_by:
        return accessibility.to_anybody()
    return within(accessibility.STATEMENT, shared(asked_by[0], who.tx.channel(who.update.channel), who.now))


def _said(
    text: Phrase, who: Who, spoken: str, *, code_is_right: bool = False, knocks: bool = False, is_member: bool = False
) -> Shown:
    letter = who.texts.letter(View(text), spoken)
    return Shown(spoken, (letter,), code_is_right=code_is_right, knocks=knocks, is_member=is_member)
