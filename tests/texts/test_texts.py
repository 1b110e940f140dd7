"""Texts: every language complete, every screen within a channel's limits, a third language without code."""

import ast
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from bot.channels.telegram import profile
from bot.channels.telegram import traits as telegram
from bot.channels.web import traits as web
from bot.letters import Letter
from bot.survey.conversation import notices, screens, turned_away, welcome
from bot.survey.conversation.buttons import MOST_BYTES, Go, Position, Screen
from bot.survey.conversation.commands import ABOUT_COORDINATING
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.conversation.views import Button, View
from bot.survey.phrases import Value, as_shown, beginning, command, joined, say, say_n, verbatim, within
from bot.texts import catalogues
from bot.texts.catalogues import KEYWORDS, check, sources
from bot.texts.languages import autonym
from bot.texts.texts import LOCALES, Texts, TextsError, first_words, load, plain
from tests.actors import walk
from tests.house import MONDAY, House, partnership
from tests.pseudo_languages import make_pseudo_language, with_languages
from tests.telegram_server import TelegramServer

MOST_CHARACTERS, MOST_LABEL = 4096, 40
LARGEST = 10**18 - 1
CODE = "x" * 26
CHANNELS = (telegram.TRAITS, web.TRAITS)


def every_view(texts: Texts) -> Iterator[tuple[str, View]]:
    """Every screen that somebody can be shown, at its longest."""
    asked_by = partnership("&" * 80, organisation="<" * 80, contact="é" * 160, minimum_group=1000)
    for language in texts.languages:
        for channel in CHANNELS:
            for screen in (welcome.welcome, welcome.terms):
                yield language, screen(asked_by, CODE, language, texts.languages, channel, MONDAY)
        yield language, welcome.languages(asked_by, CODE, texts.languages)
        for text in (
            welcome.seat_offered(asked_by.name, "coordinator"),
            welcome.seat_offered(asked_by.name, "viewer"),
            welcome.seat_offered(asked_by.name, "programme"),
            welcome.DECLINED,
            turned_away.STRAY,
            turned_away.UNKNOWN_INVITATION,
            turned_away.TOO_MANY,
            turned_away.USED_LINK,
            turned_away.NOT_IN_A_GROUP,
            turned_away.no_open_wave(asked_by),
            turned_away.BROKEN,
        ):
            yield language, View(text)
        for option in texts.checklist.options:
            answers = dict.fromkeys(texts.checklist.items, option)
            others = ((LARGEST, "&" * 80),) * 20
            full = Dialogue(
                texts.checklist, texts.languages, language, asked_by, LARGEST, answers=answers, others=others,
                group="professional", remind_at=MONDAY,
            )  # fmt: skip
            for place, channel in product(every_place(texts), CHANNELS):
                yield language, screens.view(replace(full, channel=channel), place, MONDAY)
            yield language, screens.view(replace(full, answers={}), Position(Screen.ITEM, 9), MONDAY)


def every_place(texts: Texts) -> Iterator[Position]:
    for screen in screens.SCREENS:
        numbers = texts.checklist.items if screen == Screen.ITEM else [0]
        yield from (Position(screen, number) for number in numbers)


def test_every_screen_and_button_is_within_the_limits(texts: Texts) -> None:
    seen = 0
    for language, view in every_view(texts):
        shown = plain(texts.render(view, language))
        assert 0 < len(shown) <= MOST_CHARACTERS
        rows = texts.buttons(view, language)
        assert all(len(row) <= 8 for row in rows)
        assert sum(map(len, rows)) <= 100
        for label, data in (button for row in rows for button in row):
            assert 0 < len(data.encode()) <= MOST_BYTES
            assert 0 < len(label) <= (MOST_LABEL if "&" not in label else 80)
        seen += 1
    assert seen > 400


def test_every_language_is_complete() -> None:
    assert list(check(LOCALES)) == []


def test_every_sentence_in_the_source_is_extracted() -> None:
    """The extractor passes over what stands inside an f-string, without a word."""
    own = sources()["bot"]
    said = [call for path in (Path(__file__).parents[2] / "bot").rglob("*.py") for call in sentences(path)]
    assert len(said) > 100
    assert [text for text in said if own.get(text) is None] == []


