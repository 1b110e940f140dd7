"""Agreements in Telegram: what can come through the command and the buttons, from whom, and at which moment."""

import asyncio

import pytest

from bot.coordination.feedback import LONGEST_ANSWER
from bot.survey.agreements import LONGEST, MOST
from bot.survey.conversation.buttons import Coordinate, encode
from bot.texts.direction import bare
from storage import agreements
from tests.actors import answer, coordinator, press, say
from tests.coordination.test_coordinator import code_on
from tests.coordination.test_groups import link_for_a_group
from tests.coordination.test_waves import closed_wave, in_english
from tests.house import Clock, House
from tests.telegram_server import Person, TelegramServer

LIST = "Afspraken na ronde 1"
ALL = "SELECT number, what, who, by_when, done FROM agreements ORDER BY id"


async def agreed(house: House, fatima: Person, *typed: str) -> None:
    for line in typed:
        await say(house, fatima, f"/afspraak {line}")


async def another(
    house: House, server: TelegramServer, fatima: Person, label: str = "Link voor een coördinator"
) -> Person:
    await say(house, fatima, "/team")
    await press(house, fatima, label)
    return await coordinator(house, server, code_on(fatima))


async def tapped(house: House, person: Person, action: str, argument: object) -> None:
    await person.press_data(encode(Coordinate(1, action, str(argument))), person.last)
    await house.settle()


def last_button(person: Person, action: str) -> str:
    """The argument of the last button for this on the screen."""
    return [data.split(":")[-1] for row in person.last.rows for _, data in row if f":{action}:" in data][-1]


WRONG = [
    ("", "Wat gaat u doen? Schrijf wat u gaat doen."),
    (" ; Ali", "Wat gaat u doen? Schrijf wat u gaat doen."),
    ("\u202e ; Ali", "Wat gaat u doen? Schrijf wat u gaat doen."),
    ("x" * 201, "Wat gaat u doen? Uw tekst heeft 201 tekens. Het mogen er niet meer dan 200 zijn."),
    ("x" * 4000, "Wat gaat u doen? Uw tekst heeft 4000 tekens."),
    ("Een bankje ; " + "y" * 81, "Wie doet het? Uw tekst heeft 81 tekens. Het mogen er niet meer dan 80 zijn."),
    ("a ; b ; c ; d", "Dat lukte niet. Kijk nog eens naar het voorbeeld."),
    ("9 ; Een bankje", "Er is geen afspraak 9."),
]


async def test_what_does_not_fit_is_told_and_nothing_is_kept(house: House, server: TelegramServer) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    for typed, told in WRONG:
        if typed:
            await agreed(house, fatima, typed)
            assert told in fatima.last.text, typed
        assert house.rows(ALL) == [], typed


@pytest.mark.parametrize("day", ["1-3-2026", "31-2-2027", "straks", "1-3-2099"])
async def test_a_day_that_is_wrong_is_told_and_the_rest_is_kept(house: House, server: TelegramServer, day: str) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    await agreed(house, fatima, f"Een bankje ; Ali ; {day}")
    told = "Die dag is al voorbij." if day == "1-3-2026" else "Die dag is niet duidelijk."
    assert f"Wanneer is het klaar? {told}" in fatima.last.text
    assert house.rows(ALL) == [(1, "Een bankje", "Ali", None, None)]
    await agreed(house, fatima, "1 ; Een bankje ; Ali ; 1-6-2026", f"1 ; Een bank ; Ali ; {day}")
    assert told in fatima.last.text
    assert [str(one) for one in house.rows(ALL)[0]] == ["1", "Een bank", "Ali", "2026-06-01", "None"]


@pytest.mark.parametrize(
    "name", ["<b>Ali</b> & {0} %s", "مقعد في الحديقة", "公园里的长椅", "👩‍👩‍👧 Samen 🌍", "#let x = 1 $a$ \\ *b*"]
)
async def test_words_of_every_kind_arrive_as_they_were_typed(house: House, server: TelegramServer, name: str) -> None:
    fatima, (anna,) = await closed_wave(house, server, 1)
    await agreed(house, fatima, f"{name} ; {name}")
    assert f"1. {name} · {name}" in bare(fatima.last.text)
    await press(house, fatima, "1 veranderen")
    assert f"/afspraak 1 ; {name} ; {name}" in bare(fatima.last.text)
    await say(house, fatima, "/delen nl Dank u wel.")
    assert f"1. {name} · {name}" in bare(fatima.last.text)
    await press(house, fatima, "Ja, versturen")
    await house.caught_up()
    assert f"Dit hebben we afgesproken:\n1. {name} · {name}" in bare(anna.last.text)


