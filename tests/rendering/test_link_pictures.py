"""Link pictures: small enough for every messenger, with the name whole and inside, whatever it is."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops

from bot.rendering.charts import MARGIN, PAPER
from bot.rendering.link_pictures import EDGE, link_png, link_svg
from bot.texts.texts import Texts

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
    assert len(content) < 100_000
    below = picture.crop((0, EDGE, *picture.size))
    drawn = ImageChops.difference(below, Image.new("RGB", below.size, PAPER)).getbbox()
    assert drawn
    assert (drawn[0] >= MARGIN // 2, drawn[2] <= 1080 - MARGIN // 2, drawn[3] <= 567 - EDGE - 20) == (True, True, True)


@pytest.mark.parametrize("name", NAMES[:2])
def test_the_name_is_whole_and_the_question_is_in_the_partnerships_language(texts: Texts, name: str) -> None:
    dutch, english = (link_svg(texts, name, "Buurthuis De Schakel", language) for language in ("nl", "en"))
    assert "…" not in dutch
    assert all(word in dutch for word in name.split())
    assert "Hoe goed werken we samen?" in dutch
    assert "How well do we work together?" in english
    assert "Buurthuis De Schakel" in dutch
    assert "Samenspraak" in link_svg(texts, name, "", "nl")
