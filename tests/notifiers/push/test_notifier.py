"""The push notifier against a push service that checks what it takes, and answers all that push services answer."""

import logging
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from bot.letters import Delivered, Envelope, Letter, Postponed, Receipt, Refused, Unreachable
from bot.notifiers.push import notifier as module
from bot.notifiers.push.notifier import LONGEST_WAIT, PushNotifier
from bot.notifiers.push.subscription import address_of
from bot.notifiers.tags import Tags
from bot.runtime.settings import SettingsError
from storage.engine import web_push
from storage.engine.sealing import Secrets
from tests.house import SECRET, House, read
from tests.notifiers.push.push_service import Device, PushService

ABOUT = {"nl": "Zin 14 van 26 wacht op u.", "en": "Statement 14 of 26 waits for you.", "ar": "العبارة ١٤ تنتظرك"}
NEW = "a secret that is another one: 7Gq2"


def envelope(device: Device, language: str = "nl", **more: object) -> Envelope:
    letter = Letter("Everything that stands on the page", about=ABOUT[language])
    made = Envelope("push", address_of(device.subscription), letter, number=7, contact=3, key="reminder:5:1")
    return replace(made, language=language, notified=9, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("language", "direction"), [("nl", "ltr"), ("en", "ltr"), ("ar", "rtl")])
async def test_a_letter_arrives_as_one_line_that_leads_to_the_door(
    house: House, notifier: PushNotifier, service: PushService, language: str, direction: str
) -> None:
    device = service.device()
    assert await notifier.deliver(envelope(device, language)) == Delivered()
    (message,), (headers,) = device.got, device.headers
    door = Tags(Secrets(SECRET)).door(9, house.clock())
    assert message == {
        "web_push": 8030,
        "notification": {
            "title": "Samenspraak", "body": ABOUT[language], "lang": language, "dir": direction, "tag": "reminder",
            "navigate": f"{house.page}/door/{door}", "renotify": True,
        },
    }  # fmt: skip
    assert (headers["TTL"], headers["Urgency"], headers["Topic"]) == ("14400", "normal", "reminder")
    assert f"k={notifier.public_key}" in headers["Authorization"]
    assert not service.refused


@pytest.mark.parametrize(("hour", "ttl"), [(9, 14400), (15, 14400), (18, 3600), (21, 14400)])
async def test_what_must_not_come_at_night_is_not_kept_for_it(
    house: House, notifier: PushNotifier, service: PushService, hour: int, ttl: int
) -> None:
    """18 in UTC is 19 in Amsterdam, before the clocks change; after 20 it is told to wait, and not here."""
    house.clock.now = house.clock.now.replace(hour=hour, minute=0)
    device = service.device()
    assert await notifier.deliver(replace(envelope(device, "nl"), timezone="Europe/Amsterdam")) == Delivered()
    assert device.headers[0]["TTL"] == str(ttl)


async def test_the_browser_is_given_the_key_that_signs(house: House, notifier: PushNotifier) -> None:
    assert house.app.public_key == notifier.public_key == _key_of(SECRET)


def _key_of(secret: str) -> str:
    return web_push.written(web_push.public(web_push.own_key(secret)))


async def test_who_subscribed_under_the_other_of_two_secrets_is_called_too(house: House, service: PushService) -> None:
    house.environment.update(SAMENSPRAAK_SECRET=NEW, SAMENSPRAAK_OLD_SECRET=SECRET)
    await house.restart()
    device = service.device()
    service.answer(device, 403)
    assert house.app.public_key == _key_of(SECRET)  # which is in force
    assert await house.app.callers["push"].deliver(envelope(device)) == Delivered()
    assert f"k={_key_of(NEW)}" in device.headers[-1]["Authorization"]


@pytest.mark.parametrize(
    ("status", "receipt"),
    [
        (200, Delivered()),
        (202, Delivered()),
        (404, Unreachable("the subscription has ended")),
        (410, Unreachable("the subscription has ended")),
        (413, Refused("too large for a push message")),
        (429, Postponed(alone=True)),
        (503, Postponed(alone=True)),
        (500, Postponed()),
        (502, Postponed()),
    ],
)
async def test_what_each_answer_means(
    notifier: PushNotifier, service: PushService, status: int, receipt: Receipt
) -> None:
    device = service.device()
    service.answer(device, status)
    assert await notifier.deliver(envelope(device)) == receipt
    assert notifier.errors == ({} if receipt == Delivered() else {str(status): 1})


@pytest.mark.parametrize("status", [400, 401, 403, 307])
async def test_what_is_our_own_fault_is_given_up_and_the_operator_reads_why(
    notifier: PushNotifier, service: PushService, status: int
) -> None:
    device = service.device()
    service.answer(device, status)
    receipt = await notifier.deliver(envelope(device))
    assert isinstance(receipt, Refused)
    assert f"{service.url} answers {status}" in receipt.reason
    assert device.endpoint not in receipt.reason


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("120", 120), ("0", 0), ("9" * 400, LONGEST_WAIT), ("-5", None), ("soon", None), ("1.5", None), ("²", None)],
)
async def test_who_is_asked_to_wait_waits_as_long_and_nobody_else_does(
    notifier: PushNotifier, service: PushService, said: str, seconds: float | None
) -> None:
    device = service.device()
    service.answer(device, 429, Retry_After=said)
    assert await notifier.deliver(envelope(device)) == Postponed(seconds, alone=True)


