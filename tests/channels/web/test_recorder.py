"""The recorder over HTTP: a partnership is recorded line by line by its coordinator; what is no voice is not kept."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import FormData

from bot.command_line import doctor
from bot.coordination.recordings import AGREES, TAKES_BACK
from bot.recordings import kinds, receiving
from bot.survey.checklist import fingerprint
from tests.actors import coordinate
from tests.channels.web.conftest import Visitors
from tests.channels.web.test_recordings import asked_for, at_first
from tests.house import House
from tests.recordings.sounding import voice, write_sound
from tests.visitor import Page, Visitor

FATIMA = "Fatima <b>& co</b>"
EMPTY, SILENT = "Er zit geen geluid in.", "We horen niemand."
LONG, UNREADABLE = "Dit is te lang. Een regel mag 40 seconden duren.", "We kunnen dit bestand niet als geluid lezen."
HEARD = re.compile(r'<audio controls preload="none" src="(/audio/[0-9a-f]{32}\.mp3)"')


def spoken(folder: Path, name: str = "line.webm", seconds: float = 1.0, height: float = 0.3) -> bytes:
    return write_sound(folder / name, voice(seconds, height, before=0.3, after=0.3)).read_bytes()


async def begun(visitor: Visitor, name: str = FATIMA, agrees: str = "yes", language: str = "nl") -> Page:
    """Somebody says who reads aloud, and stands at the first line that nobody recorded."""
    await visitor.open(f"/coordinate/recordings/1/{language}")
    return await visitor.send(visitor.last.forms["fields"], {"field.speaker": name, "field.agrees": agrees})


async def send(visitor: Visitor, content: bytes, name: str = "07.txt", **forged: str) -> Page:
    """A line, from the page that is open."""
    form, body = visitor.last.forms["fields"], FormData()
    for field, value in ({**form.fields, **forged}).items():
        if field != "field.sound":
            body.add_field(field, value)
    body.add_field("field.sound", BytesIO(content), filename=name, content_type="text/plain")
    async with visitor.session.post(form.action, data=body) as response:
        return await visitor._read(response)


async def test_lines_are_recorded_heard_replaced_and_taken_away(
    house: House, visitors: Visitors, tmp_path: Path
) -> None:
    codes = house.add()
    fatima, anna = visitors(), visitors()
    await coordinate(fatima, codes.coordinator)
    await is_asked_first(house, fatima)
    await two_lines(fatima, tmp_path)
    statement, _ = await is_heard(anna, house, codes.invitation)
    again = await is_replaced(fatima, tmp_path, statement)
    assert (await asked_for(anna, statement)).status == 404, "what was replaced is there no more"
    assert "nl: 2 of 32 parts are heard" in await audio_check(house)
    await goes_though_its_words_changed(house, fatima)
    await are_taken_away(fatima)
    assert (await asked_for(anna, again)).status == 404
    assert house.rows("SELECT count(*) FROM recordings UNION ALL SELECT count(*) FROM speakers") == [(0,), (0,)]


async def is_asked_first(house: House, fatima: Visitor) -> None:
    """Whoever speaks says who they are, and agrees."""
    await fatima.press("Instellingen")
    assert "Door mensen voorgelezen: English 0 van 32, Nederlands 0 van 32" in fatima.last.whole
    await fatima.press("Regels opnemen")
    assert "0 van de 32 regels zijn opgenomen." in fatima.last.whole
    assert "microphone=()" in (await asked_for(fatima, fatima.place)).headers["Permissions-Policy"]
    english = (await fatima.open("/coordinate/recordings/1/en")).html
    assert '<label for="field-agrees" lang="en" dir="ltr">I agree that my voice is heard by' in english
    assert '<p class="quiet" id="hint-agrees" lang="en" dir="ltr">I can take this back.' in english
    refused = await begun(fatima, "", "")
    assert "Schrijf een naam op." in refused.html
    assert "Zonder dit kan niemand opgenomen worden." in refused.html
    assert house.rows("SELECT count(*) FROM speakers") == [(0,)]
    for language in ("en", "nl"):
        await begun(fatima, language=language)
        words = (house.app.texts.word(one, language) for one in (AGREES, TAKES_BACK))
        assert house.rows("SELECT consent FROM speakers") == [(fingerprint(*words),)]


async def two_lines(fatima: Visitor, tmp_path: Path) -> None:
    await begun(fatima)
    assert "Regel 1 van 32" in fatima.last.whole
    headers = (await asked_for(fatima, fatima.place)).headers
    assert "microphone=(self)" in headers["Permissions-Policy"]
    assert "media-src 'self' blob:" in headers["Content-Security-Policy"]
    await send(fatima, spoken(tmp_path))
    assert "Regel 1 is bewaard." in fatima.last.whole
    assert "Regel 2 van 32" in fatima.last.whole
    await fatima.open("/coordinate/record/1/nl.27.1")
    await send(fatima, spoken(tmp_path, "line.m4a", height=0.01))
    assert "Regel 27 is bewaard.\nHet is heel zacht." in fatima.last.whole
    assert "2 van de 32 regels zijn opgenomen." in fatima.last.whole


async def is_heard(anna: Visitor, house: House, code: str) -> list[str]:
    """By a respondent, in pieces too."""
    statement, answers = await at_first(house, anna, code)
    assert "Voorgelezen door Fatima &lt;b&gt;&amp; co&lt;/b&gt;." in anna.last.html
    whole = await asked_for(anna, statement)
    assert (whole.status, whole.headers["Content-Type"]) == (200, "audio/mpeg")
    assert whole.headers["Cache-Control"] == "private, max-age=86400"
    piece = await asked_for(anna, statement, Range="bytes=10-19")
    assert (piece.status, piece.content) == (206, whole.content[10:20])
    assert (await asked_for(anna, statement, Range="bytes=-5")).content == whole.content[-5:]
    assert (await asked_for(anna, statement, Range="bytes=999999-")).status == 416
    assert (await asked_for(anna, answers)).content[:2] == b"\xff\xf3"
    return [statement, answers]


async def is_replaced(fatima: Visitor, tmp_path: Path, statement: str) -> str:
    await fatima.open("/coordinate/record/1/nl.1.1")
    assert HEARD.findall(fatima.last.html) == [statement]
    await send(fatima, spoken(tmp_path, "line.ogg", 1.5))
    await fatima.open("/coordinate/record/1/nl.1.1")
    (again,) = HEARD.findall(fatima.last.html)
    return str(again)


async def goes_though_its_words_changed(house: House, fatima: Visitor) -> None:
    """And until then the doctor knows of it."""
    with house.app.database.transaction() as tx:
        tx.connection.exec_driver_sql("UPDATE recordings SET wording = 'others' WHERE part = 'answers'")
        tx.connection.exec_driver_sql("UPDATE partnerships SET recorded = recorded - 1")
    assert doctor._recordings(house.app.database).found == "2 made on the page; 1 for words that have changed"
    await fatima.open("/coordinate/record/1/nl.27.1")
    assert "De woorden van deze regel zijn veranderd. Niemand hoort de oude opname." in fatima.last.whole
    await fatima.press("Verwijder deze opname")
    await fatima.press("Ja, verwijderen")
    assert "Deze regel heeft nog niemand opgenomen." in fatima.last.whole


async def are_taken_away(fatima: Visitor) -> None:
    """One, and then all that somebody recorded."""
    await fatima.open("/coordinate/record/1/nl.1.1")
    await fatima.press("Verwijder deze opname")
    await fatima.press("Ja, verwijderen")
    assert "Deze regel heeft nog niemand opgenomen." in fatima.last.whole
    await fatima.open("/coordinate/recordings/1/nl")
    await fatima.press(f"Verwijder alle opnamen van {FATIMA}")
    await fatima.press("Ja, verwijderen")
    assert "0 van de 32 regels zijn opgenomen." in fatima.last.whole


async def audio_check(house: House) -> str:
    _, said, _ = await house.command("audio", "check", "nl", "--partnership", "1")
    return said


async def test_what_is_no_line_is_told_and_nothing_is_lost(house: House, visitors: Visitors, tmp_path: Path) -> None:
    fatima = visitors()
    await coordinate(fatima, house.add().coordinator)
    await begun(fatima)
    good = spoken(tmp_path)
    await send(fatima, good)
    (kept,) = house.rows("SELECT digest FROM recordings")
    broken = spoken(tmp_path, "line.m4a")[:400]
    quiet = write_sound(tmp_path / "quiet.wav", voice(1, 0)).read_bytes()
    long = write_sound(tmp_path / "long.mp3", voice(125, rate=16_000), 16_000).read_bytes()
    for content, told in ((b"", EMPTY), (broken, UNREADABLE), (b"<html>", UNREADABLE), (quiet, SILENT), (long, LONG)):
        await fatima.open("/coordinate/record/1/nl.1.1")
        await send(fatima, content, "01.mp3")
        assert told in fatima.last.html
        assert house.rows("SELECT digest FROM recordings") == [kept]
    await fatima.open("/coordinate/record/1/nl.1.1")
    fill = fatima.last.forms["fields"].fields["fill"]
    await send(fatima, good, fill=f"{fill[:-3]}000")
    assert "De woorden van deze regel zijn veranderd." in fatima.last.html, "it was read from an older page"
    wide = write_sound(tmp_path / "wide.wav", voice(1, rate=96_000), 96_000, stereo=True).read_bytes()
    await fatima.open("/coordinate/record/1/nl.2.1")
    await send(fatima, wide, "02.jpg")
    assert "Regel 2 is bewaard." in fatima.last.whole
    assert house.rows("SELECT rate, channels FROM recordings WHERE part = 'statement-02'") == [(24_000, 1)]


async def test_one_that_is_too_large_is_not_read(house: House, visitors: Visitors) -> None:
    fatima = visitors()
    await coordinate(fatima, house.add().coordinator)
    await begun(fatima)
    await send(fatima, b"\0" * 2_200_000)
    assert (fatima.status, "Wat u stuurde, was te groot. Het is niet bewaard." in fatima.last.html) == (413, True)
    assert house.rows("SELECT count(*) FROM recordings") == [(0,)]


async def test_nobody_else_records_or_hears_of_it(house: House, visitors: Visitors, tmp_path: Path) -> None:
    codes, other = house.add(), house.add("1")  # which is the number of the first one
    fatima, stranger, third = visitors(), visitors(), visitors()
    await coordinate(fatima, codes.coordinator)
    await coordinate(stranger, other.coordinator)
    await begun(fatima)
    fill = fatima.last.forms["fields"].fields["fill"]
    await stranger.open("/coordinate/recordings/2/nl")
    await stranger.send(stranger.last.forms["fields"], {"field.speaker": "X", "field.agrees": "yes"})
    await send(stranger, spoken(tmp_path), fill=fill)
    await stranger.open("/coordinate/record/2/nl.1.2")
    await send(stranger, spoken(tmp_path), fill=fill.replace("c:1:", "c:2:"))  # with a speaker of somebody else
    await third.open("/")
    async with third.session.post("/recorded", data={"fill": fill}) as response:
        assert response.status == 403
    assert house.rows("SELECT count(*) FROM recordings") == [(0,)]
    await stranger.open("/coordinate/voice_away/2/1")
    assert "Fatima" not in stranger.last.html
    await stranger.press_data("c:2:voice_gone:1")
    assert house.rows("SELECT count(*) FROM speakers") == [(2,)]
    await fatima.open("/coordinate/record/1/nl.1.1")
    await send(fatima, spoken(tmp_path))
    assert "Regel 1 is bewaard." in fatima.last.whole, "she is still in her own partnership"


async def test_neither_a_voice_nor_a_name_stands_in_the_database_as_it_is(
    house: House, visitors: Visitors, tmp_path: Path
) -> None:
    fatima = visitors()
    await coordinate(fatima, house.add().coordinator)
    await begun(fatima, "Zeynep Voorlezer")
    await send(fatima, spoken(tmp_path))
    ((sealed, named),) = house.rows("SELECT content_sealed, name_sealed FROM recordings JOIN speakers ON true")
    place = HEARD.findall((await fatima.open("/coordinate/record/1/nl.1.1")).html)[0]
    content = (await asked_for(fatima, place)).content
    assert content[:64] not in bytes(sealed)
    assert b"Zeynep" not in bytes(named)


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("a.webm", "audio/webm"),
        ("a.m4a", "audio/mp4"),
        ("a.ogg", "audio/ogg"),
        ("a.wav", "audio/wav"),
        ("a.mp3", "audio/mpeg"),
        ("a.flac", None),
    ],
)
def test_where_nobody_can_decode_it_what_browsers_play_is_kept_as_it_is(
    tmp_path: Path, name: str, media: str | None
) -> None:
    content = spoken(tmp_path, name)
    assert kinds.media_of(content) == media
    found = receiving.as_recorded(content)
    if media is None:
        assert found == "unreadable"
    else:
        assert not isinstance(found, str)
        assert (found.content, found.media) == (content, media)
        assert (found.seconds > 1) == (found.rate > 0) == (media == kinds.MP3)
    assert receiving.as_recorded(content[:20]) == "unreadable"
