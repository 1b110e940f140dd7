"""Parts: what there is to record in a language, each with the words that are spoken and the fingerprint of those.

A part is heard where exactly these words stand, and nowhere else. Of the screens those are parts that say the same to
everybody: that is found out by asking them for two people who have nothing in common.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, lru_cache

from bot.letters import Letter
from bot.survey.checklist import fingerprint
from bot.survey.conversation.buttons import ASIDE, Position, Screen, decode
from bot.survey.conversation.dialogue import GROUP_LABELS, Dialogue, Partnership
from bot.survey.conversation.screens import SCREENS, view
from bot.survey.conversation.statement import ASKED
from bot.survey.conversation.step import OF_THE_GROUP
from bot.survey.traits import Traits
from bot.texts.texts import Texts, plain

STATEMENT, ANSWERS, WELCOME = "statement-", "answers", "welcome"
A_PAGE = Traits("", has_fields=True, has_tables=True)
A_CALLED_PAGE = replace(A_PAGE, notifiers=(A_PAGE,))
OTHERWISE = {Screen.ITEM, Screen.PICTURE, *OF_THE_GROUP}
"""Screens of which each has its own part, or that stand under what is not said."""
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Part:
    """`words` in the order in which they are spoken."""

    name: str
    words: tuple[str, ...]
    wording: str


def of_statement(number: int) -> str:
    return f"{STATEMENT}{number:02}"


def of_screen(screen: Screen) -> str:
    return screen.name.lower().replace("_", "-")


@cache
def names(checklist_items: int) -> frozenset[str]:
    """Every name that a part can have, also of screens that say something else to everybody."""
    statements = (of_statement(number) for number in range(1, checklist_items + 1))
    return frozenset((*statements, ANSWERS, WELCOME, *(of_screen(one) for one in SCREENS if one != Screen.ITEM)))


@lru_cache(maxsize=32)
def every(texts: Texts, language: str) -> tuple[Part, ...]:
    """All that is to be recorded in this language, in the order in which people meet it."""
    return (*_screens(texts, language), *_statements(texts, language), answers(texts, language))


def spoken(letter: Letter) -> tuple[str, ...]:
    """What there is to say of a screen: its text, and the answers that it offers."""
    offered = (label for row in letter.rows for label, data in row if not isinstance(decode(data), ASIDE))
    return plain(letter.text), *(label.removeprefix("✓ ") for label in offered)


def _statements(texts: Texts, language: str) -> Iterator[Part]:
    for number, item in texts.checklist.items.items():
        aloud = [texts.word(text, language) for text in (item.plain, item.hint, item.statement) if text]
        yield Part(of_statement(number), tuple(dict.fromkeys(aloud)), fingerprint(*texts.words_of(item, language)))


def answers(texts: Texts, language: str) -> Part:
    """The same behind every statement."""
    words = [texts.word(text, language) for text in (ASKED, *(one.label for one in texts.checklist.options.values()))]
    return Part(ANSWERS, tuple(words), fingerprint(*words))


def _screens(texts: Texts, language: str) -> Iterator[Part]:
    for screen in (one for one in SCREENS if one not in OTHERWISE):
        one, other = (_shown(texts, somebody, screen) for somebody in _two_people(texts, language))
        if one == other:
            yield Part(of_screen(screen), one, fingerprint(*one))


def _shown(texts: Texts, somebody: Dialogue, screen: Screen) -> tuple[str, ...]:
    return spoken(texts.letter(view(somebody, Position(screen), NOW), somebody.language))


def _two_people(texts: Texts, language: str) -> tuple[Dialogue, Dialogue]:
    checklist, (no, *_, unscored) = texts.checklist, texts.checklist.options
    here = Partnership(1, "A", "A", "A", language, "Europe/Amsterdam", 5)
    there = Partnership(2, "B", "", "", language, "UTC", 3, 1, 1, 1, 1, open_question=True)
    first, *_, last = GROUP_LABELS
    begun, done = (dict.fromkeys(checklist.items, option) for option in (no, unscored))
    one = Dialogue(checklist, texts.languages, language, here, 1, group=first, answers=begun, channel=A_PAGE)
    other = replace(one, partnership=there, response=2, group=last, answers=done, earlier=begun, channel=A_CALLED_PAGE)
    closed = replace(other, wave=2, wave_open=False, completed_at=NOW, closes_at=NOW, others=((3, "C"),))
    return one, replace(closed, open_question=True, open_answer="B")
