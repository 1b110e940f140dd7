"""Accessibility: below every page stands how far we are, for whoever takes part, coordinates or only looks."""

from bot.channels.web.labels import WORDS
from bot.texts.texts import Texts
from tests.channels.web.conftest import Visitors
from tests.house import House, agree

LINK = "Kan iedereen deze pagina gebruiken?"
CONTACT, NOBODY = "Vragen? Fatima: 06 12 34 56 78", "Vragen? Vraag de persoon die u deze link gaf."


async def test_everybody_can_read_it_and_whoever_is_known_reads_whom_to_call(house: House, visitors: Visitors) -> None:
    codes = house.add()
    someone, anna, coordinator = visitors(), visitors(), visitors()
    for page in ("/", "/nothing-here", f"/i/{codes.invitation}"):
        await someone.open(page)
        read = await someone.press(LINK)
        assert someone.status == 200
        assert (someone.place, NOBODY in read.text) == ("/accessibility/nl", True)
    assert not house.rows("SELECT id FROM contacts")
    await agree(house, anna, codes.invitation)
    read = await anna.press(LINK)
    assert (anna.place, CONTACT in read.text) == ("/accessibility", True)
    assert "Zin 1" in (await anna.press("Verder met zin 1")).whole
    await coordinator.open(f"/i/{codes.coordinator}")
    await coordinator.press("Ja, ga verder")
    read = await coordinator.press(LINK)
    assert (coordinator.place, CONTACT in read.text) == ("/accessibility", True)


async def test_it_leads_to_the_statement_that_the_organisation_published(house: House, visitors: Visitors) -> None:
    label, published = "De hele toegankelijkheidsverklaring", "https://www.example.org/toegankelijk?a=1&b=2"
    await house.stop()
    house.environment["ACCESSIBILITY_URL"] = published
    await house.start()
    anna = visitors()
    await agree(house, anna, house.add().invitation)
    assert label not in anna.last.links
    for page in ("/accessibility", "/accessibility/nl"):
        assert (await anna.open(page)).links[label] == published


async def test_a_visitor_reads_it_in_the_language_of_the_page_before_it(
    house: House, visitors: Visitors, texts: Texts
) -> None:
    code = house.add(languages="en nl tr pl ar uk").invitation
    for language in texts.languages:
        wes = visitors("nl")
        await wes.open(f"/i/{code}/{language}")
        read = await wes.press(texts.word(WORDS["accessibility"], language))
        assert (read.language, wes.place) == (language, f"/accessibility/{language}")
