"""One update, one transaction: claim it, load the dialogue, step, store what changed, write the letters.

`take` is a plain function of a transaction: it never waits for the network, and an update that comes twice acts once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from bot.channels.port import Left, Opened, Returned, Update
from bot.coordination import actions, home
from bot.export.writers import as_csv
from bot.letters import Attachment, Envelope, Letter
from bot.rendering import attachments
from bot.rendering.charts import Picture
from bot.results import summaries
from bot.survey.checklist import fingerprint
from bot.survey.conversation import own_data, screens, turned_away
from bot.survey.conversation import welcome as door
from bot.survey.conversation.buttons import Coordinate, Decline, Erase, Join, Place, Screen, Welcome
from bot.survey.conversation.dialogue import COORDINATING, Commanded, Dialogue, Event, Expired, Partnership, Turn, step
from bot.survey.conversation.views import View
from bot.survey.phrases import Phrase, say
from bot.survey.scores import scoring
from bot.texts.texts import BETWEEN_LANGUAGES, HOME_LANGUAGE, SOURCE_LANGUAGE, Texts
from storage import contacts, coordinators, letters, partnerships, respondents, updates
from storage.coordinators import Seat
from storage.engine.database import Tx
from storage.respondents import Caller

WITH_WORDS = {
    "invite": "named",
    "settings": "change",
    "open": "open_typed",
    "share": "share_typed",
}  # what a coordinator's command does with words behind it
TIMELESS = datetime(2000, 1, 1, tzinfo=UTC)  # a consent text is the same text on every day
WITHOUT_WORDS = {action: name for name, action in WITH_WORDS.items()}


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out once the transaction is committed; `notice` is a short line on the pressed button.

    `outdated` is a contact for whom bulk mail that is about to go may say what is no longer so; `answered` tells
    whether an answer was stored, `is_wrong_code` whether they brought a code that nobody has.
    """

    envelopes: tuple[Envelope, ...] = ()
    notice: str | None = None
    outdated: int | None = None
    answered: bool = False
    is_wrong_code: bool = False


def take(tx: Tx, texts: Texts, update: Update, now: datetime) -> Reply:
    """Handle one update; an update that was handled before gives an empty reply."""
    if not updates.claim(tx, update.id, now):
        return Reply()
    match update.event:
        case Left() | Returned() as event:
            contacts.set_reachable(
                tx, update.channel, update.address, isinstance(event, Returned), now, with_topics=update.in_group
            )
            return Reply()
        case Opened(code):
            return _open(tx, texts, update, code.lower(), now)
        case Welcome(code, language):
            return _open(tx, texts, update, code.lower(), now, texts.negotiate(language))
        case Join(code, language):
            return _join(tx, texts, update, code.lower(), texts.negotiate(language) or HOME_LANGUAGE, now)
        case Decline(language):
            return _decline(tx, texts, update, texts.negotiate(language), now)
        case Coordinate(partnership, action, argument):
            return _coordinate(tx, texts, update, now, action, argument, partnership)
        case event:
            return _converse(tx, texts, update, event, now)


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
    return _at_the_door(texts, replace(update, message=None), text)


def _open(tx: Tx, texts: Texts, update: Update, code: str, now: datetime, language: str | None = None) -> Reply:
    """Somebody with a code: a respondent goes on, anybody else is welcomed."""
    partnership = partnerships.invited_by(tx, code)
    if partnership is None:
        return _open_coordinator_link(tx, texts, update, code, now)
    if update.in_group:
        return _at_the_door(texts, update, turned_away.NOT_IN_A_GROUP, partnership.language)
    wave = partnerships.last_wave(tx, partnership.id)
    response = respondents.enter_wave(tx, update.channel, update.address, partnership.id, wave, now)
    if response is not None:
        return _resume(tx, texts, update, response, now)
    if wave.closed_at:
        return _at_the_door(texts, update, turned_away.no_open_wave(partnership), language)
    if language is None:  # else they only read the same in another language
        coordinators.opened(tx, code)
    return welcome(tx, texts, update, partnership, code, language, now)


def _open_coordinator_link(tx: Tx, texts: Texts, update: Update, code: str, now: datetime) -> Reply:
    """Give a seat to whoever opens the link first; a group can only read."""
    found = coordinators.link(tx, code, now)
    if found is None and update.in_group:
        return Reply(is_wrong_code=True)  # it may be meant for another bot
    if found is None:
        return replace(_at_the_door(texts, update, turned_away.UNKNOWN_INVITATION), is_wrong_code=True)
    mine = [seat for seat in _seats(tx, update) if seat.partnership.id == found.partnership]
    if found.used or found.expired:
        return (
            _coordinate(tx, texts, update, now, "home") if mine else _at_the_door(texts, update, turned_away.USED_LINK)
        )
    if update.in_group and found.role != "viewer":
        return _at_the_door(texts, update, turned_away.NOT_IN_A_GROUP)
    spoken = texts.negotiate(update.phone_language) or HOME_LANGUAGE
    coordinators.use_link(tx, code, found, update.channel, update.address, spoken, now)
    (seat,) = (seat for seat in _seats(tx, update) if seat.partnership.id == found.partnership)
    is_open = partnerships.last_wave(tx, found.partnership).closed_at is None
    welcomed = home.welcome(seat, is_open=is_open, with_buttons=not update.in_group)
    return _to_seat(tx, update, seat, [texts.letter(welcomed, seat.language)], now)


