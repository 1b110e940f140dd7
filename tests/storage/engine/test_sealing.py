"""An address is recognised and read back with the secret it was sealed with, and with no other."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web.tokens import Tokens
from bot.notifiers.tags import Tags
from storage.engine.sealing import Seal, Secrets
from tests.house import SECRET

ADDRESSES = st.text(st.characters(codec="utf-8"), max_size=80)
SEAL, OTHER = Seal(SECRET), Seal(f"{SECRET}.")


@given(ADDRESSES)
def test_what_is_closed_opens_again_and_never_looks_the_same(address: str) -> None:
    first, second = SEAL.close("telegram", address), SEAL.close("telegram", address)
    assert first != second
    assert SEAL.open("telegram", first) == SEAL.open("telegram", second) == address
    assert Seal(SECRET).open("telegram", first) == address


@given(ADDRESSES)
def test_an_address_has_one_key_per_secret_and_channel(address: str) -> None:
    key = SEAL.key("telegram", address)
    assert key == Seal(SECRET).key("telegram", address)
    assert len(key) == 32
    assert len({key, OTHER.key("telegram", address), SEAL.key("browser", address), SEAL.key("telegram", "x")}) == (
        3 if address == "x" else 4
    )


@pytest.mark.parametrize("address", ["4711", "a long address of many characters"])
def test_neither_holds_the_address(address: str) -> None:
    assert address.encode() not in SEAL.close("telegram", address)
    assert address.encode() not in SEAL.key("telegram", address)


def test_only_the_same_secret_channel_and_bytes_open_it() -> None:
    sealed = SEAL.close("telegram", "4711")
    changed = bytes([*sealed[:-1], sealed[-1] ^ 1])
    for seal, channel, text in (
        (OTHER, "telegram", sealed),
        (SEAL, "browser", sealed),
        (SEAL, "telegram", changed),
        (SEAL, "telegram", sealed[:-1]),
    ):
        with pytest.raises(InvalidTag):
            seal.open(channel, text)


def test_what_is_made_outside_the_database_is_made_with_the_one_in_force_and_known_under_both() -> None:
    """Before, while and after the secret is changed: tags in e-mails, and what pages carry."""
    old, both, new = Secrets("old"), Secrets("new", "old"), Secrets("new")
    fields = {"proof": Tokens(old).proof("a visitor"), "once": "1"}
    joined = Tokens(old).renewed("a visitor", fields)
    for mark, made_with, is_refused_by in ((old.seal.mark, old, new), (new.seal.mark, new, old)):
        assert both.put_in_force(mark)
        assert (both.in_force, both.known[0]) == (made_with.in_force, made_with.in_force)
        assert Tags(both).stop(7) == Tags(made_with).stop(7)
        assert Tags(is_refused_by).to_stop(Tags(made_with).stop(7)) is None
        assert {Tags(both).to_stop(Tags(one).stop(7)) for one in (old, new)} == {7}
        assert Tokens(both).proof("a visitor") == Tokens(made_with).proof("a visitor")
        assert all(Tokens(both).is_proof("a visitor", Tokens(one).proof("a visitor")) for one in (old, new))
        assert Tokens(both).renewed("a visitor", fields) == joined  # however often it is sent, it is one person
        assert Tokens(both).is_renewed(joined, fields)
    assert not both.put_in_force(OTHER.mark)
