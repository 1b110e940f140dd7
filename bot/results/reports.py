"""Reports: a wave on paper, to hand out before people talk about it. From published means only.

What stands on it is gathered here, in one language; `rendering/templates/report.typ` lays it out. The discussion sheet
is its last two pages, and a file of its own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.letters import Letter
from bot.rendering import attachments
from bot.results import discussion
from bot.results.tables import read_table
from bot.survey.agreements import lines
from bot.survey.calendar import zone
from bot.survey.conversation.dialogue import Partnership
from bot.survey.phrases import Phrase, joined, say, verbatim
from bot.survey.scores.scoring import Score
from bot.survey.scores.summary import Summary, differ, divided, of_the_first, standing, strongest, weakest, with_others
from bot.survey.scores.table import NONE, TOTAL, Column, Table, What, legend
from bot.texts.texts import Texts
from storage import coordinators, letters
from storage.engine.database import Tx
from storage.partnerships import Wave

CITATION = (
    "Van Lammeren et al. 2025, Int. J. Environ. Res. Public Health 22(6) 954 (CC BY 4.0); "
    "Wagemakers, Koelen, Lezwijn, Vaandrager 2010, Global Health Promotion 17(3) 17–28."
)
MOST = 2  # statements that are named as standing out in one way

Said = Mapping[str, Any]
Block = tuple[Phrase, Sequence[Phrase]]
"""A heading, and lines under it."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a report is made of. `days` are those on which the wave opened and closed, as far as it has."""

    summary: Summary
    table: Table
    days: tuple[date, date | None]
    made: date

    @property
    def before(self) -> Column | None:
        return self.table.waves[-2] if len(self.table.waves) > 1 else None

    @property
    def title(self) -> Phrase:
        name, wave = self.summary.partnership.name, self.table.now.label
        return say("Report of {partnership}, {round}", partnership=name, round=wave)

    @property
    def agreed(self) -> list[Block]:
        """What came of the agreements of the wave before."""
        agreed = lines(self.summary.agreed)
        return [(say("What you agreed last time"), agreed)] if agreed else []


def read_report(tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, now: datetime) -> Report | None:
    """None while nothing of the wave may be shown."""
    found, table = read_table(tx, texts, partnership, wave, now)
    return report_of(found, table, wave, now) if found.items else None


def report_of(found: Summary, table: Table, wave: Wave, now: datetime) -> Report:
    here = zone(found.partnership.timezone)
    closed = wave.closed_at.astimezone(here).date() if wave.closed_at else None
    days = wave.opened_at.astimezone(here).date(), closed
    return Report(found, table, days, now.astimezone(here).date())


def send(tx: Tx, texts: Texts, report: Report, wave: Wave, due: datetime) -> None:
    """The report of a wave that is closed, to everybody with a seat, in their language."""
    recipients = coordinators.recipients(tx, report.summary.partnership.id)
    written = {language: letter(texts, report, language) for language in {one.language for one in recipients}}
    for recipient in recipients:
        key = f"report:{recipient.contact}:{wave.id}:{wave.closed_at:%Y%m%d%H%M%S}"
        letters.enqueue(tx, recipient.contact, written[recipient.language], due, key)


def letter(texts: Texts, report: Report, language: str, *, sheet_only: bool = False) -> Letter:
    """The file, under a line that says what it is."""
    what = (
        say("The sheet for a conversation about it, to print.")
        if sheet_only
        else say("The report, to print or send on.")
    )
    name = say("discussion-sheet") if sheet_only else say("report")
    said = as_said(texts, report, language, sheet_only=sheet_only)
    file = f"{texts.word(name, language)}-{report.table.now.wave}-{language}"
    about = texts.word(report.title, language)
    return Letter(texts.word(what, language), attachment=attachments.sheet("report", said, file), about=about)


def as_said(texts: Texts, report: Report, language: str, *, sheet_only: bool = False) -> Said:
    """All that the template needs, in this language. The summary must have scores."""
    paper = Paper(texts, report, language)
    part, score, n = say("Part"), (say("0 to 100"), say("score"), say("n")), say("before")
    return {
        "language": language,
        "title": paper.word(report.title),
        "page": paper.word(say("page {page} of {pages}", page="{page}", pages="{pages}")),
        "score_columns": paper.words((part, *score, n if report.before else verbatim(""))),
        "statement_columns": paper.words((say("no."), say("statement"), *score, n if report.before else verbatim(""))),
        "report": None if sheet_only else paper.report(),
        "sheet": paper.sheet(),
    }


