"""Scripts: what is to be read aloud for a recording, on paper, with a place where the speaker agrees to it."""

from collections.abc import Iterator, Sequence
from functools import partial

from bot.recordings.script import Line
from bot.rendering import drawing
from bot.survey.phrases import say
from bot.texts.direction import direction_of
from bot.texts.languages import autonym
from bot.texts.texts import Texts

TIPS = (
    say("Choose a quiet room, with a carpet or curtains."),
    say("Hold the phone as far from your mouth as your hand is long."),
    say("Make one recording for each number, and say exactly what stands there."),
    say("Wait for one second before you speak, after each line and at the end."),
    say("Did something go wrong? Record that number again."),
)
NAMED = say("Give each recording the name beside its number. It may end in something else, such as .m4a or .ogg.")
AGREED = say(
    "I read these words aloud. Everybody who opens the page or the chat may hear my voice. "
    "I can take this back: then my recordings go."
)
SIGNED = (
    say("Name that people may read:"),
    say("Licence of the recordings, such as CC BY 4.0:"),
    say("Date:"),
    say("Signature:"),
)


def script_pdf(texts: Texts, language: str, lines: Sequence[Line], whose: str = "") -> bytes:
    """All lines in one language; `whose` is the partnership that they are for, if it is one."""
    word = partial(texts.word, language=language)
    said = {
        "language": language,
        "direction": direction_of(language),
        "title": word(say("Reading aloud in {language}", language=autonym(language))),
        "whose": whose,
        "page": word(say("page {page} of {pages}", page="{page}", pages="{pages}")),
        "tips": [word(tip) for tip in TIPS],
        "named": word(NAMED),
        "lines": [{"number": one.number, "file": one.file, "words": [*_spoken(one)]} for one in lines],
        "agreed": word(AGREED),
        "signed": [word(one) for one in SIGNED],
    }
    return drawing.pdf("script", said)


def _spoken(line: Line) -> Iterator[str]:
    """Each sentence or paragraph that stands by itself."""
    for words in line.part.words:
        yield from (one for one in words.split("\n") if one)
