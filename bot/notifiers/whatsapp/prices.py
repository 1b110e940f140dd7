"""Prices: what a message costs, as an operator's file says, with where each price comes from and of when it is.

What was billed in a category that has no price is reckoned as the dearest.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

from bot.survey.errors import OperatorError

OURS = Path(__file__).with_name("prices.toml")
UTILITY, MARKETING, SERVICE = "utility", "marketing", "service"
NEEDED = (UTILITY, MARKETING, SERVICE)


LIKE = 'A price is of one message, and is like: price = 0.05, source = "...", date = 2026-11-01'


class PricesError(OperatorError):
    """The file of prices cannot be read; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Price:
    amount: float
    source: str
    date: date


@dataclass(frozen=True, slots=True)
class Prices:
    """By category; all in one currency."""

    currency: str
    of: Mapping[str, Price]

    @classmethod
    def read(cls, file: str = "") -> Self:
        """Those in this file, or else in ours. Raises PricesError."""
        path = Path(file) if file else OURS
        try:
            given = tomllib.loads(path.read_text("utf-8"))
            found = {name: _price(name, given[name]) for name in given if isinstance(given[name], dict)}
            return cls(str(given["currency"]), {**{name: found[name] for name in NEEDED}, **found})
        except OSError as error:
            raise PricesError(f"WHATSAPP_PRICES: {path} cannot be read: {error.strerror}.") from None
        except KeyError as error:
            raise PricesError(f"WHATSAPP_PRICES: {path} has no {error.args[0]}.") from None
        except (ValueError, TypeError) as error:
            raise PricesError(f"WHATSAPP_PRICES: {path} cannot be used: {error}. {LIKE}.") from None

    def cost(self, messages: Mapping[str, int]) -> float:
        """Of so many in each category."""
        dearest = max(price.amount for price in self.of.values())
        return sum(count * (self.of[name].amount if name in self.of else dearest) for name, count in messages.items())


def _price(category: str, given: Mapping[str, Any]) -> Price:
    if missing := [name for name in ("price", "source", "date") if name not in given]:
        raise KeyError(f"{missing[0]} in [{category}]")
    amount, day = given["price"], given["date"]
    if type(amount) not in (int, float) or not 0 <= amount < 100:
        raise ValueError(f"{amount!r} in [{category}] is no price")
    if type(day) is not date:
        raise ValueError(f"{day!r} in [{category}] is no date")
    return Price(float(amount), str(given["source"]), day)
