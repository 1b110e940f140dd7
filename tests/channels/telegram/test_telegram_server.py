"""The Bot API on the loopback keeps Telegram's promises, as python-telegram-bot sees them.

Every test is one promise that the tests and benchmarks of the bot lean on.
"""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from tests.patience import PATIENCE
from tests.telegram_server import Limits, TelegramServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without it every RetryAfter of python-telegram-bot 22.2 and later is a deprecation warning.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[TelegramServer]:
    async with TelegramServer(clock=clock) as server:
        yield server


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[Bot]:
    async with Bot(server.token, base_url=f"{server.url}/bot") as bot:
        yield bot


def keyboard(*rows: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in rows]
    )


async def texts(bot: Bot, offset: int | None = None) -> list[str]:
    """What people wrote, and what the buttons said that they pressed."""
    return [said(update) for update in await bot.get_updates(offset=offset)]


def said(update: Update) -> str:
    if update.callback_query:
        return str(update.callback_query.data)
    return str(update.effective_message and update.effective_message.text)


# From people to the bot


async def test_an_update_comes_again_until_a_higher_offset_confirms_it(server: TelegramServer, bot: Bot) -> None:
    anna = server.person()
    for text in ("a", "b", "c"):
        await anna.write(text)
    first, second, _ = await bot.get_updates()
    assert await texts(bot) == ["a", "b", "c"]
    assert await texts(bot, second.update_id) == ["b", "c"]
    assert await texts(bot) == ["b", "c"]
    assert first.update_id + 1 == second.update_id


async def test_a_batch_has_its_limit_and_a_negative_offset_forgets_the_rest(server: TelegramServer, bot: Bot) -> None:
    anna = server.person()
    for n in range(120):
        await anna.write(str(n))
    assert len(await bot.get_updates()) == 100
    assert len(await bot.get_updates(limit=7)) == 7
    assert await texts(bot, -2) == ["118", "119"]
    assert await texts(bot) == ["118", "119"]


async def test_an_offset_from_the_future_confirms_nothing(server: TelegramServer, bot: Bot) -> None:
    await server.person().write("a")
    assert await texts(bot, server.updates.next_id + 1000) == ["a"]


async def test_confirmed_returns_when_the_bot_has_confirmed(server: TelegramServer, bot: Bot) -> None:
    await server.person().write("a")
    (update,) = await bot.get_updates()
    with pytest.raises(AssertionError, match="not confirmed"):
        await server.confirmed(timeout=0.01)
    done = asyncio.create_task(server.confirmed())
    await bot.get_updates(offset=update.update_id + 1)
    await done


async def test_confirmed_updates_can_come_again_and_are_not_confirmed_unseen(server: TelegramServer, bot: Bot) -> None:
    anna = server.person()
    for text in ("a", "b", "c"):
        await anna.write(text)
    before = await bot.get_updates()
    offset = before[-1].update_id + 1
    await bot.get_updates(offset=offset)
    await server.redeliver(2)
    await anna.write("d")
    again = await bot.get_updates(offset=offset)
    assert [said(update) for update in again] == ["b", "c", "d"]
    assert [update.update_id for update in again[:2]] == [update.update_id for update in before[1:]]
    assert await texts(bot, again[-1].update_id + 1) == []


async def test_a_long_poll_ends_at_the_first_update(server: TelegramServer, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=24 * 3600))
    await server.called("getUpdates")
    await server.person().write("hello")
    async with asyncio.timeout(PATIENCE):
        assert [said(update) for update in await poll] == ["hello"]


async def test_a_long_poll_ends_empty_after_its_timeout(bot: Bot) -> None:
    started = time.monotonic()
    assert await bot.get_updates(timeout=1) == ()
    assert time.monotonic() - started > 0.9


async def test_of_two_long_polls_the_older_meets_a_conflict(server: TelegramServer, bot: Bot) -> None:
    async with Bot(server.token, base_url=f"{server.url}/bot") as other:
        older = asyncio.create_task(bot.get_updates(timeout=5))
        await server.called("getUpdates")
        newer = asyncio.create_task(other.get_updates(timeout=5))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await older
        await server.person().write("hello")
        assert len(await newer) == 1


