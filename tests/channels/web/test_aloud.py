"""Read aloud: phones that speak, phones that do not, and pages that somebody else's program translated."""

import json
from collections.abc import Sequence

import pytest

from tests.axe import fetch_axe, violations
from tests.browser import HOW_TO_GET_IT, WIDTH, Browser, Tab, find_chromium
from tests.channels.web.test_in_chromium import OPTIONS, join
from tests.house import House

pytestmark = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)

BUTTON = "document.querySelector('[data-aloud]')"
IS_ON = f"{BUTTON}.getAttribute('aria-pressed') === 'true'"
SAID = "document.getElementById('status').innerText"
MARKED = "[...document.querySelectorAll('.spoken')].map(one => one.innerText).join()"
HIGHLIGHTED = "[...(CSS.highlights.get('spoken') || [])].map(String).join()"
COUNT_STOPS = "window.stopped = 0; speechSynthesis.cancel = () => { stopped++; }; 0"
WAITED = """window.later = setTimeout;
    window.setTimeout = (act, after, ...more) => later(act, (waits = after) === PATIENCE ? 0 : after, ...more); 0"""
LINE = (".progress b", ".progress span", "[data-aloud]", ".menu summary", ".statement progress", "h2")
OVERLAPS = """LINE => {
    const boxes = LINE.map(one => document.querySelector(one).getBoundingClientRect());
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top + 1 < b.bottom && b.top + 1 < a.bottom;
    return LINE.filter((_, one) => boxes.slice(one + 1).some(other => meet(boxes[one], other)));
}"""
BOX = f"box = {BUTTON}.getBoundingClientRect()"
READ = {"nl": "Voorlezen", "en": "Read aloud"}
STATEMENT = {
    "nl": "De samenwerking is goed voor de gezondheid en het welzijn van mensen.",
    "en": "The partnership is good for people's health and wellbeing.",
}
IS_TRUE = {"nl": "Klopt dit voor u?", "en": "Is this true for you?"}
OFFICIAL = {
    "nl": "De samenwerking is een aanwinst voor gezondheidsbevordering (inclusief welzijn)",
    "en": "The collaboration is an asset to health promotion (including welfare)",
}
VOICES = {"nl": "nl-NL", "en": "en-GB"}


async def shown(browser: Browser, house: House, language: str, *voices: str) -> Tab:
    """A phone on which an invitation is opened."""
    tab = await browser.tab(language)
    await tab.has_voices(*voices)
    await tab.open(f"{house.page}/i/{house.add().invitation}")
    return tab


async def at_statement(browser: Browser, house: House, language: str = "nl", *voices: str) -> Tab:
    tab = await browser.tab(language)
    await tab.has_voices(*(voices or ("nl-NL", "en-GB")))
    await join(tab, house, house.add().invitation, language)
    return tab


async def sounds(tab: Tab, *expected: str) -> None:
    """What the phone was asked to say since this was asked last."""
    assert await tab.run("heard.splice(0).map(one => one.text)") == list(expected)


def words(language: str, statement: str = "") -> Sequence[str]:
    return (statement or STATEMENT[language], IS_TRUE[language], *OPTIONS[language])


@pytest.mark.parametrize(
    ("phone", "parts"),
    [("nl-NL,nl;q=0.9", "nl"), ("en-GB", "en"), ("hu-HU", "nl en"), ("fa", "nl en"), ("", "nl en")],
)
async def test_a_page_is_read_in_its_own_languages(house: House, browser: Browser, phone: str, parts: str) -> None:
    tab = await shown(browser, house, phone, "tr-TR", "en_GB", "nl_NL", "ar-SA")
    if phone:
        assert await tab.run("navigator.language") == phone.split(",")[0]
    own = parts.split()[0]
    assert await tab.run("document.documentElement.lang") == own
    await tab.click(READ[own])
    said = await tab.run("langs()")
    assert [lang for lang, before in zip(said, ["", *said], strict=False) if lang != before] == [
        VOICES[lang] for lang in parts.split()
    ]
    await tab.open(f"{house.page}/nowhere")
    assert await tab.run("document.documentElement.lang") == own


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_a_statement_is_read_with_each_of_its_answers_and_nothing_else(
    house: House, browser: Browser, language: str
) -> None:
    tab = await at_statement(browser, house, language)
    await tab.click(READ[language])
    assert {*await tab.run("langs()")} == {VOICES[language]}
    await sounds(tab, *words(language))
    await tab.click({"nl": "De officiële zin", "en": "The official statement"}[language])
    await tab.until("heard.length")
    await sounds(tab, OFFICIAL[language], *words(language)[1:])
    await tab.click(READ[language])
    await tab.click(READ[language])
    await sounds(tab, words(language)[0], OFFICIAL[language], *words(language)[1:])


