"""Paper: what a helper types in from one printed form, and what may be wrong with it.

A statement without a mark stays without an answer: "I don't know" is something that a person says, and we fill in
nothing for anybody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.survey.checklist import Checklist
from bot.survey.conversation.dialogue import GROUP_LABELS, Partnership
from bot.survey.phrases import Phrase, say
from bot.survey.whole_numbers import as_number

ASSISTED, ON_PAPER = "assisted", "paper"
"""How somebody answered, where it was not by themselves."""
MODE_LABELS = {None: say("By themselves"), ASSISTED: say("With help"), ON_PAPER: say("On paper")}
MOST_SHEETS = 9999
NO_GROUP = ""

NUMBER, GROUP, MARKS = "number", "group", "marks"
"""What may be wrong with a form, next to the number of a statement."""

NO_NUMBER = say("Write a number on the form, from 1 to {most}. Type the same number here.", most=MOST_SHEETS)
NO_SUCH_GROUP = say("Choose a group from the list, or none.")
EMPTY = say("There is no answer on this form. We do not keep an empty form.")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One form: the number that a helper wrote on it, the group, and item -> option for what has a mark."""

    number: int
    group: str | None
    answers: Mapping[int, str]
    language: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """One form as it was sent: the round that the page was for, what stands on the form, and the language in which
    that is printed. A mark is the key of an option, or nothing."""

    wave: int
    number: str
    group: str
    marks: Mapping[int, str]
    language: str

    @property
    def sheet(self) -> int:
        """The number as one; 0 where it is none."""
        return as_number(self.number.strip(), MOST_SHEETS) or 0

    @property
    def answers(self) -> dict[int, str]:
        return {item: key for item, key in self.marks.items() if key}


def read(checklist: Checklist, typed: Typed) -> Sheet | Phrase:
    """The sheet as it was typed in, or the first thing that is wrong with it."""
    for _, why in wrong(checklist, typed):
        return why
    return Sheet(typed.sheet, typed.group or None, typed.answers, typed.language)


def wrong(checklist: Checklist, typed: Typed) -> Iterator[tuple[str | int, Phrase]]:
    """All that is wrong with it, each with where it stands: at its number, group or marks, or at one statement."""
    if not typed.sheet:
        yield NUMBER, NO_NUMBER
    if typed.group != NO_GROUP and typed.group not in GROUP_LABELS:
        yield GROUP, NO_SUCH_GROUP
    for item, option in typed.answers.items():
        if item not in checklist.items or option not in checklist.options:
            yield item, say("Statement {number}: choose one of the seven answers, or none.", number=item)
    if not typed.answers:
        yield MARKS, EMPTY


def consent(asked_by: Partnership) -> tuple[Phrase, ...]:
    """What stands above the answers: whoever hands in the form agrees to this, and to nothing more."""
    k, months = asked_by.minimum_group, asked_by.keep_answers
    organisation = (say("{organisation} asks you this.", organisation=asked_by.organisation),)
    return (
        say("{partnership} would like to know: how well do we work together?", partnership=asked_by.name),
        *(organisation if asked_by.organisation else ()),
        say("You decide whether you take part. You may leave out a statement. You are 16 or older."),
        say("Do not write your name on this form. A helper reads your answers to type them in."),
        say("After that people only see averages, of {k} people or more. Researchers may use the answers.", k=k),
        say("We keep the answers for {months} months, without a name. So we cannot delete yours later.", months=months),
        say("If you hand in this form, you agree."),
    )
