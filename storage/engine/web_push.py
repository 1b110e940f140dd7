"""Web Push: what goes to a browser is encrypted for that browser alone, and signed by us.

The keys of a subscription come from the browser; ours comes from the secret, so that there is nothing more to keep. It
is known to every browser that subscribed: another secret, and none of them takes anything from us.
"""

import os
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from json import dumps

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
OwnKey = ec.EllipticCurvePrivateKey
SALT, SCALAR = 16, 32  # bytes
RECORD = 4096  # bytes: all that we send is one record


def own_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """The key that we sign with. It is cut from more bytes than it has, so that none is likelier than another."""
    drawn = int.from_bytes(_derived(secret.encode(), b"", b"samenspraak: web push", SCALAR + SALT), "big")
    return ec.derive_private_key(drawn % (CURVE.group_order - 1) + 1, CURVE)


def public(key: ec.EllipticCurvePrivateKey) -> bytes:
    """65 bytes, as a browser wants them."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def is_public_key(point: bytes) -> bool:
    """Whether these are the 65 bytes of a point on the curve."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except ValueError:
        return False
    return len(point) == 2 * SCALAR + 1  # a point may also be written in half of that, and no browser does


def encrypted(
    text: bytes, theirs: bytes, auth: bytes, salt: bytes | None = None, key: ec.EllipticCurvePrivateKey | None = None
) -> bytes:
    """The body that only the subscription with these keys can read (RFC 8291). Salt and key are used once."""
    salt, key = salt or os.urandom(SALT), key or ec.generate_private_key(CURVE)
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
    both = _derived(shared, auth, b"WebPush: info\0" + theirs + public(key), SCALAR)
    cipher = AESGCM(_derived(both, salt, b"Content-Encoding: aes128gcm\0", 16))
    nonce = _derived(both, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD.to_bytes(4, "big") + bytes([len(public(key))]) + public(key)
    return head + cipher.encrypt(nonce, text + b"\2", None)


def signed(claims: Mapping[str, object], key: ec.EllipticCurvePrivateKey) -> str:
    """The header that says to a push service who we are (RFC 8292)."""
    said = ".".join(written(dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, dict(claims)))
    numbers = utils.decode_dss_signature(key.sign(said.encode(), ec.ECDSA(SHA256())))
    signature = b"".join(number.to_bytes(SCALAR, "big") for number in numbers)
    return f"vapid t={said}.{written(signature)}, k={written(public(key))}"


def written(content: bytes) -> str:
    """As base64url, without what fills it up."""
    return urlsafe_b64encode(content).decode().rstrip("=")


def read(text: str) -> bytes:
    """The other way round; raises ValueError of what is none."""
    return b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)


def _derived(content: bytes, salt: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, purpose).derive(content)