async def test_it_is_read_in_the_language_that_the_page_was_changed_to(house: House, browser: Browser) -> None:
    tab = await at_statement(browser, house)
    await tab.click("Voorlezen")
    await sounds(tab, *words("nl"))
    await tab.click("English")
    await tab.sees("Statement 1 of")
    assert {*await tab.run("langs()")} == {"en-GB"}
    await sounds(tab, *words("en"))


async def test_reading_goes_on_with_the_next_statement_until_one_tap(house: House, browser: Browser) -> None:
    tab = await at_statement(browser, house)
    assert not await tab.run(IS_ON)
    await tab.click("Voorlezen")
    assert await tab.run(IS_ON)
    await sounds(tab, *words("nl"))
    await tab.run(COUNT_STOPS)
    await tab.connection(lost=True)
    await tab.click("Meer ja dan nee")
    assert await tab.run("stopped") == 1, "at once, and not when the next one is there"
    await tab.connection(lost=False)
    await tab.sees("Zin 2 van 26")
    await sounds(tab, *words("nl", "De mensen die nodig zijn voor onze doelen, doen mee."))
    await tab.click("Voorlezen")
    assert not await tab.run(IS_ON)
    assert await tab.run("stopped") == 2
    await tab.click("Ja")
    await tab.sees("Zin 3 van 26")
    await sounds(tab)
    assert not await tab.run("sessionStorage.length")


async def test_an_answer_that_was_chosen_is_read_without_its_sign(house: House, browser: Browser) -> None:
    tab = await at_statement(browser, house)
    await tab.click("Ja")
    await tab.click("Veranderen")
    await tab.sees("✓ Ja")
    await tab.click("Voorlezen")
    await sounds(tab, *words("nl"))
    await tab.click("Voorlezen")
    await tab.click("Voorlezen")
    await tab.run("heard[6].onstart(); 0")
    assert await tab.run(f"[{MARKED}, {HIGHLIGHTED}]") == ["✓ Ja", "Ja"]


async def test_a_page_that_is_loaded_anew_speaks_from_the_first_tap_on(house: House, browser: Browser) -> None:
    tab = await at_statement(browser, house)
    await tab.click("Voorlezen")
    await tab.reload()
    assert await tab.run(IS_ON)
    await sounds(tab)
    await tab.press("h2")
    await sounds(tab, *words("nl"))
    await tab.reload()
    await tab.click("Voorlezen")
    assert await tab.run(IS_ON), "who taps it wants to hear it, and nothing was to be heard yet"
    await sounds(tab, *words("nl"))
    await tab.run("heard.length = 0")
    other = await tab.another(f"{house.page}/1")
    await other.press("h2")
    assert not await other.run(IS_ON), "for this tab alone"


async def test_a_browser_that_wants_a_tap_first_is_given_one(house: House, browser: Browser) -> None:
    tab = await at_statement(browser, house)
    await tab.click("Voorlezen")
    await tab.run("heard.splice(0)[0].onerror({error: 'not-allowed'})")
    assert await tab.run(f"[{SAID}, {IS_ON}]") == ["", True]
    await tab.press("h2")
    await sounds(tab, *words("nl"))


async def test_nothing_is_read_to_whoever_is_elsewhere(house: House, browser: Browser) -> None:
    tab = await at_statement(browser, house)
    await tab.click("Voorlezen")
    await sounds(tab, *words("nl"))
    await tab.run(COUNT_STOPS)
    await tab.hide()
    assert await tab.run("stopped") == 1
    await sounds(tab)
    await tab.hide(hidden=False)
    await tab.until("heard.length")
    await sounds(tab, *words("nl"))
    await tab.run("window.dispatchEvent(new Event('pagehide')); 0")
    assert await tab.run("stopped") == 2


