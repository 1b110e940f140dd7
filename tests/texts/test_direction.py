"""Direction: a name of one direction in a sentence of the other stands apart, and nothing else is touched."""

import re
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.pofile import read_po, write_po

from bot.channels.telegram.profile import codes_of
from bot.export.writers import for_spreadsheet
from bot.survey.phrases import Phrase, beginning, command, joined, language, say, say_n, verbatim
from bot.texts.catalogues import check
from bot.texts.direction import CONTROLS, apart, bare, begins_against, direction_of, runs
from bot.texts.languages import negotiate
from bot.texts.texts import Texts, TextsError, load
from tests.house import MONDAY
from tests.pseudo_languages import in_arabic_letters, with_languages

FSI, PDI = "\u2068", "\u2069"
ASKS = say("{partnership} asks you: how well do we work together?")


@pytest.fixture(scope="module")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_languages(tmp_path_factory.mktemp("arabic"), "ar", said=in_arabic_letters)


@pytest.fixture(scope="module")
def arabic(locales: Path) -> Texts:
    return load(locales)


def test_a_language_that_runs_from_right_to_left_is_whole(locales: Path) -> None:
    assert list(check(locales)) == []
    assert (direction_of("ar"), direction_of("pt_BR"), direction_of("zh_Hant")) == ("rtl", "ltr", "ltr")


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        (ASKS.of(partnership="De Verbinders (12)"), f"{FSI}De Verbinders (12){PDI} "),
        (ASKS.of(partnership="a\nb"), f"{FSI}a{PDI}\n{FSI}b{PDI} "),
        (say("Contact person: {contact}", contact="06 12 34 56 78"), f": {FSI}06 12 34 56 78{PDI}"),
        (say("This round is called: {name}", name=verbatim("fase <1>")), f": {FSI}fase &lt;1&gt;{PDI}"),
        (say("Language: {language}", language=language("nl")), f": {FSI}Nederlands{PDI}"),
        (joined([verbatim("Oost"), verbatim("West")]), f"{FSI}Oost{PDI}, {FSI}West{PDI}"),
        (say("Round {wave}", wave=12), " 12"),  # a number alone needs nothing
        (say("Questions? {contact}", contact=False), ""),
    ],
)
def test_a_name_stands_apart_in_a_sentence_from_right_to_left(arabic: Texts, phrase: Phrase, said: str) -> None:
    assert said in arabic.say(phrase, "ar")
    assert CONTROLS.search(arabic.say(phrase, "nl")) is None


def test_what_we_say_ourselves_is_not_set_apart(arabic: Texts) -> None:
    inner = say("The same link for everyone: {link}", link=say("Team"))
    assert CONTROLS.search(arabic.say(inner, "ar")) is None
    assert (
        CONTROLS.search(arabic.say(say("/{settings} round after phase 1", settings=command("settings")), "ar")) is None
    )


def test_a_name_from_right_to_left_stands_apart_in_dutch(arabic: Texts) -> None:
    assert arabic.say(ASKS.of(partnership="مركز الحي"), "nl").startswith(f"{FSI}مركز الحي{PDI} vraagt u")


def test_what_is_cut_off_is_ended(arabic: Texts) -> None:
    whole = ASKS.of(partnership="De Verbinders in Moerwijk")
    begun = arabic.say(say("{plain}", plain=beginning(whole, 20)), "ar")
    assert begun.count(FSI) == begun.count(PDI) == 1
    assert len(bare(begun)) <= 20


def test_data_and_subjects_hold_no_signs_that_nobody_sees(arabic: Texts) -> None:
    cell = arabic.word(ASKS.of(partnership="=De Verbinders"), "ar")
    assert CONTROLS.search(cell)
    rows = for_spreadsheet([[cell, apart("=1", "ar")]], "ar")
    assert CONTROLS.search(rows) is None
    assert ",'=1" in rows.replace(";", ",")


@pytest.mark.parametrize(
    ("line", "against"),
    [
        ("WhatsApp: أرسل", True),
        ("\u200fWhatsApp: أرسل", False),
        ("26 جملة", False),
        ("💡 نص", False),
        ("QR", False),
        ("نص QR", False),
        ("", False),
    ],
)
def test_a_line_that_a_chat_would_turn_round_is_told(line: str, against: bool) -> None:
    assert begins_against(line, "ar") == against
    assert not begins_against(line, "nl")


SPOILT: Mapping[str, tuple[str, str]] = {
    "holds a sign that nobody sees": (
        "{partnership} asks you: how well do we work together?",
        f"{FSI}نص{PDI} {{partnership}}",
    ),
    "has an arrow → that points against the reading": ("Team", "نص → نص"),
    "has a line that begins with a word from left to right": ("Status", "QR نص"),
    "is no name of a file": ("my-answers", "إجاباتي"),
}


@pytest.mark.parametrize("told", SPOILT)
def test_what_runs_the_wrong_way_is_told_with_file_and_text(locales: Path, tmp_path: Path, told: str) -> None:
    spoilt = Path(shutil.copytree(locales, tmp_path / "spoilt"))
    text, words = SPOILT[told]
    translate(spoilt / "ar/LC_MESSAGES/bot.po", text, words)
    (found,) = check(spoilt)
    assert found.startswith(f"ar/LC_MESSAGES/bot.po: {text!r}: ")
    assert told in found