async def test_a_press_lives_150_seconds_and_a_message_a_day(server: TelegramServer, bot: Bot, clock: Clock) -> None:
    anna = await started(server, bot)
    await bot.send_message(anna.id, "Ready?", reply_markup=keyboard([("Yes", "y")]))
    await anna.press("Yes")
    await anna.write("hello")
    clock.now += 149
    assert await texts(bot) == ["y", "hello"]
    clock.now += 2
    assert await texts(bot) == ["hello"]
    clock.now += 24 * 3600
    assert await texts(bot) == []
    await server.confirmed()


async def test_allowed_updates_are_remembered(server: TelegramServer, bot: Bot) -> None:
    anna = server.person()
    await bot.get_updates(allowed_updates=["message"])
    await bot.get_updates()
    await anna.write("a")
    await anna.block()
    assert await texts(bot) == ["a"]


async def test_what_people_send_reads_as_telegram_types(server: TelegramServer, bot: Bot) -> None:
    anna = server.person(first_name="Anna", username="anna_b", language_code="en", id=7_123_456_789)
    for content in ("photo", "sticker", "voice", "document", "location", "contact"):
        await anna.send(**{content: True})
    written = await anna.write("/start abc")
    await anna.edit(written, "/start abd")
    await anna.block()
    updates = await bot.get_updates()
    messages = [update.effective_message for update in updates[:8] if update.effective_message]
    kinds = [m.photo or m.sticker or m.voice or m.document or m.location or m.contact for m in messages[:6]]
    assert all(kinds)
    assert messages[0].from_user
    assert messages[0].from_user.to_dict() == anna.sender
    assert [(e.type, e.offset, e.length) for e in messages[6].entities] == [("bot_command", 0, 6)]
    assert updates[7].edited_message
    assert updates[7].edited_message.message_id == written
    assert updates[8].my_chat_member
    assert updates[8].my_chat_member.new_chat_member.status == "kicked"


async def test_any_update_can_be_posted(server: TelegramServer, bot: Bot) -> None:
    await server.post({})
    await server.post({"update_id": 5, "poll": None})
    low, none = await bot.get_updates(offset=server.updates.next_id - 1)
    assert (low.update_id, none.update_id) == (5, server.updates.next_id - 1)


# From the bot to people


async def started(server: TelegramServer, bot: Bot, **about: Any) -> Any:
    """Somebody whose first message the bot has confirmed."""
    person = server.person(**about)
    await person.write("/start")
    await bot.get_updates(offset=server.updates.next_id)
    return person


async def test_a_message_a_press_and_an_edit(server: TelegramServer, bot: Bot) -> None:
    anna = await started(server, bot)
    sent = await bot.send_message(
        anna.id, "<b>1 &lt; 2</b>", "HTML", reply_markup=keyboard([("Yes", "y"), ("No", "n")])
    )
    asked = await anna.wait(lambda m: m.text == "1 < 2")
    assert (asked.id, asked.html, asked.rows) == (sent.message_id, "<b>1 &lt; 2</b>", ((("Yes", "y"), ("No", "n")),))
    await anna.press("No")
    (update,) = await bot.get_updates()
    query = update.callback_query
    assert query
    assert (query.data, query.from_user.id, query.message and query.message.message_id) == ("n", anna.id, asked.id)
    assert await query.answer("Saved")
    assert anna.toasts == ["Saved"]
    edited = await query.edit_message_text("2 of 26")
    assert isinstance(edited, type(sent))
    assert (edited.text, edited.reply_markup, edited.edit_date is not None) == ("2 of 26", None, True)
    assert (anna.last.text, anna.last.edits, anna.last.rows, asked.text) == ("2 of 26", 1, (), "1 < 2")
    assert anna.messages == [anna.last]


