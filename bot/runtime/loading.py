"""Loading: what is imported and built at a start stays, so it is not looked through for what could be thrown away."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = 10_000, 20, 20
"""How much more there is before Python looks again; as it comes, after 700, that was an eighth of an answer."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """Python looks again each time that so much more is there; of loading everything that was a tenth."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*SELDOM)
        gc.enable()
