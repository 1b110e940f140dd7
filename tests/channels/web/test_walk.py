"""Walks in a browser without script: the same statements, the same answers, the same published table."""

from urllib.parse import quote

import pytest

from bot.__main__ import main
from bot.runtime import logs
from tests.actors import answer, fill_in, item_on, reads_the_published_table, tap
from tests.channels.web.conftest import Visitors
from tests.data import five_sheets
from tests.house import Clock, House, Somebody, agree
from tests.telegram_server import TelegramServer


@pytest.mark.long
async def test_half_in_a_browser_and_half_over_telegram_give_the_published_table(
    house: House,
    server: TelegramServer,
    visitors: Visitors,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code = house.add("De Verbinders in Moerwijk").invitation
    for turn, sheet in enumerate(five_sheets()):
        language = "nl" if turn % 2 else "en"
        person: Somebody = visitors(language) if turn > 1 else server.person(language_code=language)
        await agree(
            house, person, code, *(("Ja, ik doe mee", "Anders") if turn % 2 else ("Yes, I will take part", "Other"))
        )
        await fill_in(house, person, dict(sheet), turn)
        await tap(house, person, "Klaar", "Done")
        assert person.last.text.startswith(("Dank u wel!", "Thank you!"))
    assert house.rows("SELECT channel, COUNT(*) FROM contacts GROUP BY channel") == [("telegram", 2), ("web", 3)]
    await house.stop()
    monkeypatch.setattr(logs, "set_up", lambda level, form: None)
    for name, value in house.environment.items():
        monkeypatch.setenv(name, value)
    assert main(["wave", "close", "1"]) == 0
    capsys.readouterr()
    reads_the_published_table(capsys)


async def test_after_sixty_days_and_a_restart_one_goes_on_where_one_was(
    house: House, visitors: Visitors, clock: Clock
) -> None:
    anna = visitors()
    await agree(house, anna, house.add().invitation)
    for _ in range(9):
        await answer(house, anna, "rather_yes")
    await anna.press("English")
    await house.stop()
    clock.pass_time(days=60)
    await house.start()
    page = await anna.open("/")
    assert item_on(anna) == 10
    assert page.language == "en"
    await anna.press("In between")
    assert item_on(anna) == 11


async def test_the_own_link_goes_on_upon_another_phone(house: House, visitors: Visitors) -> None:
    anna, other_phone = visitors(), visitors()
    await agree(house, anna, house.add().invitation)
    await answer(house, anna, "yes")
    page = await anna.open("/keep")
    (link,) = (word for word in page.html.split('"') if "/mine/" in word and "mailto" not in word)
    assert quote("Met deze link gaat u verder.") in page.html, "a letter to oneself says what it is"
    await other_phone.open(link.removeprefix(house.page))
    await other_phone.press("Ja, dit is mijn eigen link")
    assert other_phone.place == "/2", "the token leaves the address bar"
    assert item_on(other_phone) == 2
    await other_phone.press("Nee")
    await anna.open("/")
    assert item_on(anna) == 3, "both phones show the same"
    assert house.rows("SELECT COUNT(*) FROM contacts") == [(1,)]


async def test_nothing_speaks_of_reminders_that_will_not_come(house: House, visitors: Visitors) -> None:
    anna = visitors("en")
    welcome = await anna.open(f"/i/{house.add().invitation}/en/more")
    assert "We cannot send you a message here." in welcome.whole
    assert "2 reminders" not in welcome.whole
    assert "Telegram" not in welcome.whole
    for label in ("Yes, I will take part", "Other", "Pause"):
        await anna.press(label)
    assert "Keep your own link. With it you go on whenever you like" in anna.last.text
    assert anna.last.links["Keep my link"] == "/keep", "the way back comes first"
    assert '<a class="button main" href="/" data-read>Go on with statement 1' in anna.last.html
    assert not {"/stop", "/reminders"} & set(anna.last.links.values())
    offered = [label for row in anna.last.rows for label, _ in row]
    assert offered == ["Keep my link", "Go on with statement 1", "Nederlands"]
    await anna.press_data("m:1:week")
    assert house.rows("SELECT remind_at FROM responses") == [(None,)]
    for command in ("/mydata", "/privacy", "/help", "/erase"):
        await anna.write(command)
        assert "reminder" not in anna.last.text
        assert "Telegram" not in anna.last.text


async def test_everything_of_ones_own_can_be_seen_taken_along_and_erased(house: House, visitors: Visitors) -> None:
    anna = visitors("en")
    await agree(house, anna, house.add().invitation, "Yes, I will take part", "Other")
    await answer(house, anna, "middle")
    await anna.press("See your own answers")
    assert "This is what we keep about you" in anna.last.text
    assert "1 of 26 statements" in anna.last.text
    assert "The partnership is good for people's health and wellbeing." in anna.last.text, "and no shorter"
    (file,) = (place for place in anna.last.links.values() if place.endswith(".csv"))
    async with anna.session.get(file) as response:
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert "In between" in await response.text("utf-8-sig")
    await anna.press("Delete my answers")
    await anna.press("Yes, delete everything")
    assert anna.last.whole.startswith("Everything is deleted."), "nor is there a file on the page any more"
    for table in ("contacts", "respondents", "responses", "answers", "letters"):
        assert house.rows(f"SELECT COUNT(*) FROM {table}") == [(0,)], table
    await anna.open("/")
    assert "my-answers" not in anna.last.html


async def test_a_phone_forgets_who_used_it(house: House, visitors: Visitors) -> None:
    phone = visitors()
    code = house.add().invitation
    await agree(house, phone, code)
    await phone.open("/keep")
    await phone.press("Ik ben klaar op deze telefoon")
    assert "Deze telefoon weet niet meer wie u bent" in phone.last.text
    await agree(house, phone, code)
    assert item_on(phone) == 1
    assert house.rows("SELECT COUNT(*) FROM respondents") == [(2,)]