def _coordinate(
    tx: Tx,
    texts: Texts,
    update: Update,
    now: datetime,
    action: str,
    argument: str = "-",
    partnership: int | None = None,
) -> Reply:
    """An action of somebody with a seat; of anybody else it is an old button."""
    seats = [seat for seat in _seats(tx, update) if partnership in (None, seat.partnership.id)]
    if not seats:
        return _converse(tx, texts, update, Expired(), now)
    if len(seats) > 1:
        choice = texts.letter(home.pick(seats, WITHOUT_WORDS.get(action, action)), seats[0].language)
        return _to_seat(tx, update, seats[0], [choice], now)
    shown = actions.handle(tx, texts, seats[0], action, argument, update.entrances, now)
    if action == "left":
        return Reply((Envelope(update.channel, update.address, replace(shown[-1], replaces=update.message)),))
    return _to_seat(tx, update, seats[0], shown, now)


def _to_seat(tx: Tx, update: Update, seat: Seat, shown: list[Letter], now: datetime) -> Reply:
    """A single letter takes the place of the message that was pressed; with a picture above it, it comes anew."""
    if len(shown) == 1:
        shown = [replace(shown[0], replaces=update.message)]
    numbered = [(letter, letters.reply(tx, seat.contact, letter, now)) for letter in shown]
    return Reply(tuple(Envelope(update.channel, update.address, one, number, seat.contact) for one, number in numbered))


def _seats(tx: Tx, update: Update) -> list[Seat]:
    return coordinators.seats(tx, update.channel, update.address)


def _decline(tx: Tx, texts: Texts, update: Update, language: str | None, now: datetime) -> Reply:
    """They say no; who said yes before is shown where they are, for then we do keep something."""
    caller = respondents.load(tx, texts.checklist, texts.languages, update.channel, update.address, None)
    if caller is None:
        return _at_the_door(texts, update, door.DECLINED, language)
    return _carry_out(tx, texts, update, caller, Turn(caller.dialogue, caller.dialogue.here), now)


def welcome(
    tx: Tx, texts: Texts, update: Update, partnership: Partnership, code: str, language: str | None, now: datetime
) -> Reply:
    """In the language of the phone; when we do not speak that, in the partnership's with English below."""
    spoken = language or texts.negotiate(update.phone_language)
    first, *below = [spoken] if spoken else dict.fromkeys((partnership.language, SOURCE_LANGUAGE))
    view, *more = (
        door.welcome(partnership, code, code_of, texts.languages, tx.channel(update.channel), now)
        for code_of in (first, *below)
    )
    parts = (texts.render(view, first), *(texts.render(v, lang) for v, lang in zip(more, below, strict=True)))
    letter = Letter(BETWEEN_LANGUAGES.join(parts), texts.buttons(view, first), update.message)
    return Reply((Envelope(update.channel, update.address, letter),))


def _join(tx: Tx, texts: Texts, update: Update, code: str, language: str, now: datetime) -> Reply:
    """They agreed: from here on we keep something about them."""
    partnership = partnerships.invited_by(tx, code)
    if partnership is None:
        return replace(_at_the_door(texts, update, turned_away.UNKNOWN_INVITATION, language), is_wrong_code=True)
    wave = partnerships.last_wave(tx, partnership.id)
    if wave.closed_at:
        return _at_the_door(texts, update, turned_away.no_open_wave(partnership), language)
    view = door.welcome(partnership, code, language, texts.languages, tx.channel(update.channel), TIMELESS)
    consent = fingerprint(texts.render(view, language))
    respondents.join(tx, update.channel, update.address, language, partnership.id, code, consent, now)
    response = respondents.enter_wave(tx, update.channel, update.address, partnership.id, wave, now)
    return _resume(tx, texts, update, response, now)


def _resume(tx: Tx, texts: Texts, update: Update, response: int | None, now: datetime) -> Reply:
    """Show where they are in this response; whoever comes by the link wants to hear from us again."""
    caller = respondents.load(tx, texts.checklist, texts.languages, update.channel, update.address, response)
    if caller is None:
        return _at_the_door(texts, update, turned_away.STRAY)
    awake = replace(caller.dialogue, stopped=False)
    return _carry_out(tx, texts, update, caller, Turn(awake, awake.here), now)


