"""Whatever comes to the page is answered with a clear sentence; nothing is half done, nobody else is bothered."""

import asyncio
import io
import logging
import time
from collections.abc import AsyncIterator
from html import unescape

import aiohttp
import pytest

from bot.channels.guesses import Guesses, client_of
from bot.channels.web import site
from bot.channels.web.requests import MOST_BODY
from bot.survey import codes
from storage import partnerships
from tests.actors import answer, item_on
from tests.channels.web.conftest import Visitors
from tests.house import Clock, House, agree
from tests.patience import PATIENCE


def wrong(number: int) -> str:
    """A code that nobody has."""
    return f"{number:a>26}".translate(str.maketrans("0123456789", codes.ALPHABET[-10:]))


MARKUP = '<b>"><script>alert(1)</script>{{ 7 * 7 }} %s & é'


async def test_a_preview_and_a_crawler_leave_nothing_and_count_for_nobody(house: House, visitors: Visitors) -> None:
    code = house.add().invitation
    for agent in ("WhatsApp/2", "facebookexternalhit/1.1", "Googlebot/2.1"):
        robot = visitors(None, **{"User-Agent": agent})
        await robot.open(f"/i/{code}")
        await robot.open(f"/i/{code}/en")
        async with robot.session.head(f"/i/{code}") as response:
            assert response.status == 200
            assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    for table in ("contacts", "respondents", "updates", "letters"):
        assert house.rows(f"SELECT COUNT(*) FROM {table}") == [(0,)], table
    assert house.rows("SELECT opened FROM invitations") == [(0,)]


async def test_an_opening_is_a_person_who_does_something_and_is_counted_once(house: House, visitors: Visitors) -> None:
    code = house.add().invitation
    for last in ("Nee, liever niet", "Ja, ik doe mee"):
        person = visitors()
        await person.open(f"/i/{code}")
        await person.press("English")
        assert person.last.language == "en"
        await person.press("Nederlands")
        await person.press(last)
        assert ("We bewaren niets over u." in person.last.text) is last.startswith("Nee")
    assert house.rows("SELECT opened FROM invitations") == [(2,)]
    assert house.rows("SELECT COUNT(*) FROM contacts") == [(1,)], "who says no is not kept"


async def test_two_tabs_and_a_button_of_yesterday(house: House, visitors: Visitors, clock: Clock) -> None:
    anna = visitors()
    await agree(house, anna, house.add().invitation)
    old_tab = anna.last
    await answer(house, anna, "yes")
    await anna.press("Nee", on=old_tab)
    assert item_on(anna) == 2, "the same page acts once"
    await anna.press("Nee", on=old_tab, once="another")
    assert item_on(anna) == 2
    assert house.rows("SELECT option FROM answers") == [("no",)], "it was the page of that statement"
    with house.app.database.transaction() as tx:
        partnerships.close_wave(tx, 1, clock())
    await anna.press("Ja")
    assert "is gesloten" in anna.last.text
    assert house.rows("SELECT COUNT(*) FROM answers") == [(1,)]


@pytest.mark.parametrize("opens", ["w:{}:en", "t:{}:en", "w:{}:de", "t:{}:de"])
async def test_the_welcome_asked_for_by_a_press_is_a_page(house: House, visitors: Visitors, opens: str) -> None:
    anna, code = visitors(), house.add().invitation
    await anna.open(f"/i/{code}")
    await anna.press_data(opens.format(code))
    assert anna.status == 200
    assert "Fatima: 06" in anna.last.text, "whom one can call, in the welcome and in all that is agreed to"
    assert house.rows("SELECT COUNT(*) FROM contacts") == [(0,)]


async def test_a_tap_that_is_sent_ten_times_at_once_acts_once(house: House, visitors: Visitors) -> None:
    anna = visitors()
    await agree(house, anna, house.add().invitation)
    page = anna.last
    await asyncio.gather(*(anna.press("Ja", on=page) for _ in range(10)))
    await anna.open("/")
    assert item_on(anna) == 2
    assert house.rows("SELECT COUNT(*) FROM answers") == [(1,)]


async def test_saying_yes_twice_makes_one_person(house: House, visitors: Visitors) -> None:
    anna = visitors()
    await anna.open(f"/i/{house.add().invitation}")
    welcome = anna.last
    await anna.press("Ja, ik doe mee", on=welcome)
    await anna.press("Ja, ik doe mee", on=welcome)
    assert "Wat past het best bij u?" in anna.last.text
    await anna.press("Ja, ik doe mee", on=welcome, once="a second tab")
    await anna.press("Verder waar ik was")
    assert "Wat past het best bij u?" in anna.last.text
    assert house.rows("SELECT COUNT(*) FROM respondents") == [(1,)]