@pytest.mark.parametrize(
    ("word", "told"), [("حالة", "Telegram takes a to z"), ("stop", "is 'stop' in another language")]
)
def test_a_command_that_cannot_be_is_told(locales: Path, tmp_path: Path, word: str, told: str) -> None:
    spoilt = Path(shutil.copytree(locales, tmp_path / "spoilt"))
    translate(spoilt / "ar/LC_MESSAGES/bot.po", "status", word, "command")
    (found,) = check(spoilt)
    assert told in found
    assert "command: 'status'" in found


def test_every_plural_form_is_asked_for_and_a_form_for_one_number_needs_no_figure(
    locales: Path, tmp_path: Path
) -> None:
    """Arabic has six: none, one, two, a few, many, others; the first three are each of one number."""
    spoilt, one = Path(shutil.copytree(locales, tmp_path / "spoilt")), "{count} minute"
    path = spoilt / "ar/LC_MESSAGES/bot.po"
    translate(path, one, ("صفر", "دقيقة", "دقيقتان", "{count} دقائق", "{count} دقيقة", "{count} دقيقة"))
    assert list(check(spoilt)) == []
    texts = load.__wrapped__(spoilt)
    said = [texts.say(say_n("{count} minute", "{count} minutes", n), "ar") for n in (0, 1, 2, 3, 11)]
    assert said == ["صفر", "دقيقة", "دقيقتان", "3 دقائق", "11 دقيقة"]
    translate(path, one, ("صفر", "دقيقة", "دقيقتان", "دقائق", "{count} دقيقة", "{count} دقيقة"))
    (found,) = check(spoilt)
    assert "needs the same {names}" in found
    translate(path, one, ("صفر", "دقيقة", "دقيقتان", "{count} دقائق", "{count} دقيقة", ""))
    assert list(check(spoilt)) == [f"ar/LC_MESSAGES/bot.po: {one!r}: not translated"]


def translate(path: Path, text: str, words: str | tuple[str, ...], context: str | None = None) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=Locale.parse(path.parts[-3]))
    message = catalogue.get(text, context)
    assert message
    message.string = words
    with path.open("wb") as file:
        write_po(file, catalogue)


@pytest.mark.parametrize(
    ("code", "day", "moment"),
    [
        ("nl", "2 maart 2026", "maandag 2 maart 09:30"),
        ("en", "2 March 2026", "Monday 2 March 09:30"),
        ("ar", "2 مارس 2026", "الاثنين، 2 مارس 09:30"),
        ("pt_BR", "2 de março de 2026", "segunda-feira, 2 de março 09:30"),
        ("zh_Hant", "2026年3月2日", "3月2日星期一 09:30"),
        ("tr", "2 Mart 2026", "2 Mart Pazartesi 09:30"),
    ],
)
def test_a_day_is_said_as_the_language_has_it_in_latin_figures(code: str, day: str, moment: str) -> None:
    texts = Texts(load().checklist, {code: {}})
    assert texts._value(date(2026, 3, 2), code, {}) == day
    assert texts._value(MONDAY, code, {}) == moment
    assert re.search(r"[^\W0-9_]", day)


OURS = ("en", "nl", "pt_BR", "sr_Latn", "zh_Hans", "zh_Hant")


@pytest.mark.parametrize(
    ("phone", "spoken"),
    [
        ("zh-TW", "zh_Hant"), ("zh-HK", "zh_Hant"), ("zh-Hans-TW", "zh_Hans"), ("zh", "zh_Hans"), ("zh-SG", "zh_Hans"),
        ("pt", "pt_BR"), ("pt-PT", "pt_BR"), ("sr-ME", "sr_Latn"), ("sr", "sr_Latn"), ("es-419", None),
        ("pt-u-nu-latn", "pt_BR"), ("x-pt", None), ("a", None),
    ],
)  # fmt: skip
def test_a_script_that_is_not_said_is_the_usual_one(phone: str, spoken: str | None) -> None:
    assert negotiate(phone, OURS) == spoken


def test_a_folder_that_is_no_language_is_told_with_what_to_do(tmp_path: Path) -> None:
    for name in ("pt-BR", "nederlands", "xx"):
        (tmp_path / name / "LC_MESSAGES").mkdir(parents=True)
    with pytest.raises(TextsError) as caught:
        load(tmp_path)
    told = [line for line in str(caught.value).splitlines() if "BCP 47" in line]
    assert [line.split(": ")[0] for line in told] == [str(tmp_path / name) for name in ("nederlands", "pt-BR", "xx")]
    assert all("such as nl, pt_BR or zh_Hant" in line for line in told)


def test_telegram_has_a_menu_in_each_language_of_two_letters() -> None:
    found = codes_of(("ar", "en", "pap", "pt_BR", "zh_Hans", "zh_Hant"))
    assert found == {"ar": "ar", "en": "en", "pt": "pt_BR", "zh": "zh_Hans"}


@pytest.mark.parametrize(
    ("text", "language", "runs_so"),
    [
        ("Bel Fatima (06).", "ar", "ltr"),
        (f"{FSI}De Verbinders{PDI} نص", "ar", ""),
        (f"{FSI}De Verbinders{PDI}", "ar", ""),
        ("60 (5)", "ar", ""),
        ("مرحبا (06).", "nl", "rtl"),
        (f"{FSI}مركز الحي{PDI} vraagt u", "nl", ""),
        ("Bel Fatima", "nl", ""),
    ],
)
def test_words_that_somebody_wrote_run_their_own_way(text: str, language: str, runs_so: str) -> None:
    assert runs(text, language) == runs_so