def _converse(tx: Tx, texts: Texts, update: Update, event: Event, now: datetime) -> Reply:
    if isinstance(event, Commanded):
        event = Commanded(texts.commands.get(event.name, event.name), event.words)
        if event.name in COORDINATING and _seats(tx, update):
            return _coordinate(
                tx,
                texts,
                update,
                now,
                WITH_WORDS.get(event.name, event.name) if event.words else event.name,
                event.words or "-",
            )
    response: int | None = getattr(event, "response", None)
    caller = respondents.load(tx, texts.checklist, texts.languages, update.channel, update.address, response)
    if caller is None:
        if _seats(tx, update):
            wants_out = isinstance(event, Commanded) and event.name in ("erase", "stop")
            return _coordinate(tx, texts, update, now, "leave" if wants_out else "home")
        if isinstance(event, Erase):  # a second tap: the first one did it
            return _at_the_door(texts, update, own_data.ERASED)
        return _at_the_door(texts, update, turned_away.STRAY)
    if response is not None and not caller.named:
        event = Expired()  # the button of an erased response, or of somebody else's
    return _carry_out(tx, texts, update, caller, step(caller.dialogue, event, now), now)


def _carry_out(tx: Tx, texts: Texts, update: Update, caller: Caller, turn: Turn, now: datetime) -> Reply:
    """Store what the turn changed and write what it shows."""
    if turn.erased:
        respondents.erase(tx, texts.checklist, caller.contact)
        said = _at_the_door(texts, update, own_data.ERASED, turn.dialogue.language)
        return replace(said, outdated=caller.contact)
    is_outdated = respondents.save(tx, caller, turn.dialogue, now)
    if turn.show.screen == Screen.MY_DATA:
        own = _own_data(tx, texts, caller, turn.dialogue.language)
        shown = [own, _letter(texts, turn.dialogue, turn.show, now, turn.notice)]
    elif turn.show.screen == Screen.RESULT:
        shown = summaries.once_more(tx, texts, turn.dialogue, screens.view(turn.dialogue, turn.show, now), now)
    else:
        # The notice stands in the letter too: a line on a button is lost when we die before it is said, and then the
        # next screen looks as if the tap was accepted.
        shown = [_letter(texts, turn.dialogue, turn.show, now, turn.notice, update.message)]
    if turn.dialogue.completed and not caller.dialogue.completed:
        shown.insert(0, _own_picture(texts, turn.dialogue))  # the words come last, so that their buttons are at hand
    pressed = turn.notice if update.message is not None else None
    on_button = texts.word(pressed, turn.dialogue.language) if pressed else None
    envelopes = tuple(_write(tx, update, caller, shown, now))
    answered = turn.dialogue.answers != caller.dialogue.answers
    return Reply(envelopes, on_button, caller.contact if is_outdated else None, answered)


def _write(tx: Tx, update: Update, caller: Caller, shown: Iterable[Letter], now: datetime) -> Iterable[Envelope]:
    for letter in shown:
        number = letters.reply(tx, caller.contact, letter, now)
        yield Envelope(update.channel, update.address, letter, number, caller.contact)


def _letter(
    texts: Texts,
    dialogue: Dialogue,
    place: Place,
    now: datetime,
    notice: Phrase | None = None,
    replaces: int | None = None,
) -> Letter:
    view = screens.view(dialogue, place, now)
    if notice:
        view = View(((notice,), *view.paragraphs), view.rows)
    return texts.letter(view, dialogue.language, replaces)


def _own_picture(texts: Texts, dialogue: Dialogue) -> Letter:
    """The same six scores as on the screen, drawn."""
    word = partial(texts.word, language=dialogue.language)
    own = scoring.profile(dialogue.checklist, dialogue.answers)
    last = scoring.profile(dialogue.checklist, dialogue.earlier)
    bars = summaries.bars(texts, dialogue.checklist, own, dialogue.language, last.dimensions)
    title, source = word(say("How you see the collaboration")), word(say("Only you see this picture."))
    now, before = word(say("Your answers now")), word(say("Your answers in the round before"))
    drawn = Picture(title, dialogue.partnership.name, bars, None, now, before, word(say("no score")), source)
    return Letter(source, attachment=attachments.picture(drawn))


def _own_data(tx: Tx, texts: Texts, caller: Caller, language: str) -> Letter:
    """Every answer of this person as a CSV file, in words that they know."""
    word = partial(texts.word, language=language)
    columns = say("partnership"), say("round"), say("number"), say("statement"), say("answer"), say("date")
    table: list[tuple[object, ...]] = [tuple(map(word, columns))]
    for own in respondents.own_answers(tx, caller.contact):
        item, option = texts.checklist.items[own.item], texts.checklist.options[own.option]
        row = own.partnership, own.wave, own.item, word(item.statement), word(option.label), own.answered_on
        table.append(row)
    file = Attachment("file", word(say("my-answers")) + ".csv", as_csv(table))
    return Letter(word(say("Your answers, in a file.")), attachment=file)


def _at_the_door(texts: Texts, update: Update, text: Phrase, language: str | None = None) -> Reply:
    """A letter that is not stored, to somebody about whom we keep nothing."""
    spoken = language or texts.negotiate(update.phone_language) or HOME_LANGUAGE
    return Reply((Envelope(update.channel, update.address, texts.letter(View(text), spoken, update.message)),))
