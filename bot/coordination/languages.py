"""Languages: which of those that are installed people of a partnership can choose; its own is always one of them.

Whoever answers in a language that is taken away keeps it, until they choose another.
"""

from collections.abc import Mapping, Sequence

from bot.coordination.request import Asked
from bot.survey.conversation.views import Button, Field
from bot.survey.offered_languages import codes_of
from bot.survey.phrases import Phrase, joined, language, say
from storage import partnerships, wordings

OFFERS = "offers_"
"""What stands before a language where a form says whether it is offered."""
STATES = {"1": say("Yes"), "0": say("No")}


def others(asked: Asked) -> Sequence[str]:
    """Those that can be offered or not."""
    return [code for code in asked.texts.languages if code != asked.partnership.language]


def line(asked: Asked) -> Phrase:
    return say("People can answer in: {languages}", languages=joined(map(language, asked.languages)))


def drafts(asked: Asked) -> Phrase | None:
    """Of those that can be chosen."""
    return _about(frozenset(asked.languages) & asked.texts.drafts)


def _about(drafts: frozenset[str]) -> Phrase | None:
    if not drafts:
        return None
    return say(
        "This translation is a draft: {languages}. Ask somebody who reads it to try it first.",
        languages=joined(map(language, sorted(drafts))),
    )


def fields(asked: Asked) -> Sequence[Field[Phrase]]:
    return [
        Field(
            f"{OFFERS}{code}",
            say("Can people answer in this language? {language}", language=language(code)),
            str(int(code in asked.languages)),
            "choice",
            hint=_about(frozenset({code}) & asked.texts.drafts),
            choices=tuple(STATES.items()),
        )
        for code in others(asked)
    ]


def buttons(asked: Asked) -> list[Button]:
    """A tap takes a language in, or out again."""
    return [
        asked.button(
            say("Answer in: {language}", language=language(code)),
            "offer",
            f"{code}.{int(code not in asked.languages)}",
            chosen=code in asked.languages,
        )
        for code in others(asked)
    ]


def wrong_with(asked: Asked, fact: str, value: str) -> bool:
    return fact.removeprefix(OFFERS) not in others(asked) or value not in STATES


def offer(asked: Asked, facts: Mapping[str, str]) -> None:
    """Take languages in and out, as a form or a button says. A wave that is open has them from now on, in the words of
    today."""
    said = {fact.removeprefix(OFFERS): value for fact, value in facts.items() if fact.startswith(OFFERS)}
    if not said:
        return
    taken_in = {code for code, value in said.items() if value == "1"}
    kept = codes_of({*asked.languages} - said.keys() | taken_in)
    partnerships.change(asked.tx, asked.partnership.id, asked.now, languages=kept)
    if asked.is_open:
        wordings.pin(asked.tx, asked.wave.id, asked.texts.wording())