@dataclass(frozen=True, slots=True)
class Paper:
    """A report in one language."""

    texts: Texts
    of: Report
    language: str

    def word(self, phrase: Phrase) -> str:
        return self.texts.word(phrase, self.language)

    def words(self, phrases: Iterable[Phrase]) -> list[str]:
        return [self.word(phrase) for phrase in phrases]

    def report(self) -> Said:
        checklist = self.of.table.checklist
        return {
            "heading": self.word(say("How well do we work together?")),
            "about": self.words(_about(self.of)),
            "first": [self.block(*one) for one in _first(self.of)],
            "dimensions_heading": self.word(say("The six parts")),
            "dimensions": [self.row(one.plain, one.key) for one in checklist.dimensions],
            "total": self.row(say("Mean of all statements"), TOTAL),
            "legend": self.word(_legend(self.of.before)) if self.of.before else "",
            "rounds": [self.rounds()] if len(self.of.table.waves) > 2 else [],
            "rounds_first": not self.of.agreed,  # with these there is no room on the first page
            "statements_heading": self.word(say("All {count} statements", count=len(checklist.items))),
            "parts": [
                {
                    "label": self.word(one.plain),
                    "rows": [{"number": item, **self.row(checklist.items[item].plain, item)} for item in one.items],
                }
                for one in checklist.dimensions
            ],
            "talk_heading": self.word(say("What stands out")),
            "talk": [*(self.block(*one) for one in _stands_out(self.of.summary)), *self.groups()],
            "small_print": [self.block(*one) for one in _small_print(self.of)],
        }

    def row(self, label: Phrase, what: What) -> Said:
        now, before = self.score(self.of.table.now, what), self.score(self.of.before, what)
        return {"label": self.word(label), **now, "before": before["score"]}

    def score(self, column: Column | None, what: What) -> Said:
        found = self.of.table.scores(column).get(what) if column else None
        return {"score": found.shown if found else None, "n": self.word(found.people) if found else ""}

    def block(self, heading: Phrase, lines: Iterable[Phrase]) -> Said:
        return {"heading": self.word(heading), "lines": self.words(lines), "columns": [], "rows": []}

    def side_by_side(self, block: Said, columns: Mapping[Phrase, Column], told: Callable[[Score], Phrase]) -> Said:
        """The six dimensions and the total, with a column for each of these, under what it is called."""
        scores = [self.of.table.scores(column) for column in columns.values()]
        rows = [
            self.words((label, *(told(one[key]) if key in one else NONE for one in scores)))
            for label, key in self.of.table.parts
        ]
        return {**block, "columns": self.words((say("Part"), *columns)), "rows": rows}

    def rounds(self) -> Said:
        """Up to six in one line of paper: what they are called stands above it, and n is short."""
        shown = self.of.table
        lines = (
            legend(shown),
            say("Between brackets: n. The sign < means: fewer than."),
            say("A dash: not the same statements, or too few people."),
        )
        columns = {say("round {wave}", wave=one.wave): one for one in shown.recent}
        return self.side_by_side(self.block(say("All rounds"), lines), columns, _in_short)

    def groups(self) -> list[Said]:
        if not self.of.table.groups:
            return []
        told = say("A difference is not good or bad. Some people say yes sooner than others. Talk about it.")
        columns = {one.label: one for one in self.of.table.groups}
        return [self.side_by_side(self.block(say("How groups see it"), (told,)), columns, _in_full)]

    def sheet(self) -> Said:
        return {
            "heading": self.word(discussion.HEADING),
            "about": self.words(discussion.ABOUT),
            "steps": [
                {"heading": self.word(step.heading), "lines": self.words(step.lines), "room": step.room}
                for step in discussion.filled((*discussion.PREPARING, *discussion.TALKING), self.of.summary)
            ],
            "agreements_heading": self.word(discussion.AGREEMENTS),
            "columns": self.words(discussion.COLUMNS),
            "afterwards": self.words(discussion.AFTERWARDS),
        }


def _in_full(score: Score) -> Phrase:
    return say("{score} (n = {n})", score=score.shown, n=score.people)


def _in_short(score: Score) -> Phrase:
    return verbatim(f"{score.shown} ({'<' if score.fewer else ''}{score.n})")


