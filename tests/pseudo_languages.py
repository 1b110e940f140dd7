"""Languages that are made for a test, as folders beside ours: words that are no words, but show what became of them."""

import re
import shutil
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po, write_po

from bot.texts.catalogues import FILE_NAME, update_language
from bot.texts.direction import direction_of
from bot.texts.texts import LOCALES

Said = str | tuple[str, ...]
Says = Callable[[str | Sequence[str], int], Said]
"""What stands for a text in so many plural forms."""
KEPT_AS_IT_IS = re.compile(r"(\{[^}]*\}|</?b>|/\{[^}]*\})")
ARABIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابتثجحخدذرزسشصضطظعغفقكلمنه")


def between_signs(text: str | Sequence[str], plurals: int) -> Said:
    if not isinstance(text, str):
        return tuple(f"⟦{text[-1]}⟧" for _ in range(plurals))
    return "\n".join(line and _between_signs(line) for line in text.split("\n"))


def in_arabic_letters(text: str | Sequence[str], plurals: int) -> Said:
    """No words, but letters that run from right to left, with the values and the markup where they were."""
    if not isinstance(text, str):
        return tuple(str(in_arabic_letters(text[-1], plurals)) for _ in range(plurals))
    parts = KEPT_AS_IT_IS.split(text)
    return "".join(part if place % 2 else part.lower().translate(ARABIC) for place, part in enumerate(parts))


def with_languages(folder: Path, *languages: str, said: Says = between_signs) -> Path:
    """Ours in this folder, with these beside them or in the place of the real ones."""
    locales = Path(shutil.copytree(LOCALES, folder / "locales"))
    for language in languages:
        make_pseudo_language(locales, language, said)
    return locales


def make_pseudo_language(locales: Path, language: str, said: Says = between_signs) -> None:
    """In the place of the real one, where there is one."""
    shutil.rmtree(locales / language, ignore_errors=True)
    folder = locales / language / "LC_MESSAGES"
    folder.mkdir(parents=True)
    update_language(locales / language)
    for path in folder.iterdir():
        catalogue = read_po(BytesIO(path.read_bytes()), locale=Locale.parse(language))
        for message in catalogue:
            if message.context == "command":
                message.string = f"{message.id}_{language}".lower()
            elif message.id and not FILE_NAME.fullmatch(str(message.id)):
                message.string = said(turned(message.id, language), catalogue.num_plurals)
            elif message.id:
                message.string = message.id
        with path.open("wb") as file:
            write_po(file, catalogue)


def turned(text: str | Sequence[str], language: str) -> str | Sequence[str]:
    """With its arrows as they are read in that language."""
    return text.replace("→", "←") if isinstance(text, str) and direction_of(language) == "rtl" else text


def _between_signs(line: str) -> str:
    opened, closed = ("<b>", "</b>") if line.startswith("<b>") and line.endswith("</b>") else ("", "")
    return f"{opened}⟦{line.removeprefix('<b>').removesuffix('</b>')}⟧{closed}" if opened else f"⟦{line}⟧"