async def test_there_are_five_and_no_sixth(house: House, server: TelegramServer) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    await agreed(house, fatima, *(f"Afspraak {n}" for n in range(MOST)))
    assert "Een afspraak toevoegen" not in str(fatima.last.rows)
    await agreed(house, fatima, "Nog een")
    assert "Er zijn 5 afspraken. Meer kan niet. Haal er eerst een weg." in fatima.last.text
    await tapped(house, fatima, "agreement_add", "-")
    assert "Er zijn 5 afspraken." in fatima.last.text
    assert len(house.rows(ALL)) == MOST


async def test_before_anything_closed_there_is_nothing_to_agree_about(house: House, server: TelegramServer) -> None:
    fatima = await coordinator(house, server, house.add().coordinator)
    assert "Afspraken" not in str(fatima.last.rows)
    await agreed(house, fatima, "Een bankje", "")
    for action in (
        "agreement",
        "agreement_add",
        "agreement_new",
        "agreement_edit",
        "agreement_remove",
        "agreement_done",
    ):
        for argument in ("-", "1", "1.-", "1.yes", "0", "9" * 18, "x"):
            await tapped(house, fatima, action, argument)
            assert fatima.last.text == "Dit kan als de eerste ronde gesloten is.", (action, argument)
    assert house.rows(ALL) == []


async def test_wrong_arguments_change_nothing(house: House, server: TelegramServer) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    await agreed(house, fatima, "Een bankje ; Ali")
    before = house.rows(ALL)
    for action in ("agreement", "agreement_edit", "agreement_remove", "agreement_done"):
        for argument in ("-", "0", "999", "-1", "1.", "1.x", "9" * 18 + ".yes", "1.yes.no", ".yes"):
            await tapped(house, fatima, action, argument)
            assert "1. Een bankje · Ali" in fatima.last.text, (action, argument)
    assert house.rows(ALL) == before


async def test_a_button_for_one_that_is_gone_or_was_changed_touches_no_other(
    house: House, server: TelegramServer
) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    joost = await another(house, server, fatima)
    await agreed(house, fatima, "Een bankje ; Ali", "Een lamp ; Fatima")
    await say(house, joost, "/afspraak")
    seen = joost.last
    await agreed(house, fatima, "2 ; Een lantaarn ; Fatima")
    await joost.press("2 weghalen", message=seen)
    await house.settle()
    assert "Iemand anders heeft deze afspraak veranderd. Hij is niet weggehaald." in joost.last.text
    assert "2. Een lantaarn · Fatima" in joost.last.text
    await press(house, fatima, "1 weghalen")
    assert "Afspraak 1 is weggehaald. Dit stond er:\n1. Een bankje · Ali" in fatima.last.text
    for label in ("1 weghalen", "1 veranderen"):
        await joost.press(label, message=seen)
        await house.settle()
        assert "Die afspraak is er niet meer. Iemand heeft hem weggehaald." in joost.last.text
    await agreed(house, joost, "1 ; Een schommel")
    assert "Er is geen afspraak 1." in joost.last.text
    assert [what for _, what, *_ in house.rows(ALL)] == ["Een lantaarn"]


async def test_of_two_who_type_at_once_nothing_is_lost(house: House, server: TelegramServer) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    joost = await another(house, server, fatima)
    await agreed(house, fatima, "Een bankje ; Ali")
    typed = {fatima: "Een bank", joost: "Een stoel"}
    await asyncio.gather(*(person.write(f"/afspraak 1 ; {what}") for person, what in typed.items()))
    await house.settle()
    ((_, kept, *_),) = house.rows(ALL)
    (last,) = (person for person, what in typed.items() if what == kept)
    (first,) = set(typed.values()) - {kept}
    assert f"Dit stond er:\n1. {first}" in last.last.text


async def test_a_reader_reads_them_and_changes_nothing(house: House, server: TelegramServer) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    viewer = await another(house, server, fatima, "Link voor een lezer of groep")
    await agreed(house, fatima, "Een bankje ; Ali")
    arguments = ("-", "1", last_button(fatima, "agreement_remove"), "1.yes")
    before = house.rows(ALL)
    await say(house, viewer, "/afspraak")
    assert "1. Een bankje · Ali" in viewer.last.text
    assert [label for row in viewer.last.rows for label, _ in row] == ["‹ Terug"]
    await press(house, viewer, "‹ Terug", "Afspraken")
    assert "1. Een bankje · Ali" in viewer.last.text
    for name in ("add", "new", "edit", "write", "typed", "remove", "done"):
        for argument in arguments:
            await tapped(house, viewer, f"agreement_{name}", argument)
    await agreed(house, viewer, "Iets anders", "1 ; Iets anders")
    assert house.rows(ALL) == before


