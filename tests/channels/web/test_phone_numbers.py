"""Phone numbers: dialled with a tap in every way in which people write them; nothing else becomes a link."""

import pytest

from bot.channels.web.pages import CAN_LEAD
from bot.channels.web.phone_numbers import Piece, pieces
from tests.channels.web.conftest import Visitors
from tests.house import House, agree

NUMBERS = {
    "06 12 34 56 78": "0612345678",
    "06-12345678": "0612345678",
    "0612345678": "0612345678",
    "06 - 1234 5678": "0612345678",
    "06–12 34 56 78": "0612345678",
    "06.12.34.56.78": "0612345678",
    "06/12345678": "0612345678",
    "06\u00a012\u00a034\u00a056\u00a078": "0612345678",
    "070 123 45 67": "0701234567",
    "070-1234567": "0701234567",
    "(070) 123 45 67": "0701234567",
    "(070)1234567": "0701234567",
    "0512-123456": "0512123456",
    "(0512) 12 34 56": "0512123456",
    "0800-1234": "08001234",
    "0900 1234": "09001234",
    "0800 123 4567": "08001234567",
    "0800-1234567": "08001234567",
    "+31 6 12 34 56 78": "+31612345678",
    "+31612345678": "+31612345678",
    "+31 (0)6 12 34 56 78": "+31612345678",
    "+31(0)6-12345678": "+31612345678",
    "+31 (0) 70 123 45 67": "+31701234567",
    "+31-6-12345678": "+31612345678",
    "0031 6 12345678": "+31612345678",
    "0031612345678": "+31612345678",
    "+32 2 123 45 67": "+3221234567",
    "+49 (0)30 1234 5678": "+493012345678",
    "+44 20 7946 0958": "+442079460958",
    "+1 212-555-0123": "+12125550123",
}
AROUND = [
    "{}", "Fatima: {}", "Fatima, {}.", "Bel {} of kom langs", "({})", "tel.{}", "Fatima: {}, ma-do 9.00-17.00 uur",
    "Fatima {} 9:00-17:00", "📞 {}", "{}; ook op 1 maart", "Kamer 12: {}",
]  # fmt: skip
NONE = [
    "", "112", "26 zinnen", "2511 CM Den Haag", "2511 CM 06", "Laan 12-14, 2511 CM", "2 maart 2026", "02-03-2026",
    "02-03-2026 10:00", "02-03-2026 10", "02.03.2026 09.00", "02/03/2026", "02-03-26 - 04-05", "06-02-26 - 03-04",
    "06-02-2026 10:30", "2026-03-02", "2026-03-02 09:30:00", "01-02-2026 03-04-2026", "09:00-20:00", "09.00-20.00",
    "09.00 - 20.00 uur", "0 25 50 75 100", "0, 25, 50, 75, 100", "01 02 03 04 05", "95 / 81 / 56 / 57 / 81 / 59",
    "12 van de 150 mensen", "1.000.000.000", "0.0612345678", "+5 en +12 (45)", "+5 10 20 30", "1 2 3 4 5 6 7 8 9 10",
    "NL91 ABNA 0417 1643 00", "NL91ABNA0417164300", "NL02 RABO 0123 4567 89", "KvK 01234567", "BSN 012345678",
    "06 1234567", "06 12 34 56 789", "06 12 34 56 78-90", "0612345678910", "x0612345678", "0612345678x",
    "+31 6 1234567", "+31 6 12 34 56 789", "+999", "1+31612345678", "٠٦١٢٣٤٥٦٧٨", "https://x.example/", "2024-2026",
    "1234 AB 0123", "k = 5", "0800", "0800 12", "00 00 00 00 00", "0000000000",
]  # fmt: skip


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(("number", "dial"), NUMBERS.items())
def test_a_number_is_found_and_nothing_around_it(number: str, dial: str, around: str) -> None:
    text = around.format(number)
    found = list(pieces(text))
    assert [piece for piece in found if piece.dial] == [Piece(number, dial)]
    assert "".join(piece.text for piece in found) == text
    assert CAN_LEAD.search(text), "a page does not look for it"


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number_stays_text(text: str) -> None:
    assert list(pieces(text)) == [Piece(text)]
    assert list(pieces(f"Op {text} en later")) == [Piece(f"Op {text} en later")]


def test_two_are_two() -> None:
    found = [piece.dial for piece in pieces("Ali 06 12345678 / 070 123 45 67, Fatima +31 6 87654321") if piece.dial]
    assert found == ["0612345678", "0701234567", "+31687654321"]


def test_a_long_text_costs_no_time() -> None:
    for endless in ("0 " * 50_000, "06 1" * 20_000, "+" * 50_000, "+3" * 50_000, "06-" * 50_000, "(0" * 50_000):
        assert "".join(piece.text for piece in pieces(endless)) == endless


async def test_the_contact_can_be_called_from_the_page(house: House, visitors: Visitors) -> None:
    code, anna = house.add(contact="Fatima: 06 12 34 56 78 of <b>kom</b>").invitation, visitors()
    await anna.open(f"/i/{code}")
    assert anna.last.links["06 12 34 56 78"] == "tel:0612345678"
    assert "Fatima: 06 12 34 56 78 of <b>kom</b>" in anna.last.text
    await agree(house, anna, code)
    assert not [link for link in anna.last.links.values() if link.startswith("tel:")]
