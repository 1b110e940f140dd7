"""Sealing: addresses, and what people typed, so that the database alone names nobody.

The secret lives outside the database. From it come one key to recognise an address and one to read it back.
"""

import hmac
import os
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes, as AES-GCM wants it


class Seal:
    def __init__(self, secret: str) -> None:
        self._recognise = _derive(secret, b"samenspraak: recognise")
        self._cipher = AESGCM(_derive(secret, b"samenspraak: read back"))

    def key(self, kind: str, address: str) -> bytes:
        """32 bytes, always the same for this address, that do not lead back to it without the secret."""
        return hmac.new(self._recognise, f"{kind}\x1f{address}".encode(), sha256).digest()

    def close(self, channel: str, address: str) -> bytes:
        return self.close_bytes(channel, address.encode())

    def open(self, channel: str, sealed: bytes) -> str:
        return self.open_bytes(channel, sealed).decode()

    def close_bytes(self, kind: str, content: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, content, kind.encode())

    def open_bytes(self, kind: str, sealed: bytes) -> bytes:
        return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], kind.encode())


def _derive(secret: str, purpose: bytes) -> bytes:
    return hmac.new(secret.encode(), purpose, sha256).digest()
