"""Which of many variants every run has; the others are for the long proofs, `dev.py fire`."""

from collections.abc import Iterable
from typing import Any

import pytest


def variants(every: Iterable[Any], always: int = 1) -> list[Any]:
    """The first few as they are, and the rest under fire."""
    return [pytest.param(one, marks=pytest.mark.fire if at >= always else ()) for at, one in enumerate(every)]
