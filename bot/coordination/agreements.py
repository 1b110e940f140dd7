"""Agreements: a coordinator writes down what was agreed after a round, and later what came of it.

Every button names the agreement that it was made for, and what would overwrite or remove it also how it stood then: of
two who change one, the second is told, and nothing that was typed is lost.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bot.coordination.request import RIGHT, Asked, action, length_of, local, too_long
from bot.survey.agreements import (
    DONE,
    FURTHEST,
    LONGEST,
    MOST,
    Agreement,
    Typed,
    asking,
    deadline,
    example_day,
    lines,
    read,
    written,
)
from bot.survey.conversation.buttons import MOST as MOST_ID
from bot.survey.conversation.views import Field, Paragraph, Row, View, in_rows
from bot.survey.phrases import Phrase, command, joined, say
from bot.survey.whole_numbers import as_number
from storage import agreements, partnerships, waves
from storage.partnerships import Wave

LABELS = {"what": say("What will you do?"), "who": say("Who does it?"), "by_when": say("By when is it ready?")}
WHO_READS = say("Do you name somebody? First ask if that is all right. Whoever took part or reads along can read it.")
MAY_BE_EMPTY = say("Do you not know this yet? Then leave it empty.")
NOT_YET = say("You can do this when the first round is closed.")
NOTHING_YET = (
    say("There are no agreements yet."),
    say("Talk about the result together. Agree on one to three things: what will you do, who does it, by when?"),
)
FULL = say("There are {most} agreements. That is the most. Remove one first.", most=MOST)
GONE = say("That agreement is not there any more: somebody removed it.")
GONE_MEANWHILE = say("Somebody removed this agreement. Do you save again? Then it is a new one.")
CHANGED = say("Somebody else changed this agreement. It was not removed. Please look at it again.")
CHANGED_MEANWHILE = say("Somebody else changed this agreement. Do you save again? Then your text takes its place.")
OTHER_ROUND = say("Another round is closed by now. Do you save again? Then this agreement belongs to that round.")
TOO_MANY_PARTS = say("That did not work. Please look at the example.")


@action("agreement", for_viewers=True)
def agreement(asked: Asked) -> View:
    """Those made after one round: the newest that is closed, or an earlier one."""
    wave = _chosen(asked) or _newest(asked)
    return _of(asked, wave) if wave else _not_yet(asked)


def _chosen(asked: Asked) -> Wave | None:
    number = as_number(asked.argument, asked.wave.number)
    return waves.numbered(asked.tx, asked.partnership.id, number) if number in _some(asked) and number else None


def _some(asked: Asked) -> list[int]:
    return agreements.waves_with_some(asked.tx, asked.partnership.id)


def _newest(asked: Asked) -> Wave | None:
    """The wave that agreements are made about now: the newest that is closed, also while the first is open again."""
    wave = waves.before(asked.tx, asked.partnership.id, asked.wave) if asked.is_open else asked.wave
    return wave or (asked.wave if _some(asked) else None)


def _not_yet(asked: Asked) -> View:
    return View(((NOT_YET,),), (asked.back(),))


def _of(asked: Asked, wave: Wave, *told: Phrase) -> View:
    """All of one round, with what was just done on top."""
    found, newest = agreements.of_wave(asked.tx, wave.id), _newest(asked)
    is_newest = newest is not None and newest.number == wave.number
    title = say("<b>Agreements after round {wave}</b>", wave=wave.number)
    text: tuple[Paragraph, ...] = ((title, *lines(found)),) if found else ((title,), NOTHING_YET)
    others = [str(number) for number in _some(asked) if number != wave.number]
    rows = (
        *(_for_coordinators(asked, wave, found, is_newest=is_newest) if asked.seat.role == "coordinator" else ()),
        *in_rows(asked.choices("agreement", {one: say("Round {wave}", wave=one) for one in others})),
        asked.back(),
    )
    at = None if told else asked.at("agreement", "-" if is_newest else str(wave.number))
    return View((told, *text) if told else text, rows, at=at)


def _for_coordinators(asked: Asked, wave: Wave, found: tuple[Agreement, ...], *, is_newest: bool) -> tuple[Row, ...]:
    """What was agreed after an earlier round is not worded anew; a name in it can always go."""
    add = asked.button(say("Add an agreement"), "agreement_add")
    share = asked.button(say("Tell everybody what you will do"), "share")
    done = asked.button(say("What is done?"), "agreement_done", f"{wave.number}.-")
    return (
        *(_of_one(asked, one, is_newest=is_newest) for one in found),
        *(((add,),) if is_newest and len(found) < MOST else ()),
        *(((done,),) if found else ()),
        *(((share,),) if is_newest and found and not wave.answered_at else ()),
    )


def _of_one(asked: Asked, one: Agreement, *, is_newest: bool) -> Row:
    change = asked.button(say("Change {number}", number=one.number), "agreement_edit", one.id)
    remove = asked.button(say("Remove {number}", number=one.number), "agreement_remove", f"{one.id}.{one.version}")
    return (change, remove) if is_newest else (remove,)


@action("agreement_add")
def _add(asked: Asked, wrong: Mapping[str, Phrase] = RIGHT) -> View:
    wave = _newest(asked)
    if wave is None:
        return _not_yet(asked)
    if not wrong and len(agreements.of_wave(asked.tx, wave.id)) >= MOST:
        return _of(asked, wave, FULL)
    title = say("<b>An agreement after round {wave}</b>", wave=wave.number)
    form = asked.form(asked.at("agreement_new", str(wave.number)), say("Save"), _fields(asked), wrong)
    text = ((title,),) if form else ((title,), _to_type(say("For example:"), _example(asked)))
    return View(text, (asked.back("agreement"),), form, asked.at("agreement_add"))


def _example(asked: Asked) -> str:
    what, who = (asked.texts.word(word, asked.seat.language) for word in (say("A bench in the park"), say("Fatima")))
    return f"{what} ; {who} ; {example_day(_today(asked))}"


def _to_type(how: Phrase, line: str) -> Paragraph:
    typed = say("/{agreement} {line}", agreement=command("agreement"), line=line)
    about = say("Type what you will do, who does it and by when it is ready. Put a ; in between.")
    return (about, how, typed, WHO_READS)


def _fields(asked: Asked, one: Agreement | None = None) -> tuple[Field[Phrase], ...]:
    today, day = _today(asked), one and one.by_when
    between = (today.isoformat(), (today + FURTHEST).isoformat())
    return (
        Field("what", LABELS["what"], one.what if one else "", "text"),
        Field("who", LABELS["who"], one.who if one else "", hint=WHO_READS),
        Field("by_when", LABELS["by_when"], day.isoformat() if day else "", "date", MAY_BE_EMPTY, between),
    )


def _today(asked: Asked) -> date:
    return local(asked.partnership, asked.now).date()


@action("agreement_new")
def _new(asked: Asked) -> View:
    """A form with a new one."""
    wave = _newest(asked)
    if wave is None:
        return _not_yet(asked)
    facts, wrong = _checked(asked, {"what": "", **asked.filled})
    if not wrong and not asked.is_about(wave.number):
        wrong = {"what": OTHER_ROUND}
    if not wrong and not agreements.add(asked.tx, wave.id, facts, _today(asked)):
        wrong = {"what": FULL}
    return _add(asked, wrong) if wrong else _of(asked, wave)


def _checked(
    asked: Asked, given: Mapping[str, str], one: Agreement | None = None
) -> tuple[dict[str, Any], dict[str, Phrase]]:
    """What is right of what was filled in, and what is wrong with the rest."""
    facts: dict[str, Any] = {name: partnerships.tidy(given[name]) for name in LONGEST if name in given}
    wrong = {name: why for name, text in facts.items() if (why := too_long(length_of(text), LONGEST[name]))}
    if facts.get("what") == "":
        wrong["what"] = say("Write what you will do.")
    day = _day(asked, given["by_when"].strip(), one) if "by_when" in given else None
    if isinstance(day, Phrase):
        wrong["by_when"] = day
    elif "by_when" in given:
        facts["by_when"] = day
    return {name: fact for name, fact in facts.items() if name not in wrong}, wrong


def _day(asked: Asked, text: str, one: Agreement | None) -> date | Phrase | None:
    return deadline(text, _today(asked), one.by_when if one else None) if text else None


@action("agreement_edit")
def _edit(asked: Asked, wrong: Mapping[str, Phrase] = RIGHT) -> View:
    """One of them, to be written anew."""
    one, newest = _found(asked), _newest(asked)
    if one is None or newest is None:
        return _gone(asked)
    if one.wave != newest.number:
        return _of_an_earlier_round(asked, one)
    form = asked.form(asked.at("agreement_write", f"{one.id}.{one.version}"), say("Save"), _fields(asked, one), wrong)
    title = (say("<b>Change agreement {number}</b>", number=one.number), *lines((one,)))
    text = (title,) if form else (title, _to_type(say("Copy this, change it, and send it:"), written(one)))
    return View(text, (asked.back("agreement"),), form, asked.at("agreement_edit", str(one.id)))


def _found(asked: Asked) -> Agreement | None:
    """The one that a button or a form is about."""
    number = as_number(asked.argument.partition(".")[0], MOST_ID)
    return agreements.find(asked.tx, asked.partnership.id, number) if number else None


def _gone(asked: Asked) -> View:
    wave = _newest(asked)
    return _of(asked, wave, GONE) if wave else _not_yet(asked)


def _of_an_earlier_round(asked: Asked, one: Agreement) -> View:
    told = say("This agreement belongs to an earlier round. You can say what is done, or remove it.")
    return _beside(asked, one, told)


def _beside(asked: Asked, one: Agreement, *told: Phrase) -> View:
    """The round that this one belongs to."""
    wave = waves.numbered(asked.tx, asked.partnership.id, one.wave)
    return _of(asked, wave, *told) if wave else _not_yet(asked)


def _is_as_it_was(asked: Asked, one: Agreement) -> bool:
    return asked.argument.partition(".")[2] == one.version


@action("agreement_write")
def _write(asked: Asked) -> View:
    """A form with changes to one of them."""
    one, newest = _found(asked), _newest(asked)
    if one is None:
        return _add(asked, {"what": GONE_MEANWHILE})
    if newest is None or one.wave != newest.number:
        return _of_an_earlier_round(asked, one)
    facts, wrong = _checked(asked, asked.filled, one)
    if not wrong and not _is_as_it_was(asked, one):
        wrong = dict.fromkeys(asked.filled, CHANGED_MEANWHILE)
    if wrong:
        return _edit(asked, wrong)
    if facts:
        agreements.change(asked.tx, one.id, **facts)
    return _of(asked, newest)


@action("agreement_typed")
def _typed(asked: Asked) -> View:
    """What is typed behind the command: a new one, or one by its number with what takes its place."""
    wave, typed = _newest(asked), read(asked.argument)
    if wave is None:
        return _not_yet(asked)
    if typed is None:
        return _add(asked).under(TOO_MANY_PARTS)
    if typed.number is None:
        return _typed_new(asked, wave, typed)
    found = {one.number: one for one in agreements.of_wave(asked.tx, wave.id)}
    if typed.number not in found:
        return _of(asked, wave, say("There is no agreement {number}.", number=typed.number))
    return _typed_anew(replace(asked, argument=str(found[typed.number].id)), wave, typed)


def _typed_new(asked: Asked, wave: Wave, typed: Typed) -> View:
    """A day that is wrong is left out, and told: the rest is kept."""
    facts, wrong = _checked(asked, _given(typed))
    if wrong.keys() - {"by_when"}:
        return _add(asked).under(*_told(wrong))
    if not agreements.add(asked.tx, wave.id, facts, _today(asked)):
        return _of(asked, wave, FULL)
    return _of(asked, wave, say("This agreement is written down."), *_told(wrong))


def _typed_anew(asked: Asked, wave: Wave, typed: Typed) -> View:
    """What stood there before is told: somebody else may have just written it."""
    one, given = _found(asked), _given(typed)
    if one is None or not any(given.values()):
        return _edit(asked)
    facts, wrong = _checked(asked, given, one)
    if wrong.keys() - {"by_when"}:
        return _edit(asked).under(*_told(wrong))
    agreements.change(asked.tx, one.id, **facts)
    was = say("Agreement {number} is changed. It was:", number=one.number)
    return _of(asked, wave, was, *lines((one,)), *_told(wrong))


def _given(typed: Typed) -> dict[str, str]:
    return {name: getattr(typed, name) for name in LABELS}


def _told(wrong: Mapping[str, Phrase]) -> Paragraph:
    return tuple(joined((LABELS[name], why), " ") for name, why in wrong.items())


@action("agreement_remove")
def _remove(asked: Asked) -> View:
    """At once: what it was is told, and can be added again."""
    one = _found(asked)
    if one is None:
        return _gone(asked)
    if not _is_as_it_was(asked, one):
        return _beside(asked, one, CHANGED)
    agreements.remove(asked.tx, one.id)
    return _beside(asked, one, say("Agreement {number} is removed. It was:", number=one.number), *lines((one,)))


@action("agreement_done")
def _done(asked: Asked) -> View:
    """What is done of those of one round, as a button may have said just now."""
    which, _, done = asked.argument.partition(".")
    if done not in DONE:
        return _what_is_done(asked, as_number(which, asked.wave.number))
    one = _found(asked)
    if one is None:
        return _gone(asked)
    agreements.change(asked.tx, one.id, done=done)
    return _what_is_done(asked, one.wave)


def _what_is_done(asked: Asked, number: int | None) -> View:
    wave = waves.numbered(asked.tx, asked.partnership.id, number) if number else None
    found = agreements.of_wave(asked.tx, wave.id) if wave else ()
    if not found:
        return agreement(replace(asked, argument="-"))
    view = asking(asked.partnership.id, found)
    return replace(view, at=asked.at("agreement_done", f"{number}.-"))