@pytest.mark.parametrize(("voices", "can"), [((), False), (("tr-TR", "en-GB"), False), (("nl-BE",), True)])
async def test_where_there_is_no_voice_there_is_no_button(
    house: House, browser: Browser, voices: tuple[str, ...], can: bool
) -> None:
    tab = await shown(browser, house, "nl-NL", *voices)
    assert await tab.run(f"{BUTTON}.checkVisibility()") is can
    await tab.run("speechSynthesis.getVoices = () => [{lang: 'nl'}]; speechSynthesis.onvoiceschanged(); 0")
    assert await tab.run(f"{BUTTON}.checkVisibility()"), "voices come later than the page"
    await tab.run("speechSynthesis.getVoices = () => []; speechSynthesis.onvoiceschanged(); 0")
    assert not await tab.run(f"{BUTTON}.checkVisibility()")


async def test_voices_that_come_late_without_a_word_are_found(house: House, browser: Browser) -> None:
    tab = await shown(browser, house, "nl-NL")
    assert not await tab.run(f"{BUTTON}.checkVisibility()")
    await tab.run("speechSynthesis.getVoices = () => [{lang: 'nl_NL'}]; 0")
    await tab.until(f"{BUTTON}.checkVisibility()")
    await tab.click("Voorlezen")
    assert {*await tab.run("langs()")} == {"nl-NL"}


async def test_a_phone_that_has_a_voice_and_says_nothing_says_so_in_words(house: House, browser: Browser) -> None:
    tab = await shown(browser, house, "nl-NL", "nl-NL")
    await tab.run(WAITED.replace("PATIENCE", "5000"))
    await tab.click("Voorlezen")
    await tab.until(f"{SAID} === 'Deze telefoon kan dit niet voorlezen.'")
    assert not await tab.run(IS_ON)


async def test_a_voice_that_falls_silent_halfway_says_so_too(house: House, browser: Browser) -> None:
    tab = await shown(browser, house, "nl-NL", "nl-NL")
    await tab.run(WAITED.replace("PATIENCE", "30000"))
    await tab.click("Voorlezen")
    await tab.run("heard[0].onstart(); heard[0].onend(); 0")
    assert await tab.run(f"[{SAID}, {IS_ON}]") == ["", True]
    assert await tab.run("heard[1].onstart(); waits") == 30000, "it is not given up in the middle of a sentence"
    await tab.until(f"{SAID} === 'Deze telefoon kan dit niet voorlezen.'")
    assert not await tab.run(IS_ON)


async def test_a_voice_that_fails_says_so_and_one_that_is_stopped_does_not(house: House, browser: Browser) -> None:
    tab = await shown(browser, house, "nl-NL", "nl-NL")
    for error in ("canceled", "interrupted"):
        await tab.click("Voorlezen")
        await tab.run(f"heard.splice(0)[0].onerror({{error: '{error}'}})")
        assert await tab.run(f"[{SAID}, {IS_ON}]") == ["", True]
        await tab.click("Voorlezen")
    await tab.click("Voorlezen")
    await tab.run("window.first = heard.splice(0); 0")
    await tab.click("Voorlezen")
    await tab.click("Voorlezen")
    await tab.run("first[0].onerror({error: 'network'})")
    assert await tab.run(f"[{SAID}, {IS_ON}]") == ["", True], "that was the one before"
    await tab.run("heard[0].onstart()")
    await tab.run("heard[1].onerror({error: 'language-unavailable'})")
    assert await tab.run(f"[{SAID}, {IS_ON}]") == ["Deze telefoon kan dit niet voorlezen.", False]


