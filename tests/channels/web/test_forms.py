"""Forms of a coordinator: each field with its label, what there is, and what is wrong with what was filled in."""

import pytest

from bot.channels.web.requests import MOST_BODY
from bot.coordination.feedback import LONGEST_ANSWER
from storage import partnerships
from tests.actors import coordinate
from tests.channels.web.conftest import Visitors
from tests.house import Clock, House, agree
from tests.visitor import Visitor

MARKUP = "<b>Ali</b> & {k} /stop"
SETTINGS = "/coordinate/settings/1"


async def fatima_in(house: House, visitors: Visitors, language: str = "nl") -> Visitor:
    fatima = visitors(language)
    await fatima.open(f"/i/{house.add().coordinator}")
    await fatima.press({"nl": "Ja, ga verder", "en": "Yes, go on"}[language])
    return fatima


def close(house: House) -> None:
    with house.app.database.transaction() as tx:
        partnerships.close_wave(tx, 1, house.clock())


def facts(house: House) -> tuple[object, ...]:
    return house.rows(
        "SELECT contact, organisation, timezone, remind_after, remind_again, summary_day, summary_hour, waves.name "
        "FROM partnerships JOIN waves ON waves.partnership_id = partnerships.id"
    )[0]


async def test_settings_are_fields_that_hold_what_there_is(house: House, visitors: Visitors) -> None:
    fatima = await fatima_in(house, visitors)
    await fatima.press("Instellingen")
    assert fatima.last.given("Tijdzone") == "Europe/Amsterdam"
    assert fatima.last.given("Herinneringen: na hoeveel dagen stilte?") == "2 5"
    assert "Typ bijvoorbeeld" not in fatima.last.html
    given = {
        "Contactpersoon": MARKUP, "Organisatie": "De Schakel", "Naam van deze ronde": "na fase 1",
        "Herinneringen: na hoeveel dagen stilte?": "3, 9", "Op welke dag komt elke week de samenvatting?": "3",
        "Hoe laat?": "14", "Tijdzone": "Europe/Lisbon",
    }  # fmt: skip
    await fatima.fill_in(given)
    assert fatima.place == SETTINGS
    assert {label: fatima.last.given(label) for label in given} == {
        **given,
        "Herinneringen: na hoeveel dagen stilte?": "3 9",
    }
    assert facts(house) == (MARKUP, "De Schakel", "Europe/Lisbon", 3, 9, 3, 14, "na fase 1")


async def test_what_may_be_empty_is_emptied(house: House, visitors: Visitors) -> None:
    fatima = await fatima_in(house, visitors)
    await fatima.open(SETTINGS)
    labels = ("Contactpersoon", "Organisatie", "Naam van deze ronde")
    await fatima.fill_in(dict.fromkeys(labels, "iets"))
    await fatima.fill_in(dict.fromkeys(labels, " "))
    assert facts(house)[:2] == ("", "")
    assert facts(house)[-1] == ""


@pytest.mark.parametrize(
    ("label", "given", "told"),
    [
        ("Contactpersoon", "x" * 161, "Uw tekst heeft 161 tekens. Het mogen er niet meer dan 160 zijn."),
        ("Organisatie", "x" * 81, "Uw tekst heeft 81 tekens. Het mogen er niet meer dan 80 zijn."),
        ("Naam van deze ronde", "x" * 41, "Uw tekst heeft 41 tekens. Het mogen er niet meer dan 40 zijn."),
        ("Herinneringen: na hoeveel dagen stilte?", "", "Schrijf twee getallen van 1 tot 30"),
        ("Herinneringen: na hoeveel dagen stilte?", "5 2", "Schrijf twee getallen van 1 tot 30"),
        ("Herinneringen: na hoeveel dagen stilte?", "2 31", "Schrijf twee getallen van 1 tot 30"),
        ("Tijdzone", "Mars/Olympus", "Kies er een uit de lijst."),
        ("Tijdzone", "", "Kies er een uit de lijst."),
        ("Hoe laat?", "3", "Kies er een uit de lijst."),
        ("Op welke dag komt elke week de samenvatting?", "-1", "Kies er een uit de lijst."),
        ("Pictogrammen", "2", "Kies er een uit de lijst."),
        ("Pictogrammen", "", "Kies er een uit de lijst."),
    ],
)
async def test_what_does_not_fit_is_told_beside_its_field_and_nothing_is_kept(
    house: House, visitors: Visitors, label: str, given: str, told: str
) -> None:
    fatima = await fatima_in(house, visitors)
    await fatima.open(SETTINGS)
    before, other = facts(house), "Organisatie" if label != "Organisatie" else "Contactpersoon"
    await fatima.fill_in({label: given, other: "De Schakel"})
    assert told in fatima.last.error_at(label)
    assert fatima.last.html.count("aria-invalid") == 1, "and nothing else is wrong"
    assert fatima.last.given(other) == "De Schakel", "what one filled in is still there"
    assert facts(house) == before


