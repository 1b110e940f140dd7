"""Assets: the style, the script and the signs, each at an address that changes with what is in it."""

import hashlib
from itertools import count
from pathlib import Path

from bot.rendering import pictograms

HERE = Path(__file__).parent
KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "png": "image/png"}


class Assets:
    def __init__(self) -> None:
        self._contents = {path.name: path.read_bytes() for path in (HERE / "static").iterdir()}
        self._contents["pictograms.svg"] = pictograms.under_each_other().encode()
        self._contents["page.css"] += "".join(map(_place, pictograms.KEYS, count())).encode()
        stamp = hashlib.sha256(b"".join(self._contents[name] for name in sorted(self._contents))).hexdigest()[:10]
        self.root = f"/static/{stamp}/"

    def find(self, name: str) -> tuple[bytes, str] | None:
        """The content and its kind."""
        return self.own(name) if name in self._contents else None

    def own(self, name: str) -> tuple[bytes, str]:
        """The same of one that is there."""
        return self._contents[name], KINDS[name.rpartition(".")[2]]


def _place(pictogram: str, at: int) -> str:
    """Where it stands among the others, for whatever is about this part, and for what sends this answer."""
    return f'[data-pictogram={pictogram}], [value$=":{pictogram}"] {{ --at: {at}; }}\n'
