"""The webhook: only what Meta signed is read, and whatever comes twice or in another order acts once."""

import json
import random
import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.channels.port import Ended, Incoming, Renamed
from bot.letters import Delivered, Elsewhere, Unreachable
from bot.notifiers.whatsapp import webhook
from bot.notifiers.whatsapp.inbound import events
from bot.notifiers.whatsapp.webhook import MOST_BODY
from tests.house import House
from tests.notifiers.whatsapp.actors import settled, takes_part
from tests.variants import variants
from tests.visitor import Visitor
from tests.whatsapp_server import Person, WhatsAppServer
from tests.whatsapp_templates import Json

KEPT = (
    "SELECT * FROM notification_addresses ORDER BY id",
    "SELECT id, contact_id, address_id, key, settled_at, refused FROM letters ORDER BY id",
    "SELECT * FROM contacts ORDER BY id",
    "SELECT * FROM billed_messages ORDER BY 1, 2, 3",
    "SELECT * FROM taken_messages ORDER BY reference_key",
)
STOPPED = "SELECT stopped_at IS NOT NULL FROM notification_addresses"
REFUSING = "CREATE TRIGGER refusing BEFORE INSERT ON taken_messages BEGIN SELECT RAISE(ABORT, 'not now'); END"
NOT_OURS: tuple[object, ...] = (None, [], {}, 7, "x", {"entry": 1}, {"entry": [None, {"changes": {}}]})


async def changed(house: House, statement: str) -> None:
    await house.app.database.run(lambda tx: tx.connection.execute(text(statement)))


def kept(house: House) -> list[object]:
    return [house.rows(query) for query in KEPT]


async def test_meta_hears_that_it_is_ours_by_the_token_alone(
    house: House, meta: WhatsAppServer, caplog: pytest.LogCaptureFixture
) -> None:
    right = {"hub.mode": "subscribe", "hub.verify_token": meta.verify_token, "hub.challenge": "1158201444"}
    for asked, expected in (
        (right, (200, "1158201444")),
        ({**right, "hub.verify_token": "another"}, (403, "")),
        ({**right, "hub.verify_token": "é"}, (403, "")),
        ({**right, "hub.mode": "x"}, (403, "")),
        ({}, (403, "")),
    ):
        async with meta.http.get(meta.webhook, params=asked) as answer:
            assert (answer.status, await answer.text()) == expected, asked
    assert caplog.text.count("another token than WHATSAPP_VERIFY_TOKEN") == 1
    assert house.app.callers["whatsapp"].errors["verify_token"] == 2


async def test_what_is_not_signed_or_too_long_is_not_read(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person, caplog: pytest.LogCaptureFixture
) -> None:
    await takes_part(house, meta, wes, phone)
    before = kept(house)
    body = json.dumps(meta.message(phone, "STOP")).encode()
    right = meta.signature(body)
    for signed in ("", right[:-1], right.upper(), right.replace("sha256", "sha1"), "sha256=", "é"):
        assert await meta.post(body, signed) == 401, signed
    assert await meta.post(body + b" ", right) == 401, "the raw body is what is signed"
    assert caplog.text.count("not signed with WHATSAPP_APP_SECRET. Is it the one") == 1, "who set another reads it once"
    assert house.app.callers["whatsapp"].errors["signature"] == 6, "and finds it counted; nothing is no signature"
    assert await meta.post(b"x" * (MOST_BODY + 1), right) in (413, 0), "it is cut off where it is too long"
    for content in (*NOT_OURS, meta.message(phone, "STOP", group_id="1")):
        found = json.dumps(content).encode()
        assert await meta.post(found, meta.signature(found)) == 200, content
    for found in (b"", b"{", b"\xff", b"[" * 5000):
        assert await meta.post(found, meta.signature(found)) == 200, found[:9]
    assert kept(house) == before


