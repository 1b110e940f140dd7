"""Malformed input from a seed: Telegram updates, callback data, codes, words and web requests, half right or all wrong.

Everything is drawn from one `Random`, so that a seed replays a run.
"""

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from bot.coordination.actions import ACTIONS
from bot.coordination.programme import ACTIONS as PROGRAMME
from bot.coordination.settings import CHOICES, FACTS
from bot.survey.conversation.buttons import LETTERS, Screen
from tests.telegram_server import SAMPLES, Json, text_parts

FIELDS = (*FACTS.values(), *CHOICES, *("place", "name", "day", "nl", "en", "minimum_group", ""))
DEEP = 300  # levels; what can be written as JSON at all
NUMBERS: Sequence[Any] = (
    *(0, 1, -1, True, False, 1.0, 1.5, -0.0, 1e308, float("inf"), float("-inf"), float("nan")),
    *(2**31 - 1, 2**31, -(2**31), 2**32, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 2**64, 10**30, 10**400),
)
WORDS = (
    *(
        "",
        " ",
        "\n",
        "\x00",
        "a\x00b",
        "\ud800",
        "\udfff\ud800",
        "é",
        "ة١٢",
        "²",
        "👩‍👩‍👧",
        "\u202eabc",
        "\ufeff",
        "\x1b[31m",
    ),
    *(
        "x" * 5000,
        "é" * 4096,
        "None",
        "group",
        "channel",
        "0",
        "-1",
        "+1",
        "1e9",
        "9" * 400,
        "../../etc/passwd",
        "%s%n{0}",
    ),
    *("<b>", "</b></b>", "<script>alert(1)</script>", "{{ 7 * 7 }}", "'; DROP TABLE answers; --", '"', "&#0;", "=1+1"),
)
EMPTY: Sequence[Any] = (None, [], {}, [[]], [None], {"": None}, [{}], {"id": {}})
COMMANDS = (
    *("start", "continue", "language", "help", "reminders", "mydata", "erase", "stop", "privacy", "verder", "taal"),
    *("status", "invite", "summary", "open", "close", "share", "settings", "team", "sluiten", "wissen", "nothing", ""),
    *("agreement", "afspraak"),
)
TYPED = (
    *("1-1-0001", "31-12-9999", "1-1-9999 late", "0-0-0000", "29-2-2027", "1-3-2027", "2027-03-01 spring", "١-١-٢٠٢٧"),
    *(
        "nl Dank u wel.",
        "en Thank you.",
        "nl",
        "de Danke",
        "nl \x00",
        "2 5",
        "² ³",
        "viewer",
        "bakery",
        "after phase 1",
    ),
)
FACT_VALUES = ("2 5", "5 2", "0 1", "30 31", "Europe/Amsterdam", "Pacific/Kiritimati", "../../etc/passwd", "Factory")
ARGUMENTS = ("-", "0", "1", "2", "1.0", "2.0", "2.1", "1.4", "2.-", "d1", "d9", "h9", "h99", "viewer", "nl", "99999.1")
OPTIONS = ("yes", "no", "middle", "dont_know", "not_applicable", "maybe", "YES", "yes ")
GROUPS = ("resident", "professional", "other", "withheld", "admin", "everyone")
MOMENTS = ("evening", "tomorrow", "week", "none", "never")
LANGUAGES = ("nl", "en", "de", "NL", "nl-BE", "x" * 40, "-")


@dataclass
class World:
    """What somebody who means harm may know: numbers are easy to guess, and invitations hang on a wall."""

    responses: list[int]
    partnerships: list[int]
    codes: list[str]
    cookie: str = "samenspraak"
    people: list[int] = field(default_factory=list)


