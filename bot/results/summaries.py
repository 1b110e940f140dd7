"""Summaries: what may be released is released, read, put in words and a picture, and sent when a wave is closed."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from bot.letters import Letter
from bot.rendering import attachments
from bot.rendering.charts import Bar, Picture
from bot.results import open_answers
from bot.survey.calendar import decent, week_of, zone
from bot.survey.conversation.buttons import Coordinate
from bot.survey.conversation.dialogue import Dialogue, Partnership
from bot.survey.conversation.screens import ALL_STATEMENTS, all_statements
from bot.survey.conversation.views import Button, Paragraph, Row, View, in_rows
from bot.survey.phrases import Phrase, joined, say, say_n, verbatim
from bot.survey.scores import summary
from bot.survey.scores.comparison import Comparison, held_against
from bot.survey.scores.disclosure import EVERYONE
from bot.survey.scores.scoring import Score, Scores, told
from bot.survey.scores.summary import Summary
from bot.texts.texts import Texts
from storage import agreements, coordinators, letters, published, retention, waves, wordings
from storage.coordinators import Recipient
from storage.engine.database import Tx
from storage.partnerships import Wave
from storage.published import Cell
from storage.turnout import progress_since, stops, turnout_of

WEEK = timedelta(days=7)
CLOCK_BACK = timedelta(days=35)  # a post of a later week than this is of a clock that was wrong
EACH_WEEK = {"invite": say("Invite"), "status": say("Status"), "close": say("Close the round")}
REPORT = say("Report and discussion sheet")
AFTER_CLOSING = {
    "agreement": say("Agreements"),
    "share": say("Tell everybody what you will do"),
    "open": say("Open a next round"),
    "home": say("Menu"),
}


def announce_close(tx: Tx, texts: Texts, found: Summary, wave: Wave, due: datetime) -> None:
    """Write the final summary to everybody with a seat. Everybody else hears of it by a tick, some at a time."""
    partnership, paragraphs = found.partnership, summary.paragraphs(found)
    closing = f"{wave.closed_at:%Y%m%d%H%M%S}"  # a wave that was opened again is closed again
    for recipient in coordinators.recipients(tx, partnership.id):
        wrote = open_answers.told(tx, partnership, wave, recipient.role)
        rows = (*_to_scores(found, recipient), *wrote.rows, *_rows(partnership, recipient, AFTER_CLOSING, 1))
        about = say("{partnership}: the result of round {wave}", partnership=partnership.name, wave=wave.number)
        until = reachable_until(tx, partnership, recipient.role, due)
        view = View((*paragraphs, wrote.lines, until), rows, about=about)
        _post(tx, texts, recipient, found, view, f"final:{recipient.contact}:{wave.id}:{closing}", due)


def reachable_until(tx: Tx, partnership: Partnership, role: str, now: datetime) -> Paragraph:
    """Where nothing is open or planned, a coordinator reads until when the same people can be asked again."""
    ends = retention.ends_at(tx, partnership) if role == "coordinator" else None
    if not ends or ends <= now:
        return ()
    forgets = say(
        "Is no round open or planned on {date}? Then we forget how to reach people. So plan the next one before that.",
        date=ends.astimezone(zone(partnership.timezone)).date(),
    )
    return (forgets,)


def send_again(tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, now: datetime) -> None:
    """The summary as it is now, to everybody with a seat whom nothing could be written to: perhaps it can be again."""
    taken_back, found = coordinators.take_back(tx, partnership.id, now), read_summary(tx, texts, partnership, wave, now)
    for recipient in coordinators.recipients(tx, partnership.id):
        if recipient.contact in taken_back:
            key = f"final:again:{recipient.contact}:{wave.id}:{now:%Y%m%d%H%M%S}"
            about = say("{partnership}: the summary once more", partnership=partnership.name)
            _post(tx, texts, recipient, found, View(summary.paragraphs(found), about=about), key, now)


def tell_result(tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, most: int, now: datetime) -> int:
    """Write the group result to some of the respondents who asked for it; how many."""
    waiting = coordinators.waiting_for_result(tx, wave.id, most)
    if waiting:
        found = read_summary(tx, texts, partnership, wave, now)
        due, paragraphs = decent(now, partnership.timezone), summary.result(found)
        for recipient in waiting:
            rows = (all_statements(recipient.response),) if found.items else ()
            view = View(paragraphs, rows, about=say("The result of the group is there"))
            key = f"result:{recipient.contact}:{wave.id}"
            _post(tx, texts, recipient, found, view, key, due, partnership.timezone)
    return len(waiting)


def once_more(tx: Tx, texts: Texts, dialogue: Dialogue, below: View, now: datetime) -> list[Letter]:
    """The group result of a closed wave, for somebody who asks for it there: no letter is the only copy of it."""
    wave = waves.numbered(tx, dialogue.partnership.id, dialogue.wave)
    assert wave  # noqa: S101 - they have a response in it
    found = read_summary(tx, texts, dialogue.partnership, wave, now)
    view = View((*summary.result(found), *below.paragraphs), below.rows)
    shown = texts.letter(view, dialogue.language)
    return [*([drawn(texts, found, dialogue.language)] if found.items else ()), shown]


def release(tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, post: datetime, now: datetime) -> bool:
    """Release for this week's post what may be released by now, where somebody waits for it; whether there was any."""
    if not coordinators.waiting_for_post(tx, partnership.id, wave.id, _weeks(partnership, post), post):
        return False
    before, k = published.last(tx, wave.id), partnership.minimum_group
    return published.publish(tx, texts.checklist, wave.id, k, now, final=False) > before


