"""Phrases: what is to be said, before it is said in a language.

A phrase holds English source text and its values; only `bot.texts.texts` turns it into words, and escapes the values.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from inspect import cleandoc
from typing import Literal

Domain = Literal["bot", "checklist", "language", "joined", "within", "beginning", "verbatim"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """English text with `{named}` values, in one domain of texts.

    The domains `bot` and `checklist` are catalogues; in `language` the text is a language code, said as that language
    calls itself; `joined` sets the phrases among its values one after the other, with its text between them; `within`
    is its first value, in which the others may be named; `beginning` is the first words of its value, up to `count`
    characters; `verbatim` is the same in every language.
    """

    text: str
    values: "tuple[tuple[str, Value], ...]" = ()
    domain: Domain = "bot"
    context: str = ""
    plural: str = ""
    count: int = 0

    def of(self, **values: "str | int | date | Phrase") -> "Phrase":
        """The same with its values, for a sentence that stands elsewhere."""
        return replace(self, values=tuple(values.items()))


Value = str | int | date | Phrase
"""What can stand in a text; True and False say nothing, and decide whether its line is said."""


def say(text: str, /, **values: Value) -> Phrase:
    """One of the bot's own sentences, or a whole screen. The extractor finds its texts by this name.

    A screen is written as it is shown; an indented line goes on where the one above it stops. A value that is False
    takes its line away, and one that is True lets it stand and says nothing: so begin lines with `{if_...}`.
    """
    return Phrase(as_shown(text), tuple(values.items()))


def say_n(one: str, many: str, /, count: int, **values: Value) -> Phrase:
    """A sentence about `count` things; `{count}` is among its values."""
    return Phrase(one, (("count", count), *values.items()), plural=many, count=count)


@cache
def as_shown(text: str) -> str:
    """The text without the indentation of the source around it."""
    return re.sub(r"\n +", " ", cleandoc(text))


def command(name: str, /) -> Phrase:
    """The localised name of a command, without its slash."""
    return Phrase(name, context="command")


def language(code: str) -> Phrase:
    """A language's own name: Nederlands, English."""
    return Phrase(code, domain="language")


def joined(phrases: Iterable[Phrase], between: str = ", ") -> Phrase:
    return Phrase(between, tuple((str(n), phrase) for n, phrase in enumerate(phrases)), domain="joined")


def within(phrase: Phrase, values: Mapping[str, Value]) -> Phrase:
    """The phrase, where it and whatever it is made of may name these values too."""
    return Phrase("", (("", phrase), *values.items()), domain="within")


def beginning(phrase: Phrase, most: int) -> Phrase:
    """The words that it begins with, in at most so many characters: enough to know it again."""
    return Phrase("", (("", phrase),), domain="beginning", count=most)


def verbatim(text: object) -> Phrase:
    """A name or a number, the same in every language."""
    return Phrase(str(text), domain="verbatim")
