"""Recordings: on the page a coordinator lets the lines be read aloud, one at a time, and takes away what was recorded.

Nobody is recorded before they agreed to be heard. Which line it is, and who speaks, stands in the address: so one can
stop at any time, and go on later or on another phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.coordination.request import RIGHT, Asked, action, too_long
from bot.recordings import script
from bot.recordings.folders import InFolder, Recording
from bot.recordings.recordings import Place, Recordings
from bot.recordings.script import Line
from bot.survey.checklist import fingerprint
from bot.survey.conversation.aloud import read_by
from bot.survey.conversation.views import Button, Field, Paragraph, Row, View, in_rows
from bot.survey.free_text import length_of, tidy
from bot.survey.phrases import Phrase, joined, language, say, verbatim
from bot.survey.sound import DOUBTS, TROUBLES, Sound, Trouble
from bot.survey.whole_numbers import as_number
from storage import recordings as kept
from storage.recordings import Speaker

MOST_LINES, MOST_SPEAKERS = 999, 999_999_999
BEGINNING = 40  # characters of a line, in the list of all
ON_THE_PAGE = say(
    "You record on the page. Make a link for a coordinator under “Team”, and open it in the browser of your phone."
)
OUT_OF_DATE = say("The words of this line have changed. Nobody hears the old recording.")
AGREES = say("I agree that my voice is heard by people of this partnership.")
TAKES_BACK = say("I can take this back. Then tell the coordinator: all that I recorded is deleted.")
"""Word for word what a speaker agrees to."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody is who records: a language, the number of a line, and who speaks. `before` is the line that they
    recorded just now, and what is not well with it; of a recording, the fingerprint of the words that they read."""

    language: str
    line: int = 0
    speaker: int = 0
    before: str = ""

    def __str__(self) -> str:
        return ".".join(filter(None, (self.language, str(self.line), str(self.speaker), self.before)))


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line, what people hear of it now, and whether the page has a recording of it, be it for other words."""

    line: Line
    heard: Recording | None
    is_own: bool

    @property
    def is_done(self) -> bool:
        """By a person."""
        return self.heard is not None and not self.heard.computer


def _spot(asked: Asked) -> Spot:
    code, *more = asked.argument.split(".")
    line, speaker, before, *_ = *more, "", "", ""
    spoken = code if code in asked.languages else asked.partnership.language
    return Spot(spoken, as_number(line, MOST_LINES) or 0, as_number(speaker, MOST_SPEAKERS) or 0, before)


def _lines(asked: Asked, code: str) -> list[Spoken]:
    recordings = asked.aloud.recordings(asked.tx, asked.partnership)
    every = script.lines(asked.texts, code, asked.partnership)
    return [_spoken(recordings, (asked.partnership.id, code, one.part.name), one) for one in every]


def _spoken(recordings: Recordings, place: Place, line: Line) -> Spoken:
    is_own = any(not isinstance(one, InFolder) for one in recordings.there(*place))
    return Spoken(line, recordings.find(*place, line.part.wording), is_own)


def told(asked: Asked) -> Phrase:
    """How much of each language is recorded."""
    return say(
        "Read aloud by people: {languages}", languages=joined([_in_short(asked, one) for one in asked.languages])
    )


def _in_short(asked: Asked, code: str) -> Phrase:
    lines = _lines(asked, code)
    return say("{language} {count} of {all}", language=language(code), count=_done(lines), all=len(lines))


def _done(lines: Sequence[Spoken]) -> int:
    return sum(one.is_done for one in lines)


@action("recordings")
def _recordings(asked: Asked) -> View:
    return _overview(asked, _spot(asked))


def _overview(asked: Asked, spot: Spot, wrong: dict[str, Phrase] | None = None) -> View:
    """Who speaks, and which lines are recorded."""
    if not asked.channel.has_fields:
        return View((asked.heading, (told(asked),), (ON_THE_PAGE,)), (asked.back("settings"),))
    lines, speakers = _lines(asked, spot.language), kept.every_speaker(asked.tx, asked.partnership.id)
    about = (say("<b>Read aloud: {language}</b>", language=language(spot.language)),)
    so_far = (say("{count} of {all} lines are recorded.", count=_done(lines), all=len(lines)),)
    fields = (
        Field("speaker", say("Who reads aloud?"), hint=say("A first name is enough. People see it while they listen.")),
        _consent(asked, spot.language),
    )
    form = asked.form(asked.at("speak", spot.language), say("Begin to record"), fields, wrong or RIGHT)
    others = {one: language(one) for one in asked.languages if one != spot.language}
    rows = (
        *((_as(asked, spot, lines, one),) for one in speakers),
        *in_rows(asked.choices("recordings", others)),
        *_list(asked, spot, lines, speakers),
        *((_forget(asked, one),) for one in speakers),
        asked.back("settings"),
    )
    return View((about, so_far), rows, form, asked.at("recordings", spot.language))


