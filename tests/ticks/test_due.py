"""Due: ticks that look only at what is kept as due write all that ticks which look at everything would."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.survey.calendar import decent
from bot.survey.conversation.dialogue import Partnership
from bot.texts.texts import Texts
from bot.ticks.ticks import TICKS
from bot.waves import close_wave, open_wave, reopen_wave
from storage import contacts, coordinators, partnerships, respondents, waves
from storage.engine.database import Database, Tx
from storage.partnerships import Wave
from storage.schema import letters, responses
from storage.schema import waves as wave_rows
from tests.databases import Source
from tests.house import partnership
from tests.storage.beginnings import CHANNEL, enter, find, join, only_sqlite
from tests.ticks.furnished import AMSTERDAM, DAY, HOUR, NOW, opened, run, source

__all__ = ["source"]  # fixture

PEOPLE = ("1", "2", "3")
SEATS = ("8", "9")

NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)  # it takes minutes, and ten steps can be read

Change = Callable[[Tx, Texts, datetime], object]


def _last(tx: Tx) -> Wave:
    return partnerships.last_wave(tx, 1)


def _close(tx: Tx, texts: Texts, now: datetime) -> None:
    close_wave(tx, texts, _partnership(tx), _last(tx), now, now)


def _reopen(tx: Tx, _texts: Texts, now: datetime) -> None:
    reopen_wave(tx, _partnership(tx), _last(tx), now)


def _open(tx: Tx, texts: Texts, now: datetime) -> None:
    open_wave(tx, texts, _partnership(tx), decent(now, AMSTERDAM), now)


def _plan(tx: Tx, _texts: Texts, now: datetime) -> None:
    waves.prepare(tx, 1, opens_at=now + DAY, weeks=1)
    waves.confirm(tx, 1, now)


def _answer(tx: Tx, _texts: Texts, now: datetime) -> None:
    wave = _last(tx)
    if wave.closed_at:
        waves.write_text(tx, wave.id, "nl", "Dank u")
        waves.answer(tx, wave.id, now)


def _partnership(tx: Tx) -> Partnership:
    found = partnerships.find(tx, "1")
    assert found
    return found


def _change(**facts: str | int) -> Change:
    return lambda tx, _texts, now: partnerships.change(tx, 1, now, **facts)


def _closing(days: int | None) -> Change:
    def change(tx: Tx, _texts: Texts, now: datetime) -> None:
        if _last(tx).closed_at is None:
            waves.set_closing(tx, _last(tx).id, now + days * DAY if days else None, now)

    return change


def _reach(address: str, reachable: bool) -> Change:
    return lambda tx, _texts, now: contacts.set_reachable(tx, CHANNEL, address, reachable, now)


def _becomes(address: str, **facts: object) -> Change:
    """What they say of themselves, or what they finish."""

    def change(tx: Tx, _texts: Texts, now: datetime) -> None:
        if known := find(tx, address):
            told: dict[str, Any] = {name: now if fact == "now" else fact for name, fact in facts.items()}
            respondents.save(tx, known, replace(known.dialogue, **told), now)

    return change


def _comes_by(address: str) -> Change:
    return lambda tx, _texts, now: enter(tx, address, 1, now)


def _takes_a_seat(address: str) -> Change:
    def change(tx: Tx, _texts: Texts, now: datetime) -> None:
        contact = contacts.meet(tx, CHANNEL, address, "nl", now)
        coordinators.take_seat(tx, contact, 1, "coordinator", now)

    return change


CHANGES: dict[str, Change] = {
    "close": _close,
    "reopen": _reopen,
    "open": _open,
    "plan": _plan,
    "answer": _answer,
    "closes soon": _closing(1),
    "closes late": _closing(9),
    "by hand": _closing(None),
    "fridays": _change(summary_day=4),
    "evenings": _change(summary_hour=18),
    "east": _change(timezone="Asia/Tokyo"),
    "sooner": _change(remind_after=1, remind_again=2),
    **{f"{one} is gone": _reach(one, False) for one in (*PEOPLE, *SEATS)},
    **{f"{one} is back": _reach(one, True) for one in (*PEOPLE, *SEATS)},
    **{f"{one} comes by": _comes_by(one) for one in PEOPLE},
    **{f"{one} stops": _becomes(one, stopped=True, wants_result=False) for one in PEOPLE},
    **{f"{one} is here": _becomes(one, stopped=False) for one in PEOPLE},
    **{f"{one} is done": _becomes(one, completed_at="now") for one in PEOPLE},
    **{f"{one} asks": _becomes(one, wants_result=True) for one in PEOPLE},
    **{f"{one} has a seat": _takes_a_seat(one) for one in SEATS},
}
STEPS = st.tuples(st.sampled_from((*CHANGES, "nothing", "nothing")), st.sampled_from((0, 0, 1, 24, 24 * 5)))


@only_sqlite
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=12,
    phases=NO_SHRINKING,
)
@given(st.lists(STEPS, min_size=3, max_size=10))
@example([("8 has a seat", 0), ("8 is gone", 1), ("nothing", 24 * 5), ("nothing", 24 * 2), ("8 is back", 1)])
@example([("1 is done", 0), ("close", 24), ("nothing", 1), ("1 asks", 24)])
@example([("1 is done", 0), ("1 asks", 0), ("1 is gone", 0), ("close", 24), ("nothing", 1), ("1 is back", 5)])
@example([("1 is done", 0), ("close", 24), ("open", 1), ("nothing", 1), ("1 asks", 0)])
@example([("2 stops", 0), ("close", 24), ("open", 24), ("nothing", 1), ("2 is here", 24)])
@example([("fridays", 0), ("8 has a seat", 0), ("nothing", 24 * 5), ("evenings", 24)])
def test_what_is_due_is_all_that_there_is_to_do(source: Source, texts: Texts, steps: list[tuple[str, int]]) -> None:
    with ExitStack() as stack:
        one, other = (stack.enter_context(opened(stack.enter_context(source.new()))) for _ in range(2))
        now = NOW
        for database in (one, other):
            begin(database, texts)
        for what, hours in steps:
            for passed in range(11, hours, 12):
                live(one, other, texts, now + passed * HOUR)
            now += hours * HOUR
            for database in (one, other):
                with database.transaction() as tx:
                    if what in CHANGES:
                        CHANGES[what](tx, texts, now)
            live(one, other, texts, now)
            assert written(one) == written(other), (what, now)


def begin(database: Database, texts: Texts) -> None:
    with database.transaction() as tx:
        partnerships.add(tx, partnership("Oost"), texts.wording(), NOW)
        for address in PEOPLE:
            join(tx, address, 1, NOW)


def live(one: Database, other: Database, texts: Texts, now: datetime) -> None:
    for database in (one, other):
        for name in ("open", "waves", "remind"):
            if database is other:
                look_at_all(database, now)
            run(database, TICKS[name], texts, now)


def look_at_all(database: Database, now: datetime) -> None:
    with database.transaction() as tx:
        tx.connection.execute(update(wave_rows).values(due_at=now))
        unfinished = update(responses).where(responses.c.completed_at.is_(None))
        tx.connection.execute(unfinished.values(next_reminder_at=responses.c.touched_at))


def written(database: Database) -> list[tuple[object, ...]]:
    with database.transaction() as tx:
        found = tx.connection.execute(select(letters.c.key, letters.c.due_at, letters.c.refused))
        return sorted((tuple(row) for row in found), key=str)