@pytest.mark.parametrize("proof", ["", "0" * 40, "é" * 40])
async def test_a_form_of_another_site_does_nothing(house: House, visitors: Visitors, proof: str) -> None:
    anna = visitors()
    code = house.add().invitation
    await anna.open(f"/i/{code}")
    await anna.press("Ja, ik doe mee", proof=proof)
    assert (anna.status, house.rows("SELECT COUNT(*) FROM contacts")) == (403, [(0,)])
    assert "Deze pagina was te oud" in anna.last.alert
    await anna.press("Ja, ik doe mee")
    assert anna.status == 200, "the page that says so is a new one"
    for label in ("Anders", "Ja"):
        await anna.press(label, proof=proof)
        assert anna.status == 403
        await anna.press(label)
    assert house.rows("SELECT COUNT(*) FROM answers") == [(1,)]


async def test_a_proof_is_of_one_visitor(house: House, visitors: Visitors) -> None:
    anna, mallory = visitors(), visitors()
    code = house.add().invitation
    await agree(house, anna, code)
    await mallory.open(f"/i/{code}")
    await anna.press("Ja", proof=mallory.last.forms["buttons"].fields["proof"])
    assert anna.status == 403
    assert house.rows("SELECT COUNT(*) FROM answers") == [(0,)]


async def test_a_browser_without_cookies_is_told_why_it_cannot_go_on(house: House, visitors: Visitors) -> None:
    anna = visitors()
    await anna.open(f"/i/{house.add().invitation}")
    anna.session.cookie_jar.clear()
    await anna.press("Ja, ik doe mee")
    assert anna.status == 403
    assert "Zet “cookies” aan" in anna.last.alert


async def test_ten_megabytes_are_not_read(house: House, visitors: Visitors) -> None:
    anna = visitors()
    await agree(house, anna, house.add().invitation)

    async def drip() -> AsyncIterator[bytes]:
        for _ in range(10 * 1024):
            yield b"x" * 1024

    for body in (io.BytesIO(b"x" * 10 * 2**20), drip()):
        try:
            async with anna.session.post("/tap", data=body) as response:
                assert response.status == 413
                assert "Wat u stuurde, was te groot" in unescape(await response.text())
        except aiohttp.ClientError:
            pass  # the door was shut before all of it was said
    async with anna.session.post("/tap", data={"press": "y" * (MOST_BODY - 100)}) as response:
        assert response.status == 403
    await anna.press("Ja")
    assert item_on(anna) == 2


async def test_markup_is_words_wherever_it_is_put(house: House, visitors: Visitors) -> None:
    code = house.add(
        MARKUP[:60], organisation=MARKUP[:60], contact=f"{MARKUP} /wissen http://x.example/?a=b"
    ).invitation
    anna = visitors()
    page = await anna.open(f"/i/{code}")
    assert MARKUP[:60] in page.whole
    assert "{{ 7 * 7 }}" in page.whole
    assert "<script>alert" not in page.html
    await agree(house, anna, code)
    for field in ("press", "fill", "open", "at", "code", "once"):
        for value in (MARKUP, "", "\x00", "a:1:2:yes:3", "g:1:e0", "w:x:" + "y" * 5000, "/start " + MARKUP, "9" * 400):
            await anna.open("/1")
            await anna.send(anna.last.forms["buttons answers"], {field: value})
            assert anna.status in (200, 404), (field, value, anna.status)
            assert "<script>alert" not in anna.last.html
    assert house.rows("SELECT COUNT(*) FROM answers") == [(0,)]
    await anna.open("/")
    assert item_on(anna) == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/i/", 404),
        ("GET", "/i/%00%ff%3Cscript%3E", 404),
        ("GET", "/i/" + "x" * 4000, 404),
        ("GET", "/i/x/klingon", 404),
        ("GET", "/i/x/%00", 404),
        ("GET", "/i/x/%0d%0aSet-Cookie:%20a=b", 404),
        ("GET", "/i/x/%E2%82%AC", 404),
        ("GET", "/i/%20x%20", 404),
        ("GET", "/mine/../../etc/passwd", 404),
        ("GET", "/mine/" + "x" * 32, 404),
        ("GET", "/my-data/my-answers.csv", 404),
        ("GET", "/99999999999999999999", 404),
        ("GET", "/coordinate/poster/1/x/poster.pdf", 404),
        ("GET", "/coordinate/close_yes/1/1/x.png", 404),
        ("GET", "/static/x/page.html", 404),
        ("GET", "/static/x/..%2Fpage.html", 404),
        ("GET", "/coordinate/" + "9" * 5000 + "/x", 404),
        ("POST", "/", 405),
        ("PUT", "/tap", 405),
        ("POST", "/away", 403),
        ("POST", "/tap", 403),
    ],
)
async def test_strange_addresses(house: House, visitors: Visitors, method: str, path: str, status: int) -> None:
    async with visitors().session.request(method, path) as response:
        assert response.status == status
        assert "Content-Security-Policy" in response.headers
        assert "Traceback" not in await response.text()


