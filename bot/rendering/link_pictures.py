"""Link pictures: what a messenger shows beside a link that is sent on. It names the partnership, and tells no count and
no score."""

from bot.rendering import drawing
from bot.rendering.posters import HEADING
from bot.texts.texts import Texts


def link_png(texts: Texts, name: str, organisation: str, language: str) -> bytes:
    """In the partnership's own language, 1080 by 567 pixels."""
    asked, who = texts.word(HEADING, language), organisation or "Samenspraak"
    return drawing.png("link", {"name": name, "asked": asked, "who": who, "language": language})
