"""Two turns at once, on a database with room for both: the second waits for the first, and sees what it did."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from bot.channels import TRAITS
from bot.channels.port import Opened, Update
from bot.letters import Letter
from bot.notifiers.email.traits import TRAITS as EMAIL
from bot.survey.conversation.buttons import TakeBack
from bot.survey.conversation.events import Commanded
from bot.texts.texts import Texts
from bot.turns import calling
from bot.turns.reply import Reply
from bot.turns.take import take
from storage import contacts, letters, links, notification_addresses, partnerships, published, respondents, waves
from storage.engine.database import Database, Tx
from tests.house import MONDAY, SECRET, partnership
from tests.patience import PATIENCE
from tests.storage.beginnings import ANNA, CHANNEL, CHECKLIST, add, join, load


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    with closing(Database(postgresql_url, SECRET, TRAITS)) as opened:
        yield opened


def at_once(database: Database, first: Any, second: Any, rest: Callable[[Tx], None] = lambda _: None) -> list[Any]:
    """Each in a transaction; the first one goes on with the rest of it when the second waits for it."""
    begun = Event()

    def lead() -> Any:
        with database.transaction() as tx:
            done = first(tx)
            begun.set()
            waits_for_us(tx)
            rest(tx)
            return done

    def follow() -> Any:
        assert begun.wait(PATIENCE)
        with database.transaction() as tx:
            return second(tx)

    with ThreadPoolExecutor(2) as pool:
        return [one.result(PATIENCE) for one in (pool.submit(lead), pool.submit(follow))]


def waits_for_us(tx: Tx) -> None:
    """Return when somebody waits for a lock: there is nobody else in this database."""
    for _ in range(int(100 * PATIENCE)):
        if tx.connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar():
            return
        tx.connection.exec_driver_sql("SELECT pg_sleep(0.01)")
    raise AssertionError("nobody waits")


def test_a_link_that_is_opened_twice_by_one_person_is_theirs(database: Database, texts: Texts) -> None:
    with database.transaction() as tx:
        code = partnerships.add(tx, partnership(), texts.wording(), MONDAY)[1].coordinator

    def opened(number: int) -> Any:
        return lambda tx: take(tx, texts, Update(str(number), "telegram", "100", Opened(code), "en"), MONDAY)

    replies: list[Reply] = at_once(database, opened(1), opened(2))
    said = [reply.envelopes[0].letter.text[:20] for reply in replies]
    assert said == ["<b>You are now coord", "<b>De Verbinders · r"]


def test_what_a_tick_writes_while_somebody_stops_it_is_not_sent(postgresql_url: str) -> None:
    page = [replace(one, notifiers=(EMAIL,)) if one.name == "web" else one for one in TRAITS]
    with closing(Database(postgresql_url, SECRET, page)) as database:
        with database.transaction() as tx:
            contact = contacts.meet(tx, "web", "a token", "nl", MONDAY)
            number = notification_addresses.keep(tx, contact, "email", "anna@example.org", MONDAY)

        def reminds(tx: Tx) -> None:
            respondents.of_contact(tx, CHECKLIST, ("nl",), contact, None)
            letters.enqueue(tx, contact, Letter("Zin 1"), MONDAY, "reminder:1:1")

        at_once(database, reminds, lambda tx: calling.stop(tx, number, MONDAY))
        with database.transaction() as tx:
            assert not letters.claim_bulk(tx, ["email"], MONDAY, 1)


def test_a_tap_while_the_round_closes_waits_and_is_stored_or_told(database: Database) -> None:
    """Their reminder is written and not delivered: the tap and the closing both want it, and their response."""
    with database.transaction() as tx:
        response = join(tx, ANNA, add(tx))
        contact = load(tx, ANNA, response).contact
        letters.enqueue(tx, contact, Letter("Zin 1"), MONDAY, f"reminder:{response}:1")
        wave = partnerships.last_wave(tx, 1)

    def tap(tx: Tx) -> None:
        load(tx, ANNA, response)
        tx.connection.exec_driver_sql(f"UPDATE responses SET touched_at = touched_at WHERE id = {response}")

    def close(tx: Tx) -> None:
        assert partnerships.close_wave(tx, wave.id, MONDAY)
        waves.withdraw_asking(tx, wave.id, MONDAY)

    def withdraw(tx: Tx) -> None:
        letters.withdraw(tx, letters.with_keys([f"reminder:{response}:1"]), MONDAY)

    at_once(database, tap, close, withdraw)
    with database.transaction() as tx:
        assert partnerships.last_wave(tx, 1).closed_at == MONDAY


def test_a_command_right_behind_the_link_finds_the_seat(database: Database, texts: Texts) -> None:
    """Somebody who takes part already: their contact is there, and the second turn waits for it."""
    with database.transaction() as tx:
        join(tx, ANNA, add(tx))
        code = links.make_link(tx, 1, "coordinator", MONDAY)

    def said(number: int, event: Opened | Commanded) -> Any:
        return lambda tx: take(tx, texts, Update(str(number), CHANNEL, ANNA, event, "nl"), MONDAY)

    _, status = at_once(database, said(1, Opened(code)), said(2, Commanded("status")))
    assert status.envelopes[0].letter.text.startswith("<b>De Verbinders · ronde 1 · open</b>")


def completed_by(database: Database, people: int) -> tuple[int, int]:
    """So many people completed the first wave, Anna before the others; her response, and the wave."""
    with database.transaction() as tx:
        number, everything = add(tx), dict.fromkeys(CHECKLIST.items, "yes")
        for person in range(people):
            address = str(int(ANNA) + person)
            known = load(tx, address, join(tx, address, number))
            done = replace(known.dialogue, answers=everything, group="other", completed_at=MONDAY)
            respondents.save(tx, known, done, MONDAY)
        return load(tx, ANNA).dialogue.response, partnerships.last_wave(tx, number).id


def taking_back(texts: Texts, response: int) -> Callable[[Tx], Reply]:
    press = Update("1", CHANNEL, ANNA, TakeBack(response), "nl")
    return lambda tx: take(tx, texts, press, MONDAY)


def released(wave: int) -> Callable[[Tx], int]:
    return lambda tx: published.publish(tx, CHECKLIST, wave, 5, MONDAY, final=False)


def standing(database: Database, response: int) -> tuple[bool, bool]:
    """Whether it is completed, and whether a release holds it."""
    with database.transaction() as tx:
        found = load(tx, ANNA, response).dialogue
    return found.completed, found.released


def test_done_is_not_taken_back_from_a_release_that_is_being_made(database: Database, texts: Texts) -> None:
    response, wave = completed_by(database, 11)
    number, told = at_once(database, released(wave), taking_back(texts, response))
    assert number == 1
    assert "in een resultaat van de groep" in told.envelopes[0].letter.text
    assert standing(database, response) == (True, True)


def test_a_release_goes_without_who_is_just_taking_done_back(database: Database, texts: Texts) -> None:
    response, wave = completed_by(database, 11)
    told, number = at_once(database, taking_back(texts, response), released(wave))
    assert "Tik dan op Klaar" in told.envelopes[0].letter.text
    assert number == 1, "of others"
    assert standing(database, response) == (False, False)


def test_done_is_not_taken_back_in_a_round_that_is_just_closing(database: Database, texts: Texts) -> None:
    response, wave = completed_by(database, 1)
    _, told = at_once(database, lambda tx: partnerships.close_wave(tx, wave, MONDAY), taking_back(texts, response))
    assert "Deze ronde is gesloten." in told.envelopes[0].letter.text
    assert standing(database, response) == (True, False)
