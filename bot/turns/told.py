"""Told: what a notifier heard. Somebody wrote there, what it took came to its end, or somebody has another address.

Each is taken once, however often it is brought. Who is called there is known by their address alone; of anybody else
nothing is kept but that they were answered today.
"""

import logging
import re
from dataclasses import dataclass
from datetime import datetime

from bot.channels.port import Ended, Entrances, Incoming, Renamed, Told, Update
from bot.delivery.handover import note_end
from bot.letters import Envelope, Letter
from bot.notifiers.tags import LONGEST_LEAVE, Tags
from bot.survey import codes, short_codes
from bot.survey.conversation.events import Wrote
from bot.survey.phrases import Phrase, say
from bot.texts import typed_words
from bot.texts.texts import BETWEEN_LANGUAGES, HOME_LANGUAGE, SOURCE_LANGUAGE, Texts
from bot.turns import calling
from bot.turns.who import Who, identify
from storage import contacts, notification_addresses, state, taken_messages, updates
from storage.engine.database import Tx

log = logging.getLogger(__name__)

LEAVE = re.compile(rf"(?<![a-z0-9])[a-z2-7]{{{LONGEST_LEAVE}}}(?![a-z0-9])", re.IGNORECASE)
STOP = {"stop": (say("STOP"), say("UNSUBSCRIBE"))}
MOST_ANSWERS = {"leave": 20, "wrong": 3, "stop": 3, "invited": 5, "else": 1}
"""In a day to one address: each may cost money."""
MOST_STRANGERS = 200
"""Answers in a day to all at whose address nobody is called: telephones are many."""

BOUND = say(
    """Thank you. We send you a message here from now on.

    Go back to Samenspraak: {link}

    No more messages? Write STOP."""
)
TOO_OLD = say("This code does not work any more. Press the button on the page again: {link}")
STOPPED = say("You get no more messages from us here. Do you want them again? You can choose that on the page: {link}")
INVITED = say("You can take part here: {link}")
NOBODY_READS = say(
    """Nobody reads what you write here: this is a computer.

    You find Samenspraak here: {link}

    No more messages? Write STOP."""
)


@dataclass(frozen=True, slots=True)
class House:
    """What an answer is made of."""

    texts: Texts
    tags: Tags
    entrances: Entrances


Said = tuple[Envelope, ...]
NOTHING: Said = ()


def take(tx: Tx, house: House, event: Told, now: datetime) -> Said:
    """What goes out once it is committed."""
    match event:
        case Incoming():
            return _answer(tx, house, event, now) if _is_new(tx, event, now) else NOTHING
        case Renamed():
            if _is_new(tx, event, now):
                calling.rename(tx, event.notifier, event.former, event.address, now)
        case Ended():
            _end(tx, event, now)
    return NOTHING


def _is_new(tx: Tx, event: Incoming | Renamed, now: datetime) -> bool:
    return updates.claim(tx, f"{event.notifier} {event.id}", now)


def _end(tx: Tx, event: Ended, now: datetime) -> None:
    if event.billed:
        taken_messages.bill(tx, event.notifier, event.name, event.billed, now, event.at)
    if failed := taken_messages.end(tx, event.notifier, event.name, event.receipt, now):
        note_end(tx, failed, now)


def _answer(tx: Tx, house: House, event: Incoming, now: datetime) -> Said:
    """What they wrote decides, and who they are only in which language and where to. STOP goes before all else that
    stands there."""
    if _is_stop(house.texts, event.text):
        return _stop(tx, house, event, now)
    if leaves := LEAVE.search(event.text):
        return _leave(tx, house, event, leaves[0], now)
    if code := codes.find(event.text):
        return _said(tx, house, event, "invited", INVITED, now, f"{house.entrances.home}/i/{code}")
    if short := short_codes.find(event.text.strip()):
        return _said(tx, house, event, "invited", INVITED, now, f"{house.entrances.home}/{short_codes.written(short)}")
    return _said(tx, house, event, "else", NOBODY_READS, now)


def _is_stop(texts: Texts, text: str) -> bool:
    """In any language, also with more behind it and with signs above or around it: who may mean it, is let go."""
    return typed_words.begun_with(texts, re.sub(r"[^\w\s]", " ", typed_words.folded(text)), STOP)[0] is not None


def _leave(tx: Tx, house: House, event: Incoming, tag: str, now: datetime) -> Said:
    contact = house.tags.who_leaves(tag, now)
    who = _who(tx, house.texts, contact, now) if contact else None
    if who is None or not updates.claim(tx, f"leave {tag.lower()}", now):
        return _said(tx, house, event, "wrong", TOO_OLD, now)
    wrong, _ = calling.bind(who, event.notifier, event.address)
    return _said(tx, house, event, *(("wrong", TOO_OLD) if wrong else ("leave", BOUND)), now)


def _who(tx: Tx, texts: Texts, contact: int, now: datetime) -> Who | None:
    """Somebody as they are on their page."""
    place = contacts.place_of(tx, contact)
    return identify(tx, texts, Update("", *place, Wrote()), now) if place else None


def _stop(tx: Tx, house: House, event: Incoming, now: datetime) -> Said:
    """Whoever is called there, in whatever partnership."""
    here = notification_addresses.at(tx, event.notifier, event.address)
    said = _said(tx, house, event, "stop", STOPPED, now)
    for number, _ in notification_addresses.by_contact(here):
        calling.stop(tx, number, now)
    return said


def _said(
    tx: Tx, house: House, event: Incoming, kind: str, text: Phrase, now: datetime, link: str | None = None
) -> Said:
    """An answer, unless there were as many today as there may be. It leads to where they are, where we know them."""
    here = notification_addresses.at(tx, event.notifier, event.address)
    if not _may_answer(tx, event, kind, now) or not (here or _may_answer_strangers(tx, event, now)):
        return NOTHING
    number, contact = here[-1] if here else (0, 0)
    door = f"{house.entrances.home}/door/{house.tags.door(number, now)}" if number else house.entrances.home
    languages = _languages(tx, house.texts, contact)
    said = (house.texts.say(text.of(link=link or door), language) for language in languages)
    letter = Letter(BETWEEN_LANGUAGES.join(said))
    return (Envelope(event.notifier, event.address, letter, language=languages[0], notified=number),)


def _may_answer(tx: Tx, event: Incoming, kind: str, now: datetime) -> bool:
    """Each is claimed, as an update is: so that nothing of it can be read."""
    about = f"answer {kind} {event.notifier} {event.address} on {now:%Y%m%d}"
    return any(updates.claim(tx, f"{about} {n}", now) for n in range(MOST_ANSWERS[kind]))


def _may_answer_strangers(tx: Tx, event: Incoming, now: datetime) -> bool:
    count = state.count_of_today(tx, f"strangers in {event.notifier}", now)
    if count == MOST_STRANGERS + 1:
        log.warning("%s: whoever is called nowhere is not answered any more today", event.notifier)
    return count <= MOST_STRANGERS


def _languages(tx: Tx, texts: Texts, contact: int) -> tuple[str, ...]:
    """That of whom we know; of anybody else we do not know which."""
    spoken = contacts.language_of(tx, contact) if contact else None
    return (spoken,) if spoken in texts.languages else (HOME_LANGUAGE, SOURCE_LANGUAGE)
