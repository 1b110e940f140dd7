"""Feedback: the answer of the coordinator to everybody who took part in a wave, once."""

from dataclasses import replace

from bot.coordination.request import Actions, Asked, Shown, local, on_a_page
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.views import Paragraph, View
from bot.survey.phrases import Phrase, command, language, say, say_n, verbatim
from storage import partnerships, waves
from storage.partnerships import Wave

LONGEST_ANSWER = 1500  # characters


def view(partnership: Partnership, wave: Wave, text: str) -> View:
    """What the coordinator answers, as everybody who took part reads it."""
    title = say("<b>{partnership}: you said, we do</b>", partnership=partnership.name)
    why = say("You took part in round {wave}. Thank you. This is the answer of the coordinator:", wave=wave.number)
    return View(((title, why), tuple(map(verbatim, text.split("\n")))))


def _share(asked: Asked) -> Shown:
    """The coordinator's answer to a wave: one message to everybody who took part, in each language."""
    wave = _answered(asked)
    if wave is None:
        return Shown(View(((say("You can do this when the first round is closed."),),), asked.menu))
    if wave.answered_at:
        line = say(
            "Your message about round {wave} was sent on {moment}.",
            wave=wave.number,
            moment=local(asked, wave.answered_at),
        )
        return Shown(View(((line,),), asked.menu))
    written = waves.texts_of(asked.tx, wave.id)
    missing = [code for code in _languages_of(asked, wave) if code not in written]
    previews = [
        (say("<b>{language}</b>", language=language(code)), *map(verbatim, text.split("\n")))
        for code, text in written.items()
    ]
    rows = (
        (asked.back,)
        if missing
        else (
            (asked.button(say("Yes, send"), "share_yes", str(wave.number)),),
            (asked.button(say("No, go back"), "home"),),
        )
    )
    return Shown(View((_about_sharing(asked, wave), *previews, *_to_write(asked, missing)), rows))


def _answered(asked: Asked) -> Wave | None:
    """The wave that the coordinator answers: the newest that is closed."""
    return asked.wave if asked.wave.closed_at else waves.before(asked.tx, asked.partnership.id, asked.wave)


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


def _share_typed(asked: Asked) -> Shown:
    wave = _answered(asked)
    code, words = [*asked.argument.split(maxsplit=1), "", ""][:2]
    text = "\n".join(filter(None, map(partnerships.tidy, words.splitlines())))
    if wave is None or wave.answered_at:
        return _share(asked)
    chosen = asked.texts.negotiate(code)
    if not chosen or not text:
        which = " / ".join(asked.texts.languages)
        return _told_above(asked, say("That did not work. First the language ({which}), then your text.", which=which))
    if (length := len(text.encode("utf-16-le")) // 2) > LONGEST_ANSWER:  # as Telegram counts
        line = say("Your text has {count} characters. {most} is the most.", count=length, most=LONGEST_ANSWER)
        return _told_above(asked, line)
    waves.write_text(asked.tx, wave.id, chosen, text)
    return _share(asked)


def _told_above(asked: Asked, line: Phrase) -> Shown:
    shown = _share(asked).view
    return Shown(View(((line,), *shown.paragraphs), shown.rows))


def _share_yes(asked: Asked) -> Shown:
    wave = _answered(asked)
    complete = wave and not set(_languages_of(asked, wave)) - set(waves.texts_of(asked.tx, wave.id))
    if wave is None or asked.argument != str(wave.number) or not complete:
        return _share(asked)
    if not waves.answer(asked.tx, wave.id, asked.now):
        return _share(replace(asked, wave=partnerships.last_wave(asked.tx, asked.partnership.id)))
    people = len(waves.took_part(asked.tx, wave.id))
    line = say_n(
        "Your message is on its way to {count} person.", "Your message is on its way to {count} people.", people
    )
    return Shown(View(((line,),), asked.menu))


ACTIONS: Actions = {
    "share": _share,
    "share_typed": _share_typed,
    "share_yes": _share_yes,
}