async def test_the_last_message_is_the_one_sent_or_edited_last(server: TelegramServer, bot: Bot) -> None:
    anna = await started(server, bot)
    one = await bot.send_message(anna.id, "one")
    two = await bot.send_message(anna.id, "two")
    assert anna.last.text == "two"
    await one.edit_text("uno")
    assert [m.text for m in anna.messages] == ["uno", "two"]
    assert anna.last.text == "uno"
    await one.delete()
    assert anna.last.id == two.message_id


async def test_an_old_screen_can_still_be_pressed(server: TelegramServer, bot: Bot) -> None:
    anna = await started(server, bot)
    sent = await bot.send_message(anna.id, "one", reply_markup=keyboard([("A", "a")]))
    before = anna.last
    await sent.edit_text("two", reply_markup=keyboard([("B", "b")]))
    with pytest.raises(AssertionError, match=r"no button 'A' on \['two \[B\]'"):
        await anna.press("A")
    await anna.press("A", message=before)
    await anna.press_data("forged:1")
    await sent.delete()
    await anna.press("A", message=before)
    pressed = await bot.get_updates()
    assert [said(update) for update in pressed] == ["a", "forged:1", "a"]
    messages = [update.callback_query.message for update in pressed if update.callback_query]
    assert [m.is_accessible for m in messages if m] == [True, True, False]


async def test_waiting_in_vain_says_what_there_is(server: TelegramServer, bot: Bot) -> None:
    anna = await started(server, bot)
    with pytest.raises(AssertionError, match="sent nothing"):
        _ = anna.last
    await bot.send_message(anna.id, "Ready?", reply_markup=keyboard([("Yes", "y")]))
    with pytest.raises(AssertionError, match=r"Ready\? \[Yes\]"):
        await anna.wait(lambda m: m.text == "never", timeout=0.01)


async def test_files_arrive_byte_for_byte_and_can_be_sent_again(server: TelegramServer, bot: Bot) -> None:
    anna = await started(server, bot)
    photo = await bot.send_photo(anna.id, PNG, caption="<i>Six</i> bars", parse_mode="HTML")
    assert (anna.last.photo, anna.last.text) == (PNG, "Six bars")
    await bot.send_document(anna.id, b"%PDF", filename="poster.pdf")
    assert (anna.last.document, anna.last.filename) == (b"%PDF", "poster.pdf")
    await bot.send_voice(anna.id, b"OggS", caption="listen", reply_markup=keyboard([("Yes", "y")]))
    assert (anna.last.voice, anna.last.rows) == (b"OggS", ((("Yes", "y"),),))
    await photo.edit_caption("Seven bars")
    assert (anna.last.text, anna.last.photo) == ("Seven bars", PNG)
    await bot.send_photo(anna.id, photo.photo[-1].file_id)
    assert anna.last.photo == PNG
    await bot.send_document(anna.id, bytes(3_000_000))
    assert len(anna.last.document) == 3_000_000


async def test_a_bot_describes_itself_per_language(server: TelegramServer, bot: Bot) -> None:
    menu = [BotCommand("continue", "Verder"), BotCommand("help", "Hulp")]
    await bot.set_my_commands(menu, scope=BotCommandScopeAllPrivateChats(), language_code="nl")
    await bot.set_my_description("Wat dit is", language_code="nl")
    await bot.set_my_short_description("Kort")
    await bot.set_my_name("Samenspraak")
    assert server.commands["all_private_chats", "nl"][0] == {"command": "continue", "description": "Verder"}
    assert await bot.get_my_commands(BotCommandScopeAllPrivateChats(), "nl") == tuple(menu)
    assert server.descriptions == {("default", "nl"): "Wat dit is"}
    assert server.short_descriptions == {("default", ""): "Kort"}
    assert (await bot.get_my_description("nl")).description == "Wat dit is"
    assert (await bot.get_my_short_description()).short_description == "Kort"
    assert await bot.delete_my_commands(BotCommandScopeAllPrivateChats(), "nl")
    assert server.commands == {}


