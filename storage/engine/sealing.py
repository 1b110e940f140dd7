"""Sealing: addresses, and what people typed, so that the database alone names nobody.

The secret lives outside the database. From it come one key to recognise an address and one to read it back. While the
secret is changed there are two; the database says which of them is in force, and no transaction is under another one.
"""

import hmac
import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes, as AES-GCM wants it


class Seal:
    """Makes with its own secret, and knows also what was made with the `former` one."""

    def __init__(self, secret: str, former: "Seal | None" = None) -> None:
        self._recognise = _derive(secret, b"samenspraak: recognise")
        self._cipher = AESGCM(_derive(secret, b"samenspraak: read back"))
        self.secret, self.former = secret, former
        self.mark = self.key("mark", "secret").hex()
        """What stands in the database to say with which secret it was made."""

    def key(self, kind: str, address: str) -> bytes:
        """32 bytes, always the same for this address, that do not lead back to it without the secret."""
        return hmac.new(self._recognise, f"{kind}\x1f{address}".encode(), sha256).digest()

    def keys(self, kind: str, address: str) -> tuple[bytes, ...]:
        """All under which this address may be known: our own, and that of the former secret."""
        return (self.key(kind, address), *(self.former.keys(kind, address) if self.former else ()))

    def close(self, channel: str, address: str) -> bytes:
        return self.close_bytes(channel, address.encode())

    def open(self, channel: str, sealed: bytes) -> str:
        return self.open_bytes(channel, sealed).decode()

    def close_bytes(self, kind: str, content: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, content, kind.encode())

    def open_bytes(self, kind: str, sealed: bytes) -> bytes:
        """Raises InvalidTag of what is under neither secret."""
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], kind.encode())
        except InvalidTag:
            if self.former is None:
                raise
        return self.former.open_bytes(kind, sealed)

    def is_behind(self, channel: str, sealed: bytes) -> bool:
        """Whether it is under the former secret still."""
        if self.former is None:
            return False
        try:
            self.former.open_bytes(channel, sealed)
        except InvalidTag:
            return False
        return True


class Secrets:
    """The secret, and while it is changed the one before; each of those who make something with it asks here."""

    def __init__(self, secret: str, former: str = "") -> None:
        self.changing = former not in ("", secret)
        both = ((secret, former), (former, secret)) if self.changing else ((secret, ""),)
        seals = [Seal(mine, Seal(other) if other else None) for mine, other in both]
        self.seal = seals[0]
        """Of the one in force, as the database said last. Whichever that is, it knows the other one too: a change may
        be turned back under a bot that runs."""
        self._by_mark = {one.mark: one for one in seals}
        self.known = tuple(one.secret for one in seals)
        """The one in force first."""

    @property
    def in_force(self) -> str:
        return self.seal.secret

    @property
    def marks(self) -> tuple[str, ...]:
        """That of the new one first."""
        return tuple(self._by_mark)

    def put_in_force(self, mark: str) -> bool:
        """What the database says; whether it is one that we know."""
        if mark != self.seal.mark and mark in self._by_mark:
            self.seal, self.known = self._by_mark[mark], self.known[::-1]
        return mark == self.seal.mark


def _derive(secret: str, purpose: bytes) -> bytes:
    return hmac.new(secret.encode(), purpose, sha256).digest()