async def test_a_page_of_an_hour_ago_puts_nothing_back_that_was_changed_since(house: House, visitors: Visitors) -> None:
    fatima = await fatima_in(house, visitors)
    old, _ = [await fatima.open(SETTINGS) for _ in range(2)]
    await fatima.fill_in({"Organisatie": "De Schakel"})
    await fatima.fill_in({"Contactpersoon": "Ali"}, on=old)
    assert facts(house)[:2] == ("Ali", "De Schakel")


async def test_only_what_is_a_setting_can_be_changed(house: House, visitors: Visitors) -> None:
    fatima = await fatima_in(house, visitors)
    before = house.rows("SELECT * FROM partnerships")
    for name in ("name", "minimum_group", "id", "summary", ""):
        await fatima.open(SETTINGS)
        await fatima.send(fatima.last.forms["fields"], {f"field.{name}": "9"})
        assert fatima.place == SETTINGS
    assert house.rows("SELECT * FROM partnerships") == before


async def test_a_form_of_one_s_own_partnership_changes_no_other(house: House, visitors: Visitors) -> None:
    fatima, codes = await fatima_in(house, visitors), house.add("Samen Sterk")
    other = visitors()
    await coordinate(other, codes.coordinator)
    for fill in ("c:2:change:-", "c:1:nothing:-", "g:1:h", "", "x"):
        await fatima.open(SETTINGS)
        await fatima.send(fatima.last.forms["fields"], {"fill": fill, "field.contact": "Ali"})
        assert fatima.status == 200
    assert house.rows("SELECT contact FROM partnerships WHERE id = 2") == [("Fatima: 06 12 34 56 78",)]
    await fatima.open(f"/i/{house.add('Derde').coordinator}")
    await fatima.press("Ja, ga verder")
    await fatima.open(SETTINGS)
    await fatima.fill_in({"Organisatie": "Een"})
    assert house.rows("SELECT organisation FROM partnerships ORDER BY id") == [
        ("Een",),
        *[("Buurthuis De Schakel",)] * 2,
    ]


async def test_a_place_of_one_s_own(house: House, visitors: Visitors) -> None:
    fatima = await fatima_in(house, visitors)
    await fatima.press("Uitnodigen")
    await fatima.press("Een link voor nog een plek")
    await fatima.fill_in({"Een andere plek": "\u200b "})
    assert fatima.last.error_at("Een andere plek") == "Schrijf de naam van de plek."
    await fatima.fill_in({"Een andere plek": "x" * 41})
    assert fatima.last.error_at("Een andere plek") == "Uw tekst heeft 41 tekens. Het mogen er niet meer dan 40 zijn."
    assert fatima.last.given("Een andere plek") == "x" * 41
    await fatima.fill_in({"Een andere plek": MARKUP})
    ((code,),) = house.rows("SELECT code FROM invitations WHERE label <> ''")
    assert fatima.place == f"/coordinate/invite/1/{code}"
    assert f"uitnodigen: {MARKUP}" in fatima.last.text
    for number in range(22):
        await fatima.open("/coordinate/places/1")
        await fatima.fill_in({"Een andere plek": f"plek {number}"})
    await fatima.open("/coordinate/places/1")
    await fatima.fill_in({"Een andere plek": "nog een"})
    assert fatima.last.error_at("Een andere plek") == "U heeft 24 plekken. Meer kan niet."


async def test_the_name_of_a_next_round_may_look_like_a_day_and_may_be_taken_away(
    house: House, visitors: Visitors
) -> None:
    fatima = await fatima_in(house, visitors)
    close(house)
    await fatima.write("/openen")
    for given, kept in (("2e ronde", "Naam: 2e ronde"), ("maart 2027", "Naam: maart 2027")):
        await fatima.press("Naam")
        await fatima.fill_in({"Een andere naam": given})
        assert fatima.place == "/coordinate/open/1"
        assert kept in fatima.last.text
    await fatima.press("Naam")
    assert fatima.last.given("Een andere naam") == "maart 2027"
    await fatima.fill_in({"Een andere naam": "x" * 41})
    assert fatima.last.error_at("Een andere naam") == "Uw tekst heeft 41 tekens. Het mogen er niet meer dan 40 zijn."
    await fatima.fill_in({"Een andere naam": ""})
    assert "Naam:" not in fatima.last.text