def _consent(asked: Asked, code: str) -> Field[Phrase]:
    """In the language that somebody reads aloud: they need not know that of the coordinator."""
    label, hint = map(verbatim, _words(asked, code))
    return Field("agrees", label, kind="tick", hint=hint, language=code)


def _words(asked: Asked, code: str) -> list[str]:
    return [asked.texts.word(one, code) for one in (AGREES, TAKES_BACK)]


def _as(asked: Asked, spot: Spot, lines: Sequence[Spoken], speaker: Speaker) -> Button:
    there = replace(spot, line=_next(lines), speaker=speaker.id)
    return asked.button(say("Go on with {name}", name=speaker.name), "record", there)


def _list(asked: Asked, spot: Spot, lines: Sequence[Spoken], speakers: Sequence[Speaker]) -> tuple[Row, ...]:
    """Each line, for whoever spoke last."""
    speaker = speakers[-1].id if speakers else 0
    if not speaker:
        return ()
    return tuple(
        (asked.button(_beginning(one), "record", replace(spot, line=one.line.number, speaker=speaker)),)
        for one in lines
    )


def _beginning(one: Spoken) -> Phrase:
    words = one.line.part.words[0]
    short = words if len(words) <= BEGINNING else f"{words[:BEGINNING].rstrip()}…"
    state = say("recorded") if one.is_done else say("not recorded")
    return say("{n}. {words} ({state})", n=one.line.number, words=short, state=state)


def _forget(asked: Asked, speaker: Speaker) -> Button:
    return asked.button(say("Delete all that {name} recorded", name=speaker.name), "voice_away", speaker.id)


def _next(lines: Sequence[Spoken], after: int = 0) -> int:
    """The next line that nobody recorded, from the beginning again behind the last; or else the one that follows."""
    numbers = [one.line.number for one in lines if not one.is_done]
    later = [number for number in numbers if number > after]
    return next(iter(later or numbers), after % len(lines) + 1)


@action("speak")
def _speak(asked: Asked) -> View:
    """Somebody says who they are and that they agree."""
    spot, name = _spot(asked), tidy(asked.filled.get("speaker", ""))
    if wrong := _wrong_with(name, agrees=asked.filled.get("agrees") == "yes"):
        return _overview(asked, spot, wrong)
    consent = fingerprint(*_words(asked, spot.language))
    speaker = kept.agree(asked.tx, asked.partnership.id, name, consent, asked.now.date())
    lines = _lines(asked, spot.language)
    return _record(replace(asked, filled={}), replace(spot, line=_next(lines), speaker=speaker))


def _wrong_with(name: str, *, agrees: bool) -> dict[str, Phrase]:
    wrong = {}
    if not name:
        wrong["speaker"] = say("Please write a name.")
    elif long := too_long(length_of(name), kept.LONGEST_NAME):
        wrong["speaker"] = long
    if not agrees:
        wrong["agrees"] = say("Nobody can be recorded without this. Please tick the box.")
    return wrong


@action("record")
def _line(asked: Asked) -> View:
    return _record(asked, _spot(asked))


def _record(asked: Asked, spot: Spot, trouble: Trouble | None = None) -> View:
    """One line: its words, and what there is to record it with."""
    lines = _lines(asked, spot.language)
    here = next((one for one in lines if one.line.number == spot.line), None)
    speaker = _speaker(asked, spot.speaker)
    if not (here and speaker and asked.channel.has_fields):
        return _overview(asked, spot)
    at = say("<b>Line {n} of {all}</b>", n=spot.line, all=len(lines))
    about = joined([language(spot.language), verbatim(speaker.name)], " · ")
    words = verbatim("\n".join(here.line.part.words))
    field = Field(
        "sound",
        words,
        here.heard.digest if here.heard else "",
        "sound",
        hint=say("Read this aloud, slowly and clearly."),
        language=spot.language,
    )
    press = asked.at("recorded", str(replace(spot, before=here.line.part.wording)))
    form = asked.form(
        press, say("Keep this, and on to the next line"), (field,), {"sound": TROUBLES[trouble]} if trouble else RIGHT
    )
    lead = (*_told_before(spot), (at, about), _so_far(lines, here))
    return View(lead, _around(asked, spot, lines, here), form, asked.at("record", str(spot)))