async def test_the_other_methods_answer(server: TelegramServer, bot: Bot) -> None:
    anna = await started(server, bot)
    assert (await bot.get_me()).username == "samenspraak_bot"
    assert await bot.send_chat_action(anna.id, "typing")
    assert (await bot.get_chat(anna.id)).first_name == "Anna"
    assert (await bot.get_webhook_info()).url == ""
    assert await bot.log_out()
    assert await bot.close()
    assert server.calls["getMe"] == 2
    assert server.log[-1] == ("close", {}, True)


# What Telegram refuses

REFUSALS: list[tuple[str, Any]] = [
    ("Chat not found", lambda bot, _: bot.send_message(99, "x")),
    ("Message text is empty", lambda bot, anna: bot.send_message(anna, "   ")),
    ("Message text is empty", lambda bot, anna: bot.send_message(anna, "<b> </b>", "HTML")),
    ("Message is too long", lambda bot, anna: bot.send_message(anna, "x" * 4097)),
    ("Message caption is too long", lambda bot, anna: bot.send_photo(anna, PNG, caption="x" * 1025)),
    ("Image_process_failed", lambda bot, anna: bot.send_photo(anna, b"text")),
    ("File must be non-empty", lambda bot, anna: bot.send_document(anna, b"")),
    ("Wrong file identifier", lambda bot, anna: bot.send_voice(anna, "no-such-file")),
    ("Button_data_invalid", lambda bot, anna: bot.send_message(anna, "x", reply_markup=keyboard([("é", "é" * 33)]))),
    ("Button_data_invalid", lambda bot, anna: bot.send_message(anna, "x", reply_markup=keyboard([("e", "")]))),
    (
        "Reply markup is too long",
        lambda bot, anna: bot.send_message(anna, "x", reply_markup=keyboard([("a", "a")] * 9)),
    ),
    (
        "Reply markup is too long",
        lambda bot, anna: bot.send_message(anna, "x", reply_markup=keyboard(*[[("a", "a")]] * 101)),
    ),
    (
        "button text must be non-empty",
        lambda bot, anna: bot.send_message(anna, "x", reply_markup=keyboard([("", "a")])),
    ),
    (
        "Text buttons are unallowed",
        lambda bot, anna: bot.send_message(anna, "x", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("a")]])),
    ),
    ('Unsupported start tag "p" at byte offset 3', lambda bot, anna: bot.send_message(anna, "é <p>x</p>", "HTML")),
    ('Unsupported start tag "" at byte offset 2', lambda bot, anna: bot.send_message(anna, "1 < 2 > 1", "HTML")),
    ("Unclosed start tag at byte offset 2", lambda bot, anna: bot.send_message(anna, "1 <2", "HTML")),
    ('end tag corresponding to start tag "b"', lambda bot, anna: bot.send_message(anna, "<b>x", "HTML")),
    ('expected "</b>", found "</i>"', lambda bot, anna: bot.send_message(anna, "<b>x</i>", "HTML")),
    ("Unexpected end tag at byte offset 1", lambda bot, anna: bot.send_message(anna, "x</b>", "HTML")),
    ('must have class "tg-spoiler"', lambda bot, anna: bot.send_message(anna, "<span>x</span>", "HTML")),
    ("Message to edit not found", lambda bot, anna: bot.edit_message_text("x", anna, 999)),
    ("Message to delete not found", lambda bot, anna: bot.delete_message(anna, 999)),
    ("Query is too old", lambda bot, _: bot.answer_callback_query("12345")),
    ("Bot_command_invalid", lambda bot, _: bot.set_my_commands([BotCommand("Help", "x")])),
    ("Bot_command_description_invalid", lambda bot, _: bot.set_my_commands([BotCommand("help", "x" * 257)])),
    ("Invalid language code", lambda bot, _: bot.set_my_commands([], language_code="nl-BE")),
    ("Description_too_long", lambda bot, _: bot.set_my_description("x" * 513)),
    ("Short_description_too_long", lambda bot, _: bot.set_my_short_description("x" * 121)),
    ("Name_too_long", lambda bot, _: bot.set_my_name("x" * 65)),
    ("can't be changed in private chats", lambda bot, anna: bot.leave_chat(anna)),
    ("Secret token", lambda bot, _: bot.set_webhook("http://127.0.0.1:1", secret_token="no spaces")),
    ("parse reply_markup", lambda bot, anna: bot.send_message(anna, "x", api_kwargs={"reply_markup": "{"})),
]


