"""Link pictures: small enough for every messenger, with the name whole and inside, whatever it is."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops

from bot.rendering.link_pictures import link_png
from bot.texts.texts import Texts

MARGIN, EDGE = 56, 24

LONGEST = "Buurtcoöperatie voor Wonen, Welzijn en Gezondheid in Moerwijk-Zuid en Laak 2026"
NAMES = [
    "De Verbinders in Moerwijk",
    LONGEST,
    "W" * 80,
    "مركز الحي للتعاون (موروايك)",
    "🏡👩‍👩‍👧",
    "<b>&amp;</b> {0} %s",
    "",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("organisation", ["", "Buurthuis De Schakel", "W" * 80])
def test_it_is_a_small_png_with_everything_inside(texts: Texts, name: str, organisation: str) -> None:
    content = link_png(texts, name, organisation, "nl")
    picture = Image.open(BytesIO(content)).convert("RGB")
    assert picture.size == (1080, 567)
    assert len(content) < 200_000, "of the 300 kB that the strictest messenger takes"
    below = picture.crop((0, EDGE, *picture.size))
    drawn = ImageChops.difference(below, Image.new("RGB", below.size, "white")).getbbox()
    assert drawn
    assert (drawn[0] >= MARGIN // 2, drawn[2] <= 1080 - MARGIN // 2, drawn[3] <= 567 - EDGE - 20) == (True, True, True)