def _about(report: Report) -> tuple[Phrase, ...]:
    """Who asked whom, when, and how many of how many."""
    found, (opened, closed) = report.summary, report.days
    since = say("Open since {opened}. These are the scores so far.", opened=opened)
    asked_by = (say("Asked by {organisation}.", organisation=found.partnership.organisation),)
    return (
        say("<b>{title}</b>", title=report.title),
        *(asked_by if found.partnership.organisation else ()),
        say("From {opened} to {closed}.", opened=opened, closed=closed) if closed else since,
        joined(standing(found.started, found.completed, found.invited), " "),
        *of_the_first(found),
        say("Made on {date}.", date=report.made),
    )


def _first(report: Report) -> list[Block]:
    scale = report.table.checklist.scale
    how = (
        say(
            "People read {count} statements and chose an answer to each: from {lowest} to {highest}.",
            count=len(report.table.checklist.items),
            lowest=scale[0].label,
            highest=scale[-1].label,
        ),
        say("0 is {lowest} everywhere, 100 is {highest} everywhere.", lowest=scale[0].label, highest=scale[-1].label),
        say("A score is a mean, and no mark for anybody. It is something to talk about."),
        say("n is how many people gave an answer that counts. “I don't know” and “Does not apply to me” do not."),
    )
    return [*report.agreed, (say("How to read this"), how)]


def _legend(before: Column) -> Phrase:
    return say("The thin line and the last column: {round}.", round=before.label)


def _stands_out(found: Summary) -> list[Block]:
    """High, low and divided statements, each kind where there is one."""
    kinds = (
        (say("The highest scores"), _scored(found, strongest(found)[:MOST], and_others=True)),
        (say("The lowest scores"), _scored(found, weakest(found)[:MOST], and_others=True)),
        (say("Here some people say yes and others no"), _scored(found, divided(found)[:MOST])),
    )
    named: list[Block] = [(heading, lines) for heading, lines in kinds if lines]
    if not differ(found):
        named.insert(0, (say("No highest and lowest"), (say("All statements have the same score."),)))
    return named


def _scored(found: Summary, items: Sequence[int], *, and_others: bool = False) -> list[Phrase]:
    """A line for each; the last one says how many that are not named share its score."""
    lines = [
        say(
            "{number}. {plain} ({score})",
            number=item,
            plain=found.checklist.items[item].plain,
            score=found.items[item].shown,
        )
        for item in items
    ]
    if and_others and items:
        lines[-1] = with_others(found, lines[-1], items)
    return lines


def _small_print(report: Report) -> list[Block]:
    found, k = report.summary, report.summary.partnership.minimum_group
    missing = [verbatim(item) for item in found.checklist.items if item not in found.items]
    without = (say("Without a score in this report: statements {items}.", items=joined(missing)),) if missing else ()
    withheld = (
        say("A score is shown only when {k} or more people gave an answer that counts.", k=k),
        say(
            "It changes only when {k} or more people are added. That way the answers of one person do not stand out.",
            k=k,
        ),
        say("Groups are shown only when there are enough people in the group and outside it."),
        *without,
    )
    source = (
        say("The statements are the Coordinated Action Checklist. The plain words are our own."),
        verbatim(CITATION),
        say("A part is the mean of its statements. The mean of all statements is not the mean of the parts."),
    )
    return [(say("What is not in it, and why"), withheld), (say("Where the statements come from"), source)]


def slides(report: Report) -> list[Block]:
    """What one shows to a group on a wall: one thing at a time."""
    found, now = report.summary, report.table.now
    scores = report.table.scores(now)
    parts = [say("{dimension}: {score}", dimension=one, score=_shown(scores, key)) for one, key in report.table.parts]
    return [
        (report.title, (*standing(found.started, found.completed, found.invited), *of_the_first(found))),
        (say("The six parts"), parts),
        *((heading, (line,)) for heading, agreed in report.agreed for line in agreed),
        *_stands_out(found),
        *((step.heading, step.lines) for step in discussion.filled(discussion.TALKING, found)),
        (discussion.AGREEMENTS, discussion.AFTERWARDS[:1]),
    ]


def _shown(scores: Mapping[What, Score], what: What) -> Phrase:
    found = scores.get(what)
    return verbatim(found.shown) if found else say("no score")
