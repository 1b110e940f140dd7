"""The summary: what a partnership is told about itself, from published means only.

Words first: the picture only repeats them. Where no score may be shown yet, it says why and when.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from bot.survey.agreements import Agreement, came_back
from bot.survey.checklist import Checklist
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.views import Paragraph
from bot.survey.phrases import Phrase, joined, say, say_n
from bot.survey.scores import comparison
from bot.survey.scores.comparison import Comparison
from bot.survey.scores.scoring import Score, Scores, combined

DIFFERENT_VIEW = 10  # points on 0 to 100 from which on two groups are said to see a dimension differently
MOST_DIFFERENCES = 2
MOST_DIVIDED = 3
ENOUGH_FOR_SPREAD = 10  # people
DIVIDED = Fraction(900)  # a variance: about a third of the scale on both sides of the mean


@dataclass(frozen=True)
class Summary:
    """A wave as it may be shown now. `items` and `groups` are published means; `spread` is a variance per item.

    `stops` says how many unfinished people stand at each part; `new` and `finished` how many began and finished in the
    last seven days; `is_renewed` whether the scores are of those days; `since` compares with the wave before, and
    `agreed` is what was agreed after that one.
    """

    checklist: Checklist
    partnership: Partnership
    wave: int
    is_open: bool
    started: int
    completed: int
    new: int
    stops: Mapping[int, int]
    items: Mapping[int, Score]
    spread: Mapping[int, Fraction]
    groups: Mapping[str, Mapping[int, Score]]
    name: str = ""
    invited: int = 0
    finished: int = 0
    is_renewed: bool = True
    since: Comparison | None = None
    agreed: Sequence[Agreement] = ()

    @cached_property
    def scores(self) -> Scores:
        return combined(self.checklist, self.items)

    @cached_property
    def before(self) -> Mapping[str, Score]:
        """Dimension -> the score in the wave before, where it is of the very same items."""
        pairs = comparison.dimensions(self.checklist, self.since.everyone) if self.since else {}
        return {key: then for key, (then, now) in pairs.items() if now == self.scores.dimensions.get(key)}

    @cached_property
    def total_before(self) -> Score | None:
        pair = comparison.total(self.checklist, self.since.everyone) if self.since else None
        return pair[0] if pair and pair[1] == self.scores.total else None

    @cached_property
    def by_score(self) -> Sequence[int]:
        """Item numbers, the lowest score first; of equal ones the first in the checklist."""
        return sorted(self.items, key=lambda item: (self.items[item].mean, item))

    @property
    def people(self) -> int:
        """How many contribute to the most answered item."""
        return max((score.n for score in self.items.values()), default=0)


def paragraphs(summary: Summary) -> tuple[Paragraph, ...]:
    """The whole message to a coordinator, without its buttons. On top stands what came of the agreements."""
    return (_heading(summary), *came_back(summary.agreed), *_news(summary))


def _news(summary: Summary) -> tuple[Paragraph, ...]:
    scores: tuple[Paragraph, ...] = (why_none(summary),)
    if summary.items:
        scores = (_table(summary), *_change(summary), _strong_and_weak(summary), _views(summary), _questions(summary))
    return (_turnout(summary), *scores, _tip(summary))


def post(summary: Summary, week: int) -> tuple[Paragraph, ...]:
    """The weekly message: the whole story when something happened, one line when nothing did."""
    line = heading(summary.partnership, summary.wave, summary.is_open, summary.name, week)
    if not (summary.new or summary.finished or (summary.items and summary.is_renewed)):
        nothing = say("Nothing new this week.")
        return (line, (joined((nothing, *standing(summary.started, summary.completed, summary.invited)), " "),))
    return (line, *_news(summary))


def result(summary: Summary) -> tuple[Paragraph, ...]:
    """The group result as respondents get it after closing."""
    hello = say(
        "This is what the whole group thinks of the collaboration. 0 is {lowest} everywhere, 100 is {highest} "
        "everywhere.",
        lowest=summary.checklist.scale[0].label,
        highest=summary.checklist.scale[-1].label,
    )
    people = summary.partnership.name
    thanks = say("Thank you for taking part. The people of {partnership} talk about this together.", partnership=people)
    table = _table(summary) if summary.items else why_none(summary)
    return (_heading(summary), (hello,), table, *_change(summary), _strong_and_weak(summary), (thanks,))


def heading(partnership: Partnership, wave: int, is_open: bool, name: str = "", week: int | None = None) -> Paragraph:
    """Which partnership and wave, and how it is; in the weekly message the number of the week instead."""
    state = say("week {week}", week=week) if week else say("open") if is_open else say("closed")
    which = say("round {wave} “{name}”", wave=wave, name=name) if name else say("round {wave}", wave=wave)
    return (say("<b>{partnership} · {round} · {state}</b>", partnership=partnership.name, round=which, state=state),)


def standing(started: int, completed: int, invited: int = 0) -> Paragraph:
    """How many began and how many are finished, in a sentence each; and how many were invited, when that is more."""
    asked = say_n("{count} person was invited.", "{count} people were invited.", invited)
    return (
        *((asked,) if invited > started else ()),
        say_n("{count} person has started.", "{count} people have started.", started),
        say_n("{count} person is finished.", "{count} people are finished.", completed),
    )


def _heading(summary: Summary) -> Paragraph:
    return heading(summary.partnership, summary.wave, summary.is_open, summary.name)


def _turnout(summary: Summary) -> Paragraph:
    stands = joined(standing(summary.started, summary.completed, summary.invited), " ")
    newcomers = say_n("{count} person joined this week.", "{count} people joined this week.", summary.new)
    return (stands, newcomers) if summary.is_open and summary.new else (stands,)


def why_none(summary: Summary) -> Paragraph:
    when = when_there_are_scores(summary.partnership.minimum_group, is_open=summary.is_open)
    not_these = say("Coordinators and readers do not count here.")
    why = (say("That way the answers of one person do not stand out."),) if summary.is_open else ()
    return (when, not_these, *why)


def when_there_are_scores(k: int, *, is_open: bool) -> Phrase:
    """For a wave of which nothing is published."""
    if not is_open:
        return say("Fewer than {k} people finished this round. That is why we show no scores.", k=k)
    return say("You see the scores when the round closes, or once {enough} people are finished.", enough=2 * k)


def _table(summary: Summary) -> Paragraph:
    scores, before = summary.scores, summary.before
    lines = [_line(d.plain, scores.dimensions.get(d.key), before.get(d.key)) for d in summary.checklist.dimensions]
    if summary.is_open and not summary.is_renewed:
        lines.insert(0, say("The scores are the same as last week:"))
    lines.append(_line(say("Mean of all statements"), scores.total, summary.total_before))
    return (*lines, *of_the_first(summary))


def of_the_first(summary: Summary) -> Paragraph:
    """While a wave is open, not everybody who is finished counts yet."""
    if not summary.is_open:
        return ()
    return (
        say(
            "These are the scores of the first {n} people. New people count as soon as there are enough of them.",
            n=summary.people,
        ),
    )


def _line(what: Phrase, now: Score | None, then: Score | None) -> Phrase:
    if not now:
        return say("{dimension}: no score", dimension=what)
    line = say("{dimension}: <b>{score}</b> (n = {n})", dimension=what, score=now.shown, n=now.people)
    return joined((line, say("was {score} (n = {n})", score=then.shown, n=then.people))) if then else line


def _change(summary: Summary) -> tuple[Paragraph, ...]:
    return comparison.paragraphs(summary.checklist, summary.since, set(summary.before)) if summary.since else ()


def _strong_and_weak(summary: Summary) -> Paragraph:
    """Which statements stand out, in what is shown: equal scores are not called strong and weak."""
    order = summary.by_score
    if len(order) < 2:
        return ()
    weak, strong = order[0], order[-1]
    if summary.items[weak].shown == summary.items[strong].shown:
        return (say("All statements have the same score: {score}.", score=summary.items[weak].shown),)
    return (
        _outstanding(summary, say("Strong: {plain} ({score})"), strong),
        _outstanding(summary, say("Needs attention: {plain} ({score})"), weak),
    )


def _outstanding(summary: Summary, said: Phrase, item: int) -> Phrase:
    """A statement, and how many others share its score."""
    return with_others(summary, said.of(plain=_plain(summary, item), score=summary.items[item].shown), [item])


def with_others(summary: Summary, line: Phrase, named: Sequence[int]) -> Phrase:
    """The line, and how many others than those that are `named` share the score of the last of them."""
    score = summary.items[named[-1]].shown
    others = sum(one.shown == score for item, one in summary.items.items() if item not in named)
    if not others:
        return line
    more = say_n("{count} more statement has this score.", "{count} more statements have this score.", others)
    return joined((line, more), " ")


def _views(summary: Summary) -> Paragraph:
    """Where residents and professionals see a dimension differently, as far as both may be shown."""
    differences = sorted(_differences(summary), key=lambda found: -abs(found[1].mean - found[2].mean))
    lines = [
        say(
            "Residents and volunteers see “{dimension}” differently from people for whom this is work: "
            "{residents} (n = {n}) and {professionals} (n = {m}).",
            dimension=dimension,
            residents=residents.shown,
            n=residents.people,
            professionals=professionals.shown,
            m=professionals.people,
        )
        for dimension, residents, professionals in differences[:MOST_DIFFERENCES]
    ]
    if lines:
        lines.append(say("A difference is not good or bad. Some people say yes sooner than others. Talk about it."))
    return tuple(lines)


def _differences(summary: Summary) -> list[tuple[Phrase, Score, Score]]:
    residents, professionals = (summary.groups.get(group, {}) for group in ("resident", "professional"))
    both = {item: (residents[item], professionals[item]) for item in residents if item in professionals}
    views = comparison.dimensions(summary.checklist, both)
    pairs = [(one.plain, *views[one.key]) for one in summary.checklist.dimensions if one.key in views]
    return [found for found in pairs if abs(found[1].mean - found[2].mean) >= DIFFERENT_VIEW]


def _questions(summary: Summary) -> Paragraph:
    """Two questions to talk about: from the weakest item, and from the most divided one."""
    weakest, *others = summary.by_score
    questions = [say("1. “{plain}” What is needed for that, and who can help?", plain=_plain(summary, weakest))]
    if most := [item for item in divided(summary) if item != weakest]:
        questions.append(say("2. “{plain}” We see this differently. Why is that?", plain=_plain(summary, most[0])))
    elif others:
        questions.append(say("2. “{plain}” What is a first small step?", plain=_plain(summary, others[0])))
    return (say("<b>To talk about:</b>"), *questions)


def differ(summary: Summary) -> bool:
    """Whether there is a highest and a lowest score at all, as they are shown."""
    return len({score.shown for score in summary.items.values()}) > 1


def strongest(summary: Summary) -> list[int]:
    """The upper half of the statements, the highest score first; none where all are alike."""
    return _half(summary, summary.by_score[::-1])


def weakest(summary: Summary) -> list[int]:
    """The lower half of the statements, the lowest score first; none where all are alike."""
    return _half(summary, summary.by_score)


def _half(summary: Summary, order: Sequence[int]) -> list[int]:
    """The first half, without a score that others in the other half share; but what the first has is high, or low."""
    shown, half = {item: summary.items[item].shown for item in order}, len(order) // 2
    others = {shown[item] for item in order[-half:]} - ({shown[order[0]]} if differ(summary) else set())
    return [item for item in order[:half] if shown[item] not in others]


def divided(summary: Summary) -> list[int]:
    """Statements that people answered very differently, the most divided first: where enough people are behind it."""
    enough = (item for item, score in summary.items.items() if score.n >= ENOUGH_FOR_SPREAD)
    found = (item for item in enough if summary.spread[item] >= DIVIDED)
    return sorted(found, key=lambda item: (-summary.spread[item], item))


def most_divided(summary: Summary) -> tuple[Paragraph, ...]:
    """Some of these, and what that means."""
    lines = tuple(
        say("{number}. {plain}", number=item, plain=_plain(summary, item)) for item in divided(summary)[:MOST_DIVIDED]
    )
    heading = say("<b>Here some people say yes and others no:</b>")
    return ((heading, *lines),) if lines else ()


def _tip(summary: Summary) -> Paragraph:
    """Where people stop, and what helps. Not how many: beside the numbers under /status, fewer would follow from it."""
    part = max(summary.stops, key=lambda one: (summary.stops[one], -one), default=0)
    if not summary.is_open or summary.stops.get(part, 0) < summary.partnership.minimum_group:
        return ()
    here = say("{k} or more people are at part {part} now.", k=summary.partnership.minimum_group, part=part)
    return (joined((here, say("A tip: tell people that they can stop and go on later.")), " "),)


def _plain(summary: Summary, item: int) -> Phrase:
    return summary.checklist.items[item].plain
