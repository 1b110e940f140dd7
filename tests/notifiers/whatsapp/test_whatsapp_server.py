"""The Graph API on the loopback refuses what WhatsApp refuses: each line is a rule that the notifier leans on."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from tests.house import Clock
from tests.whatsapp_server import PAIR_BURST, WhatsAppServer
from tests.whatsapp_templates import Json

BODY = "You asked for this: {{1}}. Press below."
BUTTON = {"type": "URL", "text": "Open", "url": "https://example.org/door/{{1}}", "example": ["https://example.org"]}


@pytest.fixture
async def meta(clock: Clock) -> AsyncIterator[WhatsAppServer]:
    async with WhatsAppServer(clock) as running:
        yield running


def template(text: str = BODY, **more: Any) -> Json:
    body = {"type": "BODY", "text": text, "example": {"body_text": [["one"]]}}
    parts = [body, {"type": "BUTTONS", "buttons": [BUTTON]}]
    return {"name": "reminder", "language": "nl", "category": "UTILITY", "components": parts, **more}


def sending(value: str = "one", **more: Any) -> Json:
    which = {"sub_type": "url", "index": "0"}
    parts = [
        {"type": kind, **more_of_it, "parameters": [{"type": "text", "text": text}]}
        for kind, text, more_of_it in (("body", value, {}), ("button", "t", which))
    ]
    named = {
        "name": "reminder",
        "language": {"code": more.pop("language", "nl")},
        "components": more.pop("parts", parts),
    }
    return {"messaging_product": "whatsapp", "recipient": "NL.1", "type": "template", "template": named, **more}


def text(body: str = "Hello") -> Json:
    return {"messaging_product": "whatsapp", "recipient": "NL.1", "type": "text", "text": {"body": body}}


async def asked(meta: WhatsAppServer, path: str, content: Json, token: str = "") -> int:
    """The code of the error, or 0."""
    headers = {"Authorization": f"Bearer {token or meta.token}"}
    async with meta.http.post(f"{meta.url}/{path}", json=content, headers=headers) as answer:
        return int((await answer.json()).get("error", {}).get("code", 0))


async def test_it_refuses_what_whatsapp_refuses(meta: WhatsAppServer, clock: Clock) -> None:
    messages, templates = f"{meta.number_id}/messages", f"{meta.account}/message_templates"
    for made in (
        template("{{1}} begins"),
        template(name="Big"),
        template(language="xx"),
        template("a" * 1020 + " {{1}} b."),
    ):
        assert await asked(meta, templates, made) == 100
    assert [await asked(meta, templates, template()) for _ in range(2)] == [0, 2388024]
    assert await asked(meta, messages, sending()) == 132001, "it waits to be approved"
    meta.approve()
    person = meta.person("NL.1")
    meta.webhook = meta.url.replace("v25.0", "nowhere")
    expected = (
        (sending(language="en"), 132001),
        (sending("two\nlines"), 132018),
        (sending(" "), 131008),
        (sending("a" * 1020), 132005),
        (sending(parts=[]), 132000),
        (sending(parts=[{"type": "button", "parameters": []}]), 131009),
        (sending(recipient="+31600471100"), 100),
        (sending(to="31600471100"), 100),
        (text("a" * 4097), 100),
    )
    assert [await asked(meta, messages, one) for one, _ in expected] == [code for _, code in expected]
    assert await asked(meta, messages, sending(), token="another") == 190
    assert [await asked(meta, messages, sending()) for _ in range(PAIR_BURST)] == [0] * PAIR_BURST
    assert await asked(meta, messages, sending()) == 131056
    assert len(person.got) == meta.billed["utility"] == PAIR_BURST
    clock.pass_time(minutes=10)
    meta.templates["reminder", "nl"].status = "PAUSED"
    assert await asked(meta, messages, sending()) == 132015


async def test_what_it_takes_arrives_or_fails_later(meta: WhatsAppServer, clock: Clock) -> None:
    came: list[Json] = []

    async def take(request: web.Request) -> web.Response:
        assert request.headers["X-Hub-Signature-256"] == meta.signature(await request.read())
        came.append(await request.json())
        return web.Response(status=200 if len(came) > 1 else 503)

    app = web.Application()
    app.router.add_post("/whatsapp", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    meta.webhook = f"http://127.0.0.1:{runner.addresses[0][1]}/whatsapp"
    person = meta.person("NL.1")
    await meta.says(person, "Hello")
    for _ in range(2):
        assert await asked(meta, f"{meta.number_id}/messages", text()) == 0
        await meta.settled()
        clock.pass_time(hours=25)
    await runner.cleanup()
    values = [one["entry"][0]["changes"][0]["value"] for one in came]
    told = [
        (one["status"], one.get("errors", [{}])[0].get("code")) for value in values for one in value.get("statuses", ())
    ]
    assert told == [("sent", None), ("delivered", None), ("read", None), ("failed", 131047)]
    assert [bool(one.get("pricing")) for value in values for one in value.get("statuses", ())] == [
        True,
        True,
        False,
        False,
    ]
    assert len(values) == 6, "what was not taken came again"
    assert person.got == ["Hello"]
