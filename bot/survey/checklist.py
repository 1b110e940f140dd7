"""The checklist: 26 items in six dimensions on one scale, read from the text of `checklist.toml`.

A checklist that parses is whole: every item has its dimension, every text its length, every option its place.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.survey.errors import OperatorError
from bot.survey.phrases import Phrase

ITEMS = 26
DIMENSIONS = 6
SCALE = (0, 25, 50, 75, 100)
LIMITS = {"statement": 200, "plain": 140, "hint": 160, "name": 60, "label": 30}


class ChecklistError(OperatorError):
    """The checklist file is not sound; the message lists everything that is wrong with it."""


@dataclass(frozen=True, slots=True)
class Item:
    number: int
    dimension: str
    statement: Phrase
    plain: Phrase
    hint: Phrase | None


@dataclass(frozen=True, slots=True)
class Dimension:
    key: str
    name: Phrase
    plain: Phrase
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Option:
    key: str
    score: int | None
    label: Phrase


@dataclass(frozen=True)
class Checklist:
    """The instrument. `options` holds the five scored ones first, from no to yes."""

    version: str
    options: Mapping[str, Option]
    dimensions: tuple[Dimension, ...]
    items: Mapping[int, Item]

    @cached_property
    def scale(self) -> "tuple[Option, ...]":
        """The options that are scored, the lowest first."""
        return tuple(option for option in self.options.values() if option.score is not None)

    @cached_property
    def parts(self) -> Mapping[str, int]:
        """The number, from 1, under which a respondent meets each dimension."""
        return {dimension.key: part for part, dimension in enumerate(self.dimensions, 1)}

    def part_of(self, item: int) -> int:
        return self.parts[self.items[item].dimension]

    def phrases(self) -> Iterator[tuple[Phrase, int]]:
        """Every text that needs translating, with the most characters it may have."""
        for item in self.items.values():
            yield item.statement, LIMITS["statement"]
            yield item.plain, LIMITS["plain"]
            if item.hint:
                yield item.hint, LIMITS["hint"]
        for dimension in self.dimensions:
            yield dimension.name, LIMITS["name"]
            yield dimension.plain, LIMITS["name"]
        for option in self.options.values():
            yield option.label, LIMITS["label"]


def parse(text: str, source: str = "checklist.toml") -> Checklist:
    """Read a checklist; raises ChecklistError with every problem, each with file and item."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ChecklistError(f"{source}: {error}") from None
    if problems := [f"{source}: {problem}" for problem in _problems(raw)]:
        raise ChecklistError("\n".join(problems))
    return Checklist(
        version=raw["version"],
        options={entry["key"]: _option(entry) for entry in raw["options"]},
        dimensions=tuple(_dimension(entry, raw["items"]) for entry in raw["dimensions"]),
        items={entry["number"]: _item(entry) for entry in raw["items"]},
    )


def fingerprint(*texts: str) -> str:
    """Twelve characters that change when any of the texts does."""
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:12]


def _option(entry: Mapping[str, Any]) -> Option:
    return Option(entry["key"], entry.get("score"), _phrase(entry["label"], f"option {entry['key']}"))


def _dimension(entry: Mapping[str, Any], items: list[Mapping[str, Any]]) -> Dimension:
    context = f"dimension {entry['key']}"
    return Dimension(
        key=entry["key"],
        name=_phrase(entry["name"], context),
        plain=_phrase(entry["plain"], f"{context} plain"),
        items=tuple(item["number"] for item in items if item["dimension"] == entry["key"]),
    )


def _item(entry: Mapping[str, Any]) -> Item:
    context = f"item {entry['number']}"
    return Item(
        number=entry["number"],
        dimension=entry["dimension"],
        statement=_phrase(entry["statement"], context),
        plain=_phrase(entry["plain"], f"{context} plain"),
        hint=_phrase(entry["hint"], f"{context} hint") if "hint" in entry else None,
    )


def _phrase(text: str, context: str) -> Phrase:
    return Phrase(text, domain="checklist", context=context)


def _problems(raw: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(raw.get("version"), str):
        yield "version is missing"
    options, dimensions, items = (_entries(raw, key) for key in ("options", "dimensions", "items"))
    yield from _option_problems(options)
    yield from _dimension_problems(dimensions, items)
    yield from _item_problems(items, {entry.get("key") for entry in dimensions})


def _entries(raw: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = raw.get(key)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _option_problems(options: list[Mapping[str, Any]]) -> Iterator[str]:
    scores = tuple(entry.get("score") for entry in options)
    if scores != (*SCALE, None, None):
        yield f"options must be scored {SCALE} and end with two without a score, not {scores}"
    for entry in options:
        yield from _text_problems(entry, f"option {entry.get('key')}", ("key", "label"))


def _dimension_problems(dimensions: list[Mapping[str, Any]], items: list[Mapping[str, Any]]) -> Iterator[str]:
    if len(dimensions) != DIMENSIONS:
        yield f"there must be {DIMENSIONS} dimensions, not {len(dimensions)}"
    for entry in dimensions:
        yield from _text_problems(entry, f"dimension {entry.get('key')}", ("key", "name", "plain"))
        if not any(item.get("dimension") == entry.get("key") for item in items):
            yield f"dimension {entry.get('key')}: has no items"
    order = [entry.get("key") for entry in dimensions]
    met = list(dict.fromkeys(item.get("dimension") for item in items))
    if set(met) <= set(order) and met != [key for key in order if key in met]:
        yield "the items of a dimension must stand together, in the order of the dimensions"


def _item_problems(items: list[Mapping[str, Any]], dimensions: set[Any]) -> Iterator[str]:
    numbers = [entry.get("number") for entry in items]
    if numbers != list(range(1, ITEMS + 1)):
        yield f"items must be numbered 1 to {ITEMS} in order, not {numbers}"
    for entry in items:
        name = f"item {entry.get('number')}"
        if entry.get("dimension") not in dimensions:
            yield f"{name}: dimension {entry.get('dimension')!r} does not exist"
        yield from _text_problems(entry, name, ("statement", "plain", *(("hint",) if "hint" in entry else ())))


def _text_problems(entry: Mapping[str, Any], name: str, keys: tuple[str, ...]) -> Iterator[str]:
    for key in keys:
        text = entry.get(key)
        if not isinstance(text, str) or not text.strip():
            yield f"{name}: {key} is missing"
        elif len(text) > (limit := LIMITS.get(key, LIMITS["name"])):
            yield f"{name}: {key} has {len(text)} characters, more than {limit}"
        elif "{" in text or "<" in text:
            yield f"{name}: {key} must not hold {{ or <"
