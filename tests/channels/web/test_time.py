"""Time in the browser: nothing rings there, and whoever opens their own link sees how it stands by then."""

from datetime import UTC, datetime

from tests.actors import answer, coordinate, fetch
from tests.channels.web.conftest import Visitors
from tests.data import five_sheets
from tests.house import Clock, House, agree, fill
from tests.visitor import Visitor


async def test_no_reminder_is_written_to_a_page(house: House, visitors: Visitors, clock: Clock) -> None:
    anna = visitors()
    await agree(house, anna, house.add().invitation)
    await answer(house, anna, "yes")
    for _ in range(10):
        clock.pass_time(days=1)
        await house.caught_up()
    assert house.rows("SELECT count(*) FROM letters WHERE key LIKE 'reminder:%'") == [(0,)]
    await anna.open("/pause")
    assert "Stuur mij weer herinneringen" not in anna.last.html
    await anna.press("Verder met zin 2")
    assert "Zin 2 van 26" in anna.last.text


async def test_nothing_is_said_to_be_sent_where_nothing_is(house: House, visitors: Visitors) -> None:
    fatima, anna, codes = visitors("en"), visitors("en"), house.add()
    await fatima.open(f"/i/{codes.coordinator}")
    await fatima.press("Yes, go on")
    await agree(house, anna, codes.invitation, "Yes, I will take part", "Other")
    await fatima.press("Settings")
    assert fatima.last.given("On which day does the weekly summary come?") == "0"
    await fatima.press("‹ Back")
    await fatima.press("Close the round")
    assert "The result goes to 1 person." in fatima.last.text
    await fatima.press("Yes, close")
    await fatima.write("/share")
    assert "This reaches 0 people, once." in fatima.last.text
    assert "1 person takes part on the page, and sees it" in fatima.last.text
    assert list(fatima.last.forms["fields"].labels) == ["English"], "nobody took part in Dutch"


async def test_a_next_round_is_seen_when_one_s_own_link_is_opened(
    house: House, visitors: Visitors, clock: Clock
) -> None:
    codes = house.add()
    fatima, anna = visitors(), visitors()
    await coordinate(fatima, codes.coordinator)
    await agree(house, anna, codes.invitation)
    await answer(house, anna, "yes")
    await fatima.write("/sluiten")
    await fatima.press("Ja, sluiten")
    await house.caught_up()
    await anna.open("/")
    assert "Deze ronde van De Verbinders is gesloten." in anna.last.whole
    clock.now = datetime(2026, 6, 1, 9, tzinfo=UTC)
    await fatima.write("/openen")
    assert "1 persoon doet mee op de pagina, en ziet het" in fatima.last.text
    assert "Dit bereikt 0 mensen." in fatima.last.text
    await fatima.press("Ja, openen")
    clock.pass_time(minutes=10)
    await house.caught_up()
    assert house.rows("SELECT count(*) FROM letters") == [(0,)], "nothing is written to a page"
    await anna.open("/")
    assert anna.place == "/again"
    assert "vraagt u opnieuw: hoe goed werken we nu samen?" in anna.last.text
    await anna.press("Verder met zin 1")
    await answer(house, anna, "yes")
    assert "Zin 2 van 26" in anna.last.text


async def all_finish(house: House, people: list[Visitor], code: str) -> None:
    for person, sheet in zip(people, five_sheets(), strict=True):
        await agree(house, person, code)
        await fill(house, person, sheet)


async def test_the_group_result_and_the_answer_of_the_coordinator_stand_on_the_page(
    house: House, visitors: Visitors
) -> None:
    fatima, people, codes = visitors(), [visitors() for _ in five_sheets()], house.add()
    await coordinate(fatima, codes.coordinator)
    await all_finish(house, people, codes.invitation)
    anna = people[0]
    await anna.open("/result")
    assert anna.place == "/thanks", "not before the round closes"
    for label in ("Ronde sluiten", "Ja, sluiten"):
        await fatima.press(label)
    for _ in range(2):
        await anna.open("/")
        await anna.press("Resultaat van de hele groep")
        assert "Dit vindt de hele groep van de samenwerking. 0 is overal Nee, 100 is overal Ja." in anna.last.whole
        picture = next(image for image in anna.last.images if image.endswith("samenspraak.png"))
        assert (await fetch(anna, picture)).startswith(b"\x89PNG")
        await house.restart()
    await fatima.write("/share")
    await fatima.fill_in({"Nederlands": "Er komt een bankje."})
    await fatima.press("Ja, versturen")
    for place in ("/thanks", "/result"):
        await anna.open(place)
        assert "Er komt een bankje." in anna.last.whole
    for label, then in (
        ("English", "This is what the whole group thinks"),
        ("‹ Back", "Thank you! Your answers count."),
    ):
        await anna.press(label)
        assert then in anna.last.text
    assert house.rows("SELECT count(*) FROM letters") == [(0,)]
