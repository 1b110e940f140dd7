"""Feedback: the answer of the coordinator to everybody who took part in a wave, once."""

from collections.abc import Callable

from bot.coordination.request import Asked, action, local, on_a_page
from bot.letters import Letter
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.views import Paragraph, View
from bot.survey.phrases import command, language, say, say_n, verbatim
from bot.texts.texts import Texts
from storage import partnerships, waves
from storage.engine.database import Tx
from storage.partnerships import Wave

LONGEST_ANSWER = 1500  # characters


def view(partnership: Partnership, wave: Wave, text: str) -> View:
    """What the coordinator answers, as everybody who took part reads it."""
    title = say("<b>{partnership}: you said, we do</b>", partnership=partnership.name)
    why = say("You took part in round {wave}. Thank you. This is the answer of the coordinator:", wave=wave.number)
    return View(((title, why), tuple(map(verbatim, text.split("\n")))))


def letter(tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, language: str) -> Letter:
    """The same in the language that somebody speaks, or else that of the partnership, or what there is."""
    said = waves.texts_of(tx, wave.id)
    spoken = next(code for code in (language, partnership.language, *said) if code in said)
    return texts.letter(view(partnership, wave, said[spoken]), spoken)


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
    previews = [
        (say("<b>{language}</b>", language=language(code)), *map(verbatim, text.split("\n")))
        for code, text in written.items()
    ]
    rows = (asked.back(),) if missing else asked.surely(say("Yes, send"), "share_yes", wave.number)
    return View((_about_sharing(asked, wave), *previews, *_to_write(asked, missing)), rows)


share = action("share")(_of_the_answered(_preview))


def _languages_of(asked: Asked, wave: Wave) -> list[str]:
    """In which people took part; of nobody, that of the partnership."""
    used = {person.language for person in waves.took_part(asked.tx, wave.id)} or {asked.partnership.language}
    return [code for code in asked.texts.languages if code in used]


def _about_sharing(asked: Asked, wave: Wave) -> Paragraph:
    people = waves.took_part(asked.tx, wave.id)
    pages = sum(person.on_a_page for person in people)
    return (
        say("<b>What will you do with the result of round {wave}?</b>", wave=wave.number),
        say("Tell everybody who took part. People who see that something happens take part again."),
        say_n("This reaches {count} person, once.", "This reaches {count} people, once.", len(people) - pages),
        *on_a_page(pages),
    )


def _to_write(asked: Asked, missing: list[str]) -> list[Paragraph]:
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
    text = "\n".join(filter(None, map(partnerships.tidy, words.splitlines())))
    chosen = asked.texts.negotiate(code)
    if not chosen or not text:
        which = " / ".join(asked.texts.languages)
        line = say("That did not work. First the language ({which}), then your text.", which=which)
        return _preview(asked, wave).under(line)
    if (length := len(text.encode("utf-16-le")) // 2) > LONGEST_ANSWER:  # as Telegram counts
        line = say("Your text has {count} characters. {most} is the most.", count=length, most=LONGEST_ANSWER)
        return _preview(asked, wave).under(line)
    waves.write_text(asked.tx, wave.id, chosen, text)
    return _preview(asked, wave)


@action("share_yes")
@_of_the_answered
def _share_yes(asked: Asked, wave: Wave) -> View:
    missing = set(_languages_of(asked, wave)) - set(waves.texts_of(asked.tx, wave.id))
    if missing or not asked.is_about(wave.number):
        return _preview(asked, wave)
    if not waves.answer(asked.tx, wave.id, asked.now):
        return share(asked.anew)
    people = len(waves.took_part(asked.tx, wave.id))
    return asked.told(
        say_n("Your message is on its way to {count} person.", "Your message is on its way to {count} people.", people)
    )
