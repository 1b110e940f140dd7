"""Agreements, pure: how a typed line is read, which days are days to come, and how one is worded."""

from datetime import date
from typing import Any

import pytest

from bot.survey.agreements import SHORT, Agreement, Typed, came_back, deadline, lines, read, told, written
from bot.survey.conversation.views import View
from bot.survey.phrases import Phrase
from bot.texts.texts import Texts

TODAY = date(2026, 3, 2)
BENCH = Agreement(7, 1, 2, "Een bankje", "Ali & <b>co</b>", date(2026, 6, 1))


@pytest.mark.parametrize(
    ("line", "is_read_as"),
    [
        ("Een bankje", Typed(None, "Een bankje")),
        ("Een bankje ; Ali ; 1-6-2026", Typed(None, "Een bankje", "Ali", "1-6-2026")),
        ("Een bankje;Ali;", Typed(None, "Een bankje", "Ali")),
        ("Een bankje\nAli\n1-6-2026", Typed(None, "Een bankje", "Ali", "1-6-2026")),
        ("مقعد ؛ علي ؛ 1-6-2026", Typed(None, "مقعد", "علي", "1-6-2026")),
        ("长椅；阿里；1-6-2026", Typed(None, "长椅", "阿里", "1-6-2026")),
        ("Een bankje ; 1-6-2026", Typed(None, "Een bankje", "", "1-6-2026")),
        ("2 bankjes ; Ali", Typed(None, "2 bankjes", "Ali")),
        ("2 ; Een bankje ; Ali", Typed(2, "Een bankje", "Ali")),
        ("2 ; Een bankje ; 1-6-2026", Typed(2, "Een bankje", "", "1-6-2026")),
        ("2", Typed(2)),
        ("٢ ; Een bankje", Typed(None, "٢", "Een bankje")),
        ("9999 ; Een bankje", Typed(None, "9999", "Een bankje")),
        (";;", Typed(None)),
        ("-", Typed(None, "-")),
        ("a ; b ; c ; d", None),
        ("1 ; a ; b ; c ; d", None),
    ],
)
def test_a_typed_line_is_read(line: str, is_read_as: Typed | None) -> None:
    assert read(line) == is_read_as


@pytest.mark.parametrize(
    "one",
    [BENCH, Agreement(1, 1, 3, "Een bankje"), Agreement(1, 1, 1, "Een bankje", by_when=TODAY)],
)
def test_the_line_to_change_one_is_read_as_what_it_is(one: Agreement) -> None:
    typed = read(written(one))
    assert typed
    assert (typed.number, typed.what, typed.who) == (one.number, one.what, one.who)
    assert (deadline(typed.by_when, TODAY) if typed.by_when else None) == one.by_when


def test_what_has_a_semicolon_in_it_can_be_typed_again() -> None:
    assert read(written(Agreement(1, 1, 1, "Thee; koffie\nen taart"))) == Typed(1, "Thee, koffie,en taart")


@pytest.mark.parametrize(
    ("text", "day"),
    [("2-3-2026", TODAY), ("2026-03-02", TODAY), ("1/6/2026", date(2026, 6, 1)), ("1.3.2031", date(2031, 3, 1))],
)
def test_a_day_to_come_is_one(text: str, day: date) -> None:
    assert deadline(text, TODAY) == day


@pytest.mark.parametrize("text", ["1-3-2026", "2026-03-01", "1-1-0001"])
def test_a_day_that_has_passed_is_told(text: str) -> None:
    found = deadline(text, TODAY)
    assert isinstance(found, Phrase)
    assert found.text == "That day has passed already."


@pytest.mark.parametrize("text", ["morgen", "1-3", "31-2-2027", "1-3-2032", "1-3-9999", "9" * 400, "1-3-2027 x"])
def test_a_day_that_is_none_is_told_with_one_that_is(text: str) -> None:
    found = deadline(text, TODAY)
    assert isinstance(found, Phrase)
    assert isinstance(deadline(str(dict(found.values)["example"]), TODAY), date)


def test_a_day_that_passed_since_may_stay() -> None:
    assert deadline("1-2-2026", TODAY, date(2026, 2, 1)) == date(2026, 2, 1)


def test_the_words_are_as_typed_and_the_frame_in_the_language_of_the_reader(texts: Texts) -> None:
    rest = " · Ali &amp; &lt;b&gt;co&lt;/b&gt; · "
    said = {spoken: texts.render(View(told([BENCH])), spoken) for spoken in ("nl", "en")}
    assert said["nl"] == f"<b>Dit hebben we afgesproken:</b>\n2. Een bankje{rest}klaar op 1 juni 2026"
    assert said["en"] == f"<b>This is what we agreed:</b>\n2. Een bankje{rest}ready by 1 June 2026"


@pytest.mark.parametrize(
    ("done", "says"),
    [("yes", "gedaan"), ("partly", "deels gedaan"), ("no", "niet gedaan"), (None, "nog niet bekend")],
)
def test_what_came_back_says_what_came_of_it(texts: Texts, done: str | None, says: str) -> None:
    one = Agreement(7, 1, 1, "Een bankje", done=done)
    shown = texts.render(View(came_back([one])), "nl")
    assert shown == f"<b>Dit spraken we af na ronde 1:</b>\n1. Een bankje · <b>{says}</b>"
    assert texts.say(lines([one])[0], "nl").endswith(f"<b>{says}</b>" if done else "Een bankje")


def test_what_came_back_is_told_in_short(texts: Texts) -> None:
    long, just = (Agreement(7, 1, 1, "公" * length, "阿里", date(2026, 6, 1)) for length in (200, SHORT))
    shown = texts.render(View(came_back([long, just])), "nl").splitlines()
    assert shown[1:] == [
        f"1. {'公' * (SHORT - 1)}… · 阿里 · <b>nog niet bekend</b>",
        f"1. {'公' * SHORT} · 阿里 · <b>nog niet bekend</b>",
    ]
    assert "公" * 200 in texts.say(lines([long])[0], "nl")


def test_of_nothing_nothing_is_told() -> None:
    assert told(()) == came_back(()) == ()


def test_its_version_changes_with_what_is_agreed_and_not_with_what_came_of_it() -> None:
    same = Agreement(**{**fields(BENCH), "done": "yes"})
    others = [Agreement(**{**fields(BENCH), **more}) for more in ({"what": "x"}, {"who": ""}, {"by_when": None})]
    assert same.version == BENCH.version
    assert len({one.version for one in (BENCH, *others)}) == 4


def fields(one: Agreement) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}
