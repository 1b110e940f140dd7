"""Whatever a step changes is loaded back equal; nobody reaches the response of somebody else; erased is erased."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from itertools import count
from threading import Event as Signal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.telegram.traits import TRAITS
from bot.survey.conversation.buttons import ChooseMoment, ChooseOption, Finish, Go, Position, Screen, Switch, TakeBack
from bot.survey.conversation.dialogue import GROUP_LABELS, Dialogue
from bot.survey.conversation.events import Commanded, Event
from bot.survey.conversation.step import step
from storage import contacts, letters, partnerships, respondents
from storage.contacts import set_reachable
from storage.engine.database import Database, Tx
from storage.schema import metadata
from storage.standing import Known
from storage.turnout import Turnout, turnout_of
from tests.house import MONDAY
from tests.storage.beginnings import (
    ANNA,
    BEN,
    CHANNEL,
    CHECKLIST,
    LANGUAGES,
    LETTER,
    add,
    at_once,
    enter,
    find,
    join,
    load,
    rows,
    somebody,
)
from tests.survey.conversation.test_dialogue import EVENTS

LATER = MONDAY + timedelta(minutes=5)
BLOCKED = 0.2  # seconds that the other one has to get stuck in; less would prove less, never more

ANSWERED = st.integers(0, 26).flatmap(
    lambda n: st.lists(st.sampled_from(tuple(CHECKLIST.options)), min_size=n, max_size=n)
)
addresses = count(1)

real_database = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=25
)


def test_somebody_new_is_nobody(database: Database) -> None:
    with database.transaction() as tx:
        assert find(tx, ANNA) is None
        somebody(tx, BEN)
        assert find(tx, ANNA) is None


def test_who_joins_is_at_the_beginning(database: Database) -> None:
    with database.transaction() as tx:
        number = add(tx)
        response = join(tx, ANNA, number)
        known = load(tx, ANNA)
        asked = partnerships.find(tx, "De Verbinders")
    assert asked
    begun = Dialogue(CHECKLIST, LANGUAGES, "nl", asked, response, channel=TRAITS)
    assert contents(known.dialogue) == contents(begun)
    assert not known.named


@real_database
@given(ANSWERED, st.sampled_from((*GROUP_LABELS, None)), st.lists(EVENTS, max_size=12), st.booleans())
def test_whatever_a_step_changed_is_loaded_back(
    database: Database, answered: list[str], group: str | None, events: list[Event], wave_open: bool
) -> None:
    address, response = begun(database, answered, group, wave_open)
    for minute, event in enumerate(events):
        now = MONDAY + timedelta(minutes=minute)
        after = taken(database, address, response, event, now)
        with database.transaction() as tx:
            assert contents(load(tx, address, response).dialogue) == contents(after)


CHANGES = {
    "an answer": ChooseOption(0, 26, "dont_know"),
    "a look back": Go(0, Position(Screen.ITEM, 13)),
    "a break": ChooseMoment(0, "week"),
    "a break without a reminder": ChooseMoment(0, "none"),
    "a language": Switch(0, "en", Position(Screen.ITEM, 26)),
    "no more messages": Commanded("stop"),
}


@pytest.mark.parametrize("event", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_is_loaded_back(database: Database, event: Event) -> None:
    address, response = begun(database, ["yes"] * 25, "resident", wave_open=True)
    with database.transaction() as tx:
        before = load(tx, address).dialogue
    after = taken(database, address, response, event, LATER)
    assert contents(after) != contents(before)
    with database.transaction() as tx:
        assert contents(load(tx, address).dialogue) == contents(after)


def test_who_finished_has_finished_once(database: Database) -> None:
    address, response = begun(database, ["yes"] * 26, "other", wave_open=True)
    assert taken(database, address, response, Finish(response), LATER).completed
    taken(database, address, response, Finish(response), LATER + timedelta(days=1))
    with database.transaction() as tx:
        assert load(tx, address).dialogue.completed
        assert turnout_of(tx, partnerships.last_wave(tx, 1).id) == Turnout(1, 1, 1)
        moments = tx.connection.execute(metadata.tables["responses"].select()).one()
    assert (moments.completed_at, moments.touched_at) == (LATER, LATER + timedelta(days=1))


def test_who_takes_done_back_has_not_finished_and_is_due_a_reminder_again(database: Database) -> None:
    address, response = begun(database, ["yes"] * 26, "other", wave_open=True)
    taken(database, address, response, Finish(response), MONDAY)
    kept = "SELECT completed_at IS NULL, next_reminder_at IS NULL FROM responses"
    assert [tuple(map(bool, row)) for row in rows(database, kept)] == [(False, True)]
    after = taken(database, address, response, TakeBack(response), MONDAY + timedelta(minutes=1))
    with database.transaction() as tx:
        known = load(tx, address, response)
        assert turnout_of(tx, partnerships.last_wave(tx, 1).id) == Turnout(1, 0, 1)
    assert contents(known.dialogue) == contents(after)
    assert known.looked_at == after.due_after(MONDAY + timedelta(minutes=1))
    assert known.looked_at


def test_what_a_release_holds_stays_completed(database: Database) -> None:
    address, response = begun(database, ["yes"] * 26, "other", wave_open=True)
    taken(database, address, response, Finish(response), MONDAY)
    with database.transaction() as tx:
        known = load(tx, address, response)
        change(tx, "responses", response, released_in=1)
        respondents.save(tx, known, replace(known.dialogue, completed_at=None), LATER)
        found = load(tx, address, response).dialogue
    assert (found.completed_at, found.released) == (MONDAY, True)


def test_a_language_that_is_gone_gives_way_to_that_of_the_partnership(database: Database) -> None:
    with database.transaction() as tx:
        change(tx, "contacts", somebody(tx), language="fr")
        assert load(tx, ANNA).dialogue.language == "nl"


def test_joining_twice_changes_nothing(database: Database) -> None:
    with database.transaction() as tx:
        number = add(tx)
        first = join(tx, ANNA, number), load(tx, ANNA)
        respondents.join(tx, CHANNEL, ANNA, "nl", number, partnerships.invitation_of(tx, number), "other text", LATER)
        assert (enter(tx, ANNA, number), load(tx, ANNA)) == first
    assert sizes(database) == {"contacts": 1, "respondents": 1, "responses": 1, "answers": 0, "letters": 0}
    assert rows(database, "SELECT consent FROM respondents") == [("a-fingerprint",)]


def test_joining_at_the_same_moment_makes_one_respondent(database: Database, beside: Database) -> None:
    with database.transaction() as tx:
        number = add(tx)

    def joined(where: Database) -> int:
        with where.transaction() as tx:
            return join(tx, ANNA, number)

    assert len(set(at_once(*[lambda: joined(database), lambda: joined(beside)] * 2))) == 1
    assert sizes(database) == {"contacts": 1, "respondents": 1, "responses": 1, "answers": 0, "letters": 0}


def test_who_joins_again_wants_to_hear_from_us_again(database: Database) -> None:
    with database.transaction() as tx:
        response = join(tx, ANNA, add(tx))
        known = load(tx, ANNA)
        respondents.save(tx, known, step(known.dialogue, Commanded("stop"), MONDAY).dialogue, MONDAY)
        set_reachable(tx, CHANNEL, ANNA, False, MONDAY)
        assert load(tx, ANNA).dialogue.stopped
        assert join(tx, ANNA, 1) == response
        assert not load(tx, ANNA).dialogue.stopped
    assert rows(database, "SELECT unreachable_at FROM contacts") == [(None,)]


def test_whoever_presses_is_reachable_again(database: Database) -> None:
    with database.transaction() as tx:
        somebody(tx)
        set_reachable(tx, CHANNEL, ANNA, False, MONDAY)
        known = load(tx, ANNA)
        assert known.unreachable
        respondents.save(tx, known, known.dialogue, LATER)
        assert not load(tx, ANNA).unreachable
        set_reachable(tx, CHANNEL, ANNA, False, MONDAY)
        set_reachable(tx, CHANNEL, ANNA, True, MONDAY)
        assert not load(tx, ANNA).unreachable


def test_the_same_address_in_two_channels_is_two_people(database: Database) -> None:
    with database.transaction() as tx:
        join(tx, ANNA, add(tx))
        assert contacts.at(tx, "browser", ANNA) is None


def test_two_partnerships_on_one_address(database: Database) -> None:
    with database.transaction() as tx:
        first, second = (join(tx, ANNA, add(tx, name), MONDAY) for name in ("Oost", "West"))
        last = load(tx, ANNA).dialogue
        assert (last.response, last.others) == (second, ((first, "Oost"),)), "made last, when all else is equal"

        respondents.save(tx, load(tx, ANNA, first), load(tx, ANNA, first).dialogue, LATER)
        last = load(tx, ANNA).dialogue
        assert (last.response, last.others) == (first, ((second, "West"),)), "the one they were in last"

        named = load(tx, ANNA, second)
        assert named.named
        assert (named.dialogue.response, named.dialogue.others) == (second, ((first, "Oost"),))


def test_a_link_makes_its_partnership_the_last_one(database: Database) -> None:
    with database.transaction() as tx:
        first, _ = (join(tx, ANNA, add(tx, name), MONDAY) for name in ("Oost", "West"))
        assert enter(tx, ANNA, 1, LATER) == first
        assert load(tx, ANNA).dialogue.response == first


@pytest.mark.parametrize("ended", ["completed", "closed"])
def test_what_has_ended_is_not_among_the_others(database: Database, ended: str) -> None:
    with database.transaction() as tx:
        first, _ = (join(tx, ANNA, add(tx, name)) for name in ("Oost", "West"))
        end(tx, first, ended)
        assert load(tx, ANNA).dialogue.others == ()


def test_the_next_wave_of_a_partnership_is_a_new_response(database: Database) -> None:
    with database.transaction() as tx:
        first = join(tx, ANNA, add(tx))
        end(tx, first, "closed")
        partnerships.open_wave(tx, 1, {}, LATER)
        second = enter(tx, ANNA, 1, LATER)
        assert second not in (None, first)
        assert load(tx, ANNA).dialogue.response == second
        old = load(tx, ANNA, first).dialogue
        assert (old.wave_open, old.others) == (False, ())


def test_whoever_looks_back_at_an_earlier_wave_is_still_in_the_newest(database: Database) -> None:
    """As by a button that stands under its result for ever."""
    with database.transaction() as tx:
        first = join(tx, ANNA, add(tx))
        end(tx, first, "completed")
        end(tx, first, "closed")
        partnerships.open_wave(tx, 1, {}, LATER)
        second = enter(tx, ANNA, 1, LATER)
        looked = load(tx, ANNA, first)
        respondents.save(tx, looked, looked.dialogue, LATER + timedelta(minutes=1))
        assert load(tx, ANNA).dialogue.response == second


def test_a_response_of_somebody_else_is_not_theirs(database: Database) -> None:
    with database.transaction() as tx:
        number = add(tx)
        anna, ben = join(tx, ANNA, number), join(tx, BEN, number)
        asked = load(tx, ANNA, ben)
        assert not asked.named
        assert asked.dialogue.response == anna
        assert load(tx, ANNA, anna).named
        assert not load(tx, ANNA, 10**17).named


def test_nobody_gets_a_response_in_a_closed_wave(database: Database) -> None:
    with database.transaction() as tx:
        number = add(tx)
        anna = join(tx, ANNA, number)
        code = partnerships.invitation_of(tx, number)
        respondents.join(tx, CHANNEL, BEN, "nl", number, code, "a-fingerprint", MONDAY)
        end(tx, anna, "closed")
        assert enter(tx, ANNA, number) == anna
        assert enter(tx, BEN, number) is None
        assert enter(tx, "a stranger", number) is None


def test_a_changed_answer_is_the_same_row(database: Database) -> None:
    address, response = begun(database, ["yes"] * 26, "resident", wave_open=True)
    taken(database, address, response, Go(response, Position(Screen.ITEM, 3)), MONDAY)
    taken(database, address, response, ChooseOption(response, 3, "no"), LATER)
    with database.transaction() as tx:
        own = respondents.own_answers(tx, load(tx, address).contact)
    assert [(a.item, a.option, a.answered_on) for a in own] == [
        (item, "no" if item == 3 else "yes", (LATER if item == 3 else MONDAY).date()) for item in range(1, 27)
    ]


def test_own_answers_are_of_every_wave_and_partnership_and_of_nobody_else(database: Database) -> None:
    with database.transaction() as tx:
        for name in ("Oost", "West"):
            number = add(tx, name)
            for address, option in ((ANNA, "yes"), (BEN, "no")):
                answer(tx, address, join(tx, address, number), {2: option, 1: option})
        contact = load(tx, ANNA).contact
        own = respondents.own_answers(tx, contact)
    assert [(a.partnership, a.wave, a.item, a.option) for a in own] == [
        (name, 1, item, "yes") for name in ("Oost", "West") for item in (1, 2)
    ]


def test_erasing_leaves_nothing_of_this_person_and_all_of_the_others(database: Database) -> None:
    with database.transaction() as tx:
        for name in ("Oost", "West"):
            number = add(tx, name)
            for address in (ANNA, BEN):
                answer(tx, address, join(tx, address, number), {1: "yes", 2: "no"})
        anna, ben = load(tx, ANNA).contact, load(tx, BEN).contact
        for contact in (anna, ben):
            letters.reply(tx, contact, LETTER, MONDAY)
            letters.enqueue(tx, contact, LETTER, MONDAY, f"a key of {contact}")
        before = load(tx, BEN)
        respondents.erase(tx, CHECKLIST, anna)
        assert find(tx, ANNA) is None
        assert load(tx, BEN) == before
    assert sizes(database) == {"contacts": 1, "respondents": 2, "responses": 2, "answers": 4, "letters": 2}


def test_numbers_of_the_erased_are_never_given_out_again(database: Database) -> None:
    given_out = []
    with database.transaction() as tx:
        number = add(tx)
    for _ in range(3):
        with database.transaction() as tx:
            response = join(tx, ANNA, number)
            contact = load(tx, ANNA).contact
            given_out.append((response, contact, letters.reply(tx, contact, LETTER, MONDAY)[0]))
            assert load(tx, ANNA, response).named
            assert not any(load(tx, ANNA, erased).named for erased, _, _ in given_out[:-1])
        with database.transaction() as tx:
            respondents.erase(tx, CHECKLIST, contact)
    for numbers in zip(*given_out, strict=True):
        assert list(numbers) == sorted(set(numbers))


def test_the_second_update_of_a_person_sees_what_the_first_one_changed(database: Database, beside: Database) -> None:
    address, response = begun(database, ["yes"] * 26, "resident", wave_open=True)
    first_has_loaded = Signal()

    def first() -> None:
        with database.transaction() as tx:
            known = load(tx, address, response)
            first_has_loaded.set()
            Signal().wait(BLOCKED)
            respondents.save(tx, known, step(known.dialogue, Finish(response), MONDAY).dialogue, MONDAY)

    def second() -> None:
        first_has_loaded.wait(10)
        with beside.transaction() as tx:
            assert load(tx, address, response).dialogue.completed

    at_once(first, second)


def test_coming_in_and_pressing_at_the_same_moment_wait_for_each_other(database: Database, beside: Database) -> None:
    address, response = begun(database, [], "resident", wave_open=True)
    first_has_entered = Signal()

    def first() -> None:
        with database.transaction() as tx:
            enter(tx, address, 1)
            first_has_entered.set()
            Signal().wait(BLOCKED)
            load(tx, address, response)

    def second() -> None:
        first_has_entered.wait(10)
        taken(beside, address, response, ChooseOption(response, 1, "yes"), MONDAY)

    at_once(first, second)
    with database.transaction() as tx:
        assert load(tx, address).dialogue.answers == {1: "yes"}


def test_active_is_who_was_answering_and_can_go_on(database: Database) -> None:
    ended: list[Mapping[str, Any]] = [
        {"touched_at": MONDAY - timedelta(seconds=1)},
        {"completed_at": MONDAY},
        {"remind_at": LATER},
    ]
    with database.transaction() as tx:
        number = add(tx)
        for address in ("active", "also active", "unreachable"):
            join(tx, address, number)
        set_reachable(tx, CHANNEL, "unreachable", False, MONDAY)
        for row, values in enumerate(ended):
            change(tx, "responses", join(tx, f"ended {row}", number), **values)
        end(tx, join(tx, "closed", add(tx, "West")), "closed")
        found = list(active(tx))
        expected = [load(tx, address) for address in ("active", "also active")]
        assert not list(active(tx, "browser"))
    assert found == expected


def test_who_is_erased_meanwhile_is_not_active(database: Database, beside: Database) -> None:
    with database.transaction() as tx:
        number = add(tx)
        join(tx, ANNA, number)
        join(tx, BEN, number)
        ben = load(tx, BEN).contact
    first_is_found = Signal()

    def look() -> list[int]:
        with database.transaction() as tx:
            found = []
            for known in active(tx):
                found.append(known.contact)
                first_is_found.set()
                Signal().wait(BLOCKED)
            return found

    def erase() -> list[int]:
        first_is_found.wait(10)
        with beside.transaction() as tx:
            respondents.erase(tx, CHECKLIST, ben)
        return []

    assert len(at_once(look, erase)[0]) in (1, 2)


def active(tx: Tx, channel: str = CHANNEL) -> Iterator[Known]:
    return respondents.active_since(tx, CHECKLIST, LANGUAGES, channel, MONDAY, MONDAY + timedelta(days=1), LATER)


def contents(dialogue: Dialogue) -> dict[str, Any]:
    """All but when they last did something, which is noted whatever it was."""
    return {field.name: getattr(dialogue, field.name) for field in fields(dialogue) if field.name != "touched_at"}


def begun(database: Database, answered: list[str], group: str | None, wave_open: bool) -> tuple[str, int]:
    """Somebody new in a partnership of their own, who answered so many items; their address and response."""
    address = f"begun {next(addresses)}"
    with database.transaction() as tx:
        response = join(tx, address, add(tx, f"Of {address}"))
        change(tx, "respondents", response, group=group)
        answer(tx, address, response, dict(enumerate(answered, 1)))
        if not wave_open:
            end(tx, response, "closed")
    return address, response


def taken(database: Database, address: str, response: int, event: Event, now: datetime) -> Dialogue:
    """One event as a turn takes it, in a transaction of its own; the dialogue after it."""
    with database.transaction() as tx:
        known = load(tx, address, response)
        after = step(known.dialogue, event, now).dialogue
        respondents.save(tx, known, after, now)
    return after


def answer(tx: Tx, address: str, response: int, given: Mapping[int, str]) -> None:
    known = load(tx, address, response)
    answers = {**known.dialogue.answers, **given}
    respondents.save(tx, known, Dialogue(**{**contents(known.dialogue), "answers": answers}), MONDAY)


def end(tx: Tx, response: int, how: str) -> None:
    if how == "completed":
        change(tx, "responses", response, completed_at=MONDAY)
    else:
        responses = metadata.tables["responses"]
        wave = tx.connection.execute(responses.select().where(responses.c.id == response)).one().wave_id
        assert partnerships.close_wave(tx, wave, MONDAY)


def change(tx: Tx, table: str, number: int, **values: Any) -> None:
    changed = metadata.tables[table]
    tx.connection.execute(changed.update().where(changed.c.id == number).values(values))


def sizes(database: Database) -> dict[str, int]:
    """How many rows there are of what belongs to a person."""
    tables = ("contacts", "respondents", "responses", "answers", "letters")
    return {table: rows(database, f"SELECT count(*) FROM {table}")[0][0] for table in tables}
