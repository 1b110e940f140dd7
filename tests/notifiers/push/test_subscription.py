"""What comes in as a subscription: of a browser it is kept in one way of writing, of anybody else it is nothing."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from bot.notifiers.push.subscription import LONGEST, Subscription, address_of
from bot.notifiers.push.traits import TRAITS
from tests.notifiers.push.push_service import encoded
from tests.storage.engine.test_web_push import AUTH, THEIRS

ENDPOINT = "https://fcm.googleapis.com/fcm/send/c1K:APA91b_x-y"
KEYS = {"p256dh": THEIRS, "auth": AUTH}
KNOWN = (
    ENDPOINT,
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
    "https://wns2-par02p.notify.windows.com/w/?token=BQ%3d%3d",
    "https://web.push.apple.com/QP1",
)
UNKNOWN = (
    "https://example.org/push",
    "https://127.0.0.1/push",
    "https://fcm.googleapis.com.example.org/x",
    "https://fcm.googleapis.com:8443/x",
    "https://example.org/fcm.googleapis.com",
    "https://notify.windows.com.example.org/w",
    "https://example.org?.notify.windows.com/w",
    "https://example.org#.notify.windows.com/w",
    "https://example.org\\.notify.windows.com/w",
    "https://evilnotify.windows.com.co/w",
    "https://xpush.services.mozilla.com/w",
    "http://localhost/w",
)


def given(endpoint: object = ENDPOINT, **keys: object) -> dict[str, Any]:
    return {"endpoint": endpoint, "expirationTime": None, "keys": {**KEYS, **keys}}


@pytest.mark.parametrize("endpoint", KNOWN)
def test_what_a_browser_gives_is_kept_and_its_service_is_known(endpoint: str) -> None:
    sent = given(endpoint)
    kept = address_of(json.dumps(sent))
    found = Subscription.read(kept)
    assert found == Subscription(endpoint, sent["keys"]["p256dh"], sent["keys"]["auth"])
    assert found.is_known(())


def test_however_it_is_written_it_is_kept_in_one_way() -> None:
    sent = given()
    padded = {
        "keys": {name: f"{key}=" for name, key in sorted(sent["keys"].items(), reverse=True)},
        **sent,
        "more": [1],
    }
    ways = json.dumps(sent), json.dumps(sent, indent=4), json.dumps(dict(reversed(padded.items())))
    kept = {address_of(way) for way in ways}
    assert len(kept) == 1
    assert {address_of(one) for one in kept} == kept


def test_calls_takes_what_this_reads_and_shows_nothing_of_it() -> None:
    assert TRAITS.calls
    assert TRAITS.calls.asks is None
    assert TRAITS.calls.address_of(json.dumps(given()))
    assert TRAITS.calls.shown(address_of(json.dumps(given()))) == ""


@pytest.mark.parametrize(
    "sent",
    [
        given("http://fcm.googleapis.com/x"), given("ftp://fcm.googleapis.com/x"), given("//fcm.googleapis.com/x"),
        given("file:///etc/passwd"), given("https://"), given("https://somebody@fcm.googleapis.com/x"),
        given("https://fcm.googleapis.com:0/x"), given("https://fcm.googleapis.com:99999/x"), given("https://[::1/x"),
        given(f"{ENDPOINT} "), given(f"{ENDPOINT}\r\nHost: example.org"), given(f"{ENDPOINT}é"), given(""), given(None),
        given(7), given(["https://fcm.googleapis.com/x"]), given("https://fcm.googleapis.com/" + "x" * LONGEST),
        given(p256dh=""), given(p256dh="AAAA"), given(p256dh=encoded(b"\4" + b"\1" * 64)), given(p256dh=None),
        given(p256dh=["x"]), given(auth=""), given(auth=encoded(b"x" * 15)), given(auth=encoded(b"x" * 17)),
        given(auth=7), {"endpoint": ENDPOINT}, {**given(), "keys": "x"}, {**given(), "keys": None}, {}, [], None,
        7, "x",
    ],
)  # fmt: skip
def test_anything_else_is_nothing(sent: Mapping[str, Any]) -> None:
    assert address_of(json.dumps(sent)) == ""


@pytest.mark.parametrize("text", ["", "{", "\0", "[" * 100_000, "1" * 10_000, '{"endpoint": NaN}', "' OR 1=1", "é"])
def test_and_so_is_what_is_not_even_json(text: str) -> None:
    assert address_of(text) == ""


@pytest.mark.parametrize("endpoint", UNKNOWN)
def test_a_service_with_another_name_is_not_known_unless_it_is_set(endpoint: str) -> None:
    found = Subscription(endpoint, "", "")
    assert not found.is_known(())
    assert not found.is_known(("https://push.example.org", "https://example.com"))


def test_a_push_service_of_ones_own_is_known_by_all_of_its_origin() -> None:
    own = ("https://push.example.org:8443",)
    assert Subscription("https://push.example.org:8443/x", "", "").is_known(own)
    for other in ("https://push.example.org/x", "https://push.example.org:844/3", "http://push.example.org:8443/x"):
        assert not Subscription(other, "", "").is_known(own)
