"""Tokens of programs, on both databases: found by themselves alone, gone with the seat, the programme and in time."""

from datetime import timedelta

from sqlalchemy import func, select

from storage import api_tokens, contacts, links, partnerships, programmes
from storage.engine.database import Database, Tx
from storage.schema import api_tokens as table
from tests.house import MONDAY, partnership


def seated(tx: Tx) -> tuple[int, int]:
    """A programme and who reads it."""
    number, _ = partnerships.add(tx, partnership(), {}, MONDAY)
    programme = programmes.add(tx, "Stad", "nl", [number], MONDAY).id
    code, contact = links.make_programme_link(tx, programme, MONDAY), contacts.meet(tx, "web", "a" * 32, "nl", MONDAY)
    link = links.link(tx, code, MONDAY)
    assert link
    programmes.use_link(tx, code, link, contact, MONDAY)
    return programme, contact


def test_a_token_works_for_a_year_and_what_it_was_used_for_is_a_day(database: Database) -> None:
    with database.transaction() as tx:
        programme, contact = seated(tx)
        token = api_tokens.make(tx, programme, contact, MONDAY)
        assert token
        used = MONDAY + timedelta(days=364)
        found = api_tokens.programme_of(tx, token, used)
        assert found
        assert (found[0].name, found[1]) == ("Stad", (MONDAY + api_tokens.LASTS).date())
        [told] = api_tokens.of_seat(tx, programme, contact, used)
        assert (told.made_on, told.used_on) == (MONDAY.date(), used.date())
        assert api_tokens.programme_of(tx, token, MONDAY + api_tokens.LASTS) is None
        assert api_tokens.of_programme(tx, programme, MONDAY + api_tokens.LASTS) == []
        assert api_tokens.programme_of(tx, token[:-1], used) is None


def test_whose_it_is_stops_it_and_it_goes_with_the_seat(database: Database) -> None:
    with database.transaction() as tx:
        programme, contact = seated(tx)
        mine = [api_tokens.make(tx, programme, contact, MONDAY) for _ in range(api_tokens.MOST + 1)]
        assert mine[-1] is None
        operators = api_tokens.make(tx, programme, None, MONDAY)
        first, *_, last = api_tokens.of_programme(tx, programme, MONDAY)
        assert (first.contact, last.contact) == (contact, None)
        assert not api_tokens.revoke(tx, programme, last.id, contact)
        assert not api_tokens.revoke(tx, programme + 1, first.id)
        assert api_tokens.revoke(tx, programme, first.id, contact)
        assert mine[0]
        assert api_tokens.programme_of(tx, mine[0], MONDAY) is None
        programmes.leave(tx, contact, programme)
        assert [one.id for one in api_tokens.of_programme(tx, programme, MONDAY)] == [last.id]
        assert operators
        assert api_tokens.programme_of(tx, operators, MONDAY)
        programmes.end(tx, programme)
        assert not tx.connection.execute(select(func.count()).select_from(table)).scalar()
