"""Phrases: what is to be said, before it is said in a language.

A phrase holds English source text and its values; only `bot.texts.texts` turns it into words, and escapes the values.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

Domain = Literal["bot", "checklist", "language", "joined", "verbatim"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """English text with `{named}` values, in one domain of texts.

    The domains `bot` and `checklist` are catalogues; in `language` the text is a language code, said as that language
    calls itself; `joined` sets the phrases among its values one after the other, with its text between them; `verbatim`
    is the same in every language.
    """

    text: str
    values: tuple[tuple[str, "str | int | date | Phrase"], ...] = ()
    domain: Domain = "bot"
    context: str = ""
    plural: str = ""
    count: int = 0

    def of(self, **values: "str | int | date | Phrase") -> "Phrase":
        """The same with its values, for a sentence that stands elsewhere."""
        return replace(self, values=tuple(values.items()))


def say(text: str, /, **values: "str | int | date | Phrase") -> Phrase:
    """One of the bot's own sentences. The extractor finds its texts by this name."""
    return Phrase(text, tuple(values.items()))


def say_n(one: str, many: str, /, count: int, **values: "str | int | date | Phrase") -> Phrase:
    """A sentence about `count` things; `{count}` is among its values."""
    return Phrase(one, (("count", count), *values.items()), plural=many, count=count)


def command(name: str, /) -> Phrase:
    """The localised name of a command, without its slash."""
    return Phrase(name, context="command")


def language(code: str) -> Phrase:
    """A language's own name: Nederlands, English."""
    return Phrase(code, domain="language")


def joined(phrases: Iterable[Phrase], between: str = ", ") -> Phrase:
    return Phrase(between, tuple((str(n), phrase) for n, phrase in enumerate(phrases)), domain="joined")


def verbatim(text: object) -> Phrase:
    """A name or a number, the same in every language."""
    return Phrase(str(text), domain="verbatim")