async def test_the_day_of_a_next_round(house: House, visitors: Visitors, clock: Clock) -> None:
    fatima = await fatima_in(house, visitors)
    close(house)
    assert clock.now.date().isoformat() == "2026-03-02"
    await fatima.open("/coordinate/open/1")
    await fatima.press("Andere dag")
    assert 'type="date" id="field-day" name="field.day" value="" min="2026-03-03" max="2027-03-02"' in fatima.last.html
    for given in ("2026-03-02", "2027-03-04", "2027-02-30", "straks", "2026-04-01 x", "9" * 400):
        await fatima.fill_in({"Andere dag": given})
        assert "Die dag is niet duidelijk." in fatima.last.error_at("Andere dag"), given
        assert fatima.last.given("Andere dag") == given
    await fatima.fill_in({"Andere dag": ""})
    assert fatima.last.error_at("Andere dag") == "Kies een dag."
    for given, told in (("2026-03-03", "dinsdag 3 maart"), ("2027-03-02", "dinsdag 2 maart"), ("1-4-2026", "1 april")):
        await fatima.open("/coordinate/open_day/1/2.-")
        await fatima.fill_in({"Andere dag": given})
        assert fatima.place == "/coordinate/open/1"
        assert told in fatima.last.text
    await fatima.open("/coordinate/open_day/1/2.-")
    assert fatima.last.given("Andere dag") == "2026-04-01"
    await fatima.fill_in({})
    assert "1 april" in fatima.last.text, "what was chosen is left as it is"


async def test_a_form_about_a_round_that_is_open_by_now_changes_nothing(house: House, visitors: Visitors) -> None:
    fatima = await fatima_in(house, visitors)
    close(house)
    old, older = [await fatima.open("/coordinate/open_name/1/2.-") for _ in range(2)]
    await fatima.open("/coordinate/open/1")
    await fatima.press("Ja, openen")
    await fatima.fill_in({"Een andere naam": "te laat"}, on=old)
    assert "Ronde 2 is open." in fatima.last.text
    close_second = "UPDATE waves SET closed_at = opened_at WHERE number = 2"
    with house.app.database.transaction() as tx:
        tx.connection.exec_driver_sql(close_second)
    await fatima.fill_in({"Een andere naam": "nog later"}, on=older)
    assert "Hoe heet deze ronde?" in fatima.last.text
    assert fatima.last.given("Een andere naam") == ""
    assert house.rows("SELECT name FROM waves WHERE name <> ''") == []


async def test_a_text_in_each_language_is_written_looked_at_changed_and_sent(house: House, visitors: Visitors) -> None:
    fatima, codes = visitors(), house.add()
    await coordinate(fatima, codes.coordinator)
    await agree(house, visitors(), codes.invitation)
    await agree(house, visitors("en"), codes.invitation, "Yes, I will take part", "Other")
    close(house)
    await fatima.write("/delen")
    assert "Ja, versturen" not in str(fatima.last.rows)
    long = "👩" * (LONGEST_ANSWER // 2) + "x"
    await fatima.fill_in({"Nederlands": "Er komt een bankje.\r\n\r\n" + MARKUP, "English": long})
    assert fatima.last.error_at("English") == "Uw tekst heeft 1501 tekens. Het mogen er niet meer dan 1500 zijn."
    assert fatima.last.given("English") == long
    await fatima.open("/coordinate/share/1")
    assert fatima.last.given("Nederlands") == f"Er komt een bankje.\n{MARKUP}", "what was good is kept"
    await fatima.fill_in({"English": " "})
    assert fatima.last.error_at("English") == "Schrijf hier uw bericht."
    await fatima.fill_in({"English": "There will be a bench."})
    assert fatima.place == "/coordinate/share/1"
    assert MARKUP in fatima.last.text
    await fatima.press("De tekst veranderen")
    assert fatima.place == "/coordinate/share_write/1"
    await fatima.fill_in({"English": "There will be two benches."})
    assert "There will be two benches." in fatima.last.text
    await fatima.press("Ja, versturen")
    assert house.rows("SELECT count(*) FROM waves WHERE answered_at IS NOT NULL") == [(1,)]


async def test_the_longest_texts_arrive_in_one_form(house: House, visitors: Visitors) -> None:
    fatima, codes = visitors(), house.add()
    await coordinate(fatima, codes.coordinator)
    for language, labels in (("nl", ()), ("en", ("Yes, I will take part", "Other"))):
        await agree(house, visitors(language), codes.invitation, *labels)
    close(house)
    await fatima.write("/delen")
    widest = {"Nederlands": "語" * LONGEST_ANSWER, "English": "語" * LONGEST_ANSWER}
    await fatima.fill_in(widest)
    await fatima.press("De tekst veranderen")
    await fatima.fill_in({label: text[:-1] + "言" for label, text in widest.items()})
    assert fatima.status == 200
    assert "言" in fatima.last.text
    assert 4 * 9 * LONGEST_ANSWER < MOST_BODY


async def test_nobody_types_commands_on_the_page_any_more(house: House, visitors: Visitors) -> None:
    fatima = await fatima_in(house, visitors)
    for place in ("home/1", "settings/1", "invite/1", "places/1", "status/1", "team/1"):
        await fatima.open(f"/coordinate/{place}")
        assert "Typ " not in fatima.last.html, place
    await fatima.open(SETTINGS)
    await fatima.send(fatima.last.forms["fields"], {"fill": "", "say": "/settings contact Ali"})
    assert "Ali" not in str(facts(house))
