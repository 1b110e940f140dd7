"""What tests of the browser share: people with a browser."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from tests.house import House
from tests.visitor import Visitor

Visitors = Callable[..., Visitor]


@pytest.fixture
async def visitors(house: House) -> AsyncIterator[Visitors]:
    """Makes visitors of this house; each has a browser of their own."""
    async with AsyncExitStack() as stack:

        def visitor(language: str | None = "nl", **headers: str) -> Visitor:
            made = Visitor(house.page, language, **headers)
            stack.push_async_exit(made)
            return made

        yield visitor
