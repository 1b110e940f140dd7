"""Compiled: what a library makes of a text, a template or a language before it can be used, kept where Python keeps
what it makes of a module: in `__pycache__`.

Nothing old is ever taken: what is kept holds a digest of what it was made of, of what made it, and of itself. Where it
cannot be kept, as in a folder that is not ours, it is made anew at each start, as Python does too.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path

DIGEST = sha256().digest_size


def compiled(source: Path, library: str, of: bytes, make: Callable[[], bytes]) -> bytes:
    """What `make` makes, or made before, `of` the content of this source."""
    place, made_of = Path(cache_from_source(f"{source}.py")), _digest(_how(library, make.__module__), of)
    found = _kept(place)
    if found[:DIGEST] == _digest(made_of, found[DIGEST:]):
        return found[DIGEST:]
    made = make()
    if not sys.dont_write_bytecode:
        _keep(place, _digest(made_of, made) + made)
    return made


@cache
def _how(library: str, module: str) -> bytes:
    """By which library, which Python, and what is said in the module that uses them."""
    said = Path(str(sys.modules[module].__file__)).read_bytes()
    return _digest(MAGIC_NUMBER, version(library).encode(), said)


def _digest(*parts: bytes) -> bytes:
    return sha256(b"".join(sha256(part).digest() for part in parts)).digest()


def _kept(place: Path) -> bytes:
    with suppress(OSError):
        return place.read_bytes()
    return b""


def _keep(place: Path, content: bytes) -> None:
    """Written beside it first: another process may be reading."""
    beside = place.with_name(f"{place.name}.{os.getpid()}")
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(place)
