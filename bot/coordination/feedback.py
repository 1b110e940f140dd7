"""Feedback: the answer of the coordinator to everybody who took part in a wave, once."""

from collections.abc import Callable, Mapping, Sequence

from bot.coordination.request import RIGHT, Asked, action, length_of, local, on_a_page, too_long
from bot.letters import Letter
from bot.survey.agreements import Agreement, shortened, told
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.views import Field, Paragraph, View
from bot.survey.phrases import Phrase, command, language, say, say_n, verbatim
from bot.texts.texts import Texts
from storage import agreements, participants, partnerships, waves
from storage.engine.database import Tx
from storage.partnerships import Wave

LONGEST_ANSWER = 1500  # characters
SHORT = 50, 30  # characters of what and of who, so that a preview with a text in each language fits in one message


def view(partnership: Partnership, wave: Wave, text: str, agreed: Sequence[Agreement] = ()) -> View:
    """What the coordinator answers and what was agreed, as everybody who took part reads it."""
    title = say("<b>{partnership}: you said, we do</b>", partnership=partnership.name)
    why = say("You took part in round {wave}. Thank you. This is the answer of the coordinator:", wave=wave.number)
    about = say("There is an answer to the result of the group")
    return View(((title, why), tuple(map(verbatim, text.split("\n"))), *told(agreed)), about=about)


def letter(tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, language: str) -> Letter:
    """The same in the language that somebody speaks, or else that of the partnership, or what there is."""
    said = waves.texts_of(tx, wave.id)
    spoken = next(code for code in (language, partnership.language, *said) if code in said)
    return texts.letter(view(partnership, wave, said[spoken], agreements.of_wave(tx, wave.id)), spoken)


def _of_the_answered(do: Callable[[Asked, Wave], View]) -> Callable[[Asked], View]:
    """What is done with the wave that the coordinator answers, the newest that is closed; once there is one, and until
    it is answered."""

    def about_it(asked: Asked) -> View:
        wave = waves.before(asked.tx, asked.partnership.id, asked.wave) if asked.is_open else asked.wave
        if wave is None:
            return asked.told(say("You can do this when the first round is closed."))
        if wave.answered_at:
            moment = local(asked.partnership, wave.answered_at)
            sent = say("Your message about round {wave} was sent on {moment}.", wave=wave.number, moment=moment)
            return asked.told(sent)
        return do(asked, wave)

    return about_it


def _preview(asked: Asked, wave: Wave) -> View:
    """The coordinator's answer to a wave: one message to everybody who took part, in each language."""
    written = waves.texts_of(asked.tx, wave.id)
    missing = [code for code in _languages_of(asked, wave) if code not in written]
    if missing and asked.channel.has_fields:
        return _writing(asked, wave)
    previews = [
        (say("<b>{language}</b>", language=language(code)), *map(verbatim, text.split("\n")))
        for code, text in written.items()
    ]
    rows = (asked.back(),) if missing else asked.surely(say("Yes, send"), "share_yes", wave.number)
    if asked.channel.has_fields:
        rows = (*rows, (asked.button(say("Change the text"), "share_write"),))
    rows = (*rows, (asked.button(say("Agreements"), "agreement"),))
    agreed = told([shortened(one, *SHORT) for one in agreements.of_wave(asked.tx, wave.id)])
    shown = (_about_sharing(asked, wave), *previews, *agreed, *_to_write(asked, missing))
    return View(shown, rows, at=asked.at("share"))


def _writing(asked: Asked, wave: Wave, wrong: Mapping[str, Phrase] = RIGHT) -> View:
    """A text in each language, to be written where one has fields."""
    written = waves.texts_of(asked.tx, wave.id)
    hint = say("Not more than {most} characters.", most=LONGEST_ANSWER)
    fields = [
        Field(code, language(code), written.get(code, ""), "text", hint, language=code)
        for code in dict.fromkeys((*_languages_of(asked, wave), *written))
    ]
    form = asked.form(asked.at("share_filled", str(wave.number)), say("See how it looks"), fields, wrong)
    each = say("Write your message in each language that people use here.")
    where = asked.at("share" if written.keys() < {field.name for field in fields} else "share_write")
    return View((_about_sharing(asked, wave), (each,)), (asked.back(),), form, where)