async def test_what_telegram_refuses_is_refused_in_its_words(server: TelegramServer, bot: Bot) -> None:
    anna = await started(server, bot)
    for words, call in REFUSALS:
        with pytest.raises(BadRequest) as refused:
            await call(bot, anna.id)
        assert words.lower() in str(refused.value).lower()  # the library changes the capitals
    assert anna.messages == []


async def test_what_is_just_allowed_is_taken(server: TelegramServer, bot: Bot) -> None:
    anna = await started(server, bot)
    await bot.send_message(anna.id, f"<b>{'x' * 4094}</b>&lt;&#62;", "HTML", reply_markup=keyboard([("é", "é" * 32)]))
    assert anna.last.text == "x" * 4094 + "<>"
    await bot.send_message(anna.id, "Tom & Jerry, 2 > 1, <a href='https://x.nl/?a=1&amp;b=>2'>link</a>", "HTML")
    assert anna.last.text == "Tom & Jerry, 2 > 1, link"
    await bot.send_photo(anna.id, PNG, caption="x" * 1024)
    await bot.send_message(anna.id, "8 a row", reply_markup=keyboard(*[[("a", "a")] * 8] * 12))
    await bot.set_my_commands([BotCommand("a_1", "x" * 256)] * 100)


async def test_an_edit_that_changes_nothing_is_refused(server: TelegramServer, bot: Bot) -> None:
    anna = await started(server, bot)
    yes = keyboard([("Yes", "y")])
    sent = await bot.send_message(anna.id, "<b>Hi</b>", "HTML", reply_markup=yes)
    for same in ("<b>Hi</b>", "<strong>Hi</strong>", " <b>Hi</b>\n"):
        with pytest.raises(BadRequest, match="Message is not modified: specified new message content and reply markup"):
            await sent.edit_text(same.strip(), "HTML", reply_markup=yes)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_reply_markup(yes)
    with pytest.raises(BadRequest, match="There is no caption"):
        await sent.edit_caption("x")
    await sent.edit_text("Hi", reply_markup=yes)
    await sent.edit_text("Hi")
    with pytest.raises(BadRequest, match="Message_too_long"):
        await sent.edit_text("x" * 4097)
    assert anna.last.edits == 2


async def test_a_press_is_answered_at_once_or_not_at_all(server: TelegramServer, bot: Bot, clock: Clock) -> None:
    anna = await started(server, bot)
    await bot.send_message(anna.id, "Ready?", reply_markup=keyboard([("Yes", "y")]))
    await anna.press("Yes")
    (update,) = await bot.get_updates()
    query = update.callback_query
    assert query
    with pytest.raises(BadRequest, match="Message_too_long"):
        await query.answer("x" * 201)
    await query.answer()
    clock.now += 60
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired or query id is invalid"):
        await query.answer()
    assert anna.toasts == [None]


async def test_nobody_is_written_to_who_left(server: TelegramServer, bot: Bot) -> None:
    anna, stranger = await started(server, bot), server.person()
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(stranger.id, "hello")
    await anna.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(anna.id, "hello")
    await anna.unblock()
    await bot.send_message(anna.id, "hello")
    anna.deactivate()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_photo(anna.id, PNG)
    assert [m.text for m in anna.messages] == ["hello"]


async def test_a_message_of_more_than_two_days_cannot_be_deleted(
    server: TelegramServer, bot: Bot, clock: Clock
) -> None:
    anna = await started(server, bot)
    sent = await bot.send_message(anna.id, "hello")
    clock.now += 49 * 3600
    with pytest.raises(BadRequest, match="can't be deleted"):
        await sent.delete()


