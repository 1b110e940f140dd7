"""One update, one transaction: claim it, ask who it is from, go where it leads, store what changed, write the letters.

`take` is a plain function of a transaction: it never waits for the network, and an update that comes twice acts once.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from bot.aloud import Aloud
from bot.channels.port import Left, Opened, Returned, Update
from bot.coordination import actions, home, programme
from bot.letters import Envelope, Letter
from bot.recordings import parts
from bot.recordings.recordings import NONE as NO_RECORDINGS
from bot.survey.checklist import fingerprint
from bot.survey.conversation import own_data, turned_away, welcome
from bot.survey.conversation.buttons import (
    Call,
    ChooseLanguage,
    Coordinate,
    Decline,
    Erase,
    Join,
    Press,
    ReadProgramme,
    TakeBack,
    Terms,
    Welcome,
    Where,
)
from bot.survey.conversation.commands import COORDINATING, only_looks
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.events import Commanded, Event, Expired, Filled, Recorded, Wrote
from bot.survey.conversation.step import Turn, step
from bot.survey.conversation.views import View
from bot.survey.phrases import Phrase
from bot.texts.texts import BETWEEN_LANGUAGES, SOURCE_LANGUAGE, Texts
from bot.turns import calling, show
from bot.turns.reply import Reply
from bot.turns.who import Who, arrived
from storage import (
    contacts,
    coordinators,
    links,
    open_answers,
    partnerships,
    programmes,
    published,
    respondents,
    updates,
)
from storage.coordinators import Seat
from storage.engine.database import Tx
from storage.links import Link
from storage.programmes import Reader
from storage.standing import Known

WITH_WORDS = {
    "invite": "named",
    "settings": "change",
    "open": "open_typed",
    "share": "share_typed",
    "agreement": "agreement_typed",
}  # what a coordinator's command does with words behind it
TIMELESS = datetime(2000, 1, 1, tzinfo=UTC)  # a consent text is the same text on every day
NOTHING: Mapping[str, str] = {}
Taken = Press | Commanded | Filled | Recorded | Wrote | Expired | Opened
"""What somebody does; that they can be reached, or cannot, is not."""
WITHOUT_WORDS = {action: name for name, action in WITH_WORDS.items()}


def take(tx: Tx, texts: Texts, update: Update, now: datetime, aloud: Aloud | None = None) -> Reply:
    """Handle one update; an update that was handled before gives an empty reply."""
    who = arrived(tx, texts, update, now, aloud)
    if who is None:
        return Reply()
    if isinstance(update.event, Left | Returned):
        is_here = isinstance(update.event, Returned)
        contacts.set_reachable(tx, update.channel, update.address, is_here, now, with_topics=update.in_group)
        return Reply()
    if update.looks_only and who.seats and not _only_looks(update.event):
        refused = texts.word(turned_away.LOOKS_ONLY, who.seats[0].language)
        return replace(coordinate(who, "home"), notice=refused)
    return _done(who, update.event)


def _done(who: Who, event: Taken) -> Reply:
    match event:
        case Opened(code):
            return _open(who, code.lower())
        case Welcome() | Terms() | ChooseLanguage() as read:
            return _open(who, read.invitation.lower(), chosen_by(read))
        case Join(code, language):
            return _join(who, code.lower(), who.texts.negotiate(language))
        case Decline(language):
            return _decline(who, who.texts.negotiate(language))
        case Call() | Coordinate() | ReadProgramme() | Filled(Call() | Coordinate()) | Recorded() as beside:
            return _beside(who, beside)
        case other:
            return _converse(who, other)


def _only_looks(event: object) -> bool:
    """What is filled in is something that is done, whatever the screen that it stands on."""
    if isinstance(event, Coordinate | ReadProgramme):
        return only_looks(event)
    return isinstance(event, Opened | Welcome | Terms | ChooseLanguage | Decline | Wrote)


def _beside(who: Who, event: Call | Coordinate | ReadProgramme | Filled | Recorded) -> Reply:
    """What is beside the survey: being called, and what is done with a seat."""
    press = event.press if isinstance(event, Filled | Recorded) else event
    filled = event.values if isinstance(event, Filled) else NOTHING
    if isinstance(press, Call) and who.contact:
        return calling.call(who, press, filled)
    if isinstance(press, Coordinate):
        return coordinate(who, press.action, press.argument, press.partnership, filled)
    return read_programme(who, press) if isinstance(press, ReadProgramme) else _turned_away(who, turned_away.STRAY)


def apologise(tx: Tx, texts: Texts, update: Update, now: datetime) -> Reply:
    """Pass over an update on which a turn failed, and say so."""
    return _say_instead(tx, texts, update, turned_away.BROKEN, now)


def turn_away(tx: Tx, texts: Texts, update: Update, now: datetime) -> Reply:
    """Pass over a code of somebody who brought too many wrong ones. In a group they may all be for another bot."""
    said = _say_instead(tx, texts, update, turned_away.TOO_MANY, now)
    return Reply() if update.in_group else said


def _say_instead(tx: Tx, texts: Texts, update: Update, text: Phrase, now: datetime) -> Reply:
    if not updates.claim(tx, update.id, now):
        return Reply()
    return _turned_away(Who(tx, texts, replace(update, message=None), now), text)


def _turned_away(who: Who, text: Phrase, language: str | None = None, removes: tuple[int, ...] = ()) -> Reply:
    return Reply((who.not_kept(text, language, removes),), language=language or who.spoken)


def _open(who: Who, code: str, language: str | None = None) -> Reply:
    """Somebody with a code: a respondent goes on, anybody else is welcomed, in the language that they choose if they
    opened it before."""
    tx = who.tx
    partnership = partnerships.invited_by(tx, code)
    if partnership is None:
        return _open_coordinator_link(who, code)
    if who.update.in_group:
        return _turned_away(who, turned_away.NOT_IN_A_GROUP, partnership.language)
    wave = partnerships.last_wave(tx, partnership.id)
    response = respondents.enter_wave(tx, who.contact, partnership.id, wave, who.now, code) if who.contact else None
    if response is not None:
        return _resume(who, response)
    if wave.closed_at:
        return _turned_away(who, turned_away.no_open_wave(partnership), who.spoken_in(partnership, language))
    _look_away(who)
    if language is None:  # else they only read the same in another language
        partnerships.opened(tx, code)
    letter = welcomed(who, partnership, code, language)
    spoken = who.spoken_in(partnership, language)
    return Reply((Envelope(who.update.channel, who.update.address, letter),), language=spoken)


def chosen_by(read: Welcome | Terms | ChooseLanguage) -> str:
    return "" if isinstance(read, ChooseLanguage) else read.language


def _open_coordinator_link(who: Who, code: str) -> Reply:
    """Give a seat to whoever opens the link first; a group can only read."""
    _look_away(who)
    in_group, found = who.update.in_group, links.link(who.tx, code, who.now)
    if found is None and in_group:
        return Reply(is_wrong_code=True)  # it may be meant for another bot
    if found is None:
        return replace(_turned_away(who, turned_away.UNKNOWN_INVITATION), is_wrong_code=True)
    if found.used or found.expired:
        return _used(_again(who), found)
    if in_group and found.role != "viewer":
        return _turned_away(who, turned_away.NOT_IN_A_GROUP)
    if found.programme:
        return _open_programme(who, code, found)
    asked_by = partnerships.numbered(who.tx, found.partnership)
    spoken = who.spoken_in(asked_by) if asked_by else who.spoken
    contact = contacts.meet(who.tx, who.update.channel, who.update.address, spoken, who.now)
    coordinators.use_link(who.tx, code, found, contact, who.now)
    (seat,) = (seat for seat in coordinators.seats(who.tx, contact) if seat.partnership.id == found.partnership)
    view = home.welcome(seat, partnerships.last_wave(who.tx, found.partnership), with_buttons=not in_group)
    return _to_seat(_again(who), seat, [who.texts.letter(view, seat.language)], Coordinate(found.partnership, "home"))


def _used(who: Who, link: Link) -> Reply:
    """Whoever has the seat is let in."""
    if link.programme and who.reading(link.programme):
        return read_programme(who, ReadProgramme(link.programme))
    if link.partnership and who.seats_in(link.partnership):
        return coordinate(who, "home")
    return _turned_away(who, turned_away.USED_LINK)


def _open_programme(who: Who, code: str, link: Link) -> Reply:
    """Somebody reads along from now on."""
    tx, texts, update = who.tx, who.texts, who.update
    (found,) = (one for one in programmes.every(tx) if one.id == link.programme)
    spoken = texts.negotiate(update.phone_language) or found.language
    contact = contacts.meet(tx, update.channel, update.address, spoken, who.now)
    programmes.use_link(tx, code, link, contact, who.now)
    now = _again(who)
    (reader,) = now.reading(found.id)
    letter = programme.welcome(tx, texts, reader, update.entrances.home, who.now)
    return _to_seat(now, reader, [letter], ReadProgramme(found.id))


def read_programme(who: Who, press: ReadProgramme) -> Reply:
    """Something that a reader of a programme asks for; of anybody else it is an old button."""
    readers = who.reading(press.programme) or _again(who).reading(press.programme)
    if not readers:
        return _converse(replace(who, seats=tuple(who.seats_in(0))), Expired())
    _look_away(who)
    if len(readers) > 1:
        choice = who.texts.letter(programme.pick(readers, press.action), readers[0].language)
        return _to_seat(who, readers[0], [choice], ReadProgramme(0))
    home = who.update.entrances.home
    shown, where = programme.handle(who.tx, who.texts, readers[0], press, home, who.now)
    return _farewell(who, shown, readers[0]) if press.action == "left" else _to_seat(who, readers[0], [shown], where)


def _farewell(who: Who, shown: Letter, seat: Seat | Reader) -> Reply:
    """To somebody about whom we may keep nothing any more: it is not stored."""
    letter = replace(shown, replaces=who.update.message)
    return Reply((Envelope(who.update.channel, who.update.address, letter),), language=seat.language)


def _look_away(who: Who) -> None:
    """They are shown what is not for a respondent: in a chat, what they type from here on is no open answer."""
    if who.contact and not who.is_on_a_page:
        open_answers.ask_no_more(who.tx, who.contact)


def _again(who: Who) -> Who:
    """The same, with their seats as they are by now: one may have been taken while this turn waited."""
    contact = contacts.number_at(who.tx, who.update.channel, who.update.address)
    return replace(who, contact=contact, seats=coordinators.seats(who.tx, contact)) if contact else who


def coordinate(
    who: Who, action: str, argument: str = "-", partnership: int = 0, filled: Mapping[str, str] = NOTHING
) -> Reply:
    """An action of somebody with a seat; who only reads along in a programme is shown that, and of anybody else it is
    an old button."""
    seats = who.seats_in(partnership) or _again(who).seats_in(partnership)
    if not seats:
        return read_programme(who, ReadProgramme(0, "leave" if action == "leave" else "home"))
    _look_away(who)
    if len(seats) > 1:
        choice = who.texts.letter(home.pick(seats, WITHOUT_WORDS.get(action, action)), seats[0].language)
        return _to_seat(who, seats[0], [choice], Coordinate(0, action, argument))
    update = who.update
    press = Coordinate(seats[0].partnership.id, action, argument)
    aloud = who.aloud or Aloud(who.texts, NO_RECORDINGS)
    shown, where = actions.handle(who.tx, who.texts, seats[0], press, filled, update, who.now, aloud)
    if action == "left":
        return _farewell(who, shown[-1], seats[0])
    return _to_seat(who, seats[0], shown, where)


def _to_seat(who: Who, seat: Seat | Reader, shown: list[Letter], where: Where | None = None) -> Reply:
    """A single letter takes the place of the message that was pressed; with a picture above it, it comes anew."""
    if len(shown) == 1:
        shown = [replace(shown[0], replaces=who.update.message)]
    envelopes = tuple(who.kept(seat.contact, letter) for letter in shown)
    takes_part = who.is_on_a_page and who.in_wave() is not None
    return Reply(envelopes, language=seat.language, where=where, takes_part=takes_part, role=who.role)


def _decline(who: Who, language: str | None) -> Reply:
    """They say no; who said yes before is shown where they are, for then we do keep something."""
    known = who.in_wave()
    if known is None:
        return _turned_away(who, welcome.DECLINED, language)
    return _carry_out(who, known, Turn(known.dialogue, known.dialogue.here))


def welcomed(who: Who, partnership: Partnership, code: str, chosen: str | None) -> Letter:
    """The welcome, or all that is agreed to; or the languages, for who speaks none of them or wants another."""
    texts, offered = who.texts, partnership.offers(who.texts.languages)
    spoken = who.welcoming(partnership, chosen)
    if spoken is None:
        return _languages(who, welcome.languages(partnership, code, offered), partnership.language)
    screen = welcome.terms if isinstance(who.update.event, Terms) else welcome.welcome
    channel = who.tx.channel(who.update.channel)
    view = screen(partnership, code, spoken, offered, channel, who.now)
    letter = texts.letter(view, spoken, who.update.message)
    return show.read_aloud(who, partnership, spoken, parts.WELCOME, letter)


def _languages(who: Who, view: View, own: str) -> Letter:
    """In the language of the partnership, with English below: whoever reads neither sees the name of their own."""
    letter = who.texts.letter(view, own, who.update.message)
    if own == SOURCE_LANGUAGE:
        return letter
    in_english = who.texts.render(View(view.paragraphs[1:]), SOURCE_LANGUAGE)
    return replace(letter, text=f"{letter.text}{BETWEEN_LANGUAGES}{in_english}")


def _join(who: Who, code: str, read: str | None) -> Reply:
    """They agreed, to what they read in this language: from here on we keep something about them."""
    tx, texts, update = who.tx, who.texts, who.update
    partnership = partnerships.invited_by(tx, code)
    if partnership is None:
        return replace(_turned_away(who, turned_away.UNKNOWN_INVITATION, read), is_wrong_code=True)
    wave, language = partnerships.last_wave(tx, partnership.id), read or who.spoken_in(partnership)
    if wave.closed_at:
        return _turned_away(who, turned_away.no_open_wave(partnership), language)
    offered = partnership.offers(texts.languages)
    around = (partnership, code, language, offered, tx.channel(update.channel), TIMELESS)
    agreed_to = (screen(*around) for screen in (welcome.welcome, welcome.terms))
    consent = fingerprint(*(texts.render(screen, language) for screen in agreed_to))
    contact = respondents.join(tx, update.channel, update.address, language, partnership.id, code, consent, who.now)
    response = respondents.enter_wave(tx, contact, partnership.id, wave, who.now, code)
    return _resume(replace(who, contact=contact), response)


def _resume(who: Who, response: int | None) -> Reply:
    """Show where they are in this response; whoever comes by the link wants to hear from us again."""
    known = who.in_wave(response)
    if known is None:
        return _turned_away(who, turned_away.STRAY)
    awake = replace(known.dialogue, stopped=False)
    return _carry_out(who, known, Turn(awake, awake.here))


def _converse(who: Who, event: Event) -> Reply:
    if isinstance(event, Commanded):
        event = Commanded(who.texts.commands.get(event.name, event.name), event.words)
        if event.name == "programme" and (who.seats or _again(who).seats):
            return read_programme(who, ReadProgramme(0))
        if event.name in COORDINATING and (who.seats or _again(who).seats):
            action = WITH_WORDS.get(event.name, event.name) if event.words else event.name
            return coordinate(who, action, event.words or "-")
    response: int | None = getattr(event, "response", None)
    if isinstance(event, TakeBack):
        published.hold(who.tx, event.response)
        who = replace(who, found=None)
    known = who.as_they_came(response)
    if known is None:
        return _without_answers(who, event)
    if response is not None and not known.named:
        event = Expired()  # the button of an erased response, or of somebody else's
    standing = known.dialogue.at(who.update.at) if who.update.at else known.dialogue
    return _carry_out(who, known, step(standing, event, who.now))


def _without_answers(who: Who, event: Event) -> Reply:
    """Somebody who is no respondent: they have a seat, or are nobody to us."""
    if who.seats:
        wants_out = isinstance(event, Commanded) and event.name in ("erase", "stop")
        return coordinate(who, "leave" if wants_out else "home")
    is_again = isinstance(event, Erase)  # a second tap: the first one did it
    return _turned_away(who, own_data.ERASED if is_again else turned_away.STRAY)


def _carry_out(who: Who, known: Known, turn: Turn) -> Reply:
    """Store what the turn changed and write what it shows."""
    language = turn.dialogue.language
    if turn.erased:
        respondents.erase(who.tx, who.texts.checklist, known.contact)
        return _turned_away(who, own_data.ERASED, language, known.voices)
    respondents.save(who.tx, known, turn.dialogue, who.now)
    letters, values = show.screen(who, known, turn)
    # Who presses a message reads it on the button; a page has no other place for it.
    pressed = turn.notice if who.update.message is not None or who.is_on_a_page else None
    return Reply(
        tuple(who.kept(known.contact, letter) for letter in letters),
        notice=who.texts.word(pressed, language) if pressed else None,
        answered=turn.dialogue.answers != known.dialogue.answers,
        language=language,
        where=turn.show,
        values=values,
        takes_part=True,
        role=who.role,
    )
