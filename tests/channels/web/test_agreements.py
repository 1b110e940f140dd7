"""Agreements on the page: fields with what is wrong beside them, and of two who change one nobody loses a word."""

import pytest

from storage import links
from tests.actors import coordinate
from tests.channels.web.conftest import Visitors
from tests.channels.web.test_forms import MARKUP, close
from tests.house import Clock, House, agree
from tests.visitor import Visitor

WHAT, WHO, WHEN = "Wat gaat u doen?", "Wie doet het?", "Wanneer is het klaar?"
LIST, ADD = "/coordinate/agreement/1", "/coordinate/agreement_add/1"
ALL = "SELECT number, what, who, by_when FROM agreements ORDER BY id"
BENCH = {WHAT: "Een bankje", WHO: "Ali", WHEN: "2026-06-01"}


async def after_a_round(house: House, visitors: Visitors) -> tuple[Visitor, Visitor]:
    """A coordinator, and somebody who took part in the round that is closed."""
    codes, fatima, anna = house.add(), visitors(), visitors()
    await coordinate(fatima, codes.coordinator)
    await agree(house, anna, codes.invitation)
    close(house)
    await fatima.open(ADD)
    return fatima, anna


async def second(house: House, visitors: Visitors) -> Visitor:
    """Another coordinator."""
    with house.app.database.transaction() as tx:
        code = links.make_link(tx, 1, "coordinator", house.clock())
    joost = visitors()
    await coordinate(joost, code)
    return joost


def kept(house: House) -> list[tuple[str, ...]]:
    return [tuple(map(str, row)) for row in house.rows(ALL)]


async def test_one_is_written_down_and_changed(house: House, visitors: Visitors) -> None:
    fatima, _ = await after_a_round(house, visitors)
    await fatima.open("/coordinate/home/1")
    for label in ("Afspraken", "Een afspraak toevoegen"):
        await fatima.press(label)
    assert 'min="2026-03-02"' in fatima.last.html
    await fatima.fill_in({WHAT: f"Een bankje\r\n in {MARKUP}", WHO: MARKUP, WHEN: "2026-06-01"})
    assert fatima.place == LIST
    assert f"1. een bankje in {MARKUP} · {MARKUP} · klaar op 1 juni 2026".lower() in fatima.last.text.lower()
    await fatima.press("1 veranderen")
    assert [fatima.last.given(label) for label in (WHAT, WHO, WHEN)] == [
        f"Een bankje in {MARKUP}",
        MARKUP,
        "2026-06-01",
    ]
    await fatima.fill_in({WHEN: ""})
    assert kept(house) == [("1", f"Een bankje in {MARKUP}", MARKUP, "None")]


async def test_everybody_reads_them_and_they_come_back_with_the_next_round(
    house: House, visitors: Visitors, clock: Clock
) -> None:
    fatima, anna = await after_a_round(house, visitors)
    await fatima.fill_in({WHAT: f"Een bankje in {MARKUP}", WHO: MARKUP})
    await fatima.press("Vertel iedereen wat u gaat doen")
    await fatima.fill_in({"Nederlands": "Dank u wel."})
    assert f"Dit hebben we afgesproken:\n1. Een bankje in {MARKUP}" in fatima.last.text
    await fatima.press("Ja, versturen")
    await anna.open("/")
    assert "1. Een bankje in <b>Ali</b> & {k} " in anna.last.whole
    await fatima.open("/coordinate/open/1")
    await fatima.press("Ja, openen")
    clock.pass_time(minutes=6)
    await house.caught_up()
    await fatima.open("/coordinate/home/1")
    await fatima.press("Afspraken: wat is er gedaan?")
    assert fatima.place == "/coordinate/agreement_done/1/1.-"
    await fatima.press("1. Deels")
    await fatima.open("/coordinate/summary/1")
    assert f"Dit spraken we af na ronde 1:\n1. Een bankje in {MARKUP} · {MARKUP} · deels gedaan" in fatima.last.text
    assert house.rows("SELECT count(*) FROM letters") == [(0,)], "nothing is written to a page"


@pytest.mark.parametrize(
    ("label", "given", "told"),
    [
        (WHAT, "", "Schrijf wat u gaat doen."),
        (WHAT, " \u200b\u202e\n", "Schrijf wat u gaat doen."),
        (WHAT, "x" * 201, "Uw tekst heeft 201 tekens. Het mogen er niet meer dan 200 zijn."),
        (WHAT, "語" * 5000, "Uw tekst heeft 5000 tekens."),
        (WHAT, "👩" * 101, "Uw tekst heeft 202 tekens."),
        (WHO, "x" * 81, "Uw tekst heeft 81 tekens. Het mogen er niet meer dan 80 zijn."),
        (WHEN, "2026-03-01", "Die dag is al voorbij."),
        (WHEN, "2099-01-01", "Die dag is niet duidelijk. Kies een dag zoals 1-3-2027."),
        (WHEN, "2026-02-30", "Die dag is niet duidelijk."),
        (WHEN, "morgen", "Die dag is niet duidelijk."),
    ],
)
async def test_what_does_not_fit_is_told_beside_its_field_and_stays_there(
    house: House, visitors: Visitors, label: str, given: str, told: str
) -> None:
    fatima, _ = await after_a_round(house, visitors)
    await fatima.fill_in({**BENCH, label: given})
    assert told in fatima.last.error_at(label)
    assert {one: fatima.last.given(one) for one in BENCH} == {**BENCH, label: given}
    assert kept(house) == []
    await fatima.fill_in({label: BENCH[label]})
    await fatima.press("1 veranderen")
    await fatima.fill_in({label: given})
    assert told in fatima.last.error_at(label)
    assert kept(house) == [("1", "Een bankje", "Ali", "2026-06-01")]