async def test_an_address_is_told_without_what_a_header_cannot_hold(house: House, visitors: Visitors) -> None:
    async with visitors().session.get("/i/x/%0d%0aSet-Cookie:%20a=b") as response:
        assert (response.status, response.headers["Content-Location"]) == (404, "/")
        assert "Set-Cookie" not in response.headers, "who only looks gets none, whatever they look for"
    async with visitors().session.post("/tap", data={"code": " "}) as response:
        assert (response.status, response.headers["Content-Location"]) == (403, "/")


async def test_who_leaves_in_the_middle_of_a_form_is_no_error(
    house: House, visitors: Visitors, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    head = "POST /tap HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nproof="
    _, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(head.encode())
    await writer.drain()
    writer.close()
    async with asyncio.timeout(PATIENCE):
        while "was not finished: they left" not in caplog.text:  # noqa: ASYNC110 - a log rings no bell
            await asyncio.sleep(0.01)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_what_is_no_http_is_no_error_of_ours(
    house: House, visitors: Visitors, caplog: pytest.LogCaptureFixture
) -> None:
    head = "POST /tap HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nproof=\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(head.encode())
    assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
    writer.close()
    await visitors().open("/")
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR and one.name.startswith("bot")]


async def test_a_thousand_guesses_get_nowhere_and_shut_nobody_out(house: House, visitors: Visitors) -> None:
    code = house.add().invitation
    anna, guesser, newcomer = visitors(), visitors(), visitors()
    await agree(house, anna, code)
    found, heard, enough = list[int](), asyncio.Event(), asyncio.Event()

    async def guess() -> None:
        while not enough.is_set() or len(found) < 1_000:
            async with guesser.session.get(f"/i/{wrong(len(found))}") as response:
                found.append(response.status)
            if response.status == 429:
                heard.set()

    began = time.monotonic()
    guessing = asyncio.create_task(guess())
    await heard.wait()
    for item in range(1, 11):
        await anna.press("Ja")
        assert item_on(anna) == item + 1
    await newcomer.open(f"/i/{code}")
    assert newcomer.status == 200, "who shares the guesser's address is let in by a code that is right"
    await newcomer.press("Ja, ik doe mee")
    assert "Wat past het best bij u?" in newcomer.last.text
    enough.set()
    await guessing
    assert set(found) == {404, 429}
    come_back = (time.monotonic() - began) * Guesses.PER_CLIENT / Guesses.PERIOD
    assert Guesses.PER_CLIENT <= found.count(404) <= Guesses.PER_CLIENT + come_back
    assert house.rows("SELECT opened FROM invitations") == [(2,)]


def test_guesses_come_back_with_time_and_are_counted_by_subscriber() -> None:
    now = [0.0]
    guesses = Guesses(lambda: now[0])
    one, other = client_of("2001:db8:1:2::1"), client_of("2001:db8:1:2:ffff::9")
    assert one == other
    assert client_of("192.0.2.7") != client_of("192.0.2.8")
    for _ in range(Guesses.PER_CLIENT):
        assert guesses.may_try(one, "x")
    assert not guesses.may_try(other, "y")
    assert guesses.may_try(client_of("192.0.2.7"), "y")
    guesses.was_right(one, "right")
    assert guesses.may_try(other, "right")
    now[0] += Guesses.PERIOD / Guesses.PER_CLIENT + 1
    assert guesses.may_try(other, "y")


def test_a_code_that_is_right_costs_no_guess() -> None:
    guesses = Guesses(lambda: 0.0)
    for number in range(3 * Guesses.PER_CLIENT):
        assert guesses.may_try("192.0.2.7", f"right {number}")
        guesses.was_right("192.0.2.7", f"right {number}")


def test_guesses_from_everywhere_shut_nobody_out_but_one_subscriber_with_many_networks() -> None:
    guesses = Guesses(lambda: 0.0)
    for number in range(5_000):
        assert guesses.may_try(f"10.{number // 256}.{number % 256}.1", "wrong")
    assert guesses.may_try("192.0.2.7", "a fresh poster")
    tried = [guesses.may_try(client_of(f"2001:db8:1:{number:x}::1"), "wrong") for number in range(1_000)]
    assert tried.count(True) == Guesses.PER_NETWORK
    assert guesses.may_try(client_of("2001:db8:2:1::1"), "another subscriber")