def _told_before(spot: Spot) -> tuple[Paragraph, ...]:
    """What became of the line before."""
    number, _, doubt = spot.before.partition("-")
    if not as_number(number, MOST_LINES):
        return ()
    doubted = (DOUBTS[doubt],) if doubt in DOUBTS else ()
    return ((say("Line {n} is kept.", n=number), *doubted),)


def _so_far(lines: Sequence[Spoken], here: Spoken) -> Paragraph:
    done = say("{count} of {all} lines are recorded.", count=_done(lines), all=len(lines))
    if here.heard is None:
        return (done, OUT_OF_DATE if here.is_own else say("Nobody has recorded this line yet."))
    return (done, read_by(here.heard.spoken_by, here.heard.computer))


def _around(asked: Asked, spot: Spot, lines: Sequence[Spoken], here: Spoken) -> tuple[Row, ...]:
    plain = replace(spot, before="")
    ways = {say("‹ Line {n}", n=spot.line - 1): spot.line - 1, say("Line {n} ›", n=spot.line + 1): spot.line + 1}
    numbers = {one.line.number for one in lines}
    row = [asked.button(label, "record", replace(plain, line=n)) for label, n in ways.items() if n in numbers]
    if again := as_number(spot.before.partition("-")[0], MOST_LINES):
        row.append(asked.button(say("Line {n} again", n=again), "record", replace(plain, line=again)))
    away = ((asked.button(say("Delete this recording"), "record_away", plain),),) if here.is_own else ()
    return tuple(row for row in (tuple(row), *away, asked.back("recordings", spot.language)) if row)


@action("recorded")
def _recorded(asked: Asked) -> View:
    """The line is kept, and the next one stands there; or it says why not."""
    spot, sound = _spot(asked), asked.sound
    here = next((one for one in _lines(asked, spot.language) if one.line.number == spot.line), None)
    if here is None or _speaker(asked, spot.speaker) is None or sound is None:
        return _overview(asked, spot)
    plain = replace(spot, before="")
    if spot.before != here.line.part.wording:
        return _record(asked, plain, "changed")
    if not isinstance(sound, Sound):
        return _record(asked, plain, sound)
    about = spot.language, here.line.part.name, here.line.part.wording
    if not kept.keep(asked.tx, asked.partnership.id, spot.speaker, about, sound):
        return _overview(asked, spot)
    before = f"{spot.line}-{sound.doubt}" if sound.doubt else str(spot.line)
    anew = asked.anew
    there = replace(spot, line=_next(_lines(anew, spot.language), spot.line), before=before)
    return _record(anew, there)


@action("record_away")
def _ask_away(asked: Asked) -> View:
    spot = _spot(asked)
    surely = say("Delete the recording of line {n}? People then hear the voice of their phone.", n=spot.line)
    return View((asked.heading, (surely,)), _yes_or_no(asked, ("record_gone", str(spot)), ("record", str(spot))))


@action("record_gone")
def _take_away(asked: Asked) -> View:
    spot = _spot(asked)
    here = next((one for one in _lines(asked, spot.language) if one.line.number == spot.line), None)
    if here:
        kept.take_away(asked.tx, asked.partnership.id, spot.language, here.line.part.name)
    return _record(asked.anew, spot)


@action("voice_away")
def _ask_to_forget(asked: Asked) -> View:
    speaker = _speaker(asked, as_number(asked.argument, MOST_SPEAKERS) or 0)
    if speaker is None:
        return _overview(asked, _spot(asked))
    surely = say("Delete all that {name} recorded? This cannot be taken back.", name=speaker.name)
    return View((asked.heading, (surely,)), _yes_or_no(asked, ("voice_gone", str(speaker.id)), ("recordings", "-")))


@action("voice_gone")
def _do_forget(asked: Asked) -> View:
    if number := as_number(asked.argument, MOST_SPEAKERS):
        kept.forget(asked.tx, asked.partnership.id, number)
    anew = replace(asked.anew, argument="-")
    return _overview(anew, _spot(anew))


def _yes_or_no(asked: Asked, yes: tuple[str, str], no: tuple[str, str]) -> tuple[Row, ...]:
    return (asked.button(say("Yes, delete"), *yes),), (asked.button(say("No, go back"), *no),)


def _speaker(asked: Asked, number: int) -> Speaker | None:
    return next((one for one in kept.every_speaker(asked.tx, asked.partnership.id) if one.id == number), None)
