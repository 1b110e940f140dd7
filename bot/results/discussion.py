"""Discussion: the sheet for a conversation of 60 to 90 minutes about what came out, for who never led one.

A fixed course, filled with this partnership's own statements.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.survey.phrases import Phrase, joined, say
from bot.survey.scores.summary import Summary, divided, strongest, weakest

MOST_NAMED = 2
HEADING = say("Talk about the result")
ABOUT = (
    say("This sheet is for whoever leads the conversation. You need not have done this before. Follow the steps."),
    say("It takes 60 to 90 minutes. Up to 12 people can talk together. With more people, make small groups."),
)
AGREEMENTS = say("What we agree (15 minutes)")
COLUMNS = (say("What"), say("Who"), say("By when"))
AFTERWARDS = (
    say("Choose one to three things. Better one thing that gets done than five that do not."),
    say("The coordinator can write the agreements down under Agreements. They come back in the next round."),
    say("Next time, begin with these agreements. What was done? What is still to do?"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """What the group does, for how long, and how many lines there are to write on. `about` are the statements that it
    begins with, and what they are called."""

    heading: Phrase
    lines: tuple[Phrase, ...]
    room: int = 0
    about: tuple[Phrase, Callable[[Summary], Sequence[int]]] | None = None


PREPARING = (
    Step(
        say("Before"),
        (
            say("Send this report to everybody a week before. Print this sheet for everybody."),
            say("Choose a place where everybody can come in and feels at home. Bring pens."),
        ),
    ),
    Step(
        say("1. Welcome (5 minutes)"),
        (
            say("Say why you are together. Let everybody say their name."),
            say("Say: nobody has to tell what they chose. Nobody is right or wrong."),
        ),
    ),
)
TALKING = (
    Step(
        say("2. Look, each on your own (10 minutes)"),
        (say("Read the scores. Put a cross where you think: yes. Put a question mark where you are surprised."),),
    ),
    Step(
        say("3. What are we proud of? (10 minutes)"),
        (say("How did we do that? Who helped?"),),
        room=2,
        about=(say("A high score:"), strongest),
    ),
    Step(
        say("4. What surprises us? (10 minutes)"),
        (say("Let everybody name one thing. Only listen at first. Talk after that."),),
        room=2,
    ),
    Step(
        say("5. Where do we differ? (15 minutes)"),
        (say("What do you see that somebody else does not see? You do not have to agree."),),
        room=2,
        about=(say("We see this differently:"), divided),
    ),
    Step(
        say("6. What can be better? (15 minutes)"),
        (say("What is needed for that, and who can help?"),),
        room=2,
        about=(say("A low score:"), weakest),
    ),
)


def filled(steps: Sequence[Step], summary: Summary) -> list[Step]:
    """The steps, each with the statements that it is about, where there are any."""
    return [replace(step, lines=(*_named(summary, step), *step.lines)) for step in steps]


def _named(summary: Summary, step: Step) -> tuple[Phrase, ...]:
    if step.about is None:
        return ()
    what, found = step.about
    items = found(summary)[:MOST_NAMED]
    return tuple(joined((what, say("“{plain}”", plain=summary.checklist.items[item].plain)), " ") for item in items)