async def test_what_is_heard_is_marked_by_sentence_and_by_word_where_it_is_told(house: House, browser: Browser) -> None:
    tab = await at_statement(browser, house)
    await tab.click("Voorlezen")
    assert await tab.run(MARKED) == "", "nothing is to be heard yet"
    await tab.run("heard[0].onstart(); 0")
    assert await tab.run(f"[{MARKED}, {HIGHLIGHTED}]") == [STATEMENT["nl"]] * 2
    await tab.run("heard[0].onboundary({name: 'word', charIndex: 3, charLength: 12}); 0")
    assert await tab.run(f"[{MARKED}, {HIGHLIGHTED}]") == [STATEMENT["nl"], "samenwerking"]
    await tab.run("heard[2].onstart(); 0")
    assert await tab.run(f"[{MARKED}, {HIGHLIGHTED}]") == ["Nee"] * 2
    await tab.run("heard.at(-1).onend(); 0")
    assert await tab.run(f"[{MARKED}, {HIGHLIGHTED}]") == ["", ""]
    assert await tab.run(IS_ON), "the next one is read"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_axe_finds_nothing_while_it_is_read(
    house: House, browser: Browser, pytestconfig: pytest.Config, dark: bool
) -> None:
    axe = await fetch_axe(pytestconfig.cache.mkdir("axe"))
    tab = await at_statement(browser, house)
    await tab.look(dark=dark)
    await tab.click("Voorlezen")
    for place in (0, 2, 7):  # the statement, an answer, and one that is not scored
        await tab.run(f"heard[{place}].onstart(); 0")
        assert await violations(tab, axe) == []


async def test_long_texts_are_cut_for_browsers_that_stop_halfway(house: House, browser: Browser) -> None:
    tab = await shown(browser, house, "nl-NL", "nl-NL")
    long = "Dit is een lange zin, en daar komt nog wat bij, " * 9 + "klaar."
    script = f"document.querySelector('[data-read]').innerHTML = 'Kort. <b>Ook</b> kort. {long}'; 0"
    await tab.run(script)
    await tab.click("Voorlezen")
    await tab.run("heard[1].onstart(); 0")
    assert await tab.run(HIGHLIGHTED) == "Ook kort."
    texts = await tab.run("texts()")
    short, pieces = texts[:2], texts[2 : next(at for at, text in enumerate(texts) if text.endswith("klaar.")) + 1]
    assert short == ["Kort.", "Ook kort."]
    assert " ".join(pieces) == long
    assert max(map(len, pieces)) <= 160
    assert all(piece.endswith(",") for piece in pieces[:-1])


async def test_a_page_that_was_translated_is_read_with_one_voice_and_stays_translated(
    house: House, browser: Browser
) -> None:
    tab = await shown(browser, house, "ar", "nl-NL", "en-GB", "ar-SA")
    await tab.run("document.documentElement.lang = 'ar'; document.documentElement.className = 'translated-rtl'; 0")
    await tab.click("Voorlezen")
    assert {*await tab.run("langs()")} == {"ar-SA"}
    await tab.run("heard.length = 0")
    for label, sign in (
        ("Nederlands", "Welkom!"),
        ("Ja, ik doe mee", "Wat past het best bij u?"),
        ("Anders", "Zin 1 van 26"),
    ):
        await tab.click(label)
        await tab.sees(sign)
    assert await tab.run("document.documentElement.lang") == "ar", "a third party's word stays"
    assert {*await tab.run("langs()")} == {"ar-SA"}
    await tab.run("document.documentElement.className = ''; heard.length = 0")
    await tab.click("Voorlezen")
    await tab.click("Voorlezen")
    assert {*await tab.run("langs()")} == {"ar-SA"}, "others only change the language"


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("text", [1, 2])
async def test_its_button_stands_clear_of_the_line_it_stands_in(
    house: House, browser: Browser, language: str, text: int
) -> None:
    tab = await at_statement(browser, house, language)
    await tab.look(text=text)
    for direction in ("ltr", "rtl"):
        await tab.run(f"document.documentElement.dir = '{direction}'")
        assert await tab.run(f"({OVERLAPS})({json.dumps(LINE)})") == []
        assert await tab.run("document.documentElement.scrollWidth") <= WIDTH
        width, height, bottom = await tab.run(f"{BOX}; [box.width, box.height, box.bottom]")
        assert min(width, height) >= 44
        assert bottom < 60 * text, "in sight, whatever else is there"
    assert await tab.run(f"{BUTTON}.innerText") == READ[language]