def test_what_is_read_of_it(meta: WhatsAppServer, caplog: pytest.LogCaptureFixture) -> None:
    anna, ben = meta.person("NL.1"), meta.person("NL.2")

    def read(content: Json, number: str = meta.number_id) -> list[object]:
        return [*events(json.dumps(content).encode(), number, meta.clock())]

    assert read(meta.message(anna, "Hi", "wamid.1")) == [Incoming("wamid.1", "whatsapp", "NL.1", "Hi")]
    assert read(meta.message(anna, "Hi"), "another number of ours") == []
    assert "from_user_id" not in caplog.text
    assert read(meta.message(anna, "Hi", from_user_id=None)) == [], "nobody is known by a telephone number"
    assert "without the id of who sent it (from_user_id)" in caplog.text
    assert anna.number not in caplog.text
    assert read(meta.status("NL.1", "wamid.2", "sent")) == []
    assert read(meta.status("NL.1", "wamid.2", "read", category="UTILITY")) == [
        Ended("wamid.2", "whatsapp", Delivered(), "utility", meta.clock())
    ]
    codes: tuple[object, ...] = (131026, "131026", None, 131026.5, 10**40)
    ends = [read(meta.status("NL.1", "wamid.2", "failed", code)) for code in codes]  # type: ignore[arg-type]
    receipts = [one.receipt for (one,) in ends if isinstance(one, Ended)]
    assert receipts == [
        *[Unreachable("cannot be reached in WhatsApp: 131026")] * 2,
        *[Elsewhere("not by WhatsApp: 0")] * 3,
    ]
    (renamed,) = read(meta.renamed(anna, ben))
    assert isinstance(renamed, Renamed)
    assert (renamed.former, renamed.address) == ("NL.1", "NL.2")
    for name in ("A.", "changed from NL.3 to NL.2", "from NL.3 to NL.2,"):
        told = {"type": "user_changed_user_id", "user_id": "NL.2", "body": f"User {name} changed from NL.1 to NL.2"}
        (by_words,) = read(meta.message(ben, "", type="system", system=told))
        assert by_words == Renamed(by_words.id, "whatsapp", "NL.1", "NL.2"), name  # type: ignore[attr-defined]
    assert read(meta.message(ben, "", type="system", system={**told, "user_id": "NL.4"})) == []
    for pricing, category in (
        ({"billable": False, "type": "regular", "category": "utility"}, ""),
        ({"type": "regular", "category": "utility"}, "utility"),
        ({"type": "free_entry_point", "category": "utility"}, ""),
        ({"type": "regular", "category": 7}, "other"),
    ):
        status = meta.status("NL.1", "wamid.2", "delivered")
        status["entry"][0]["changes"][0]["value"]["statuses"][0]["pricing"] = pricing
        assert read(status) == [Ended("wamid.2", "whatsapp", Delivered(), category, meta.clock())], pricing


def test_who_writes_is_who_sends_something_and_its_words_are_read(meta: WhatsAppServer) -> None:
    """A thumb under a message of ours asks for no answer, and neither does what our number is shown beside."""
    anna = meta.person("NL.1")

    def said(kind: object, **more: object) -> list[str]:
        content = meta.message(anna, "Hi", type=kind)
        content["entry"][0]["changes"][0]["value"]["messages"][0].update(more)
        body = json.dumps(content).encode()
        return [one.text for one in events(body, meta.number_id, meta.clock()) if isinstance(one, Incoming)]

    assert said("text") == ["Hi"]
    assert said("image", image={"id": "1", "caption": "Stop"}) == ["Stop"]
    assert said("button", button={"text": "Stop", "payload": "x"}) == ["Stop"]
    assert said("audio", audio={"id": "1"}) == said("image", image=[]) == [""]
    assert said("text", text={"body": "a\ud83d"}) == ["a?"], "half of a sign that needs two"
    others: tuple[object, ...] = ("reaction", "unsupported", "request_welcome", "edit", "revoke", None, 7, ["text"], {})
    for kind in others:
        assert said(kind, reaction={"emoji": "x"}) == [], kind


def test_what_is_older_than_meta_brings_anything_is_shown_by_somebody_else(meta: WhatsAppServer) -> None:
    anna, now = meta.person("NL.1"), meta.clock()
    body = json.dumps(meta.message(anna, "Hi", timestamp=str(int(now.timestamp())))).encode()
    assert [*events(body, meta.number_id, now + timedelta(days=6))]
    assert not [*events(body, meta.number_id, now + timedelta(days=8))]
    for written, is_old in (
        (str(int(now.timestamp() * 1000)), False),
        (int(now.timestamp()), False),
        ("1700000000000", True),
        (1_700_000_000, True),
        ("9" * 4000, False),
        ("", False),
        (None, False),
    ):
        body = json.dumps(meta.message(anna, "Hi", timestamp=written)).encode()
        assert [*events(body, meta.number_id, now)] == [] if is_old else [*events(body, meta.number_id, now)], written


