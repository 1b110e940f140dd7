"""Web Push as the RFCs write it: their own example to the byte, and a signature that anybody can check."""

import json

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from storage.engine import web_push
from tests.notifiers.push.push_service import Device, decoded, encoded, point

# RFC 8291, appendix A
TEXT = b"When I grow up, I want to be a watermelon"
OURS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
THEIRS = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
SECRET = "a secret of the tests"


def key_of(scalar: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded(scalar), "big"), ec.SECP256R1())


def test_the_example_of_rfc_8291_comes_out_byte_for_byte() -> None:
    made = web_push.encrypted(TEXT, decoded(THEIRS), decoded(AUTH), decoded(SALT), key_of(OURS))
    assert encoded(made) == BODY


def test_what_is_written_twice_is_never_the_same_and_only_its_browser_reads_it() -> None:
    device, other = Device("https://push.example.org/1"), Device("https://push.example.org/2")
    first, second = (web_push.encrypted(TEXT, point(device.key), device.auth) for _ in range(2))
    assert first != second
    assert device.read(first) == device.read(second) == TEXT
    with pytest.raises(InvalidTag):
        other.read(first)


def test_a_signature_is_checked_with_the_key_beside_it_and_says_what_it_was_given() -> None:
    claims = {"aud": "https://push.example.org", "exp": 1_800_000_000, "sub": "https://samenspraak.example.org"}
    key = web_push.own_key(SECRET)
    scheme, token, given = web_push.signed(claims, key).replace(",", "").split(" ")
    said, _, signature = token.removeprefix("t=").rpartition(".")
    raw = decoded(signature)
    numbers = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(given.removeprefix("k=")))
    theirs.verify(utils.encode_dss_signature(*numbers), said.encode(), ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        theirs.verify(utils.encode_dss_signature(*numbers), said.encode() + b"x", ec.ECDSA(SHA256()))
    assert (scheme, len(raw)) == ("vapid", 64)
    assert [json.loads(decoded(part)) for part in said.split(".")] == [{"typ": "JWT", "alg": "ES256"}, claims]


def test_the_key_comes_from_the_secret_alone() -> None:
    first, again, other = (web_push.public(web_push.own_key(one)) for one in (SECRET, SECRET, SECRET + "s"))
    assert first == again != other
    assert web_push.is_public_key(first)


@pytest.mark.parametrize(
    "point_of_none",
    [
        b"",
        b"\4",
        b"\4" + b"\0" * 64,
        b"\4" + b"\1" * 64,
        decoded(THEIRS)[:-1],
        decoded(THEIRS) + b"\0",
        b"\2" + b"\1" * 32,
    ],
)
def test_what_is_no_point_on_the_curve_is_no_key(point_of_none: bytes) -> None:
    assert web_push.is_public_key(decoded(THEIRS))
    assert not web_push.is_public_key(point_of_none)


def test_a_key_in_half_of_its_bytes_is_none_that_a_browser_gives() -> None:
    whole = decoded(THEIRS)
    half = bytes([2 + whole[-1] % 2]) + whole[1:33]
    assert ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), half)
    assert not web_push.is_public_key(half)


@pytest.mark.parametrize("text", ["a", "a b c d", "äöü", "ab!d", "ab\ncd", "=abc"])
def test_what_is_not_base64url_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - binascii and codecs have words of their own
        web_push.read(text)


def test_what_is_written_is_read_back() -> None:
    assert all(web_push.read(web_push.written(bytes(range(length)))) == bytes(range(length)) for length in range(70))
