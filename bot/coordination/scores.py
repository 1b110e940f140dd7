"""Scores: what may be told of a wave, of its statements and its groups, and how it was in the waves before.

A button names the wave that it was made for, so that an old one shows what it did; without a number it is the last one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.coordination.request import Asked, Shown, action, local
from bot.letters import Letter
from bot.results import files, open_answers, pictures
from bot.results.summaries import REPORT, drawn
from bot.results.tables import read_table, told
from bot.survey.conversation.screens import ALL_STATEMENTS
from bot.survey.conversation.views import Button, Paragraph, Row, View, in_rows
from bot.survey.phrases import Phrase, beginning, say, verbatim
from bot.survey.scores import table
from bot.survey.scores.summary import Summary, heading, most_divided, paragraphs, why_none
from bot.survey.scores.table import Table
from bot.texts.typed_words import folded
from storage import waves
from storage.partnerships import Wave

LONGEST_NAMED = 40  # characters that are repeated of what was typed


@dataclass(frozen=True, slots=True)
class Scored:
    """A wave that was asked for, with everything that may be told of it."""

    asked: Asked
    wave: Wave
    found: Summary
    table: Table

    @property
    def heading(self) -> Paragraph:
        return heading(self.found.partnership, self.wave.number, self.found.is_open, self.wave.name)

    def button(self, label: Phrase, action: str) -> Button:
        return self.asked.button(label, action, self.wave.number)

    @property
    def back(self) -> Row:
        return (self.button(say("‹ Back"), "summary"),)


def of_a_wave(do: Callable[[Scored], View | Shown]) -> Callable[[Asked], View | Shown]:
    """What is done with the wave that they name."""

    def about_it(asked: Asked) -> View | Shown:
        wave = _named(asked)
        return do(_read(asked, wave)) if wave else _no_such_round(asked)

    return about_it


def of_scores(do: Callable[[Scored], View | Shown]) -> Callable[[Asked], View | Shown]:
    """What is done with the wave that they name, once it has scores; until then it says why not."""

    def about_it(scored: Scored) -> View | Shown:
        if scored.found.items:
            return do(scored)
        return View((scored.heading, why_none(scored.found)), (scored.back,))

    return of_a_wave(about_it)


def _read(asked: Asked, wave: Wave) -> Scored:
    return Scored(asked, wave, *read_table(asked.tx, asked.texts, asked.partnership, wave, asked.now))


def _named(asked: Asked) -> Wave | None:
    """By its number, as a button has it, or as somebody types it: round 1, or its own name."""
    number, typed = asked.argument.partition(".")[0], folded(asked.argument)
    if number == "-":
        return asked.wave
    every = waves.every(asked.tx, asked.partnership.id)
    numbered = [wave for wave in every if number == str(wave.number)]  # also where an earlier one is called that
    return next(iter((*numbered, *(wave for wave in every if typed in _names(asked, wave)))), None)


def _names(asked: Asked, wave: Wave) -> set[str]:
    words = {folded(asked.texts.word(_round(wave), language)) for language in asked.texts.languages}
    return words | ({folded(wave.name)} - {""})


def _round(wave: Wave) -> Phrase:
    return say("Round {wave}", wave=wave.number)


def _no_such_round(asked: Asked) -> View:
    typed = beginning(verbatim(asked.argument), LONGEST_NAMED)
    line = say("There is no round “{typed}”. Which round do you want to see?", typed=typed)
    return View(((line,),), (*_rounds(asked), asked.back()))


def _rounds(asked: Asked, chosen: int = 0) -> tuple[Row, ...]:
    """A button for every round there was."""
    every = waves.every(asked.tx, asked.partnership.id)
    buttons = (asked.button(_round(one), "summary", one.number, chosen=one.number == chosen) for one in every)
    return in_rows(buttons)


@action("summary", for_viewers=True)
@of_a_wave
def _summary(scored: Scored) -> Shown:
    asked, found = scored.asked, scored.found
    above = (drawn(asked.texts, found, asked.seat.language),) if found.items else ()
    below = asked.menu if asked.seat.role == "coordinator" else (asked.back(),)
    wrote = open_answers.told(asked.tx, asked.partnership, scored.wave, asked.seat.role)
    rows = (*_more(scored), *wrote.rows, *below)
    return Shown(View((*paragraphs(found), wrote.lines, _dated(asked)), rows), above)


def _more(scored: Scored) -> tuple[Row, ...]:
    """What else there is to see of this wave, and of the others."""
    rows: list[Row] = []
    if scored.found.items:
        rows.append((scored.button(ALL_STATEMENTS, "table"),))
        rows.append((scored.button(REPORT, "report"),))
    if sum(bool(column.items) for column in scored.table.waves) > 1:
        rows.append((scored.button(say("All rounds side by side"), "rounds"),))
    if _differences(scored):
        rows.append((scored.button(say("Where we see it differently"), "views"),))
    others = _rounds(scored.asked, scored.wave.number)
    return (*rows, *(others if scored.wave.number > 1 or len(others[0]) > 1 else ()))


def _dated(asked: Asked) -> Paragraph:
    """A page may be printed, and paper has no date of its own; a message has."""
    if asked.channel.reaches_out:
        return ()
    return (say("This is how it was on {date}.", date=local(asked.partnership, asked.now).date()),)


@action("table", for_viewers=True)
@of_a_wave
def _table(scored: Scored) -> View:
    """Every statement: all of them where a table can be shown, or else those of one part."""
    asked, parts = scored.asked, scored.asked.texts.checklist.parts.values()
    part = asked.argument.partition(".")[2]
    part = part if part in map(str, parts) else "1"
    view = told(scored.found, scored.table, asked.channel, int(part))
    if not scored.found.items:
        return View(view.text, (scored.back,))
    picture = scored.button(say("Show this as a picture"), "picture")
    rows = () if asked.channel.has_tables else (*_parts(scored, part), (picture,))
    below = ((scored.button(say("As a file"), "file"),), scored.back)
    return View((*view.paragraphs, _dated(asked)), (*rows, *below), grid=view.grid)


@action("picture", for_viewers=True)
@of_scores
def _picture(scored: Scored) -> View | Shown:
    """Every statement in one picture."""
    found, asked = scored.found, scored.asked
    above = (pictures.of_statements(asked.texts, found, scored.table, asked.seat.language),)
    back = (scored.button(say("‹ Back"), "table"),)
    return Shown(View(((say("These are all statements in one picture."),),), (back,)), above)


def _parts(scored: Scored, chosen: str = "") -> tuple[Row, ...]:
    number = scored.wave.number
    parts = {f"{number}.{part}": say("Part {part}", part=part) for part in scored.asked.texts.checklist.parts.values()}
    return in_rows(scored.asked.choices("table", parts, f"{number}.{chosen}"))


@action("rounds", for_viewers=True)
@of_a_wave
def _all_rounds(scored: Scored) -> View | Shown:
    """The waves side by side, as lines that fit a phone; statement by statement too where a long page is no trouble."""
    scored = _last_with_scores(scored)
    if not scored.found.items:
        return View((scored.heading, why_none(scored.found)), (scored.back,))
    asked, shown = scored.asked, scored.table
    rest = table.statements(shown) if asked.channel.has_tables else ()
    rows = () if asked.channel.has_tables else _parts(scored)
    lines = ((table.legend(shown),), table.dimensions(shown), *rest, table.left_out(shown), _dated(asked))
    above = pictures.of_parts(asked.texts, scored.found, shown, shown.recent, asked.seat.language)
    return Shown(View((scored.heading, *lines), (*rows, scored.back)), (above,))


def _last_with_scores(scored: Scored) -> Scored:
    """Itself, or the last wave before it that has scores."""
    before = scored.table.waves[:-1]
    if scored.found.items or not before:
        return scored
    wave = waves.numbered(scored.asked.tx, scored.asked.partnership.id, before[-1].wave)
    return _read(scored.asked, wave) if wave else scored


@action("views", for_viewers=True)
@of_scores
def _views(scored: Scored) -> View | Shown:
    """Where residents and professionals, or people at large, see it differently."""
    found, paragraphs = scored.found, _differences(scored)
    if not paragraphs:
        k = found.partnership.minimum_group
        few = say(
            "There is nothing to show here. We show a group apart only when {k} or more people are in it, and {k} or "
            "more are not.",
            k=k,
        )
        return View((scored.heading, (few,)), (scored.back,))
    wise = say("A difference is not good or bad. Some people say yes sooner than others. Talk about it.")
    view = View((scored.heading, (table.LEGEND,), *paragraphs, (wise, *_dated(scored.asked))), (scored.back,))
    return Shown(view, _of_groups(scored))


def _of_groups(scored: Scored) -> tuple[Letter, ...]:
    if not scored.table.groups:
        return ()
    asked, shown = scored.asked, scored.table
    return (pictures.of_parts(asked.texts, scored.found, shown, shown.groups, asked.seat.language),)


def _differences(scored: Scored) -> tuple[Paragraph, ...]:
    return (*table.groups(scored.table), *most_divided(scored.found))


@action("file", for_viewers=True)
@of_scores
def _file(scored: Scored) -> View | Shown:
    """The table to work on, for the spreadsheet of their language."""
    found, asked = scored.found, scored.asked
    told = say("This is the table in two files.")
    k = found.partnership.minimum_group
    what = say("The files hold only what you see here: averages of {k} or more people.", k=k)
    above = files.table_files(asked.texts, found, scored.table, asked.seat.language)
    back = (scored.button(say("‹ Back"), "table"),)
    return Shown(View((scored.heading, (told, what)), (back,)), above)
