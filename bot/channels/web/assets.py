"""Assets: the style, the script and the signs, each at an address that changes with what is in it."""

import hashlib
from pathlib import Path

HERE = Path(__file__).parent
KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


class Assets:
    def __init__(self) -> None:
        self._contents = {path.name: path.read_bytes() for path in (HERE / "static").iterdir()}
        stamp = hashlib.sha256(b"".join(self._contents[name] for name in sorted(self._contents))).hexdigest()[:10]
        self.root = f"/static/{stamp}/"

    def find(self, name: str) -> tuple[bytes, str] | None:
        """The content and its kind."""
        content = self._contents.get(name)
        return (content, KINDS[name.rpartition(".")[2]]) if content is not None else None