async def test_a_group_comes_goes_and_moves(server: TelegramServer, bot: Bot) -> None:
    anna, group = server.person(), server.group(title="Team")
    await group.add_bot(anna)
    await group.write(anna, "/status@samenspraak_bot")
    added, greeted, wrote = await bot.get_updates(offset=server.updates.next_id - 3)
    assert added.my_chat_member
    assert added.my_chat_member.chat.title == "Team"
    assert greeted.message
    assert greeted.message.new_chat_members[0].id == bot.id
    assert wrote.message
    assert wrote.message.entities[0].length == 23
    await bot.send_message(group.id, "Summary", reply_markup=keyboard([("More", "m")]))
    await anna.press("More", message=group.last)
    old, new = group.id, group.migrate()
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(old, "Summary")
    assert moved.value.new_chat_id == new == group.id
    await bot.send_message(new, "Again")
    assert group.last.text == "Again"
    await group.remove_bot(anna)
    with pytest.raises(Forbidden, match="bot was kicked from the group chat"):
        await bot.send_message(new, "hello")
    await group.add_bot(anna)
    await bot.leave_chat(new)
    with pytest.raises(Forbidden, match="bot is not a member of the group chat"):
        await bot.send_message(new, "hello")


async def test_a_wrong_token_and_an_unknown_method(server: TelegramServer) -> None:
    refusals = {"bot1:X/getMe": (401, "Unauthorized"), f"bot{server.token}/sendFax": (404, "Not Found")}
    async with aiohttp.ClientSession() as http:
        for path, (status, words) in refusals.items():
            async with http.get(f"{server.url}/{path}") as response:
                assert response.status == status
                assert await response.json() == {"ok": False, "error_code": status, "description": words}


async def test_calls_may_be_json_and_in_any_case(server: TelegramServer, bot: Bot) -> None:
    anna = await started(server, bot)
    call = {"chat_id": str(anna.id), "text": "hi", "reply_markup": json.dumps(keyboard([("A", "a")]).to_dict())}
    async with aiohttp.ClientSession() as http:
        for how in ({"json": call}, {"data": call}, {"params": call}):
            async with http.post(f"{server.url}/bot{server.token}/SENDMESSAGE", **how) as response:  # type: ignore[arg-type]
                assert response.status == 200
    assert [m.rows for m in anna.messages] == [((("A", "a"),),)] * 3
    assert server.log[-1][1]["chat_id"] == anna.id


# When Telegram fails


async def test_each_failure_is_what_the_library_makes_of_it(server: TelegramServer, bot: Bot) -> None:
    anna = await started(server, bot)
    failures: list[tuple[int, dict[str, Any], type[TelegramError], str]] = [
        (429, {"retry_after": 7}, RetryAfter, "7"),
        (500, {}, NetworkError, "Internal Server Error"),
        (502, {"garbage": True}, NetworkError, "Bad Gateway"),
        (200, {"garbage": True}, TelegramError, "Invalid server response"),
        (403, {"description": "Forbidden: bot was blocked by the user"}, Forbidden, "blocked"),
        (409, {}, Conflict, "Conflict"),
        (401, {}, InvalidToken, "Unauthorized"),
    ]
    for status, how, error, words in failures:
        server.fail("sendMessage", status, **how)
        with pytest.raises(error, match=words):
            await bot.send_message(anna.id, "hello")
    assert anna.messages == []
    await bot.send_message(anna.id, "hello")
    assert [ok for method, _, ok in server.log if method == "sendMessage"] == [False] * 7 + [True]


async def test_a_failure_can_last_and_can_be_one_persons(server: TelegramServer, bot: Bot) -> None:
    anna, bert = await started(server, bot), await started(server, bot)
    server.fail("sendMessage", 500, times=2, chat_id=anna.id)
    await bot.send_message(bert.id, "hello")
    for _ in range(2):
        with pytest.raises(NetworkError):
            await bot.send_message(anna.id, "hello")
    await bot.send_message(anna.id, "hello")


async def test_a_lost_answer_has_its_effect(server: TelegramServer, bot: Bot) -> None:
    anna = await started(server, bot)
    server.fail("sendMessage", 502, after=True)
    with pytest.raises(NetworkError):
        await bot.send_message(anna.id, "hello")
    assert anna.last.text == "hello"


