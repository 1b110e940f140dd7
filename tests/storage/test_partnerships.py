"""A partnership is found by number, name and code, has one open wave at most, and counts its answers right."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from bot.survey import codes, short_codes
from bot.survey.conversation.dialogue import Partnership
from storage import links, partnerships, respondents
from storage.engine.database import Database, Tx
from storage.schema import invitations
from storage.short_codes import free
from storage.turnout import Turnout, turnout_of
from tests.house import MONDAY, partnership
from tests.storage.beginnings import ANNA, BEN, CHECKLIST, add, at_once, join, load, rows

LATER = MONDAY + timedelta(days=14)
SHEETS = st.lists(
    st.tuples(st.dictionaries(st.integers(1, 26), st.sampled_from(tuple(CHECKLIST.options))), st.booleans()), max_size=6
)
"""What a few people answered, and whether they finished."""

numbers = count(1)


def test_a_partnership_is_found_by_its_number_and_by_its_name(database: Database) -> None:
    with database.transaction() as tx:
        add(tx, "Oost")
        number = add(tx, "Zorg & Welzijn – 't Höfje 🌱")
        wanted = replace(partnership("Zorg & Welzijn – 't Höfje 🌱"), id=number)
        assert partnerships.find(tx, str(number)) == wanted
        assert partnerships.find(tx, wanted.name) == wanted
        assert partnerships.every(tx) == [replace(partnership("Oost"), id=1), wanted]


@pytest.mark.parametrize("name", ["", "West", "oost", "0", "2", "-1", "1.0", " 1", "¹", "١", "9" * 30, "%", "1 OR 1=1"])
def test_what_is_no_partnership_is_not_found(database: Database, name: str) -> None:
    with database.transaction() as tx:
        assert add(tx, "Oost") == 1
        assert partnerships.find(tx, name) is None


def test_a_name_that_looks_like_a_number_is_that_partnership(database: Database) -> None:
    with database.transaction() as tx:
        add(tx, "Oost")
        add(tx, "1")
        found = partnerships.find(tx, "1")
    assert found
    assert found.name == "1"


def test_a_name_is_used_once(database: Database) -> None:
    def adding() -> bool:
        try:
            with database.transaction() as tx:
                add(tx, "Oost")
        except IntegrityError:
            return False
        return True

    assert sorted(at_once(adding, adding, adding)) == [False, False, True]
    assert len(rows(database, "SELECT id FROM waves")) == 1


def test_each_code_opens_its_own_door(database: Database) -> None:
    with database.transaction() as tx:
        number, codes = partnerships.add(tx, partnership("Oost"), {}, MONDAY)
        add(tx, "West")
        invited = partnerships.invited_by(tx, codes.invitation)
        assert invited == partnerships.find(tx, "Oost")
        assert partnerships.invited_by(tx, codes.invitation.upper()) == invited, "typed over on a phone"
        assert partnerships.invitation_of(tx, number) == codes.invitation
        assert links.link(tx, codes.coordinator, MONDAY)
        assert links.link(tx, codes.invitation, MONDAY) is None
        for unknown in (codes.coordinator, codes.invitation[:-1], "", "x" * 5000):
            assert partnerships.invited_by(tx, unknown) is None
            assert links.link(tx, "x" + unknown, MONDAY) is None


def test_a_short_code_leads_to_the_same_invitation(database: Database) -> None:
    with database.transaction() as tx:
        number, codes = partnerships.add(tx, partnership("Oost"), {}, MONDAY)
        library = partnerships.invite(tx, number, "Bibliotheek", MONDAY)
        add(tx, "West")
        general, place = (partnerships.invitation(tx, code) for code in (codes.invitation, library))
        assert general
        assert place
        assert general.partnership == place.partnership == partnerships.find(tx, "Oost")
        assert (general.code, place.code) == (codes.invitation, library)
        assert [partnerships.invitation(tx, one.short) for one in (general, place)] == [general, place]
        assert {short_codes.find(one.short) for one in (general, place)} == {general.short, place.short}
        for unknown in (codes.coordinator, general.short[:-1], f"{general.short}C", "CDFHJKMN", "", "%"):
            assert partnerships.invitation(tx, unknown) is None


def test_no_two_invitations_have_one_short_code(database: Database) -> None:
    """What is drawn and there already is drawn again; what two draw at once, the second does not get."""
    with database.transaction() as tx:
        number = add(tx)
        (taken,) = tx.connection.execute(select(invitations.c.short)).scalars()
        drawn = iter([taken, taken, "CDFHJKMN"])
        assert free(tx, lambda: next(drawn)) == "CDFHJKMN"
    row = {"code": "abc", "short": taken, "partnership_id": number, "label": "", "created_at": MONDAY}
    with pytest.raises(IntegrityError), database.transaction() as tx:
        tx.connection.execute(insert(invitations).values(row))


def test_codes_are_not_to_be_guessed_nor_is_the_coordinators_to_be_read(database: Database) -> None:
    with database.transaction() as tx:
        made = [partnerships.add(tx, partnership(f"Of {n}"), {}, MONDAY)[1] for n in range(20)]
    given = {code for pair in made for code in (pair.invitation, pair.coordinator)}
    assert len(given) == 40
    assert all(codes.find(code) == code for code in given)
    assert len(set(codes.ALPHABET)) ** codes.LENGTH > 2**128
    kept = rows(database, "SELECT code_key FROM coordinator_links")
    assert all(len(bytes(key)) == 32 for (key,) in kept)
    assert not any(pair.coordinator.encode() in bytes(key) for pair in made for (key,) in kept)


def test_a_second_open_wave_is_refused(database: Database) -> None:
    with database.transaction() as tx:
        number = add(tx)
    with pytest.raises(IntegrityError), database.transaction() as tx:
        partnerships.open_wave(tx, number, {}, LATER)
    assert rows(database, "SELECT number FROM waves") == [(1,)]


def test_of_two_who_open_the_next_wave_one_does(database: Database, beside: Database) -> None:
    with database.transaction() as tx:
        number = add(tx)
        partnerships.close_wave(tx, partnerships.last_wave(tx, number).id, LATER)

    def opening(where: Database) -> bool:
        try:
            with where.transaction() as tx:
                partnerships.open_wave(tx, number, {}, LATER)
        except IntegrityError:
            return False
        return True

    assert sorted(at_once(lambda: opening(database), lambda: opening(beside))) == [False, True]
    assert rows(database, "SELECT number FROM waves ORDER BY number") == [(1,), (2,)]


def test_a_wave_closes_once_and_the_next_has_the_next_number(database: Database) -> None:
    with database.transaction() as tx:
        first, other = add(tx, "Oost"), add(tx, "West")
        wave = partnerships.last_wave(tx, first)
        assert [partnerships.close_wave(tx, wave.id, LATER), partnerships.close_wave(tx, wave.id, MONDAY)] == [
            True,
            False,
        ]
        assert partnerships.last_wave(tx, first) == replace(wave, closed_at=LATER)
        assert partnerships.last_wave(tx, other).closed_at is None
        partnerships.open_wave(tx, first, {}, LATER)
        second = partnerships.last_wave(tx, first)
        assert (second.number, second.closed_at) == (2, None)


def test_of_two_who_close_a_wave_one_does(database: Database, beside: Database) -> None:
    with database.transaction() as tx:
        wave = partnerships.last_wave(tx, add(tx)).id

    def closing(where: Database) -> bool:
        with where.transaction() as tx:
            return partnerships.close_wave(tx, wave, LATER)

    assert sorted(at_once(lambda: closing(database), lambda: closing(beside))) == [False, True]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=20)
@given(SHEETS)
def test_the_turnout_equals_a_count_by_hand(database: Database, sheets: list[tuple[Mapping[int, str], bool]]) -> None:
    with database.transaction() as tx:
        turnout = turnout_of(tx, partnerships.last_wave(tx, filled(tx, sheets)).id)
    finished = sum(completed for _, completed in sheets)
    assert turnout == Turnout(len(sheets), finished, len(sheets))


def test_the_turnout_is_of_this_wave_only(database: Database) -> None:
    with database.transaction() as tx:
        number = filled(tx, [({1: "yes"}, True), ({1: "no"}, False)])
        first = partnerships.last_wave(tx, number).id
        filled(tx, [({1: "no"}, True)])
        partnerships.close_wave(tx, first, LATER)
        partnerships.open_wave(tx, number, {}, LATER)
        assert turnout_of(tx, first) == Turnout(2, 1, 2)
        assert turnout_of(tx, partnerships.last_wave(tx, number).id) == Turnout(0, 0, 0)


def test_what_is_erased_is_not_counted(database: Database) -> None:
    with database.transaction() as tx:
        number = add(tx)
        wave = partnerships.last_wave(tx, number).id
        for address in (ANNA, BEN):
            fill(tx, address, number, {1: "yes"}, completed=True)
        respondents.erase(tx, CHECKLIST, load(tx, ANNA).contact)
        assert turnout_of(tx, wave) == Turnout(1, 1, 1)


def test_a_partnership_that_is_made_gets_its_own_number(database: Database) -> None:
    facts = Partnership(99, "Oost", "", "", "en", "Europe/London", 3)
    with database.transaction() as tx:
        number, _ = partnerships.add(tx, facts, {}, MONDAY)
        assert partnerships.find(tx, "Oost") == replace(facts, id=number)
        assert number == 1


def filled(tx: Tx, sheets: list[tuple[Mapping[int, str], bool]]) -> int:
    """A partnership in which so many people answered this; its number."""
    made = next(numbers)
    number = add(tx, f"Of {made}")
    for person, (sheet, completed) in enumerate(sheets):
        fill(tx, f"{made}-{person}", number, sheet, completed)
    return number


def fill(tx: Tx, address: str, number: int, sheet: Mapping[int, str], completed: bool) -> None:
    known = load(tx, address, join(tx, address, number))
    respondents.save(
        tx, known, replace(known.dialogue, answers=sheet, completed_at=MONDAY if completed else None), MONDAY
    )
