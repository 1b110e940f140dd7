"""Calling: somebody on a page leaves where they want to be called, confirms it, and stops it.

An address is confirmed by a code that is typed here: nothing that is sent there can be clicked, so no program that
looks into a mail confirms anything. Whether an address is known to us, nobody can find out by asking for a code.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from bot.letters import Envelope
from bot.survey.conversation import calling
from bot.survey.conversation.buttons import Call, Coordinate
from bot.survey.conversation.calling import Caller
from bot.survey.conversation.shared_rows import go_on
from bot.survey.conversation.views import Button, Row, View
from bot.survey.notification import NotificationAddress
from bot.survey.phrases import Phrase, say
from bot.survey.traits import Traits
from bot.survey.whole_numbers import as_number
from bot.turns.reply import Reply
from bot.turns.who import Who
from storage import letters, notification_addresses, reminders, respondents, updates
from storage.engine.database import Tx
from storage.standing import Known

DIGITS = 6
MOST_CODES = {"address": 3, "contact": 10}
"""In a day to one address, and in an hour for one person."""
MOST_AT_ONE = 10  # people who are called at one address from which they wrote
MOST = 10**9

Outcome = tuple[Mapping[str, Phrase], tuple[Envelope, ...]]
"""What is wrong with what they filled in, and what is sent to them."""
RIGHT: Mapping[str, Phrase] = {}
NOTHING: Mapping[str, str] = {}
DONE: Outcome = (RIGHT, ())


def call(who: Who, press: Call, filled: Mapping[str, str]) -> Reply:
    """What somebody did about being called; what they see is how it stands then."""
    do = ACTIONS.get(press.action)
    wrong, sent = do(who, press.argument, filled) if do else DONE
    return replace(shown(who, filled if wrong else NOTHING, wrong), sent=sent)


def shown(who: Who, filled: Mapping[str, str] = NOTHING, wrong: Mapping[str, Phrase] = RIGHT) -> Reply:
    """How it stands; whoever is somewhere that calls by itself has nothing to leave."""
    known = who.in_wave()
    language = _language(who, known)
    response, is_finished = (known.dialogue.response, known.dialogue.completed) if known else (0, False)
    as_whom = (response, is_finished, bool(who.seats), _back(who, known))
    caller = Caller(_left(who), _notifiers(who), *as_whom, filled, wrong)
    letter = who.texts.letter(calling.view(caller), language)
    envelope = Envelope(who.update.channel, who.update.address, letter)
    return Reply((envelope,), language=language, where=Call(), takes_part=known is not None, role=who.role)


def _back(who: Who, known: Known | None) -> Row:
    if known:
        return go_on(known.dialogue)
    return (Button(say("Menu"), Coordinate(who.seats[0].partnership.id, "home")),) if who.seats else ()


def _language(who: Who, known: Known | None) -> str:
    return known.dialogue.language if known else who.seats[0].language if who.seats else who.spoken


def _left(who: Who) -> tuple[NotificationAddress, ...]:
    return notification_addresses.of_contact(who.tx, who.contact) if who.contact else ()


def _notifiers(who: Who) -> tuple[Traits, ...]:
    return who.tx.channel(who.update.channel).notifiers


def _leave(who: Who, kind: str, filled: Mapping[str, str]) -> Outcome:
    """An address that is typed is sent a code; a device that they hold calls from now on."""
    found = next((one.calls for one in _notifiers(who) if one.name == kind), None)
    if found is None or found.by_message or who.contact is None:  # from there, and not from a page, an address is known
        return DONE
    address = found.address_of(filled.get(calling.ADDRESS, ""))
    if not address:
        return {calling.ADDRESS: calling.NO_ADDRESS if found.asks else calling.NOT_HERE}, ()
    if calling.INSTEAD in filled:
        return _renew(who, kind, found.address_of(filled[calling.INSTEAD]), address)
    if any((one.kind, one.address, one.works) == (kind, address, True) for one in _left(who)):
        return DONE
    if found.asks:
        return RIGHT, tuple(_send_code(who, who.contact, kind, address))
    _keep(who, who.contact, kind, address)
    return _begin(who)


def _keep(who: Who, contact: int, kind: str, address: str) -> None:
    """A device calls whoever holds it, and nobody who had it before."""
    for former in notification_addresses.give_up(who.tx, contact, kind, address):
        letters.readdress(who.tx, former, who.now)
    notification_addresses.keep(who.tx, contact, kind, address, who.now)


def bind(who: Who, kind: str, address: str) -> Outcome:
    """They wrote to us from this address, with a code that only their page shows: it calls them from now on, and no
    other one of its kind does."""
    if who.contact is None or kind not in [one.name for one in _notifiers(who)]:
        return {calling.ADDRESS: calling.NOT_HERE}, ()
    number = notification_addresses.keep(who.tx, who.contact, kind, address, who.now)
    notification_addresses.keep_only(who.tx, who.contact, number, kind)
    for former in notification_addresses.keep_newest(who.tx, kind, address, MOST_AT_ONE):
        letters.readdress(who.tx, former, who.now)
    letters.readdress(who.tx, who.contact, who.now)
    return _begin(who)


def _renew(who: Who, kind: str, former: str, address: str) -> Outcome:
    """A browser gave another address by itself. It takes the place of theirs, and calls nobody who had stopped it."""
    was = next((one for one in _left(who) if (one.kind, one.address, one.stopped) == (kind, former, False)), None)
    if was and who.contact and address != former:
        _keep(who, who.contact, kind, address)
        notification_addresses.remove(who.tx, was.number)
        letters.readdress(who.tx, who.contact, who.now)
    return DONE


def _send_code(who: Who, contact: int, kind: str, address: str) -> Iterator[Envelope]:
    """Nothing is sent where too many were; what they see is the same. A code that they have still works then, and who
    has none can guess none: else asking again and again would be guessing without end."""
    if _may_send(who.tx, contact, kind, address, who.now):
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        number = notification_addresses.propose(who.tx, contact, kind, address, code, who.now)
        letter = who.texts.letter(_with_code(code), _language(who, who.in_wave()))
        yield letters.notice(who.tx, contact, number, letter, who.now)
    elif not any((one.kind, one.address, one.confirmed) == (kind, address, False) for one in _left(who)):
        notification_addresses.propose(who.tx, contact, kind, address, secrets.token_hex(), who.now)


def _may_send(tx: Tx, contact: int, kind: str, address: str, now: datetime) -> bool:
    """Each code that may be sent is claimed once, as an update is: so that holds whoever sends it, and nothing of it
    can be read."""
    per_contact = f"code of {contact} in {now:%Y%m%d%H}", MOST_CODES["contact"]
    per_address = f"code to {kind} {address} on {now:%Y%m%d}", MOST_CODES["address"]
    return all(
        any(updates.claim(tx, f"{about} {n}", now) for n in range(most)) for about, most in (per_contact, per_address)
    )


def _with_code(code: str) -> View:
    return View(
        say(
            """Your code is <b>{code}</b>

            Fill it in on the page of Samenspraak where you asked for it. It works for 20 minutes.

            Did you not ask for this? Then you do not have to do anything. You get no more messages.""",
            code=code,
        ),
        about=say("Your code is {code}", code=code),
    )


def _confirm(who: Who, number: str, filled: Mapping[str, str]) -> Outcome:
    one, code = _own(who, number), "".join(filled.get(calling.CODE, "").split())
    if one is None or one.confirmed:
        return DONE
    if notification_addresses.confirm(who.tx, one.number, code, who.now):
        return _begin(who)
    is_spent = one.spent or notification_addresses.is_over(who.tx, one.number, who.now)
    return {calling.CODE: calling.SPENT if is_spent else calling.WRONG_CODE}, ()


def _again(who: Who, number: str, _filled: Mapping[str, str]) -> Outcome:
    one = _own(who, number)
    if one is None or one.confirmed or who.contact is None:
        return DONE
    return RIGHT, tuple(_send_code(who, who.contact, one.kind, one.address))


def _stop(who: Who, number: str, _filled: Mapping[str, str]) -> Outcome:
    if one := _own(who, number):
        stop(who.tx, one.number, who.now)
    return DONE


def _start(who: Who, number: str, _filled: Mapping[str, str]) -> Outcome:
    one = _own(who, number)
    if one is None or not one.stopped:
        return DONE
    notification_addresses.start(who.tx, one.number)
    return _begin(who)


def _remove(who: Who, number: str, _filled: Mapping[str, str]) -> Outcome:
    if (one := _own(who, number)) and who.contact:
        notification_addresses.remove(who.tx, one.number)
        letters.readdress(who.tx, who.contact, who.now)
    return DONE


def _files(who: Who, argument: str, _filled: Mapping[str, str]) -> Outcome:
    number, _, wanted = argument.partition(".")
    if one := _own(who, number):
        notification_addresses.send_files(who.tx, one.number, wanted == "1")
    return DONE


def _own(who: Who, number: str) -> NotificationAddress | None:
    """One of theirs; a button of somebody else's leads to none."""
    return next((one for one in _left(who) if one.number == as_number(number, MOST)), None)