async def test_today_is_not_too_late_and_a_day_that_passed_since_may_stay(
    house: House, visitors: Visitors, clock: Clock
) -> None:
    fatima, _ = await after_a_round(house, visitors)
    await fatima.fill_in({**BENCH, WHEN: "2026-03-02"})
    clock.pass_time(days=3)
    await fatima.press("1 veranderen")
    await fatima.fill_in({WHO: "Fatima"})
    assert kept(house) == [("1", "Een bankje", "Fatima", "2026-03-02")]


async def test_a_sixth_is_told_and_its_words_stay(house: House, visitors: Visitors) -> None:
    fatima, _ = await after_a_round(house, visitors)
    form = fatima.last
    for number in range(5):
        await fatima.open(ADD)
        await fatima.fill_in({WHAT: f"Afspraak {number}"})
    await fatima.fill_in({WHAT: "Nog een"}, on=form)
    assert "Er zijn 5 afspraken. Meer kan niet." in fatima.last.error_at(WHAT)
    assert fatima.last.given(WHAT) == "Nog een"
    await fatima.open(ADD)
    assert "Er zijn 5 afspraken." in fatima.last.text
    assert len(kept(house)) == 5


async def test_who_changes_what_somebody_else_changed_is_told_and_loses_nothing(
    house: House, visitors: Visitors
) -> None:
    fatima, _ = await after_a_round(house, visitors)
    joost = await second(house, visitors)
    await fatima.fill_in(BENCH)
    for person in (fatima, joost):
        await person.open(LIST)
        await person.press("1 veranderen")
    await fatima.fill_in({WHO: "Fatima"})
    await joost.fill_in({WHAT: "Een bank"})
    assert "Iemand anders heeft deze afspraak veranderd." in joost.last.error_at(WHAT)
    assert joost.last.given(WHAT) == "Een bank"
    assert "1. Een bankje · Fatima" in joost.last.text, "and sees what it is now"
    await joost.fill_in({})
    assert kept(house) == [("1", "Een bank", "Fatima", "2026-06-01")]


async def test_a_form_for_one_that_is_gone_can_be_saved_as_a_new_one(house: House, visitors: Visitors) -> None:
    fatima, _ = await after_a_round(house, visitors)
    joost = await second(house, visitors)
    await fatima.fill_in(BENCH)
    await joost.open(LIST)
    await joost.press("1 veranderen")
    await fatima.press("1 weghalen")
    assert "Afspraak 1 is weggehaald. Dit stond er:\n1. Een bankje · Ali" in fatima.last.text
    await joost.fill_in({WHAT: "Een bank"})
    assert "Iemand heeft deze afspraak weggehaald." in joost.last.error_at(WHAT)
    await joost.fill_in({})
    assert [row[1] for row in kept(house)] == ["Een bank"]


async def test_a_form_of_an_earlier_round_is_asked_about(house: House, visitors: Visitors) -> None:
    fatima, _ = await after_a_round(house, visitors)
    old = fatima.last
    await fatima.open("/coordinate/open/1")
    await fatima.press("Ja, openen")
    with house.app.database.transaction() as tx:
        tx.connection.exec_driver_sql("UPDATE waves SET closed_at = opened_at WHERE number = 2")
    await fatima.fill_in(BENCH, on=old)
    assert "Er is nu een andere ronde gesloten." in fatima.last.error_at(WHAT)
    assert kept(house) == []
    await fatima.fill_in({})
    assert house.rows("SELECT wave_id FROM agreements") == [(2,)]


async def test_what_stands_at_an_address_changes_nothing(house: House, visitors: Visitors) -> None:
    fatima, _ = await after_a_round(house, visitors)
    await fatima.fill_in(BENCH)
    before = kept(house)
    for place in (
        "agreement", "agreement/1", "agreement/1/9", "agreement_add/1", "agreement_edit/1", "agreement_edit/1/1",
        "agreement_edit/1/99", "agreement_remove/1/1", "agreement_new/1/1", "agreement_write/1/1.x",
        "agreement_typed/1/x", "agreement_done/1", "agreement_done/1/1.-", "agreement_done/1/9.-",
    ):  # fmt: skip
        await fatima.open(f"/coordinate/{place}")
        assert fatima.status == 200, place
    assert kept(house) == before
    assert house.rows("SELECT done FROM agreements") == [(None,)]


async def test_nobody_else_sees_or_changes_them(house: House, visitors: Visitors) -> None:
    fatima, anna = await after_a_round(house, visitors)
    await fatima.fill_in(BENCH)
    form, other, before = fatima.last.forms, visitors(), kept(house)
    remove = next(value for label, _, value in form["buttons"].buttons if label == "1 weghalen")
    await coordinate(other, house.add("Samen Sterk").coordinator)
    for person in (anna, other):
        for place in (LIST, "/coordinate/agreement_edit/1/1", "/coordinate/agreement_edit/2/1"):
            await person.open(place)
            assert "Een bankje" not in person.last.whole
        for data in (remove, remove.replace("c:1:", "c:2:"), "c:1:agreement_done:1.yes", "c:2:agreement_done:1.yes"):
            await person.press_data(data)
            assert "Een bankje" not in person.last.whole
    assert kept(house) == before
    assert house.rows("SELECT done FROM agreements") == [(None,)]
