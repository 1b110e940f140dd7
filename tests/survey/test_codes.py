"""Codes in what comes: whatever stands around one, it is found; what is none costs nobody a guess."""

import pytest

from bot.survey.codes import find

CODE = "q7m2kd9xw4hvtr3p8bnsyjc5ga"
LINK = f"https://samenspraak.example.org/i/{CODE}"


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        CODE.upper(),
        f"  {CODE}\n",
        f"{CODE}.",
        f"({CODE})",
        f"{CODE};,!?…",
        f"«{CODE}»",
        f"**{CODE}**",
        f"_{CODE}_",
        f"Mijn code is {CODE}, mag ik meedoen?",
        LINK,
        LINK.upper(),
        f"<{LINK}>",
        f"{LINK}/nl/",
        f"{LINK}&fbclid=IwAR0x",
        f"{LINK}?utm_source=nieuwsbrief#now",
        f"https://t.me/SamenspraakBot?start={CODE}",
        f"tg://resolve?domain=SamenspraakBot&start={CODE}",
        f"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fx.org%2Fi%2F{CODE}&data=05%7C02%7C",
        f"https://www.google.com/url?q=https%253A%252F%252Fx.org%252Fi%252F{CODE}%2526x&sa=D",
        f"https://urldefense.com/v3/__https://x.org/i/{CODE}__;!!Abc",
        f"https://urldefense.proofpoint.com/v2/url?u=https-3A__x.org_i_{CODE}&d=Dw",
        f"{CODE[:9]}\u200b{CODE[9:]}\u2060\ufeff",
        f"{CODE[:9]}\u00ad{CODE[9:]}",
        f"\u2068{CODE}\u2069",
        f"{LINK[:40]}\r\n{LINK[40:]}",
        " ".join(CODE[at : at + 5] for at in range(0, 26, 5)),
        CODE.translate({ord(sign): ord(sign) + 0xFEE0 for sign in CODE}),
        f"{CODE}%00",
        f"{CODE}%E2%82",
        f"{CODE}\x00",
        f"Dag! Lees dit:\n\n{LINK}\n\n{LINK}en",
    ],
)
def test_a_code_is_found(text: str) -> None:
    assert find(text) == CODE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "game42",
        CODE[:-1],
        CODE + "k",
        f"x{CODE}",
        CODE.replace("m", "l"),
        CODE.replace("q", "é"),
        "Goedemorgen, ik heb een vraag over de buurt.",
        "%",
        "%zz\ud800" * 3,
        "k" * 100_000,
        "k " * 100_000,
    ],
)
def test_what_is_none_is_none(text: str) -> None:
    assert find(text) == ""
