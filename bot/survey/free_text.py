"""Free text: what people type where they are asked for words, as it is kept, and how long it may be.

It is one line without anything that cannot be seen, so that nobody can break what stands around it.
"""

from bot.survey.phrases import Phrase, say


def tidy(text: str) -> str:
    """One line, without control characters and half characters."""
    shown = "".join(sign if sign.isprintable() or sign in "\u200c\u200d\ufe0f" else " " for sign in text)
    return " ".join(shown.split())


def length_of(text: str) -> int:
    """In characters as messengers count them: most emoji are two."""
    return len(text.encode("utf-16-le")) // 2


def too_long(count: int, most: int) -> Phrase | None:
    if count <= most:
        return None
    return say("Your text has {count} characters. {most} is the most.", count=count, most=most)
