"""The profile: the bot's face in Telegram: its commands and description, in every language.

Setting them is best effort: the survey works without.
"""

import logging
from collections.abc import Iterable, Mapping
from functools import partial

from telegram import Bot, BotCommand
from telegram.error import TelegramError

from bot.survey.conversation.commands import ABOUT_COMMANDS, COMMANDS
from bot.survey.phrases import command, say
from bot.texts.languages import tag_of
from bot.texts.texts import HOME_LANGUAGE, Texts

log = logging.getLogger(__name__)
LETTERS = 2

DESCRIPTION = say(
    "Here we ask how people in your neighbourhood work together. You read 26 statements. This takes 10 to 15 minutes. "
    "You need the link or QR code of your partnership."
)
SHORT_DESCRIPTION = say("26 statements about working together in your neighbourhood.")


async def put_up(bot: Bot, texts: Texts) -> None:
    """Set commands and description where they differ; the home language also for phones in a language we lack."""
    try:
        for code, language in codes_of(texts.languages).items():
            await _in_language(bot, texts, language, code)
        await _in_language(bot, texts, HOME_LANGUAGE, "")
    except TelegramError as error:
        log.warning("the menu of commands could not be set: %s", error)


def codes_of(languages: Iterable[str]) -> Mapping[str, str]:
    """Telegram knows languages by two letters, without a region or a script: the first of ours that has them. What has
    three is none to it; those phones have the home language in the menu, and their own in the conversation."""
    found: dict[str, str] = {}
    for language in languages:
        code = tag_of(language).partition("-")[0]
        if len(code) == LETTERS:
            found.setdefault(code, language)
    return found


async def _in_language(bot: Bot, texts: Texts, language: str, code: str) -> None:
    word = partial(texts.word, language=language)
    commands = tuple(BotCommand(word(command(name)), word(ABOUT_COMMANDS[name])) for name in COMMANDS)
    if await bot.get_my_commands(language_code=code) != commands:
        await bot.set_my_commands(commands, language_code=code)
    description, short = word(DESCRIPTION), word(SHORT_DESCRIPTION)
    if (await bot.get_my_description(code)).description != description:
        await bot.set_my_description(description, language_code=code)
    if (await bot.get_my_short_description(code)).short_description != short:
        await bot.set_my_short_description(short, language_code=code)