def _begin(who: Who) -> Outcome:
    """From now on they can be called: when they are due a reminder, is counted from this moment; who is finished waits
    for the result."""
    if who.contact:
        known = who.in_wave()
        reminders.count_anew(who.tx, who.contact, known.dialogue.response if known else 0, who.now)
        if known and known.dialogue.completed:
            respondents.save(who.tx, known, replace(known.dialogue, wants_result=True), who.now)
    return DONE


def stop(tx: Tx, number: int, now: datetime) -> int | None:
    """Nothing more goes to this notification address; whose it is."""
    return _change(tx, number, now, lambda: notification_addresses.stop(tx, number, now))


def start(tx: Tx, number: int, now: datetime) -> int | None:
    """They think better of it: a tick asks anew when they are due a reminder."""
    contact = _change(tx, number, now, lambda: notification_addresses.start(tx, number))
    if contact is not None:
        reminders.count_anew(tx, contact, 0, now)
    return contact


def rename(tx: Tx, kind: str, former: str, address: str, now: datetime) -> None:
    """Somebody has another address there now; as when they are called again, where the former one did not work."""
    for contact in notification_addresses.rename(tx, kind, former, address):
        letters.readdress(tx, contact, now)
        reminders.count_anew(tx, contact, 0, now)


def fail(tx: Tx, number: int, now: datetime) -> int | None:
    """What was sent there came back."""
    return _change(tx, number, now, lambda: notification_addresses.fail(tx, number, now))


def _change(tx: Tx, number: int, now: datetime, change: Callable[[], None]) -> int | None:
    contact = notification_addresses.contact_of(tx, number)
    if contact is not None:
        change()
        letters.readdress(tx, contact, now)
    return contact


ACTIONS: Mapping[str, Callable[[Who, str, Mapping[str, str]], Outcome]] = {
    "leave": _leave,
    "code": _confirm,
    "again": _again,
    "stop": _stop,
    "start": _start,
    "remove": _remove,
    "files": _files,
}
