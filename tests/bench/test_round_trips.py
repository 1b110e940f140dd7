"""The wire to PostgreSQL: what is counted of it, in whatever pieces it comes."""

from collections import Counter

from tests.round_trips import Talk

START = b"\x00\x00\x00\x08\x00\x03\x00\x00"


def message(kind: bytes, content: bytes = b"") -> bytes:
    return kind + (len(content) + 4).to_bytes(4, "big") + content


ASKED_AT_ONCE = b"".join(message(kind, b"..") for kind in (b"P", b"B", b"D", b"E", b"B", b"E", b"S"))


def talked(*pieces: bytes) -> Counter[str]:
    """An empty piece is an answer."""
    passed = Counter[str]()
    talk = Talk(passed)
    for piece in (START, b"", *pieces):
        if piece:
            talk.asked(piece)
        else:
            talk.answered(b"Z")
    return passed - Counter({"round trips": 1})  # the start


def test_each_query_with_its_answer_is_a_statement_and_a_round_trip() -> None:
    assert talked(message(b"Q", b"BEGIN"), b"", message(b"Q", b"COMMIT"), b"") == {"statements": 2, "round trips": 2}


def test_what_is_sent_in_one_go_is_one_round_trip() -> None:
    assert talked(ASKED_AT_ONCE, b"") == {"statements": 2, "round trips": 1}


def test_it_does_not_matter_in_which_pieces_a_message_comes() -> None:
    every_byte = [bytes([byte]) for byte in ASKED_AT_ONCE]
    assert talked(*every_byte, b"") == {"statements": 2, "round trips": 1}


def test_an_answer_in_pieces_is_one_answer() -> None:
    assert talked(message(b"Q"), b"", b"", message(b"Q"), b"") == {"statements": 2, "round trips": 2}