def sentences(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
            assert isinstance(node.args[0], ast.Constant), f"{path}: say() takes a text, so that it can be found"
            yield as_shown(str(node.args[0].value))


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    return with_languages(tmp_path)


def test_every_fault_in_a_catalogue_is_named_with_file_text_and_language(locales: Path) -> None:
    checklist, own = (locales / "nl/LC_MESSAGES" / name for name in ("checklist.po", "bot.po"))
    text = checklist.read_text("utf-8")
    text = text.replace('msgstr "De mensen die meedoen, praten open met elkaar."', 'msgstr ""')
    text = text.replace('msgstr "Hoe anderen ons zien"', f'msgstr "{"o" * 61}"')
    text = re.sub(r'msgctxt "item 3"\nmsgid "Equity[^#]*?\n\n', "", text)
    checklist.write_text(text + '\nmsgid "Not in the source"\nmsgstr "Niet in de bron"\n', "utf-8")
    own.write_text(own.read_text("utf-8").replace("Zin {number} van {count}", "Zin {nummer} van {count}"), "utf-8")
    found = "\n".join(check(locales))
    assert "nl/LC_MESSAGES/checklist.po: item 14 plain: 'The people who take part talk openly" in found
    assert "nl/LC_MESSAGES/checklist.po: dimension visibility plain: 'How others see us': 61 characters" in found
    assert "nl/LC_MESSAGES/checklist.po: item 3: 'Equity of the partners is essential" in found
    assert "nl/LC_MESSAGES/checklist.po: 'Not in the source': stale" in found
    assert "nl/LC_MESSAGES/bot.po: '{if_first}Nice, part {done} is finished." in found
    assert "Statement {number} of {count}" in found.split(": needs the same {names}")[1]
    assert len(found.splitlines()) == 6  # the number of a statement stands in two texts


def test_what_telegram_cuts_off_is_too_long(locales: Path) -> None:
    """One of each kind, a sign too long."""
    places = {
        (profile.DESCRIPTION.text, 512),
        (profile.SHORT_DESCRIPTION.text, 120),
        (notices.WORDS_ONLY.text, 200),
        (ABOUT_COORDINATING["report"].text, 256),
        ("Read aloud", 40),
        ("This evening 19:00", 40),
    }
    path = locales / "nl/LC_MESSAGES/bot.po"
    catalogue = catalogues._read(path, "nl")
    for text, most in places:
        message = catalogue.get(text)
        assert message
        message.string = "o" * (most + 1)
    catalogues._write(path, catalogue)
    found = {(line.split(": ")[1], line.split(": ")[-1]) for line in check(locales)}
    assert found == {(repr(text[:60]), f"{most + 1} characters, more than {most}") for text, most in places}


@pytest.mark.parametrize(
    ("sound", "broken"),
    [
        ("{if_chat}Herinneringen: {state}\\n", "{if_chat}Herinneringen:\\n{state}\\n"),
        pytest.param("{if_chat}Herinneringen: {state}\\n", "Herinneringen: {state}\\n", marks=pytest.mark.fire),
        pytest.param("<b>Dit bewaren we over u</b>\\n", "Dit bewaren we over u\\n", marks=pytest.mark.fire),
        pytest.param("{if_chat}Herinneringen: {state}\\n", "{if_chat}Herinneringen: {state\\n", marks=pytest.mark.fire),
    ],
    ids=["on another line", "not said when", "markup", "unreadable"],
)
def test_a_line_of_a_screen_keeps_its_names_and_markup(locales: Path, sound: str, broken: str) -> None:
    own = locales / "nl/LC_MESSAGES/bot.po"
    text = own.read_text("utf-8")
    assert text.count(sound) == 1
    own.write_text(text.replace(sound, broken), "utf-8")
    (found,) = check(locales)
    assert "'<b>This is what we keep about you</b>" in found
    assert "needs the same {names} and <b>, line by line" in found


def test_a_file_that_cannot_be_read_is_named_and_so_is_the_next(locales: Path) -> None:
    (locales / "nl/LC_MESSAGES/bot.po").unlink()
    (locales / "nl/LC_MESSAGES/checklist.po").write_bytes(b'msgid "broken\nmsgstr \xff')
    (locales / "klingon/LC_MESSAGES").mkdir(parents=True)
    with pytest.raises(TextsError) as caught:
        load(locales)
    named = str(caught.value)
    assert all(part in named for part in ("nl/LC_MESSAGES/bot.po: ", "nl/LC_MESSAGES/checklist.po: ", "klingon: "))


def test_values_are_escaped_and_markup_stays(texts: Texts) -> None:
    phrase = say("<b>You are now coordinator of {partnership}.</b>", partnership="<b>&{number}</b>")
    assert texts.say(phrase, "en") == "<b>You are now coordinator of &lt;b&gt;&amp;{number}&lt;/b&gt;.</b>"
    assert texts.say(verbatim("<i>"), "nl") == "&lt;i&gt;"


def test_a_screen_is_said_as_it_is_written_but_for_the_lines_that_a_value_takes_away(texts: Texts) -> None:
    def said(**values: Value) -> str:
        screen = say(
            """<b>One</b>

            {if_two}Two
            {three} is one line
              with this.

            {if_four}{five}""",
            **values,
        )
        return texts.say(screen, "nl")

    whole = "<b>One</b>\n\nTwo\n{if_two}\n\n\n is one line with this.\n\n0"
    assert said(if_two=True, three="{if_two}\n\n\n", if_four=True, five=0) == whole
    assert said(if_two=False, three=False, if_four=False, five="5") == "<b>One</b>"
    assert said(if_two=False, three="3", if_four=False, five=say("Team")) == "<b>One</b>\n\n3 is one line with this."


def test_what_is_said_within_a_phrase_may_name_what_was_given_around_it(texts: Texts) -> None:
    inner = say("{who}: {what}", what=say("{who}", who="its own"))
    screen = say("{if_said}{all}\n{who}", all=joined([inner, say("{if_said}never")], ", "))
    known: dict[str, Value] = {"who": "<they>", "if_said": False}
    assert texts.say(within(screen, known), "nl") == "&lt;they&gt;"
    assert texts.say(within(screen, {**known, "if_said": True}), "en") == "&lt;they&gt;: its own, never\n&lt;they&gt;"
    with pytest.raises(KeyError):
        texts.say(within(inner, {"if_said": True}), "nl")


def test_plurals_and_the_language_of_dates_and_commands(texts: Texts) -> None:
    assert [texts.say(say_n("{count} minute", "{count} minutes", n), "nl") for n in (1, 2)] == [
        "1 minuut",
        "2 minuten",
    ]
    moment = say("We will send you a message on {moment}.", moment=MONDAY)
    assert texts.say(moment, "nl") == "We sturen u een bericht op maandag 2 maart 09:30."
    assert texts.say(moment, "en") == "We will send you a message on Monday 2 March 09:30."
    assert texts.say(command("erase"), "nl") == "wissen"
    assert texts.commands["wissen"] == texts.commands["erase"] == "erase"


@pytest.mark.parametrize(
    ("phone", "spoken"),
    [("nl", "nl"), ("nl-BE", "nl"), ("EN_us", "en"), ("pl", "pl"), ("hu", None), (None, None), ("", None)],
)
def test_the_language_of_a_phone(texts: Texts, phone: str | None, spoken: str | None) -> None:
    assert texts.negotiate(phone) == spoken


def test_the_wording_of_a_wave_changes_with_any_text_of_an_item(texts: Texts, locales: Path) -> None:
    path = locales / "nl/LC_MESSAGES/checklist.po"
    path.write_text(path.read_text("utf-8").replace("praten open met", "spreken open met"), "utf-8")
    before, after = texts.wording(), load(locales).wording()
    assert after["en"] == before["en"]
    assert [item for item in after["nl"] if after["nl"][item] != before["nl"][item]] == ["14"]


@pytest.mark.long
async def test_a_third_language_is_one_folder_and_no_code(
    locales: Path, house: House, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Polish, with its three plural forms; the words are English ones between signs."""
    make_pseudo_language(locales, "pl")
    assert list(check(locales)) == []
    monkeypatch.setattr("bot.texts.texts.LOCALES", locales)
    house.app._receiver._texts = load(locales)
    piotr = server.person(language_code="pl")
    seen = await walk(house, piotr, house.add(languages="en nl pl").invitation, "⟦{}⟧")
    assert piotr.last.text.startswith("⟦Thank you! Your answers count.⟧")
    assert "[⟦Pause⟧] [⟦Language⟧ / Language]" in seen[3].replace("\n", " ")
    assert autonym("pl") == "Polski"


@pytest.mark.fire
def test_a_language_that_nobody_can_choose_is_named(locales: Path) -> None:
    make_pseudo_language(locales, "pt_BR")
    assert list(check(locales)) == []
    shutil.copytree(locales / "pt_BR", locales / "pt_br")
    assert list(check(locales)) in (
        [f"{one}: nobody can choose it, for there is another folder of the same language"] for one in ("pt_BR", "pt_br")
    )


def test_a_letter_survives_its_wait_in_the_database() -> None:
    letter = Letter("<b>é</b>\n&amp;", ((("✓ Ja", "a:1:2:yes"),), (("‹", "g:1:i2"), ("P", "g:1:p"))), 12)
    assert Letter.from_json(letter.to_json()) == letter


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("nl-NL,nl;q=0.9,en-US;q=0.8", "nl"),
        ("en-GB", "en"),
        ("hu-HU,hu;q=0.9,en-US;q=0.8,en;q=0.7", "en"),
        ("ar-MA", "ar"),
        ("fa", None),
        ("", None),
        (None, None),
        ("de; q=0.9, en; q=0.8", "en"),
        ("EN ; Q=0.5 , NL ; Q=0.9", "nl"),
        ("nl;q=0, en;q=0.1", "en"),
        ("nl;q=0.000", None),
        ("nl;q=0.5, en;q=0.5", "nl"),
        ("*", None),
        ("*, en;q=0.5", "en"),
        ("nl-NL-u-co-phonebk", "nl"),
        ("nl_BE", "nl"),
        ("nl;q=abc, en;q=0.1", "en"),
        ("nl;q=²,;;,,-,en-,\x00," + "x" * 9000, None),
        ("x," * 5000 + "nl", None),
    ],
)
def test_what_a_phone_asks_for_is_read_as_the_standard_has_it(asked: str | None, spoken: str | None) -> None:
    assert load().negotiate(asked) == spoken


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("pt-br", "pt_BR"), ("pt_BR", "pt_BR"), ("pt", "pt_BR"), ("pt-PT", "pt_BR"), ("zh-Hant-TW", "zh_Hant")],
)
def test_the_whole_tag_goes_before_the_language(asked: str, spoken: str) -> None:
    texts = load()
    many = Texts(texts.checklist, {name: {} for name in ("en", "nl", "pt_BR", "zh_Hans", "zh_Hant")})
    assert many.negotiate(asked) == spoken


def test_a_label_is_said_as_its_own_catalogue_has_it(texts: Texts) -> None:
    option = next(iter(texts.checklist.options.values())).label
    as_own = replace(option, domain="bot")
    view = View((), tuple((Button(label, Go(1, Position(Screen.REVIEW))),) for label in (option, as_own)))
    for language in texts.languages:
        shown = [label for row in texts.buttons(view, language) for label, _ in row]
        assert shown == [texts.word(label, language) for label in (option, as_own)]


def test_the_official_words_of_a_statement_are_never_the_plain_ones(texts: Texts) -> None:
    for language in texts.languages:
        for item in texts.checklist.items.values():
            assert texts.say(item.statement, language) != texts.say(item.plain, language), (language, item.number)


def test_what_people_write_is_not_kept(texts: Texts) -> None:
    ours = beginning(say("Skip"), 4)
    assert texts.word(ours, "nl")
    kept = first_words.cache_info().currsize
    assert texts.word(beginning(verbatim("Meneer De Vries heeft het gedaan"), 12), "nl") == "Meneer De …"
    assert first_words.cache_info().currsize == kept