async def test_in_a_group_that_reads_along_nobody_changes_them(house: House, server: TelegramServer) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    line, group = await link_for_a_group(house, fatima), server.group()
    await group.add_bot(fatima)
    await group.write(fatima, line)
    await house.settle()
    for text in (
        "/afspraak Een bankje",
        "/afspraak@samenspraak_bot Een bankje",
        "/agreement@samenspraak_bot Een bankje",
    ):
        await group.write(fatima, text)
        await house.settle()
    assert house.rows(ALL) == []


async def next_round(house: House, clock: Clock, fatima: Person) -> None:
    await say(house, fatima, "/openen")
    await press(house, fatima, "Ja, openen")
    clock.pass_time(minutes=6)
    await house.caught_up()


def asked(person: Person) -> int:
    return sum("wat is er gedaan?" in message.text for message in person.messages)


async def test_when_the_next_round_opens_coordinators_are_asked_once_and_answers_can_be_changed(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    fatima, (anna,) = await closed_wave(house, server, 1)
    joost = await another(house, server, fatima)
    viewer = await another(house, server, fatima, "Link voor een lezer of groep")
    await agreed(house, fatima, "Een bankje ; Ali", "Een lamp")
    await next_round(house, clock, fatima)
    await house.caught_up()
    assert [asked(person) for person in (fatima, joost, viewer, anna)] == [1, 1, 0, 0]
    await press(house, fatima, "1. Ja", "2. Nee", "2. Deels", "✓ 2. Deels")
    await press(house, joost, "1. Nee")
    assert [done for *_, done in house.rows(ALL)] == ["no", "partly"]
    assert "✓ 1. Nee" in str(joost.last.rows)
    await say(house, viewer, "/samenvatting")
    assert (
        "Dit spraken we af na ronde 1:\n1. Een bankje · Ali · niet gedaan\n2. Een lamp · deels gedaan"
        in viewer.last.text
    )
    await say(house, fatima, "/sluiten")
    await press(house, fatima, "Ja, sluiten")
    await house.caught_up()
    final = next(message.text for message in reversed(fatima.messages) if "ronde 2 · gesloten" in message.text)
    assert final.startswith("De Verbinders · ronde 2 · gesloten\n\nDit spraken we af na ronde 1:\n1. Een bankje · Ali")


async def test_an_opening_that_is_undone_asks_nothing(house: House, server: TelegramServer, clock: Clock) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    await agreed(house, fatima, "Een bankje")
    await say(house, fatima, "/openen")
    await press(house, fatima, "Ja, openen", "Terugdraaien")
    clock.pass_time(minutes=10)
    await house.caught_up()
    assert asked(fatima) == 0
    await next_round(house, clock, fatima)
    assert asked(fatima) == 1


async def test_a_round_that_opens_by_itself_asks_too(house: House, server: TelegramServer, clock: Clock) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    await agreed(house, fatima, "Een bankje")
    await say(house, fatima, "/openen 1-4-2026")
    await press(house, fatima, "Ja, openen")
    clock.pass_time(days=31)
    await house.caught_up()
    assert asked(fatima) == 1


async def test_where_nothing_was_agreed_nothing_is_asked_or_told(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    fatima, (anna,) = await closed_wave(house, server, 1)
    await say(house, fatima, "/delen nl Dank u wel.")
    await press(house, fatima, "Ja, versturen")
    await next_round(house, clock, fatima)
    await say(house, fatima, "/samenvatting")
    told = "\n".join(message.text for person in (fatima, anna) for message in person.messages)
    assert "afgesproken" not in told
    assert "spraken we af" not in told
    assert asked(fatima) == 0


async def test_as_long_as_one_is_not_answered_the_menu_asks(house: House, server: TelegramServer, clock: Clock) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    await agreed(house, fatima, "Een bankje", "Een lamp")
    await say(house, fatima, "/verder")
    assert "Afspraken: wat is er gedaan?" not in str(fatima.last.rows), "not before the next round"
    await next_round(house, clock, fatima)
    await say(house, fatima, "/verder")
    await press(house, fatima, "Afspraken: wat is er gedaan?", "1. Ja")
    await say(house, fatima, "/verder")
    await press(house, fatima, "Afspraken: wat is er gedaan?", "2. Nee")
    await say(house, fatima, "/verder")
    assert "Afspraken: wat is er gedaan?" not in str(fatima.last.rows)


async def test_those_of_an_earlier_round_are_looked_back_on_and_removed_but_not_worded_anew(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    await agreed(house, fatima, "Een bankje ; Ali")
    await say(house, fatima, "/afspraak")
    old = fatima.last
    await next_round(house, clock, fatima)
    await say(house, fatima, "/sluiten")
    await press(house, fatima, "Ja, sluiten")
    await agreed(house, fatima, "Een lamp")
    assert "Afspraken na ronde 2\n1. Een lamp" in fatima.last.text
    await fatima.press("1 veranderen", message=old)
    await house.settle()
    assert "Deze afspraak hoort bij een eerdere ronde." in fatima.last.text
    await say(house, fatima, "/afspraak")
    await press(house, fatima, "Ronde 1")
    assert LIST in fatima.last.text
    assert [label for row in fatima.last.rows for label, _ in row] == [
        "1 weghalen", "Wat is er gedaan?", "Ronde 2", "‹ Terug",
    ]  # fmt: skip
    await press(house, fatima, "Wat is er gedaan?", "1. Deels")
    await say(house, fatima, "/samenvatting")
    assert "Dit spraken we af na ronde 1:\n1. Een bankje · Ali · deels gedaan" in fatima.last.text
    await fatima.press("1 weghalen", message=old)
    await house.settle()
    assert [what for _, what, *_ in house.rows(ALL)] == ["Een lamp"]


async def test_while_the_first_round_is_open_again_they_are_still_there(house: House, server: TelegramServer) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    await agreed(house, fatima, "Een bankje")
    await say(house, fatima, "/openen")
    await press(house, fatima, "Ronde 1 weer openen", "Ja, weer openen")
    await say(house, fatima, "/afspraak")
    assert "1. Een bankje" in fatima.last.text


async def test_each_reads_them_in_their_own_language_below_the_words(house: House, server: TelegramServer) -> None:
    fatima, (anna, ben) = await closed_wave(house, server, 2)
    await in_english(house, ben)
    await agreed(house, fatima, "Een bankje ; Ali ; 1-6-2026")
    await say(house, fatima, "/delen nl Dank u wel.")
    await say(house, fatima, "/delen en Thank you.")
    await press(house, fatima, "Ja, versturen")
    await house.caught_up()
    assert "Dank u wel.\n\nDit hebben we afgesproken:\n1. Een bankje · Ali · klaar op 1 juni 2026" in anna.last.text
    assert "Thank you.\n\nThis is what we agreed:\n1. Een bankje · Ali · ready by 1 June 2026" in ben.last.text


async def test_the_weekly_post_does_not_repeat_them(house: House, server: TelegramServer, clock: Clock) -> None:
    fatima, (anna,) = await closed_wave(house, server, 1)
    await agreed(house, fatima, "Een bankje")
    await next_round(house, clock, fatima)
    await answer(house, anna, "yes")
    clock.pass_time(days=8)
    await house.caught_up()
    (post,) = (message.text for message in fatima.messages if "week 11" in message.text)
    assert "Er is deze week 1 persoon bijgekomen." in post, "there is news, and it is told"
    assert "Een bankje" not in post


async def test_what_was_removed_is_nowhere_in_the_database(house: House, server: TelegramServer) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    await agreed(house, fatima, "Een bankje ; Wilhelmina van Geheimhouden")
    await press(house, fatima, "1 weghalen")
    with house.app.database.transaction() as tx:
        assert agreements.waves_with_some(tx, 1) == []
    await house.stop()
    found = [path for path in house.folder.rglob("*") if path.is_file() and b"Geheimhouden" in path.read_bytes()]
    assert found == []


async def test_the_longest_texts_and_agreements_fit_in_the_messages_they_stand_in(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    """One that is too long for Telegram is refused, and nobody sees it."""
    fatima, (anna, ben) = await closed_wave(house, server, 2)
    await in_english(house, ben)
    line = f"{'w' * LONGEST['what']} ; {'v' * LONGEST['who']} ; 30-9-2026"
    await agreed(house, fatima, *[line] * MOST)
    assert fatima.last.text.count("v" * LONGEST["who"]) == MOST
    for code in ("nl", "en"):
        await say(house, fatima, f"/delen {code} " + "x" * LONGEST_ANSWER)
    assert fatima.last.text.count("x" * LONGEST_ANSWER) == 2
    assert fatima.last.text.count("… · vvv") == MOST
    await press(house, fatima, "Ja, versturen")
    await house.caught_up()
    for person in (anna, ben):
        assert person.last.text.count("v" * LONGEST["who"]) == MOST
    await next_round(house, clock, fatima)
    assert asked(fatima) == 1
    assert house.rows("SELECT count(*) FROM letters WHERE refused IS NOT NULL") == [(0,)]
