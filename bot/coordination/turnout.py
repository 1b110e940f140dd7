"""The status of a wave: how many take part, by which place they came, where they stop, and whether many came at once.

Counts of few people are left out, together with those from which they would follow.
"""

from collections.abc import Sequence

from bot.coordination.request import Asked, action, closes_by_itself, label_of, local
from bot.survey.conversation.views import Paragraph, View
from bot.survey.phrases import Phrase, say, say_n, verbatim
from bot.survey.scores.summary import standing
from bot.survey.scores.turnout import busiest_hour, shown
from storage import partnerships
from storage.turnout import PlaceTurnout, modes_of, newcomers, places_of, stopped, stops, turnout_of


@action("status")
def _status(asked: Asked) -> View:
    tx, wave, k = asked.tx, asked.wave.id, asked.partnership.minimum_group
    turnout, places = turnout_of(tx, wave), _places(asked)
    opened = partnerships.openings(tx, asked.partnership.id) - asked.wave.openings_before
    gone = stopped(tx, wave)
    counts = [
        say_n("A link was opened {count} time.", "A link was opened {count} times.", opened),
        *standing(turnout.started, turnout.completed, turnout.invited),
    ]
    if asked.is_open:
        counts += closes_by_itself(asked.partnership, asked.wave.closes_at)
    if gone:
        counts.append(say_n("{count} person wants no more messages.", "{count} people want no more messages.", gone))
    counts += _many_at_once(asked, turnout.started)
    paragraphs = (asked.heading, tuple(counts), *_per_place(places, k), *_where_they_stop(asked, k))
    return View(paragraphs, asked.menu)


def _places(asked: Asked) -> Sequence[PlaceTurnout]:
    """Everybody of this wave once: who was helped or answered on paper, and of the others by which place they came."""
    places, modes = places_of(asked.tx, asked.partnership.id, asked.wave.id), modes_of(asked.tx, asked.wave.id)
    return (*(one for one in places if one.started or not one.for_helpers), *modes)


def _many_at_once(asked: Asked, started: int) -> Paragraph:
    """The release rule counts whoever it can tell apart; many newcomers at once may be one person many times. One less
    than k is enough to learn what the next one answers."""
    k = asked.partnership.minimum_group
    many, since = busiest_hour(newcomers(asked.tx, asked.wave.id)) or (0, asked.now)
    if many < k - 1:
        return ()
    parts = {"in that hour": (many,), "at another time": (started - many,)}
    count = verbatim(many) if shown(parts, k) else say("{k} or more", k=k - 1)
    day = local(asked.partnership, since).date()
    return (
        say("On {date} {count} people joined within one hour.", date=day, count=count),
        say("Was that a meeting? If you do not know why: perhaps somebody took part several times."),
    )


def _per_place(places: Sequence[PlaceTurnout], k: int) -> list[Paragraph]:
    """Counts of fewer than k could be about one person who is known to have come in there."""
    if len(places) < 2:
        return []
    started = shown({place.code: (place.started,) for place in places}, k)
    finished = shown({place.code: (place.completed, place.started - place.completed) for place in places}, k)
    lines = (_at_place(place, place.code in started, place.code in started & finished) for place in places)
    return [(say("<b>Per place</b>"), *lines, *_left_out(len(places) - len(started & finished), k))]


def _at_place(place: PlaceTurnout, started: bool, finished: bool) -> Phrase:
    name, began, done = label_of(place), place.started, place.completed
    if finished:
        return say("{place}: {started} people started, {completed} finished", place=name, started=began, completed=done)
    if started:
        return say("{place}: {started} people started", place=name, started=began)
    return say("{place}: not shown", place=name)


def _left_out(numbers: int, k: int) -> Paragraph:
    if not numbers:
        return ()
    return (
        say("We do not show numbers of fewer than {k} people.", k=k),
        say("We also leave out a number when another one would follow from it."),
    )


def _where_they_stop(asked: Asked, k: int) -> list[Paragraph]:
    given = stops(asked.tx, asked.wave.id)
    may, last = shown({answered: (people,) for answered, people in given.items()}, k), len(asked.texts.checklist.items)
    lines = [
        say_n("Statement {number}: {count} person", "Statement {number}: {count} people", people, number=answered + 1)
        if answered < last
        else say_n("Did not tap Done yet: {count} person", "Did not tap Done yet: {count} people", people)
        for answered, people in sorted(given.items())
        if answered in may
    ]
    where = say("<b>Where people are now</b>") if asked.is_open else say("<b>Where people stopped</b>")
    return [(where, *lines)] if lines else []