def weekly(tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, post: datetime, now: datetime) -> bool:
    """Write this week's post to those who did not get it yet; whether there was somebody."""
    number, last_week = _weeks(partnership, post)
    waiting = coordinators.waiting_for_post(tx, partnership.id, wave.id, (number, last_week), post)
    if waiting:
        last = coordinators.last_post(tx, partnership.id, wave.id) or wave.opened_at
        found = read_summary(tx, texts, partnership, wave, now, since=last)
        due = decent(now, partnership.timezone) if now - post > timedelta(hours=1) else now
        week = week_of(post, partnership.timezone)[1]
        about = say("{partnership}: summary of week {week}", partnership=partnership.name, week=week)
        paragraphs, with_picture = summary.post(found, week), bool(found.items) and found.is_renewed
        for recipient in waiting:
            view = View(paragraphs, _rows(partnership, recipient, EACH_WEEK, 3), about=about)
            key = f"summary:{recipient.contact}:{wave.id}:{number}"
            _post(tx, texts, recipient, found, view, key, due, with_picture=with_picture)
    return bool(waiting)


def _weeks(partnership: Partnership, post: datetime) -> tuple[str, str]:
    """The week of a post, as it stands in its key, and the last one whose post a clock that was wrong did not write."""
    this, last = (week_of(moment, partnership.timezone) for moment in (post, post + CLOCK_BACK))
    return f"{this[0]}-W{this[1]:02}", f"{last[0]}-W{last[1]:02}"


def read_summary(
    tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, now: datetime, since: datetime | None = None
) -> Summary:
    """Release what may be released, and read what was. What is new is what came `since`, a week ago when not told."""
    is_open, before = wave.closed_at is None, waves.before(tx, partnership.id, wave)
    k = partnership.minimum_group
    published.publish(tx, texts.checklist, wave.id, k, now, final=not is_open)
    unchanged = wordings.comparable(tx, before.id, wave.id, partnership.language, k) if before else set()
    if before and not is_open:
        published.compare(tx, texts.checklist, before.id, wave.id, unchanged, k)
    everyone = published.read(tx, wave.id, EVERYONE)
    turnout, since = turnout_of(tx, wave.id), since or now - WEEK
    new, finished = progress_since(tx, wave.id, since)
    return Summary(
        checklist=texts.checklist,
        partnership=partnership,
        wave=wave.number,
        name=wave.name,
        is_open=is_open,
        invited=turnout.invited,
        started=turnout.started,
        completed=turnout.completed,
        new=new,
        finished=finished,
        stops=_by_part(texts, stops(tx, wave.id)),
        items=(items := means(everyone, k)),
        spread={item: cell.spread for item, cell in everyone.items()},
        groups={group: read_means(tx, wave.id, group, k) for group in published.GROUPS},
        is_renewed=waves.renewed_since(tx, wave.id, since),
        since=_comparison(tx, before, wave, items, k, unchanged) if before else None,
        agreed=agreements.of_wave(tx, before.id) if before else (),
    )


