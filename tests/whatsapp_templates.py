"""Templates as WhatsApp has them: what is refused at once, and what one says with its variables put in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

Json = dict[str, Any]

# Sources: paths below developers.facebook.com/documentation/business-messaging/whatsapp/, as of November 2026.
MOST_BODY, MOST_FOOTER, MOST_LABEL, MOST_URL = 1024, 60, 25, 2000  # templates/components
NAME = re.compile(r"[a-z0-9_]{1,512}")  # templates/overview: "template names"
BAD_PARAMETER = re.compile(r"[\n\t]| {5}")  # support/error-codes: 132018, "new-line/tab or more than 4 spaces"
VARIABLE = re.compile(r"\{\{\d\}\}")
LANGUAGES = {"nl", "en", "tr", "pl", "ar", "uk"}  # templates/supported-languages: those of ours
STATES = {  # support/error-codes
    "PENDING": (404, 132001),
    "REJECTED": (404, 132001),
    "PAUSED": (400, 132015),
    "DISABLED": (400, 132016),
}


class GraphError(Exception):
    """support/error-codes: the HTTP status and the code that go together."""

    def __init__(self, status: int, code: int, details: str = "") -> None:
        self.answer = web.json_response({"error": {"code": code, "message": f"(#{code}) {details}"}}, status=status)


@dataclass
class Template:
    """What was asked to be approved, and what became of it."""

    name: str
    language: str
    category: str
    components: list[Json]
    status: str = "PENDING"
    reason: str = "NONE"

    def part(self, kind: str) -> Json:
        return next((one for one in self.components if one["type"] == kind), {})

    @property
    def listed(self) -> Json:
        return {
            "id": f"{self.name}:{self.language}",
            **{key: getattr(self, key) for key in ("name", "language", "category", "status", "components")},
            "rejected_reason": self.reason,
        }


def filled(templates: Mapping[tuple[str, str], Template], asked: Json) -> str:
    """What somebody reads, with the address behind the button; raises GraphError."""
    found = templates.get((asked["name"], asked["language"]["code"]))
    if found is None or found.status in STATES:
        raise GraphError(*STATES[found.status if found else "PENDING"], "Template")
    if wrong := [one for one in asked.get("components", []) if one["type"] == "button" and not _is_url_button(one)]:
        raise GraphError(400, 131009, f"Parameter value is not valid: {wrong}")
    given = {part["type"]: [one["text"] for one in part["parameters"]] for part in asked.get("components", [])}
    body, button = found.part("BODY")["text"], found.part("BUTTONS")["buttons"][0]["url"]
    for text, values in ((body, given.get("body", [])), (button, given.get("button", []))):
        if len(values) != len(VARIABLE.findall(text)):
            raise GraphError(400, 132000, "Number of parameters does not match")
        for value in values:
            _check(value)
    text = _put_in(body, given["body"])
    if len(text) > MOST_BODY:
        raise GraphError(400, 132005, "Translated text too long")
    return "\n".join((text, found.part("FOOTER").get("text", ""), _put_in(button, given["button"])))


def _is_url_button(part: Json) -> bool:
    """messages/template-messages: `sub_type` and `index` say which button a value is for."""
    return (part.get("sub_type"), part.get("index")) == ("url", "0")


def _check(value: str) -> None:
    if not value.strip():
        raise GraphError(400, 131008, "Required parameter is missing")
    if BAD_PARAMETER.search(value):
        raise GraphError(400, 132018, "Param text cannot have new-line/tab or more than 4 spaces")


def _put_in(text: str, values: list[str]) -> str:
    for at, value in enumerate(values, 1):
        text = text.replace(f"{{{{{at}}}}}", value)
    return text


def wrong_in(made: Template) -> Iterator[str]:
    """templates/components and templates/template-review: what is refused at once."""
    body, footer = made.part("BODY"), made.part("FOOTER").get("text", "")
    text, (button,) = body["text"], made.part("BUTTONS")["buttons"]
    if not NAME.fullmatch(made.name) or made.language not in LANGUAGES:
        yield "name or language"
    if made.category not in ("UTILITY", "MARKETING"):
        yield "category"
    if len(text) > MOST_BODY or len(footer) > MOST_FOOTER or VARIABLE.search(footer):
        yield "too long"
    if re.match(r"\s*\{\{", text) or re.search(r"\}\}\W*$", text):
        yield "variables cannot be at the start or the end"
    if len(VARIABLE.findall(text)) != len(body.get("example", {}).get("body_text", [[]])[0]):
        yield "an example for each variable"
    if len(button["text"]) > MOST_LABEL or len(button["url"]) > MOST_URL or len(button.get("example", [])) != 1:
        yield "button"
    if not button["url"].endswith("{{1}}") or len(VARIABLE.findall(button["url"])) != 1:
        yield "a variable of an address is its end"