async def test_a_message_is_paid_for_in_the_month_in_which_it_arrived(house: House, meta: WhatsAppServer) -> None:
    house.clock.pass_time(days=29)
    arrived = meta.status("NL.9", "wamid.1", "delivered", category="utility")
    house.clock.pass_time(days=1)
    await meta.bring(arrived)
    await meta.bring(meta.status("NL.9", "wamid.2", "delivered", category="utility"))
    assert house.rows("SELECT month, messages FROM billed_messages ORDER BY 1") == [("2026-03", 1), ("2026-04", 1)]


async def test_what_cannot_be_taken_keeps_nothing_else_from_it(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person
) -> None:
    """Half a sign in a name is no reason not to; where the database refuses one, it is brought again."""
    await takes_part(house, meta, wes, phone)
    together = meta.status("NL.9", "wamid.\ud83d", "failed", 131026)
    together["entry"] += meta.message(phone, "Stop")["entry"]
    await changed(house, REFUSING)
    body = json.dumps(together).encode()
    assert await meta.post(body, meta.signature(body)) == 500
    assert house.rows(STOPPED) == [(True,)]
    await changed(house, "DROP TRIGGER refusing")
    assert await meta.post(body, meta.signature(body)) == 200
    assert house.rows("SELECT ended FROM taken_messages") == [("Unreachable:cannot be reached in WhatsApp: 131026",)]


async def test_what_takes_longer_than_meta_waits_is_answered_all_the_same(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await takes_part(house, meta, wes, phone)
    monkeypatch.setattr(webhook, "ANSWER_WITHIN", 0.05)
    body, said = json.dumps(meta.message(phone, "Stop")).encode(), len(phone.got)
    other = sqlite3.connect(house.folder / "data" / "samenspraak.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert [await meta.post(body, meta.signature(body)) for _ in range(2)] == [503, 503]
    other.rollback()
    other.close()
    monkeypatch.undo()
    assert await meta.post(body, meta.signature(body)) == 200
    await settled(house, meta)
    assert len(phone.got) == said + 1


def forgeries(meta: WhatsAppServer, phone: Person, chosen: random.Random, many: int) -> Iterator[tuple[bytes, str]]:
    """Whatever somebody without the secret can make of what they may have seen."""
    for _ in range(many):
        content = chosen.choice(
            (
                meta.message(phone, chosen.choice(("STOP", "Hello", "a" * 29))),
                meta.renamed(phone, meta.person("NL.66")),
                meta.status(phone.user_id, f"wamid.{chosen.randrange(9)}", "failed", 131026, category="marketing"),
            )
        )
        body = json.dumps(content).encode()
        right = meta.signature(body)
        at = chosen.randrange(len(body))
        yield chosen.choice(
            (
                (body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :], right),
                (body, right[:-1] + ("0" if right[-1] != "0" else "1")),
                (body, meta.signature(body + b"\n")),
                (body, ""),
            )
        )


@pytest.mark.parametrize("many", variants((60, 10_000), always=1))
async def test_forged_replayed_doubled_and_reordered(
    house: House, meta: WhatsAppServer, wes: Visitor, phone: Person, many: int
) -> None:
    """A third is forged; the rest is what Meta brought for some weeks, over and over, in any order."""
    chosen = random.Random(20_261)
    real: list[Json] = []
    meta.heard = real
    await takes_part(house, meta, wes, phone)
    house.clock.pass_time(days=2, hours=1)
    await house.caught_up()
    await settled(house, meta)
    await meta.says(phone, "Thanks")
    await settled(house, meta)
    meta.heard = None
    before, said = kept(house), len(phone.got)
    assert len(real) >= 8, "codes, answers, a reminder, and what became of them"
    for body, signed in forgeries(meta, phone, chosen, many // 3):
        assert await meta.post(body, signed) == 401
    for _ in range(many - many // 3):
        body = json.dumps(chosen.choice(real)).encode()
        assert await meta.post(body, meta.signature(body)) == 200
    await settled(house, meta)
    assert kept(house) == before
    assert len(phone.got) == said