async def test_wrong_codes_that_come_all_at_once_are_not_all_looked_up(house: House, visitors: Visitors) -> None:
    guesser = visitors()

    async def guess(number: int) -> int:
        async with guesser.session.get(f"/i/{wrong(number)}") as response:
            return response.status

    found = await asyncio.gather(*(guess(number) for number in range(100)))
    assert (found.count(404), found.count(429)) == (Guesses.PER_CLIENT, 100 - Guesses.PER_CLIENT)


@pytest.mark.parametrize(("proxies", "expected"), [("", 404), ("*", 404), ("127.0.0.0/8", 404), ("192.0.2.1", 429)])
async def test_behind_a_proxy_that_is_believed_a_guesser_shuts_out_nobody_else(
    house: House, visitors: Visitors, proxies: str, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "")  # the compose file's own way to say nothing
    house.environment["FORWARDED_ALLOW_IPS"] = proxies
    await house.restart()
    guesser, somebody = (visitors(**{"X-Forwarded-For": address}) for address in ("203.0.113.7", "203.0.113.8"))
    for number in range(Guesses.PER_CLIENT + 1):
        await guesser.open(f"/i/{wrong(number)}")
    assert guesser.status == 429
    await somebody.open(f"/i/{'c' * 26}")
    assert somebody.status == expected


async def test_every_answer_keeps_its_doors_shut(house: House, visitors: Visitors) -> None:
    anna = visitors()
    await agree(house, anna, house.add().invitation)
    asset = anna.last.images[0]
    for path in ("/", "/1", "/keep", "/nothing", asset, "/healthz"):
        async with anna.session.get(path) as response:
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            kept = "immutable" if path == asset else "no-store"
            assert kept in response.headers["Cache-Control"]


@pytest.mark.parametrize("public_url", ["", "https://samenspraak.example.org"])
async def test_the_cookie_is_for_nobody_but_the_server(house: House, visitors: Visitors, public_url: str) -> None:
    await house.stop()
    house.environment["PUBLIC_URL"] = public_url
    await house.start()
    async with visitors().session.get(f"/i/{house.add().invitation}") as response:
        cookie = response.headers.getall("Set-Cookie")
        strict = response.headers.get("Strict-Transport-Security")
    assert len(cookie) == 1
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie[0].split("; "))
    assert cookie[0].startswith("__Host-") is ("Secure" in cookie[0]) is bool(strict) is bool(public_url)


async def test_the_log_and_the_disk_hold_no_code_and_no_link(
    house: House, visitors: Visitors, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    codes, anna = house.add(), visitors()
    await agree(house, anna, codes.invitation)
    await anna.open(f"/mine/{anna.token}")
    await anna.open(f"/i/{codes.coordinator}")
    await anna.open(f"/mine/{'x' * 32}")
    await anna.press("Ja") if anna.last.rows else await anna.open("/")
    logged = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith(("bot", "storage", "uvicorn")))
    for secret in (anna.token, codes.coordinator, codes.invitation, "x" * 32):
        assert secret not in logged
    on_disk = b"".join(path.read_bytes() for path in (house.folder / "data").rglob("*") if path.is_file())
    assert anna.token.encode() not in on_disk
    assert house.rows("SELECT COUNT(*) FROM contacts WHERE channel = 'web'") == [(1,)]


async def test_while_the_database_is_away_the_page_says_so_and_the_tap_acts_when_it_is_back(
    house: House, visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = visitors()
    await agree(house, anna, house.add().invitation)
    statement = anna.last
    with house.app.database.transaction() as tx:
        tx.connection.exec_driver_sql("ALTER TABLE answers RENAME TO elsewhere")
        tx.connection.exec_driver_sql("ALTER TABLE recordings RENAME TO elsewhere_too")
    with (
        monkeypatch.context() as impatient
    ):  # only while no answer can come, so that a slow machine is no database away
        impatient.setattr(site, "ANSWER_WITHIN", 0.3)
        for _ in range(3):
            await anna.press("Ja", on=statement)
            assert anna.status == 503
            assert "Probeer het opnieuw" in anna.last.text
        await anna.open(f"/audio/{'0' * 32}.mp3")
        assert anna.status == 503, "then the phone reads with its own voice"
    with house.app.database.transaction() as tx:
        tx.connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO answers")
    await anna.press("Ja", on=statement)
    assert item_on(anna) == 2
    assert house.rows("SELECT COUNT(*) FROM answers") == [(1,)]