class Malformed:
    """`codes`, wherever they are asked for, are right ones: whoever is to leave nothing behind has none."""

    def __init__(self, chance: Random, world: World) -> None:
        self.chance, self.world = chance, world

    # Telegram

    def update(self, sender: int, codes: Sequence[str]) -> Json:
        """An update without its number, from this sender or from nobody."""
        body = self.chance.choice((self.press, self.press, self.press, self.message, self.message, self.membership))(
            sender, codes
        )
        return self.bent(body) if self.chance.random() < 0.35 else body

    def press(self, sender: int, codes: Sequence[str]) -> Json:
        message = {"message_id": self.chance.choice((1, 2, 5, 10**9)), "chat": private(sender), "date": 0, "text": "x"}
        query = {"id": str(self.chance.getrandbits(62)), "from": self.sender(sender), "data": self.data(codes)}
        return {"callback_query": {**query, "message": message, "chat_instance": str(sender)}}

    def message(self, sender: int, codes: Sequence[str]) -> Json:
        about = {"message_id": 7, "chat": private(sender), "from": self.sender(sender), "date": 0}
        if self.chance.random() < 0.15:
            kind = self.chance.choice((*SAMPLES, "poll", "dice", "new_chat_members", "pinned_message"))
            return {"message": {**about, kind: SAMPLES.get(kind, {}), "caption": self.text(codes)}}
        return {"message": {**about, **text_parts(self.text(codes))}}

    def membership(self, sender: int, _: Sequence[str]) -> Json:
        status = self.chance.choice(("kicked", "left", "member", "member", "member", "restricted", ""))
        change = {"chat": private(sender), "from": self.sender(sender), "date": 0}
        return {"my_chat_member": {**change, "old_chat_member": {}, "new_chat_member": {"status": status}}}

    def sender(self, number: int) -> Json:
        spoken = self.chance.choice((*LANGUAGES, "", "\ud800"))
        return {"id": number, "is_bot": False, "first_name": self.chance.choice(WORDS), "language_code": spoken}

    # What is said and pressed

    def data(self, codes: Sequence[str]) -> str:
        """Callback data by the grammar of our buttons, with values of anybody's; some of it broken afterwards."""
        letter, kind = self.chance.choice([*LETTERS.items()])
        data = ":".join((letter, *(self.value(one.name, codes) for one in fields(kind))))
        return self.broken(data) if self.chance.random() < 0.3 else data

    def value(self, name: str, codes: Sequence[str]) -> str:
        known: dict[str, Callable[[], Any]] = {
            "invitation": lambda: self.code(codes),
            "language": lambda: self.chance.choice(LANGUAGES),
            "response": lambda: self.chance.choice((*self.world.responses, 0, 10**17, 2**31, 2**63)),
            "partnership": lambda: self.chance.choice((*self.world.partnerships, 0, 99, 2**31, 2**63)),
            "programme": lambda: self.chance.choice((0, 1, 2, 99, 2**31, 2**63)),
            "item": lambda: self.chance.choice((*range(28), 2**15, 2**31, 10**17)),
            "position": lambda: f"{self.chance.choice([*Screen])}{self.chance.choice(('', 0, 1, 6, 7, 26, 27, 2**31))}",
            "option": lambda: self.chance.choice(OPTIONS),
            "group": lambda: self.chance.choice(GROUPS),
            "moment": lambda: self.chance.choice(MOMENTS),
            "wanted": lambda: self.chance.choice((0, 1, 2, 2**31)),
            "action": lambda: self.chance.choice((*ACTIONS, *PROGRAMME, "nothing", "__class__")),
            "argument": lambda: self.chance.choice((*ARGUMENTS, self.code(codes))),
        }
        return str(known[name]())

    def text(self, codes: Sequence[str]) -> str:
        """Something typed: a command with words behind it, a link that is opened, or anything."""
        roll = self.chance.random()
        if roll < 0.25:
            return self.broken(f"/start {self.code(codes)}") if roll < 0.05 else f"/start {self.code(codes)}"
        if roll < 0.75:
            return f"/{self.chance.choice(COMMANDS)}{self.chance.choice(('', ' ', '@bot ', chr(0)))}{self.typed()}"
        return self.chance.choice(WORDS)

    def typed(self) -> str:
        if self.chance.random() < 0.4:
            return f"{self.chance.choice([*FACTS])} {self.chance.choice((*FACT_VALUES, *WORDS))}"
        return self.chance.choice((*TYPED, *WORDS))

    def code(self, codes: Sequence[str]) -> str:
        """One of the right codes, one that nearly is, or none at all. Broken ones are never right by accident."""
        if codes and self.chance.random() < 0.5:
            return self.chance.choice(codes)
        near = self.chance.choice(self.world.codes)
        return self.chance.choice((near[:-3], near[3:], near[::-1], f"{near[:9]}--{near[11:]}", "x" * 26, *WORDS))

    def broken(self, text: str) -> str:
        at = self.chance.randrange(len(text) + 1)
        return self.chance.choice(
            (
                text[:at],
                text[:at] + self.chance.choice(WORDS) + text[at:],
                text[:at] + text[at + 1 :],
                text * 2,
                text[:at] + str(self.chance.choice(NUMBERS)) + text[at:],
            )
        )

    # Wrong types in wrong places

    def bent(self, body: Json) -> Json:
        """A copy in which one to three places are not what they should be. The kind of update stays on top."""
        twisted = copy.deepcopy(body)
        for _ in range(self.chance.randint(1, 3)):
            holder, key = self.chance.choice(places(twisted))
            if self.chance.random() < 0.25:
                del holder[key]
            else:
                holder[key] = self.anything(holder[key])
            if not places(twisted):
                break
        return twisted

    def anything(self, was: Any) -> Any:
        return self.chance.choice(
            (
                self.chance.choice(NUMBERS),
                self.chance.choice(WORDS),
                copy.deepcopy(self.chance.choice(EMPTY)),
                [was],
                {"id": was},
                nested(self.chance.randint(2, DEEP)),
                str(was)[:100],
            )
        )

    # The web

    def request(self, cookie: str, proof: str, codes: Sequence[str]) -> tuple[bytes, bool]:
        """What is written to the web server, and whether it is a whole request that must be answered."""
        roll = self.chance.random()
        if roll < 0.02:
            return self.noise(), False
        if roll < 0.25:
            return self.get(cookie, codes), True
        return self.post(cookie, proof, codes)

    def get(self, cookie: str, codes: Sequence[str]) -> bytes:
        code = quote(self.code(codes), errors="replace", safe="")
        path = self.chance.choice(
            (
                *("/", "/keep", "/keep.png", f"/i/{code}", f"/i/{code}/en", f"/i/{code}/%00", f"/mine/{'y' * 32}"),
                *(
                    f"/mine/{code}",
                    "/7",
                    f"/{9**40}",
                    "/my-data/my-answers.csv",
                    "/coordinate/close_yes/1/1",
                    "/static/x/..%2f..",
                ),
                *(
                    "//",
                    "/%ff",
                    "/%2e%2e/",
                    "/healthz?x=%00",
                    "/robots.txt",
                    "/i/" + "%f0" * 900,
                    "*",
                    "/?" + "a=" * 999,
                ),
            )
        )
        method = self.chance.choice(("GET", "GET", "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "get", "BREW"))
        return self.head(method, path, self.headers(cookie))

    def post(self, cookie: str, proof: str, codes: Sequence[str]) -> tuple[bytes, bool]:
        """A form; most are in order but for what they say."""
        body = urlencode(self.fields(proof, codes), errors="surrogatepass").encode()
        if self.chance.random() < 0.15:
            body = self.spoilt(body)
        length = self.chance.choice((len(body),) * 50 + ("-1", "x", 2**63, "", len(body) // 2, "0, 0"))
        kind = self.chance.choice(
            ("application/x-www-form-urlencoded",) * 4 + ("application/json", "multipart/form-data")
        )
        path = self.chance.choice(("/tap",) * 40 + ("/away", "/", "/tap/", "/standing"))
        headers = {**self.headers(cookie), "Content-Type": kind, "Content-Length": str(length)}
        if self.chance.random() < 0.02:
            return self.head("POST", path, {**headers, "Transfer-Encoding": "chunked"}) + body, False
        if self.chance.random() < 0.02:
            return self.head("POST", path, {**headers, "Content-Length": str(len(body) + 9)}) + body, False
        return self.head("POST", path, headers) + body, True

    def fields(self, proof: str, codes: Sequence[str]) -> list[tuple[str, str]]:
        told = {
            "proof": proof,
            "once": self.chance.choice((str(self.chance.getrandbits(40)), "", *WORDS)),
            "message": self.chance.choice(("", "1", "2", "99999999", "-1", "1.5", *WORDS)),
            "code": self.chance.choice(("", "", self.code(codes))),
        }
        done = self.chance.choice(("press", "press", "press", "fill", "fill", "open", "nothing"))
        said = {"press": lambda: self.data(codes), "fill": lambda: self.data(codes), "open": lambda: self.code(codes)}
        told[f"field.{self.chance.choice(FIELDS)}"] = self.text(codes)
        told[done] = said.get(done, lambda: "x")()
        given = [(name, value) for name, value in told.items() if self.chance.random() < 0.93 or name == "proof"]
        return given * 20 if self.chance.random() < 0.02 else given

    def spoilt(self, body: bytes) -> bytes:
        at = self.chance.randrange(len(body) + 1)
        return self.chance.choice(
            (
                body[:at] + bytes(self.chance.getrandbits(8) for _ in range(9)) + body[at:],
                body + b"x" * self.chance.choice((20_000, 200_000)),
                body.decode().encode("utf-16"),
                b"\xff\xfe\x00" + body,
                json.dumps({"press": body.decode()}).encode(),
                b"[" * 5000,
                b"",
            )
        )

    def headers(self, cookie: str) -> dict[str, str]:
        odd, named = self.chance.choice, self.world.cookie
        given = {
            "Host": odd(("127.0.0.1", "127.0.0.1", "127.0.0.1", "evil.example", "", "a b")),
            "Cookie": odd((f"{named}={cookie}",) * 30 + (f"{named}={cookie}; {named}=x", "=;=;", cookie)),
            "Accept-Language": odd(("nl", "en", "", "nl;q=9e999,en;q=nan", "x" * 3000, ",,,;q=", "*")),
            "X-Forwarded-For": odd(
                ("", f"198.51.100.{self.chance.randrange(256)}", "not an address", "::ffff:1", ",,")
            ),
        }
        return {**given, **odd(({}, {}, {"X-Script": "1"}, {"X-Odd": "\xe9" * 20}))}

    def head(self, method: str, path: str, headers: dict[str, str]) -> bytes:
        lines = (f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()))
        return "\r\n".join((*lines, "Connection: close", "", "")).encode("latin-1", "replace")

    def noise(self) -> bytes:
        some = bytes(self.chance.getrandbits(8) for _ in range(self.chance.choice((1, 40, 4000))))
        return self.chance.choice(
            (some, b"\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01" + some)
        )


def private(number: int) -> Json:
    return {"id": number, "type": "private"}


def nested(levels: int) -> Any:
    found: Any = 1
    for level in range(levels):
        found = [found] if level % 2 else {"message": found}
    return found


def places(body: Any) -> list[tuple[Any, Any]]:
    """Every (holder, key) below the top, where one thing can be another."""
    found = list[tuple[Any, Any]]()
    waiting = [*body.values()]
    while waiting:
        holder = waiting.pop()
        keys = [*holder] if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        found += [(holder, key) for key in keys]
        waiting += [holder[key] for key in keys]
    return found