async def test_an_answer_can_hang(server: TelegramServer, bot: Bot) -> None:
    anna = await started(server, bot)
    server.fail("sendMessage", 500, hang=5)
    with pytest.raises(TimedOut):
        await bot.send_message(anna.id, "never", read_timeout=0.1)
    server.fail("sendMessage", 200, hang=0.1)
    assert (await bot.send_message(anna.id, "late")).text == "late"
    assert [m.text for m in anna.messages] == ["late"]


async def test_the_server_can_go_away_and_come_back(server: TelegramServer, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=5))
    await server.called("getUpdates")
    await server.stop()
    with pytest.raises(NetworkError):
        await poll
    await server.person().write("while away")
    await server.start()
    assert await texts(bot) == ["while away"]


async def test_sending_too_fast_is_refused(server: TelegramServer, bot: Bot) -> None:
    people = [await started(server, bot) for _ in range(4)]
    server.limits = Limits(overall_per_second=3, per_chat_per_second=1)
    await bot.send_message(people[0].id, "one")
    with pytest.raises(RetryAfter) as too_fast:
        await bot.send_message(people[0].id, "two")
    assert too_fast.value.retry_after == timedelta(seconds=1)
    for person in people[1:3]:
        await bot.send_message(person.id, "one")
    with pytest.raises(RetryAfter):
        await bot.send_message(people[3].id, "one")
    await asyncio.sleep(1)
    await bot.send_message(people[3].id, "one")


# By webhook


class Receiver:
    """The bot's end of a webhook, which may refuse or take its time."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.secrets: set[str | None] = set()
        self.statuses: list[int] = []
        self.busy = 0
        self.most_busy = 0

    async def __call__(self, request: web.BaseRequest) -> web.Response:
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        update = await request.json()
        await asyncio.sleep(0.02)
        self.busy -= 1
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.got.append(update)
        return web.Response(status=status)


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    receiver = Receiver()
    runner = web.ServerRunner(web.Server(receiver, access_log=None), shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield receiver, f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await runner.cleanup()


Received = tuple[Receiver, str]


async def test_a_webhook_gets_each_update_until_it_takes_it(
    server: TelegramServer, bot: Bot, receiver: Received
) -> None:
    hook, url = receiver
    anna = server.person()
    await anna.write("waiting")
    hook.statuses = [500, 500, 302, 503]
    await bot.set_webhook(url, secret_token="s3cret")
    await anna.write("second")
    await server.confirmed()
    assert [update["message"]["text"] for update in hook.got] == ["waiting", "second"]
    assert hook.secrets == {"s3cret"}
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count) == (url, 0)
    assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"


async def test_a_webhook_gets_one_update_at_a_time_of_each_chat_and_kind(
    server: TelegramServer, bot: Bot, receiver: Received
) -> None:
    hook, url = receiver
    await bot.set_webhook(url)
    people = [server.person() for _ in range(3)]
    for text in ("1", "2"):
        for person in people:
            await person.write(text)
    await server.confirmed()
    assert hook.most_busy == 3
    for person in people:
        assert [u["message"]["text"] for u in hook.got if u["message"]["chat"]["id"] == person.id] == ["1", "2"]


async def test_a_webhook_gets_what_is_redelivered(server: TelegramServer, bot: Bot, receiver: Received) -> None:
    hook, url = receiver
    await bot.set_webhook(url)
    await server.person().write("a")
    await server.confirmed()
    await server.redeliver()
    await server.confirmed()
    assert len(hook.got) == 2
    assert hook.got[0] == hook.got[1]


async def test_a_webhook_and_polling_exclude_each_other(server: TelegramServer, bot: Bot, receiver: Received) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=5))
    await server.called("getUpdates")
    await bot.set_webhook("http://127.0.0.1:9/nobody-listens")
    with pytest.raises(Conflict, match="terminated by setWebhook"):
        await poll
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await server.person().write("a")
    await bot.delete_webhook()
    assert await texts(bot) == ["a"]
    await bot.delete_webhook(drop_pending_updates=True)
    assert await texts(bot) == []