def _comparison(tx: Tx, before: Wave, wave: Wave, now: Mapping[int, Score], k: int, unchanged: set[int]) -> Comparison:
    """From what was published of both waves."""
    then = read_means(tx, before.id, EVERYONE, k)
    halves = published.read_same(tx, before.id, wave.id).items()
    same = {item: (told(one.score, one.people, k), told(other.score, other.people, k)) for item, (one, other) in halves}
    return held_against(before.number, then, now, same, unchanged)


def _to_scores(found: Summary, to: Recipient) -> tuple[Row, ...]:
    """They name their wave: the message stands there still when there is a next one."""
    if not found.items or to.role != "coordinator":
        return ()
    actions = {"table": ALL_STATEMENTS, "report": REPORT}
    return tuple(
        (Button(text, Coordinate(found.partnership.id, name, str(found.wave))),) for name, text in actions.items()
    )


def _rows(partnership: Partnership, to: Recipient, actions: Mapping[str, Phrase], width: int) -> tuple[Row, ...]:
    if to.role != "coordinator":
        return ()
    return in_rows((Button(label, Coordinate(partnership.id, action)) for action, label in actions.items()), width)


def bars(
    texts: Texts, asked_by: Partnership, scores: Scores, spoken: str, before: Mapping[str, Score] | None = None
) -> tuple[Bar, ...]:
    """The six dimensions in their order, each with its score where there is one, and the one before."""
    now = {key: score.shown for key, score in scores.dimensions.items()}
    then = {key: score.shown for key, score in (before or {}).items() if key in now}

    def bar(key: str, name: Phrase) -> Bar:
        return Bar(texts.word(name, spoken), now.get(key), then.get(key), key if asked_by.pictograms else "")

    return tuple(bar(dimension.key, dimension.plain) for dimension in texts.checklist.dimensions)


def picture(texts: Texts, summary: Summary, spoken: str) -> Picture:
    """The six dimensions as a drawing, in words of one language."""
    word, scores, since = partial(texts.word, language=spoken), summary.scores, summary.since
    previous = summary.total_before.shown if summary.total_before else None
    return Picture(
        title=summary.partnership.name,
        subtitle=word(_subtitle(summary)),
        bars=bars(texts, summary.partnership, scores, spoken, summary.before),
        total=Bar(word(say("Mean of all statements")), scores.total.shown, previous) if scores.total else None,
        legend_now=word(say("round {wave}", wave=summary.wave)),
        legend_before=word(say("round {wave}", wave=since.wave)) if since else "",
        no_score=word(say("no score")),
        source=word(say("Coordinated Action Checklist, 26 statements")),
        language=spoken,
    )


def _subtitle(summary: Summary) -> Phrase:
    people = say_n("{count} person", "{count} people", summary.people)
    which = say("Round {wave}", wave=summary.wave)
    return joined((which, *([verbatim(summary.name)] if summary.name else []), people), " · ")


def _post(
    tx: Tx,
    texts: Texts,
    to: Recipient,
    found: Summary,
    view: View,
    key: str,
    due: datetime,
    timezone: str | None = None,
    *,
    with_picture: bool = True,
) -> None:
    picture = drawn(texts, found, to.language) if found.items and with_picture else None
    letters.enqueue(tx, to.contact, texts.letter(view, to.language), due, key, timezone, picture)


def drawn(texts: Texts, found: Summary, spoken: str) -> Letter:
    title = summary.heading(found.partnership, found.wave, found.is_open, found.name)
    return Letter(texts.render(View((title,)), spoken), attachment=attachments.picture(picture(texts, found, spoken)))


def read_means(tx: Tx, wave: int, cell: str, k: int) -> dict[int, Score]:
    """What is published by now, of everyone or of a group, as it may be shown; nothing is released for it."""
    return means(published.read(tx, wave, cell), k)


def means(cells: dict[int, Cell], k: int) -> dict[int, Score]:
    """As they may be shown."""
    return {item: told(cell.score, cell.people, k) for item, cell in cells.items()}


def _by_part(texts: Texts, given: dict[int, int]) -> Mapping[int, int]:
    """From the number of answers given to the part people stand at; whoever gave all 26 only has to tap Done."""
    found = Counter[int]()
    for answered, people in given.items():
        found[texts.checklist.part_of(min(answered + 1, len(texts.checklist.items)))] += people
    return found