share = action("share")(_of_the_answered(_preview))
action("share_write")(_of_the_answered(_writing))


def _languages_of(asked: Asked, wave: Wave) -> list[str]:
    """In which people took part; of nobody, that of the partnership."""
    used = {person.language for person in participants.took_part(asked.tx, wave.id)} or {asked.partnership.language}
    return [code for code in asked.texts.languages if code in used]


def _about_sharing(asked: Asked, wave: Wave) -> Paragraph:
    people = participants.took_part(asked.tx, wave.id)
    pages = sum(person.on_a_page for person in people)
    return (
        say("<b>What will you do with the result of round {wave}?</b>", wave=wave.number),
        say("Tell everybody who took part. People who see that something happens take part again."),
        say_n("This reaches {count} person, once.", "This reaches {count} people, once.", len(people) - pages),
        *on_a_page(pages),
    )


def _to_write(asked: Asked, missing: list[str]) -> list[Paragraph]:
    if not missing and asked.channel.has_fields:
        return [(say("Is it good like this?"),)]
    if not missing:
        return [(say("Is it good like this? Change a text by typing it again."),)]
    lines = (verbatim(_example(asked, code)) for code in missing)
    return [(say("Type your message in each language that people use here:"), *lines)]


def _example(asked: Asked, code: str) -> str:
    """The command as the coordinator knows it, and a beginning in the language that it is for."""
    share = asked.texts.word(command("share"), asked.seat.language)
    beginning = asked.texts.word(say("Thank you. We will ..."), code)
    return f"/{share} {code} {beginning}"


@action("share_typed")
@_of_the_answered
def _share_typed(asked: Asked, wave: Wave) -> View:
    code, words = [*asked.argument.split(maxsplit=1), "", ""][:2]
    text = _tidy(words)
    chosen = asked.texts.negotiate(code)
    if not chosen or not text:
        which = " / ".join(dict.fromkeys((*_languages_of(asked, wave), *asked.languages)))
        line = say("That did not work. First the language ({which}), then your text.", which=which)
        return _preview(asked, wave).under(line)
    if wrong := _wrong_with(text):
        return _preview(asked, wave).under(wrong)
    waves.write_text(asked.tx, wave.id, chosen, text)
    return _preview(asked, wave)


def _tidy(text: str) -> str:
    return "\n".join(filter(None, map(partnerships.tidy, text.splitlines())))


def _wrong_with(text: str) -> Phrase | None:
    if not text:
        return say("Write your message here.")
    return too_long(length_of(text), LONGEST_ANSWER)


@action("share_filled")
@_of_the_answered
def _share_filled(asked: Asked, wave: Wave) -> View:
    """What is good is kept, whatever is wrong with the text in another language."""
    if not asked.is_about(wave.number):
        return _preview(asked, wave)
    written = waves.texts_of(asked.tx, wave.id)
    given = {code: _tidy(text) for code, text in asked.filled.items() if code in asked.texts.languages}
    every = {**dict.fromkeys(_languages_of(asked, wave), ""), **written, **given}
    wrong = {code: why for code, text in every.items() if (why := _wrong_with(text))}
    for code in given.keys() - wrong.keys():
        waves.write_text(asked.tx, wave.id, code, given[code])
    return _writing(asked, wave, wrong) if wrong else _preview(asked, wave)


@action("share_yes")
@_of_the_answered
def _share_yes(asked: Asked, wave: Wave) -> View:
    missing = set(_languages_of(asked, wave)) - set(waves.texts_of(asked.tx, wave.id))
    if missing or not asked.is_about(wave.number):
        return _preview(asked, wave)
    if not waves.answer(asked.tx, wave.id, asked.now):
        return share(asked.anew)
    people = sum(not one.on_a_page for one in participants.took_part(asked.tx, wave.id))
    return asked.told(
        say_n("Your message is on its way to {count} person.", "Your message is on its way to {count} people.", people)
    )
