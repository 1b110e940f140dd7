"""Link pictures: what a messenger shows beside a link that is sent on. It names the partnership, and tells no count and
no score."""

from bot.rendering.charts import FILL, FONTS, MARGIN, SOFT, WIDTH, Sheet, Style, drawn
from bot.rendering.posters import HEADING
from bot.texts.texts import Texts

HEIGHT = 567  # with the width the proportion that messengers show whole
NAME, LONG_NAME, ASKED, WHO = Style(76, bold=True), Style(54, bold=True), Style(50), Style(38, ink=SOFT)
EDGE, LONG = 24, 36


def link_png(texts: Texts, name: str, organisation: str, language: str) -> bytes:
    """In the partnership's own language; takes as long as a chart: not for the event loop."""
    return drawn(link_svg(texts, name, organisation, language))


def link_svg(texts: Texts, name: str, organisation: str, language: str) -> str:
    sheet = Sheet(FONTS)
    sheet.box(0, 0, WIDTH, EDGE, FILL)
    sheet.move(EDGE // 2)
    sheet.write(name, LONG_NAME if len(name) > LONG else NAME, at_most=4)
    sheet.move(16)
    sheet.write(texts.word(HEADING, language), ASKED, at_most=1)
    sheet.y = HEIGHT - MARGIN - WHO.leading
    sheet.write(organisation or "Samenspraak", WHO, at_most=1)
    sheet.y = HEIGHT - MARGIN
    return sheet.drawing()
