"""Drawing: what a template says, as a picture or a page.

A template holds no words, and nothing that people type is ever code: all that stands on a sheet comes in as data. Most
of the work is done without the interpreter's lock; ask in a thread, one drawing at a time is made.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from bot.rendering.letterforms import FAMILY, FONTS, drawable
from bot.texts.direction import direction_of
from bot.texts.languages import SOURCE_LANGUAGE

TEMPLATES = Path(__file__).parent / "templates"
WEIGHTS = "regular", "bold"
LONG_AGO = 0
"""The moment at which every file says that it was made: the same sheet is the same bytes."""

Said = Mapping[str, Any]
"""What a template needs, as JSON has it."""

_ONE_AT_A_TIME = Lock()


class FontError(Exception):
    """The fonts are not where they should be; the message names the folder. Without them a sheet has no letters."""


def png(template: str, said: Said) -> bytes:
    """One pixel for each point of the template. Raises FontError."""
    return _drawn(template, said, format="png", ppi=72)


def pdf(template: str, said: Said, code: str = "") -> bytes:
    """Tagged, as PDF/UA-1 wants it: a reading voice can follow it. `code` is a drawing of our own. Raises FontError."""
    return _drawn(template, said, code, format="pdf", pdf_standards="ua-1", timestamp=LONG_AGO)


def _drawn(template: str, said: Said, code: str = "", **how: object) -> bytes:
    runs = direction_of(str(said.get("language", SOURCE_LANGUAGE)))
    given = {"said": json.dumps({**_clean(said), "direction": runs}, ensure_ascii=False), "code": code}
    with _ONE_AT_A_TIME:
        drawing: bytes = compiler().compile(TEMPLATES / f"{template}.typ", sys_inputs=given, **how)
    return drawing


@cache
def compiler(folder: Path = FONTS) -> Any:
    """With the fonts of this folder. It keeps what it has read: the next drawing costs a tenth of the first."""
    import typst  # whoever draws nothing does not load it

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    if sum(font.family == FAMILY for font in fonts.fonts()) < len(WEIGHTS):
        raise FontError(f"{folder}: the font {FAMILY} is not there, {' and '.join(WEIGHTS)}")
    return typst.Compiler(root=TEMPLATES, font_paths=fonts, ignore_system_fonts=True)


def _clean(said: Any) -> Any:
    """The same, with each text as far as our letters go."""
    match said:
        case str():
            return drawable(said)
        case Mapping():
            return {name: _clean(one) for name, one in said.items()}
        case list() | tuple():
            return [_clean(one) for one in said]
        case _:
            return said