@pytest.mark.parametrize(
    ("ahead", "least", "most"), [(600, 590, 600), (-600, 0, 0), (10**6, LONGEST_WAIT, LONGEST_WAIT)]
)
async def test_a_moment_to_wait_for_is_counted_by_the_clock_of_the_world(
    notifier: PushNotifier, service: PushService, ahead: int, least: float, most: float
) -> None:
    device = service.device()
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)
    service.answer(device, 503, Retry_After=moment)
    receipt = await notifier.deliver(envelope(device))
    assert isinstance(receipt, Postponed)
    assert receipt.seconds is not None
    assert receipt.alone
    assert least <= receipt.seconds <= most


async def test_a_redirect_is_not_followed(notifier: PushNotifier, service: PushService) -> None:
    device, other = service.device(), service.device("another")
    for status in (301, 302, 307, 308):
        service.answer(device, status, Location=other.endpoint)
        assert isinstance(await notifier.deliver(envelope(device)), Refused)
    assert (other.got, len(service.asked)) == ([], 4)


async def test_a_service_that_hangs_is_let_go_in_time(
    notifier: PushNotifier, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert module.WITHIN < 8
    monkeypatch.setattr(module, "WITHIN", 0.1)
    device = service.device()
    service.hang(device)
    begun = time.monotonic()
    assert await notifier.deliver(envelope(device)) == Postponed()
    assert time.monotonic() - begun < 8
    assert notifier.errors == {"TimeoutError": 1}


async def test_a_service_that_is_away_is_tried_again(notifier: PushNotifier, service: PushService) -> None:
    device = service.device()
    await service.__aexit__(None, None, None)
    assert await notifier.deliver(envelope(device)) == Postponed()


@pytest.mark.parametrize("at", ["https://example.org/x", "http://127.0.0.1:{port}/metrics", "https://169.254.169.254/"])
async def test_nothing_is_sent_to_where_no_push_service_is_known(
    house: House, notifier: PushNotifier, service: PushService, at: str
) -> None:
    device = Device(at.format(port=house.port))
    assert await notifier.deliver(envelope(device)) == Unreachable("no push service that we know")
    assert not service.asked
    assert not notifier.errors, "it was not even tried"


async def test_what_is_no_subscription_is_unreachable(notifier: PushNotifier, service: PushService) -> None:
    broken = replace(envelope(service.device()), address="{}")
    assert isinstance(await notifier.deliver(broken), Unreachable)


async def test_a_text_without_end_is_cut_to_what_a_screen_shows(notifier: PushNotifier, service: PushService) -> None:
    device = service.device()
    long = replace(envelope(device), letter=Letter("", about="𝕊" * 10_000))
    assert await notifier.deliver(long) == Delivered()
    assert device.got[0]["notification"]["body"] == "𝕊" * 300


async def test_before_it_is_open_and_once_it_is_closed_letters_wait(house: House, service: PushService) -> None:
    notifier = PushNotifier.built(house.settings)
    assert notifier
    device = service.device()
    assert await notifier.deliver(envelope(device)) == Postponed()
    await notifier.close()
    await notifier.open(house.app)
    assert await notifier.deliver(envelope(device)) == Delivered()
    await notifier.close()
    assert await notifier.deliver(envelope(device)) == Postponed()


async def test_no_log_says_where_it_was_sent(
    notifier: PushNotifier, service: PushService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    device = service.device()
    for status in (404, 403, 429, 500):
        service.answer(device, status)
        await notifier.deliver(envelope(device))
    await service.__aexit__(None, None, None)
    await notifier.deliver(envelope(device))
    assert "cannot be reached" in caplog.text
    assert "/send/" not in caplog.text
    assert "/door/" not in caplog.text


@pytest.mark.parametrize(
    ("url", "is_built"),
    [
        ("https://samenspraak.example.org", True),
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000/", True),
        ("http://samenspraak.example.org", False),
        ("", False),
    ],
)
def test_it_is_there_only_where_browsers_would_subscribe(tmp_path: Path, url: str, is_built: bool) -> None:
    settings = read({"PUBLIC_URL": url, "SAMENSPRAAK_SECRET": SECRET}, tmp_path)
    assert bool(PushNotifier.built(settings)) is is_built


@pytest.mark.parametrize(
    "said",
    [
        "push.example.org",
        "http://push.example.org",
        "https://push.example.org/path",
        "https://a.example.org, x",
        "https://",
    ],
)
def test_a_wrong_push_service_is_told_with_what_is_allowed(tmp_path: Path, said: str) -> None:
    with pytest.raises(SettingsError, match=r"^PUSH_SERVICES: allowed is web addresses like https://push\.example"):
        read({"PUSH_SERVICES": said}, tmp_path)


async def test_where_people_are_told_who_sends_only_of_a_page_that_others_can_reach(tmp_path: Path) -> None:
    for url, told in (("https://samenspraak.example.org", True), ("http://127.0.0.1:8000", False)):
        own = PushNotifier.built(read({"PUBLIC_URL": url}, tmp_path))
        assert own
        assert own._settings.contact == ({"sub": url} if told else {})
