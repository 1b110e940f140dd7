"""Recordings on the page: given out in pieces, played to the end, and never for other words than stand there."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.channels.port import Opened, Update
from bot.recordings import parts
from bot.survey.checklist import fingerprint
from tests.browser import HOW_TO_GET_IT, Browser, Tab, find_chromium
from tests.channels.web.test_aloud import BUTTON, IS_ON, MARKED, SAID, STATEMENT, words
from tests.channels.web.test_in_chromium import join
from tests.house import House, agree
from tests.recordings.made import FATIMA, entry, put, recorded, silence, write
from tests.visitor import Visitor

needs_chromium = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)

WHERE = re.compile(r'data-recording="(/audio/[0-9a-f]{32}\.mp3)"')
FIRST = ("statement-01", "answers")
OBSERVED = """window.ended = []; window.marked = []; { const Own = Audio; window.Audio = function () {
    const one = new Own(); window.player = one;
    one.addEventListener('playing', () => marked.push(MARKED));
    one.addEventListener('ended', () => ended.push([new URL(one.src).pathname, one.currentTime > 0.3]));
    return one; }; }""".replace("MARKED", MARKED)
ON_THE_PAGE = "[...document.querySelectorAll('[data-recording]')].map(one => one.dataset.recording)"
IS_PLAYING = "!player.paused && !player.ended"


def audio(house: House) -> Path:
    return house.folder / "data" / "audio"


async def put_there(house: House, *only: str, whose: str = "", language: str = "nl", **more: object) -> None:
    recorded(audio(house) / whose / language, house.app.texts, language, only, **more)
    await house.restart()


async def at_first(house: House, visitor: Visitor, code: str = "") -> list[str]:
    """Where the recordings are that the page of the first statement names."""
    await agree(house, visitor, code or house.add().invitation)
    return await named(visitor)


async def named(visitor: Visitor, path: str = "/1") -> list[str]:
    async with visitor.session.get(path) as response:
        assert (response.status, response.url.path) == (200, path)
        return WHERE.findall(await response.text())


class Given(NamedTuple):
    status: int
    headers: Mapping[str, str]
    content: bytes


async def asked_for(visitor: Visitor, place: str, method: str = "GET", **headers: str) -> Given:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    async with visitor.session.request(method, place, headers=given) as one:
        return Given(one.status, one.headers, await one.read())


async def test_it_is_given_out_whole_and_in_pieces(house: House) -> None:
    await put_there(house)
    async with Visitor(house.page) as visitor:
        first, second = await at_first(house, visitor)
        files = [(audio(house) / "nl" / f"{part}.mp3").read_bytes() for part in FIRST]
        for place, content in zip((first, second), files, strict=True):
            whole = await asked_for(visitor, place)
            assert (whole.status, whole.content) == (200, content)
            assert whole.headers["Content-Type"] == "audio/mpeg"
            assert whole.headers["Accept-Ranges"] == "bytes"
            assert whole.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert "media-src 'self'" in whole.headers["Content-Security-Policy"]
        size, tag = len(files[0]), whole_tag(first)
        piece = await asked_for(visitor, first, Range="bytes=10-19")
        assert (piece.status, piece.content) == (206, files[0][10:20])
        assert piece.headers["Content-Range"] == f"bytes 10-19/{size}"
        last = await asked_for(visitor, first, Range="bytes=-5")
        assert (last.status, last.content) == (206, files[0][-5:])
        beyond = await asked_for(visitor, first, Range=f"bytes={size}-")
        assert (beyond.status, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")
        assert (await asked_for(visitor, first, Range="bytes=0-1", If_Range=tag)).status == 206
        assert (await asked_for(visitor, first, Range="bytes=0-1", If_Range='"another"')).status == 200
        head = await asked_for(visitor, first, "HEAD")
        assert (head.status, head.headers["Content-Length"], head.headers["ETag"]) == (200, str(size), tag)
        assert head.content == b""


def whole_tag(place: str) -> str:
    return f'"{Path(place).stem}"'


async def test_what_is_another_file_by_now_is_given_out_no_more_and_not_named_either(house: House) -> None:
    await put_there(house)
    async with Visitor(house.page) as visitor:
        (first, _) = await at_first(house, visitor)
        put(audio(house) / "nl", "statement-01.mp3", silence(0.24))
        assert (await asked_for(visitor, first)).status == 404
        assert (await asked_for(visitor, "/audio/" + "0" * 32 + ".mp3")).status == 404
        assert await named(visitor) == []


async def test_without_any_folder_nothing_is_said_of_recordings(house: House) -> None:
    async with Visitor(house.page) as visitor:
        assert await at_first(house, visitor) == []
        assert "recording" not in visitor.last.html
        assert "voices" not in visitor.last.html


async def test_of_one_language_only_that_is_heard(house: House) -> None:
    await put_there(house)
    async with Visitor(house.page) as visitor:
        assert len(await at_first(house, visitor)) == 2
        await visitor.press("English")
        assert await named(visitor) == []


async def test_what_is_put_there_while_the_bot_runs_is_heard_from_the_next_start_on(house: House) -> None:
    async with Visitor(house.page) as visitor:
        assert await at_first(house, visitor) == []
        recorded(audio(house) / "nl", house.app.texts)
        assert await named(visitor) == []
        await house.restart()
        assert len(await named(visitor)) == 2


@pytest.mark.parametrize("only", [["statement-01"], ["answers"], ["statement-02", "answers"]])
async def test_never_half_a_screen(house: House, only: list[str]) -> None:
    await put_there(house, *only)
    async with Visitor(house.page) as visitor:
        assert await at_first(house, visitor) == []


@pytest.mark.parametrize("part", FIRST)
async def test_words_that_changed_since_are_not_heard(house: House, part: str) -> None:
    wording = {one.name: one.wording for one in parts.every(house.app.texts, "nl")}
    folder = recorded(audio(house) / "nl", house.app.texts, only=FIRST)
    write(folder, [entry(one, "of last year" if one == part else wording[one]) for one in FIRST])
    await house.restart()
    async with Visitor(house.page) as visitor:
        assert await at_first(house, visitor) == []


async def test_a_statement_that_reads_otherwise_than_when_the_wave_was_opened_is_not_heard(house: House) -> None:
    await put_there(house)
    async with Visitor(house.page) as visitor:
        code = house.add().invitation
        other = house.app.texts.wording()
        other["nl"]["1"] = "another"
        with house.app.database.transaction() as tx:
            tx.connection.exec_driver_sql("UPDATE waves SET wording = ?", (json.dumps(other),))
        assert await at_first(house, visitor, code) == []
        await visitor.press("Ja")
        assert len(await named(visitor, "/2")) == 2
        del other["nl"]
        with house.app.database.transaction() as tx:
            tx.connection.exec_driver_sql("UPDATE waves SET wording = ?", (json.dumps(other),))
        await house.restart()
        assert len(await named(visitor)) == 2, "a language that came later was opened with nothing"


async def test_who_speaks_is_told_and_that_it_is_a_computer(house: House) -> None:
    await put_there(house)
    code = house.add().invitation
    await put_there(house, *FIRST, whose="1", spoken_by="<b>Robot & co</b>", computer=True)
    async with Visitor(house.page) as visitor, Visitor(house.page) as other:
        theirs = await at_first(house, visitor, code)
        assert "Voorgelezen door een computerstem: &lt;b&gt;Robot &amp; co&lt;/b&gt;." in visitor.last.html
        await visitor.press("Ja")
        said = f"Voorgelezen door {FATIMA}. Voorgelezen door een computerstem"
        assert said in visitor.last.html, "the statement is of the installation, the answers are theirs"
        assert not {*theirs} & {*await at_first(house, other, house.add("Anderen").invitation)}
        assert f"Voorgelezen door {FATIMA}.<" in other.last.html


async def test_a_line_that_nobody_recorded_leaves_it_to_the_phone_s_own_voice(house: House) -> None:
    await put_there(house)
    async with Visitor(house.page) as visitor:
        await at_first(house, visitor)
        await visitor.press_data(visitor.last.rows[0][0][1].replace(":1:no", ":2:no"))
        assert "werkt niet meer" in visitor.last.html
        assert WHERE.findall(visitor.last.html) == []
        assert "Voorgelezen" not in visitor.last.html


async def test_a_screen_that_says_the_same_to_everybody_is_heard(house: House) -> None:
    await put_there(house, "group")
    async with Visitor(house.page) as visitor:
        await visitor.open(f"/i/{house.add().invitation}")
        assert WHERE.findall(visitor.last.html) == []
        await visitor.press("Ja, ik doe mee")
        assert len(WHERE.findall(visitor.last.html)) == 1
        assert f"Voorgelezen door {FATIMA}." in visitor.last.html


async def test_a_partnership_can_record_its_own_welcome(house: House) -> None:
    code = house.add().invitation
    seen = await house.app.look(Update("a look", "web", "nobody", Opened(code), "nl"))
    folder = write(audio(house) / "1/nl", [entry("welcome", fingerprint(*parts.spoken(seen.letter)))])
    put(folder, "welcome.mp3", silence())
    await house.restart()
    async with Visitor(house.page) as visitor:
        await visitor.open(f"/i/{code}")
        assert len(WHERE.findall(visitor.last.html)) == 1
        await visitor.open(f"/i/{house.add('Anderen').invitation}")
        assert WHERE.findall(visitor.last.html) == [], "there it says another name"


@needs_chromium
async def test_it_is_played_to_its_end_by_keyboard(house: House, browser: Browser) -> None:
    await put_there(house)
    tab = await listening(browser, house)
    assert await tab.run(f"{BUTTON}.checkVisibility()"), "also on a phone without any voice"
    await tab.run(f"{BUTTON}.focus(); 0")
    await tab.key("Enter")
    await tab.until("ended.length === 2")
    assert await tab.run("marked") == [STATEMENT["nl"], "Klopt dit voor u?"]
    assert await tab.run("ended") == [[place, True] for place in await tab.run(ON_THE_PAGE)]
    assert await tab.run(f"[{SAID}, {IS_ON}, {MARKED}]") == ["", True, ""]
    assert await tab.run("heard.length") == 0


@needs_chromium
async def test_each_next_statement_is_heard_without_another_tap(house: House, browser: Browser) -> None:
    await put_there(house)
    tab = await listening(browser, house, "nl-NL")
    await tab.click("Voorlezen")
    for item in (1, 2, 3):
        await tab.until(f"ended.length === {item * 2}")
        assert await tab.run("ended.slice(-2).map(one => one[0])") == await tab.run(ON_THE_PAGE)
        await tab.click("Ja")
        await tab.sees(f"Zin {item + 1} van 26")
    await tab.until(IS_PLAYING)
    await tab.click("Voorlezen")
    assert not await tab.run(IS_PLAYING)
    await tab.click("Ja")
    await tab.sees("Zin 5 van 26")
    assert await tab.run(f"[{IS_PLAYING}, heard.length]") == [False, 0]


@needs_chromium
async def test_an_answer_stops_the_one_before_at_once(house: House, browser: Browser) -> None:
    await put_there(house)
    put(audio(house) / "nl", "statement-01.mp3", silence(20))
    await house.restart()
    tab = await listening(browser, house)
    await tab.click("Voorlezen")
    await tab.until(f"{IS_PLAYING} && player.currentTime > 0")  # the file is there, and not only asked for
    await tab.connection(lost=True)
    await tab.click("Ja")
    assert not await tab.run(IS_PLAYING)
    await tab.connection(lost=False)
    await tab.sees("Zin 2 van 26")
    await tab.until("ended.length === 2")


@needs_chromium
@pytest.mark.parametrize("trouble", ["offline", "gone"])
async def test_what_cannot_be_played_the_phone_reads_itself_and_nothing_wrong_is_said(
    house: House, browser: Browser, trouble: str
) -> None:
    await put_there(house)
    tab = await listening(browser, house, "nl-NL")
    if trouble == "offline":
        await tab.connection(lost=True)
    else:
        (audio(house) / "nl" / "statement-01.mp3").unlink()
    await tab.click("Voorlezen")
    await tab.until("heard.length")
    assert await tab.run("texts()") == list(words("nl"))
    assert await tab.run(f"[{SAID}, {IS_ON}]") == ["", True]
    await tab.connection(lost=False)
    await tab.run("heard.length = 0")
    await tab.click("Ja")
    await tab.sees("Zin 2 van 26")
    await tab.until("ended.length === 2")
    assert await tab.run("heard.length") == 0, "the next one is tried again"


@needs_chromium
async def test_where_neither_works_it_says_so(house: House, browser: Browser) -> None:
    await put_there(house)
    tab = await listening(browser, house)
    await tab.connection(lost=True)
    await tab.click("Voorlezen")
    await tab.until(f"{SAID} === 'Deze telefoon kan dit niet voorlezen.'")
    assert not await tab.run(IS_ON)


@needs_chromium
async def test_a_page_that_was_translated_is_read_by_the_phone(house: House, browser: Browser) -> None:
    await put_there(house)
    tab = await listening(browser, house, "tr-TR")
    await tab.run("document.documentElement.lang = 'tr'; document.documentElement.className = 'translated-ltr'; 0")
    await tab.click("Voorlezen")
    assert {*await tab.run("langs()")} == {"tr-TR"}
    assert not await tab.run(IS_PLAYING)


@needs_chromium
async def test_a_recording_says_the_official_statement_too(house: House, browser: Browser) -> None:
    await put_there(house)
    put(audio(house) / "nl", "statement-01.mp3", silence(20))
    await house.restart()
    tab = await listening(browser, house, "nl-NL")
    await tab.click("Voorlezen")
    await tab.until("player.currentTime > 0.2")
    await tab.click("De officiële zin")
    await tab.until("document.querySelector('details.official').open")
    assert await tab.run(f"[{IS_PLAYING}, player.currentTime > 0.2, heard.length]") == [True, True, 0]


async def listening(browser: Browser, house: House, *voices: str) -> Tab:
    """At the first statement, on a phone with these voices; `ended` are the recordings that were played to their end,
    and whether that took a while."""
    tab = await browser.tab("nl")
    await tab.has_voices(*voices)
    await tab.call("Page.addScriptToEvaluateOnNewDocument", source=OBSERVED)
    await join(tab, house, house.add().invitation)
    return tab
